//! Comments: what stands in one sets nothing.

use std::path::Path;

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

/// The longest comment, and the longest line, in bytes: a bound on the work for each place.
const LONGEST: usize = 32 << 10;

/// True if the byte at `at` is in a comment.
pub(super) fn is_in_comment(source: &Source, at: usize) -> bool {
    let bytes = source.bytes();
    let extension = extension(source.path());
    let is = |list: &[&str]| list.contains(&extension.as_str());
    let slashes = is(SLASHES) || is(BOTH);
    let line = source.line_of(at as u32);
    let start = source.line_starts().get(line).map_or(0, |start| *start as usize);
    let start = start.min(at);
    let before = &bytes[start..at];
    let begins = |marks: &[&str]| {
        let trimmed = before.trim_ascii_start();
        marks
            .iter()
            .any(|mark| trimmed.len() >= mark.len() && trimmed[..mark.len()].eq_ignore_ascii_case(mark.as_bytes()))
    };
    begins(&["#", "//"])
        || is(BATCH) && begins(&["rem ", "::", "@rem "])
        || is(SEMICOLONS) && begins(&[";"])
        || extension == "lua" && begins(&["--"])
        || !is(SLASHES) && trails(before, b"#")
        || slashes && trails(before, b"//")
        || BLOCKS.iter().any(|(open, close)| inside(&bytes, at, open, close))
        || slashes && inside(&bytes, at, "/*", "*/")
}

/// The extension in lower case, or the name of a file without one.
pub(super) fn extension(path: &Path) -> String {
    let name = path.extension().or(path.file_name()).unwrap_or_default();
    name.to_string_lossy().to_lowercase()
}

/// True if a comment starts in `line` at a mark after white space, outside quotes.
fn trails(line: &[u8], mark: &[u8]) -> bool {
    let line = &line[line.len().saturating_sub(LONGEST)..];
    let mut quote = None;
    for (at, byte) in line.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| line.get(at));
        match quote {
            Some(open) if *byte == open && before != Some(&b'\\') => quote = None,
            Some(_) => {}
            None if matches!(byte, b'"' | b'\'' | b'`') && before != Some(&b'\\') => quote = Some(*byte),
            None if line[at..].starts_with(mark) && before.is_none_or(u8::is_ascii_whitespace) => return true,
            None => {}
        }
    }
    false
}

/// True if `at` lies between an `open` at the start of a word and the next `close`.
fn inside(bytes: &[u8], at: usize, open: &str, close: &str) -> bool {
    let find = |bytes: &[u8], word: &str| bytes.windows(word.len()).rposition(|w| w == word.as_bytes());
    let from = at.saturating_sub(LONGEST);
    let Some(opened) = find(&bytes[from..at], open).map(|found| from + found) else { return false };
    let before = opened.checked_sub(1).and_then(|at| bytes.get(at));
    // `/tmp/*` is a pattern of file names.
    let word = before.is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'{' | b'(' | b';' | b','));
    let after = &bytes[(opened + open.len()).min(at)..bytes.len().min(at + LONGEST)];
    word && find(&bytes[opened..at], close).is_none() && after.windows(close.len()).any(|w| w == close.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::is_in_comment;
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
            assert_eq!(is_in_comment(&source, text.find("x=0").unwrap()), expected, "{name}: {text}");
        }
    }
}
