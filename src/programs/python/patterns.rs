//! Python's `re`, on the `regex` crate, which has the same grammar but for what it refuses.

use regex::RegexBuilder;

use crate::text::Traced;

use super::calls::{Values, argument, needed, only};
use super::run::{MAX_TEXT, Run};
use super::value::{Result, Stop, Value, gap};

/// The largest compiled pattern, in bytes.
const MAX_PATTERN: usize = 1 << 20;

impl Run<'_> {
    pub(super) fn substitute(values: &Values) -> Result<Value> {
        only(values, &["pattern", "repl", "string", "count", "flags"], "re.sub")?;
        let pattern = pattern(needed(values, 0, "pattern")?, argument(values, 4, "flags"))?;
        let with = needed(values, 1, "repl")?.as_text()?;
        let text = needed(values, 2, "string")?.as_text()?;
        let count = argument(values, 3, "count").map_or(Ok(0), Value::whole)?;
        let count = usize::try_from(count).ok().filter(|n| *n > 0).unwrap_or(usize::MAX);
        let words = text.as_str().ok_or(Stop::Raise)?;
        let parts = replacement(with)?;
        let mut out = Traced::new();
        let mut done = 0;
        for found in pattern.captures_iter(words).take(count) {
            let Some(whole) = found.get(0) else { continue };
            out.push(&text.slice(done..whole.start()));
            for part in &parts {
                match part {
                    Part::Text(text) => out.push(text),
                    Part::Group(n) if *n >= pattern.captures_len() => return Err(Stop::Raise),
                    Part::Group(n) => {
                        if let Some(group) = found.get(*n) {
                            out.push(&text.slice(group.range()));
                        }
                    }
                }
            }
            done = whole.end();
            if out.len() > MAX_TEXT {
                break;
            }
        }
        out.push(&text.slice(done..text.len()));
        Ok(Value::text(Self::bounded(out)?))
    }
}

/// A pattern of `re`, on the `regex` crate, which has the same grammar but for what it refuses.
pub(super) fn pattern(value: &Value, flags: Option<&Value>) -> Result<regex::Regex> {
    let text = value.known()?;
    let flags = match flags {
        Some(Value::Module(name)) => name.clone(),
        None => String::new(),
        Some(_) => return gap("these flags of re"),
    };
    let has =
        |short: &str, long: &str| flags.split('|').any(|f| f == format!("re.{short}") || f == format!("re.{long}"));
    let known = ["re.M", "re.MULTILINE", "re.I", "re.IGNORECASE", "re.S", "re.DOTALL"];
    let many = has("M", "MULTILINE") || text.contains("(?m");
    // At the end of the text `$` also matches before a line end.
    let ends = text.replace("\\\\", "").replace("\\$", "").contains('$') && !many;
    if ends || text.contains("\\Z") || flags.split('|').any(|f| !f.is_empty() && !known.contains(&f)) {
        return gap("this pattern of re");
    }
    let built = RegexBuilder::new(text)
        .multi_line(many)
        .case_insensitive(has("I", "IGNORECASE"))
        .dot_matches_new_line(has("S", "DOTALL"))
        .size_limit(MAX_PATTERN)
        .build();
    built.or_else(|_| gap("this pattern of re"))
}

enum Part {
    Text(Traced),
    Group(usize),
}

fn replacement(with: &Traced) -> Result<Vec<Part>> {
    let bytes = with.bytes();
    let mut out = Vec::new();
    let (mut at, mut done) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        if *byte != b'\\' {
            at += 1;
            continue;
        }
        out.push(Part::Text(with.slice(done..at)));
        match bytes.get(at + 1) {
            Some(digit @ b'1'..=b'9') if !bytes.get(at + 2).is_some_and(u8::is_ascii_digit) => {
                out.push(Part::Group(usize::from(digit - b'0')));
                at += 2;
            }
            Some(b'g') if bytes.get(at + 2) == Some(&b'<') => {
                let length = bytes[at..].iter().position(|b| *b == b'>').ok_or(Stop::Raise)?;
                let name = with.slice(at + 3..at + length).to_text().into_owned();
                let Ok(number) = name.parse() else { return gap("a named group of re") };
                out.push(Part::Group(number));
                at += length + 1;
            }
            Some(c @ (b'n' | b't')) => {
                let place = with.slice(at..at + 2);
                if let Some(span) = place.span() {
                    out.push(Part::Text(Traced::made(if *c == b'n' { "\n" } else { "\t" }, span)));
                }
                at += 2;
            }
            Some(b'\\') => {
                out.push(Part::Text(with.slice(at..at + 1)));
                at += 2;
            }
            _ => return gap("this replacement of re"),
        }
        done = at;
    }
    out.push(Part::Text(with.slice(done..with.len())));
    Ok(out)
}
