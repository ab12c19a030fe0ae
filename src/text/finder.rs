//! A search of a text for many words at once.

use memchr::memmem;

/// True if `bytes` contain `word`.
pub(crate) fn holds(bytes: &[u8], word: &[u8]) -> bool {
    memmem::find(bytes, word).is_some()
}

/// The number of bytes of a part, by which words are found.
const PART: usize = 3;

/// Only the parts of a text that start at every so many bytes are looked up.
const STEP: usize = 3;

/// The number of hashes of parts.
const HASHES: usize = 1 << 16;

/// A bit for each hash.
type Bits = [u64; HASHES / 64];

/// What counts of a byte: all but the bit by which the cases of a letter differ.
const COUNTS: u8 = !0x20 & 0x7f;

/// The hash of the part with which some bytes start.
fn hash(bytes: [u8; 4]) -> usize {
    let part = u32::from_le_bytes(bytes) & u32::from_le_bytes([COUNTS, COUNTS, COUNTS, 0]);
    (part.wrapping_mul(0x9e37_79b1) >> 16) as usize
}

/// A bit for the byte; both cases of a letter have the same.
fn bit(byte: u8) -> u32 {
    1 << (byte & 31)
}

/// A part of a word.
#[derive(Clone, Copy, Debug)]
struct Part {
    /// The number of the word.
    word: u16,
    /// Where in the word the part starts: -1 if it starts with the byte before.
    at: i8,
    /// The number of the next part with the same hash, counted from one; zero if there is none.
    next: u16,
    /// Bits of the bytes before and after this part and the next ones.
    before: u32,
    after: u32,
}

/// Looks for words, each with groups, a bit for each. Nothing is compiled, because a run may look at one small file only. A third of
/// the places of a text is looked at: wherever a word starts, one of its parts starts at such a place. A word of three or four bytes
/// has not enough parts, so the byte before or after it belongs to some, and may be any.
#[derive(Debug)]
pub(crate) struct Finder {
    /// The hashes of parts.
    hashes: Box<Bits>,
    /// The number of the first part of each hash, counted from one.
    first: Box<[u16]>,
    parts: Vec<Part>,
    words: Vec<(Box<[u8]>, u64)>,
    /// Words without letters that are too short for parts.
    short: Vec<(memmem::Finder<'static>, u64)>,
    any_case: bool,
}

impl Finder {
    /// Finds `words`, in `any_case` or as they are written. Those of two letters are always found as they are written.
    pub(crate) fn new<W: AsRef<[u8]>>(words: impl IntoIterator<Item = (W, u64)>, any_case: bool) -> Self {
        let (hashes, first) = (Box::new([0; HASHES / 64]), vec![0; HASHES].into_boxed_slice());
        let mut out = Self { hashes, first, parts: Vec::new(), words: Vec::new(), short: Vec::new(), any_case };
        for (word, groups) in words {
            let word: Box<[u8]> = word.as_ref().into();
            if word.len() < PART || word.len() == PART && !word.iter().any(u8::is_ascii_alphanumeric) {
                out.short.push((memmem::Finder::new(&word).into_owned(), groups));
            } else {
                out.add_parts(&word);
                out.words.push((word, groups));
            }
        }
        out
    }

    /// Adds the parts of the next word.
    fn add_parts(&mut self, word: &[u8]) {
        const ANY: std::ops::Range<u8> = 0..128;
        let from = |at: usize| [word[at], word[at + 1], word[at + 2], 0];
        self.add(word, 0, from(0));
        if word.len() > PART {
            self.add(word, 1, from(1));
        } else {
            ANY.filter(|byte| byte & !COUNTS == 0).for_each(|any| self.add(word, 1, [word[1], word[2], any, 0]));
        }
        if word.len() > PART + 1 {
            self.add(word, 2, from(2));
        } else {
            ANY.filter(|byte| byte & !COUNTS == 0).for_each(|any| self.add(word, -1, [any, word[0], word[1], 0]));
        }
    }

    fn add(&mut self, word: &[u8], at: i8, bytes: [u8; 4]) {
        let hash = hash(bytes);
        let near = |at: i8| usize::try_from(at).ok().and_then(|at| word.get(at)).map_or(u32::MAX, |byte| bit(*byte));
        let known = self.part(self.first[hash]).map_or((0, 0), |part| (part.before, part.after));
        self.parts.push(Part {
            word: self.words.len() as u16,
            at,
            next: self.first[hash],
            before: known.0 | near(at - 1),
            after: known.1 | near(at + PART as i8),
        });
        self.first[hash] = self.parts.len() as u16;
        self.hashes[hash / 64] |= 1 << (hash % 64);
    }

    /// A part by its number, counted from one.
    fn part(&self, number: u16) -> Option<&Part> {
        self.parts.get(usize::from(number).checked_sub(1)?)
    }

    /// The groups with a word in a text.
    pub(crate) fn groups_in(&self, text: &[u8]) -> u64 {
        self.search(text, |_| false)
    }

    /// True if a word stands in a text.
    pub(crate) fn is_in(&self, text: &[u8]) -> bool {
        self.search(text, |known| known != 0) != 0
    }

    /// Where words start in a text, but the shortest ones.
    pub(crate) fn starts_in<'t>(&'t self, text: &'t [u8]) -> impl Iterator<Item = usize> {
        let mut from = 0;
        std::iter::from_fn(move || {
            let (at, part, _) = self.part_from(text, from, &self.hashes)?;
            from = at + STEP;
            Some((at, part))
        })
        .flat_map(move |(at, part)| self.with(part).filter_map(move |part| self.start(part, text, at)))
    }

    /// The groups of the words in a text, up to where they are `enough`.
    fn search(&self, text: &[u8], enough: impl Fn(u64) -> bool) -> u64 {
        let mut hashes = *self.hashes;
        let mut known = 0;
        for (word, groups) in &self.short {
            if word.find(text).is_some() {
                known |= groups;
            }
        }
        let mut from = 0;
        while !enough(known)
            && let Some((at, part, hash)) = self.part_from(text, from, &hashes)
        {
            let mut open = false;
            for part in self.with(part) {
                let groups = self.words[usize::from(part.word)].1;
                if known & groups != groups {
                    open = true;
                    known |= if self.start(part, text, at).is_some() { groups } else { 0 };
                }
            }
            if !open {
                // Nothing more is learned from these words.
                hashes[hash / 64] &= !(1 << (hash % 64));
            }
            from = at + STEP;
        }
        known
    }

    /// The first place of a text, from `at` on in steps, with a part that has one of some hashes, between bytes that fit. With the
    /// first such part, and its hash.
    fn part_from(&self, text: &[u8], mut at: usize, hashes: &Bits) -> Option<(usize, &Part, usize)> {
        while at < text.len() {
            let rest = &text[at..];
            let bytes = rest.first_chunk().copied().unwrap_or_else(|| {
                let mut last = [0; 4];
                last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
                last
            });
            let hash = hash(bytes);
            if hashes[hash / 64] >> (hash % 64) & 1 == 1
                && let Some(part) = self.part(self.first[hash])
            {
                let fits = |byte: Option<&u8>, bits: u32| byte.is_none_or(|byte| bits & bit(*byte) != 0);
                if fits(rest.get(PART), part.after) && fits(text.get(at.wrapping_sub(1)), part.before) {
                    return Some((at, part, hash));
                }
            }
            at += STEP;
        }
        None
    }

    /// A part and the next ones with the same hash.
    fn with<'p>(&'p self, part: &'p Part) -> impl Iterator<Item = &'p Part> {
        std::iter::successors(Some(part), |part| self.part(part.next))
    }

    /// Where the word of a part starts, if it stands around this place of a text.
    fn start(&self, part: &Part, text: &[u8], at: usize) -> Option<usize> {
        let start = at.checked_add_signed(-isize::from(part.at))?;
        let word = &*self.words[usize::from(part.word)].0;
        let found = text.get(start..start + word.len())?;
        let last = |text: &[u8]| text.last().map(|byte| byte & COUNTS);
        // Most words differ there.
        let alike = last(found) == last(word);
        (alike && if self.any_case { found.eq_ignore_ascii_case(word) } else { found == word }).then_some(start)
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
            ("B64", 8, 0),
            ("xx", 0, 0),
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
        let mut starts: Vec<usize> = any.starts_in(b"kkubeb64 KUBELET <<").collect();
        starts.dedup();
        assert_eq!(starts, [1, 5, 9]);
    }

    #[test]
    fn a_word_of_any_length_is_found_at_any_distance_from_both_ends() {
        let words = ["ab", "k3s", "rke2", "path.", "sed -n", "kubelet", "\n. "];
        let finder = Finder::new(words.iter().enumerate().map(|(n, word)| (*word, 1 << n)), true);
        for (n, word) in words.iter().enumerate() {
            for (before, after) in (0..10).flat_map(|before| (0..10).map(move |after| (before, after))) {
                let text = format!("{}{word}{}", "~".repeat(before), "~".repeat(after));
                assert_eq!(finder.groups_in(text.as_bytes()), 1 << n, "{text:?}");
                assert!(finder.is_in(text.as_bytes()), "{text:?}");
                let wanted = (word.len() > 2 && n != 6).then_some(before);
                assert_eq!(finder.starts_in(text.as_bytes()).next(), wanted, "{text:?}");
            }
        }
    }
}
