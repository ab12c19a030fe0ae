//! Which folders of Terraform can say anything about a node. The others are not parsed.
//!
//! # Why this is sound
//!
//! A folder yields a node group, a note about one, or a problem of one only in these ways, and each leaves a trace in its text:
//!
//! 1. An attribute that carries what a machine boots with ([`CARRIERS`]). Names of attributes cannot be computed in HCL, so the
//!    name stands in the text of the folder or of a module that it calls.
//! 2. A resource or call that brings texts to a node in other ways ([`channels`], or a module from elsewhere). Its type cannot be
//!    computed either. It yields something only if a word about kubelets ([`TOPICS`]) stands in what it evaluates: in the same
//!    texts, in a file that they read, or in values that the folder is applied with.
//! 3. A call that is not understood, such as one of a folder that is not there, or of a module with a model.
//!
//! What a folder evaluates are its own files, those of the modules that it calls (the source of a module is a literal, else the
//! folder is kept), files that it reads by name, and files of values. A file that is read has its name, or the end of its name
//! with the extension, as a literal in one of these texts; a folder that lists files, or decodes some, may read any. Files of
//! values count for all folders above them, and for all folders if a command may name them. A word that is put together from
//! parts is not found; that holds for every search.
//!
//! In a folder that is kept, the arguments of modules are settings only if something in these texts names one
//! (`setting/names.rs`); else they are not evaluated to find out whether what they set is lost.
//!
//! A folder that calls one which is kept is kept, so a module is judged through the same callers as without this.
//! `testdata/cases.rs` compares the scans of all cases with and without it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::setting::{FIELDS, names};
use crate::text::Files;

use super::super::unit::{Calls, FileList, Quiet, normal};
use super::super::watched::{Group, Words};
use super::super::yaml_files::holds;
use super::carriers::{CLUSTERS, DOCUMENTS, NOT_FOLLOWED, types_of_carriers};
use super::registry_modules::is_modelled;
use super::scope::{FileKind, kind_of};
use super::value_sets::is_values;

/// Attributes that carry what a machine boots with.
const CARRIERS: &[&str] = &["user_data", "userdata", "custom_data", "metadata_startup_script"];

/// Words about kubelets and user data, also encoded, besides those of other groups.
const TOPICS: &[&str] = &[
    "nodeconfig",
    "ec2nodeclass",
    "/etc/eks/",
    "karpenter",
    "user-data",
    "startup-script",
    "guestinfo",
    "content_base64",
    "base64decode",
    "base64gunzip",
];

/// Words in a call of a module from elsewhere that concern nodes, besides [`TOPICS`] and flags. The last ones are the rarest of
/// settings whose words are enough to be named after.
const CALLS: &[&str] = &[
    "node_group",
    "worker_group",
    "bootstrap",
    "cloudinit",
    "launch_template",
    "streaming",
    "eviction",
    "cfs",
    "minimum",
];

/// What shows that a text may read files by their names.
const READS: &[&str] = &[
    "file",
    "path.",
    "script",
    "helm_release",
    "template",
    "pattern",
    "aws_s3_object",
    "aws_s3_bucket_object",
    "local-exec",
];

/// What lists files, or reads all of a folder.
const LISTS: &[&str] = &["fileset(", "kubectl_path_documents", "kubectl_filename_list", "template_dir"];

/// The most calls that are followed from one folder, and how deep. Terraform folders with more are kept.
const MAX_STEPS: usize = 500;
const MAX_DEPTH: usize = 10;

/// How many files are looked at for one folder whose arguments need not be.
const MAX_LOOKS: usize = 20;

/// The groups of words that tell such folders apart.
pub(in super::super) fn words() -> Vec<(Group, Vec<&'static str>)> {
    let flags = FIELDS.iter().filter_map(|field| field.flag);
    vec![
        (Group::Carriers, CARRIERS.to_vec()),
        (Group::Channels, channels()),
        (Group::Topics, TOPICS.to_vec()),
        (Group::Calls, CALLS.iter().copied().chain(flags).collect()),
        (Group::Reads, READS.to_vec()),
        (Group::Lists, LISTS.to_vec()),
        (Group::Decodes, vec!["decode("]),
        (Group::Applied, vec!["tfvars", "TF_VAR_", "-var ", "-var=", "-var\"", "-var'"]),
        (Group::Named, names::words()),
    ]
}

/// Types of resources that bring texts to a node, and attributes whose keys may do so.
fn channels() -> Vec<&'static str> {
    let attributes = ["provisioner", "metadata", "extra_config", "guestinfo", "guest_properties", "properties"];
    let types = NOT_FOLLOWED.iter().copied().chain(DOCUMENTS.iter().map(|(kind, ..)| *kind));
    types.chain(types_of_carriers()).chain(CLUSTERS.iter().map(|c| c.resource)).chain(attributes).collect()
}

/// True for a file that belongs to a folder of Terraform.
pub(crate) fn is_terraform(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    [&b".tf"[..], b".tofu", b".tf.json", b".tofu.json", b".tfvars", b".tfvars.json"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// True for a file of Terraform that is not one of values.
pub(crate) fn is_code(path: &Path) -> bool {
    is_terraform(path) && !is_values(path)
}

/// The modules that the text of a file of Terraform calls.
pub(crate) fn calls_in(path: &Path, text: &[u8]) -> Option<Calls> {
    if !is_terraform(path) {
        return None;
    }
    // A state may belong to any folder.
    let mut calls = Calls { computed: holds(text, b"terraform_remote_state"), ..Calls::default() };
    if path.extension().is_some_and(|e| e == "json") {
        calls.open = holds(text, b"\"module\"");
        calls.computed |= calls.open;
        return Some(calls);
    }
    for at in memchr::memmem::find_iter(text, b"module") {
        let line = text[..at].iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1);
        let rest = &text[at + b"module".len()..];
        let named =
            rest.iter().find(|b| !matches!(b, b' ' | b'\t')).is_some_and(|b| *b == b'"' || b.is_ascii_alphabetic());
        // A file may start with the mark of UTF-8.
        let before = text[line..at].trim_ascii();
        if !before.is_empty() && before != b"\xef\xbb\xbf"
            || !named
            || rest.first().is_some_and(u8::is_ascii_alphanumeric)
        {
            continue;
        }
        add(&mut calls, source_of(rest));
    }
    Some(calls)
}

/// The literal source in the text after the word `module`, up to the end of the block.
fn source_of(text: &[u8]) -> Option<&str> {
    let end = memchr::memmem::find(text, b"\n}").unwrap_or(text.len());
    let block = &text[..end];
    for at in memchr::memmem::find_iter(block, b"source") {
        let before = block[..at].last().copied().unwrap_or(b'\n');
        let rest = block[at + b"source".len()..].trim_ascii_start();
        if matches!(before, b' ' | b'\t' | b'\n' | b'{')
            && let Some(value) = rest.strip_prefix(b"=").filter(|value| !value.starts_with(b"="))
        {
            let value = value.trim_ascii_start().strip_prefix(b"\"")?;
            // Anything else than a quote at its end is an escape or an interpolation: not a literal.
            let end = value.iter().position(|b| matches!(b, b'"' | b'\n' | b'\\' | b'$' | b'%'))?;
            return std::str::from_utf8(&value[..end]).ok().filter(|_| value[end] == b'"');
        }
    }
    None
}

/// Adds the call of a module with this source.
fn add(calls: &mut Calls, source: Option<&str>) {
    match source {
        Some(source) if source.starts_with("./") || source.starts_with("../") => {
            if !calls.local.iter().any(|known| &**known == source) {
                calls.local.push(source.into());
            }
        }
        Some(source) if !is_modelled(source) => calls.elsewhere = true,
        Some(_) => calls.open = true,
        None => (calls.open, calls.computed) = (true, true),
    }
}

/// What is known about a folder.
#[derive(Default)]
struct Folder {
    words: Words,
    calls: Vec<PathBuf>,
    elsewhere: bool,
    open: bool,
    files: Vec<PathBuf>,
}

/// What else is there besides the files of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around<'a> {
    /// Files of Terraform that the list does not have: ignored ones, and links.
    pub left_out: &'a [PathBuf],
    /// The list has all other files of the repository. Without it these may say anything.
    pub whole: bool,
    /// Files may be there that the list does not have, such as those that git ignores.
    pub hidden: bool,
    /// Values of the command line and the configuration speak about kubelets. They may be for any folder.
    pub values: bool,
    /// The command line or the configuration has folders for modules from elsewhere.
    pub modules: bool,
}

/// True for a file of a module.
fn is_part(kind: FileKind) -> bool {
    !matches!(kind, FileKind::Component | FileKind::Other)
}

/// What need not be looked at in the folders of Terraform among the files of a scan.
pub(crate) fn dismissed(list: &FileList, around: Around<'_>, files: &dyn Files) -> Quiet {
    let mut folders: HashMap<&Path, Folder> = HashMap::new();
    let mut topical = Vec::new();
    let mut values = Vec::new();
    let mut commands = false;
    for (n, path) in list.files.iter().enumerate() {
        let words = list.words(n);
        let own = path.file_name().and_then(|name| name.to_str()).map_or(FileKind::Other, kind_of);
        if let (Some(calls), Some(dir)) = (list.calls(n), path.parent())
            && is_part(own)
        {
            let folder = folders.entry(dir).or_default();
            folder.words = folder.words.with(words);
            folder.elsewhere |= calls.elsewhere;
            folder.open |= calls.open || around.modules && calls.elsewhere;
            folder.calls.extend(calls.local.iter().map(|source| normal(&dir.join(&**source))));
            folder.files.push(path.clone());
        } else if is_part(own)
            && let Some(dir) = path.parent()
        {
            // It could not be read.
            folders.entry(dir).or_default().open = true;
        } else {
            commands |= words.has(Group::Applied);
            if is_topical(words) {
                if is_values(path) || words.has(Group::Applied) {
                    values.push((path, words.has(Group::Applied)));
                }
                topical.push(path);
            }
        }
    }
    for path in around.left_out {
        if let Some(folder) = path.parent().and_then(|dir| folders.get_mut(dir)) {
            folder.open = true;
        }
    }
    let named = Names::of(topical, list);
    let reach = Reach { folders: &folders, list, files, named, values, commands, around };
    let kept: HashSet<&Path> = folders.keys().copied().filter(|dir| reach.keeps(dir)).collect();
    let quiet = |dir: &&Path| reach.below(dir).is_some_and(|below| !below.iter().any(|dir| kept.contains(*dir)));
    #[allow(clippy::iter_over_hash_type, reason = "the result is a set")]
    let (out, rest): (Vec<&Path>, Vec<&Path>) = folders.keys().copied().partition(quiet);
    Quiet { folders: out.into_iter().map(Path::to_owned).collect(), arguments: reach.naming_none(rest) }
}

/// True if a text speaks about kubelets, or may be read as something that does.
pub(crate) fn is_topical(words: Words) -> bool {
    [Group::Topics, Group::Kubelet, Group::Documents, Group::Applications, Group::Timeouts, Group::Unread]
        .iter()
        .any(|group| words.has(*group))
}

/// True if an argument of a module in a text may be a setting: something names one.
pub(crate) fn may_set(text: &[u8]) -> bool {
    names::are_in(text)
}

/// Names by which Terraform reads some files: their own, and that of the chart around them.
#[derive(Debug)]
pub(crate) struct Names {
    names: Vec<(OsString, PathBuf)>,
    /// What stands in them from the last dot on.
    endings: BTreeSet<Vec<u8>>,
}

impl Names {
    /// The names of some files, of which `list` may have the chart.
    pub(crate) fn of<'p>(files: impl IntoIterator<Item = &'p PathBuf>, list: &FileList) -> Self {
        Self::with_charts(files, &|chart| {
            list.files.binary_search_by(|known| crate::text::hold::order(known, chart)).is_ok()
        })
    }

    /// The same, where `is_there` says which charts are.
    pub(crate) fn with_charts<'p>(
        files: impl IntoIterator<Item = &'p PathBuf>,
        is_there: &dyn Fn(&Path) -> bool,
    ) -> Self {
        let mut out = BTreeSet::new();
        for path in files {
            out.extend(path.file_name().map(|name| (name.to_owned(), path.clone())));
            for dir in path.ancestors().skip(1).take(8) {
                let chart = dir.join("Chart.yaml");
                if is_there(&chart) {
                    out.extend(dir.file_name().map(|name| (name.to_owned(), dir.to_owned())));
                }
            }
        }
        let ending = |(name, _): &(OsString, _)| {
            let name = name.as_encoded_bytes();
            name.iter().rposition(|b| *b == b'.').map(|dot| name[dot..].to_vec())
        };
        Self { endings: out.iter().filter_map(ending).collect(), names: out.into_iter().collect() }
    }

    /// True if a text of a file in `dir` names one of them, or may.
    pub(crate) fn are_in(&self, text: &[u8], dir: &Path) -> bool {
        let whole = |name: &OsString| holds(text, name.as_encoded_bytes());
        // What is put together ends with the ending of a file, at the end of a string.
        let ending = |ending: &Vec<u8>| {
            let follows = |at: usize| text.get(at + ending.len()).is_none_or(|next| matches!(next, b'"' | b'\n'));
            memchr::memmem::find_iter(text, ending).any(follows)
        };
        self.names.iter().any(|(name, _)| whole(name))
            || self.endings.iter().any(ending) && strings(text).any(|string| self.fit(string, dir))
    }

    /// True if the end of a string that is put together may be the end of one of the names.
    fn fit(&self, string: &[u8], dir: &Path) -> bool {
        let Some(end) = string.iter().rposition(|b| matches!(b, b'}' | b'*' | b'%')) else { return false };
        let tail = &string[end + 1..];
        // A verb of `format` is one letter.
        let tail = if string[end] == b'%' { tail.get(1..).unwrap_or_default() } else { tail };
        if tail.contains(&b'/') || !tail.contains(&b'.') {
            return false;
        }
        let start = string.strip_prefix(b"${path.module}/").map(|rest| {
            let fixed = rest.iter().position(|b| matches!(b, b'$' | b'*' | b'%')).unwrap_or(rest.len());
            let fixed = String::from_utf8_lossy(&rest[..fixed]);
            normal(&dir.join(fixed.rsplit_once('/').map_or("", |(folders, _)| folders)))
        });
        let below = |path: &Path| start.as_ref().is_none_or(|start| path.starts_with(start));
        self.names.iter().any(|(name, path)| name.as_encoded_bytes().ends_with(tail) && below(path))
    }
}

/// The texts between quotes, as far as a line goes.
fn strings(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|b| *b == b'\n').flat_map(|line| line.split(|b| *b == b'"'))
}

struct Reach<'a> {
    folders: &'a HashMap<&'a Path, Folder>,
    list: &'a FileList,
    files: &'a dyn Files,
    named: Names,
    /// Files of values that speak about kubelets, and whether commands stand in them.
    values: Vec<(&'a PathBuf, bool)>,
    /// Some commands may name files of values.
    commands: bool,
    around: Around<'a>,
}

impl Reach<'_> {
    /// A folder and all that it calls; `None` if that is not known.
    fn below<'p>(&'p self, dir: &'p Path) -> Option<Vec<&'p Path>> {
        let mut out = Vec::new();
        let mut open = vec![(dir, 0)];
        while let Some((dir, depth)) = open.pop() {
            let folder = self.folders.get(dir)?;
            if folder.open || depth > MAX_DEPTH || out.len() > MAX_STEPS {
                return None;
            }
            out.push(dir);
            open.extend(folder.calls.iter().map(|dir| (dir.as_path(), depth + 1)));
        }
        Some(out)
    }

    /// True if a folder says something about a node, or may.
    fn keeps(&self, dir: &Path) -> bool {
        let Some(below) = self.below(dir) else { return true };
        let folders: Vec<(&Path, &Folder)> = below
            .iter()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .filter_map(|dir| Some((*dir, self.folders.get(*dir)?)))
            .collect();
        let words = folders.iter().fold(Words::default(), |known, (_, folder)| known.with(folder.words));
        let elsewhere = folders.iter().any(|(_, folder)| folder.elsewhere);
        if words.has(Group::Carriers) {
            return true;
        }
        if !words.has(Group::Channels) && !elsewhere {
            return false;
        }
        if !self.around.whole || self.around.values {
            return true;
        }
        if elsewhere && (words.has(Group::Calls) || self.is_installed(dir)) || is_topical(words) {
            return true;
        }
        let top = self.files.root();
        let applies = |(path, command): &(&PathBuf, bool)| {
            let near = path.parent().is_some_and(|around| around.starts_with(dir));
            *command
                || near
                || self.commands
                || path.strip_prefix(top).is_ok_and(|below| below.components().count() < 6)
        };
        self.values.iter().any(applies) || words.has(Group::Reads) && self.reads(words, &folders, &self.named)
    }

    /// Those of some folders in which no argument of a module can be a setting: nothing that they evaluate names one.
    fn naming_none(&self, mut dirs: Vec<&Path>) -> HashSet<PathBuf> {
        let calls =
            |dir: &Path| self.folders.get(dir).is_some_and(|folder| folder.elsewhere || !folder.calls.is_empty());
        dirs.retain(|dir| calls(dir) && !self.is_installed(dir));
        if !self.around.whole || self.around.values || dirs.is_empty() {
            return HashSet::new();
        }
        let may = self.list.files.iter().enumerate().filter(|(n, _)| self.list.words(*n).has(Group::Named));
        let (code, others): (Vec<&PathBuf>, Vec<&PathBuf>) = may.map(|(_, path)| path).partition(|path| is_code(path));
        if others.len() > MAX_LOOKS * dirs.len() {
            return HashSet::new();
        }
        let named = |path: &&PathBuf| self.files.glance(path).is_none_or(|text| names::are_in(&text));
        let code: HashSet<&Path> = code.into_par_iter().filter(named).filter_map(|path| path.parent()).collect();
        let others: Vec<&PathBuf> = others.into_par_iter().filter(named).collect();
        if others.iter().any(|path| is_values(path)) {
            return HashSet::new();
        }
        let others = Names::of(others, self.list);
        let quiet = |dir: &&Path| {
            let Some(below) = self.below(dir) else { return false };
            let folders: Vec<(&Path, &Folder)> =
                below.iter().filter_map(|dir| Some((*dir, self.folders.get(*dir)?))).collect();
            let words = folders.iter().fold(Words::default(), |known, (_, folder)| known.with(folder.words));
            // What lists or decodes files may read any that is there.
            let reads = if words.has(Group::Lists) || words.has(Group::Decodes) {
                self.around.hidden || !others.names.is_empty()
            } else {
                self.reads(words, &folders, &others)
            };
            !reads && !below.iter().any(|dir| code.contains(dir))
        };
        dirs.into_par_iter().filter(quiet).map(Path::to_owned).collect()
    }

    /// True if `terraform init` has put modules beside a folder.
    fn is_installed(&self, dir: &Path) -> bool {
        self.files.is_dir(&dir.join(".terraform"))
    }

    /// True if the texts of some folders read one of the files that `named` has, or may.
    fn reads(&self, words: Words, folders: &[(&Path, &Folder)], named: &Names) -> bool {
        if words.has(Group::Lists) || words.has(Group::Decodes) {
            return !named.names.is_empty() || words.has(Group::Lists);
        }
        let one = |dir: &Path, path: &PathBuf| {
            let Some(text) = self.files.glance(path) else { return true };
            named.are_in(&text, dir) || strings(&text).any(|string| self.is_unlisted(string, dir))
        };
        folders.iter().any(|(dir, folder)| folder.files.iter().any(|path| one(dir, path)))
    }

    /// True for the path of a file that is there and not among those of the scan: it may say anything.
    fn is_unlisted(&self, string: &[u8], dir: &Path) -> bool {
        let string =
            string.strip_prefix(b"${path.module}/").or_else(|| string.strip_prefix(b"${path.root}/")).unwrap_or(string);
        let strange = |b: &u8| b.is_ascii_whitespace() || matches!(b, b':' | b'$' | b'{' | b'*' | b'=' | b',' | b'(');
        let Some(name) = string.rsplit(|b| *b == b'/').next() else { return false };
        if !name.contains(&b'.') || string.len() > 256 || string.iter().any(strange) {
            return false;
        }
        let Ok(string) = std::str::from_utf8(string) else { return false };
        let path = normal(&dir.join(string));
        path.starts_with(self.files.root())
            && self.list.files.binary_search_by(|known| crate::text::hold::order(known, &path)).is_err()
            && path.parent().is_some_and(|dir| self.files.list(dir).contains(&path))
    }
}
