//! Python programs that send commands to nodes: `send_command` of boto3 with the document `AWS-RunShellScript`, whose commands
//! become one script. Only the call and the last assignments of its names are evaluated.

use crate::node::{Cx, Gap, NodeGroup, Step};
use crate::syntax::python::{Argument, Expr, Statement, program};
use crate::text::{Span, Traced, View, Why, budget};

use super::unit::{FileList, Input, Unit};
use super::watched::{Group, KUBELET_WORDS};
use super::yaml_files;

/// The name of the call.
const CALL: &str = "send_command";

/// The most calls of one program.
const MAX_CALLS: usize = 64;

/// The deepest nesting of names that is followed.
const MAX_DEPTH: usize = 16;

/// The most texts of one list of commands.
const MAX_COMMANDS: usize = 1000;

/// Programs of Python.
#[derive(Debug)]
pub(super) struct Python;

impl Input for Python {
    fn name(&self) -> &'static str {
        "python"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        files.with_extension(&["py"], |words| words.has(Group::Sends) && words.has(Group::Kubelet))
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let Some(view) = yaml_files::open(&unit.path, &[&[CALL], &["AWS-RunShellScript"], KUBELET_WORDS], cx) else {
            return Vec::new();
        };
        let calls = calls(&view, CALL, cx);
        calls.iter().filter_map(|(reader, arguments, at)| reader.group(arguments, *at, &unit.path, cx)).collect()
    }
}

/// The calls of a function in a program, with their arguments and places.
pub(super) fn calls<'v>(view: &'v View, name: &str, cx: &mut Cx<'_>) -> Vec<(CallReader<'v>, Vec<Argument>, Span)> {
    let Ok(text) = std::str::from_utf8(&view.bytes) else { return Vec::new() };
    let mut out = Vec::new();
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let is_call = |start: &usize| {
        let line = text.get(..*start).unwrap_or_default().rfind('\n').map_or(0, |n| n + 1);
        let before = text.get(line..*start).unwrap_or_default();
        text.get(start + name.len()..).unwrap_or_default().starts_with('(')
            && !before.ends_with(part)
            && !before.trim_start().starts_with('#')
            && !before.trim_start().starts_with("def ")
    };
    let found = text.match_indices(name).map(|(start, _)| start).filter(is_call);
    for start in budget::at_most(found, MAX_CALLS, "calls of a program") {
        let reader = CallReader { view, text, place: view.span(start..start + name.len()), before: start };
        let range = start..start + name.len();
        let call = end_of(text, range.end, false).and_then(|end| expression(&view.traced(start..end)));
        match call {
            Some(Expr::Call(_, arguments)) => out.push((reader, arguments, view.span(range))),
            _ => cx.gap(view.span(range), Why::NotUnderstood(format!("a call of {name}").into())),
        }
    }
    out
}

/// The end of the construct at `start`: after the bracket that closes its first one, or, with `line`, the end of the statement,
/// which may continue over lines inside brackets and strings.
fn end_of(text: &str, start: usize, line: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut now = start;
    while let Some(byte) = bytes.get(now) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            _ if depth == 0 && !line => return None,
            b')' | b']' | b'}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 && !line {
                    return Some(now + 1);
                }
            }
            b'\n' | b'#' if depth == 0 => return Some(now),
            b'#' => now += bytes.get(now..)?.iter().position(|b| *b == b'\n')?,
            b'"' | b'\'' => {
                now = string(bytes, now)?;
                continue;
            }
            _ => {}
        }
        now += 1;
    }
    line.then_some(now)
}

/// The end of the string that begins at `at`.
fn string(bytes: &[u8], at: usize) -> Option<usize> {
    let mark = *bytes.get(at)?;
    let triple = bytes.get(at..at + 3) == Some(&[mark; 3][..]);
    let close: &[u8] = if triple { &[mark; 3] } else { &[mark] };
    let mut now = at + close.len();
    loop {
        match bytes.get(now)? {
            b'\\' => now += 2,
            b'\n' if !triple => return None,
            _ if bytes.get(now..)?.starts_with(close) => return Some(now + close.len()),
            _ => now += 1,
        }
    }
}

/// Parses a text that is one expression.
fn expression(text: &Traced) -> Option<Expr> {
    match program(text).ok()?.into_iter().next()? {
        Statement::Expr(expr) => Some(expr),
        _ => None,
    }
}

pub(super) struct CallReader<'a> {
    view: &'a View,
    text: &'a str,
    /// The name of the function.
    place: Span,
    /// The offset of the call: only assignments before it count.
    before: usize,
}

impl CallReader<'_> {
    fn group(&self, arguments: &[Argument], place: Span, path: &std::path::Path, cx: &mut Cx<'_>) -> Option<NodeGroup> {
        let named = |name: &str| arguments.iter().find(|(n, _)| n.as_deref() == Some(name)).map(|(_, value)| value);
        let document = self.texts(named("DocumentName")?, 0)?;
        if document.first().and_then(|t| t.known_str()) != Some("AWS-RunShellScript") {
            return None;
        }
        let mut group = NodeGroup::new(yaml_files::shown(path, cx), place);
        let commands = named("Parameters").and_then(|p| self.entry(p, "commands", 0)).and_then(|c| self.texts(&c, 0));
        match commands {
            Some(commands) => {
                let script = Traced::join(&commands, &Traced::made("\n", place));
                let ours = script.has_unknown() || KUBELET_WORDS.iter().any(|w| script.to_text().contains(w));
                if !ours {
                    return None;
                }
                group.steps.push(Step::Script(script));
            }
            None => group.gaps.push(Gap { at: place, why: Why::NotUnderstood("the commands of send_command".into()) }),
        }
        Some(group)
    }

    /// The value of a key of a dictionary.
    fn entry(&self, expr: &Expr, key: &str, depth: usize) -> Option<Expr> {
        match expr {
            Expr::Dict(pairs) => {
                let is = |name: &Option<Expr>| matches!(name, Some(Expr::Text(text)) if text.known_str() == Some(key));
                pairs.iter().rev().find(|(name, _)| is(name)).map(|(_, value)| value.clone())
            }
            Expr::Name(name, _) if depth < MAX_DEPTH => self.entry(&self.assigned(name)?, key, depth + 1),
            _ => None,
        }
    }

    /// The last assignment to a name before the call.
    fn assigned(&self, name: &str) -> Option<Expr> {
        let mut found = None;
        let mut from = 0;
        while let Some(at) = self.text.get(from..self.before).and_then(|t| t.find(name)).map(|n| from + n) {
            from = at + name.len();
            let line = self.text.get(..at)?.rfind('\n').map_or(0, |n| n + 1);
            let rest = self.text.get(from..)?.trim_start_matches([' ', '\t']);
            if self.text.get(line..at)?.trim().is_empty() && rest.starts_with('=') && !rest.starts_with("==") {
                found = Some(self.text.len() - rest.len() + 1);
            }
        }
        let start = found?;
        let end = end_of(self.text, start, true)?;
        let value = self.view.traced(start..end);
        // In parentheses, so continued lines stay together.
        let place = self.view.span(start..start);
        let whole = Traced::join([&Traced::made("(", place), &value, &Traced::made(")", place)], &Traced::new());
        expression(&whole)
    }

    /// The texts of an expression, with unknown parts; `None` if it is neither a text nor a list of texts.
    pub(super) fn texts(&self, expr: &Expr, depth: usize) -> Option<Vec<Traced>> {
        if depth > MAX_DEPTH {
            return None;
        }
        let out = match expr {
            Expr::Text(text) | Expr::Number(text) => vec![text.clone()],
            Expr::Format(parts) => {
                let mut out = Traced::new();
                for part in parts {
                    match self.texts(part, depth + 1).as_deref() {
                        Some([text]) => out.push(text),
                        _ => out.push_unknown(self.place, outside("an expression")),
                    }
                }
                vec![out]
            }
            Expr::List(items) => {
                let mut out = Vec::new();
                for item in items {
                    match self.texts(item, depth + 1) {
                        Some(texts) => out.extend(texts),
                        None => out.push(self.unknown(item)),
                    }
                    if out.len() > MAX_COMMANDS {
                        return None;
                    }
                }
                out
            }
            Expr::Binary(sign, left, right) if sign == "+" => {
                let (left_texts, right_texts) = (self.texts(left, depth + 1), self.texts(right, depth + 1));
                if matches!(**left, Expr::List(_)) || matches!(**right, Expr::List(_)) {
                    let mut out = left_texts.unwrap_or_else(|| vec![self.unknown(left)]);
                    out.extend(right_texts.unwrap_or_else(|| vec![self.unknown(right)]));
                    out
                } else {
                    if left_texts.is_none() && right_texts.is_none() {
                        return None;
                    }
                    let left = left_texts.unwrap_or_else(|| vec![self.unknown(left)]);
                    let right = right_texts.unwrap_or_else(|| vec![self.unknown(right)]);
                    match (left.as_slice(), right.as_slice()) {
                        ([left], [right]) => vec![Traced::join([left, right], &Traced::new())],
                        _ => [left, right].concat(),
                    }
                }
            }
            Expr::Name(name, _) => self.texts(&self.assigned(name)?, depth + 1)?,
            Expr::Call(function, arguments) => match (&**function, arguments.as_slice()) {
                // Lines are joined again with line ends later, so the text stays the same.
                (Expr::Attribute(text, method), _)
                    if matches!(method.as_str(), "split" | "splitlines" | "strip" | "rstrip" | "lstrip") =>
                {
                    self.texts(text, depth + 1)?
                }
                (Expr::Attribute(_, method), [(None, text)]) if method == "dedent" => self.texts(text, depth + 1)?,
                (Expr::Name(name, _), [(None, text)]) if matches!(name.as_str(), "dedent" | "str" | "list") => {
                    self.texts(text, depth + 1)?
                }
                _ => return None,
            },
            _ => return None,
        };
        Some(out)
    }

    pub(super) fn unknown(&self, expr: &Expr) -> Traced {
        let what = match expr {
            Expr::Name(name, _) => name.clone(),
            _ => "an expression".to_owned(),
        };
        Traced::unknown(self.place, outside(&what))
    }
}

fn outside(what: &str) -> Why {
    Why::FromOutside(format!("{what} of this program").into())
}
