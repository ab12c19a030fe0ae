//! What a file looks like, in a few bytes: enough to recognise it under another name.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The most lines that are kept. They are a fair sample: those with the smallest hashes.
const KEPT: usize = 64;

/// The least letters and digits of a line that says anything.
const TELLING: usize = 3;

/// Hashes of lines, as hexadecimal numbers of eight digits, separated by spaces. Indentation and order do not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Likeness(String);

impl Likeness {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let kept: Vec<_> = hashes(bytes).into_iter().take(KEPT).map(|hash| format!("{hash:08x}")).collect();
        Self(kept.join(" "))
    }

    /// True if a file, of which these are the [`hashes`], has at least half of the lines.
    pub(super) fn is_like(&self, found: &BTreeSet<u32>) -> bool {
        let kept = self.0.split(' ').filter_map(|hash| u32::from_str_radix(hash, 16).ok());
        let kept: Vec<_> = kept.take(KEPT).collect();
        let same = kept.iter().filter(|hash| found.contains(hash)).count();
        !kept.is_empty() && same * 2 >= kept.len()
    }
}

/// The hashes of the lines that say anything (FNV-1a, 32 bits).
pub(super) fn hashes(bytes: &[u8]) -> BTreeSet<u32> {
    let lines = bytes.split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
    let telling = lines.filter(|line| line.iter().filter(|b| b.is_ascii_alphanumeric()).count() >= TELLING);
    telling
        .map(|line| line.iter().fold(0x811c_9dc5, |hash, b| (hash ^ u32::from(*b)).wrapping_mul(0x0100_0193)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Likeness, hashes};

    #[test]
    fn half_of_the_lines_are_enough() {
        let lines: Vec<_> = (0..500).map(|n| format!("  line number {n}\r")).collect();
        let text = lines.join("\n  }}\n");
        let old = Likeness::of(text.as_bytes());
        assert!(old.0.len() < 600, "{}", old.0.len());
        let some = |part| {
            let kept: Vec<_> = lines.iter().enumerate().filter(|(n, _)| n % 10 < part).map(|(_, l)| l.trim()).collect();
            kept.join("\n")
        };
        for (part, like) in [(10, true), (7, true), (3, false), (0, false)] {
            assert_eq!(old.is_like(&hashes(some(part).as_bytes())), like, "{part}");
        }
        assert!(!Likeness::of(b"}\n{\n").is_like(&hashes(b"}\n{\n")));
        assert!(!Likeness("no number".to_owned()).is_like(&hashes(text.as_bytes())));
    }
}
