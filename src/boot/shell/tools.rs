//! Programs that work on text and files, and those that start a kubelet.

use std::sync::Arc;

use crate::node::Family;
use crate::runtime::Name;
use crate::text::{Span, Traced, Why};

use super::super::machine::{File, Start, absolute};
use super::super::{image, kubeadm, node_config, nodeadm};
use super::files::contents;
use super::unmodelled::FAULTLESS;
use super::{Run, Shell, Status, snap};
use crate::programs::{self, Found};

/// The most numbers that `seq` gives.
const MAX_NUMBERS: i64 = 4096;

/// The most folders that are known.
const MAX_FOLDERS: usize = 1024;

impl Shell<'_, '_> {
    pub(super) fn program(&mut self, name: &str, words: &[Traced], span: Span, path: &mut Run) -> bool {
        let flag = |short: char, long: &str| {
            words.iter().any(|w| {
                let text = w.to_text();
                text == long || text.starts_with('-') && !text.starts_with("--") && text.contains(short)
            })
        };
        let operands: Vec<&Traced> = words.iter().filter(|w| !w.bytes().starts_with(b"-") || w.len() == 1).collect();
        match name {
            "tee" | "sponge" => {
                let text = path.stdin.clone().unwrap_or_default();
                for operand in operands {
                    match operand.known_str() {
                        Some(file) => {
                            let file = absolute(file, &path.directory);
                            if flag('a', "--append") {
                                path.machine.append(&file, &text, span);
                            } else {
                                path.machine.put(&file, File::Known(Arc::new(text.clone())));
                            }
                        }
                        None => self.unnamed(operand, span, path),
                    }
                }
                if name == "tee" {
                    path.out.push(&text);
                }
            }
            "install" => {
                let mut operands = Vec::new();
                let mut rest = words.iter();
                while let Some(word) = rest.next() {
                    match word.known_str() {
                        Some("-m" | "-o" | "-g" | "-S" | "-t" | "--mode" | "--owner" | "--group") => drop(rest.next()),
                        Some(option) if option.starts_with('-') && option.len() > 1 => {}
                        _ => operands.push(word),
                    }
                }
                let folder = flag('d', "--directory");
                self.copy(name, &operands, folder, span, path);
            }
            "ln" if flag('s', "--symbolic") => self.link(&operands, flag('n', "--no-dereference"), span, path),
            "cp" | "mv" | "ln" => self.copy(name, &operands, flag('d', "--directory"), span, path),
            "rm" | "unlink" => {
                for operand in operands {
                    if let Some(file) = operand.known_str() {
                        let file = absolute(file, &path.directory);
                        if path.machine.links.contains_key(&file) {
                            path.machine.unlink(&file);
                        } else {
                            if flag('r', "--recursive") || flag('R', "--recursive") {
                                for (file, _) in below(path, &file) {
                                    path.machine.put(&file, File::Removed);
                                }
                            }
                            path.machine.put(&file, File::Removed);
                        }
                    }
                }
            }
            "touch" => {
                for operand in operands {
                    let Some(file) = operand.known_str().map(|f| absolute(f, &path.directory)) else { continue };
                    if path.machine.file(&file).is_none() && !image::may_exist(&file) {
                        path.machine.put(&file, File::Known(Arc::default()));
                    }
                }
            }
            "mkdir" if !flag('p', "--parents") => {
                let folder = |o: &&Traced| o.known_str().map(|o| format!("{}/", absolute(o, &path.directory)));
                let there = |folder: String| {
                    let own = path.machine.files.range(folder.clone()..).next();
                    image::BOOTSTRAP.starts_with(&folder) || own.is_some_and(|(f, _)| f.starts_with(&folder))
                };
                if operands.first().and_then(folder).is_some_and(there) {
                    path.status = Status::NonZero;
                }
                make_folders(&operands, path);
            }
            "mkdir" => make_folders(&operands, path),
            "chmod" | "chown" | "restorecon" | "chcon" | "modprobe" | "sysctl" | "logger" | "rmdir" => {}
            "mktemp" => {
                self.temporary += 1;
                let file = format!("/tmp/mktemp.{}\n", self.temporary);
                path.out.push_made(file.as_bytes(), span);
            }
            "seq" => {
                let numbers: Option<Vec<i64>> = words.iter().map(|w| w.known_str()?.parse().ok()).collect();
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
                    path.out.push_made(format!("{number}\n").as_bytes(), span);
                    number = number.saturating_add(step);
                }
            }
            "systemctl" | "service" => systemctl(name, &operands, words, path),
            "reboot" | "shutdown" | "init" | "telinit" => {
                path.machine.restarts = true;
                if name == "reboot" || name == "shutdown" && flag('r', "--reboot") {
                    restart_runtimes(path);
                }
                return false;
            }
            "apt" | "apt-get" if operands.first().and_then(|o| o.known_str()) == Some("install") => {
                // Packages of Debian start their services, so that a start after it does nothing.
                let packages: Vec<_> = operands.iter().map(|o| o.to_text()).collect();
                let named = |names: &[&str]| packages.iter().any(|p| names.contains(&p.split('=').next().unwrap_or(p)));
                if named(&["containerd", "containerd.io"]) {
                    path.machine.start_runtime(Name::Containerd, false);
                }
                if named(&["cri-o"]) {
                    path.machine.start_runtime(Name::Crio, false);
                }
                return false;
            }
            "nodeadm" => self.nodeadm(words, span, path),
            "kubelet" if words.iter().any(|w| matches!(w.known_str(), Some("--version" | "--help" | "-h"))) => {
                return false;
            }
            "kubelet" => {
                path.machine.see(None);
                let files = Arc::clone(&path.machine.files);
                path.machine.start = Some(Start { files, argv: Some(Arc::new(words.to_vec())) });
            }
            "kubeadm" => {
                let directory = path.directory.clone();
                kubeadm::run(&mut path.machine, words, &directory, span, self.cx);
            }
            "snap" => return snap::run(words, span, path),
            "curl" | "wget" | "aws" => return self.fetch(name, words, span, path),
            "dd" => return self.dd(words, span, path),
            "ls" if !operands.is_empty()
                && !words.iter().any(|w| w.bytes().starts_with(b"-") && w.known_str() != Some("-1")) =>
            {
                let there = |o: &&Traced| {
                    let file = o.known_str().map(|f| absolute(f, &path.directory));
                    file.is_some_and(|f| path.machine.file(&f).is_some_and(|f| f != File::Removed))
                };
                if !operands.iter().all(there) {
                    return false;
                }
                let mut names = operands.clone();
                names.sort_by(|a, b| a.bytes().cmp(b.bytes()));
                for name in names {
                    path.out.push(name);
                    path.out.push_made(b"\n", span);
                }
            }
            "truncate" => {
                let size = words.iter().any(|w| matches!(w.known_str(), Some("0" | "-s0" | "--size=0")));
                for file in operands.iter().filter_map(|o| o.known_str()).filter(|o| *o != "0") {
                    let file = absolute(file, &path.directory);
                    let why = || Why::NotUnderstood("truncate to a size".into());
                    let empty = size.then(|| File::Known(Arc::default()));
                    path.machine.put(&file, empty.unwrap_or_else(|| File::Unknown(why())));
                }
            }
            _ => return self.modelled(name, words, span, path),
        }
        true
    }

    /// Runs a program that is modelled as a function of its arguments and input. False if it is not.
    fn modelled(&mut self, name: &str, words: &[Traced], span: Span, path: &mut Run) -> bool {
        let stdin = path.stdin.clone().unwrap_or_default();
        let mut files = |file: &str| found(path, file, &stdin);
        let mut env = |name: &str| variable(path, name);
        let outcome = programs::run(name, words, Some(&stdin), &mut files, &mut env, span);
        let Some(outcome) = outcome else { return false };
        for file in outcome.removed {
            let file = absolute(&file, &path.directory);
            path.machine.put(&file, File::Removed);
        }
        // An edit in place puts a new file where a link was.
        let replaces =
            matches!(name, "sed" | "perl") && !words.iter().any(|w| w.known_str() == Some("--follow-symlinks"));
        for (file, text) in outcome.writes {
            let file = absolute(&file, &path.directory);
            if replaces {
                path.machine.unlink(&file);
            }
            path.machine.put(&file, File::Known(Arc::new(text)));
        }
        path.out.push(&outcome.stdout);
        for command in outcome.commands {
            let Some((first, words)) = command.split_first() else { continue };
            let program = first.to_text().rsplit('/').next().unwrap_or_default().to_owned();
            // A program that is started by a program may start others, but no deeper.
            if programs::runs_commands(&program) || !self.program(&program, words, span, path) {
                path.status = self.not_followed(&program, words, span, path);
            }
        }
        path.status = match outcome.status {
            programs::Status::Known(0) => Status::Zero,
            programs::Status::Known(code) => {
                path.code = u8::try_from(code).ok();
                Status::NonZero
            }
            programs::Status::Unknown(Why::NotUnderstood(what)) if what.starts_with("the syntax of") => {
                if outcome.stdout.is_hole() {
                    path.out.push_made(b"\n", span);
                }
                self.not_followed(name, words, span, path);
                Status::Open(format!("{FAULTLESS} {name} reads").into())
            }
            programs::Status::Unknown(_) => {
                if outcome.stdout.is_hole() {
                    path.out.push_made(b"\n", span);
                }
                self.not_followed(name, words, span, path)
            }
        };
        true
    }

    /// `dd of=FILE`. False if a part of the text is asked for.
    fn dd(&mut self, words: &[Traced], span: Span, path: &mut Run) -> bool {
        let (mut from, mut to, mut append) = (None, None, false);
        for word in words {
            let text = word.to_text().into_owned();
            let Some((name, value)) = text.split_once('=') else { return false };
            let rest = word.slice(word.len() - value.len()..word.len());
            match name {
                "if" => from = Some(rest),
                "of" => to = Some(rest),
                "oflag" | "conv" => append |= value.contains("append"),
                "status" => {}
                _ => return false,
            }
        }
        let text = match &from {
            Some(from) => contents(path, from, span),
            None => path.stdin.clone().unwrap_or_default(),
        };
        match to.as_ref().map(|to| (to, to.known_str())) {
            None => path.out.push(&text),
            Some((_, Some(file))) => {
                let file = absolute(file, &path.directory);
                if append {
                    path.machine.append(&file, &text, span);
                } else {
                    path.machine.put(&file, File::Known(Arc::new(text)));
                }
            }
            Some((to, None)) => self.unnamed(to, span, path),
        }
        true
    }

    /// `ln -s TARGET… PLACE`; with `bare` a link that is there is replaced, whatever it leads to.
    fn link(&mut self, operands: &[&Traced], bare: bool, span: Span, path: &mut Run) {
        let here = Traced::made(".", span);
        let (place, targets) = match operands {
            [] => return,
            [target] => (&here, vec![*target]),
            [targets @ .., place] => (*place, targets.to_vec()),
        };
        let Some(place) = place.known_str().map(|p| absolute(p, &path.directory)) else {
            self.unnamed(place, span, path);
            return;
        };
        let inside =
            !bare && path.machine.has_folder(&place) == Some(true) || targets.len() > 1 || place == path.directory;
        for target in targets {
            let Some(name) = target.known_str() else {
                if image::sight(&place).is_some() {
                    path.machine.gap(span, Why::NotUnderstood("a symbolic link".into()));
                }
                continue;
            };
            let base = name.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            let link = if inside { format!("{}/{base}", place.trim_end_matches('/')) } else { place.clone() };
            let folder = link.rsplit_once('/').map_or("/", |(folder, _)| folder);
            let target = absolute(name, folder);
            path.machine.link(&link, &target);
        }
    }

    fn copy(&mut self, name: &str, operands: &[&Traced], directory: bool, span: Span, path: &mut Run) {
        if name == "install" && directory {
            return;
        }
        let Some((to, from)) = operands.split_last() else { return };
        let Some(to_name) = to.known_str() else {
            self.unnamed(to, span, path);
            return;
        };
        let into = to_name.ends_with('/') || from.len() > 1;
        for source in from {
            let Some(given) = source.known_str() else { continue };
            let source = absolute(given, &path.directory);
            let mut target = absolute(to_name, &path.directory);
            let base = source.rsplit('/').next().unwrap_or_default();
            if into || path.machine.files.keys().any(|f| f.starts_with(&format!("{target}/"))) {
                target = format!("{target}/{base}");
            }
            let inside = below(path, &source);
            if !inside.is_empty() && path.machine.file(&source).is_none() {
                // A folder with all that is known to stand in it.
                if given.ends_with("/.") {
                    target = absolute(to_name, &path.directory);
                }
                for (file, content) in inside {
                    path.machine.put(&format!("{target}{}", &file[source.len()..]), content);
                    if name == "mv" {
                        path.machine.put(&file, File::Removed);
                    }
                }
                continue;
            }
            let stdin = (source == "/dev/stdin").then(|| File::Known(Arc::new(path.stdin.clone().unwrap_or_default())));
            let file = stdin
                .or_else(|| path.machine.file(&source))
                .unwrap_or_else(|| File::Unknown(Why::FromOutside(format!("what stands in {source}").into())));
            if let (File::Unknown(why), true) = (&file, image::sight(&target).is_some()) {
                path.machine.gap(span, why.clone());
            }
            if name == "mv" {
                path.machine.unlink(&target);
            }
            path.machine.put(&target, file);
            if name == "mv" {
                path.machine.unlink(&source);
                path.machine.put(&source, File::Removed);
            }
        }
    }

    /// `nodeadm init -c file:///…`
    fn nodeadm(&mut self, words: &[Traced], span: Span, path: &mut Run) {
        if words.first().and_then(|w| w.known_str()) != Some("init") {
            return;
        }
        path.machine.know(Family::Al2023);
        let mut sources = Vec::new();
        let mut rest = words.iter().skip(1);
        while let Some(word) = rest.next() {
            let text = word.to_text().into_owned();
            if matches!(text.as_str(), "-c" | "--config-source") {
                sources.extend(rest.next().cloned());
            } else if text.starts_with("--config-source=") {
                sources.push(word.slice("--config-source=".len()..word.len()));
            }
        }
        let mut documents = Vec::new();
        for source in &sources {
            let Some(file) = source.known_str() else { continue };
            if file.starts_with("imds://") {
                documents.extend(path.machine.nodeadm.documents.clone());
            } else if let Some(file) = file.strip_prefix("file://") {
                let prefix = format!("{}/", absolute(file, "/"));
                let mut files: Vec<String> = vec![absolute(file, "/")];
                files.extend(path.machine.files.keys().filter(|f| f.starts_with(&prefix)).cloned());
                for file in files {
                    if let Some(File::Known(text)) = path.machine.file(&file)
                        && let Some(document) = node_config::read(&mut path.machine, &text, &file, self.cx)
                    {
                        documents.push(document);
                    }
                }
            }
        }
        if sources.is_empty() {
            documents.clone_from(&path.machine.nodeadm.documents);
        }
        if documents.is_empty() {
            path.machine.gap(span, Why::NotUnderstood("where nodeadm takes its configuration from".into()));
        }
        nodeadm::write(&mut path.machine, &documents, self.cx);
        path.machine.start_runtime(Name::Containerd, true);
        path.machine.start(true);
    }
}

/// What a program finds in its environment.
fn variable(path: &Run, name: &str) -> Found {
    match path.lookup(name).filter(|v| v.exported && !v.is_array()).and_then(|v| v.values.first()) {
        Some(text) => Found::Content(text.clone()),
        // What the system sets.
        None if matches!(name, "PATH" | "HOME" | "USER" | "SHELL" | "LANG" | "PWD" | "LOGNAME") => {
            Found::Unknown(Why::FromOutside(format!("the environment variable {name}").into()))
        }
        None => match &path.open {
            Some(why) if !path.variables.contains_key(name) => Found::Unknown(why.clone()),
            _ => Found::Missing,
        },
    }
}

/// What a program finds where a file should be.
fn found(path: &Run, file: &str, stdin: &Traced) -> Found {
    match file {
        "-" | "/dev/stdin" => return Found::Content(stdin.clone()),
        "/dev/null" => return Found::Content(Traced::new()),
        _ => {}
    }
    let name = absolute(file, &path.directory);
    match path.machine.file(&name) {
        Some(File::Known(text)) => Found::Content(Traced::clone(&text)),
        Some(File::Unknown(why)) => Found::Unknown(why),
        Some(File::Removed) => Found::Missing,
        None if path.machine.lacks(&name) => Found::Missing,
        None => Found::Unknown(Why::FromOutside(format!("what stands in {file}").into())),
    }
}

/// The machine starts once more, and with it the container runtimes.
fn restart_runtimes(path: &mut Run) {
    path.status = Status::Zero;
    for name in Name::ALL {
        path.machine.start_runtime(name, true);
    }
}

/// The files that were written below a folder and are still there.
fn below(path: &Run, folder: &str) -> Vec<(String, File)> {
    let prefix = format!("{}/", folder.trim_end_matches('/'));
    let inside = path.machine.files.range(prefix.clone()..).take_while(|(name, _)| name.starts_with(&prefix));
    inside.filter(|(_, file)| **file != File::Removed).map(|(name, file)| (name.clone(), file.clone())).collect()
}

fn make_folders(operands: &[&Traced], path: &mut Run) {
    let names: Vec<_> = operands.iter().filter_map(|o| Some(absolute(o.known_str()?, &path.directory))).collect();
    let folders = Arc::make_mut(&mut path.machine.folders);
    folders.extend(names.into_iter().take(MAX_FOLDERS.saturating_sub(folders.len())));
}

fn systemctl(name: &str, operands: &[&Traced], words: &[Traced], path: &mut Run) {
    let texts: Vec<_> = operands.iter().map(|o| o.to_text().into_owned()).collect();
    let unit = |t: &String| t.strip_suffix(".service").unwrap_or(t).to_owned();
    let is_kubelet = texts.iter().map(unit).any(|t| matches!(t.as_str(), "kubelet" | "snap.kubelet-eks.daemon"));
    path.status = Status::Likely("".into());
    path.machine.restarts |= texts.iter().any(|t| t == "reboot" || t == "kexec");
    let runtimes = texts.iter().filter_map(|t| match t.strip_suffix(".service").unwrap_or(t) {
        "containerd" => Some(Name::Containerd),
        "crio" | "cri-o" => Some(Name::Crio),
        _ => None,
    });
    let runtimes: Vec<Name> = runtimes.collect();
    if name == "systemctl" && texts == ["reboot"] {
        restart_runtimes(path);
        return;
    }
    if !is_kubelet && runtimes.is_empty() {
        return;
    }
    let now = words.iter().any(|w| w.known_str() == Some("--now"));
    let verb = if name == "service" { texts.get(1) } else { texts.first() };
    for name in runtimes {
        match verb.map(String::as_str) {
            Some("restart" | "reload-or-restart" | "try-restart") => path.machine.start_runtime(name, true),
            Some("start") => path.machine.start_runtime(name, false),
            Some("enable" | "reenable") if now => path.machine.start_runtime(name, false),
            Some("stop") => drop(path.machine.runtimes.remove(&name)),
            Some("is-active" | "is-enabled" | "status") => path.status = Status::Open("".into()),
            _ => {}
        }
    }
    if !is_kubelet {
        return;
    }
    match verb.map(String::as_str) {
        Some("restart" | "reload-or-restart" | "try-restart") => path.machine.start(true),
        Some("start") => path.machine.start(false),
        Some("enable") if now => path.machine.start(false),
        Some("stop") => path.machine.start = None,
        Some("is-active" | "is-enabled" | "status") => path.status = Status::Open("".into()),
        _ => {}
    }
}
