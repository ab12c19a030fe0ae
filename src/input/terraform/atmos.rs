//! Stacks of Atmos: YAML files that import others and give components, which are root modules of Terraform, their variables.
//! Source: cloudposse/atmos, "Stack manifests", "Imports" (also with `context`), "Inheritance" and
//! "Stack names".

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use globset::GlobSet;

use crate::input::glob::glob;
use crate::input::set_values::lay;
use crate::input::{helm, yaml_files, yaml_values};
use crate::node::{Cx, NodeGroup};
use crate::syntax::{Node, NodeKind};
use crate::text::{Span, Traced, Why, budget};
use crate::value::Value;

use super::super::unit::{FileList, Input, Unit, normal};
use super::scope::Module;
use super::stacks::{applied, values_of};

/// The most files of stacks, and the most components in all of them.
const MAX_FILES: usize = 512;
const MAX_COMPONENTS: usize = 512;

/// The deepest chain of imports, of components that others inherit from, and of folders.
const MAX_DEPTH: usize = 16;

/// What a file that is filled in for an import takes of the budget of the unit.
const FILLED: usize = 20_000;

/// Stacks. The name is that of Terraform, so a component is checked through its stacks.
#[derive(Debug)]
pub(in super::super) struct Atmos;

impl Input for Atmos {
    fn name(&self) -> &'static str {
        "terraform"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        files.named(&["atmos.yaml"])
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let Ok(view) = cx.view(&unit.path) else { return Vec::new() };
        let (Some(dir), Some(tree)) = (unit.path.parent(), yaml_files::documents(&view).tree.into_iter().next()) else {
            return Vec::new();
        };
        let text = |path: &[&str], or: &str| tree.path(path).and_then(Node::as_str).unwrap_or(or).to_owned();
        let base = dir.join(text(&["base_path"], "."));
        let project = Project {
            stacks: normal(&base.join(text(&["stacks", "base_path"], "stacks"))),
            components: normal(&base.join(text(&["components", "terraform", "base_path"], "components/terraform"))),
            pattern: text(&["stacks", "name_pattern"], ""),
        };
        let globs = |key: &str| tree.path(&["stacks", key]).map(Node::items).unwrap_or_default();
        let (wanted, unwanted) = (patterns(globs("included_paths")), patterns(globs("excluded_paths")));
        let mut files = Vec::new();
        below(&project.stacks, 0, &mut files, cx);
        let place = yaml_files::first_line(&view);
        if files.len() > MAX_FILES {
            cx.gap(place, Why::limit("stacks of Atmos"));
        }
        let mut groups = Vec::new();
        let (mut seen, mut imports) = (Seen::default(), Imports::default());
        for path in files.iter().take(MAX_FILES) {
            let name = path.strip_prefix(&project.stacks).unwrap_or(path);
            if !wanted.is_empty() && !fits(&wanted, name) || fits(&unwanted, name) {
                continue;
            }
            if let Some(stack) = imports.merged(path, &project.stacks, None, cx) {
                groups.append(&mut project.stack(&stack, &name.with_extension(""), &mut seen, cx));
            }
        }
        if seen.count > MAX_COMPONENTS {
            cx.gap(place, Why::limit("components of Atmos"));
        }
        groups
    }
}

/// What was found in all stacks so far.
#[derive(Default)]
struct Seen {
    count: usize,
    /// Folders of components that are not there.
    missing: BTreeSet<PathBuf>,
}

/// What `atmos.yaml` says.
struct Project {
    stacks: PathBuf,
    components: PathBuf,
    pattern: String,
}

impl Project {
    /// The node groups of the components of a stack.
    fn stack(&self, stack: &Node, path: &Path, seen: &mut Seen, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let Some(all) = stack.path(&["components", "terraform"]) else { return Vec::new() };
        let mut groups = Vec::new();
        let mut inheritance = Inheritance { all, done: BTreeMap::new(), open: Vec::new() };
        for (key, component) in all.pairs() {
            let Some(name) = key.as_str() else { continue };
            let meta = |key: &str| component.path(&["metadata", key]).and_then(Node::as_str);
            if meta("type") == Some("abstract") || meta("enabled") == Some("false") {
                continue;
            }
            seen.count += 1;
            if seen.count > MAX_COMPONENTS {
                break;
            }
            let folder = meta("component").or_else(|| component.get("component").and_then(Node::as_str));
            let dir = normal(&self.components.join(folder.unwrap_or(name)));
            if !dir.starts_with(cx.files.root()) || !cx.files.is_dir(&dir) {
                if seen.missing.insert(dir) {
                    cx.gap(key.span, Why::FromOutside(format!("the component {}", folder.unwrap_or(name)).into()));
                }
                continue;
            }
            if !cx.claims.covers.contains(&dir) {
                cx.claims.covers.push(dir.clone());
            }
            let mut vars = Node::map(Vec::new(), component.span);
            for layer in [stack.get("vars"), stack.path(&["terraform", "vars"])].into_iter().flatten() {
                lay(&mut vars, layer.clone());
            }
            lay(&mut vars, inheritance.of(component, cx));
            let label = self.name_of(&vars, path);
            let module = Module::shared(&dir, cx);
            let mut values = values_of(&value_of(&vars), "vars");
            values.retain(|name, _| module.variables.contains_key(name));
            groups.append(&mut applied(&module, Some(&format!("{label}/{name}")), values, key.span, cx));
        }
        groups
    }

    /// The name of a stack: the pattern with the values of its variables, or its path.
    fn name_of(&self, vars: &Node, path: &Path) -> String {
        let mut out = self.pattern.clone();
        for (key, value) in vars.pairs() {
            if let (Some(key), Some(value)) = (key.as_str(), value.as_str()) {
                out = out.replace(&format!("{{{key}}}"), value);
            }
        }
        if out.is_empty() || out.contains('{') { path.display().to_string() } else { out }
    }
}

/// The variables of the components of a stack, with those that they inherit.
struct Inheritance<'a> {
    all: &'a Node,
    /// The components that are done.
    done: BTreeMap<Span, Node>,
    /// Those that wait for one that they inherit from.
    open: Vec<Span>,
}

impl Inheritance<'_> {
    /// The variables of a component over those of the components that it inherits from.
    fn of(&mut self, component: &Node, cx: &mut Cx<'_>) -> Node {
        let at = component.span;
        if let Some(known) = self.done.get(&at) {
            return known.clone();
        }
        let mut vars = Node::map(Vec::new(), at);
        if self.open.len() >= MAX_DEPTH || self.open.contains(&at) {
            cx.gap(at, Why::limit("components that inherit from each other"));
            return vars;
        }
        self.open.push(at);
        let bases = component.path(&["metadata", "inherits"]).map(Node::items).unwrap_or_default().iter();
        let bases = component.get("component").into_iter().chain(bases).filter_map(|base| self.all.get(base.as_str()?));
        for base in bases.filter(|base| base.span != at).collect::<Vec<_>>() {
            lay(&mut vars, self.of(base, cx));
        }
        self.open.pop();
        if let Some(own) = component.get("vars") {
            lay(&mut vars, own.clone());
        }
        self.done.insert(at, vars.clone());
        vars
    }
}

/// The files of stacks, each over what it imports.
#[derive(Default)]
struct Imports {
    /// The files that are done.
    done: BTreeMap<PathBuf, Option<Node>>,
    /// Those that wait for one that they import.
    open: Vec<PathBuf>,
}

impl Imports {
    fn merged(&mut self, path: &Path, stacks: &Path, context: Option<&Node>, cx: &mut Cx<'_>) -> Option<Node> {
        if context.is_none()
            && let Some(known) = self.done.get(path)
        {
            return known.clone();
        }
        if context.is_some() && !budget::spend(FILLED) {
            return None;
        }
        self.open.push(path.to_owned());
        let merged = self.read(path, stacks, context, cx);
        self.open.pop();
        if context.is_none() {
            self.done.insert(path.to_owned(), merged.clone());
        }
        merged
    }

    fn read(&mut self, path: &Path, stacks: &Path, context: Option<&Node>, cx: &mut Cx<'_>) -> Option<Node> {
        let mut view = cx.view(path).ok()?;
        if let Some(context) = context {
            let (text, at) = (view.traced(0..view.bytes.len()), yaml_files::first_line(&view));
            let known = helm::open(&yaml_values::value_of(context), Why::NoDefault("a value of the context".into()));
            let text = helm::text(&text, &known, None, at, cx);
            if let Some((at, why)) = text.first_unknown().filter(|_| text.is_unknown()) {
                cx.gap(at, why.clone());
                return None;
            }
            view = cx.made("the stack with its context", &text, at);
        }
        let parsed = yaml_files::documents(&view);
        yaml_files::note_errors(&view, &parsed, cx);
        let own = parsed.tree.into_iter().next()?;
        let mut out = Node::map(Vec::new(), own.span);
        for import in own.get("import").map(Node::items).unwrap_or_default() {
            let Some(name) = import.as_str().or_else(|| import.get("path").and_then(Node::as_str)) else { continue };
            let text = |key: &str| import.get(key).and_then(Node::as_str) == Some("true");
            let from = if name.starts_with('.') { path.parent().unwrap_or(stacks) } else { stacks };
            let found = found(&normal(&from.join(name)), cx);
            let deep = self.open.len() > MAX_DEPTH || found.iter().any(|file| self.open.contains(file));
            if found.is_empty() && !text("skip_if_missing") || deep {
                cx.gap(import.span, Why::NotUnderstood(format!("the import of {name}").into()));
            }
            // What is filled in here is there in the files that this one imports, too.
            let mut inner = context.cloned().unwrap_or_else(|| Node::map(Vec::new(), import.span));
            if let Some(own) = import.get("context").filter(|own| own.is_map()) {
                lay(&mut inner, own.clone());
            }
            let inner = (!inner.pairs().is_empty() && !text("skip_templates_processing")).then_some(&inner);
            for file in found.iter().filter(|_| !deep) {
                if let Some(tree) = self.merged(file, stacks, inner, cx) {
                    lay(&mut out, tree);
                }
            }
        }
        lay(&mut out, own);
        overridden(&mut out);
        Some(out)
    }
}

/// Lays what a file says in `overrides` over the components in it and in what it imports. Source: Atmos, "Override Configurations".
fn overridden(tree: &mut Node) {
    let over = [&["overrides", "vars"][..], &["terraform", "overrides", "vars"]];
    let over: Vec<Node> = over.iter().filter_map(|path| tree.path(path).cloned()).collect();
    let Some(at) = over.last().map(|vars| vars.span) else { return };
    let word = |text: &str| Node::quoted(Traced::made(text, at), at);
    let under = |key: Node, node: Node| Node::map(vec![(key, node)], at);
    let names: Vec<Node> = tree
        .path(&["components", "terraform"])
        .map(|all| all.pairs().iter().map(|(key, _)| key.clone()).collect())
        .unwrap_or_default();
    for vars in over {
        for name in &names {
            let component = under(name.clone(), under(word("vars"), vars.clone()));
            lay(tree, under(word("components"), under(word("terraform"), component)));
        }
    }
    // They do not reach the files that import this one.
    let NodeKind::Map(pairs) = &mut tree.kind else { return };
    pairs.retain(|(key, _)| key.as_str() != Some("overrides"));
    for (key, inner) in pairs {
        if let (Some("terraform"), NodeKind::Map(inner)) = (key.as_str(), &mut inner.kind) {
            inner.retain(|(key, _)| key.as_str() != Some("overrides"));
        }
    }
}

/// The files that an import names: one, with or without its ending, or those that fit a pattern.
fn found(path: &Path, cx: &Cx<'_>) -> Vec<PathBuf> {
    let ends =
        ["", ".yaml", ".yml", ".yaml.tmpl", ".yml.tmpl"].map(|end| PathBuf::from(format!("{}{end}", path.display())));
    if let Some(one) = ends.into_iter().find(|p| p.starts_with(cx.files.root()) && cx.files.read(p).is_ok()) {
        return vec![one];
    }
    let fixed: PathBuf = path.components().take_while(|c| !c.as_os_str().to_string_lossy().contains('*')).collect();
    if fixed == path || !fixed.starts_with(cx.files.root()) {
        return Vec::new();
    }
    let mut files = Vec::new();
    below(&fixed, 0, &mut files, cx);
    let glob = glob(&path.to_string_lossy());
    files.retain(|file| fits(glob.as_slice(), file));
    files
}

/// The YAML files below a folder, one more than the most that are read.
fn below(dir: &Path, depth: usize, out: &mut Vec<PathBuf>, cx: &Cx<'_>) {
    let yaml = |path: &PathBuf| crate::input::unit::has_extension(path, &["yaml", "yml"]);
    out.extend(cx.files.list(dir).into_iter().filter(yaml));
    out.truncate(MAX_FILES + 1);
    for folder in cx.files.folders(dir).iter().filter(|_| depth < MAX_DEPTH) {
        below(folder, depth + 1, out, cx);
    }
}

/// Whether a file fits one of the patterns, with or without its ending.
fn fits(globs: &[GlobSet], file: &Path) -> bool {
    globs.iter().any(|glob| glob.is_match(file) || glob.is_match(file.with_extension("")))
}

fn patterns(globs: &[Node]) -> Vec<GlobSet> {
    globs.iter().filter_map(Node::as_str).filter_map(glob).collect()
}

/// The value of a tree. What a function of Atmos or a template fills in is unknown.
fn value_of(node: &Node) -> Value {
    fn filled(node: &Node) -> Node {
        let at: Span = node.span;
        let tagged = node.tag.as_deref().is_some_and(|tag| tag.starts_with('!') && !tag.starts_with("!!"));
        let kind = match &node.kind {
            NodeKind::Scalar(s) if tagged || yaml_files::holds(s.text.bytes(), b"{{") => {
                let why = Why::FromOutside("what Atmos fills in".into());
                return Node::plain(Traced::unknown(at, why), at);
            }
            NodeKind::Scalar(scalar) => NodeKind::Scalar(scalar.clone()),
            NodeKind::Seq(items) => NodeKind::Seq(items.iter().map(filled).collect()),
            NodeKind::Map(pairs) => NodeKind::Map(pairs.iter().map(|(k, v)| (k.clone(), filled(v))).collect()),
        };
        Node { kind, span: at, tag: node.tag.clone() }
    }
    yaml_values::value_of(&filled(node))
}
