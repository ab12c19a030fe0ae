//! Strings of JSON without their escapes.

use crate::text::{Traced, View};

/// The value of a string without its quotes, and the offset of the first raw control character in it, which strict readers
/// reject.
pub(super) fn unescape(view: &View, range: std::ops::Range<usize>) -> (Traced, Option<usize>) {
    let bytes = &view.bytes;
    let mut out = Traced::new();
    let mut control = None;
    let end = range.end.min(bytes.len());
    let mut run = range.start;
    let mut at = run;
    while at < end {
        match bytes[at] {
            b'\\' => {
                view.push_onto(&mut out, run..at);
                let (c, length) = escape(bytes, at);
                view.push_escape(&mut out, c.encode_utf8(&mut [0; 4]).as_bytes(), at..(at + length).min(end));
                at += length;
                run = at;
            }
            b if b < 0x20 => {
                control = control.or(Some(at));
                at += 1;
            }
            _ => at += 1,
        }
    }
    view.push_onto(&mut out, run.min(end)..end);
    (out, control)
}

/// The character of the escape at `at`, and its length in bytes. Half a surrogate pair becomes U+FFFD.
fn escape(bytes: &[u8], at: usize) -> (char, usize) {
    let hex = |at: usize| {
        let digits = bytes.get(at..at + 4)?;
        u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    match bytes.get(at + 1) {
        Some(b'b') => ('\u{8}', 2),
        Some(b'f') => ('\u{c}', 2),
        Some(b'n') => ('\n', 2),
        Some(b'r') => ('\r', 2),
        Some(b't') => ('\t', 2),
        Some(b'u') => match (hex(at + 2), bytes.get(at + 6..at + 8), hex(at + 8)) {
            (Some(high @ 0xD800..0xDC00), Some(b"\\u"), Some(low @ 0xDC00..0xE000)) => {
                let whole = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                (char::from_u32(whole).unwrap_or(char::REPLACEMENT_CHARACTER), 12)
            }
            (Some(code), ..) => (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 6),
            (None, ..) => (char::REPLACEMENT_CHARACTER, 2),
        },
        Some(c) if c.is_ascii() => (char::from(*c), 2),
        _ => (char::REPLACEMENT_CHARACTER, 1),
    }
}
