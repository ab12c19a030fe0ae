//! The machine of the mind: what a boot has left behind so far. Nothing of it exists on any disk.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::node::{Family, Gap, Ineffective, Reason};
use crate::runtime::Name;
use crate::setting::Setting;
use crate::syntax::Node;
use crate::text::{Span, Traced, Why};

use super::image;

/// The largest file that is kept, in bytes.
pub(super) const MAX_FILE_BYTES: usize = 1 << 20;

/// The most files that are kept.
const MAX_FILES: usize = 4096;

/// The most symbolic links that are kept.
const MAX_LINKS: usize = 64;

/// The most statements without effect that are kept.
const MAX_INEFFECTIVE: usize = 1000;

/// A file on the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum File {
    /// Its content, perhaps with holes.
    Known(Arc<Traced>),
    /// It was written or changed, but not to what.
    Unknown(Why),
    /// It was removed.
    Removed,
}

/// All files by absolute path.
pub(super) type Files = BTreeMap<String, File>;

/// A kubelet that was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Start {
    /// The files as they were then.
    pub(super) files: Arc<Files>,
    /// The command line without the program, if it was not systemd that started it.
    pub(super) argv: Option<Arc<Vec<Traced>>>,
}

/// What nodeadm has written for the kubelet, beside the environment file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Written {
    /// The drop-in: what `spec.kubelet.config` of all documents comes to. `None` if it is empty.
    pub(super) config: Option<Node>,
    /// The same as scripts find it, with what EKS's own document sets; `None` if nothing was written, or it is not known.
    pub(super) text: Option<Arc<Traced>>,
}

/// Of which family the image of a node is, and how that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Image {
    /// Nothing tells it.
    Unknown,
    /// Something was seen that nodes of this family have.
    Likely(Family),
    /// Something was seen that works on this family alone.
    Proven(Family),
    /// The source says it, so that nothing on the machine can change it.
    Given(Family),
}

impl Image {
    pub(super) fn family(self) -> Option<Family> {
        match self {
            Self::Unknown => None,
            Self::Likely(family) | Self::Proven(family) | Self::Given(family) => Some(family),
        }
    }

    /// Something was seen that nodes of `family` have; the first such sight decides.
    pub(super) fn suggest(&mut self, family: Option<Family>) {
        if let (Self::Unknown, Some(family)) = (*self, family) {
            *self = Self::Likely(family);
        }
    }

    /// Something was seen that works on `family` alone.
    fn prove(&mut self, family: Family) {
        *self = match *self {
            Self::Given(given) => Self::Given(given),
            // Ubuntu's images have the `bootstrap.sh` of Amazon Linux 2.
            Self::Likely(Family::Ubuntu) | Self::Proven(Family::Ubuntu) if family == Family::Al2 => {
                Self::Proven(Family::Ubuntu)
            }
            _ => Self::Proven(family),
        };
    }
}

/// What nodeadm works from, and what it has written.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Nodeadm {
    /// The `NodeConfig` documents that it gets, in its order of merging.
    pub(super) documents: Vec<Node>,
    /// Documents that are laid over all others of the user data.
    pub(super) last_documents: Vec<Node>,
    /// The image is so old that its drop-in comes before all others.
    pub(super) old: bool,
    /// What it has written; `None` before it has run.
    pub(super) written: Option<Arc<Written>>,
}

impl Nodeadm {
    /// The documents of the user data, in the order of merging.
    pub(super) fn all_documents(&self) -> Vec<Node> {
        self.documents.iter().chain(&self.last_documents).cloned().collect()
    }

    pub(super) fn has_documents(&self) -> bool {
        !self.documents.is_empty() || !self.last_documents.is_empty()
    }

    /// The drop-in as scripts find it.
    fn text(&self) -> Option<&Arc<Traced>> {
        self.written.as_ref()?.text.as_ref()
    }

    /// Where its drop-in stands: below its old name if the image is an old one, or a script has written it there.
    pub(super) fn drop_in(&self, files: &Files) -> &'static str {
        let old = files.contains_key(image::OLD_NODEADM_DROPIN) && !files.contains_key(image::NODEADM_DROPIN);
        if self.old || old { image::OLD_NODEADM_DROPIN } else { image::NODEADM_DROPIN }
    }
}

/// What a boot has left behind so far.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Machine {
    /// The node group, which stands for everything that its image brings.
    pub(super) place: Span,
    /// The image that it runs.
    pub(super) image: Image,
    /// Minor version (of 1.x), if it is known.
    pub(super) minor: Option<u32>,
    /// EKS adds its own part to the user data.
    pub(super) merged_by_eks: bool,
    /// Files that were written or changed.
    pub(super) files: Arc<Files>,
    /// Folders that were made.
    pub(super) folders: Arc<BTreeSet<String>>,
    /// Symbolic links by path, and where they lead. Files stand under both names.
    pub(super) links: Arc<BTreeMap<String, String>>,
    /// Paths that programs were given which are not modelled: any file may stand there or below by now.
    pub(super) touched: Arc<BTreeSet<String>>,
    /// The last start of the kubelet.
    pub(super) start: Option<Start>,
    /// The files as they were when a container runtime last started.
    pub(super) runtimes: BTreeMap<Name, Arc<Files>>,
    /// Settings that a tool merges into the configuration file of the kubelet.
    pub(super) merged: Vec<Node>,
    /// nodeadm, which joins nodes of Amazon Linux 2023.
    pub(super) nodeadm: Nodeadm,
    /// The settings of a Bottlerocket node.
    pub(super) bottlerocket: Option<Arc<Node>>,
    /// Text that is not known stands where commands do: why.
    pub(super) injected: Option<Why>,
    /// Something may start the kubelet once more, at a time that is not known.
    pub(super) restarts: bool,
    /// Something of a kubelet was seen.
    pub(super) seen: bool,
    /// What was not followed.
    pub(super) gaps: Vec<Gap>,
    /// Timeouts that were seen and led nowhere.
    pub(super) ineffective: Vec<Ineffective>,
}

/// `path` as an absolute path without `.`, `..` and doubled slashes, seen from `dir`.
pub(super) fn absolute(path: &str, dir: &str) -> String {
    let whole = if path.starts_with('/') { path.to_owned() } else { format!("{dir}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// What follows `folder` in a path that is the same or below it.
fn below<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    path.strip_prefix(folder).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What is not known of a text that is one hole. A line break at its end does not make it known.
pub(super) fn unknown(text: &Traced) -> Option<(Span, &Why)> {
    let rest = text.slice(0..text.bytes().trim_ascii_end().len());
    text.first_hole().filter(|_| rest.is_hole())
}

impl Machine {
    pub(super) fn new(place: Span, family: Option<Family>, minor: Option<u32>, merged_by_eks: bool) -> Self {
        Self {
            place,
            image: family.map_or(Image::Unknown, Image::Given),
            minor,
            merged_by_eks,
            files: Arc::default(),
            folders: Arc::default(),
            links: Arc::default(),
            touched: Arc::default(),
            start: None,
            runtimes: BTreeMap::new(),
            merged: Vec::new(),
            nodeadm: Nodeadm::default(),
            bottlerocket: None,
            injected: None,
            restarts: false,
            seen: false,
            gaps: Vec::new(),
            ineffective: Vec::new(),
        }
    }

    /// Something of a kubelet was seen that only nodes of `family` have; the first such sight decides.
    pub(super) fn see(&mut self, family: Option<Family>) {
        self.seen = true;
        self.image.suggest(family);
    }

    /// Something was seen that only works on nodes of `family`; that outweighs files that happen to be written.
    pub(super) fn know(&mut self, family: Family) {
        self.seen = true;
        self.image.prove(family);
    }

    /// The family, once it is known.
    pub(super) fn family(&self) -> Option<Family> {
        self.image.family()
    }

    /// True if nodeadm has documents to work from: its own ones, or what EKS adds to the user data.
    pub(super) fn joins_by_nodeadm(&self) -> bool {
        self.nodeadm.has_documents() || self.merged_by_eks && self.family() == Some(Family::Al2023)
    }

    pub(super) fn gap(&mut self, at: Span, why: Why) {
        let gap = Gap { at, why };
        if !self.gaps.contains(&gap) {
            self.gaps.push(gap);
        }
    }

    /// Records statements that no kubelet reads. The first reason recorded for one is the one reported.
    pub(super) fn record_ineffective(&mut self, settings: Vec<Setting>, why: &Reason) {
        // What is replaced before anything runs is no sight of a kubelet.
        self.seen |= !settings.is_empty() && self.family().is_some() && *why != Reason::ListReplaced;
        for setting in settings {
            if self.ineffective.len() < MAX_INEFFECTIVE && !self.ineffective.iter().any(|d| d.setting.at == setting.at)
            {
                self.ineffective.push(Ineffective { setting, why: why.clone() });
            }
        }
    }

    /// A file as it is now: written here, or brought by the image.
    pub(super) fn file(&self, path: &str) -> Option<File> {
        self.files.get(path).cloned().or_else(|| {
            let path = &*self.real(path);
            if matches!(path, image::NODEADM_DROPIN | image::OLD_NODEADM_DROPIN)
                && let Some(text) = self.nodeadm.text()
            {
                return Some(File::Known(Arc::clone(text)));
            }
            self.brought(self.family().or(image::family_of(path))?, path)
        })
    }

    /// A file as it was when `files` were there.
    pub(super) fn file_among(&self, files: &Files, path: &str) -> Option<File> {
        files.get(path).cloned().or_else(|| self.brought(self.family()?, path))
    }

    /// A file that the image of `family` brings.
    fn brought(&self, family: Family, path: &str) -> Option<File> {
        let text = image::file(family, path, self.minor)?;
        Some(File::Known(Arc::new(Traced::made(text, self.place))))
    }

    /// The paths of all files that are known, in order: those that were written, and those that the image brings.
    pub(super) fn listing(&self) -> Vec<String> {
        let own = self.files.iter().filter(|(_, file)| **file != File::Removed).map(|(name, _)| name.clone());
        let brought =
            self.family().map_or(&[][..], image::listing).iter().filter(|name| !self.files.contains_key(**name));
        let mut out: Vec<String> = own.chain(brought.map(|name| (*name).to_owned())).collect();
        if !self.files.contains_key(image::NODEADM_DROPIN) && self.nodeadm.text().is_some() {
            out.push(image::NODEADM_DROPIN.to_owned());
        }
        out.sort();
        out
    }

    /// Where a path leads through the symbolic links that were made.
    fn real<'p>(&self, path: &'p str) -> Cow<'p, str> {
        let mut path = Cow::Borrowed(path);
        for _ in 0..MAX_LINKS.min(self.links.len()) {
            let Some((link, target)) = self.links.iter().find(|(link, _)| below(&path, link).is_some()) else { break };
            path = Cow::Owned(format!("{target}{}", below(&path, link).unwrap_or_default()));
        }
        path
    }

    /// A symbolic link is made at `path`.
    pub(super) fn link(&mut self, path: &str, target: &str) {
        self.unlink(path);
        if self.links.len() >= MAX_LINKS || below(&self.real(target), path).is_some() {
            self.put(path, File::Unknown(Why::NotUnderstood("a symbolic link".into())));
            return;
        }
        let target = self.real(target).into_owned();
        let own = self.file(&target).map(|file| (path.to_owned(), file));
        let inside = self.files.iter().filter_map(|(f, file)| {
            let rest = below(f, &target).filter(|rest| !rest.is_empty())?;
            Some((format!("{path}{rest}"), file.clone()))
        });
        let found: Vec<_> = own.into_iter().chain(inside).collect();
        for (path, file) in found {
            self.put(&path, file);
        }
        Arc::make_mut(&mut self.links).insert(path.to_owned(), target);
    }

    /// What stands at `path` itself is gone, be it a file or a symbolic link; what a link leads to stays.
    pub(super) fn unlink(&mut self, path: &str) {
        if self.links.contains_key(path) {
            Arc::make_mut(&mut self.links).remove(path);
            let shown: Vec<String> = self.files.keys().filter(|f| below(f, path).is_some()).cloned().collect();
            for file in shown {
                self.put(&file, File::Removed);
            }
        }
    }

    /// True if there is no file at `path` for certain.
    pub(super) fn lacks(&self, path: &str) -> bool {
        self.file(path).is_none_or(|f| f == File::Removed)
            && (path.rfind('/') == Some(0) || image::lacks(self.family(), path))
            && !path.starts_with("/dev/")
            && !self
                .touched
                .iter()
                .any(|t| path == t || t == "/" || path.strip_prefix(t).is_some_and(|p| p.starts_with('/')))
    }

    /// A program that is not modelled was given a path.
    pub(super) fn touch(&mut self, path: String) {
        if self.touched.len() < MAX_FILES && !self.touched.contains(&path) {
            Arc::make_mut(&mut self.touched).insert(path);
        }
    }

    /// Whether there is a folder at `path`, if that is known.
    pub(super) fn has_folder(&self, path: &str) -> Option<bool> {
        let prefix = format!("{}/", path.trim_end_matches('/'));
        let below = self.files.range(prefix.clone()..).take_while(|(f, _)| f.starts_with(&prefix));
        if self.folders.contains(path) || below.into_iter().any(|(_, f)| *f != File::Removed) {
            return Some(true);
        }
        if self.file(path).is_some_and(|f| f != File::Removed) {
            return Some(false);
        }
        image::folder(self.family(), path).filter(|there| *there || self.lacks(path))
    }

    /// Puts a file. A path that a kubelet reads is a sight of one.
    pub(super) fn put(&mut self, path: &str, file: File) {
        let file = match file {
            File::Known(text) if text.len() > MAX_FILE_BYTES => File::Unknown(Why::Limit("size of a file on the node")),
            other => other,
        };
        let real = self.real(path).into_owned();
        let links = Arc::clone(&self.links);
        for (link, target) in links.iter() {
            if let Some(rest) = below(&real, target) {
                self.put_at(format!("{link}{rest}"), file.clone());
            }
        }
        self.put_at(real, file);
    }

    fn put_at(&mut self, path: String, file: File) {
        if let Some(sight) = image::sight(&path) {
            self.see(sight.family());
        }
        let files = Arc::make_mut(&mut self.files);
        if files.len() < MAX_FILES || files.contains_key(&path) {
            files.insert(path, file);
        }
    }

    /// A file that stood for a pipe is gone, as if it had never been there.
    pub(super) fn forget(&mut self, path: &str) {
        if self.files.contains_key(path) {
            Arc::make_mut(&mut self.files).remove(path);
        }
    }

    /// Something other than a script writes a file, or adds to it.
    pub(super) fn write(&mut self, path: &str, content: &Result<Traced, Why>, append: bool) {
        match content {
            Ok(text) if append => self.append(path, text, text.span().unwrap_or(self.place)),
            Ok(text) => self.put(path, File::Known(Arc::new(text.clone()))),
            Err(why) => self.put(path, File::Unknown(why.clone())),
        }
    }

    /// Adds to a file.
    pub(super) fn append(&mut self, path: &str, text: &Traced, at: Span) {
        let before = self.file(path);
        let file = match before {
            Some(File::Known(before)) => {
                let mut whole = Traced::clone(&before);
                whole.push(text);
                File::Known(Arc::new(whole))
            }
            Some(File::Unknown(why)) => File::Unknown(why),
            Some(File::Removed) => File::Known(Arc::new(text.clone())),
            None => {
                // A file of the image may stand there already.
                let mut whole = Traced::new();
                if image::may_exist(path) {
                    whole.push_hole(at, Why::FromOutside(format!("what the image has in {path}").into()));
                    whole.push_made(b"\n", at);
                }
                whole.push(text);
                File::Known(Arc::new(whole))
            }
        };
        self.put(path, file);
    }

    /// The kubelet starts, if it does not run already; `again` starts it in any case.
    pub(super) fn start(&mut self, again: bool) {
        if again || self.start.is_none() {
            self.start = Some(Start { files: Arc::clone(&self.files), argv: None });
        }
    }

    /// A container runtime starts, if it does not run already; `again` starts it in any case.
    pub(super) fn start_runtime(&mut self, name: Name, again: bool) {
        if again || !self.runtimes.contains_key(&name) {
            self.runtimes.insert(name, Arc::clone(&self.files));
        }
    }
}
