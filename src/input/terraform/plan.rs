//! Plans and states as JSON: the output of `terraform show -json`, and the state file itself. Each resource is
//! converted to the block that would declare it, and the code for configurations reads these blocks.
//!
//! The format is documented in hashicorp/terraform, `website/docs/internals/json-format.mdx`: `planned_values` or
//! `values` hold what is known, `resource_changes` what is known only after the apply, `prior_state` the results of
//! data sources, and `configuration` which expressions refer to what. Sensitive values are in clear text. They are read
//! because user data is often marked sensitive; reports show only the place with the problem.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::node::{Cx, NodeGroup};
use crate::syntax::hcl::{self, Attribute, Block, Body, Expr, ExprKind, Part, Template};
use crate::syntax::{Node, NodeKind, json as tree};
use crate::text::{FileError, Span, Traced, Why, budget};

use super::super::unit::{FileList, Input, Unit};
use super::super::watched::{Group, PLANS, is_watched};
use super::super::yaml_files;
use super::engine::Engine;
use super::json;
use super::scope::Module;
use super::state::Instance;
use super::thin;

/// The largest plan that is parsed as a whole, in bytes: its tree takes about fifty times as much.
const WHOLE: usize = 1 << 20;

/// How deep modules and nested blocks of a plan are read.
const MAX_DEPTH: usize = 32;

/// Resources for which terraform-provider-aws before version 6 records only the SHA-1 of the user data
/// (`website/docs/guides/version-6-upgrade.html.markdown`).
const HASHED: &[&str] = &["aws_instance", "aws_launch_configuration", "aws_spot_instance_request"];

/// Plans and states of Terraform, as JSON.
#[derive(Debug)]
pub(in super::super) struct Plan;

impl Input for Plan {
    fn name(&self) -> &'static str {
        "terraform-plan"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        files.with_extension(&["json", "tfplan", "tfstate"], |words| words.has(Group::Plans))
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        const WORDS: [&[&str]; 2] = [PLANS, &["\"planned_values\"", "\"values\"", "\"resources\""]];
        let view = match cx.files.read(&unit.path) {
            Err(FileError::TooLarge(_)) => thin::read(&unit.path, cx),
            Ok(source) if source.bytes().len() > WHOLE => {
                let plan = PLANS.iter().any(|word| yaml_files::holds(&source.bytes(), word.as_bytes()));
                if plan { thin::read(&unit.path, cx) } else { None }
            }
            _ => yaml_files::open(&unit.path, &WORDS, cx),
        };
        let Some(view) = view else { return Vec::new() };
        let parsed = tree::parse(&view);
        let Some(root) = &parsed.tree else {
            if is_watched(&view.bytes) {
                yaml_files::note_errors(&view, &parsed, cx);
            }
            return Vec::new();
        };
        let dir = unit.path.parent().map(PathBuf::from).unwrap_or_default();
        let mut reader =
            PlanReader { cx, dir, unknown: HashMap::new(), written: HashMap::new(), modules: IndexMap::new() };
        if !reader.document(root) {
            return Vec::new();
        }
        let modules = reader.modules;
        for error in &parsed.errors {
            cx.notes.syntax(error, "");
        }
        let mut engine = Engine::new(&unit.path, cx);
        engine.planned = true;
        let place = view.span(0..0);
        let roots: Vec<usize> = modules
            .into_iter()
            .map(|(address, module)| engine.add(Instance { address, ..Instance::new(Arc::new(module), place) }))
            .collect();
        engine.judged(&roots, place)
    }
}

struct PlanReader<'r, 'c, 't> {
    cx: &'r mut Cx<'c>,
    dir: PathBuf,
    /// What is known only after the apply, by resource address.
    unknown: HashMap<&'t str, &'t Node>,
    /// The configuration of resources, by address without indexes.
    written: HashMap<String, &'t Node>,
    /// The modules, by address.
    modules: IndexMap<String, Module>,
}

impl<'t> PlanReader<'_, '_, 't> {
    /// Reads a document, if it is a plan or a state.
    fn document(&mut self, root: &'t Node) -> bool {
        if root.get("format_version").is_some() {
            let Some(values) = root.get("planned_values").or_else(|| root.get("values")) else { return false };
            for change in root.get("resource_changes").map_or(&[][..], Node::items) {
                let unknown = change.path(&["change", "after_unknown"]);
                if let (Some(address), Some(unknown)) = (text(change, "address"), unknown) {
                    self.unknown.insert(address, unknown);
                }
            }
            if let Some(configuration) = root.path(&["configuration", "root_module"]) {
                self.configuration(configuration, "", 0);
            }
            if let Some(module) = values.get("root_module") {
                self.module(module, "", false, 0);
            }
            if let Some(module) = root.path(&["prior_state", "values", "root_module"]) {
                self.module(module, "", true, 0);
            }
            return true;
        }
        if root.get("lineage").is_some() && root.get("serial").is_some() {
            root.get("resources").map_or(&[][..], Node::items).iter().for_each(|resource| self.state(resource));
            return true;
        }
        false
    }

    fn configuration(&mut self, module: &'t Node, prefix: &str, depth: usize) {
        for resource in module.get("resources").map_or(&[][..], Node::items) {
            if let Some(address) = text(resource, "address") {
                self.written.insert(format!("{prefix}{address}"), resource);
            }
        }
        if depth < MAX_DEPTH {
            for (name, call) in module.get("module_calls").map_or(&[][..], Node::pairs) {
                if let (Some(name), Some(inner)) = (name.as_str(), call.get("module")) {
                    self.configuration(inner, &format!("{prefix}module.{name}."), depth + 1);
                }
            }
        } else {
            budget::reached("depth of modules in a plan");
        }
    }

    fn module(&mut self, module: &'t Node, address: &str, only_data: bool, depth: usize) {
        for resource in module.get("resources").map_or(&[][..], Node::items) {
            let (Some((key, full)), Some(kind), Some(values)) =
                (resource.pair("address"), text(resource, "type"), resource.get("values"))
            else {
                continue;
            };
            let data = text(resource, "mode") == Some("data");
            let Some(full_address) = full.as_str().filter(|_| data || !only_data) else { continue };
            let inside = full_address.strip_prefix(address).unwrap_or(full_address).trim_start_matches('.');
            let inside = inside.strip_prefix("data.").unwrap_or(inside);
            let Some(name) = inside.strip_prefix(kind).and_then(|rest| rest.strip_prefix('.')) else { continue };
            let written = self.written.get(&without_indexes(full_address)).copied();
            let unknown = self.unknown.get(full_address).copied();
            let planned =
                Planned { address: full_address, kind, name, data, header: key.span.to(full.span), all: resource.span };
            self.resource(address, &planned, values, unknown, written);
        }
        if depth < MAX_DEPTH {
            for child in module.get("child_modules").map_or(&[][..], Node::items) {
                if let Some(address) = text(child, "address") {
                    self.module(child, address, only_data, depth + 1);
                }
            }
        } else {
            budget::reached("depth of modules in a plan");
        }
    }

    /// Reads a resource of a state file.
    fn state(&mut self, resource: &'t Node) {
        let (Some(kind), Some(name)) = (text(resource, "type"), text(resource, "name")) else { return };
        let module = text(resource, "module").unwrap_or_default();
        let data = text(resource, "mode") == Some("data");
        for instance in resource.get("instances").map_or(&[][..], Node::items) {
            let Some((key, values)) = instance.pair("attributes") else { continue };
            let index = match instance.get("index_key").map(|k| (k.as_str(), k.as_scalar())) {
                Some((Some(key), Some(scalar))) if scalar.style == crate::syntax::Style::DoubleQuoted => {
                    format!("[{key:?}]")
                }
                Some((Some(number), _)) => format!("[{number}]"),
                _ => String::new(),
            };
            let name = format!("{name}{index}");
            let address = format!("{kind}.{name}");
            let planned = Planned { address: &address, kind, name: &name, data, header: key.span, all: instance.span };
            self.resource(module, &planned, values, None, None);
        }
    }

    fn resource(
        &mut self,
        module: &str,
        planned: &Planned<'_>,
        values: &'t Node,
        unknown: Option<&'t Node>,
        written: Option<&'t Node>,
    ) {
        let expressions = written.and_then(|w| w.get("expressions"));
        let mut body = self.body(planned, values, unknown, expressions, 0);
        not_hashed(planned, &mut body, expressions);
        for provisioner in written.and_then(|w| w.get("provisioners")).map_or(&[][..], Node::items) {
            let (Some(kind), Some(expressions)) = (text(provisioner, "type"), provisioner.get("expressions")) else {
                continue;
            };
            let attributes = expressions.pairs().iter().filter_map(|(key, value)| {
                let value = self.written_value(planned, key, value);
                Some(Attribute { name: key.as_str()?.into(), name_span: key.span, value: value.into() })
            });
            let attributes = attributes.collect();
            body.blocks.push(Block {
                kind: "provisioner".into(),
                labels: vec![kind.into()],
                header: provisioner.span,
                body: Body { attributes, blocks: Vec::new(), span: provisioner.span },
                span: provisioner.span,
            });
        }
        let kind: Arc<str> = planned.kind.into();
        let name: Arc<str> = planned.name.into();
        let block = Block {
            kind: if planned.data { "data" } else { "resource" }.into(),
            labels: vec![Arc::clone(&kind), Arc::clone(&name)],
            header: planned.header,
            body,
            span: planned.all,
        };
        let dir = &self.dir;
        let module =
            self.modules.entry(module.to_owned()).or_insert_with(|| Module { dir: dir.clone(), ..Module::default() });
        let blocks = if planned.data { &mut module.data } else { &mut module.resources };
        blocks.insert((kind, name), Arc::new(block));
    }

    /// A body with `values`; `unknown` marks what is known only after the apply, and `written` holds the expressions.
    fn body(
        &mut self,
        planned: &Planned<'_>,
        values: &'t Node,
        unknown: Option<&'t Node>,
        written: Option<&'t Node>,
        depth: usize,
    ) -> Body {
        let mut body = Body { attributes: Vec::new(), blocks: Vec::new(), span: values.span };
        for (key, value) in values.pairs() {
            let Some(name) = key.as_str() else { continue };
            let unknown = unknown.and_then(|u| u.get(name));
            let written = written.and_then(|w| w.get(name));
            let expr = if unknown.is_some_and(is_true) {
                self.later(planned, key, written)
            } else {
                self.value(planned, (key, value), unknown, written, depth)
            };
            body.attributes.push(Attribute { name: name.into(), name_span: key.span, value: expr.into() });
            let objects = match &value.kind {
                NodeKind::Map(_) => std::slice::from_ref(value),
                NodeKind::Seq(items) => items,
                NodeKind::Scalar(_) => &[],
            };
            for (n, object) in objects.iter().enumerate().filter(|(_, o)| o.is_map()) {
                if depth >= MAX_DEPTH {
                    budget::reached("depth of blocks in a plan");
                    break;
                }
                let inner = self.body(planned, object, nth(unknown, n), nth(written, n), depth + 1);
                let (header, span) = (key.span, object.span);
                body.blocks.push(Block { kind: name.into(), labels: Vec::new(), header, body: inner, span });
            }
        }
        for (key, unknown) in unknown.map_or(&[][..], Node::pairs) {
            let Some(name) = key.as_str().filter(|name| values.get(name).is_none()) else { continue };
            if is_true(unknown) {
                let value = self.later(planned, key, written.and_then(|w| w.get(name)));
                body.attributes.push(Attribute { name: name.into(), name_span: key.span, value: value.into() });
            }
        }
        body
    }

    fn value(
        &mut self,
        planned: &Planned<'_>,
        (key, value): (&'t Node, &'t Node),
        unknown: Option<&'t Node>,
        written: Option<&'t Node>,
        depth: usize,
    ) -> Expr {
        let Some(unknown) = unknown.filter(|u| depth < MAX_DEPTH && !u.pairs().is_empty() || !u.items().is_empty())
        else {
            return json::literal(value);
        };
        let kind = match &value.kind {
            NodeKind::Seq(items) => {
                let item = |(n, item)| match unknown.items().get(n) {
                    Some(mark) if is_true(mark) => self.later(planned, key, written),
                    mark => self.value(planned, (key, item), mark, nth(written, n), depth + 1),
                };
                ExprKind::List(items.iter().enumerate().map(item).collect())
            }
            NodeKind::Map(_) => {
                let body = self.body(planned, value, Some(unknown), written, depth + 1);
                let entries = body.attributes.into_iter().map(|a| {
                    let name = self.cx.texts.traced(a.name_span);
                    let name = if name.as_str() == Some(&a.name) {
                        name
                    } else {
                        Traced::made(a.name.as_bytes(), a.name_span)
                    };
                    (hcl::Key::Name(name, a.name_span), a.value.into_expr())
                });
                ExprKind::Object(entries.collect())
            }
            NodeKind::Scalar(_) => return json::literal(value),
        };
        Expr { kind, span: value.span }
    }

    /// What the configuration says: a constant, or an expression with references.
    fn written_value(&mut self, planned: &Planned<'_>, key: &Node, value: &'t Node) -> Expr {
        match value.get("constant_value") {
            Some(constant) => json::literal(constant),
            None => self.later(planned, key, Some(value)),
        }
    }

    /// What is known only after the apply: a reference if the configuration says that it is an attribute of another
    /// resource.
    fn later(&mut self, planned: &Planned<'_>, key: &Node, written: Option<&'t Node>) -> Expr {
        let first = written.and_then(|w| w.get("references")).and_then(|r| r.items().first());
        if let Some(scalar) = first.and_then(Node::as_scalar)
            && let Some(reference) = scalar.text.known_str()
            && !["var.", "local.", "each.", "count.", "self.", "path.", "module."]
                .iter()
                .any(|p| reference.starts_with(p))
            && reference.contains('.')
        {
            let id = self.cx.texts.add_made("reference", &scalar.text, key.span);
            if let Ok(expr) = hcl::parse_expression(&self.cx.texts.view(id)) {
                return expr;
            }
        }
        let name = key.as_str().unwrap_or_default();
        unknown_expr(key.span, Why::Attribute(planned.address.into(), format!(".{name} before the apply").into()))
    }
}

/// Replaces a hash with what is known of the text.
fn not_hashed(planned: &Planned<'_>, body: &mut Body, written: Option<&Node>) {
    if !HASHED.contains(&planned.kind) {
        return;
    }
    let Some(attribute) = body.attributes.iter_mut().find(|a| &*a.name == "user_data") else { return };
    let text = attribute.value.as_literal();
    let hash = |text: &str| text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit());
    if text.as_ref().and_then(Traced::as_str).is_some_and(hash) {
        let constant = written.and_then(|w| w.path(&["user_data", "constant_value"]));
        let why =
            || Why::FromOutside(format!("{}.user_data, of which only the SHA-1 is here,", planned.address).into());
        let span = attribute.value.span;
        attribute.value = constant.map_or_else(|| unknown_expr(span, why()), json::literal).into();
    }
}

/// A resource, or the result of a data source.
struct Planned<'p> {
    address: &'p str,
    kind: &'p str,
    /// The name with the index.
    name: &'p str,
    data: bool,
    header: Span,
    all: Span,
}

fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key).and_then(Node::as_str)
}

fn is_true(node: &Node) -> bool {
    node.as_str() == Some("true")
}

/// The item of a list, or the node itself if it is not a list.
fn nth(node: Option<&Node>, n: usize) -> Option<&Node> {
    node.and_then(|node| match &node.kind {
        NodeKind::Seq(items) => items.get(n),
        _ => (n == 0).then_some(node),
    })
}

fn unknown_expr(at: Span, why: Why) -> Expr {
    let parts = vec![Part::Literal(Traced::unknown(at, why))];
    Expr { kind: ExprKind::Template(Template { parts }), span: at }
}

/// Removes indexes: `module.a["x"].aws_instance.b[0]` becomes `module.a.aws_instance.b`.
fn without_indexes(address: &str) -> String {
    let mut out = String::new();
    let (mut inside, mut quoted, mut escaped) = (false, false, false);
    for c in address.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if inside => quoted = !quoted,
            '[' if !quoted => inside = true,
            ']' if !quoted => inside = false,
            _ if !inside => out.push(c),
            _ => {}
        }
    }
    out
}
