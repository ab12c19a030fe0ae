//! Positions: lines and columns from 0, in the unit that the client has chosen.

use lsp_types::{Position, Range};

use crate::text::{Place, Source};

/// What a column counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Unit {
    /// Bytes.
    Utf8,
    /// UTF-16 code units, which every client knows.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

const MARK: &[u8] = "\u{FEFF}".as_bytes();

impl Unit {
    /// The one that costs least among those that a client offers.
    pub(super) fn among(offered: &[&str]) -> Self {
        [Self::Utf8, Self::Utf32].into_iter().find(|unit| offered.contains(&unit.name())).unwrap_or_default()
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
            Self::Utf32 => "utf-32",
        }
    }

    /// The units of a character.
    fn of(self, c: char) -> u32 {
        match self {
            Self::Utf8 => c.len_utf8() as u32,
            Self::Utf16 => c.len_utf16() as u32,
            Self::Utf32 => 1,
        }
    }

    /// The position of a byte.
    pub(super) fn position(self, source: &Source, offset: u32) -> Position {
        let point = source.point(offset);
        let column = match self {
            Self::Utf16 => point.utf16 - 1,
            Self::Utf32 => point.column - 1,
            Self::Utf8 => {
                let line = source.line_of(point.offset);
                let start = source.line_starts().get(line).copied().unwrap_or_default();
                // Editors do not show a mark of the byte order.
                let mark = if line == 0 && source.bytes().starts_with(MARK) { MARK.len() as u32 } else { 0 };
                (point.offset - start).saturating_sub(mark)
            }
        };
        Position { line: point.line - 1, character: column }
    }

    /// The range of a place.
    pub(super) fn range(self, place: &Place) -> Range {
        Range { start: self.position(&place.source, place.start), end: self.position(&place.source, place.end) }
    }

    /// The byte at a position; what is past the end of a line is its end.
    pub(super) fn offset(self, source: &Source, at: Position) -> u32 {
        let Some(start) = source.line_starts().get(at.line as usize) else { return source.bytes().len() as u32 };
        let line = source.line(at.line as usize);
        let (mut offset, mut left) = (*start, at.character);
        if at.line == 0 && line.starts_with(MARK) {
            offset += MARK.len() as u32;
        }
        let text = line.get((offset - start) as usize..).unwrap_or_default();
        for c in String::from_utf8_lossy(text).chars() {
            if self.of(c) > left {
                break;
            }
            left -= self.of(c);
            offset += c.len_utf8() as u32;
        }
        offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_counts_the_units_of_the_client() {
        let text = "a\u{FEFF}x\r\n\u{1F600}é=0\n\n";
        for (text, columns) in [(text.to_owned(), [6, 3, 2]), (format!("\u{FEFF}{text}"), [6, 3, 2])] {
            let source = Source::new("/a", text.as_bytes());
            let zero = text.find('=').unwrap() as u32;
            for (unit, column) in [Unit::Utf8, Unit::Utf16, Unit::Utf32].into_iter().zip(columns) {
                let at = Position { line: 1, character: column };
                assert_eq!(unit.position(&source, zero), at, "{unit:?}");
                assert_eq!(unit.offset(&source, at), zero, "{unit:?}");
                for offset in (0..text.len()).filter(|n| text.is_char_boundary(*n)) {
                    let at = unit.position(&source, offset as u32);
                    let back = unit.offset(&source, at) as usize;
                    // Between the two bytes that end a line, and before the mark, there is no place for a cursor.
                    assert!(
                        back == offset || offset == 0 || text.as_bytes()[..offset].ends_with(b"\r"),
                        "{unit:?} {offset} {back}"
                    );
                }
            }
            assert_eq!(Unit::Utf16.offset(&source, Position { line: 1, character: 99 }), zero + 2);
            assert_eq!(Unit::Utf16.offset(&source, Position { line: 99, character: 0 }) as usize, text.len());
        }
        assert_eq!(Unit::among(&["utf-16", "utf-8"]), Unit::Utf8);
        assert_eq!(Unit::among(&[]), Unit::Utf16);
    }
}
