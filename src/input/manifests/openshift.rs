//! `Template` of OpenShift: objects with parameters, which are text in `${NAME}` and anything in `${{NAME}}`. Source: openshift/api
//! `template/v1`, openshift/library-go `pkg/template/templateprocessing`.

use crate::input::applications::restored::restored;
use crate::node::Cx;
use crate::syntax::{Node, NodeKind, Scalar, Style};
use crate::text::{Traced, placeholder};

use super::manifest::{Inner, Manifest};

/// The objects of a template, with the values of its parameters, as long as no command gives others.
pub(super) fn template(manifest: &Manifest<'_>, cx: &mut Cx<'_>) -> Vec<Inner> {
    let objects = objects(manifest.node, &[], cx).into_iter();
    objects.map(|object| Inner::Tree(object, manifest.name())).collect()
}

/// The objects of a template with the values that `given` sets and those that it has itself.
pub(in crate::input) fn objects(template: &Node, given: &[(String, Traced)], cx: &Cx<'_>) -> Vec<Node> {
    let list = |key: &str| template.get(key).map(Node::items).unwrap_or_default();
    let own = list("parameters").iter().filter_map(|parameter| {
        Some((parameter.get("name")?.as_str()?.to_owned(), parameter.get("value")?.as_scalar()?.text.clone()))
    });
    // The first one counts.
    let values: Vec<_> = given.iter().cloned().chain(own).collect();
    list("objects").iter().map(|object| filled(object, &values, cx)).collect()
}

/// A tree with its parameters filled in. A tree is bounded in depth by its parser.
fn filled(node: &Node, values: &[(String, Traced)], cx: &Cx<'_>) -> Node {
    let value = |name: &str| values.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let kind = match &node.kind {
        NodeKind::Scalar(scalar) => {
            let text = restored(&scalar.text, &cx.texts);
            let whole = text.known_str().and_then(|text| text.strip_prefix("${{")?.strip_suffix("}}")).and_then(value);
            NodeKind::Scalar(match whole {
                Some(text) => Scalar { text, style: Style::Plain },
                None => {
                    let named = |mark: &Traced| {
                        let name = mark.known_str()?.strip_prefix("${")?.strip_suffix('}')?;
                        Some(value(name)?.through(mark.span()?, &format!("${{{name}}}").into()))
                    };
                    let text = placeholder::filled(&text, named);
                    let same = text.bytes() == scalar.text.bytes();
                    Scalar { text, style: if same { scalar.style } else { Style::DoubleQuoted } }
                }
            })
        }
        NodeKind::Seq(items) => NodeKind::Seq(items.iter().map(|item| filled(item, values, cx)).collect()),
        NodeKind::Map(pairs) => {
            NodeKind::Map(pairs.iter().map(|(key, value)| (key.clone(), filled(value, values, cx))).collect())
        }
    };
    Node { kind, ..node.clone() }
}
