//! `AWS::CloudFormation::Init`: the work of `cfn-init` when the user data calls it, as an equivalent script.
//!
//! The script replaces `cfn-init` on the node, so it runs where the user data calls it. Order and
//! meaning of the sections: AWS CloudFormation Template Reference, `AWS::CloudFormation::Init`; aws-cfn-bootstrap
//! `cfnbootstrap/construction.py` and `file_tool.py`.

use crate::node::Gap;
use crate::syntax::{Node, NodeKind};
use crate::text::{Span, Traced, Why, holds};
use crate::value::Value;

use super::intrinsics::{Evaluator, part};
use super::template::Expr;

/// The most configurations that are run, and the deepest nesting of sets.
const MAX_CONFIGS: usize = 100;

/// A part of the script.
enum Part {
    Made(String, Span),
    /// The value with this number between single quotes.
    Quoted(usize, Span),
    /// The value with this number, unchanged.
    Plain(usize),
    /// A file with the value of this number as its content.
    File {
        path: String,
        content: usize,
        base64: bool,
        at: Span,
    },
}

/// The parts of a script.
#[derive(Default)]
struct Script {
    parts: Vec<Part>,
    values: Vec<Value>,
    gaps: Vec<Gap>,
}

impl Script {
    fn made(&mut self, text: impl Into<String>, at: Span) {
        self.parts.push(Part::Made(text.into(), at));
    }

    fn value(&mut self, value: Value) -> usize {
        self.values.push(value);
        self.values.len() - 1
    }

    fn quoted(&mut self, value: Value, at: Span) {
        let n = self.value(value);
        self.parts.push(Part::Quoted(n, at));
    }

    fn gap(&mut self, at: Span, why: Why) {
        self.gaps.push(Gap { at, why });
    }
}

impl Evaluator<'_> {
    /// The script equivalent to the metadata for calls with these sets, and its gaps.
    pub(super) fn init_script(&mut self, init: &Node, calls: &[&[String]]) -> (Value, Vec<Gap>) {
        let mut script = Script::default();
        script.made("#!/bin/bash\n", init.span);
        for config in calls.iter().flat_map(|sets| configs(init, sets, &mut script.gaps)).collect::<Vec<_>>() {
            self.config(config, &mut script);
        }
        let Script { parts, values, gaps } = script;
        let value = self.lift(&values, init.span, &mut |this, values| {
            let mut out = Traced::new();
            for part in &parts {
                write(part, values, &mut out);
            }
            this.text(out, init.span)
        });
        (value, gaps)
    }

    fn config(&mut self, config: &Node, script: &mut Script) {
        for (key, source) in config.get("sources").map(Node::pairs).unwrap_or_default() {
            if key.as_str().is_some_and(|path| path.contains("kube") || path.contains("/etc/eks")) {
                script.gap(source.span, Why::FromOutside("an archive that is fetched".into()));
            }
        }
        for (key, file) in config.get("files").map(Node::pairs).unwrap_or_default() {
            self.file(key, file, script);
        }
        let mut commands: Vec<_> = config.get("commands").map(Node::pairs).unwrap_or_default().iter().collect();
        commands.sort_by(|(a, _), (b, _)| a.as_str().cmp(&b.as_str()));
        for (_, command) in commands {
            self.command(command, script);
        }
        for (_, services) in config.get("services").map(Node::pairs).unwrap_or_default() {
            for (name, service) in services.pairs() {
                let runs =
                    service.get("ensureRunning").and_then(Node::as_str).is_some_and(|s| s.eq_ignore_ascii_case("true"));
                if !runs {
                    continue;
                }
                // It is restarted when its dependencies have changed, which is the case on a first boot.
                let depends = ["files", "sources", "packages", "commands"].iter().any(|k| service.get(k).is_some());
                let verb = if depends { "restart" } else { "start" };
                script.made(
                    format!("systemctl {verb} '{}'\n", name.as_str().unwrap_or_default().replace('\'', "")),
                    name.span,
                );
            }
        }
    }

    fn file(&mut self, key: &Node, file: &Node, script: &mut Script) {
        let Some(path) = key.as_str().filter(|p| p.starts_with('/') && !p.contains('\'')) else { return };
        if let Some(call) = Expr::from(file).call() {
            script.gap(file.span, Why::NotUnderstood(format!("a file that is a {}", call.name).into()));
            return;
        }
        if file.get("mode").and_then(Node::as_str).is_some_and(|m| m.starts_with("120")) {
            script.gap(file.span, Why::NotUnderstood("a symbolic link".into()));
            return;
        }
        let Some(content) = file.get("content") else {
            if let Some(source) = file.get("source") {
                let place = self.eval(source.into()).to_traced().map(|t| t.to_text().into_owned()).unwrap_or_default();
                let why = Why::FromOutside(
                    format!("a file that is fetched ({})", place.replace(crate::text::UNKNOWN_MARK, "…")).into(),
                );
                let unknown = Value::unknown(why, source.span);
                let content = script.value(unknown);
                script.parts.push(Part::File { path: path.to_owned(), content, base64: false, at: key.span });
            }
            return;
        };
        let base64 = file.get("encoding").and_then(Node::as_str) == Some("base64");
        let is_object =
            matches!(content.kind, NodeKind::Map(_) | NodeKind::Seq(_)) && Expr::from(content).call().is_none();
        let mut value =
            if is_object { self.json(content.into(), content.span, true) } else { self.eval(content.into()) };
        if let Some(context) = file.get("context") {
            let context = self.eval(context.into());
            value = self.lift(&[value, context], content.span, &mut |this, both| match both[0].to_traced() {
                Some(text) => this.text(mustache(&text, &both[1]), content.span),
                None => both[0].clone(),
            });
        }
        let content = script.value(value);
        script.parts.push(Part::File { path: path.to_owned(), content, base64, at: key.span });
        // The defaults of `cfnbootstrap/file_tool.py`.
        let right = |name, default: &str| file.get(name).map_or(Some(default), Node::as_str).map(str::to_owned);
        let plain = |text: &String| text.chars().all(|c| c.is_ascii_alphanumeric());
        let mode = right("mode", "644").filter(plain);
        if path.contains("kube") || file.get("mode").is_some() {
            // An unknown mode may let the file run.
            script.made(format!("chmod {} '{path}'\n", mode.as_deref().unwrap_or("+x")), file.span);
        }
        if path.contains("kube")
            && let (Some(owner), Some(group)) =
                (right("owner", "root").filter(plain), right("group", "root").filter(plain))
        {
            script.made(format!("chown {owner}:{group} '{path}'\n"), file.span);
        }
    }

    fn command(&mut self, command: &Node, script: &mut Script) {
        let Some(line) = command.get("command") else { return };
        let at = command.span;
        let env = command.get("env").map(Node::pairs).unwrap_or_default();
        let cwd = command.get("cwd");
        let test = command.get("test");
        // The environment of a command ends with it.
        let inside = !env.is_empty() || cwd.is_some();
        if inside {
            script.made("(\n", at);
        }
        for (name, value) in env {
            let plain = |n: &&str| n.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if let Some(name) = name.as_str().filter(plain) {
                script.made(format!("export {name}="), value.span);
                let value_ = self.eval(value.into());
                script.quoted(value_, value.span);
                script.made("\n", at);
            }
        }
        if let Some(cwd) = cwd {
            script.made("cd ", cwd.span);
            let dir = self.eval(cwd.into());
            script.quoted(dir, cwd.span);
            script.made("\n", at);
        }
        if let Some(test) = test {
            script.made("if ", test.span);
            self.words(test, script);
            script.made("\nthen\n", test.span);
        }
        self.words(line, script);
        script.made("\n", at);
        if test.is_some() {
            script.made("fi\n", at);
        }
        if inside {
            script.made(")\n", at);
        }
    }

    /// A command: text is a shell command, a list contains its words.
    fn words(&mut self, node: &Node, script: &mut Script) {
        if let (None, NodeKind::Seq(words)) = (Expr::from(node).call(), &node.kind) {
            for (n, word) in words.iter().enumerate() {
                if n > 0 {
                    script.made(" ", word.span);
                }
                let value = self.eval(word.into());
                script.quoted(value, word.span);
            }
            return;
        }
        let value = self.eval(node.into());
        let n = script.value(value);
        script.parts.push(Part::Plain(n));
    }
}

/// The configurations that are run, in order.
fn configs<'n>(init: &'n Node, sets: &[String], gaps: &mut Vec<Gap>) -> Vec<&'n Node> {
    let known = init.get("configSets");
    let mut out = Vec::new();
    let names: Vec<String> = if !sets.is_empty() {
        sets.to_vec()
    } else if known.is_some_and(|k| k.get("default").is_some()) {
        vec!["default".to_owned()]
    } else {
        out.extend(init.get("config"));
        return out;
    };
    // Remaining configurations, the next one last.
    let mut open: Vec<(bool, String, usize)> = names.into_iter().rev().map(|n| (true, n, 0)).collect();
    while let Some((is_set, name, depth)) = open.pop() {
        if out.len() >= MAX_CONFIGS || depth >= MAX_CONFIGS || open.len() >= MAX_CONFIGS * 10 {
            gaps.push(Gap { at: init.span, why: Why::limit("configurations of cfn-init") });
            break;
        }
        if !is_set {
            out.extend(init.get(&name));
            continue;
        }
        let Some(set) = known.and_then(|k| k.get(&name)) else {
            // Without such a set, a configuration of this name may be meant, but cfn-init refuses it.
            let why = Why::NotUnderstood(format!("the configuration set {name}").into());
            gaps.push(Gap { at: init.span, why });
            continue;
        };
        let one = std::slice::from_ref(set);
        let items = if matches!(set.kind, NodeKind::Seq(_)) { set.items() } else { one };
        for item in items.iter().rev() {
            match (item.as_str(), item.get("ConfigSet").and_then(Node::as_str)) {
                (Some(config), _) => open.push((false, config.to_owned(), depth + 1)),
                (None, Some(inner)) => open.push((true, inner.to_owned(), depth + 1)),
                _ => {
                    let why = Why::NotUnderstood("a configuration that is not named".into());
                    gaps.push(Gap { at: item.span, why });
                }
            }
        }
    }
    out
}

/// The configurations that none of the calls runs, whose sets are given; none if that is not known.
pub(super) fn left_out<'n>(init: &'n Node, calls: &[&[String]]) -> Vec<&'n Node> {
    let mut gaps = Vec::new();
    let run: Vec<Span> = calls.iter().flat_map(|sets| configs(init, sets, &mut gaps)).map(|c| c.span).collect();
    let other = |(key, config): &&(Node, Node)| key.as_str() != Some("configSets") && !run.contains(&config.span);
    if gaps.is_empty() { init.pairs().iter().filter(other).map(|(_, config)| config).collect() } else { Vec::new() }
}

fn text_of(value: &Value) -> Traced {
    if value.is_null() { Traced::new() } else { part(value) }
}

fn push_quoted(out: &mut Traced, text: &Traced, at: Span) {
    out.push_made(b"'", at);
    out.push(&text.replace(b"'", &Traced::made("'\\''", at)));
    out.push_made(b"'", at);
}

fn write(piece: &Part, values: &[Value], out: &mut Traced) {
    match piece {
        Part::Made(text, at) => out.push_made(text.as_bytes(), *at),
        Part::Quoted(n, at) => push_quoted(out, &text_of(&values[*n]), *at),
        Part::Plain(n) => out.push(&text_of(&values[*n])),
        Part::File { path, content, base64, at } => {
            let content = text_of(&values[*content]);
            let decode = if *base64 { "base64 -d" } else { "cat" };
            if content.bytes().ends_with(b"\n") || *base64 {
                let mut end = "END_OF_FILE".to_owned();
                while holds(content.bytes(), end.as_bytes()) {
                    end.push('_');
                }
                out.push_made(format!("{decode} > '{path}' <<'{end}'\n").as_bytes(), *at);
                out.push(&content);
                let newline = if content.bytes().ends_with(b"\n") { "" } else { "\n" };
                out.push_made(format!("{newline}{end}\n").as_bytes(), *at);
            } else {
                out.push_made(b"printf '%s' ", *at);
                push_quoted(out, &content, *at);
                out.push_made(format!(" > '{path}'\n").as_bytes(), *at);
            }
        }
    }
}

/// The text with the values of `context` for `{{name}}` and `{{{name}}}`. Other constructs of the language are unknown.
fn mustache(text: &Traced, context: &Value) -> Traced {
    let bytes = text.bytes();
    let mut out = Traced::new();
    let mut rest = 0;
    while let Some(start) = bytes.get(rest..).and_then(|b| b.windows(2).position(|w| w == b"{{")).map(|p| rest + p) {
        let (open, close): (usize, &[u8]) = if bytes[start..].starts_with(b"{{{") { (3, b"}}}") } else { (2, b"}}") };
        let Some(length) = bytes[start..].windows(close.len()).position(|w| w == close) else { break };
        let end = start + length + close.len();
        let name = text.slice(start + open..start + length);
        let place = text.slice(start..end).span();
        out.push(&text.slice(rest..start));
        let name = name.known_str().map(|s| s.trim_start_matches('&').trim().to_owned()).unwrap_or_default();
        match (context.get(&name).and_then(|v| v.to_traced()), place) {
            (Some(value), Some(place)) => out.push(&value.through(place, &format!("{{{{{name}}}}}").into())),
            (None, Some(place)) => {
                out.push_unknown(place, Why::NotUnderstood(format!("{{{{{name}}}}} in a file").into()));
            }
            (_, None) => {}
        }
        rest = end;
    }
    out.push(&text.slice(rest..bytes.len()));
    out
}
