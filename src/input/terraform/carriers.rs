//! Which resources contain user data, Kubernetes documents, stored texts or scripts.

use std::sync::Arc;

use crate::node::Wrapping;
use crate::syntax::hcl::Block;
use crate::text::{Layer, Traced};

/// The attributes that contain user data, in any resource: instances and launch templates of AWS, and machines of other
/// clouds.
const ATTRIBUTES: &[&str] = &["user_data", "user_data_base64"];

/// An attribute with user data, in a resource or in a type of its nested blocks.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Carrier {
    pub(super) nested: Option<Arc<str>>,
    pub(super) attribute: &'static str,
}

impl Carrier {
    /// The attributes with user data in a resource.
    pub(super) fn all(block: &Block) -> Vec<Self> {
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

    /// How the text is encoded. terraform-provider-aws passes on the user data of a launch template unchanged, so it
    /// must already be base64. It encodes the user data of an instance, a spot request or a launch configuration unless
    /// it is base64.
    pub(super) fn wrapping(&self, resource: &str) -> Wrapping {
        if self.attribute == "user_data_base64" || resource == "aws_launch_template" {
            Wrapping::Base64
        } else {
            Wrapping::Base64OrPlain
        }
    }
}

/// Resources that can bring settings to a node in ways that are not simulated.
pub(super) const NOT_FOLLOWED: &[&str] = &[
    "aws_imagebuilder_component",
    "aws_s3_bucket_object",
    "aws_s3_object",
    "aws_ssm_association",
    "aws_ssm_document",
    "aws_ssm_parameter",
    "local_file",
    "local_sensitive_file",
    "null_resource",
    "terraform_data",
];

/// True if resources and data sources of this type are looked up by type.
pub(super) fn is_followed(kind: &str) -> bool {
    NOT_FOLLOWED.contains(&kind) || LOOKED_FOR.contains(&kind) || is_document(kind)
}

/// Types that are always read, for what they say about nodes.
const LOOKED_FOR: &[&str] =
    &["aws_ami", "aws_eks_cluster", "aws_eks_node_group", "aws_launch_template", "aws_s3_bucket"];

pub(super) fn is_provisioned(block: &Block) -> bool {
    block.body.blocks_of("provisioner").next().is_some()
}

/// Resources that store a text, with the attributes that contain it, and those that contain the path of a file.
pub(super) const STORES: &[(&str, &[&str], &[&str])] = &[
    ("aws_s3_bucket_object", &["content", "content_base64"], &["source"]),
    ("aws_s3_object", &["content", "content_base64"], &["source"]),
    ("aws_ssm_parameter", &["value", "insecure_value"], &[]),
    ("local_file", &["content", "content_base64"], &["source"]),
    ("local_sensitive_file", &["content", "content_base64"], &["source"]),
];

/// True if a resource stores a text.
pub(super) fn is_store(block: &Block) -> bool {
    STORES.iter().any(|(kind, ..)| *kind == block.label(0))
}

/// How a resource contains documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// A document as an object.
    Object,
    /// Documents as text, or as a list of texts.
    Text,
    /// Texts by key.
    Texts,
    /// The values of a Helm release.
    Values,
}

/// Resources that contain documents, and the attribute with the documents.
pub(super) const DOCUMENTS: &[(&str, &str, Holds)] = &[
    ("helm_release", "values", Holds::Values),
    ("k8s_manifest", "content", Holds::Text),
    ("kubectl_manifest", "yaml_body", Holds::Text),
    ("kubernetes_config_map", "data", Holds::Texts),
    ("kubernetes_config_map_v1", "data", Holds::Texts),
    ("kubernetes_config_map_v1_data", "data", Holds::Texts),
    ("kubernetes_manifest", "manifest", Holds::Object),
    ("kustomization_resource", "manifest", Holds::Text),
    ("talos_machine_configuration_apply", "config_patches", Holds::Text),
];

/// True if a resource contains Kubernetes documents.
pub(super) fn holds_documents(block: &Block) -> bool {
    is_document(block.label(0))
}

/// True if resources of this type contain Kubernetes documents.
pub(super) fn is_document(kind: &str) -> bool {
    DOCUMENTS.iter().any(|(known, ..)| *known == kind)
}

/// The text without its known base64 and gzip encodings.
pub(super) fn unwrapped(text: &Traced) -> &Traced {
    let mut text = text;
    while let Some(original) = text.original(Layer::Base64).or_else(|| text.original(Layer::Gzip)) {
        text = original;
    }
    text
}
