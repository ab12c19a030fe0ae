//! Values that kpt sets: `idle: 4h # kpt-set: ${idle}` with the setters of the `Kptfile` of a folder around it. Source:
//! kptdev/krm-functions-catalog, `functions/go/apply-setters`.

use std::collections::BTreeMap;
use std::path::Path;

use crate::input::unit::normal;
use crate::input::yaml_files;
use crate::node::Cx;
use crate::syntax::Node;
use crate::text::{Traced, View};

/// What begins the comment behind a value.
const MARK: &[u8] = b"# kpt-set:";

/// The text of a file as kpt renders it, if that sets anything in it.
pub(super) fn rendered(view: &View, path: &Path, cx: &mut Cx<'_>) -> Option<Traced> {
    if !yaml_files::holds(&view.bytes, MARK) {
        return None;
    }
    let setters = setters(path, cx);
    let (mut out, mut done, mut at) = (Traced::new(), 0, 0);
    for line in view.bytes.split_inclusive(|b| *b == b'\n') {
        let start = at;
        at += line.len();
        let Some(mark) = memchr::memmem::find(line, MARK) else { continue };
        let pattern = view.traced(start + mark + MARK.len()..start + line.trim_ascii_end().len());
        let text = &line[..mark];
        // Behind the key or the dash of an item. What stands in several lines has no such form.
        let colon = memchr::memmem::find(text, b": ").map(|at| at + 2);
        let dash = || memchr::memmem::find(text, b"- ").map(|at| at + 2);
        let Some(from) = colon.or_else(dash) else { continue };
        let value = from + text[from..].len() - text[from..].trim_ascii_start().len();
        let end = text.trim_ascii_end().len();
        let plain = end > value && !matches!(text[value], b'|' | b'>' | b'[' | b'{');
        let Some(new) = filled(&pattern, &setters).filter(|_| plain) else { continue };
        out.push(&view.traced(done..start + value));
        out.push(&new);
        done = start + end;
    }
    out.push(&view.traced(done..view.bytes.len()));
    (done > 0 && out.bytes() != &*view.bytes).then_some(out)
}

/// The setters of the nearest `Kptfile`, in it or in the file that it names.
fn setters(path: &Path, cx: &mut Cx<'_>) -> BTreeMap<String, Traced> {
    let root = cx.files.root().to_owned();
    let folders = path.ancestors().skip(1).take_while(|dir| dir.starts_with(&root));
    let Some(file) = folders.map(|dir| dir.join("Kptfile")).find(|file| cx.files.read(file).is_ok()) else {
        return BTreeMap::new();
    };
    let mut out = BTreeMap::new();
    let mut add = |map: Option<&Node>| {
        let pairs = map.map(Node::pairs).unwrap_or_default().iter();
        out.extend(pairs.filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value.as_scalar()?.text.clone()))));
    };
    let mut documents = |path: &Path| cx.view(path).map(|view| yaml_files::documents(&view).tree).unwrap_or_default();
    for tree in documents(&file) {
        let mutators = tree.path(&["pipeline", "mutators"]).map(Node::items).unwrap_or_default();
        let sets = |one: &&Node| one.get("image").and_then(Node::as_str).is_some_and(|n| n.contains("apply-setters"));
        for mutator in mutators.iter().filter(sets) {
            add(mutator.get("configMap"));
            if let Some(name) = mutator.get("configPath").and_then(Node::as_str) {
                let path = normal(&file.with_file_name(name));
                for tree in &documents(&path) {
                    add(tree.get("data"));
                }
            }
        }
    }
    out
}

/// A pattern with the values of its setters; `None` if one has none.
fn filled(pattern: &Traced, setters: &BTreeMap<String, Traced>) -> Option<Traced> {
    let bytes = pattern.bytes();
    let skip = bytes.len() - bytes.trim_ascii_start().len();
    let (mut out, mut done) = (Traced::new(), skip);
    while let Some(from) = memchr::memmem::find(&bytes[done..], b"${").map(|at| done + at) {
        let end = from + bytes[from..].iter().position(|b| *b == b'}')?;
        let name = pattern.slice(from + 2..end);
        out.push(&pattern.slice(done..from));
        out.push(&setters.get(name.known_str()?)?.through(name.span()?, &"kpt-set".into()));
        done = end + 1;
    }
    out.push(&pattern.slice(done..bytes.len()));
    (done > skip).then_some(out)
}
