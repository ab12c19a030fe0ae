//! A rule, read from its page: front matter that says what it looks for, and the text that explains it to people.

use serde::{Deserialize, Serialize};

use crate::kubelet::{FIELDS, Field};
use crate::runtime::Name;

use super::Predicate;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth knowing; nothing is wrong on the node.
    Note,
    /// Likely not what was meant.
    Warning,
    /// Harm on the node.
    Error,
}

impl Level {
    /// The word in every format.
    pub fn id(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The headings of a page, in order. Every page has all of them.
pub(super) const HEADINGS: &[&str] =
    &["What it does", "Why is this bad?", "Example", "Use instead", "How zero is read", "References"];

/// What is wrong with a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageError(String);

impl std::fmt::Display for PageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
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
    /// Its name, kebab-case; never changes.
    pub id: String,
    /// How bad its findings are, unless `levels` says otherwise for a field.
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
    /// How bad its findings are.
    pub level: Level,
    /// When it fires.
    pub predicate: Predicate,
    /// Names of the fields that it looks at; without any it looks at all that `except` does not name.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Names of fields that it leaves to other rules.
    #[serde(default)]
    pub except: Vec<String>,
    /// Fields whose findings are errors although the rule's level is lower.
    #[serde(default)]
    pub errors: Vec<String>,
    /// Numbers in benchmarks, such as `CIS EKS 3.2.5`.
    #[serde(default)]
    pub benchmarks: Vec<String>,
    /// Tags for GitHub and others.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Score from 0.1 to 10.0 as text, for rules with a meaning for security.
    #[serde(default)]
    pub security_severity: Option<String>,
    /// How sure its findings are, in GitHub's words.
    pub precision: String,
    /// The version of the linter that brought the rule.
    pub since: String,
    /// True if the rule is used only by those who ask for it.
    #[serde(default)]
    pub opt_in: bool,
}

impl Rule {
    /// Reads a rule from its page.
    ///
    /// # Errors
    /// If the front matter is missing, does not parse or names unknown fields, or a heading is missing or out of order.
    pub fn read(id: &str, text: &str) -> Result<Self, PageError> {
        let error = |m: String| PageError(m);
        let text = text.replace("\r\n", "\n");
        let rest = text.strip_prefix("---\n").ok_or_else(|| error("no front matter".into()))?;
        let (front, markdown) =
            rest.split_once("\n---\n").ok_or_else(|| error("the front matter does not end".into()))?;
        let front: Front = serde_yaml::from_str(front).map_err(|e| error(e.to_string()))?;
        if front.id != id {
            return Err(error(format!("id is `{}`, the file is named `{id}`", front.id)));
        }
        for name in front.fields.iter().chain(&front.except).chain(&front.errors) {
            let runtimes = Name::ALL.iter().map(|n| n.field());
            if !FIELDS.iter().chain(runtimes).any(|f| f.name == name) {
                return Err(error(format!("unknown field `{name}`")));
            }
        }
        let page = Page { markdown: markdown.trim_start().to_owned() };
        let headings: Vec<_> = page.markdown.lines().filter_map(|l| l.strip_prefix("## ")).collect();
        if headings != HEADINGS {
            return Err(error(format!("the headings must be {}", HEADINGS.join(", "))));
        }
        let summary = page.section("What it does").unwrap_or_default();
        let summary = summary.split_inclusive('.').next().unwrap_or_default().replace('\n', " ");
        Ok(Self { id: front.id.clone(), level: front.level, predicate: front.predicate, front, page, summary })
    }

    /// True if the rule looks at this field.
    pub fn covers(&self, field: &Field) -> bool {
        let named = |list: &[String]| list.iter().any(|n| n == field.name);
        (self.front.fields.is_empty() || named(&self.front.fields)) && !named(&self.front.except)
    }

    /// The level of a finding about this field.
    pub fn level_for(&self, field: &Field) -> Level {
        if self.front.errors.iter().any(|n| n == field.name) { Level::Error } else { self.level }
    }
}
