//! `data:` URLs (RFC 2397), in which Ignition carries files.

use crate::text::Traced;

use super::base64::{self, Strictness};
use super::{DecodeError, region};

/// The content of a `data:` URL; percent-encoded bytes are placed at their three characters.
///
/// # Errors
/// If the text is not a `data:` URL, or its base64 cannot be read.
pub(crate) fn decode(text: &Traced) -> Result<Traced, DecodeError> {
    let error = |message: &str| DecodeError { at: region(text), message: message.to_owned() };
    let rest = text.bytes().strip_prefix(b"data:").ok_or_else(|| error("not a data: URL"))?;
    let comma = rest.iter().position(|b| *b == b',').ok_or_else(|| error("a data: URL without a comma"))?;
    let kind = rest[..comma].to_ascii_lowercase();
    let start = text.len() - rest.len() + comma + 1;
    let content = unescaped(&text.slice(start..text.len()));
    if kind.ends_with(b";base64") { base64::decode(&content, Strictness::Lenient) } else { Ok(content) }
}

/// Percent-decodes; a percent sign without two hexadecimal digits is kept.
fn unescaped(text: &Traced) -> Traced {
    let bytes = text.bytes();
    let hex = |n: usize| bytes.get(n).and_then(|b| char::from(*b).to_digit(16));
    let mut out = Traced::new();
    let mut run = 0;
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'%'
            && let (Some(high), Some(low)) = (hex(at + 1), hex(at + 2))
        {
            out.push(&text.slice(run..at));
            let escape = text.slice(at..at + 3);
            if let Some(span) = escape.span() {
                out.push_made(&[(high * 16 + low) as u8], span);
            }
            at += 3;
            run = at;
        } else {
            at += 1;
        }
    }
    out.push(&text.slice(run..bytes.len()));
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::decode;
    use crate::text::{Source, Texts};

    #[test]
    fn both_encodings_are_decoded() {
        for (url, content) in [
            ("data:,a%3D0%0Ab%2", Some("a=0\nb%2")),
            ("data:text/plain;charset=utf-8;base64,YT0w", Some("a=0")),
            ("data:;base64,YT0%77", Some("a=0")),
            ("data:text/plain", None),
            ("https://example.com/a", None),
        ] {
            let mut texts = Texts::new();
            let id = texts.add_source(Arc::new(Source::new("/a", url.as_bytes())));
            let read = decode(&texts.view(id).traced(0..url.len())).ok();
            assert_eq!(read.as_ref().map(|t| t.to_text()), content.map(Into::into), "{url}");
        }
    }
}
