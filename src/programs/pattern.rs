//! POSIX regular expressions, basic and extended, with the extensions of GNU, on the `regex` crate.

use std::ops::Range;

use regex::{Captures, Regex, RegexBuilder};

use crate::text::pattern::Kept;
use crate::text::{Why, budget};

/// The largest compiled pattern, in bytes.
const MAX_COMPILED: usize = 1 << 20;

/// The longest text that is searched for a longer match, in bytes.
const MAX_TEXT: usize = 1 << 10;

/// What one match takes of the budget of the unit, besides the text that is searched.
const MATCH: usize = 100;

/// The classes of characters in brackets.
const CLASSES: &str = "alpha digit alnum upper lower space blank punct print graph cntrl xdigit";

/// Why a pattern cannot be used.
#[derive(Clone, Debug)]
pub(super) enum NoPattern {
    /// The program itself refuses it.
    Refused,
    /// It is not supported.
    Unknown(Why),
}

fn unknown<T>(what: &str) -> Result<T, NoPattern> {
    Err(NoPattern::Unknown(Why::NotUnderstood(what.into())))
}

/// How a pattern is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Syntax {
    /// Extended rather than basic.
    pub(super) extended: bool,
    /// Case-insensitive.
    pub(super) ignore_case: bool,
    /// `^` and `$` match at every line.
    pub(super) lines: bool,
    /// `\n` and `\t` are escapes, in brackets as well, as in `sed`; `grep` has none.
    pub(super) escapes: bool,
}

thread_local! {
    static KEPT: Kept<(String, Syntax), Result<Pattern, NoPattern>> = Kept::default();
}

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    regex: Regex,
    /// The same, anchored at both ends, if leftmost-longest may find more than leftmost-first.
    whole: Option<Regex>,
}

impl From<Regex> for Pattern {
    /// A pattern with leftmost-first matching.
    fn from(regex: Regex) -> Self {
        Self { regex, whole: None }
    }
}

impl Pattern {
    /// Compiles a pattern.
    pub(super) fn new(text: &str, syntax: Syntax) -> Result<Self, NoPattern> {
        KEPT.with(|kept| kept.get(&(text.to_owned(), syntax), || Self::compile(text, syntax)))
    }

    fn compile(text: &str, syntax: Syntax) -> Result<Self, NoPattern> {
        let (body, ambiguous) = Translator { rest: text, syntax, out: String::new(), depth: 0 }.run()?;
        let build = |pattern: &str| {
            RegexBuilder::new(pattern)
                .case_insensitive(syntax.ignore_case)
                .multi_line(syntax.lines)
                .dot_matches_new_line(true)
                .size_limit(MAX_COMPILED)
                .build()
                .or_else(|_| unknown("this regular expression"))
        };
        let regex = build(&body)?;
        let whole = if ambiguous { Some(build(&format!(r"\A(?:{body})\z"))?) } else { None };
        Ok(Self { regex, whole })
    }

    /// A pattern that matches `words` literally.
    pub(super) fn fixed(words: &str, ignore_case: bool) -> Result<Self, NoPattern> {
        let built =
            RegexBuilder::new(&regex::escape(words)).case_insensitive(ignore_case).size_limit(MAX_COMPILED).build();
        built.map(Self::from).or_else(|_| unknown("this regular expression"))
    }

    /// The first match.
    pub(super) fn find(&self, text: &str) -> Option<Range<usize>> {
        budget::spend(text.len());
        self.regex.find(text).map(|m| m.range())
    }

    /// Number of groups.
    pub(super) fn groups(&self) -> usize {
        self.regex.captures_len() - 1
    }

    /// The first `most` non-overlapping matches, with their groups.
    ///
    /// # Errors
    /// If POSIX, which requires the longest match, may find another one.
    pub(super) fn all<'t>(&self, text: &'t str, most: usize) -> Result<Vec<Captures<'t>>, Why> {
        budget::spend(text.len());
        let found: Vec<_> = self.regex.captures_iter(text).take(most).take_while(|_| budget::spend(MATCH)).collect();
        if let Some(whole) = &self.whole {
            let longer = |range: Range<usize>| {
                (range.end + 1..=text.len()).any(|end| {
                    // Without a budget nothing is certain.
                    text.get(range.start..end).is_some_and(|t| !budget::spend(t.len()) || whole.is_match(t))
                })
            };
            if found.iter().filter_map(|c| c.get(0)).any(|m| text.len() > MAX_TEXT || longer(m.range())) {
                return Err(Why::NotUnderstood("a regular expression with several matches".into()));
            }
        }
        Ok(found)
    }
}

struct Translator<'a> {
    rest: &'a str,
    syntax: Syntax,
    out: String,
    depth: usize,
}

/// The last thing that was read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Start,
    Atom,
    Group,
    Repeat,
}

impl Translator<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = self.rest.get(c.len_utf8()..).unwrap_or_default();
        Some(c)
    }

    fn literal(&mut self, c: char) {
        if c.is_ascii_alphanumeric() || !c.is_ascii() {
            self.out.push(c);
        } else {
            self.out.push_str(&format!("\\x{{{:x}}}", u32::from(c)));
        }
    }

    fn run(mut self) -> Result<(String, bool), NoPattern> {
        let extended = self.syntax.extended;
        let mut last = Last::Start;
        let mut ambiguous = false;
        while let Some(c) = self.next() {
            // The operator here, in the spelling of either syntax.
            let (c, operator) = match c {
                '\\' => match self.next() {
                    None => return Err(NoPattern::Refused),
                    Some(c @ ('(' | ')' | '{' | '}' | '|' | '+' | '?')) => (c, !extended),
                    Some(c) => {
                        last = self.escape(c)?;
                        continue;
                    }
                },
                '(' | ')' | '{' | '}' | '|' | '+' | '?' => (c, extended),
                '*' => (c, last != Last::Start || extended),
                _ => (c, false),
            };
            last = match c {
                '(' if operator => {
                    self.depth += 1;
                    self.out.push('(');
                    Last::Start
                }
                ')' if operator => {
                    if self.depth == 0 {
                        return if extended { unknown("an unmatched parenthesis") } else { Err(NoPattern::Refused) };
                    }
                    self.depth -= 1;
                    self.out.push(')');
                    Last::Group
                }
                '|' if operator => {
                    ambiguous = true;
                    self.out.push('|');
                    Last::Start
                }
                '*' | '+' | '?' | '{' if operator => {
                    if c == '{' && last == Last::Start && self.out.is_empty() && extended && self.syntax.escapes {
                        return Err(NoPattern::Refused);
                    }
                    if last == Last::Start || last == Last::Repeat {
                        return unknown("a repetition of nothing");
                    }
                    ambiguous |= last == Last::Group;
                    if c == '{' {
                        self.interval()?;
                    } else {
                        self.out.push(c);
                    }
                    Last::Repeat
                }
                '}' if operator && !extended => return Err(NoPattern::Refused),
                '.' => {
                    self.out.push('.');
                    Last::Atom
                }
                '[' => {
                    self.bracket()?;
                    Last::Atom
                }
                '^' if extended || last == Last::Start => {
                    self.out.push('^');
                    Last::Start
                }
                '$' if extended
                    || self.rest.is_empty()
                    || self.rest.starts_with("\\)")
                    || self.rest.starts_with("\\|") =>
                {
                    self.out.push('$');
                    Last::Atom
                }
                c => {
                    self.literal(c);
                    Last::Atom
                }
            };
        }
        if self.depth > 0 {
            return Err(NoPattern::Refused);
        }
        Ok((self.out, ambiguous))
    }

    fn escape(&mut self, c: char) -> Result<Last, NoPattern> {
        match c {
            'w' | 'W' | 's' | 'S' | 'b' | 'B' => self.out.push_str(&format!("\\{c}")),
            '<' => self.out.push_str(r"\b{start}"),
            '>' => self.out.push_str(r"\b{end}"),
            '`' => self.out.push_str(r"\A"),
            '\'' => self.out.push_str(r"\z"),
            'n' if self.syntax.escapes => self.out.push_str("\\n"),
            't' if self.syntax.escapes => self.out.push_str("\\t"),
            '\n' => self.out.push_str("\\n"),
            '1'..='9' => return unknown("a back-reference in a regular expression"),
            c if c.is_ascii_alphanumeric() => return unknown("an escape in a regular expression"),
            c => self.literal(c),
        }
        Ok(Last::Atom)
    }

    /// The bounds of a repetition.
    fn interval(&mut self) -> Result<(), NoPattern> {
        let close = if self.syntax.extended { "}" } else { "\\}" };
        let Some((counts, rest)) = self.rest.split_once(close) else { return Err(NoPattern::Refused) };
        let valid = |part: &str| part.bytes().all(|b| b.is_ascii_digit()) && part.len() < 5;
        let (from, to) = counts.split_once(',').map_or((counts, None), |(from, to)| (from, Some(to)));
        if !valid(from) || !to.is_none_or(valid) || from.is_empty() && to.is_none() {
            return unknown("a repetition count");
        }
        let from = if from.is_empty() { "0" } else { from };
        self.out.push_str(&match to {
            Some(to) => format!("{{{from},{to}}}"),
            None => format!("{{{from}}}"),
        });
        self.rest = rest;
        Ok(())
    }

    fn bracket(&mut self) -> Result<(), NoPattern> {
        self.out.push('[');
        if let Some(rest) = self.rest.strip_prefix('^') {
            self.rest = rest;
            self.out.push('^');
        }
        let mut first = true;
        loop {
            let Some(c) = self.next() else { return Err(NoPattern::Refused) };
            match c {
                ']' if !first => break,
                '[' if self.rest.starts_with(['.', '=']) => return unknown("a collating element"),
                '[' if self.rest.starts_with(':') => {
                    let Some((name, rest)) = self.rest.get(1..).and_then(|r| r.split_once(":]")) else {
                        return Err(NoPattern::Refused);
                    };
                    if CLASSES.split(' ').all(|class| class != name) {
                        return Err(NoPattern::Refused);
                    }
                    self.out.push_str(&format!("[:{name}:]"));
                    self.rest = rest;
                }
                '\\' if self.syntax.escapes && self.rest.starts_with(['n', 't']) => {
                    let escaped = self.next();
                    self.out.push_str(if escaped == Some('n') { "\\n" } else { "\\t" });
                }
                '\\' if self.syntax.escapes && self.rest.starts_with(|c: char| c.is_ascii_alphanumeric()) => {
                    return unknown("an escape in brackets");
                }
                // A range, unless the dash is first or last.
                '-' if !first && !self.rest.starts_with(']') => self.out.push('-'),
                c => self.literal(c),
            }
            first = false;
        }
        self.out.push(']');
        Ok(())
    }
}
