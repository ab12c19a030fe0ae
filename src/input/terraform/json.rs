//! Terraform's JSON syntax: the same blocks, attributes and expressions, written as JSON.
//!
//! Only the schema of a provider decides whether a property is an attribute or a nested block. So an object, or a list
//! of objects, is passed on as both, and each reader finds it by name. The rules follow the specification
//! `json/spec.md` in hashicorp/hcl: a string is a template, `//` is a comment.

use std::sync::Arc;

use crate::node::Cx;
use crate::syntax::hcl::{self, Attribute, Block, Body, Expr, ExprKind, Key, Part, Template};
use crate::syntax::{Node, NodeKind, Resolved, Scalar, Schema, json, resolve};
use crate::text::{Span, TextId, Traced};

/// How deep blocks may nest. Each level is read twice, as blocks and as an attribute, so this is low.
const MAX_BLOCKS: usize = 6;

/// The number of labels of the top-level blocks of each type.
const LABELS: &[(&str, usize)] = &[
    ("check", 1),
    ("data", 2),
    ("ephemeral", 2),
    ("module", 1),
    ("output", 1),
    ("provider", 1),
    ("resource", 2),
    ("variable", 1),
];

/// Reads a configuration file. Errors are reported as problems; a broken file is empty.
pub(super) fn body(id: TextId, cx: &mut Cx<'_>) -> Option<Body> {
    let tree = tree(id, cx)?;
    let mut body = Body { attributes: Vec::new(), blocks: Vec::new(), span: tree.span };
    for object in objects(&tree) {
        for (key, value) in properties(object) {
            let Some(kind) = name(key) else { continue };
            match LABELS.iter().find(|(known, _)| *known == &*kind) {
                Some((_, labels)) => {
                    BlockReader { cx, depth: 0 }.labelled(&kind, *labels, &[], (key.span, value), &mut body.blocks);
                }
                None if matches!(&*kind, "locals" | "terraform") => {
                    BlockReader { cx, depth: 0 }.labelled(&kind, 0, &[], (key.span, value), &mut body.blocks);
                }
                None => {}
            }
        }
    }
    Some(body)
}

/// Reads a file of values for variables. Its strings are not templates.
pub(super) fn values(id: TextId, cx: &mut Cx<'_>) -> Option<Vec<Attribute>> {
    let tree = tree(id, cx)?;
    let mut out = Vec::new();
    for object in objects(&tree) {
        for (key, value) in properties(object) {
            let Some(name) = name(key) else { continue };
            out.push(Attribute { name, name_span: key.span, value: literal(value).into() });
        }
    }
    Some(out)
}

fn tree(id: TextId, cx: &mut Cx<'_>) -> Option<Node> {
    let parsed = json::parse(&cx.texts.view(id));
    cx.parsed(parsed)
}

/// An object, or the objects of a list.
fn objects(node: &Node) -> Vec<&Node> {
    match &node.kind {
        NodeKind::Map(_) => vec![node],
        NodeKind::Seq(items) => items.iter().filter(|item| item.is_map()).collect(),
        NodeKind::Scalar(_) => Vec::new(),
    }
}

/// The properties of an object, without comments.
fn properties(node: &Node) -> impl Iterator<Item = &(Node, Node)> {
    node.pairs().iter().filter(|(key, _)| key.as_str().is_some_and(|name| name != "//"))
}

fn name(key: &Node) -> Option<Arc<str>> {
    key.as_str().map(Arc::from)
}

struct BlockReader<'r, 'c> {
    cx: &'r mut Cx<'c>,
    depth: usize,
}

impl BlockReader<'_, '_> {
    /// Reads the blocks of a type; `missing` labels are still to come as properties.
    fn labelled(
        &mut self,
        kind: &Arc<str>,
        missing: usize,
        labels: &[Arc<str>],
        (header, value): (Span, &Node),
        out: &mut Vec<Block>,
    ) {
        for object in objects(value) {
            if missing == 0 {
                let body = self.inside(object, kind);
                let span = header.to(object.span);
                out.push(Block { kind: Arc::clone(kind), labels: labels.to_vec(), header, body, span });
                continue;
            }
            for (key, value) in properties(object) {
                let Some(label) = name(key) else { continue };
                let labels: Vec<_> = labels.iter().cloned().chain([label]).collect();
                self.labelled(kind, missing - 1, &labels, (key.span, value), out);
            }
        }
    }

    fn inside(&mut self, object: &Node, kind: &str) -> Body {
        let mut body = Body { attributes: Vec::new(), blocks: Vec::new(), span: object.span };
        for (key, value) in properties(object) {
            let Some(name) = name(key) else { continue };
            // The attributes of a variable are not templates, and its type is an expression in a string.
            let expr = match (kind, &*name) {
                ("variable", "type") => self.bare(value),
                ("variable", _) => literal(value),
                _ => self.expr(value),
            };
            // A single block may also be written as a list.
            if !objects(value).is_empty() && self.depth < MAX_BLOCKS && kind != "locals" {
                self.depth += 1;
                let labels = usize::from(matches!(&*name, "dynamic" | "provisioner"));
                self.labelled(&name, labels, &[], (key.span, value), &mut body.blocks);
                self.depth -= 1;
            }
            body.attributes.push(Attribute { name, name_span: key.span, value: expr.into() });
        }
        body
    }

    /// Reads a string that is an expression, such as the type of a variable.
    fn bare(&mut self, node: &Node) -> Expr {
        if let Some(scalar) = node.as_scalar() {
            let id = self.cx.texts.add_made("expression in JSON", &scalar.text, node.span);
            if let Ok(expr) = hcl::parse_expression(&self.cx.texts.view(id)) {
                return expr;
            }
        }
        literal(node)
    }

    /// Converts a value; its strings and keys are templates. The parser limits the depth.
    fn expr(&mut self, node: &Node) -> Expr {
        let kind = match &node.kind {
            NodeKind::Scalar(scalar) => self.template(scalar, node.span),
            NodeKind::Seq(items) => ExprKind::List(items.iter().map(|item| self.expr(item)).collect()),
            NodeKind::Map(pairs) => ExprKind::Object(
                pairs
                    .iter()
                    .map(|(key, value)| {
                        let name = match key.as_scalar() {
                            Some(scalar) if !is_template(&scalar.text) => Key::Name(scalar.text.clone(), key.span),
                            _ => Key::Expr(self.expr(key)),
                        };
                        (name, self.expr(value))
                    })
                    .collect(),
            ),
        };
        Expr { kind, span: node.span }
    }

    fn template(&mut self, scalar: &Scalar, at: Span) -> ExprKind {
        if !is_template(&scalar.text) {
            return plain(scalar);
        }
        let id = self.cx.texts.add_made("template in JSON", &scalar.text, at);
        match hcl::parse_template(&self.cx.texts.view(id)) {
            Ok(template) => match template.parts.as_slice() {
                // A string with a single interpolation is the expression in it.
                [Part::Interpolation(expr)] => ExprKind::Paren(Box::new(expr.clone())),
                _ => ExprKind::Template(template),
            },
            Err(error) => {
                self.cx.notes.syntax(&error, "");
                plain(scalar)
            }
        }
    }
}

fn is_template(text: &Traced) -> bool {
    text.bytes().windows(2).any(|pair| pair == b"${" || pair == b"%{")
}

/// A scalar that is not a template.
fn plain(scalar: &Scalar) -> ExprKind {
    match resolve(scalar, None, Schema::Json) {
        Resolved::Null => ExprKind::Null,
        Resolved::Bool(value) => ExprKind::Bool(value),
        Resolved::Int(_) | Resolved::Float(_) => ExprKind::Number(scalar.text.clone()),
        Resolved::Str => ExprKind::Template(Template {
            parts: if scalar.text.is_empty() { Vec::new() } else { vec![Part::Literal(scalar.text.clone())] },
        }),
    }
}

/// A value whose strings are not templates.
pub(super) fn literal(node: &Node) -> Expr {
    let kind = match &node.kind {
        NodeKind::Scalar(scalar) => plain(scalar),
        NodeKind::Seq(items) => ExprKind::List(items.iter().map(literal).collect()),
        NodeKind::Map(pairs) => ExprKind::Object(
            pairs
                .iter()
                .filter_map(|(key, value)| Some((Key::Name(key.as_scalar()?.text.clone(), key.span), literal(value))))
                .collect(),
        ),
    };
    Expr { kind, span: node.span }
}
