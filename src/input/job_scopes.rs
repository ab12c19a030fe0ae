//! Where a file of a CI system gives a value to its commands: an inner job or step overrides what is set around it, a job of GitLab
//! what it takes over from another one, and a command of a script all of these.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use crate::text::budget;

/// The longest file in which scopes are compared, in lines.
const MAX_LINES: usize = 4_000;

/// The most jobs that one job takes something over from.
const MAX_PARENTS: usize = 32;

/// True for the condition of a job or a step that is switched off, as it is written.
pub(super) fn is_off(condition: &[u8]) -> bool {
    matches!(condition.trim_ascii(), b"false" | b"${{ false }}" | b"${{false}}")
}

/// The text with spaces in place of the jobs and steps that never run. For YAML.
pub(super) fn without_idle(text: &str) -> Cow<'_, str> {
    let never = |line: &str| {
        let value = line.trim_start_matches([' ', '-']).strip_prefix("if:");
        value.is_some_and(|value| is_off(value.as_bytes()))
    };
    if !text.lines().any(never) {
        return Cow::Borrowed(text);
    }
    let file = Jobs::of(text);
    let idle = (0..file.lines.len()).filter(|at| never(file.lines[*at]));
    let idle: Vec<Range<usize>> = idle.map(|at| file.mapping(at)).collect();
    let mut out = String::with_capacity(text.len());
    for (at, line) in text.split_inclusive('\n').enumerate() {
        if idle.iter().any(|range| range.contains(&at)) {
            out.extend(line.bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }));
        } else {
            out.push_str(line);
        }
    }
    Cow::Owned(out)
}

/// The line of a command, and the block at the top of the file as whose job it runs.
pub(super) type Site = (usize, Option<usize>);

/// Where an assignment counts.
pub(super) enum Scope {
    /// Nothing says where.
    Open,
    /// In these lines of a script, or with `true` before the scripts of the jobs with them.
    Script(Range<usize>, bool),
    /// In all jobs.
    All,
    /// In the job that the block describes, and in those that take it over.
    Job(usize),
    /// In these lines.
    Lines(Range<usize>),
}

/// A block at the top of the file: in GitLab's files a job.
struct Block<'t> {
    name: &'t str,
    /// Its lines, from that of its name.
    lines: Range<usize>,
    /// What is taken over: a name, whether variables, and whether commands.
    takes: Vec<(&'t str, bool, bool)>,
    /// The blocks with the variables, and with the commands, that it takes over, the nearest first.
    parents: [Vec<usize>; 2],
}

/// The lines of a file and its blocks.
pub(super) struct Jobs<'t> {
    lines: Vec<&'t str>,
    /// Where the lines start, and the first one that is not looked at.
    starts: Vec<usize>,
    blocks: Vec<Block<'t>>,
}

/// How far a line is indented. A dash counts as a space.
fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '-']).len()
}

fn is_blank(line: &str) -> bool {
    line.trim().is_empty() || line.trim_start().starts_with('#')
}

/// True for the line that opens a block of assignments.
fn opens(line: &str) -> bool {
    let at_end = |rest: &str| rest.is_empty() || rest.starts_with(['{', '*', '&', '!', '#']);
    ["env:", "variables:", "environment:"].iter().any(|word| {
        let own = line.trim_start_matches([' ', '-']).strip_prefix(word);
        own.is_some_and(|rest| at_end(rest.trim())) || line.contains(&format!("{word} {{"))
    })
}

/// What a line takes over: `extends: [.a, .b]`, `<<: *a`, `variables: *a`, `!reference [.a, script]`.
fn taken<'t>(line: &'t str, in_list: bool, out: &mut Vec<(&'t str, bool, bool)>) {
    let inner = line.trim_start();
    let ends = |c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']' | '"' | '\'');
    let names = |text: &'t str| text.split(ends).filter(|name| !name.is_empty());
    if let Some(rest) = inner.strip_prefix("extends:") {
        out.extend(names(rest).map(|name| (name, true, true)));
    } else if in_list {
        out.extend(names(inner.trim_start_matches('-')).map(|name| (name, true, true)));
    } else if let Some((before, rest)) = inner.split_once("!reference") {
        let mut names = names(rest);
        if let (Some(name), part) = (names.next(), names.next()) {
            let variables = part == Some("variables") || before.starts_with("variables:");
            out.push((name, variables, !variables));
        }
    } else {
        let variables = inner.starts_with("variables:");
        let anchors = names(inner).filter(|word| word.starts_with('*') && word.len() > 1);
        out.extend(anchors.map(|name| (name, variables || inner.starts_with("<<:"), !variables)));
    }
}

/// What a block takes over, directly or through others, the nearest first; of several, the last one counts first.
fn all_above<'a>(block: usize, direct: impl Fn(usize) -> &'a Vec<usize>) -> Vec<usize> {
    let (mut out, mut open) = (Vec::new(), direct(block).clone());
    while out.len() < MAX_PARENTS
        && let Some(next) = open.pop()
    {
        if next != block && !out.contains(&next) {
            out.push(next);
            open.extend(direct(next));
        }
    }
    if open.iter().any(|next| *next != block && !out.contains(next)) {
        budget::reached("jobs that one job takes over");
    }
    out
}

impl<'t> Jobs<'t> {
    /// The jobs of a text; without YAML in it there are none.
    pub(super) fn of(text: &'t str) -> Self {
        // A file may start with the mark of UTF-8.
        let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().take(MAX_LINES).collect();
        let ends = memchr::memchr_iter(b'\n', text.as_bytes()).map(|end| end + 1);
        let starts = std::iter::once(0).chain(ends).take(MAX_LINES + 1).collect();
        let mut blocks: Vec<Block<'t>> = Vec::new();
        let mut list = None;
        for (at, line) in lines.iter().enumerate().filter(|(_, line)| !is_blank(line)) {
            if indent(line) == 0
                && let Some((name, _)) = line.split_once(':')
            {
                blocks.push(Block {
                    name: name.trim_matches(['"', '\'', ' ']),
                    lines: at..at,
                    takes: Vec::new(),
                    parents: Default::default(),
                });
            }
            let Some(block) = blocks.last_mut() else { continue };
            block.lines.end = at + 1;
            list = list.filter(|level| indent(line) > *level);
            taken(line, list.is_some(), &mut block.takes);
            if line.trim() == "extends:" {
                list = Some(indent(line));
            }
        }
        let mut names: HashMap<&str, usize> = HashMap::new();
        for (n, block) in blocks.iter().enumerate() {
            names.insert(block.name, n);
            let words = lines[block.lines.clone()].iter().flat_map(|line| line.split_whitespace());
            names.extend(words.filter(|word| word.starts_with('&')).map(|word| (word, n)));
        }
        let block = |name: &str| match name.strip_prefix('*') {
            Some(anchor) => names.get(format!("&{anchor}").as_str()).copied(),
            None => names.get(name).copied(),
        };
        let of = |block_takes: &[(&str, bool, bool)], commands: bool| -> Vec<usize> {
            let taken = block_takes.iter().filter(|(_, variables, script)| if commands { *script } else { *variables });
            taken.filter_map(|(name, ..)| block(name)).collect()
        };
        let direct: Vec<[Vec<usize>; 2]> =
            blocks.iter().map(|block| [of(&block.takes, false), of(&block.takes, true)]).collect();
        for (n, block) in blocks.iter_mut().enumerate() {
            block.parents = [0, 1].map(|kind| all_above(n, |n| &direct[n][kind]));
        }
        Self { lines, starts, blocks }
    }

    /// The line of a byte, counted from 0; one that is not looked at for all behind the last one that is.
    pub(super) fn line_of(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at).saturating_sub(1)
    }

    /// The block with a line.
    fn block(&self, line: usize) -> Option<usize> {
        let at = self.blocks.partition_point(|block| block.lines.start <= line).checked_sub(1)?;
        self.blocks[at].lines.contains(&line).then_some(at)
    }

    /// A line in each of the jobs that run it. What begins with a dot is only taken over.
    pub(super) fn sites(&self, line: usize) -> Vec<Site> {
        let Some(own) = self.block(line) else { return vec![(line, None)] };
        let has_script = |block: &Block<'_>| {
            let mut lines = self.lines[block.lines.clone()].iter();
            lines.any(|line| line.trim_start().starts_with("script:") && !line.contains(['*', '!']))
        };
        let refers = |block: &Block<'_>| block.takes.iter().any(|(_, variables, script)| *script && !*variables);
        let taking = (0..self.blocks.len()).filter(|n| {
            let block = &self.blocks[*n];
            *n != own && !block.name.starts_with('.') && (!has_script(block) || refers(block))
        });
        let mut out: Vec<_> = taking.filter(|n| self.blocks[*n].parents[1].contains(&own)).map(Some).collect();
        if !self.blocks[own].name.starts_with('.') || out.is_empty() {
            out.push(Some(own));
        }
        out.into_iter().map(|job| (line, job)).collect()
    }

    /// The nearest line above that is less indented.
    fn above(&self, at: usize) -> Option<usize> {
        let own = indent(self.lines.get(at)?);
        (0..at).rev().find(|line| !is_blank(self.lines[*line]) && indent(self.lines[*line]) < own)
    }

    /// The lines from one on that are at least this much indented.
    fn down_to(&self, from: usize, level: usize) -> Range<usize> {
        let ends = |line: &&str| !is_blank(line) && indent(line) < level;
        let rest = self.lines.get(from..).unwrap_or_default();
        from..from + rest.iter().position(ends).unwrap_or(rest.len())
    }

    /// Where an assignment on a line counts, counted from 0. `in_script` is true for one that a script may make.
    pub(super) fn scope(&self, at: usize, in_script: bool) -> Scope {
        let Some(line) = self.lines.get(at) else { return Scope::Open };
        // The line that opens the block of assignments, unless all of it is on one line.
        let header = if opens(line) { Some(at) } else { self.above(at) };
        let header = header.filter(|header| opens(self.lines[*header]));
        if header.is_none() && in_script {
            return self.in_script(at);
        }
        let own = self.block(at);
        let top = own.and_then(|own| self.blocks[own].lines.clone().skip(1).find(|at| !is_blank(self.lines[*at])));
        let level = header.or_else(|| own.filter(|own| self.blocks[*own].name.starts_with('.')).map(|_| at));
        let (Some(level), Some(own)) = (level.map(|at| indent(self.lines[at])), own) else {
            return self.matrix(at).map_or(Scope::Open, Scope::Lines);
        };
        if level == 0 {
            return Scope::All;
        }
        let is_key = |at: usize| indent(self.lines[at]) == level && !self.lines[at].trim_start().starts_with('-');
        let is_job = self.blocks[own].name != "jobs" && top.is_some_and(is_key);
        let Some(header) = header.filter(|_| !is_job) else { return Scope::Job(own) };
        Scope::Lines(self.mapping(header))
    }

    /// The lines of the job whose matrix gives the value on a line.
    fn matrix(&self, at: usize) -> Option<Range<usize>> {
        let mut above = std::iter::successors(Some(at), |at| self.above(*at)).take(6);
        let matrix = above.find(|at| self.lines[*at].trim_start().starts_with("matrix:"))?;
        Some(self.mapping(self.above(matrix)?))
    }

    /// Which of several assignments of one variable a command sees: of those around it the nearest ones, and those of which
    /// nothing says where they count.
    pub(super) fn seen<'s>(&self, scopes: impl Iterator<Item = &'s Scope> + Clone, sites: &[Site]) -> Vec<bool> {
        let known = |(line, _): &Site| *line < MAX_LINES;
        let mut out: Vec<bool> = scopes.clone().map(|scope| matches!(scope, Scope::Open)).collect();
        if !sites.iter().all(known) {
            out.fill(true);
        }
        for site in sites {
            let far: Vec<_> = scopes.clone().map(|scope| self.distance(scope, *site)).collect();
            let nearest = far.iter().flatten().min();
            out.iter_mut().zip(&far).for_each(|(seen, far)| *seen |= far.is_some() && far.as_ref() == nearest);
        }
        out
    }

    /// The lines of the mapping that a line with a key belongs to.
    fn mapping(&self, header: usize) -> Range<usize> {
        let level = indent(self.lines[header]);
        let begins = |line: usize| self.lines[line].trim_start().starts_with("- ") && indent(self.lines[line]) == level;
        let mut from = header;
        while from > 0 && !begins(from) && (is_blank(self.lines[from - 1]) || indent(self.lines[from - 1]) >= level) {
            from -= 1;
        }
        let inside = self.down_to(header + 1, level);
        from..inside.clone().find(|line| begins(*line)).unwrap_or(inside.end)
    }

    /// Where an assignment in a script counts: behind it, for all scripts of a job if it stands before them, and in later steps if it
    /// is written to GitHub's file.
    fn in_script(&self, at: usize) -> Scope {
        let line = self.lines[at];
        if !line.contains("export ") && !line.contains("GITHUB_ENV") {
            return Scope::Lines(at..at + 1);
        }
        let above = std::iter::successors(self.above(at), |at| self.above(*at)).take(8);
        for key in above {
            let inner = self.lines[key].trim_start_matches([' ', '-']);
            if inner.starts_with("before_script:") {
                return Scope::Script(self.down_to(key + 1, indent(self.lines[key])), true);
            }
            if inner.starts_with("steps:") && line.contains("GITHUB_ENV") {
                return Scope::Script(at + 1..self.down_to(at, indent(self.lines[key]) + 1).end, false);
            }
        }
        Scope::Script(self.down_to(at, indent(line)), false)
    }

    /// How far an assignment is from a command that sees it: the smallest one counts.
    pub(super) fn distance(&self, scope: &Scope, (line, job): Site) -> Option<(u8, usize)> {
        let takes = |own: usize, kind: usize| self.blocks[job?].parents[kind].iter().position(|parent| *parent == own);
        match scope {
            Scope::Script(lines, false) => lines.contains(&line).then_some((0, lines.len())),
            Scope::Script(lines, true) => {
                let own = self.block(lines.start)?;
                let name = self.blocks[own].name;
                let all = name == "default" || name == "before_script";
                (all || job == Some(own) || takes(own, 1).is_some()).then_some((1, lines.len()))
            }
            Scope::Job(own) if job == Some(*own) => Some((2, 0)),
            Scope::Job(own) => takes(*own, 0).map(|position| (3, position)),
            Scope::Lines(lines) => lines.contains(&line).then_some((2, lines.len())),
            Scope::All => Some((4, 0)),
            Scope::Open => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::without_idle;

    #[test]
    fn what_never_runs_sets_nothing() {
        let job = |name: &str, test: &str| {
            format!("  {name}:\n    env:\n      TF_VAR_idle: 0s # é\n{test}    steps:\n      - run: terraform apply\n")
        };
        let off = format!("jobs:\n{}{}", job("a", "    if: false\n"), job("b", "    if: ${{ inputs.b }}\n"));
        let without = without_idle(&off);
        assert_eq!(without.len(), off.len());
        assert_eq!(without.matches("TF_VAR").count(), 1);
        assert!(without.contains("  b:\n    env:"));
        let steps = "steps:\n  - if: ${{ false }}\n    run: terraform apply -var idle=0s\n  - run: terraform plan\n";
        let lines: Vec<_> = without_idle(steps).lines().map(str::trim_end).map(str::to_owned).collect();
        assert_eq!(lines, ["steps:", "", "", "  - run: terraform plan"]);
    }
}
