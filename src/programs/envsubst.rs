//! `envsubst`: variables of the environment in a text. Source: GNU gettext, `envsubst.c`.

use std::collections::BTreeSet;

use crate::text::{Span, Traced};

use super::program::{Files, Found, Outcome};

/// Runs `envsubst`, with the variables that it shall replace or without.
pub fn run(argv: &[Traced], stdin: Option<&Traced>, env: Files<'_>, at: Span) -> Result<Outcome, Box<Outcome>> {
    let mut only: Option<BTreeSet<String>> = None;
    for word in argv {
        let text = super::program::known(word)?;
        match text {
            "-v" | "--variables" | "-h" | "--help" | "-V" | "--version" => {
                return Err(super::program::not_followed(&format!("envsubst's option {text}"), word));
            }
            _ if only.is_some() => return Ok(Outcome::failed(1)),
            _ => only = Some(references(text).into_iter().map(|r| r.name.to_owned()).collect()),
        }
    }
    let text = stdin.ok_or_else(|| Box::new(Outcome::standard_input_unknown(&[Traced::made("-", at)])))?;
    let words = text.as_str().ok_or_else(|| super::program::not_followed("bytes that are not UTF-8", text))?;
    let mut out = Traced::new();
    let mut done = 0;
    for reference in references(words) {
        if only.as_ref().is_some_and(|only| !only.contains(reference.name)) {
            continue;
        }
        out.push(&text.slice(done..reference.start));
        match env(reference.name) {
            Found::Content(value) => out.push(&value),
            Found::Missing => {}
            Found::Unknown(why) => out.push_hole(at, why),
        }
        done = reference.end;
    }
    out.push(&text.slice(done..text.len()));
    Ok(Outcome::success(out))
}

/// Where a variable is named.
struct Reference<'a> {
    name: &'a str,
    start: usize,
    end: usize,
}

/// `$NAME` and `${NAME}`; everything else stays as it is.
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
        out.push(Reference { name: &text[from..to], start, end: at });
    }
    out
}
