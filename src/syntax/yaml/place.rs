//! Maps the value of a YAML scalar to its source bytes.

use std::ops::Range;

use crate::syntax::Style;
use crate::text::{Traced, View};

/// The value of the scalar at `range` (including quotes), with its map. `value` is the parser's result: if the map yields other
/// bytes, `value` is used, mapped to the scalar as a whole.
pub(super) fn scalar(view: &View, style: Style, value: &str, range: &Range<usize>) -> Traced {
    let traced = match style {
        Style::Plain => flow(view, range.clone(), style),
        Style::SingleQuoted | Style::DoubleQuoted => {
            flow(view, range.start + 1..range.end.saturating_sub(1).max(range.start + 1), style)
        }
        Style::Literal | Style::Folded => block(view, value, range.start),
    };
    if traced.bytes() == value.as_bytes() || traced.has_unknown() && same_but_unknowns(&traced, value) {
        return traced;
    }
    let mut whole = Traced::new();
    view.push_escape(&mut whole, value.as_bytes(), range.clone());
    whole
}

/// An escape next to an unknown part may be longer in the value than the mark; all other bytes must be equal.
fn same_but_unknowns(traced: &Traced, value: &str) -> bool {
    let mut rest = value.as_bytes();
    for (range, piece) in traced.ranges() {
        if matches!(piece.whence, crate::text::Whence::Unknown(..)) {
            continue;
        }
        let part = traced.bytes().get(range).unwrap_or_default();
        match rest.windows(part.len()).position(|w| w == part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}

/// Length of the line break at `at`, 0 if there is none.
fn break_at(bytes: &[u8], at: usize) -> usize {
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(b'\r'), Some(b'\n')) => 2,
        (Some(b'\r' | b'\n'), _) => 1,
        _ => 0,
    }
}

/// Appends the line break at `range`, which is a line feed to every YAML reader.
fn push_break(view: &View, out: &mut Traced, range: Range<usize>) {
    if view.bytes.get(range.clone()) == Some(b"\n") {
        view.push_onto(out, range);
    } else {
        view.push_escape(out, b"\n", range);
    }
}

/// Plain and quoted scalars, without their quotes. White space around line breaks is removed. A single break becomes a space;
/// otherwise, the first of several is dropped.
pub(super) fn flow(view: &View, range: Range<usize>, style: Style) -> Traced {
    let bytes = &view.bytes;
    let mut out = Traced::new();
    let end = range.end.min(bytes.len());
    let mut at = range.start;
    // The start of the current run of bytes that are copied unchanged.
    let mut run = at;
    // An escaped line break adds nothing; each break after it adds a line feed.
    let mut escaped_break = false;
    while at < end {
        match bytes[at] {
            b' ' | b'\t' | b'\r' | b'\n' => {
                let (stop, breaks) = blanks(bytes, at, end);
                if breaks.is_empty() && !escaped_break {
                    at = stop;
                    continue;
                }
                view.push_onto(&mut out, run..at);
                match breaks.as_slice() {
                    _ if escaped_break => breaks.iter().for_each(|b| push_break(view, &mut out, b.clone())),
                    [_] => view.push_escape(&mut out, b" ", at..stop),
                    [_, rest @ ..] => rest.iter().for_each(|b| push_break(view, &mut out, b.clone())),
                    [] => {}
                }
                at = stop;
                run = at;
                escaped_break = false;
            }
            b'\'' if style == Style::SingleQuoted && bytes.get(at + 1) == Some(&b'\'') => {
                view.push_onto(&mut out, run..at);
                view.push_escape(&mut out, b"'", at..at + 2);
                at += 2;
                run = at;
            }
            b'\\' if style == Style::DoubleQuoted => {
                view.push_onto(&mut out, run..at);
                escaped_break = false;
                let line = break_at(bytes, at + 1);
                if line > 0 {
                    at += 1 + line;
                    escaped_break = true;
                } else {
                    let (text, length) = escape(bytes, at);
                    view.push_escape(&mut out, text.as_bytes(), at..(at + length).min(end));
                    at += length;
                }
                run = at;
            }
            _ => {
                escaped_break = false;
                at += 1;
            }
        }
    }
    view.push_onto(&mut out, run.min(end)..end);
    out
}

/// The end of the white space that starts at `at`, and the line breaks in it.
fn blanks(bytes: &[u8], at: usize, end: usize) -> (usize, Vec<Range<usize>>) {
    let mut breaks = Vec::new();
    let mut stop = at;
    while stop < end {
        match break_at(bytes, stop) {
            0 if matches!(bytes[stop], b' ' | b'\t') => stop += 1,
            0 => break,
            length => {
                breaks.push(stop..stop + length);
                stop += length;
            }
        }
    }
    (stop.min(end), breaks)
}

/// The value of the escape at `at`, and its length in bytes. An unknown escape is empty, which the comparison with the parser's
/// value detects.
fn escape(bytes: &[u8], at: usize) -> (String, usize) {
    let hex = |from: usize, digits: usize| {
        bytes
            .get(from..from + digits)
            .and_then(|d| std::str::from_utf8(d).ok())
            .and_then(|d| u32::from_str_radix(d, 16).ok())
    };
    let simple = |c: char| (c.to_string(), 2);
    let code = |digits: usize| {
        let first = hex(at + 2, digits);
        if let (4, Some(high @ 0xD800..0xDC00)) = (digits, first)
            && bytes.get(at + 6..at + 8) == Some(b"\\u")
            && let Some(low @ 0xDC00..0xE000) = hex(at + 8, 4)
        {
            let whole = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
            return (char::from_u32(whole).map(String::from).unwrap_or_default(), 12);
        }
        (first.and_then(char::from_u32).map(String::from).unwrap_or_default(), 2 + digits)
    };
    match bytes.get(at + 1) {
        Some(b'0') => simple('\0'),
        Some(b'a') => simple('\u{7}'),
        Some(b'b') => simple('\u{8}'),
        Some(b't' | b'\t') => simple('\t'),
        Some(b'n') => simple('\n'),
        Some(b'v') => simple('\u{b}'),
        Some(b'f') => simple('\u{c}'),
        Some(b'r') => simple('\r'),
        Some(b'e') => simple('\u{1b}'),
        Some(b'N') => simple('\u{85}'),
        Some(b'_') => simple('\u{a0}'),
        Some(b'L') => simple('\u{2028}'),
        Some(b'P') => simple('\u{2029}'),
        Some(c @ (b' ' | b'"' | b'/' | b'\\' | b'\'')) => simple(char::from(*c)),
        Some(b'x') => code(2),
        Some(b'u') => code(4),
        Some(b'U') => code(8),
        _ => (String::new(), 2),
    }
}

/// A block scalar whose content starts at `start`; its column is the indentation to remove. The value shows which line breaks
/// were kept, folded or dropped.
fn block(view: &View, value: &str, start: usize) -> Traced {
    let bytes = &view.bytes;
    let value = value.as_bytes();
    let mut out = Traced::new();
    let line =
        bytes.get(..start).unwrap_or_default().iter().rposition(|b| matches!(b, b'\n' | b'\r')).map_or(0, |p| p + 1);
    let indent = start - line;
    // Blank lines before the first content are part of the value but precede `start`.
    let leading = value.iter().take_while(|b| **b == b'\n').count();
    let mut above = Vec::new();
    let mut at = line;
    while above.len() < leading {
        let Some(before) = break_before(bytes, at) else { break };
        above.push(before.clone());
        at = before.start;
        while at > 0 && matches!(bytes[at - 1], b' ' | b'\t') {
            at -= 1;
        }
    }
    // The break at the end of the header is not part of the value; those of the blank lines after it are.
    above.reverse();
    if above.len() < leading {
        return out;
    }
    for range in above {
        push_break(view, &mut out, range);
    }
    let mut done = out.len();
    let mut at = start;
    while done < value.len() {
        // One line of content.
        let stop = bytes[at.min(bytes.len())..]
            .iter()
            .position(|b| matches!(b, b'\n' | b'\r'))
            .map_or(bytes.len(), |p| at + p);
        view.push_onto(&mut out, at..stop);
        done += stop - at.min(stop);
        // The breaks before the next line with content.
        let mut breaks = Vec::new();
        let mut next = stop;
        loop {
            let length = break_at(bytes, next);
            if length == 0 {
                break;
            }
            breaks.push(next..next + length);
            next += length;
            let mut spaces = 0;
            while spaces < indent && bytes.get(next + spaces) == Some(&b' ') {
                spaces += 1;
            }
            next += spaces;
            if spaces == indent && break_at(bytes, next) == 0 {
                break;
            }
            if break_at(bytes, next) == 0 {
                break;
            }
        }
        if breaks.is_empty() {
            break;
        }
        let kept = value.get(done..).unwrap_or_default().iter().take_while(|b| **b == b'\n').count().min(breaks.len());
        if kept > 0 {
            done += kept;
            // Folding removes the first break; the end of the scalar drops the last ones.
            let first = if done == value.len() { 0 } else { breaks.len() - kept };
            breaks[first..first + kept].iter().for_each(|b| push_break(view, &mut out, b.clone()));
        } else if value.get(done) == Some(&b' ') {
            view.push_escape(&mut out, b" ", stop..next);
            done += 1;
        }
        at = next;
    }
    out
}

/// The line break that ends right before `at`.
fn break_before(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    match (at.checked_sub(2).and_then(|p| bytes.get(p)), at.checked_sub(1).and_then(|p| bytes.get(p))) {
        (Some(b'\r'), Some(b'\n')) => Some(at - 2..at),
        (_, Some(b'\r' | b'\n')) => Some(at - 1..at),
        _ => None,
    }
}
