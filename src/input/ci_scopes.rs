//! What a file of a CI system means by the values that it gives to Terraform: an inner job or step overrides what is set around it,
//! a job of GitLab what it takes over from another one, and a command of a script all of these.

use std::collections::HashMap;

use super::ci_values::{Assigned, Commands};
use super::job_scopes::{Jobs, Scope, Site};

/// With more commands in a file, each assignment counts.
const MAX_SITES: usize = 500;

/// Leaves out what no command of the file sees, because another assignment stands nearer to each of them. For YAML.
pub(super) fn leave_out_hidden(text: &str, commands: &mut Commands) {
    let file = Jobs::of(text);
    let runs = |line: &str| {
        let line = line.trim_start();
        !line.starts_with('#')
            && ["terraform ", "tofu ", "terragrunt "].iter().any(|word| line.contains(word))
            && ["apply", "plan", "run-all"].iter().any(|word| line.contains(word))
    };
    let sites = text.lines().enumerate().filter(|(_, line)| runs(line)).map(|(at, _)| at).take(MAX_SITES + 1);
    let sites: Vec<Site> = sites.flat_map(|at| file.sites(at)).collect();
    if sites.len() > MAX_SITES {
        return;
    }
    let lines: Vec<&str> = text.lines().collect();
    let scope = |set: &Assigned| {
        let at = set.line.saturating_sub(1);
        let in_script = lines.get(at).is_some_and(|line| line.contains(&format!("TF_VAR_{}=", set.name)));
        file.scope(at, in_script)
    };
    let scopes: Vec<Scope> = commands.environment.iter().map(scope).collect();
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

#[cfg(test)]
mod tests {
    use super::leave_out_hidden;
    use crate::input::ci_values::{TERRAFORM, commands};

    fn left(text: &str) -> Vec<String> {
        let mut found = commands(text, &TERRAFORM);
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
}
