//! The entry points of the parser, with a workaround for each of its known bugs.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use hcl::edit::parser;

use crate::syntax::{Parsed, SyntaxError};
use crate::text::{View, budget};

use super::convert::Convert;
use super::quick;
use super::scan::{apply, edits_of_template, outline};
use super::tree::{Body, Expr, Part, Template};

/// The largest text that is parsed, in bytes. The largest real file seen has 90 kB.
pub(crate) const MAX_BYTES: usize = 1 << 20;

/// The most entries between two braces: the parser takes quadratic time for them.
pub(crate) const MAX_ENTRIES: usize = 5_000;

/// The most repeated keys of one file that are renamed.
const MAX_RENAMES: usize = 128;

/// The message of `hcl-edit` for a repeated key; its errors have no kinds. A test checks it against the version in use.
const REPEATED_KEY: &str = "redefined object key";

/// Its message for a repeated attribute.
const REPEATED_ATTRIBUTE: &str = "redefined attribute";

/// The start of its message for what is no name at the start of a line in a block.
const NO_NAME: &str = "invalid block body";

/// The most syntax errors that are reported for one file.
const MAX_ERRORS: usize = 100;

/// Parses a file. A block with a syntax error is reported and left out; the other blocks are kept.
pub(crate) fn parse(view: &View) -> Parsed<Body> {
    let quick = || readable_as_is(view).ok().and_then(|_| quick::body(view, MAX_ENTRIES));
    budget::attempt(quick).map_or_else(|| by_grammar(view), |tree| Parsed { tree, errors: Vec::new() })
}

/// The same for any text.
pub(super) fn by_grammar(view: &View) -> Parsed<Body> {
    let mut body = Body { attributes: Vec::new(), blocks: Vec::new(), span: view.span(0..view.bytes.len()) };
    let mut errors = Vec::new();
    let mut text = match readable(view) {
        Ok(text) => text,
        Err(error) => return Parsed { tree: body, errors: vec![error] },
    };
    let shape = outline(&text);
    apply(&shape.edits, &mut text);
    let mut take = |range: Range<usize>| -> Result<(), SyntaxError> {
        let chunk = text.get(range.clone()).unwrap_or_default();
        let (tree, renamed) = parse_chunk(chunk, range.start, view)?;
        let mut part = Convert { view, base: range.start, renamed: &renamed }.body(&tree);
        body.attributes.append(&mut part.attributes);
        body.blocks.append(&mut part.blocks);
        Ok(())
    };
    let too_many = shape.most_entries.filter(|(n, _)| *n > MAX_ENTRIES);
    if too_many.is_none() && take(0..text.len()).is_ok() {
        return Parsed { tree: body, errors };
    }
    for item in shape.items {
        let large = outline(text.get(item.clone()).unwrap_or_default()).most_entries.filter(|(n, _)| *n > MAX_ENTRIES);
        let done = match large {
            Some((_, open)) => Err(SyntaxError {
                at: view.span(item.start + open..item.start + open + 1),
                message: format!("more than {MAX_ENTRIES} entries in one object, not read"),
            }),
            None => take(item),
        };
        if let Err(error) = done
            && errors.len() < MAX_ERRORS
        {
            errors.push(error);
        }
    }
    Parsed { tree: body, errors }
}

/// Parses the content of a template file, or of a string that is a template.
///
/// # Errors
/// If it is not a template; Terraform rejects all of it.
pub(crate) fn parse_template(view: &View) -> Result<Template, SyntaxError> {
    let text = readable_as_is(view)?;
    let mut template = match budget::attempt(|| quick::template(view)) {
        Some(template) => template,
        None => template_by_grammar(view, text)?,
    };
    // Terraform drops a byte-order mark.
    if let Some(Part::Literal(first)) = template.parts.first_mut()
        && first.bytes().starts_with(b"\xEF\xBB\xBF")
    {
        *first = first.slice(3..first.len());
    }
    Ok(template)
}

/// The same for any text.
pub(super) fn template_by_grammar(view: &View, text: &str) -> Result<Template, SyntaxError> {
    let mut text = Cow::Borrowed(text);
    apply(&edits_of_template(&text), &mut text);
    let tree = parser::parse_template(&text).map_err(|e| error_at(view, 0, &e))?;
    Ok(Convert { view, base: 0, renamed: &BTreeMap::new() }.template_file(&tree))
}

/// Parses an expression.
///
/// # Errors
/// If it is not an expression.
pub(crate) fn parse_expression(view: &View) -> Result<Expr, SyntaxError> {
    let mut text = readable(view)?;
    let shape = outline(&text);
    if shape.most_entries.is_some_and(|(n, _)| n > MAX_ENTRIES) {
        return Err(SyntaxError { at: view.span(0..text.len()), message: "too large an object".to_owned() });
    }
    apply(&shape.edits, &mut text);
    let trimmed = text.trim_start();
    let base = text.len() - trimmed.len();
    let tree = parser::parse_expr(trimmed.trim_end()).map_err(|e| error_at(view, base, &e))?;
    Ok(Convert { view, base, renamed: &BTreeMap::new() }.expr(&tree))
}

fn readable_as_is(view: &View) -> Result<&str, SyntaxError> {
    if view.bytes.len() > MAX_BYTES {
        return Err(SyntaxError {
            at: view.span(0..0),
            message: format!("larger than {} KiB, not read", MAX_BYTES >> 10),
        });
    }
    if let Some(at) = memchr::memchr(0, &view.bytes) {
        return Err(SyntaxError { at: view.span(at..at + 1), message: "a binary file, not text".to_owned() });
    }
    view.as_str().map_err(|at| SyntaxError { at: view.span(at..at + 1), message: "not UTF-8".to_owned() })
}

/// The text, with blanks for what the parser does not support: a byte-order mark, and carriage returns that end no line.
fn readable(view: &View) -> Result<Cow<'_, str>, SyntaxError> {
    let text = readable_as_is(view)?;
    let mut text = Cow::Borrowed(text);
    if text.starts_with('\u{FEFF}') {
        text.to_mut().replace_range(0..3, "   ");
    }
    let lone: Vec<usize> =
        text.match_indices('\r').map(|(at, _)| at).filter(|at| text.as_bytes().get(at + 1) != Some(&b'\n')).collect();
    for at in lone {
        text.to_mut().replace_range(at..=at, " ");
    }
    Ok(text)
}

type Renamed = BTreeMap<usize, Range<usize>>;

/// Parses a part of a file that starts at `base`. A repeated key in an object is legal HCL (the last one wins; see
/// hashicorp/terraform issue 28727) but an error to the parser, so it is parsed under another name of the same length. So are a
/// quoted name of an attribute and a map that is given again, which only Terraform up to 0.11 takes; the first map counts. Returns
/// the offsets of such keys with the ranges of their real names.
fn parse_chunk(chunk: &str, base: usize, view: &View) -> Result<(hcl::edit::structure::Body, Renamed), SyntaxError> {
    let mut text = Cow::Borrowed(chunk);
    let mut renamed = Renamed::new();
    let mut attempts: BTreeMap<usize, usize> = BTreeMap::new();
    for _ in 0..=MAX_RENAMES {
        let error = match parser::parse_body(&text) {
            Ok(tree) => return Ok((tree, renamed)),
            Err(error) => error,
        };
        let at = error.location().offset();
        if let Some((marks, name)) = other_mark(&text, at) {
            for mark in marks {
                text.to_mut().replace_range(mark, &name);
            }
            continue;
        }
        let again = error.message().contains(REPEATED_ATTRIBUTE) && !renamed.contains_key(&(base + at));
        let key = match error.message() {
            message if message.contains(REPEATED_KEY) => key_at(chunk, at),
            message if message.contains(REPEATED_ATTRIBUTE) => {
                key_at(chunk, at).filter(|key| !again || is_map(chunk, key))
            }
            message if message.starts_with(NO_NAME) => quoted_name(chunk, at),
            _ => None,
        };
        let Some(key) = key else { return Err(error_at(view, base, &error)) };
        let attempt = attempts.entry(at).or_insert(0);
        let Some(name) = placeholder(key.len(), *attempt + at) else { return Err(error_at(view, base, &error)) };
        *attempt += 1;
        text.to_mut().replace_range(key.clone(), &name);
        if !again {
            renamed.insert(base + key.start, base + key.start..base + key.end);
        }
    }
    let at = view.span(base..base + chunk.len().min(1));
    Err(SyntaxError { at, message: format!("more than {MAX_RENAMES} keys repeat or are quoted") })
}

/// For an error after a word at the start of a line, inside a here-document with this word as its end mark: the two places
/// of the mark, and another mark of the same length. To the parser, a line that starts with the mark ends the document; to
/// Terraform, a line with nothing else.
fn other_mark(text: &str, at: usize) -> Option<(Vec<Range<usize>>, String)> {
    let line = text.get(..at)?.rfind('\n')? + 1;
    let mark = text.get(line..at)?.trim();
    if mark.is_empty() || text.get(at..).unwrap_or_default().lines().next()?.trim().is_empty() {
        return None;
    }
    let starts = |l: &str| l.strip_suffix(mark).is_some_and(|l| l.ends_with("<<") || l.ends_with("<<-"));
    let from = text.get(..line).unwrap_or_default().match_indices(mark).map(|(n, _)| n + mark.len()).filter(|end| {
        let whole = text.get(*end..).unwrap_or_default().lines().next().unwrap_or_default().trim().is_empty();
        whole && starts(text.get(..*end).unwrap_or_default())
    });
    let from = from.last()?;
    let mut ends = text
        .get(at..)
        .unwrap_or_default()
        .split_inclusive('\n')
        .scan(at, |n, l| Some((std::mem::replace(n, *n + l.len()), l)));
    let (end, l) = ends.find(|(_, l)| l.trim() == mark)?;
    let end = end + l.find(mark)?;
    let name = ('A'..='Z').map(|c| c.to_string().repeat(mark.len())).find(|name| !text.contains(name))?;
    Some((vec![from - mark.len()..from, end..end + mark.len()], name))
}

/// The name, or quoted string without expressions, at `at`.
fn key_at(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = text.get(at..)?;
    if let Some(inner) = rest.strip_prefix('"') {
        let end = inner.find('"')?;
        let plain = !inner.get(..end).unwrap_or_default().contains(['$', '%', '\\', '\n']);
        return plain.then_some(at..at + end + 2);
    }
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len());
    (end > 0).then_some(at..at + end)
}

/// The quoted name of an attribute at `at`, which may have expressions in it.
fn quoted_name(text: &str, at: usize) -> Option<Range<usize>> {
    let inner = text.get(at..)?.strip_prefix('"')?;
    let line = inner.lines().next()?;
    let end = line.match_indices('"').map(|(end, _)| end).find(|end| {
        let rest = line.get(end + 1..).unwrap_or_default().trim_start();
        rest.starts_with('=') && !rest.starts_with("==")
    })?;
    Some(at..at + end + 2)
}

/// True if the value of the attribute with a name is a map.
fn is_map(text: &str, name: &Range<usize>) -> bool {
    let rest = text.get(name.end..).unwrap_or_default().trim_start();
    rest.strip_prefix('=').is_some_and(|value| value.trim_start().starts_with('{'))
}

/// A name of `length` bytes, different for each `attempt`.
fn placeholder(length: usize, attempt: usize) -> Option<String> {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    let mut rest = attempt;
    let mut name = String::with_capacity(length);
    for _ in 0..length {
        name.push(char::from(*LETTERS.get(rest % LETTERS.len())?));
        rest /= LETTERS.len();
    }
    (!name.is_empty() && !matches!(name.as_str(), "for" | "null" | "true" | "false")).then_some(name)
}

fn error_at(view: &View, base: usize, error: &parser::Error) -> SyntaxError {
    let at = (base + error.location().offset()).min(view.bytes.len());
    let to = view.bytes[at..].iter().position(|b| b.is_ascii_whitespace()).map_or(view.bytes.len(), |n| at + n.max(1));
    // A span never splits a character, and is kept short for display.
    let to = (at..=to.min(at + 40)).rev().find(|to| view.as_str().is_ok_and(|t| t.is_char_boundary(*to))).unwrap_or(at);
    SyntaxError { at: view.span(at..to), message: message(error.message()) }
}

/// Shortens the parser's list of everything it would have accepted.
fn message(words: &str) -> String {
    const MAX_WORDS: usize = 120;
    let words = words.replace(['\n', '\r'], " ");
    if words.chars().count() <= MAX_WORDS {
        return words;
    }
    words.split_once(';').map_or_else(|| "unexpected token".to_owned(), |(head, _)| format!("{head}: unexpected token"))
}
