//! What looks like a secret is not copied into reports. The same list stands in `docs/security.md`.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use super::finder::holds;

use regex::bytes::{Captures, Regex};

use super::Source;

/// Parts of a key whose value is a secret.
const KEY: &str = r"pass(?:word|wd|phrase)|secret|token|(?:api|access|private|certificate|client|encryption|signing)[_-]?key|credential|authorization|connection[_-]?string";

/// A value: quoted, or up to white space and what ends a word.
const VALUE: &str = r#"(?:\\*"[^"]+|\\*'[^']+|[^\s"'\\;)}\]`]+)"#;

/// Ends of keys whose values say where a secret is or how it is used.
const ABOUT: &[&str] =
    &["arn", "config", "dir", "file", "id", "mode", "name", "path", "policy", "ttl", "type", "url", "webhook"];

/// The lines above one that are searched for the keys that it is below.
const MAX_ABOVE: usize = 200;

/// The longest part of a line that is searched.
const MAX_LINE: usize = 1 << 16;

/// What is shown in place of a whole line.
const HIDDEN: &[u8] = b"(hidden: may be a secret)";

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// A key and its value.
static PAIR: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(&format!(
        r#"(?i-u)(?:{KEY})(?P<key>[\w.-]*)\\*["']?\]?\s*(?:=>|:=|[:=])\s*(?P<value>{VALUE})|--[\w-]*(?:{KEY})(?P<flag>[\w-]*)\s+(?P<next>{VALUE})"#
    ))
});

/// Secrets that are known by their form, whatever stands before them.
static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?-u)\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{20,}|\bxox[abprs]-[\w-]{10,}|\bsk_live_\w{16,}|\bAIza[\w-]{30,}|\beyJ[\w-]{10,}\.[\w-]+(?:\.[\w-]*)?|\b[a-z0-9]{6}\.[a-z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----.*|(?i:\b(?:bearer|basic)\s+)(?P<value>[\w.~+/=-]{6,})|://[^\s/:@]*:(?P<next>[^\s/@]+)@|(?:\s-u|--user)\s+\S+?:(?P<user>\S+)",
    )
});

/// Values that are no secrets: words of the language, small numbers, durations, the mode of the kubelet's `authorization`, and
/// names of what holds the value.
static PLAIN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?-u)^(?:true|false|null|none|yes|no|~|[|>][-+0-9]*|\{(?:mode:)?|\[|[0-9]{1,3}|(?:[0-9.]+(?:ns|us|ms|s|m|h|d))+|\$\{[^}]*\}?|\$\([^)]*\)?|\$[A-Z_][A-Z0-9_]*|\{\{.*|!\w+.*|(?:var|local|data|module|each|random_\w+|aws_\w+)\..*)$",
    )
});

/// A line that opens a block of secrets.
static OPENS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(&format!(r"(?i-u)(?:{KEY}|stringdata)[^:=]*(?:[:=]\s*(?:[|>][-+0-9]*|[\[{{])?|[\[{{])\s*$"))
});

/// A word that says that a value beside it is a secret.
static NAMES: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(&format!("(?i-u)(?:{KEY})")));

/// Parts of words without which a line has no [`KEY`] and opens no block of secrets.
const KEY_SIGNS: &[&str] = &["pass", "secret", "token", "key", "credential", "authorization", "string"];

/// Parts of words, in any case, without which nothing in a line has a [`FORM`].
const FORM_SIGNS: &[&str] = &[
    "akia", "asia", "ghp", "gho", "ghu", "ghs", "ghr", "github_", "glpat", "xox", "sk_live", "aiza", "eyj", "begin",
    "bearer", "basic", "://", "-u", "--user",
];

/// True if one of `signs` stands in a line in lower case. In most lines none does, and then no pattern is compiled.
fn has_sign(lower: &[u8], signs: &[&str]) -> bool {
    signs.iter().any(|sign| holds(lower, sign.as_bytes()))
}

/// True if a line may have a [`KEY`] or open a block of secrets.
fn may_have_key(line: &[u8]) -> bool {
    has_sign(&line.to_ascii_lowercase(), KEY_SIGNS)
}

/// True if something in a line may have a [`FORM`].
fn may_have_form(line: &[u8]) -> bool {
    let long = |part: &[u8]| part.iter().take_while(|b| b.is_ascii_alphanumeric()).count() >= 16;
    line.split(|b| *b == b'.').skip(1).any(long) || has_sign(&line.to_ascii_lowercase(), FORM_SIGNS)
}

/// A line without the white space and quotes that it starts with.
fn unquoted(line: &[u8]) -> &[u8] {
    let start = line.iter().position(|b| !is_space(*b) && !matches!(b, b'"' | b'\'')).unwrap_or(line.len());
    &line[start..]
}

fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0B
}

/// True for a line that is nothing but encoded data.
fn is_encoded(line: &[u8]) -> bool {
    let text = unquoted(line);
    let is_data = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'_' | b'-');
    let length = text.iter().take_while(is_data).count();
    let rest = &text[length..];
    let padding = rest.iter().take(2).take_while(|b| **b == b'=').count();
    length >= 40 && rest[padding..].iter().all(|b| is_space(*b) || matches!(b, b'"' | b'\'' | b','))
}

/// True for the value of a pair under a key of the given name.
fn is_value_of_name(line: &[u8]) -> bool {
    let lower = line.to_ascii_lowercase();
    let trim = |text: &'_ [u8]| text.iter().position(|b| !is_space(*b)).unwrap_or(text.len());
    let quote = |text: &[u8]| usize::from(matches!(text.first(), Some(b'"' | b'\'')));
    let text = &lower[trim(&lower)..];
    let text = text.strip_prefix(b"- ").unwrap_or(text);
    let text = &text[quote(text)..];
    let words: [&[u8]; 4] = [b"value", b"parametervalue", b"default", b"data"];
    words.iter().filter_map(|word| text.strip_prefix(*word)).any(|rest| {
        let rest = &rest[quote(rest)..];
        matches!(rest[trim(rest)..].first(), Some(b':' | b'='))
    })
}

/// The parts of a line that are secrets, in order.
fn secrets(line: &[u8]) -> Vec<Range<usize>> {
    let line = line.get(..MAX_LINE).unwrap_or(line);
    let mut out: Vec<Range<usize>> = Vec::new();
    let about = |end: &[u8]| {
        let end = end.to_ascii_lowercase();
        ABOUT.iter().any(|word| end.ends_with(word.as_bytes()))
    };
    let pairs = may_have_key(line).then(|| PAIR.iter().flat_map(|p| p.captures_iter(line)));
    for found in pairs.into_iter().flatten() {
        let (key, value) = match (found.name("key"), found.name("value")) {
            (Some(key), Some(value)) => (key, value),
            _ => match (found.name("flag"), found.name("next")) {
                (Some(key), Some(value)) => (key, value),
                _ => continue,
            },
        };
        let quotes = value.as_bytes().iter().take_while(|b| matches!(b, b'"' | b'\'' | b'\\')).count();
        let written = value.as_bytes().get(quotes..).unwrap_or_default();
        let written = written.strip_suffix(b",").unwrap_or(written);
        let plain = PLAIN.as_ref().is_none_or(|p| p.is_match(written));
        if !about(key.as_bytes()) && !plain {
            out.push(value.start() + quotes..value.end());
        }
    }
    if may_have_form(line) {
        out.extend(FORM.iter().flat_map(|p| p.captures_iter(line)).filter_map(|found| inner(&found)));
    }
    out.sort_by_key(|r| r.start);
    out
}

fn inner(found: &Captures<'_>) -> Option<Range<usize>> {
    ["value", "next", "user"].iter().find_map(|name| found.name(name)).or_else(|| found.get(0)).map(|m| m.range())
}

/// A line with a star for each byte of a secret. What stands in `keep`, the place of a finding, is shown as it is.
pub(crate) fn without_secrets(line: &[u8], keep: Range<usize>) -> Cow<'_, [u8]> {
    let found = secrets(line);
    if found.is_empty() {
        return Cow::Borrowed(line);
    }
    let mut out = line.to_vec();
    for range in found {
        let part = out.iter_mut().enumerate().take(range.end).skip(range.start);
        part.filter(|(n, _)| !keep.contains(n)).for_each(|(_, byte)| *byte = b'*');
    }
    Cow::Owned(out)
}

/// A message with stars for the secrets that it quotes between backticks.
pub(crate) fn quoting_no_secrets(message: &str) -> Cow<'_, str> {
    if !message.contains('`') {
        return Cow::Borrowed(message);
    }
    let part = |(n, part): (usize, &str)| match n % 2 {
        1 => String::from_utf8_lossy(&without_secrets(part.as_bytes(), 0..0)).into_owned(),
        _ => part.to_owned(),
    };
    Cow::Owned(message.split('`').enumerate().map(part).collect::<Vec<_>>().join("`"))
}

/// A line (0-based) that is shown beside the one of a finding: hidden if it looks like a secret or is a part of one.
pub(crate) fn neighbour(source: &Source, number: usize) -> Cow<'_, [u8]> {
    let line = source.line(number);
    let part = line.get(..MAX_LINE).unwrap_or(line);
    let names = |line: &[u8]| {
        let part = line.get(..MAX_LINE).unwrap_or(line);
        may_have_key(part) && NAMES.as_ref().is_none_or(|names| names.is_match(part))
    };
    let beside = || {
        let near = [number.checked_sub(1), Some(number + 1)];
        is_value_of_name(part) && near.into_iter().flatten().any(|n| names(source.line(n)))
    };
    let hidden = !line.trim_ascii().is_empty()
        && (!secrets(line).is_empty()
            || is_encoded(part)
            || beside()
            || !is_mode(part) && is_below_secret(source, number));
    if !hidden {
        return Cow::Borrowed(line);
    }
    let indent = line.iter().take_while(|b| matches!(b, b' ' | b'\t'));
    Cow::Owned(indent.chain(HIDDEN).copied().collect())
}

/// True for how something is authorized.
fn is_mode(line: &[u8]) -> bool {
    line.trim_ascii().starts_with(b"mode:")
}

/// True if one of the lines that this one is indented below opens a block of secrets.
fn is_below_secret(source: &Source, number: usize) -> bool {
    let indent = |line: &[u8]| line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let mut depth = indent(source.line(number));
    for n in (number.saturating_sub(MAX_ABOVE)..number).rev() {
        let line = source.line(n);
        if depth == 0 {
            return false;
        }
        if line.trim_ascii().is_empty() || indent(line) >= depth {
            continue;
        }
        depth = indent(line);
        let line = line.get(..MAX_LINE).unwrap_or(line);
        if may_have_key(line) && OPENS.as_ref().is_none_or(|opens| opens.is_match(line)) {
            return true;
        }
        if line.trim_ascii() == b"data:" && holds(&source.bytes(), b"kind: Secret") {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{Source, is_encoded, is_value_of_name, neighbour, quoting_no_secrets, without_secrets};

    #[test]
    fn values_of_secrets_are_starred_and_others_are_not() {
        for (line, shown) in [
            ("token: abc", "token: ***"),
            ("  \"password\": \"a b\",", "  \"password\": \"***\","),
            ("DB_PASSWORD=hunter2 x", "DB_PASSWORD=******* x"),
            ("kubeadm join --token abcdef.0123456789abcdef --x", "kubeadm join --token *********************** --x"),
            ("k --bootstrap-token=abc --idle=0", "k --bootstrap-token=*** --idle=0"),
            ("X=\"#!/bin/bash\\nTOKEN=abc\\nkubelet\"", "X=\"#!/bin/bash\\nTOKEN=***\\nkubelet\""),
            ("secret_string = \"abc\"", "secret_string = \"***\""),
            ("curl -H 'Authorization: Bearer abcdefgh' x", "curl -H 'Authorization: ****** ********' x"),
            ("https://me:word@host/x", "https://me:****@host/x"),
            ("key AKIAABCDEFGHIJKLMNOP", "key ********************"),
            ("--authentication-token-webhook=true", "--authentication-token-webhook=true"),
            ("--token-auth-file=/etc/x", "--token-auth-file=/etc/x"),
            ("token = var.token", "token = var.token"),
            ("token: ${TOKEN}", "token: ${TOKEN}"),
            ("authorizationTTL: 10m0s", "authorizationTTL: 10m0s"),
            ("authorization: {mode: Webhook}", "authorization: {mode: Webhook}"),
            ("runtimeRequestTimeout: 0", "runtimeRequestTimeout: 0"),
        ] {
            assert_eq!(String::from_utf8_lossy(&without_secrets(line.as_bytes(), 0..0)), shown);
        }
        let line = without_secrets(b"{token: abc,0s}", 12..14);
        assert_eq!(String::from_utf8_lossy(&line), "{token: ****0s}");
    }

    #[test]
    fn a_line_beside_a_finding_is_hidden_with_all_of_a_secret() {
        let text = "a:\n  secrets:\n    db: hunter2\nidle: 0\ntls.key: |\n  password\n- name: A_TOKEN\n  value: x\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEA\nplain: 1\nauthorization:\n  mode: Webhook\n";
        let source = Source::new("/a.yaml", text.as_bytes());
        let hidden: Vec<_> = (0..12).filter(|n| neighbour(&source, *n).ends_with(b"secret)")).collect();
        assert_eq!(hidden, [2, 7, 8]);
    }

    #[test]
    fn lines_of_data_and_values_are_told_by_their_form() {
        let data = "A".repeat(40);
        for (line, encoded, value) in [
            (data.as_str(), true, false),
            (&"A".repeat(39), false, false),
            (&format!("  '{data}==',"), true, false),
            (&format!("{data}==="), false, false),
            (&format!("- {data}"), false, false),
            ("- value: x", false, true),
            ("\"ParameterValue\" : 1", false, true),
            ("Default = 1", false, true),
            ("  data:", false, true),
            ("-  value: x", false, false),
            ("user_data = 1", false, false),
            ("values: x", false, false),
            ("value", false, false),
        ] {
            assert_eq!((is_encoded(line.as_bytes()), is_value_of_name(line.as_bytes())), (encoded, value), "{line}");
        }
    }

    #[test]
    fn messages_quote_no_secrets() {
        assert_eq!(quoting_no_secrets("unknown word in `x --token=abc`"), "unknown word in `x --token=***`");
        assert_eq!(quoting_no_secrets("the secret: not found"), "the secret: not found");
    }
}
