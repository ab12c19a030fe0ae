//! Links node groups to the templates that they launch. A link is found from the values of its expressions, so it may
//! go through locals, variables and outputs of other modules: an unknown attribute names the resource that it belongs
//! to.

use std::sync::Arc;

use crate::node::release_in;
use crate::syntax::hcl::{Block, Body};
use crate::text::Why;
use crate::value::{Guard, Value};

use super::engine::Engine;
use super::images::{family_of_type, minor_in};
use super::lang::env::Env;
use super::lang::evaluate::Evaluate;
use super::state::{LinkTarget, NodeGroupLink};

/// The known properties of a cluster.
struct Cluster {
    address: String,
    name: Option<String>,
    minor: Option<u32>,
}

const TEMPLATE: &str = "aws_launch_template";
const CLUSTER: &str = "aws_eks_cluster";

impl Engine<'_, '_> {
    /// Finds the managed node groups of module instances, and the templates that they use.
    pub(super) fn find_links(&mut self, instances: &[usize]) {
        let mut clusters = Vec::new();
        for (instance, address, block, env) in self.all_of(instances, CLUSTER) {
            let minor = self.minor_of(&block.body, &env);
            let name = self.text_of(&block.body, "name", &env);
            clusters.push(Cluster {
                address: format!("{}{}", self.addressed(instance, &address), env.suffix()),
                name,
                minor,
            });
        }
        let mut links = Vec::new();
        for (instance, address, block, env) in self.all_of(instances, "aws_eks_node_group") {
            let address: Arc<str> = format!("{}{}", self.addressed(instance, &address), env.suffix()).into();
            let family = self.text_of(&block.body, "ami_type", &env).as_deref().and_then(family_of_type);
            let minor =
                self.minor_of(&block.body, &env).or_else(|| self.minor_of_cluster(&block.body, &env, &clusters));
            let release = self.text_of(&block.body, "release_version", &env).as_deref().and_then(release_in);
            for (guard, nested) in self.nested(&block.body, "launch_template", &env) {
                for (env, body) in nested.blocks {
                    for (when, to) in self.targets(instance, body, &env) {
                        let Some(when) = guard.and(&when) else { continue };
                        let (release, address) = (release.clone(), Arc::clone(&address));
                        links.push(NodeGroupLink { to, when, family, minor, release, address });
                    }
                }
            }
        }
        self.links = links;
    }

    /// The node groups that use a launch template. `address` is the address of this instance.
    pub(super) fn links_to(&mut self, block: &Block, address: &str, own: &Env) -> Vec<NodeGroupLink> {
        if self.links.is_empty() {
            return Vec::new();
        }
        let name = self.text_of(&block.body, "name", own);
        let id = self.text_of(&block.body, "id", own);
        let only = |instance: usize| {
            let templates = self.instances[instance].module.resources.keys().filter(|(kind, _)| &**kind == TEMPLATE);
            own.instance == Some(instance) && templates.count() == 1
        };
        let fits = |link: &&NodeGroupLink| match &link.to {
            LinkTarget::Address(to) => same_address(to, address),
            LinkTarget::Name(to) => name.as_ref() == Some(to),
            LinkTarget::Id(to) => id.as_ref() == Some(to),
            LinkTarget::Beside(instance) => only(*instance),
        };
        self.links.iter().filter(fits).cloned().collect()
    }

    /// All instances of the resources of a type: module instance, address within it, block, and scope.
    pub(super) fn all_of(&mut self, instances: &[usize], wanted: &str) -> Vec<(usize, String, Arc<Block>, Env)> {
        let mut out = Vec::new();
        for &instance in instances {
            let module = Arc::clone(&self.instances[instance].module);
            for ((kind, name), block) in module.resources.iter().filter(|((kind, _), _)| &**kind == wanted) {
                for (_, _, env, _) in self.instances_of(instance, block) {
                    out.push((instance, format!("{kind}.{name}"), Arc::clone(block), env));
                }
            }
        }
        out
    }

    fn text_of(&mut self, body: &Body, name: &str, env: &Env) -> Option<String> {
        self.attribute(body, name, env)?
            .to_traced()
            .and_then(|text| text.known_str().map(str::to_owned))
            .filter(|text| !text.is_empty())
    }

    fn minor_of(&mut self, body: &Body, env: &Env) -> Option<u32> {
        self.text_of(body, "version", env).as_deref().and_then(minor_in)
    }

    fn minor_of_cluster(&mut self, body: &Body, env: &Env, clusters: &[Cluster]) -> Option<u32> {
        let value = self.attribute(body, "cluster_name", env)?;
        let named = value.to_traced().and_then(|text| text.known_str().map(str::to_owned));
        let address = referred(&value, CLUSTER);
        let fits = |c: &&Cluster| match &address {
            Some(address) => same_address(address, &c.address),
            None => named.is_some() && c.name == named,
        };
        clusters.iter().find(fits).and_then(|c| c.minor)
    }

    /// The targets of a `launch_template` block, for each undecided condition.
    fn targets(&mut self, instance: usize, body: &Body, env: &Env) -> Vec<(Guard, LinkTarget)> {
        let mut out = Vec::new();
        for attribute in ["id", "name", "version"] {
            for way in self.ways_of_attribute(body, attribute, env) {
                let to = match (referred(&way.value, TEMPLATE), way.value.as_known_str()) {
                    (Some(address), _) => LinkTarget::Address(address),
                    (None, Some(name)) if attribute == "name" && !name.is_empty() => LinkTarget::Name(name.to_owned()),
                    (None, Some(id)) if attribute == "id" && !id.is_empty() => LinkTarget::Id(id.to_owned()),
                    (None, None) if self.planned && attribute != "version" => LinkTarget::Beside(instance),
                    _ => continue,
                };
                if !out.contains(&(way.when.clone(), to.clone())) {
                    out.push((way.when, to));
                }
            }
        }
        // Known targets make a guess unnecessary.
        if out.iter().any(|(_, to)| !matches!(to, LinkTarget::Beside(_))) {
            out.retain(|(_, to)| !matches!(to, LinkTarget::Beside(_)));
        }
        out
    }
}

/// The address of the resource of this type that a value is an attribute of.
fn referred(value: &Value, kind: &str) -> Option<String> {
    let text = value.to_traced()?;
    let Some((_, Why::Attribute(of, _))) = text.first_unknown() else { return None };
    let resource = without_index(of).0.rsplit_once('.')?.0.strip_suffix(kind)?;
    let is_resource = resource.is_empty() || resource.ends_with('.') && !resource.ends_with("data.");
    is_resource.then(|| of.to_string())
}

/// An address, and the index at its end.
fn without_index(address: &str) -> (&str, &str) {
    match address.strip_suffix(']').and_then(|a| a.rfind('[')) {
        Some(at) => address.split_at(at),
        None => (address, ""),
    }
}

/// True if two addresses name the same resource and the same instance of it, or if one instance is unknown.
fn same_address(a: &str, b: &str) -> bool {
    let ((a, a_index), (b, b_index)) = (without_index(a), without_index(b));
    a == b && (a_index == b_index || a_index.is_empty() || b_index.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{TEMPLATE, referred, same_address};
    use crate::text::{Span, TextId, Why};
    use crate::value::Value;

    #[test]
    fn an_attribute_says_whose_it_is() {
        for (of, is_template) in [
            ("aws_launch_template.a", true),
            ("aws_launch_template.a[\"x.y\"]", true),
            ("module.m[\"k\"].aws_launch_template.a[0]", true),
            ("data.aws_launch_template.a", false),
            ("my_aws_launch_template.a", false),
            ("aws_launch_template", false),
            ("module.aws_launch_template", false),
        ] {
            let mut texts = crate::text::Texts::new();
            let id: TextId = texts.add_source(std::sync::Arc::new(crate::text::Source::new("x", *b"x")));
            let value = Value::unknown(Why::Attribute(of.into(), ".id".into()), Span::new(id, 0..0));
            assert_eq!(referred(&value, TEMPLATE).as_deref(), is_template.then_some(of), "{of}");
        }
        assert!(same_address("a.b[0]", "a.b[0]") && same_address("a.b", "a.b[\"k\"]"));
        assert!(!same_address("a.b[0]", "a.b[1]") && !same_address("a.b", "a.c"));
    }
}
