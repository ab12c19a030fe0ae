//! Components of stacks of Terraform, as calls of modules. A stack in a stack is a call as well: its folder has components instead
//! of resources.

use std::path::Path;

use crate::node::Cx;
use crate::syntax::hcl::{self, Attribute, Block, Body, Expr, ExprKind, Key};
use crate::text::Why;

/// The ends of the names of files with components.
pub(super) const COMPONENTS: &[&str] = &[".tfcomponent.hcl", ".tfstack.hcl"];

/// True for a file with components.
pub(super) fn is_component(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    COMPONENTS.iter().any(|end| name.ends_with(end))
}

/// A text without anything to evaluate.
pub(super) fn text_of(expr: &Expr) -> Option<String> {
    Some(expr.as_literal()?.to_text().into_owned())
}

/// The key of an object, without anything to evaluate.
pub(super) fn key_text(key: &Key) -> Option<String> {
    key.literal().map(|(name, _)| name.to_owned())
}

/// A block of such a file as one of a module: a component is a call, whose inputs are the arguments.
pub(super) fn as_module(block: Block, cx: &mut Cx<'_>) -> Option<Block> {
    match &*block.kind {
        "component" | "stack" => Some(called(block, cx)),
        "variable" | "locals" | "output" => Some(block),
        _ => None,
    }
}

fn called(mut block: Block, cx: &mut Cx<'_>) -> Block {
    let mut attributes: Vec<Attribute> = Vec::new();
    for attribute in std::mem::take(&mut block.body.attributes) {
        let span = attribute.value.span;
        match (&*attribute.name, attribute.value.into_expr().kind) {
            ("source" | "version" | "for_each", kind) => {
                let value = hcl::Expr { kind, span };
                let source = text_of(&value).filter(|_| &*attribute.name == "source" && &*block.kind == "stack");
                if let Some(source) = source.filter(|source| !source.starts_with('.')) {
                    let what = format!("the stack {source}").escape_debug().to_string();
                    cx.gap(span, Why::FromOutside(what.into()));
                }
                let (name, name_span) = (attribute.name, attribute.name_span);
                attributes.push(Attribute { name, name_span, value: value.into() });
            }
            ("inputs", ExprKind::Object(entries)) => {
                for (key, value) in entries {
                    if let Some(name) = key_text(&key) {
                        attributes.push(Attribute {
                            name: name.into(),
                            name_span: attribute.name_span,
                            value: value.into(),
                        });
                    }
                }
            }
            ("inputs", _) => cx.gap(span, Why::NotUnderstood("inputs that are not an object".into())),
            _ => {}
        }
    }
    let body = Body { attributes, blocks: Vec::new(), span: block.body.span };
    Block { kind: "module".into(), body, ..block }
}
