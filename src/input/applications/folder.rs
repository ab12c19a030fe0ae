//! The documents in the files of a folder.

use std::path::{Path, PathBuf};

use globset::GlobSet;

use crate::input::glob::wide;
use crate::input::unit::has_extension;
use crate::input::{kustomize, manifests, yaml_files};
use crate::node::Cx;
use crate::syntax::Node;
use crate::text::{Why, budget};

use super::aside::may_describe;

/// The extensions of files with documents.
const DOCUMENTS: &[&str] = &["yaml", "yml", "json"];
/// The most files of a folder.
const MAX_FILES: usize = 2_000;

/// Which files of a folder count. Source: argoproj/argo-cd at v3.5.1, `getPotentiallyValidManifestFile`.
#[derive(Debug, Default)]
pub(super) struct Which {
    /// Those below it are among them.
    recurse: bool,
    include: Option<GlobSet>,
    exclude: Option<GlobSet>,
}

impl Which {
    /// What the `directory` of a source says.
    pub(super) fn of(directory: Option<&Node>) -> Self {
        let text = |key: &str| directory.and_then(|node| node.get(key)).and_then(Node::as_str);
        let glob = |key: &str| text(key).filter(|pattern| !pattern.is_empty()).and_then(wide);
        Self { recurse: text("recurse") == Some("true"), include: glob("include"), exclude: glob("exclude") }
    }

    /// All files below a folder.
    pub(super) fn below() -> Self {
        Self { recurse: true, ..Self::default() }
    }

    fn takes(&self, path: &Path, dir: &Path) -> bool {
        let path = path.strip_prefix(dir).unwrap_or(path);
        self.exclude.as_ref().is_none_or(|glob| !glob.is_match(path))
            && self.include.as_ref().is_none_or(|glob| glob.is_match(path))
    }
}

/// The files of YAML and JSON in a folder that count, sorted.
pub(super) fn files(dir: &Path, which: &Which, cx: &Cx<'_>) -> Vec<PathBuf> {
    let mut out = all(dir, which.recurse, DOCUMENTS, cx);
    out.retain(|path| which.takes(path, dir));
    out
}

fn all(dir: &Path, recurse: bool, extensions: &[&str], cx: &Cx<'_>) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(folder) = open.pop() {
        if out.len() >= MAX_FILES {
            budget::reached("files of an application");
            break;
        }
        out.extend(cx.files.list(&folder).into_iter().filter(|path| has_extension(path, extensions)));
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
        out.extend(documents(&folder, &Which::default(), true, cx));
        open.extend(cx.files.folders(&folder).into_iter().rev());
    }
    kustomize::changed(dir, more, &mut out, cx);
    out
}

/// The documents in these files. Without `everything`, files that neither concern a kubelet nor describe an application are left
/// out. The files are only checked there; one that is left out by its name is not delivered, so it is named.
pub(super) fn documents(dir: &Path, which: &Which, everything: bool, cx: &mut Cx<'_>) -> Vec<Node> {
    let mut out = Vec::new();
    for path in all(dir, which.recurse, &["jsonnet"], cx).into_iter().filter(|path| which.takes(path, dir)) {
        if let Ok(view) = cx.view(&path)
            && manifests::may_hold(&view.bytes)
        {
            cx.gap(yaml_files::first_line(&view), Why::NotUnderstood("a program in Jsonnet".into()));
        }
    }
    for path in all(dir, which.recurse, DOCUMENTS, cx) {
        let wanted = |bytes: &[u8]| everything || manifests::may_hold(bytes) || may_describe(bytes);
        if !cx.files.read(&path).is_ok_and(|source| wanted(&source.bytes())) {
            continue;
        }
        let Ok(view) = cx.view(&path) else { continue };
        let parsed = yaml_files::documents(&view);
        if !which.takes(&path, dir) {
            if parsed.tree.iter().any(manifests::is_read) {
                let why = Why::FromOutside("what applies this file, which the application leaves out,".into());
                cx.gap(yaml_files::first_line(&view), why);
                cx.claims.uses.push(path);
            }
            continue;
        }
        if manifests::names_one(&view.bytes) {
            yaml_files::note_errors(&view, &parsed, cx);
        }
        out.extend(parsed.tree);
        cx.claims.uses.push(path);
    }
    out
}
