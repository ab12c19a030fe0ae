//! A rule, parsed from its page: front matter that defines what it looks for, and the text that explains it.

use serde::{Deserialize, Serialize};

use crate::runtime::Name;
use crate::setting::{FIELDS, Field, parse_duration};

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

/// The largest front matter, in bytes.
const MAX_FRONT: usize = 8 << 10;

/// The headings of a page, in order. All are required.
pub(super) const HEADINGS: &[&str] =
    &["What it does", "Why is this bad?", "Example", "Use instead", "How zero is read", "References"];

/// What is wrong with a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageError {
    /// One line, lower case, no full stop.
    pub message: String,
    /// The 1-based line of the page, if known.
    pub line: Option<usize>,
}

impl std::fmt::Display for PageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

/// The text of a page without its front matter.
#[derive(Clone, Debug)]
pub struct Page {
    /// Markdown, from the title on.
    pub markdown: String,
}

impl Page {
    /// The text under a heading, without the heading.
    pub fn section(&self, heading: &str) -> Option<&str> {
        let start = self.markdown.find(&format!("\n## {heading}\n"))? + heading.len() + 5;
        let rest = &self.markdown[start..];
        Some(rest.find("\n## ").map_or(rest, |end| &rest[..end]).trim())
    }

    /// The code blocks under a heading: the file name that follows the language, and the code.
    pub fn examples(&self, heading: &str) -> Vec<(String, String)> {
        let mut out = Vec::new();
        let mut lines = self.section(heading).unwrap_or_default().lines();
        while let Some(line) = lines.next() {
            let Some(info) = line.strip_prefix("```") else { continue };
            let name = info.split_whitespace().nth(1).unwrap_or("example").to_owned();
            let code: String =
                lines.by_ref().take_while(|l| !l.starts_with("```")).fold(String::new(), |c, l| c + l + "\n");
            out.push((name, code));
        }
        out
    }
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name in kebab-case; never changes.
    pub id: String,
    /// The level of its findings, unless `levels` overrides it for a field.
    pub level: Level,
    /// When it fires.
    pub predicate: Predicate,
    /// Front matter that formats pass on.
    pub front: Front,
    /// The page.
    pub page: Page,
    /// The first sentence of the page, starting with *Checks for*.
    pub summary: String,
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
    /// Names of the fields that it checks; if empty, all fields except those in `except`.
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
    pub limit: Option<String>,
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
                text.starts_with(|c: char| c.is_ascii_alphabetic()) && !["null", "false", "yes", "no"].contains(&text)
                    || text.split('.').count() == 3
            };
            let sound =
                |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-./_ ".contains(c)) && plain(text);
            let quoted = value.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
            let is_plain = match (list, quoted) {
                (Some(list), _) => list.split(", ").all(|item| item != "true" && sound(item)),
                (None, Some(quoted)) => quoted.chars().all(|c| c.is_ascii_alphanumeric() || c == '.'),
                (None, None) => sound(value),
            };
            let value = match list {
                _ if !is_plain || map.contains_key(key) => return None,
                Some(list) => list.split(", ").collect(),
                None if value == "true" => true.into(),
                None => quoted.unwrap_or(value).into(),
            };
            map.insert(key.to_owned(), value);
        }
        serde_json::from_value(map.into()).ok()
    }
}

fn very_high() -> String {
    "very-high".to_owned()
}

impl Rule {
    /// Parses a built-in rule from its page.
    ///
    /// # Errors
    /// If the front matter is missing, does not parse or names unknown fields, or a heading is missing or out of order.
    pub fn read(id: &str, text: &str) -> Result<Self, PageError> {
        let rule = Self::read_own(id, text)?;
        if rule.headings() != HEADINGS {
            return Err(PageError { message: format!("the headings must be {}", HEADINGS.join(", ")), line: None });
        }
        Ok(rule)
    }

    fn headings(&self) -> Vec<&str> {
        self.page.markdown.lines().filter_map(|l| l.strip_prefix("## ")).collect()
    }

    /// Parses a custom rule. Only the heading *What it does* is required.
    ///
    /// # Errors
    /// If the front matter is missing, does not parse or names unknown fields, or the heading *What it does* is missing.
    pub fn read_own(id: &str, text: &str) -> Result<Self, PageError> {
        let error = |message: String| PageError { message, line: None };
        let text = text.replace("\r\n", "\n");
        let start = |message: &str| PageError { message: message.to_owned(), line: Some(1) };
        let rest = text
            .strip_prefix("---\n")
            .ok_or_else(|| start("a rule page must start with front matter between lines of `---`"))?;
        let (front, markdown) = rest.split_once("\n---\n").ok_or_else(|| start("the front matter is not closed"))?;
        if front.len() > MAX_FRONT {
            return Err(start("the front matter is larger than 8 KiB"));
        }
        let read = || serde_yaml::from_str(front);
        let front: Front = Front::plain(front).map_or_else(read, Ok).map_err(|e| {
            // The parser counts lines from the one after the first marker.
            let line = e.location().map(|l| l.line() + 1);
            let message = e.to_string();
            PageError { message: message.split(" at line ").next().unwrap_or_default().to_owned(), line }
        })?;
        if front.id != id {
            return Err(error(format!("the id is `{}`, but the file is named `{id}`", front.id)));
        }
        let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !front.id.chars().all(sound) || !front.id.starts_with(|c: char| c.is_ascii_lowercase()) {
            return Err(error(format!("invalid id `{}`: use lower-case words joined by `-`", front.id)));
        }
        let limited = matches!(front.predicate, Predicate::AboveLimit | Predicate::BelowLimit);
        if let Some(limit) = &front.limit {
            if !limited {
                return Err(error("`limit` requires the predicate `above-limit` or `below-limit`".to_owned()));
            }
            if !parse_duration(limit.as_bytes()).is_ok_and(|n| n > 0) {
                return Err(error(format!(
                    "`{limit}` is not a positive duration that the kubelet accepts, such as `30m`"
                )));
            }
        }
        for name in front.fields.iter().chain(&front.except).chain(&front.errors) {
            let runtimes = Name::ALL.iter().map(|n| n.field());
            if !FIELDS.iter().chain(runtimes).any(|f| f.name == name) {
                let line = text.lines().position(|l| l.contains(name.as_str())).map(|n| n + 1);
                let distance = |field: &&str| strsim::damerau_levenshtein(name, field);
                let near = FIELDS.iter().map(|f| f.name).min_by_key(distance).filter(|f| distance(f) <= name.len() / 3);
                let hint = near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
                return Err(PageError { message: format!("unknown kubelet duration `{name}`{hint}"), line });
            }
        }
        let page = Page { markdown: markdown.trim_start().to_owned() };
        let summary = page.section(HEADINGS[0]).filter(|s| !s.is_empty());
        let summary = summary.ok_or_else(|| error(format!("the page needs text under `## {}`", HEADINGS[0])))?;
        let summary = summary.split_inclusive('.').next().unwrap_or_default().replace('\n', " ");
        Ok(Self { id: front.id.clone(), level: front.level, predicate: front.predicate, front, page, summary })
    }

    /// The limit of the rule in nanoseconds, if its page has one.
    pub fn limit(&self) -> Option<i64> {
        parse_duration(self.front.limit.as_ref()?.as_bytes()).ok()
    }

    /// True if the rule checks this field.
    pub fn covers(&self, field: &Field) -> bool {
        self.covers_name(field.name)
    }

    /// True if the rule checks the field with this name.
    pub fn covers_name(&self, name: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|n| n == name);
        (self.front.fields.is_empty() || named(&self.front.fields)) && !named(&self.front.except)
    }

    /// The level of a finding about this field.
    pub fn level_for(&self, field: &Field) -> Level {
        if self.front.errors.iter().any(|n| n == field.name) { Level::Error } else { self.level }
    }
}
