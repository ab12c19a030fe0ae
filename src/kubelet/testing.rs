//! Shared by the tests of this module.

use std::sync::Arc;

use crate::text::{Source, Span, Texts, Traced, View, Why};

/// `text` as the only file of a unit, with an unknown part for every `?` in it.
pub(super) fn text(text: &str) -> (Texts, View) {
    let mut texts = Texts::new();
    let id = texts.add_source(Arc::new(Source::new("/file", text.as_bytes())));
    if !text.contains('?') {
        let view = texts.view(id);
        return (texts, view);
    }
    let unknowns = with_unknowns(&texts, id, 0..text.len());
    let made = texts.add_made("made", &unknowns, Span::new(id, 0..0));
    let view = texts.view(made);
    (texts, view)
}

/// Words in one file, separated by blanks, with an unknown part for every `?`.
pub(super) fn words(words: &[&str]) -> (Texts, Vec<Traced>) {
    let mut texts = Texts::new();
    let id = texts.add_source(Arc::new(Source::new("/file", words.join(" ").into_bytes())));
    let mut at = 0;
    let mut out = Vec::new();
    for word in words {
        out.push(with_unknowns(&texts, id, at..at + word.len()));
        at += word.len() + 1;
    }
    (texts, out)
}

fn with_unknowns(texts: &Texts, id: crate::text::TextId, range: std::ops::Range<usize>) -> Traced {
    let view = texts.view(id);
    let mut out = Traced::new();
    for at in range {
        if view.bytes[at] == b'?' {
            out.push_unknown(Span::new(id, at..at + 1), Why::NoDefault("x".into()));
        } else {
            view.push_onto(&mut out, at..at + 1);
        }
    }
    out
}
