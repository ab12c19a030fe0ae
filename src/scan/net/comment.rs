//! Comments: what stands in one sets nothing.

use std::path::Path;
use std::sync::Arc;

use memchr::memmem;

use crate::text::Source;

/// Extensions of languages in which `//` and `/* */` are comments and `#` is not.
const SLASHES: &[&str] = &[
    "c",
    "cc",
    "cpp",
    "cs",
    "cue",
    "go",
    "gradle",
    "groovy",
    "h",
    "java",
    "js",
    "json5",
    "jsonc",
    "jsonnet",
    "jsx",
    "kt",
    "kts",
    "libsonnet",
    "mjs",
    "cjs",
    "proto",
    "rs",
    "scala",
    "swift",
    "ts",
    "tsx",
];

/// Extensions of languages with both.
const BOTH: &[&str] = &["hcl", "nomad", "php", "tf", "tfvars", "tofu", "bicep"];

/// Extensions of batch files.
const BATCH: &[&str] = &["bat", "cmd"];

/// Extensions of files in which a line that starts with `;` is a comment.
const SEMICOLONS: &[&str] = &["cfg", "cnf", "conf", "ini", "service"];

/// Comments with an end, in any kind of file.
const BLOCKS: &[(&str, &str)] =
    &[("<!--", "-->"), ("{#", "#}"), ("{{/*", "*/"), ("{{- /*", "*/"), ("<#", "#>"), ("<%#", "%>")];

/// The longest comment, in bytes.
const LONGEST: usize = 32 << 10;

/// The comments of one file. It is asked about places in their order: what was found for one helps with the next.
pub(super) struct Comments<'a> {
    source: &'a Source,
    bytes: Arc<[u8]>,
    extension: String,
    blocks: Vec<Block>,
    /// Comments up to the end of a line, one for each mark.
    rests: Vec<Rest>,
}

impl<'a> Comments<'a> {
    pub(super) fn of(source: &'a Source) -> Self {
        let (bytes, extension) = (source.bytes(), extension(source.path()));
        let is = |list: &[&str]| list.contains(&extension.as_str());
        let slashes = is(SLASHES) || is(BOTH);
        let kinds = BLOCKS.iter().copied().chain(slashes.then_some(("/*", "*/")));
        let blocks = kinds.map(|(open, close)| Block::of(&bytes, open, close)).collect();
        let marks = [(!is(SLASHES)).then_some("#"), slashes.then_some("//")];
        let rests = marks.into_iter().flatten().map(|mark| Rest { mark, ..Rest::default() }).collect();
        Self { source, bytes, extension, blocks, rests }
    }

    /// True if the byte at `at` is in a comment.
    pub(super) fn has(&mut self, at: usize) -> bool {
        let (bytes, extension) = (&self.bytes, &self.extension);
        let is = |list: &[&str]| list.contains(&extension.as_str());
        let line = self.source.line_of(at as u32);
        let start = self.source.line_starts().get(line).map_or(0, |start| *start as usize).min(at);
        let before = bytes[start..at].trim_ascii_start();
        let begins = |marks: &[&str]| {
            let is = |mark: &&str| before.get(..mark.len()).is_some_and(|b| b.eq_ignore_ascii_case(mark.as_bytes()));
            marks.iter().any(is)
        };
        begins(&["#", "//"])
            || is(BATCH) && begins(&["rem ", "::", "@rem "])
            || is(SEMICOLONS) && begins(&[";"])
            || extension == "lua" && begins(&["--"])
            || self.rests.iter_mut().any(|rest| rest.reaches(bytes, start, at))
            || self.blocks.iter().any(|block| block.is_around(bytes, at))
    }
}

/// The extension in lower case, or the name of a file without one.
pub(super) fn extension(path: &Path) -> String {
    let name = path.extension().or(path.file_name()).unwrap_or_default();
    name.to_string_lossy().to_lowercase()
}

/// A comment up to the end of a line that begins at a mark after white space, outside quotes.
#[derive(Default)]
struct Rest {
    mark: &'static str,
    /// The start of the line that is read, and how far it was.
    start: usize,
    done: usize,
    quote: Option<u8>,
    found: bool,
}

impl Rest {
    /// True if one begins in the line from `start`, before `at`.
    fn reaches(&mut self, bytes: &[u8], start: usize, at: usize) -> bool {
        if self.start != start || at < self.done {
            *self = Self { mark: self.mark, start, done: start, ..Self::default() };
        }
        for at in self.done..if self.found { 0 } else { at } {
            let before = at.checked_sub(1).filter(|at| *at >= start).map(|at| bytes[at]);
            match self.quote {
                Some(open) if bytes[at] == open && before != Some(b'\\') => self.quote = None,
                Some(_) => {}
                None if matches!(bytes[at], b'"' | b'\'' | b'`') && before != Some(b'\\') => {
                    self.quote = Some(bytes[at]);
                }
                None => {
                    self.found |= bytes[at..].starts_with(self.mark.as_bytes())
                        && before.is_none_or(|byte| byte.is_ascii_whitespace());
                }
            }
        }
        self.done = at;
        self.found
    }
}

/// Comments with an end: where the marks are.
struct Block {
    opens: Vec<usize>,
    closes: Vec<usize>,
    /// The lengths of the marks.
    lengths: (usize, usize),
}

impl Block {
    fn of(bytes: &[u8], open: &str, close: &str) -> Self {
        let places = |word: &str| memmem::find_iter(bytes, word).collect();
        Self { opens: places(open), closes: places(close), lengths: (open.len(), close.len()) }
    }

    /// True if `at` lies between an opening mark at the start of a word and the next closing one.
    fn is_around(&self, bytes: &[u8], at: usize) -> bool {
        let (open, close) = self.lengths;
        let before = self.opens.partition_point(|start| start + open <= at).checked_sub(1);
        let Some(opened) = before.map(|n| self.opens[n]).filter(|start| *start + LONGEST >= at) else { return false };
        let before = opened.checked_sub(1).and_then(|at| bytes.get(at));
        // `/tmp/*` is a pattern of file names.
        let word = before.is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'{' | b'(' | b';' | b','));
        let next = self.closes.get(self.closes.partition_point(|start| *start < opened));
        word && next.is_some_and(|closed| *closed >= at && closed + close <= at + LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::Comments;
    use crate::text::Source;

    #[test]
    fn comments_of_each_syntax() {
        for (name, text, expected) in [
            ("a.sh", "  # x=0", true),
            ("a.sh", "run # x=0", true),
            ("a.sh", "run \"a # x=0\"", false),
            ("a.sh", "run a#x=0", false),
            ("a.go", "// x=0", true),
            ("a.go", "\"http://x=0\"", false),
            ("a.go", "/* a\n x=0 */", true),
            ("a.go", "/* a */ x=0", false),
            ("a.go", "\"#x=0\"", false),
            ("a.tf", "rm /tmp/*\nx=0 */", false),
            ("a.tf", "a = 1 // x=0", true),
            ("a.bat", "REM x=0", true),
            ("a.xml", "<!-- x=0 -->", true),
            ("a.ini", "; x=0", true),
            ("a.yaml", "{{/* x=0 */}}", true),
            ("a.yaml", "{# x=0 #}", true),
            ("a.ps1", "<# a\n x=0 #>", true),
            ("a.py", "\"\"\"x=0\"\"\"", false),
        ] {
            let source = Source::new(name, text.as_bytes());
            assert_eq!(Comments::of(&source).has(text.find("x=0").unwrap()), expected, "{name}: {text}");
        }
    }

    #[test]
    fn places_of_one_line_are_asked_for_in_any_order() {
        let text = "x=0 'x=0 # x=0' x=0 # x=0 'x=0\nx=0";
        let source = Source::new("a.sh", text.as_bytes());
        let mut comments = Comments::of(&source);
        let places: Vec<_> = text.match_indices("x=0").map(|(at, _)| at).collect();
        let expected = [false, false, false, false, true, true, false];
        assert!(places.iter().zip(expected).all(|(at, expected)| comments.has(*at) == expected));
        assert!(places.iter().zip(expected).rev().all(|(at, expected)| comments.has(*at) == expected));
    }
}
