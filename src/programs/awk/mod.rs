//! `awk`, as far as scripts use it to configure nodes: rules over lines and fields, variables, conditions, `print`, `printf`,
//! `sub` and `gsub`. Loops, arrays, functions, files and pipes are not supported. Source: gawk's manual.

mod parse;
mod run;
mod value;

use crate::text::Traced;

use super::arguments::Arguments;
use super::program::{Done, Invocation, Outcome, Status, known, not_followed};
use value::AwkValue;

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
    let at = call.at;
    let unknown = |why| Box::new(Outcome::unknown(why, at));
    let rules = parse::rules(code).map_err(unknown)?;
    let mut program = run::AwkRun::new(&rules, call.at);
    for (name, value) in variables {
        let value = parse::variable(&name).and_then(|()| parse::unescaped(&value));
        program.assign(&name, AwkValue::input(value.map_err(unknown)?)).map_err(unknown)?;
    }
    let mut texts = Vec::new();
    if !program.begin().map_err(unknown)? {
        let missing = |outcome: Box<Outcome>| match outcome.status {
            Status::Known(_) if !program.only_lines() => not_followed("a missing file of awk", code),
            _ => outcome,
        };
        texts = call.inputs(names, 2).map_err(missing)?;
    }
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
