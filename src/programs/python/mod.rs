//! `python3`, as far as scripts edit files with it: JSON, YAML and text are read, changed and written. Statements are followed
//! one by one; what is not modelled is named, and then nothing is known of the files that the program names.

mod calls;
mod methods;
mod patterns;
mod run;
mod value;

use crate::text::{Span, Traced};

use super::program::{Files, Outcome, Status};
use value::Stop;

/// Runs `python` with the arguments `argv` (without the program's name).
pub(super) fn run(
    argv: &[Traced],
    stdin: Option<&Traced>,
    files: Files<'_>,
    env: Files<'_>,
    at: Span,
) -> Result<Outcome, Box<Outcome>> {
    let mut words = argv.iter();
    let mut stdin = stdin.cloned().unwrap_or_default();
    let mut arguments = Vec::new();
    let code = loop {
        let Some(word) = words.next() else { break std::mem::take(&mut stdin) };
        match super::program::known(word)? {
            "-u" | "-B" | "-E" | "-I" | "-s" | "-S" => {}
            "-c" => {
                let code = words.next().ok_or_else(|| Box::new(Outcome::failed(2)))?;
                arguments.push(Traced::made("-c", at));
                break code.clone();
            }
            "-" => {
                arguments.push(word.clone());
                break std::mem::take(&mut stdin);
            }
            "-m" => {
                let module = words.next().ok_or_else(|| Box::new(Outcome::failed(2)))?;
                return pretty(module, words.as_slice(), stdin, files, at);
            }
            text if text.starts_with('-') => {
                return Err(super::program::not_followed(&format!("python's option {text}"), word));
            }
            _ => {
                arguments.push(word.clone());
                break super::program::read(word, files)?.ok_or_else(|| Box::new(Outcome::failed(2)))?;
            }
        }
    };
    arguments.extend(words.cloned());
    let unknown = |why| Box::new(Outcome::unknown(why, at));
    let program = crate::syntax::python::program(&code).map_err(unknown)?;
    let mut run = run::Run::new(at, stdin, arguments, files, env);
    let status = match run.block(&program) {
        Ok(()) | Err(Stop::Return(_) | Stop::Break | Stop::Continue) => 0,
        Err(Stop::Exit(status)) => status,
        Err(Stop::Raise) => 1,
        Err(Stop::Unknown(why)) => return Err(unknown(why)),
    };
    let writes = run.writes.into_iter().collect();
    Ok(Outcome {
        stdout: run.stdout,
        status: Status::Known(status),
        writes,
        removed: run.removed,
        commands: run.commands,
    })
}

/// `python -m json.tool`
fn pretty(
    module: &Traced,
    names: &[Traced],
    stdin: Traced,
    files: Files<'_>,
    at: Span,
) -> Result<Outcome, Box<Outcome>> {
    let name = super::program::known(module)?;
    if name != "json.tool" {
        return Err(super::program::not_followed(&format!("python's module {name}"), module));
    }
    let text = match names {
        [] => stdin,
        [name] if !name.bytes().starts_with(b"-") => {
            super::program::read(name, files)?.ok_or_else(|| Box::new(Outcome::failed(1)))?
        }
        [name, ..] => return Err(super::program::not_followed("this call of json.tool", name)),
    };
    let layout = super::data::Layout {
        indent: Some("    ".to_owned()),
        comma: ",".to_owned(),
        colon: ": ".to_owned(),
        sort_keys: false,
        ascii: true,
    };
    let unknown = |why| Box::new(Outcome::unknown(why, at));
    match super::data::from_json(&text) {
        Ok(data) => {
            let mut out = super::data::to_json(&data, &layout, at).map_err(unknown)?;
            out.push_made(b"\n", at);
            Ok(Outcome::success(out))
        }
        Err(super::data::NoData::Broken) => Ok(Outcome::failed(1)),
        Err(super::data::NoData::Unknown(why)) => Err(unknown(why)),
    }
}
