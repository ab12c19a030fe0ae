//! `perl -pe 's/…/…/'` and `perl -ne 'print if /…/'`, as far as they say what `sed` says: substitutions and prints, perhaps with
//! a condition, on lines or on the whole text.

use regex::{Regex, RegexBuilder};

use crate::text::{Span, Traced, Why};

use super::program::{Files, Outcome};

/// The largest compiled pattern, in bytes.
const MAX_PATTERN: usize = 1 << 20;

/// The longest text that is made, in bytes.
const MAX_TEXT: usize = 1 << 18;

/// The most substitutions of one program.
const MAX_SUBSTITUTIONS: usize = 16;

type Done<T> = Result<T, Box<Outcome>>;

enum Part {
    Text(Traced),
    Group(usize),
}

/// A statement, and the pattern that a line must have, or must not have, for it to be followed.
struct Statement {
    action: Action,
    condition: Option<(Regex, bool)>,
}

enum Action {
    Substitute(Substitution),
    Print,
}

struct Substitution {
    regex: Regex,
    parts: Vec<Part>,
    all: bool,
}

/// Runs `perl` with the arguments `argv` (without the program's name).
pub fn run(argv: &[Traced], stdin: Option<&Traced>, files: Files<'_>, at: Span) -> Done<Outcome> {
    let (mut loops, mut prints, mut whole) = (false, false, false);
    let mut in_place: Option<String> = None;
    let mut code: Option<Traced> = None;
    let mut names: Vec<&Traced> = Vec::new();
    let mut words = argv.iter();
    while let Some(word) = words.next() {
        let text = super::program::known(word)?;
        if !text.starts_with('-') || text == "-" || !names.is_empty() {
            names.push(word);
            continue;
        }
        let mut rest = &text[1..];
        while let Some(letter) = rest.chars().next() {
            rest = &rest[letter.len_utf8()..];
            match letter {
                'p' => (loops, prints) = (true, true),
                'n' => loops = true,
                '0' if rest.starts_with("777") => {
                    whole = true;
                    rest = &rest[3..];
                }
                'i' => {
                    in_place = Some(rest.to_owned());
                    rest = "";
                }
                'e' | 'E' => {
                    let part = if rest.is_empty() {
                        words.next().cloned()
                    } else {
                        Some(word.slice(text.len() - rest.len()..text.len()))
                    };
                    let part = part.ok_or_else(|| Box::new(Outcome::failed(2)))?;
                    match &mut code {
                        Some(code) => {
                            code.push_made(b"\n", at);
                            code.push(&part);
                        }
                        None => code = Some(part),
                    }
                    rest = "";
                }
                'w' | 's' => {}
                _ => return Err(super::program::not_followed(&format!("perl's option -{letter}"), word)),
            }
        }
    }
    let Some(code) = code.filter(|_| loops) else {
        return Err(super::program::not_followed("a program of perl", argv.first().unwrap_or(&Traced::made(" ", at))));
    };
    let statements = read(&code)?;
    let mut outcome = Outcome::success(Traced::new());
    if let Some(suffix) = in_place {
        for name in names {
            let path = super::program::known(name)?;
            let Some(text) = super::program::read(name, files)? else { continue };
            if !suffix.is_empty() {
                if suffix.contains(['*', '/']) {
                    return Err(super::program::not_followed("the name of perl's copy", name));
                }
                outcome.writes.push((format!("{path}{suffix}"), text.clone()));
            }
            let edited = edit(&text, &statements, (whole, prints), at)?;
            outcome.writes.push((path.to_owned(), edited));
        }
        return Ok(outcome);
    }
    for text in super::program::inputs(&names, stdin, files, 2, at)? {
        outcome.stdout.push(&edit(&text, &statements, (whole, prints), at)?);
    }
    Ok(outcome)
}

/// The statements of a program that has nothing in it but substitutions and prints, perhaps with a condition.
fn read(code: &Traced) -> Done<Vec<Statement>> {
    let not = |what: &str| super::program::not_followed(what, code);
    let text = code.as_str().ok_or_else(|| not("a program of perl that is not UTF-8"))?;
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    loop {
        while bytes.get(at).is_some_and(|b| b.is_ascii_whitespace() || *b == b';') {
            at += 1;
        }
        let Some(first) = bytes.get(at) else { return Ok(out) };
        if out.len() >= MAX_SUBSTITUTIONS {
            return Err(not("so long a program of perl"));
        }
        if bytes[at..].starts_with(b"print") && !bytes.get(at + 5).is_some_and(|b| b.is_ascii_alphanumeric()) {
            at += 5;
            let condition = condition(code, text, &mut at).ok_or_else(|| not("this program of perl"))?;
            out.push(Statement { action: Action::Print, condition });
            continue;
        }
        let mark = bytes.get(at + 1).copied().filter(|b| b.is_ascii_punctuation());
        let (b's', Some(mark)) = (*first, mark) else { return Err(not("this program of perl")) };
        let close = match mark {
            b'{' => b'}',
            b'(' => b')',
            b'[' => b']',
            b'<' => b'>',
            b'\'' | b'_' => return Err(not("this program of perl")),
            other => other,
        };
        at += 2;
        let pattern = side(bytes, &mut at, mark, close).ok_or_else(|| not("this program of perl"))?;
        if close != mark {
            while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
                at += 1;
            }
            if bytes.get(at) != Some(&mark) {
                return Err(not("this program of perl"));
            }
            at += 1;
        }
        let with = side(bytes, &mut at, mark, close).ok_or_else(|| not("this program of perl"))?;
        let length = bytes[at..].iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let flags = &text[at..at + length];
        at += length;
        if flags.contains(|c| !"gimsx".contains(c)) || flags.contains('x') {
            return Err(not("this program of perl"));
        }
        let pattern = code.slice(pattern);
        let words = super::program::known(&pattern)?;
        let words = if mark == close && !b"/.".contains(&mark) || mark == b'/' {
            words.replace(&format!("\\{}", char::from(mark)), &plain(mark))
        } else {
            words.to_owned()
        };
        let substitution = Substitution {
            regex: regex(&words, flags).ok_or_else(|| not("this pattern of perl"))?,
            parts: replacement(&code.slice(with)).ok_or_else(|| not("this replacement of perl"))?,
            all: flags.contains('g'),
        };
        let condition = condition(code, text, &mut at).ok_or_else(|| not("this program of perl"))?;
        out.push(Statement { action: Action::Substitute(substitution), condition });
    }
}

/// `if /PATTERN/` or `unless /PATTERN/` behind a statement, up to where the statement ends. `None` if something else stands
/// there.
#[allow(clippy::option_option, reason = "a condition that is not there is no fault")]
fn condition(code: &Traced, text: &str, at: &mut usize) -> Option<Option<(Regex, bool)>> {
    let rest = text.get(*at..)?;
    let trimmed = rest.trim_start_matches([' ', '\t']);
    *at += rest.len() - trimmed.len();
    if trimmed.is_empty() || trimmed.starts_with([';', '\n']) {
        return Some(None);
    }
    let wanted = trimmed.starts_with("if ");
    if !wanted && !trimmed.starts_with("unless ") {
        return None;
    }
    *at += if wanted { "if ".len() } else { "unless ".len() };
    let bytes = text.as_bytes();
    let brackets = bytes.get(*at) == Some(&b'(');
    *at += usize::from(brackets);
    if bytes.get(*at) != Some(&b'/') {
        return None;
    }
    *at += 1;
    let pattern = code.slice(side(bytes, at, b'/', b'/')?);
    let ignore = bytes.get(*at) == Some(&b'i');
    *at += usize::from(ignore);
    if brackets && bytes.get(*at) != Some(&b')') {
        return None;
    }
    *at += usize::from(brackets);
    let rest = text.get(*at..)?.trim_start_matches([' ', '\t']);
    if !rest.is_empty() && !rest.starts_with([';', '\n']) {
        return None;
    }
    let words = pattern.known_str()?.replace("\\/", "/");
    Some(Some((regex(&words, if ignore { "i" } else { "" })?, wanted)))
}

/// A mark that stands for itself.
fn plain(mark: u8) -> String {
    if b"|+*?.^$".contains(&mark) { format!("\\{}", char::from(mark)) } else { char::from(mark).to_string() }
}

/// The text up to the mark that closes it, which is passed over.
fn side(bytes: &[u8], at: &mut usize, open: u8, close: u8) -> Option<std::ops::Range<usize>> {
    let start = *at;
    let mut depth = 0_usize;
    while let Some(byte) = bytes.get(*at) {
        match *byte {
            b'\\' => *at += 1,
            b if b == close && depth == 0 => {
                *at += 1;
                return Some(start..*at - 1);
            }
            b if b == close => depth -= 1,
            b if b == open && open != close => depth += 1,
            _ => {}
        }
        *at += 1;
    }
    None
}

/// A pattern on the `regex` crate, whose grammar is perl's but for what it refuses.
fn regex(text: &str, flags: &str) -> Option<Regex> {
    let bare = text.replace("\\\\", "").replace("\\$", "").replace("\\@", "");
    // What perl puts in for variables is not known; `$` at the end of a group or the pattern is an anchor.
    let variable = bare.match_indices('$').any(|(n, _)| {
        let next = bare[n + 1..].chars().next();
        next.is_some_and(|c| c != ')' && c != '|')
    });
    if variable || bare.contains('@') || bare.contains("\\Z") {
        return None;
    }
    // At the end of a line, `$` stands before the line end.
    let text = if flags.contains('m') { text.to_owned() } else { end_of_line(text) };
    RegexBuilder::new(&text)
        .case_insensitive(flags.contains('i'))
        .multi_line(flags.contains('m'))
        .dot_matches_new_line(flags.contains('s'))
        .size_limit(MAX_PATTERN)
        .build()
        .ok()
}

/// `$` as perl reads it without `m`, for a text that is one line: before the line end that the text closes with.
fn end_of_line(text: &str) -> String {
    let mut out = String::new();
    let mut escaped = false;
    for c in text.chars() {
        match c {
            '$' if !escaped => out.push_str("(?m:$)"),
            c => out.push(c),
        }
        escaped = c == '\\' && !escaped;
    }
    out
}

fn replacement(with: &Traced) -> Option<Vec<Part>> {
    let bytes = with.bytes();
    let mut out = Vec::new();
    let (mut at, mut done) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        let digit = |n: usize| bytes.get(n).filter(|b| matches!(b, b'1'..=b'9')).map(|b| usize::from(b - b'0'));
        match byte {
            b'\\' | b'$' if digit(at + 1).is_some() => {
                out.push(Part::Text(with.slice(done..at)));
                out.push(Part::Group(digit(at + 1)?));
                at += 2;
                done = at;
            }
            b'$' if bytes.get(at + 1) == Some(&b'{') => {
                let group = digit(at + 2).filter(|_| bytes.get(at + 3) == Some(&b'}'))?;
                out.push(Part::Text(with.slice(done..at)));
                out.push(Part::Group(group));
                at += 4;
                done = at;
            }
            b'$' if bytes.get(at + 1) == Some(&b'&') => {
                out.push(Part::Text(with.slice(done..at)));
                out.push(Part::Group(0));
                at += 2;
                done = at;
            }
            b'$' | b'@' if bytes.get(at + 1).is_some_and(|b| !b.is_ascii_whitespace()) => return None,
            b'\\' => {
                out.push(Part::Text(with.slice(done..at)));
                let place = with.slice(at..at + 2).span()?;
                match bytes.get(at + 1)? {
                    b'n' => out.push(Part::Text(Traced::made("\n", place))),
                    b't' => out.push(Part::Text(Traced::made("\t", place))),
                    b if b.is_ascii_alphanumeric() => return None,
                    _ => out.push(Part::Text(with.slice(at + 1..at + 2))),
                }
                at += 2;
                done = at;
            }
            _ => at += 1,
        }
    }
    out.push(Part::Text(with.slice(done..with.len())));
    Some(out)
}

fn edit(text: &Traced, statements: &[Statement], (whole, prints): (bool, bool), at: Span) -> Done<Traced> {
    let limit = || Box::new(Outcome::unknown(Why::Limit("length of a text of perl"), at));
    let mut lines = Vec::new();
    if whole {
        lines.push(text.clone());
    } else {
        let mut from = 0;
        for (n, _) in text.bytes().iter().enumerate().filter(|(_, b)| **b == b'\n') {
            lines.push(text.slice(from..n + 1));
            from = n + 1;
        }
        lines.push(text.slice(from..text.len()));
    }
    let patterns = statements.iter().flat_map(|s| {
        let own = if let Action::Substitute(substitution) = &s.action { Some(&substitution.regex) } else { None };
        own.into_iter().chain(s.condition.as_ref().map(|(regex, _)| regex))
    });
    if whole && patterns.into_iter().any(|regex| regex.as_str().contains("(?m:$)")) {
        return Err(super::program::not_followed("an end of the text in a pattern of perl", text));
    }
    let not_text = || super::program::not_followed("bytes that are not UTF-8", text);
    let mut out = Traced::new();
    for mut line in lines.into_iter().filter(|line| !line.is_empty()) {
        for statement in statements {
            if let Some((regex, wanted)) = &statement.condition {
                let found = regex.find(line.as_str().ok_or_else(not_text)?);
                let open = found.as_ref().is_none_or(|found| line.slice(found.range()).has_hole());
                if let Some((_, why)) = line.first_hole().filter(|_| open) {
                    return Err(Box::new(Outcome::unknown(why.clone(), at)));
                }
                if found.is_some() != *wanted {
                    continue;
                }
            }
            match &statement.action {
                Action::Print => out.push(&line),
                Action::Substitute(substitution) => line = substitute(&line, substitution).ok_or_else(not_text)?,
            }
            if line.len() > MAX_TEXT || out.len() > MAX_TEXT {
                return Err(limit());
            }
        }
        if prints {
            out.push(&line);
        }
        if out.len() > MAX_TEXT {
            return Err(limit());
        }
    }
    Ok(out)
}

fn substitute(line: &Traced, substitution: &Substitution) -> Option<Traced> {
    let words = line.as_str()?;
    let mut out = Traced::new();
    let mut done = 0;
    for found in substitution.regex.captures_iter(words).take(if substitution.all { usize::MAX } else { 1 }) {
        let whole = found.get(0)?;
        out.push(&line.slice(done..whole.start()));
        for part in &substitution.parts {
            match part {
                Part::Text(text) => out.push(text),
                Part::Group(n) => {
                    if let Some(group) = found.get(*n) {
                        out.push(&line.slice(group.range()));
                    }
                }
            }
        }
        done = whole.end();
        if out.len() > MAX_TEXT {
            break;
        }
    }
    out.push(&line.slice(done..line.len()));
    Some(out)
}
