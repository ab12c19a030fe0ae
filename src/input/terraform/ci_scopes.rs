//! What a file of a CI system means by the values that it gives to Terraform: an inner job or step overrides what is set around it,
//! a job of GitLab what it takes over from another one, and a command of a script all of these.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::ci_values::{Assigned, Commands};

/// The longest file in which scopes are compared, in lines.
const MAX_LINES: usize = 4_000;

/// The most jobs that one job takes something over from.
const MAX_PARENTS: usize = 32;

/// With more commands in a file, each assignment counts.
const MAX_SITES: usize = 500;

/// Leaves out what no command of the file sees, because another assignment stands nearer to each of them. For YAML.
pub(super) fn leave_out_hidden(text: &str, commands: &mut Commands) {
    let file = File::of(text);
    let runs = |line: &str| {
        let line = line.trim_start();
        !line.starts_with('#')
            && ["terraform ", "tofu ", "terragrunt "].iter().any(|word| line.contains(word))
            && ["apply", "plan", "run-all"].iter().any(|word| line.contains(word))
    };
    let sites = (0..file.lines.len()).filter(|at| runs(file.lines[*at])).take(MAX_SITES + 1);
    let sites: Vec<Site> = sites.flat_map(|at| file.jobs_that_run(at).into_iter().map(move |job| (at, job))).collect();
    if sites.len() > MAX_SITES {
        return;
    }
    let scopes: Vec<Scope> = commands.environment.iter().map(|set| file.scope(set)).collect();
    // Whether a command sees each of them, and whether one does with nothing nearer.
    let mut seen = vec![(false, false); scopes.len()];
    for site in sites {
        let far: Vec<_> = scopes.iter().map(|scope| file.distance(scope, site)).collect();
        let mut nearest: HashMap<&str, (u8, usize)> = HashMap::new();
        for (set, far) in commands.environment.iter().zip(&far).filter_map(|(set, far)| Some((set, (*far)?))) {
            nearest.entry(&set.name).and_modify(|least| *least = far.min(*least)).or_insert(far);
        }
        for ((set, far), seen) in commands.environment.iter().zip(far).zip(&mut seen) {
            if far.is_some() {
                *seen = (true, seen.1 || nearest.get(&*set.name).copied() == far);
            }
        }
    }
    let mut keep = seen.into_iter().map(|(seen, nearest)| !seen || nearest);
    commands.environment.retain(|_| keep.next().unwrap_or(true));
}

/// The text with spaces in place of the jobs and steps that never run. For YAML.
pub(super) fn without_idle(text: &str) -> Cow<'_, str> {
    let never = |line: &str| {
        let value = line.trim_start_matches([' ', '-']).strip_prefix("if:").map(str::trim);
        value.is_some_and(|value| matches!(value, "false" | "${{ false }}" | "${{false}}"))
    };
    if !text.lines().any(never) {
        return Cow::Borrowed(text);
    }
    let file = File::of(text);
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
type Site = (usize, Option<usize>);

/// Where an assignment counts.
enum Scope {
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
struct File<'t> {
    lines: Vec<&'t str>,
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
    ["env:", "variables:", "environment:"].iter().any(|word| line.contains(word))
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
    while let Some(next) = open.pop().filter(|_| out.len() < MAX_PARENTS) {
        if next != block && !out.contains(&next) {
            out.push(next);
            open.extend(direct(next));
        }
    }
    out
}

impl<'t> File<'t> {
    fn of(text: &'t str) -> Self {
        let lines: Vec<&str> = text.lines().take(MAX_LINES).collect();
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
        Self { lines, blocks }
    }

    /// The block with a line.
    fn block(&self, line: usize) -> Option<usize> {
        let at = self.blocks.partition_point(|block| block.lines.start <= line).checked_sub(1)?;
        self.blocks[at].lines.contains(&line).then_some(at)
    }

    /// The jobs that run a line. What begins with a dot is only taken over.
    fn jobs_that_run(&self, line: usize) -> Vec<Option<usize>> {
        let Some(own) = self.block(line) else { return vec![None] };
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
        out
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

    /// Where an assignment counts.
    fn scope(&self, set: &Assigned) -> Scope {
        let at = set.line.saturating_sub(1).min(self.lines.len().saturating_sub(1));
        let Some(line) = self.lines.get(at) else { return Scope::Lines(0..0) };
        // The line that opens the block of assignments, unless all of it is on one line.
        let header = if opens(line) { Some(at) } else { self.above(at) };
        let header = header.filter(|header| opens(self.lines[*header]));
        if header.is_none() && line.contains(&format!("TF_VAR_{}=", set.name)) {
            return self.in_script(at);
        }
        let own = self.block(at);
        let top = own.and_then(|own| self.blocks[own].lines.clone().skip(1).find(|at| !is_blank(self.lines[*at])));
        let level = header.or_else(|| own.filter(|own| self.blocks[*own].name.starts_with('.')).map(|_| at));
        let (Some(level), Some(own)) = (level.map(|at| indent(self.lines[at])), own) else {
            return Scope::Lines(at..at + 1);
        };
        if level == 0 {
            return Scope::All;
        }
        let is_key = |at: usize| indent(self.lines[at]) == level && !self.lines[at].trim_start().starts_with('-');
        let is_job = self.blocks[own].name != "jobs" && top.is_some_and(is_key);
        let Some(header) = header.filter(|_| !is_job) else { return Scope::Job(own) };
        Scope::Lines(self.mapping(header))
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
    fn distance(&self, scope: &Scope, (line, job): Site) -> Option<(u8, usize)> {
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
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ci_values::commands;
    use super::{leave_out_hidden, without_idle};

    fn left(text: &str) -> Vec<String> {
        let mut found = commands(text);
        leave_out_hidden(text, &mut found);
        found.environment.iter().map(|set| format!("{}={}", set.name, text.get(set.value.clone()).unwrap())).collect()
    }

    #[test]
    fn a_nearer_assignment_hides_one_around_it() {
        let job = |name: &str, env: &str| format!("  {name}:\n{env}    steps:\n      - run: terraform apply\n");
        let own = "    env:\n      TF_VAR_idle: 4h\n";
        let both = format!("env:\n  TF_VAR_idle: 0s\njobs:\n{}", job("a", own));
        assert_eq!(left(&both), ["idle=4h"]);
        assert_eq!(left(&format!("{both}{}", job("b", ""))), ["idle=0s", "idle=4h"]);
        let steps = "env: {TF_VAR_idle: 0s}\nsteps:\n  - run: terraform plan\n    env:\n      TF_VAR_idle: 4h\n";
        assert_eq!(left(steps), ["idle=4h"]);
        assert_eq!(left(&format!("{steps}  - run: terraform apply\n")), ["idle=0s", "idle=4h"]);
    }

    #[test]
    fn a_job_of_gitlab_overrides_what_it_takes_over() {
        let global = "variables:\n  TF_VAR_idle: 0s\n";
        let base = ".base:\n  variables:\n    TF_VAR_idle: 4h\n";
        let run = "  script:\n    - terraform apply\n";
        for (jobs, found) in [
            (format!("{base}a:\n  extends: .base\n{run}"), &["4h"][..]),
            (format!("{base}a:\n  extends: [.x, .base]\n{run}"), &["4h"]),
            (format!("{base}a:\n  extends:\n    - .base\n{run}"), &["4h"]),
            (format!("{base}{run}a:\n  extends: .base\n"), &["4h"]),
            (format!(".base:\n{run}a:\n  extends: .base\n  variables:\n    TF_VAR_idle: 4h\n"), &["4h"]),
            (format!("{base}a:\n  variables: !reference [.base, variables]\n{run}"), &["4h"]),
            (format!(".b: &b\n  variables:\n    TF_VAR_idle: 4h\na:\n  <<: *b\n{run}"), &["4h"]),
            (format!(".v: &v\n  TF_VAR_idle: 4h\na:\n  variables: *v\n{run}"), &["4h"]),
            (format!("{base}a:\n{run}b:\n  extends: .base\n{run}"), &["0s", "4h"]),
            (format!("default:\n  before_script:\n    - export TF_VAR_idle=4h\na:\n{run}"), &["4h"]),
            ("a:\n  script:\n    - export TF_VAR_idle=4h\n    - terraform apply\n".to_owned(), &["4h"]),
            ("a:\n  script:\n    - terraform apply\n    - export TF_VAR_idle=4h\n".to_owned(), &["0s", "4h"]),
            ("a:\n  script:\n    - TF_VAR_idle=4h terraform apply\n".to_owned(), &["4h"]),
        ] {
            let found: Vec<_> = found.iter().map(|value| format!("idle={value}")).collect();
            assert_eq!(left(&format!("{global}{jobs}")), found, "{jobs}");
        }
    }

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
