//! `grep`: its exit status in conditions, and its output in pipes.

use std::ops::Range;

use crate::text::{Span, Traced, Why};

use super::arguments::Arguments;
use super::pattern::{NoPattern, Pattern, Syntax};
use super::program::{Done, Effects, Invocation, Status, known, lines, not_followed, utf8};

/// The most patterns of one search: each may take a MiB.
const MAX_PATTERNS: usize = 64;

/// How often a Perl pattern may backtrack before it is given up.
const MAX_STEPS: usize = 100_000;

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum GrepSyntax {
    #[default]
    Basic,
    Extended,
    Fixed,
    Perl,
}

#[derive(Default)]
struct Options {
    syntax: GrepSyntax,
    quiet: bool,
    invert: bool,
    count: bool,
    only: bool,
    number: bool,
    /// File names before the matches; `None`: if there are several files.
    names: Option<bool>,
    /// Only file names: of files with a match, or without.
    list: Option<bool>,
    whole_line: bool,
    words: bool,
    ignore_case: bool,
    most: Option<usize>,
    patterns: Vec<Traced>,
}

/// Runs `grep`, `egrep` or `fgrep`.
pub(crate) fn run(call: &mut Invocation<'_>) -> Done<Effects> {
    let mut options = Options::default();
    match call.name {
        "egrep" => options.syntax = GrepSyntax::Extended,
        "fgrep" => options.syntax = GrepSyntax::Fixed,
        _ => {}
    }
    let mut arguments = Arguments::new("grep", call.argv, 2);
    while let Some(option) = arguments.next()? {
        match option {
            "q" | "quiet" | "silent" => options.quiet = true,
            "E" | "extended-regexp" => options.syntax = GrepSyntax::Extended,
            "F" | "fixed-strings" => options.syntax = GrepSyntax::Fixed,
            "G" => options.syntax = GrepSyntax::Basic,
            "P" | "perl-regexp" => options.syntax = GrepSyntax::Perl,
            "i" | "y" | "ignore-case" => options.ignore_case = true,
            "v" | "invert-match" => options.invert = true,
            "c" | "count" => options.count = true,
            "o" | "only-matching" => options.only = true,
            "n" | "line-number" => options.number = true,
            "x" | "line-regexp" => options.whole_line = true,
            "w" | "word-regexp" => options.words = true,
            "h" | "no-filename" => options.names = Some(false),
            "H" | "with-filename" => options.names = Some(true),
            "l" | "files-with-matches" => options.list = Some(true),
            "L" | "files-without-match" => options.list = Some(false),
            "s" | "a" | "I" | "no-messages" | "text" | "line-buffered" => {}
            "color" if arguments.rest().is_some_and(|when| when.known_str() == Some("never")) => {}
            "e" => options.patterns.push(arguments.value()?),
            "m" => {
                let count = known(&arguments.value()?)?.parse().map_err(|_| Box::new(Effects::failed(2)))?;
                options.most = Some(count);
            }
            _ => return Err(arguments.refused()),
        }
    }
    let mut others = arguments.operands;
    if options.patterns.is_empty() {
        if others.is_empty() {
            return Ok(Effects::failed(2));
        }
        options.patterns.push(others.remove(0).clone());
    }
    let matchers = matchers(&options, call.at)?;
    let named = options.names.unwrap_or(others.len() > 1);
    let standard = Traced::made("-", call.at);
    if others.is_empty() {
        others.push(&standard);
    }
    let (mut texts, mut missing) = (Vec::new(), false);
    for name in others {
        if name.known_str() == Some("-") {
            texts.push((Traced::made("(standard input)", call.at), call.standard_input()?));
            continue;
        }
        match call.read(name)? {
            Some(text) => texts.push((name.clone(), text)),
            None => missing = true,
        }
    }
    search(&options, &matchers, &texts, named, missing, call.at)
}

/// A pattern of one of the syntaxes.
enum Matcher {
    Posix(Pattern),
    Perl(Box<fancy_regex::Regex>),
}

impl Matcher {
    /// All non-overlapping matches, in bytes.
    fn all(&self, text: &str) -> Result<Vec<Range<usize>>, Why> {
        match self {
            Self::Posix(pattern) => {
                Ok(pattern.all(text, usize::MAX)?.iter().filter_map(|found| found.get(0)).map(|m| m.range()).collect())
            }
            Self::Perl(regex) => {
                let fault = |_| Why::limit("steps of a regular expression");
                regex.find_iter(text).map(|found| found.map(|m| m.range()).map_err(fault)).collect()
            }
        }
    }

    /// The first match.
    fn find(&self, text: &str) -> Result<Option<Range<usize>>, Why> {
        match self {
            Self::Posix(pattern) => Ok(pattern.find(text)),
            Self::Perl(_) => Ok(self.all(text)?.into_iter().next()),
        }
    }

    /// The matches that are whole words, as `-w` requires.
    fn words(&self, text: &str) -> Result<Vec<Range<usize>>, Why> {
        let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let bounded = |r: &Range<usize>| {
            !inside(text.get(..r.start).and_then(|t| t.chars().next_back()))
                && !inside(text.get(r.end..).and_then(|t| t.chars().next()))
        };
        let all = self.all(text)?;
        let found: Vec<_> = all.iter().filter(|r| bounded(r)).cloned().collect();
        if found.len() < all.len() {
            // There may be a shorter or a later match between them.
            return Err(Why::NotUnderstood("grep's -w where a match is part of a word".into()));
        }
        Ok(found)
    }
}

fn matchers(options: &Options, at: Span) -> Done<Vec<Matcher>> {
    let mut out = Vec::new();
    for text in &options.patterns {
        for line in known(text)?.split('\n') {
            if out.len() == MAX_PATTERNS {
                return Err(Box::new(Effects::unknown(Why::limit("patterns of one search"), at)));
            }
            let line = match options.syntax {
                GrepSyntax::Basic if options.whole_line => format!("^\\({line}\\)$"),
                GrepSyntax::Extended if options.whole_line => format!("^({line})$"),
                GrepSyntax::Perl if options.whole_line => format!("^(?:{line})$"),
                _ => line.to_owned(),
            };
            let fault = |fault| match fault {
                NoPattern::Refused => Box::new(Effects::failed(2)),
                NoPattern::Unknown(why) => Box::new(Effects::unknown(why, at)),
            };
            let syntax = Syntax {
                extended: options.syntax == GrepSyntax::Extended,
                ignore_case: options.ignore_case,
                ..Syntax::default()
            };
            out.push(match options.syntax {
                GrepSyntax::Fixed => Matcher::Posix(Pattern::fixed(&line, options.ignore_case).map_err(fault)?),
                GrepSyntax::Perl => Matcher::Perl(Box::new(perl(&line, options.ignore_case).map_err(fault)?)),
                _ => Matcher::Posix(Pattern::new(&line, syntax).map_err(fault)?),
            });
        }
    }
    Ok(out)
}

/// A pattern in Perl's syntax.
fn perl(text: &str, ignore_case: bool) -> Result<fancy_regex::Regex, NoPattern> {
    fancy_regex::RegexBuilder::new(text)
        .case_insensitive(ignore_case)
        .backtrack_limit(MAX_STEPS)
        .build()
        .map_err(|_| NoPattern::Unknown(Why::NotUnderstood("this regular expression".into())))
}

/// The matches of the patterns in one line.
fn found(options: &Options, matchers: &[Matcher], line: &Traced, at: Span) -> Done<bool> {
    let unknown = |why| Box::new(Effects::unknown(why, at));
    let words = utf8(line)?;
    // `-x` with a fixed string requires the whole line; the other patterns are anchored.
    let whole = |range: &Range<usize>| !options.whole_line || *range == (0..words.len());
    for matcher in matchers {
        let range = if options.words {
            matcher.words(words).map_err(unknown)?.into_iter().next()
        } else {
            matcher.find(words).map_err(unknown)?
        };
        if range.is_some_and(|range| whole(&range) && !line.slice(range).has_unknown()) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn search(
    options: &Options,
    matchers: &[Matcher],
    texts: &[(Traced, Traced)],
    named: bool,
    missing: bool,
    at: Span,
) -> Done<Effects> {
    let unknown = |why| Box::new(Effects::unknown(why, at));
    let mut stdout = Traced::new();
    let mut any = false;
    let mut open = None;
    for (name, text) in texts {
        let lines = lines(text);
        let mut hits = Vec::new();
        for (n, line) in lines.iter().enumerate() {
            if options.most.is_some_and(|most| hits.len() >= most) {
                break;
            }
            let found = found(options, matchers, line, at)?;
            if let Some((_, why)) = line.first_unknown()
                && (!found || options.invert)
            {
                open.get_or_insert(why.clone());
            }
            if found != options.invert {
                hits.push(n);
            }
        }
        any |= !hits.is_empty();
        let label = |out: &mut Traced| {
            if named {
                out.push(name);
                out.push_made(b":", at);
            }
        };
        if options.quiet {
        } else if let Some(wanted) = options.list {
            if hits.is_empty() != wanted {
                stdout.push(name);
                stdout.push_made(b"\n", at);
            }
        } else if options.count {
            label(&mut stdout);
            stdout.push_made(format!("{}\n", hits.len()).as_bytes(), at);
        } else if options.only {
            let [matcher] = matchers else {
                return Err(not_followed("grep's -o with several patterns", name));
            };
            for n in hits.iter().filter(|_| !options.invert) {
                let Some(line) = lines.get(*n) else { continue };
                let words = line.as_str().unwrap_or_default();
                let parts = if options.words { matcher.words(words) } else { matcher.all(words) };
                for range in parts.map_err(unknown)?.into_iter().filter(|r| !r.is_empty()) {
                    label(&mut stdout);
                    if options.number {
                        stdout.push_made(format!("{}:", n + 1).as_bytes(), at);
                    }
                    stdout.push(&line.slice(range));
                    stdout.push_made(b"\n", at);
                }
            }
        } else {
            for n in hits {
                label(&mut stdout);
                if options.number {
                    stdout.push_made(format!("{}:", n + 1).as_bytes(), at);
                }
                stdout.push(&lines[n]);
                stdout.push_made(b"\n", at);
            }
        }
    }
    let status = i32::from(!any);
    let status = if missing && !(options.quiet && any) { 2 } else { status };
    // An unknown part may contain another line, which changes the status only if no known line matches.
    match open {
        Some(_) if options.quiet && any => Ok(Effects::success(stdout)),
        Some(why) => Err(unknown(why)),
        None => Ok(Effects { status: Status::Known(status), ..Effects::success(stdout) }),
    }
}
