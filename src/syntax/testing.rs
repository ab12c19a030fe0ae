//! Helpers for the tests of the parsers.

use std::sync::Arc;

use super::{Node, NodeKind};
use crate::text::{Source, Span, Texts, Traced, View, Whence, Why};

/// The text as the only file of a unit.
pub(super) fn file(text: &[u8]) -> (Texts, View) {
    let mut texts = Texts::new();
    let id = texts.add_source(Arc::new(Source::new("/file", text)));
    let view = texts.view(id);
    (texts, view)
}

/// The text with an unknown part for every `?` in it.
pub(super) fn with_unknowns(text: &str) -> (Texts, View) {
    let (mut texts, view) = file(text.as_bytes());
    let mut made = Traced::new();
    let mut at = 0;
    for part in text.split_inclusive('?') {
        let solid = part.strip_suffix('?').unwrap_or(part);
        view.push_onto(&mut made, at..at + solid.len());
        at += part.len();
        if solid.len() < part.len() {
            made.push_unknown(Span::new(view.id, at - 1..at), Why::NoDefault("x".into()));
        }
    }
    let id = texts.add_made("made", &made, view.span(0..0));
    let view = texts.view(id);
    (texts, view)
}

/// A compact form of a tree: scalars in `'` with `?` for each unknown part, tags in front.
pub(super) fn show(node: &Node) -> String {
    let inner = match &node.kind {
        NodeKind::Scalar(scalar) => format!("'{}'", plain(&scalar.text)),
        NodeKind::Seq(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(" ")),
        NodeKind::Map(pairs) => {
            let pairs: Vec<_> = pairs.iter().map(|(k, v)| format!("{}:{}", show(k), show(v))).collect();
            format!("{{{}}}", pairs.join(" "))
        }
    };
    match &node.tag {
        Some(tag) => format!("{tag} {inner}"),
        None => inner,
    }
}

fn plain(text: &Traced) -> String {
    let mut out = String::new();
    for (range, piece) in text.ranges() {
        match piece.whence {
            Whence::Unknown(..) => out.push('?'),
            _ => out.push_str(&String::from_utf8_lossy(&text.bytes()[range])),
        }
    }
    out
}

/// Checks every scalar of the tree against the text: bytes with a source are found there, in the order of the text, and every
/// span is inside the text.
pub(super) fn check_places(node: &Node, texts: &Texts) {
    assert!(node.span.range().end <= texts.get(node.span.text).bytes.len(), "{:?}", node.span);
    match &node.kind {
        NodeKind::Scalar(scalar) => {
            let mut last = 0;
            for (range, piece) in scalar.text.ranges() {
                let span = piece.whence.span();
                assert!(span.start >= last, "pieces out of order in {:?}", scalar.text);
                last = span.start;
                if let Whence::Same(span) = piece.whence {
                    assert_eq!(&scalar.text.bytes()[range], texts.slice(span));
                }
            }
        }
        NodeKind::Seq(items) => items.iter().for_each(|n| check_places(n, texts)),
        NodeKind::Map(pairs) => pairs.iter().for_each(|(k, v)| {
            check_places(k, texts);
            check_places(v, texts);
        }),
    }
}

/// The offset in the file of each byte of a scalar's value, -1 for a computed byte.
pub(super) fn offsets(text: &Traced) -> Vec<i64> {
    let mut out = Vec::new();
    for (range, piece) in text.ranges() {
        for n in 0..range.len() {
            out.push(match piece.whence {
                Whence::Same(span) => i64::from(span.start) + i64::try_from(n).unwrap_or(-1),
                _ => -1,
            });
        }
    }
    out
}

/// How many of the files below `testdata` with one of these endings a quick reader reads, of how many, if `agrees` says so for each and
/// for texts that were changed at random with some of `signs`.
pub(super) fn quick_reader(endings: &[&str], signs: &[u8], agrees: impl Fn(&str) -> bool) -> (usize, usize) {
    // Numbers that look random.
    let mut state: u64 = 7;
    let mut next = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let root = format!("{}/testdata", env!("CARGO_MANIFEST_DIR"));
    let (mut all, mut read) = (0, 0);
    for entry in walkdir::WalkDir::new(root).sort_by_file_name() {
        let path = entry.unwrap().into_path();
        let named = path.extension().is_some_and(|e| endings.iter().any(|ending| e == *ending));
        let Some(text) = named.then(|| std::fs::read_to_string(&path).ok()).flatten() else { continue };
        all += 1;
        read += usize::from(agrees(&text));
        // Many of the changes are errors.
        for _ in 0..4 {
            let mut changed: Vec<char> = text.chars().collect();
            for _ in 0..=next(3) {
                let at = next(changed.len() + 1);
                let sign = char::from(signs[next(signs.len())]);
                match next(4) {
                    0 if at < changed.len() => drop(changed.remove(at)),
                    1 if at < changed.len() => changed[at] = sign,
                    2 => changed.truncate(at),
                    _ => changed.insert(at, sign),
                }
            }
            agrees(&changed.into_iter().collect::<String>());
        }
    }
    (read, all)
}
