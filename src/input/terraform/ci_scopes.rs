//! What a file of a CI system means by the values that it gives to Terraform: an inner job or step overrides what is set around it.

use std::ops::Range;

use super::ci_values::Commands;

/// The longest file in which scopes are compared, in lines.
const MAX_LINES: usize = 4_000;

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
    use super::leave_out_hidden;

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
}
