//! Documents that scripts pass to tools in here-documents, and options of minikube: in shell files, and in the texts of CI
//! files and other YAML. `eksctl create cluster -f - <<EOF`, `cat > cluster.yaml <<EOF`, `minikube start --extra-config=…`.
//!
//! Nothing is run. A variable that the same text sets once, to a literal, is known; others are unknown, and so is one that is
//! set only under a condition; what runs under one says so. Documents that a node
//! reads itself (`NodeConfig`, `KubeletConfiguration`) are left to the boot of the surrounding script.

mod branches;
pub(super) mod charts;
mod conditions;
mod filled_files;
mod launches;
pub(super) mod makefile;
mod patches;
mod references;
pub(super) mod user_data;
mod written;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::node::{Cx, NodeGroup, Step};
use crate::syntax::shell::{self, Assignment, Command, CommandKind, Operation, Part, RedirectKind, Target, Word};
use crate::syntax::{Node, SyntaxError};
use crate::text::{Layer, Span, Traced, View, Why, budget};
use crate::value::{Condition, Guard};

use super::command_files::{bases, is_makefile};
use super::installs::Edited;
use super::job_scopes::{Jobs, Scope};
use super::standalone::is_user_data;
use super::unit::{FileList, Input, Unit, has_extension, is_named, is_text};
use super::watched::{Group, Words};
use super::{manifests, yaml_files};
use written::Written;

/// The option of minikube that passes settings to the components of a cluster.
const EXTRA: &str = "--extra-config";
/// The prefix of kubelet settings there.
const COMPONENT: &str = "kubelet.";
/// Settings that minikube puts into the kubelet's file, and their fields. All others are flags. Source: kubernetes/minikube
/// `pkg/minikube/bootstrapper/bsutil/kubelet.go` (`kubeletConfigParams`).
const IN_FILE: &[(&str, &str)] = &[("runtime-request-timeout", "runtimeRequestTimeout")];
/// The deepest nesting of commands in commands.
const MAX_NESTED: usize = 4;
/// The most items of a list.
const MAX_ITEMS: usize = 200;
/// The most words of a loop that are followed one by one.
const MAX_ROUNDS: usize = 16;

/// Scripts and CI files.
#[derive(Debug)]
pub(super) struct Commands;

impl Input for Commands {
    fn name(&self) -> &'static str {
        "command"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        let ours = |path: &Path| !is_makefile(path) && is_text(path, &["sh", "bash", "zsh", "yaml", "yml"]);
        files.each(ours, may_apply)
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let Ok(source) = cx.files.read(&unit.path) else {
            if cx.files.large_file_holds(&unit.path, &mentions_settings) {
                // A file that cannot be read is reported.
                let _ = cx.peek(&unit.path);
            }
            return Vec::new();
        };
        let bytes = source.bytes();
        if !mentions_settings(&bytes) {
            return Vec::new();
        }
        let Ok(view) = cx.view(&unit.path) else { return Vec::new() };
        let mut reader = CommandReader::new(yaml_files::shown(&unit.path, cx), bases(&bytes, &unit.path, cx));
        let just = is_named(&unit.path, "justfile") || is_named(&unit.path, "Justfile");
        let jenkins = unit.path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"Jenkinsfile"));
        if just || jenkins || has_extension(&unit.path, &["yaml", "yml"]) {
            reader.file = Some(view.clone());
        }
        if has_extension(&unit.path, &["yaml", "yml"]) {
            // User data runs on a node, and is read there.
            if is_user_data(&view.bytes) {
                return Vec::new();
            }
            let parsed = yaml_files::in_either(&view);
            let jobs = Jobs::of(view.as_str().unwrap_or_default());
            for tree in &parsed.tree {
                reader.gather(tree, &jobs);
            }
            for tree in &parsed.tree {
                reader.tree(tree, &(&view, &jobs), cx);
                let mut scripts = Vec::new();
                launches::scripts(tree, 0, &mut scripts, cx);
                for (text, at) in &scripts {
                    reader.pass(text.span(), &jobs);
                    reader.launched(text, *at, &view);
                }
            }
        } else if jenkins {
            reader.jenkins(&view, cx);
        } else if just {
            reader.filled_in(&view.traced(0..view.bytes.len()), &view, true, cx);
        } else {
            reader.script(&view, 0, cx);
        }
        reader.groups
    }
}

/// True for the words of a file whose commands may apply something.
fn may_apply(words: Words) -> bool {
    (words.has(Group::Here) || words.has(Group::Applies)) && words.has(Group::Documents)
        || words.has(Group::Fills)
        || words.has(Group::Starts) && words.has(Group::Kubelet)
        || words.has(Group::Sed) && words.has(Group::Applies)
}

/// The node groups of documents in a script that runs elsewhere, such as a provisioner, in a folder, with the variables of its
/// environment.
pub(super) fn in_text(
    text: &Traced,
    (name, dir): (&str, &Path),
    at: Span,
    variables: BTreeMap<String, Option<Traced>>,
    cx: &mut Cx<'_>,
) -> Vec<NodeGroup> {
    if !mentions_settings(text.bytes()) {
        return Vec::new();
    }
    let mut reader = CommandReader::new(name.to_owned(), vec![dir.to_owned(), cx.files.root().to_owned()]);
    reader.variables = variables;
    reader.text(text, at, 0, cx);
    let CommandReader { name, variables, mut groups, .. } = reader;
    groups.extend(launches::group(&name, text, at, &variables));
    groups
}

/// True if a text may contain such documents or options: a search for a few words.
fn mentions_settings(bytes: &[u8]) -> bool {
    let has = |word: &[u8]| yaml_files::holds(bytes, word);
    if launches::holds_one(bytes) {
        return true;
    }
    let applies = || [&b"kubectl"[..], b"eksctl", b"kops ", b"apply"].iter().any(|word| has(word));
    (has(b"<<") || (has(b"echo ") || has(b"printf ")) && applies()) && manifests::may_hold(bytes)
        || ["envsubst", "clusterctl generate", "kubectl patch", "oc patch", "oc process"]
            .iter()
            .any(|word| has(word.as_bytes()))
        || launches::install_charts(bytes)
        || has(b"talosctl ") && has(b"patch")
        || has(b"kops ") && has(b"spec.")
        || (has(b"sed ") || has(b"yq ") || has(b"jq ") || has(b"perl -")) && applies()
        || yaml_files::holds(bytes, b"extra-config") && yaml_files::holds(bytes, COMPONENT.as_bytes())
}

struct CommandReader {
    /// Variables and their values; `None` for an unknown value.
    variables: BTreeMap<String, Option<Traced>>,
    /// What a YAML file passes to its commands, and where each counts.
    passed: BTreeMap<String, Vec<(Scope, Option<Traced>)>>,
    groups: Vec<NodeGroup>,
    name: String,
    /// The folders that paths may start from: that of the file, the root, and those that its commands change to.
    bases: Vec<PathBuf>,
    /// The files that were sourced; each is read once.
    sourced: BTreeSet<PathBuf>,
    /// Copies of files by name, and what they are copies of.
    copies: Vec<(String, PathBuf)>,
    /// Files that here-documents wrote.
    written: Vec<Written>,
    /// The branch or function that is read, and how many were.
    branch: usize,
    branches: usize,
    /// The variables in the order in which they were first set.
    first_set: Vec<String>,
    /// Files that programs edited in place, and what did so where.
    edited: Vec<Edited>,
    /// How many charts were installed.
    installs: usize,
    /// Lists and their items, as far as they are known.
    lists: BTreeMap<String, Vec<Traced>>,
    /// A file that gives variables to its commands from elsewhere in it.
    file: Option<View>,
    /// How many bytes were searched for what it gives.
    searched: Cell<usize>,
    /// The calls of make that are followed, and how many were.
    follows: Follows,
    calls: usize,
    /// The targets of the makefile that may apply something.
    targets: Arc<BTreeSet<String>>,
}

/// Which calls of make are followed.
#[derive(Clone, Debug)]
enum Follows {
    /// None: the makefile is read by itself.
    Nothing,
    /// Those of this makefile, and no other command counts.
    Only(PathBuf),
    /// Those of this makefile, which is read.
    Own(PathBuf),
}

impl CommandReader {
    fn new(name: String, bases: Vec<PathBuf>) -> Self {
        Self {
            variables: BTreeMap::new(),
            passed: BTreeMap::new(),
            groups: Vec::new(),
            name,
            bases,
            sourced: BTreeSet::new(),
            copies: Vec::new(),
            written: Vec::new(),
            branch: 0,
            branches: 0,
            first_set: Vec::new(),
            edited: Vec::new(),
            installs: 0,
            lists: BTreeMap::new(),
            file: None,
            searched: Cell::new(0),
            follows: Follows::Nothing,
            calls: 0,
            targets: Arc::default(),
        }
    }

    fn assign(&mut self, name: &str, value: Option<Traced>) {
        match self.variables.get_mut(name) {
            Some(known) if known.as_ref().map(Traced::bytes) == value.as_ref().map(Traced::bytes) => {}
            Some(known) => *known = None,
            None => {
                self.variables.insert(name.to_owned(), value);
                self.first_set.push(name.to_owned());
            }
        }
    }

    /// Every text of a YAML file that may be commands.
    fn tree(&mut self, tree: &Node, file: &(&View, &Jobs<'_>), cx: &mut Cx<'_>) {
        if conditions::never_runs(tree, cx) {
            return;
        }
        if let Some(scalar) = tree.as_scalar()
            && mentions_settings(scalar.text.bytes())
        {
            self.pass(scalar.text.span(), file.1);
            self.filled_in(&scalar.text.clone(), file.0, false, cx);
        }
        for (key, value) in tree.pairs() {
            // `with: {extra-config: kubelet.…}` of the action that sets up minikube.
            if let (Some("extra-config"), Some(scalar)) = (key.as_str(), value.as_scalar()) {
                let words = scalar.text.split(b" ");
                let words: Vec<_> =
                    words.iter().filter(|w| w.bytes().starts_with(COMPONENT.as_bytes())).cloned().collect();
                self.minikube(&words, key.span.to(value.span));
            }
            self.tree(value, file, cx);
        }
        // The lines of a script may be a list.
        let lines: Option<Vec<_>> = tree.items().iter().map(|item| Some(item.as_scalar()?.text.clone())).collect();
        if let Some(lines) = lines.filter(|lines| lines.len() > 1) {
            let script = Traced::join(&lines, &Traced::made("\n", tree.span));
            if mentions_settings(script.bytes()) {
                self.pass(script.span(), file.1);
                self.filled_in(&script, file.0, false, cx);
            }
            return;
        }
        tree.items().iter().for_each(|item| self.tree(item, file, cx));
    }

    fn text(&mut self, text: &Traced, at: Span, depth: usize, cx: &mut Cx<'_>) {
        let view = cx.made("commands", text, at);
        self.script(&view, depth, cx);
    }

    fn script(&mut self, view: &View, depth: usize, cx: &mut Cx<'_>) {
        if depth < MAX_NESTED && view.bytes.len() <= shell::MAX_SCRIPT_BYTES {
            let parsed = shell::parse(view);
            if parsed.errors.iter().any(SyntaxError::is_limit) {
                budget::reached("words or depth of a script");
            }
            self.list(&parsed.tree, depth, cx);
        } else {
            budget::reached("size of a script, or depth of scripts in scripts");
        }
    }

    fn command(&mut self, command: &Command, depth: usize, cx: &mut Cx<'_>) {
        match &command.kind {
            CommandKind::Simple { assignments, words } => {
                self.simple(assignments, words, command.span, depth, cx);
                // `kubectl apply -f <(sed … nodes.yaml)`
                for part in words.iter().flat_map(|word| &word.parts) {
                    if let Part::Process(list, _) = part {
                        self.list(list, depth + 1, cx);
                    }
                }
                // `source .env`
                if let [program, file] = words.as_slice()
                    && matches!(program.bare().and_then(Traced::known_str), Some("source" | "."))
                    && let Some((_, path)) = self.file(&self.value(&file.parts, file.span, 0), cx)
                    && self.sourced.insert(path.clone())
                    && let Ok(view) = cx.view(&path)
                {
                    self.script(&view, depth + 1, cx);
                }
            }
            CommandKind::Subshell(list) | CommandKind::Group(list) => self.list(list, depth, cx),
            CommandKind::If { branches, otherwise } => {
                let mut others = Guard::always();
                for (condition, body) in branches {
                    self.list(condition, depth, cx);
                    let Some(at) = conditions::span_of(condition) else { continue };
                    let of = |holds| self.condition(at, holds, cx);
                    let (own, other) = (of(true), of(false));
                    if let Some(when) = others.and(&own).filter(|_| !conditions::is_false(condition)) {
                        self.perhaps(body, &when, depth, cx);
                    }
                    others = others.and(&other).unwrap_or(others);
                }
                if let Some(list) = otherwise {
                    self.perhaps(list, &others, depth, cx);
                }
            }
            CommandKind::Case { subject, arms } => {
                for arm in arms {
                    let patterns = arm.patterns.first().zip(arm.patterns.last());
                    let at = patterns.map_or(subject.span, |(first, last)| first.span.to(last.span));
                    let words = format!("{} is {}", conditions::words(subject.span, cx), conditions::words(at, cx));
                    let when = Guard::of(Condition::within(self.name.as_str(), words, true));
                    self.perhaps(&arm.body, &when, depth, cx);
                }
            }
            CommandKind::For { name, items: words, select, body } => {
                let items: Vec<_> = words.iter().flatten().map(|word| self.value(&word.parts, word.span, 0)).collect();
                let plain = !select
                    && (1..=MAX_ROUNDS).contains(&items.len())
                    && items.iter().all(|item| item.known_str().is_some());
                if plain {
                    for item in items {
                        self.variables.insert(name.clone(), Some(item));
                        self.list(body, depth, cx);
                    }
                } else {
                    self.variables.insert(name.clone(), None);
                    self.list(body, depth, cx);
                }
            }
            CommandKind::ForArithmetic { body, .. } => self.list(body, depth, cx),
            CommandKind::While { condition, body, .. } => {
                self.list(condition, depth, cx);
                self.list(body, depth, cx);
            }
            CommandKind::Function { name, body } => {
                let before = self.groups.len();
                self.within(|reader| reader.command(body, depth, cx));
                if !conditions::is_called(name, command.span, cx) {
                    let words = format!("{name} is called");
                    self.hold(before, &Guard::of(Condition::within(self.name.as_str(), words, true)));
                }
            }
            CommandKind::Coproc { body, .. } => self.command(body, depth, cx),
            CommandKind::Test(_) | CommandKind::Arithmetic(_) | CommandKind::Bad => {}
        }
        if matches!(self.follows, Follows::Only(_)) || conditions::discards(command) {
            return;
        }
        for redirect in command.redirects.iter().filter(|r| r.kind == RedirectKind::Here) {
            let word = match &redirect.target {
                Target::Body(body) => body.word(),
                Target::Word(word) => Some(word),
            };
            let Some(word) = word else { continue };
            let text = self.value(&word.parts, word.span, 0);
            if !mentions_settings(text.bytes()) && !manifests::may_hold(text.bytes()) {
                continue;
            }
            let groups = manifests::for_clusters(&text, &format!("here-document of {}", self.name), redirect.span, cx);
            match self.written_to(command) {
                Some(name) => self.write(name, text.clone(), groups),
                None => self.groups.extend(groups),
            }
            // `ssh host <<EOF`, `bash <<EOF`
            if mentions_settings(text.bytes()) && conditions::runs(&command.kind) {
                self.text(&text, redirect.span, depth + 1, cx);
            }
        }
    }

    fn simple(&mut self, assignments: &[Assignment], words: &[Word], at: Span, depth: usize, cx: &mut Cx<'_>) {
        if words.is_empty() {
            for a in assignments {
                if let [Part::Array(items)] = a.value.parts.as_slice() {
                    let items: Vec<_> = items.iter().flat_map(|word| self.items(word)).collect();
                    let list = self.lists.entry(a.name.clone()).or_default();
                    if !a.append {
                        list.clear();
                    }
                    let room = MAX_ITEMS.saturating_sub(list.len());
                    list.extend(budget::at_most(items, room, "items of an array"));
                }
                let value = self.value(&a.value.parts, a.span, 0);
                self.assign(&a.name, Some(value).filter(|v| a.subscript.is_none() && !a.append && is_known(v)));
            }
            return;
        }
        let mut values: Vec<Traced> = words.iter().flat_map(|word| self.items(word)).collect();
        if values.is_empty() {
            return;
        }
        if matches!(values[0].known_str(), Some("export" | "readonly" | "local" | "declare")) {
            for value in &values[1..] {
                let Some(equals) = value.bytes().iter().position(|b| *b == b'=') else { continue };
                if let Some(name) = value.slice(0..equals).known_str() {
                    let value = value.slice(equals + 1..value.len());
                    self.assign(name, Some(value).filter(is_known));
                }
            }
            return;
        }
        // Text that is only printed is ignored.
        if matches!(values[0].known_str(), Some("echo" | "printf" | "grep" | "log" | ":")) {
            return;
        }
        // `read NAME` and the like.
        if matches!(values[0].known_str(), Some("read" | "unset")) {
            for name in values[1..].iter().filter_map(Traced::known_str) {
                self.variables.insert(name.to_owned(), None);
            }
            return;
        }
        if let Some((Some("cp"), rest)) = values.split_first().map(|(program, rest)| (program.known_str(), rest)) {
            self.copy(rest, cx);
        }
        self.make(assignments, &values, depth, cx);
        if matches!(self.follows, Follows::Only(_)) {
            return;
        }
        self.edits(&values, cx);
        self.patch(&values, at, cx);
        self.tools(&values, at, cx);
        self.chart(&values, at, cx);
        // Arguments may be in one text, or in a variable that the shell splits.
        if values.iter().any(|v| v.bytes().contains(&b' ') && yaml_files::holds(v.bytes(), EXTRA.as_bytes())) {
            values = values.iter().flat_map(|v| v.split(b" ")).filter(|v| !v.is_empty()).collect();
        }
        let mut settings = Vec::new();
        let mut rest = values.drain(..);
        while let Some(word) = rest.next() {
            let bytes = word.bytes();
            if bytes == EXTRA.as_bytes() {
                settings.extend(rest.next());
            } else if bytes.starts_with(EXTRA.as_bytes()) && bytes.get(EXTRA.len()) == Some(&b'=') {
                settings.push(word.slice(EXTRA.len() + 1..word.len()));
            }
        }
        drop(rest);
        self.minikube(&settings, at);
    }

    /// A minikube node with these settings of its components. The last one of equal keys wins.
    fn minikube(&mut self, settings: &[Traced], at: Span) {
        let mut flags: Vec<(Traced, Traced)> = Vec::new();
        let mut file = Vec::new();
        for setting in settings.iter().filter(|s| s.bytes().starts_with(COMPONENT.as_bytes())) {
            let Some(equals) = setting.bytes().iter().position(|b| *b == b'=') else { continue };
            let name = setting.slice(COMPONENT.len()..equals);
            let value = setting.slice(equals + 1..setting.len());
            match IN_FILE.iter().find(|(key, _)| name.known_str() == Some(key)) {
                Some((_, field)) => file.push((Node::quoted(Traced::made(*field, at), at), Node::quoted(value, at))),
                None => {
                    flags.retain(|(known, _)| known.bytes() != name.bytes());
                    flags.push((name, value));
                }
            }
        }
        if file.is_empty() && flags.is_empty() {
            return;
        }
        let mut group = NodeGroup::new(format!("minikube of {}", self.name), at);
        if !file.is_empty() {
            group.steps.push(Step::KubeletConfig(Node::map(file, at), "extra-config"));
        }
        if !flags.is_empty() {
            let word = |(name, value): &(Traced, Traced)| {
                let mut out = Traced::made("--", at);
                out.push(name);
                out.push_made(b"=", at);
                out.push(value);
                out
            };
            group.steps.push(Step::KubeletArgs(flags.iter().map(word).collect()));
        }
        self.groups.push(group);
    }

    /// The texts of a word: those of a list for `"${args[@]}"`.
    fn items(&self, word: &Word) -> Vec<Traced> {
        let parts = match word.parts.as_slice() {
            [Part::Double(inner)] => inner.as_slice(),
            parts => parts,
        };
        if let [Part::Parameter(parameter)] = parts
            && parameter.subscript.is_some()
            && matches!(parameter.operation, Operation::None)
            && let Some(list) = self.lists.get(&parameter.name)
        {
            return list.clone();
        }
        vec![self.value(&word.parts, word.span, 0)]
    }

    /// The text of a word. Parts that only a run can determine are unknown.
    fn value(&self, parts: &[Part], at: Span, depth: usize) -> Traced {
        let mut out = Traced::new();
        for part in parts {
            match part {
                Part::Bare(text) | Part::Quoted(text) => out.push(text),
                Part::Double(inner) if depth < shell::MAX_DEPTH => out.push(&self.value(inner, at, depth + 1)),
                Part::Parameter(parameter) => {
                    let step: Arc<str> = format!("${}", parameter.name).into();
                    let mut known = self.variables.get(&parameter.name).cloned();
                    if known.is_none() && matches!(parameter.operation, Operation::None) {
                        let mark = Traced::made(format!("${}", parameter.name), parameter.span);
                        known = self.given(&mark).map(Some);
                    }
                    let plain = parameter.subscript.is_none() && matches!(parameter.operation, Operation::None);
                    match (&known, &parameter.operation) {
                        (Some(Some(value)), _) if plain => out.push(&value.through(parameter.span, &step)),
                        (Some(Some(value)), Operation::Substitute { operator: b'-' | b'=' | b'?', .. })
                            if !value.is_empty() =>
                        {
                            out.push(&value.through(parameter.span, &step));
                        }
                        // A variable that is not set here is set from outside or not at all: both are followed.
                        (None, Operation::Substitute { operator: b'-' | b'=', word, .. })
                            if depth < shell::MAX_DEPTH =>
                        {
                            let value = self.value(&word.parts, word.span, depth + 1);
                            out.push(&Traced::with_default(parameter.span, &step, &value));
                        }
                        _ => out.push_unknown(parameter.span, Why::FromOutside(step)),
                    }
                }
                Part::Command(_, span)
                | Part::Backquoted(_, span)
                | Part::Arithmetic(_, span)
                | Part::Process(_, span) => match written::printed(part).filter(|_| depth < shell::MAX_DEPTH) {
                    Some(body) => out.push(&self.value(&body.parts, body.span, depth + 1)),
                    None => out.push_unknown(*span, Why::FromOutside("what a command prints".into())),
                },
                Part::Double(_) | Part::Array(_) => {
                    out.push_unknown(at, Why::NotUnderstood("a list of a shell".into()));
                }
            }
        }
        out
    }
}

/// True for a value without unknown parts, or with a default for them.
fn is_known(value: &Traced) -> bool {
    !value.has_unknown() || value.original(Layer::Default).is_some()
}

#[cfg(test)]
mod tests;
