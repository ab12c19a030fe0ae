//! The words that files are found by: every kind of input, and the net below them, looks for some before it reads anything. All
//! stand here, so that one search of a file answers all questions.

use std::sync::LazyLock;

use memchr::memmem;

use crate::decode::packed::{COMPRESSED, ENCODED, HALVES};
use crate::runtime;
use crate::text::{Finder, holds};

/// A group of words that are alternatives to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// [`WATCHED`].
    Watched,
    /// [`KUBELET_WORDS`].
    Kubelet,
    /// A container runtime's timeout.
    Runtime,
    /// What documents with `apiVersion` about a kubelet contain; these words are given by the table of kinds.
    Documents,
    /// [`APPLICATIONS`].
    Applications,
    /// [`REFERRED`].
    Referred,
    /// What templates of CloudFormation that launch nodes contain.
    Launches,
    /// Types of CloudFormation.
    Aws,
    /// What plans and states of Terraform contain.
    Plans,
    /// What Packer's templates in JSON contain.
    Builders,
    /// How user data begins.
    UserData,
    /// What user data about a kubelet contains, also if the rest is encoded.
    Boots,
    /// What starts a kubelet on Windows.
    Windows,
    /// A table of Bottlerocket's settings.
    Settings,
    /// Programs and options that fill in documents.
    Fills,
    /// The start of a here-document, looked for only in a text with [`Group::Documents`].
    Here,
    /// `sed` and the like, which fill in documents as well.
    Sed,
    /// What passes documents on.
    Applies,
    /// [`NAMES_OTHERS`].
    NamesOthers,
    /// What tasks of Ansible about nodes, or files that include them, contain.
    Tasks,
    /// A call that sends commands to nodes.
    Sends,
    /// A chart that names another one of the same source.
    Neighbours,
    /// What carries user data in Terraform; the words of this group and the next ones are given by Terraform.
    Carriers,
    /// What brings other texts to a node in Terraform.
    Channels,
    /// What Terraform says about kubelets, besides the words of other groups.
    Topics,
    /// What calls of Terraform's modules say about nodes.
    Calls,
    /// What reads files in Terraform.
    Reads,
    /// What lists files in Terraform.
    Lists,
    /// What decodes files in Terraform.
    Decodes,
    /// What names values that Terraform is applied with.
    Applied,
    /// A word of the name of a setting.
    Named,
    /// [`STARTERS`].
    Starts,
    /// Keys of charts that something installs.
    Charts,
    /// Names of timeouts in any form; these words are given by the net.
    Timeouts,
    /// The start of a packed text.
    Packed,
    /// The name of a file that was named on the command line, or of a folder around it; it is looked for only where that helps.
    Mentioned,
    /// Not read, or not text as it is: everything may stand in it.
    Unread,
}

/// The words that nodes are found by. A file without any of them may stay unread without a word.
const WATCHED: &[&str] =
    &["kubelet", ENCODED[0], ENCODED[1], ENCODED[2], "bootstrap.sh", "nodeadm", runtime::KEY, "user_data", "userdata"];

/// The words without which a script or cloud-config does not concern a kubelet.
pub(super) const KUBELET_WORDS: &[&str] =
    &["kubelet", ENCODED[0], ENCODED[1], ENCODED[2], "bootstrap.sh", "nodeadm", runtime::KEY];

/// Commands of the AWS CLI that launch nodes or send commands to them.
pub(super) const LAUNCH_VERBS: &[&str] =
    &["run-instances", "create-launch-template", "create-launch-configuration", "request-spot-", "send-command"];

/// Other commands that start machines, or run something there.
pub(super) const STARTERS: &[&str] = &[
    "az vm",
    "docker exec ",
    "docker run ",
    "doctl ",
    "gcloud ",
    "hcloud ",
    "k3sup ",
    "limactl ",
    "multipass ",
    "openstack ",
    "vagrant ssh",
];

/// Words of scripts that source other files, or pass them on.
pub(super) const NAMES_OTHERS: &[&str] = &["source ", "\n. ", "file://"];

/// A template of CloudFormation that launches nodes, or nests one that does, contains at least one of these words.
pub(super) const LAUNCHES: &[&str] = &[
    "UserData",
    "LaunchTemplateData",
    "TemplateURL",
    "TemplateBody",
    "AWS::Serverless::Application",
    "AWS::SSM::",
    "AWS::ImageBuilder::",
    "AWS::Include",
    "Custom::AWSCDK-EKS-",
];

/// Words of types of CloudFormation.
pub(super) const AWS: &[&str] = &["AWS::", "Custom::AWSCDK"];

/// API groups, with a slash, of documents that describe applications.
pub(super) const APPLICATIONS: &[&str] = &["argoproj.io/", "helm.toolkit.fluxcd.io/", "kustomize.toolkit.fluxcd.io/"];

/// Kinds of documents that applications refer to by name.
pub(super) const REFERRED: &[&str] = &["ConfigMap", "GitRepository", "HelmChart", "OCIRepository"];

/// Words of plans and states of Terraform.
pub(super) const PLANS: &[&str] = &["\"format_version\"", "\"lineage\""];

/// Words of tasks of Ansible about nodes.
pub(super) const TASKS: &[&str] = &[
    "kubelet",
    "kubeadm",
    "nodeadm",
    "bootstrap.sh",
    "/etc/rancher/",
    "karpenter",
    "chart_ref",
    "user_data",
    "containerd",
    "k0s",
    "k3s",
    "rke2",
];

/// Words of files of Ansible that include others.
pub(super) const OUTER: &[&str] = &["roles:", "include_tasks", "import_tasks", "include_role", "import_role"];

/// The groups and their words, which are found in any case. A word may stand in several groups.
const WORDS: &[(Group, &[&str])] = &[
    (Group::Watched, WATCHED),
    (Group::Kubelet, KUBELET_WORDS),
    (Group::Runtime, &[runtime::KEY]),
    (Group::Applications, APPLICATIONS),
    (Group::Referred, REFERRED),
    (Group::Launches, LAUNCHES),
    (Group::Aws, AWS),
    (Group::Plans, PLANS),
    (Group::Builders, &["\"provisioners\""]),
    (Group::UserData, &["#cloud-config", "#cloud-boothook", "content-type:", "mime-version:", "executescript"]),
    (Group::Boots, KUBELET_WORDS),
    (Group::Boots, &["containerd", "base64", "b64"]),
    (Group::Windows, &["EKSBootstrap"]),
    (Group::Settings, &["kubernetes"]),
    (Group::Fills, &["envsubst", "extra-config", "kubelet-arg", "clusterctl"]),
    (Group::Fills, &["helm upgrade", "helm install", "helm template", "helm secrets", "helm -"]),
    (Group::Fills, &["werf converge", "werf render"]),
    (Group::Starts, STARTERS),
    (Group::Charts, &["chart:", "chartPath", "helmChart"]),
    (Group::Fills, LAUNCH_VERBS),
    (Group::Fills, &["ssh ", "kubectl patch", "oc patch", "oc process", "talosctl ", "kops "]),
    (Group::Sed, &["sed ", "yq ", "jq ", "perl -"]),
    (Group::Applies, &["kubectl", "eksctl", "apply"]),
    (Group::Tasks, TASKS),
    (Group::Tasks, OUTER),
    (Group::NamesOthers, NAMES_OTHERS),
    (Group::Sends, &["send_command"]),
    (Group::Neighbours, &["file://"]),
    (Group::Packed, &HALVES),
    (Group::Packed, &[COMPRESSED]),
];

/// Which groups have a word in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Words(u64);

impl Words {
    /// Those of a file that was not read: any.
    pub const ANY: Self = Self(u64::MAX);

    const fn of(group: Group) -> u64 {
        1 << group as u32
    }

    /// The groups of both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The same, and this group.
    #[must_use]
    pub const fn and(self, group: Group) -> Self {
        Self(self.0 | Self::of(group))
    }

    /// True if a word of the group stands in the text.
    pub fn has(self, group: Group) -> bool {
        self.0 & Self::of(group) != 0
    }
}

/// Looks for the words of all groups at once, in any case.
#[derive(Debug)]
pub(crate) struct Search(Finder);

impl Search {
    /// A search for all words; those of `more` are given by others.
    pub(crate) fn new(more: &[(Group, Vec<&str>)]) -> Self {
        let own = WORDS.iter().map(|(group, words)| (*group, *words));
        let all = own.chain(more.iter().map(|(group, words)| (*group, words.as_slice())));
        Self(Finder::new(all.flat_map(|(group, words)| words.iter().map(move |w| (w, Words::of(group)))), true))
    }

    /// The groups with a word in a text. A text that is not in UTF-8 or ASCII may contain any.
    pub(crate) fn in_text(&self, text: &[u8]) -> Words {
        if is_wide(text) {
            return Words::ANY;
        }
        if describes_apis(text) {
            return Words(0);
        }
        let words = self.words_in(text);
        let asked = if words.has(Group::Kubelet) { without_questions(text) } else { None };
        asked.map_or(words, |text| self.words_in(&text))
    }

    fn words_in(&self, text: &[u8]) -> Words {
        let words = Words(self.0.groups_in(text));
        let here = words.has(Group::Documents) && holds(text, b"<<");
        if here { words.and(Group::Here) } else { words }
    }
}

/// The text of a script that only asks about a kubelet, for its logs or whether it runs, without the name of the kubelet: such a
/// script is not one that a node boots with. `None` if it does anything else with it, or runs what is not in it.
fn without_questions(text: &[u8]) -> Option<Vec<u8>> {
    const NAME: &[u8] = b"kubelet";
    const QUESTIONS: &[&[u8]] =
        &[b"journalctl -u ", b"journalctl -xu ", b"journalctl -fu ", b"systemctl status ", b"systemctl is-active "];
    const RUNS_OTHERS: &[&[u8]] =
        &[b"curl", b"wget", b"eval", b"exec", b"source ", b"\n. ", b"kubeadm", b"ssh", b"sh ", b".sh", b"$@"];
    if !text.starts_with(b"#!") {
        return None;
    }
    let mut out = text.to_vec();
    for at in memmem::find_iter(text, NAME) {
        let (before, after) = (&text[..at], &text[at + NAME.len()..]);
        let after = after.strip_prefix(b".service").unwrap_or(after);
        if !QUESTIONS.iter().any(|question| before.ends_with(question))
            || !after.first().is_none_or(|next| next.is_ascii_whitespace() || b";|&)".contains(next))
        {
            return None;
        }
        out[at..at + NAME.len()].fill(b' ');
    }
    let runs = RUNS_OTHERS.iter().any(|word| holds(text, word));
    (!runs).then_some(out)
}

/// True if a text has nothing but documents that describe APIs (`CustomResourceDefinition`). They are large and set nothing. Almost
/// all other texts differ in their first lines.
fn describes_apis(text: &[u8]) -> bool {
    const FIRST: usize = 2048;
    const KIND: &[u8] = b"kind: CustomResourceDefinition";
    if !holds(&text[..text.len().min(FIRST)], KIND) {
        return false;
    }
    let mut start = 0;
    let ends = memmem::find_iter(text, b"\n---").map(|at| at + 1).chain([text.len()]);
    ends.into_iter().all(|end| {
        let document = &text[start..end];
        start = end;
        let mut kinds = memmem::find_iter(document, b"\nkind:").map(|at| document[at + 1..].trim_ascii_start());
        let is_one =
            |text: &[u8]| text.strip_prefix(KIND).is_some_and(|rest| rest.trim_ascii_start().len() < rest.len());
        let empty = |line: &[u8]| line.is_empty() || line.starts_with(b"#") || line == b"---";
        match kinds.next() {
            Some(first) => {
                is_one(first) && kinds.next().is_none() && holds(document, b"\napiVersion: apiextensions.k8s.io/")
            }
            None => document.split(|byte| *byte == b'\n').all(|line| empty(line.trim_ascii())),
        }
    })
}

/// True if a text looks like UTF-16: text starts with a byte-order mark or a letter of ASCII.
pub(crate) fn is_wide(text: &[u8]) -> bool {
    matches!(text, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, _, ..] | [_, 0, ..])
}

/// True if one of the [`WATCHED`] words stands in `bytes`, also as UTF-16.
pub(crate) fn is_watched(bytes: &[u8]) -> bool {
    static SEARCH: LazyLock<Finder> = LazyLock::new(|| {
        // In UTF-16, there is a zero between two letters, whatever the order of the bytes.
        let wide = |word: &str| word.bytes().flat_map(|b| [b, 0]).take(2 * word.len() - 1).collect::<Vec<u8>>();
        let words = WATCHED.iter().flat_map(|word| [word.as_bytes().to_vec(), wide(word)]);
        Finder::new(words.map(|word| (word, 1)), true)
    });
    SEARCH.is_in(bytes)
}

#[cfg(test)]
mod tests {
    use super::{Group, Search, WORDS, describes_apis, is_watched, without_questions};

    #[test]
    fn a_script_that_only_asks_about_a_kubelet_does_not_concern_it() {
        for (script, asks) in [
            ("journalctl -u kubelet --since today | grep error", true),
            ("systemctl is-active kubelet.service; echo done", true),
            ("x=$(systemctl status kubelet)", true),
            ("systemctl restart kubelet", false),
            ("journalctl -u kubelet\nsystemctl start kubelet", false),
            ("journalctl -u kubelet-extra", false),
            ("curl https://example.com/a | sudo bash\nsystemctl status kubelet", false),
            ("source a\nsystemctl status kubelet", false),
            ("/opt/install.sh; systemctl status kubelet", false),
        ] {
            assert_eq!(without_questions(format!("#!/bin/bash\n{script}\n").as_bytes()).is_some(), asks, "{script}");
        }
        assert_eq!(without_questions(b"- command: systemctl status kubelet\n"), None);
        // Another word still counts.
        let words = Search::new(&[]).in_text(b"#!/bin/bash\nsystemctl status kubelet\n/etc/eks/bootstrap.sh c\n");
        assert!(words.has(Group::Kubelet));
        assert!(!Search::new(&[]).in_text(b"#!/bin/bash\nsystemctl status kubelet\n").has(Group::Kubelet));
    }

    #[test]
    fn every_word_belongs_to_its_groups() {
        let search = Search::new(&[(Group::Carriers, vec!["UserData"])]);
        for (group, words) in WORDS {
            assert!(words.iter().all(|word| search.in_text(word.to_uppercase().as_bytes()).has(*group)), "{group:?}");
        }
        let found = search.in_text(b"userdata");
        assert!([Group::Carriers, Group::Watched, Group::Launches].iter().all(|group| found.has(*group)));
        assert!(!found.has(Group::Kubelet));
    }

    #[test]
    fn definitions_of_apis_are_told_by_their_documents() {
        let one = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: a\n";
        let other = "apiVersion: v1\nkind: Secret\n";
        for (text, expected) in [
            (format!("# generated\n---\n{one}"), true),
            (format!("---\n{one}---\n\n---\n{one}"), true),
            (format!("---\n{one}---\n{other}"), false),
            (format!("---\n{one}{other}"), false),
            (format!("---\n{}", one.replace("apiextensions.k8s.io", "example.com")), false),
            (format!("---\n{}", one.replace("Definition", "Definitions")), false),
            (format!("---\n{other}"), false),
        ] {
            assert_eq!(describes_apis(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn words_in_any_case_and_as_utf_16() {
        let wide = |text: &str, order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<_>>();
        for (text, expected) in [
            ("kind: KubeletConfiguration", true),
            ("/etc/eks/bootstrap.sh c", true),
            // Of `kubelet` alone, and behind one and two letters.
            ("a3ViZWxldA==", true),
            ("LWt1YmVsZXQ=", true),
            ("LS1rdWJlbGV0", true),
            ("bootstrap_sh", false),
            ("\"user_data_base64\": \"IyE=\"", true),
            ("{\"panels\": []}", false),
        ] {
            assert_eq!(is_watched(text.as_bytes()), expected, "{text}");
            assert_eq!(is_watched(&wide(text, u16::to_le_bytes)), expected, "{text}");
            assert_eq!(is_watched(&wide(text, u16::to_be_bytes)), expected, "{text}");
        }
    }
}
