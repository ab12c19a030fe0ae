//! `.helmignore`: files that are no part of a chart. Source: helm/helm `pkg/ignore/rules.go` and `pkg/chart/v2/loader/directory.go`
//! at v4.2.4, which are the same in version 3.

use std::path::Path;

use globset::GlobSet;

use crate::input::glob::glob;
use crate::text::budget;

/// The most rules of a chart.
const MAX_RULES: usize = 500;

/// Files that begin with a dot are no templates.
const ALWAYS: &str = "templates/.?*";

/// A line of the file.
#[derive(Debug)]
struct Rule {
    pattern: GlobSet,
    /// All that does not match is ignored.
    negated: bool,
    folders_only: bool,
    /// It is held against the name alone.
    name_only: bool,
}

/// The rules of a chart.
#[derive(Debug)]
pub(super) struct Ignored(Vec<Rule>);

impl Ignored {
    /// The rules in a text.
    pub(super) fn of(text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let rules = text.lines().chain([ALWAYS]).filter_map(rule);
        Self(budget::at_most(rules, MAX_RULES, "lines of `.helmignore`").collect())
    }

    /// True if a path below the chart is ignored, or a folder that it is in.
    pub(super) fn holds(&self, path: &Path) -> bool {
        let mut folders = path.ancestors().skip(1).filter(|dir| !dir.as_os_str().is_empty());
        self.ignores(path, false) || folders.any(|dir| self.ignores(dir, true))
    }

    fn ignores(&self, path: &Path, folder: bool) -> bool {
        for rule in &self.0 {
            let name = path.file_name().map_or(path, Path::new);
            let fits = || rule.pattern.is_match(if rule.name_only { name } else { path });
            let other = rule.folders_only && !folder;
            if rule.negated {
                if other || !fits() {
                    return true;
                }
            } else if !other && fits() {
                return true;
            }
        }
        false
    }
}

fn rule(line: &str) -> Option<Rule> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') || line.contains("**") {
        return None;
    }
    let (negated, line) = line.strip_prefix('!').map_or((false, line), |rest| (true, rest));
    let (folders_only, line) = line.strip_suffix('/').map_or((false, line), |rest| (true, rest));
    let from_top = line.strip_prefix('/');
    let name_only = from_top.is_none() && !line.contains('/');
    // Braces are letters like others.
    let pattern = glob(&from_top.unwrap_or(line).replace('{', "[{]").replace('}', "[}]"))?;
    Some(Rule { pattern, negated, folders_only, name_only })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Ignored;

    #[test]
    fn rules_are_read_as_helm_reads_them() {
        let cases: &[(&str, &str, bool)] = &[
            ("old.yaml", "templates/old.yaml", true),
            ("*.yaml", "templates/a/b.yaml", true),
            ("/*.yaml", "templates/b.yaml", false),
            ("templates/*.yaml", "templates/b.yaml", true),
            ("templates/*.yaml", "templates/a/b.yaml", false),
            ("a/", "templates/a/b.yaml", true),
            ("a/", "templates/a", false),
            ("/a", "templates/a/b.yaml", false),
            ("# old.yaml", "templates/old.yaml", false),
            ("  old.yaml  ", "templates/old.yaml", true),
            ("old.yaml # why", "templates/old.yaml", false),
            ("!templates/kept.yaml", "templates/other.yaml", true),
            ("{a,b}.yaml", "templates/a.yaml", false),
            ("[ab].yaml", "templates/a.yaml", true),
            ("[^ab].yaml", "templates/a.yaml", false),
            ("", "templates/.hidden.yaml", true),
            ("", "templates/a/.hidden.yaml", false),
            ("a/**", "templates/a/b.yaml", false),
        ];
        for (rules, path, ignored) in cases {
            assert_eq!(Ignored::of(rules).holds(Path::new(path)), *ignored, "{rules:?} and {path}");
        }
    }
}
