//! Plain English: phrases that read like a translation stand nowhere in sources, pages and scripts.

use std::path::{Path, PathBuf};

/// Phrases as regular expressions, and what to write instead.
const PHRASES: &[(&str, &str)] = &[
    (r"\bmend(s|ed|ing)?\b", "fix"),
    (r"\bholes?\b", "unknown value, unknown part"),
    (r"\bway: [^&]", "via: "),
    (r"\bhangs? on (the|a|an|it|what|something|one|another|more)\b", "depends on"),
    (
        r"\bis no (duration|day|rule|word|time|id|text|list|map|TOML|YAML|JSON|number|template|revision)\b",
        "is not a valid ...",
    ),
    (r"(has|have) to be asked for|\basked for\b", "opt-in, requested"),
    (r"\b(is|are) told\b|\btells? (of|more)\b", "is reported, describes"),
    (r"places? not followed|[Ww]hat (is|was) not followed", "unresolved, not supported"),
    (r"known only outside the source", "is not available here"),
    (r"not fully read", "only partly resolved"),
    (r"No findings in no node groups", "Nothing to check"),
    (r"known from now on|the baseline knows", "Wrote ... to, stale baseline entry"),
    (r"the day is over|fits nothing|is over up to", "expired on, matches nothing"),
    (r"Rules to use beside|Rules that are used only by", "Additional rules, Opt-in rules"),
    (r"has to do with a changed file|have to do with no file", "related to changed files"),
    (r"cannot be had|take it for", "could not fetch"),
    (r"for ever\b", "forever, never"),
    (r"\bpass(es|ed)? over\b", "ignore, skip"),
    (r"\b[Ww]hoever\b", "the author, a reader"),
    (r"[Nn]othing of a kubelet was seen|with something to look at", "No kubelet configuration found, with findings"),
    (
        r"Limits, told honestly|Disagree on the record|as you like",
        "Known limitations, Suppressing findings, at your option",
    ),
    (r"on a machine of the mind|What came of a unit|a sight of one|takes off again", "see the plain words around it"),
    (
        r"this ignores (nothing|something)|write small letters|has no page of HTML|did it for certain",
        "has no effect, invalid id",
    ),
    (r"\b[Nn]obody\b", "nothing, not set anywhere"),
    (r"write a time, such as", "set a non-zero duration such as"),
    (r"exceptions with a last day|inside of\b", "exceptions that expire, inside"),
];

fn files(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, out);
        } else {
            out.push(path);
        }
    }
}

#[test]
fn sources_and_pages_are_in_plain_words() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all: Vec<_> =
        ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "action.yml", "Cargo.toml"].map(|name| root.join(name)).into();
    for folder in ["src", "docs", "rules", "schemas", "action", ".github"] {
        files(&root.join(folder), &mut all);
    }
    let phrases: Vec<_> = PHRASES.iter().map(|(p, better)| (regex::Regex::new(p).unwrap(), better)).collect();
    let mut wrong = Vec::new();
    for path in all {
        let text = std::fs::read_to_string(&path).unwrap();
        for (n, line) in text.lines().enumerate() {
            for (phrase, better) in &phrases {
                if let Some(found) = phrase.find(line) {
                    let path = path.strip_prefix(root).unwrap().display();
                    wrong.push(format!("{path}:{}: `{}` (better: {better})", n + 1, found.as_str()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} places:\n{}", wrong.len(), wrong.join("\n"));
}
