//! `envsubst`: variables of the environment in a text. Source: GNU gettext, `envsubst.c`.

use std::collections::BTreeSet;

use crate::text::Traced;

use super::program::{Done, Effects, FileLookup, Invocation, known, not_followed, utf8};

/// Runs `envsubst`, with a list of variables to replace or without.
pub(crate) fn run(call: &mut Invocation<'_>) -> Done<Effects> {
    let mut only: Option<BTreeSet<String>> = None;
    for word in call.argv {
        let text = known(word)?;
        match text {
            "-v" | "--variables" | "-h" | "--help" | "-V" | "--version" => {
                return Err(not_followed(&format!("envsubst's option {text}"), word));
            }
            _ if only.is_some() => return Ok(Effects::failed(1)),
            _ => only = Some(references(text).into_iter().map(|r| r.name.to_owned()).collect()),
        }
    }
    let text = call.standard_input()?;
    let words = utf8(&text)?;
    let mut out = Traced::new();
    let mut done = 0;
    for reference in references(words) {
        if only.as_ref().is_some_and(|only| !only.contains(reference.name)) {
            continue;
        }
        out.push(&text.slice(done..reference.start));
        match (call.env)(reference.name) {
            FileLookup::Content(value) => out.push(&value),
            FileLookup::Missing => {}
            FileLookup::Unknown(why) => out.push_unknown(call.at, why),
        }
        done = reference.end;
    }
    out.push(&text.slice(done..text.len()));
    Ok(Effects::success(out))
}

/// The place of the reference.
struct Reference<'a> {
    name: &'a str,
    start: usize,
    end: usize,
}

/// `$NAME` and `${NAME}`; everything else is kept.
fn references(text: &str) -> Vec<Reference<'_>> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let start = at;
        at += 1;
        if *byte != b'$' {
            continue;
        }
        let braces = bytes.get(at) == Some(&b'{');
        let from = at + usize::from(braces);
        let letter = |b: &u8| b.is_ascii_alphabetic() || *b == b'_';
        if !bytes.get(from).is_some_and(letter) {
            continue;
        }
        let length = bytes[from..].iter().take_while(|b| letter(b) || b.is_ascii_digit()).count();
        let to = from + length;
        if braces && bytes.get(to) != Some(&b'}') {
            continue;
        }
        at = to + usize::from(braces);
        out.push(Reference { name: text.get(from..to).unwrap_or_default(), start, end: at });
    }
    out
}
