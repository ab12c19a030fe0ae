//! Helm 3 and Helm 4. Where they render a chart in two ways, both are judged, and what comes of one of them says which.
//!
//! Source: helm/helm at v3.21.4 and v4.2.4, file by file. These differences can change what a node runs with:
//!
//! | what | Helm 3 | Helm 4 |
//! |---|---|---|
//! | `.Capabilities.HelmVersion` | 3 | 4 |
//! | a file of values with several documents (`LoadValues`) | takes the first one | merges all |
//! | a null in the values of a chart (`cleanNilValues`, from 4.2 on) | keeps it | removes it |
//! | `mustToYaml`, and from 4.2 on `mustToToml` | refuses the chart | knows it |
//! | a field of `.Chart` that there is not (`MetadataAsMap`) | fails | takes it as empty |
//!
//! All else was compared and changes no verdict here. The version of Kubernetes (4 keeps the suffix of a vendor) and what `lookup`
//! finds are unknown anyway, so both outcomes are judged; the words of errors, logs, times of files and `--set-json` do not reach a
//! template; functions of Sprig, TOML and YAML come from the same libraries in both. Not modelled: `.Files.Lines` of an empty file,
//! which all but the last versions 3 fail at, and two aliases of one chart that has an alias itself, the second of which Helm 3
//! does not find.

use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::input::set_values::lay;
use crate::syntax::Node;
use crate::text::{Span, Traced, Why, holds};
use crate::value::{Condition, Guard, Value};

use super::about::is_field;
use super::values::{map, open_top};

/// A version of Helm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::input) enum Version {
    Three,
    Four,
}

impl Version {
    /// What holds for this version only.
    pub(super) fn guard(self) -> Guard {
        Guard::of(Condition::either("Helm 4 renders the chart", "Helm 3 renders the chart", self == Self::Four))
    }
}

/// What something makes of the values of a chart.
pub(in crate::input) struct Given<'a> {
    pub(in crate::input) with: &'a dyn Fn(&Value, Option<Version>) -> Value,
    /// True if the version of Helm matters for it.
    pub(in crate::input) differs: bool,
}

/// Names of fields of `.Chart`.
static FIELDS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\.Chart\.([A-Za-z0-9_]+)").ok());
/// Calls of functions that only Helm 4 has.
static NEW: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\{\{-?\s*(?:[^/}\s][^}]*[^A-Za-z0-9_}])?mustTo(?:Yaml|Toml)\b").ok());

/// True if a template calls a function that only Helm 4 has.
pub(super) fn is_new(template: &[u8]) -> bool {
    NEW.as_ref().is_some_and(|new| new.is_match(template))
}

/// True if a template asks for the version of Helm, or for a field of the chart that there is not.
pub(super) fn asks(template: &[u8]) -> bool {
    let known = |name: &[u8]| std::str::from_utf8(name).is_ok_and(is_field);
    holds(template, b"HelmVersion")
        || FIELDS.as_ref().is_some_and(|fields| fields.captures_iter(template).any(|found| !known(&found[1])))
}

/// The documents of a file of values as Helm 4 merges them; `None` if that is the first one.
pub(in crate::input) fn merged_documents(documents: &[Node]) -> Option<Node> {
    let (first, rest) = documents.split_first()?;
    let rest: Vec<_> = rest.iter().filter(|node| node.is_map() && !node.pairs().is_empty()).collect();
    let mut out = first.clone();
    for node in &rest {
        lay(&mut out, (*node).clone());
    }
    (!rest.is_empty()).then_some(out)
}

/// `.Capabilities.HelmVersion`.
pub(super) fn described(version: Option<Version>, at: Span) -> Value {
    let outside = || Why::FromOutside("the version of Helm".into());
    let number = match version {
        Some(Version::Three) => "v3.",
        Some(Version::Four) => "v4.",
        None => return Value::unknown(outside(), at),
    };
    let mut text = Traced::made(number, at);
    text.push_unknown(at, outside());
    open_top(map([("Version".into(), Value::str(text, at))], at), outside())
}

/// The first number of a version of which no more is known.
pub(super) fn major(version: &Traced) -> Option<u64> {
    let (range, ..) = version.unknowns().next()?;
    let known = std::str::from_utf8(&version.bytes()[..range.start]).ok()?.strip_suffix('.')?;
    known.strip_prefix('v').unwrap_or(known).parse().ok()
}
