//! Glob patterns: `*`, `?`, `[…]`.

use crate::text::{Traced, budget};

/// One element of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// This byte.
    Byte(u8),
    /// Any character.
    Any,
    /// Any text.
    Star,
    /// One byte in these ranges or, if the flag is set, outside them.
    Set(Vec<(u8, u8)>, bool),
    /// `@(…|…)` and similar: the character before it, and the alternatives.
    Group(u8, Vec<Vec<Token>>),
    /// An unknown part.
    Unknown,
    /// This byte, which may be a wildcard; only before a pattern is compiled.
    Marked(u8),
}

/// The bytes of a text in which `*`, `?` and `[` are active, before compilation.
pub(super) fn marked(text: &Traced, out: &mut Vec<Token>) {
    let from = out.len();
    literal(text, out);
    for token in &mut out[from..] {
        if let Token::Byte(byte) = token {
            *token = Token::Marked(*byte);
        }
    }
}

/// How deep groups may nest.
const MAX_DEPTH: usize = 8;

/// The most steps for matching a pattern with groups.
const MAX_WORK: usize = 5_000;

/// The most steps for matching a text with unknown parts.
const MAX_OPEN: usize = 1 << 18;

/// The longest text that is matched against a pattern with groups.
const MAX_GROUPED: usize = 256;

/// Turns marked bytes into wildcards.
pub(super) fn compile(units: &[Token]) -> Vec<Token> {
    compile_at(units, 0)
}

/// The alternatives of a group that begins after its parenthesis, and its length including the closing one.
fn group(units: &[Token]) -> Option<(Vec<&[Token]>, usize)> {
    if budget::is_spent() {
        return None;
    }
    let mut depth = 0_usize;
    let mut from = 0;
    let mut parts = Vec::new();
    for (at, unit) in units.iter().enumerate() {
        match unit {
            Token::Marked(b'(') => depth += 1,
            Token::Marked(b')') if depth == 0 => {
                parts.push(&units[from..at]);
                return Some((parts, at + 1));
            }
            Token::Marked(b')') => depth -= 1,
            Token::Marked(b'|') if depth == 0 => {
                parts.push(&units[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    budget::spend(units.len());
    None
}

fn compile_at(units: &[Token], depth: usize) -> Vec<Token> {
    let mut out = Vec::new();
    let mut at = 0;
    let last = |wanted: fn(&Token) -> bool| units.iter().rposition(wanted).map_or(0, |last| last + 1);
    let (closed, quoted) = (last(|u| *u == Token::Marked(b']')), last(|u| matches!(u, Token::Byte(_))));
    while let Some(unit) = units.get(at) {
        at += 1;
        if let Token::Marked(mark @ (b'@' | b'?' | b'*' | b'+' | b'!')) = unit
            && units.get(at) == Some(&Token::Marked(b'('))
            && depth < MAX_DEPTH
            && let Some((parts, length)) = group(&units[at + 1..])
        {
            out.push(Token::Group(*mark, parts.into_iter().map(|p| compile_at(p, depth + 1)).collect()));
            at += 1 + length;
            continue;
        }
        out.push(match unit {
            Token::Marked(b'*') => Token::Star,
            Token::Marked(b'?') => Token::Any,
            Token::Marked(b'[') if at >= closed || budget::is_spent() => Token::Byte(b'['),
            Token::Marked(b'[') => match bracket(&units[at..], at < quoted) {
                Some((token, length)) => {
                    at += length;
                    token
                }
                None => {
                    // It was looked for up to the last unit, which may be far.
                    budget::spend(units.len() - at);
                    Token::Byte(b'[')
                }
            },
            Token::Marked(byte) => Token::Byte(*byte),
            other => other.clone(),
        });
    }
    out
}

/// A bracket expression. Bytes that are `quoted` are literal.
fn bracket(units: &[Token], quoted: bool) -> Option<(Token, usize)> {
    if !quoted {
        return set(units);
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

/// The elements of a text in which `*`, `?` and `[` are active.
#[cfg(test)]
pub(super) fn glob(text: &Traced, out: &mut Vec<Token>) {
    let mut units = Vec::new();
    marked(text, &mut units);
    out.extend(compile(&units));
}

/// The elements of a text in which every byte is literal.
pub(super) fn literal(text: &Traced, out: &mut Vec<Token>) {
    for (range, piece) in text.ranges() {
        if matches!(piece.whence, crate::text::Whence::Unknown(..)) {
            out.push(Token::Unknown);
        } else {
            out.extend(text.bytes()[range].iter().map(|b| Token::Byte(*b)));
        }
    }
}

fn set(rest: &[Token]) -> Option<(Token, usize)> {
    use Token::Marked as M;
    /// The longest name of a class, with what ends it.
    const NAME: usize = 8;
    let negated = matches!(rest.first(), Some(M(b'!' | b'^')));
    let mut at = usize::from(negated);
    let start = at;
    let mut ranges = Vec::new();
    loop {
        match &rest[at..] {
            [M(b']'), ..] if at > start => return Some((Token::Set(ranges, negated), at + 1)),
            [M(b'['), M(b':'), name @ ..] => {
                let name: Vec<u8> = name
                    .iter()
                    .take(NAME)
                    .map_while(|unit| if let M(byte) = unit { Some(*byte) } else { None })
                    .collect();
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
            [M(from), M(b'-'), M(to), ..] if *to != b']' => {
                ranges.push((*from, *to));
                at += 3;
            }
            [M(byte), ..] => {
                ranges.push((*byte, *byte));
                at += 1;
            }
            _ => return None,
        }
    }
}

/// Whether the whole of `value` matches; `None` if that depends on an unknown part.
pub(super) fn matches(pattern: &[Token], value: &Traced) -> Option<bool> {
    if pattern == [Token::Star] {
        return Some(true);
    }
    if !value.has_unknown() && !pattern.contains(&Token::Unknown) {
        return if has_groups(pattern) {
            let mut work = MAX_WORK;
            let answer = value.len() <= MAX_GROUPED && grouped(pattern, value.bytes(), &mut work);
            (work > 0 && value.len() <= MAX_GROUPED).then_some(answer)
        } else {
            Some(whole(pattern, value.bytes()))
        };
    }
    let mut unknown = value.unknowns().map(|(range, ..)| range).peekable();
    let mut units = Vec::with_capacity(value.len());
    let mut at = 0;
    while at < value.len() {
        match unknown.next_if(|range| range.start == at) {
            Some(range) => {
                units.push(None);
                at = range.end.max(at + 1);
            }
            None => {
                units.push(Some(value.bytes()[at]));
                at += 1;
            }
        }
    }
    if pattern.len().saturating_mul(units.len()) > MAX_OPEN {
        return None;
    }
    match (open(pattern, &units, true), open(pattern, &units, false)) {
        (true, _) => Some(true),
        (_, false) => Some(false),
        _ => None,
    }
}

/// Whether a pattern matches a text with unknown parts, which are `None`: with `every`, true only if it does whatever they are;
/// otherwise, false only if it cannot.
fn open(pattern: &[Token], units: &[Option<u8>], every: bool) -> bool {
    // Whether what is left of the pattern matches what is left of the text, from every place in the text.
    let mut behind = vec![true; units.len() + 1];
    for at in (0..units.len()).rev() {
        behind[at] = behind[at + 1] && !every && units[at].is_none();
    }
    for token in pattern.iter().rev() {
        let wide = match token {
            Token::Star => true,
            Token::Unknown | Token::Marked(_) | Token::Group(..) => !every,
            Token::Byte(_) | Token::Any | Token::Set(..) => false,
        };
        let mut here = vec![false; units.len() + 1];
        for at in (0..=units.len()).rev() {
            here[at] = wide && behind[at]
                || match units.get(at) {
                    None => false,
                    Some(None) if every => wide && here[at + 1],
                    Some(None) => here[at + 1] || behind[at],
                    Some(Some(byte)) => wide && here[at + 1] || behind[at + 1] && is(token, *byte),
                };
        }
        behind = here;
    }
    behind[0]
}

/// Whether one byte matches one element.
fn is(token: &Token, byte: u8) -> bool {
    match token {
        Token::Byte(b) => *b == byte,
        Token::Any => true,
        Token::Set(ranges, negated) => ranges.iter().any(|(from, to)| (*from..=*to).contains(&byte)) != *negated,
        _ => false,
    }
}

/// True if a pattern has groups, which need backtracking.
pub(super) fn has_groups(pattern: &[Token]) -> bool {
    pattern.iter().any(|t| matches!(t, Token::Group(..)))
}

/// Whether all of `value` matches a pattern without unknown parts.
pub(super) fn whole(pattern: &[Token], value: &[u8]) -> bool {
    if has_groups(pattern) {
        let mut work = MAX_WORK;
        return value.len() <= MAX_GROUPED && grouped(pattern, value, &mut work);
    }
    let (mut p, mut v) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while v < value.len() {
        let matched = match pattern.get(p) {
            Some(Token::Star) => {
                back = Some((p, v));
                p += 1;
                continue;
            }
            one => one.is_some_and(|token| is(token, value[v])),
        };
        if matched {
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

/// Whether all of `value` matches a pattern with groups, by backtracking.
fn grouped(pattern: &[Token], value: &[u8], work: &mut usize) -> bool {
    if *work == 0 {
        return false;
    }
    *work -= 1;
    let Some((first, rest)) = pattern.split_first() else { return value.is_empty() };
    match first {
        Token::Star => (0..=value.len()).any(|n| grouped(rest, &value[n..], work)),
        Token::Group(mark, parts) => {
            let any = |part: &[u8], work: &mut usize| parts.iter().any(|p| grouped(p, part, work));
            match mark {
                b'!' => (0..=value.len()).any(|n| !any(&value[..n], work) && grouped(rest, &value[n..], work)),
                b'@' => (0..=value.len()).any(|n| any(&value[..n], work) && grouped(rest, &value[n..], work)),
                b'?' => {
                    grouped(rest, value, work)
                        || (0..=value.len()).any(|n| any(&value[..n], work) && grouped(rest, &value[n..], work))
                }
                // One alternative, then any number of further ones.
                mark => {
                    if *mark == b'*' && grouped(rest, value, work) {
                        return true;
                    }
                    let mut again = vec![Token::Group(b'*', parts.clone())];
                    again.extend_from_slice(rest);
                    (1..=value.len()).any(|n| any(&value[..n], work) && grouped(&again, &value[n..], work))
                        || *mark == b'+' && any(&[], work) && grouped(rest, value, work)
                }
            }
        }
        one => match value.split_first() {
            Some((byte, left)) => is(one, *byte) && grouped(rest, left, work),
            None => false,
        },
    }
}

/// Lower-cases a pattern and a text.
pub(super) fn fold(pattern: &[Token], value: &Traced) -> (Vec<Token>, Traced) {
    let small = |t: &Token| match t {
        Token::Byte(b) => Token::Byte(b.to_ascii_lowercase()),
        other => other.clone(),
    };
    let span = value.span();
    let text = match (value.known_str(), span) {
        (Some(text), Some(span)) => Traced::made(text.to_ascii_lowercase(), span),
        _ => value.clone(),
    };
    (pattern.iter().map(small).collect(), text)
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
    fn globs_on_unknown_parts() {
        use crate::text::Why;
        for (pattern, value, want) in [
            ("idle=*", "idle=#", Some(true)),
            ("idle=*", "cpu=#", Some(false)),
            ("*=#", "idle=#", None),
            ("*.sh", "#.sh", Some(true)),
            ("*.sh", "a#.py", Some(false)),
            ("a?c", "a#c", None),
            ("", "#", None),
            ("", "a#", Some(false)),
            ("*a*", "x#ay", Some(true)),
            ("@(a|b)", "#", None),
            ("[0-9]*", "x#", Some(false)),
            ("[0-9]*", "1#", Some(true)),
        ] {
            let mut tokens = Vec::new();
            glob(&text(&pattern.replace('#', "*")), &mut tokens);
            let mut with = Traced::new();
            let at = text("x").span().unwrap();
            for (n, part) in value.split('#').enumerate() {
                if n > 0 {
                    with.push_unknown(at, Why::NotUnderstood("this".into()));
                }
                with.push_made(part.as_bytes(), at);
            }
            let tokens = if pattern == "*=#" { [&tokens[..2], &[Token::Byte(b'1')]].concat() } else { tokens };
            assert_eq!(matches(&tokens, &with), want, "{pattern} {value}");
        }
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
            ("@(a|b)c", "bc", true),
            ("+([0-9]).*", "12.x", true),
            ("!(a|b)", "c", true),
            ("!(a|b)", "a", false),
            ("?(a)b", "b", true),
            ("*(ab)c", "ababc", true),
        ] {
            let mut tokens = Vec::new();
            glob(&text(pattern), &mut tokens);
            assert_eq!(matches(&tokens, &text(value)), Some(want), "{pattern} {value}");
        }
    }
}
