//! Functions that hash.

use sha1::{Digest, Sha1};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::text::{Span, Traced};
use crate::value::Value;

use super::super::data::Data;
use super::super::env::Env;
use super::super::outcome::{Outcome, Refused};
use super::arguments::{given, known};
use super::files::content;

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().concat()
}

fn of(args: &[Value], at: Span, hash: impl Fn(&[u8]) -> String) -> Outcome {
    let text = given!(known(args, 0, at));
    Ok(Value::str(Traced::made(hash(text.as_bytes()), at), at))
}

fn of_file(data: &mut dyn Data, args: &[Value], at: Span, hash: impl Fn(&[u8]) -> String) -> Outcome {
    let view = given!(content(data, args, at));
    Ok(Value::str(Traced::made(hash(&view.bytes), at), at))
}

/// The hash of a text, in hexadecimal digits.
pub(super) fn hex<D: Digest>(args: &[Value], at: Span) -> Outcome {
    of(args, at, |b| digits(&D::digest(b)))
}

/// The hash of a text, in base64.
pub(super) fn base64<D: Digest>(args: &[Value], at: Span) -> Outcome {
    of(args, at, |b| STANDARD.encode(D::digest(b)))
}

/// The hash of a file, in hexadecimal digits.
pub(super) fn file_hex<D: Digest>(data: &mut dyn Data, args: &[Value], at: Span, _: &Env) -> Outcome {
    of_file(data, args, at, |b| digits(&D::digest(b)))
}

/// The hash of a file, in base64.
pub(super) fn file_base64<D: Digest>(data: &mut dyn Data, args: &[Value], at: Span, _: &Env) -> Outcome {
    of_file(data, args, at, |b| STANDARD.encode(D::digest(b)))
}

/// A name-based UUID of version 5 (RFC 4122, 4.3).
pub(super) fn uuidv5(args: &[Value], at: Span) -> Outcome {
    let (space, name) = given!(known(args, 0, at), known(args, 1, at));
    // The namespaces of appendix C of the RFC.
    let space = match space.as_str() {
        "dns" => "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "url" => "6ba7b811-9dad-11d1-80b4-00c04fd430c8",
        "oid" => "6ba7b812-9dad-11d1-80b4-00c04fd430c8",
        "x500" => "6ba7b814-9dad-11d1-80b4-00c04fd430c8",
        other => other,
    };
    let plain: Vec<u8> = space.bytes().filter(|b| *b != b'-').collect();
    if plain.len() != 32 || !plain.iter().all(u8::is_ascii_hexdigit) {
        return Err(Refused::new("not a namespace"));
    }
    let value = |b: u8| (b as char).to_digit(16).unwrap_or_default() as u8;
    let mut bytes: Vec<u8> = plain.chunks(2).map(|pair| value(pair[0]) << 4 | value(pair[1])).collect();
    bytes.extend(name.as_bytes());
    let mut id = Sha1::digest(&bytes).to_vec();
    id.truncate(16);
    id[6] = id[6] & 0x0f | 0x50;
    id[8] = id[8] & 0x3f | 0x80;
    let text = digits(&id);
    let parts = [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]];
    Ok(Value::str(Traced::made(parts.join("-"), at), at))
}
