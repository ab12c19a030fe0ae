//! Patterns as in file names: `*`, `?`, `[…]`.

use crate::text::Traced;

/// One element of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// This byte.
    Byte(u8),
    /// Any character.
    Any,
    /// Any text.
    Star,
    /// One byte of these ranges, or of none of them.
    Set(Vec<(u8, u8)>, bool),
    /// Something that is not known.
    Hole,
    /// This byte, with the meaning that it may have; only before a pattern is compiled.
    Marked(u8),
}

/// The bytes of a text in which `*`, `?` and `[` have their meaning, before they get it.
pub(super) fn marked(text: &Traced, out: &mut Vec<Token>) {
    let from = out.len();
    literal(text, out);
    for token in &mut out[from..] {
        if let Token::Byte(byte) = token {
            *token = Token::Marked(*byte);
        }
    }
}

/// Gives marked bytes their meaning.
pub(super) fn compile(units: &[Token]) -> Vec<Token> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(unit) = units.get(at) {
        at += 1;
        out.push(match unit {
            Token::Marked(b'*') => Token::Star,
            Token::Marked(b'?') => Token::Any,
            Token::Marked(b'[') => match bracket(&units[at..]) {
                Some((token, length)) => {
                    at += length;
                    token
                }
                None => Token::Byte(b'['),
            },
            Token::Marked(byte) => Token::Byte(*byte),
            other => other.clone(),
        });
    }
    out
}

/// A bracket expression, in which quoted bytes stand for themselves.
fn bracket(units: &[Token]) -> Option<(Token, usize)> {
    if !units.iter().any(|u| matches!(u, Token::Byte(_))) {
        let bytes: Vec<u8> =
            units.iter().map_while(|u| if let Token::Marked(b) = u { Some(*b) } else { None }).collect();
        return set(&bytes);
    }
    let negated = matches!(units.first(), Some(Token::Marked(b'!' | b'^')));
    let start = usize::from(negated);
    let mut ranges = Vec::new();
    let mut at = start;
    loop {
        match units.get(at)? {
            Token::Marked(b']') if at > start => return Some((Token::Set(ranges, negated), at + 1)),
            Token::Marked(b'[') => return None,
            Token::Marked(from) | Token::Byte(from) => match units.get(at + 1..at + 3) {
                Some([Token::Marked(b'-'), Token::Marked(to) | Token::Byte(to)])
                    if units[at + 2] != Token::Marked(b']') =>
                {
                    ranges.push((*from, *to));
                    at += 3;
                }
                _ => {
                    ranges.push((*from, *from));
                    at += 1;
                }
            },
            _ => return None,
        }
    }
}

/// The elements of a text in which `*`, `?` and `[` have their meaning.
#[cfg(test)]
pub(super) fn glob(text: &Traced, out: &mut Vec<Token>) {
    let mut units = Vec::new();
    marked(text, &mut units);
    out.extend(compile(&units));
}

/// The elements of a text in which nothing has a meaning.
pub(super) fn literal(text: &Traced, out: &mut Vec<Token>) {
    for (range, piece) in text.ranges() {
        if matches!(piece.whence, crate::text::Whence::Hole(..)) {
            out.push(Token::Hole);
        } else {
            out.extend(text.bytes()[range].iter().map(|b| Token::Byte(*b)));
        }
    }
}

fn set(rest: &[u8]) -> Option<(Token, usize)> {
    let negated = matches!(rest.first(), Some(b'!' | b'^'));
    let mut at = usize::from(negated);
    let start = at;
    let mut ranges = Vec::new();
    loop {
        match &rest[at..] {
            [b']', ..] if at > start => return Some((Token::Set(ranges, negated), at + 1)),
            [b'[', b':', name @ ..] => {
                let length = name.windows(2).position(|w| w == b":]")?;
                ranges.extend_from_slice(match &name[..length] {
                    b"alpha" => &[(b'a', b'z'), (b'A', b'Z')],
                    b"digit" => &[(b'0', b'9')],
                    b"alnum" => &[(b'a', b'z'), (b'A', b'Z'), (b'0', b'9')],
                    b"space" => &[(b'\t', b'\r'), (b' ', b' ')],
                    b"blank" => &[(b'\t', b'\t'), (b' ', b' ')],
                    b"upper" => &[(b'A', b'Z')],
                    b"lower" => &[(b'a', b'z')],
                    _ => return None,
                });
                at += length + 4;
            }
            [from, b'-', to, ..] if *to != b']' => {
                ranges.push((*from, *to));
                at += 3;
            }
            [byte, ..] => {
                ranges.push((*byte, *byte));
                at += 1;
            }
            [] => return None,
        }
    }
}

/// Whether the whole of `value` matches; `None` if something unknown decides it.
pub(super) fn matches(pattern: &[Token], value: &Traced) -> Option<bool> {
    if pattern == [Token::Star] {
        return Some(true);
    }
    if !value.has_hole() && !pattern.contains(&Token::Hole) {
        return Some(whole(pattern, value.bytes()));
    }
    // What is known at the start may rule it out.
    let known = value.holes().next().map_or(value.len(), |(range, ..)| range.start);
    for (token, byte) in pattern.iter().zip(&value.bytes()[..known]) {
        match token {
            Token::Byte(b) if b == byte => {}
            Token::Byte(_) => return Some(false),
            _ => break,
        }
    }
    None
}

/// Whether all of `value` matches a pattern without holes.
pub(super) fn whole(pattern: &[Token], value: &[u8]) -> bool {
    let (mut p, mut v) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while v < value.len() {
        let fits = match pattern.get(p) {
            Some(Token::Byte(b)) => *b == value[v],
            Some(Token::Any) => true,
            Some(Token::Set(ranges, negated)) => {
                ranges.iter().any(|(from, to)| (*from..=*to).contains(&value[v])) != *negated
            }
            Some(Token::Star) => {
                back = Some((p, v));
                p += 1;
                continue;
            }
            Some(Token::Hole | Token::Marked(_)) | None => false,
        };
        if fits {
            p += 1;
            v += 1;
        } else if let Some((star, from)) = back {
            back = Some((star, from + 1));
            p = star + 1;
            v = from + 1;
        } else {
            return false;
        }
    }
    pattern[p.min(pattern.len())..].iter().all(|t| *t == Token::Star)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Span, TextId, Texts};

    fn text(text: &str) -> Traced {
        let mut texts = Texts::new();
        let source = std::sync::Arc::new(crate::text::Source::new("/f", text.as_bytes()));
        let id: TextId = texts.add_source(source);
        Traced::made(text, Span::new(id, 0..text.len()))
    }

    #[test]
    fn globs() {
        for (pattern, value, want) in [
            ("a*c", "abc", true),
            ("a*c", "ab", false),
            ("*", "", true),
            ("?", "", false),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[]]", "]", true),
            ("[[:digit:]]*", "1a", true),
            ("*a*b*", "xxaxxbxx", true),
            ("[a", "[a", true),
        ] {
            let mut tokens = Vec::new();
            glob(&text(pattern), &mut tokens);
            assert_eq!(matches(&tokens, &text(value)), Some(want), "{pattern} {value}");
        }
    }
}
