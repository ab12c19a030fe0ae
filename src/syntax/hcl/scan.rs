//! A rough scan of the tokens of an HCL file, for two things that the grammar cannot do: splitting a broken file into its
//! top-level blocks, and finding objects that are too large for the parser.

use std::ops::Range;

/// Words that start a top-level block of Terraform. In the first column, they end an unclosed block.
const BLOCKS: &[&str] = &[
    "resource",
    "data",
    "module",
    "variable",
    "output",
    "locals",
    "provider",
    "terraform",
    "moved",
    "import",
    "check",
    "removed",
    "ephemeral",
];

/// The deepest nesting of brackets, strings and templates.
const MAX_DEPTH: usize = 256;

/// How often the scan returns to a block that it first read as text.
const MAX_RETRIES: usize = 32;

/// The top-level items of a file, in order and without gaps, and the largest number of entries directly between two braces,
/// with the offset of the first.
pub(super) struct Outline {
    pub(super) items: Vec<Range<usize>>,
    pub(super) most_entries: Option<(usize, usize)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    /// Code inside brackets: the offset of the bracket and the number of entries so far.
    Code(usize, usize),
    /// Inside a quoted template.
    Quoted,
    /// Inside a heredoc with this word.
    Heredoc(usize, usize),
}

/// Scans `text`.
pub(super) fn outline(text: &str) -> Outline {
    let bytes = text.as_bytes();
    let mut items = Vec::new();
    let mut most: Option<(usize, usize)> = None;
    let mut stack: Vec<Mode> = Vec::new();
    let mut start = 0;
    let mut at = 0;
    // The first offset in this item at which a new top-level block seems to start inside something unclosed.
    let mut candidate: Option<usize> = None;
    // True if a bracket or string of this item was closed and nothing is open, so the item may end with the line.
    let mut closed = false;
    let mut retries = 0;
    while at <= bytes.len() {
        if at == bytes.len() {
            // Something is open at the end of the file: if a later block was found, the item ends before it.
            match candidate.take() {
                Some(next) if !stack.is_empty() && retries < MAX_RETRIES => {
                    retries += 1;
                    items.push(start..next);
                    (start, at) = (next, next);
                    stack.clear();
                    closed = false;
                    continue;
                }
                _ => break,
            }
        }
        let line_start = at == 0 || bytes[at - 1] == b'\n';
        let whole = closed && stack.is_empty();
        if line_start && at > start && (whole || starts_block(&text[at..])) {
            match stack.last() {
                None => {
                    items.push(start..at);
                    start = at;
                    closed = false;
                }
                // In code, a block in the first column is a block: the item before it lacks its closing brackets.
                Some(Mode::Code(..)) => {
                    items.push(start..at);
                    start = at;
                    stack.clear();
                    candidate = None;
                    closed = false;
                }
                // In a string or heredoc, it may be text.
                Some(_) => candidate = candidate.or(Some(at)),
            }
        }
        let before = stack.len();
        match stack.last().copied() {
            Some(Mode::Quoted) => at = quoted(bytes, at, &mut stack),
            Some(Mode::Heredoc(from, to)) => at = heredoc(bytes, at, (from, to), &mut stack),
            _ => at = code(text, at, &mut stack, &mut most),
        }
        at = at.min(bytes.len());
        if stack.is_empty() {
            candidate = None;
            // A complete item stays complete, regardless of what follows on the line.
            closed |= before > 0;
        }
        if stack.len() > MAX_DEPTH {
            // The parser will reject this; the item extends to the next recognisable block.
            stack.clear();
        }
    }
    if start < bytes.len() {
        items.push(start..bytes.len());
    }
    Outline { items, most_entries: most }
}

/// True if a line begins with the head of a top-level block.
fn starts_block(line: &str) -> bool {
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).unwrap_or(line.len());
    BLOCKS.contains(&&line[..end]) && line[end..].trim_start_matches([' ', '\t']).starts_with(['"', '{'])
}

fn code(text: &str, at: usize, stack: &mut Vec<Mode>, most: &mut Option<(usize, usize)>) -> usize {
    let bytes = text.as_bytes();
    let line_end = |from: usize| bytes[from..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |n| from + n);
    match bytes[at] {
        b'#' => return line_end(at),
        b'/' if bytes.get(at + 1) == Some(&b'/') => return line_end(at),
        b'/' if bytes.get(at + 1) == Some(&b'*') => return text[at..].find("*/").map_or(bytes.len(), |n| at + n + 2),
        b'"' => stack.push(Mode::Quoted),
        b'{' | b'[' | b'(' => stack.push(Mode::Code(at, 0)),
        b'}' | b']' | b')' => {
            stack.pop();
        }
        b'<' if bytes.get(at + 1) == Some(&b'<') => {
            let word = if bytes.get(at + 2) == Some(&b'-') { at + 3 } else { at + 2 };
            let length =
                bytes[word..].iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')).count();
            if length > 0 {
                stack.push(Mode::Heredoc(word, word + length));
                return line_end(word);
            }
        }
        b'\n' | b',' => {
            if let Some(Mode::Code(open, entries)) = stack.last_mut()
                && bytes[*open] == b'{'
            {
                *entries += 1;
                if most.is_none_or(|(n, _)| *entries > n) {
                    *most = Some((*entries, *open));
                }
            }
        }
        _ => {}
    }
    at + 1
}

fn quoted(bytes: &[u8], at: usize, stack: &mut Vec<Mode>) -> usize {
    match &bytes[at..] {
        [b'\\', ..] => return at + 2,
        [b'$', b'$', b'{', ..] | [b'%', b'%', b'{', ..] => return at + 3,
        [b'$' | b'%', b'{', ..] => {
            stack.push(Mode::Code(at, 0));
            return at + 2;
        }
        // A string does not continue on the next line; its end is missing.
        [b'"' | b'\n', ..] => {
            stack.pop();
        }
        _ => {}
    }
    at + 1
}

/// Heredocs end at their word on its own line, even inside an expression.
fn heredoc(bytes: &[u8], at: usize, word: (usize, usize), stack: &mut Vec<Mode>) -> usize {
    let word = &bytes[word.0..word.1];
    if bytes[at] != b'\n' {
        return bytes[at..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |n| at + n);
    }
    let line = &bytes[at + 1..];
    let indent = line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let rest = &line[indent..];
    let ends = rest.starts_with(word)
        && !rest.get(word.len()).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if ends {
        stack.pop();
        return at + 1 + indent + word.len();
    }
    at + 1
}
