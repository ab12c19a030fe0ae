//! The programs that get values from commands.

use std::path::Path;

/// The command that sets one variable from then on.
pub(super) const SET: &str = "config set";

/// What commands give values to.
#[derive(Debug)]
pub(in super::super) struct Tool {
    /// Its programs, and others with such an option.
    pub(super) programs: &'static [&'static str],
    pub(super) others: &'static [&'static str],
    /// The options that set one variable, and [`SET`].
    pub(super) options: &'static [&'static str],
    /// True if such an option counts only behind the name of a program.
    pub(super) named: bool,
    /// True if a file of values wins over an option before it. Source of Packer: `command/meta.go` and
    /// `hcl2template/types.variables.go` of hashicorp/packer.
    pub(in super::super) in_order: bool,
    /// The commands that use the values.
    pub(super) runs: &'static [&'static str],
    /// The commands with which no node has the values.
    pub(super) idle: &'static [&'static str],
    /// What the name of a file of values contains.
    pub(in super::super) files: &'static [&'static str],
    /// How the environment variables begin that set variables.
    pub(in super::super) prefix: &'static str,
}

impl Tool {
    /// True for the name of a file of values.
    pub(in super::super) fn has_values(&self, path: &Path) -> bool {
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        self.files.iter().any(|part| name.contains(part)) && !name.starts_with('.')
    }
}

/// Modules of Terraform.
pub(in super::super) const TERRAFORM: Tool = Tool {
    programs: &["terraform", "tofu", "terragrunt"],
    others: &["levant", "nomad", "packer", "waypoint"],
    options: &["-var"],
    named: false,
    in_order: true,
    runs: &["apply", "plan", "run-all"],
    // Where nodes are destroyed, none has the values.
    idle: &[" destroy"],
    files: &[".tfvars"],
    prefix: "TF_VAR_",
};

/// Builds of Packer.
pub(in super::super) const PACKER: Tool = Tool {
    programs: &["packer"],
    others: &["levant", "nomad", "terraform", "terragrunt", "tofu", "waypoint"],
    options: &["-var"],
    named: false,
    in_order: false,
    runs: &["build"],
    idle: &[" fmt", " inspect", " validate"],
    files: &[".pkrvars", ".hcl", ".json"],
    prefix: "PKR_VAR_",
};

/// Programs of Pulumi. The prefix is that of what it reads itself.
pub(in super::super) const PULUMI: Tool = Tool {
    programs: &["pulumi"],
    others: PACKER.others,
    options: &["--config", "-c", SET],
    named: true,
    in_order: false,
    runs: &["up", "update"],
    idle: &[" destroy", " preview", " refresh"],
    files: &[],
    prefix: "PULUMI_CONFIG_",
};
