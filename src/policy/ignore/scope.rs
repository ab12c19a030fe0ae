//! Which part of a file a comment covers: its own line, or what follows it.

use std::ops::Range;

use crate::text::Source;

use super::comment::{is_comment, unquoted};

/// The most lines that one comment covers.
const MAX_LINES: usize = 20_000;

/// The most lines above a value that may begin what it is a part of.
const MAX_ABOVE: usize = 200;

/// The bytes that a request on line `line` (0-based) covers; the comment starts at `comment` in that line. A comment on a
/// line of its own covers the next line, one at the end of a line covers that line; both include the whole statement, heredoc or
/// block that starts there.
pub(super) fn scope(source: &Source, line: usize, comment: usize) -> Range<u32> {
    let text = source.line(line);
    let own = text[..comment.min(text.len())].iter().all(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\''))
        || is_comment(text);
    let mut first = line;
    if own {
        first += 1;
        // Several comments may follow each other.
        while first < line + 50 && is_comment(source.line(first)) {
            first += 1;
        }
    }
    let head = source.line(first);
    let head = if own { head } else { &head[..comment.min(head.len())] };
    let last = last(source, first, head.trim_ascii_end());
    // A continued statement includes the lines before it.
    while first > 0 && first + 200 > line && continues(source.line(first - 1)) {
        first -= 1;
    }
    let starts = source.line_starts();
    let start = starts.get(first).copied().unwrap_or(source.bytes().len() as u32);
    let end = starts.get(last + 1).copied().unwrap_or(source.bytes().len() as u32);
    start..end.max(start)
}

/// The lines above which a comment covers `line`: that line or the first one of its statement, then those of what it is a part of.
pub(crate) fn covering(source: &Source, line: usize) -> Vec<usize> {
    let continued = |line: usize| line > 0 && source.line(line - 1).trim_ascii_end().ends_with(b"\\");
    let mut first = line;
    while continued(first) {
        first -= 1;
    }
    let covers = |at: &usize| {
        let text = source.line(*at);
        !is_comment(text)
            && !continued(*at)
            && !text.trim_ascii().is_empty()
            && last(source, *at, text.trim_ascii_end()) >= line
    };
    let around = (first.saturating_sub(MAX_ABOVE)..first).rev().filter(covers);
    [first].into_iter().chain(around).collect()
}

/// True if the next line belongs to the same statement: shell and PowerShell.
fn continues(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    (line.ends_with(b"\\") || line.ends_with(b" `")) && !is_comment(line)
}

/// The last line of the construct that starts on line `first`, whose text without a comment is `head`.
fn last(source: &Source, first: usize, head: &[u8]) -> usize {
    let lines = source.line_starts().len();
    let within = |n: &usize| *n < lines && *n < first + MAX_LINES;
    let mut last = first;
    while continues(source.line(last)) && within(&(last + 1)) {
        last += 1;
    }
    if let Some(end) = heredoc(head) {
        let close = (first + 1..lines).take_while(within).find(|n| source.line(*n).trim_ascii() == end);
        return close.unwrap_or(last);
    }
    if head.ends_with(b"{") || head.ends_with(b"[") || head.ends_with(b"(") {
        let depth = indent(source.line(first));
        let closes = |n: &usize| {
            let line = source.line(*n);
            indent(line) <= depth && !line.trim_ascii().is_empty()
        };
        return (first + 1..lines).take_while(within).find(closes).unwrap_or(last);
    }
    if opens_block(head) {
        let depth = indent(head);
        let inside = |n: &usize| source.line(*n).trim_ascii().is_empty() || indent(source.line(*n)) > depth;
        let mut end = (first + 1..lines).take_while(within).take_while(inside).last().unwrap_or(last);
        while end > last && source.line(end).trim_ascii().is_empty() {
            end -= 1;
        }
        return end;
    }
    last
}

/// The word that ends the heredoc which `line` opens.
fn heredoc(line: &[u8]) -> Option<&[u8]> {
    let at = line.windows(2).rposition(|w| w == b"<<")?;
    let word = &line[at + 2..];
    let word = word.strip_prefix(b"-").or_else(|| word.strip_prefix(b"~")).unwrap_or(word).trim_ascii();
    let word = word.split(|b| b.is_ascii_whitespace() || matches!(b, b')' | b';' | b'|' | b'>')).next()?;
    let quotes = |b: &u8| matches!(b, b'"' | b'\'' | b'\\');
    let from = word.iter().position(|b| !quotes(b))?;
    let to = word.iter().rposition(|b| !quotes(b))? + 1;
    let word = &word[from..to];
    word.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_').then_some(word)
}

/// True if a block of YAML follows: a key without a value, or the header of a block scalar, or an item that is a map.
fn opens_block(line: &[u8]) -> bool {
    let text = unquoted(line);
    if text.starts_with(b"- ") {
        return true;
    }
    let tail = text.iter().rposition(|b| matches!(b, b':' | b'|' | b'>')).map_or(&b""[..], |at| &text[at..]);
    match tail {
        [b':'] => true,
        [b'|' | b'>', rest @ ..] => rest.iter().all(|b| matches!(b, b'-' | b'+' | b'0'..=b'9')) && text.contains(&b':'),
        // `UserData: !Base64` and the like.
        [b':', b' ', b'!' | b'&', rest @ ..] => !rest.contains(&b' '),
        _ => false,
    }
}

/// The indentation in columns; the dash of an item counts, so an item contains the lines below it.
fn indent(line: &[u8]) -> usize {
    line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

#[cfg(test)]
mod tests {
    use super::super::comment::requests;
    use super::scope;
    use crate::text::Source;

    /// The text that the first request in `text` covers.
    fn covered(text: &str) -> String {
        let source = Source::new("/x", text.as_bytes());
        let (line, request) = (0..source.line_starts().len())
            .find_map(|n| Some((n, requests(source.line(n)).into_iter().next()?)))
            .expect("a request");
        let range = scope(&source, line, request.comment);
        text.get(range.start as usize..range.end as usize).unwrap_or_default().to_owned()
    }

    #[test]
    fn a_comment_covers_its_line_or_the_next() {
        let c = "kubelet-lint: ignore[replaced-zero]";
        assert_eq!(covered(&format!("a\nb # {c}\nc\n")), format!("b # {c}\n"));
        assert_eq!(covered(&format!("a\n# {c}\nb\nc\n")), "b\n");
        assert_eq!(covered(&format!("a\n  # {c}\n  # more\n  b\nc\n")), "  b\n");
        assert_eq!(covered(&format!("a\n\"# {c}\\n\",\n\"b\\n\",\n\"c\"\n")), "\"b\\n\",\n");
        assert_eq!(covered(&format!("a\n{{{{- /* {c} */ -}}}}\nb\nc\n")), "b\n");
        assert_eq!(covered(&format!("a # {c}")), format!("a # {c}"));
        assert_eq!(covered(&format!("# {c}")), "");
    }

    #[test]
    fn a_statement_heredoc_or_block_is_covered_as_a_whole() {
        let c = "# kubelet-lint: ignore[replaced-zero]";
        assert_eq!(covered(&format!("{c}\nx --a \\\n  --b=0\nnext\n")), "x --a \\\n  --b=0\n");
        assert_eq!(covered(&format!("x --a \\\n  --b=0 {c}\nnext\n")), format!("x --a \\\n  --b=0 {c}\n"));
        assert_eq!(covered(&format!("{c}\nu = <<-EOT\n  b=0\n  EOT\nnext\n")), "u = <<-EOT\n  b=0\n  EOT\n");
        assert_eq!(covered(&format!("{c}\ncat <<'E' > /x\nb: 0\nE\nnext\n")), "cat <<'E' > /x\nb: 0\nE\n");
        assert_eq!(
            covered(&format!("{c}\nresource \"a\" \"b\" {{\n  x = 0\n}}\nnext\n")),
            "resource \"a\" \"b\" {\n  x = 0\n}\n"
        );
        assert_eq!(
            covered(&format!("resource \"a\" \"b\" {{ {c}\n  x = 0\n}}\nnext\n")),
            format!("resource \"a\" \"b\" {{ {c}\n  x = 0\n}}\n")
        );
        assert_eq!(covered(&format!("{c}\nA:\n  B: 0\n\n  C: 1\nD: 2\n")), "A:\n  B: 0\n\n  C: 1\n");
        assert_eq!(covered(&format!("U: | {c}\n  x=0\nD: 2\n")), format!("U: | {c}\n  x=0\n"));
        assert_eq!(covered(&format!("  {c}\n  - name: a\n    x: 0\n  - name: b\n")), "  - name: a\n    x: 0\n");
    }
}
