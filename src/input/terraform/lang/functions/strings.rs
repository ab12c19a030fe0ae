//! Functions on text. What is not known in a text stays a hole where the function allows it.

use std::ops::Range;
use std::sync::Arc;

use indexmap::IndexMap;
use regex::{Regex, RegexBuilder};

use crate::text::{Span, Traced, Whence, Why};
use crate::value::{Entry, Value};

use super::super::convert::to_number;
use super::super::outcome::{Outcome, Refused};
use super::arguments::{given, known, text};

/// The largest compiled regular expression, in bytes.
const MAX_REGEX: usize = 1 << 20;

/// Appends `bytes`, which were computed from `range` of `from`. A hole stays a hole.
pub(super) fn push_changed(out: &mut Traced, from: &Traced, range: Range<usize>, bytes: &[u8]) {
    let part = from.slice(range);
    match part.span() {
        Some(span) if !part.has_unknown() => out.push_piece(bytes, Whence::Made(span), part.via()),
        _ => out.push(&part),
    }
}

/// `from` with some characters written differently; what `change` leaves alone keeps its place.
pub(super) fn rewrite(from: &Traced, mut change: impl FnMut(char) -> Option<String>) -> Traced {
    let mut out = Traced::new();
    let whole = from.to_text();
    let unknowns: Vec<Range<usize>> = from.unknowns().map(|(r, ..)| r).collect();
    let mut plain = 0;
    for (at, c) in whole.char_indices() {
        let in_unknown = unknowns.iter().any(|r| r.contains(&at));
        if in_unknown {
            continue;
        }
        if let Some(new) = change(c) {
            out.push(&from.slice(plain..at));
            push_changed(&mut out, from, at..at + c.len_utf8(), new.as_bytes());
            plain = at + c.len_utf8();
        }
    }
    out.push(&from.slice(plain..from.len()));
    out
}

fn unknown_of(text: &Traced, at: Span) -> Option<Value> {
    text.first_unknown().map(|(_, why)| Value::unknown(why.clone(), at))
}

pub(super) fn upper(args: &[Value], at: Span) -> Outcome {
    let up = |c: char| Some(c.to_uppercase().to_string()).filter(|u| !u.chars().eq([c]));
    Ok(Value::str(rewrite(&text(args, 0)?, up), at))
}

pub(super) fn lower(args: &[Value], at: Span) -> Outcome {
    let low = |c: char| Some(c.to_lowercase().to_string()).filter(|u| !u.chars().eq([c]));
    Ok(Value::str(rewrite(&text(args, 0)?, low), at))
}

/// As Go's `strings.Title`: a letter after something that is no letter, digit, underscore or apostrophe.
pub(super) fn title(args: &[Value], at: Span) -> Outcome {
    let mut inside = false;
    let first = |c: char| {
        let starts = !std::mem::replace(&mut inside, c.is_alphanumeric() || c == '_' || c == '\'');
        (starts && !c.is_uppercase() && c.is_alphabetic()).then(|| c.to_uppercase().to_string())
    };
    Ok(Value::str(rewrite(&text(args, 0)?, first), at))
}

/// The text without what `which` matches at its ends.
fn trimmed(text: &Traced, start: bool, end: bool, which: impl Fn(char) -> bool) -> Traced {
    let whole = text.to_text();
    let from = if start { whole.len() - whole.trim_start_matches(&which).len() } else { 0 };
    let to = if end { whole.trim_end_matches(&which).len() } else { whole.len() };
    text.slice(from..to.max(from))
}

pub(super) fn trimspace(args: &[Value], at: Span) -> Outcome {
    Ok(Value::str(trimmed(&text(args, 0)?, true, true, char::is_whitespace), at))
}

pub(super) fn chomp(args: &[Value], at: Span) -> Outcome {
    Ok(Value::str(trimmed(&text(args, 0)?, false, true, |c| c == '\n' || c == '\r'), at))
}

pub(super) fn trim(args: &[Value], at: Span) -> Outcome {
    let cut = given!(known(args, 1, at));
    Ok(Value::str(trimmed(&text(args, 0)?, true, true, |c| cut.contains(c)), at))
}

pub(super) fn trimprefix(args: &[Value], at: Span) -> Outcome {
    let (whole, cut) = (text(args, 0)?, text(args, 1)?);
    let cuts =
        !cut.has_unknown() && whole.slice(0..cut.len()).known_str().is_some() && whole.bytes().starts_with(cut.bytes());
    Ok(Value::str(if cuts { whole.slice(cut.len()..whole.len()) } else { whole }, at))
}

pub(super) fn trimsuffix(args: &[Value], at: Span) -> Outcome {
    let (whole, cut) = (text(args, 0)?, text(args, 1)?);
    let cuts = !cut.has_unknown() && whole.bytes().ends_with(cut.bytes());
    Ok(Value::str(if cuts { whole.slice(0..whole.len() - cut.len()) } else { whole }, at))
}

pub(super) fn indent(args: &[Value], at: Span) -> Outcome {
    const MAX_INDENT: f64 = 1000.0;
    let spaces = to_number(&args[0])?;
    if spaces < 0.0 || spaces.fract() != 0.0 {
        return Err(Refused::new("the number of spaces must be a whole number"));
    }
    if spaces > MAX_INDENT {
        return Ok(Value::unknown(Why::Limit("size of a text"), at));
    }
    let spaces = spaces as usize;
    let whole = text(args, 1)?;
    let mut out = Traced::new();
    let mut from = 0;
    for (n, _) in whole.bytes().iter().enumerate().filter(|(_, b)| **b == b'\n') {
        out.push(&whole.slice(from..n + 1));
        out.push_made(" ".repeat(spaces).as_bytes(), at);
        from = n + 1;
    }
    out.push(&whole.slice(from..whole.len()));
    Ok(Value::str(out, at))
}

pub(super) fn substr(args: &[Value], at: Span) -> Outcome {
    let whole = text(args, 0)?;
    let (offset, length) = (to_number(&args[1])?, to_number(&args[2])?);
    if let Some(unknown) = unknown_of(&whole, at) {
        // What comes before the first hole can still be counted from the start.
        let known = whole.unknowns().next().map_or(0, |(r, ..)| r.start);
        let head = String::from_utf8_lossy(&whole.bytes()[..known]).chars().count() as f64;
        if offset < 0.0 || length < 0.0 || offset + length > head {
            return Ok(unknown);
        }
    }
    let shown = whole.to_text();
    let starts: Vec<usize> = shown.char_indices().map(|(n, _)| n).chain([shown.len()]).collect();
    let count = starts.len() - 1;
    let first = if offset < 0.0 { (count as f64 + offset).max(0.0) } else { offset.min(count as f64) } as usize;
    let last = if length < 0.0 { count } else { (first as f64 + length).min(count as f64) as usize };
    Ok(Value::str(whole.slice(starts[first]..starts[last]), at))
}

pub(super) fn strrev(args: &[Value], at: Span) -> Outcome {
    let whole = text(args, 0)?;
    if let Some(unknown) = unknown_of(&whole, at) {
        return Ok(unknown);
    }
    let mut out = Traced::new();
    for (n, c) in whole.to_text().char_indices().rev() {
        out.push(&whole.slice(n..n + c.len_utf8()));
    }
    Ok(Value::str(out, at))
}

pub(super) fn startswith(args: &[Value], at: Span) -> Outcome {
    let (whole, part) = (text(args, 0)?, text(args, 1)?);
    Ok(same_text(&whole.slice(0..part.len()), &part, at))
}

pub(super) fn endswith(args: &[Value], at: Span) -> Outcome {
    let (whole, part) = (text(args, 0)?, text(args, 1)?);
    Ok(same_text(&whole.slice(whole.len().saturating_sub(part.len())..whole.len()), &part, at))
}

/// Whether a piece of a text is the text that is looked for.
fn same_text(piece: &Traced, part: &Traced, at: Span) -> Value {
    match unknown_of(piece, at).or_else(|| unknown_of(part, at)) {
        Some(unknown) if !part.is_empty() => unknown,
        _ => Value::bool(piece.bytes() == part.bytes(), at),
    }
}

pub(super) fn strcontains(args: &[Value], at: Span) -> Outcome {
    let (whole, part) = (text(args, 0)?, text(args, 1)?);
    if let Some(unknown) = unknown_of(&part, at) {
        return Ok(unknown);
    }
    let found = part.is_empty() || whole.bytes().windows(part.len()).any(|w| w == part.bytes());
    match unknown_of(&whole, at) {
        Some(unknown) if !found => Ok(unknown),
        _ => Ok(Value::bool(found, at)),
    }
}

pub(super) fn split(args: &[Value], at: Span) -> Outcome {
    let (between, whole) = (text(args, 0)?, text(args, 1)?);
    // A hole may hold the separator, so the number of parts is not known.
    if let Some(unknown) = unknown_of(&whole, at).or_else(|| unknown_of(&between, at)) {
        return Ok(unknown);
    }
    let parts = if between.is_empty() {
        whole.to_text().char_indices().map(|(n, c)| whole.slice(n..n + c.len_utf8())).collect()
    } else {
        whole.split(between.bytes())
    };
    Ok(Value::list(parts.into_iter().map(|part| Value::str(part, at)).collect(), at))
}

fn compile(pattern: &str) -> Result<Regex, Refused> {
    RegexBuilder::new(pattern).size_limit(MAX_REGEX).build().map_err(|_| Refused::new("not a regular expression"))
}

pub(super) fn replace(args: &[Value], at: Span) -> Outcome {
    let (whole, with) = (text(args, 0)?, text(args, 2)?);
    let needle = given!(known(args, 1, at));
    if let Some(pattern) = needle.strip_prefix('/').and_then(|n| n.strip_suffix('/')) {
        return replace_pattern(&whole, &compile(pattern)?, &with, at);
    }
    if !needle.is_empty() {
        return Ok(Value::str(whole.replace(needle.as_bytes(), &with), at));
    }
    if let Some(unknown) = unknown_of(&whole, at) {
        return Ok(unknown);
    }
    // Nothing stands before and after every character.
    let mut out = with.clone();
    for (n, c) in whole.to_text().char_indices() {
        out.push(&whole.slice(n..n + c.len_utf8()));
        out.push(&with);
    }
    Ok(Value::str(out, at))
}

fn replace_pattern(whole: &Traced, pattern: &Regex, with: &Traced, at: Span) -> Outcome {
    let Some(shown) = whole.as_str() else { return Err(Refused::new("not UTF-8")) };
    let template = with.to_text().into_owned();
    if template.contains('$') && with.has_unknown() {
        return Ok(unknown_of(with, at).unwrap_or_else(|| Value::null(at)));
    }
    let mut out = Traced::new();
    let mut from = 0;
    for found in pattern.captures_iter(shown) {
        let Some(all) = found.get(0) else { continue };
        let part = whole.slice(all.range());
        out.push(&whole.slice(from..all.start()));
        if part.has_unknown() {
            out.push(&part);
        } else if template.contains('$') {
            let mut expanded = String::new();
            found.expand(&template, &mut expanded);
            // Where a part of the match is taken over as it is, it keeps its place.
            let kept = found.iter().skip(1).flatten().find(|g| g.as_str() == expanded);
            match kept {
                Some(group) => out.push(&whole.slice(group.range())),
                None if part.is_empty() => out.push_made(expanded.as_bytes(), at),
                None => push_changed(&mut out, whole, all.range(), expanded.as_bytes()),
            }
        } else {
            out.push(with);
        }
        from = all.end();
    }
    out.push(&whole.slice(from..whole.len()));
    Ok(Value::str(out, at))
}

/// What a match gives: the text, a list of its groups, or a map of its named groups.
fn captured(pattern: &Regex, whole: &Traced, found: &regex::Captures<'_>, at: Span) -> Value {
    let group = |n: usize| found.get(n).map_or_else(|| Value::null(at), |g| Value::str(whole.slice(g.range()), at));
    if pattern.captures_len() == 1 {
        return group(0);
    }
    if pattern.capture_names().flatten().next().is_none() {
        return Value::list((1..pattern.captures_len()).map(group).collect(), at);
    }
    let named = pattern.capture_names().enumerate().filter_map(|(n, name)| name.map(|name| (n, name)));
    let entries: IndexMap<Arc<str>, Entry> =
        named.map(|(n, name)| (Arc::from(name), Entry { key: at, value: group(n) })).collect();
    Value::map(entries, at)
}

pub(super) fn regex(args: &[Value], at: Span) -> Outcome {
    let (pattern, whole) = given!(searched(args, at));
    let shown = whole.to_text();
    let found = pattern.captures(&shown).ok_or_else(|| Refused::new("the pattern does not match"))?;
    Ok(captured(&pattern, &whole, &found, at))
}

pub(super) fn regexall(args: &[Value], at: Span) -> Outcome {
    let (pattern, whole) = given!(searched(args, at));
    let shown = whole.to_text();
    Ok(Value::list(pattern.captures_iter(&shown).map(|found| captured(&pattern, &whole, &found, at)).collect(), at))
}

/// A pattern and the text that it is looked for in. The outer error is a refusal, the inner one a hole.
fn searched(args: &[Value], at: Span) -> Result<Result<(Regex, Traced), Value>, Refused> {
    let pattern = match known(args, 0, at)? {
        Ok(pattern) => compile(&pattern)?,
        Err(unknown) => return Ok(Err(unknown)),
    };
    let whole = text(args, 1)?;
    Ok(unknown_of(&whole, at).map_or_else(|| Ok((pattern, whole)), Err))
}

/// A path without a trailing slash, and where its last part starts.
fn last_part(args: &[Value], at: Span) -> Result<Result<(Traced, Option<usize>), Value>, Refused> {
    let whole = text(args, 0)?;
    let trimmed = trimmed(&whole, false, true, |c| c == '/');
    let slash = trimmed.bytes().iter().rposition(|b| *b == b'/');
    let tail = trimmed.slice(slash.map_or(0, |n| n + 1)..trimmed.len());
    Ok(match unknown_of(&tail, at) {
        Some(unknown) => Err(unknown),
        None => Ok((trimmed, slash)),
    })
}

pub(super) fn basename(args: &[Value], at: Span) -> Outcome {
    Ok(match last_part(args, at)? {
        Ok((path, _)) if path.is_empty() => Value::str(Traced::made(".", at), at),
        Ok((path, slash)) => Value::str(path.slice(slash.map_or(0, |n| n + 1)..path.len()), at),
        Err(unknown) => unknown,
    })
}

pub(super) fn dirname(args: &[Value], at: Span) -> Outcome {
    Ok(match last_part(args, at)? {
        Ok((path, Some(slash))) => Value::str(path.slice(0..slash.max(1)), at),
        Ok((_, None)) => Value::str(Traced::made(".", at), at),
        Err(unknown) => unknown,
    })
}

pub(super) fn pathexpand(args: &[Value], at: Span) -> Outcome {
    let path = text(args, 0)?;
    if path.bytes().starts_with(b"~") {
        return Ok(Value::unknown(Why::FromOutside("the home directory".into()), at));
    }
    Ok(Value::str(path, at))
}
