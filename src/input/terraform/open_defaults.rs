//! What the defaults of a module switch off. A folder that nothing but examples and tests calls, and that nothing applies, is a
//! module for others: who calls it fills in what is null or empty here. It is judged a second time with these variables unknown,
//! and what the defaults hide is kept, with its conditions.

use std::cell::OnceCell;
use std::path::Path;
use std::sync::Arc;

use crate::node::{Cx, NodeGroup};
use crate::syntax::hcl::{Block, Conditional, Expr, ExprKind, Late, StepKind};
use crate::text::{Span, Why};
use crate::value::Value;

use super::super::command_files::{MAX_COMMANDS, command_files};
use super::super::group_text::print;
use super::super::yaml_files;
use super::engine::Engine;
use super::scope::Module;
use super::value_sets::is_values;

/// Folders whose root modules only show how a module is called.
const EXAMPLES: &[&str] = &["example", "examples", "fixture", "fixtures", "test", "tests"];

/// True if a folder only shows or tests how modules are called.
pub(super) fn is_example(dir: &Path, top: &Path) -> bool {
    let below = dir.strip_prefix(top).unwrap_or(dir);
    below.iter().filter_map(|part| part.to_str()).any(|part| EXAMPLES.contains(&part))
}

/// The bytes of a file with commands, if they apply something. Many folders ask for the same files.
struct Applying(Option<Arc<[u8]>>);

/// True for the bytes of a file whose commands apply something.
fn applies(bytes: &[u8]) -> bool {
    let holds = |word: &str| yaml_files::holds(bytes, word.as_bytes());
    let runs = |verb: &&str| holds(&format!("terraform {verb}")) || holds(&format!("tofu {verb}"));
    bytes.len() <= MAX_COMMANDS && (holds("-chdir=") || ["apply", "plan"].iter().any(runs))
}

/// True if nothing in the repository applies a folder.
fn is_library(dir: &Path, module: &Module, cx: &Cx<'_>) -> bool {
    let top = cx.files.root();
    if module.applied || is_example(dir, top) || cx.files.read(&dir.join(".terraform.lock.hcl")).is_ok() {
        return false;
    }
    if cx.files.list(dir).iter().any(|path| is_values(path)) {
        return false;
    }
    let shown = yaml_files::shown(dir, cx);
    let applies = |path: &Path| {
        let slot = cx.shared.slot::<Applying>(path);
        let Applying(bytes) = slot.get_or_init(|| Applying(cx.files.glance(path).filter(|bytes| applies(bytes))));
        bytes.as_ref().is_some_and(|bytes| shown.is_empty() || yaml_files::holds(bytes, shown.as_bytes()))
    };
    // What decides counts as read.
    !command_files(dir, cx).iter().filter(|path| applies(path)).any(|path| cx.files.read(path).is_ok())
}

/// True if a default leaves something for callers to fill in.
fn is_open(default: &Expr) -> bool {
    match &default.kind {
        ExprKind::Null => true,
        ExprKind::List(items) => items.is_empty(),
        ExprKind::Object(entries) => entries.is_empty(),
        ExprKind::Template(_) => default.as_literal().is_some_and(|text| text.is_empty()),
        _ => false,
    }
}

/// The variable that a condition is.
fn variable(condition: &Expr) -> Option<&Arc<str>> {
    match &condition.kind {
        ExprKind::Paren(inner) | ExprKind::Unary(_, inner) => variable(inner),
        ExprKind::Traversal(root, steps) => match (&root.kind, &steps.first()?.kind) {
            (ExprKind::Variable(root), StepKind::Attr(name)) if &**root == "var" => Some(name),
            _ => None,
        },
        _ => None,
    }
}

/// True if a branch of a condition is something, as opposed to a number of instances or nothing.
fn is_something(branch: &Expr) -> bool {
    match &branch.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) => false,
        ExprKind::Call(call) => call.args.iter().any(is_something),
        _ => !is_open(branch),
    }
}

/// The variables that choose between two things in the blocks of a module.
fn choosing_in(module: &Module) -> Vec<Arc<str>> {
    let mut out = Vec::new();
    let mut look = |value: &Late| {
        // Only a condition is looked for.
        if !value.may_have(b'?') {
            return;
        }
        value.visit(&mut |expr| {
            if let ExprKind::Conditional(c) = &expr.kind {
                let Conditional { condition, then, otherwise } = &**c;
                if is_something(then) && is_something(otherwise) {
                    out.extend(variable(condition).cloned());
                }
            }
        });
    };
    fn within(block: &Block, look: &mut dyn FnMut(&Late)) {
        block.body.attributes.iter().for_each(|attribute| look(&attribute.value));
        block.body.blocks.iter().for_each(|inner| within(inner, look));
    }
    module.locals.values().for_each(|local| look(&local.value));
    module.resources.values().chain(module.data.values()).for_each(|block| within(block, &mut look));
    // A switch decides whether something exists at all.
    let mut switches: Vec<Arc<str>> = Vec::new();
    for block in module.resources.values().chain(module.calls.values()) {
        for name in ["count", "for_each"] {
            let Some(attribute) = block.body.attribute(name) else { continue };
            attribute.value.visit(&mut |expr| switches.extend(variable(expr).cloned()));
        }
    }
    out.retain(|name| !switches.contains(name));
    out
}

/// The node groups of a folder, with what the defaults of its variables hide if it is a module for others.
pub(super) fn with_inputs(
    dir: &Path,
    module: &Module,
    plain: Vec<NodeGroup>,
    place: Span,
    cx: &mut Cx<'_>,
) -> Vec<NodeGroup> {
    let choosing = OnceCell::new();
    let chooses = |name: &Arc<str>| choosing.get_or_init(|| choosing_in(module)).contains(name);
    let open = |name: &Arc<str>, block: &Block| {
        let default = block.body.attribute("default").map(|a| &a.value);
        default.is_some_and(|d| is_open(d) || (matches!(d.kind, ExprKind::Bool(_)) && chooses(name)))
    };
    let open: Vec<_> = module.variables.iter().filter(|(name, block)| open(name, block)).collect();
    if open.is_empty() || !is_library(dir, module, cx) {
        return plain;
    }
    let notes = cx.notes.clone();
    let claims = cx.claims.clone();
    let mut engine = Engine::new(dir, cx);
    let start = engine.start(place);
    for (name, block) in open {
        let value = Value::unknown(Why::NoDefault(format!("var.{name}").into()), block.header);
        engine.instances[start].given.insert(Arc::clone(name), value);
    }
    let groups = engine.judged(&[start], place);
    cx.notes = notes;
    cx.claims = claims;
    // What the defaults show anyway is known without the inputs.
    let known: Vec<(Arc<str>, String)> = plain.iter().map(|g| (Arc::clone(&g.name), print(g, &cx.texts))).collect();
    let mut out = plain;
    for group in groups {
        let shown = known.iter().any(|(name, _)| *name == group.name);
        if shown && (group.when.is_always() || known.iter().any(|(_, text)| *text == print(&group, &cx.texts))) {
            continue;
        }
        out.push(group);
    }
    out
}
