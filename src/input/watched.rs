//! The words that nodes are found by. A file without any of them may stay unread without a word.

use std::fmt::Write;
use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::runtime;

/// The words, in any case.
const WORDS: &[&str] = &["kubelet", "bootstrap.sh", "nodeadm", runtime::KEY, "user_data", "userdata"];

/// True if one of the words stands in `bytes`, also as UTF-16.
pub fn is_watched(bytes: &[u8]) -> bool {
    static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let mut pattern = "(?i-u)".to_owned();
        for word in WORDS {
            let word = regex::escape(word);
            // A backslash belongs to what follows it.
            let wide = word.chars().fold(String::new(), |mut wide, c| {
                let zero = if c == '\\' { "" } else { r"\x00" };
                let _ = write!(wide, "{c}{zero}");
                wide
            });
            let _ = write!(pattern, "{word}|{}|", wide.trim_end_matches(r"\x00"));
        }
        Regex::new(pattern.trim_end_matches('|')).ok()
    });
    PATTERN.as_ref().is_none_or(|pattern| pattern.is_match(bytes))
}

#[cfg(test)]
mod tests {
    use super::is_watched;

    #[test]
    fn words_in_any_case_and_as_utf_16() {
        let wide = |text: &str, order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<_>>();
        for (text, expected) in [
            ("kind: KubeletConfiguration", true),
            ("/etc/eks/bootstrap.sh c", true),
            ("bootstrap_sh", false),
            ("\"user_data_base64\": \"IyE=\"", true),
            ("{\"panels\": []}", false),
        ] {
            assert_eq!(is_watched(text.as_bytes()), expected, "{text}");
            assert_eq!(is_watched(&wide(text, u16::to_le_bytes)), expected, "{text}");
            assert_eq!(is_watched(&wide(text, u16::to_be_bytes)), expected, "{text}");
        }
    }
}
