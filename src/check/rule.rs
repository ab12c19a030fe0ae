//! A rule, parsed from its page: front matter that defines what it looks for, and the text that explains it.

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::setting::{Field, parse_duration};

use super::comparison::number;
use super::front::{Front, Level};
use super::predicate::Predicate;
use super::target::{Target, nearest};

/// The largest front matter, in bytes.
const MAX_FRONT: usize = 8 << 10;

/// The headings of a page, in order. All are required in a built-in one.
pub(super) const HEADINGS: &[&str] =
    &["What it does", "Why is this bad?", "Example", "Use instead", "How zero is read", "References"];

/// What is wrong with a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PageError {
    /// One line, lower case, no full stop.
    pub message: String,
    /// The 1-based line of the page, if known.
    pub line: Option<usize>,
}

/// The text of a page without its front matter.
#[derive(Clone, Debug)]
pub struct Page {
    /// Markdown, from the title on.
    pub markdown: Cow<'static, str>,
}

impl Page {
    /// The text under a heading, without the heading.
    pub fn section(&self, heading: &str) -> Option<&str> {
        let start = self.markdown.find(&format!("\n## {heading}\n"))? + heading.len() + 5;
        let rest = self.markdown.get(start..).unwrap_or_default();
        Some(rest.find("\n## ").map_or(rest, |end| rest.get(..end).unwrap_or_default()).trim())
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
    pub(crate) predicate: Predicate,
    /// The settings that its page names, once they are needed.
    targets: OnceLock<Vec<Target>>,
    /// Front matter that formats pass on.
    #[doc(hidden)]
    pub front: Front,
    /// The page.
    #[doc(hidden)]
    pub page: Page,
    /// The first sentence of the page, starting with *Checks for*.
    pub summary: String,
}

impl Rule {
    /// A built-in rule from its page, which every run reads: `None` if it is not as a test holds it to be.
    pub(super) fn built_in(page: &'static str) -> Option<Self> {
        let (front, markdown) = page.strip_prefix("---\n")?.split_once("\n---\n")?;
        Self::of(Front::plain(front)?, Cow::Borrowed(markdown.trim_start()))
    }

    /// The rule of a page in parts. `None` without text under the first heading.
    fn of(front: Front, markdown: Cow<'static, str>) -> Option<Self> {
        let page = Page { markdown };
        let summary = page.section(HEADINGS[0]).filter(|s| !s.is_empty())?;
        let summary = summary.split_inclusive('.').next().unwrap_or_default().replace('\n', " ");
        let (id, level, predicate) = (front.id.clone(), front.level, front.predicate);
        Some(Self { id, level, predicate, targets: OnceLock::new(), front, page, summary })
    }

    /// Parses a custom rule. Only the heading *What it does* is required.
    ///
    /// # Errors
    /// If the front matter is missing, does not parse or names unknown fields, or the heading *What it does* is missing.
    pub(crate) fn read_own(id: &str, text: &str) -> Result<Self, PageError> {
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
        for name in front.fields.iter().chain(&front.except).chain(&front.errors) {
            if Target::named(name).is_none() {
                let line = text.lines().position(|l| l.contains(name.as_str())).map(|n| n + 1);
                let hint = nearest(name).map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
                return Err(PageError { message: format!("unknown kubelet setting `{name}`{hint}"), line });
            }
        }
        let targets: Vec<_> = front.fields.iter().filter_map(|name| Target::named(name)).collect();
        if let Some(message) = complaint(&front, &targets) {
            return Err(error(message));
        }
        let rule = Self::of(front, Cow::Owned(markdown.trim_start().to_owned()));
        rule.ok_or_else(|| error(format!("the page needs text under `## {}`", HEADINGS[0])))
    }

    /// The settings that its page names. Most runs do not ask for those of most rules.
    pub(crate) fn targets(&self) -> &[Target] {
        self.targets.get_or_init(|| self.front.fields.iter().filter_map(|name| Target::named(name)).collect())
    }

    /// The limit of the rule in nanoseconds, if its page has one for durations.
    pub(crate) fn limit(&self) -> Option<i64> {
        parse_duration(self.front.limit.as_ref()?.0.as_bytes()).ok()
    }

    /// True if it is about durations and what their values mean. Other rules compare settings of any type with values.
    #[doc(hidden)]
    pub fn is_about_durations(&self) -> bool {
        match self.predicate {
            Predicate::Equals
            | Predicate::OneOf
            | Predicate::Contains
            | Predicate::MoreOpen
            | Predicate::DoesNotStart => false,
            Predicate::DeadSetting => self.targets().iter().all(Target::is_duration),
            Predicate::AboveLimit | Predicate::BelowLimit | Predicate::Unset => {
                !self.front.not && !self.front.written && self.targets().iter().all(Target::is_duration)
            }
            _ => true,
        }
    }

    /// True if a list of rules names it: by its id, or by a group.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.id == name || self.is_in(name)
    }

    /// True if it is in a group.
    pub(crate) fn is_in(&self, group: &str) -> bool {
        self.front.groups.iter().any(|g| g == group)
    }

    /// Its number in the newest version of a benchmark, such as `CIS EKS`.
    pub(crate) fn number_in(&self, benchmark: &str) -> Option<&str> {
        let numbers = self.front.benchmarks.iter().filter_map(|text| text.strip_prefix(benchmark)?.strip_prefix(' '));
        numbers.into_iter().find(|number| !number.contains(' '))
    }

    /// True if the rule checks this field.
    pub(crate) fn covers(&self, field: &Field) -> bool {
        self.covers_name(field.name)
    }

    /// True if the rule checks the field with this name.
    pub(crate) fn covers_name(&self, name: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|n| n == name);
        (self.front.fields.is_empty() || named(&self.front.fields)) && !named(&self.front.except)
    }

    /// The level of a finding about this field.
    pub(crate) fn level_for(&self, field: &Field) -> Level {
        if self.front.errors.iter().any(|n| n == field.name) { Level::Error } else { self.level }
    }
}

/// What does not fit together, if anything.
fn complaint(front: &Front, targets: &[Target]) -> Option<String> {
    let compares = matches!(front.predicate, Predicate::Equals | Predicate::OneOf | Predicate::Contains);
    let limited = matches!(front.predicate, Predicate::AboveLimit | Predicate::BelowLimit | Predicate::MoreOpen);
    let needs = match front.predicate {
        Predicate::Equals | Predicate::Contains if front.value.is_none() => Some("a `value`, such as `value: true`"),
        Predicate::MoreOpen
            if front.limit.is_none() || !targets.iter().all(|t| t.name().strip_suffix(".mode").is_some()) =>
        {
            Some("a `limit` such as `limit: 644`, and `fields` such as `fields: [config.mode]`")
        }
        Predicate::OneOf if front.values.is_empty() => Some("a list of `values`, such as `values: [a, b]`"),
        _ if compares && targets.is_empty() => Some("`fields`, such as `fields: [readOnlyPort]`"),
        _ => None,
    };
    if let Some(needs) = needs {
        return Some(format!("its predicate needs {needs}"));
    }
    if front.value.is_some() && (!compares || front.predicate == Predicate::OneOf) {
        return Some("`value` requires the predicate `equals` or `contains`".to_owned());
    }
    if !front.values.is_empty() && front.predicate != Predicate::OneOf {
        return Some("`values` requires the predicate `one-of`".to_owned());
    }
    if (front.not || front.written) && !compares && !limited && front.predicate != Predicate::Unset {
        return Some("`not` and `written` require a predicate that compares values".to_owned());
    }
    if (front.not || front.written) && targets.is_empty() {
        return Some("`not` and `written` require `fields`".to_owned());
    }
    let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if let Some(group) = front.groups.iter().find(|g| g.is_empty() || !g.chars().all(sound)) {
        return Some(format!("invalid group `{group}`: use lower-case words joined by `-`"));
    }
    let limit = front.limit.as_ref()?;
    if !limited {
        return Some("`limit` requires the predicate `above-limit` or `below-limit`".to_owned());
    }
    let durations = targets.iter().all(Target::is_duration) && !front.not && !front.written;
    let limit = &limit.0;
    if durations {
        let positive = parse_duration(limit.as_bytes()).is_ok_and(|n| n > 0);
        let words = "is not a positive duration that the kubelet accepts, such as `30m`";
        return (!positive).then(|| format!("`{limit}` {words}"));
    }
    let odd = targets.iter().find(|target| number(target.kind(), limit).is_none())?;
    Some(format!("`{limit}` is not a number that `{}` could be compared with", odd.name()))
}
