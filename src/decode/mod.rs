//! Layers around user data: base64, gzip, MIME. Each returns its content with the map back.

pub(crate) mod base64;
pub(crate) mod data_url;
pub(crate) mod gzip;
pub(crate) mod mime;
pub(crate) mod packed;

use crate::text::{Piece, Span, Traced, Via, Whence};

/// The most bytes that one layer may decode to. EC2 accepts 16 KiB of user data; real gzip parts stay below 1 MiB.
pub(crate) const MAX_DECODED_BYTES: usize = 1 << 20;

/// Why a layer could not be decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DecodeError {
    /// The place of the fault; `None` if the text has no bytes.
    pub at: Option<Span>,
    /// What is wrong, one line, lower case, no full stop.
    pub message: String,
}

/// Looks up where single bytes came from, without searching for each of them.
struct Sources<'a> {
    pieces: &'a [Piece],
    index: usize,
}

impl<'a> Sources<'a> {
    fn new(traced: &'a Traced) -> Self {
        Self { pieces: traced.pieces(), index: 0 }
    }

    /// The span and the references of the byte at `offset`. Offsets must not decrease from call to call.
    fn at(&mut self, offset: usize) -> Option<(Span, Via)> {
        while self.pieces.get(self.index).is_some_and(|p| p.end as usize <= offset) {
            self.index += 1;
        }
        let piece = self.pieces.get(self.index)?;
        let begin = if self.index == 0 { 0 } else { self.pieces[self.index - 1].end as usize };
        let span = match &piece.whence {
            Whence::Same(span) => {
                let start = span.start as usize + (offset - begin);
                Span::new(span.text, start..start + 1)
            }
            Whence::Made(span) | Whence::Unknown(span, _) => *span,
        };
        Some((span, piece.via.clone()))
    }
}

/// The span from the first to the last byte of a text, as far as they are in the same text.
fn region(traced: &Traced) -> Option<Span> {
    let first = traced.pieces().first()?.whence.span();
    let last = traced.pieces().last()?.whence.span();
    Some(first.to(last))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;

    use ::base64::Engine;
    use ::base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::base64::Strictness;
    use super::{base64, gzip};
    use crate::text::{Source, Texts, Traced, Whence};

    fn source(texts: &mut Texts, bytes: &[u8]) -> Traced {
        let id = texts.add_source(Arc::new(Source::new("/a", bytes)));
        texts.view(id).traced(0..bytes.len())
    }

    proptest! {
        #[test]
        fn encoded_data_decodes_to_its_original(
            bytes in proptest::collection::vec(any::<u8>(), 0..200), width in 1usize..80
        ) {
            let mut encoded = String::new();
            for (n, c) in STANDARD.encode(&bytes).chars().enumerate() {
                if n > 0 && n % width == 0 {
                    encoded.push('\n');
                }
                encoded.push(c);
            }
            let mut texts = Texts::new();
            let text = source(&mut texts, encoded.as_bytes());
            for strictness in [Strictness::Standard, Strictness::Lenient] {
                let decoded = base64::decode(&text, strictness).unwrap();
                prop_assert_eq!(decoded.bytes(), &bytes);
                // The characters that a byte maps to hold its bits: decoded with their whole group they give it.
                for (range, piece) in decoded.ranges() {
                    prop_assert!(matches!(piece.whence, Whence::Made(_)));
                    for n in range {
                        let span = decoded.slice(n..n + 1).span().unwrap();
                        let before = encoded.get(..span.start as usize).unwrap_or_default().chars().filter(|c| *c != '\n').count();
                        prop_assert!(before == n * 8 / 6 || before / 4 == n / 3, "byte {} at character {}", n, before);
                    }
                }
            }
        }

        #[test]
        fn compressed_data_decompresses_to_its_original(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(&bytes).unwrap();
            let packed = encoder.finish().unwrap();
            let mut texts = Texts::new();
            let text = source(&mut texts, &packed);
            let unpacked = gzip::decode(&text).unwrap();
            prop_assert_eq!(unpacked.bytes(), &bytes);
            // Truncated data is an error or a part of it, never a panic.
            for end in [0, packed.len() / 2, packed.len().saturating_sub(4)] {
                if let Ok(part) = gzip::decode(&text.slice(0..end)) {
                    prop_assert!(bytes.starts_with(part.bytes()));
                }
            }
        }
    }
}
