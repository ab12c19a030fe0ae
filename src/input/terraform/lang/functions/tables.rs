//! `csvdecode`, and text in other encodings.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use indexmap::IndexMap;

use crate::text::{Span, Traced, Why};
use crate::value::{Entry, Value};

use super::super::outcome::{Computed, Early, refused};
use super::arguments::{all_known, both_known, known, text, unknown};
use crate::input::template_text::base64_of;

/// The most fields of one table.
const MAX_FIELDS: usize = 20_000;

/// `csvdecode`: a list of objects with the names of the first row. Quoting follows `encoding/csv` of Go.
pub(super) fn csvdecode(args: &[Value], at: Span) -> Computed {
    let table = text(args, 0)?;
    all_known(&table, at)?;
    let mut rows = rows(&table)?.into_iter();
    let Some(names) = rows.next() else { return Err(refused("a table without names")) };
    let names: Vec<(Arc<str>, Span)> =
        names.iter().map(|name| (Arc::from(&*name.to_text()), name.span().unwrap_or(at))).collect();
    if names.iter().enumerate().any(|(n, (name, _))| names[..n].iter().any(|(other, _)| other == name)) {
        return Err(refused("two columns of one name"));
    }
    let mut items = Vec::new();
    for row in rows {
        if row.len() != names.len() {
            return Err(refused("a row with another number of fields"));
        }
        let fields = names.iter().zip(row);
        let entries: IndexMap<_, _> = fields
            .map(|((name, key), field)| {
                let place = field.span().unwrap_or(at);
                (Arc::clone(name), Entry { key: *key, value: Value::str(field, place) })
            })
            .collect();
        items.push(Value::map(entries, at));
    }
    Ok(Value::list(items, at))
}

fn rows(table: &Traced) -> Result<Vec<Vec<Traced>>, Early> {
    let bytes = table.bytes();
    let mut rows = Vec::new();
    let mut fields = 0;
    let mut pos = 0;
    while pos < bytes.len() {
        // Empty lines are not rows.
        if bytes[pos..].starts_with(b"\n") || bytes[pos..].starts_with(b"\r\n") {
            pos += if bytes[pos] == b'\r' { 2 } else { 1 };
            continue;
        }
        let mut row = Vec::new();
        loop {
            let (field, next) = field(table, pos)?;
            row.push(field);
            fields += 1;
            if fields > MAX_FIELDS {
                return Err(refused("a table that is too large"));
            }
            pos = next;
            match bytes.get(pos) {
                Some(b',') => pos += 1,
                Some(b'\r') => {
                    pos += 2;
                    break;
                }
                _ => {
                    pos += 1;
                    break;
                }
            }
        }
        rows.push(row);
    }
    Ok(rows)
}

/// The field that starts at `pos`, and where it ends.
fn field(table: &Traced, pos: usize) -> Result<(Traced, usize), Early> {
    let bytes = table.bytes();
    if bytes.get(pos) != Some(&b'"') {
        let ends = |p: &usize| matches!(bytes[*p], b',' | b'\n') || bytes[*p..].starts_with(b"\r\n");
        let end = (pos..bytes.len()).find(ends).unwrap_or(bytes.len());
        if bytes[pos..end].contains(&b'"') {
            return Err(refused("a quote in a field without quotes"));
        }
        let cut = if end == bytes.len() && bytes[pos..end].ends_with(b"\r") { end - 1 } else { end };
        return Ok((table.slice(pos..cut), end));
    }
    let mut out = Traced::new();
    let mut from = pos + 1;
    loop {
        let Some(quote) = bytes[from..].iter().position(|b| *b == b'"').map(|p| from + p) else {
            return Err(refused("a quote that is not closed"));
        };
        out.push(&table.slice(from..quote));
        match bytes.get(quote + 1) {
            Some(b'"') => {
                out.push(&table.slice(quote..quote + 1));
                from = quote + 2;
            }
            None | Some(b',' | b'\n') => return Ok((out, quote + 1)),
            Some(b'\r') if bytes[quote + 1..].starts_with(b"\r\n") => return Ok((out, quote + 1)),
            Some(_) => return Err(refused("text behind a quoted field")),
        }
    }
}

/// The supported encodings, by their IANA names.
enum Encoding {
    Utf8,
    Utf16 { big: bool },
    Latin1,
    Ascii,
}

fn encoding(name: &str, at: Span) -> Result<Encoding, Early> {
    Ok(match name.to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" => Encoding::Utf8,
        "utf-16le" => Encoding::Utf16 { big: false },
        "utf-16be" => Encoding::Utf16 { big: true },
        "iso-8859-1" | "latin1" | "iso_8859-1" | "l1" => Encoding::Latin1,
        "us-ascii" | "ascii" => Encoding::Ascii,
        _ => return Err(unknown(&Why::NotUnderstood(format!("the encoding {name}").into()), at)),
    })
}

pub(super) fn textencodebase64(args: &[Value], at: Span) -> Computed {
    let name = known(args, 1, at)?;
    let encoding = encoding(&name, at)?;
    if matches!(encoding, Encoding::Utf8) {
        return Ok(Value::str(base64_of(&text(args, 0)?, at), at));
    }
    let content = known(args, 0, at)?;
    let mut bytes = Vec::new();
    for c in content.chars() {
        match encoding {
            Encoding::Utf16 { big } => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    bytes.extend(if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
                }
            }
            Encoding::Latin1 if (c as u32) < 0x100 => bytes.push(c as u32 as u8),
            Encoding::Ascii if c.is_ascii() => bytes.push(c as u32 as u8),
            _ => return Err(refused(format!("{c:?} is not in {name}"))),
        }
    }
    let place = text(args, 0)?.span().unwrap_or(at);
    Ok(Value::str(Traced::made(STANDARD.encode(bytes), place), at))
}

pub(super) fn textdecodebase64(args: &[Value], at: Span) -> Computed {
    let (encoded, name) = both_known(args, at)?;
    let bytes = STANDARD.decode(encoded.replace(['\r', '\n'], "")).map_err(|_| refused("not base64"))?;
    let encoding = encoding(&name, at)?;
    let decoded = match encoding {
        Encoding::Utf8 => String::from_utf8_lossy(&bytes).into_owned(),
        Encoding::Utf16 { big } => {
            let units = bytes.chunks(2).map(|pair| {
                let pair = [pair[0], pair.get(1).copied().unwrap_or_default()];
                if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
            });
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        Encoding::Latin1 => bytes.iter().map(|b| *b as char).collect(),
        Encoding::Ascii => {
            bytes.iter().map(|b| if b.is_ascii() { *b as char } else { char::REPLACEMENT_CHARACTER }).collect()
        }
    };
    let place = text(args, 0)?.span().unwrap_or(at);
    Ok(Value::str(Traced::made(decoded, place), at))
}
