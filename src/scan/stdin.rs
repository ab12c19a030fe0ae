//! Standard input as a file among files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::collect;
use crate::text::{Disk, Source};

use super::overlay::{Edited, Overlay};
use super::request::{STDIN, ScanError};

/// The disk with `bytes` as one of its files, under `name`; without one, under a name that suits the content. With its absolute path.
pub(super) fn piped(bytes: &[u8], name: Option<&Path>, current: &Path) -> Result<(Overlay, PathBuf), ScanError> {
    let root = collect::root_of(current, current);
    let disk = Disk::new(&root).map_err(|e| ScanError::unreadable(&root, &e.to_string()))?;
    let path = match name {
        Some(name) => current.join(name),
        None => current.join(format!("<stdin>.{}", extension(bytes))),
    };
    let shown = if name.is_some() { path.clone() } else { PathBuf::from(STDIN) };
    let mut edited = Edited::default();
    edited.insert(&path, Arc::new(Source::new(shown, bytes)));
    Ok((Overlay { disk, edited }, path))
}

/// The extension that a file with this content would have.
fn extension(bytes: &[u8]) -> &'static str {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]);
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    let block = |word: &str| {
        text.lines().any(|l| l.strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', '{'])) && l.contains('{'))
    };
    // The output of `ps`, `systemctl cat` and `/proc` for a kubelet.
    let listed =
        |l: &str| l.contains("kubelet --") && l.split_whitespace().nth(1).is_some_and(|w| w.parse::<u32>().is_ok());
    if text.starts_with("#!") {
        "sh"
    } else if text.starts_with("# /") || text.contains('\0') || text.lines().any(listed) {
        "txt"
    } else if text.starts_with('{') {
        "json"
    } else if ["resource", "module", "variable", "locals", "data", "terraform", "provider"].iter().any(|w| block(w)) {
        "tf"
    } else {
        "yaml"
    }
}
