//! Makefiles: the commands of their rules, as the shell gets them, and what `make` in a script runs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::node::{Cx, NodeGroup};
use crate::programs::make::{Given, Made, Outside, Step, commands, fits};
use crate::syntax::shell::Assignment;
use crate::syntax::{MAX_DEPTH, Node};
use crate::text::{Traced, View, budget};
use crate::value::{Condition, Guard};

use super::{CommandReader, Follows, MAX_NESTED, conditions, is_known, launches, may_apply, mentions_settings};
use crate::input::command_files::{MAKEFILES, bases, command_files, is_makefile, is_too_large};
use crate::input::fitting::fitting;
use crate::input::job_scopes::Jobs;
use crate::input::unit::{FileList, Input, Unit, has_extension, is_named, normal};
use crate::input::yaml_files;

/// Makefiles, whose commands other files call with variables.
#[derive(Debug)]
pub(in crate::input) struct Makefiles;

impl Input for Makefiles {
    fn name(&self) -> &'static str {
        "makefile"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        // What a makefile includes may apply something.
        let mut all = files.files.iter().enumerate();
        let included = all.any(|(n, path)| is_included(path) && may_apply(files.words(n)));
        files.each(is_makefile, |words| included || may_apply(words))
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let Ok(view) = cx.view(&unit.path) else { return Vec::new() };
        let mut reader = CommandReader::new(yaml_files::shown(&unit.path, cx), bases(&view.bytes, &unit.path, cx));
        reader.makefile(&unit.path, &view, cx);
        reader.groups
    }
}

/// True for a file that makefiles include, by its name.
fn is_included(path: &Path) -> bool {
    has_extension(path, &["mk", "mak", "make"])
        || path.extension().is_some() && is_named(&path.with_extension(""), "Makefile")
}

/// The files that a makefile in a folder reads.
struct Beside<'a, 'b> {
    folder: PathBuf,
    cx: &'a mut Cx<'b>,
}

impl Outside for Beside<'_, '_> {
    fn included(&mut self, name: &str) -> Vec<View> {
        let found = if name.contains('*') {
            fitting(&self.folder, name, &|_| true, self.cx)
        } else {
            vec![normal(&self.folder.join(name))]
        };
        let below = found.into_iter().filter(|path| path.starts_with(self.cx.files.root())).collect::<Vec<_>>();
        below.iter().filter_map(|path| self.cx.view(path).ok()).collect()
    }

    fn content(&mut self, name: &str) -> Option<Traced> {
        let view = self.included(name).into_iter().next()?;
        Some(view.traced(0..view.bytes.len()))
    }
}

/// The most targets with `%` that are looked at.
const MAX_PATTERNS: usize = 100;
/// The longest way from a target to one that it needs.
const MAX_WAY: usize = 20;
/// The most calls of make in one file that are followed.
const MAX_CALLS: usize = 64;

impl CommandReader {
    /// The commands of a makefile, and those that it runs where other files call make with variables for it.
    pub(super) fn makefile(&mut self, path: &Path, view: &View, cx: &mut Cx<'_>) {
        let folder = path.parent().unwrap_or(path).to_owned();
        self.follows = Follows::Own(path.to_owned());
        let made = commands(view, &Given::default(), &[], &mut Beside { folder: folder.clone(), cx });
        self.targets = Arc::new(that_count(&made));
        for (at, words) in &made.faults {
            cx.problem(*at, *words);
        }
        self.made(made.steps, 0, cx);
        if self.targets.is_empty() {
            return;
        }
        for file in command_files(&folder, cx).into_iter().filter(|file| file != path) {
            let Ok(source) = cx.files.read(&file) else { continue };
            let bytes = source.bytes();
            if !names_make(&bytes) && !is_makefile(&file) || is_too_large(&bytes) {
                continue;
            }
            // The commands of the file run in one of these folders.
            let places = bases(&bytes, &file, cx);
            if !places.contains(&folder) {
                continue;
            }
            let Ok(caller) = cx.view(&file) else { continue };
            let mut reader = Self::new(yaml_files::shown(&file, cx), places);
            reader.follows = Follows::Only(path.to_owned());
            reader.targets = Arc::clone(&self.targets);
            if is_makefile(&file) {
                let folder = file.parent().unwrap_or(&file).to_owned();
                let made = commands(&caller, &Given::default(), &[], &mut Beside { folder, cx });
                reader.made(made.steps, 0, cx);
            } else if has_extension(&file, &["yaml", "yml"]) {
                reader.file = Some(caller.clone());
                let parsed = yaml_files::in_either(&caller);
                let jobs = Jobs::of(caller.as_str().unwrap_or_default());
                parsed.tree.iter().for_each(|tree| reader.gather(tree, &jobs));
                for tree in &parsed.tree {
                    reader.called(tree, &(&caller, &jobs), 0, cx);
                }
            } else if is_named(&file, "Jenkinsfile") {
                reader.file = Some(caller.clone());
                reader.jenkins(&caller, cx);
            } else {
                reader.script(&caller, 0, cx);
            }
            self.groups.append(&mut reader.groups);
        }
    }

    /// The calls in the texts of a CI file.
    fn called(&mut self, tree: &Node, file: &(&View, &Jobs<'_>), depth: usize, cx: &mut Cx<'_>) {
        if depth > MAX_DEPTH || conditions::never_runs(tree, cx) {
            return;
        }
        if let Some(scalar) = tree.as_scalar().filter(|scalar| names_make(scalar.text.bytes())) {
            self.pass(scalar.text.span(), file.1);
            self.filled_in(&scalar.text.clone(), file.0, false, cx);
        }
        tree.items().iter().for_each(|item| self.called(item, file, depth + 1, cx));
        tree.pairs().iter().for_each(|(_, value)| self.called(value, file, depth + 1, cx));
    }

    /// Commands of a makefile, each in a shell of its own.
    fn made(&mut self, steps: Vec<Step>, depth: usize, cx: &mut Cx<'_>) {
        for step in steps {
            if !mentions_settings(step.text.bytes()) && !names_make(step.text.bytes()) {
                continue;
            }
            let exported =
                step.exported.iter().map(|(name, value)| (name.clone(), Some(value.clone()).filter(is_known)));
            let variables = std::mem::replace(&mut self.variables, exported.collect());
            let before = self.groups.len();
            self.text(&step.text, step.at, depth, cx);
            if matches!(self.follows, Follows::Own(_)) {
                self.groups.extend(launches::group(&self.name, &step.text, step.at, &self.variables));
            }
            if step.perhaps {
                let words = "the conditions of the makefile hold".to_owned();
                self.hold(before, &Guard::of(Condition::within(self.name.as_str(), words, true)));
            }
            self.variables = variables;
        }
    }

    /// `NAME=value make -C folder target NAME=value`, if it gives variables: what runs otherwise is read with the makefile itself.
    pub(super) fn make(&mut self, before: &[Assignment], words: &[Traced], depth: usize, cx: &mut Cx<'_>) {
        let Some((program, rest)) = words.split_first() else { return };
        if matches!(self.follows, Follows::Nothing)
            || !program.known_str().is_some_and(|name| matches!(name.rsplit('/').next(), Some("make" | "gmake")))
        {
            return;
        }
        if depth + 1 >= MAX_NESTED {
            return budget::reached("depth of calls of make");
        }
        let (mut given, mut goals, mut folder, mut file) = (Given::default(), Vec::new(), None, None);
        let mut rest = rest.iter();
        while let Some(word) = rest.next() {
            let text = word.to_text();
            let value = |long: &str| text.strip_prefix(long).map(str::to_owned);
            if let Some(name) = value("--directory=").or_else(|| value("-C").filter(|name| !name.is_empty())) {
                folder = Some(name);
            } else if matches!(&*text, "-C" | "--directory") {
                folder = rest.next().map(|word| word.to_text().into_owned());
            } else if let Some(name) = value("--file=").or_else(|| value("--makefile=")) {
                file = Some(name);
            } else if matches!(&*text, "-f" | "--file" | "--makefile") {
                file = rest.next().map(|word| word.to_text().into_owned());
            } else if let Some(equals) = word.bytes().iter().position(|b| *b == b'=').filter(|_| !text.starts_with('-'))
            {
                let name = text.get(..equals).unwrap_or_default().trim_end_matches([':', '?', '+']).to_owned();
                given.arguments.push((name, word.slice(equals + 1..word.len())));
            } else if !text.starts_with('-') {
                goals.push(text.into_owned());
            }
        }
        let folders = self.bases.iter().map(|base| normal(&base.join(folder.as_deref().unwrap_or("."))));
        let folders: Vec<PathBuf> = folders.filter(|dir| dir.starts_with(cx.files.root())).collect();
        let names: Vec<&str> = file.as_deref().map_or_else(|| MAKEFILES.to_vec(), |file| vec![file]);
        let paths = folders.iter().flat_map(|dir| names.iter().map(|name| normal(&dir.join(name))));
        let Some((path, view)) = paths.into_iter().find_map(|path| cx.view(&path).ok().map(|view| (path, view))) else {
            return;
        };
        let own = before.iter().map(|a| (a.name.clone(), Some(self.value(&a.value.parts, a.span, 0))));
        // What a makefile exports to itself changes nothing.
        let outside = matches!(self.follows, Follows::Only(_));
        let known = self.variables.iter().filter(|_| outside).map(|(name, value)| (name.clone(), value.clone()));
        let named = |name: &str| yaml_files::holds(&view.bytes, name.as_bytes());
        given.environment.extend(known.chain(own).filter(|(name, _)| named(name)));
        let follows = match &self.follows {
            Follows::Only(wanted) | Follows::Own(wanted) if *wanted == path => {
                !given.arguments.is_empty() || !given.environment.is_empty()
            }
            // A makefile of another name is not read by itself.
            Follows::Own(_) => !is_makefile(&path),
            _ => false,
        };
        let counts = |goal: &String| self.targets.iter().any(|target| fits(target, goal));
        let own = matches!(&self.follows, Follows::Only(wanted) | Follows::Own(wanted) if *wanted == path);
        if !follows || own && !goals.is_empty() && !goals.iter().any(counts) {
            return;
        }
        self.calls += 1;
        if self.calls > MAX_CALLS {
            return budget::reached("calls of make");
        }
        let folder = path.parent().unwrap_or(&path).to_owned();
        let steps = commands(&view, &given, &goals, &mut Beside { folder: folder.clone(), cx }).steps;
        let (bases, follows) = (self.bases.clone(), std::mem::replace(&mut self.follows, Follows::Own(path)));
        self.bases.insert(0, folder);
        self.made(steps, depth + 1, cx);
        (self.bases, self.follows) = (bases, follows);
    }
}

/// The targets whose commands may apply something, with those that need them or call make for them.
fn that_count(made: &Made) -> BTreeSet<String> {
    let applies = |step: &&Step| mentions_settings(step.text.bytes());
    let mut out: BTreeSet<String> = BTreeSet::new();
    let mut last: Option<&Arc<Vec<String>>> = None;
    for step in made.steps.iter().filter(applies) {
        if !last.is_some_and(|last| Arc::ptr_eq(last, &step.targets)) {
            out.extend(step.targets.iter().cloned());
        }
        last = Some(&step.targets);
    }
    let calls: Vec<&Step> = made.steps.iter().filter(|step| names_make(step.text.bytes())).collect();
    let words: Vec<Vec<String>> =
        calls.iter().map(|step| step.text.to_text().split_whitespace().map(str::to_owned).collect()).collect();
    for _ in 0..MAX_WAY {
        let before = out.len();
        let patterns = out.iter().filter(|target| target.contains('%')).cloned();
        let patterns: Vec<_> = budget::at_most(patterns, MAX_PATTERNS, "targets of a makefile with `%`").collect();
        let counts = |out: &BTreeSet<String>, word: &String| {
            out.contains(word) || patterns.iter().any(|pattern| fits(pattern, word))
        };
        for (targets, needs) in &made.needs {
            if needs.iter().any(|need| counts(&out, need)) {
                out.extend(targets.iter().cloned());
            }
        }
        for (step, words) in calls.iter().zip(&words) {
            if words.iter().any(|word| counts(&out, word)) {
                out.extend(step.targets.iter().cloned());
            }
        }
        if out.len() == before || !budget::spend(1_000 * (made.needs.len() + calls.len())) {
            break;
        }
    }
    out
}

/// True if a text may run make.
fn names_make(bytes: &[u8]) -> bool {
    yaml_files::holds(bytes, b"make ")
}
