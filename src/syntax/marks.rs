//! Marks of templates in YAML and JSON that are not filled in: whether a syntax error may come from one.

use crate::text::holds;

/// True if a `{{ }}` stands where it is not just a part of a scalar. What stands in quotes, after other text of a plain scalar or in a
/// block breaks nothing, whatever takes its place; nor do the marks of CI systems and of CloudFormation.
pub(super) fn may_break(text: &[u8]) -> bool {
    if !holds(text, b"{{") {
        return false;
    }
    // The indentation of what a block of text belongs to.
    let mut block = None;
    for line in text.split(|b| *b == b'\n') {
        let content = line.trim_ascii();
        let indent = line.len() - line.trim_ascii_start().len();
        if content.is_empty() || block.is_some_and(|outer| indent > outer) {
            continue;
        }
        block = header(line);
        if breaks(line) {
            return true;
        }
    }
    false
}

/// The indentation of what a block scalar belongs to that begins after a line.
fn header(line: &[u8]) -> Option<usize> {
    let marked = line.trim_ascii_end();
    let marks = marked.iter().rev().take_while(|b| matches!(b, b'+' | b'-' | b'0'..=b'9')).count().min(2);
    let before = marked[..marked.len() - marks]
        .strip_suffix(b"|")
        .or_else(|| marked[..marked.len() - marks].strip_suffix(b">"))?;
    let mut outer = 0;
    for (at, byte) in before.iter().enumerate() {
        match byte {
            b' ' => {}
            b'-' if before.get(at + 1) == Some(&b' ') => outer = at,
            _ => return before.ends_with(b" ").then_some(at),
        }
    }
    before.ends_with(b" ").then_some(outer)
}

/// True if a mark in a line outside of blocks may change how the line is read.
fn breaks(line: &[u8]) -> bool {
    let (mut quote, mut flow, mut plain) = (None, false, false);
    let mut at = 0;
    while let Some(byte) = line.get(at) {
        if line[at..].starts_with(b"{{") {
            let inner = &line[at + 2..];
            let Some(length) = inner.windows(2).position(|w| w == b"}}") else { return true };
            let inner = &inner[..length];
            let ours = inner.starts_with(b"resolve:") || line[..at].ends_with(b"$");
            let fits = match quote {
                Some(quote) => !inner.contains(&quote),
                None => plain && !flow && !inner.windows(2).any(|w| w == b": " || w == b" #"),
            };
            if !ours && !fits {
                return true;
            }
            (plain, at) = (true, at + length + 4);
            continue;
        }
        match (quote, byte) {
            (Some(b'"'), b'\\') => at += 1,
            (Some(open), _) => quote = quote.filter(|_| *byte != open),
            (None, b'"' | b'\'') if !plain => quote = Some(*byte),
            (None, b'[' | b'{') if !plain => flow = true,
            (None, b' ') => plain &= !(line[..at].ends_with(b":") || line[..at].ends_with(b" -")),
            (None, b',' | b':' | b'[' | b'{' | b']' | b'}') if flow => plain = false,
            (None, b'-') if !plain && line.get(at + 1) == Some(&b' ') => {}
            (None, _) => plain = true,
        }
        at += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::may_break;

    #[test]
    fn marks_within_a_scalar_break_nothing() {
        for text in [
            "a: '{{x}}'\nb: [",
            "a: \"{{ 'x' }}\" ",
            "- path: apps/{{path.basename}}/{{x}}",
            "[{a: '{{x}}', b: \"{{y}}\"}",
            "a: |\n  {{ if x }}\n\n  {{ y }}\nb: 1",
            "- |\n  {{ if x }}\n- - a: >-\n      {{ y }}",
            "a: ${{ x }}",
            "{\"a\": \"{{resolve:ssm:x}}\"}",
            "a: 'b'\nc: d'{{x}}",
        ] {
            assert!(!may_break(text.as_bytes()), "{text}");
        }
        for text in [
            "a: {{ x }}",
            "{{- if x }}\na: b",
            "a: \"{{ \"x\" }}\"",
            "[a{{x}}]",
            "a: b{{ x: y }}",
            "- a: |\n    b\n  {{ x }}",
            "a: b\n{{x}}",
            "- {{ x }}",
            "a: '{{ x",
        ] {
            assert!(may_break(text.as_bytes()), "{text}");
        }
    }
}
