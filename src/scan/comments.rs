//! The comments that ask to ignore findings: where one may stand, and how it is written there.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::check::Finding;
use crate::policy::covering;
use crate::text::Source;

/// The most lines above a value that are tried.
const MAX_LINES: usize = 6;

/// A change of one file: a range of bytes and its replacement.
pub(crate) type Edit = (u32, u32, String);

/// Where a comment begins and ends.
type Style = (&'static str, &'static str);

/// A file, and the rules to ignore at one of its lines.
type Asked<'a> = (Arc<Source>, Vec<&'a str>);

/// A line with findings: the rules to ignore there, and the comments that may do it, the best first.
pub(super) struct Spot {
    pub(super) source: Arc<Source>,
    pub(super) tries: Vec<Edit>,
}

/// The spots of findings, by path and line. A finding that no comment can ignore has none.
pub(super) fn spots<'a>(findings: impl IntoIterator<Item = &'a Finding>, reason: &str) -> Vec<Spot> {
    let mut rules: BTreeMap<(PathBuf, usize), Asked<'_>> = BTreeMap::new();
    for finding in findings.into_iter().filter(|f| !f.groups.is_empty() && !f.at.place.source.is_derived()) {
        let source = &finding.at.place.source;
        let line = source.line_of(finding.at.place.start);
        let (_, list) =
            rules.entry((source.path().to_owned(), line)).or_insert_with(|| (Arc::clone(source), Vec::new()));
        if !list.contains(&finding.rule.id.as_str()) {
            list.push(&finding.rule.id);
        }
    }
    rules
        .into_iter()
        .map(|((_, line), (source, rules))| Spot { tries: tries(&source, line, &rules, reason), source })
        .collect()
}

/// The comments above a line, and above what it is a part of.
fn tries(source: &Source, line: usize, rules: &[&str], reason: &str) -> Vec<Edit> {
    let end = if source.bytes().windows(2).any(|w| w == b"\r\n") { "\r\n" } else { "\n" };
    // A character that a script, a template or a text around it could take for its own is left out.
    let plain = |c: char| match c {
        '{' => '(',
        '}' => ')',
        '$' | '`' | '\\' => ' ',
        c if c.is_control() => ' ',
        c => c,
    };
    let reason: String = reason.chars().map(plain).collect();
    let bare = reason.replace(['\'', '"'], "");
    let mut reasons = vec![reason.as_str()];
    reasons.extend((bare != reason).then_some(bare.as_str()));
    let styles = styles(source);
    let mut out = Vec::new();
    for at in covering(source, line).into_iter().take(MAX_LINES) {
        let start = source.line_starts().get(at).copied().unwrap_or_default();
        let indent: String =
            source.line(at).iter().take_while(|b| matches!(b, b' ' | b'\t')).map(|b| char::from(*b)).collect();
        let json = is_json(source, at);
        for (open, close) in styles.iter().filter(|(_, close)| !json || !close.is_empty()) {
            for reason in &reasons {
                let reason = if close.is_empty() { (*reason).to_owned() } else { reason.replace(close.trim(), "") };
                let comment = format!("{open}kubelet-lint: ignore[{}] {reason}", rules.join(", "));
                out.push((start, start, format!("{indent}{}{close}{end}", comment.trim_end())));
            }
        }
    }
    out
}

/// True if a line is a part of JSON, which has no comments: that a kubelet may read it as YAML does not help `jq`.
fn is_json(source: &Source, line: usize) -> bool {
    let text = source.line(line).trim_ascii();
    let before = (0..line).rev().map(|n| source.line(n).trim_ascii()).find(|text| !text.is_empty()).unwrap_or_default();
    let key = || {
        let mut parts = text.strip_prefix(b"\"").unwrap_or_default().splitn(2, |byte| *byte == b'"');
        parts.nth(1).is_some_and(|rest| rest.trim_ascii_start().starts_with(b":"))
    };
    match text {
        [b'{', b'{' | b'%' | b'#', ..] => false,
        [b'{', ..] => true,
        _ => key() && matches!(before.last(), Some(b'{' | b'[' | b',')),
    }
}

/// The kinds of comments that a file may have, the plainest first.
fn styles(source: &Source) -> Vec<Style> {
    let path = source.path().to_string_lossy().to_ascii_lowercase();
    let ends = |list: &[&str]| list.iter().any(|end| path.ends_with(end));
    let bytes = source.bytes();
    let has = |word: &str| memchr::memmem::find(&bytes, word.as_bytes()).is_some();
    // Carvel's ytt takes no other comments in a file with its own lines.
    if bytes.split(|b| *b == b'\n').any(|line| line.trim_ascii_start().starts_with(b"#@")) {
        return vec![("#! ", "")];
    }
    let template: Option<Style> = match () {
        () if ends(&[".erb"]) => Some(("<%# ", " %>")),
        () if ends(&[".hbs", ".handlebars", ".mustache"]) => Some(("{{! ", " }}")),
        () if ends(&[".j2", ".jinja", ".jinja2"]) || has("{%") && !has("%{") => Some(("{# ", " #}")),
        () if has("{{") && !ends(&[".md", ".tf", ".hcl", ".tftpl"]) => Some(("{{/* ", " */}}")),
        () => None,
    };
    let text = bytes.trim_ascii_start();
    let json =
        text.first() == Some(&b'{') && !text.get(1).is_some_and(|b| b"{%#".contains(b)) || text.starts_with(b"[{");
    let mut out = Vec::new();
    if ends(&[
        ".bicep", ".cs", ".cue", ".go", ".gradle", ".groovy", ".java", ".js", ".jsonc", ".kt", ".mjs", ".ts", ".tsx",
    ]) {
        out.push(("// ", ""));
    } else if !json && !ends(&[".json", ".bat", ".cmd", ".xml", ".md"]) {
        out.push(("# ", ""));
    }
    out.extend(template);
    out
}

#[cfg(test)]
mod tests {
    use super::styles;
    use crate::text::Source;

    #[test]
    fn a_file_has_the_comments_of_its_language() {
        for (path, text, wanted) in [
            ("a.sh", "x", "# "),
            ("a.yaml", "#@ load()\nx: 1", "#! "),
            ("a.json", "{\"a\": 1}", ""),
            ("a.json.j2", "{\"a\": {{ b }}}", "{# "),
            ("a.yaml.j2", "{% if a %}\nb: 1", "# |{# "),
            ("templates/a.yaml", "a: {{ .Values.a }}", "# |{{/* "),
            ("templates/a.yaml", "{{- if .Values.a }}\na: 1", "# |{{/* "),
            ("a.json.erb", "{\"a\": <%= b %>}", "<%# "),
            ("a.hbs", "a: {{b}}", "# |{{! "),
            ("a.tf", "a = \"{{b}}\"", "# "),
            ("a.ts", "x", "// "),
        ] {
            let found: Vec<_> = styles(&Source::new(path, text.as_bytes())).into_iter().map(|(open, _)| open).collect();
            assert_eq!(found.join("|"), wanted, "{path}: {text}");
        }
    }
}
