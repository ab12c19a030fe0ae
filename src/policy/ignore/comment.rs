//! The comment `kubelet-lint: ignore[...]`, in any language.

use std::ops::Range;

use super::super::values::{Day, RuleId};

/// The start of an ignore comment, in any case.
const MARK: &str = "kubelet-lint:";

/// Comment markers of the languages that infrastructure is written in: HCL, YAML, TOML, shell, PowerShell, XML, INI,
/// batch files, templates. A line of a block comment may start with a star.
const LEADERS: &[&str] = &["#", "//", "/*", "*", "<!--", ";", "--", "#!", "{#-", "{{!"];

/// Markers that end a comment, the longer ones first.
const CLOSERS: &[&str] = &["*/", "-->", "--%>", "--}}", "-#}", "#>", "#}", "%>", "}}"];

/// The longest list of rules and the longest reason that are read, in bytes.
const MAX_WORDS: usize = 2048;

/// The most ignore comments that are read in one line.
const MAX_IN_LINE: usize = 20;

/// The content of an ignore comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Content {
    /// True for `ignore-file`.
    pub(super) file: bool,
    /// The rules.
    pub(super) rules: Vec<RuleId>,
    /// The last day.
    pub(super) until: Option<Day>,
    /// The reason; may be empty.
    pub(super) reason: String,
}

/// An ignore comment in a line: its bytes, and its content or error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    /// From `kubelet-lint:` to the closing bracket, or to the end of the text.
    pub(super) range: Range<usize>,
    /// Where the surrounding comment starts.
    pub(super) comment: usize,
    /// Its content.
    pub(super) content: Result<Content, String>,
}

/// The ignore comments in a line.
pub(super) fn requests(line: &[u8]) -> Vec<Request> {
    let lower = line.to_ascii_lowercase();
    let mark = MARK.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(found) = find(&lower[at..], mark).filter(|_| out.len() < MAX_IN_LINE) {
        let start = at + found;
        at = start + mark.len();
        let Some(comment) = leader(&line[..start]) else { continue };
        let next = find(&lower[at..], mark).map_or(line.len(), |n| at + n);
        let words = String::from_utf8_lossy(&line[at..next.min(at + MAX_WORDS)]);
        if let Some((content, length)) = request(&words) {
            let end = (at + length).min(next);
            out.push(Request { range: start..end, comment, content });
        }
    }
    out
}

pub(super) fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|w| w == needle)
}

/// Where the comment starts that contains the mark after `before`, if there is one.
fn leader(before: &[u8]) -> Option<usize> {
    let text = before.trim_ascii_end();
    if text.is_empty() {
        // Inside a comment of several lines.
        return Some(before.len());
    }
    if text.len() < before.len() && text.to_ascii_lowercase().ends_with(b"rem") && text.len() == 3 {
        return Some(0);
    }
    LEADERS.iter().filter(|l| text.ends_with(l.as_bytes())).map(|l| text.len() - l.len()).min()
}

/// The content after the mark and its length; `None` if it is about something else.
fn request(words: &str) -> Option<(Result<Content, String>, usize)> {
    let trimmed = words.trim_start();
    let lead = words.len() - trimmed.len();
    let word: String = trimmed.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let lower = word.to_ascii_lowercase();
    let rest = trimmed.get(word.len()..).unwrap_or_default();
    let file = match lower.as_str() {
        "ignore" => false,
        "ignore-file" => true,
        "disable" | "disable-file" | "allow" | "skip" | "noqa" => {
            return Some((Err(format!("use `ignore[RULE]` instead of `{word}`")), lead + word.len()));
        }
        _ if lower.starts_with("ignore") => {
            return Some((
                Err(format!("unknown keyword `{word}` (expected `ignore[RULE]` or `ignore-file[RULE]`)")),
                lead + word.len(),
            ));
        }
        _ => return None,
    };
    let done = lead + word.len();
    let Some(list) = rest.strip_prefix('[') else {
        return Some((
            Err(format!("name the rules in brackets, such as `{lower}[zero-streaming-idle-timeout]`")),
            done,
        ));
    };
    let Some((list, tail)) = list.split_once(']') else {
        return Some((Err("the bracket is not closed".to_owned()), done + 1));
    };
    Some((content(file, list, tail), done + list.len() + 2))
}

/// The content of a list of rules and the text after it.
pub(super) fn content(file: bool, list: &str, tail: &str) -> Result<Content, String> {
    let mut rules = Vec::new();
    for id in list.split(',').map(str::trim).filter(|id| !id.is_empty()) {
        if id == "*" {
            return Err("list each rule: `*` is not supported".to_owned());
        }
        let rule: RuleId = id.to_ascii_lowercase().parse()?;
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    if rules.is_empty() {
        return Err("list at least one rule in the brackets".to_owned());
    }
    let mut reason = tail;
    // In a script in one line of JSON, line ends are escapes.
    for end in CLOSERS.iter().copied().chain(["\\n", "\","]) {
        reason = reason.split(end).next().unwrap_or_default();
    }
    let reason = reason.trim().trim_end_matches(['"', '\'']).trim();
    let (until, reason) = match reason.split_once(char::is_whitespace).unwrap_or((reason, "")) {
        (first, rest) if first.starts_with("until=") => {
            let day = first.trim_start_matches("until=").trim_matches(['"', '\'', ':']);
            (Some(day.parse()?), rest)
        }
        _ => (None, reason),
    };
    let reason = reason.trim().trim_start_matches([':', '-', '#']).trim().to_owned();
    Ok(Content { file, rules, until, reason })
}

/// True if the line contains only a comment, which may be quoted as a part of a joined script.
pub(super) fn is_comment(line: &[u8]) -> bool {
    let line = unquoted(line);
    // Of Go's templates, Handlebars, ERB and Jinja.
    let template = line.strip_prefix(b"{{").or_else(|| line.strip_prefix(b"<%"));
    if template.is_some_and(|line| line.starts_with(b"!")) {
        return true;
    }
    let line = template.map_or(line, |line| line.strip_prefix(b"-").unwrap_or(line).trim_ascii_start());
    let line = line.strip_prefix(b"{").filter(|line| line.starts_with(b"#")).unwrap_or(line);
    let rem = line.len() > 3 && line[..3].eq_ignore_ascii_case(b"rem") && line[3].is_ascii_whitespace();
    rem || ["#", "//", "/*", "<!--", "<#", ";"].iter().any(|l| line.starts_with(l.as_bytes()))
        || line == b"*"
        || line.starts_with(b"* ")
        || line.starts_with(b"*/")
}

/// The line without leading white space and quotes.
pub(super) fn unquoted(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii_start();
    line.strip_prefix(b"\"").or_else(|| line.strip_prefix(b"'")).unwrap_or(line).trim_ascii_start()
}

#[cfg(test)]
mod tests {
    use super::{is_comment, requests};

    fn reported(line: &str) -> String {
        let found = requests(line.as_bytes());
        let words: Vec<_> = found
            .iter()
            .map(|r| match &r.content {
                Ok(a) => {
                    let rules: Vec<_> = a.rules.iter().map(|r| r.as_str()).collect();
                    let file = if a.file { "file " } else { "" };
                    let until = if a.until.is_some() { " until" } else { "" };
                    format!(
                        "{file}{}{until}|{}|{}",
                        rules.join("+"),
                        a.reason,
                        line.get(r.range.clone()).unwrap_or_default()
                    )
                }
                Err(e) => format!("error: {e}"),
            })
            .collect();
        words.join(" // ")
    }

    #[test]
    fn every_language_has_its_comments() {
        let mark = "kubelet-lint: ignore[replaced-zero]";
        for line in [
            "# kubelet-lint: ignore[replaced-zero] because",
            "  idle = 0 // kubelet-lint: ignore[replaced-zero] because",
            "/* kubelet-lint: ignore[replaced-zero] because */",
            " * kubelet-lint: ignore[replaced-zero] because",
            "<!-- kubelet-lint: ignore[replaced-zero] because -->",
            "<# kubelet-lint: ignore[replaced-zero] because #>",
            "; kubelet-lint: ignore[replaced-zero] because",
            "REM kubelet-lint: ignore[replaced-zero] because",
            "\"# kubelet-lint: ignore[replaced-zero] because\\n\",",
            "kubelet-lint: ignore[replaced-zero] because",
            "{{- /* kubelet-lint: ignore[replaced-zero] because */ -}}",
            "{{! kubelet-lint: ignore[replaced-zero] because }}",
            "{#- kubelet-lint: ignore[replaced-zero] because -#}",
            "<%# kubelet-lint: ignore[replaced-zero] because %>",
            "#! kubelet-lint: ignore[replaced-zero] because",
        ] {
            assert_eq!(reported(line), format!("replaced-zero|because|{mark}"), "{line}");
            assert!(is_comment(line.as_bytes()) != line.starts_with(['k', ' ']) || line.starts_with(" *"), "{line}");
        }
        assert_eq!(
            reported("#KUBELET-LINT:Ignore[Replaced-Zero]"),
            "replaced-zero||KUBELET-LINT:Ignore[Replaced-Zero]"
        );
        let two = "# kubelet-lint: ignore-file[replaced-zero, invalid-duration] until=2027-01-31 - old";
        assert!(reported(two).starts_with("file replaced-zero+invalid-duration until|old|"), "{}", reported(two));
    }

    #[test]
    fn errors_are_reported_and_prose_is_ignored() {
        for (line, words) in [
            (
                "# kubelet-lint: ignore",
                "error: name the rules in brackets, such as `ignore[zero-streaming-idle-timeout]`",
            ),
            ("# kubelet-lint: ignore[*]", "error: list each rule: `*` is not supported"),
            ("# kubelet-lint: ignore[]", "error: list at least one rule in the brackets"),
            ("# kubelet-lint: ignore[replaced-zero", "error: the bracket is not closed"),
            (
                "# kubelet-lint: ignore[replaced-zero] until=soon",
                "error: `soon` is not a valid date (expected a value such as `2027-03-31`)",
            ),
            ("# kubelet-lint: disable[replaced-zero]", "error: use `ignore[RULE]` instead of `disable`"),
            ("# kubelet-lint: finds this", ""),
            ("kubelet-lint: {ignore: [replaced-zero]}", ""),
            ("run: kubelet-lint: ignore[replaced-zero]", ""),
        ] {
            assert_eq!(reported(line), words, "{line}");
        }
    }
}
