//! Texts that name a file, or a folder around it, as the end of a path.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::text::holds;

use aho_corasick::AhoCorasick;
use memchr::memmem;

use crate::input::reach::{self, Names};

/// The most names that are looked for one after the other, which is faster for a few.
const FEW: usize = 16;

/// The names of some files and of the folders around them.
pub(super) struct Mentions {
    few: Vec<memmem::Finder<'static>>,
    /// Nothing if the names are few, or too many.
    words: Option<AhoCorasick>,
    /// For each name, what may stand before it in a path; nothing for anything.
    before: Vec<Vec<Option<Vec<u8>>>>,
}

impl Mentions {
    /// Those of `files` below `root`.
    pub(super) fn of(files: &[PathBuf], root: &Path) -> Self {
        let mut names: BTreeMap<&[u8], Vec<Option<Vec<u8>>>> = BTreeMap::new();
        for path in files.iter().flat_map(|file| file.ancestors().take_while(|path| *path != root)) {
            let (Some(name), Some(around)) = (path.file_name(), path.parent()) else { continue };
            // The folder of the repository has any name.
            let before =
                (around != root).then(|| around.file_name().map(|name| name.as_encoded_bytes().to_vec())).flatten();
            let known = names.entry(name.as_encoded_bytes()).or_default();
            if !known.contains(&before) {
                known.push(before);
            }
        }
        let few: Vec<_> = match names.len() {
            ..=FEW => names.keys().map(|name| memmem::Finder::new(name).into_owned()).collect(),
            _ => Vec::new(),
        };
        let words = if few.is_empty() { AhoCorasick::new(names.keys()).ok() } else { None };
        Self { few, words, before: names.into_values().collect() }
    }

    /// True if a text has one of them.
    pub(super) fn are_in(&self, text: &[u8]) -> bool {
        let counts = |name: usize, at: Range<usize>| {
            let (before, after) = (&text[..at.start], &text[at.end..]);
            ends_here(after) && self.before[name].iter().any(|name| follows(before, name.as_deref()))
        };
        if !self.few.is_empty() {
            return self.few.iter().enumerate().any(|(n, name)| {
                let length = name.needle().len();
                name.find_iter(text).any(|at| counts(n, at..at + length))
            });
        }
        let Some(words) = &self.words else { return true };
        words.find_overlapping_iter(text).any(|found| counts(found.pattern().as_usize(), found.range()))
    }
}

/// What names one of the files of the command line, for the search of all files.
pub(in crate::scan) struct FirstMentions(Mentions, Names);

impl FirstMentions {
    /// Those of `files` below `root`, if they are few.
    pub(super) fn of(files: &[PathBuf], root: &Path) -> Option<Self> {
        let mentions = Mentions::of(files, root);
        (!mentions.few.is_empty()).then(|| Self(mentions, Names::with_charts(files, &|chart| chart.exists())))
    }

    /// True if a text does, or may.
    pub(in crate::scan) fn are_in(&self, path: &Path, text: &[u8]) -> bool {
        self.0.are_in(text) || reach::is_code(path) && self.1.are_in(text, path.parent().unwrap_or(path))
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || !byte.is_ascii()
}

/// True if a path ends before this text, or goes on with what is put together.
fn ends_here(after: &[u8]) -> bool {
    match after {
        [b'/', next, ..] => !is_name(*next) || *next == b'.',
        [b'.', rest @ ..] => !rest.first().is_some_and(|next| is_name(*next)),
        [next, ..] => !is_name(*next),
        [] => true,
    }
}

/// True if a name may stand after this text, in a folder with the name `around`.
fn follows(before: &[u8], around: Option<&[u8]>) -> bool {
    let Some(folders) = before.strip_suffix(b"/") else { return !before.last().is_some_and(|byte| is_name(*byte)) };
    let start = folders.iter().rposition(|byte| !is_name(*byte)).map_or(0, |at| at + 1);
    let name = &folders[start..];
    // Of an address on the net, only the end is a path in the repository.
    let token = folders
        .iter()
        .rposition(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\''))
        .map_or(0, |at| at + 1);
    name.iter().all(|byte| *byte == b'.')
        || around.is_none_or(|around| around == name)
        || holds(&folders[token..], b"://")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Mentions;

    #[test]
    fn a_name_counts_at_the_end_of_a_path_in_its_folder() {
        let mentions = Mentions::of(&["/r/charts/nodes/values.yaml".into()], Path::new("/r"));
        for (text, expected) in [
            ("- values.yaml", true),
            ("see values.yaml.", true),
            ("../nodes/values.yaml", true),
            ("../other/values.yaml", false),
            ("{{ folder }}/values.yaml", true),
            ("https://example.com/a/values.yaml", true),
            ("my-values.yaml", false),
            ("values.yaml.tpl", false),
            ("path: charts/nodes", true),
            ("path: charts/nodes/", true),
            ("path: ./charts/*", true),
            ("path: other/nodes", false),
            ("path: charts/nodes/templates", false),
        ] {
            assert_eq!(mentions.are_in(text.as_bytes()), expected, "{text}");
        }
    }
}
