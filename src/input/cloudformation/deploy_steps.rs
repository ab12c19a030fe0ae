//! Parameters in documents that deploy a template: a step of GitHub Actions, a task of Ansible, a deployment file of Git sync.
//! In all of them one map names the template and has the parameters.

use crate::syntax::{Node, NodeKind};
use crate::text::budget;

use super::intrinsics::Given;
use super::parameters::{listed_overrides, pair};

/// Keys that name the template.
const TEMPLATES: [&str; 2] = ["template", "template-file-path"];

/// Keys of the parameters beside it.
pub(super) const PARAMETERS: [&str; 4] =
    ["parameter-overrides", "parameter_overrides", "template_parameters", "parameters"];

/// The most maps of a document that are looked at.
const MAX_MAPS: usize = 10_000;

/// The parameters in each map that names the template, with the map.
pub(super) fn given<'n>(tree: &'n Node, is_ours: &dyn Fn(&str) -> bool) -> Vec<(&'n Node, Given)> {
    let mut out = Vec::new();
    let mut open = vec![tree];
    let mut left = MAX_MAPS;
    while let Some(node) = open.pop() {
        if left == 0 {
            budget::reached("maps of a file that deploys");
            break;
        }
        left -= 1;
        open.extend(node.items().iter().rev());
        open.extend(node.pairs().iter().rev().map(|(_, value)| value));
        let text = |key: &&str| node.get(key).and_then(Node::as_str);
        if !TEMPLATES.iter().filter_map(text).any(is_ours) {
            continue;
        }
        let Some(set) = PARAMETERS.iter().find_map(|key| node.get(key)) else { continue };
        let given: Given = match &set.kind {
            NodeKind::Scalar(scalar) => listed_overrides(&scalar.text, set.span),
            NodeKind::Map(pairs) => pairs.iter().filter_map(pair).collect(),
            NodeKind::Seq(_) => continue,
        };
        out.push((set, given));
    }
    out
}
