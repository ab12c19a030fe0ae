//! The pages of the rules keep their word: an example fires its rule and no other, its repair fires none.

use std::time::SystemTime;

use kubelet_lint::testing::{Reading, rules};
use kubelet_lint::{Policy, Request, Settings, scan};

fn fired(files: &[(String, String)]) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    for (name, code) in files {
        std::fs::write(dir.path().join(name), code).unwrap();
    }
    // An example may have a configuration of its own.
    let here = dir.path().canonicalize().unwrap();
    let settings = Settings::find(&here, Reading { current: &here, earlier: None }).unwrap();
    let settings = settings.map(|s| Settings::read(&s).unwrap()).unwrap_or_default();
    let policy = Policy { settings, now: SystemTime::now(), ..Policy::default() };
    let request = Request { paths: vec![".".into()], current: here, no_ignore: true, policy, ..Request::default() };
    let mut ids: Vec<_> = scan(&request).unwrap().findings.iter().map(|f| f.rule.id.clone()).collect();
    ids.dedup();
    ids
}

#[test]
fn examples_fire_their_rule_and_repairs_fire_none() {
    for rule in rules() {
        let (bad, good) = (rule.page.examples("Example"), rule.page.examples("Use instead"));
        assert!(!bad.is_empty() && !good.is_empty(), "{} has no examples", rule.id);
        assert_eq!(fired(&bad), [rule.id.as_str()], "the example of {}", rule.id);
        assert_eq!(fired(&good), [] as [&str; 0], "the repair of {}", rule.id);
    }
}
