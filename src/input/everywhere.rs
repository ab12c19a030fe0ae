//! All files of the repository, for what names something that any of them may hold.

use std::path::{Path, PathBuf};

use crate::node::Cx;

/// The most files that are looked at, and how deep they lie.
const MAX_FILES: usize = 50_000;
const MAX_DEPTH: usize = 16;

/// The files, found once for all units.
struct Everywhere(Vec<PathBuf>);

/// The files below the root with a name that is `wanted` and a text that `holds`, in order.
pub(super) fn files(wanted: &dyn Fn(&Path) -> bool, holds: &dyn Fn(&[u8]) -> bool, cx: &Cx<'_>) -> Vec<PathBuf> {
    let slot = cx.shared.slot::<Everywhere>(cx.files.root());
    let search = || {
        let mut out = Vec::new();
        let mut open = vec![(cx.files.root().to_owned(), 0)];
        while let Some((dir, depth)) = open.pop() {
            out.extend(cx.files.list(&dir));
            let folders = cx.files.folders(&dir).into_iter().filter(|_| depth < MAX_DEPTH && out.len() < MAX_FILES);
            // Those of tools hold copies.
            let own = |dir: &PathBuf| {
                let name = dir.file_name().map_or(&b""[..], |name| name.as_encoded_bytes());
                !name.starts_with(b".") && name != b"node_modules"
            };
            open.extend(folders.filter(own).map(|dir| (dir, depth + 1)));
        }
        out.sort();
        Everywhere(out)
    };
    let all = slot.get_or_init(search).0.iter().filter(|path| wanted(path));
    all.filter(|path| cx.files.glance(path).is_some_and(|bytes| holds(&bytes))).cloned().collect()
}
