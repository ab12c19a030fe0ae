//! The documents in the files of a folder.

use std::path::{Path, PathBuf};

use crate::input::unit::has_extension;
use crate::input::{kustomize, manifests, yaml_files};
use crate::node::Cx;
use crate::syntax::Node;
use crate::text::budget;

use super::aside::may_describe;

/// The most files of a folder.
const MAX_FILES: usize = 2_000;

/// The files of YAML and JSON in a folder, and with `recurse` below it, sorted.
pub(super) fn files(dir: &Path, recurse: bool, cx: &Cx<'_>) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(folder) = open.pop() {
        if out.len() >= MAX_FILES {
            budget::reached("files of an application");
            break;
        }
        out.extend(cx.files.list(&folder).into_iter().filter(|path| has_extension(path, &["yaml", "yml", "json"])));
        if recurse {
            open.extend(cx.files.folders(&folder));
        }
    }
    out.sort();
    out
}

/// The documents of all files below a folder as Flux finds them, changed by the patches and components of `more`: a folder with a
/// kustomization is taken as that.
pub(super) fn below(dir: &Path, more: &Node, cx: &mut Cx<'_>) -> Vec<Node> {
    let mut out = Vec::new();
    let mut open = vec![dir.to_owned()];
    let mut count = 0;
    while let Some(folder) = open.pop() {
        if count >= MAX_FILES {
            budget::reached("folders of an application");
            break;
        }
        count += 1;
        if let Some((documents, _)) = kustomize::built(&folder, None, true, cx) {
            out.extend(documents);
            continue;
        }
        out.extend(documents(&folder, false, true, cx));
        open.extend(cx.files.folders(&folder).into_iter().rev());
    }
    kustomize::changed(dir, more, &mut out, cx);
    out
}

/// The documents in these files. Without `everything`, files that neither concern a kubelet nor describe an application are left
/// out. The files are only checked there.
pub(super) fn documents(dir: &Path, recurse: bool, everything: bool, cx: &mut Cx<'_>) -> Vec<Node> {
    let mut out = Vec::new();
    for path in files(dir, recurse, cx) {
        let wanted = |bytes: &[u8]| everything || manifests::may_hold(bytes) || may_describe(bytes);
        if !cx.files.read(&path).is_ok_and(|source| wanted(&source.bytes())) {
            continue;
        }
        let Ok(view) = cx.view(&path) else { continue };
        let parsed = yaml_files::documents(&view);
        if manifests::names_one(&view.bytes) {
            yaml_files::note_errors(&view, &parsed, cx);
        }
        out.extend(parsed.tree);
        cx.claims.uses.push(path);
    }
    out
}
