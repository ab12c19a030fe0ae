//! A reader for JSON without a fault, which makes the tree at once. It gives up on anything else, and on what is unknown: the full
//! parser reads that, and says what is wrong. A test holds its trees to those of the full parser.

use crate::syntax::{MAX_DEPTH, NODE, Node, NodeKind, Scalar, Style};
use crate::text::{View, budget};

use super::escape::unescape;

/// The value of a text from the offset `at` on; `None` if it is not understood here.
pub(super) fn value(view: &View, at: usize) -> Option<Node> {
    if view.unknown_in(&(0..view.bytes.len())).is_some() {
        return None;
    }
    let mut reader = Reader { view, bytes: &view.bytes, at, nodes: Vec::new(), pairs: Vec::new() };
    reader.space();
    let node = reader.value(0)?;
    reader.space();
    (reader.at == reader.bytes.len()).then_some(node)
}

struct Reader<'a> {
    view: &'a View,
    bytes: &'a [u8],
    at: usize,
    /// The items and pairs of the collections that are open.
    nodes: Vec<Node>,
    pairs: Vec<(Node, Node)>,
}

impl Reader<'_> {
    fn space(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    /// Goes past a sign, which stands for a node, and the white space after it.
    fn sign(&mut self, sign: u8) -> Option<()> {
        if self.bytes.get(self.at) != Some(&sign) || !budget::spend(NODE) {
            return None;
        }
        self.at += 1;
        self.space();
        Some(())
    }

    /// True at the end of a collection, which is passed; false after a comma.
    fn ends(&mut self, sign: u8) -> Option<bool> {
        self.space();
        if self.bytes.get(self.at) == Some(&sign) {
            self.at += 1;
            return Some(true);
        }
        self.sign(b',').map(|()| false)
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        if depth >= MAX_DEPTH {
            return None;
        }
        let start = self.at;
        let kind = match self.bytes.get(start)? {
            b'"' => return self.string(),
            b'{' => {
                self.sign(b'{')?;
                let from = self.pairs.len();
                let mut done = self.bytes.get(self.at) == Some(&b'}');
                self.at += usize::from(done);
                while !done {
                    let key = self.string()?;
                    self.space();
                    self.sign(b':')?;
                    let value = self.value(depth + 1)?;
                    self.pairs.push((key, value));
                    done = self.ends(b'}')?;
                }
                NodeKind::Map(self.pairs.drain(from..).collect())
            }
            b'[' => {
                self.sign(b'[')?;
                let from = self.nodes.len();
                let mut done = self.bytes.get(self.at) == Some(&b']');
                self.at += usize::from(done);
                while !done {
                    let item = self.value(depth + 1)?;
                    self.nodes.push(item);
                    done = self.ends(b']')?;
                }
                NodeKind::Seq(self.nodes.drain(from..).collect())
            }
            _ => {
                self.word()?;
                NodeKind::Scalar(Scalar { text: self.view.traced(start..self.at), style: Style::Plain })
            }
        };
        Some(Node { kind, span: self.view.span(start..self.at), tag: None })
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Option<()> {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')).count();
        let word = &rest[..length];
        self.at += length;
        (matches!(word, b"true" | b"false" | b"null") || is_number(word)).then_some(())
    }

    fn string(&mut self) -> Option<Node> {
        let start = self.at;
        if self.bytes.get(start) != Some(&b'"') {
            return None;
        }
        let (mut at, mut plain) = (start + 1, true);
        loop {
            at += self.bytes[at..].iter().position(|b| *b < b' ' || matches!(b, b'"' | b'\\'))?;
            match self.bytes[at] {
                b'"' => break,
                b'\\' => at += escape(&self.bytes[at..])?,
                _ => return None,
            }
            plain = false;
        }
        self.at = at + 1;
        let text = if plain { self.view.traced(start + 1..at) } else { unescape(self.view, start + 1..at).0 };
        let kind = NodeKind::Scalar(Scalar { text, style: Style::DoubleQuoted });
        Some(Node { kind, span: self.view.span(start..self.at), tag: None })
    }
}

/// The length of an escape. Halves of a pair are left to the full parser.
fn escape(text: &[u8]) -> Option<usize> {
    match text.get(1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => {
            let digits = text.get(2..6).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
            (!matches!(digits, [b'd' | b'D', b'8' | b'9' | b'a'..=b'f' | b'A'..=b'F', ..])).then_some(6)
        }
        _ => None,
    }
}

/// True for a number as JSON has it.
fn is_number(word: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|b| b.is_ascii_digit()).count();
    let word = word.strip_prefix(b"-").unwrap_or(word);
    let whole = digits(word);
    if whole == 0 || whole > 1 && word[0] == b'0' {
        return false;
    }
    let mut rest = &word[whole..];
    if let Some(part) = rest.strip_prefix(b".") {
        let length = digits(part);
        if length == 0 {
            return false;
        }
        rest = &part[length..];
    }
    if let Some(part) = rest.strip_prefix(b"e").or(rest.strip_prefix(b"E")) {
        let part = part.strip_prefix(b"+").or(part.strip_prefix(b"-")).unwrap_or(part);
        return !part.is_empty() && digits(part) == part.len();
    }
    rest.is_empty()
}
