//! `awk`: rules over lines and fields, variables and arrays, control flow, its text functions and `printf`. What it asks of the
//! machine (`getline`, pipes, `system`) is not modelled, nor is an order that awk leaves open. Source: gawk's manual.

mod calls;
mod fields;
mod lex;
mod parse;
mod run;
mod tree;
mod value;

use crate::text::{Span, Traced};

use super::pattern::Pattern;
use super::program::{Files, Outcome};
use value::Value;

type Done<T> = Result<T, Box<Outcome>>;

/// Runs `awk` with the arguments `argv` (without the program's name).
pub fn run(argv: &[Traced], stdin: Option<&Traced>, files: Files<'_>, env: Files<'_>, at: Span) -> Done<Outcome> {
    let mut variables: Vec<(String, Traced)> = Vec::new();
    let mut words = argv.iter();
    let mut others = Vec::new();
    let mut program: Option<Traced> = None;
    while let Some(word) = words.next() {
        let text = if others.is_empty() { super::program::known(word)? } else { "" };
        if !others.is_empty() || !text.starts_with('-') || text == "-" {
            others.push(word);
            continue;
        }
        let mut value = |short: &str| {
            if text == short {
                return words.next().cloned().ok_or_else(|| Box::new(Outcome::failed(2)));
            }
            Ok(word.slice(short.len()..word.len()))
        };
        match text {
            "--" => {
                others.extend(words);
                break;
            }
            "--posix" | "--traditional" | "-e" => {
                return Err(super::program::not_followed(&format!("awk's option {text}"), word));
            }
            _ if text.starts_with("-F") => variables.push(("FS".to_owned(), value("-F")?)),
            _ if text.starts_with("-v") => {
                let given = value("-v")?;
                variables.push(assignment(&given).ok_or_else(|| Box::new(Outcome::failed(2)))?);
            }
            _ if text.starts_with("-f") => {
                let path = value("-f")?;
                let more = super::program::read(&path, files)?.ok_or_else(|| Box::new(Outcome::failed(2)))?;
                program = Some(match program {
                    Some(before) => Traced::join([&before, &more], &Traced::made("\n", at)),
                    None => more,
                });
            }
            _ => return Err(super::program::not_followed(&format!("awk's option {text}"), word)),
        }
    }
    let code = match program {
        Some(code) => code,
        None if others.is_empty() => return Err(Box::new(Outcome::failed(2))),
        None => others.remove(0).clone(),
    };
    super::program::known(&code)?;
    let program = parse::program(&code, at).map_err(|what| super::program::not_followed(what, &code))?;
    let mut machine = run::Machine::new(&program, at, files, env);
    for (name, value) in variables {
        let value = lex::unescape(&value, at)
            .ok_or_else(|| super::program::not_followed("an escape in a variable of awk", &value))?;
        machine.assign(&name, Value::Input(value))?;
    }
    machine.run(&others, stdin)
}

/// A variable's name and value, if an argument has that form.
fn assignment(word: &Traced) -> Option<(String, Traced)> {
    let end = word.bytes().iter().position(|b| *b == b'=')?;
    let name = word.slice(0..end).known_str()?.to_owned();
    let first = name.bytes().next()?;
    let sound = !first.is_ascii_digit() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    sound.then(|| (name, word.slice(end + 1..word.len())))
}

/// The first match and all others of a pattern, as ranges of bytes with those of their groups.
fn matches(pattern: &Pattern, text: &str) -> Result<Vec<Vec<Option<std::ops::Range<usize>>>>, crate::text::Why> {
    let all = pattern.all(text)?;
    Ok(all.iter().map(|found| (0..found.len()).map(|n| found.get(n).map(|m| m.range())).collect()).collect())
}
