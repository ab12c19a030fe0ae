//! How the modules of tasks change a machine. Source: ansible/ansible, `lib/ansible/modules` (`copy`, `template`, `lineinfile`,
//! `blockinfile`, `replace`, `shell`, `command`, `script`, `file`).

use std::path::{Path, PathBuf};

use crate::node::kubelet_files::by_end;
use crate::node::{Cx, Edit, NodeGroup, Step, Wrapping};
use crate::syntax::documents::in_yaml;
use crate::syntax::{MAX_DEPTH, Node, Schema, Style, file_mode};
use crate::text::{Span, Traced, Why, budget};
use crate::value::{Guard, Kind, Value};

use super::filters::filter;
use super::folders::Folders;
use super::topics::{is_for_nodes, is_of_kubelet, may_matter, mentions_kubelet, written};
use super::values::printed;
use super::vars::Vars;
use crate::input::open_conditions::Answers;
use crate::input::{manifests, yaml_files, yaml_values};

/// The most rounds of a loop.
const MAX_ROUNDS: usize = 64;
/// Words of templates that consist of others.
const OF_OTHERS: [&[u8]; 2] = [b"include", b"extends"];
/// The most tasks of one run.
pub(super) const MAX_TASKS: usize = 5_000;
const TASKS: &str = "tasks of a playbook";

fn is_yes(text: &str) -> bool {
    matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "1" | "on")
}

/// Modules that write files.
const FILES: &[&str] = &["copy", "template", "lineinfile", "blockinfile", "replace", "ini_file", "file"];

/// True for a task that changes no node: it runs on the machine of the person who applies it, or only tells what it would do.
fn is_elsewhere(item: &Node) -> bool {
    let is = |key: &str, wanted: &dyn Fn(&str) -> bool| item.get(key).and_then(Node::as_str).is_some_and(wanted);
    is("delegate_to", &|host| matches!(host, "localhost" | "127.0.0.1")) || is("check_mode", &is_yes)
}

/// A run of tasks.
pub(super) struct TaskRun {
    pub(super) vars: Vars,
    pub(super) steps: Vec<Step>,
    pub(super) when: Guard,
    /// The handlers that tasks notify.
    pub(super) notified: Vec<String>,
    /// The first task that concerns a kubelet.
    pub(super) place: Option<Span>,
    /// Separate node groups: launch templates, documents for a cluster.
    pub(super) groups: Vec<NodeGroup>,
    /// Files that were included.
    pub(super) taken: Vec<PathBuf>,
    /// Files of the machine that contain a kubelet configuration, and their texts.
    pub(super) configurations: Vec<(String, Traced)>,
    /// Scripts about a kubelet that no command has run yet.
    scripts: Vec<(String, Traced)>,
    pub(super) name: String,
    pub(super) tasks: usize,
}

impl TaskRun {
    pub(super) fn new(name: &str, answers: Answers) -> Self {
        Self {
            vars: Vars::new(answers),
            steps: Vec::new(),
            when: Guard::always(),
            notified: Vec::new(),
            place: None,
            groups: Vec::new(),
            taken: Vec::new(),
            configurations: Vec::new(),
            scripts: Vec::new(),
            name: name.to_owned(),
            tasks: 0,
        }
    }

    /// The tasks of a file.
    pub(super) fn file(&mut self, path: &Path, base: &Path, depth: usize, cx: &mut Cx<'_>) {
        if depth >= 16 {
            return budget::reached(TASKS);
        }
        let Ok(source) = cx.files.read(path) else { return };
        if !may_matter(&source.bytes()) {
            return;
        }
        let Ok(view) = cx.view(path) else { return };
        self.taken.push(path.to_owned());
        let folders = Folders { base: base.to_owned(), own: path.parent().unwrap_or(path).to_owned() };
        let parsed = in_yaml(&view);
        // Ansible reads none of such a file. One error causes others.
        if let Some(error) = parsed.errors.first() {
            cx.notes.syntax(error, "");
        }
        for tree in &parsed.tree {
            self.list(tree.items(), &folders, depth + 1, cx);
        }
    }

    pub(super) fn list(&mut self, list: &[Node], folders: &Folders, depth: usize, cx: &mut Cx<'_>) {
        for item in list {
            self.tasks += 1;
            if depth >= MAX_DEPTH || self.tasks > MAX_TASKS {
                return budget::reached(TASKS);
            }
            self.task(item, folders, depth, cx);
        }
    }

    fn task(&mut self, item: &Node, folders: &Folders, depth: usize, cx: &mut Cx<'_>) {
        let layers = self.vars.depth();
        self.vars.folders = Some(folders.clone());
        self.vars.push(item.get("vars"));
        let keys = ["loop", "with_items", "with_list", "with_dict"];
        let list = keys.iter().find_map(|key| item.get(key).map(|list| (*key, list)));
        match list {
            Some((key, list)) => {
                let mut value = self.vars.value(list, cx);
                if key == "with_dict" {
                    value = filter("dict2items", value, &[], list.span, cx);
                }
                let name = item.path(&["loop_control", "loop_var"]).and_then(Node::as_str).unwrap_or("item");
                let items = match &value.kind {
                    Kind::List(_) => value.items(),
                    _ => vec![Value::unknown(Why::NotUnderstood("what a task loops over".into()), list.span)],
                };
                for one in budget::at_most(items, MAX_ROUNDS, "rounds of a task") {
                    self.vars.set(name, one);
                    self.once(item, folders, depth, cx);
                }
            }
            None => {
                if let Some(names) = item.get("with_first_found") {
                    let found = self.first_found(names, folders, cx);
                    self.vars.set("item", found);
                }
                self.once(item, folders, depth, cx);
            }
        }
        self.vars.truncate(layers);
    }

    fn once(&mut self, item: &Node, folders: &Folders, depth: usize, cx: &mut Cx<'_>) {
        self.if_run(item, cx, |run, cx| {
            run.notify(item);
            let before = run.steps.len();
            for key in ["block", "rescue", "always"] {
                if let Some(inner) = item.get(key) {
                    let fails = (key == "rescue").then(|| "a task of the block fails".to_owned());
                    run.under(fails, |run| run.list(inner.items(), folders, depth + 1, cx));
                }
            }
            for (key, value) in item.pairs() {
                run.module((key, value), item, folders, depth, cx);
            }
            if run.steps.len() > before {
                run.place.get_or_insert(item.get("name").map_or(item.span, |name| name.span));
            }
        });
    }

    /// An argument of a module: in its map, or in a text of `key=value`.
    pub(super) fn argument(&mut self, value: &Node, keys: &[&str], cx: &mut Cx<'_>) -> Option<Value> {
        if let Some(node) = keys.iter().find_map(|key| value.get(key)) {
            return Some(self.vars.value(node, cx));
        }
        let scalar = value.as_scalar()?;
        let text = scalar.text.clone();
        let at = value.span;
        let found = free_form(&text).into_iter().find(|(key, _)| keys.contains(&key.as_str()))?.1;
        Some(self.vars.text(&found, at, cx))
    }

    pub(super) fn text(&mut self, value: &Node, keys: &[&str], cx: &mut Cx<'_>) -> Option<Traced> {
        let found = self.argument(value, keys, cx)?;
        Some(printed(&found, value.span))
    }

    pub(super) fn known(&mut self, value: &Node, keys: &[&str], cx: &mut Cx<'_>) -> Option<String> {
        self.text(value, keys, cx)?.known_str().map(str::to_owned)
    }

    /// The path of a file on the node. Where only its folder is unknown, the end of the path may tell.
    fn target(&mut self, value: &Node, keys: &[&str], cx: &mut Cx<'_>) -> Option<String> {
        let path = self.text(value, keys, cx)?;
        let end = path.unknowns().last().map_or(0, |(range, _, _)| range.end);
        let rest = path.slice(end..path.len()).known_str()?.to_owned();
        if end == 0 { Some(rest) } else { by_end(&rest) }
    }

    fn module(&mut self, (key, value): (&Node, &Node), item: &Node, folders: &Folders, depth: usize, cx: &mut Cx<'_>) {
        let Some(name) = key.as_str() else { return };
        let name = name.rsplit('.').next().unwrap_or(name);
        if FILES.contains(&name) && is_elsewhere(item) {
            return;
        }
        match name {
            "include_tasks" | "import_tasks" | "include" => self.include_tasks(value, folders, depth, cx),
            "include_role" | "import_role" => {
                let role = self.known(value, &["name"], cx);
                let from = self.known(value, &["tasks_from"], cx).unwrap_or_else(|| "main".to_owned());
                if let Some(role) = role {
                    self.role(&role, &from, None, folders, depth, cx);
                }
            }
            "set_fact" => self.set_facts(value, cx),
            "include_vars" => self.include_vars(value, item, folders, cx),
            "copy" | "template" => self.put(name, key, value, folders, cx),
            "file" => {
                let path = self.known(value, &["path", "dest", "name"], cx);
                let absent = self.known(value, &["state"], cx).as_deref() == Some("absent");
                if let Some(path) = path.as_ref().filter(|p| !absent && is_of_kubelet(p)) {
                    let below = self.known(value, &["recurse"], cx).is_some_and(|yes| is_yes(&yes));
                    self.access(path, below, value, cx);
                }
                if let Some(path) = path.filter(|p| absent && is_of_kubelet(p)) {
                    self.script(&Traced::made(format!("rm -rf '{}'", path.replace('\'', "")), value.span), value.span);
                }
            }
            "lineinfile" | "blockinfile" | "replace" | "ini_file" => self.edit(name, key, value, cx),
            "shell" | "command" | "raw" => {
                let command = match value.get("argv") {
                    Some(argv) => {
                        let words = self.vars.value(argv, cx);
                        let words: Vec<_> = words.items().iter().map(|w| printed(w, argv.span)).collect();
                        Some(Traced::join(&words, &Traced::made(" ", argv.span)))
                    }
                    None => match value.as_scalar().map(|s| s.text.clone()) {
                        Some(text) => Some(printed(&self.vars.text(&text, value.span, cx), value.span)),
                        None => self.text(value, &["cmd"], cx),
                    },
                };
                if let Some(command) = command {
                    let mut script = self.environment(item, cx);
                    script.push(&command);
                    if let Some(input) = value.get("stdin").or_else(|| item.get("args")?.get("stdin")) {
                        let text = printed(&self.vars.value(input, cx), input.span);
                        let name = format!("the input of a command of {}", self.name);
                        self.groups.append(&mut manifests::for_clusters(&text, &name, input.span, cx));
                        let line = script.bytes().trim_ascii_end().len();
                        script = script.slice(0..line);
                        script.push_made(b" <<'END_OF_INPUT'\n", input.span);
                        script.push(&text);
                        script.push_made(b"\nEND_OF_INPUT", input.span);
                    }
                    self.command(&script, value.span);
                }
            }
            "get_url" => {
                let given = (self.known(value, &["url"], cx), self.known(value, &["dest"], cx));
                if let (Some(url), Some(dest)) = given {
                    let (url, dest) = (url.replace('\'', ""), dest.replace('\'', ""));
                    let mut command = format!("curl -sfL '{url}' -o '{dest}'");
                    let plain = |mode: &&str| mode.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-=,".contains(&b));
                    if let Some(mode) = value.get("mode").and_then(Node::as_str).filter(plain) {
                        command.push_str(&format!("\nchmod {mode} '{dest}'"));
                    }
                    self.command(&Traced::made(command, value.span), value.span);
                }
            }
            "script" => {
                let line = match value.as_scalar().map(|s| s.text.clone()) {
                    Some(text) => Some(printed(&self.vars.text(&text, value.span, cx), value.span)),
                    None => self.text(value, &["cmd"], cx),
                };
                let Some(line) = line else { return };
                let end = line.bytes().iter().position(|b| *b == b' ').unwrap_or(line.len());
                let name = line.slice(0..end);
                let path = name.known_str().and_then(|name| folders.find("files", name, cx));
                let Some(view) = path.and_then(|p| cx.view(&p).ok()) else { return };
                if mentions_kubelet(&String::from_utf8_lossy(&view.bytes)) {
                    let first = memchr::memchr(b'\n', &view.bytes).filter(|_| view.bytes.starts_with(b"#!"));
                    let first = first.map_or(0, |end| end + 1);
                    let mut script = view.traced(0..first);
                    if end < line.len() {
                        script.push_made(b"set --", value.span);
                        script.push(&line.slice(end..line.len()));
                        script.push_made(b"\n", value.span);
                    }
                    script.push(&view.traced(first..view.bytes.len()));
                    self.steps.push(Step::Script(script));
                }
            }
            "k8s" => {
                let definition = value.get("definition").or_else(|| value.get("resource_definition"));
                if let Some(definition) = definition {
                    let value = self.vars.value(definition, cx);
                    let mut groups = match &value.kind {
                        Kind::Str(text) => {
                            manifests::in_text(&text.through_all(&value.via), &self.name.clone(), key.span, cx)
                        }
                        _ => manifests::among(&yaml_values::node_of(&value), &self.name.clone(), cx),
                    };
                    self.groups.append(&mut groups);
                } else if let Some(source) =
                    self.known(value, &["template"], cx).and_then(|s| folders.find("templates", &s, cx))
                {
                    let Ok(view) = cx.view(&source) else { return };
                    let text = self.vars.file(&view, &source, cx);
                    self.taken.push(source);
                    self.groups.append(&mut manifests::in_text(&text, &self.name.clone(), key.span, cx));
                }
            }
            "helm" | "helm_template" => self.chart(value, key.span, folders, cx),
            "ec2_launch_template" | "ec2_instance" | "ec2" | "ec2_lc" | "autoscaling_launch_config" => {
                if let Some(text) = self.text(value, &["user_data"], cx).filter(|t| !t.is_empty()) {
                    let label = item.get("name").and_then(Node::as_str).unwrap_or(name);
                    let mut group = NodeGroup::new(format!("{} ({label})", self.name), key.span);
                    group.steps.push(Step::UserData(text, Wrapping::Base64OrPlain));
                    self.groups.push(group);
                }
            }
            _ => {}
        }
    }

    fn put(&mut self, name: &str, key: &Node, value: &Node, folders: &Folders, cx: &mut Cx<'_>) {
        let Some(mut path) = self.target(value, &["dest"], cx) else { return };
        let source = self.known(value, &["src"], cx);
        if path.ends_with('/')
            && let Some(source) = &source
        {
            let last = source.rsplit('/').next().unwrap_or(source);
            path.push_str(last.strip_suffix(".j2").unwrap_or(last));
        }
        let content = match (&source, name) {
            (Some(source), _) => {
                let kind = if name == "template" { "templates" } else { "files" };
                let Some(file) = folders.find(kind, source, cx) else {
                    if is_of_kubelet(&path) {
                        let why = Why::FromOutside(format!("the file {}", source.escape_debug()).into());
                        self.steps.push(Step::UnknownFile(path, why));
                    }
                    return;
                };
                // Most files do not concern a kubelet. A template may consist of others.
                let others = |bytes: &[u8]| name == "template" && OF_OTHERS.iter().any(|w| yaml_files::holds(bytes, w));
                let may = |bytes: &[u8]| {
                    manifests::may_hold(bytes) || mentions_kubelet(&String::from_utf8_lossy(bytes)) || others(bytes)
                };
                if !is_of_kubelet(&path) && !cx.files.read(&file).is_ok_and(|s| may(&s.bytes())) {
                    return;
                }
                let Ok(view) = cx.view(&file) else { return };
                if name == "template" {
                    let text = self.vars.file(&view, &file, cx);
                    self.taken.push(file);
                    text
                } else {
                    view.traced(0..view.bytes.len())
                }
            }
            (None, "copy") => match self.argument(value, &["content"], cx) {
                Some(value) => printed(&value, key.span),
                None => return,
            },
            _ => return,
        };
        let for_node = is_for_nodes(content.bytes());
        if for_node && !path.starts_with('/') {
            // Whatever reads it finds it in a folder that is not known.
            let name = format!("{path} of {}", self.name);
            self.groups.append(&mut written(&content, &name, key.span, cx));
        } else if for_node || is_of_kubelet(&path) {
            if for_node {
                self.configurations.push((path.clone(), content.clone()));
            }
            self.steps.push(Step::file(path.clone(), content));
            self.access(&path, false, value, cx);
        } else if path.starts_with('/') && content.bytes().starts_with(b"#!") {
            // A later command may run it.
            if mentions_kubelet(&content.to_text()) {
                self.scripts.push((path, content));
            }
        } else if path.starts_with("/etc/rancher/") {
            self.groups.append(&mut manifests::in_text(&content, &format!("{path} of {}", self.name), key.span, cx));
        } else {
            self.groups.append(&mut manifests::for_clusters(
                &content,
                &format!("{path} of {}", self.name),
                key.span,
                cx,
            ));
        }
    }

    fn edit(&mut self, name: &str, key: &Node, value: &Node, cx: &mut Cx<'_>) {
        let Some(path) = self.target(value, &["path", "dest", "destfile", "name"], cx).filter(|p| is_of_kubelet(p))
        else {
            return;
        };
        let absent = self.known(value, &["state"], cx).as_deref() == Some("absent");
        let yes = |text: Option<String>| text.is_some_and(|text| is_yes(&text));
        let mut after = self.known(value, &["insertafter"], cx);
        let before = self.known(value, &["insertbefore"], cx);
        let edit = match name {
            "ini_file" => {
                let section = self.known(value, &["section"], cx);
                let option = self.known(value, &["option"], cx);
                let (Some(option), None) = (option, value.get("values")) else {
                    self.steps.push(Step::UnknownFile(path, Why::NotUnderstood("a change of a section".into())));
                    return;
                };
                let line = |pattern: String, line: Traced, after: Option<String>, absent: bool| Edit::Line {
                    pattern: Some(pattern),
                    line: Some(line),
                    after,
                    before: None,
                    absent,
                    backrefs: false,
                    first: true,
                };
                if let Some(section) = section.filter(|_| !absent) {
                    let header = format!(r"^\[{}\]", regex::escape(&section));
                    let at = key.span.to(value.span);
                    let edit = line(
                        header.clone(),
                        Traced::made(format!("[{section}]"), value.span),
                        Some("EOF".into()),
                        false,
                    );
                    self.steps.push(Step::Edit { path: path.clone(), edit, at });
                    after = Some(header);
                }
                let mut text = Traced::made(format!("{option}="), value.span);
                text.push(&self.text(value, &["value"], cx).unwrap_or_default());
                line(format!(r"^[#;]?\s*{}\s*=", regex::escape(&option)), text, after, absent)
            }
            "lineinfile" => {
                let literal = self.known(value, &["search_string"], cx);
                let regexp = self.text(value, &["regexp", "regex"], cx);
                if regexp.as_ref().is_some_and(|r| r.known_str().is_none()) {
                    self.steps.push(Step::UnknownFile(path, Why::NotUnderstood("an unknown pattern".into())));
                    return;
                }
                Edit::Line {
                    pattern: literal.map(|l| regex::escape(&l)).or_else(|| regexp?.known_str().map(str::to_owned)),
                    line: self.text(value, &["line", "value"], cx),
                    after,
                    before,
                    absent,
                    backrefs: yes(self.known(value, &["backrefs"], cx)),
                    first: yes(self.known(value, &["firstmatch"], cx)),
                }
            }
            "replace" => {
                let Some(pattern) = self.known(value, &["regexp"], cx) else {
                    self.steps.push(Step::UnknownFile(path, Why::NotUnderstood("an unknown pattern".into())));
                    return;
                };
                Edit::Replace { pattern, with: self.text(value, &["replace"], cx).unwrap_or_default() }
            }
            _ => Edit::Block {
                block: self.text(value, &["block", "content"], cx).unwrap_or_default(),
                marker: self
                    .known(value, &["marker"], cx)
                    .unwrap_or_else(|| "# {mark} ANSIBLE MANAGED BLOCK".to_owned()),
                after,
                before,
                absent,
            },
        };
        self.steps.push(Step::Edit { path: path.clone(), edit, at: key.span.to(value.span) });
        self.access(&path, false, value, cx);
    }

    /// The mode and owner that a task gives to a file, once something else concerns a kubelet.
    fn access(&mut self, path: &str, below: bool, value: &Node, cx: &mut Cx<'_>) {
        if !cx.given.whole || self.steps.is_empty() {
            return;
        }
        let number = |node: &&Node| {
            node.as_scalar().is_some_and(|s| {
                s.style == Style::Plain && !s.text.is_empty() && s.text.bytes().iter().all(u8::is_ascii_digit)
            })
        };
        let mode = match value.get("mode").filter(number) {
            Some(node) => file_mode(node, Schema::Python),
            None => self.text(value, &["mode"], cx),
        };
        let mut owner = self.text(value, &["owner"], cx);
        if let Some(group) = self.text(value, &["group"], cx) {
            let out = owner.get_or_insert_default();
            out.push_made(b":", value.span);
            out.push(&group);
        }
        if mode.is_some() || owner.is_some() {
            self.steps.push(Step::Access { path: path.to_owned(), below, rights: [mode, owner] });
        }
    }

    /// The commands that set the environment of a task.
    fn environment(&mut self, item: &Node, cx: &mut Cx<'_>) -> Traced {
        let mut out = Traced::new();
        for (name, value) in item.get("environment").map(Node::pairs).unwrap_or_default() {
            let text = printed(&self.vars.value(value, cx), value.span);
            out.push_made(format!("export {}='", name.as_str().unwrap_or("_")).as_bytes(), name.span);
            out.push(&text.replace(b"'", &Traced::made("'\\''", value.span)));
            out.push_made(b"'\n", value.span);
        }
        out
    }

    fn command(&mut self, command: &Traced, at: Span) {
        let words = command.to_text();
        let (run, kept) = std::mem::take(&mut self.scripts).into_iter().partition(|(path, _)| words.contains(path));
        self.scripts = kept;
        let runs = !Vec::is_empty(&run);
        for (path, content) in run {
            self.steps.push(Step::file(path.clone(), content));
            let rights = [Some(Traced::made("0755", at)), None];
            self.steps.push(Step::Access { path, below: false, rights });
        }
        if runs || mentions_kubelet(&words) {
            self.script(command, at);
        }
    }

    fn script(&mut self, command: &Traced, at: Span) {
        let mut script = Traced::made("#!/bin/sh\n", at);
        script.push(command);
        script.push_made(b"\n", at);
        self.steps.push(Step::Script(script));
    }
}

/// The pairs of a text such as `dest=/x line="a b"`.
pub(super) fn free_form(text: &Traced) -> Vec<(String, Traced)> {
    let bytes = text.bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at + bytes[at..].iter().take_while(|b| b.is_ascii_whitespace()).count();
        let length = bytes[start..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        if length == 0 || bytes.get(start + length) != Some(&b'=') {
            return out;
        }
        let key = String::from_utf8_lossy(&bytes[start..start + length]).into_owned();
        let mut value = Traced::new();
        at = start + length + 1;
        let mut quote = None;
        let mut braces = 0_usize;
        let mut run = at;
        while at < bytes.len() {
            match (bytes[at], quote) {
                (b, Some(q)) if b == q => {
                    value.push(&text.slice(run..at));
                    run = at + 1;
                    quote = None;
                }
                (q @ (b'"' | b'\''), None) if braces == 0 => {
                    value.push(&text.slice(run..at));
                    run = at + 1;
                    quote = Some(q);
                }
                (b'{', None) => braces += 1,
                (b'}', None) => braces = braces.saturating_sub(1),
                (b, None) if b.is_ascii_whitespace() && braces == 0 => break,
                _ => {}
            }
            at += 1;
        }
        value.push(&text.slice(run..at));
        out.push((key, value));
    }
    out
}
