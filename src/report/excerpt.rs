//! A few lines of a source, made safe for a terminal, in the form that miette reads.
//!
//! miette prints lines at full length and passes control characters on; a user-data blob is one line of thousands of
//! columns of untrusted text. So it never sees the file: it gets a cleaned window of it with the real line numbers.

use std::ops::Range;
use std::sync::Arc;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents,
};
use unicode_width::UnicodeWidthChar;

use crate::text::{Place, neighbour, without_secrets};

use super::Look;
use super::plain_text::harmless_char;

/// Bytes of a line before and after a place that are looked at: more than any report shows.
const AROUND: usize = 4096;

/// Bytes beside a place that are drawn, for each column of the report: a character has up to four.
const NEAR: usize = 5;

/// The width of a tab in columns.
const TAB: usize = 4;

/// A window of the lines around a place.
#[derive(Debug)]
struct Excerpt {
    name: String,
    /// The cleaned lines, each with its end.
    text: String,
    /// Number of the first line, 0-based.
    first: usize,
    /// Offset of the line of interest in `text`.
    main: usize,
    /// Line and column of the place, 0-based.
    at: (usize, usize),
    /// The place in `text`.
    span: SourceSpan,
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        // Without context miette requests the header, which must name the real place; else the lines to draw.
        let (from, to, line, column) = if before == 0 {
            let end = self
                .text
                .get(self.main..)
                .unwrap_or_default()
                .find('\n')
                .map_or(self.text.len(), |n| self.main + n + 1);
            (self.main, end.max(span.offset() + span.len()).min(self.text.len()), self.at.0, self.at.1)
        } else {
            (0, self.text.len(), self.first, 0)
        };
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            &self.text.as_bytes()[from..to],
            (from, to - from).into(),
            line,
            column,
            self.text.lines().count(),
        )))
    }
}

/// What miette needs to draw one frame; the text around it is written by the report.
#[derive(Debug)]
struct Shot {
    excerpt: Excerpt,
    label: String,
}

impl std::fmt::Display for Shot {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Shot {}

impl Diagnostic for Shot {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = LabeledSpan::new_with_span(Some(self.label.clone()), self.excerpt.span);
        Some(Box::new(std::iter::once(label)))
    }
}

/// The frame that shows `place` with `label` at it, ending with a line break.
pub(super) fn frame(place: &Place, label: &str, context: usize, look: &Look) -> String {
    let label: String = label.chars().map(harmless_char).collect();
    let shot = Shot { excerpt: excerpt(place, &label, context, look), label };
    let theme = if look.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler =
        GraphicalReportHandler::new_themed(theme).with_width(look.width).with_links(false).with_context_lines(1);
    let mut drawn = String::new();
    if handler.render_report(&mut drawn, &shot).is_err() {
        return format!("   {}\n", look.spot(place));
    }
    // miette puts a line for its own message above the frame; it is empty here.
    let start = drawn.find('╭').and_then(|at| drawn.get(..at).unwrap_or_default().rfind('\n')).map_or(0, |n| n + 1);
    let mut out: String = drawn.get(start..).unwrap_or_default().trim_end().to_owned();
    out.push('\n');
    out
}

/// The part of the line around a place without secrets, and where the place starts and ends in it.
pub(super) fn own_line(place: &Place) -> (Vec<u8>, usize, usize) {
    let end = place.end.min(place.start.saturating_add(AROUND as u32));
    let place = Place { source: Arc::clone(&place.source), start: place.start, end };
    let (part, at, _) = place.near(AROUND);
    // A value is shown; a whole command may have secrets among its words.
    let is_word = !part[at.clone()].iter().any(u8::is_ascii_whitespace);
    let keep = if is_word { at.clone() } else { 0..0 };
    (without_secrets(part, keep).into_owned(), at.start, at.end)
}

/// The part of a line that reaches `most` bytes to each side of a mark. What stands before a tab decides how wide it is.
fn beside(line: &[u8], mark: (usize, usize), most: usize) -> Range<usize> {
    let starts = |at: &usize| line.get(*at).is_none_or(|byte| byte & 0xC0 != 0x80);
    let tabs = line[..mark.0].contains(&b'\t');
    let first = if tabs { 0 } else { mark.0.saturating_sub(most) };
    let last = line.len().min(mark.1 + most);
    (first..=mark.0).find(starts).unwrap_or(mark.0)..(last..=line.len()).find(starts).unwrap_or(line.len())
}

fn excerpt(place: &Place, label: &str, context: usize, look: &Look) -> Excerpt {
    let source = &place.source;
    let line = source.line_of(place.start);
    let (own, from, to) = own_line(place);
    let near = beside(&own, (from, to), NEAR * (look.width.max(40) + label.len()));
    let clean = Cleaned::of(&own[near.clone()], Some((from - near.start, to - near.start)));
    // The label starts below the middle of the place and must end before the edge of the terminal; the gutter takes the
    // line number and four columns, and the arm of the label five.
    // After a final line end there is an empty line.
    let lines = source.line_starts().len();
    let end = if source.line(lines - 1).is_empty() { lines.saturating_sub(2).max(line) } else { lines - 1 };
    let last = (line + context).min(end);
    let gutter = (last + 1).to_string().len() + 4;
    let width = look.width.max(40) - gutter;
    let middle = usize::midpoint(clean.mark.0, clean.mark.1);
    let label_end = middle + 5 + label.chars().count();
    let mut skip = 0;
    if clean.width() > width || label_end > width {
        skip = label_end
            .saturating_sub(width)
            .max((clean.mark.1 + 2).saturating_sub(width))
            .min(clean.mark.0.saturating_sub(1));
    }
    // Lines around one that is cut on the left would be cut in the middle of their words.
    let (context, last) = if skip > 0 { (0, line) } else { (context, last) };
    let mut text = String::new();
    let first = line.saturating_sub(context);
    let mut main = 0;
    let mut span = (0, 0);
    for number in first..=last {
        let start = text.len();
        if number == line {
            main = start;
            let marks = clean.window(skip, width, &mut text);
            span = (start + marks.0, marks.1 - marks.0);
        } else {
            let shown = neighbour(source, number);
            Cleaned::of(&shown[..shown.len().min(AROUND)], None).window(skip, width, &mut text);
        }
        text.push('\n');
    }
    let point = place.start();
    Excerpt { name: look.path(place), text, first, main, at: (line, point.column as usize - 1), span: span.into() }
}

/// A line with every unsafe character replaced, and the columns of a mark in it.
struct Cleaned {
    chars: Vec<(char, usize)>,
    mark: (usize, usize),
}

impl Cleaned {
    fn of(line: &[u8], mark: Option<(usize, usize)>) -> Self {
        let mut out = Self { chars: Vec::new(), mark: (0, 0) };
        let (mut offset, mut column) = (0, 0);
        let (mut from, mut to) = (None, None);
        let mut push = |out: &mut Self, c: char, bytes: usize| {
            if let Some(mark) = mark {
                if offset >= mark.0 && from.is_none() {
                    from = Some(column);
                }
                if offset >= mark.1 && to.is_none() {
                    to = Some(column);
                }
            }
            let shown = if c == '\t' { ' ' } else { harmless_char(c) };
            let times = if c == '\t' { TAB - column % TAB } else { 1 };
            for _ in 0..times {
                let width = shown.width().unwrap_or(1);
                out.chars.push((shown, width));
                column += width;
            }
            offset += bytes;
        };
        for chunk in line.utf8_chunks() {
            chunk.valid().chars().for_each(|c| push(&mut out, c, c.len_utf8()));
            if !chunk.invalid().is_empty() {
                push(&mut out, '\u{FFFD}', chunk.invalid().len());
            }
        }
        let from = from.unwrap_or(column);
        out.mark = (from, to.unwrap_or(column).max(from));
        out
    }

    fn width(&self) -> usize {
        self.chars.iter().map(|(_, w)| w).sum()
    }

    /// Appends `width` columns from column `skip` on, and returns the offsets of the mark in the appended text.
    fn window(&self, skip: usize, width: usize, out: &mut String) -> (usize, usize) {
        let start = out.len();
        let mut marks = (None, None);
        let mut column = 0;
        let cut_right = self.width() > skip + width;
        for (c, w) in &self.chars {
            let at = column;
            column += w;
            if at < skip || at + w > skip + width {
                continue;
            }
            if at >= self.mark.0 && marks.0.is_none() {
                marks.0 = Some(out.len() - start);
            }
            if at >= self.mark.1 && marks.1.is_none() {
                marks.1 = Some(out.len() - start);
            }
            let edge = (at == skip && skip > 0) || (cut_right && column == skip + width);
            out.push(if edge { '…' } else { *c });
        }
        let end = out.len() - start;
        let from = marks.0.unwrap_or(end);
        (from, marks.1.unwrap_or(end).max(from))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::Look;
    use super::frame;
    use crate::text::{Place, Source};

    fn draw(text: &str, needle: &str, label: &str) -> String {
        let start = text.find(needle).unwrap();
        let source = Arc::new(Source::new("/a/b.tf", text.as_bytes()));
        let place = Place { source, start: start as u32, end: (start + needle.len()) as u32 };
        frame(&place, label, 1, &Look::plain(std::path::Path::new("/a")))
    }

    #[test]
    fn one_line_of_context_and_the_bytes_underlined() {
        let drawn = draw("variable \"idle\" {\n  default = 0\n}\n", "0", "this zero");
        let expected = concat!(
            "   ╭─[b.tf:2:13]\n",
            " 1 │ variable \"idle\" {\n",
            " 2 │   default = 0\n",
            "   ·             ┬\n",
            "   ·             ╰── this zero\n",
            " 3 │ }\n",
            "   ╰────\n",
        );
        assert_eq!(drawn, expected);
    }

    #[test]
    fn every_line_has_at_most_80_columns_and_shows_the_place() {
        use unicode_width::UnicodeWidthStr;
        let long = format!("user_data = \"{}=0{}\"\n", "QUJD".repeat(900), "ZZZZ".repeat(900));
        let wide = format!("# {}\n", "漢字".repeat(60) + "=0" + &"界".repeat(90));
        for text in [&long, &wide] {
            let drawn = draw(text, "=0", "reaches the kubelet as a flag, which wins over its files");
            assert!(drawn.lines().all(|l| l.width() <= 80), "{drawn}");
            assert!(drawn.contains("=0"), "{drawn}");
            assert!(drawn.contains('…'), "{drawn}");
        }
    }

    #[test]
    fn nothing_that_a_terminal_would_obey_gets_through() {
        let drawn = draw("a\u{1b}[31m\u{202e}\tidle=0\u{7}\n", "0", "zero\u{1b}]8;;");
        assert!(!drawn.contains(['\u{1b}', '\u{202e}', '\u{7}', '\t']), "{drawn}");
        let underline = drawn.lines().find(|l| l.contains('┬')).unwrap();
        let line = drawn.lines().find(|l| l.contains("idle")).unwrap();
        let column = |l: &str, c: char| l.chars().position(|x| x == c).unwrap();
        assert_eq!(column(underline, '┬'), column(line, '0'));
    }

    #[test]
    fn a_place_at_the_end_or_of_no_bytes_is_drawn() {
        for text in ["", "idle", "idle=\r\n"] {
            let source = Arc::new(Source::new("/a/b.tf", text.as_bytes()));
            let end = text.trim_end().len() as u32;
            let place = Place { source, start: end, end };
            let drawn = frame(&place, "here", 1, &Look::plain(std::path::Path::new("/a")));
            assert!(drawn.contains("here"), "{drawn}");
        }
    }
}
