//! The front matter of a page.

use serde::de::IntoDeserializer;
use serde::de::value::StrDeserializer;
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
        let mut seen = Vec::new();
        let (mut id, mut level, mut predicate) = (None, None, None);
        let mut front = Self::new(String::new(), Level::Note, Predicate::Comment);
        for line in text.split('\n') {
            let (key, value) = line.split_at_checked(memchr::memchr(b':', line.as_bytes())?)?;
            let value = Plain::of(value.strip_prefix(": ")?)?;
            if seen.contains(&key) {
                return None;
            }
            seen.push(key);
            match key {
                "id" => id = Some(value.text()?),
                "level" => level = Some(Level::deserialize(value.word()?).ok()?),
                "predicate" => predicate = Some(Predicate::deserialize(value.word()?).ok()?),
                "fields" => front.fields = value.list()?,
                "except" => front.except = value.list()?,
                "errors" => front.errors = value.list()?,
                "benchmarks" => front.benchmarks = value.list()?,
                "tags" => front.tags = value.list()?,
                "security-severity" => front.security_severity = Some(value.text()?),
                "precision" => front.precision = value.text()?,
                "since" => front.since = value.text()?,
                "limit" => front.limit = Some(value.scalar()?),
                "value" => front.value = Some(value.scalar()?),
                "values" => front.values = value.list()?.into_iter().map(Scalar).collect(),
                "not" => front.not = value.truth()?,
                "written" => front.written = value.truth()?,
                "says" => front.says = Some(value.text()?),
                "fix" => front.fix = Some(value.scalar()?),
                "control" => front.control = Some(value.text()?),
                "groups" => front.groups = value.list()?,
                "opt-in" => front.opt_in = value.truth()?,
                _ => return None,
            }
        }
        Some(Self { id: id?, level: level?, predicate: predicate?, ..front })
    }

    fn new(id: String, level: Level, predicate: Predicate) -> Self {
        Self {
            id,
            level,
            predicate,
            fields: Vec::new(),
            except: Vec::new(),
            errors: Vec::new(),
            benchmarks: Vec::new(),
            tags: Vec::new(),
            security_severity: None,
            precision: very_high(),
            since: String::new(),
            limit: None,
            value: None,
            values: Vec::new(),
            not: false,
            written: false,
            says: None,
            fix: None,
            control: None,
            groups: Vec::new(),
            opt_in: false,
        }
    }
}

/// A value in a line of front matter that means the same in YAML.
enum Plain<'a> {
    Truth(bool),
    Text(&'a str),
    /// Without brackets.
    List(&'a str),
}

impl<'a> Plain<'a> {
    fn of(value: &'a str) -> Option<Self> {
        let inner = |open: u8, close: u8| {
            let framed = value.len() > 1 && value.as_bytes()[0] == open && value.as_bytes()[value.len() - 1] == close;
            framed.then(|| value.get(1..value.len() - 1)).flatten()
        };
        if let Some(list) = inner(b'[', b']') {
            return items(list).all(is_plain).then_some(Self::List(list));
        }
        if let Some(quoted) = inner(b'"', b'"') {
            return quoted.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.').then_some(Self::Text(quoted));
        }
        match value {
            "true" | "false" => Some(Self::Truth(value == "true")),
            _ => is_plain(value).then_some(Self::Text(value)),
        }
    }

    fn word(self) -> Option<StrDeserializer<'a, serde::de::value::Error>> {
        if let Self::Text(text) = self { Some(text.into_deserializer()) } else { None }
    }

    fn text(self) -> Option<String> {
        if let Self::Text(text) = self { Some(text.to_owned()) } else { None }
    }

    fn scalar(self) -> Option<Scalar> {
        match self {
            Self::Truth(truth) => Some(Scalar(truth.to_string())),
            _ => self.text().map(Scalar),
        }
    }

    fn truth(self) -> Option<bool> {
        if let Self::Truth(truth) = self { Some(truth) } else { None }
    }

    fn list(self) -> Option<Vec<String>> {
        if let Self::List(list) = self { Some(items(list).map(str::to_owned).collect()) } else { None }
    }
}

/// The items of a list, after each comma and one space.
fn items(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').enumerate().map(|(n, item)| if n == 0 { item } else { item.strip_prefix(' ').unwrap_or(",") })
}

/// True for a text without quotes that is one in YAML too. Other words and numbers mean something else.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let known = |b: u8| b.is_ascii_alphanumeric() || b"-./_:', ".contains(&b);
    let is_text = bytes.iter().find(|b| **b != b'-').is_some_and(u8::is_ascii_alphabetic)
        && (bytes[0] != b'-' || bytes.starts_with(b"--"))
        && !["null", "true", "false", "yes", "no"].iter().any(|word| text.eq_ignore_ascii_case(word));
    let is_version = || memchr::memchr_iter(b'.', bytes).count() == 2;
    let is_pair = |at: usize| bytes.get(at + 1).is_none_or(|next| *next == b' ');
    bytes.iter().all(|b| known(*b))
        && !bytes.ends_with(b" ")
        && !memchr::memchr_iter(b':', bytes).any(is_pair)
        && (is_text || is_version())
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
