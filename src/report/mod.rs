//! The output formats of a scan.

mod against;
mod concise;
mod controls;
mod excerpt;
mod explain;
mod fingerprint;
mod github;
mod gitlab;
mod human;
mod json;
mod junit;
mod markdown;
mod page;
mod plain_text;
mod rdjson;
mod reporter;
mod safe;
mod sarif;
mod show;
mod spot;
mod stream;
mod table;
mod veils;

pub(crate) use against::{against_json, against_text};
pub(crate) use controls::{controls_csv, controls_html, controls_json, controls_table};
pub(crate) use explain::{explain, explain_group, list_rules, list_rules_json};
pub use human::notes;
pub(crate) use human::{complain, mentions, unfixed};
pub(crate) use page::show_html;
pub(crate) use plain_text::{harmless, sentences};
pub use reporter::Look;
pub(crate) use reporter::{Reporter, file_address};
pub(crate) use safe::Safely;
pub use safe::{Folders, Kind, safe};
pub use show::show_text;
pub(crate) use show::{show_json, show_yaml};
pub(crate) use table::show_table;

/// Every format, by name.
pub const FORMATS: &[&dyn Reporter] = &[
    &human::Human,
    &concise::Concise,
    &json::Json,
    &sarif::Sarif,
    &github::Github,
    &gitlab::Gitlab,
    &junit::Junit,
    &rdjson::Rdjson,
    &markdown::Markdown,
    &page::Html,
];

/// The formats that list timeouts which are not known to reach a node.
pub(crate) const LISTING: &[&str] = &["human", "json", "sarif", "markdown", "html"];

/// The format with this name.
pub fn format(name: &str) -> Option<&'static dyn Reporter> {
    FORMATS.iter().copied().find(|f| f.name() == name)
}
