//! Settings that never reach a kubelet, and why.

use std::sync::Arc;

use crate::setting::{SetBy, Setting};

/// A setting that no kubelet reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Ineffective {
    /// The setting as written.
    pub setting: Setting,
    /// Why no kubelet reads it.
    pub why: Reason,
}

/// Why a setting reaches no kubelet. Each reason has one message and one help text.
///
/// Sources: `templates/al2/runtime/bootstrap.sh` of awslabs/amazon-eks-ami at 0ab84280; `nodeadm/internal` of the same at
/// 81fec2e8; `cloudinit/handlers` of canonical/cloud-init; `cmd/kubelet/app/server.go` of kubernetes/kubernetes; `pkg/apis`
/// and `pkg/nodebootstrap` of eksctl-io/eksctl; systemd.service(5) and systemd.exec(5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// `--kubelet-extra-args=…`
    EqualsForm,
    /// A word in a call of `bootstrap.sh` that belongs to no option.
    LeftOver,
    /// A `--kubelet-extra-args` that a later one replaces.
    RepeatedOption,
    /// `KUBELET_EXTRA_ARGS` where the option is also given.
    OptionWins,
    /// `KUBELET_EXTRA_ARGS` that is not exported.
    NotExported,
    /// `KUBELET_EXTRA_ARGS` in a different process from `bootstrap.sh`.
    OtherProcess,
    /// A variable in a file for login shells.
    LoginShells,
    /// A call of `bootstrap.sh` on Amazon Linux 2023.
    Stub,
    /// `KUBELET_EXTRA_ARGS` on Amazon Linux 2023.
    NoSuchVariable,
    /// A file that neither the kubelet nor what starts it reads.
    FileNotRead,
    /// An environment file that the kubelet's unit does not name.
    NotNamed,
    /// A variable of the kubelet's unit that its command line does not use, or that is set again.
    VariableNotUsed,
    /// An `ExecStart` of the kubelet's unit that another one replaces.
    StartReplaced,
    /// An `ExecStart` of the kubelet's unit in addition to another one.
    TwoStarts,
    /// A file in a drop-in directory without the suffix that the kubelet expects.
    NoConfEnding,
    /// A drop-in of the kubelet's unit without the suffix that systemd expects.
    NoUnitConf,
    /// A drop-in of the kubelet's unit in a folder that systemd does not read for it.
    UnitFolder,
    /// A line of a drop-in of the kubelet's unit outside `[Service]`.
    NoSection,
    /// A script that cloud-init does not run, because it does not begin with `#!`.
    NoInterpreter,
    /// A script that is run as a program and is not executable.
    NotExecutable,
    /// A drop-in in a directory that the kubelet does not read.
    DirectoryNotRead,
    /// A configuration file that `--config` does not name.
    ConfigNotRead,
    /// Written after the kubelet has started.
    NotRestarted,
    /// A `NodeConfig` in a part of another type.
    PartType,
    /// A `NodeConfig` in a nested MIME message.
    NestedPart,
    /// A cloud-config list that a later one replaces.
    ListReplaced,
    /// A `NodeConfig` with an API version that nodeadm does not support.
    ApiVersion,
    /// A document in nodeadm's directory without the suffix that it expects.
    DocumentEnding,
    /// A `NodeConfig` for an image without nodeadm.
    NoNodeadm,
    /// A `NodeConfig` key in the wrong place.
    NodeConfigKey,
    /// `NodeConfig` flags that are not a list.
    FlagsNotList,
    /// kubeadm's arguments as a map where its API version has a list, or the reverse.
    ArgumentsForm,
    /// A kubelet configuration key that is misplaced or misspelt.
    ConfigKey,
    /// A setting that Bottlerocket does not have.
    BottlerocketKey,
    /// `kubeletExtraConfig` next to `overrideBootstrapCommand`.
    BootstrapOverridden,
    /// `kubeletExtraConfig` of a managed node group.
    ManagedExtraConfig,
    /// `kubeletExtraConfig` for an image family that does not support it.
    FamilyExtraConfig,
    /// A script where eksctl expects a `NodeConfig`.
    ScriptAsNodeConfig,
    /// A kubelet setting that Karpenter does not support.
    KarpenterKey,
    /// A kubelet flag among the keys of k3s or RKE2.
    NoKubeletArg,
    /// Arguments of `bootstrap.sh` with a line break, which cuts the line of the unit that they become.
    LineBreak,
    /// CloudFormation metadata that no `cfn-init` reads.
    InitNotCalled,
    /// A configuration of `cfn-init` that no config set in use contains.
    ConfigLeftOut,
    /// A value that another one replaces, with what carries the other one.
    SetAgain(SetBy),
    /// A field of a file that this version of the kubelet does not have.
    NotInVersion,
    /// A module input that this version of the module ignores, with the explanation from the module's model.
    Ignored(Arc<str>),
    /// The name of a module input that has no effect on what its nodes receive.
    NotPassedOn(Arc<str>),
}

impl Reason {
    /// Every reason, once.
    pub fn all() -> Vec<Self> {
        vec![
            Self::EqualsForm,
            Self::LeftOver,
            Self::RepeatedOption,
            Self::OptionWins,
            Self::NotExported,
            Self::OtherProcess,
            Self::LoginShells,
            Self::Stub,
            Self::NoSuchVariable,
            Self::FileNotRead,
            Self::NotNamed,
            Self::VariableNotUsed,
            Self::StartReplaced,
            Self::TwoStarts,
            Self::NoConfEnding,
            Self::NoUnitConf,
            Self::UnitFolder,
            Self::NoSection,
            Self::NoInterpreter,
            Self::NotExecutable,
            Self::DirectoryNotRead,
            Self::ConfigNotRead,
            Self::NotRestarted,
            Self::PartType,
            Self::NestedPart,
            Self::ListReplaced,
            Self::ApiVersion,
            Self::DocumentEnding,
            Self::NoNodeadm,
            Self::NodeConfigKey,
            Self::FlagsNotList,
            Self::ArgumentsForm,
            Self::ConfigKey,
            Self::BottlerocketKey,
            Self::BootstrapOverridden,
            Self::ManagedExtraConfig,
            Self::FamilyExtraConfig,
            Self::ScriptAsNodeConfig,
            Self::KarpenterKey,
            Self::NoKubeletArg,
            Self::LineBreak,
            Self::InitNotCalled,
            Self::ConfigLeftOut,
            Self::SetAgain(SetBy::Flag),
            Self::SetAgain(SetBy::DropIn),
            Self::SetAgain(SetBy::Config),
            Self::NotInVersion,
            Self::Ignored("this version of the module has no such input".into()),
            Self::NotPassedOn("kubelet_extra_args".into()),
        ]
    }

    /// The reason, as the second half of a sentence.
    pub fn message(&self) -> Arc<str> {
        match self {
            Self::EqualsForm => {
                "bootstrap.sh reads `--kubelet-extra-args` from the next word, not from what follows a `=`"
            }
            Self::LeftOver => "bootstrap.sh passes on only the one word after `--kubelet-extra-args`",
            Self::RepeatedOption => "a later `--kubelet-extra-args` in the same call replaces it",
            Self::OptionWins => "`--kubelet-extra-args` of bootstrap.sh overrides the variable",
            Self::NotExported => "bootstrap.sh does not see the variable: it is not exported, or sudo removes it",
            Self::OtherProcess => "bootstrap.sh runs in another process, which does not see this variable",
            Self::LoginShells => "only login shells read this file, and the kubelet is not started from one",
            Self::Stub => "on Amazon Linux 2023 `/etc/eks/bootstrap.sh` does nothing",
            Self::NoSuchVariable => "on Amazon Linux 2023 nothing reads `KUBELET_EXTRA_ARGS`",
            Self::FileNotRead => "the kubelet's unit on this image does not read this file",
            Self::NotNamed => "the kubelet's unit has no `EnvironmentFile=` with this file",
            Self::VariableNotUsed => "the kubelet's unit does not use the variable, or it is set again later",
            Self::StartReplaced => "another `ExecStart` of the kubelet's unit replaces it",
            Self::TwoStarts => "systemd rejects a unit with two `ExecStart`, so the kubelet does not start",
            Self::NoConfEnding => "the kubelet reads only files whose names end in `.conf` from this directory",
            Self::NoUnitConf => "systemd reads only files whose names end in `.conf` from this directory",
            Self::UnitFolder => "systemd does not read this directory for the kubelet's unit",
            Self::NoSection => "the line is not in the section `[Service]`, so systemd ignores it",
            Self::NoInterpreter => "cloud-init does not run it, because it does not begin with `#!`",
            Self::NotExecutable => "the system does not run the script, because it is not executable",
            Self::DirectoryNotRead => "the kubelet runs without `--config-dir`, so it does not read this directory",
            Self::ConfigNotRead => "the kubelet on this image reads another file (`--config`)",
            Self::NotRestarted => {
                "it is written after the kubelet has started, so it has no effect until the next restart"
            }
            Self::PartType => "nodeadm reads only parts of the type `application/node.eks.aws`",
            Self::NestedPart => "nodeadm does not read nested MIME messages",
            Self::ListReplaced => "the same list in a later cloud-config replaces it",
            Self::ApiVersion => "nodeadm supports only `node.eks.aws/v1alpha1`, so the node does not join",
            Self::DocumentEnding => "nodeadm reads only `.yaml`, `.yml` and `.json` files from this directory",
            Self::NoNodeadm => "only Amazon Linux 2023 has nodeadm, and this node runs another image",
            Self::NodeConfigKey => "nodeadm ignores a key in this place",
            Self::FlagsNotList => "nodeadm rejects flags that are not a list, so the node does not join",
            Self::ArgumentsForm => "this API version has another form of the arguments, so the document is refused",
            Self::ConfigKey => "the kubelet ignores a key of this name in this place",
            Self::BottlerocketKey => "Bottlerocket has no such setting, so the node rejects its user data",
            Self::BootstrapOverridden => "`overrideBootstrapCommand` replaces the command that would apply it",
            Self::ManagedExtraConfig => "eksctl rejects `kubeletExtraConfig` in a managed node group",
            Self::FamilyExtraConfig => "eksctl rejects `kubeletExtraConfig` for this image family",
            Self::ScriptAsNodeConfig => "for AmazonLinux2023 eksctl expects a NodeConfig here, but this is a script",
            Self::KarpenterKey => "Karpenter up to 1.14 ignores a key of this name in this place",
            Self::NoKubeletArg => "k3s and RKE2 pass on only `kubelet-arg`",
            Self::LineBreak => "the arguments contain a line break, so systemd ignores all of them",
            Self::InitNotCalled => "the user data does not run `cfn-init` for this resource",
            Self::ConfigLeftOut => {
                "no call of `cfn-init` runs this config: it is not in the config sets that are called"
            }
            Self::SetAgain(SetBy::Flag) => "a flag on the kubelet's command line replaces it",
            Self::SetAgain(SetBy::DropIn) => "a drop-in replaces it",
            Self::SetAgain(_) => "it is set again later",
            Self::NotInVersion => "this version of the kubelet does not have it",
            Self::Ignored(why) => return Arc::clone(why),
            Self::NotPassedOn(input) => return format!("the module does not hand `{input}` to these nodes").into(),
        }
        .into()
    }

    /// How to fix it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::EqualsForm => "replace the `=` with a space, and quote the flags that follow",
            Self::LeftOver => "quote all flags together: `--kubelet-extra-args '--a=1 --b=2'`",
            Self::RepeatedOption => "put all flags into the last `--kubelet-extra-args`",
            Self::OptionWins => "put the flag into `--kubelet-extra-args`",
            Self::NotExported => {
                "use `--kubelet-extra-args`, or export the variable and call bootstrap.sh without sudo"
            }
            Self::OtherProcess | Self::LoginShells => {
                "use `--kubelet-extra-args`, or set it in the kubelet's configuration file"
            }
            Self::Stub | Self::NoSuchVariable | Self::ScriptAsNodeConfig => {
                "set it in a NodeConfig under `spec.kubelet`"
            }
            Self::FileNotRead => {
                "set it where this image reads it: in a NodeConfig, or with `--kubelet-extra-args` of bootstrap.sh"
            }
            Self::NotNamed => "add an `EnvironmentFile=` with this file to the unit, or put the flag into the unit",
            Self::VariableNotUsed => "set it in the last variable that `ExecStart` uses, or in the configuration file",
            Self::StartReplaced => "put the flag into the `ExecStart` that is used",
            Self::TwoStarts => "add a line with an empty `ExecStart=` before it",
            Self::NoConfEnding => "rename the file so that it ends in `.conf`",
            Self::NoUnitConf => "rename the file so that it ends in `.conf`, as systemd expects",
            Self::UnitFolder => "move the file to `/etc/systemd/system/kubelet.service.d`",
            Self::NoSection => "put a line `[Service]` before it",
            Self::NoInterpreter => "begin the script with `#!/bin/bash`",
            Self::NotExecutable => "make the script executable: `chmod +x`, or `permissions: '0755'` in a cloud-config",
            Self::DirectoryNotRead => "set it under `spec.kubelet.config` of a NodeConfig, which enables the directory",
            Self::ConfigNotRead => "set it in the file that the kubelet loads, or point `--config` at this one",
            Self::NotRestarted => "write the file before the kubelet starts, or restart the kubelet afterwards",
            Self::PartType => "set the content type of the part to `application/node.eks.aws`",
            Self::NestedPart => "move it to a part of the outermost message",
            Self::ListReplaced => "merge both lists into one, or add `merge_how` to the later cloud-config",
            Self::ApiVersion => "use `apiVersion: node.eks.aws/v1alpha1`",
            Self::DocumentEnding => "rename the file so that it ends in `.yaml`",
            Self::NoNodeadm => {
                "set it where this image reads it: on Amazon Linux 2, in `--kubelet-extra-args` of bootstrap.sh"
            }
            Self::KarpenterKey => "set it in a NodeConfig in `spec.userData` of the node class",
            Self::NoKubeletArg => "add it to `kubelet-arg`, without the two dashes",
            Self::LineBreak => "put all arguments on one line",
            Self::NodeConfigKey => "set it under `spec.kubelet.config`, or add it to `spec.kubelet.flags`",
            Self::FlagsNotList => "use a list of flags, such as `- --a=1`",
            Self::ArgumentsForm => {
                "kubeadm since v1beta4 and Cluster API since v1beta2 take `- {name: A, value: B}`, older ones `A: B`"
            }
            Self::ConfigKey => "use the key's name and place as in `KubeletConfiguration`",
            Self::BottlerocketKey => "remove it: this timeout cannot be set on Bottlerocket",
            Self::BootstrapOverridden => "use `--kubelet-extra-args` in `overrideBootstrapCommand`",
            Self::ManagedExtraConfig | Self::FamilyExtraConfig => {
                "move it to something that the nodes of this group read, such as a NodeConfig in `overrideBootstrapCommand`"
            }
            Self::InitNotCalled => "call `cfn-init` with this resource in the user data",
            Self::ConfigLeftOut => "add the config to a config set that `cfn-init` runs",
            Self::SetAgain(_) => "remove it, or change the value that counts",
            Self::NotInVersion => "remove it, or use a version of Kubernetes that has it",
            Self::Ignored(_) | Self::NotPassedOn(_) => {
                "use the input that this version of the module passes to its nodes"
            }
        }
    }

    /// True if the setting may still reach the kubelet through something unknown. It is then reported only if everything that
    /// decides the field is known.
    pub fn requires_known_field(&self) -> bool {
        matches!(
            self,
            Self::NotExported
                | Self::OtherProcess
                | Self::LoginShells
                | Self::NoSuchVariable
                | Self::FileNotRead
                | Self::NotNamed
                | Self::VariableNotUsed
                | Self::StartReplaced
                | Self::NoConfEnding
                | Self::NoUnitConf
                | Self::UnitFolder
                | Self::NoSection
                | Self::DirectoryNotRead
                | Self::ConfigNotRead
                | Self::NotRestarted
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Reason;

    #[test]
    fn every_reason_has_a_message_and_a_help_text() {
        let mut seen = std::collections::BTreeSet::new();
        for reason in Reason::all() {
            let message = reason.message();
            for words in [message.as_ref(), reason.help()] {
                assert!(!words.ends_with('.') && words.len() < 110, "{words}");
                assert!(!words.starts_with(char::is_whitespace), "{words}");
            }
            assert!(seen.insert(message.clone()), "{message}");
        }
    }
}
