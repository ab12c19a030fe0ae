//! Compares the source with what was found on nodes.

use super::effective::{ShownGroup, ShownSetting};
use super::results::Scan;

/// A node group of the source and a kubelet found on a node.
#[derive(Debug)]
pub(crate) struct Compared<'a> {
    /// The node group.
    pub group: &'a ShownGroup,
    /// The kubelet.
    pub node: &'a ShownGroup,
    /// Settings that differ.
    pub differences: Vec<Difference<'a>>,
    /// The number of equal settings.
    pub same: usize,
    /// Fields that are unknown on one side.
    pub unknown: Vec<&'a str>,
}

/// A setting that differs.
#[derive(Debug)]
pub(crate) struct Difference<'a> {
    /// In the source.
    pub source: &'a ShownSetting,
    /// On the node.
    pub node: &'a ShownSetting,
}

/// Every node group of `source` that has a kubelet, against every kubelet of `nodes`.
pub(crate) fn compare<'a>(source: &'a Scan, nodes: &'a Scan) -> Vec<Compared<'a>> {
    let with_kubelet = |scan: &'a Scan| scan.groups.iter().filter(|g| g.kubelet);
    with_kubelet(source).flat_map(|group| with_kubelet(nodes).map(move |node| one(group, node))).collect()
}

fn one<'a>(group: &'a ShownGroup, node: &'a ShownGroup) -> Compared<'a> {
    let mut out = Compared { group, node, differences: Vec::new(), same: 0, unknown: Vec::new() };
    for source in group.all_settings() {
        let Some(seen) = node.all_settings().find(|s| s.field == source.field) else { continue };
        // A field missing from the node's answer means nothing.
        let silent = source.effective.is_none() != seen.effective.is_none();
        if !source.certain || !seen.certain || silent {
            out.unknown.push(&source.field);
        } else if source.effective != seen.effective {
            out.differences.push(Difference { source, node: seen });
        } else {
            out.same += 1;
        }
    }
    // Keys of a map that only the node has.
    for seen in node.all_settings().filter(|s| s.certain && s.effective.is_some()) {
        if group.all_settings().all(|s| s.field != seen.field) {
            out.unknown.push(&seen.field);
        }
    }
    out
}
