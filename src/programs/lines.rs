//! `cat`, `tac`, `head`, `tail`, `sort`, `uniq` and `wc`: whole lines, with their places.

use crate::text::{Span, Traced, Why};

use super::program::{Files, Found, Outcome, Status};

/// Runs one of the programs.
pub fn run(name: &str, argv: &[Traced], stdin: Option<&Traced>, files: Files<'_>, at: Span) -> Outcome {
    match try_run(name, argv, stdin, files, at) {
        Ok(outcome) => outcome,
        Err(outcome) => *outcome,
    }
}

/// `cat` of files: it passes over those that are not there.
fn concatenate(names: &[&Traced], stdin: Option<&Traced>, files: Files<'_>, at: Span) -> Outcome {
    let mut outcome = Outcome::success(Traced::new());
    for name in names {
        let found = match name.known_str() {
            Some("-") => stdin.map_or_else(
                || Found::Unknown(Why::FromOutside("standard input".into())),
                |text| Found::Content(text.clone()),
            ),
            Some(path) => files(path),
            None => Found::Unknown(name.first_hole().map_or_else(
                || Why::NotUnderstood("the name of a file that is not UTF-8".into()),
                |(_, why)| why.clone(),
            )),
        };
        match found {
            Found::Content(text) => outcome.stdout.push(&text),
            Found::Missing if matches!(outcome.status, Status::Known(_)) => outcome.status = Status::Known(1),
            Found::Missing => {}
            Found::Unknown(why) => {
                outcome.stdout.push_hole(at, why.clone());
                outcome.stdout.push_made(b"\n", at);
                outcome.status = Status::Unknown(why);
            }
        }
    }
    outcome
}

/// Which lines `head` and `tail` give.
#[derive(Clone, Copy)]
enum Part {
    /// So many.
    Count(usize),
    /// All from this one on, from 1.
    From(usize),
}

fn try_run(
    name: &str,
    argv: &[Traced],
    stdin: Option<&Traced>,
    files: Files<'_>,
    at: Span,
) -> Result<Outcome, Box<Outcome>> {
    let mut part = Part::Count(10);
    let mut letters = String::new();
    let mut others = Vec::new();
    let mut words = argv.iter();
    while let Some(word) = words.next() {
        let text = super::program::known(word)?;
        if text == "--" {
            others.extend(words.by_ref());
            break;
        }
        let Some(option) = text.strip_prefix('-').filter(|rest| !rest.is_empty()) else {
            others.push(word);
            continue;
        };
        if matches!(name, "head" | "tail") {
            let value = match option {
                "n" => words.next().map(super::program::known).transpose()?,
                _ => option.strip_prefix('n').or_else(|| option.strip_prefix("-lines=")).or(Some(option)),
            };
            let (from, digits) = match value.and_then(|v| v.strip_prefix('+')) {
                Some(digits) if name == "tail" => (true, Some(digits)),
                _ => (false, value),
            };
            let Some(count) = digits.and_then(|d| d.parse().ok()) else {
                return Err(super::program::not_followed(&format!("{name}'s option -{option}"), word));
            };
            part = if from { Part::From(count) } else { Part::Count(count) };
            continue;
        }
        let taken = match name {
            "sort" => "ru",
            "uniq" => "du",
            "wc" => "lc",
            _ => "",
        };
        if !option.chars().all(|letter| taken.contains(letter)) {
            return Err(super::program::not_followed(&format!("{name}'s option -{option}"), word));
        }
        letters.push_str(option);
    }
    if let [_, second, ..] = others.as_slice()
        && !matches!(name, "cat" | "sort")
    {
        return Err(super::program::not_followed(&format!("{name} of several files"), second));
    }
    if name == "cat" && !others.is_empty() {
        return Ok(concatenate(&others, stdin, files, at));
    }
    let texts = super::program::inputs(&others, stdin, files, if name == "sort" { 2 } else { 1 }, at)?;
    let named = !others.is_empty();
    let mut all = Traced::new();
    for text in &texts {
        all.push(text);
    }
    if name == "cat" {
        return Ok(Outcome::success(all));
    }
    if let Some((span, why)) = all.first_hole() {
        // The first lines are known up to the first that is not.
        if let ("head", Part::Count(count)) = (name, part) {
            let lines = lines(&all);
            if !lines.iter().take(count).any(Traced::has_hole) {
                return Ok(Outcome::success(joined(&lines[..count.min(lines.len())])));
            }
        }
        return Err(Box::new(Outcome::unknown(why.clone(), span)));
    }
    let mut lines = lines(&all);
    let count = lines.len();
    Ok(Outcome::success(match name {
        "head" => match part {
            Part::Count(n) | Part::From(n) => joined(&lines[..n.min(count)]),
        },
        "tac" => {
            if let Some(last) = lines.last_mut()
                && !last.bytes().ends_with(b"\n")
            {
                return Err(super::program::not_followed("tac of a text without a line end", &all));
            }
            lines.reverse();
            joined(&lines)
        }
        "tail" => match part {
            Part::Count(n) => joined(&lines[count - n.min(count)..]),
            Part::From(n) => joined(&lines[n.saturating_sub(1).min(count)..]),
        },
        "sort" => {
            if let Some(last) = lines.last_mut()
                && !last.bytes().ends_with(b"\n")
            {
                last.push_made(b"\n", at);
            }
            // The order hangs on the locale, which nobody knows, where anything but like letters and digits is compared.
            let plain =
                |l: &Traced| l.bytes().iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'\n');
            if !lines.iter().all(plain) {
                return Err(super::program::not_followed("the order of a locale", &Traced::made(" ", at)));
            }
            lines.sort_by(|a, b| a.bytes().cmp(b.bytes()));
            if letters.contains('u') {
                lines.dedup_by(|a, b| a.bytes() == b.bytes());
            }
            if letters.contains('r') {
                lines.reverse();
            }
            joined(&lines)
        }
        "uniq" => unique(lines, &letters, at),
        _ => {
            if named || letters.len() != 1 {
                return Err(super::program::not_followed("this form of wc", &Traced::made(" ", at)));
            }
            let ends = all.split(b"\n").len() - 1;
            let number = if letters == "l" { ends } else { all.len() };
            Traced::made(format!("{number}\n"), at)
        }
    }))
}

/// The lines of a text with their ends.
fn lines(text: &Traced) -> Vec<Traced> {
    let mut out = Vec::new();
    let mut from = 0;
    for (n, byte) in text.bytes().iter().enumerate() {
        if *byte == b'\n' {
            out.push(text.slice(from..n + 1));
            from = n + 1;
        }
    }
    if from < text.len() {
        out.push(text.slice(from..text.len()));
    }
    out
}

fn joined(lines: &[Traced]) -> Traced {
    Traced::join(lines, &Traced::new())
}

fn unique(mut lines: Vec<Traced>, letters: &str, at: Span) -> Traced {
    if let Some(last) = lines.last_mut()
        && !last.bytes().ends_with(b"\n")
    {
        last.push_made(b"\n", at);
    }
    let mut out = Traced::new();
    for same in lines.chunk_by(|a, b| a.bytes() == b.bytes()) {
        let wanted = match same.len() {
            1 => !letters.contains('d'),
            _ => !letters.contains('u'),
        };
        if let (true, Some(line)) = (wanted, same.first()) {
            out.push(line);
        }
    }
    out
}
