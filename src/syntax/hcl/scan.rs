//! A rough scan of the tokens of an HCL file, for three things that the grammar cannot do: splitting a broken file into its
//! top-level blocks, finding objects that are too large for the parser, and finding text that the parser reads otherwise than
//! Terraform.

use std::borrow::Cow;
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
    pub(super) edits: Vec<Edit>,
}

/// A change of the text that makes the parser read it like Terraform. The text keeps its length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Edit {
    /// Line breaks and comments where line breaks mean nothing: blanks.
    Blank(Range<usize>),
    /// The start of a line in a heredoc that only looks like its end: any other text.
    NoEnd(Range<usize>),
    /// An empty heredoc, without the line break after it: an empty string.
    Empty(Range<usize>),
}

impl Edit {
    fn start(&self) -> usize {
        let (Self::Blank(range) | Self::NoEnd(range) | Self::Empty(range)) = self;
        range.start
    }
}

/// Applies edits to the text they were found in.
pub(super) fn apply(edits: &[Edit], text: &mut Cow<'_, str>) {
    if edits.is_empty() {
        return;
    }
    let mut out = String::with_capacity(text.len());
    for edit in edits {
        let (Edit::Blank(range) | Edit::NoEnd(range) | Edit::Empty(range)) = edit;
        let width = range.len();
        out.push_str(text.get(out.len()..range.start).unwrap_or_default());
        match edit {
            Edit::Blank(_) => out.extend(std::iter::repeat_n(' ', width)),
            Edit::NoEnd(_) => out.extend(std::iter::repeat_n('.', width)),
            Edit::Empty(_) => out.push_str(&format!("{:width$}", "\"\"")),
        }
    }
    out.push_str(text.get(out.len()..).unwrap_or_default());
    *text = Cow::Owned(out);
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    /// Code inside brackets.
    Code {
        /// The offset of the bracket.
        open: usize,
        /// The number of entries so far.
        entries: usize,
        /// True if a line break ends something.
        lines: bool,
    },
    /// Inside a quoted template.
    Quoted,
    /// Inside a heredoc whose word has this range.
    Heredoc(usize, usize),
    /// In a template file.
    File,
}

/// The edits for a template file.
pub(super) fn edits_of_template(text: &str) -> Vec<Edit> {
    let mut scan = Scan { text, stack: vec![Mode::File], most: None, edits: Vec::new() };
    let mut at = 0;
    while at < text.len() && scan.stack.len() <= MAX_DEPTH {
        at = scan.step(at);
        if scan.stack.is_empty() {
            scan.stack.push(Mode::File);
        }
    }
    scan.edits
}

/// Scans `text`.
pub(super) fn outline(text: &str) -> Outline {
    let bytes = text.as_bytes();
    let mut items = Vec::new();
    let mut scan = Scan { text, stack: Vec::new(), most: None, edits: Vec::new() };
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
                Some(next) if !scan.stack.is_empty() && retries < MAX_RETRIES => {
                    retries += 1;
                    items.push(start..next);
                    (start, at) = (next, next);
                    scan.stack.clear();
                    scan.edits.retain(|edit| edit.start() < next);
                    closed = false;
                    continue;
                }
                _ => break,
            }
        }
        let line_start = at == 0 || bytes[at - 1] == b'\n';
        let whole = closed && scan.stack.is_empty();
        if line_start && at > start && (whole || starts_block(text.get(at..).unwrap_or_default())) {
            match scan.stack.last() {
                None => {
                    items.push(start..at);
                    start = at;
                    closed = false;
                }
                // In code, a block in the first column is a block: the item before it lacks its closing brackets.
                Some(Mode::Code { .. }) => {
                    items.push(start..at);
                    start = at;
                    scan.stack.clear();
                    candidate = None;
                    closed = false;
                }
                // In a string or heredoc, it may be text.
                Some(_) => candidate = candidate.or(Some(at)),
            }
        }
        let before = scan.stack.len();
        at = scan.step(at);
        if scan.stack.is_empty() {
            candidate = None;
            // A complete item stays complete, regardless of what follows on the line.
            closed |= before > 0;
        }
        if scan.stack.len() > MAX_DEPTH {
            // The parser will reject this; the item extends to the next recognisable block.
            scan.stack.clear();
        }
    }
    if start < bytes.len() {
        items.push(start..bytes.len());
    }
    Outline { items, most_entries: scan.most, edits: scan.edits }
}

/// True if a line begins with the head of a top-level block.
fn starts_block(line: &str) -> bool {
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).unwrap_or(line.len());
    BLOCKS.contains(&line.get(..end).unwrap_or_default())
        && line.get(end..).unwrap_or_default().trim_start_matches([' ', '\t']).starts_with(['"', '{'])
}

/// A name of HCL may continue with this character.
fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

/// The state of a scan.
struct Scan<'t> {
    text: &'t str,
    stack: Vec<Mode>,
    most: Option<(usize, usize)>,
    edits: Vec<Edit>,
}

impl Scan<'_> {
    /// Takes the token at `at`; returns the offset after it.
    fn step(&mut self, at: usize) -> usize {
        let next = match self.stack.last().copied() {
            Some(Mode::Quoted) => self.quoted(at),
            Some(Mode::Heredoc(from, to)) => self.heredoc(at, (from, to)),
            Some(Mode::File) => self.sequence(at).unwrap_or(at + 1),
            _ => self.code(at),
        };
        next.min(self.text.len())
    }

    fn line_end(&self, from: usize) -> usize {
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        rest.iter().position(|b| *b == b'\n').map_or(self.text.len(), |n| from + n)
    }

    /// Enters a bracket. `lines` says whether a line break ends something in it.
    fn enter(&mut self, open: usize, lines: bool) {
        self.stack.push(Mode::Code { open, entries: 0, lines });
    }

    /// True if line breaks mean nothing here (hashicorp/hcl, `hclsyntax/parser.go`: `PushIncludeNewlines`).
    fn is_free(&self) -> bool {
        matches!(self.stack.last(), Some(Mode::Code { lines: false, .. }))
    }

    fn code(&mut self, at: usize) -> usize {
        let (text, bytes) = (self.text, self.text.as_bytes());
        match bytes[at] {
            b'#' => return self.comment(at),
            b'/' if bytes.get(at + 1) == Some(&b'/') => return self.comment(at),
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                return text.get(at..).unwrap_or_default().find("*/").map_or(bytes.len(), |n| at + n + 2);
            }
            b'"' => self.stack.push(Mode::Quoted),
            b'{' => self.enter(at, !starts_for(text.get(at + 1..).unwrap_or_default())),
            b'[' | b'(' => self.enter(at, false),
            b'}' | b']' | b')' => {
                self.stack.pop();
            }
            b'<' if bytes.get(at + 1) == Some(&b'<') => {
                let word = if bytes.get(at + 2) == Some(&b'-') { at + 3 } else { at + 2 };
                let name: usize =
                    text.get(word..).unwrap_or_default().chars().take_while(|c| is_name(*c)).map(char::len_utf8).sum();
                if name > 0 {
                    return self.start_heredoc(at, (word, word + name));
                }
            }
            b'\r' if self.is_free() => self.edits.push(Edit::Blank(at..at + 1)),
            b'\n' | b',' => {
                if bytes[at] == b'\n' && self.is_free() {
                    self.edits.push(Edit::Blank(at..at + 1));
                }
                if let Some(Mode::Code { open, entries, .. }) = self.stack.last_mut()
                    && bytes[*open] == b'{'
                {
                    *entries += 1;
                    if self.most.is_none_or(|(n, _)| *entries > n) {
                        self.most = Some((*entries, *open));
                    }
                }
            }
            _ => {}
        }
        at + 1
    }

    fn comment(&mut self, at: usize) -> usize {
        let end = self.line_end(at);
        if self.is_free() {
            self.edits.push(Edit::Blank(at..end));
        }
        end
    }

    fn quoted(&mut self, at: usize) -> usize {
        match &self.text.as_bytes()[at..] {
            [b'\\', ..] => return at + 2,
            // A string does not continue on the next line; its end is missing.
            [b'"' | b'\n', ..] => {
                self.stack.pop();
            }
            _ => return self.sequence(at).unwrap_or(at + 1),
        }
        at + 1
    }

    /// `${`, `%{` or an escape of one of them in a template.
    fn sequence(&mut self, at: usize) -> Option<usize> {
        match &self.text.as_bytes()[at..] {
            [b'$', b'$', b'{', ..] | [b'%', b'%', b'{', ..] => Some(at + 3),
            [b'$' | b'%', b'{', ..] => {
                self.enter(at, false);
                Some(at + 2)
            }
            _ => None,
        }
    }

    fn start_heredoc(&mut self, at: usize, word: (usize, usize)) -> usize {
        let first = self.line_end(word.1);
        if let Some(end) = self.end_of_heredoc(first + 1, word, true) {
            self.edits.push(Edit::Empty(at..end));
            return end;
        }
        self.stack.push(Mode::Heredoc(word.0, word.1));
        first + 1
    }

    /// The end of the line at `start`, if it ends a heredoc: if it is only its word and white space (hashicorp/hcl,
    /// `hclsyntax/scan_tokens.rl`: `heredocNewline`).
    fn end_of_heredoc(&mut self, start: usize, word: (usize, usize), empty: bool) -> Option<usize> {
        let line = self.text.get(start..self.line_end(start))?;
        let line = line.strip_suffix('\r').unwrap_or(line);
        let name = self.text.get(word.0..word.1).unwrap_or_default();
        let indent = line.len() - line.trim_start().len();
        let range = start + indent..start + indent + name.len();
        if line.trim() == name {
            let blanks = [start..range.start, range.end..start + line.len()];
            self.edits.extend(blanks.into_iter().filter(|blank| !empty && !blank.is_empty()).map(Edit::Blank));
            return Some(start + line.len());
        }
        if line.get(indent..).unwrap_or_default().starts_with(name) {
            self.edits.push(Edit::NoEnd(range));
        }
        None
    }

    fn heredoc(&mut self, at: usize, word: (usize, usize)) -> usize {
        match self.text.as_bytes()[at] {
            b'\n' => match self.end_of_heredoc(at + 1, word, false) {
                Some(end) => {
                    self.stack.pop();
                    end
                }
                None => at + 1,
            },
            b'$' | b'%' => self.sequence(at).unwrap_or(at + 1),
            _ => {
                let rest = &self.text.as_bytes()[at..];
                rest.iter().position(|b| matches!(b, b'\n' | b'$' | b'%')).map_or(self.text.len(), |n| at + n)
            }
        }
    }
}

/// True if what follows a brace is a `for` expression: its word and a name, then `,` or `in`.
fn starts_for(text: &str) -> bool {
    let name = |text: &'_ str| text.find(|c| !is_name(c)).unwrap_or(text.len());
    let text = past_blanks(text);
    let Some(rest) = text.strip_prefix("for").filter(|rest| !rest.starts_with(is_name)) else { return false };
    let rest = past_blanks(rest);
    let end = name(rest);
    let after = past_blanks(rest.get(end..).unwrap_or_default());
    end > 0 && (after.starts_with(',') || after.strip_prefix("in").is_some_and(|rest| !rest.starts_with(is_name)))
}

/// The text after white space and comments.
fn past_blanks(text: &str) -> &str {
    let mut text = text.trim_start();
    loop {
        let end = if text.starts_with('#') || text.starts_with("//") {
            text.find('\n')
        } else if text.starts_with("/*") {
            text.find("*/").map(|n| n + 2)
        } else {
            return text;
        };
        text = text.get(end.unwrap_or(text.len())..).unwrap_or_default().trim_start();
    }
}
