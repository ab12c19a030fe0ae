//! Values in configuration and comments: rules, durations, days, patterns. Each has its own error messages.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use globset::{Glob, GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

use crate::check::{Catalogue, Rule};
use crate::node::Family;
use crate::setting::parse_duration;
use crate::text::relative_to;

use super::coverage::Coverage;

/// The longest pattern that is read, in bytes.
const MAX_PATTERN: usize = 1024;

/// The candidate most similar to `word`.
pub(super) fn meant<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_ascii_lowercase();
    let distance = |c: &&str| strsim::damerau_levenshtein(&word, c);
    let candidates: Vec<_> = candidates.collect();
    let near = candidates.iter().copied().min_by_key(distance);
    near.filter(|c| distance(c) <= (c.len().max(word.len()) / 3).max(1)).or_else(|| {
        // A part of a long name, if only one has it.
        let mut holders = candidates.into_iter().filter(|c| word.len() >= 4 && c.contains(&word));
        holders.next().filter(|_| holders.next().is_none())
    })
}

/// The error for an unknown rule, with the one that was likely meant.
pub(crate) fn no_rule(id: &str, rules: &Catalogue) -> String {
    let short: String = id.chars().take(60).collect();
    if id.contains('*') {
        return format!("unknown rule `{short}`: patterns are not supported, list each rule");
    }
    match meant(id, rules.iter().map(|r| r.id.as_str()).chain(rules.groups())) {
        Some(near) => format!("unknown rule `{short}`: did you mean `{near}`?"),
        None => format!("unknown rule `{short}`: run `kubelet-lint rules` for a list"),
    }
}

/// A possible id of a rule or name of a group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleId(String);

impl RuleId {
    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True if it names a rule.
    pub fn names(&self, rule: &Rule) -> bool {
        rule.is_named(&self.0)
    }

    /// The error, if `rules` have no such id or group.
    pub fn complaint(&self, rules: &Catalogue) -> Option<String> {
        if rules.has(&self.0) { None } else { Some(no_rule(&self.0, rules)) }
    }
}

impl std::str::FromStr for RuleId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(Self(text.to_owned()))
    }
}

/// A positive duration as Go and the kubelet parse it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Time {
    /// As written.
    pub text: String,
    /// In nanoseconds.
    pub nanoseconds: i64,
}

impl std::str::FromStr for Time {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match parse_duration(text.as_bytes()) {
            Ok(nanoseconds) if nanoseconds > 0 => Ok(Self { text: text.to_owned(), nanoseconds }),
            Ok(_) => Err("expected a positive duration such as `4h`".to_owned()),
            Err(_) => {
                Err(format!("`{text}` is not a valid duration (expected a value such as `4h`, `30m` or `1h30m`)"))
            }
        }
    }
}

/// A day; it ends at midnight in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(SystemTime);

impl Day {
    /// True if the day has passed at `now`.
    pub fn is_over(self, now: SystemTime) -> bool {
        now >= self.0 + Duration::from_secs(24 * 60 * 60)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(humantime::format_rfc3339_seconds(self.0).to_string().split('T').next().unwrap_or_default())
    }
}

impl std::str::FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a valid date (expected a value such as `2027-03-31`)");
        if text.len() != 10 {
            return Err(wrong());
        }
        humantime::parse_rfc3339(&format!("{text}T00:00:00Z")).map(Self).map_err(|_| wrong())
    }
}

/// A Kubernetes version, such as `1.33`; the part after the minor version is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version(pub u32);

impl std::str::FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rest = text.strip_prefix('v').unwrap_or(text).strip_prefix("1.");
        let minor = rest.and_then(|r| r.split('.').next()).and_then(|m| m.parse().ok());
        minor
            .map(Self)
            .ok_or_else(|| format!("`{text}` is not a valid Kubernetes version (expected a value such as `1.33`)"))
    }
}

/// A family of images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageFamily(pub Family);

/// The families that can be chosen.
pub(super) const FAMILIES: &[Family] =
    &[Family::Al2, Family::Al2023, Family::Bottlerocket, Family::Ubuntu, Family::Windows, Family::Kubeadm];

impl std::str::FromStr for ImageFamily {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        FAMILIES.iter().find(|f| f.id() == text).map(|f| Self(*f)).ok_or_else(|| {
            let ids: Vec<_> = FAMILIES.iter().map(|f| f.id()).collect();
            match meant(text, ids.iter().copied()) {
                Some(near) => format!("unknown image family `{text}`: did you mean `{near}`?"),
                None => format!("unknown image family `{text}` (expected {})", ids.join(", ")),
            }
        })
    }
}

/// A path pattern, relative to the folder of the configuration. Without a slash it matches a name at any depth; if it
/// matches a folder, it matches everything in it.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    /// What paths are relative to.
    folder: PathBuf,
    set: GlobSet,
    whole: GlobMatcher,
}

impl Pattern {
    /// As written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// True if it matches the whole of `text`, in which `*` is any text.
    pub fn matches_text(&self, text: &str) -> bool {
        self.whole.is_match(text)
    }

    /// True if it matches `path`.
    pub fn matches(&self, path: &Path) -> bool {
        self.set.is_match(relative_to(&self.folder, path))
    }

    /// True if all that it can match was read.
    pub(crate) fn was_read(&self, coverage: &Coverage) -> bool {
        let plain = self.text.trim_start_matches("./").trim_matches('/');
        let fixed = plain.split('/').take_while(|part| is_path(&self.text) && !part.contains(['*', '?', '[', '{']));
        let area = fixed.fold(self.folder.clone(), |area, part| area.join(part));
        coverage.complete.iter().any(|folder| area.starts_with(folder))
            && !coverage.excluded.iter().any(|path| self.matches(path))
    }

    /// Makes it relative to a folder.
    pub fn anchor(&mut self, folder: &Path) {
        folder.clone_into(&mut self.folder);
    }
}

/// True if a pattern is a path, and no name at any depth.
fn is_path(pattern: &str) -> bool {
    pattern.trim_end_matches('/').contains('/')
}

impl std::str::FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.len() > MAX_PATTERN {
            return Err("the pattern is longer than 1024 bytes".to_owned());
        }
        let plain = text.trim_start_matches("./").trim_matches('/');
        if plain.is_empty() {
            return Err("the pattern is empty".to_owned());
        }
        let plain = if is_path(text) { plain.to_owned() } else { format!("**/{plain}") };
        let mut set = GlobSetBuilder::new();
        for pattern in [format!("{plain}/**"), plain] {
            let glob = GlobBuilder::new(&pattern).literal_separator(true).build();
            set.add(glob.map_err(|e| format!("invalid pattern `{text}`: {}", e.kind()))?);
        }
        let wrong = |e: globset::Error| format!("invalid pattern `{text}`: {}", e.kind());
        let set = set.build().map_err(wrong)?;
        let whole = Glob::new(text).map_err(wrong)?.compile_matcher();
        Ok(Self { text: text.to_owned(), folder: PathBuf::new(), set, whole })
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

/// Parses a value in place, so the parser knows the place of an invalid one.
struct Words<T>(std::marker::PhantomData<T>);

impl<T: std::str::FromStr<Err = String>> Visitor<'_> for Words<T> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

macro_rules! read_from_text {
    ($($name:ident)*) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Words(std::marker::PhantomData))
            }
        }
    )*};
}

read_from_text!(RuleId Time Day Version ImageFamily Pattern);

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Day, Pattern, RuleId, Time, Version};
    use crate::check::Catalogue;

    #[test]
    fn patterns_match_as_expected() {
        for (pattern, path, matches) in [
            ("examples", "examples/a.tf", true),
            ("examples/", "a/examples/b/c.tf", true),
            ("/examples", "a/examples/b/c.tf", false),
            ("test/*", "test/a.tf", true),
            ("test/*.tf", "test/a/b.tf", false),
            ("test/**", "test/a/b.tf", true),
            ("*.sh", "a/b/c.sh", true),
            ("./a/b.tf", "a/b.tf", true),
            ("a/b.tf", "a/b.tfvars", false),
        ] {
            let pattern: Pattern = pattern.parse().unwrap();
            assert_eq!(pattern.matches(Path::new(path)), matches, "{} {path}", pattern.as_str());
        }
        assert!("a{b".parse::<Pattern>().is_err());
        assert!("/".parse::<Pattern>().is_err());
    }

    #[test]
    fn an_invalid_word_is_reported_with_a_suggestion() {
        let complaint = |id: &str| id.parse::<RuleId>().unwrap().complaint(&Catalogue::default());
        assert_eq!(
            complaint("replaced-zeros").unwrap(),
            "unknown rule `replaced-zeros`: did you mean `replaced-zero`?"
        );
        assert_eq!(complaint("xyz").unwrap(), "unknown rule `xyz`: run `kubelet-lint rules` for a list");
        assert_eq!(complaint("replaced-zero"), None);
        assert!("1d".parse::<Time>().is_err());
        assert!("0s".parse::<Time>().is_err());
        assert_eq!("v1.31.2-eks".parse(), Ok(Version(31)));
        assert!("2.1".parse::<Version>().is_err());
        for wrong in ["2027-02-30", "2027-2-3", "soon", "2027-03-31T", "２０２７-03"] {
            assert!(wrong.parse::<Day>().is_err(), "{wrong}");
        }
        let day: Day = "2027-03-31".parse().unwrap();
        assert!(!day.is_over(humantime::parse_rfc3339("2027-03-31T23:59:59Z").unwrap()));
        assert!(day.is_over(humantime::parse_rfc3339("2027-04-01T00:00:00Z").unwrap()));
    }
}
