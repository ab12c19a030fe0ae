//! Programs and builtins: what each leaves on the machine. A program that is not known here leaves a hole in its output and
//! nothing else, unless it is one that edits files.

use std::sync::Arc;

use crate::decode::base64::{self, Strictness};
use crate::decode::gzip;
use crate::node::Family;
use crate::text::{Span, Traced, Why};

use super::super::machine::{File, Start, absolute};
use super::super::{image, nodeadm};
use super::builtins::{declare, echo, printf, read, set, split_assignment};
use super::files::contents;
use super::{Flow, Path, Run, Shell, Status, Variable, conditions, sed};

/// Programs that edit the files that they are given.
const EDITORS: [&str; 14] = [
    "ansible", "augtool", "awk", "crudini", "ed", "ex", "gawk", "patch", "perl", "python", "python3", "sed", "sponge",
    "yq",
];

/// Programs whose output is text that they were given, changed in a way that is not modelled.
const FILTERS: [&str; 16] = [
    "awk", "column", "cut", "envsubst", "grep", "head", "jq", "perl", "python3", "sed", "sort", "tail", "tr", "uniq",
    "xargs", "yq",
];

impl Shell<'_, '_> {
    /// Runs a command whose words are expanded.
    pub(super) fn call(&mut self, mut words: Vec<Traced>, span: Span, mut path: Path) -> Vec<Path> {
        if words.is_empty() {
            return vec![path];
        }
        let first = words.remove(0);
        let Some(name) = first.known_str().map(str::to_owned) else {
            if let Some((at, why)) = first.first_hole().filter(|_| first.slice(0..1).has_hole()) {
                // Text that is not known where a command begins may be any commands.
                path.machine.gap(at, why.clone());
                path.machine.injected = Some(why.clone());
                if first.bytes().ends_with(image::BOOTSTRAP.as_bytes()) {
                    return self.bootstrap(&words, span, path);
                }
            }
            return vec![self.unknown_program(&first, &words, span, path)];
        };
        if let Some(body) = path.functions.get(&name).cloned() {
            return self.function(&body, words, path);
        }
        if name.contains('/') {
            let place = absolute(&name, &path.directory);
            if place == image::BOOTSTRAP {
                return self.bootstrap(&words, span, path);
            }
            if let Some(File::Known(text)) = path.machine.files.get(&place).cloned() {
                return self.script(&text, &place, words, span, path);
            }
        }
        let base = name.rsplit('/').next().unwrap_or_default().to_owned();
        match base.as_str() {
            "sudo" | "env" | "nohup" | "nice" | "ionice" | "time" | "timeout" | "exec" | "command" | "builtin"
            | "chroot" | "setsid" | "stdbuf" | "flock" | "retry" => self.prefix(&base, words, span, path),
            "bash" | "sh" | "dash" | "ash" => self.shell(words, span, path),
            "eval" => {
                let text = Traced::join(&words, &Traced::made(" ", span));
                self.evaluate(&text, "an evaluated command", span, path)
            }
            "source" | "." => self.source(&words, span, path),
            "export" | "declare" | "local" | "readonly" | "typeset" => {
                declare(&base, &words, span, &mut path);
                vec![path]
            }
            _ => {
                if !self.builtin(&base, &words, span, &mut path) && !self.program(&base, &words, span, &mut path) {
                    return vec![self.unknown_program(&first, &words, span, path)];
                }
                vec![path]
            }
        }
    }

    /// A program that runs another one.
    fn prefix(&mut self, name: &str, words: Vec<Traced>, span: Span, mut path: Path) -> Vec<Path> {
        let mut rest = words.as_slice();
        let takes_value = |option: &str| match name {
            "sudo" => matches!(option, "-u" | "-g" | "-h" | "-p" | "-C" | "-r" | "-t"),
            "env" => matches!(option, "-u" | "-C" | "-S"),
            "nice" | "ionice" => matches!(option, "-n" | "-c" | "-p"),
            "timeout" => matches!(option, "-s" | "-k"),
            "flock" => matches!(option, "-w" | "-E"),
            _ => false,
        };
        let before = Arc::clone(&path.variables);
        let mut skip = usize::from(matches!(name, "timeout" | "flock" | "chroot"));
        while let Some(word) = rest.first() {
            let text = word.to_text().into_owned();
            if text == "--" {
                rest = &rest[1..];
                break;
            }
            if name == "command" && matches!(text.as_str(), "-v" | "-V") {
                path.status = Status::Open("".into());
                return vec![path];
            }
            if text.starts_with('-') && text.len() > 1 {
                rest = rest.get(if takes_value(&text) { 2 } else { 1 }..).unwrap_or_default();
            } else if matches!(name, "sudo" | "env")
                && let Some((variable, value)) = split_assignment(word)
            {
                let variable_ = Variable { values: Arc::new(vec![value]), array: false, exported: true };
                Arc::make_mut(&mut path.variables).insert(variable, variable_);
                rest = &rest[1..];
            } else if skip > 0 {
                skip -= 1;
                rest = &rest[1..];
            } else {
                break;
            }
        }
        if rest.is_empty() {
            // `exec > file` and the like change only where output goes.
            path.status = Status::Zero;
            return vec![path];
        }
        let mut paths = self.call(rest.to_vec(), span, path);
        for path in &mut paths {
            path.variables = Arc::clone(&before);
            if name == "exec" && path.flow == Flow::Normal {
                path.flow = Flow::Exit { failed: false };
            }
        }
        paths
    }

    /// `bash -c …`, `bash file`, `… | bash`.
    fn shell(&mut self, words: Vec<Traced>, span: Span, mut path: Path) -> Vec<Path> {
        let before = path.errexit;
        path.errexit = errexit(&words);
        let mut paths = self.shell_with(words, span, path);
        for path in &mut paths {
            path.errexit = before;
        }
        paths
    }

    fn shell_with(&mut self, words: Vec<Traced>, span: Span, path: Path) -> Vec<Path> {
        let mut index = 0;
        while let Some(text) = words.get(index).map(|w| w.to_text().into_owned()) {
            if !text.starts_with('-') && !text.starts_with('+') || text == "-" {
                break;
            }
            index += 1;
            if text == "--" {
                break;
            }
            if !text.starts_with("--") && text.contains('c') {
                let Some(code) = words.get(index).cloned() else { break };
                let arguments = words.get(index + 2..).unwrap_or_default().to_vec();
                return self.script(&code, "a command given to bash -c", arguments, span, path);
            }
            if matches!(text.as_str(), "-o" | "+o" | "-O") {
                index += 1;
            }
        }
        let Some(file) = words.get(index) else {
            let code = path.stdin.clone().unwrap_or_default();
            return self.script(&code, "a script from a pipe", Vec::new(), span, path);
        };
        let arguments = words.get(index + 1..).unwrap_or_default().to_vec();
        if file.known_str().map(|f| absolute(f, &path.directory)).as_deref() == Some(image::BOOTSTRAP) {
            return self.bootstrap(&arguments, span, path);
        }
        let code = contents(&path, file, span);
        let name = file.to_text().into_owned();
        self.script(&code, &name, arguments, span, path)
    }

    /// A script in a shell of its own, which sees what is exported and nothing else.
    pub(super) fn script(
        &mut self,
        code: &Traced,
        name: &str,
        arguments: Vec<Traced>,
        span: Span,
        mut path: Path,
    ) -> Vec<Path> {
        let before = path.clone();
        if code.is_hole() {
            path.status = Status::Likely("".into());
            if near(&path, code) {
                self.note_hole(code, span, &mut path);
            }
            return vec![path];
        }
        Arc::make_mut(&mut path.variables).retain(|_, v| v.exported);
        path.arguments = Arc::new(arguments);
        path.called_from_outside = false;
        path.hidden = Vec::new();
        path.functions = Arc::default();
        let mut paths = self.evaluate(code, name, span, path);
        for path in &mut paths {
            path.leave_subshell(&before);
        }
        paths
    }

    fn source(&mut self, words: &[Traced], span: Span, mut path: Path) -> Vec<Path> {
        let Some(file) = words.first() else { return vec![path] };
        let text = contents(&path, file, span);
        if text.is_hole() {
            // Whatever it sets is not known; what the script sets itself afterwards is.
            let name = file.to_text().into_owned();
            path.open = Some(Why::FromOutside(format!("what {name} sets").into()));
            path.status = Status::Likely("".into());
            return vec![path];
        }
        let name = file.to_text().into_owned();
        let outer = Arc::clone(&path.arguments);
        let outside = path.called_from_outside;
        if words.len() > 1 {
            path.called_from_outside = false;
            path.arguments = Arc::new(words[1..].to_vec());
        }
        let mut paths = self.evaluate(&text, &name, span, path);
        for path in &mut paths {
            path.arguments = Arc::clone(&outer);
            path.called_from_outside = outside;
            if path.flow == Flow::Return {
                path.flow = Flow::Normal;
            }
        }
        paths
    }

    #[expect(clippy::unused_self, reason = "read beside the other programs")]
    fn note_hole(&self, text: &Traced, span: Span, path: &mut Run) {
        if let Some((_, why)) = text.first_hole() {
            path.machine.gap(span, why.clone());
        }
    }

    fn unknown_program(&mut self, name: &Traced, words: &[Traced], span: Span, mut path: Path) -> Path {
        let shown = name.to_text().replace(crate::text::HOLE, "…");
        let shown = shown.rsplit('/').next().unwrap_or_default().to_owned();
        let why = if FILTERS.contains(&shown.as_str()) {
            Why::NotUnderstood(shown.clone().into())
        } else {
            Why::FromOutside(format!("the output of {shown}").into())
        };
        path.out.push_hole(span, why);
        path.out.push_made(b"\n", span);
        if EDITORS.contains(&shown.as_str()) {
            let edits = match shown.as_str() {
                "sed" | "perl" | "yq" | "awk" | "gawk" => words.iter().any(|w| {
                    let text = w.to_text();
                    text.starts_with("--in-place")
                        || text.starts_with("inplace")
                        || text.starts_with('-') && !text.starts_with("--") && text.contains('i')
                }),
                _ => true,
            };
            if edits {
                self.edited(&shown, words, span, &mut path);
            }
        }
        path.status =
            if shown == "grep" || shown == "test" { Status::Open("".into()) } else { Status::Likely("".into()) };
        path
    }

    /// Files named in the arguments, or in what a script on standard input says, are not known any more.
    #[expect(clippy::unused_self, reason = "read beside the other programs")]
    fn edited(&self, program: &str, words: &[Traced], span: Span, path: &mut Run) {
        let mut text = String::new();
        for word in words.iter().chain(path.stdin.as_ref()) {
            text.push_str(&word.to_text());
            text.push('\n');
        }
        let mut names: Vec<String> = path.machine.files.keys().filter(|n| text.contains(n.as_str())).cloned().collect();
        for word in words {
            if let Some(name) = word.known_str().filter(|n| n.starts_with('/')) {
                let name = absolute(name, "/");
                if image::sight(&name).is_some() || name == image::BOOTSTRAP {
                    names.push(name);
                }
            }
        }
        for name in [image::AL2_CONFIG, image::NODEADM_CONFIG, image::NODEADM_ENVIRONMENT, image::BOOTSTRAP] {
            if text.contains(name) {
                names.push(name.to_owned());
            }
        }
        names.sort();
        names.dedup();
        for name in names {
            let why = Why::NotUnderstood(format!("an edit of {name} by {program}").into());
            if image::sight(&name).is_some() || name == image::BOOTSTRAP {
                path.machine.gap(span, why.clone());
            }
            path.machine.put(&name, File::Unknown(why));
        }
    }

    #[expect(clippy::unused_self, reason = "read beside the other programs")]
    fn builtin(&self, name: &str, words: &[Traced], span: Span, path: &mut Run) -> bool {
        path.status = Status::Zero;
        match name {
            ":" | "true" | "trap" | "umask" | "ulimit" | "wait" | "sleep" | "shopt" | "alias" | "hash" | "sync" => {}
            "false" => path.status = Status::NonZero,
            "exit" => {
                let failed = words.first().and_then(|w| w.known_str()).is_some_and(|w| w.trim() != "0");
                path.flow = Flow::Exit { failed };
            }
            "return" => {
                if words.first().and_then(|w| w.known_str()).is_some_and(|w| w.trim() != "0") {
                    path.status = Status::NonZero;
                }
                path.flow = Flow::Return;
            }
            "break" | "continue" => {
                let levels = words.first().and_then(|w| w.known_str()?.parse().ok()).unwrap_or(1);
                path.flow = if name == "break" { Flow::Break(levels) } else { Flow::Continue(levels) };
            }
            "test" => path.status = conditions::status(conditions::test(words, path)),
            "[" => {
                let inner = words.split_last().map_or(words, |(_, rest)| rest);
                path.status = conditions::status(conditions::test(inner, path));
            }
            "set" => set(words, path),
            "shift" => {
                let count = words.first().and_then(|w| w.known_str()?.parse().ok()).unwrap_or(1);
                let rest = path.arguments.get(count..).unwrap_or_default().to_vec();
                path.arguments = Arc::new(rest);
            }
            "unset" => {
                for word in words {
                    if let Some(name) = word.known_str() {
                        Arc::make_mut(&mut path.variables).remove(name);
                    }
                }
            }
            "cd" | "pushd" => match words.first().and_then(|w| w.known_str()) {
                Some(to) if to.starts_with('/') || !path.directory.is_empty() => {
                    path.directory = absolute(to, &path.directory);
                }
                _ => {}
            },
            "read" => read(words, span, path),
            "echo" => echo(words, span, path),
            "printf" => printf(words, span, path),
            "let" => path.status = Status::Open("".into()),
            _ => return false,
        }
        true
    }

    fn program(&mut self, name: &str, words: &[Traced], span: Span, path: &mut Run) -> bool {
        let flag = |short: char, long: &str| {
            words.iter().any(|w| {
                let text = w.to_text();
                text == long || text.starts_with('-') && !text.starts_with("--") && text.contains(short)
            })
        };
        let operands: Vec<&Traced> = words.iter().filter(|w| !w.bytes().starts_with(b"-") || w.len() == 1).collect();
        match name {
            "cat" => {
                if operands.is_empty() {
                    let text = path.stdin.clone().unwrap_or_default();
                    path.out.push(&text);
                }
                for operand in operands {
                    let text = contents(path, operand, span);
                    path.out.push(&text);
                }
            }
            "tee" | "sponge" => {
                let text = path.stdin.clone().unwrap_or_default();
                for operand in operands {
                    match operand.known_str() {
                        Some(file) => {
                            let file = absolute(file, &path.directory);
                            if flag('a', "--append") {
                                path.machine.append(&file, &text, span);
                            } else {
                                path.machine.put(&file, File::Known(Arc::new(text.clone())));
                            }
                        }
                        None => self.unnamed(operand, span, path),
                    }
                }
                if name == "tee" {
                    path.out.push(&text);
                }
            }
            "cp" | "mv" | "install" | "ln" => self.copy(name, &operands, flag('d', "--directory"), span, path),
            "rm" | "unlink" => {
                for operand in operands {
                    if let Some(file) = operand.known_str() {
                        let file = absolute(file, &path.directory);
                        path.machine.put(&file, File::Removed);
                    }
                }
            }
            "touch" => {
                for operand in operands {
                    let Some(file) = operand.known_str().map(|f| absolute(f, &path.directory)) else { continue };
                    if path.machine.file(&file).is_none() && !image::may_exist(&file) {
                        path.machine.put(&file, File::Known(Arc::default()));
                    }
                }
            }
            "mkdir" | "chmod" | "chown" | "restorecon" | "chcon" | "modprobe" | "sysctl" | "logger" | "rmdir" => {}
            "mktemp" => {
                self.temporary += 1;
                let file = format!("/tmp/mktemp.{}\n", self.temporary);
                path.out.push_made(file.as_bytes(), span);
            }
            "basename" | "dirname" => match operands.first().and_then(|o| o.known_str()) {
                Some(text) => {
                    let text = text.trim_end_matches('/');
                    let (dir, base) = text.rsplit_once('/').unwrap_or((".", text));
                    let text = if name == "dirname" { dir } else { base };
                    path.out.push_made(format!("{text}\n").as_bytes(), span);
                }
                None => return false,
            },
            "base64" if flag('d', "--decode") || flag('D', "--decode") => {
                let text = match operands.first() {
                    Some(file) => contents(path, file, span),
                    None => path.stdin.clone().unwrap_or_default(),
                };
                match base64::decode(&text, Strictness::Standard) {
                    Ok(text) => path.out.push(&text),
                    Err(error) => path.out.push_hole(span, Why::NotUnderstood(error.message.into())),
                }
            }
            "gunzip" | "zcat" | "gzip" if name != "gzip" || flag('d', "--decompress") => {
                let text = match operands.first() {
                    Some(file) if name == "zcat" || flag('c', "--stdout") => contents(path, file, span),
                    Some(_) => return false,
                    None => path.stdin.clone().unwrap_or_default(),
                };
                match gzip::decode(&text) {
                    Ok(text) => path.out.push(&text),
                    Err(error) => path.out.push_hole(span, Why::NotUnderstood(error.message.into())),
                }
            }
            "grep" | "egrep" | "fgrep" => {
                let quiet = flag('q', "--quiet") || flag('q', "--silent");
                if !quiet || operands.len() < 2 {
                    return false;
                }
                path.status = conditions::status(grep(&operands, flag('v', "--invert-match"), path));
            }
            "sed" => return Self::sed(words, span, path),
            "systemctl" | "service" => systemctl(name, &operands, words, path),
            "nodeadm" => self.nodeadm(words, span, path),
            "kubelet" if words.iter().any(|w| matches!(w.known_str(), Some("--version" | "--help" | "-h"))) => {
                return false;
            }
            "kubelet" => {
                path.machine.see(None);
                let files = Arc::clone(&path.machine.files);
                path.machine.start = Some(Start { files, argv: Some(Arc::new(words.to_vec())) });
            }
            "kubeadm" => path.machine.see(Some(Family::Kubeadm)),
            "snap" if words.iter().any(|w| w.to_text().starts_with("kubelet")) => {
                path.machine.see(Some(Family::Ubuntu));
                path.machine.gap(span, Why::NotUnderstood("snap set of the kubelet's arguments".into()));
            }
            _ => return false,
        }
        true
    }

    /// False if what sed does is not modelled.
    fn sed(words: &[Traced], span: Span, path: &mut Run) -> bool {
        let Some(call) = sed::call(words) else { return false };
        if !call.in_place {
            let mut text = Traced::new();
            match call.files.as_slice() {
                [] => text.push(&path.stdin.clone().unwrap_or_default()),
                files => files.iter().for_each(|f| text.push(&contents(path, f, span))),
            }
            let Some(edited) = sed::edit(&call, &text).filter(|_| !text.is_hole()) else { return false };
            path.out.push(&edited);
            return true;
        }
        let mut edits = Vec::new();
        for file in &call.files {
            let Some(name) = file.known_str().map(|f| absolute(f, &path.directory)) else { return false };
            match path.machine.file(&name) {
                Some(File::Known(text)) => {
                    let text = sed::edit(&call, &text).map_or_else(
                        || Traced::hole(span, sed::unknown()),
                        |t| if t.is_hole() { Traced::hole(span, sed::unknown()) } else { t },
                    );
                    edits.push((name, text));
                }
                // What is not known before is not known after; a file that nobody reads here does not matter.
                _ if image::sight(&name).is_some() || name == image::BOOTSTRAP => return false,
                _ => {}
            }
        }
        for (name, text) in edits {
            if text.is_hole() && (image::sight(&name).is_some() || name == image::BOOTSTRAP) {
                path.machine.gap(span, sed::unknown());
            }
            path.machine.put(&name, File::Known(Arc::new(text)));
        }
        true
    }

    fn copy(&mut self, name: &str, operands: &[&Traced], directory: bool, span: Span, path: &mut Run) {
        if name == "install" && directory {
            return;
        }
        let Some((to, from)) = operands.split_last() else { return };
        let Some(to_name) = to.known_str() else {
            self.unnamed(to, span, path);
            return;
        };
        let into = to_name.ends_with('/') || from.len() > 1;
        for source in from {
            let Some(source) = source.known_str().map(|s| absolute(s, &path.directory)) else { continue };
            let mut target = absolute(to_name, &path.directory);
            let base = source.rsplit('/').next().unwrap_or_default();
            if into || path.machine.files.keys().any(|f| f.starts_with(&format!("{target}/"))) {
                target = format!("{target}/{base}");
            }
            let file = path
                .machine
                .file(&source)
                .unwrap_or_else(|| File::Unknown(Why::FromOutside(format!("what stands in {source}").into())));
            if let (File::Unknown(why), true) = (&file, image::sight(&target).is_some()) {
                path.machine.gap(span, why.clone());
            }
            path.machine.put(&target, file);
            if name == "mv" {
                path.machine.put(&source, File::Removed);
            }
        }
    }

    /// `nodeadm init -c file:///…`
    fn nodeadm(&mut self, words: &[Traced], span: Span, path: &mut Run) {
        if words.first().and_then(|w| w.known_str()) != Some("init") {
            return;
        }
        path.machine.know(Family::Al2023);
        let mut sources = Vec::new();
        let mut rest = words.iter().skip(1);
        while let Some(word) = rest.next() {
            let text = word.to_text().into_owned();
            if matches!(text.as_str(), "-c" | "--config-source") {
                sources.extend(rest.next().cloned());
            } else if text.starts_with("--config-source=") {
                sources.push(word.slice("--config-source=".len()..word.len()));
            }
        }
        let mut documents = Vec::new();
        for source in &sources {
            let Some(file) = source.known_str() else { continue };
            if file.starts_with("imds://") {
                documents.extend(path.machine.node_configs.clone());
            } else if let Some(file) = file.strip_prefix("file://") {
                let prefix = format!("{}/", absolute(file, "/"));
                let mut files: Vec<String> = vec![absolute(file, "/")];
                files.extend(path.machine.files.keys().filter(|f| f.starts_with(&prefix)).cloned());
                for file in files {
                    if let Some(File::Known(text)) = path.machine.file(&file)
                        && let Some(document) = nodeadm::read(&mut path.machine, &text, &file, self.cx)
                    {
                        documents.push(document);
                    }
                }
            }
        }
        if sources.is_empty() {
            documents.clone_from(&path.machine.node_configs);
        }
        if documents.is_empty() {
            path.machine.gap(span, Why::NotUnderstood("where nodeadm takes its configuration from".into()));
        }
        nodeadm::write(&mut path.machine, &documents);
        path.machine.start(true);
    }
}

/// True if the options at the start of `words` have `-e` among them.
fn errexit(words: &[Traced]) -> bool {
    let options = words.iter().map(|w| w.to_text()).take_while(|w| w.starts_with('-') || w.starts_with('+'));
    options.into_iter().any(|w| w.starts_with('-') && !w.starts_with("--") && w.contains('e'))
}

/// True if a script whose text is not known may have to do with a kubelet.
fn near(path: &Run, code: &Traced) -> bool {
    let _ = path;
    code.first_hole().is_some_and(|(_, why)| why.to_string().contains("kubelet"))
}

/// `grep -q WORD FILE` where both are known and the word has no special characters.
fn grep(operands: &[&Traced], inverted: bool, path: &Run) -> Option<bool> {
    let [word, file] = operands else { return None };
    let word = word.known_str()?;
    if inverted || word.bytes().any(|b| b"\\.*[]^$+?(){}|".contains(&b)) {
        return None;
    }
    let text = contents(path, file, file.span()?);
    let found = text.bytes().windows(word.len().max(1)).any(|w| w == word.as_bytes());
    if found {
        return Some(true);
    }
    if text.has_hole() { None } else { Some(false) }
}

fn systemctl(name: &str, operands: &[&Traced], words: &[Traced], path: &mut Run) {
    let texts: Vec<_> = operands.iter().map(|o| o.to_text().into_owned()).collect();
    let is_kubelet = texts.iter().any(|t| matches!(t.as_str(), "kubelet" | "kubelet.service"));
    path.status = Status::Likely("".into());
    if !is_kubelet {
        return;
    }
    let now = words.iter().any(|w| w.known_str() == Some("--now"));
    let verb = if name == "service" { texts.get(1) } else { texts.first() };
    match verb.map(String::as_str) {
        Some("restart" | "reload-or-restart" | "try-restart") => path.machine.start(true),
        Some("start") => path.machine.start(false),
        Some("enable") if now => path.machine.start(false),
        Some("stop") => path.machine.start = None,
        Some("is-active" | "is-enabled" | "status") => path.status = Status::Open("".into()),
        _ => {}
    }
}
