//! Windows nodes: `Start-EKSBootstrap.ps1 -KubeletExtraArgs '…'` in a PowerShell script, read line by line. Sources: "Launch
//! self-managed Windows nodes" and "Bootstrap script configuration parameters" of the Amazon EKS user guide;
//! `about_Parsing`, `about_Quoting_Rules` and `about_Splatting` of PowerShell's documentation.
//!
//! Assignments of strings, tables and lists and calls of the script are followed. Everything else is ignored; a variable that
//! it may have changed becomes unknown.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::node::{BootCx, Family, Tool};
use crate::syntax::{powershell, unit, yaml};
use crate::text::{Span, Texts, Traced, Why, budget};

use super::machine::{Machine, Start};
use powershell::{Part, Statement, Word};

/// The script, in lower case.
const SCRIPT: &str = "start-eksbootstrap.ps1";
/// Its parameter, in lower case, and the length of the shortest prefix that PowerShell accepts for it.
const PARAMETER: &str = "kubeletextraargs";
const SHORTEST: usize = "kubel".len();
/// How deep texts may run each other as scripts.
const MAX_DEPTH: usize = 4;

/// True if the text is user data for Windows.
pub(super) fn is_user_data(text: &Traced) -> bool {
    let text = text.to_text().to_ascii_lowercase();
    let start = text.trim_start();
    start.starts_with("<powershell>")
        || start.starts_with("<script>")
        || !start.starts_with('#') && !start.contains("mime-version:") && start.contains("<powershell>")
        || start.contains("executescript") && start.contains("type: powershell") && !start.starts_with("#!")
}

/// The value of a variable.
#[derive(Clone, Debug)]
enum PowerShellValue {
    Text(Traced),
    List(Vec<Traced>),
    Table(Vec<(String, Traced)>),
}

impl PowerShellValue {
    /// The value converted to a string.
    fn text(&self, at: Span) -> Traced {
        match self {
            Self::Text(text) => text.clone(),
            Self::List(items) => Traced::join(items, &Traced::made(" ", at)),
            Self::Table(_) => unknown(at, "a table as a text"),
        }
    }
}

fn not_followed(what: &str) -> Why {
    Why::NotUnderstood(format!("{what} in PowerShell").into())
}

fn unknown(at: Span, what: &str) -> Traced {
    Traced::unknown(at, not_followed(what))
}

/// Runs user data for Windows.
pub(super) fn run(machine: &mut Machine, text: &Traced, name: &str, cx: &mut BootCx<'_>) {
    machine.image.suggest(Some(Family::Windows));
    for script in scripts(text, name, machine.place, cx) {
        let id = cx.texts.add_made(name, &script, machine.place);
        let parsed = powershell::parse(&cx.texts.view(id));
        for error in &parsed.errors {
            machine.gap(error.at, not_followed(&error.message));
        }
        let texts = &mut *cx.texts;
        let mut run = PowerShellRun { machine, texts, variables: BTreeMap::new(), environment: None, depth: 0 };
        for statement in parsed.tree.iter().take_while(|_| !budget::is_spent()) {
            run.statement(statement, false);
        }
    }
}

/// The scripts of user data, in order.
fn scripts(text: &Traced, name: &str, place: Span, cx: &mut BootCx<'_>) -> Vec<Traced> {
    let lower = text.to_text().to_ascii_lowercase();
    let mut out = Vec::new();
    if lower.len() != text.len() {
        return vec![text.clone()];
    }
    let (open, close) = ("<powershell>", "</powershell>");
    if let Some(start) = lower.find(open).map(|n| n + open.len()) {
        let end = lower.get(start..).unwrap_or_default().find(close).map_or(text.len(), |n| start + n);
        out.push(text.slice(start..end));
        return out;
    }
    // EC2Launch v2 reads tasks in YAML.
    let id = cx.texts.add_made(name, text, place);
    let parsed = yaml::parse(&cx.texts.view(id));
    let tasks = parsed.tree.first().and_then(|root| root.get("tasks"));
    for task in tasks.map(crate::syntax::Node::items).unwrap_or_default() {
        for input in task.get("inputs").map(crate::syntax::Node::items).unwrap_or_default() {
            if input.get("type").and_then(|n| n.as_str()) == Some("powershell")
                && let Some(content) = input.get("content").and_then(|n| n.as_scalar())
            {
                out.push(content.text.clone());
            }
        }
    }
    out
}

struct PowerShellRun<'a> {
    machine: &'a mut Machine,
    texts: &'a mut Texts,
    variables: BTreeMap<String, PowerShellValue>,
    /// The value of the parameter in the machine's environment.
    environment: Option<Traced>,
    /// How many texts are run as scripts within each other.
    depth: usize,
}

impl PowerShellRun<'_> {
    fn statement(&mut self, statement: &Statement, maybe: bool) {
        match statement {
            Statement::Assign { name, key: Some(key), add, value, at } => {
                let value = self.expression(value, *at).text(*at);
                let value = if maybe { unknown(*at, "a condition") } else { value };
                if let Some(PowerShellValue::Table(pairs)) = self.variables.get_mut(name) {
                    let known = pairs.iter().position(|(before, _)| before == key).map(|n| pairs.remove(n).1);
                    let mut text = known.filter(|_| *add).unwrap_or_default();
                    text.push(&value);
                    pairs.push((key.clone(), text));
                }
            }
            Statement::Assign { name, key: None, add, value, at } => {
                let value = self.expression(value, *at);
                let value = match (self.variables.get(name), add) {
                    (Some(before), true) => match (before.clone(), value) {
                        (PowerShellValue::List(mut items), more) => {
                            match more {
                                PowerShellValue::List(more) => items.extend(more),
                                other => items.push(other.text(*at)),
                            }
                            PowerShellValue::List(items)
                        }
                        (before, more) => {
                            let mut text = before.text(*at);
                            text.push(&more.text(*at));
                            PowerShellValue::Text(text)
                        }
                    },
                    (None, true) => PowerShellValue::Text(unknown(*at, "a variable that nothing set")),
                    (_, false) => value,
                };
                let value = if maybe { PowerShellValue::Text(unknown(*at, "a condition")) } else { value };
                self.variables.insert(name.clone(), value);
            }
            Statement::Environment { name, value, at } => {
                if self.plain(name).to_text().eq_ignore_ascii_case(PARAMETER) {
                    let value = self.expression(value, *at).text(*at);
                    self.environment = Some(if maybe { unknown(*at, "a condition") } else { value });
                }
            }
            Statement::Command { words, at } => self.command(words, *at, maybe),
            // The body of `try` always runs.
            Statement::Block { keyword, body, .. } => {
                let maybe = maybe || keyword != "try" && keyword != "&";
                for statement in body.iter().take_while(|_| !budget::is_spent()) {
                    self.statement(statement, maybe);
                }
            }
            Statement::Other { words, at } => {
                // A form of call that is not supported.
                if words.to_text().to_ascii_lowercase().contains(SCRIPT) {
                    self.start(Some(unknown(*at, "this way of calling the script")));
                }
            }
        }
    }

    /// `Invoke-Expression`: runs a known text as a script.
    fn invoke(&mut self, words: &[Word], maybe: bool) -> bool {
        let name = words.first().and_then(Word::bare).unwrap_or_default().to_ascii_lowercase();
        let Some(text) = words.last().filter(|_| matches!(name.as_str(), "iex" | "invoke-expression")) else {
            return false;
        };
        let (text, at) = (self.plain(text), text.at);
        if text.is_unknown() {
            return false;
        }
        if self.depth >= MAX_DEPTH {
            budget::reached("texts that PowerShell runs within each other");
            return false;
        }
        let id = self.texts.add_made("the text of Invoke-Expression", &text, at);
        let parsed = powershell::parse(&self.texts.view(id));
        for error in &parsed.errors {
            self.machine.gap(error.at, not_followed(&error.message));
        }
        self.depth += 1;
        for statement in parsed.tree.iter().take_while(|_| !budget::is_spent()) {
            self.statement(statement, maybe);
        }
        self.depth -= 1;
        true
    }

    fn command(&mut self, words: &[Word], at: Span, maybe: bool) {
        if self.invoke(words, maybe) {
            return;
        }
        // `powershell -File script …` and `Start-Process` are also calls.
        let Some(found) =
            words.iter().take(6).position(|w| self.plain(w).to_text().to_ascii_lowercase().ends_with(SCRIPT))
        else {
            let shown = words.iter().any(|w| self.plain(w).to_text().to_ascii_lowercase().contains(SCRIPT));
            let cmdlet = words.first().is_some_and(|w| self.plain(w).to_text().to_ascii_lowercase().contains('-'));
            if shown && !cmdlet {
                self.start(Some(unknown(at, "this way of calling the script")));
            }
            return;
        };
        let first = words.first().map(|w| self.plain(w).to_text().to_ascii_lowercase()).unwrap_or_default();
        // Commands such as Test-Path or Copy-Item only name the file.
        if found > 0 && !matches!(first.as_str(), "&" | "." | "powershell" | "powershell.exe" | "pwsh" | "pwsh.exe") {
            return;
        }
        let mut extra: Option<Traced> = None;
        let mut unknown_extra: Option<Traced> = None;
        let mut rest = words[found + 1..].iter().peekable();
        while let Some(word) = rest.next() {
            if let Some(Part::Splat(name)) = word.parts.first() {
                match self.variables.get(name) {
                    Some(PowerShellValue::Table(pairs)) => {
                        extra = pairs.iter().find(|(k, _)| is_parameter(k)).map(|(_, v)| v.clone()).or(extra);
                    }
                    Some(PowerShellValue::List(items)) => {
                        let mut items = items.iter();
                        while let Some(item) = items.next() {
                            let name = item.to_text().to_ascii_lowercase();
                            if name.strip_prefix('-').is_some_and(is_parameter) {
                                extra = items.next().cloned().or(extra);
                            }
                        }
                    }
                    _ => unknown_extra = Some(unknown(word.at, "a splat of an unknown value")),
                }
                continue;
            }
            let shown = self.plain(word).to_text().to_ascii_lowercase();
            let Some(named) = word.bare().and_then(|b| b.strip_prefix('-').map(str::to_ascii_lowercase)) else {
                if self.plain(word).is_unknown() {
                    unknown_extra = Some(self.plain(word));
                }
                continue;
            };
            let (name, colon) = named.split_once(':').map_or((named.as_str(), false), |(n, _)| (n, true));
            if !is_parameter(name) {
                if !colon && rest.peek().is_some_and(|w| w.bare().is_none_or(|b| !b.starts_with('-'))) {
                    rest.next();
                }
                continue;
            }
            let inline = colon && !shown.ends_with(':');
            let value = if inline { Some(word.after_colon()) } else { rest.next().cloned() };
            extra = value.map(|v| self.value(&v).text(v.at));
        }
        let extra = extra.or(unknown_extra).or_else(|| self.environment.clone());
        let extra = if maybe { Some(unknown(at, "a condition around the script")) } else { extra };
        self.start(extra);
    }

    fn start(&mut self, extra: Option<Traced>) {
        self.machine.suggest_kubelet(Some(Family::Windows));
        let argv = match extra {
            Some(text) if text.is_unknown() => vec![text],
            Some(text) => unit::words(&text),
            None => Vec::new(),
        };
        for (span, why) in argv.iter().filter(|w| w.is_unknown()).filter_map(Traced::first_unknown) {
            Arc::make_mut(&mut self.machine.gaps).push(crate::node::Gap { at: span, why: why.clone() });
        }
        self.machine.tool = Some(Tool::new("windows"));
        self.machine.start = Some(Start { files: Arc::clone(&self.machine.files), argv: Some(Arc::new(argv)) });
    }

    fn plain(&self, word: &Word) -> Traced {
        self.value(word).text(word.at)
    }

    /// The value of a word.
    fn value(&self, word: &Word) -> PowerShellValue {
        match word.parts.as_slice() {
            [Part::Variable(name)] => self.variable(name, word.at),
            [Part::Group(inner)] => self.expression(inner, word.at),
            parts => {
                let mut out = Traced::new();
                for part in parts {
                    match part {
                        Part::Text(text) => out.push(text),
                        Part::Variable(name) => out.push(&self.variable(name, word.at).text(word.at)),
                        Part::Group(inner) => out.push(&self.expression(inner, word.at).text(word.at)),
                        Part::Splat(_) | Part::List(_) | Part::Table(_) => {
                            out.push_unknown(word.at, not_followed("a list within a word"));
                        }
                        Part::Unknown(span, what) => out.push_unknown(*span, not_followed(what)),
                    }
                }
                match parts {
                    [Part::List(items)] => PowerShellValue::List(items.iter().map(|w| self.plain(w)).collect()),
                    [Part::Table(pairs)] => PowerShellValue::Table(
                        pairs
                            .iter()
                            .map(|(k, v)| (k.to_ascii_lowercase(), self.expression(v, word.at).text(word.at)))
                            .collect(),
                    ),
                    _ => PowerShellValue::Text(out),
                }
            }
        }
    }

    fn variable(&self, name: &str, at: Span) -> PowerShellValue {
        let unknown = || {
            let why = match name.strip_prefix("env:") {
                Some(_) => Why::FromOutside(format!("${name}").into()),
                None => not_followed(&format!("the variable ${name}")),
            };
            PowerShellValue::Text(Traced::unknown(at, why))
        };
        self.variables.get(name).cloned().unwrap_or_else(unknown)
    }

    /// Words with `+`, `-join` or commas between them.
    fn expression(&self, words: &[Word], at: Span) -> PowerShellValue {
        let invalid = || PowerShellValue::Text(unknown(at, "an expression"));
        match words {
            [] => PowerShellValue::Text(Traced::new()),
            [word] => self.value(word),
            [list, join, by] if join.bare().is_some_and(|b| b.eq_ignore_ascii_case("-join")) => {
                match self.value(list) {
                    PowerShellValue::List(items) => PowerShellValue::Text(Traced::join(&items, &self.plain(by))),
                    PowerShellValue::Text(text) => PowerShellValue::Text(text),
                    PowerShellValue::Table(_) => invalid(),
                }
            }
            [format, operator, by] if operator.bare().is_some_and(|b| b.eq_ignore_ascii_case("-f")) => {
                let items = match self.value(by) {
                    PowerShellValue::List(items) => items,
                    PowerShellValue::Text(text) => vec![text],
                    PowerShellValue::Table(_) => return invalid(),
                };
                let mut out = self.plain(format);
                for (n, item) in items.iter().enumerate().take_while(|_| !budget::is_spent()) {
                    out = out.replace(format!("{{{n}}}").as_bytes(), item);
                }
                PowerShellValue::Text(out)
            }
            [first, rest @ ..] => {
                let mut out = self.plain(first);
                let mut rest = rest.iter();
                while let Some(operator) = rest.next() {
                    match (operator.bare(), rest.next()) {
                        (Some("+"), Some(word)) => out.push(&self.plain(word)),
                        _ => return invalid(),
                    }
                }
                PowerShellValue::Text(out)
            }
        }
    }
}

/// True for the parameter's name or an unambiguous prefix of it.
fn is_parameter(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.len() >= SHORTEST && PARAMETER.starts_with(&name)
}
