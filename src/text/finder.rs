//! A search of a text for many words at once.

use memchr::memmem;

/// The number of bytes that a hash is made from. Of each, five bits count, which are the same for both cases of a letter.
const START: usize = 3;

/// The number of hashes.
const HASHES: usize = 1 << (5 * START);

/// The hash of the last bytes of a text, after one more byte.
fn with_byte(hash: usize, byte: u8) -> usize {
    (hash << 5 | usize::from(byte & 31)) % HASHES
}

/// Looks for words, each with groups, a bit for each. Nothing is compiled, because a run may look at one small file only. Most places
/// of a text are skipped because no word starts with the same three bytes.
#[derive(Debug)]
pub struct Finder {
    /// A bit for each hash of the first bytes of a word.
    starts: Box<[u64; HASHES / 64]>,
    /// The words with their groups, sorted by the hash of their first bytes.
    words: Vec<(u16, Box<[u8]>, u64)>,
    /// Words that are too short for a hash.
    short: Vec<(Box<[u8]>, u64)>,
    any_case: bool,
}

impl Finder {
    /// Finds `words`, in `any_case` or as they are written. Those of two letters are always found as they are written.
    pub fn new<W: AsRef<[u8]>>(words: impl IntoIterator<Item = (W, u64)>, any_case: bool) -> Self {
        let hash = |word: &[u8]| word.iter().take(START).fold(0, |hash, byte| with_byte(hash, *byte));
        let mut out = Self { starts: Box::new([0; HASHES / 64]), words: Vec::new(), short: Vec::new(), any_case };
        for (word, groups) in words {
            let word: Box<[u8]> = word.as_ref().into();
            if word.len() < START {
                out.short.push((word, groups));
                continue;
            }
            let hash = hash(&word);
            out.starts[hash / 64] |= 1 << (hash % 64);
            out.words.push((hash as u16, word, groups));
        }
        out.words.sort_unstable_by_key(|(hash, ..)| *hash);
        out
    }

    /// The groups with a word in a text.
    pub fn groups_in(&self, text: &[u8]) -> u64 {
        let mut known = 0;
        self.search(text, |groups| {
            known |= groups;
            false
        });
        known
    }

    /// True if a word stands in a text.
    pub fn is_in(&self, text: &[u8]) -> bool {
        let mut found = false;
        self.search(text, |_| {
            found = true;
            true
        });
        found
    }

    /// Calls `see` with the groups of the words, in no order, until it returns true. Those that it was called with may be left out.
    fn search(&self, text: &[u8], mut see: impl FnMut(u64) -> bool) {
        for (word, groups) in &self.short {
            if memmem::find(text, word).is_some() && see(*groups) {
                return;
            }
        }
        let mut known = 0;
        let mut hash = 0;
        for (at, byte) in text.iter().enumerate() {
            hash = with_byte(hash, *byte);
            if self.starts[hash / 64] >> (hash % 64) & 1 != 0 {
                let groups = self.starting(hash, &text[(at + 1).saturating_sub(START)..], known);
                known |= groups;
                if groups != 0 && see(groups) {
                    return;
                }
            }
        }
    }

    /// The groups of the words with this hash that a text starts with, as far as they are not known.
    fn starting(&self, hash: usize, text: &[u8], known: u64) -> u64 {
        let first = self.words.partition_point(|(other, ..)| usize::from(*other) < hash);
        let same = self.words[first..].iter().take_while(|(other, ..)| usize::from(*other) == hash);
        let starts = |word: &[u8]| {
            let start = text.get(..word.len());
            start.is_some_and(|start| if self.any_case { start.eq_ignore_ascii_case(word) } else { start == word })
        };
        same.filter(|(_, word, groups)| known & groups != *groups && starts(word))
            .fold(0, |all, (.., groups)| all | groups)
    }
}

#[cfg(test)]
mod tests {
    use super::Finder;

    const WORDS: &[(&str, u64)] = &[("kubelet", 1), ("kube", 2), ("<<", 4), ("b64", 8), ("\n. ", 16), ("kubelet", 32)];

    #[test]
    fn a_word_is_found_wherever_it_stands() {
        let (any, exact) = (Finder::new(WORDS.iter().copied(), true), Finder::new(WORDS.iter().copied(), false));
        for (text, in_any, in_exact) in [
            ("", 0, 0),
            ("k", 0, 0),
            ("a kubelet", 35, 35),
            ("KUBELET", 35, 0),
            ("Kube b64", 10, 8),
            ("kkubeb64", 10, 10),
            ("a\n. b <<", 20, 20),
            (". b kub", 0, 0),
            ("+ubelet", 0, 0),
        ] {
            assert_eq!(
                (any.groups_in(text.as_bytes()), exact.groups_in(text.as_bytes())),
                (in_any, in_exact),
                "{text}"
            );
            assert_eq!(
                (any.is_in(text.as_bytes()), exact.is_in(text.as_bytes())),
                (in_any != 0, in_exact != 0),
                "{text}"
            );
        }
    }
}
