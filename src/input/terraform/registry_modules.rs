//! External modules: those that `terraform init` has put on disk, and models of well-known ones.
//!
//! A model is a `model` block in `src/input/terraform/models/`, one for each module and range of versions. It contains
//! a small Terraform module that passes the inputs to the user data like the real one. It is evaluated like any other
//! module, with the arguments of the call. To add a module, add such a file and list it here. A model may extend
//! another one of the same module (`like` names a version of it): blocks and locals with the same name override those
//! of the base like an override file, `without` removes variables, and a null in `ignored` removes a reason. A call
//! inside a model without a version uses the model's own version.
//!
//! Users cannot edit such a module here, so the call that uses it is reported instead of what is written in it.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use crate::input::unit::normal;
use crate::node::{Gap, NodeGroup, Problem, Step};
use crate::syntax::hcl::{self, Block};
use crate::syntax::{Node, NodeKind, json};
use crate::text::{Layer, Link, Origin, Source, Span, TextId, Texts, Traced, Via, Whence, Why};
use crate::value::{Guard, Kind};

use super::components::{key_text, text_of};
use super::engine::Engine;
use super::lang::env::Env;
use super::scope::Module;
use super::state::CalledModule;
use super::versions::Range;

/// The models, by file.
const MODELS: &[(&str, &str)] = &[
    ("autoscaling.hcl", include_str!("models/autoscaling.hcl")),
    ("cloudposse.hcl", include_str!("models/cloudposse.hcl")),
    ("eks-12.hcl", include_str!("models/eks-12.hcl")),
    ("eks-18.hcl", include_str!("models/eks-18.hcl")),
    ("eks-20.5.hcl", include_str!("models/eks-20.5.hcl")),
    ("eks-20.9.hcl", include_str!("models/eks-20.9.hcl")),
    ("eks-21.hcl", include_str!("models/eks-21.hcl")),
    ("eks-blueprints-4.hcl", include_str!("models/eks-blueprints-4.hcl")),
    ("instances.hcl", include_str!("models/instances.hcl")),
    ("label.hcl", include_str!("models/label.hcl")),
];

/// Well-known modules that launch no machine, whatever their calls say of nodes: they make roles, policies, queues, entries in
/// `aws-auth` and profiles of Fargate.
const WITHOUT_MACHINES: [&str; 6] = [
    "terraform-aws-modules/eks/aws//modules/aws-auth",
    "terraform-aws-modules/eks/aws//modules/fargate-profile",
    "terraform-aws-modules/eks/aws//modules/hybrid-node-role",
    "terraform-aws-modules/eks/aws//modules/karpenter",
    "terraform-aws-modules/eks-pod-identity/aws",
    "terraform-aws-modules/iam/aws",
];

/// The manifest of `terraform init`, with the directory of each module.
const MANIFEST: &str = ".terraform/modules/modules.json";

/// The longest chain of models that extend one another.
const MAX_LIKE: usize = 8;

/// One model: its module, its versions, and its text.
struct Model {
    source: String,
    versions: Range,
    file: usize,
    text: &'static str,
}

static INDEX: LazyLock<Vec<Model>> = LazyLock::new(|| {
    let mut out = Vec::new();
    for (file, (_, whole)) in MODELS.iter().enumerate() {
        // A model is parsed when it is called. Its header and its versions are on lines of their own.
        let starts: Vec<usize> = whole.match_indices("\nmodel \"").map(|(at, _)| at + 1).collect();
        for (n, start) in starts.iter().enumerate() {
            let text = whole.get(*start..starts.get(n + 1).copied().unwrap_or(whole.len())).unwrap_or_default();
            let quoted = |line: &str| line.split('"').nth(1).map(str::to_owned);
            let source = text.lines().next().and_then(quoted);
            let versions = text.lines().find(|line| line.starts_with("  versions ")).and_then(quoted);
            let Some((source, versions)) = source.zip(versions.and_then(|v| Range::parse(&v))) else { continue };
            out.push(Model { source, versions, file, text });
        }
    }
    // Newest first: Terraform uses the newest version that is allowed.
    out.sort_by_key(|model| std::cmp::Reverse(model.versions.from));
    out
});

impl Engine<'_, '_> {
    /// The external module of a call, and its `path.module`. `key` names it in the manifest: the names of the calls,
    /// joined by dots. `None` if it is not available here.
    pub(super) fn registry_module(
        &mut self,
        source: &str,
        call: &Block,
        key: &str,
        parent: usize,
    ) -> Option<CalledModule> {
        let place = self.in_repository(call.header);
        if let Some(dir) = self.mapped(source, place) {
            let path = dir.to_string_lossy().into_owned();
            return Some((self.module(&dir), path));
        }
        if let Some((dir, path)) = self.installed(key) {
            self.elsewhere.push((dir.clone(), place));
            return Some((self.module(&dir), path));
        }
        let version = match call.body.attribute("version") {
            Some(version) => match self.eval_or_unknown(&version.value, &Env::of(parent)).kind {
                Kind::Str(text) => text.known_str().map(str::to_owned),
                Kind::Null => Some(String::new()),
                _ => None,
            },
            None => match address_of(source).1 {
                Some(reference) => Some(reference),
                None => self.instances.get(parent).and_then(|i| i.module.version.clone()).or(Some(String::new())),
            },
        };
        let given: Vec<&str> = call.body.attributes.iter().map(|attribute| &*attribute.name).collect();
        self.model(source, version, &given, place).map(|module| (Arc::new(module), ".".to_owned()))
    }

    /// The model of an external module, if there is one for the source and the allowed versions. Its contents are
    /// reported at `place`. Where any version is allowed, it is the newest of those with most of the arguments
    /// `given`: Terraform refuses a call of one without them.
    pub(super) fn model(
        &mut self,
        source: &str,
        version: Option<String>,
        given: &[&str],
        place: Span,
    ) -> Option<Module> {
        let (address, _) = address_of(source);
        let version = version?;
        let wanted = Range::parse(&version)?;
        let mut fitting = INDEX.iter().filter(|m| m.source == address && m.versions.meets(&wanted));
        let model = match version.as_str() {
            "" => fitting.min_by_key(|model| std::cmp::Reverse(declared(model, given)))?,
            _ => fitting.next()?,
        };
        // Each call has its own texts, so their contents can be reported at this call.
        let dir = PathBuf::from(format!("{address} ({}, {})", MODELS[model.file].0, self.elsewhere.len()));
        self.elsewhere.push((dir.clone(), place));
        let [major, minor, patch] = model.versions.from;
        let mut module = Module { dir, version: Some(format!("{major}.{minor}.{patch}")), ..Module::default() };
        self.lay_model(&mut module, model, 0)?;
        Some(module)
    }

    /// Applies a model on top of the one that it extends.
    fn lay_model(&mut self, module: &mut Module, model: &Model, depth: usize) -> Option<()> {
        let (name, _) = MODELS[model.file];
        let id = self.cx.texts.add_source(Arc::new(Source::new(module.dir.join(name), model.text.as_bytes())));
        let block = hcl::parse(&self.cx.texts.view(id)).tree.blocks.into_iter().next()?;
        if let Some(like) = literal(&block, "like").filter(|_| depth < MAX_LIKE) {
            let wanted = Range::parse(&like)?;
            let base = INDEX.iter().find(|m| m.source == model.source && m.versions.meets(&wanted))?;
            self.lay_model(module, base, depth + 1)?;
        }
        if let Some(hcl::ExprKind::List(names)) = block.body.attribute("without").map(|a| &a.value.kind) {
            for name in names.iter().filter_map(text_of) {
                module.variables.shift_remove(name.as_str());
            }
        }
        for (key, reason) in ignored(&block) {
            module.ignored.retain(|(known, _)| *known != key);
            module.ignored.extend(reason.map(|reason| (key, reason)));
        }
        module.lay(block.body);
        Some(())
    }

    /// The directory that the configuration or the command line names for a source. One in the repository is checked as a local
    /// module; the contents of another one are reported at `place`.
    pub(super) fn mapped(&mut self, source: &str, place: Span) -> Option<PathBuf> {
        let wanted = Address::of(source);
        let fits = |known: &Address| {
            let inner = wanted
                .sub
                .strip_prefix(known.sub.as_str())
                .filter(|s| s.is_empty() || known.sub.is_empty() || s.starts_with('/'));
            let same = known.base == wanted.base && (known.reference.is_none() || known.reference == wanted.reference);
            inner.filter(|_| same).map(|inner| inner.trim_start_matches('/').to_owned())
        };
        let all = self.cx.given.modules.iter();
        let fitting = all.map(|(source, dir)| (Address::of(source), dir)).filter_map(|(known, dir)| {
            // The most exact one counts.
            Some(((known.reference.is_some(), known.sub.len()), dir.join(fits(&known)?)))
        });
        let (_, dir) = fitting.max_by_key(|(exact, _)| *exact)?;
        let dir = normal(&dir);
        if !self.cx.files.is_dir(&dir) {
            return None;
        }
        if !dir.starts_with(self.cx.files.root()) {
            self.elsewhere.push((dir.clone(), place));
        } else if dir != self.root && !self.cx.claims.covers.contains(&dir) {
            self.cx.claims.covers.push(dir.clone());
        }
        Some(dir)
    }

    /// The directory that the manifest names, if it is inside the scan root.
    fn installed(&mut self, key: &str) -> Option<(PathBuf, String)> {
        let manifest = self.manifest();
        let entry = manifest.iter().find(|(k, _)| k == key)?;
        let dir = normal(&self.root.join(&entry.1));
        (dir.starts_with(self.cx.files.root()) && self.cx.files.is_dir(&dir)).then(|| (dir, entry.1.clone()))
    }

    /// The key and directory of each module that `terraform init` has put on disk.
    fn manifest(&mut self) -> Arc<Vec<(String, String)>> {
        if let Some(known) = &self.manifest {
            return Arc::clone(known);
        }
        let mut out = Vec::new();
        if let Ok(source) = self.cx.files.read(&self.root.join(MANIFEST)) {
            let mut texts = Texts::new();
            let id = texts.add_source(source);
            let tree = json::parse(&texts.view(id)).tree;
            let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_str).map(str::to_owned);
            for entry in tree.as_ref().and_then(|t| t.get("Modules")).map_or(&[][..], Node::items) {
                if let (Some(key), Some(dir)) = (text(entry, "Key"), text(entry, "Dir")) {
                    out.push((key, dir));
                }
            }
        }
        let out = Arc::new(out);
        self.manifest = Some(Arc::clone(&out));
        out
    }

    /// The call that uses the module in which a text is written; `None` for text of the repository itself.
    pub(super) fn brought_in_by(&self, text: TextId) -> Option<Span> {
        let Origin::Source(source) = &self.cx.texts.get(text).origin else { return None };
        // The last match is the nearest.
        self.elsewhere.iter().rev().find(|(dir, _)| source.path().starts_with(dir)).map(|(_, call)| *call)
    }

    /// A place that users can edit: `at` itself, or the call of the external module that contains it.
    pub(super) fn in_repository(&self, at: Span) -> Span {
        if self.elsewhere.is_empty() {
            return at;
        }
        self.brought_in_by(self.cx.texts.trail(at).origin().text).unwrap_or(at)
    }

    /// The text with every byte at a place that users can edit.
    pub(super) fn text_in_repository(&self, text: &Traced) -> Traced {
        if self.elsewhere.is_empty() {
            return text.clone();
        }
        let mut out = Traced::new();
        for (range, piece) in text.ranges() {
            let at = piece.whence.span();
            let whence = match (self.brought_in_by(self.cx.texts.trail(at).origin().text), &piece.whence) {
                (Some(call), Whence::Unknown(_, why)) => Whence::Unknown(call, why.clone()),
                (Some(call), _) => Whence::Made(call),
                (None, whence) => whence.clone(),
            };
            out.push_piece(text.bytes().get(range).unwrap_or_default(), whence, self.links_in_repository(&piece.via));
        }
        for layer in [Layer::Base64, Layer::Gzip] {
            if let Some(original) = text.original(layer) {
                return Traced::encoded(out, layer, self.text_in_repository(original));
            }
        }
        out
    }

    /// The references in the repository itself.
    fn links_in_repository(&self, via: &Via) -> Via {
        let mut kept = Vec::new();
        let mut next = via.as_ref();
        while let Some(link) = next {
            if self.brought_in_by(self.cx.texts.trail(link.at).origin().text).is_none() {
                kept.push((link.at, Arc::clone(&link.step)));
            }
            next = link.inner.as_ref();
        }
        let mut out = None;
        for (at, step) in kept.into_iter().rev() {
            out = Some(Arc::new(Link { at, step, inner: out }));
        }
        out
    }

    pub(super) fn step_in_repository(&self, step: Step) -> Step {
        match step {
            Step::UserData(text, wrapping) => Step::UserData(self.text_in_repository(&text), wrapping),
            Step::Script(text) => Step::Script(self.text_in_repository(&text)),
            Step::NodeConfig(text) => Step::NodeConfig(self.text_in_repository(&text)),
            Step::KubeletConfigFile(text) => Step::KubeletConfigFile(self.text_in_repository(&text)),
            Step::File { path, content, encoding, append } => {
                Step::File { path, content: self.text_in_repository(&content), encoding, append }
            }
            Step::KubeletConfig(tree, name) => Step::KubeletConfig(self.tree_in_repository(tree), name),
            Step::NodeadmKubeletConfig(tree) => Step::NodeadmKubeletConfig(self.tree_in_repository(tree)),
            Step::NodeadmKubeletConfigLast(tree) => Step::NodeadmKubeletConfigLast(self.tree_in_repository(tree)),
            Step::BottlerocketLast(tree) => Step::BottlerocketLast(self.tree_in_repository(tree)),
            Step::KubeletArgs(words) => {
                Step::KubeletArgs(words.iter().map(|word| self.text_in_repository(word)).collect())
            }
            other => other,
        }
    }

    /// The tree with every place moved to one that users can edit. The depth of a tree is limited.
    fn tree_in_repository(&self, mut tree: Node) -> Node {
        if self.elsewhere.is_empty() {
            return tree;
        }
        tree.span = self.in_repository(tree.span);
        match &mut tree.kind {
            NodeKind::Scalar(scalar) => scalar.text = self.text_in_repository(&scalar.text),
            NodeKind::Seq(items) => {
                for item in items {
                    *item = self.tree_in_repository(item.clone());
                }
            }
            NodeKind::Map(pairs) => {
                for (key, value) in pairs {
                    *key = self.tree_in_repository(key.clone());
                    *value = self.tree_in_repository(value.clone());
                }
            }
        }
        tree
    }

    /// A node group of a document that the resource `name` brings, as [`Self::group_in_repository`]. It exists under `when` and its
    /// own condition, and its name contains that of the resource.
    pub(super) fn group_of_resource(
        &self,
        mut group: NodeGroup,
        when: &Guard,
        name: &str,
        place: Span,
    ) -> Option<NodeGroup> {
        group.when = when.and(&group.when)?;
        if !group.name.contains(name) {
            group.name = format!("{} of {name}", group.name).into();
        }
        Some(self.group_in_repository(group, place))
    }

    /// A node group with every place moved to one that users can edit; `place` replaces its own if necessary.
    pub(super) fn group_in_repository(&self, mut group: NodeGroup, place: Span) -> NodeGroup {
        if self.elsewhere.is_empty() {
            return group;
        }
        if self.brought_in_by(self.cx.texts.trail(group.place).origin().text).is_some() {
            group.place = place;
        }
        group.steps = group.steps.into_iter().map(|step| self.step_in_repository(step)).collect();
        for gap in &mut group.gaps {
            gap.at = self.in_repository(gap.at);
        }
        for recorded in &mut group.ineffective {
            recorded.setting.at = self.in_repository(recorded.setting.at);
            recorded.setting.carrier = self.in_repository(recorded.setting.carrier);
        }
        group
    }

    /// Moves notes about external modules to the calls that use them.
    pub(super) fn move_notes(&mut self) {
        if self.elsewhere.is_empty() {
            return;
        }
        for Gap { at, why } in std::mem::take(&mut self.cx.notes.gaps) {
            let at = self.in_repository(at);
            self.cx.gap(at, why);
        }
        for problem in std::mem::take(&mut self.cx.notes.problems) {
            let at = self.in_repository(problem.at);
            self.cx.notes.add(Problem { at, ..problem });
        }
    }

    /// The place of a node group: its block, or, for an external module, its key in the arguments of the call, or the
    /// call.
    pub(super) fn place_of(&self, instance: usize, block: &Block, own: &Env) -> Span {
        if self.brought_in_by(block.header.text).is_none() {
            return block.header;
        }
        let mut env = Some(own.clone());
        let mut at = Some(instance);
        while let (Some(inner), Some(here)) = (&env, at) {
            if let Some(key) = inner.lookup("each").and_then(|each| each.get("key"))
                && !key.at.is_empty()
                && self.brought_in_by(self.cx.texts.trail(key.at).origin().text).is_none()
            {
                return key.at;
            }
            let caller = self.instances.get(here).and_then(|i| i.caller.as_ref()).map(|(env, _)| env.clone());
            at = caller.as_ref().and_then(|c| c.instance);
            env = caller;
        }
        self.in_repository(block.header)
    }

    /// Reports a module that is not read and may launch machines, at a place that users can edit.
    pub(super) fn not_read(&mut self, at: Span, name: &str, source: &str) {
        let (address, _) = address_of(source);
        let inside = |known: &&str| address.strip_prefix(*known).is_some_and(|s| s.is_empty() || s.starts_with("//"));
        if WITHOUT_MACHINES.iter().any(inside) {
            return;
        }
        let at = self.in_repository(at);
        self.cx.gap(at, Why::FromOutside(format!("module.{name} from {source}").into()));
    }
}

/// The number of arguments that a model, or one that it extends, declares.
fn declared(model: &Model, given: &[&str]) -> usize {
    let like = |text: &str| Range::parse(text.lines().find(|line| line.starts_with("  like "))?.split('"').nth(1)?);
    let mut texts = vec![model.text];
    while let Some(wanted) = texts.last().and_then(|text| like(text)).filter(|_| texts.len() < MAX_LIKE)
        && let Some(base) = INDEX.iter().find(|m| m.source == model.source && m.versions.meets(&wanted))
    {
        texts.push(base.text);
    }
    let declares = |name: &str| texts.iter().any(|text| text.contains(&format!("variable \"{name}\"")));
    given.iter().filter(|name| declares(name)).count()
}

fn literal(model: &Block, name: &str) -> Option<String> {
    text_of(&model.body.attribute(name)?.value)
}

/// The ignored inputs of a model: the input and the reason; no reason if an input is no longer ignored.
fn ignored(model: &Block) -> Vec<(String, Option<Arc<str>>)> {
    let Some(list) = model.body.attribute("ignored") else { return Vec::new() };
    let hcl::ExprKind::Object(entries) = &list.value.kind else { return Vec::new() };
    entries.iter().filter_map(|(key, reason)| Some((key_text(key)?, text_of(reason).map(Arc::from)))).collect()
}

/// The parts of a source.
#[derive(Debug, PartialEq, Eq)]
struct Address {
    /// The registry address, or what comes after the protocol. A repository on GitHub named `terraform-<provider>-<name>` is
    /// `<name>/<provider>` in the registry.
    base: String,
    /// The directory inside it.
    sub: String,
    /// The requested tag or branch.
    reference: Option<String>,
}

impl Address {
    fn of(source: &str) -> Self {
        let (path, query) = source.split_once('?').unwrap_or((source, ""));
        let reference = query.split('&').find_map(|pair| pair.strip_prefix("ref=")).map(str::to_owned);
        let mut path = path.trim_start_matches("git::");
        for start in ["tfr://", "/", "https://", "ssh://", "git@", "registry.terraform.io/", "registry.opentofu.org/"] {
            path = path.strip_prefix(start).unwrap_or(path);
        }
        let path = path.strip_prefix("git@").unwrap_or(path);
        let (base, sub) = path.split_once("//").unwrap_or((path, ""));
        let base = base.trim_end_matches('/').trim_end_matches(".git");
        let github = base.strip_prefix("github.com/").or_else(|| base.strip_prefix("github.com:"));
        let base = github
            .and_then(|repository| {
                let (owner, name) = repository.split_once('/')?;
                let (provider, name) = name.strip_prefix("terraform-")?.split_once('-')?;
                Some(format!("{owner}/{name}/{provider}"))
            })
            .unwrap_or_else(|| base.to_owned());
        Self { base, sub: sub.trim_matches('/').to_owned(), reference }
    }
}

/// True if there may be a model of an external module.
pub(super) fn is_modelled(source: &str) -> bool {
    let (address, _) = address_of(source);
    INDEX.iter().any(|model| model.source == address)
}

/// The registry address of a module, with its subdirectory, and the requested tag.
fn address_of(source: &str) -> (String, Option<String>) {
    let Address { base, sub, reference } = Address::of(source);
    (if sub.is_empty() { base } else { format!("{base}//{sub}") }, reference)
}

#[cfg(test)]
mod tests;
