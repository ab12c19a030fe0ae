//! The resources that carry what a node boots with, and the node groups that they describe.

use std::sync::Arc;

use crate::node::{Family, Gap, NodeGroup, Step, Wrapping};
use crate::syntax::hcl::{Block, Body, Expr, ExprKind, StepKind};
use crate::text::{Traced, Why};
use crate::value::{Guard, Value};

use super::data::Nested;
use super::engine::{Engine, Env, visit};
use super::modules::Expansion;
use super::scope::Module;

/// The attributes that carry user data, in whatever resource they stand: instances and launch templates of AWS, and machines of
/// other clouds.
const ATTRIBUTES: &[&str] = &["user_data", "user_data_base64"];

/// An attribute with user data: in a resource, or in its nested blocks of a type.
#[derive(Clone, Debug, PartialEq)]
struct Carrier {
    nested: Option<Arc<str>>,
    attribute: &'static str,
}

impl Carrier {
    /// What carries user data in a resource.
    fn all(block: &Block) -> Vec<Self> {
        let mut out = Vec::new();
        for attribute in ATTRIBUTES.iter().copied() {
            if block.body.attribute(attribute).is_some() {
                out.push(Self { nested: None, attribute });
            }
            for inner in &block.body.blocks {
                let content = inner.body.blocks_of("content").next().filter(|_| &*inner.kind == "dynamic");
                let kind: Arc<str> = if content.is_some() { inner.label(0).into() } else { Arc::clone(&inner.kind) };
                let carrier = Self { nested: Some(kind), attribute };
                if content.map_or(&inner.body, |c| &c.body).attribute(attribute).is_some() && !out.contains(&carrier) {
                    out.push(carrier);
                }
            }
        }
        out
    }

    /// How the text is wrapped. terraform-provider-aws passes the user data of a launch template on as it is, so it must be
    /// base64 already; that of an instance, a spot request or a launch configuration it encodes unless it is base64.
    fn wrapping(&self, resource: &str) -> Wrapping {
        if self.attribute == "user_data_base64" || resource == "aws_launch_template" {
            Wrapping::Base64
        } else {
            Wrapping::Base64OrPlain
        }
    }
}

/// Resources that can bring settings to a node in ways that are not followed.
const NOT_FOLLOWED: &[&str] = &[
    "aws_imagebuilder_component",
    "aws_s3_object",
    "aws_ssm_association",
    "aws_ssm_document",
    "aws_ssm_parameter",
    "helm_release",
    "kubectl_manifest",
    "kubernetes_manifest",
    "local_file",
    "null_resource",
    "terraform_data",
];

/// Words that tell that such a resource is about a node's kubelet.
const ABOUT_KUBELETS: &[&str] = &["kubelet", "nodeconfig", "ec2nodeclass", "/etc/eks/"];

/// How many locals a reference is followed through.
const MAX_LOCALS: usize = 8;

/// What is known of the image that nodes run.
#[derive(Clone, Debug, Default, PartialEq)]
struct Image {
    family: Option<Family>,
    minor: Option<u32>,
    merged_by_eks: bool,
}

/// True if a module declares something that carries what a node boots with, or calls modules that may.
pub(super) fn concerns(module: &Module) -> bool {
    let one = |block: &Arc<Block>| !Carrier::all(block).is_empty() || NOT_FOLLOWED.contains(&block.label(0));
    !module.calls.is_empty() || module.resources.values().any(one)
}

impl Engine<'_, '_> {
    /// The node groups of a module instance and of all that it calls.
    pub(super) fn node_groups(&mut self, root: usize) -> Vec<NodeGroup> {
        let mut groups = Vec::new();
        let mut pending = vec![root];
        while let Some(instance) = pending.pop() {
            let module = Arc::clone(&self.instances[instance].module);
            for ((kind, name), block) in &module.resources {
                if NOT_FOLLOWED.contains(&&**kind) {
                    let text = String::from_utf8_lossy(self.cx.texts.slice(block.span)).into_owned();
                    let about = |text: &str| ABOUT_KUBELETS.iter().any(|word| text.to_lowercase().contains(word));
                    let address = self.addressed(instance, &format!("{kind}.{name}"));
                    let mut found = self.scripts(instance, &address, block);
                    found.retain(|group| {
                        group.steps.iter().any(|step| matches!(step, Step::Script(text) if about(&text.to_text())))
                    });
                    // What is about kubelets and in no script that is known is told.
                    if found.is_empty() && about(&text) {
                        let at = self.in_repository(block.header);
                        self.cx.gap(at, Why::NotUnderstood(format!("{address}, which is about kubelets,").into()));
                    }
                    groups.append(&mut found);
                }
                for carrier in Carrier::all(block) {
                    self.carrier(instance, (&format!("{kind}.{name}"), block), &carrier, &mut groups);
                }
            }
            let mut children = Vec::new();
            for call in module.calls.values() {
                // A call that makes no instance in any configuration settles the matter; where an input decides, the module is
                // still judged by itself.
                let count = call.body.attribute("count").or_else(|| call.body.attribute("for_each"));
                if count.is_none_or(|a| is_constant(&a.value)) {
                    self.cover(instance, call);
                }
                for (guard, expansion) in self.expand(instance, call) {
                    for (_, own) in expansion.instances() {
                        let Some(child) = self.child(instance, call, &own) else { continue };
                        // A module that is there under one condition and not under another is judged where it is there.
                        let Some(when) = self.instances[instance].when.and(&guard) else { continue };
                        if !children.contains(&child) {
                            self.instances[child].when = when;
                            children.push(child);
                        }
                    }
                }
            }
            // Callers before callees, calls in the order of the source.
            pending.extend(children.into_iter().rev());
        }
        groups
    }

    fn carrier(
        &mut self,
        instance: usize,
        (address, block): (&str, &Arc<Block>),
        carrier: &Carrier,
        groups: &mut Vec<NodeGroup>,
    ) {
        let address = self.addressed(instance, address);
        let wrapping = carrier.wrapping(block.label(0));
        for (guard, expansion) in self.expand(instance, block) {
            let Some(guard) = self.instances[instance].when.and(&guard) else { continue };
            for (suffix, own) in expansion.instances() {
                let mut group = NodeGroup::new(format!("{address}{suffix}"), self.place_of(instance, block, &own));
                if let Expansion::Maybe(_, why) = &expansion {
                    group.gaps.push(Gap { at: self.in_repository(block.header), why: why.clone() });
                }
                let bodies = match &carrier.nested {
                    None => vec![(Guard::always(), Nested { blocks: vec![(own, &block.body)], open: None })],
                    Some(kind) => self.nested(&block.body, kind, &own),
                };
                for (more, nested) in bodies {
                    let Some(guard) = guard.and(&more) else { continue };
                    let mut group = group.clone();
                    let at = self.in_repository(block.header);
                    group.gaps.extend(nested.open.map(|why| Gap { at, why }));
                    for (own, body) in nested.blocks {
                        let images = self.images(instance, (block, body), &suffix, &own);
                        for way in self.ways_of_attribute(body, carrier.attribute, &own) {
                            let Some(when) = guard.and(&way.when) else { continue };
                            let text = way.value.to_traced().unwrap_or_else(|| {
                                Traced::hole(way.value.at, Why::Invalid("user data that is no text".into()))
                            });
                            let step = Step::UserData(text, wrapping);
                            for (more, image) in &images {
                                let Some(when) = when.and(more) else { continue };
                                groups.push(NodeGroup {
                                    when,
                                    family: image.family,
                                    minor: image.minor,
                                    merged_by_eks: image.merged_by_eks,
                                    steps: vec![self.step_in_repository(step.clone())],
                                    ..group.clone()
                                });
                            }
                        }
                    }
                }
            }
        }
    }

    /// What is known of the image of a launch template or instance, by the conditions that are not decided.
    fn images(
        &mut self,
        instance: usize,
        (block, body): (&Block, &Body),
        suffix: &str,
        own: &Env,
    ) -> Vec<(Guard, Image)> {
        let id = body.attribute("image_id").or_else(|| body.attribute("ami"));
        let ids = match id {
            Some(id) => self.eval_or_hole(&id.value, own).alternatives(),
            None => vec![(Guard::always(), Value::null(block.header))],
        };
        let group = if block.label(0) == "aws_launch_template" {
            self.managed_group(instance, block.label(1), suffix, own)
        } else {
            None
        };
        let mut out = Vec::new();
        for (when, id) in ids {
            let mut image = self.image_named(&id);
            if let Some(group) = &group {
                image.family = group.family.or(image.family);
                image.minor = group.minor.or(image.minor);
                // EKS adds its own part where the template has no image.
                image.merged_by_eks = id.is_null() || id.as_known_str() == Some("");
            }
            out.push((when, image));
        }
        // Ways that make no difference are one way.
        if let Some((_, first)) = out.first()
            && out.iter().all(|(_, image)| image == first)
        {
            return vec![(Guard::always(), first.clone())];
        }
        out
    }

    /// What the managed node group that uses a launch template says of its image; `None` if there is no such group.
    fn managed_group(&mut self, instance: usize, template: &str, suffix: &str, own: &Env) -> Option<Image> {
        let module = Arc::clone(&self.instances[instance].module);
        let (_, group) = module.resources.iter().find(|((kind, _), group)| {
            &**kind == "aws_eks_node_group"
                && group.body.blocks.iter().any(|inner| {
                    let about = &*inner.kind == "launch_template" || inner.label(0) == "launch_template";
                    let in_content = inner.body.blocks.iter().flat_map(|b| &b.body.attributes);
                    let mut exprs = inner.body.attributes.iter().chain(in_content).map(|a| &a.value);
                    about && exprs.any(|e| mentions(e, ("aws_launch_template", template), &module, 0))
                })
        })?;
        // The instance of the node group that has the same key, if there is one.
        let instances: Vec<_> = self.expand(instance, group).into_iter().flat_map(|(_, e)| e.instances()).collect();
        let env = instances.iter().find(|(s, _)| s == suffix).or_else(|| instances.first());
        let env = env.map_or_else(|| own.clone(), |(_, env)| env.clone());
        let mut image = Image::default();
        if let Some(kind) = group.body.attribute("ami_type") {
            image.family = self.eval_or_hole(&kind.value, &env).as_known_str().and_then(family_of_type);
        }
        if let Some(version) = group.body.attribute("version") {
            image.minor = self.eval_or_hole(&version.value, &env).as_known_str().and_then(minor_in);
        }
        Some(image)
    }

    /// What the name of an image tells: the path of its SSM parameter, or the filter by which it is looked up. The image is
    /// known only outside, but the data source that it comes from is named by the reason for that.
    fn image_named(&mut self, id: &Value) -> Image {
        let mut image = Image::default();
        let Some(text) = id.to_traced() else { return image };
        let Some((_, Why::FromOutside(from))) = text.first_hole() else { return image };
        let mut sources: Vec<(usize, Arc<Block>)> = Vec::new();
        for instance in 0..self.instances.len() {
            for ((kind, name), block) in &self.instances[instance].module.data {
                if !matches!(&**kind, "aws_ssm_parameter" | "aws_ami") {
                    continue;
                }
                let address = self.addressed(instance, &format!("data.{kind}.{name}"));
                if from.strip_prefix(&*address).is_some_and(|rest| rest.starts_with(['.', '['])) {
                    sources.push((instance, Arc::clone(block)));
                }
            }
        }
        let mut found: Vec<Image> = Vec::new();
        for (instance, block) in sources {
            let instances: Vec<_> =
                self.expand(instance, &block).into_iter().flat_map(|(_, e)| e.instances()).collect();
            for (_, env) in instances {
                let mut names = Vec::new();
                if let Some(name) = block.body.attribute("name") {
                    names.push(self.eval_or_hole(&name.value, &env));
                }
                let filters = self.nested(&block.body, "filter", &env).into_iter().flat_map(|(_, n)| n.blocks);
                for (env, filter) in filters.collect::<Vec<_>>() {
                    if let Some(values) = filter.attribute("values") {
                        names.extend(self.eval_or_hole(&values.value, &env).items());
                    }
                }
                let mut own = Image::default();
                for text in names.iter().filter_map(Value::to_traced) {
                    let text = text.to_text().to_lowercase();
                    own.family = own.family.or_else(|| family_of_name(&text));
                    own.minor = own.minor.or_else(|| minor_in(&text));
                }
                found.push(own);
            }
        }
        // Which of several it is cannot be told, so only what they have in common counts.
        if let Some(first) = found.first() {
            image.family = first.family.filter(|f| found.iter().all(|i| i.family == Some(*f)));
            image.minor = first.minor.filter(|m| found.iter().all(|i| i.minor == Some(*m)));
        }
        image
    }
}

/// The family that `ami_type` of an EKS node group names.
fn family_of_type(kind: &str) -> Option<Family> {
    match kind.split('_').next()? {
        "AL2" => Some(Family::Al2),
        "AL2023" => Some(Family::Al2023),
        "BOTTLEROCKET" => Some(Family::Bottlerocket),
        "WINDOWS" => Some(Family::Windows),
        _ => None,
    }
}

/// The family that the name of an image, or the path of its SSM parameter, tells.
fn family_of_name(name: &str) -> Option<Family> {
    let has = |part: &str| name.contains(part);
    if has("bottlerocket") {
        Some(Family::Bottlerocket)
    } else if has("windows") {
        Some(Family::Windows)
    } else if has("ubuntu-eks") || (has("ubuntu") && has("eks")) {
        Some(Family::Ubuntu)
    } else if has("amazon-eks-node-al2023") || (has("/eks/") && has("amazon-linux-2023")) {
        Some(Family::Al2023)
    } else if has("amazon-eks-node")
        || has("amazon-eks-gpu-node")
        || has("amazon-eks-arm64-node")
        || (has("/eks/") && has("amazon-linux-2"))
    {
        Some(Family::Al2)
    } else {
        None
    }
}

/// The minor version in `1.30`.
fn minor_in(text: &str) -> Option<u32> {
    let at = text.match_indices("1.").find(|(n, _)| {
        let before = text[..*n].chars().next_back();
        !before.is_some_and(|c| c.is_ascii_digit() || c == '.')
    })?;
    let digits: String = text[at.0 + 2..].chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok().filter(|minor| (10..100).contains(minor))
}

/// True if an expression refers to nothing.
fn is_constant(expr: &Expr) -> bool {
    let mut constant = true;
    visit(expr, &mut |e| constant &= !matches!(e.kind, ExprKind::Variable(_)));
    constant
}

/// True if an expression refers to a resource or data source, by itself or through locals.
fn mentions(expr: &Expr, (kind, name): (&str, &str), module: &Module, depth: usize) -> bool {
    let mut found = false;
    let mut locals = Vec::new();
    visit(expr, &mut |e| {
        let ExprKind::Traversal(root, steps) = &e.kind else { return };
        let ExprKind::Variable(root) = &root.kind else { return };
        let attr = |n: usize| match steps.get(n).map(|s| &s.kind) {
            Some(StepKind::Attr(name)) => Some(&**name),
            _ => None,
        };
        match &**root {
            "local" => locals.extend(attr(0).map(str::to_owned)),
            "data" => found |= attr(0) == Some(kind) && attr(1) == Some(name),
            root => found |= root == kind && attr(0) == Some(name),
        }
    });
    found
        || (depth < MAX_LOCALS
            && locals.iter().any(|local| {
                module.locals.get(local.as_str()).is_some_and(|a| mentions(&a.value, (kind, name), module, depth + 1))
            }))
}
