//! The front matter of a page.

use serde::{Deserialize, Deserializer, Serialize};

use super::predicate::Predicate;

/// The level of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// For information; nothing is wrong on the node.
    Note,
    /// Probably unintended.
    Warning,
    /// Harmful on the node.
    Error,
}

impl Level {
    /// The word used in every format.
    pub fn id(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The front matter of a page, as written.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Front {
    /// The rule's id; the same as the file's name.
    pub id: String,
    /// The level of its findings.
    pub level: Level,
    /// When it fires.
    pub predicate: Predicate,
    /// Names of the settings that it checks; if empty, all durations except those in `except`.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Names of fields that other rules check.
    #[serde(default)]
    pub except: Vec<String>,
    /// Fields whose findings are errors even if the level of the rule is lower.
    #[serde(default)]
    pub errors: Vec<String>,
    /// Numbers in benchmarks, such as `CIS EKS 3.2.5`.
    #[serde(default)]
    pub benchmarks: Vec<String>,
    /// Tags for GitHub and others.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Score from 0.1 to 10.0 as text, for rules relevant to security.
    #[serde(default)]
    pub security_severity: Option<String>,
    /// The precision of its findings, in GitHub's terms.
    #[serde(default = "very_high")]
    pub precision: String,
    /// The version of the linter that introduced the rule; empty for custom rules.
    #[serde(default)]
    pub since: String,
    /// The limit of `above-limit` and `below-limit`, as the kubelet parses it.
    #[serde(default)]
    pub limit: Option<Scalar>,
    /// The value of `equals` and `contains`.
    #[serde(default)]
    pub value: Option<Scalar>,
    /// The values of `one-of`.
    #[serde(default)]
    pub values: Vec<Scalar>,
    /// True if it fires where the predicate does not hold.
    #[serde(default)]
    pub not: bool,
    /// True if a default is never at fault.
    #[serde(default)]
    pub written: bool,
    /// What a fault means, in the words before the setting and its value.
    #[serde(default)]
    pub says: Option<String>,
    /// The value that fixes write.
    #[serde(default)]
    pub fix: Option<Scalar>,
    /// What holds on a node where it does not fire, for reports. Only a control of a benchmark has it.
    #[serde(default)]
    pub control: Option<String>,
    /// The groups that select it.
    #[serde(default)]
    pub groups: Vec<String>,
    /// True if the rule is opt-in.
    #[serde(default)]
    pub opt_in: bool,
}

impl Front {
    /// Reads front matter of one line for each key, as that of the built-in pages, which every run reads.
    pub(super) fn plain(text: &str) -> Option<Self> {
        let mut map = serde_json::Map::new();
        for line in text.lines() {
            let (key, value) = line.split_once(": ")?;
            let list = value.strip_prefix('[').and_then(|list| list.strip_suffix(']'));
            // Other words and numbers mean something else in YAML.
            let plain = |text: &str| {
                text.trim_start_matches("--").starts_with(|c: char| c.is_ascii_alphabetic())
                    && !["null", "false", "yes", "no"].contains(&text)
                    || text.split('.').count() == 3
            };
            let sound = |text: &str| {
                text.chars().all(|c| c.is_ascii_alphanumeric() || "-./_:' ".contains(c))
                    && !text.contains(": ")
                    && !text.ends_with(':')
                    && plain(text)
            };
            let quoted = value.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
            let is_plain = match (list, quoted) {
                (Some(list), _) => list.split(", ").all(|item| item != "true" && sound(item)),
                (None, Some(quoted)) => quoted.chars().all(|c| c.is_ascii_alphanumeric() || c == '.'),
                (None, None) => value == "false" || sound(&value.replace(", ", " ")),
            };
            let value = match list {
                _ if !is_plain || map.contains_key(key) => return None,
                Some(list) => list.split(", ").collect(),
                None if value == "true" || value == "false" => (value == "true").into(),
                None => quoted.unwrap_or(value).into(),
            };
            map.insert(key.to_owned(), value);
        }
        serde_json::from_value(map.into()).ok()
    }
}

/// A text, number or truth value in front matter, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar(pub String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Any {
            Truth(bool),
            Number(i64),
            Float(f64),
            Text(String),
        }
        Ok(Self(match Any::deserialize(deserializer)? {
            Any::Truth(truth) => truth.to_string(),
            Any::Number(number) => number.to_string(),
            Any::Float(number) => number.to_string(),
            Any::Text(text) => text,
        }))
    }
}

fn very_high() -> String {
    "very-high".to_owned()
}
