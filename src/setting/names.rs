//! Names of settings in texts. A setting in an argument of a module has a flag or a key, or the argument is named after it.

use std::sync::LazyLock;

use crate::text::Finder;

use super::FIELDS;

/// Shorter than each name of a setting.
const SHORTEST: usize = 7;

/// Words of which the flag of each setting has one.
const RAREST: &[&str] =
    &["cfs", "eviction", "frequency", "minimum", "reconcile", "runtime", "stats", "streaming", "webhook"];

/// The last name of each field, and its flag.
fn exact() -> impl Iterator<Item = &'static str> {
    FIELDS.iter().flat_map(|field| field.path().last().into_iter().chain(field.flag))
}

/// Words of which a text has one, in any case, if something in it names a setting.
pub(crate) fn words() -> Vec<&'static str> {
    exact().chain(RAREST.iter().copied()).collect()
}

/// True if something in a text names a setting: by its flag, its key, or all words of its flag in any order.
pub(crate) fn are_in(text: &[u8]) -> bool {
    static SEARCH: LazyLock<Finder> = LazyLock::new(|| Finder::new(words().into_iter().map(|word| (word, 1)), true));
    let is_end = |b: &u8| !b.is_ascii_alphanumeric() && !matches!(b, b'_' | b'-');
    SEARCH.starts_in(text).any(|at| {
        let start = text[..at].iter().rposition(is_end).map_or(0, |before| before + 1);
        let end = text[at..].iter().position(is_end).map_or(text.len(), |length| at + length);
        let name = &text[start..end];
        name.len() > SHORTEST && std::str::from_utf8(name).is_ok_and(is_setting)
    })
}

fn is_setting(name: &str) -> bool {
    if exact().any(|exact| name.ends_with(exact)) {
        return true;
    }
    let lower = name.to_ascii_lowercase();
    if !RAREST.iter().any(|word| lower.contains(word)) {
        return false;
    }
    let own = words_of(name);
    let mut flags = FIELDS.iter().filter_map(|field| field.flag);
    flags.any(|flag| flag.split('-').all(|word| own.iter().any(|own| own == word)))
}

/// The words of a name, in lower case: `streamingConnection_idle` has three.
pub(crate) fn words_of(name: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut lower = false;
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() || lower && c.is_ascii_uppercase() {
            out.push(String::new());
        }
        lower = c.is_ascii_lowercase();
        if let Some(word) = out.last_mut().filter(|_| c.is_ascii_alphanumeric()) {
            word.push(c.to_ascii_lowercase());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::setting::FIELDS;

    use super::{RAREST, SHORTEST, are_in};

    #[test]
    fn a_setting_is_named_by_flag_key_or_words() {
        for (text, expected) in [
            ("args = \"--streaming-connection-idle-timeout=0\"", true),
            ("{\"syncFrequency\": 0}", true),
            ("kubelet_idle_timeout_streamingConnection = 0", true),
            ("SYNC_FREQUENCY=0", true),
            ("minimum_healthy = 0\nstreaming = true", false),
            ("streaming_connection = { idle_timeout = 0 }", false),
        ] {
            assert_eq!(are_in(text.as_bytes()), expected, "{text}");
        }
        for flag in FIELDS.iter().filter_map(|field| field.flag) {
            assert!(flag.split('-').any(|word| RAREST.contains(&word)) && flag.len() > SHORTEST, "{flag}");
        }
    }
}
