//! Functions that encode text: base64, gzip, JSON, YAML, URLs.

use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::input::template_text::base64_of;
use crate::text::{Layer, Span, Traced, Why};
use crate::value::{Kind, Value};

use super::super::outcome::{Computed, entries_of, refused};
use super::arguments::{all_known, text};
use super::strings::{push_changed, rewrite};

/// Gzip of a text. The compressed bytes come from the whole text; the original is kept.
pub(in crate::input::terraform) fn gzip_of(content: &Traced, at: Span) -> Traced {
    let outer = match content.first_unknown() {
        Some((span, why)) => Traced::unknown(span, why.clone()),
        None => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            // Writing to memory does not fail.
            let packed = encoder.write_all(content.bytes()).and_then(|()| encoder.finish());
            Traced::made(packed.unwrap_or_default(), content.span().unwrap_or(at))
        }
    };
    Traced::encoded(outer, Layer::Gzip, content.clone())
}

pub(super) fn base64encode(args: &[Value], at: Span) -> Computed {
    Ok(Value::str(base64_of(&text(args, 0)?, at), at))
}

pub(super) fn base64gzip(args: &[Value], at: Span) -> Computed {
    Ok(Value::str(base64_of(&gzip_of(&text(args, 0)?, at), at), at))
}

pub(super) fn base64decode(args: &[Value], at: Span) -> Computed {
    let encoded = text(args, 0)?;
    if let Some(original) = encoded.original(Layer::Base64) {
        return Ok(Value::str(original.clone(), at));
    }
    all_known(&encoded, at)?;
    let encoded = without_lines(&encoded);
    let mut out = Traced::new();
    for (n, group) in encoded.bytes().chunks(4).enumerate() {
        let decoded = STANDARD.decode(group).map_err(|_| refused("not base64"))?;
        if decoded.len() < 3 && (n + 1) * 4 < encoded.len() {
            return Err(refused("not base64"));
        }
        push_changed(&mut out, &encoded, n * 4..n * 4 + group.len(), &decoded);
    }
    if out.as_str().is_none() {
        return Err(refused("the decoded bytes are not UTF-8"));
    }
    Ok(Value::str(out, at))
}

/// Base64 without its line breaks, which Go ignores.
fn without_lines(text: &Traced) -> Traced {
    let nothing = Traced::new();
    text.replace(b"\r", &nothing).replace(b"\n", &nothing)
}

/// Like `url.QueryEscape` of Go.
pub(super) fn urlencode(args: &[Value], at: Span) -> Computed {
    let escaped = rewrite(&text(args, 0)?, |c| {
        if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~') {
            return None;
        }
        if c == ' ' {
            return Some("+".to_owned());
        }
        let mut bytes = [0; 4];
        Some(c.encode_utf8(&mut bytes).bytes().map(|b| format!("%{b:02X}")).collect::<Vec<_>>().concat())
    });
    Ok(Value::str(escaped, at))
}

pub(super) fn jsonencode(args: &[Value], at: Span) -> Computed {
    Ok(Value::str(json_text(&args[0]), at))
}

/// The short escape of a character, if JSON and YAML share it.
fn escaped(c: char) -> Option<String> {
    let letter = match c {
        '"' | '\\' => c,
        '\n' => 'n',
        '\r' => 'r',
        '\t' => 't',
        '\u{8}' => 'b',
        '\u{c}' => 'f',
        _ => return None,
    };
    Some(format!("\\{letter}"))
}

/// The content of a JSON string, as Go's encoder writes it.
fn json_escaped(content: &Traced) -> Traced {
    rewrite(content, |c| match c {
        '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => Some(format!("\\u{:04x}", c as u32)),
        c if (c as u32) < 0x20 => Some(escaped(c).unwrap_or_else(|| format!("\\u{:04x}", c as u32))),
        c => escaped(c),
    })
}

/// A value as JSON, keys in order, without spaces. The recursion is as deep as the value, which is bounded.
pub(in super::super::super) fn json_text(value: &Value) -> Traced {
    let mut out = Traced::new();
    push_json(&mut out, value);
    out
}

fn push_json(out: &mut Traced, value: &Value) {
    let at = value.at;
    match &value.kind {
        Kind::Null => out.push_made(b"null", at),
        Kind::Bool(_) | Kind::Number(_) => out.push(&value.to_traced().unwrap_or_default()),
        Kind::Str(_) => {
            let content = value.to_traced().unwrap_or_default();
            out.push_made(b"\"", at);
            out.push(&json_escaped(&content));
            out.push_made(b"\"", at);
        }
        Kind::Unknown(why) => out.push_unknown(at, why.clone()),
        Kind::Either(_) => out.push_unknown(at, Why::Limit("alternatives of one value")),
        Kind::List(_) => {
            out.push_made(b"[", at);
            for (n, item) in value.items().iter().enumerate() {
                if n > 0 {
                    out.push_made(b",", at);
                }
                push_json(out, item);
            }
            out.push_made(b"]", at);
        }
        Kind::Map(_) => {
            let (entries, open) = entries_of(value).unwrap_or_default();
            out.push_made(b"{", at);
            for (n, (key, item)) in entries.iter().enumerate() {
                if n > 0 {
                    out.push_made(b",", at);
                }
                push_json(out, key);
                out.push_made(b":", at);
                push_json(out, item);
            }
            if let Some(why) = open {
                out.push_unknown(at, why);
            }
            out.push_made(b"}", at);
        }
    }
}

pub(super) fn yamlencode(args: &[Value], at: Span) -> Computed {
    let mut out = Traced::new();
    let value = &args[0];
    if let Some(push) = block_of(value) {
        push(&mut out, value, 0, false);
    } else {
        push_yaml_scalar(&mut out, value, 0);
        // The emitter marks the end of a document that is a bare scalar.
        if matches!(value.kind, Kind::Null | Kind::Bool(_) | Kind::Number(_)) {
            out.push_made(b"...\n", at);
        }
    }
    Ok(Value::str(out, at))
}

/// The writer of a collection in block style; `None` for a scalar or an empty collection.
fn block_of(value: &Value) -> Option<fn(&mut Traced, &Value, usize, bool)> {
    match &value.kind {
        Kind::List(items) if !items.is_empty() => Some(push_yaml_list),
        Kind::Map(map) if !map.entries.is_empty() || map.open.is_some() => Some(push_yaml_map),
        _ => None,
    }
}

/// Writes block style like Terraform: keys quoted and sorted, lists not indented under their key.
fn push_yaml_map(out: &mut Traced, value: &Value, indent: usize, inline: bool) {
    let (entries, open) = entries_of(value).unwrap_or_default();
    let mut first = inline;
    for (key, item) in &entries {
        if !std::mem::take(&mut first) {
            out.push_made(" ".repeat(indent).as_bytes(), value.at);
        }
        push_quoted(out, key);
        out.push_made(b":", value.at);
        match block_of(item) {
            Some(push) => {
                out.push_made(b"\n", value.at);
                let deeper = if matches!(item.kind, Kind::Map(_)) { 2 } else { 0 };
                push(out, item, indent + deeper, false);
            }
            None => {
                out.push_made(b" ", value.at);
                push_yaml_scalar(out, item, indent);
            }
        }
    }
    if let Some(why) = open {
        if !first {
            out.push_made(" ".repeat(indent).as_bytes(), value.at);
        }
        out.push_unknown(value.at, why);
        out.push_made(b"\n", value.at);
    }
}

fn push_yaml_list(out: &mut Traced, value: &Value, indent: usize, inline: bool) {
    let mut first = inline;
    for item in value.items() {
        if !std::mem::take(&mut first) {
            out.push_made(" ".repeat(indent).as_bytes(), value.at);
        }
        out.push_made(b"- ", value.at);
        match block_of(&item) {
            Some(push) => push(out, &item, indent + 2, true),
            None => push_yaml_scalar(out, &item, indent),
        }
    }
}

/// Writes a scalar or an empty collection, and a line break.
fn push_yaml_scalar(out: &mut Traced, value: &Value, indent: usize) {
    let at = value.at;
    match &value.kind {
        Kind::Str(_) => {
            let content = value.to_traced().unwrap_or_default();
            if block_style(&content) {
                push_block(out, &content, indent + 2, at);
                return;
            }
            push_quoted(out, value);
        }
        Kind::List(_) => out.push_made(b"[]", at),
        Kind::Map(_) => out.push_made(b"{}", at),
        _ => push_json(out, value),
    }
    out.push_made(b"\n", at);
}

/// True if the emitter writes this text as a block: several lines, no spaces before a line break, no special
/// characters.
fn block_style(content: &Traced) -> bool {
    let shown = content.to_text();
    let special = |c: char| c.is_control() && c != '\n';
    shown.contains('\n') && !shown.contains(" \n") && !shown.ends_with(' ') && !shown.chars().any(special)
}

fn push_block(out: &mut Traced, content: &Traced, indent: usize, at: Span) {
    let shown = content.to_text().into_owned();
    let hint = if shown.starts_with([' ', '\n']) { "2" } else { "" };
    let chomp = match shown.strip_suffix('\n') {
        None => "-",
        Some(text) if text.is_empty() || text.ends_with('\n') => "+",
        Some(_) => "",
    };
    out.push_made(format!("|{hint}{chomp}\n").as_bytes(), at);
    let mut from = 0;
    while from < content.len() {
        let to = content.bytes()[from..].iter().position(|b| *b == b'\n').map_or(content.len(), |n| from + n + 1);
        if content.bytes().get(from) != Some(&b'\n') {
            out.push_made(" ".repeat(indent).as_bytes(), at);
        }
        out.push(&content.slice(from..to));
        from = to;
    }
    if !shown.ends_with('\n') {
        out.push_made(b"\n", at);
    }
}

/// Writes text in double quotes. The emitter escapes what is not printable, but unlike JSON not `<` and `>`.
fn push_quoted(out: &mut Traced, value: &Value) {
    // Characters with a short escape, and its letter.
    const SPECIAL: &str = "\0\u{7}\u{b}\u{1b}\u{85}\u{a0}\u{2028}\u{2029}";
    const LETTERS: &str = "0aveN_LP";
    let content = value.to_traced().unwrap_or_default();
    let escaped =
        rewrite(&content, |c| match SPECIAL.chars().zip(LETTERS.chars()).find(|(special, _)| *special == c) {
            Some((_, letter)) => Some(format!("\\{letter}")),
            None if c == '\u{feff}' => Some("\\uFEFF".to_owned()),
            None => escaped(c).or_else(|| c.is_control().then(|| format!("\\x{:02X}", c as u32))),
        });
    out.push_made(b"\"", value.at);
    out.push(&escaped);
    out.push_made(b"\"", value.at);
}
