//! The pages of the rules keep their word: an example fires its rule and no other, its repair fires none.

use kubelet_lint::testing::rules;
use kubelet_lint::{Request, scan};

fn fired(files: &[(String, String)]) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    for (name, code) in files {
        std::fs::write(dir.path().join(name), code).unwrap();
    }
    // An example may have a configuration of its own.
    let mut request = Request::new(vec![".".into()], dir.path());
    request.no_ignore = true;
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
