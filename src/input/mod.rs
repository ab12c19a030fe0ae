//! Kinds of infrastructure as code, and the node groups that they describe. Nothing is executed here: the boot simulates it.

mod ansible;
mod applications;
mod broken;
mod ci_values;
mod cloudformation;
mod command_files;
mod commands;
mod containers;
mod control_lines;
mod eksctl;
mod embedded;
mod everywhere;
mod evidence;
mod fitting;
mod glob;
mod group_text;
mod helm;
mod installs;
mod job_scopes;
mod k3s_units;
mod kustomize;
mod loose;
mod manifests;
mod node_files;
mod open_conditions;
mod programs;
mod pulumi;
mod python;
mod references;
mod releases;
mod run_documents;
mod set_values;
mod standalone;
mod template_text;
mod terraform;
#[cfg(test)]
mod testing;
mod tilt;
mod unit;
mod watched;
mod yaml_files;
mod yaml_values;

use std::path::Path;

use crate::node::{Cx, NodeGroup};

pub(crate) use applications::APPLICATIONS;
pub(crate) use broken::unparsed;
pub(crate) use terraform::{callers, reach};
pub use unit::FileList;
pub(crate) use unit::{Input, Seen, Unit};
pub(crate) use watched::{Group, Search, Words, is_watched, is_wide};

/// The process ends soon, so what this thread has read last is not taken apart.
pub(crate) fn leave() {
    crate::syntax::documents::leave();
}

/// Reads a unit, and the applications that its documents describe. Those in files and kustomizations have a unit of their own.
pub(crate) fn read(input: &dyn Input, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let mut groups = control_lines::read(input, unit, cx);
    if !["manifest", "kustomize"].contains(&input.name()) {
        groups.append(&mut applications::read_all(cx));
    }
    // A file that is user data itself is read as commands as well.
    if input.name() != "user-data" {
        groups.append(&mut commands::user_data::in_user_data(&groups, cx));
    }
    if !groups.is_empty() {
        crate::syntax::documents::let_go_of_large_ones();
    }
    groups
}

/// True if a file may describe applications, or is what they refer to, by its path and the words in it. With `deliver`, if they may
/// deliver it.
pub(crate) fn may_matter_to_applications(path: &Path, words: Words, deliver: bool) -> bool {
    let document = unit::has_extension(path, &["yaml", "yml", "json", "tpl"]);
    if deliver {
        return document && words.has(Group::Documents);
    }
    kustomize::is_one(path)
        || applications::is_helmfile(path)
        || document && (words.has(Group::Applications) || words.has(Group::Referred))
}

/// The groups of words that kinds of input give themselves.
pub(crate) fn words() -> Vec<(Group, Vec<&'static str>)> {
    let mut words = terraform::reach::words();
    words.push((Group::Documents, manifests::words().collect()));
    words
}

/// Every kind of input, in the order of reports for equal places.
pub const INPUTS: &[&dyn Input] = &[
    &terraform::Terraform,
    &terraform::Plan,
    &terraform::Terragrunt,
    &terraform::TerragruntStack,
    &terraform::Terramate,
    &terraform::Stacks,
    &terraform::Atmos,
    &terraform::Packer,
    &cloudformation::CloudFormation,
    &helm::Helm,
    &kustomize::Kustomize,
    &applications::Applications,
    &releases::Releases,
    &tilt::Tilt,
    &pulumi::Pulumi,
    &manifests::Manifests,
    &manifests::Ignition,
    &ansible::Ansible,
    &commands::Commands,
    &commands::makefile::Makefiles,
    &standalone::Runtimes,
    &standalone::UserData,
    &standalone::Scripts,
    &python::Python,
    &programs::Programs,
    &evidence::Evidence,
    &node_files::NodeFiles,
    &k3s_units::K3sUnits,
    &broken::Broken,
    &loose::Loose,
    &embedded::Embedded,
];
