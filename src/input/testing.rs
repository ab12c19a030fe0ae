//! Helpers for the tests of the kinds of input.

use std::path::PathBuf;
use std::sync::Arc;

use super::unit::{FileList, Input};
use crate::node::{Cx, NodeGroup, Step};
use crate::syntax::{Node, yaml};
use crate::text::{Layer, Memory, Source, Traced, View, Whence};

/// Reads one file as `kind` and passes the result to `check`.
pub(super) fn read(kind: &dyn Input, path: &str, text: &str, check: impl FnOnce(&[NodeGroup], &Cx<'_>)) {
    let files = Memory::new([(path, text.as_bytes())]);
    let mut cx = Cx::new(&files);
    let list = FileList::of(vec![PathBuf::from(path)]);
    let groups: Vec<_> = kind.claim(&list).iter().flat_map(|unit| kind.read(unit, &mut cx)).collect();
    check(&groups, &cx);
}

/// A text as the content of a file.
pub(super) fn view(text: &str, cx: &mut Cx<'_>) -> View {
    let id = cx.texts.add_source(Arc::new(Source::new("/t", text.as_bytes())));
    cx.texts.view(id)
}

/// The first document of a YAML text.
pub(super) fn tree(text: &str, cx: &mut Cx<'_>) -> Node {
    yaml::parse(&view(text, cx)).tree.into_iter().next().expect("a document")
}

/// The text of a step, without its base64, with `?` for each unknown part.
pub(super) fn text_of(step: &Step) -> Traced {
    match step {
        Step::UserData(text, _) => text.original(Layer::Base64).unwrap_or(text).clone(),
        Step::Script(text) | Step::NodeConfig(text) | Step::KubeletConfigFile(text) => text.clone(),
        _ => Traced::new(),
    }
}

/// The text with `?` for each unknown part.
pub(super) fn plain(text: &Traced) -> String {
    text.ranges()
        .map(|(range, piece)| match piece.whence {
            Whence::Unknown(..) => "?".into(),
            _ => String::from_utf8_lossy(&text.bytes()[range]),
        })
        .collect()
}

/// The groups in short: name, condition, steps, gaps.
pub(super) fn show(groups: &[NodeGroup]) -> Vec<String> {
    groups
        .iter()
        .map(|group| {
            let mut out = group.name.to_string();
            for condition in group.when.conditions() {
                out.push_str(&format!(" if {condition}"));
            }
            for step in &group.steps {
                out.push_str(&format!(": {}", plain(&text_of(step))));
            }
            for gap in &group.gaps {
                out.push_str(&format!(" ! {}", gap.why));
            }
            out
        })
        .collect()
}

/// Where `word` in the text of a step is written: the references it passed, then line, column and bytes of
/// the place in the file. The bytes are read again from the file.
pub(super) fn written(text: &Traced, word: &str, cx: &Cx<'_>) -> (Vec<String>, (u32, u32), String) {
    let at = text.to_text().find(word).expect("the word is in the text");
    let trail = cx.texts.trail_of(&text.slice(at..at + word.len())).expect("a trail");
    let steps = trail.hops.iter().map(|h| h.step.to_string()).filter(|s| !s.is_empty()).collect();
    let place = cx.texts.place(trail.origin());
    let start = place.start();
    (steps, (start.line, start.column), place.text())
}
