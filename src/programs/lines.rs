//! `cat`, `tac`, `head`, `tail`, `sort`, `uniq` and `wc`: whole lines, with their places.

use crate::text::{Traced, Why};

use super::arguments::Arguments;
use super::program::{Done, Effects, FileLookup, Invocation, Status, known, lines_with_ends, not_followed};

/// `cat` of files: it skips missing ones.
fn concatenate(names: &[&Traced], call: &mut Invocation<'_>) -> Done<Effects> {
    let mut outcome = Effects::success(Traced::new());
    for name in names {
        let found = match known(name)? {
            "-" => call.stdin.map_or_else(
                || FileLookup::Unknown(Why::FromOutside("standard input".into())),
                |text| FileLookup::Content(text.clone()),
            ),
            path => (call.files)(path),
        };
        match found {
            FileLookup::Content(text) => outcome.stdout.push(&text),
            FileLookup::Missing if matches!(outcome.status, Status::Known(_)) => outcome.status = Status::Known(1),
            FileLookup::Missing => {}
            FileLookup::Unknown(why) => {
                outcome.stdout.push_unknown(call.at, why.clone());
                outcome.stdout.push_made(b"\n", call.at);
                outcome.status = Status::Unknown(why);
            }
        }
    }
    Ok(outcome)
}

/// Which lines `head` and `tail` print.
#[derive(Clone, Copy)]
enum Part {
    /// This many.
    Count(usize),
    /// All from this line on, from 1.
    From(usize),
}

/// Runs one of the programs.
pub(crate) fn run(call: &mut Invocation<'_>) -> Done<Effects> {
    let (name, at) = (call.name, call.at);
    let mut part = Part::Count(10);
    let mut letters = String::new();
    let mut arguments = Arguments::new(name, call.argv, 1);
    while let Some(option) = arguments.next()? {
        let taken = match name {
            "sort" => "ru",
            "wc" => "lc",
            _ => "",
        };
        if matches!(name, "head" | "tail") {
            let value = if matches!(option, "n" | "lines") { arguments.value()? } else { Traced::made(option, at) };
            let value = known(&value)?;
            let from = value.strip_prefix('+').filter(|_| name == "tail");
            let count = from.unwrap_or(value).parse().map_err(|_| arguments.refused())?;
            part = if from.is_some() { Part::From(count) } else { Part::Count(count) };
        } else if option.len() == 1 && taken.contains(option) {
            letters.push_str(option);
        } else {
            return Err(arguments.refused());
        }
    }
    let others = arguments.operands;
    if let [_, second, ..] = others.as_slice()
        && !matches!(name, "cat" | "sort")
    {
        return Err(not_followed(&format!("{name} of several files"), second));
    }
    if name == "cat" && !others.is_empty() {
        return concatenate(&others, call);
    }
    let all = call.input(&others, if name == "sort" { 2 } else { 1 })?;
    if name == "cat" {
        return Ok(Effects::success(all));
    }
    if let Some((span, why)) = all.first_unknown() {
        // The first lines are known up to the first unknown one.
        if let ("head", Part::Count(count)) = (name, part) {
            let lines = lines_with_ends(&all);
            if !lines.iter().take(count).any(Traced::has_unknown) {
                return Ok(Effects::success(joined(&lines[..count.min(lines.len())])));
            }
        }
        return Err(Box::new(Effects::unknown(why.clone(), span)));
    }
    let mut lines = lines_with_ends(&all);
    let count = lines.len();
    Ok(Effects::success(match name {
        "head" => match part {
            Part::Count(n) | Part::From(n) => joined(&lines[..n.min(count)]),
        },
        "tac" => {
            if lines.last().is_some_and(|last| !last.bytes().ends_with(b"\n")) {
                return Err(not_followed("tac of a text without a line end", &all));
            }
            lines.reverse();
            joined(&lines)
        }
        "tail" => match part {
            Part::Count(n) => joined(&lines[count - n.min(count)..]),
            Part::From(n) => joined(&lines[n.saturating_sub(1).min(count)..]),
        },
        "sort" | "uniq" => {
            if let Some(last) = lines.last_mut()
                && !last.bytes().ends_with(b"\n")
            {
                last.push_made(b"\n", at);
            }
            // For anything but similar letters and digits, the order depends on the locale, which is unknown.
            let plain =
                |l: &Traced| l.bytes().iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'\n');
            if name == "sort" && !lines.iter().all(plain) {
                return Err(call.not_followed("the order of a locale"));
            }
            if name == "sort" {
                lines.sort_by(|a, b| a.bytes().cmp(b.bytes()));
            }
            if name == "uniq" || letters.contains('u') {
                lines.dedup_by(|a, b| a.bytes() == b.bytes());
            }
            if letters.contains('r') {
                lines.reverse();
            }
            joined(&lines)
        }
        _ => {
            if !others.is_empty() || letters.len() != 1 {
                return Err(call.not_followed("this form of wc"));
            }
            let ends = all.split(b"\n").len() - 1;
            let number = if letters == "l" { ends } else { all.len() };
            Traced::made(format!("{number}\n"), at)
        }
    }))
}

fn joined(lines: &[Traced]) -> Traced {
    Traced::join(lines, &Traced::new())
}
