//! Which resources contain user data, Kubernetes documents, stored texts or scripts.

use std::sync::Arc;

use crate::node::Wrapping;
use crate::syntax::hcl::{Attribute, Block, Body, ExprKind};
use crate::text::{Layer, Traced};

/// What an attribute contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Contains {
    /// User data.
    UserData,
    /// User data that is in base64 and never plain.
    Base64,
    /// A script.
    Script,
    /// A file for a machine, which may be its user data.
    Snippet,
}

/// The attributes that contain what a machine boots with, in any resource, and the key if the attribute is a map. Sources:
/// the documentation of each provider; cloud-init's data sources for the keys.
const ATTRIBUTES: &[(&str, Option<&str>, Contains)] = &[
    // Instances and launch templates of AWS, and machines of many other clouds.
    ("user_data", None, Contains::UserData),
    ("user_data_base64", None, Contains::Base64),
    // Azure.
    ("custom_data", None, Contains::UserData),
    // Rancher's machines.
    ("userdata", None, Contains::UserData),
    // Google Cloud.
    ("metadata_startup_script", None, Contains::Script),
    ("metadata", Some("user-data"), Contains::UserData),
    ("metadata", Some("startup-script"), Contains::Script),
    // Oracle Cloud, whose node pools have metadata of their own.
    ("metadata", Some("user_data"), Contains::UserData),
    ("extended_metadata", Some("user_data"), Contains::UserData),
    ("node_metadata", Some("user_data"), Contains::UserData),
    // VMware: the data source `VMware` of cloud-init, and OVF properties.
    ("extra_config", Some("guestinfo.userdata"), Contains::UserData),
    ("guestinfo", Some("userdata"), Contains::UserData),
    ("guest_properties", Some("guestinfo.userdata"), Contains::UserData),
    ("guest_properties", Some("user-data"), Contains::UserData),
    ("properties", Some("user-data"), Contains::UserData),
    // Nutanix and Tencent Cloud.
    ("guest_customization_cloud_init_user_data", None, Contains::UserData),
    ("user_data_raw", None, Contains::UserData),
    // Scaleway.
    ("user_data", Some("cloud-init"), Contains::UserData),
];

/// The same for attributes that have this meaning in some types of resources only: their prefix, and the block around the
/// attribute.
const OF_TYPES: &[(&str, &str, &str, Option<&str>, Contains)] = &[
    ("civo_instance", "", "script", None, Contains::Script),
    ("incus_", "", "config", Some("cloud-init.user-data"), Contains::UserData),
    ("incus_", "", "config", Some("user.user-data"), Contains::UserData),
    ("libvirt_ignition", "", "content", None, Contains::UserData),
    ("linode_stackscript", "", "script", None, Contains::Script),
    ("lxd_", "", "config", Some("cloud-init.user-data"), Contains::UserData),
    ("lxd_", "", "config", Some("user.user-data"), Contains::UserData),
    ("matchbox_profile", "", "raw_ignition", None, Contains::UserData),
    ("opennebula_", "", "context", Some("USER_DATA"), Contains::UserData),
    ("ovirt_vm", "", "initialization_custom_script", None, Contains::UserData),
    ("proxmox_virtual_environment_file", "source_raw", "data", None, Contains::Snippet),
    ("vultr_startup_script", "", "script", None, Contains::Script),
    ("xenorchestra_vm", "", "cloud_config", None, Contains::UserData),
];

/// The types of [`OF_TYPES`].
pub(super) fn types_of_carriers() -> impl Iterator<Item = &'static str> {
    OF_TYPES.iter().map(|(kind, ..)| *kind)
}

/// How deep blocks are searched.
const MAX_NESTED: usize = 3;

/// An attribute that contains what a machine boots with, in a resource or in its nested blocks.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Carrier {
    /// The types of the blocks around it, outermost first.
    pub(super) nested: Vec<Arc<str>>,
    pub(super) attribute: &'static str,
    /// The key, if the attribute is a map.
    pub(super) key: Option<&'static str>,
    pub(super) contains: Contains,
}

impl Carrier {
    /// The attributes that contain what a machine boots with in a resource.
    pub(super) fn all(block: &Block) -> Vec<Self> {
        let mut out = Vec::new();
        Self::find(&block.body, block.label(0), &mut Vec::new(), &mut out);
        out.sort_by_key(|(rank, _)| *rank);
        out.into_iter().map(|(_, carrier)| carrier).collect()
    }

    fn find<'b>(body: &'b Body, of: &str, nested: &mut Vec<&'b Arc<str>>, out: &mut Vec<(usize, Self)>) {
        let around = nested.last().map_or("", |block| block);
        let own = OF_TYPES.iter().filter(|(kind, block, ..)| of.starts_with(kind) && *block == around);
        let own = own.map(|&(_, _, attribute, key, contains)| (attribute, key, contains));
        for (rank, (attribute, key, contains)) in ATTRIBUTES.iter().copied().chain(own).enumerate() {
            if body.attribute(attribute).is_some_and(|found| fits(found, key)) {
                let nested = nested.iter().map(|kind| Arc::clone(kind)).collect();
                let carrier = Self { nested, attribute, key, contains };
                if !out.iter().any(|(_, known)| *known == carrier) {
                    out.push((rank, carrier));
                }
            }
        }
        if nested.len() == MAX_NESTED {
            return;
        }
        for inner in &body.blocks {
            let content = inner.body.blocks_of("content").next().filter(|_| &*inner.kind == "dynamic");
            let kind = if content.is_some() { inner.labels.first() } else { Some(&inner.kind) };
            let Some(kind) = kind else { continue };
            nested.push(kind);
            Self::find(content.map_or(&inner.body, |c| &c.body), of, nested, out);
            nested.pop();
        }
    }

    /// How the text is encoded. terraform-provider-aws passes on the user data of a launch template unchanged, so it
    /// must already be base64. It encodes the user data of an instance, a spot request or a launch configuration unless
    /// it is base64. Other providers and cloud-init accept both.
    pub(super) fn wrapping(&self, resource: &str) -> Wrapping {
        if self.contains == Contains::Base64 || resource == "aws_launch_template" {
            Wrapping::Base64
        } else {
            Wrapping::Base64OrPlain
        }
    }
}

/// True for a value that may be a map with a key, or a text if there is none.
fn fits(attribute: &Attribute, key: Option<&str>) -> bool {
    match (&attribute.value.kind, key) {
        (ExprKind::Object(entries), Some(wanted)) => {
            entries.iter().any(|(key, _)| key.literal().is_none_or(|(name, _)| name == wanted))
        }
        (ExprKind::Object(_), None) | (ExprKind::Template(_), Some(_)) => false,
        _ => true,
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
    "azurerm_virtual_machine_extension",
    "azurerm_virtual_machine_scale_set_extension",
    "local_file",
    "local_sensitive_file",
    "remote_file",
    "ssh_resource",
];

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
    /// A list of texts that are merged in order.
    Patches,
    /// A template of CloudFormation.
    Template,
}

/// Resources that contain documents, and the attribute with the documents.
pub(super) const DOCUMENTS: &[(&str, &str, Holds)] = &[
    ("aws_cloudformation_stack", "template_body", Holds::Template),
    ("aws_cloudformation_stack_set", "template_body", Holds::Template),
    ("helm_release", "values", Holds::Values),
    ("k8s_manifest", "content", Holds::Text),
    ("kubectl_manifest", "yaml_body", Holds::Text),
    ("kubernetes_config_map", "data", Holds::Texts),
    ("kubernetes_config_map_v1", "data", Holds::Texts),
    ("kubernetes_config_map_v1_data", "data", Holds::Texts),
    ("kubernetes_manifest", "manifest", Holds::Object),
    ("kustomization_resource", "manifest", Holds::Text),
    ("talos_machine_configuration", "config_patches", Holds::Patches),
    ("talos_machine_configuration_apply", "config_patches", Holds::Patches),
];

/// A resource that creates a cluster from its blocks.
pub(super) struct Cluster {
    pub(super) resource: &'static str,
    /// The types of the blocks that lead to the configuration of the tool.
    pub(super) path: &'static [&'static str],
    /// True if the tool writes `apiVersion` for `api_version`.
    pub(super) camel: bool,
    /// Keys at the start of the document.
    pub(super) head: &'static [(&'static str, &'static str)],
    /// The keys that lead to the configuration in the document.
    pub(super) under: &'static [&'static str],
}

/// The resources that create a cluster from their blocks.
pub(super) const CLUSTERS: &[Cluster] = &[
    Cluster { resource: "kind_cluster", path: &["kind_config"], camel: true, head: &[], under: &[] },
    Cluster {
        resource: "kops_cluster",
        path: &[],
        camel: true,
        head: &[("apiVersion", "kops.k8s.io/v1alpha2"), ("kind", "Cluster")],
        under: &["spec"],
    },
    Cluster {
        resource: "kops_instance_group",
        path: &[],
        camel: true,
        head: &[("apiVersion", "kops.k8s.io/v1alpha2"), ("kind", "InstanceGroup")],
        under: &["spec"],
    },
    Cluster { resource: "rancher2_cluster", path: &["rke_config"], camel: false, head: &[], under: &[] },
    Cluster {
        resource: "rancher2_cluster_template",
        path: &["template_revisions", "cluster_config", "rke_config"],
        camel: false,
        head: &[],
        under: &[],
    },
    Cluster {
        resource: "rancher2_cluster_v2",
        path: &["rke_config"],
        camel: true,
        head: &[("apiVersion", "provisioning.cattle.io/v1"), ("kind", "Cluster")],
        under: &["spec", "rkeConfig"],
    },
    Cluster { resource: "rke_cluster", path: &[], camel: false, head: &[], under: &[] },
];

/// True if a resource contains Kubernetes documents.
pub(super) fn holds_documents(block: &Block) -> bool {
    is_document(block.label(0))
}

/// True if resources of this type contain Kubernetes documents.
pub(super) fn is_document(kind: &str) -> bool {
    DOCUMENTS.iter().any(|(known, ..)| *known == kind) || CLUSTERS.iter().any(|cluster| cluster.resource == kind)
}

/// The text without its known base64 and gzip encodings.
pub(super) fn unwrapped(text: &Traced) -> &Traced {
    let mut text = text;
    while let Some(original) = text.original(Layer::Base64).or_else(|| text.original(Layer::Gzip)) {
        text = original;
    }
    text
}
