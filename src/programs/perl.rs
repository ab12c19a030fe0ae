//! `perl -pe 's/…/…/'`: substitutions on lines or on the whole text, like those of `sed`.

use regex::RegexBuilder;

use crate::text::{Traced, Why};

use super::arguments::Arguments;
use super::pattern::Pattern;
use super::program::{Done, Effects, Invocation, known, lines_with_ends, not_followed, utf8};
use super::substitute::{Part, is_uncertain, replaced};

/// The largest compiled pattern, in bytes.
const MAX_PATTERN: usize = 1 << 20;

/// The longest text that is built, in bytes.
const MAX_TEXT: usize = 1 << 18;

/// The most substitutions of one program.
const MAX_SUBSTITUTIONS: usize = 16;

struct Substitution {
    pattern: Pattern,
    parts: Vec<Part>,
    global: bool,
}

/// Runs `perl`.
pub(crate) fn run(call: &mut Invocation<'_>) -> Done<Effects> {
    let (mut prints, mut whole, mut in_place) = (false, false, None);
    let mut code: Vec<Traced> = Vec::new();
    let mut arguments = Arguments::new("perl", call.argv, 2).with_operands_last();
    while let Some(option) = arguments.next()? {
        match option {
            "p" => prints = true,
            "0777" => whole = true,
            "i" => in_place = Some(known(&arguments.rest().unwrap_or_default())?.to_owned()),
            "e" | "E" => code.push(arguments.value()?),
            "w" => {}
            _ => return Err(arguments.refused()),
        }
    }
    if code.is_empty() || !prints {
        return Err(call.not_followed("a program of perl"));
    }
    let substitutions = substitutions(&Traced::join(&code, &Traced::made("\n", call.at)), whole)?;
    let mut outcome = Effects::success(Traced::new());
    let Some(suffix) = in_place else {
        for text in call.inputs(&arguments.operands, 2)? {
            outcome.stdout.push(&edited(&text, &substitutions, whole, call)?);
        }
        return Ok(outcome);
    };
    for name in arguments.operands {
        let path = known(name)?;
        let Some(text) = call.read(name)? else { continue };
        let edited = edited(&text, &substitutions, whole, call)?;
        if suffix.contains(['*', '/']) {
            return Err(not_followed("the name of perl's copy", name));
        }
        if !suffix.is_empty() {
            outcome.writes.push((format!("{path}{suffix}"), text));
        }
        outcome.writes.push((path.to_owned(), edited));
    }
    Ok(outcome)
}

fn edited(text: &Traced, substitutions: &[Substitution], whole: bool, call: &Invocation<'_>) -> Done<Traced> {
    let mut out = Traced::new();
    for mut line in if whole { vec![text.clone()] } else { lines_with_ends(text) } {
        for substitution in substitutions {
            let most = if substitution.global { usize::MAX } else { 1 };
            let found = substitution.pattern.all(utf8(&line)?, most).map_err(|why| call.unknown(why))?;
            let out = replaced(&line, &found, &substitution.parts, MAX_TEXT);
            let again = |text: &Traced| {
                let found = substitution.pattern.all(text.as_str()?, most).ok()?;
                Some(replaced(text, &found, &substitution.parts, MAX_TEXT))
            };
            if is_uncertain(&line, &out, &found, again) {
                let why = line.first_unknown().map(|(_, why)| why.clone());
                return Err(call.unknown(why.unwrap_or_else(|| Why::NotUnderstood("this program of perl".into()))));
            }
            line = out;
        }
        out.push(&line);
        if out.len() > MAX_TEXT {
            return Err(call.unknown(Why::limit("length of a text of perl")));
        }
    }
    Ok(out)
}

/// The substitutions of a program that consists only of them.
fn substitutions(code: &Traced, whole: bool) -> Done<Vec<Substitution>> {
    let not = |what: &str| not_followed(what, code);
    let mut rest = known(code)?;
    let mut out = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ';');
        if rest.is_empty() {
            return Ok(out);
        }
        let open = rest.strip_prefix('s').and_then(|rest| rest.chars().next());
        let open = open.filter(|open| open.is_ascii_punctuation() && !"'_\\([<".contains(*open));
        let (Some(open), true) = (open, out.len() < MAX_SUBSTITUTIONS) else { return Err(not("this program of perl")) };
        let close = if open == '{' { '}' } else { open };
        rest = rest.get(2..).unwrap_or_default();
        let pattern = side(code, &mut rest, open, close).ok_or_else(|| not("this program of perl"))?;
        if open != close {
            rest = rest.trim_start().strip_prefix(open).ok_or_else(|| not("this program of perl"))?;
        }
        let with = side(code, &mut rest, open, close).ok_or_else(|| not("this program of perl"))?;
        let flags = rest.get(..rest.bytes().take_while(u8::is_ascii_alphabetic).count()).unwrap_or_default();
        rest = rest.get(flags.len()..).unwrap_or_default();
        let ends = rest.trim_start_matches([' ', '\t']);
        if flags.contains(|c| !"gims".contains(c)) || !ends.is_empty() && !ends.starts_with([';', '\n']) {
            return Err(not("this program of perl"));
        }
        let pattern = regex(known(&pattern)?, flags, whole).ok_or_else(|| not("this pattern of perl"))?;
        let parts = replacement(&with).ok_or_else(|| not("this replacement of perl"))?;
        out.push(Substitution { pattern, parts, global: flags.contains('g') });
    }
}

/// The rest of the program up to the closing delimiter, which is skipped.
fn side(code: &Traced, rest: &mut &str, open: char, close: char) -> Option<Traced> {
    let from = code.len() - rest.len();
    let (mut depth, mut escaped) = (0_usize, false);
    for (n, c) in rest.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == close && depth == 0 => {
                *rest = rest.get(n + c.len_utf8()..).unwrap_or_default();
                return Some(code.slice(from..from + n));
            }
            c if c == close => depth -= 1,
            c if c == open => depth += 1,
            _ => {}
        }
    }
    None
}

/// A pattern on the `regex` crate, whose syntax is perl's except for what it refuses.
fn regex(text: &str, flags: &str, whole: bool) -> Option<Pattern> {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('Z')) => return None,
            ('\\', Some(_)) => {
                out.push(c);
                out.extend(chars.next());
            }
            // Variables that perl interpolates are unknown; `$` at the end of a group or the pattern is an anchor.
            ('@', _) => return None,
            ('$', next) if next.is_some_and(|next| !matches!(next, ')' | '|')) => return None,
            // In a line, it also matches before the line end.
            ('$', _) if !flags.contains('m') && whole => return None,
            ('$', _) => out.push_str("(?m:$)"),
            (c, _) => out.push(c),
        }
    }
    let mut builder = RegexBuilder::new(&out);
    builder.case_insensitive(flags.contains('i')).multi_line(flags.contains('m'));
    builder.dot_matches_new_line(flags.contains('s')).size_limit(MAX_PATTERN).build().ok().map(Pattern::from)
}

fn replacement(with: &Traced) -> Option<Vec<Part>> {
    let bytes = with.bytes();
    let mut out = Vec::new();
    let (mut at, mut done) = (0, 0);
    while let Some(n) = bytes.get(at..)?.iter().position(|b| b"\\$@".contains(b)) {
        at += n;
        let (part, length) = match bytes.get(at..)? {
            [b'\\' | b'$', digit @ b'1'..=b'9', ..] => (Part::Group(usize::from(digit - b'0')), 2),
            [b'$', b'{', digit @ b'1'..=b'9', b'}', ..] => (Part::Group(usize::from(digit - b'0')), 4),
            [b'$', b'&', ..] => (Part::Group(0), 2),
            [b'\\', escape @ (b'n' | b't'), ..] => {
                let text = if *escape == b'n' { "\n" } else { "\t" };
                (Part::Text(Traced::made(text, with.slice(at..at + 2).span()?)), 2)
            }
            [b'\\', c, ..] if !c.is_ascii_alphanumeric() => (Part::Text(with.slice(at + 1..at + 2)), 2),
            [b'$' | b'@', c, ..] if c.is_ascii_whitespace() => (Part::Text(with.slice(at..at + 1)), 1),
            [b'$' | b'@'] => (Part::Text(with.slice(at..at + 1)), 1),
            _ => return None,
        };
        out.push(Part::Text(with.slice(done..at)));
        out.push(part);
        at += length;
        done = at;
    }
    out.push(Part::Text(with.slice(done..with.len())));
    Some(out)
}
