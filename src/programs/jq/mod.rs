//! `jq`: a real engine for its filters, over values that know where they were written.
//!
//! The engine is `jaq`; where it differs from jq 1.6 and 1.7, it is replaced in `prelude.jq` and `natives.rs`, or refused by
//! name. The nesting of a filter and its values is limited: a call runs on the stack of its caller.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "jq has one kind of number, and every length and index of it is a double"
)]

mod filter;
mod input;
mod natives;
mod ops;
mod value;

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::text::{Span, Traced, Why};

use super::arguments::Arguments;
use super::document::Layout;
use super::program::{Effects, FileLookup, Files, Status, known, not_followed, read};
use filter::Refused;
use input::NoValue;
use value::{MAX_STRING, Pairs, Val, made};

/// Where a filter names a variable of the environment.
static ENVIRONMENT: std::sync::LazyLock<regex::Regex> = std::sync::LazyLock::new(|| {
    let name = r"([A-Za-z_][A-Za-z0-9_]*)";
    let pattern = format!(r#"(?:\$ENV|\benv)(?:\s*\.\s*{name}|\s*\.?\[\s*"{name}"\s*\])"#);
    regex::Regex::new(&pattern).unwrap_or_else(|_| unreachable!("the pattern never changes"))
});

/// The parsed options.
struct Options {
    layout: Layout,
    raw: bool,
    join: bool,
    slurp: bool,
    raw_input: bool,
    null_input: bool,
    exit_status: bool,
    filter: Option<Traced>,
    vars: Vec<(String, Traced, Binding)>,
    inputs: Vec<Traced>,
    environment: BTreeMap<String, Traced>,
}

/// How the value that an argument binds to a name is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Binding {
    Text,
    Json,
    Slurp,
}

/// Runs `jq` with the arguments `argv` (without the program's name).
pub(crate) fn run(argv: &[Traced], stdin: Option<&Traced>, files: Files<'_>, env: Files<'_>, at: Span) -> Effects {
    let options = options(argv, stdin, files).and_then(|mut options| {
        environment(&mut options, env, at)?;
        Ok(options)
    });
    let options = match options {
        Ok(options) => options,
        Err(outcome) => return *outcome,
    };
    execute(&options, at)
}

fn options(argv: &[Traced], stdin: Option<&Traced>, files: Files<'_>) -> Result<Options, Box<Effects>> {
    let mut options = Options {
        layout: Layout { indent: Some("  ".to_owned()), colon: ": ".to_owned(), delete: true, ..Layout::compact() },
        raw: false,
        join: false,
        slurp: false,
        raw_input: false,
        null_input: false,
        exit_status: false,
        filter: None,
        vars: Vec::new(),
        inputs: Vec::new(),
        environment: BTreeMap::new(),
    };
    let usage = || Box::new(Effects::failed(2));
    // jq 1.6 refuses what 1.7 takes as the end of the options.
    if let Some(word) = argv.iter().find(|word| word.known_str() == Some("--")) {
        return Err(not_followed("jq's option --", word));
    }
    let mut filter_file = None;
    let mut arguments = Arguments::new("jq", argv, 2);
    while let Some(option) = arguments.next()? {
        match option {
            "arg" | "argjson" | "slurpfile" | "rawfile" => {
                let (name, mut value) = (arguments.value()?, arguments.value()?);
                let kind = match option {
                    "argjson" => Binding::Json,
                    "slurpfile" => Binding::Slurp,
                    _ => Binding::Text,
                };
                if option.ends_with("file") {
                    value = read(&value, files)?.ok_or_else(usage)?;
                }
                options.vars.push((known(&name)?.to_owned(), value, kind));
            }
            "tab" => options.layout.indent = Some("\t".to_owned()),
            "indent" => {
                let width = arguments.value()?.known_str().and_then(|n| n.parse::<usize>().ok()).filter(|n| *n <= 7);
                let width = width.ok_or_else(usage)?;
                options.layout.indent = (width > 0).then(|| " ".repeat(width));
            }
            // Older releases take the first word as the file, regardless of the word after -f.
            "f" | "from-file" if arguments.operands.is_empty() && arguments.rest().is_none() => {
                filter_file = Some(arguments.value()?);
            }
            "r" | "raw-output" => options.raw = true,
            "c" | "compact-output" => options.layout.indent = None,
            "s" | "slurp" => options.slurp = true,
            "n" | "null-input" => options.null_input = true,
            "e" | "exit-status" => options.exit_status = true,
            "j" | "join-output" => (options.raw, options.join) = (true, true),
            "M" | "monochrome-output" | "unbuffered" => {}
            "R" | "raw-input" => options.raw_input = true,
            "S" | "sort-keys" => options.layout.sort_keys = true,
            "a" | "ascii-output" => options.layout.ascii = true,
            _ => return Err(arguments.refused()),
        }
    }
    let mut names = arguments.operands;
    options.filter = match filter_file {
        Some(path) => Some(read(&path, files)?.ok_or_else(usage)?),
        None if names.is_empty() => None,
        None => Some(names.remove(0).clone()),
    };
    if options.filter.is_none() {
        // Without a terminal, all of the input is passed on.
        match stdin.and_then(Traced::span) {
            Some(at) => options.filter = Some(Traced::made(".", at)),
            None => return Err(Box::new(Effects::failed(2))),
        }
    }
    // Without an input, nothing is read unless the filter reads it itself.
    let reads_input = options.filter.as_ref().is_some_and(|filter| filter.to_text().contains("input"));
    if options.null_input && !reads_input {
        return Ok(options);
    }
    if names.is_empty() {
        match stdin {
            Some(text) => options.inputs.push(text.clone()),
            None => return Err(Box::new(Effects::standard_input_unknown(argv))),
        }
    }
    for name in names {
        match read(name, files)? {
            Some(content) => options.inputs.push(content),
            // jq goes on with the other files and fails at the end; scripts are unlikely to want that.
            None => return Err(Box::new(Effects::failed(2))),
        }
    }
    Ok(options)
}

/// Looks up the variables of the environment that the filter names.
fn environment(options: &mut Options, env: Files<'_>, at: Span) -> Result<(), Box<Effects>> {
    let Some(code) = &options.filter else { return Ok(()) };
    for found in ENVIRONMENT.captures_iter(&code.to_text()) {
        let Some(name) = found.iter().skip(1).flatten().next() else { continue };
        match env(name.as_str()) {
            FileLookup::Content(text) => drop(options.environment.insert(name.as_str().to_owned(), text)),
            FileLookup::Missing => {}
            FileLookup::Unknown(why) => return Err(Box::new(Effects::unknown(why, at))),
        }
    }
    Ok(())
}

/// The value of a text that is one JSON value.
fn one(text: &Traced) -> Result<Val, NoValue> {
    let (mut vals, fault) = input::stream(text);
    match (vals.len(), fault) {
        (1, None) => vals.pop().ok_or(NoValue::Refused),
        (_, Some(fault)) => Err(fault),
        _ => Err(NoValue::Refused),
    }
}

/// The values that the arguments bind to names, `$ARGS` among them.
fn variables(options: &Options) -> Result<Vec<(String, Val)>, NoValue> {
    let mut vars = Vec::new();
    let mut named = Pairs::new();
    for (name, text, kind) in &options.vars {
        let val = match kind {
            Binding::Text => Val::Str(Rc::new(text.clone())),
            Binding::Json => one(text)?,
            Binding::Slurp => match input::stream(text) {
                (vals, None) => Val::arr(vals),
                (_, Some(fault)) => return Err(fault),
            },
        };
        named.insert(name.clone().into_bytes(), (made(name), val.clone()));
        vars.push((format!("${name}"), val));
    }
    let args = [("positional", Val::arr(Vec::new())), ("named", Val::obj(named))];
    let args = args.into_iter().map(|(name, val)| (name.as_bytes().to_vec(), (made(name), val)));
    vars.push(("$ARGS".to_owned(), Val::obj(args.collect())));
    let environment = options.environment.iter();
    let environment =
        environment.map(|(name, text)| (name.clone().into_bytes(), (made(name), Val::Str(Rc::new(text.clone())))));
    vars.push(("$ENV".to_owned(), Val::obj(environment.collect())));
    Ok(vars)
}

/// The inputs of the filter, and why there are no more.
fn inputs(options: &Options) -> (Vec<Val>, Option<NoValue>) {
    if options.raw_input {
        let mut all = Traced::new();
        for text in &options.inputs {
            all.push(text);
        }
        if options.slurp {
            return (vec![Val::Str(Rc::new(all))], None);
        }
        let mut lines = all.split(b"\n");
        if lines.last().is_some_and(Traced::is_empty) {
            lines.pop();
        }
        if let Some(why) = all.first_unknown().map(|(_, why)| why.clone()) {
            // The number of lines depends on the unknown part.
            return (Vec::new(), Some(NoValue::Unknown(why)));
        }
        return (lines.into_iter().map(|line| Val::Str(Rc::new(line))).collect(), None);
    }
    let mut vals = Vec::new();
    let mut fault = None;
    for text in &options.inputs {
        let (more, end) = input::stream(text);
        vals.extend(more);
        if end.is_some() {
            fault = end;
            break;
        }
    }
    if options.slurp {
        // A list that was not read to its end is not passed to a filter.
        return if fault.is_some() { (Vec::new(), fault) } else { (vec![Val::arr(vals)], None) };
    }
    (vals, fault)
}

fn execute(options: &Options, at: Span) -> Effects {
    value::begin(at);
    let unknown = |why| Effects::unknown(why, at);
    let vars = match variables(options) {
        Ok(vars) => vars,
        Err(NoValue::Refused) => return Effects::failed(2),
        Err(NoValue::Unknown(why)) => return unknown(why),
    };
    let (vals, fault) = inputs(options);
    if let Some(NoValue::Unknown(why)) = fault {
        return unknown(why);
    }
    let Some(code) = &options.filter else { return Effects::failed(2) };
    let mut layout = options.layout.clone();
    if layout.indent.is_none() {
        ":".clone_into(&mut layout.colon);
    }
    let mut stdout = Traced::new();
    let mut last = None;
    let mut emit = |val: &Val| {
        match val {
            Val::Str(text) if options.raw => stdout.push(text),
            // Written with or without quotes, in case it is text.
            Val::Unknown(text) if options.raw => stdout.push(text),
            _ => stdout.push(&val.text(&layout)),
        }
        if !options.join {
            stdout.push_made(b"\n", at);
        }
        if stdout.len() > MAX_STRING {
            value::give_up(Why::limit("output of jq"));
        }
        last = Some(val.clone());
    };
    let ended = match filter::run(code, vars, vals, options.null_input, &mut emit) {
        Ok(ended) => ended,
        Err(Refused::Syntax) => return Effects::failed(3),
        Err(Refused::Unread(why)) => return Effects { status: Status::Unread(why.clone()), ..unknown(why) },
        Err(Refused::Unknown(why)) => return unknown(why),
    };
    let status = if fault.is_some() {
        Status::Known(2)
    } else if ended.failed {
        Status::Known(5)
    } else if !options.exit_status {
        Status::Known(0)
    } else {
        match last {
            None => Status::Known(4),
            Some(Val::Unknown(text)) => match text.first_unknown() {
                Some((_, why)) => Status::Unknown(why.clone()),
                None => Status::Known(0),
            },
            Some(val) => Status::Known(i32::from(!val.truth())),
        }
    };
    Effects { stdout, status, writes: Vec::new(), removed: Vec::new(), commands: Vec::new() }
}

#[cfg(test)]
mod tests;
