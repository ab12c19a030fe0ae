//! Hash functions.

use sha1::{Digest, Sha1};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::text::{Span, Traced};
use crate::value::Value;

use super::super::data::Data;
use super::super::outcome::{Computed, refused};
use super::arguments::{both_known, known};
use super::files::content;

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().concat()
}

/// A hash in hexadecimal digits.
pub(super) fn hex<D: Digest>(bytes: &[u8]) -> String {
    digits(&D::digest(bytes))
}

/// A hash in base64.
pub(super) fn base64<D: Digest>(bytes: &[u8]) -> String {
    STANDARD.encode(D::digest(bytes))
}

/// The hash of a text.
pub(super) fn of(args: &[Value], at: Span, hash: fn(&[u8]) -> String) -> Computed {
    Ok(Value::str(Traced::made(hash(known(args, 0, at)?.as_bytes()), at), at))
}

/// The hash of a file.
pub(super) fn of_file(data: &mut dyn Data, args: &[Value], at: Span, hash: fn(&[u8]) -> String) -> Computed {
    Ok(Value::str(Traced::made(hash(&content(data, args, at)?.bytes), at), at))
}

/// A name-based UUID, version 5 (RFC 4122, 4.3).
pub(super) fn uuidv5(args: &[Value], at: Span) -> Computed {
    let (space, name) = both_known(args, at)?;
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
        return Err(refused("not a namespace"));
    }
    let value = |b: u8| (b as char).to_digit(16).unwrap_or_default() as u8;
    let mut bytes: Vec<u8> = plain.chunks(2).map(|pair| value(pair[0]) << 4 | value(pair[1])).collect();
    bytes.extend(name.as_bytes());
    let mut id = Sha1::digest(&bytes).to_vec();
    id.truncate(16);
    id[6] = id[6] & 0x0f | 0x50;
    id[8] = id[8] & 0x3f | 0x80;
    let text = digits(&id);
    let parts = [
        text.get(..8).unwrap_or_default(),
        text.get(8..12).unwrap_or_default(),
        text.get(12..16).unwrap_or_default(),
        text.get(16..20).unwrap_or_default(),
        text.get(20..).unwrap_or_default(),
    ];
    Ok(Value::str(Traced::made(parts.join("-"), at), at))
}
