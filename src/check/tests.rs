use super::front::Front;
use super::rule::HEADINGS;
use super::{PAGES, Rule, rules};

#[test]
fn pages_are_sorted_and_parse() {
    let ids: Vec<_> = PAGES.iter().map(|(id, _)| *id).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(ids, sorted);
    for ((id, page), rule) in PAGES.iter().zip(rules()) {
        let checked = Rule::read_own(id, page).unwrap_or_else(|e| panic!("rules/{id}.md: {}", e.message));
        assert_eq!(checked.targets(), rule.targets());
        assert_eq!(format!("{checked:?}"), format!("{rule:?}"));
        let headings: Vec<_> = rule.page.markdown.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let numbers = rule.front.control.is_some() && headings.contains(&"Numbers");
        let about_zero = |heading: &&str| *heading == "How zero is read";
        let wanted: Vec<_> = HEADINGS.iter().map(|h| if about_zero(h) && numbers { "Numbers" } else { h }).collect();
        assert_eq!(headings, wanted, "rules/{id}.md");
    }
    let on: Vec<_> = super::built_in::default_rules().map(|rule| &rule.id).collect();
    assert_eq!(on, rules().filter(|rule| !rule.front.opt_in).map(|rule| &rule.id).collect::<Vec<_>>());
}

#[test]
fn the_folder_and_the_list_agree() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    files.sort();
    assert_eq!(files, PAGES.iter().map(|(id, _)| *id).collect::<Vec<_>>());
}

#[test]
fn a_page_starts_with_its_name_and_says_what_it_checks_for() {
    for rule in rules() {
        assert!(rule.page.markdown.starts_with(&format!("# {}\n", rule.id)), "{}", rule.id);
        assert!(rule.summary.starts_with("Checks for "), "{}: {}", rule.id, rule.summary);
        assert!(rule.summary.len() <= 100, "{}: {}", rule.id, rule.summary);
        assert!(rule.id.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", rule.id);
        let is_control = rule.page.section("Numbers").is_some();
        assert_eq!(is_control, rule.front.control.is_some() && !rule.is_about_durations(), "{}", rule.id);
        for heading in HEADINGS.iter().filter(|heading| !is_control || **heading != "How zero is read") {
            assert!(!rule.page.section(heading).unwrap().is_empty(), "{}: {heading}", rule.id);
        }
    }
}

#[test]
fn front_matter_of_built_in_pages_is_read_line_by_line_as_yaml_reads_it() {
    for (id, page) in PAGES {
        let front = page.split("\n---\n").next().unwrap().trim_start_matches("---\n");
        let plain = Front::plain(front).unwrap_or_else(|| panic!("{id}"));
        let yaml: Front = serde_yaml::from_str(front).unwrap();
        assert_eq!(format!("{plain:?}"), format!("{yaml:?}"), "{id}");
    }
    for other in
        ["limit: 30", "fields: [null]", "since: false", "id: a: b", "id:", "tags: [\"a, b\"]", "id: 'a'", "value: True"]
    {
        assert!(Front::plain(&format!("id: a\nlevel: note\npredicate: comment\n{other}")).is_none(), "{other}");
    }
}
