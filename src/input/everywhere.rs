//! All files of the repository, for what names something that any of them may hold.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::node::Cx;
use crate::text::budget;

/// The most files that are looked at, and how deep they lie.
const MAX_FILES: usize = 50_000;
const MAX_DEPTH: usize = 16;

/// How many bytes of these files are kept, so that each of them is read once.
const KEPT: usize = 32 << 20;

/// Files of one kind.
pub(super) struct Kind {
    /// What keeps it apart from others.
    pub(super) name: &'static str,
    /// What their names are.
    pub(super) named: fn(&Path) -> bool,
    /// What all of them hold.
    pub(super) marked: fn(&[u8]) -> bool,
}

/// The files of a kind, found once for all units, with the bytes that are kept.
struct Everywhere(Vec<(PathBuf, Option<Arc<[u8]>>)>);

/// The files below the root of a kind whose text `holds`, in order.
pub(super) fn files(kind: &Kind, holds: &dyn Fn(&[u8]) -> bool, cx: &Cx<'_>) -> Vec<PathBuf> {
    let slot = cx.shared.slot::<Everywhere>(&cx.files.root().join(kind.name));
    let all = slot.get_or_init(|| search(kind, cx)).0.iter().filter(|(path, bytes)| match bytes {
        Some(bytes) => budget::spend(bytes.len() / 8 + 1) && holds(bytes),
        None => cx.files.glance(path).is_some_and(|bytes| budget::spend(bytes.len()) && holds(&bytes)),
    });
    all.map(|(path, _)| path.clone()).collect()
}

fn search(kind: &Kind, cx: &Cx<'_>) -> Everywhere {
    let (mut out, mut looked_at, mut kept) = (Vec::new(), 0, 0);
    let mut open = vec![(cx.files.root().to_owned(), 0)];
    while let Some((dir, depth)) = open.pop() {
        for path in cx.files.list(&dir).into_iter().filter(|path| (kind.named)(path)) {
            looked_at += 1;
            if let Some(bytes) = cx.files.glance(&path).filter(|bytes| (kind.marked)(bytes)) {
                kept += bytes.len();
                out.push((path, Some(bytes).filter(|_| kept <= KEPT)));
            }
        }
        if looked_at > MAX_FILES || depth >= MAX_DEPTH {
            budget::reached("files that may hold what another file names");
            continue;
        }
        // Those of tools hold copies.
        let own = |dir: &PathBuf| {
            let name = dir.file_name().map_or(&b""[..], |name| name.as_encoded_bytes());
            !name.starts_with(b".") && name != b"node_modules"
        };
        open.extend(cx.files.folders(&dir).into_iter().filter(own).map(|dir| (dir, depth + 1)));
    }
    out.sort_by(|(a, _), (b, _)| a.cmp(b));
    Everywhere(out)
}
