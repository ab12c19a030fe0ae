//! `cut`, `paste` and `tr`: parts of lines and single characters, with their places.

use crate::text::{HOLE, Span, Traced, Whence};

use super::program::{Files, Outcome};

/// The most fields of a list of `cut`.
const MAX_FIELDS: usize = 100;

/// Runs one of the programs.
pub fn run(name: &str, argv: &[Traced], stdin: Option<&Traced>, files: Files<'_>, at: Span) -> Outcome {
    let outcome = match name {
        "cut" => cut(argv, stdin, files, at),
        "paste" => paste(argv, stdin, files, at),
        _ => translate(argv, stdin, at),
    };
    match outcome {
        Ok(outcome) => outcome,
        Err(outcome) => *outcome,
    }
}

fn cut(argv: &[Traced], stdin: Option<&Traced>, files: Files<'_>, at: Span) -> Result<Outcome, Box<Outcome>> {
    let (mut delimiter, mut list, mut characters, mut only) = ("\t".to_owned(), None, false, false);
    let mut others = Vec::new();
    let mut words = argv.iter();
    while let Some(word) = words.next() {
        let text = super::program::known(word)?;
        let (letter, value) = if let Some(long) = text.strip_prefix("--") {
            match long.split_once('=') {
                Some(("delimiter", value)) => ('d', Some(value)),
                Some(("fields", value)) => ('f', Some(value)),
                Some(("characters", value)) => ('c', Some(value)),
                _ if long == "only-delimited" => ('s', None),
                _ => return Err(super::program::not_followed(&format!("cut's option {text}"), word)),
            }
        } else {
            match text.strip_prefix('-').and_then(|rest| rest.chars().next()) {
                Some(letter) => (letter, text.get(1 + letter.len_utf8()..).filter(|v| !v.is_empty())),
                None => {
                    others.push(word);
                    continue;
                }
            }
        };
        let value = match (letter, value) {
            ('s', None) => {
                only = true;
                continue;
            }
            (_, Some(value)) => value,
            (_, None) => super::program::known(words.next().ok_or_else(|| Box::new(Outcome::failed(1)))?)?,
        };
        match letter {
            'd' => value.clone_into(&mut delimiter),
            'f' => list = Some(value.to_owned()),
            'c' | 'b' => (list, characters) = (Some(value.to_owned()), true),
            _ => return Err(super::program::not_followed(&format!("cut's option -{letter}"), word)),
        }
    }
    let refused = || Box::new(Outcome::failed(1));
    let ranges = list.as_deref().and_then(ranges).ok_or_else(refused)?;
    if delimiter.len() != 1 {
        return Err(refused());
    }
    let mut all = Traced::new();
    for text in super::program::inputs(&others, stdin, files, 1, at)? {
        all.push(&text);
    }
    let mut out = Traced::new();
    let mut lines = all.split(b"\n");
    if lines.last().is_some_and(Traced::is_empty) {
        lines.pop();
    }
    let wanted = |n: usize| ranges.iter().any(|(from, to)| (*from..=*to).contains(&n));
    for line in lines {
        if let Some((span, why)) = line.first_hole() {
            return Err(Box::new(Outcome::unknown(why.clone(), span)));
        }
        if characters {
            if !line.bytes().is_ascii() {
                return Err(super::program::not_followed("cut's -c beyond ASCII", &line));
            }
            for n in (0..line.len()).filter(|n| wanted(n + 1)) {
                out.push(&line.slice(n..n + 1));
            }
        } else {
            let fields = line.split(delimiter.as_bytes());
            if fields.len() == 1 {
                if only {
                    continue;
                }
                out.push(&line);
            } else {
                let kept = fields.iter().enumerate().filter(|(n, _)| wanted(n + 1)).map(|(_, field)| field);
                out.push(&Traced::join(kept, &Traced::made(delimiter.as_str(), at)));
            }
        }
        out.push_made(b"\n", at);
    }
    Ok(Outcome::success(out))
}

fn paste(argv: &[Traced], stdin: Option<&Traced>, files: Files<'_>, at: Span) -> Result<Outcome, Box<Outcome>> {
    let (mut delimiter, mut serial) = ("\t".to_owned(), false);
    let mut others = Vec::new();
    let mut words = argv.iter();
    while let Some(word) = words.next() {
        let text = super::program::known(word)?;
        let mut rest = match text.strip_prefix('-') {
            Some(rest) if !rest.is_empty() && !rest.starts_with('-') => rest,
            Some(rest) if rest.starts_with('-') => {
                return Err(super::program::not_followed(&format!("paste's option {text}"), word));
            }
            _ => {
                others.push(word);
                continue;
            }
        };
        if let Some(more) = rest.strip_prefix('s') {
            (serial, rest) = (true, more);
        }
        match rest.strip_prefix('d') {
            Some("") => {
                super::program::known(words.next().ok_or_else(|| Box::new(Outcome::failed(1)))?)?
                    .clone_into(&mut delimiter);
            }
            Some(mark) => mark.clone_into(&mut delimiter),
            None if rest.is_empty() => {}
            None => return Err(super::program::not_followed(&format!("paste's option {text}"), word)),
        }
    }
    if delimiter == "\\n" {
        "\n".clone_into(&mut delimiter);
    }
    if delimiter.len() != 1 || delimiter == "\\" {
        return Err(super::program::not_followed(
            "this delimiter of paste",
            argv.first().unwrap_or(&Traced::made(" ", at)),
        ));
    }
    let mark = Traced::made(delimiter, at);
    let mut columns = Vec::new();
    for text in super::program::inputs(&others, stdin, files, 1, at)? {
        if let Some((span, why)) = text.first_hole() {
            return Err(Box::new(Outcome::unknown(why.clone(), span)));
        }
        let mut lines = text.split(b"\n");
        if lines.last().is_some_and(Traced::is_empty) {
            lines.pop();
        }
        columns.push(lines);
    }
    let rows: Vec<Vec<Traced>> = if serial {
        columns
    } else {
        let longest = columns.iter().map(Vec::len).max().unwrap_or(0);
        let row = |n: usize| columns.iter().map(|c| c.get(n).cloned().unwrap_or_default()).collect();
        (0..longest).map(row).collect()
    };
    let mut out = Traced::new();
    for row in rows {
        out.push(&Traced::join(&row, &mark));
        out.push_made(b"\n", at);
    }
    Ok(Outcome::success(out))
}

/// A list such as `1,3-5,7-`.
fn ranges(list: &str) -> Option<Vec<(usize, usize)>> {
    let parts: Vec<_> = list.split(',').take(MAX_FIELDS + 1).collect();
    if parts.len() > MAX_FIELDS {
        return None;
    }
    let range = |part: &str| match part.split_once('-') {
        None => part.parse().ok().map(|n| (n, n)),
        Some(("", "")) => None,
        Some(("", to)) => Some((1, to.parse().ok()?)),
        Some((from, "")) => Some((from.parse().ok()?, usize::MAX)),
        Some((from, to)) => Some((from.parse().ok()?, to.parse().ok()?)),
    };
    parts.into_iter().map(range).map(|r| r.filter(|(from, to)| *from > 0 && from <= to)).collect()
}

fn translate(argv: &[Traced], stdin: Option<&Traced>, at: Span) -> Result<Outcome, Box<Outcome>> {
    let (mut delete, mut squeeze, mut complement) = (false, false, false);
    let mut sets = Vec::new();
    for word in argv {
        let text = super::program::known(word)?;
        match text.strip_prefix('-') {
            Some(letters) if sets.is_empty() && !letters.is_empty() && letters.chars().all(|c| "dscC".contains(c)) => {
                delete |= letters.contains('d');
                squeeze |= letters.contains('s');
                complement |= letters.contains(['c', 'C']);
            }
            Some(letters) if sets.is_empty() && !letters.is_empty() => {
                return Err(super::program::not_followed(&format!("tr's option {text}"), word));
            }
            _ => sets.push(set(text).ok_or_else(|| super::program::not_followed("this set of tr", word))?),
        }
    }
    let map = match (sets.as_slice(), delete, squeeze) {
        ([_], true, false) | ([_], false, true) => None,
        ([_, to], false, false) if !complement && !to.is_empty() => Some(to),
        _ => return Err(super::program::not_followed("this form of tr", &Traced::made(" ", at))),
    };
    let Some(from) = sets.first() else { return Ok(Outcome::failed(1)) };
    let text = stdin.ok_or_else(|| Box::new(Outcome::standard_input_unknown(argv)))?;
    let mut out = Traced::new();
    let mut last = None;
    for (range, piece) in text.ranges() {
        if matches!(piece.whence, Whence::Hole(..)) {
            debug_assert!(HOLE.len() == 3, "a hole is one character");
            out.push(&text.slice(range));
            last = None;
            continue;
        }
        for n in range {
            let Some(&byte) = text.bytes().get(n) else { break };
            let place = from.iter().rposition(|b| *b == byte).filter(|_| byte.is_ascii());
            let hit = place.is_some() != complement;
            if delete && hit || squeeze && hit && last == Some(byte) {
                continue;
            }
            last = Some(byte);
            let one = text.slice(n..n + 1);
            match (map, place, one.span()) {
                (Some(to), Some(place), Some(span)) => {
                    let new = to.get(place).or(to.last()).copied().unwrap_or(byte);
                    if new == byte { out.push(&one) } else { out.push_made(&[new], span) }
                }
                _ => out.push(&one),
            }
        }
    }
    Ok(Outcome::success(out))
}

/// The bytes of a set of `tr`; `None` for what is not modelled.
fn set(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    if !text.is_ascii() {
        return None;
    }
    loop {
        if rest.starts_with(b"[:") {
            let end = rest.windows(2).position(|w| w == b":]")?;
            let class: fn(&u8) -> bool = match rest.get(2..end)? {
                b"space" => |b| b.is_ascii_whitespace() || *b == 0x0b,
                b"lower" => u8::is_ascii_lowercase,
                b"upper" => u8::is_ascii_uppercase,
                b"digit" => u8::is_ascii_digit,
                b"alpha" => u8::is_ascii_alphabetic,
                b"alnum" => u8::is_ascii_alphanumeric,
                b"punct" => u8::is_ascii_punctuation,
                b"blank" => |b| matches!(b, b' ' | b'\t'),
                _ => return None,
            };
            out.extend((0..128_u8).filter(class));
            rest = rest.get(end + 2..)?;
            continue;
        }
        if rest.starts_with(b"[=") || rest.starts_with(b"[") && rest.contains(&b'*') {
            return None;
        }
        let (byte, after) = one(rest)?;
        let Some(byte) = byte else { return Some(out) };
        if after.first() == Some(&b'-') && after.len() > 1 {
            let (to, after) = one(after.get(1..)?)?;
            out.extend(byte..=to?);
            rest = after;
        } else {
            out.push(byte);
            rest = after;
        }
    }
}

/// The first byte that a set names, and what follows it.
fn one(rest: &[u8]) -> Option<(Option<u8>, &[u8])> {
    Some(match rest {
        [] => (None, rest),
        [b'\\', c, after @ ..] => {
            let byte = match c {
                b'n' => b'\n',
                b't' => b'\t',
                b'r' => b'\r',
                b'\\' => b'\\',
                c if c.is_ascii_alphanumeric() => return None,
                c => *c,
            };
            (Some(byte), after)
        }
        [b'\\'] => return None,
        [byte, after @ ..] => (Some(*byte), after),
    })
}
