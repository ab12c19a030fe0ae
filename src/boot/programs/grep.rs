//! `grep`: its exit status in conditions, and its output in pipes.

use crate::text::{Span, Traced};

use super::pattern::{NoPattern, Pattern, Syntax};
use super::{Files, Outcome, Status};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Basic,
    Extended,
    Fixed,
}

#[derive(Default)]
struct Options {
    quiet: bool,
    invert: bool,
    count: bool,
    only: bool,
    number: bool,
    no_names: bool,
    whole_line: bool,
    ignore_case: bool,
    most: Option<usize>,
    patterns: Vec<Traced>,
}

/// Runs `grep`, `egrep` or `fgrep`.
pub(super) fn run(name: &str, argv: &[Traced], stdin: Option<&Traced>, files: Files<'_>, at: Span) -> Outcome {
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
        let text = super::known(word)?;
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
            "--no-filename" => options.no_names = true,
            _ if text.starts_with("--") => return Err(super::not_followed(&format!("grep's option {text}"), word)),
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
                        'h' => options.no_names = true,
                        's' | 'a' => {}
                        'e' | 'm' => {
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
                                let most = super::known(&value)?.parse().map_err(|_| Box::new(Outcome::failed(2)))?;
                                options.most = Some(most);
                            }
                        }
                        _ => return Err(super::not_followed(&format!("grep's option -{letter}"), word)),
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
    let patterns = patterns(&options, kind, at)?;
    if others.len() > 1 && !options.no_names && !options.quiet {
        return Err(super::not_followed("grep's output with names of files", others[0]));
    }
    let texts = super::inputs(&others, stdin, files, 2, at)?;
    search(&options, &patterns, &texts, at)
}

fn patterns(options: &Options, kind: Kind, at: Span) -> Result<Vec<Pattern>, Box<Outcome>> {
    let mut out = Vec::new();
    for text in &options.patterns {
        for line in super::known(text)?.split('\n') {
            let line = if options.whole_line {
                match kind {
                    Kind::Basic => format!("^\\({line}\\)$"),
                    Kind::Extended => format!("^({line})$"),
                    Kind::Fixed => line.to_owned(),
                }
            } else {
                line.to_owned()
            };
            let syntax =
                Syntax { extended: kind == Kind::Extended, ignore_case: options.ignore_case, ..Syntax::default() };
            let pattern = match kind {
                Kind::Fixed => Pattern::fixed(&line, options.ignore_case),
                _ => Pattern::new(&line, syntax),
            };
            out.push(pattern.map_err(|fault| match fault {
                NoPattern::Refused => Box::new(Outcome::failed(2)),
                NoPattern::Unknown(why) => Box::new(Outcome::unknown(why, at)),
            })?);
        }
    }
    Ok(out)
}

fn search(options: &Options, patterns: &[Pattern], texts: &[Traced], at: Span) -> Result<Outcome, Box<Outcome>> {
    let unknown = |why| Box::new(Outcome::unknown(why, at));
    let mut stdout = Traced::new();
    let mut any = false;
    let mut open = None;
    for text in texts {
        let mut count = 0;
        let mut lines = text.split(b"\n");
        if lines.last().is_some_and(Traced::is_empty) {
            lines.pop();
        }
        for (n, line) in lines.iter().enumerate() {
            if options.most.is_some_and(|most| count >= most) {
                break;
            }
            let Some(words) = line.as_str() else { return Err(super::not_followed("bytes that are not UTF-8", line)) };
            // `-x` with a fixed string asks for the whole line; the other patterns are anchored.
            let whole = |range: &std::ops::Range<usize>| !options.whole_line || *range == (0..words.len());
            let found = patterns
                .iter()
                .filter_map(|pattern| pattern.find(words))
                .any(|range| whole(&range) && !line.slice(range).has_hole());
            if let Some((_, why)) = line.first_hole()
                && (!found || options.invert)
            {
                open.get_or_insert(why.clone());
            }
            if found == options.invert {
                continue;
            }
            any = true;
            count += 1;
            if options.quiet || options.count {
                continue;
            }
            if options.only {
                let [pattern] = patterns else {
                    return Err(super::not_followed("grep's -o with several patterns", line));
                };
                for found in pattern.all(words).map_err(unknown)?.iter().filter_map(|c| c.get(0)) {
                    if !found.is_empty() {
                        stdout.push(&line.slice(found.range()));
                        stdout.push_made(b"\n", at);
                    }
                }
                continue;
            }
            if options.number {
                stdout.push_made(format!("{}:", n + 1).as_bytes(), at);
            }
            stdout.push(line);
            stdout.push_made(b"\n", at);
        }
        if options.count && !options.quiet {
            stdout.push_made(format!("{count}\n").as_bytes(), at);
        }
    }
    // A part that is not known may hold a line more, which changes the status only if there is none without it.
    match open {
        Some(_) if options.quiet && any => Ok(Outcome::success(stdout)),
        Some(why) => Err(unknown(why)),
        None => Ok(Outcome {
            stdout,
            status: Status::Known(i32::from(!any)),
            writes: Vec::new(),
            removed: Vec::new(),
            commands: Vec::new(),
        }),
    }
}
