//! Functions on text. Unknown parts stay unknown where the function allows it.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use regex::{Regex, RegexBuilder};

use crate::input::unit::normal;
use crate::text::{Span, Traced, Whence, Why, holds};
use crate::value::{Entry, Value};

use super::super::convert::to_number;
use super::super::outcome::{Computed, Early, refused};
use super::arguments::{all_known, known, text, whole_number};

/// The largest compiled regular expression, in bytes.
const MAX_REGEX: usize = 1 << 20;

/// Appends `bytes`, which were computed from `range` of `from`. An unknown part stays unknown.
pub(super) fn push_changed(out: &mut Traced, from: &Traced, range: Range<usize>, bytes: &[u8]) {
    let part = from.slice(range);
    match part.span() {
        Some(span) if !part.has_unknown() => out.push_piece(bytes, Whence::Made(span), part.via()),
        _ => out.push(&part),
    }
}

/// Replaces some characters of `from`. What `change` leaves alone keeps its place.
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

/// Splits a text into characters.
fn characters(text: &Traced) -> Vec<Traced> {
    text.to_text().char_indices().map(|(n, c)| text.slice(n..n + c.len_utf8())).collect()
}

/// Applies `change` to every character of a text.
pub(super) fn each(args: &[Value], at: Span, change: fn(char) -> String) -> Computed {
    let changed = |c: char| Some(change(c)).filter(|new| !new.chars().eq([c]));
    Ok(Value::str(rewrite(&text(args, 0)?, changed), at))
}

/// The changed letter, if it is one letter: Go changes letters one by one.
pub(super) fn one(letter: char, changed: impl Iterator<Item = char>) -> String {
    let changed: Vec<char> = changed.collect();
    if changed.len() == 1 { changed.into_iter().collect() } else { letter.to_string() }
}

/// Like `strings.Title` of Go: changes a letter that does not follow a letter, digit, underscore or apostrophe.
pub(super) fn title(args: &[Value], at: Span) -> Computed {
    let mut inside = false;
    let first = |c: char| {
        let starts = !std::mem::replace(&mut inside, c.is_alphanumeric() || c == '_' || c == '\'');
        (starts && !c.is_uppercase() && c.is_alphabetic()).then(|| one(c, c.to_uppercase()))
    };
    Ok(Value::str(rewrite(&text(args, 0)?, first), at))
}

/// Trims what `which` matches from the end and, if `start` is set, from the start.
fn trimmed(text: &Traced, start: bool, which: impl Fn(char) -> bool) -> Traced {
    let whole = text.to_text();
    let from = if start { whole.len() - whole.trim_start_matches(&which).len() } else { 0 };
    text.slice(from..whole.trim_end_matches(&which).len().max(from))
}

/// Trims the first argument, see [`trimmed`].
pub(super) fn cut(args: &[Value], at: Span, start: bool, which: fn(char) -> bool) -> Computed {
    Ok(Value::str(trimmed(&text(args, 0)?, start, which), at))
}

pub(super) fn trim(args: &[Value], at: Span) -> Computed {
    let cut = known(args, 1, at)?;
    Ok(Value::str(trimmed(&text(args, 0)?, true, |c| cut.contains(c)), at))
}

pub(super) fn trimprefix(args: &[Value], at: Span) -> Computed {
    let (whole, cut) = (text(args, 0)?, text(args, 1)?);
    let cuts =
        !cut.has_unknown() && whole.slice(0..cut.len()).known_str().is_some() && whole.bytes().starts_with(cut.bytes());
    Ok(Value::str(if cuts { whole.slice(cut.len()..whole.len()) } else { whole }, at))
}

pub(super) fn trimsuffix(args: &[Value], at: Span) -> Computed {
    let (whole, cut) = (text(args, 0)?, text(args, 1)?);
    let cuts = !cut.has_unknown() && whole.bytes().ends_with(cut.bytes());
    Ok(Value::str(if cuts { whole.slice(0..whole.len() - cut.len()) } else { whole }, at))
}

pub(super) fn indent(args: &[Value], at: Span) -> Computed {
    const MAX_INDENT: f64 = 1000.0;
    let spaces = to_number(&args[0])?;
    if spaces < 0.0 || spaces.fract() != 0.0 {
        return Err(refused("the number of spaces must be a whole number"));
    }
    if spaces > MAX_INDENT {
        return Ok(Value::unknown(Why::limit("size of a text"), at));
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

pub(super) fn substr(args: &[Value], at: Span) -> Computed {
    let whole = text(args, 0)?;
    let (offset, length) = (whole_number(&args[1])?, whole_number(&args[2])?);
    if let Err(early) = all_known(&whole, at) {
        // Characters before the first unknown part can still be counted from the start.
        let known = whole.unknowns().next().map_or(0, |(r, ..)| r.start);
        let head = String::from_utf8_lossy(&whole.bytes()[..known]).chars().count() as f64;
        if offset < 0.0 || length < 0.0 || offset + length > head {
            return Err(early);
        }
    }
    let shown = whole.to_text();
    let starts: Vec<usize> = shown.char_indices().map(|(n, _)| n).chain([shown.len()]).collect();
    let count = starts.len() - 1;
    let first = if offset < 0.0 { (count as f64 + offset).max(0.0) } else { offset.min(count as f64) } as usize;
    // From the end, a length of 0 is also the rest (zclconf/go-cty, `SubstrFunc`).
    let last = if length < 0.0 || (length == 0.0 && offset < 0.0) {
        count
    } else {
        (first as f64 + length).min(count as f64) as usize
    };
    Ok(Value::str(whole.slice(starts[first]..starts[last]), at))
}

pub(super) fn strrev(args: &[Value], at: Span) -> Computed {
    let whole = text(args, 0)?;
    all_known(&whole, at)?;
    let mut out = Traced::new();
    characters(&whole).iter().rev().for_each(|c| out.push(c));
    Ok(Value::str(out, at))
}

pub(super) fn startswith(args: &[Value], at: Span) -> Computed {
    let (whole, part) = (text(args, 0)?, text(args, 1)?);
    same_text(&whole.slice(0..part.len()), &part, at)
}

pub(super) fn endswith(args: &[Value], at: Span) -> Computed {
    let (whole, part) = (text(args, 0)?, text(args, 1)?);
    same_text(&whole.slice(whole.len().saturating_sub(part.len())..whole.len()), &part, at)
}

/// Compares a piece of a text with the text that is searched for.
fn same_text(piece: &Traced, part: &Traced, at: Span) -> Computed {
    if !part.is_empty() {
        all_known(piece, at)?;
        all_known(part, at)?;
    }
    Ok(Value::bool(piece.bytes() == part.bytes(), at))
}

pub(super) fn strcontains(args: &[Value], at: Span) -> Computed {
    let (whole, part) = (text(args, 0)?, text(args, 1)?);
    all_known(&part, at)?;
    let found = holds(whole.bytes(), part.bytes());
    if !found {
        all_known(&whole, at)?;
    }
    Ok(Value::bool(found, at))
}

pub(super) fn split(args: &[Value], at: Span) -> Computed {
    let (between, whole) = (text(args, 0)?, text(args, 1)?);
    // An unknown part may contain the separator, so the number of parts is unknown.
    all_known(&whole, at)?;
    all_known(&between, at)?;
    let parts = if between.is_empty() { characters(&whole) } else { whole.split(between.bytes()) };
    Ok(Value::list(parts.into_iter().map(|part| Value::str(part, at)).collect(), at))
}

fn compile(pattern: &str) -> Result<Regex, Early> {
    RegexBuilder::new(pattern).size_limit(MAX_REGEX).build().map_err(|_| refused("not a regular expression"))
}

pub(super) fn replace(args: &[Value], at: Span) -> Computed {
    let (whole, with) = (text(args, 0)?, text(args, 2)?);
    let needle = known(args, 1, at)?;
    if let Some(pattern) = needle.strip_prefix('/').and_then(|n| n.strip_suffix('/')) {
        return replace_pattern(&whole, &compile(pattern)?, &with, at);
    }
    if !needle.is_empty() {
        return Ok(Value::str(whole.replace(needle.as_bytes(), &with), at));
    }
    all_known(&whole, at)?;
    // The empty text matches before and after every character.
    let mut out = with.clone();
    for character in characters(&whole) {
        out.push(&character);
        out.push(&with);
    }
    Ok(Value::str(out, at))
}

fn replace_pattern(whole: &Traced, pattern: &Regex, with: &Traced, at: Span) -> Computed {
    let Some(shown) = whole.as_str() else { return Err(refused("not UTF-8")) };
    let template = with.to_text().into_owned();
    if template.contains('$') {
        all_known(with, at)?;
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
            // If the replacement is a group of the match, it keeps its place.
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

/// The result of a match: the text, a list of its groups, or a map of its named groups.
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

pub(super) fn regex(args: &[Value], at: Span) -> Computed {
    let (pattern, whole) = searched(args, at)?;
    let shown = whole.to_text();
    let found = pattern.captures(&shown).ok_or_else(|| refused("the pattern does not match"))?;
    Ok(captured(&pattern, &whole, &found, at))
}

pub(super) fn regexall(args: &[Value], at: Span) -> Computed {
    let (pattern, whole) = searched(args, at)?;
    let shown = whole.to_text();
    Ok(Value::list(pattern.captures_iter(&shown).map(|found| captured(&pattern, &whole, &found, at)).collect(), at))
}

/// The compiled pattern and the text to search.
fn searched(args: &[Value], at: Span) -> Result<(Regex, Traced), Early> {
    let pattern = compile(&known(args, 0, at)?)?;
    let whole = text(args, 1)?;
    all_known(&whole, at)?;
    Ok((pattern, whole))
}

/// The path without trailing slashes, and the position of its last slash.
fn last_part(args: &[Value], at: Span) -> Result<(Traced, Option<usize>), Early> {
    let whole = text(args, 0)?;
    let trimmed = trimmed(&whole, false, |c| c == '/');
    let slash = trimmed.bytes().iter().rposition(|b| *b == b'/');
    all_known(&trimmed.slice(slash.map_or(0, |n| n + 1)..trimmed.len()), at)?;
    Ok((trimmed, slash))
}

pub(super) fn basename(args: &[Value], at: Span) -> Computed {
    Ok(match last_part(args, at)? {
        (path, _) if path.is_empty() => {
            let root = text(args, 0)?.bytes().starts_with(b"/");
            Value::str(Traced::made(if root { "/" } else { "." }, at), at)
        }
        (path, slash) => Value::str(path.slice(slash.map_or(0, |n| n + 1)..path.len()), at),
    })
}

/// Like `filepath.Dir` of Go: what comes before the last slash, cleaned.
pub(super) fn dirname(args: &[Value], at: Span) -> Computed {
    let whole = text(args, 0)?;
    let Some(slash) = whole.bytes().iter().rposition(|b| *b == b'/') else {
        all_known(&whole, at)?;
        return Ok(Value::str(Traced::made(".", at), at));
    };
    all_known(&whole.slice(slash..whole.len()), at)?;
    let dir = trimmed(&whole.slice(0..slash), false, |c| c == '/');
    if dir.is_empty() {
        return Ok(Value::str(whole.slice(0..1), at));
    }
    let clean = normal(Path::new(&*dir.to_text())).to_string_lossy().into_owned();
    let same = dir.has_unknown() || clean.as_bytes() == dir.bytes();
    Ok(Value::str(if same { dir } else { Traced::made(clean, at) }, at))
}

pub(super) fn pathexpand(args: &[Value], at: Span) -> Computed {
    let path = text(args, 0)?;
    if path.bytes().starts_with(b"~") {
        return Ok(Value::unknown(Why::FromOutside("the home directory".into()), at));
    }
    Ok(Value::str(path, at))
}
