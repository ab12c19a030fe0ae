//! The image that nodes run, from the node group that launches a template or from the name of the image.

use std::sync::Arc;

use crate::node::{Family, common_release, release_in};
use crate::syntax::hcl::{Block, Body};
use crate::text::Why;
use crate::value::{Condition, Guard, Value};

use super::engine::Engine;
use super::lang::env::Env;
use super::lang::evaluate::Evaluate;
use super::state::NodeGroupLink;

/// The known properties of the image that nodes run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Image {
    pub(super) family: Option<Family>,
    pub(super) minor: Option<u32>,
    pub(super) release: Option<Arc<str>>,
    pub(super) merged_by_eks: bool,
    /// The node group that this comes from, if several node groups differ.
    pub(super) of: Option<Arc<str>>,
}

impl Engine<'_, '_> {
    /// The images of a launch template or instance, for each undecided condition and for each node group that launches
    /// it. `address` is the address of the one instance.
    /// `edits` is true if the user data changes a file that only Amazon Linux 2 has.
    pub(super) fn images(
        &mut self,
        (block, body): (&Block, &Body),
        address: &str,
        own: &Env,
        edits: bool,
    ) -> Vec<(Guard, Image)> {
        let id = self.attribute(body, "image_id", own).or_else(|| self.attribute(body, "ami", own));
        let ids = id.unwrap_or_else(|| Value::null(block.header)).alternatives();
        let links =
            if block.label(0) == "aws_launch_template" { self.links_to(block, address, own) } else { Vec::new() };
        let mut out = Vec::new();
        for (when, id) in ids {
            let image = self.image_named(&id);
            // EKS adds its own part if the template has no image.
            let bare = id.is_null() || id.as_known_str() == Some("");
            if links.is_empty() {
                out.push((when.clone(), image.clone()));
            }
            for NodeGroupLink { when: linked, family, minor, release, address, .. } in &links {
                let Some(when) = when.and(linked) else { continue };
                let minor = minor.or(image.minor);
                let release = release.clone().or_else(|| image.release.clone());
                let of = if links.len() > 1 { Some(Arc::clone(address)) } else { None };
                let known = family.or(image.family);
                let defaults =
                    if known.is_none() && bare { defaults(minor, edits) } else { vec![(Guard::always(), known)] };
                for (more, family) in defaults {
                    if let Some(when) = when.and(&more) {
                        let release = release.clone();
                        out.push((when, Image { family, minor, release, merged_by_eks: bare, of: of.clone() }));
                    }
                }
            }
        }
        // Alternatives without a difference become one.
        let plain = |image: &Image| Image { of: None, release: None, ..image.clone() };
        if let Some((_, first)) = out.first()
            && out.iter().all(|(_, image)| plain(image) == plain(first))
        {
            let release = common_release(out.iter().map(|(_, image)| image.release.clone()));
            return vec![(Guard::always(), Image { release, ..plain(first) })];
        }
        out
    }

    /// The image that a name identifies: the path of its SSM parameter, or the filter of its lookup. The id is not
    /// known in the source, but the reason names the data source that it comes from.
    fn image_named(&mut self, id: &Value) -> Image {
        let mut image = Image::default();
        let Some(text) = id.to_traced() else { return image };
        let from = match text.first_unknown() {
            Some((_, Why::Attribute(of, _))) => Some(Arc::clone(of)),
            Some(_) => return image,
            None if text.is_empty() => return image,
            None => None,
        };
        // EC2 resolves this parameter itself.
        if let Some(parameter) = id.as_known_str().and_then(|id| id.strip_prefix("resolve:ssm:")) {
            let name = parameter.to_lowercase();
            let (family, minor) = (family_of_name(&name), minor_in(&name));
            return Image { family, minor, release: release_in(&name), ..image };
        }
        let mut sources: Vec<(usize, Arc<Block>)> = Vec::new();
        for instance in 0..self.instances.len() {
            for ((kind, name), block) in &self.instances[instance].module.data {
                if !matches!(&**kind, "aws_ssm_parameter" | "aws_ami") {
                    continue;
                }
                let address = self.addressed(instance, &format!("data.{kind}.{name}"));
                let found = match &from {
                    Some(from) => {
                        from.strip_prefix(&*address).is_some_and(|index| index.is_empty() || index.starts_with('['))
                    }
                    // A plan or state records the result in the data source.
                    None => ["id", "image_id", "value"]
                        .into_iter()
                        .filter_map(|a| block.body.attribute(a))
                        .any(|a| a.value.as_literal().is_some_and(|answer| answer.bytes() == text.bytes())),
                };
                if found {
                    sources.push((instance, Arc::clone(block)));
                }
            }
        }
        let mut found: Vec<Image> = Vec::new();
        for (instance, block) in sources {
            for (_, _, env, _) in self.instances_of(instance, &block) {
                let mut names: Vec<Value> = self.attribute(&block.body, "name", &env).into_iter().collect();
                let filters = self.nested(&block.body, "filter", &env).into_iter().flat_map(|(_, n)| n.blocks);
                for (env, filter) in filters.collect::<Vec<_>>() {
                    names.extend(self.attribute(filter, "values", &env).into_iter().flat_map(|v| v.items()));
                }
                let mut own = Image::default();
                for text in names.iter().filter_map(Value::to_traced) {
                    let text = text.to_text().to_lowercase();
                    own.family = own.family.or_else(|| family_of_name(&text));
                    own.minor = own.minor.or_else(|| minor_in(&text));
                    own.release = own.release.or_else(|| release_in(&text));
                }
                found.push(own);
            }
        }
        // If there are several, only what they have in common is used.
        if let Some(first) = found.first() {
            image.family = first.family.filter(|f| found.iter().all(|i| i.family == Some(*f)));
            image.minor = first.minor.filter(|m| found.iter().all(|i| i.minor == Some(*m)));
            image.release = common_release(found.iter().map(|i| i.release.clone()));
        }
        image
    }
}

/// The families of a managed node group without an image type, for each condition: Amazon Linux 2 up to Kubernetes 1.29, and
/// Amazon Linux 2023 for groups created since. An older group keeps its family until 1.32, the last version with images of
/// Amazon Linux 2 (Amazon EKS user guide, `eks-ami-deprecation-faqs.md`).
fn defaults(minor: Option<u32>, edits: bool) -> Vec<(Guard, Option<Family>)> {
    let always = |family| vec![(Guard::always(), family)];
    match minor {
        Some(33..) => always(Some(Family::Al2023)),
        Some(..=29) => always(Some(Family::Al2)),
        _ if edits => always(Some(Family::Al2)),
        Some(_) => {
            let older = Condition::new("the node group was created before Kubernetes 1.30", true);
            vec![(Guard::always(), Some(Family::Al2023)), (Guard::of(older), Some(Family::Al2))]
        }
        None => always(None),
    }
}

/// The family of an `ami_type` of an EKS node group.
pub(super) fn family_of_type(kind: &str) -> Option<Family> {
    match kind.split('_').next()? {
        "AL2" => Some(Family::Al2),
        "AL2023" => Some(Family::Al2023),
        "BOTTLEROCKET" => Some(Family::Bottlerocket),
        "WINDOWS" => Some(Family::Windows),
        _ => None,
    }
}

/// The family of an image name or of the path of its SSM parameter.
pub(super) fn family_of_name(name: &str) -> Option<Family> {
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
pub(super) fn minor_in(text: &str) -> Option<u32> {
    let at = text.match_indices("1.").find(|(n, _)| {
        let before = text.get(..*n).unwrap_or_default().chars().next_back();
        !before.is_some_and(|c| c.is_ascii_digit() || c == '.')
    })?;
    let digits: String = text.get(at.0 + 2..).unwrap_or_default().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok().filter(|minor| (10..100).contains(minor))
}
