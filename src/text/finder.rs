//! A search of a text for many words at once.

use std::ops::Range;

use memchr::memmem;

/// The number of bytes that a hash is made from. Of each, five bits count, which are the same for both cases of a letter.
const START: usize = 3;

/// The number of hashes.
const HASHES: usize = 1 << (5 * START);

/// The hash of the last bytes of a text, after one more byte. What is beyond [`HASHES`] comes from bytes before them.
fn with_byte(hash: u32, byte: u8) -> u32 {
    hash << 5 | u32::from(byte & 31)
}

/// A bit for each hash.
type Bits = [u64; HASHES / 64];

/// Goes past the next byte with which the last ones have one of some hashes. False at the end.
fn forward(rest: &mut std::slice::Iter<'_, u8>, hash: &mut u32, hashes: &Bits) -> bool {
    rest.any(|byte| {
        *hash = with_byte(*hash, *byte);
        let bit = *hash as usize % HASHES;
        hashes[bit / 64] >> (bit % 64) & 1 == 1
    })
}

/// Looks for words, each with groups, a bit for each. Nothing is compiled, because a run may look at one small file only. Most places
/// of a text are skipped because no word starts with the same three bytes.
#[derive(Debug)]
pub(crate) struct Finder {
    /// The hashes of the first bytes of words.
    starts: Box<Bits>,
    /// How many hashes come before each block of bits.
    before: Box<[u16; HASHES / 64]>,
    /// The words of each hash, as a range of `words`, and a bit for each byte that follows their first ones; its hash counts.
    ranges: Vec<(Range<usize>, u32)>,
    /// The words with their groups, sorted by hash.
    words: Vec<(Box<[u8]>, u64)>,
    /// Words that are too short for a hash.
    short: Vec<(Box<[u8]>, u64)>,
    any_case: bool,
}

impl Finder {
    /// Finds `words`, in `any_case` or as they are written. Those of two letters are always found as they are written.
    pub(crate) fn new<W: AsRef<[u8]>>(words: impl IntoIterator<Item = (W, u64)>, any_case: bool) -> Self {
        let hash = |word: &[u8]| word.iter().take(START).fold(0, |hash, byte| with_byte(hash, *byte)) as usize;
        let (mut long, mut short) = (Vec::new(), Vec::new());
        for (word, groups) in words {
            let word: Box<[u8]> = word.as_ref().into();
            if word.len() < START { short.push((word, groups)) } else { long.push((hash(&word), word, groups)) }
        }
        long.sort_unstable_by_key(|(hash, ..)| *hash);
        let (mut starts, mut before) = (Box::new([0; HASHES / 64]), Box::new([0; HASHES / 64]));
        let mut ranges: Vec<(Range<usize>, u32)> = Vec::new();
        for same in long.chunk_by(|(a, ..), (b, ..)| a == b) {
            let hash = same[0].0;
            let from = ranges.last().map_or(0, |(last, _)| last.end);
            starts[hash / 64] |= 1 << (hash % 64);
            let next = same.iter().map(|(_, word, _)| word.get(START).map_or(u32::MAX, |byte| 1 << (byte & 31)));
            ranges.push((from..from + same.len(), next.fold(0, |all, bits| all | bits)));
        }
        let mut count = 0;
        for (block, before) in starts.iter().zip(before.iter_mut()) {
            *before = count;
            count += u64::count_ones(*block) as u16;
        }
        let words = long.into_iter().map(|(_, word, groups)| (word, groups)).collect();
        Self { starts, before, ranges, words, short, any_case }
    }

    /// The groups with a word in a text.
    pub(crate) fn groups_in(&self, text: &[u8]) -> u64 {
        self.search(text, |_| false)
    }

    /// True if a word stands in a text.
    pub(crate) fn is_in(&self, text: &[u8]) -> bool {
        self.search(text, |known| known != 0) != 0
    }

    /// Where words of three or more letters start in a text, in order.
    pub(crate) fn starts_in<'t>(&'t self, text: &'t [u8]) -> impl Iterator<Item = usize> {
        let (mut hash, mut rest) = (0, text.iter());
        std::iter::from_fn(move || {
            while forward(&mut rest, &mut hash, &self.starts) {
                let end = text.len() - rest.len();
                let start = end.saturating_sub(START);
                let mut words = self.with_hash(hash, text.get(end)).iter();
                if words.any(|(word, _)| self.stands_in(word, &text[start..])) {
                    return Some(start);
                }
            }
            None
        })
    }

    /// The groups of the words in a text, up to where they are `enough`.
    fn search(&self, text: &[u8], enough: impl Fn(u64) -> bool) -> u64 {
        let mut starts = *self.starts;
        let mut known = 0;
        for (word, groups) in &self.short {
            if memmem::find(text, word).is_some() {
                known |= groups;
            }
        }
        let (mut hash, mut rest) = (0, text.iter());
        while forward(&mut rest, &mut hash, &starts) {
            let end = text.len() - rest.len();
            let words = self.with_hash(hash, text.get(end));
            let start = &text[end.saturating_sub(START)..];
            let mut open = words.is_empty();
            for (word, groups) in words {
                if known & groups != *groups {
                    open = true;
                    known |= if self.stands_in(word, start) { *groups } else { 0 };
                }
            }
            if !open {
                // Nothing more is learned from these words.
                let bit = hash as usize % HASHES;
                starts[bit / 64] &= !(1 << (bit % 64));
            }
            if enough(known) {
                break;
            }
        }
        known
    }

    /// The words with a hash that some have; none if none of them goes on with the byte that is `next`.
    fn with_hash(&self, hash: u32, next: Option<&u8>) -> &[(Box<[u8]>, u64)] {
        let bit = hash as usize % HASHES;
        let lower = self.starts[bit / 64] & ((1 << (bit % 64)) - 1);
        let (range, bits) = &self.ranges[usize::from(self.before[bit / 64]) + lower.count_ones() as usize];
        let goes_on = next.map_or(*bits == u32::MAX, |byte| bits >> (byte & 31) & 1 == 1);
        if goes_on { &self.words[range.clone()] } else { &[] }
    }

    /// True if a text starts with a word.
    fn stands_in(&self, word: &[u8], text: &[u8]) -> bool {
        let start = text.get(..word.len());
        start.is_some_and(|start| if self.any_case { start.eq_ignore_ascii_case(word) } else { start == word })
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
        let starts: Vec<usize> = any.starts_in(b"kkubeb64 KUBELET <<").collect();
        assert_eq!(starts, [1, 5, 9]);
    }
}
