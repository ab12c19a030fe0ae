//! Timeouts that never reach a kubelet, and why.

use std::sync::Arc;

use crate::setting::Setting;

/// A duration setting that no kubelet reads.
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
    /// A variable of the kubelet's unit that its command line does not use, or that is set again.
    VariableNotUsed,
    /// An `ExecStart` of the kubelet's unit that another one replaces.
    StartReplaced,
    /// An `ExecStart` of the kubelet's unit in addition to another one.
    TwoStarts,
    /// A file in a drop-in directory without the suffix that the kubelet expects.
    NoConfEnding,
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
    /// CloudFormation metadata that no `cfn-init` reads.
    InitNotCalled,
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
            Self::VariableNotUsed,
            Self::StartReplaced,
            Self::TwoStarts,
            Self::NoConfEnding,
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
            Self::ConfigKey,
            Self::BottlerocketKey,
            Self::BootstrapOverridden,
            Self::ManagedExtraConfig,
            Self::FamilyExtraConfig,
            Self::ScriptAsNodeConfig,
            Self::KarpenterKey,
            Self::NoKubeletArg,
            Self::InitNotCalled,
            Self::Ignored("this version of the module has no such input".into()),
            Self::NotPassedOn("kubelet_extra_args".into()),
        ]
    }

    /// The reason, as the second half of a sentence.
    pub fn message(&self) -> Arc<str> {
        match self {
            Self::EqualsForm => "bootstrap.sh takes the next word for `--kubelet-extra-args`, not what follows a `=`",
            Self::LeftOver => "bootstrap.sh hands on only the one word that follows `--kubelet-extra-args`",
            Self::RepeatedOption => "a later `--kubelet-extra-args` of the same call takes its place",
            Self::OptionWins => "`--kubelet-extra-args` of bootstrap.sh takes the place of the variable",
            Self::NotExported => "bootstrap.sh does not see the variable: it is not exported, or sudo takes it away",
            Self::OtherProcess => "bootstrap.sh runs in another process, which does not see this variable",
            Self::LoginShells => "only login shells read this file, and nothing that starts the kubelet is one",
            Self::Stub => "on Amazon Linux 2023 `/etc/eks/bootstrap.sh` only says that it does nothing",
            Self::NoSuchVariable => "on Amazon Linux 2023 nothing reads `KUBELET_EXTRA_ARGS`",
            Self::FileNotRead => "on this image the kubelet's unit does not read this file",
            Self::VariableNotUsed => "the kubelet's unit does not use the variable, or it is set again later",
            Self::StartReplaced => "another `ExecStart` of the kubelet's unit takes its place",
            Self::TwoStarts => "systemd refuses a unit with two `ExecStart`, so the kubelet does not start",
            Self::NoConfEnding => "of this directory the kubelet reads only files whose names end in `.conf`",
            Self::DirectoryNotRead => "the kubelet runs without `--config-dir`, so it does not read this directory",
            Self::ConfigNotRead => "the kubelet of this image is pointed at another file with `--config`",
            Self::NotRestarted => "it is written after the kubelet has started, so it is dead until the next restart",
            Self::PartType => "nodeadm reads only parts of the type `application/node.eks.aws`",
            Self::NestedPart => "nodeadm does not look into a message inside the message",
            Self::ListReplaced => "the same list of a later cloud-config takes its place",
            Self::ApiVersion => "nodeadm knows only `node.eks.aws/v1alpha1`, so the node does not join",
            Self::DocumentEnding => "of this directory nodeadm reads only `.yaml`, `.yml` and `.json`",
            Self::NoNodeadm => "only Amazon Linux 2023 has nodeadm, and this node runs another image",
            Self::NodeConfigKey => "nodeadm passes over a key in this place",
            Self::FlagsNotList => "nodeadm refuses flags that are no list, so the node does not join",
            Self::ConfigKey => "the kubelet passes over a key of this name in this place",
            Self::BottlerocketKey => "Bottlerocket has no such setting, so the node refuses its user data",
            Self::BootstrapOverridden => "`overrideBootstrapCommand` takes the place of what would apply it",
            Self::ManagedExtraConfig => "eksctl refuses `kubeletExtraConfig` in a managed node group",
            Self::FamilyExtraConfig => "eksctl refuses `kubeletExtraConfig` for this family of images",
            Self::ScriptAsNodeConfig => "for AmazonLinux2023 eksctl reads a NodeConfig here, and this is a script",
            Self::KarpenterKey => "Karpenter up to 1.14 passes over a key of this name in this place",
            Self::NoKubeletArg => "k3s and RKE2 hand on only what stands in `kubelet-arg`",
            Self::InitNotCalled => "the user data does not run `cfn-init` for this resource",
            Self::Ignored(why) => return Arc::clone(why),
            Self::NotPassedOn(input) => return format!("the module does not hand `{input}` to these nodes").into(),
        }
        .into()
    }

    /// How to fix it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::EqualsForm => "write a blank in place of the `=`, and quotes around the flags that follow",
            Self::LeftOver => "put all flags between quotes: `--kubelet-extra-args '--a=1 --b=2'`",
            Self::RepeatedOption => "write all flags into one `--kubelet-extra-args`, the last one",
            Self::OptionWins => "write the flag into `--kubelet-extra-args`",
            Self::NotExported => {
                "give it with `--kubelet-extra-args`, or export the variable and call bootstrap.sh without sudo"
            }
            Self::OtherProcess | Self::LoginShells => {
                "give it with `--kubelet-extra-args`, or write it into the kubelet's configuration file"
            }
            Self::Stub | Self::NoSuchVariable | Self::ScriptAsNodeConfig => {
                "write it into a NodeConfig, below `spec.kubelet`"
            }
            Self::FileNotRead => {
                "write it where this image looks: a NodeConfig, or `--kubelet-extra-args` of bootstrap.sh"
            }
            Self::VariableNotUsed => {
                "write it into the last variable that `ExecStart` uses, or into the configuration file"
            }
            Self::StartReplaced => "write the flag into the `ExecStart` that counts",
            Self::TwoStarts => "write a line with an empty `ExecStart=` in front of it",
            Self::NoConfEnding => "give the file a name that ends in `.conf`",
            Self::DirectoryNotRead => {
                "write it below `spec.kubelet.config` of a NodeConfig, which turns the directory on"
            }
            Self::ConfigNotRead => "write it into the file that the kubelet loads, or point `--config` at this one",
            Self::NotRestarted => "write it before the kubelet starts, or restart the kubelet afterwards",
            Self::PartType => "give the part the type `application/node.eks.aws`",
            Self::NestedPart => "make it a part of the outermost message",
            Self::ListReplaced => "put both lists into one, or add `merge_how` to the later cloud-config",
            Self::ApiVersion => "write `apiVersion: node.eks.aws/v1alpha1`",
            Self::DocumentEnding => "give the file a name that ends in `.yaml`",
            Self::NoNodeadm => "write it where this image looks, such as `--kubelet-extra-args` of bootstrap.sh",
            Self::KarpenterKey => "write it into a NodeConfig in `spec.userData` of the node class",
            Self::NoKubeletArg => "write it as an item of `kubelet-arg`, without the two dashes",
            Self::NodeConfigKey => "write it below `spec.kubelet.config`, or as an item of `spec.kubelet.flags`",
            Self::FlagsNotList => "write a list of flags, such as `- --a=1`",
            Self::ConfigKey => "write the key as `KubeletConfiguration` has it, in its own place",
            Self::BottlerocketKey => "remove it: on Bottlerocket this timeout cannot be set",
            Self::BootstrapOverridden => "give it with `--kubelet-extra-args` in `overrideBootstrapCommand`",
            Self::ManagedExtraConfig | Self::FamilyExtraConfig => {
                "move it to what the nodes of this group read, such as a NodeConfig in `overrideBootstrapCommand`"
            }
            Self::InitNotCalled => "call `cfn-init` with this resource in the user data",
            Self::Ignored(_) | Self::NotPassedOn(_) => {
                "use the input that this version of the module hands to its nodes"
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
                | Self::VariableNotUsed
                | Self::StartReplaced
                | Self::NoConfEnding
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
