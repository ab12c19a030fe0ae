//! Layers that wrap user data: base64, gzip, MIME. Each gives its content with the map back.

pub mod base64;
pub mod gzip;
pub mod mime;

use crate::text::{Piece, Span, Traced, Via, Whence};

/// The most bytes that one layer may decode to. EC2 accepts 16 KiB of user data; real gzip parts stay below 1 MiB.
pub const MAX_DECODED_BYTES: usize = 1 << 20;

/// Why a layer could not be taken off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// The place of the fault; `None` if the text has no bytes.
    pub at: Option<Span>,
    /// What is wrong, one line, lower case, no full stop.
    pub message: String,
}

/// Looks up where single bytes came from, without a search for each of them.
struct Sources<'a> {
    pieces: &'a [Piece],
    index: usize,
}

impl<'a> Sources<'a> {
    fn new(traced: &'a Traced) -> Self {
        Self { pieces: traced.pieces(), index: 0 }
    }

    /// The span and the references of the byte at `offset`. Offsets must not fall from call to call.
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
            Whence::Made(span) | Whence::Hole(span, _) => *span,
        };
        Some((span, piece.via.clone()))
    }
}

/// The span from the first to the last byte of a text, as far as they stand in the same text.
fn region(traced: &Traced) -> Option<Span> {
    let first = traced.pieces().first()?.whence.span();
    let last = traced.pieces().last()?.whence.span();
    Some(first.to(last))
}
