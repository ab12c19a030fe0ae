//! `python3`, as far as scripts edit files with it: JSON, YAML and text are read, changed and written. Statements are evaluated
//! one by one; an unsupported one is named, and the files that the program names become unknown.

mod calls;
mod interpreter;
mod methods;
mod value;

use crate::text::{Span, Traced};

use super::program::{Effects, Files, Status, known, not_followed, read};
use interpreter::Interpreter;
use value::Stop;

/// Runs `python` with the arguments `argv` (without the program's name).
pub(crate) fn run(
    argv: &[Traced],
    stdin: Option<&Traced>,
    files: Files<'_>,
    env: Files<'_>,
    at: Span,
) -> Result<Effects, Box<Effects>> {
    let wrong = || Box::new(Effects::failed(2));
    let mut words = argv.iter();
    let mut stdin = stdin.cloned().unwrap_or_default();
    let mut arguments = Vec::new();
    let code = loop {
        let Some(word) = words.next() else { break std::mem::take(&mut stdin) };
        match known(word)? {
            "-u" | "-B" | "-E" | "-I" | "-s" | "-S" => {}
            "-c" => {
                arguments.push(Traced::made("-c", at));
                break words.next().ok_or_else(wrong)?.clone();
            }
            "-" => {
                arguments.push(word.clone());
                break std::mem::take(&mut stdin);
            }
            "-m" => {
                let module = words.next().ok_or_else(wrong)?;
                let options =
                    words.as_slice().len() > 1 || words.as_slice().iter().any(|w| w.bytes().starts_with(b"-"));
                if known(module)? != "json.tool" || options {
                    return Err(not_followed(&format!("python's module {}", known(module)?), module));
                }
                arguments.push(module.clone());
                let input = if words.as_slice().is_empty() { "sys.stdin" } else { "open(sys.argv[1])" };
                break Traced::made(format!("import json, sys\nprint(json.dumps(json.load({input}), indent=4))"), at);
            }
            text if text.starts_with('-') => return Err(not_followed(&format!("python's option {text}"), word)),
            _ => {
                arguments.push(word.clone());
                break read(word, files)?.ok_or_else(wrong)?;
            }
        }
    };
    arguments.extend(words.cloned());
    let unknown = |why| Box::new(Effects::unknown(why, at));
    let program = crate::syntax::python::program(&code).map_err(unknown)?;
    let mut run = Interpreter::new(at, stdin, arguments, files, env);
    let status = match run.block(&program) {
        Ok(()) => 0,
        Err(Stop::Exit(status)) => status,
        Err(Stop::Raise) => 1,
        Err(Stop::Unknown(why)) => return Err(unknown(why)),
    };
    Ok(Effects {
        stdout: run.stdout,
        status: Status::Known(status),
        writes: run.writes.into_iter().collect(),
        removed: run.removed,
        commands: run.commands,
    })
}
