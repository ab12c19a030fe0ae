//! What a file of a CI system means by the values that it gives to Terraform: an inner job or step overrides what is set around
//! it, and a value may be that of another variable of the file.

use std::ops::Range;

use super::ci_values::{Assigned, Commands};

/// The longest file in which scopes are compared, in lines.
const MAX_LINES: usize = 4_000;

/// The most values of one variable.
const MAX_VALUES: usize = 16;

/// Puts in place of `${{ env.NAME }}`, `${{ matrix.NAME }}`, `$NAME` and `$(NAME)` what the file gives to that name. In a matrix
/// each value is one of its own.
pub(super) fn resolve(text: &str, commands: &mut Commands) {
    let options = commands.calls.iter_mut().flat_map(|call| &mut call.options);
    for (_, set) in options.filter(|(_, set)| !set.known) {
        if let Some(([value], _)) = meant(text, &set.value).as_ref().map(|(all, of)| (all.as_slice(), of)) {
            set.value = value.clone();
            set.known = true;
        }
    }
    let mut more = Vec::new();
    for set in commands.environment.iter_mut().filter(|set| !set.known) {
        match meant(text, &set.value) {
            Some((values, _)) if values.len() == 1 => {
                set.value = values[0].clone();
                set.known = true;
            }
            Some((values, Of::Matrix)) => {
                let of = |(number, value): (usize, &Range<usize>)| {
                    // Each is a way of its own.
                    let line = text.get(..value.start).unwrap_or_default().matches('\n').count() + 1;
                    Assigned { value: value.clone(), known: true, block: usize::MAX - number, line, ..set.clone() }
                };
                more.extend(values.iter().enumerate().map(of));
                set.name.clear();
            }
            _ => {}
        }
    }
    commands.environment.retain(|set| !set.name.is_empty());
    commands.environment.extend(more);
}

/// What a reference is to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Variable,
    Matrix,
}

/// The values that the file gives to the variable that a value refers to. `None` if it is not a reference alone, or if one of them
/// is not known.
fn meant(text: &str, value: &Range<usize>) -> Option<(Vec<Range<usize>>, Of)> {
    let shown = text.get(value.clone())?.trim();
    let expression = shown.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")).map(str::trim);
    let (name, of) = match expression {
        Some(inner) => match inner.split_once('.')? {
            ("env", name) => (name, Of::Variable),
            ("matrix", name) => (name, Of::Matrix),
            _ => return None,
        },
        None => {
            let rest = shown.strip_prefix('$')?;
            let pairs = [('{', '}'), ('(', ')')];
            let bare = pairs.iter().find_map(|(open, close)| rest.strip_prefix(*open)?.strip_suffix(*close));
            (bare.unwrap_or(rest), Of::Variable)
        }
    };
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return None;
    }
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text.get(from..)?.find(name).map(|at| from + at) {
        from = at + name.len();
        let line = text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
        let before = text.get(line..at)?;
        let inside = before.chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric() || "_-.$/".contains(c));
        let rest = text.get(from..)?;
        let spaced = rest.trim_start_matches([' ', '\t']);
        let mark = ["?=", ":=", "=", ":"].into_iter().find(|mark| spaced.starts_with(mark));
        let Some(mark) = mark.filter(|_| !inside && !before.trim_start().starts_with('#')) else { continue };
        let start = from + (rest.len() - spaced.len()) + mark.len();
        let line_rest = text.get(start..)?.split(['\n', '#']).next()?;
        let list = line_rest.trim_start().strip_prefix('[').filter(|_| of == Of::Matrix);
        let whole = list.map_or(line_rest, |list| list.split(']').next().unwrap_or_default());
        let mut at = start + (line_rest.len() - list.map_or(line_rest.len(), str::len));
        for part in whole.split([',', '}']) {
            let bare = bare(part, mark == "=");
            if let Some(offset) = part.find(bare).filter(|_| !bare.is_empty()) {
                if bare.contains(['$', '`', '{', '\\', '(']) || found.len() >= MAX_VALUES {
                    return None;
                }
                found.push(at + offset..at + offset + bare.len());
            }
            at += part.len() + 1;
            if list.is_none() {
                break;
            }
        }
    }
    let usable = of == Of::Matrix && !found.is_empty() || found.len() == 1;
    usable.then_some((found, of))
}

/// A value without quotes and what follows it. In a shell it is one word.
fn bare(text: &str, shell: bool) -> &str {
    let text = text.trim();
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        return text.split(quote).nth(1).unwrap_or_default();
    }
    let ends = |c: char| c.is_whitespace() || ";&|)".contains(c);
    if shell { text.split(ends).next().unwrap_or_default() } else { text }
}

/// Leaves out what no command of the file sees, because another assignment stands nearer to each of them. For YAML.
pub(super) fn leave_out_hidden(text: &str, commands: &mut Commands) {
    let lines: Vec<&str> = text.lines().take(MAX_LINES).collect();
    let runs = |line: &str| {
        let line = line.trim_start();
        !line.starts_with('#')
            && ["terraform ", "tofu ", "terragrunt "].iter().any(|word| line.contains(word))
            && ["apply", "plan", "run-all"].iter().any(|word| line.contains(word))
    };
    let sites: Vec<usize> = (0..lines.len()).filter(|at| runs(lines[*at])).collect();
    let scopes: Vec<Range<usize>> = commands.environment.iter().map(|set| scope(&lines, set.line)).collect();
    let hidden = |index: usize, name: &str| {
        let own = &scopes[index];
        let inner = |site: &usize| {
            commands.environment.iter().zip(&scopes).any(|(other, scope)| {
                other.name == name && scope.len() < own.len() && scope.contains(site) && own.contains(&scope.start)
            })
        };
        let mut seen = sites.iter().filter(|site| own.contains(site)).peekable();
        seen.peek().is_some() && seen.all(inner)
    };
    let keep: Vec<bool> = commands.environment.iter().enumerate().map(|(at, set)| !hidden(at, &set.name)).collect();
    let mut keep = keep.into_iter();
    commands.environment.retain(|_| keep.next().unwrap_or(true));
}

/// The lines for which an assignment counts: those of the mapping that holds its `env:` or `variables:`. The line number begins
/// at 1.
fn scope(lines: &[&str], number: usize) -> Range<usize> {
    let blank = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let dash = |line: &str| line.trim_start().starts_with("- ");
    // A dash counts as a space.
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '-']).len();
    let at = number.saturating_sub(1).min(lines.len().saturating_sub(1));
    let Some(own) = lines.get(at).map(|line| indent(line)) else { return 0..0 };
    // The line that opens the block of assignments, unless all of it is on one line.
    let opens = |line: &&str| ["env:", "variables:", "environment:"].iter().any(|word| line.contains(word));
    let header = match lines.get(at).filter(|line| opens(line)) {
        Some(_) => Some(at),
        None => (0..at).rev().find(|line| !blank(lines[*line]) && indent(lines[*line]) < own),
    };
    let Some(header) = header.filter(|line| opens(&&*lines[*line])) else { return at..at + 1 };
    let level = indent(lines[header]);
    let begins = |line: usize| dash(lines[line]) && indent(lines[line]) == level;
    let mut from = header;
    while from > 0 && !begins(from) && (blank(lines[from - 1]) || indent(lines[from - 1]) >= level) {
        from -= 1;
    }
    let mut to = header + 1;
    while to < lines.len() && (blank(lines[to]) || indent(lines[to]) >= level) && !begins(to) {
        to += 1;
    }
    from..to
}

#[cfg(test)]
mod tests {
    use super::super::ci_values::commands;
    use super::{leave_out_hidden, resolve};

    fn left(text: &str) -> Vec<String> {
        let mut found = commands(text);
        leave_out_hidden(text, &mut found);
        resolve(text, &mut found);
        found.environment.iter().map(|set| format!("{}={}", set.name, &text[set.value.clone()])).collect()
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
    fn a_reference_stands_for_what_the_file_gives_to_its_name() {
        assert_eq!(left("env:\n  IDLE: 0s\n  TF_VAR_idle: ${{ env.IDLE }}\n"), ["idle=0s"]);
        assert_eq!(left("IDLE ?= 0s\nexport TF_VAR_idle = $(IDLE)\n"), ["idle=0s"]);
        let matrix = "strategy: {matrix: {idle: [4h, '0s']}}\nenv:\n  TF_VAR_idle: ${{ matrix.idle }}\n";
        assert_eq!(left(matrix), ["idle=4h", "idle=0s"]);
        assert_eq!(left("IDLE=\"0s\"; export IDLE\nTF_VAR_idle=$IDLE terraform apply\n"), ["idle=0s"]);
        assert_eq!(left("a:\n  IDLE: 0s\nb:\n  IDLE: 4h\n  TF_VAR_idle: $IDLE\n"), ["idle=$IDLE"]);
    }
}
