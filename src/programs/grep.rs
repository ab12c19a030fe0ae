//! `grep`: its exit status in conditions, and its output in pipes.

use std::ops::Range;

use crate::text::{Span, Traced, Why};

use super::pattern::{NoPattern, Pattern, Syntax};
use super::program::{Files, Outcome, Status};

/// How often a pattern of Perl may go back before it is given up.
const MAX_STEPS: usize = 100_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Basic,
    Extended,
    Fixed,
    Perl,
}

#[derive(Default)]
struct Options {
    quiet: bool,
    invert: bool,
    count: bool,
    only: bool,
    number: bool,
    /// Names of files before what was found there; `None`: where there are several.
    names: Option<bool>,
    /// Only the names of files: those with a match, or those without.
    list: Option<bool>,
    whole_line: bool,
    words: bool,
    before: usize,
    after: usize,
    ignore_case: bool,
    most: Option<usize>,
    patterns: Vec<Traced>,
}

/// Runs `grep`, `egrep` or `fgrep`.
pub fn run(name: &str, argv: &[Traced], stdin: Option<&Traced>, files: Files<'_>, at: Span) -> Outcome {
    let kind = match name {
        "egrep" => Kind::Extended,
        "fgrep" => Kind::Fixed,
        _ => Kind::Basic,
    };
    match try_run(kind, argv, stdin, files, at) {
        Ok(outcome) => outcome,
        Err(outcome) => *outcome,
    }
}

fn try_run(
    kind: Kind,
    argv: &[Traced],
    stdin: Option<&Traced>,
    files: Files<'_>,
    at: Span,
) -> Result<Outcome, Box<Outcome>> {
    let mut kind = kind;
    let mut options = Options::default();
    let mut others: Vec<&Traced> = Vec::new();
    let mut words = argv.iter();
    let mut only_words = false;
    while let Some(word) = words.next() {
        let text = super::program::known(word)?;
        if only_words || !text.starts_with('-') || text == "-" {
            others.push(word);
            continue;
        }
        match text {
            "--" => only_words = true,
            "--quiet" | "--silent" => options.quiet = true,
            "--extended-regexp" => kind = Kind::Extended,
            "--fixed-strings" => kind = Kind::Fixed,
            "--ignore-case" => options.ignore_case = true,
            "--invert-match" => options.invert = true,
            "--count" => options.count = true,
            "--only-matching" => options.only = true,
            "--line-regexp" => options.whole_line = true,
            "--no-messages" | "--color=never" | "--text" | "--line-buffered" => {}
            "--word-regexp" => options.words = true,
            "--perl-regexp" => kind = Kind::Perl,
            "--files-with-matches" => options.list = Some(true),
            "--files-without-match" => options.list = Some(false),
            "--line-number" => options.number = true,
            "--with-filename" => options.names = Some(true),
            "--no-filename" => options.names = Some(false),
            _ if text.starts_with("--") => {
                return Err(super::program::not_followed(&format!("grep's option {text}"), word));
            }
            _ => {
                let mut at = 1;
                while let Some(letter) = text.get(at..).and_then(|t| t.chars().next()) {
                    at += letter.len_utf8();
                    match letter {
                        'q' => options.quiet = true,
                        'E' => kind = Kind::Extended,
                        'F' => kind = Kind::Fixed,
                        'G' => kind = Kind::Basic,
                        'i' | 'y' => options.ignore_case = true,
                        'v' => options.invert = true,
                        'c' => options.count = true,
                        'o' => options.only = true,
                        'n' => options.number = true,
                        'x' => options.whole_line = true,
                        'h' => options.names = Some(false),
                        'H' => options.names = Some(true),
                        'w' => options.words = true,
                        'P' => kind = Kind::Perl,
                        'l' => options.list = Some(true),
                        'L' => options.list = Some(false),
                        's' | 'a' | 'I' => {}
                        'e' | 'm' | 'A' | 'B' | 'C' => {
                            let rest = word.slice(at..text.len());
                            let value = if rest.is_empty() {
                                words.next().ok_or_else(|| Box::new(Outcome::failed(2)))?.clone()
                            } else {
                                rest
                            };
                            at = text.len();
                            if letter == 'e' {
                                options.patterns.push(value);
                            } else {
                                let count =
                                    super::program::known(&value)?.parse().map_err(|_| Box::new(Outcome::failed(2)))?;
                                match letter {
                                    'm' => options.most = Some(count),
                                    'A' => options.after = count,
                                    'B' => options.before = count,
                                    _ => (options.before, options.after) = (count, count),
                                }
                            }
                        }
                        _ => return Err(super::program::not_followed(&format!("grep's option -{letter}"), word)),
                    }
                }
            }
        }
    }
    if options.patterns.is_empty() {
        if others.is_empty() {
            return Ok(Outcome::failed(2));
        }
        options.patterns.push(others.remove(0).clone());
    }
    let matchers = matchers(&options, kind, at)?;
    let (mut texts, mut missing) = (Vec::new(), false);
    if others.is_empty() {
        texts.push((Traced::made("(standard input)", at), super::program::inputs(&[], stdin, files, 2, at)?.remove(0)));
    }
    for name in &others {
        if name.known_str() == Some("-") {
            texts.push((
                Traced::made("(standard input)", at),
                super::program::inputs(&[], stdin, files, 2, at)?.remove(0),
            ));
            continue;
        }
        match super::program::read(name, files)? {
            Some(text) => texts.push(((*name).clone(), text)),
            None => missing = true,
        }
    }
    let named = options.names.unwrap_or(others.len() > 1);
    search(&options, &matchers, &texts, named, missing, at)
}

/// A pattern of one of the kinds; that of POSIX with its text, if that stands for nothing but itself.
enum Matcher {
    Posix(Pattern, Option<String>),
    Perl(Box<fancy_regex::Regex>),
}

impl Matcher {
    /// All matches that do not overlap, in bytes.
    fn all(&self, text: &str) -> Result<Vec<Range<usize>>, Why> {
        match self {
            Self::Posix(pattern, _) => {
                Ok(pattern.all(text)?.iter().filter_map(|found| found.get(0)).map(|m| m.range()).collect())
            }
            Self::Perl(regex) => {
                let fault = |_| Why::Limit("steps of a regular expression");
                regex.find_iter(text).map(|found| found.map(|m| m.range()).map_err(fault)).collect()
            }
        }
    }

    /// Where it matches first.
    fn find(&self, text: &str) -> Result<Option<Range<usize>>, Why> {
        match self {
            Self::Posix(pattern, _) => Ok(pattern.find(text)),
            Self::Perl(_) => Ok(self.all(text)?.into_iter().next()),
        }
    }

    /// The matches that stand between blanks and signs, as `-w` wants them.
    fn words(&self, text: &str) -> Result<Vec<Range<usize>>, Why> {
        let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let bounded = |r: &Range<usize>| {
            !inside(text.get(..r.start).and_then(|t| t.chars().next_back()))
                && !inside(text.get(r.end..).and_then(|t| t.chars().next()))
        };
        if let Self::Posix(_, Some(literal)) = self
            && !literal.is_empty()
        {
            // Wherever it stands, also where it overlaps with itself.
            let starts = text.char_indices().map(|(n, _)| n).filter(|n| text[*n..].starts_with(literal.as_str()));
            return Ok(starts.map(|n| n..n + literal.len()).filter(bounded).collect());
        }
        let all = self.all(text)?;
        let found: Vec<_> = all.iter().filter(|r| bounded(r)).cloned().collect();
        if found.len() < all.len() {
            // A shorter or a later match may stand between them.
            return Err(Why::NotUnderstood("grep's -w where a match is part of a word".into()));
        }
        Ok(found)
    }
}

fn matchers(options: &Options, kind: Kind, at: Span) -> Result<Vec<Matcher>, Box<Outcome>> {
    let mut out = Vec::new();
    for text in &options.patterns {
        for line in super::program::known(text)?.split('\n') {
            let line = match kind {
                Kind::Basic if options.whole_line => format!("^\\({line}\\)$"),
                Kind::Extended if options.whole_line => format!("^({line})$"),
                Kind::Perl if options.whole_line => format!("^(?:{line})$"),
                _ => line.to_owned(),
            };
            let fault = |fault| match fault {
                NoPattern::Refused => Box::new(Outcome::failed(2)),
                NoPattern::Unknown(why) => Box::new(Outcome::unknown(why, at)),
            };
            let syntax =
                Syntax { extended: kind == Kind::Extended, ignore_case: options.ignore_case, ..Syntax::default() };
            let plain = |c: char| c.is_alphanumeric() || "-_ /:=,\"'".contains(c);
            let literal = (!options.ignore_case && line.chars().all(plain)).then(|| line.clone());
            out.push(match kind {
                Kind::Fixed => Matcher::Posix(Pattern::fixed(&line, options.ignore_case).map_err(fault)?, literal),
                Kind::Perl => Matcher::Perl(Box::new(perl(&line, options.ignore_case).map_err(fault)?)),
                _ => Matcher::Posix(Pattern::new(&line, syntax).map_err(fault)?, literal),
            });
        }
    }
    Ok(out)
}

/// A pattern as Perl reads it.
fn perl(text: &str, ignore_case: bool) -> Result<fancy_regex::Regex, NoPattern> {
    fancy_regex::RegexBuilder::new(text)
        .case_insensitive(ignore_case)
        .backtrack_limit(MAX_STEPS)
        .build()
        .map_err(|_| NoPattern::Unknown(Why::NotUnderstood("this regular expression".into())))
}

/// What the patterns find in one line.
fn found(options: &Options, matchers: &[Matcher], line: &Traced, at: Span) -> Result<bool, Box<Outcome>> {
    let unknown = |why| Box::new(Outcome::unknown(why, at));
    let Some(words) = line.as_str() else { return Err(super::program::not_followed("bytes that are not UTF-8", line)) };
    // `-x` with a fixed string asks for the whole line; the other patterns are anchored.
    let whole = |range: &Range<usize>| !options.whole_line || *range == (0..words.len());
    for matcher in matchers {
        let range = if options.words {
            matcher.words(words).map_err(unknown)?.into_iter().next()
        } else {
            matcher.find(words).map_err(unknown)?
        };
        if range.is_some_and(|range| whole(&range) && !line.slice(range).has_hole()) {
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
) -> Result<Outcome, Box<Outcome>> {
    let unknown = |why| Box::new(Outcome::unknown(why, at));
    let mut stdout = Traced::new();
    let mut any = false;
    let mut open = None;
    for (name, text) in texts {
        let mut lines = text.split(b"\n");
        if lines.last().is_some_and(Traced::is_empty) {
            lines.pop();
        }
        let mut hits = Vec::new();
        for (n, line) in lines.iter().enumerate() {
            if options.most.is_some_and(|most| hits.len() >= most) {
                break;
            }
            let found = found(options, matchers, line, at)?;
            if let Some((_, why)) = line.first_hole()
                && (!found || options.invert)
            {
                open.get_or_insert(why.clone());
            }
            if found != options.invert {
                hits.push(n);
            }
        }
        any |= !hits.is_empty();
        let label = |out: &mut Traced, sign: &[u8]| {
            if named {
                out.push(name);
                out.push_made(sign, at);
            }
        };
        if options.quiet {
        } else if let Some(wanted) = options.list {
            if hits.is_empty() != wanted {
                stdout.push(name);
                stdout.push_made(b"\n", at);
            }
        } else if options.count {
            label(&mut stdout, b":");
            stdout.push_made(format!("{}\n", hits.len()).as_bytes(), at);
        } else if options.only {
            let [matcher] = matchers else {
                return Err(super::program::not_followed("grep's -o with several patterns", name));
            };
            for n in hits.iter().filter(|_| !options.invert) {
                let Some(line) = lines.get(*n) else { continue };
                let words = line.as_str().unwrap_or_default();
                let parts = if options.words { matcher.words(words) } else { matcher.all(words) };
                for range in parts.map_err(unknown)?.into_iter().filter(|r| !r.is_empty()) {
                    label(&mut stdout, b":");
                    if options.number {
                        stdout.push_made(format!("{}:", n + 1).as_bytes(), at);
                    }
                    stdout.push(&line.slice(range));
                    stdout.push_made(b"\n", at);
                }
            }
        } else {
            let mut next = 0;
            let around = options.before > 0 || options.after > 0;
            for (k, hit) in hits.iter().enumerate() {
                let from = hit.saturating_sub(options.before).max(next);
                if around && from > next && !stdout.is_empty() || around && next == 0 && !stdout.is_empty() {
                    stdout.push_made(b"--\n", at);
                }
                let limit = hits.get(k + 1).copied().unwrap_or(lines.len());
                let to = (hit + options.after + 1).min(limit.max(hit + 1)).min(lines.len());
                for n in from..to {
                    let Some(line) = lines.get(n) else { break };
                    let sign: &[u8] = if n == *hit { b":" } else { b"-" };
                    label(&mut stdout, sign);
                    if options.number {
                        stdout.push_made((n + 1).to_string().as_bytes(), at);
                        stdout.push_made(sign, at);
                    }
                    stdout.push(line);
                    stdout.push_made(b"\n", at);
                }
                next = to;
            }
        }
    }
    let status = i32::from(!any);
    let status = if missing && !(options.quiet && any) { 2 } else { status };
    // A part that is not known may hold a line more, which changes the status only if there is none without it.
    match open {
        Some(_) if options.quiet && any => Ok(Outcome::success(stdout)),
        Some(why) => Err(unknown(why)),
        None => Ok(Outcome { status: Status::Known(status), ..Outcome::success(stdout) }),
    }
}
