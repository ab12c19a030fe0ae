//! GNU make: the commands of a Makefile as the shell gets them. Source: the manual of GNU make 4.4, "How to Use Variables",
//! "Conditional Parts of Makefiles", "Functions for Transforming Text", "How to Write Rules".
//!
//! Nothing is run, and no time of a file is compared: every rule counts as one whose commands run.

mod expand;
mod functions;
mod lines;
mod targets;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::text::{Span, Traced, View, Why, budget};

use lines::{Line, Lines};
use targets::ByTarget;

pub(crate) use targets::fits;

/// How deep makefiles include others.
const MAX_INCLUDED: usize = 16;
/// The most statements of one evaluation.
const MAX_STATEMENTS: usize = 20_000;
/// The most targets on one way that set variables for what they need.
const MAX_UNDER: usize = 16;
/// The most commands of one evaluation.
const MAX_COMMANDS: usize = 5_000;

/// What a makefile reads from the outside.
pub(crate) trait Outside {
    /// The files that `include` names, relative to the folder in which make runs.
    fn included(&mut self, name: &str) -> Vec<View>;
    /// The content of a file that `$(shell cat …)` prints.
    fn content(&mut self, name: &str) -> Option<Traced>;
}

/// Variables that make gets from outside.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    /// Of its command line, which win over the makefile.
    pub(crate) arguments: Vec<(String, Traced)>,
    /// Of the environment; `None` for an unknown value.
    pub(crate) environment: Vec<(String, Option<Traced>)>,
}

/// A value of a variable.
#[derive(Clone, Debug)]
struct Variable {
    value: Traced,
    /// It is expanded when it is used.
    recursive: bool,
    /// It only counts if nothing from outside sets it.
    weak: bool,
    /// The command line of make, or `override`, sets it.
    fixed: bool,
}

/// An assignment.
#[derive(Clone, Debug)]
struct Assignment {
    name: String,
    sign: &'static str,
    value: Traced,
    fixed: bool,
}

/// A rule.
#[derive(Clone, Debug, Default)]
struct Rule {
    targets: Arc<Vec<String>>,
    needs: Vec<String>,
    /// The commands, not yet expanded.
    commands: Vec<Command>,
}

#[derive(Clone, Debug)]
struct Command {
    text: Traced,
    /// The condition around it is not decided here.
    perhaps: bool,
}

/// A command as the shell gets it.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// The text, without the marks of make in front.
    pub(crate) text: Traced,
    /// Where it is written.
    pub(crate) at: Span,
    /// A condition of the makefile around it is not decided there.
    pub(crate) perhaps: bool,
    /// The variables that make exports.
    pub(crate) exported: Arc<BTreeMap<String, Traced>>,
    /// The targets of its rule.
    pub(crate) targets: Arc<Vec<String>>,
}

/// The commands of a makefile, and what the targets of each rule need.
#[derive(Clone, Debug, Default)]
pub(crate) struct Made {
    pub(crate) steps: Vec<Step>,
    pub(crate) needs: Vec<(Arc<Vec<String>>, Vec<String>)>,
    /// What make refuses, each at its place.
    pub(crate) faults: BTreeSet<(Span, &'static str)>,
}

/// Whether what a conditional holds counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Branch {
    Taken,
    /// An earlier or a later branch counts.
    Left,
    /// One branch was taken: all that follow are left.
    Done,
    Perhaps,
}

/// The state of one evaluation.
pub(crate) struct Make<'o> {
    outside: &'o mut dyn Outside,
    variables: BTreeMap<String, Variable>,
    exported: BTreeSet<String>,
    exports_all: bool,
    rules: Vec<Rule>,
    /// Assignments for the commands of a target.
    specific: Vec<(String, Assignment)>,
    one_shell: bool,
    statements: usize,
    faults: BTreeSet<(Span, &'static str)>,
    /// What is being expanded.
    depth: usize,
    /// The names of files that are included are being expanded.
    includes: bool,
    automatic: Option<Automatic>,
}

/// What is left to do for the goals.
enum Pending {
    /// A target, and those above it that set variables.
    Goal(String, BTreeSet<String>),
    /// The commands of a rule by its number.
    Rule(usize, BTreeSet<String>),
}

/// What the automatic variables of a rule are.
#[derive(Clone, Debug)]
struct Automatic {
    target: Traced,
    needs: Vec<Traced>,
}

/// The commands of a makefile with the variables that it is given. Without goals, those of all targets.
pub(crate) fn commands(view: &View, given: &Given, goals: &[String], outside: &mut dyn Outside) -> Made {
    let mut make = Make {
        outside,
        variables: BTreeMap::new(),
        exported: BTreeSet::new(),
        exports_all: false,
        rules: Vec::new(),
        specific: Vec::new(),
        one_shell: false,
        statements: 0,
        faults: BTreeSet::new(),
        depth: 0,
        includes: false,
        automatic: None,
    };
    let environment = given.environment.iter().map(|(name, value)| (name, value.clone(), false));
    let arguments = given.arguments.iter().map(|(name, value)| (name, Some(value.clone()), true));
    for (name, value, fixed) in environment.chain(arguments) {
        let unknown = || Traced::unknown(view.span(0..0), Why::FromOutside(format!("$({name})").into()));
        let value = value.unwrap_or_else(unknown);
        make.variables.insert(name.clone(), Variable { value, recursive: false, weak: false, fixed });
        make.exported.insert(name.clone());
    }
    make.read(&view.traced(0..view.bytes.len()), 0);
    make.steps(goals)
}

impl Make<'_> {
    /// Reads the statements of a makefile.
    fn read(&mut self, text: &Traced, depth: usize) {
        let mut lines = Lines::new(text);
        let (mut branches, mut opened): (Vec<Branch>, Vec<Traced>) = (Vec::new(), Vec::new());
        let mut open = false;
        while let Some(line) = lines.next(open) {
            self.statements += 1;
            if self.statements > MAX_STATEMENTS || !budget::spend(100 + line.text().len()) {
                return budget::reached("statements of a makefile");
            }
            let perhaps = branches.contains(&Branch::Perhaps);
            let skips = branches.iter().any(|b| matches!(b, Branch::Left | Branch::Done));
            let text = match line {
                Line::Command(text) => {
                    if !skips && let Some(rule) = self.rules.last_mut() {
                        rule.commands.push(Command { text, perhaps });
                    }
                    continue;
                }
                Line::Statement(text) => text,
            };
            let conditional = self.conditional(&text, &mut branches, skips);
            opened.truncate(branches.len());
            if opened.len() < branches.len() {
                opened.push(text.clone());
            }
            if conditional || skips {
                if text_starts(&text, b"define") && skips {
                    lines.definition();
                }
                continue;
            }
            if let Some((assignment, exports)) = defined(&text) {
                let (body, closed) = lines.definition();
                if !closed {
                    self.fault(&text, "make refuses this: `endef` is missing");
                }
                self.assign(Assignment { value: body, ..assignment }, perhaps, exports);
                continue;
            }
            open = self.statement(&text, perhaps, depth) || open && text.is_empty();
        }
        if let Some(opened) = opened.last() {
            self.fault(opened, "make refuses this: `endif` is missing");
        }
    }

    /// Remembers what make refuses.
    fn fault(&mut self, of: &Traced, words: &'static str) {
        self.faults.extend(of.span().map(|at| (at, words)));
    }

    /// `ifeq` and the like; false for another statement.
    fn conditional(&mut self, text: &Traced, branches: &mut Vec<Branch>, skips: bool) -> bool {
        let bytes = text.bytes();
        let word = lines::word(bytes);
        let rest = text.slice(word.len()..text.len());
        match word {
            b"ifeq" | b"ifneq" | b"ifdef" | b"ifndef" => {
                branches.push(if skips { Branch::Done } else { self.branch(word, &rest) });
            }
            b"else" => {
                let Some(last) = branches.pop() else { return true };
                let outer = branches.iter().any(|b| matches!(b, Branch::Left | Branch::Done));
                let rest = lines::trimmed(&rest);
                let next = lines::word(rest.bytes()).to_vec();
                branches.push(match last {
                    Branch::Taken | Branch::Done => Branch::Done,
                    Branch::Perhaps => Branch::Perhaps,
                    Branch::Left if outer => Branch::Done,
                    Branch::Left if rest.is_empty() => Branch::Taken,
                    Branch::Left => self.branch(&next, &rest.slice(next.len()..rest.len())),
                });
            }
            b"endif" => drop(branches.pop()),
            _ => return false,
        }
        true
    }

    fn branch(&mut self, word: &[u8], rest: &Traced) -> Branch {
        let rest = lines::trimmed(rest);
        let holds = if word.ends_with(b"def") {
            let name = self.expand(&rest).to_text().trim().to_owned();
            // The environment may set one that is not set here.
            self.variables.get(&name).map(|known| !known.value.is_empty())
        } else {
            lines::two(&rest).and_then(|(left, right)| {
                let (left, right) = (self.expand(&left), self.expand(&right));
                Some(left.known_str()?.trim() == right.known_str()?.trim())
            })
        };
        match holds.map(|holds| holds == matches!(word, b"ifeq" | b"ifdef")) {
            Some(true) => Branch::Taken,
            Some(false) => Branch::Left,
            None => Branch::Perhaps,
        }
    }

    /// A statement that is no conditional; true if it opens a rule.
    fn statement(&mut self, text: &Traced, perhaps: bool, depth: usize) -> bool {
        let word = lines::word(text.bytes()).to_vec();
        let rest = lines::trimmed(&text.slice(word.len()..text.len()));
        if let Some((assignment, exports)) = lines::assignment(text) {
            let name = self.expand(&assignment.name).to_text().trim().to_owned();
            let own = Assignment { name, sign: assignment.sign, value: assignment.value, fixed: assignment.fixed };
            self.assign(own, perhaps, exports);
            return false;
        }
        match word.as_slice() {
            b"export" | b"unexport" => {
                let names = self.expand(&rest).to_text().into_owned();
                for name in names.split_whitespace() {
                    if word == b"export" {
                        self.exported.insert(name.to_owned());
                    } else {
                        self.exported.remove(name);
                    }
                }
                self.exports_all |= word == b"export" && names.trim().is_empty();
                return false;
            }
            b"undefine" => {
                let name = self.expand(&rest).to_text().trim().to_owned();
                self.variables.remove(&name);
                return false;
            }
            b"include" | b"-include" | b"sinclude" => {
                if depth >= MAX_INCLUDED {
                    budget::reached("depth of included makefiles");
                    return false;
                }
                self.includes = true;
                let names = self.expand(&rest);
                self.includes = false;
                for name in names.words() {
                    let Some(name) = name.known_str().map(str::to_owned) else { continue };
                    for view in self.outside.included(&name) {
                        self.read(&view.traced(0..view.bytes.len()), depth + 1);
                    }
                }
                return false;
            }
            b"vpath" | b"load" | b"override" | b"private" => return false,
            _ => {}
        }
        match lines::rule(text) {
            Some((targets, after)) => self.rule(&targets, &after, perhaps),
            None => {
                // `$(eval …)`, `$(info …)`, or the rules that a call gives.
                let given = if text.bytes().contains(&b'$') { self.expand(text) } else { Traced::new() };
                if !given.bytes().trim_ascii().is_empty() && depth < MAX_INCLUDED {
                    self.read(&given, depth + 1);
                }
                return false;
            }
        }
        true
    }

    /// `targets: needs ; command`, or `targets: NAME = value`.
    fn rule(&mut self, targets: &Traced, after: &Traced, perhaps: bool) {
        let targets = self.expand(targets).to_text().into_owned();
        let targets: Vec<String> = targets.split_whitespace().map(str::to_owned).collect();
        if let Some((assignment, _)) = lines::assignment(after) {
            let name = assignment.name.to_text().trim().to_owned();
            let value = match assignment.sign {
                "=" | "?=" | "+=" => assignment.value,
                _ => self.expand(&assignment.value),
            };
            for target in targets {
                let own = Assignment {
                    name: name.clone(),
                    sign: assignment.sign,
                    value: value.clone(),
                    fixed: assignment.fixed,
                };
                self.specific.push((target, own));
            }
            self.rules.push(Rule::default());
            return;
        }
        let (needs, command) = lines::at_semicolon(after);
        let needs = self.expand(&needs).to_text().replace('|', " ");
        let needs: Vec<String> = needs.split_whitespace().filter(|need| *need != ":").map(str::to_owned).collect();
        for target in &targets {
            self.one_shell |= target == ".ONESHELL";
            self.exports_all |= target == ".EXPORT_ALL_VARIABLES";
        }
        let commands = command.into_iter().map(|text| Command { text, perhaps }).collect();
        self.rules.push(Rule { targets: Arc::new(targets), needs, commands });
    }

    /// Sets a variable.
    fn assign(&mut self, assignment: Assignment, perhaps: bool, exports: bool) {
        let Assignment { name, sign, value, fixed } = assignment;
        if exports {
            self.exported.insert(name.clone());
        }
        let old = self.variables.get(&name);
        if old.is_some_and(|old| old.fixed) && !fixed || sign == "?=" && old.is_some() {
            return;
        }
        let at = value.span();
        let mut new = match sign {
            "=" => Variable { value, recursive: true, weak: false, fixed },
            "?=" => Variable { value, recursive: true, weak: true, fixed },
            "+=" => match old.cloned() {
                Some(mut old) => {
                    let more = if old.recursive { value } else { self.expand(&value) };
                    if let (false, Some(at)) = (old.value.is_empty(), at) {
                        old.value.push_made(b" ", at);
                    }
                    old.value.push(&more);
                    old
                }
                None => Variable { value, recursive: true, weak: false, fixed },
            },
            "!=" => Variable { value: self.printed(&value), recursive: false, weak: false, fixed },
            _ => Variable { value: self.expand(&value), recursive: false, weak: false, fixed },
        };
        if let (true, Some(at)) = (perhaps, at) {
            new.value =
                Traced::unknown(at, Why::FromOutside(format!("which value {name} has in this makefile").into()));
        }
        self.variables.insert(name, new);
    }

    /// The commands of the goals and of what they need, or of all targets.
    fn steps(&mut self, goals: &[String]) -> Made {
        let rules = std::mem::take(&mut self.rules);
        let specific = std::mem::take(&mut self.specific);
        let of_rules =
            ByTarget::new(rules.iter().enumerate().flat_map(|(n, rule)| rule.targets.iter().map(move |t| (&**t, n))));
        let of_targets = ByTarget::new(specific.iter().enumerate().map(|(n, (target, _))| (&**target, n)));
        let mut runs: Vec<(usize, BTreeSet<String>)> = Vec::new();
        let mut ran = BTreeSet::new();
        // Each target by itself, if no goal is named, and under those that set variables for it.
        let own = specific.iter().map(|(target, _)| target.clone());
        let all = rules.iter().flat_map(|rule| rule.targets.iter().cloned()).chain(own);
        let goals: Vec<String> = if goals.is_empty() { all.collect() } else { goals.to_vec() };
        // What a target needs comes before it, so a rule stays until that is done.
        let mut open: Vec<Pending> = goals.into_iter().rev().map(|goal| Pending::Goal(goal, BTreeSet::new())).collect();
        let mut seen = BTreeSet::new();
        while let Some(next) = open.pop() {
            let (goal, mut under) = match next {
                Pending::Goal(goal, under) => (goal, under),
                Pending::Rule(n, under) => {
                    if !rules[n].commands.is_empty() && ran.insert((n, under.clone())) {
                        runs.push((n, under));
                    }
                    continue;
                }
            };
            if !of_targets.of(&goal).is_empty() {
                if under.len() < MAX_UNDER {
                    under.insert(goal.clone());
                } else {
                    budget::reached("targets of a makefile that set variables for others");
                }
            }
            if !seen.insert((goal.clone(), under.clone())) {
                continue;
            }
            if seen.len() > MAX_COMMANDS || !budget::spend(1_000) {
                budget::reached("targets of a makefile");
                break;
            }
            for n in of_rules.of(&goal).into_iter().rev() {
                open.push(Pending::Rule(n, under.clone()));
                open.extend(rules[n].needs.iter().rev().map(|need| Pending::Goal(need.clone(), under.clone())));
            }
        }
        let mut out = Vec::new();
        let common = Arc::new(self.exported());
        for (n, under) in runs {
            let mut given: Vec<usize> = under.iter().flat_map(|goal| of_targets.of(goal)).collect();
            given.sort_unstable();
            given.dedup();
            if given.is_empty() {
                self.run(&rules[n], &common, &mut out);
                continue;
            }
            if !budget::spend(20 * self.variables.len()) {
                budget::reached("targets of a makefile that set variables for others");
                break;
            }
            let before = self.variables.clone();
            for n in given {
                self.assign(specific[n].1.clone(), false, false);
            }
            let own = Arc::new(self.exported());
            self.run(&rules[n], &own, &mut out);
            self.variables = before;
        }
        Made {
            steps: out,
            needs: rules.into_iter().map(|rule| (rule.targets, rule.needs)).collect(),
            faults: std::mem::take(&mut self.faults),
        }
    }

    /// The variables that make exports.
    fn exported(&mut self) -> BTreeMap<String, Traced> {
        let all = self.exports_all;
        let names = self.variables.keys().filter(|name| all || self.exported.contains(*name));
        let names: Vec<String> = names.cloned().collect();
        let values = names.into_iter().filter_map(|name| {
            let at = self.variables.get(&name)?.value.span()?;
            let value = self.value_of(&name, at);
            Some((name, value))
        });
        values.collect()
    }

    /// The commands of a rule.
    fn run(&mut self, rule: &Rule, exported: &Arc<BTreeMap<String, Traced>>, out: &mut Vec<Step>) {
        let Some(at) = rule.commands.first().and_then(|command| command.text.span()) else { return };
        let named = |name: &String| {
            if name.contains('%') {
                Traced::unknown(at, Why::FromOutside("the target of a pattern rule".into()))
            } else {
                Traced::made(name.as_str(), at)
            }
        };
        let target = match &rule.targets[..] {
            [one] => named(one),
            _ => Traced::unknown(at, Why::FromOutside("$@".into())),
        };
        self.automatic = Some(Automatic { target, needs: rule.needs.iter().map(named).collect() });
        let targets = Arc::clone(&rule.targets);
        let mut joined = Traced::new();
        let mut perhaps = false;
        for command in &rule.commands {
            if out.len() >= MAX_COMMANDS {
                budget::reached("commands of a makefile");
                break;
            }
            let at = command.text.span().unwrap_or(at);
            let given = self.expand(&command.text);
            // A definition of several lines is several commands.
            for text in lines::commands(&given) {
                let text = lines::unmarked(&text);
                if text.is_empty() {
                    continue;
                }
                if self.one_shell {
                    joined.push(&text);
                    joined.push_made(b"\n", at);
                    perhaps |= command.perhaps;
                } else {
                    let (perhaps, exported) = (command.perhaps, Arc::clone(exported));
                    out.push(Step { text, at, perhaps, exported, targets: Arc::clone(&targets) });
                }
            }
        }
        if !joined.is_empty() {
            out.push(Step { text: joined, at, perhaps, exported: Arc::clone(exported), targets });
        }
        self.automatic = None;
    }
}

fn text_starts(text: &Traced, word: &[u8]) -> bool {
    lines::word(text.bytes()) == word
}

/// `define NAME`: the assignment of what follows, and whether it is exported.
fn defined(text: &Traced) -> Option<(Assignment, bool)> {
    let mut rest = text.clone();
    let (mut exports, mut fixed) = (false, false);
    loop {
        let word = lines::word(rest.bytes()).to_vec();
        let next = lines::trimmed(&rest.slice(word.len()..rest.len()));
        match word.as_slice() {
            b"export" => exports = true,
            b"override" => fixed = true,
            b"define" => {
                let shown = next.to_text().into_owned();
                let sign =
                    ["::=", ":=", "?=", "+=", "!=", "="].into_iter().find(|sign| shown.trim_end().ends_with(sign));
                let name = shown.trim_end().strip_suffix(sign.unwrap_or_default()).unwrap_or(&shown).trim().to_owned();
                return Some((Assignment { name, sign: sign.unwrap_or("="), value: Traced::new(), fixed }, exports));
            }
            _ => return None,
        }
        rest = next;
    }
}

#[cfg(test)]
mod tests;
