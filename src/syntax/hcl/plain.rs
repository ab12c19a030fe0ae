//! Blocks that are simple enough to be known valid from their lines. A caller that does not need such a block can skip it,
//! which saves most of the time for reading large repositories.

use std::ops::Range;

/// A top-level block in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plain {
    /// The type of the block, and its first label.
    pub head: (Range<usize>, Range<usize>),
    /// Its source range.
    pub range: Range<usize>,
}

/// The block of an item of a file, if it is a plain one: a type, two labels, and lines that are each an attribute with simple
/// values, or the start or end of a nested block.
pub(super) fn plain(text: &str, item: Range<usize>) -> Option<Plain> {
    let mut lines = Lines { text: text.get(item.clone())?, base: item.start };
    let (head, start) = loop {
        let (line, at) = lines.next()?;
        if !is_blank(line) {
            break (header(line, at)?, at);
        }
    };
    let mut open = 1;
    let mut end = None;
    for (line, at) in lines {
        let inner = line.trim_ascii();
        match end {
            Some(_) if is_blank(line) => {}
            Some(_) => return None,
            None if is_blank(line) => {}
            None if inner == "}" => {
                open -= 1;
                if open == 0 {
                    end = Some(at + line.trim_ascii_end().len());
                }
            }
            None => match inner.strip_suffix('{').map(str::trim_ascii) {
                Some(name) if is_name(name) => open += 1,
                Some(_) => return None,
                None => {
                    let (name, value) = inner.split_once('=')?;
                    if !is_name(name.trim_ascii()) || !is_simple(value.trim_ascii()) {
                        return None;
                    }
                }
            },
        }
    }
    Some(Plain { head, range: start..end? })
}

struct Lines<'t> {
    text: &'t str,
    base: usize,
}

impl<'t> Iterator for Lines<'t> {
    type Item = (&'t str, usize);

    fn next(&mut self) -> Option<Self::Item> {
        if self.text.is_empty() {
            return None;
        }
        let end = self.text.find('\n').map_or(self.text.len(), |n| n + 1);
        let (line, rest) = self.text.split_at(end);
        let at = self.base;
        self.text = rest;
        self.base += end;
        Some((line, at))
    }
}

fn is_blank(line: &str) -> bool {
    let line = line.trim_ascii();
    line.is_empty() || line.starts_with('#') || line.starts_with("//")
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

/// `resource "type" "name" {`
fn header(line: &str, at: usize) -> Option<(Range<usize>, Range<usize>)> {
    let kind = line.find(' ')?;
    let rest = line.get(kind..)?.trim_ascii_end().strip_suffix('{')?;
    let mut parts = rest.split('"');
    let (a, label, b, name, c) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let blank = |part: &str| part.trim_ascii().is_empty();
    if !is_name(line.get(..kind).unwrap_or_default())
        || !is_name(label)
        || !is_name(name)
        || !blank(a)
        || !blank(b)
        || !blank(c)
    {
        return None;
    }
    if parts.next().is_some() {
        return None;
    }
    let start = kind + a.len() + 1;
    Some((at..at + kind, at + start..at + start + label.len()))
}

/// A value on one line that needs no grammar: a number, a name with attributes and simple indexes, a string that contains at
/// most such names, or a list of these.
fn is_simple(value: &str) -> bool {
    match value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(list) => {
            let mut rest = list.trim_ascii();
            while !rest.is_empty() {
                let Some(after) = one(rest).map(str::trim_ascii_start) else { return false };
                match after.strip_prefix(',') {
                    Some(next) => rest = next.trim_ascii_start(),
                    None => return after.is_empty(),
                }
            }
            true
        }
        None => one(value).is_some_and(is_blank),
    }
}

/// The text after one simple value.
fn one(value: &str) -> Option<&str> {
    if let Some(inner) = value.strip_prefix('"') {
        let mut rest = inner;
        loop {
            let at = rest.find(['"', '\\', '$', '%', '\n'])?;
            let (_, tail) = rest.split_at(at);
            rest = match tail.as_bytes() {
                [b'"', ..] => return tail.get(1..),
                [b'$', b'{', ..] => {
                    let (name, after) = tail.get(2..).unwrap_or_default().split_once('}')?;
                    if !is_reference(name.trim_ascii()) {
                        return None;
                    }
                    after
                }
                [b'$' | b'%', next, ..] if !matches!(next, b'$' | b'%' | b'{') => tail.get(1..)?,
                _ => return None,
            };
        }
    }
    let end = value.find([',', ' ', '\t', '\r']).unwrap_or(value.len());
    let (word, rest) = value.split_at(end);
    let number = word.bytes().all(|b| b.is_ascii_digit()) && !word.is_empty();
    (number || is_reference(word)).then_some(rest)
}

/// `a.b.c[0]`, `true`, `null`.
fn is_reference(text: &str) -> bool {
    text.split('.').all(|part| {
        let (name, index) = part.split_once('[').unwrap_or((part, "0]"));
        let digits = index.strip_suffix(']');
        is_name(name) && digits.is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn simple_blocks_are_recognised() {
        let wrap = |body: &str| format!("# c\nresource \"a_b\" \"c\" {{\n{body}\n}}\n");
        for (body, expected) in [
            ("  x = 1", true),
            ("  x = \"a ${var.b}-${local.c[0].d}\" # why", true),
            ("  x = [\"10.0.0.0/16\", var.y, 3]\n  y = true", true),
            ("  tags {\n    a = \"b\"\n  }\n", true),
            ("  x = \"$5 and 5% more\"", true),
            ("  x = \"a ${f(1)}\"", false),
            ("  x = <<EOT\na\nEOT", false),
            ("  x = {\n    a = 1\n  }", false),
            ("  x = 1\n}\ny = 2", false),
            ("  x = = 1", false),
            ("  x = \"a", false),
            ("  x = a b", false),
            ("  x = 1,", false),
            ("  x = [1, 2", false),
            ("  x = \"%{ if a }\"", false),
            ("  x = \"$${a}\"", false),
            ("  = 1", false),
            ("  x = a..b", false),
            ("  x == 1", false),
            ("  x", false),
        ] {
            let text = wrap(body);
            let found = plain(&text, 0..text.len());
            assert_eq!(found.is_some(), expected, "{body}");
            if let Some(found) = found {
                assert_eq!(
                    (text.get(found.head.0).unwrap_or_default(), text.get(found.head.1).unwrap_or_default()),
                    ("resource", "a_b")
                );
                assert_eq!(
                    text.get(found.range.clone()).unwrap_or_default(),
                    text.get(4..).unwrap_or_default().trim_end()
                );
                let mut texts = crate::text::Texts::new();
                let source = std::sync::Arc::new(crate::text::Source::new("/x.tf", text.as_bytes()));
                let view = texts.add_source(source);
                let parsed = super::super::parse(&texts.view(view));
                assert_eq!((parsed.errors, parsed.tree.blocks.len()), (vec![], 1), "the grammar agrees: {body}");
            }
        }
        for text in ["", "resource \"a\" \"b\" {\n", "resource \"a\" {\n}\n", "resource a b {\n}\n", "}\n"] {
            assert_eq!(plain(text, 0..text.len()), None, "{text}");
        }
    }
}
