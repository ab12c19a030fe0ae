//! The tokens of an awk program.

use crate::text::{Span, Traced};

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Word {
    Number(f64),
    /// A text without its quotes and escapes.
    Text,
    /// What stands between slashes.
    Regex(String),
    Name(String),
    /// A name right before a parenthesis.
    Call(String),
    Sign(&'static str),
    Line,
    End,
}

/// A token: what it is, and the text that it means.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) word: Word,
    pub(super) text: Traced,
}

/// The operators, the longest first.
const SIGNS: [&str; 43] = [
    "**=", "&&", "||", "==", "!=", "<=", ">=", "!~", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "**", ">>", "|&",
    "{", "}", "(", ")", "[", "]", ";", ",", "+", "-", "*", "/", "%", "^", "!", "<", ">", "|", "?", ":", "~", "$", "=",
    "&",
];

/// Words that stand before an expression, so that a slash after them begins a regular expression.
const BEFORE: [&str; 8] = ["print", "printf", "return", "in", "else", "do", "case", "exit"];

/// Parts a program; `None` where it is none that awk would read.
pub(super) fn lex(code: &Traced, at: Span) -> Option<Vec<Token>> {
    let text = code.known_str()?;
    let mut out: Vec<Token> = Vec::new();
    let mut now = 0;
    while now < text.len() {
        let rest = text.get(now..)?;
        let first = rest.chars().next()?;
        let start = now;
        let regex = !after_value(&out);
        let mut push = |word: Word, text: Traced| out.push(Token { word, text });
        match first {
            ' ' | '\t' | '\r' => now += 1,
            '\\' if rest.starts_with("\\\n") => now += 2,
            '#' => now += rest.find('\n').unwrap_or(rest.len()),
            '\n' => {
                now += 1;
                push(Word::Line, Traced::new());
            }
            '"' => {
                let length = quoted(rest, '"')?;
                let inner = code.slice(start + 1..start + length - 1);
                now += length;
                push(Word::Text, unescape(&inner, at)?);
            }
            '/' if regex => {
                let length = quoted(rest, '/')?;
                now += length;
                push(Word::Regex(rest.get(1..length - 1)?.to_owned()), Traced::new());
            }
            c if c.is_ascii_digit() || c == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit()) => {
                let length = number(rest);
                now += length;
                push(Word::Number(rest.get(..length)?.parse().ok()?), code.slice(start..now));
            }
            c if c.is_ascii_alphabetic() || c == '_' => {
                let length = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
                let name = rest.get(..length)?.to_owned();
                now += length;
                let call = rest.get(length..)?.starts_with('(');
                push(if call { Word::Call(name) } else { Word::Name(name) }, code.slice(start..now));
            }
            _ => {
                let sign = SIGNS.iter().find(|s| rest.starts_with(**s))?;
                now += sign.len();
                push(Word::Sign(sign), Traced::new());
            }
        }
    }
    out.push(Token { word: Word::End, text: Traced::new() });
    Some(out)
}

/// True if a value ends here, so that a slash divides it.
fn after_value(tokens: &[Token]) -> bool {
    match tokens.last().map(|t| &t.word) {
        Some(Word::Number(_) | Word::Text | Word::Regex(_)) => true,
        Some(Word::Name(name)) => !BEFORE.contains(&name.as_str()),
        Some(Word::Sign(sign)) => matches!(*sign, ")" | "]" | "++" | "--" | "$"),
        _ => false,
    }
}

/// Length of what stands between two marks, with them; a regular expression may hold a slash in brackets.
fn quoted(rest: &str, mark: char) -> Option<usize> {
    let mut escaped = false;
    let mut brackets = false;
    for (n, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' => return None,
            '[' if mark == '/' => brackets = true,
            ']' if mark == '/' => brackets = false,
            c if c == mark && !brackets => return Some(n + c.len_utf8()),
            _ => {}
        }
    }
    None
}

/// Length of a decimal number.
pub(super) fn number(text: &str) -> usize {
    let digits = |from: usize| text.bytes().skip(from).take_while(u8::is_ascii_digit).count();
    let whole = digits(0);
    let mut length = whole;
    if text.as_bytes().get(length) == Some(&b'.') && (whole > 0 || digits(1) > 0) {
        length += 1 + digits(length + 1);
    }
    if length > 0 && matches!(text.as_bytes().get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.as_bytes().get(length + 1), Some(b'+' | b'-')));
        let exponent = digits(length + 1 + sign);
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    length
}

/// The text that escapes mean; `None` for those that gawk and others read differently.
pub(super) fn unescape(text: &Traced, at: Span) -> Option<Traced> {
    let bytes = text.bytes();
    let mut out = Traced::new();
    let (mut done, mut now) = (0, 0);
    while now < bytes.len() {
        if bytes[now] != b'\\' {
            now += 1;
            continue;
        }
        out.push(&text.slice(done..now));
        let place = text.slice(now..(now + 2).min(bytes.len())).span().unwrap_or(at);
        let mut length = 2;
        match bytes.get(now + 1)? {
            b'n' => out.push_made(b"\n", place),
            b't' => out.push_made(b"\t", place),
            b'r' => out.push_made(b"\r", place),
            b'a' => out.push_made(b"\x07", place),
            b'f' => out.push_made(b"\x0c", place),
            b'v' => out.push_made(b"\x0b", place),
            b'b' => out.push_made(b"\x08", place),
            b'"' | b'\\' | b'/' => out.push(&text.slice(now + 1..now + 2)),
            // In what replaces a match it stands for itself.
            b'&' => out.push(&text.slice(now..now + 2)),
            b'\n' => {}
            b'0'..=b'7' => {
                let digits = bytes[now + 1..].iter().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
                let value = u8::from_str_radix(std::str::from_utf8(&bytes[now + 1..=now + digits]).ok()?, 8).ok()?;
                if !value.is_ascii() {
                    return None;
                }
                out.push_made(&[value], place);
                length = 1 + digits;
            }
            _ => return None,
        }
        now += length;
        done = now;
    }
    out.push(&text.slice(done..bytes.len()));
    Some(out)
}
