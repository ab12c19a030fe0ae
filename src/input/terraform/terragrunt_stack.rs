//! Stacks of Terragrunt: `terragrunt.stack.hcl` makes units of Terragrunt from folders and gives them `values`. Source:
//! gruntwork-io/terragrunt, "Explicit stacks".

use std::path::Path;

use crate::node::{Cx, NodeGroup};
use crate::text::{Span, Why};
use crate::value::Value;

use super::super::unit::{FileList, Input, Unit, normal};
use super::engine::Engine;
use super::lang::env::Env;
use super::state::Stack;
use super::terragrunt;

/// The name of the file.
const NAME: &str = "terragrunt.stack.hcl";

/// The deepest nesting of stacks, and the most units and stacks of one.
const MAX_DEPTH: usize = 4;
const MAX_UNITS: usize = 128;

/// Stacks.
#[derive(Debug)]
pub(in super::super) struct TerragruntStack;

impl Input for TerragruntStack {
    fn name(&self) -> &'static str {
        "terraform"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        files.named(&[NAME])
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let Some(dir) = unit.path.parent() else { return Vec::new() };
        units(&unit.path, dir, None, 0, cx)
    }
}

/// A block of a stack, evaluated.
struct Part {
    nested: bool,
    name: String,
    source: Option<String>,
    path: String,
    values: Option<Value>,
    at: Span,
}

/// The node groups of the units of a stack, whose file is as if it were in `dir`.
fn units(file: &Path, dir: &Path, values: Option<Value>, depth: usize, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let mut engine = Engine::new(dir, cx);
    engine.stack = Some(Stack { dir: dir.to_owned(), values, ..Stack::default() });
    let Some((own, body)) = engine.config(file).and_then(|own| Some((own, engine.config_body(own)?))) else {
        return Vec::new();
    };
    let env = Env::of(own);
    let mut parts = Vec::new();
    for block in body.blocks.iter().filter(|b| matches!(&*b.kind, "unit" | "stack")) {
        let mut text = |name| engine.attribute(&block.body, name, &env)?.as_known_str().map(str::to_owned);
        let (source, path) = (text("source"), text("path"));
        let name = block.label(0).to_owned();
        let values = engine.attribute(&block.body, "values", &env);
        let path = path.unwrap_or_else(|| name.clone());
        parts.push(Part { nested: &*block.kind == "stack", name, source, path, values, at: block.header });
    }
    if parts.len() > MAX_UNITS {
        cx.gap(body.span, Why::limit("units of a stack"));
    }
    let mut out = Vec::new();
    for part in parts.into_iter().take(MAX_UNITS) {
        let source = part.source.as_deref().map(|s| s.split('?').next().unwrap_or(s).replace("//", "/"));
        let from = file.parent().unwrap_or(dir);
        let source = source.filter(|s| s.starts_with(['.', '/'])).map(|s| normal(&from.join(s)));
        let name = if part.nested { NAME } else { "terragrunt.hcl" };
        let there = source.filter(|s| s.starts_with(cx.files.root())).map(|s| s.join(name));
        let Some(there) = there.filter(|path| depth < MAX_DEPTH && cx.files.read(path).is_ok()) else {
            let what = part.source.unwrap_or_else(|| part.name.clone());
            cx.gap(part.at, Why::FromOutside(format!("the source {what} of {}", part.name).into()));
            continue;
        };
        if !cx.claims.covers.contains(&there) {
            cx.claims.covers.push(there.clone());
        }
        let made = normal(&dir.join(".terragrunt-stack").join(&part.path));
        let mut groups = if part.nested {
            units(&there, &made, part.values, depth + 1, cx)
        } else {
            terragrunt::unit(&there, &made, part.values, cx)
        };
        for group in &mut groups {
            group.name = format!("{}: {}", part.name, group.name).into();
        }
        out.append(&mut groups);
    }
    out
}
