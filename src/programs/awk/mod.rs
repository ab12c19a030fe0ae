//! `awk`, as far as scripts use it to configure nodes: patterns, fields, variables, `print`, `printf`, `sub` and `gsub`.
//! Everything else is refused while the program is parsed. Source: gawk's manual.

mod parse;
mod run;

use crate::text::{Span, Traced, Why};

use super::arguments::Arguments;
use super::program::{Done, Invocation, Outcome, Status, known, not_followed};

/// A known value, or why it is unknown.
type Known<T> = Result<T, Why>;

/// An unsupported construct.
fn not<T>(what: &str) -> Known<T> {
    Err(Why::NotUnderstood(what.into()))
}

/// A value: its text, and the number that it counts as in comparisons and conditions.
#[derive(Clone, Default)]
struct AwkValue {
    text: Traced,
    number: Option<f64>,
}

impl AwkValue {
    /// The value of an unset variable.
    fn unset() -> Self {
        Self { number: Some(0.0), ..Self::default() }
    }

    /// A text in the program.
    fn text(text: Traced) -> Self {
        Self { text, number: None }
    }

    /// A text from outside, which counts as a number if it looks like one.
    fn input(text: Traced) -> Self {
        let number = text.known_str().map(|text| text.trim_matches([' ', '\t', '\n', '\r']));
        let number = number.filter(|text| text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)));
        Self { number: number.and_then(|text| text.parse().ok()), text }
    }

    /// A truth value or a count.
    fn count(n: usize, at: Span) -> Self {
        Self::input(Traced::made(n.to_string(), at))
    }

    /// The text, which must be fully known.
    fn known(&self) -> Known<&str> {
        let why = || self.text.first_unknown().map(|(_, why)| why.clone());
        self.text
            .known_str()
            .ok_or_else(|| why().unwrap_or_else(|| Why::NotUnderstood("bytes that are not UTF-8".into())))
    }

    /// Its truth value as a condition.
    fn holds(&self) -> Known<bool> {
        self.number.map_or_else(|| Ok(!self.known()?.is_empty()), |n| Ok(n != 0.0))
    }
}

/// Runs `awk`.
pub fn run(call: &mut Invocation<'_>) -> Done<Outcome> {
    let mut arguments = Arguments::new("awk", call.argv, 2).with_operands_last();
    let mut variables: Vec<(String, Traced)> = Vec::new();
    while let Some(option) = arguments.next()? {
        match option {
            "F" => variables.push(("FS".to_owned(), arguments.value()?)),
            "v" => {
                let given = arguments.value()?;
                let set = assignment(&given).ok_or_else(|| not_followed("this variable of awk", &given))?;
                variables.push(set);
            }
            _ => return Err(arguments.refused()),
        }
    }
    let Some((code, names)) = arguments.operands.split_first() else { return Ok(Outcome::failed(2)) };
    if let Some(name) = names.iter().find(|name| assignment(name).is_some()) {
        return Err(not_followed("a variable among the files of awk", name));
    }
    known(code)?;
    let unknown = |why| Box::new(Outcome::unknown(why, call.at));
    let rules = parse::rules(code, variables.iter().map(|(name, _)| name.as_str())).map_err(unknown)?;
    let mut program = run::AwkRun::new(&rules, call.at);
    for (name, value) in variables {
        let value = parse::unescaped(&value).map_err(unknown)?;
        program.assign(&name, AwkValue::input(value)).map_err(unknown)?;
    }
    let only_lines = rules.iter().all(|rule| matches!(rule.when, parse::When::Line(_) | parse::When::EveryLine));
    let texts = if program.begin().map_err(unknown)? {
        Vec::new()
    } else {
        let missing = |outcome: Box<Outcome>| match outcome.status {
            Status::Known(_) if !only_lines => not_followed("a missing file of awk", code),
            _ => outcome,
        };
        call.inputs(names, 2).map_err(missing)?
    };
    program.run(&texts).map_err(|why| call.unknown(why))
}

/// A variable's name and value, if an argument has that form.
fn assignment(word: &Traced) -> Option<(String, Traced)> {
    let end = word.bytes().iter().position(|b| *b == b'=')?;
    let name = word.slice(0..end).known_str()?.to_owned();
    let first = name.bytes().next()?;
    let valid = !first.is_ascii_digit() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    valid.then(|| (name, word.slice(end + 1..word.len())))
}
