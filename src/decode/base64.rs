//! Base64, as strict or as lenient as the programs that handle user data.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::STANDARD as STANDARD_ENGINE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::text::{Layer, Span, Traced, Whence, Why};

use super::{DecodeError, MAX_DECODED_BYTES, Sources, region};

/// How much is tolerated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// Go's `base64.StdEncoding`: only line breaks are skipped, padding is required. Used by EC2 and nodeadm.
    Standard,
    /// Python's `b64decode`: everything outside the alphabet is skipped, what follows the padding is not read, and padding is
    /// required. Used by cloud-init for the files of a cloud-config. Source: `binascii_a2b_base64_impl` of CPython.
    Python,
    /// Python's `email` package: as [`Strictness::Python`], but missing padding is added. Used by cloud-init for MIME parts.
    Lenient,
}

/// True if the text can be read as base64 under [`Strictness::Standard`]: the test that nodeadm and Terraform's provider use.
pub(crate) fn looks_encoded(text: &Traced) -> bool {
    text.original(Layer::Base64).is_some()
        || !text.is_empty() && !text.has_unknown() && decode(text, Strictness::Standard).is_ok()
}

/// Encodes `text`, in lines of `width` characters or, for zero, in one. If a part of it is unknown, so is the result, but it
/// decodes to `text` again.
pub(crate) fn encode(text: &Traced, width: usize, at: Span) -> Traced {
    let outer = match text.first_unknown() {
        Some((span, why)) => Traced::unknown(span, why.clone()),
        None => {
            let letters = STANDARD_ENGINE.encode(text.bytes());
            let lines: Vec<_> = letters.as_bytes().chunks(if width == 0 { usize::MAX } else { width }).collect();
            Traced::made(lines.join(&b'\n'), text.span().unwrap_or(at))
        }
    };
    Traced::encoded(outer, Layer::Base64, text.clone())
}

/// Decodes `text`. A text that the source language encoded returns its original; otherwise every decoded byte maps to the
/// characters that hold its bits. What follows an unknown part cannot be aligned: it becomes one unknown part of that reason.
///
/// # Errors
/// If a character is outside the alphabet, the padding is wrong or the result is too large.
pub(crate) fn decode(text: &Traced, strictness: Strictness) -> Result<Traced, DecodeError> {
    if let Some(original) = text.original(Layer::Base64) {
        return Ok(original.clone());
    }
    let unknown = text.unknowns().next().map(|(range, span, why)| (range, span, why.clone()));
    let end = unknown.as_ref().map_or(text.len(), |(range, ..)| range.start);
    let bytes = text.bytes();
    let mut chars = Vec::new();
    let mut offsets = Vec::new();
    for (offset, byte) in bytes.iter().enumerate().take(end) {
        let skip = match strictness {
            Strictness::Standard => matches!(byte, b'\r' | b'\n'),
            // A padding character that comes too early is skipped as well.
            Strictness::Python | Strictness::Lenient => {
                !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/') || *byte == b'=' && chars.len() % 4 >= 2)
            }
        };
        if !skip {
            // A letter after a single padding character shows that it was not padding.
            if strictness != Strictness::Standard && *byte != b'=' && chars.last() == Some(&b'=') {
                chars.pop();
                offsets.pop();
            }
            chars.push(*byte);
            offsets.push(offset);
            if strictness != Strictness::Standard && chars.len() % 4 == 0 && *byte == b'=' {
                break;
            }
        }
    }
    if unknown.is_some() {
        chars.truncate(chars.len() / 4 * 4);
    }
    if chars.len() / 4 * 3 > MAX_DECODED_BYTES {
        return Err(DecodeError { at: region(text), message: "the base64 text is too large to decode".to_owned() });
    }
    let padding = match strictness {
        Strictness::Standard | Strictness::Python => DecodePaddingMode::RequireCanonical,
        Strictness::Lenient => DecodePaddingMode::Indifferent,
    };
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(padding).with_decode_allow_trailing_bits(true);
    let decoded = GeneralPurpose::new(&STANDARD, config).decode(&chars).map_err(|error| {
        let at = match &error {
            base64::DecodeError::InvalidByte(index, _) => {
                offsets.get(*index).and_then(|o| text.slice(*o..o + 1).span())
            }
            _ => None,
        };
        let message = match error {
            base64::DecodeError::InvalidByte(_, byte) if byte.is_ascii_graphic() => {
                format!("not base64: invalid character `{}`", char::from(byte))
            }
            base64::DecodeError::InvalidByte(..) => "not base64: invalid character".to_owned(),
            _ => "not base64: incomplete group at the end".to_owned(),
        };
        DecodeError { at: at.or_else(|| region(text)), message }
    })?;
    let mut out = Traced::new();
    let mut first_of = Sources::new(text);
    let mut last_of = Sources::new(text);
    for (index, byte) in decoded.iter().enumerate() {
        let from = offsets.get(index * 8 / 6).and_then(|o| first_of.at(*o));
        let to = offsets.get((index * 8 + 7) / 6).and_then(|o| last_of.at(*o));
        if let (Some((from, via)), Some((to, _))) = (from, to) {
            out.push_piece(&[*byte], Whence::Made(from.to(to)), via);
        }
    }
    if let Some((_, span, why)) = unknown {
        let why = if text.is_unknown() {
            why
        } else {
            Why::NotUnderstood(format!("base64 around a part where {why}").into())
        };
        out.push_unknown(span, why);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::text::{Source, Texts};

    fn traced(texts: &mut Texts, text: &str) -> Traced {
        let id = texts.add_source(Arc::new(Source::new("/f", text.as_bytes())));
        texts.view(id).traced(0..text.len())
    }

    #[test]
    fn strict_and_lenient_differ_like_go_and_python() {
        for (text, strict, lenient) in [
            ("aGVsbG8=", Some("hello"), Some("hello")),
            ("aGVs\nbG8=\n", Some("hello"), Some("hello")),
            ("aGVs bG8=", None, Some("hello")),
            ("aGVsbG8", None, Some("hello")),
            ("aGVs=bG8=", None, Some("hello")),
            ("aGVsbG8=aGVs", None, Some("hello")),
            ("aGV%sbG8=", None, Some("hello")),
            ("aGVsb", None, None),
            ("#!/bin/bash", None, None),
        ] {
            let mut texts = Texts::new();
            let outer = traced(&mut texts, text);
            let read = |s| decode(&outer, s).ok().map(|t| t.to_text().into_owned());
            assert_eq!(read(Strictness::Standard).as_deref(), strict, "{text}");
            if let Some(lenient) = lenient {
                assert_eq!(read(Strictness::Lenient).as_deref(), Some(lenient), "{text}");
            }
        }
    }

    #[test]
    fn each_byte_maps_to_the_characters_that_hold_its_bits() {
        let mut texts = Texts::new();
        let outer = traced(&mut texts, "aGVs\nbG8=");
        let inner = decode(&outer, Strictness::Standard).unwrap();
        let places: Vec<_> = (0..5).map(|i| inner.slice(i..i + 1).span().unwrap().range()).collect();
        assert_eq!(places, [0..2, 1..3, 2..4, 5..7, 6..8]);
    }

    #[test]
    fn what_follows_an_unknown_is_unknown() {
        let mut texts = Texts::new();
        let mut outer = traced(&mut texts, "aGVsbG8gd29y");
        let at = outer.span().unwrap();
        outer.push_unknown(at, Why::Secret);
        outer.push_made(b"bG8=", at);
        let inner = decode(&outer, Strictness::Standard).unwrap();
        assert_eq!(inner.to_text(), format!("hello wor{}", crate::text::UNKNOWN_MARK));
        assert!(inner.has_unknown());
    }

    #[test]
    fn text_encoded_in_the_source_keeps_its_exact_places() {
        let mut texts = Texts::new();
        let plain = traced(&mut texts, "hello");
        let at = plain.span().unwrap();
        let outer = Traced::encoded(Traced::made("aGVsbG8=", at), Layer::Base64, plain.clone());
        assert_eq!(decode(&outer, Strictness::Standard), Ok(plain));
    }

    #[test]
    fn a_wrong_character_has_its_place() {
        let mut texts = Texts::new();
        let error = decode(&traced(&mut texts, "aGV%bG8="), Strictness::Standard).unwrap_err();
        assert_eq!(error.at.unwrap().range(), 3..4);
    }
}
