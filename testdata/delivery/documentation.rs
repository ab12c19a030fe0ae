//! The documentation: its links lead somewhere, its tables hold what the program has, its examples are what the program prints.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{blocks, file, top};

/// All pages: those at the top, `docs`, and those of the rules.
fn pages() -> Vec<PathBuf> {
    let mut out = Vec::new();
    for folder in ["", "docs", "rules"] {
        let entries = std::fs::read_dir(top().join(folder)).unwrap().map(|e| e.unwrap().path());
        out.extend(entries.filter(|p| p.extension().is_some_and(|e| e == "md")));
    }
    out.sort();
    assert!(out.len() > 15);
    out
}

/// The lines of a page that are no code.
fn prose(page: &str) -> Vec<&str> {
    let mut code = false;
    let mut out = Vec::new();
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            code = !code;
        } else if !code {
            out.push(line);
        }
    }
    out
}

/// The targets of the links of a page.
fn links(page: &str) -> Vec<String> {
    let mut text = String::new();
    for line in prose(page) {
        // What stands between backticks is no link, but the text of one may.
        let line = line.replace("`](", "](").replace("[`", "[");
        let parts: Vec<_> = line.split('`').collect();
        match parts.len() % 2 {
            1 => text.extend(parts.into_iter().step_by(2)),
            _ => text.push_str(&line),
        }
        text.push('\n');
    }
    text.match_indices("](")
        .map(|(at, _)| text.get(at + 2..).unwrap_or_default().split(')').next().unwrap().to_owned())
        .collect()
}

/// What GitHub makes of the headings of a page.
fn anchors(page: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for line in prose(page).into_iter().filter(|l| l.starts_with('#')) {
        let heading = line.trim_start_matches('#').trim().to_lowercase();
        let slug: String = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_')).collect();
        let slug = slug.replace(' ', "-");
        let number = (0..100).find(|n| !out.contains(&numbered(&slug, *n))).unwrap();
        out.insert(numbered(&slug, number));
    }
    out
}

fn numbered(slug: &str, number: usize) -> String {
    if number == 0 { slug.to_owned() } else { format!("{slug}-{number}") }
}

#[test]
fn links_lead_to_something() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        for link in links(&text) {
            if link.starts_with("https://") {
                continue;
            }
            seen += 1;
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if path.is_empty() { page.clone() } else { page.parent().unwrap().join(path) };
            let there = match (target.exists(), anchor) {
                (exists, "") => exists,
                (exists, anchor) => exists && anchors(&std::fs::read_to_string(&target).unwrap()).contains(anchor),
            };
            if !there {
                wrong.push(format!("{}: {link}", page.strip_prefix(top()).unwrap().display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 40, "{seen}");
}

#[test]
fn a_broken_link_would_be_seen() {
    assert_eq!(links("a [`x`](y.md#z) and `[n](o)`\n```\n[c](d)\n```\n[e](f)"), ["y.md#z", "f"]);
    let page = "# A b, `c`?\n## D-e\n## D-e\n```\n# no\n```\n";
    assert_eq!(anchors(page).into_iter().collect::<Vec<_>>(), ["a-b-c", "d-e", "d-e-1"]);
}

#[test]
fn every_page_is_in_the_table_of_pages() {
    let index = file("docs/README.md");
    for page in pages().iter().filter(|p| p.parent() == Some(&top().join("docs"))) {
        let name = page.file_name().unwrap().to_str().unwrap();
        assert!(name == "README.md" || index.contains(&format!("({name})")), "{name}");
    }
}

#[test]
fn the_table_of_rules_is_made_from_their_pages() {
    let mut table = "| rule | level | looks for |\n|---|---|---|\n".to_owned();
    for rule in kubelet_lint::testing::rules() {
        let errors = if rule.front.errors.is_empty() { "" } else { ", for some fields error" };
        let asked = if rule.front.opt_in { "; opt-in" } else { "" };
        let level = rule.level.id();
        table += &format!("| [`{0}`](../rules/{0}.md) | {level}{errors}{asked} | {1} |\n", rule.id, rule.summary);
    }
    assert!(file("docs/rules.md").contains(&format!("\n{table}\n")), "docs/rules.md needs this table:\n{table}");
}

/// The keys of the configuration with their defaults, as the schema has them.
fn keys(schema: &Value, prefix: &str, out: &mut Vec<(String, String)>) {
    let required: Vec<_> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let name = format!("{prefix}{name}");
        let inner = property.get("items").unwrap_or(property);
        let own = property.get("default");
        if own.is_some() || inner.get("properties").is_none() {
            let default = match own {
                Some(default) => format!("`{default}`"),
                None if required.contains(&name.trim_start_matches(prefix)) => "required".to_owned(),
                None => "none".to_owned(),
            };
            out.push((name.clone(), default));
        }
        keys(inner, &format!("{name}."), out);
    }
}

#[test]
fn every_key_of_the_configuration_is_told_with_its_default() {
    let schema: Value = serde_json::from_str(&file("schemas/kubelet-lint.schema.json")).unwrap();
    let (mut wanted, mut told) = (Vec::new(), Vec::new());
    keys(&schema, "", &mut wanted);
    let page = file("docs/configuration.md");
    let table = page.split("\n| key | default | what it does |\n|---|---|---|\n").nth(1).unwrap();
    for line in table.lines().take_while(|l| l.starts_with('|')) {
        let cells: Vec<_> = line.split(" | ").collect();
        told.push((cells[0].trim_matches(['|', ' ', '`']).to_owned(), cells[1].to_owned()));
    }
    assert_eq!(told, wanted);
}

#[test]
fn the_defaults_of_the_schema_change_nothing() {
    let schema: Value = serde_json::from_str(&file("schemas/kubelet-lint.schema.json")).unwrap();
    let mut text = String::new();
    for (name, property) in schema["properties"].as_object().unwrap() {
        if let Some(default) = property.get("default") {
            text += &format!("{name} = {default}\n");
        }
    }
    let fix = &schema["properties"]["fix"]["properties"]["streaming-idle-timeout"]["default"];
    text += &format!("[fix]\nstreaming-idle-timeout = {fix}\n");
    let run = |dir: &Path, configuration: &str| {
        std::fs::write(dir.join("a.sh"), "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0 --sync-frequency=0' # kubelet-lint: ignore[zero-kubelet-timeout]\n").unwrap();
        std::fs::write(dir.join("kubelet-lint.toml"), configuration).unwrap();
        let mut out = Vec::new();
        for args in [&["check"][..], &["check", "--diff"], &["check", "--fix"]] {
            let ended = crate::command::run_in(dir, args, None);
            out.push((ended.status.code(), crate::command::text(&ended.stdout), crate::command::text(&ended.stderr)));
        }
        (out, std::fs::read_to_string(dir.join("a.sh")).unwrap())
    };
    let (with, without) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let told = run(with.path(), &text);
    assert_eq!(told, run(without.path(), ""), "{text}");
    assert_eq!(told.0[0].0, Some(1), "{told:?}");
}

#[test]
fn the_inputs_of_the_action_are_told_with_their_defaults() {
    let action: serde_yaml::Value = serde_yaml::from_str(&file("action.yml")).unwrap();
    let page = file("docs/ci.md");
    for (name, input) in action["inputs"].as_mapping().unwrap() {
        let default = input.get("default").and_then(serde_yaml::Value::as_str).unwrap_or_default();
        let name = name.as_str().unwrap();
        let row = page.lines().find(|l| l.starts_with(&format!("| `{name}` |"))).unwrap_or_else(|| panic!("{name}"));
        if !default.is_empty() && !default.contains("${{") {
            assert!(row.contains(&format!("| `{default}` |")), "{row}");
        }
    }
    for (name, _) in action["outputs"].as_mapping().unwrap() {
        assert!(page.contains(&format!("`{}`", name.as_str().unwrap())), "{name:?}");
    }
}

#[test]
fn files_in_the_documentation_are_those_of_the_example() {
    let page = file("docs/verdict.md");
    let mut seen = 0;
    for (info, code) in blocks(&page) {
        if let Some(name) = info.split_whitespace().nth(1).filter(|n| n.starts_with("example/")) {
            assert_eq!(code, file(&format!("docs/{name}")), "{name}");
            seen += 1;
        }
    }
    assert_eq!(seen, 2);
}

/// Blocks of the kind `console` are a command after `$` and what it prints.
#[test]
fn what_commands_print_is_what_the_documentation_shows() {
    let mut seen = 0;
    for page in pages() {
        for (info, code) in blocks(&std::fs::read_to_string(&page).unwrap()) {
            let Some((command, shown)) = code.split_once('\n').filter(|_| info == "console") else { continue };
            let Some(args) = command.strip_prefix("$ kubelet-lint ") else { continue };
            let args: Vec<_> = args.split_whitespace().collect();
            let out = crate::command::run_in(&top(), &args, None);
            assert_eq!(shown, crate::command::text(&out.stdout), "{}: {command}", page.display());
            seen += 1;
        }
    }
    assert!(seen >= 5, "{seen}");
}

#[test]
fn every_test_that_a_page_names_is_there() {
    let mut sources = String::new();
    let mut folders = vec![top().join("src"), top().join("testdata")];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
            if path.is_dir() && !path.ends_with("cases") {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                sources.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let recorded = file("testdata/shell/recorded.json") + &file("testdata/user-data/recorded.json");
    let mut seen = 0;
    for page in ["docs/limits.md", "docs/ci.md", "docs/security.md"] {
        let text = file(page);
        let table = text.split("## Which test holds what").nth(1).unwrap();
        for name in table.split('`').filter(|part| part.contains("::")) {
            let path = name.replace("::", "/");
            let exists = |root: &str, end: &str| top().join(format!("{root}/{path}{end}")).exists();
            let function = name.rsplit("::").next().unwrap();
            let there = exists("testdata", "")
                || exists("testdata", ".rs")
                || exists("src", ".rs")
                || recorded.contains(&format!("\"{function}"))
                || sources.contains(&format!("fn {function}("));
            assert!(there, "{page}: {name}");
            seen += 1;
        }
    }
    assert!(seen > 30);
}
