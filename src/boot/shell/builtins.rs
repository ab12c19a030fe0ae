//! Builtins that work on variables and text.

use std::sync::Arc;

use crate::text::{Span, Traced, Why};

use super::{Run, Status, Variable};

pub(super) fn split_assignment(word: &Traced) -> Option<(String, Traced)> {
    let at = word.bytes().iter().position(|b| *b == b'=')?;
    let name = std::str::from_utf8(&word.bytes()[..at]).ok()?;
    let good = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && !name.is_empty();
    good.then(|| (name.to_owned(), word.slice(at + 1..word.len())))
}

pub(super) fn declare(command: &str, words: &[Traced], span: Span, path: &mut Run) {
    path.status = Status::Zero;
    let options: String =
        words.iter().take_while(|w| w.bytes().starts_with(b"-")).map(|w| w.to_text().into_owned()).collect();
    let exports = command == "export" || options.contains('x');
    let removes = command == "export" && options.contains('n');
    for word in words {
        let text = word.to_text().into_owned();
        if text.starts_with('-') {
            continue;
        }
        let assigned = split_assignment(word);
        let name = assigned.as_ref().map_or_else(|| text.trim_end_matches('+').to_owned(), |(n, _)| n.clone());
        if let Some((name, hidden)) = (command == "local").then(|| (name.clone(), path.variables.get(&name).cloned())) {
            path.hidden.push((name, hidden));
        }
        let constant = name.clone();
        match assigned {
            Some((name, value)) => path.set(&name, value),
            None if word.has_hole() => path.open = Some(Why::NotUnderstood("the name of a variable".into())),
            None if command == "local" => {
                Arc::make_mut(&mut path.variables).remove(&name);
            }
            None if text.contains("+=") => {
                if let Some((name, value)) = text.split_once("+=") {
                    let mut whole = path.get(name).cloned().unwrap_or_default();
                    let start = word.len() - value.len();
                    whole.push(&word.slice(start..word.len()));
                    path.set(name, whole);
                }
            }
            None => {}
        }
        if exports && let Some(variable) = Arc::make_mut(&mut path.variables).get_mut(&name) {
            variable.exported = !removes;
        }
        if command == "readonly" || options.contains('r') && command != "export" {
            Arc::make_mut(&mut path.constants).insert(constant);
        }
    }
    let _ = span;
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
            _ if on || text.starts_with('+') => {
                if text.contains('e') {
                    path.errexit = on;
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

/// `read` from a standard input that is known, or from one that is not.
pub(super) fn read(words: &[Traced], span: Span, path: &mut Run) {
    if let Some(name) = read_array(words) {
        let input = path.stdin.clone().filter(|t| !t.has_hole() && path.get("IFS").is_none());
        let values = input.map_or_else(
            || vec![Traced::hole(span, Why::NotUnderstood("read".into()))],
            |input| {
                let end = input.bytes().iter().position(|b| *b == b'\n').unwrap_or(input.len());
                fields(&input.slice(0..end))
            },
        );
        let variable = Variable { values: Arc::new(values), array: true, exported: false };
        Arc::make_mut(&mut path.variables).insert(name, variable);
        return;
    }
    let plain = words.iter().all(|w| !w.bytes().starts_with(b"-") || w.known_str() == Some("-r"));
    let names: Vec<String> = words
        .iter()
        .filter(|w| !w.bytes().starts_with(b"-"))
        .filter_map(|w| w.known_str().map(str::to_owned))
        .collect();
    let input = path.stdin.clone().filter(|t| plain && !t.has_hole() && path.get("IFS").is_none());
    let Some(input) = input else {
        path.status = Status::Open("".into());
        for name in names {
            path.set(&name, Traced::hole(span, Why::NotUnderstood("read".into())));
        }
        return;
    };
    let end = input.bytes().iter().position(|b| *b == b'\n');
    path.status = if end.is_some() { Status::Zero } else { Status::NonZero };
    let line = input.slice(0..end.unwrap_or(input.len()));
    path.stdin = Some(input.slice(end.map_or(input.len(), |n| n + 1)..input.len()));
    let mut rest = crate::syntax::unit::trim(&line);
    for (index, name) in names.iter().enumerate() {
        let length = rest.bytes().iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
        let cut = if index + 1 == names.len() { rest.len() } else { length };
        path.set(name, rest.slice(0..cut));
        rest = crate::syntax::unit::trim(&rest.slice(cut..rest.len()));
    }
}

/// The words of a line.
fn fields(line: &Traced) -> Vec<Traced> {
    let mut out = Vec::new();
    let mut rest = crate::syntax::unit::trim(line);
    while !rest.is_empty() {
        let length = rest.bytes().iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
        out.push(rest.slice(0..length));
        rest = crate::syntax::unit::trim(&rest.slice(length..rest.len()));
    }
    out
}

/// The name after `-a`.
fn read_array(words: &[Traced]) -> Option<String> {
    match words {
        [flags @ .., name] if flags.iter().all(|f| matches!(f.known_str(), Some("-r" | "-a" | "-ra"))) => {
            let array = flags.iter().any(|f| f.bytes().contains(&b'a'));
            name.known_str().filter(|_| array).map(str::to_owned)
        }
        _ => None,
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
    let text = if given.contains('e') { unescape(&text, false, span) } else { text };
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

pub(super) fn printf(words: &[Traced], span: Span, path: &mut Run) {
    let mut words = words;
    let mut variable = None;
    if let [flag, name, rest @ ..] = words
        && flag.known_str() == Some("-v")
    {
        variable = name.known_str().map(str::to_owned);
        words = rest;
    }
    if words.first().and_then(|w| w.known_str()) == Some("--") {
        words = &words[1..];
    }
    let Some((format, arguments)) = words.split_first() else { return };
    let format = unescape(format, true, span);
    let mut out = Traced::new();
    let mut rest = arguments.iter();
    loop {
        let before = rest.len();
        let bytes = format.bytes();
        let mut at = 0;
        while at < bytes.len() {
            let length = bytes[at..].iter().position(|b| *b == b'%').unwrap_or(bytes.len() - at);
            out.push(&format.slice(at..at + length));
            at += length;
            match bytes.get(at..at + 2) {
                Some(b"%%") => out.push(&format.slice(at..at + 1)),
                Some(b"%s" | b"%d") => out.push(&rest.next().cloned().unwrap_or_default()),
                Some(b"%b") => out.push(&unescape(&rest.next().cloned().unwrap_or_default(), false, span)),
                Some(_) => {
                    rest.next();
                    out.push_hole(span, Why::NotUnderstood("a printf format".into()));
                }
                None => {}
            }
            at += 2;
        }
        if rest.len() == 0 || rest.len() == before {
            break;
        }
    }
    match variable {
        Some(name) => path.set(&name, out),
        None => path.out.push(&out),
    }
}
