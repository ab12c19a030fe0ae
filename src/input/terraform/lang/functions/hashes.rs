//! Functions that hash.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::text::{Span, Traced};
use crate::value::Value;

use super::super::data::Data;
use super::super::env::Env;
use super::super::outcome::{Outcome, Refused};
use super::arguments::known;
use super::files::file_bytes;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().concat()
}

fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

fn digest<D: Digest>(bytes: &[u8]) -> Vec<u8> {
    D::digest(bytes).to_vec()
}

fn of(args: &[Value], at: Span, hash: impl Fn(&[u8]) -> String) -> Outcome {
    Ok(match known(args, 0, at)? {
        Ok(text) => Value::str(Traced::made(hash(text.as_bytes()), at), at),
        Err(hole) => hole,
    })
}

fn of_file(data: &mut dyn Data, args: &[Value], at: Span, hash: impl Fn(&[u8]) -> String) -> Outcome {
    Ok(match file_bytes(data, args, at)? {
        Ok(bytes) => Value::str(Traced::made(hash(&bytes), at), at),
        Err(hole) => hole,
    })
}

pub(super) fn md5(args: &[Value], at: Span) -> Outcome {
    of(args, at, |b| hex(&digest::<Md5>(b)))
}

pub(super) fn sha1(args: &[Value], at: Span) -> Outcome {
    of(args, at, |b| hex(&digest::<Sha1>(b)))
}

pub(super) fn sha256(args: &[Value], at: Span) -> Outcome {
    of(args, at, |b| hex(&digest::<Sha256>(b)))
}

pub(super) fn sha512(args: &[Value], at: Span) -> Outcome {
    of(args, at, |b| hex(&digest::<Sha512>(b)))
}

pub(super) fn base64sha256(args: &[Value], at: Span) -> Outcome {
    of(args, at, |b| base64(&digest::<Sha256>(b)))
}

pub(super) fn base64sha512(args: &[Value], at: Span) -> Outcome {
    of(args, at, |b| base64(&digest::<Sha512>(b)))
}

pub(super) fn filemd5(data: &mut dyn Data, args: &[Value], at: Span, _: &Env) -> Outcome {
    of_file(data, args, at, |b| hex(&digest::<Md5>(b)))
}

pub(super) fn filesha1(data: &mut dyn Data, args: &[Value], at: Span, _: &Env) -> Outcome {
    of_file(data, args, at, |b| hex(&digest::<Sha1>(b)))
}

pub(super) fn filesha256(data: &mut dyn Data, args: &[Value], at: Span, _: &Env) -> Outcome {
    of_file(data, args, at, |b| hex(&digest::<Sha256>(b)))
}

pub(super) fn filesha512(data: &mut dyn Data, args: &[Value], at: Span, _: &Env) -> Outcome {
    of_file(data, args, at, |b| hex(&digest::<Sha512>(b)))
}

pub(super) fn filebase64sha256(data: &mut dyn Data, args: &[Value], at: Span, _: &Env) -> Outcome {
    of_file(data, args, at, |b| base64(&digest::<Sha256>(b)))
}

pub(super) fn filebase64sha512(data: &mut dyn Data, args: &[Value], at: Span, _: &Env) -> Outcome {
    of_file(data, args, at, |b| base64(&digest::<Sha512>(b)))
}

/// A name-based UUID of version 5 (RFC 4122, 4.3).
pub(super) fn uuidv5(args: &[Value], at: Span) -> Outcome {
    let (space, name) = match (known(args, 0, at)?, known(args, 1, at)?) {
        (Ok(space), Ok(name)) => (space, name),
        (Err(hole), _) | (_, Err(hole)) => return Ok(hole),
    };
    // The namespaces of appendix C of the RFC.
    let space = match space.as_str() {
        "dns" => "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "url" => "6ba7b811-9dad-11d1-80b4-00c04fd430c8",
        "oid" => "6ba7b812-9dad-11d1-80b4-00c04fd430c8",
        "x500" => "6ba7b814-9dad-11d1-80b4-00c04fd430c8",
        other => other,
    };
    let digits: Vec<u8> = space.bytes().filter(|b| *b != b'-').collect();
    if digits.len() != 32 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return Err(Refused::new("not a namespace"));
    }
    let value = |b: u8| (b as char).to_digit(16).unwrap_or_default() as u8;
    let mut bytes: Vec<u8> = digits.chunks(2).map(|pair| value(pair[0]) << 4 | value(pair[1])).collect();
    bytes.extend(name.as_bytes());
    let mut id = digest::<Sha1>(&bytes);
    id.truncate(16);
    id[6] = id[6] & 0x0f | 0x50;
    id[8] = id[8] & 0x3f | 0x80;
    let text = hex(&id);
    let parts = [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]];
    Ok(Value::str(Traced::made(parts.join("-"), at), at))
}
