//! `sed`: GNU's, as far as scripts edit text with it.

mod exec;
mod parse;

use crate::text::{Traced, Why};

use super::arguments::Arguments;
use super::pattern::NoPattern;
use super::program::{Done, Effects, FileLookup, Invocation, Status, known};

#[derive(Default)]
struct Options {
    quiet: bool,
    extended: bool,
    /// Lines end with a zero byte.
    zero: bool,
    /// Files are edited in place; the suffix of the backups, if any.
    in_place: Option<String>,
    script: Option<Traced>,
}

impl Options {
    fn add(&mut self, part: &Traced) {
        match &mut self.script {
            Some(script) => {
                if let Some(span) = part.span() {
                    script.push_made(b"\n", span);
                }
                script.push(part);
            }
            None => self.script = Some(part.clone()),
        }
    }
}

/// Runs `sed`.
pub(crate) fn run(call: &mut Invocation<'_>) -> Done<Effects> {
    let mut options = Options::default();
    let mut arguments = Arguments::new("sed", call.argv, 1);
    while let Some(option) = arguments.next()? {
        match option {
            "n" | "quiet" | "silent" => options.quiet = true,
            "E" | "r" | "regexp-extended" => options.extended = true,
            "z" | "null-data" | "zero-terminated" => options.zero = true,
            "u" | "unbuffered" | "sandbox" | "follow-symlinks" => {}
            "i" | "in-place" => options.in_place = Some(known(&arguments.rest().unwrap_or_default())?.to_owned()),
            "e" | "expression" => options.add(&arguments.value()?),
            "f" | "file" => {
                let text = call.read(&arguments.value()?)?.ok_or_else(usage)?;
                let end = text.len() - usize::from(text.bytes().ends_with(b"\n"));
                options.add(&text.slice(0..end));
            }
            _ => return Err(arguments.refused()),
        }
    }
    let mut others = arguments.operands;
    if options.script.is_none() {
        if others.is_empty() {
            return Err(usage());
        }
        options.add(others.remove(0));
    }
    let Some(code) = &options.script else { return Err(usage()) };
    if code.bytes().starts_with(b"#n\n") || code.bytes() == b"#n" {
        options.quiet = true;
    }
    let script = match parse::script(code, options.extended, options.zero) {
        Ok(script) => script,
        Err(NoPattern::Refused) => match code.first_unknown() {
            Some((_, why)) => return Err(call.unknown(why.clone())),
            None => return Err(usage()),
        },
        Err(NoPattern::Unknown(why)) => return Err(call.unknown(why)),
    };
    edit(&options, &script, &others, call)
}

/// sed's error for an invalid script or invalid arguments.
#[allow(clippy::unnecessary_box_returns, reason = "it is the error of functions whose errors are boxed for their size")]
fn usage() -> Box<Effects> {
    Box::new(Effects::failed(1))
}

fn edit(options: &Options, script: &[parse::Command], names: &[&Traced], call: &mut Invocation<'_>) -> Done<Effects> {
    let at = call.at;
    let unknown = |why| Box::new(Effects::unknown(why, at));
    let mut status = 0;
    let mut streams: Vec<(String, Traced)> = Vec::new();
    for name in names {
        let path = known(name)?;
        if path == "-" && options.in_place.is_none() {
            streams.push((path.to_owned(), call.standard_input()?));
            continue;
        }
        match (call.files)(path) {
            FileLookup::Content(text) => streams.push((path.to_owned(), text)),
            FileLookup::Missing => status = 2,
            // What is appended stands behind whatever is there.
            FileLookup::Unknown(why) if options.in_place.is_some() && script.iter().all(parse::Command::appends) => {
                let mut text = Traced::unknown(at, why);
                text.push_made(b"\n", at);
                streams.push((path.to_owned(), text));
            }
            FileLookup::Unknown(why) => return Err(unknown(why)),
        }
    }
    if names.is_empty() {
        if options.in_place.is_some() {
            return Err(Box::new(Effects::failed(4)));
        }
        streams.push(("-".to_owned(), call.standard_input()?));
    }
    let mut read = std::collections::BTreeMap::new();
    for path in script.iter().filter_map(|c| if let parse::Action::Read(path) = &c.action { Some(path) } else { None })
    {
        if path == "/dev/stdin" {
            return Err(unknown(Why::NotUnderstood("sed's r of standard input".into())));
        }
        match (call.files)(path) {
            FileLookup::Content(text) => drop(read.insert(path.clone(), text)),
            FileLookup::Missing => {}
            FileLookup::Unknown(why) => return Err(unknown(why)),
        }
    }
    let setting = exec::Setting { quiet: options.quiet, zero: options.zero, at, read };
    let mut outcome = Effects::success(Traced::new());
    let Some(suffix) = &options.in_place else {
        let mut input = Vec::new();
        for (_, text) in &streams {
            // A file without a final line end gets it from the line of the next one.
            if let Some(last) = input.last_mut() {
                let last: &mut exec::Line = last;
                last.ended = true;
            }
            input.extend(exec::lines(text, options.zero));
        }
        let done = exec::run(script, &input, &setting).map_err(unknown)?;
        outcome.stdout = done.stdout;
        outcome.status = Status::Known(done.quit.unwrap_or(status));
        return Ok(outcome);
    };
    for (n, (path, text)) in streams.iter().enumerate() {
        if n > 0 && script.len() > 1 && streams.len() > 1 && carries(script) {
            return Err(unknown(Why::NotUnderstood("sed's hold space over several files".into())));
        }
        let lines = exec::lines(text, options.zero);
        let done = exec::run(script, &lines, &setting).map_err(unknown)?;
        if !suffix.is_empty() {
            if suffix.contains(['*', '/']) {
                return Err(unknown(Why::NotUnderstood("the name of sed's copy".into())));
            }
            outcome.writes.push((format!("{path}{suffix}"), text.clone()));
        }
        if done.quit.is_some() {
            // The unread rest is copied; how much that is, is not recorded here.
            return Err(unknown(Why::NotUnderstood("sed's q on a file in place".into())));
        }
        outcome.writes.push((path.clone(), done.stdout));
    }
    outcome.status = Status::Known(status);
    Ok(outcome)
}

/// True if the script keeps something from one file to the next.
fn carries(script: &[parse::Command]) -> bool {
    script.iter().any(|c| matches!(c.action, parse::Action::Letter('h' | 'H' | 'g' | 'G' | 'x')))
}
