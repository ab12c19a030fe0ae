//! Programs that are functions of their arguments and input, and `seq`.

use std::sync::Arc;

use crate::programs::{self, FileLookup, Filter, Invocation};
use crate::text::{Traced, Why};

use super::super::disk::File;
use super::call::Call;
use super::interpreter::Shell;
use super::state::ScriptRun;
use super::status::Status;

/// The most numbers that `seq` prints.
const MAX_NUMBERS: i64 = 4096;

impl Shell<'_, '_> {
    /// Runs a program on the files of the machine and applies its changes. Returns the commands that it starts at its end.
    #[expect(clippy::unused_self, reason = "a method like the other models")]
    pub(super) fn filter(&mut self, run: Filter, call: &Call<'_>, path: &mut ScriptRun) -> Vec<Vec<Traced>> {
        let stdin = path.stdin.clone().unwrap_or_default();
        let done = run(&mut Invocation {
            name: call.name,
            argv: call.words,
            stdin: Some(&stdin),
            files: &mut |file| found(path, file, &stdin),
            env: &mut |name| variable(path, name),
            at: call.at,
        });
        let outcome = done.unwrap_or_else(|outcome| *outcome);
        for file in outcome.removed {
            path.machine.put(&path.absolute(&file), File::Removed);
        }
        // An in-place edit replaces a link by a new file.
        let replaces = matches!(call.name, "sed" | "perl") && !call.has(&["--follow-symlinks"]);
        for (file, text) in outcome.writes {
            let file = path.absolute(&file);
            if replaces {
                path.machine.unlink(&file);
            }
            path.machine.put(&file, File::Known(Arc::new(text)));
        }
        path.out.push(&outcome.stdout);
        if !outcome.status.is_known() && outcome.stdout.is_unknown() {
            path.out.push_made(b"\n", call.at);
        }
        path.status = match outcome.status {
            programs::Status::Known(0) => Status::Zero,
            programs::Status::Known(code) => {
                path.code = u8::try_from(code).ok();
                Status::NonZero
            }
            programs::Status::Unread(_) => {
                path.not_followed(call);
                Status::Unread(call.name.into())
            }
            programs::Status::Unknown(_) => path.not_followed(call),
        };
        outcome.commands
    }
}

/// `seq`
pub(super) fn seq(call: &Call<'_>, path: &mut ScriptRun) -> bool {
    let numbers: Option<Vec<i64>> = call.words.iter().map(|w| w.known_str()?.parse().ok()).collect();
    let (first, step, last) = match numbers.as_deref() {
        Some([last]) => (1, 1, *last),
        Some([first, last]) => (*first, 1, *last),
        Some([first, step, last]) if *step != 0 => (*first, *step, *last),
        _ => return false,
    };
    let distance = if step > 0 { last.saturating_sub(first) } else { first.saturating_sub(last) };
    if distance > MAX_NUMBERS || step.unsigned_abs() > u64::from(u32::MAX) {
        return false;
    }
    let mut number = first;
    while if step > 0 { number <= last } else { number >= last } {
        path.out.push_made(format!("{number}\n").as_bytes(), call.at);
        let Some(next) = number.checked_add(step) else { break };
        number = next;
    }
    true
}

/// The value that a program sees for an environment variable.
fn variable(path: &ScriptRun, name: &str) -> FileLookup {
    match path.lookup(name).filter(|v| v.exported && !v.is_array()).and_then(|v| v.values.first()) {
        Some(text) => FileLookup::Content(text.clone()),
        // Set by the system.
        None if matches!(name, "PATH" | "HOME" | "USER" | "SHELL" | "LANG" | "PWD" | "LOGNAME") => {
            FileLookup::Unknown(Why::FromOutside(format!("the environment variable {name}").into()))
        }
        None => match &path.shell.open {
            Some(why) if !path.shell.variables.contains_key(name) => FileLookup::Unknown(why.clone()),
            _ => FileLookup::Missing,
        },
    }
}

/// The file that a program sees at a path.
fn found(path: &ScriptRun, file: &str, stdin: &Traced) -> FileLookup {
    match file {
        "-" | "/dev/stdin" => return FileLookup::Content(stdin.clone()),
        "/dev/null" => return FileLookup::Content(Traced::new()),
        _ => {}
    }
    let name = path.absolute(file);
    match path.machine.file(&name) {
        Some(File::Known(text)) => FileLookup::Content(Traced::clone(&text)),
        Some(File::Unknown(why)) => FileLookup::Unknown(why),
        Some(File::Removed) => FileLookup::Missing,
        None if path.machine.lacks(&name) => FileLookup::Missing,
        None => FileLookup::Unknown(Why::FromOutside(format!("the content of {file}").into())),
    }
}
