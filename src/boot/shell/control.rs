//! `if`, `case`, loops and functions.

use std::sync::Arc;

use crate::syntax::shell::{Arm, ArmEnd, Command, Item, Part, Word};
use crate::text::{Span, Traced, Why};

use super::asked::{Answer, Id};
use super::conditions;
use super::interpreter::Shell;
use super::settle::settle;
use super::state::BoxedRun;
use super::status::{Flow, Status};

/// The most rounds of a loop whose condition is known.
const MAX_ROUNDS: usize = 256;

/// How many arms of a `case` are followed of which it is not known whether they are taken.
const MAX_UNDECIDED: usize = 256;

/// How many more rounds are followed after a path has left a loop. Then the number of rounds is unknown.
const OPEN_ROUNDS: usize = 2;

impl Shell<'_, '_> {
    pub(super) fn if_command(
        &mut self,
        branches: &[(Vec<Item>, Vec<Item>)],
        otherwise: Option<&[Item]>,
        path: BoxedRun,
    ) -> Vec<BoxedRun> {
        let mut out = Vec::new();
        let mut open = vec![path];
        for (condition, body) in branches {
            let mut next = Vec::new();
            for path in std::mem::take(&mut open) {
                for (path, holds) in self.condition(condition, path) {
                    if path.flow != Flow::Normal {
                        out.push(path);
                    } else if holds {
                        out.append(&mut self.list(body, path));
                    } else {
                        next.push(path);
                    }
                }
            }
            open = settle(next);
        }
        for mut path in open {
            path.status = Status::Zero;
            match otherwise {
                Some(body) => out.append(&mut self.list(body, path)),
                None => out.push(path),
            }
        }
        settle(out)
    }

    /// Runs a condition and splits the paths by its result.
    fn condition(&mut self, condition: &[Item], path: BoxedRun) -> Vec<(BoxedRun, bool)> {
        let span = match (condition.first(), condition.last()) {
            (Some(first), Some(last)) => first.first.span.to(last.rest.last().map_or(last.first.span, |(_, p)| p.span)),
            _ => path.machine.place,
        };
        let base = path.when.clone();
        self.conditions += 1;
        let paths = self.list(condition, path);
        self.conditions -= 1;
        let (mut out, gone) = self.decide_all(paths, &base, (span, span), false);
        for mut path in gone {
            path.status = Status::Zero;
            out.push((path, true));
        }
        out
    }

    pub(super) fn case_command(&mut self, subject: &Word, arms: &[Arm], mut path: BoxedRun) -> Vec<BoxedRun> {
        let value = self.single(subject, &mut path);
        let shown = self.words(subject.span);
        let mut out = Vec::new();
        let mut open = vec![path];
        let mut falling: Vec<BoxedRun> = Vec::new();
        let mut undecided = 0;
        for arm in arms {
            let mut next = Vec::new();
            let mut taken = std::mem::take(&mut falling);
            for mut path in std::mem::take(&mut open) {
                let mut answer: Answer = Ok(false);
                for pattern in &arm.patterns {
                    let tokens = self.pattern(pattern, &mut path);
                    let value = self.assumed(value.clone(), &path);
                    let fits = self.settled(conditions::matches_pattern(&tokens, &value, &path), &path);
                    answer = conditions::or(answer, fits);
                }
                match answer {
                    Ok(true) => taken.push(path),
                    Ok(false) => next.push(path),
                    Err(_) if undecided >= MAX_UNDECIDED => {
                        path.machine.gap(subject.span, Why::Limit("alternatives of a case"));
                        next.push(path);
                    }
                    Err(_) => {
                        undecided += 1;
                        let patterns: Vec<_> = arm.patterns.iter().map(|p| self.words(p.span)).collect();
                        let words = format!("{shown} is {}", patterns.join(" or "));
                        path.status = Status::answered(answer, subject.span, Some(words.into()));
                        for (mut path, holds) in self.decide(path, subject.span, false) {
                            path.status = Status::Zero;
                            if holds {
                                taken.push(path);
                            } else {
                                next.push(path);
                            }
                        }
                    }
                }
            }
            let mut done = Vec::new();
            for mut path in taken {
                if arm.body.is_empty() {
                    path.status = Status::Zero;
                }
                done.append(&mut self.list(&arm.body, path));
            }
            match arm.end {
                ArmEnd::Break => out.append(&mut done),
                ArmEnd::Fall => falling = done,
                ArmEnd::Next => next.append(&mut done),
            }
            open = settle(next);
            // Many arms would make as many paths, each with a machine.
            if out.len() > MAX_UNDECIDED {
                out = settle(out);
            }
        }
        out.append(&mut falling);
        for mut path in open {
            path.status = Status::Zero;
            out.push(path);
        }
        settle(out)
    }

    pub(super) fn for_command(
        &mut self,
        name: &str,
        items: Option<&[Word]>,
        body: &[Item],
        mut path: BoxedRun,
    ) -> Vec<BoxedRun> {
        if path.shell.constants.contains(name) {
            path.status = Status::NonZero;
            path.code = Some(1);
            return vec![path];
        }
        let values = match items {
            Some(words) => self.fields(words, &mut path),
            None if path.shell.called_from_outside => {
                let why = Why::FromOutside("the arguments of the script".into());
                vec![Traced::unknown(path.machine.place, why)]
            }
            None => path.shell.arguments.to_vec(),
        };
        let mut paths = vec![path];
        let mut done = Vec::new();
        for (round, value) in values.iter().enumerate() {
            if round >= MAX_ROUNDS {
                for path in &mut paths {
                    path.machine.gap(value.span().unwrap_or(path.machine.place), Why::Limit("rounds of a loop"));
                }
                break;
            }
            let mut next = Vec::new();
            for mut path in paths {
                path.set(name, value.clone());
                next.append(&mut self.round(body, path));
            }
            (paths, done) = after_round(next, done);
        }
        done.append(&mut paths);
        settle(done)
    }

    /// `for ((first; condition; step))`
    pub(super) fn for_arithmetic(
        &mut self,
        header: &Word,
        body: &[Item],
        span: Span,
        mut path: BoxedRun,
    ) -> Vec<BoxedRun> {
        let parts = split_header(&header.parts);
        let [first, condition, step] = parts.as_slice() else { return self.unknown_rounds(body, span, path) };
        let text = self.expression(first, &mut path);
        if path.count(&text, span).is_none() {
            return self.unknown_rounds(body, span, path);
        }
        let mut active = vec![path];
        let mut done = Vec::new();
        for _ in 0..MAX_ROUNDS {
            let mut next = Vec::new();
            for mut path in std::mem::take(&mut active) {
                let text = self.expression(condition, &mut path);
                let empty = text.bytes().trim_ascii().is_empty();
                match path.count(&text, span) {
                    Some(0) if !empty => done.push(path),
                    Some(_) => next.append(&mut self.round(body, path)),
                    None => done.append(&mut self.unknown_rounds(body, span, path)),
                }
            }
            (active, done) = after_round(next, done);
            for path in &mut active {
                let text = self.expression(step, path);
                path.count(&text, span);
            }
            if active.is_empty() {
                break;
            }
        }
        for mut path in active {
            path.machine.gap(span, Why::Limit("rounds of a loop"));
            done.push(path);
        }
        settle(done)
    }

    /// A body that runs an unknown number of times: either never, or with unknown values for everything it changes.
    pub(super) fn unknown_rounds(&mut self, body: &[Item], span: Span, mut path: BoxedRun) -> Vec<BoxedRun> {
        path.status = Status::Open(None);
        let mut out = Vec::new();
        for (path, holds) in self.decide(path, span, false) {
            if !holds {
                out.push(path);
                continue;
            }
            out.append(&mut self.one_round(body, span, path));
        }
        settle(out)
    }

    /// The commands in a loop, which `break` and `continue` can leave.
    fn round(&mut self, body: &[Item], mut path: BoxedRun) -> Vec<BoxedRun> {
        path.shell.loops += 1;
        self.loops += 1;
        let mut paths = self.list(body, path);
        self.loops -= 1;
        for path in &mut paths {
            path.shell.loops = path.shell.loops.saturating_sub(1);
        }
        paths
    }

    /// One round that represents any number of rounds.
    fn one_round(&mut self, body: &[Item], span: Span, path: BoxedRun) -> Vec<BoxedRun> {
        let before = path.clone();
        let (mut paths, mut done) = after_round(self.round(body, path), Vec::new());
        paths.append(&mut done);
        let why = Why::NotUnderstood("a loop with an unknown number of iterations".into());
        for path in &mut paths {
            path.blur_variables(&before, &why, span);
            path.status = Status::Zero;
        }
        paths
    }

    pub(super) fn while_command(
        &mut self,
        until: bool,
        condition: &[Item],
        body: &[Item],
        path: BoxedRun,
    ) -> Vec<BoxedRun> {
        let span = condition.first().map_or(path.machine.place, |item| item.first.span);
        let before = path.clone();
        let mut active = vec![path];
        let mut done: Vec<BoxedRun> = Vec::new();
        for round in 0..MAX_ROUNDS {
            if round >= OPEN_ROUNDS && !done.is_empty() {
                // Only some paths have left the loop: the number of rounds is unknown, and so is what they change.
                let why = Why::NotUnderstood("a loop with an unknown number of iterations".into());
                for mut path in std::mem::take(&mut active) {
                    path.blur_variables(&before, &why, span);
                    done.push(path);
                }
                break;
            }
            let before_round: Vec<BoxedRun> = active.clone();
            let mut next = Vec::new();
            for mut path in active {
                path.shell.loops += 1;
                self.loops += 1;
                let answers = self.condition(condition, path);
                self.loops -= 1;
                let known = answers.len() == 1;
                for (mut path, holds) in answers {
                    path.shell.loops = path.shell.loops.saturating_sub(1);
                    if path.flow != Flow::Normal {
                        next.push(path);
                    } else if holds == until {
                        done.push(path);
                    } else if known {
                        next.append(&mut self.round(body, path));
                    } else {
                        done.append(&mut self.one_round(body, span, path));
                    }
                }
            }
            (active, done) = after_round(next, done);
            if active.is_empty() {
                break;
            }
            if active.iter().all(|path| before_round.iter().any(|old| path.repeats(old))) {
                // Every further round does the same, so these paths never leave the loop.
                let failed = !done.is_empty();
                for mut path in std::mem::take(&mut active) {
                    path.flow = Flow::Exit { failed };
                    done.push(path);
                }
                break;
            }
        }
        for mut path in active {
            path.machine.gap(span, Why::Limit("rounds of a loop"));
            done.push(path);
        }
        for path in done.iter_mut().filter(|path| path.flow == Flow::Normal) {
            path.status = Status::Zero;
        }
        settle(done)
    }

    /// Calls a function of the script.
    pub(super) fn function(
        &mut self,
        body: &Arc<Command>,
        arguments: Vec<Traced>,
        span: Span,
        mut path: BoxedRun,
    ) -> Vec<BoxedRun> {
        let around = self.site;
        self.site = Id::of(&span.start, &[around]);
        let outer = std::mem::replace(&mut path.shell.arguments, Arc::new(arguments));
        let outside = std::mem::replace(&mut path.shell.called_from_outside, false);
        let hidden = std::mem::take(&mut path.shell.hidden);
        let loops = std::mem::take(&mut path.shell.loops);
        path.shell.callers += 1;
        path.shell.functions_running += 1;
        let mut paths = self.command(body, path);
        self.site = around;
        for path in &mut paths {
            path.shell.callers = path.shell.callers.saturating_sub(1);
            path.shell.functions_running = path.shell.functions_running.saturating_sub(1);
            path.shell.loops = loops;
            path.shell.arguments = Arc::clone(&outer);
            path.shell.called_from_outside = outside;
            let locals = std::mem::replace(&mut path.shell.hidden, hidden.clone());
            let variables = Arc::make_mut(&mut path.shell.variables);
            for (name, old) in locals.into_iter().rev() {
                // `local -r` variables end with the function.
                if path.shell.constants.contains(&name) {
                    Arc::make_mut(&mut path.shell.constants).remove(&name);
                }
                match old {
                    Some(old) => variables.insert(name.into(), old),
                    None => variables.remove(name.as_str()),
                };
            }
            if path.flow == Flow::Return {
                path.flow = Flow::Normal;
            }
        }
        settle(paths)
    }
}

/// The three expressions between the parentheses of an arithmetic `for`.
fn split_header(parts: &[Part]) -> Vec<Vec<Part>> {
    let mut out = vec![Vec::new()];
    for part in parts {
        let (Part::Bare(text) | Part::Quoted(text)) = part else {
            if let Some(last) = out.last_mut() {
                last.push(part.clone());
            }
            continue;
        };
        for (index, piece) in text.split(b";").into_iter().enumerate() {
            if index > 0 {
                out.push(Vec::new());
            }
            if let Some(last) = out.last_mut() {
                last.push(Part::Quoted(piece));
            }
        }
    }
    out
}

/// Sorts paths after a round: those that continue with the next round, and those that have left the loop.
fn after_round(paths: Vec<BoxedRun>, mut done: Vec<BoxedRun>) -> (Vec<BoxedRun>, Vec<BoxedRun>) {
    let mut again = Vec::new();
    for mut path in paths {
        match path.flow.clone() {
            Flow::Normal => again.push(path),
            Flow::Continue(0 | 1) => {
                path.flow = Flow::Normal;
                again.push(path);
            }
            Flow::Continue(levels) => {
                path.flow = Flow::Continue(levels - 1);
                done.push(path);
            }
            Flow::Break(0 | 1) => {
                path.flow = Flow::Normal;
                done.push(path);
            }
            Flow::Break(levels) => {
                path.flow = Flow::Break(levels - 1);
                done.push(path);
            }
            Flow::Return | Flow::Abandon | Flow::Exit { .. } => done.push(path),
        }
    }
    // Many rounds would make as many paths, each with a machine.
    if done.len() > MAX_UNDECIDED {
        done = settle(done);
    }
    (settle(again), done)
}
