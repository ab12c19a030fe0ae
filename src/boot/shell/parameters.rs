//! Parameter expansions.

use crate::syntax::shell::{Operation, Parameter, Word};
use crate::text::{Span, Traced, Why};

use super::pattern::{self, Token};
use super::{Flow, Run, Shell, Status};

/// Texts longer than this are not searched for patterns.
const MAX_SEARCHED: usize = 1 << 14;

/// What a parameter stands for.
pub(super) enum Value {
    /// It is not set.
    Unset,
    /// A text.
    One(Traced),
    /// Several words: `$@`, `${a[@]}`.
    Many(Vec<Traced>),
}

/// Variables that the system sets for everything that it runs.
const SYSTEM: [&str; 12] =
    ["HOME", "HOSTNAME", "INSTANCE_ID", "LANG", "LOGNAME", "PATH", "PWD", "RANDOM", "SHELL", "UID", "EUID", "USER"];

impl Shell<'_, '_> {
    /// The value of a variable; what the script does not set may come from elsewhere.
    #[expect(clippy::unused_self, reason = "read beside the other expansions")]
    pub(super) fn variable(&self, name: &str, path: &Run, at: Span) -> Value {
        if let Some(variable) = path.variables.get(name) {
            return variable.values.first().map_or(Value::Unset, |v| Value::One(v.clone()));
        }
        match &path.open {
            Some(_) => Value::One(Traced::hole(at, Why::FromOutside(format!("${name}").into()))),
            None if SYSTEM.contains(&name) => Value::One(Traced::hole(at, Why::FromOutside(format!("${name}").into()))),
            None => Value::Unset,
        }
    }

    pub(super) fn parameter(&mut self, parameter: &Parameter, quoted: bool, path: &mut Run) -> Value {
        let span = parameter.span;
        let value = self.base(parameter, quoted, path);
        let hole = |what: &str| Value::One(Traced::hole(span, Why::NotUnderstood(what.into())));
        match &parameter.operation {
            Operation::None => {
                if path.nounset && matches!(value, Value::Unset) {
                    path.flow = Flow::Exit { failed: true };
                }
                value
            }
            Operation::Length => match value {
                Value::Unset => Value::One(Traced::made("0", span)),
                Value::Many(list) => Value::One(Traced::made(list.len().to_string(), span)),
                Value::One(text) if text.has_hole() => hole("the length of a text that is not known"),
                Value::One(text) => Value::One(Traced::made(text.to_text().chars().count().to_string(), span)),
            },
            Operation::Substitute { operator, colon, word } => {
                self.or_else(value, *operator, *colon, word, parameter, path)
            }
            Operation::Remove { suffix, longest, pattern } => {
                let tokens = self.pattern(pattern, path);
                each(value, |text| remove(&text, &tokens, *suffix, *longest, span))
            }
            Operation::Replace { which, pattern, with } => {
                let tokens = self.pattern(pattern, path);
                let with = with.as_ref().map_or_else(Traced::new, |w| self.single(w, path));
                each(value, |text| replace(&text, &tokens, *which, &with, span))
            }
            Operation::Slice { offset, length } => {
                let offset = self.single(offset, path);
                let length = length.as_ref().map(|w| self.single(w, path));
                if let Value::Many(list) = value {
                    if parameter.subscript.is_none() {
                        return hole("a slice of the arguments");
                    }
                    return elements(list, &offset, length.as_ref())
                        .map_or_else(|| hole("a slice of an array"), Value::Many);
                }
                each(value, |text| slice(&text, &offset, length.as_ref(), span))
            }
            Operation::Case { upper, all } => each(value, |text| case(&text, *upper, *all, span)),
            Operation::Indirect => match value {
                Value::One(name) if name.known_str().is_some() => {
                    self.variable(name.known_str().unwrap_or_default(), path, span)
                }
                _ => hole("an indirect expansion"),
            },
            Operation::Names | Operation::Transform(_) | Operation::Bad => hole("an expansion of this form"),
        }
    }

    fn base(&mut self, parameter: &Parameter, quoted: bool, path: &mut Run) -> Value {
        let span = parameter.span;
        let outside = |name: &str| Value::One(Traced::hole(span, Why::FromOutside(format!("${name}").into())));
        let separator: Vec<u8> = path.separators().iter().take(1).copied().collect();
        let star = |list: Vec<Traced>| {
            if quoted { Value::One(Traced::join(&list, &Traced::made(separator, span))) } else { Value::Many(list) }
        };
        if let Some(subscript) = &parameter.subscript {
            let index = self.single(subscript, path);
            let Some(variable) = path.variables.get(&parameter.name) else {
                return self.variable(&parameter.name, path, span);
            };
            let values = variable.values.to_vec();
            // An array of which only a hole is known has elements that are not known.
            if let [only] = values.as_slice()
                && variable.array
                && only.is_hole()
            {
                return Value::One(only.clone());
            }
            return match index.known_str() {
                Some("@") => Value::Many(values),
                Some("*") => star(values),
                Some(number) => match number.trim().parse::<usize>() {
                    Ok(n) => values.into_iter().nth(n).map_or(Value::Unset, Value::One),
                    Err(_) => outside(&parameter.name),
                },
                None => outside(&parameter.name),
            };
        }
        let positional =
            matches!(parameter.name.as_str(), "@" | "*" | "#") || parameter.name.parse::<usize>().is_ok_and(|n| n > 0);
        if positional && path.called_from_outside {
            return outside(&parameter.name);
        }
        match parameter.name.as_str() {
            "@" => Value::Many(path.arguments.to_vec()),
            "*" => star(path.arguments.to_vec()),
            "#" => Value::One(Traced::made(path.arguments.len().to_string(), span)),
            "?" if path.status == Status::Zero => Value::One(Traced::made("0", span)),
            name @ ("?" | "$" | "!" | "-" | "0" | "_") => outside(name),
            name => match name.parse::<usize>() {
                Ok(n) if n > 0 => path.arguments.get(n - 1).map_or(Value::Unset, |v| Value::One(v.clone())),
                _ => self.variable(name, path, span),
            },
        }
    }

    fn or_else(
        &mut self,
        value: Value,
        operator: u8,
        colon: bool,
        word: &Word,
        parameter: &Parameter,
        path: &mut Run,
    ) -> Value {
        let there = match &value {
            Value::Unset => false,
            Value::One(text) => {
                // A value that is not known at all may be empty or not; what it is, is not known either way.
                if text.is_hole() && operator != b'+' {
                    return value;
                }
                !colon || !text.is_empty()
            }
            Value::Many(list) => !list.is_empty(),
        };
        match operator {
            b'+' if there => {
                if let Value::One(text) = &value
                    && text.is_hole()
                {
                    return Value::One(Traced::hole(
                        parameter.span,
                        Why::NotUnderstood("a value that may be unset".into()),
                    ));
                }
                Value::One(self.single(word, path))
            }
            b'+' => Value::Unset,
            _ if there => value,
            b'=' => {
                let text = self.single(word, path);
                path.set(&parameter.name, text.clone());
                Value::One(text)
            }
            b'?' => {
                path.flow = Flow::Exit { failed: true };
                Value::Unset
            }
            _ => Value::One(self.single(word, path)),
        }
    }
}

/// `${a[@]:offset:length}`
fn elements(list: Vec<Traced>, offset: &Traced, length: Option<&Traced>) -> Option<Vec<Traced>> {
    let read = |t: &Traced| t.known_str().and_then(|t| t.trim().parse::<i64>().ok());
    let count = i64::try_from(list.len()).ok()?;
    let offset = read(offset)?;
    let from = if offset < 0 { count.checked_add(offset)? } else { offset };
    let length = match length {
        Some(length) => usize::try_from(read(length)?).ok()?,
        None => list.len(),
    };
    let Ok(from) = usize::try_from(from) else { return Some(Vec::new()) };
    Some(list.into_iter().skip(from).take(length).collect())
}

fn each(value: Value, change: impl Fn(Traced) -> Traced) -> Value {
    match value {
        Value::Unset => Value::Unset,
        Value::One(text) => Value::One(change(text)),
        Value::Many(list) => Value::Many(list.into_iter().map(change).collect()),
    }
}

/// The text of a pattern in which nothing has a meaning.
fn plain(tokens: &[Token]) -> Option<Vec<u8>> {
    tokens.iter().map(|t| if let Token::Byte(b) = t { Some(*b) } else { None }).collect()
}

fn unknown(span: Span) -> Traced {
    Traced::hole(span, Why::NotUnderstood("an expansion of a text that is not known".into()))
}

fn remove(text: &Traced, tokens: &[Token], suffix: bool, longest: bool, span: Span) -> Traced {
    if let Some(plain) = plain(tokens)
        && !text.is_hole()
    {
        // What is known at that end decides, whatever holes stand elsewhere.
        let n = plain.len();
        let (part, rest) = if suffix {
            let from = text.len().saturating_sub(n);
            (from..text.len(), 0..from)
        } else {
            (0..n.min(text.len()), n..text.len())
        };
        if !text.slice(part.clone()).has_hole() {
            return if text.bytes()[part] == plain[..] { text.slice(rest) } else { text.clone() };
        }
    }
    if text.has_hole() || tokens.contains(&Token::Hole) || text.len() > MAX_SEARCHED {
        return unknown(span);
    }
    let bytes = text.bytes();
    let length = bytes.len();
    let mut cuts: Vec<usize> = (0..=length).collect();
    if suffix != longest {
        cuts.reverse();
    }
    for cut in cuts {
        let (part, rest) = if suffix { (&bytes[cut..], 0..cut) } else { (&bytes[..cut], cut..length) };
        if pattern::whole(tokens, part) {
            return text.slice(rest);
        }
    }
    text.clone()
}

fn replace(text: &Traced, tokens: &[Token], which: Option<u8>, with: &Traced, span: Span) -> Traced {
    if let (Some(needle), None | Some(b'/')) = (plain(tokens), which) {
        if needle.is_empty() {
            return text.clone();
        }
        if which.is_some() {
            return text.replace(&needle, with);
        }
        let found = text.bytes().windows(needle.len()).position(|w| w == needle);
        let Some(at) = found else { return text.clone() };
        let mut out = text.slice(0..at);
        out.push(with);
        out.push(&text.slice(at + needle.len()..text.len()));
        return out;
    }
    if text.has_hole() || tokens.contains(&Token::Hole) || text.len() > MAX_SEARCHED / 16 {
        return unknown(span);
    }
    let bytes = text.bytes();
    let mut out = Traced::new();
    let mut at = 0;
    while at <= bytes.len() {
        let ends = (at..=bytes.len()).rev();
        let anchored = match which {
            Some(b'#') => at == 0,
            _ => true,
        };
        let end = ends.into_iter().find(|end| {
            anchored && (which != Some(b'%') || *end == bytes.len()) && pattern::whole(tokens, &bytes[at..*end])
        });
        match end {
            Some(end) if end > at || which.is_some_and(|w| w != b'/') => {
                out.push(with);
                at = end;
                if which != Some(b'/') {
                    break;
                }
            }
            _ => {
                out.push(&text.slice(at..at + 1));
                at += 1;
            }
        }
    }
    out.push(&text.slice(at.min(bytes.len())..bytes.len()));
    out
}

fn slice(text: &Traced, offset: &Traced, length: Option<&Traced>, span: Span) -> Traced {
    let read = |t: &Traced| t.known_str().and_then(|t| t.trim().parse::<i64>().ok());
    let Some(known) = text.known_str() else { return unknown(span) };
    if !known.is_ascii() {
        return unknown(span);
    }
    let whole = known.len();
    // A negative number counts from the end.
    let place = |number: i64, base: usize| match usize::try_from(number) {
        Ok(number) => base.checked_add(number),
        Err(_) => whole.checked_sub(usize::try_from(number.unsigned_abs()).ok()?),
    };
    let Some(from) = read(offset) else { return unknown(span) };
    let Some(from) = place(from, 0).filter(|from| *from <= whole) else { return Traced::new() };
    let to = match length.map(read) {
        None => Some(whole),
        Some(Some(number)) => place(number, from),
        Some(None) => return unknown(span),
    };
    to.map_or_else(Traced::new, |to| text.slice(from..to.min(whole).max(from)))
}

fn case(text: &Traced, upper: bool, all: bool, span: Span) -> Traced {
    let Some(known) = text.known_str() else { return unknown(span) };
    let change = |c: char| -> String { if upper { c.to_uppercase().collect() } else { c.to_lowercase().collect() } };
    let mut chars = known.chars();
    let changed: String =
        if all { chars.map(change).collect() } else { chars.next().map(change).unwrap_or_default() + chars.as_str() };
    if changed == known { text.clone() } else { Traced::made(changed, text.span().unwrap_or(span)) }
}
