//! Node groups as text, to compare what they boot with.

use crate::node::{NodeGroup, Step};
use crate::syntax::{Node, NodeKind};
use crate::text::{Layer, Texts, Traced, Whence};

/// All that a node group boots with and where it is written, as text: equal for equal node groups.
pub(super) fn print(group: &NodeGroup, texts: &Texts) -> String {
    let mut out =
        format!("{:?} {:?} {} {}", group.family, group.minor, group.merged_by_eks, group.when.conditions().len());
    for condition in group.when.conditions() {
        out.push_str(&format!(" {condition}"));
    }
    for step in &group.steps {
        out.push('\n');
        match step {
            Step::UserData(text, wrapping) => {
                out.push_str(&format!("{wrapping:?} "));
                print_text(text, texts, &mut out);
            }
            Step::Script(text) | Step::NodeConfig(text) | Step::KubeletConfigFile(text) => {
                print_text(text, texts, &mut out);
            }
            Step::RuntimeConfigFile(_, text) => print_text(text, texts, &mut out),
            Step::KubeletArgs(words) => words.iter().for_each(|word| print_text(word, texts, &mut out)),
            Step::KubeletConfig(tree, _)
            | Step::NodeadmKubeletConfig(tree)
            | Step::NodeadmKubeletConfigLast(tree)
            | Step::BottlerocketLast(tree)
            | Step::RunningConfig(tree) => print_tree(tree, texts, &mut out),
            Step::File { path, content, .. } => {
                out.push_str(path);
                print_text(content, texts, &mut out);
            }
            other => out.push_str(&format!("{other:?}")),
        }
    }
    out
}

fn print_text(text: &Traced, texts: &Texts, out: &mut String) {
    for layer in [Layer::Base64, Layer::Gzip] {
        if let Some(original) = text.original(layer) {
            return print_text(original, texts, out);
        }
    }
    out.push_str(&text.to_text());
    for piece in text.pieces() {
        let at = texts.trail(piece.whence.span()).origin();
        out.push_str(&format!("|{at:?}"));
        if let Whence::Unknown(_, why) = &piece.whence {
            out.push_str(&format!("{why}"));
        }
    }
}

/// The depth of a tree is limited.
fn print_tree(tree: &Node, texts: &Texts, out: &mut String) {
    match &tree.kind {
        NodeKind::Scalar(scalar) => print_text(&scalar.text, texts, out),
        NodeKind::Seq(items) => items.iter().for_each(|item| print_tree(item, texts, out)),
        NodeKind::Map(pairs) => {
            for (key, value) in pairs {
                print_tree(key, texts, out);
                print_tree(value, texts, out);
            }
        }
    }
    out.push(';');
}
