//! The formats in which a scan is shown.

mod concise;
mod excerpt;
mod explain;
mod fingerprint;
mod human;
mod json;
mod reporter;
mod sarif;
mod show;
mod words;

pub use explain::{explain, list_rules, list_rules_json};
pub use fingerprint::line_hashes;
pub use human::notes;
pub use reporter::{Look, Reporter};
pub use show::{show_json, show_text};

/// Every format, by the name that people choose it with.
pub const FORMATS: &[&dyn Reporter] = &[&human::Human, &concise::Concise, &json::Json, &sarif::Sarif];

/// The format of this name.
pub fn format(name: &str) -> Option<&'static dyn Reporter> {
    FORMATS.iter().copied().find(|f| f.name() == name)
}
