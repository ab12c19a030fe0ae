//! `awk`, as far as scripts use it to configure nodes: patterns, fields, variables, `print`, `printf`, `sub` and `gsub`.
//! Everything else is refused while the program is parsed. Source: gawk's manual.

mod parse;
mod run;
mod value;

use crate::text::Traced;

use super::arguments::Arguments;
use super::program::{Done, Effects, Invocation, Status, known, not_followed};
use value::AwkValue;

/// Runs `awk`.
pub(crate) fn run(call: &mut Invocation<'_>) -> Done<Effects> {
    let mut arguments = Arguments::new("awk", call.argv, 2).with_operands_last();
    let mut variables: Vec<(String, Traced)> = Vec::new();
    while let Some(option) = arguments.next()? {
        match option {
            "F" => variables.push(("FS".to_owned(), arguments.value()?)),
            "v" => {
                let given = arguments.value()?;
                let set = assignment(&given).filter(|(name, _)| !matches!(name.as_str(), "NF" | "NR" | "FNR"));
                variables.push(set.ok_or_else(|| not_followed("this variable of awk", &given))?);
            }
            _ => return Err(arguments.refused()),
        }
    }
    let Some((code, names)) = arguments.operands.split_first() else { return Ok(Effects::failed(2)) };
    if let Some(name) = names.iter().find(|name| assignment(name).is_some()) {
        return Err(not_followed("a variable among the files of awk", name));
    }
    known(code)?;
    let unknown = |why| Box::new(Effects::unknown(why, call.at));
    let program = parse::program(code, variables.iter().map(|(name, _)| name.as_str())).map_err(unknown)?;
    let mut run = run::AwkRun::new(&program, call.at);
    for (name, value) in variables {
        let value = parse::unescaped(&value).map_err(unknown)?;
        run.assign(&name, AwkValue::input(value)).map_err(unknown)?;
    }
    let only_lines = program.begin.is_empty() && program.end.is_empty();
    let texts = if run.begin().map_err(unknown)? {
        Vec::new()
    } else {
        let missing = |outcome: Box<Effects>| match outcome.status {
            Status::Known(_) if !only_lines => not_followed("a missing file of awk", code),
            _ => outcome,
        };
        call.inputs(names, 2).map_err(missing)?
    };
    run.run(&texts).map_err(|why| call.unknown(why))
}

/// A variable's name and value, if an argument has that form.
fn assignment(word: &Traced) -> Option<(String, Traced)> {
    let end = word.bytes().iter().position(|b| *b == b'=')?;
    let name = word.slice(0..end).known_str()?.to_owned();
    let first = name.bytes().next()?;
    let valid = !first.is_ascii_digit() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    valid.then(|| (name, word.slice(end + 1..word.len())))
}
