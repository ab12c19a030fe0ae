//! Documents of the repository that applications refer to by kind and name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::input::watched::REFERRED;
use crate::input::yaml_files;
use crate::node::Cx;
use crate::syntax::Node;
use crate::text::budget;

/// The most documents of the index.
const MAX_DOCUMENTS: usize = 20_000;

/// The files that may hold such documents.
struct Sources(Vec<PathBuf>);

/// The documents by kind and name, each with its file.
struct Index(BTreeMap<(&'static str, String), Vec<(PathBuf, Node)>>);

/// A document that is looked up.
pub(super) enum Found {
    /// There is one, or one is nearest to what refers to it.
    One(Node),
    /// There are several.
    Several,
    /// There is none.
    Missing,
}

/// Names the files of the index, before anything is looked up.
pub(super) fn over(files: &[PathBuf], cx: &Cx<'_>) {
    let _ = cx.kept.slot::<Sources>(Path::new("")).set(Sources(files.to_vec()));
}

/// The document of a kind with a name, for something that is described in the file `from`.
pub(super) fn find(kind: &str, name: &str, namespace: Option<&str>, from: Option<&Path>, cx: &mut Cx<'_>) -> Found {
    let slot = cx.kept.slot::<Arc<Index>>(Path::new(""));
    if slot.get().is_none() {
        let index = Arc::new(read(cx));
        let _ = slot.set(index);
    }
    let Some(index) = slot.get() else { return Found::Missing };
    let Some((_, all)) = index.0.iter().find(|((k, n), _)| *k == kind && n == name) else { return Found::Missing };
    let fits = |tree: &Node| {
        let own = tree.path(&["metadata", "namespace"]).and_then(Node::as_str);
        own.is_none() || namespace.is_none() || own == namespace
    };
    let common = |path: &Path| from.map_or(0, |from| path.iter().zip(from).take_while(|(a, b)| a == b).count());
    let mut all: Vec<_> = all.iter().filter(|(_, tree)| fits(tree)).map(|(path, tree)| (common(path), tree)).collect();
    all.sort_by_key(|(common, _)| std::cmp::Reverse(*common));
    match all.as_slice() {
        [] => Found::Missing,
        [(_, one)] => Found::One((*one).clone()),
        [(first, one), (second, _), ..] if first > second => Found::One((*one).clone()),
        _ => Found::Several,
    }
}

fn read(cx: &mut Cx<'_>) -> Index {
    let mut out: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let sources = cx.kept.slot::<Sources>(Path::new(""));
    let mut count = 0;
    for path in sources.get().map(|sources| sources.0.as_slice()).unwrap_or_default() {
        let wanted = |bytes: &[u8]| REFERRED.iter().any(|kind| yaml_files::holds(bytes, kind.as_bytes()));
        if !cx.files.read(path).is_ok_and(|source| wanted(&source.bytes())) {
            continue;
        }
        if count >= MAX_DOCUMENTS {
            budget::reached("sources and projects of applications");
            break;
        }
        let Ok(view) = cx.view(path) else { continue };
        for tree in yaml_files::documents(&view).tree {
            let kind = REFERRED.iter().find(|kind| tree.get("kind").and_then(Node::as_str) == Some(kind));
            let name = tree.path(&["metadata", "name"]).and_then(Node::as_str).map(str::to_owned);
            if let Some((kind, name)) = kind.zip(name) {
                count += 1;
                out.entry((*kind, name)).or_default().push((path.clone(), tree));
            }
        }
    }
    Index(out)
}
