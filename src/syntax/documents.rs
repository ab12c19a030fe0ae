//! The documents of a text, JSON or YAML. Several kinds of input ask for those of one file, one after another in one thread: the
//! last file's are kept.

use std::cell::RefCell;
use std::sync::Arc;

use crate::text::{TextId, View, budget};

use super::{Node, Parsed, broken, json, yaml};

/// The documents of a text, shared.
pub(crate) type Documents = Arc<Parsed<Vec<Node>>>;

/// How a text is read.
#[derive(Clone, Copy)]
enum How {
    Json,
    Yaml,
    /// As [`documents`] does.
    Either,
}

/// The size of a large file in bytes.
const LARGE: usize = 2 << 20;

/// The last file that was read, and its documents in each way.
struct Last {
    id: TextId,
    bytes: Arc<[u8]>,
    read: [Option<Documents>; 3],
}

thread_local! {
    static LAST: RefCell<Option<Last>> = const { RefCell::new(None) };
}

/// The documents of a file: those that were read last, or else what `parse` gives. The work counts for no unit.
fn kept(view: &View, how: How, parse: impl FnOnce() -> Documents) -> Documents {
    if !view.is_source() {
        return parse();
    }
    let is_last = |last: &&mut Last| last.id == view.id && Arc::ptr_eq(&last.bytes, &view.bytes);
    let known = LAST.with_borrow_mut(|last| {
        let known = last.as_mut().filter(is_last).map(|last| last.read[how as usize].clone());
        if known.is_none() {
            *last = Some(Last { id: view.id, bytes: Arc::clone(&view.bytes), read: [const { None }; 3] });
        }
        known.flatten()
    });
    known.unwrap_or_else(|| {
        let read = budget::aside(parse);
        LAST.with_borrow_mut(|last| {
            if let Some(last) = last.as_mut().filter(is_last) {
                last.read[how as usize] = Some(Arc::clone(&read));
            }
        });
        read
    })
}

/// Lets go of the documents of a large file: what comes after them takes as much memory again.
pub(crate) fn let_go_of_large_ones() {
    LAST.with_borrow_mut(|last| *last = last.take().filter(|last| last.bytes.len() < LARGE));
}

/// Keeps what this thread has read last until the process ends, which is near: to take a large tree apart takes time.
pub(crate) fn leave() {
    std::mem::forget(LAST.take());
}

/// The document of a text of JSON, if it is not broken.
pub(crate) fn in_json(view: &View) -> Documents {
    kept(view, How::Json, || {
        let Parsed { tree, errors } = json::parse(view);
        Arc::new(Parsed { tree: tree.into_iter().collect(), errors })
    })
}

/// True for a text that looks like JSON.
fn is_json(view: &View) -> bool {
    let text = view.bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&view.bytes);
    matches!(text.iter().find(|b| !b.is_ascii_whitespace()), Some(b'{' | b'['))
}

/// The documents of a text of YAML.
pub(crate) fn in_yaml(view: &View) -> Documents {
    let read = kept(view, How::Yaml, || Arc::new(yaml::parse(view)));
    // What looks like JSON has one error, for all readers.
    let json = (!read.errors.is_empty() && is_json(view)).then(|| in_json(view)).filter(|json| json.tree.is_empty());
    broken::remember(view, json.as_ref().map_or(&read.errors, |json| &json.errors));
    read
}

/// The documents of a text: JSON if it looks like it, else YAML.
pub(crate) fn in_either(view: &View) -> Documents {
    kept(view, How::Either, || either(view))
}

fn either(view: &View) -> Documents {
    let view = &view.without_placeholders();
    if !is_json(view) {
        return in_yaml(view);
    }
    let read = in_json(view);
    if !read.tree.is_empty() {
        return read;
    }
    // A flow map is YAML, and a stream of JSON objects is read by some tools.
    let again = in_yaml(view);
    if again.errors.is_empty() {
        return again;
    }
    Arc::new(Parsed { tree: again.tree.clone(), errors: read.errors.clone() })
}

/// The same, to be changed.
pub(crate) fn documents(view: &View) -> Parsed<Vec<Node>> {
    Arc::unwrap_or_clone(either(view))
}
