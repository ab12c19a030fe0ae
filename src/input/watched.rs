//! The words that files are found by: every kind of input, and the net below them, looks for some before it reads anything. All
//! stand here, so that one search of a file answers all questions.

use std::sync::LazyLock;

use aho_corasick::automaton::Automaton;
use aho_corasick::dfa::DFA;
use aho_corasick::nfa::contiguous::NFA;
use aho_corasick::{AhoCorasick, Anchored, MatchKind};
use memchr::memmem;

use crate::decode::packed::{COMPRESSED, ENCODED};
use crate::runtime;

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
    /// The start of a here-document.
    Here,
    /// `sed`, which fills in documents as well.
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
    /// Names of timeouts in any form; these words are given by the net.
    Timeouts,
    /// The start of a packed text.
    Packed,
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
pub(super) const TASKS: &[&str] =
    &["kubelet", "nodeadm", "bootstrap.sh", "/etc/rancher/", "karpenter", "user_data", "containerd", "k3s", "rke2"];

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
    (Group::UserData, &["#cloud-config", "content-type:", "mime-version:"]),
    (Group::Boots, KUBELET_WORDS),
    (Group::Boots, &["containerd", "base64", "b64"]),
    (Group::Windows, &["EKSBootstrap"]),
    (Group::Settings, &["kubernetes"]),
    (Group::Fills, &["envsubst", "extra-config", "kubelet-arg"]),
    (Group::Fills, LAUNCH_VERBS),
    (Group::Here, &["<<"]),
    (Group::Sed, &["sed "]),
    (Group::Applies, &["kubectl", "eksctl", "apply"]),
    (Group::Tasks, TASKS),
    (Group::Tasks, OUTER),
    (Group::NamesOthers, NAMES_OTHERS),
    (Group::Sends, &["send_command"]),
    (Group::Neighbours, &["file://"]),
    (Group::Packed, &ENCODED),
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

    /// True if a word of the group stands in the text.
    pub fn has(self, group: Group) -> bool {
        self.0 & Self::of(group) != 0
    }
}

/// What steps through a text, byte by byte.
#[derive(Debug)]
enum Machine {
    Quick(DFA),
    Small(NFA),
}

impl Machine {
    fn new(words: &[(String, u64)], quick: bool) -> Option<Self> {
        let words = words.iter().map(|(word, _)| word);
        let kind = MatchKind::Standard;
        if quick {
            return DFA::builder()
                .ascii_case_insensitive(true)
                .match_kind(kind)
                .prefilter(false)
                .build(words)
                .ok()
                .map(Self::Quick);
        }
        NFA::builder().ascii_case_insensitive(true).match_kind(kind).prefilter(false).build(words).ok().map(Self::Small)
    }
}

/// The groups with a word in a text. Many texts have thousands of words, so each is only noted, not made a match.
fn groups_in(words: &impl Automaton, groups: &[u64], text: &[u8]) -> u64 {
    let Ok(mut state) = words.start_state(Anchored::No) else { return u64::MAX };
    let mut known = 0;
    for byte in text {
        state = words.next_state(Anchored::No, state, *byte);
        if words.is_special(state) && words.is_match(state) {
            let here = (0..words.match_len(state)).map(|n| words.match_pattern(state, n).as_usize());
            known = here.fold(known, |known, word| known | groups[word]);
        }
    }
    known
}

/// Looks for the words of all groups at once.
#[derive(Debug)]
pub struct Search {
    words: Machine,
    /// The groups of each word.
    groups: Vec<u64>,
}

impl Search {
    /// A search for all words; those of `more` are given by others. With `many` texts to search, it takes longer to build and
    /// less time to run. `None` if the words are too many, which a test rules out.
    pub fn new(more: &[(Group, Vec<String>)], many: bool) -> Option<Self> {
        let own = WORDS.iter().flat_map(|(group, words)| words.iter().map(|word| (*group, *word)));
        let more = more.iter().flat_map(|(group, words)| words.iter().map(|word| (*group, word.as_str())));
        let mut all: Vec<(String, u64)> =
            own.chain(more).map(|(g, w)| (w.to_ascii_lowercase(), Words::of(g))).collect();
        all.sort();
        all.dedup_by(|(word, group), (kept, groups)| {
            let same = word == kept;
            *groups |= if same { *group } else { 0 };
            same
        });
        let words = Machine::new(&all, many)?;
        Some(Self { words, groups: all.into_iter().map(|(_, groups)| groups).collect() })
    }

    /// The groups with a word in a text. A text that is not in UTF-8 or ASCII may contain any.
    pub fn in_text(&self, text: &[u8]) -> Words {
        if is_wide(text) {
            return Words::ANY;
        }
        if describes_apis(text) {
            return Words::default();
        }
        Words(match &self.words {
            Machine::Quick(words) => groups_in(words, &self.groups, text),
            Machine::Small(words) => groups_in(words, &self.groups, text),
        })
    }
}

/// True if a text has nothing but documents that describe APIs (`CustomResourceDefinition`). They are large and set nothing. Almost
/// all other texts differ in their first lines.
fn describes_apis(text: &[u8]) -> bool {
    const FIRST: usize = 2048;
    const KIND: &[u8] = b"kind: CustomResourceDefinition";
    if memmem::find(&text[..text.len().min(FIRST)], KIND).is_none() {
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
                is_one(first)
                    && kinds.next().is_none()
                    && memmem::find(document, b"\napiVersion: apiextensions.k8s.io/").is_some()
            }
            None => document.split(|byte| *byte == b'\n').all(|line| empty(line.trim_ascii())),
        }
    })
}

/// True if a text looks like UTF-16: text starts with a byte-order mark or a letter of ASCII.
pub fn is_wide(text: &[u8]) -> bool {
    matches!(text, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, _, ..] | [_, 0, ..])
}

/// True if one of the [`WATCHED`] words stands in `bytes`, also as UTF-16.
pub fn is_watched(bytes: &[u8]) -> bool {
    static SEARCH: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        // In UTF-16, there is a zero between two letters, whatever the order of the bytes.
        let wide = |word: &str| word.bytes().flat_map(|b| [b, 0]).take(2 * word.len() - 1).collect::<Vec<u8>>();
        let words = WATCHED.iter().flat_map(|word| [word.as_bytes().to_vec(), wide(word)]);
        AhoCorasick::builder().ascii_case_insensitive(true).build(words).ok()
    });
    SEARCH.as_ref().is_none_or(|words| words.is_match(bytes))
}

#[cfg(test)]
mod tests {
    use super::{describes_apis, is_watched};

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
