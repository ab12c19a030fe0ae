//! Files of a kubelet's unit without the unit itself: a drop-in, an environment file. What they do depends on the unit of
//! the image, so each assumption about it is a condition.

use std::sync::Arc;

use crate::node::BootCx;
use crate::syntax::unit::{Entry, Escapes, environment_file, split};
use crate::text::{Traced, budget, holds};
use crate::value::{Condition, Guard};

use super::disk::File;
use super::image;
use super::machine::{Image, Machine};
use super::outcome::{BootOutcome, MAX_OUTCOMES};
use super::unit::{self, Unit};

/// The outcomes of a machine of which only files are known.
pub(super) fn outcomes(mut outcome: BootOutcome, cx: &mut BootCx<'_>) -> Vec<BootOutcome> {
    let machine = &mut outcome.machine;
    // Files alone say nothing about the image.
    if let Image::Likely(_) = machine.image {
        machine.image = Image::Unknown;
    }
    let files = Arc::clone(&machine.files);
    let snap = image::SNAP_ARGS.iter().any(|path| files.contains_key(*path));
    let Unit::Entries(entries) = unit::unit(machine, &files, cx) else { return vec![outcome] };
    if unit::has_own_unit(&files) || snap {
        return vec![outcome];
    }
    let read = Read::of(&entries);
    let unread: Vec<_> = environment(machine).into_iter().filter(|path| !read.files.contains(path)).collect();
    if !read.starts {
        let names = flags(machine, &entries, cx);
        let passed = budget::at_most(&names, MAX_OUTCOMES, "variables of a unit").filter_map(|name| {
            let words = format!("the unit passes ${name}");
            under(&outcome, &words, true, &format!("{}ExecStart=/usr/bin/kubelet ${name}\n", reads(&unread)))
        });
        return passed.collect();
    }
    let outcome = if read.reset {
        outcome
    } else {
        let words = "the unit itself has no ExecStart=";
        let Some(outcome) = under(&outcome, words, true, "") else { return Vec::new() };
        outcome
    };
    if unread.is_empty() {
        return vec![outcome];
    }
    let words = format!("the unit reads {}", unread.join(" and "));
    let with = under(&outcome, &words, true, &reads(&unread));
    with.into_iter().chain(under(&outcome, &words, false, "")).collect()
}

/// `outcome` under a condition, with these lines in the unit itself.
fn under(outcome: &BootOutcome, words: &str, holds: bool, lines: &str) -> Option<BootOutcome> {
    let mut outcome = outcome.clone();
    outcome.when = outcome.when.and(&Guard::of(Condition::new(words, holds)))?;
    if !lines.is_empty() {
        let machine = &mut outcome.machine;
        let text = Traced::made(format!("[Service]\n{lines}"), machine.place);
        machine.put(image::UNITS[image::UNITS.len() - 1], File::Known(Arc::new(text)));
        machine.start(true);
    }
    Some(outcome)
}

fn reads(files: &[String]) -> String {
    files.iter().flat_map(|path| ["EnvironmentFile=-", path, "\n"]).collect()
}

/// The environment files on the machine.
fn environment(machine: &Machine) -> Vec<String> {
    let usual = |path: &&String| image::ENVIRONMENTS.contains(&path.as_str()) || *path == image::KUBEADM_FLAGS;
    machine.files.keys().filter(usual).cloned().collect()
}

/// What drop-ins say about the command line.
struct Read {
    /// An `ExecStart` remains.
    starts: bool,
    /// It replaces that of the unit.
    reset: bool,
    /// The environment files that they name.
    files: Vec<String>,
}

impl Read {
    fn of(entries: &[Entry]) -> Self {
        let mut read = Self { starts: false, reset: false, files: Vec::new() };
        for entry in entries.iter().filter(|e| e.section == "Service") {
            match entry.key.as_str() {
                "ExecStart" => {
                    read.starts = !entry.value.is_empty();
                    read.reset |= entry.value.is_empty();
                }
                "EnvironmentFile" => {
                    read.files.extend(unit::file_path(&entry.value));
                }
                _ => {}
            }
        }
        read
    }
}

/// The names of the variables with flags, in order.
fn flags(machine: &Machine, entries: &[Entry], cx: &mut BootCx<'_>) -> Vec<String> {
    let mut all: Vec<(String, Traced)> = Vec::new();
    for entry in entries.iter().filter(|e| e.section == "Service" && e.key == "Environment") {
        for word in split(&entry.value, Escapes::Strict).0 {
            all.extend(unit::assignment(&word));
        }
    }
    for path in environment(machine) {
        if let Some(File::Known(text)) = machine.files.get(&path) {
            let id = cx.texts.add_made(path.as_str(), text, machine.place);
            all.extend(environment_file(&cx.texts.view(id)));
        }
    }
    let mut out: Vec<String> = Vec::new();
    for (name, value) in all {
        let matters = holds(value.bytes(), b"--") || value.has_unknown();
        if matters && !out.contains(&name) {
            out.push(name);
        }
    }
    out
}
