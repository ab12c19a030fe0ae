//! The library as its documentation shows it.

#[allow(clippy::print_stdout, reason = "an example")]
fn example() -> Result<(), Box<dyn std::error::Error>> {
    // The example begins.
    use kubelet_lint::{Request, scan};

    let request = Request::new(vec!["infra".into()], &std::env::current_dir()?);
    let found = scan(&request)?;
    for finding in &found.findings {
        let (path, at) = (finding.at.place.source.path(), finding.at.place.start());
        println!("{}:{}: {}: {}", path.display(), at.line, finding.rule.id, finding.headline);
    }
    for group in &found.groups {
        for setting in group.settings.iter().filter(|setting| setting.certain) {
            let value = setting.effective.as_deref().unwrap_or("not set");
            println!("{}: {} is {value}, by {}", group.shown(), setting.field, setting.from);
        }
    }
    // The example ends.
    Ok(())
}

#[test]
fn the_example_in_the_documentation_is_compiled() {
    let own = include_str!("library.rs");
    let code =
        own.split("    // The example begins.\n").nth(1).unwrap().split("    // The example ends.").next().unwrap();
    let code: String = code
        .lines()
        .map(|line| format!("//! {}", line.strip_prefix("    ").unwrap_or(line)).trim_end().to_owned() + "\n")
        .collect();
    assert!(include_str!("../src/lib.rs").contains(&format!("//! ```\n{code}//! ```\n")), "{code}");
    // There is no such folder.
    assert!(example().unwrap_err().to_string().contains("cannot read infra"));
}

#[test]
fn a_request_finds_what_the_command_line_finds() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = kubelet_lint::scan(&kubelet_lint::Request::new(vec!["testdata/demo/eksctl".into()], root)).unwrap();
    let rules: Vec<_> = found.findings.iter().map(|finding| finding.rule.id.as_str()).collect();
    assert_eq!(rules, ["replaced-zero", "zero-streaming-idle-timeout"]);
    let set: Vec<_> = found.groups.iter().flat_map(|group| group.settings.iter().filter(|s| s.raw.is_some())).collect();
    assert_eq!(set.iter().map(|s| s.effective.as_deref()).collect::<Vec<_>>(), [Some("4h0m0s"), Some("0s")]);
}

#[test]
fn nothing_else_can_be_named() {
    let code = include_str!("../src/lib.rs");
    let modules: Vec<_> = code.lines().filter(|line| line.starts_with("pub mod ")).collect();
    assert_eq!(modules, ["pub mod testing {"]);
    // The program is one call.
    let program = include_str!("../src/main.rs");
    assert_eq!(program.matches("kubelet_lint::").count(), 1, "{program}");
}
