//! Gzip. A compressed byte has no place of its own, so the result maps to the whole compressed text.

use std::io::Read;

use flate2::read::MultiGzDecoder;

use crate::text::{Layer, Traced, Whence, Why};

use super::{DecodeError, MAX_DECODED_BYTES, region};

/// True if the text starts like gzip.
pub(crate) fn looks_compressed(text: &Traced) -> bool {
    text.original(Layer::Gzip).is_some() || text.bytes().starts_with(&[0x1f, 0x8b])
}

/// Decompresses `text`, all members of it. An unknown part in it makes the whole result unknown.
///
/// # Errors
/// If the data is truncated, damaged or too large.
pub(crate) fn decode(text: &Traced) -> Result<Traced, DecodeError> {
    if let Some(original) = text.original(Layer::Gzip) {
        return Ok(original.clone());
    }
    let Some(at) = region(text) else {
        return Err(DecodeError { at: None, message: "not gzip: no data".to_owned() });
    };
    if let Some((span, why)) = text.first_unknown() {
        return Ok(Traced::unknown(span, Why::NotUnderstood(format!("gzip around a part where {why}").into())));
    }
    let error = |message: String| DecodeError { at: Some(at), message };
    let mut bytes = Vec::new();
    MultiGzDecoder::new(text.bytes())
        .take(MAX_DECODED_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| error(format!("gzip data cannot be read: {e}")))?;
    if bytes.len() > MAX_DECODED_BYTES {
        return Err(error(format!("gzip data grows beyond {} KiB", MAX_DECODED_BYTES >> 10)));
    }
    let mut out = Traced::new();
    out.push_piece(&bytes, Whence::Made(at), text.via());
    Ok(out)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;
    use crate::text::{Source, Texts};

    fn packed(plain: &[u8]) -> Traced {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(plain).unwrap();
        let bytes = encoder.finish().unwrap();
        let mut texts = Texts::new();
        let len = bytes.len();
        let id = texts.add_source(Arc::new(Source::new("/f", bytes)));
        texts.view(id).traced(0..len)
    }

    #[test]
    fn all_members_are_decoded_and_map_to_the_whole() {
        let mut two = packed(b"one ");
        two.push(&packed(b"two"));
        let inner = decode(&packed(b"#!/bin/sh\n")).unwrap();
        assert_eq!(inner.bytes(), b"#!/bin/sh\n");
        assert_eq!(inner.span().unwrap().start, 0);
        assert_eq!(decode(&two).unwrap().bytes(), b"one two");
    }

    #[test]
    fn truncated_damaged_and_huge_data_is_refused() {
        let whole = packed(b"some text that is long enough");
        assert!(decode(&whole.slice(0..whole.len() - 6)).is_err());
        assert!(decode(&whole.slice(0..5)).is_err());
        assert!(decode(&Traced::new()).is_err());
        assert!(decode(&packed(&vec![0; MAX_DECODED_BYTES + 1])).is_err());
    }
}
