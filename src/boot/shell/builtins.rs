//! Builtins that work on variables and text.

use std::sync::Arc;

use crate::text::{Span, Traced, Why};

use super::variables::{Kind, Variable};
use super::{Run, Status, arithmetic};

pub(super) fn split_assignment(word: &Traced) -> Option<(String, Traced)> {
    let at = word.bytes().iter().position(|b| *b == b'=')?;
    let name = std::str::from_utf8(&word.bytes()[..at]).ok()?;
    let good = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && !name.is_empty();
    good.then(|| (name.to_owned(), word.slice(at + 1..word.len())))
}

pub(super) fn declare(command: &str, words: &[Traced], arrays: Vec<(String, Variable)>, span: Span, path: &mut Run) {
    path.status = Status::Zero;
    let options: String =
        words.iter().take_while(|w| w.bytes().starts_with(b"-")).map(|w| w.to_text().into_owned()).collect();
    let exports = command == "export" || options.contains('x');
    let removes = command == "export" && options.contains('n');
    let local = command == "local" || matches!(command, "declare" | "typeset") && !options.contains('g');
    let reference = options.contains('n') && command != "export";
    let kind = match () {
        () if options.contains('A') => Kind::Map,
        () if options.contains('a') => Kind::Array,
        () => Kind::Plain,
    };
    for word in words {
        let text = word.to_text().into_owned();
        if text.starts_with(['-', '+']) {
            continue;
        }
        let assigned = split_assignment(word);
        let appended = text.split_once("+=").map(|(name, value)| (name.to_owned(), value.len()));
        let name = match (&assigned, &appended) {
            (Some((name, _)), _) => name.clone(),
            (None, Some((name, _))) => name.clone(),
            (None, None) => text.clone(),
        };
        if assigned.is_none() && word.has_hole() && appended.is_none() {
            path.open = Some(Why::NotUnderstood("the name of a variable".into()));
            continue;
        }
        if local && path.functions_running > 0 {
            let old = path.variables.get(&name).cloned();
            let exported = old.as_ref().is_some_and(|v| v.exported);
            let kept = appended.is_some().then(|| old.clone()).flatten();
            path.hidden.push((name.clone(), old));
            let fresh = kept.unwrap_or_else(|| Variable { kind, exported, ..Variable::default() });
            Arc::make_mut(&mut path.variables).insert(name.clone(), fresh);
        }
        if reference {
            if let Some((name, value)) = assigned {
                let variable = Variable { kind: Kind::Reference, ..Variable::plain(value, false) };
                Arc::make_mut(&mut path.variables).insert(name, variable);
            }
            continue;
        }
        if let Some((_, variable)) = arrays.iter().find(|(n, _)| *n == name) {
            path.put(&name, variable.clone());
        } else if let Some((name, value)) = assigned {
            let number = options.contains('i').then(|| value.known_str().and_then(|v| arithmetic::evaluate(v, path)));
            let value = match number.flatten() {
                Some(number) => Traced::made(number.to_string(), span),
                None => value,
            };
            path.set(&name, value);
        } else if let Some((name, length)) = appended {
            let mut whole = path.get(&name).cloned().unwrap_or_default();
            whole.push(&word.slice(word.len() - length.min(word.len())..word.len()));
            path.set(&name, whole);
        } else if kind != Kind::Plain && path.lookup(&name).is_none_or(|v| v.values.is_empty()) {
            path.put(&name, Variable { kind, ..Variable::default() });
        } else if exports && !removes && path.open.is_none() && path.lookup(&name).is_none() {
            path.put(&name, Variable::default());
        }
        let target = path.resolve(&name).to_owned();
        if exports && let Some(variable) = Arc::make_mut(&mut path.variables).get_mut(&target) {
            variable.exported = !removes;
        }
        if command == "readonly" || options.contains('r') && command != "export" {
            Arc::make_mut(&mut path.constants).insert(target);
        }
    }
}

pub(super) fn set(words: &[Traced], path: &mut Run) {
    let dashes = words.iter().position(|w| w.known_str() == Some("--"));
    if let Some(at) = dashes {
        path.arguments = Arc::new(words[at + 1..].to_vec());
        path.called_from_outside = false;
    } else if words.first().is_some_and(|w| !w.bytes().starts_with(b"-") && !w.bytes().starts_with(b"+")) {
        path.arguments = Arc::new(words.to_vec());
        path.called_from_outside = false;
    }
    let mut named = false;
    let mut set = true;
    for word in words.iter().take(dashes.unwrap_or(words.len())) {
        let text = word.to_text().into_owned();
        let on = text.starts_with('-');
        match text.as_str() {
            "errexit" if named => path.errexit = set,
            "nounset" if named => path.nounset = set,
            "pipefail" if named => path.pipefail = set,
            "allexport" if named => path.allexport = set,
            "noglob" if named => path.noglob = set,
            "noclobber" if named => path.noclobber = set,
            "errtrace" if named => path.errtrace = set,
            _ if on || text.starts_with('+') => {
                if text.contains('e') {
                    path.errexit = on;
                }
                if text.contains('E') {
                    path.errtrace = on;
                }
                if text.contains('u') {
                    path.nounset = on;
                }
                if text.contains('a') {
                    path.allexport = on;
                }
                if text.contains('f') {
                    path.noglob = on;
                }
                if text.contains('C') {
                    path.noclobber = on;
                }
            }
            _ => {}
        }
        named = (on || text.starts_with('+')) && text.ends_with('o');
        set = on;
    }
}

pub(super) fn echo(words: &[Traced], span: Span, path: &mut Run) {
    let options = words
        .iter()
        .take_while(|w| {
            w.known_str()
                .is_some_and(|w| w.len() > 1 && w.starts_with('-') && w[1..].bytes().all(|b| b"neE".contains(&b)))
        })
        .count();
    let given: String = words[..options].iter().map(|w| w.to_text().into_owned()).collect();
    let text = Traced::join(&words[options..], &Traced::made(" ", span));
    let text = if given.contains('e') || path.dash { unescape(&text, false, span) } else { text };
    path.out.push(&text);
    if !given.contains('n') {
        path.out.push_made(b"\n", span);
    }
}

/// Backslash escapes as `echo -e` and, with `quotes`, the formats of `printf` have them.
pub(super) fn unescape(text: &Traced, quotes: bool, span: Span) -> Traced {
    let bytes = text.bytes();
    let mut out = Traced::new();
    let mut from = 0;
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] != b'\\' {
            at += 1;
            continue;
        }
        let number = |skip: usize, most: usize, radix: u32| {
            let digits = bytes.get(at + skip..).unwrap_or_default();
            let length = digits.iter().take(most).take_while(|b| char::from(**b).is_digit(radix)).count();
            let text = std::str::from_utf8(digits.get(..length)?).ok()?;
            u32::from_str_radix(text, radix).ok().map(|n| (n.to_le_bytes()[0], skip + length))
        };
        let escape = match bytes.get(at + 1) {
            Some(b'n') => Some((b'\n', 2)),
            Some(b't') => Some((b'\t', 2)),
            Some(b'r') => Some((b'\r', 2)),
            Some(b'a') => Some((7, 2)),
            Some(b'b') => Some((8, 2)),
            Some(b'e' | b'E') => Some((27, 2)),
            Some(b'f') => Some((12, 2)),
            Some(b'v') => Some((11, 2)),
            Some(b'\\') => Some((b'\\', 2)),
            Some(b'"') if quotes => Some((b'"', 2)),
            Some(b'x') => number(2, 2, 16),
            Some(b'0') => number(1, if quotes { 3 } else { 4 }, 8),
            Some(b'1'..=b'7') if quotes => number(1, 3, 8),
            _ => None,
        };
        let Some((byte, length)) = escape else {
            at += 1;
            continue;
        };
        out.push(&text.slice(from..at));
        out.push_made(&[byte], text.slice(at..at + length).span().unwrap_or(span));
        at += length;
        from = at;
    }
    out.push(&text.slice(from..bytes.len()));
    out
}
