//! The language server, as editors meet it: sessions of real clients, and what no client should send.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::configurations::{MONOREPO, verdicts};
use crate::scanning::{copy, scan_in};

/// A message should come much earlier.
const LONG: Duration = Duration::from_secs(60);

/// A server that runs, and what it says.
struct Session {
    server: Child,
    input: Option<ChildStdin>,
    said: Receiver<Value>,
    root: PathBuf,
    /// The number of the last request.
    last: u32,
    _folder: tempfile::TempDir,
}

impl Session {
    /// In a repository with these files.
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("repo");
        std::fs::create_dir_all(root.join(".git")).unwrap();
        for (name, text) in files {
            std::fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
            std::fs::write(root.join(name), text).unwrap();
        }
        Self::start(folder, root)
    }

    fn start(folder: tempfile::TempDir, root: PathBuf) -> Self {
        let mut server = Command::new(env!("CARGO_BIN_EXE_kubelet-lint"))
            .arg("lsp")
            .current_dir(&root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, mut output) = (server.stdin.take(), BufReader::new(server.stdout.take().unwrap()));
        let (say, said) = channel();
        std::thread::spawn(move || {
            loop {
                let mut head = String::new();
                if output.read_line(&mut head).unwrap_or_default() == 0 {
                    return;
                }
                let length: usize = head.trim().strip_prefix("Content-Length: ").unwrap().parse().unwrap();
                let mut body = vec![0; length + 2];
                output.read_exact(&mut body).unwrap();
                let _ = say.send(serde_json::from_slice(&body).unwrap());
            }
        });
        Self { server, input, said, root, last: 0, _folder: folder }
    }

    fn send_bytes(&mut self, bytes: &[u8]) {
        self.input.as_mut().unwrap().write_all(bytes).unwrap();
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.send_bytes(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    fn next(&self) -> Value {
        self.said.recv_timeout(LONG).unwrap()
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// The answer to a request, which comes next.
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params}));
        let answer = self.next();
        assert_eq!(answer["id"], self.last, "{answer}");
        answer
    }

    fn initialize(&mut self, encodings: &[&str]) -> Value {
        self.initialize_in("", encodings)
    }

    /// With a folder of the repository open in the editor.
    fn initialize_in(&mut self, dir: &str, encodings: &[&str]) -> Value {
        let address = self.address(dir);
        let folders = json!([{"uri": address.trim_end_matches('/'), "name": "repo"}]);
        let capabilities = json!({"general": {"positionEncodings": encodings}});
        let answer = self.ask("initialize", json!({"workspaceFolders": folders, "capabilities": capabilities}));
        self.notify("initialized", json!({}));
        answer
    }

    fn address(&self, file: &str) -> String {
        format!("file://{}/{file}", self.root.to_str().unwrap())
    }

    fn open(&mut self, file: &str, text: &str) {
        let document = json!({"uri": self.address(file), "languageId": "x", "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}));
    }

    fn change(&mut self, file: &str, version: u32, text: &str) {
        let document = json!({"uri": self.address(file), "version": version});
        self.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": [{"text": text}]}));
    }

    /// The marks that come next: the file, its version, and the line and rule of each.
    fn marks(&self) -> (String, Value, Vec<String>) {
        let message = self.next();
        assert_eq!(message["method"], "textDocument/publishDiagnostics", "{message}");
        let params = &message["params"];
        let file = params["uri"].as_str().unwrap().strip_prefix(&self.address("")).unwrap().to_owned();
        let one = |mark: &Value| format!("{} {}", mark["range"]["start"]["line"], mark["code"].as_str().unwrap_or("-"));
        (file, params["version"].clone(), params["diagnostics"].as_array().unwrap().iter().map(one).collect())
    }

    /// The marks of all files, once all that was sent is answered.
    fn marked(&mut self) -> BTreeMap<String, Vec<Value>> {
        let place = json!({"textDocument": {"uri": self.address("x")}, "position": {"line": 0, "character": 0}});
        self.send(&json!({"jsonrpc": "2.0", "id": "end", "method": "textDocument/hover", "params": place}));
        let mut shown = BTreeMap::new();
        loop {
            let message = self.next();
            if message["id"] == "end" {
                return shown;
            }
            let params = &message["params"];
            let file = params["uri"].as_str().unwrap().strip_prefix(&self.address("")).unwrap();
            shown.insert(file.to_owned(), params["diagnostics"].as_array().unwrap().clone());
        }
    }

    fn end(mut self) -> Option<i32> {
        self.input = None;
        self.server.wait().unwrap().code()
    }
}

const ZERO: &str =
    "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nstreamingConnectionIdleTimeout: 0s\n";
const FLAG: &str = "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args --streaming-connection-idle-timeout=0\n";

/// `testdata/editor/record.py` has recorded them.
#[test]
fn recorded_sessions_of_clients_are_answered_as_before() {
    for (client, text) in
        [("vscode", include_str!("editor/vscode.jsonl")), ("neovim", include_str!("editor/neovim.jsonl"))]
    {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("repo");
        std::fs::create_dir(&root).unwrap();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/demo"), &root);
        std::fs::create_dir(root.join(".git")).unwrap();
        let text = text.replace("/ROOT", root.to_str().unwrap());
        let mut session = Session::start(folder, root);
        for (n, line) in text.lines().enumerate() {
            let message: Value = serde_json::from_str(line.get(2..).unwrap()).unwrap();
            if line.starts_with('>') {
                session.send(&message);
            } else {
                let said = session.next();
                assert_eq!(said, message, "{client}, line {}:\n{said:#}", n + 1);
            }
        }
        assert_eq!(session.end(), Some(0), "{client}");
    }
}

#[test]
fn what_is_open_counts_instead_of_the_file() {
    let mut session = Session::new(&[("a.yaml", ZERO), ("nodes/boot.sh", "#!/bin/bash\n")]);
    session.initialize(&[]);
    session.open("a.yaml", &ZERO.replace("0s", "4h"));
    session.open("nodes/boot.sh", FLAG);
    // Nothing is said about the first one.
    assert_eq!(session.marks(), ("nodes/boot.sh".into(), json!(1), vec!["1 zero-streaming-idle-timeout".into()]));
    // A file that is not on the disk yet.
    session.open("nodes/new.sh", FLAG);
    assert_eq!(session.marks(), ("nodes/new.sh".into(), json!(1), vec!["1 zero-streaming-idle-timeout".into()]));
    session.change("a.yaml", 2, ZERO);
    assert_eq!(session.marks(), ("a.yaml".into(), json!(2), vec!["2 replaced-zero".into()]));
    let document = json!({"uri": session.address("nodes/new.sh")});
    session.notify("textDocument/didClose", json!({"textDocument": document}));
    assert_eq!(session.marks(), ("nodes/new.sh".into(), Value::Null, vec![]));
}

#[test]
fn a_newer_change_ends_what_an_older_one_began() {
    let mut session = Session::new(&[("a.yaml", "")]);
    session.initialize(&[]);
    session.open("a.yaml", "");
    for version in 2..40 {
        session.change("a.yaml", version, &ZERO.replace("0s", if version % 2 == 0 { "0s" } else { "0" }));
    }
    session.change("a.yaml", 40, &format!("# new\n{ZERO}"));
    let wanted = vec!["3 replaced-zero".to_owned()];
    // A slow machine may show one before.
    let mut marks = session.marks();
    while marks.1 != json!(40) {
        assert!(marks.1.as_u64().unwrap() < 40);
        marks = session.marks();
    }
    assert_eq!(marks.2, wanted);
}

#[test]
fn a_request_waits_for_its_scan_unless_it_is_cancelled() {
    let mut session = Session::new(&[("a.yaml", ZERO)]);
    session.initialize(&[]);
    session.open("a.yaml", ZERO);
    let place = json!({"textDocument": {"uri": session.address("a.yaml")}, "position": {"line": 2, "character": 33}});
    let mut all = String::new();
    for message in [
        json!({"jsonrpc": "2.0", "id": "one", "method": "textDocument/hover", "params": place}),
        json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": "one"}}),
        json!({"jsonrpc": "2.0", "id": "two", "method": "textDocument/hover", "params": place}),
    ] {
        let body = message.to_string();
        all.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    }
    session.send_bytes(all.as_bytes());
    let cancelled = session.next();
    assert_eq!((&cancelled["id"], &cancelled["error"]["code"]), (&json!("one"), &json!(-32800)), "{cancelled}");
    assert_eq!(session.marks().2, ["2 replaced-zero"]);
    let answer = session.next();
    assert_eq!(answer["id"], "two");
    let text = answer["result"]["contents"]["value"].as_str().unwrap();
    assert!(text.contains("streamingConnectionIdleTimeout: `4h0m0s` (default in place of `0s`), a.yaml"), "{text}");
}

#[test]
fn the_configuration_counts_and_a_new_one_leads_to_a_new_scan() {
    let mut session = Session::new(&[("nodes/a.yaml", ZERO)]);
    session.initialize(&[]);
    session.open("nodes/a.yaml", ZERO);
    assert_eq!(session.marks().2, ["2 replaced-zero"]);
    let configure = |session: &mut Session, text: &str| {
        std::fs::write(session.root.join("nodes/kubelet-lint.toml"), text).unwrap();
        let changes = json!([{"uri": session.address("nodes/kubelet-lint.toml"), "type": 2}]);
        session.notify("workspace/didChangeWatchedFiles", json!({"changes": changes}));
    };
    configure(&mut session, "ignore = [\"replaced-zero\"]\n");
    assert_eq!(session.marks(), ("nodes/a.yaml".into(), json!(1), vec![]));
    // One that cannot be read is named where it is wrong, and once.
    configure(&mut session, "ignore = [\"no-such-rule\"]\n");
    let told = session.next();
    assert_eq!(told["method"], "window/showMessage", "{told}");
    assert!(told["params"]["message"].as_str().unwrap().contains("no-such-rule"), "{told}");
    assert_eq!(session.marks(), ("nodes/kubelet-lint.toml".into(), Value::Null, vec!["0 -".into()]));
    configure(&mut session, "select = [\"replaced-zero\"]\n");
    assert_eq!(session.marks(), ("nodes/a.yaml".into(), json!(1), vec!["2 replaced-zero".into()]));
    assert_eq!(session.marks(), ("nodes/kubelet-lint.toml".into(), Value::Null, vec![]));
}

#[test]
fn columns_are_in_the_unit_of_the_client() {
    let text = "{\"kind\": \"KubeletConfiguration\", \"apiVersion\": \"kubelet.config.k8s.io/v1beta1\", \"é\u{1F600}\": 1, \"streamingConnectionIdleTimeout\": \"0s\"}\n";
    let before = text.split("0s").next().unwrap();
    for (encodings, name, column) in [
        (&["utf-8", "utf-16"][..], "utf-8", before.len()),
        (&["utf-16"], "utf-16", before.encode_utf16().count()),
        (&[], "utf-16", before.encode_utf16().count()),
        (&["utf-32"], "utf-32", before.chars().count()),
    ] {
        let mut session = Session::new(&[]);
        let answer = session.initialize(encodings);
        assert_eq!(answer["result"]["capabilities"]["positionEncoding"], name);
        session.open("a.json", text);
        let message = session.next();
        assert_eq!(message["params"]["diagnostics"][0]["range"]["start"]["character"], column, "{message}");
        // A change of a part of a line counts the same way.
        let document = json!({"uri": session.address("a.json"), "version": 2});
        let range = json!({"start": {"line": 0, "character": column}, "end": {"line": 0, "character": column + 2}});
        let changes = json!([{"range": range, "text": "4h"}]);
        session.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
        assert_eq!(session.marks(), ("a.json".into(), json!(2), vec![]));
    }
}

/// For every file of some repositories: what is marked in it is what a scan of all reports there.
#[test]
fn what_is_marked_is_what_a_scan_reports() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases/terraform");
    let mut names: Vec<_> = std::fs::read_dir(&cases).unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    let mut marked = 0;
    for case in names.iter().step_by(9) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("repo");
        std::fs::create_dir(&root).unwrap();
        copy(case, &root);
        std::fs::create_dir(root.join(".git")).unwrap();
        let mut wanted: Vec<String> = scan_in(&root, &["."])
            .findings
            .iter()
            .map(|f| {
                let file = f.at.place.source.path().strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                format!("{file} {} {}", f.at.place.start().line - 1, f.rule.id)
            })
            .collect();
        wanted.sort();
        wanted.dedup();
        let mut session = Session::start(folder, root.clone());
        session.initialize(&[]);
        for entry in walkdir::WalkDir::new(&root).sort_by_file_name() {
            let path = entry.unwrap().into_path();
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            session.open(path.strip_prefix(&root).unwrap().to_str().unwrap(), &text);
        }
        let mut found: Vec<String> = Vec::new();
        for (file, marks) in session.marked() {
            for mark in marks.iter().filter(|mark| !mark["code"].is_null()) {
                found.push(format!("{file} {} {}", mark["range"]["start"]["line"], mark["code"].as_str().unwrap()));
            }
        }
        found.sort();
        found.dedup();
        assert_eq!(found, wanted, "{}", case.display());
        marked += found.len();
    }
    assert!(marked > 10, "{marked}");
}

/// Each file of a repository with three configurations: opened alone, with all others, and with any folder open in the editor.
#[test]
fn a_file_has_one_verdict_whatever_else_is_open() {
    let session = Session::new(MONOREPO);
    let files: Vec<_> = MONOREPO.iter().filter(|(path, _)| !path.contains(".toml")).collect();
    let mut wanted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (file, said) in verdicts(&session.root, &["."]) {
        let counts = said.iter().filter_map(|words| words.strip_suffix(" null"));
        wanted.insert(file, counts.map(|words| words.replace('"', "")).collect());
    }
    assert!(wanted.values().flatten().count() >= 10, "{wanted:#?}");
    let same = |shown: &BTreeMap<String, Vec<Value>>, file: &str, how: &str| {
        let marks = shown.get(file).into_iter().flatten().filter(|mark| mark["code"].is_string());
        let one = |mark: &Value| {
            let level = ["error", "warning", "note"][mark["severity"].as_u64().unwrap() as usize - 1];
            let line = mark["range"]["start"]["line"].as_u64().unwrap() + 1;
            format!("{} {level} {line}", mark["code"].as_str().unwrap())
        };
        let found: BTreeSet<_> = marks.map(one).collect();
        assert_eq!(found, wanted.get(file).cloned().unwrap_or_default(), "{file} {how}");
    };
    for dir in ["", "a", "b/deep"] {
        let mut together = Session::new(MONOREPO);
        together.initialize_in(dir, &[]);
        for (file, text) in &files {
            together.open(file, text);
        }
        let shown = together.marked();
        for (file, text) in &files {
            same(&shown, file, &format!("together, in `{dir}`"));
            let mut alone = Session::new(MONOREPO);
            alone.initialize_in(dir, &[]);
            alone.open(file, text);
            same(&alone.marked(), file, &format!("alone, in `{dir}`"));
        }
    }
}

#[test]
fn what_no_client_should_send_is_refused_or_passed_over() {
    let mut session = Session::new(&[("a.yaml", ZERO)]);
    assert_eq!(session.ask("textDocument/hover", json!({}))["error"]["code"], -32002);
    session.open("a.yaml", ZERO);
    session.initialize(&[]);
    assert_eq!(session.ask("initialize", json!({}))["error"]["code"], -32600);
    let deep = "[".repeat(100_000);
    for body in ["{", "[]", "\"\"", "{\"id\":[]}", "{\"method\":7}", "\u{FEFF}{}", &deep] {
        session.send_bytes(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
        let answer = session.next();
        assert_eq!((&answer["id"], &answer["error"]["code"]), (&Value::Null, &json!(-32700)), "{answer}");
    }
    let far = json!({"line": u32::MAX, "character": u32::MAX});
    let broken = [
        json!({}),
        json!(null),
        json!([1]),
        json!({"textDocument": {"uri": "file:///etc/passwd"}, "position": far}),
        json!({"textDocument": {"uri": "\u{0}"}, "position": {"line": -1}}),
        json!({"textDocument": {"uri": session.address("a.yaml")}, "range": {"start": far, "end": {"line": 0, "character": 0}}}),
    ];
    session.open("a.yaml", ZERO);
    assert_eq!(session.marks().2, ["2 replaced-zero"]);
    for params in &broken {
        for method in ["textDocument/hover", "textDocument/definition", "textDocument/codeAction", "no/such"] {
            let answer = session.ask(method, params.clone());
            assert!(answer.get("result").is_some() != answer.get("error").is_some(), "{answer}");
        }
        for method in
            ["textDocument/didOpen", "textDocument/didChange", "textDocument/didClose", "$/cancelRequest", "$/no"]
        {
            session.notify(method, params.clone());
        }
    }
    // The last one has closed the file.
    assert_eq!(session.marks(), ("a.yaml".into(), Value::Null, vec![]));
    session.open("a.yaml", ZERO);
    assert_eq!(session.marks().2, ["2 replaced-zero"]);
    // A change whose end is before its start, and past the text.
    let changes = json!([{"range": {"start": far, "end": {"line": 0, "character": 0}}, "text": "#\n"}]);
    let document = json!({"uri": session.address("a.yaml"), "version": -5});
    session.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
    for uri in ["untitled:Untitled-1", "file:///no/such/folder/a.yaml", "git:/a.yaml?{}", "", "file://host/a.yaml"] {
        session.notify(
            "textDocument/didOpen",
            json!({"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": ZERO}}),
        );
    }
    assert_eq!(session.ask("shutdown", Value::Null)["result"], Value::Null);
    assert_eq!(session.ask("shutdown", Value::Null)["error"]["code"], -32600);
    session.notify("exit", Value::Null);
    assert_eq!(session.end(), Some(0));
}

#[test]
fn a_server_whose_client_is_gone_ends() {
    for head in ["", "Content-Length: 99999999999999\r\n\r\n{}", "Content-Length: x\r\n\r\n", "nonsense"] {
        let mut session = Session::new(&[]);
        session.initialize(&[]);
        session.send_bytes(head.as_bytes());
        let start = Instant::now();
        assert_eq!(session.end(), Some(1), "{head}");
        assert!(start.elapsed() < LONG);
    }
    let mut session = Session::new(&[]);
    session.notify("exit", Value::Null);
    assert_eq!(session.server.wait().unwrap().code(), Some(1));
}

#[cfg(unix)]
#[test]
fn files_are_named_as_the_client_names_its_folder() {
    let call = "module \"a\" {\n  source = \"./a\"\n}\n";
    let module =
        format!("resource \"aws_launch_template\" \"a\" {{\n  user_data = base64encode(<<-E\n{FLAG}E\n  )\n}}\n");
    let mut session = Session::new(&[("main.tf", call), ("a/main.tf", &module)]);
    let link = session.root.with_file_name("link");
    std::os::unix::fs::symlink(&session.root, &link).unwrap();
    session.root = link;
    session.initialize(&[]);
    session.open("main.tf", call);
    assert_eq!(session.marks(), ("a/main.tf".into(), Value::Null, vec!["3 zero-streaming-idle-timeout".into()]));
}

/// What stands in a file is shown as text, and never names a file outside of the repository as one of it.
#[test]
fn what_is_outside_the_repository_is_not_read() {
    let outside = tempfile::tempdir().unwrap();
    let target = outside.path().canonicalize().unwrap().join("boot.sh");
    std::fs::write(&target, FLAG).unwrap();
    let text = format!(
        "resource \"aws_launch_template\" \"a\" {{\n  user_data = base64encode(file(\"{}\"))\n}}\n",
        target.display()
    );
    let mut session = Session::new(&[("main.tf", "")]);
    session.initialize(&[]);
    session.open("main.tf", &text);
    let (file, _, marks) = session.marks();
    assert!(file == "main.tf" && marks.iter().all(|mark| mark.ends_with(" -")), "{marks:?}");
}
