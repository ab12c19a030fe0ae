//! A template: its sections, and the expressions in them.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::syntax::{Node, NodeKind};
use crate::text::Span;

use super::init_calls::{INIT, InitTexts};

/// True if the document is a template: it has resources with types, or macros that create them.
pub(in crate::input) fn is_template(document: &Node) -> bool {
    document.get("Resources").is_some_and(|resources| {
        let typed = |r: &Node| r.get("Type").and_then(Node::as_str).is_some_and(|t| t.contains("::"));
        let made = |key: &Node| key.as_str().is_some_and(|k| k.starts_with("Fn::"));
        resources.pairs().iter().any(|(key, resource)| typed(resource) || made(key))
    })
}

/// The sections of a template that intrinsics refer to.
pub(super) struct Template<'a> {
    pub(super) parameters: BTreeMap<&'a str, &'a Node>,
    pub(super) conditions: BTreeMap<&'a str, &'a Node>,
    pub(super) mappings: BTreeMap<&'a str, &'a Node>,
    pub(super) resources: &'a [(Node, Node)],
    pub(super) names: BTreeMap<&'a str, &'a Node>,
    inits: OnceCell<InitTexts>,
}

impl<'a> Template<'a> {
    pub(super) fn new(document: &'a Node) -> Self {
        let section = |name| -> BTreeMap<&'a str, &'a Node> {
            let pairs = document.get(name).map(Node::pairs).unwrap_or_default();
            pairs.iter().filter_map(|(key, value)| Some((key.as_str()?, value))).collect()
        };
        Self {
            parameters: section("Parameters"),
            conditions: section("Conditions"),
            mappings: section("Mappings"),
            resources: document.get("Resources").map(Node::pairs).unwrap_or_default(),
            names: section("Resources"),
            inits: OnceCell::new(),
        }
    }

    /// The texts that name `cfn-init`.
    pub(super) fn init_texts(&self) -> &InitTexts {
        let named = |name: &str| Some(self.names.get(name)?.path(&["Metadata", INIT])?.span);
        self.inits.get_or_init(|| InitTexts::of(self.resources, &named))
    }
}

/// An expression: a node, or its rest after the first of its tags.
#[derive(Clone, Copy)]
pub(super) struct Expr<'a> {
    pub(super) kind: &'a NodeKind,
    pub(super) span: Span,
    pub(super) tag: Option<&'a str>,
}

/// A call of a function: the name without `Fn::`, and the argument.
pub(super) struct Call<'a> {
    pub(super) name: &'a str,
    pub(super) argument: Expr<'a>,
}

impl<'a> From<&'a Node> for Expr<'a> {
    fn from(node: &'a Node) -> Self {
        Self { kind: &node.kind, span: node.span, tag: node.tag.as_deref() }
    }
}

impl<'a> Expr<'a> {
    /// The call in the expression, if it is one: a short tag, or a map with a function's name as its only key.
    /// A tag of two names (`!Base64 !Sub`) is one call inside another.
    pub(super) fn call(self) -> Option<Call<'a>> {
        if let Some(tag) = self.tag.and_then(|t| t.strip_prefix('!')).filter(|t| !t.is_empty() && !t.starts_with('!')) {
            let (name, inner) = match tag.split_once(' ') {
                Some((name, inner)) => (name, Some(inner)),
                None => (tag, None),
            };
            return Some(Call { name, argument: Expr { tag: inner, ..self } });
        }
        let NodeKind::Map(pairs) = self.kind else { return None };
        let [(key, argument)] = pairs.as_slice() else { return None };
        let key = key.as_str()?;
        let name = if key == "Ref" || key == "Condition" { key } else { key.strip_prefix("Fn::")? };
        Some(Call { name, argument: argument.into() })
    }

    /// The items of a list; none for anything else.
    pub(super) fn items(self) -> &'a [Node] {
        match self.kind {
            NodeKind::Seq(items) => items,
            _ => &[],
        }
    }

    /// The text of a fully known scalar.
    pub(super) fn as_str(self) -> Option<&'a str> {
        match self.kind {
            NodeKind::Scalar(scalar) => scalar.text.known_str(),
            _ => None,
        }
    }
}

/// True if an expression is `Ref` of a resource.
pub(super) fn refers_to(node: &Node, name: &str) -> bool {
    match Expr::from(node).call() {
        Some(call) if call.name == "Ref" => call.argument.as_str() == Some(name),
        Some(call) if call.name == "GetAtt" => match call.argument.kind {
            NodeKind::Seq(items) => items.first().and_then(Node::as_str) == Some(name),
            _ => call.argument.as_str().and_then(|s| s.split('.').next()) == Some(name),
        },
        _ => false,
    }
}
