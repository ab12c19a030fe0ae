//! The simulated machine: the state that a boot has produced so far. Nothing is written to disk.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::node::{FILE_FACTS, Family, FileAccess, Gap, Ineffective, Reason, Tool};
use crate::runtime::Name;
use crate::setting::Setting;
use crate::syntax::Node;
use crate::text::{Span, Traced, Why, budget};

use super::access::{self, Access, Right};
use super::disk::{File, Files, below, inside};
use super::image;

/// The largest file that is kept, in bytes.
pub(super) const MAX_FILE_BYTES: usize = 1 << 20;

/// The most files that are kept.
const MAX_FILES: usize = 4096;

/// The most symbolic links that are kept.
const MAX_LINKS: usize = 64;

/// The most gaps that are kept.
pub(super) const MAX_GAPS: usize = 1000;

/// The most ineffective settings that are kept.
const MAX_INEFFECTIVE: usize = 1000;

/// A kubelet that was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Start {
    /// The files at that time.
    pub(super) files: Arc<Files>,
    /// The command line without the program, unless systemd started it.
    pub(super) argv: Option<Arc<Vec<Traced>>>,
}

/// What nodeadm has written for the kubelet, in addition to the environment file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Written {
    /// The drop-in: `spec.kubelet.config` of all documents, merged. `None` if it is empty.
    pub(super) config: Option<Node>,
    /// The drop-in's text as scripts see it, with what EKS's own document sets; `None` if it was not written or is unknown.
    pub(super) text: Option<Arc<Traced>>,
}

/// The family of a node's image, and how it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Image {
    /// Nothing indicates a family.
    Unknown,
    /// The boot uses something that nodes of this family have.
    Likely(Family),
    /// The boot uses something that works only on this family.
    Proven(Family),
    /// The source sets it; nothing on the machine changes it.
    Given(Family),
}

impl Image {
    pub(super) fn family(self) -> Option<Family> {
        match self {
            Self::Unknown => None,
            Self::Likely(family) | Self::Proven(family) | Self::Given(family) => Some(family),
        }
    }

    /// Records evidence for `family`; the first evidence wins.
    pub(super) fn suggest(&mut self, family: Option<Family>) {
        if let (Self::Unknown, Some(family)) = (*self, family) {
            *self = Self::Likely(family);
        }
    }

    /// Records something that works only on `family`.
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

/// The input and output of nodeadm.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Nodeadm {
    /// Its `NodeConfig` documents, in merge order.
    pub(super) documents: Vec<Node>,
    /// Documents that are merged over all others in the user data.
    pub(super) last_documents: Vec<Node>,
    /// The image is old: its drop-in comes before all others.
    pub(super) old: bool,
    /// What it has written; `None` before it runs.
    pub(super) written: Option<Arc<Written>>,
}

impl Nodeadm {
    /// The documents of the user data, in merge order.
    pub(super) fn all_documents(&self) -> Vec<Node> {
        self.documents.iter().chain(&self.last_documents).cloned().collect()
    }

    pub(super) fn has_documents(&self) -> bool {
        !self.documents.is_empty() || !self.last_documents.is_empty()
    }

    /// The drop-in as scripts see it.
    fn text(&self) -> Option<&Arc<Traced>> {
        self.written.as_ref()?.text.as_ref()
    }

    /// The path of its drop-in: the old name if the image is old, or if a script has written to it.
    pub(super) fn drop_in(&self, files: &Files) -> &'static str {
        let old = files.contains_key(image::OLD_NODEADM_DROPIN) && !files.contains_key(image::NODEADM_DROPIN);
        if self.old || old { image::OLD_NODEADM_DROPIN } else { image::NODEADM_DROPIN }
    }
}

/// The state that a boot has produced so far.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Machine {
    /// The place of the node group, used as the origin of everything that its image ships.
    pub(super) place: Span,
    /// Its image.
    pub(super) image: Image,
    /// Minor version (of 1.x), if known.
    pub(super) minor: Option<u32>,
    /// The release of its image, if the source names one.
    pub(super) release: Option<Arc<str>>,
    /// EKS adds its own part to the user data.
    pub(super) merged_by_eks: bool,
    /// Files that were written or changed.
    pub(super) files: Arc<Files>,
    /// Directories that were created.
    pub(super) folders: Arc<BTreeSet<String>>,
    /// Targets of symbolic links by path. Files are stored under both names.
    pub(super) links: Arc<BTreeMap<String, String>>,
    /// Paths passed to programs that are not modelled: any file may exist at or below them.
    pub(super) touched: Arc<BTreeSet<String>>,
    /// Files that the system does not run as programs: the boot created them and did not make them executable. False where an image
    /// that has the file may let it run.
    pub(super) plain: Arc<BTreeMap<String, bool>>,
    /// Changes of who may use files of the kubelet, if they are followed: paths with other changes are not joined.
    pub(super) access: Option<Arc<Vec<Access>>>,
    /// The files that the kubelet's command line names: its configuration and its kubeconfig.
    pub(super) named: [Option<String>; 2],
    /// The last start of the kubelet.
    pub(super) start: Option<Start>,
    /// The files as they were when a container runtime last started.
    pub(super) runtimes: BTreeMap<Name, Arc<Files>>,
    /// Settings that a tool merges into the kubelet's configuration file.
    pub(super) merged: Vec<Node>,
    /// nodeadm, which joins nodes of Amazon Linux 2023.
    pub(super) nodeadm: Nodeadm,
    /// The settings of a Bottlerocket node.
    pub(super) bottlerocket: Option<Arc<Node>>,
    /// The reason for unknown text in the place of commands, if any.
    pub(super) injected: Option<Why>,
    /// The instances of template units, by the name of the unit.
    pub(super) instances: Arc<BTreeMap<String, Traced>>,
    /// Units of the boot's own that systemd starts at the next boot.
    pub(super) enabled: Arc<BTreeSet<String>>,
    /// Units of the boot's own that run.
    pub(super) active: Arc<BTreeSet<String>>,
    /// Something may restart the kubelet at an unknown time.
    pub(super) restarts: bool,
    /// The tool that starts the kubelet with settings of its own.
    pub(super) tool: Option<Tool>,
    /// EKS or a tool adds labels and taints that are not in the user data.
    pub(super) adds_taints: bool,
    /// The boot has configured or started a kubelet.
    pub(super) has_kubelet: bool,
    /// What could not be resolved.
    pub(super) gaps: Arc<Vec<Gap>>,
    /// Timeouts without effect.
    pub(super) ineffective: Vec<Ineffective>,
}

/// The place and reason of a text that is entirely unknown, apart from a line break at its end.
pub(super) fn unknown(text: &Traced) -> Option<(Span, &Why)> {
    let rest = text.slice(0..text.bytes().trim_ascii_end().len());
    text.first_unknown().filter(|_| rest.is_unknown())
}

impl Machine {
    pub(super) fn new(place: Span, family: Option<Family>, minor: Option<u32>, merged_by_eks: bool) -> Self {
        Self {
            place,
            image: family.map_or(Image::Unknown, Image::Given),
            minor,
            release: None,
            merged_by_eks,
            files: Arc::default(),
            folders: Arc::default(),
            links: Arc::default(),
            touched: Arc::default(),
            plain: Arc::default(),
            access: None,
            named: [None, None],
            start: None,
            runtimes: BTreeMap::new(),
            merged: Vec::new(),
            nodeadm: Nodeadm::default(),
            bottlerocket: None,
            injected: None,
            instances: Arc::default(),
            enabled: Arc::default(),
            active: Arc::default(),
            restarts: false,
            tool: None,
            adds_taints: merged_by_eks,
            has_kubelet: false,
            gaps: Arc::default(),
            ineffective: Vec::new(),
        }
    }

    /// Records evidence of a kubelet, and of its family if only nodes of `family` have it. The first family wins.
    pub(super) fn suggest_kubelet(&mut self, family: Option<Family>) {
        self.has_kubelet = true;
        self.image.suggest(family);
    }

    /// Records something that works only on nodes of `family`, which is stronger evidence than written files.
    pub(super) fn prove_kubelet(&mut self, family: Family) {
        self.has_kubelet = true;
        self.image.prove(family);
    }

    /// The family, once it is known.
    pub(super) fn family(&self) -> Option<Family> {
        self.image.family()
    }

    /// True if nodeadm has documents: its own, or the one that EKS adds to the user data.
    pub(super) fn joins_by_nodeadm(&self) -> bool {
        self.nodeadm.has_documents() || self.merged_by_eks && self.family() == Some(Family::Al2023)
    }

    pub(super) fn gap(&mut self, at: Span, why: Why) {
        let last = self.gaps.len() + 1 == MAX_GAPS;
        let gap = Gap { at, why: if last { Why::Limit("unknown values of a boot") } else { why } };
        if self.gaps.len() < MAX_GAPS && !self.gaps.contains(&gap) {
            Arc::make_mut(&mut self.gaps).push(gap);
        }
    }

    /// Records settings that no kubelet reads. The first reason recorded for a setting is the one reported.
    pub(super) fn record_ineffective(&mut self, settings: Vec<Setting>, why: &Reason) {
        // A list that is replaced before anything runs is not evidence of a kubelet.
        self.has_kubelet |= !settings.is_empty() && self.family().is_some() && *why != Reason::ListReplaced;
        for setting in settings {
            if self.ineffective.len() >= MAX_INEFFECTIVE {
                budget::reached("settings without effect");
            } else if !self.ineffective.iter().any(|d| d.setting.at == setting.at) {
                self.ineffective.push(Ineffective { setting, why: why.clone() });
            }
        }
    }

    /// Records a new mode or owner of a file, and with `below` of all files in it. Without a text it is unknown.
    pub(super) fn set_access(&mut self, (path, below): (String, bool), right: Right, text: Option<&Traced>, at: Span) {
        if right == Right::Mode {
            self.set_plain(&path, below, text);
        }
        if self.access.is_none() {
            return;
        }
        let path = self.real(&path).into_owned();
        let Some(all) = &mut self.access else { return };
        let before = access::last(all, &path, right).filter(|_| !below).and_then(|change| change.value.as_deref());
        let value = text.and_then(|text| access::read(right, text, before));
        let at = text.and_then(Traced::span).unwrap_or(at);
        access::add(Arc::make_mut(all), Access { path, below, right, value, at });
    }

    /// Records what a new mode says about running a file, or all files in a folder, as programs.
    fn set_plain(&mut self, path: &str, below: bool, mode: Option<&Traced>) {
        let path = self.real(path);
        match access::runs(mode) {
            Some(true) if below => {
                let inside = |file: &str| file.strip_prefix(&*path).is_some_and(|r| r.is_empty() || r.starts_with('/'));
                if self.plain.keys().any(|file| inside(file)) {
                    let mut plain = BTreeMap::clone(&self.plain);
                    plain.retain(|file, _| !inside(file));
                    self.plain = Arc::new(plain);
                }
            }
            Some(true) => self.may_run(&path),
            Some(false) if !below && self.files.contains_key(&*path) => {
                let path = path.into_owned();
                Arc::make_mut(&mut self.plain).insert(path, true);
            }
            _ => {}
        }
    }

    /// Forgets that the system does not run a file as a program.
    fn may_run(&mut self, path: &str) {
        if self.plain.contains_key(path) {
            Arc::make_mut(&mut self.plain).remove(path);
        }
    }

    /// Lets a copy be run as a program if the original may be; a file that was moved keeps its mode.
    pub(super) fn inherit_plain(&mut self, from: &str, to: &str, moved: bool) {
        let to = self.real(to).into_owned();
        match self.plain.get(&*self.real(from)).copied() {
            None => self.may_run(&to),
            Some(certain) => {
                let before = self.plain.get(&to).copied();
                if let Some(certain) = before.map(|before| before && certain).or(moved.then_some(certain)) {
                    Arc::make_mut(&mut self.plain).insert(to, certain);
                }
            }
        }
    }

    /// True if the system refuses to run a file as a program, or false if that depends on the image.
    pub(super) fn refuses(&self, path: &str) -> Option<bool> {
        let refuses = *self.plain.get(&*self.real(path))?;
        (!self.is_touched(path)).then_some(refuses)
    }

    /// Gives a file the mode and owner that another one had among earlier changes.
    pub(super) fn inherit_access(&mut self, earlier: &[Access], from: &str, path: &str, at: Span) {
        let Some(all) = &mut self.access else { return };
        for right in [Right::Mode, Right::Owner] {
            let value = access::last(earlier, from, right).and_then(|change| change.value.clone());
            access::add(Arc::make_mut(all), Access { path: path.to_owned(), below: false, right, value, at });
        }
    }

    /// What is known of the files that the kubelet's command line names.
    pub(super) fn access_of_files(&self) -> BTreeMap<&'static str, FileAccess> {
        let files = self.named.iter().flat_map(|file| [(file, Right::Mode), (file, Right::Owner)]);
        let one = |(fact, (file, right)): (&'static str, (&Option<String>, Right))| {
            let path = file.as_ref()?;
            let Access { value, at, .. } = access::last(self.access.as_ref()?, &self.real(path), right)?;
            Some((fact, FileAccess { path: path.clone(), value: value.clone(), at: *at }))
        };
        FILE_FACTS.into_iter().zip(files).filter_map(one).collect()
    }

    /// A file's current content: written during the boot, or shipped by the image.
    pub(super) fn file(&self, path: &str) -> Option<File> {
        self.files.get(path).cloned().or_else(|| {
            let path = &*self.real(path);
            if matches!(path, image::NODEADM_DROPIN | image::OLD_NODEADM_DROPIN)
                && let Some(text) = self.nodeadm.text()
            {
                return Some(File::Known(Arc::clone(text)));
            }
            self.image_file(self.family().or(image::family_of(path))?, path)
        })
    }

    /// A file's content at the time of `files`.
    pub(super) fn file_among(&self, files: &Files, path: &str) -> Option<File> {
        files.get(path).cloned().or_else(|| self.image_file(self.family()?, path))
    }

    /// A file that the image of `family` ships.
    fn image_file(&self, family: Family, path: &str) -> Option<File> {
        let text = image::file(family, path, self.minor)?;
        Some(File::Known(Arc::new(Traced::made(text, self.place))))
    }

    /// The sorted paths of all known files, both written ones and those that the image ships.
    pub(super) fn listing(&self) -> Vec<String> {
        let own = self.files.iter().filter(|(_, file)| **file != File::Removed).map(|(name, _)| name.clone());
        let from_image =
            self.family().map_or(&[][..], image::listing).iter().filter(|name| !self.files.contains_key(**name));
        let mut out: Vec<String> = own.chain(from_image.map(|name| (*name).to_owned())).collect();
        if !self.files.contains_key(image::NODEADM_DROPIN) && self.nodeadm.text().is_some() {
            out.push(image::NODEADM_DROPIN.to_owned());
        }
        out.sort();
        out
    }

    /// Resolves a path through the symbolic links that were created.
    fn real<'p>(&self, path: &'p str) -> Cow<'p, str> {
        let mut path = Cow::Borrowed(path);
        for _ in 0..MAX_LINKS.min(self.links.len()) {
            let Some((link, target)) = self.links.iter().find(|(link, _)| below(&path, link).is_some()) else { break };
            path = Cow::Owned(format!("{target}{}", below(&path, link).unwrap_or_default()));
        }
        path
    }

    /// Creates a symbolic link at `path`.
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

    /// Removes the symbolic link at `path`; its target remains.
    pub(super) fn unlink(&mut self, path: &str) {
        if self.links.contains_key(path) {
            Arc::make_mut(&mut self.links).remove(path);
            let visible: Vec<String> = self.files.keys().filter(|f| below(f, path).is_some()).cloned().collect();
            for file in visible {
                self.put(&file, File::Removed);
            }
        }
    }

    /// True if there is certainly no file at `path`.
    pub(super) fn lacks(&self, path: &str) -> bool {
        self.file(path).is_none_or(|f| f == File::Removed)
            && (path.rfind('/') == Some(0) || image::lacks(self.family(), path))
            && !path.starts_with("/dev/")
            && !self.is_touched(path)
    }

    /// True if a program that is not modelled may have created or changed a file.
    fn is_touched(&self, path: &str) -> bool {
        self.touched.iter().any(|t| path == t || t == "/" || path.strip_prefix(t).is_some_and(|p| p.starts_with('/')))
    }

    /// Records a path passed to a program that is not modelled.
    pub(super) fn touch(&mut self, path: String) {
        if self.touched.contains(&path) {
            return;
        }
        if self.touched.len() >= MAX_FILES {
            return budget::reached("files that programs change");
        }
        Arc::make_mut(&mut self.touched).insert(path);
    }

    /// Whether there is a directory at `path`, if known.
    pub(super) fn has_folder(&self, path: &str) -> Option<bool> {
        let prefix = format!("{}/", path.trim_end_matches('/'));
        if self.folders.contains(path) || inside(&self.files, &prefix).any(|(_, f)| *f != File::Removed) {
            return Some(true);
        }
        if self.file(path).is_some_and(|f| f != File::Removed) {
            return Some(false);
        }
        image::folder(self.family(), path).filter(|there| *there || self.lacks(path))
    }

    /// Puts a file. Writing to a path that a kubelet reads is evidence of one.
    pub(super) fn put(&mut self, path: &str, file: File) {
        let file = match file {
            File::Known(text) if text.len() > MAX_FILE_BYTES => File::Unknown(Why::limit("size of a file on the node")),
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
        if let Some(reader) = image::reader(&path) {
            self.suggest_kubelet(reader.family());
        }
        // A new file is not executable.
        match (&file, self.files.get(&path)) {
            (File::Known(_), before @ (None | Some(File::Removed))) => {
                let certain = before.is_some() || self.lacks(&path);
                Arc::make_mut(&mut self.plain).insert(path.clone(), certain);
            }
            (File::Removed, _) => self.may_run(&path),
            _ => {}
        }
        let files = Arc::make_mut(&mut self.files);
        if files.len() < MAX_FILES || files.contains_key(&path) {
            files.insert(path, file);
        } else {
            budget::reached("files of a node");
        }
    }

    /// Forgets a file that represented a pipe, as if it had never existed.
    pub(super) fn forget(&mut self, path: &str) {
        if self.files.contains_key(path) {
            Arc::make_mut(&mut self.files).remove(path);
        }
    }

    /// Writes or appends to a file on behalf of something other than a script. Its mode is not known.
    pub(super) fn write(&mut self, path: &str, content: &Result<Traced, Why>, append: bool) {
        match content {
            Ok(text) if append => self.append(path, text, text.span().unwrap_or(self.place)),
            Ok(text) => self.put(path, File::Known(Arc::new(text.clone()))),
            Err(why) => self.put(path, File::Unknown(why.clone())),
        }
        self.may_run(&self.real(path));
    }

    /// Appends to a file.
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
                // The image may already ship a file there.
                let mut whole = Traced::new();
                if image::may_exist(path) {
                    whole.push_unknown(at, Why::FromOutside(format!("what the image has in {path}").into()));
                    whole.push_made(b"\n", at);
                }
                whole.push(text);
                File::Known(Arc::new(whole))
            }
        };
        self.put(path, file);
    }

    /// Starts the kubelet, unless it is already running; `again` restarts it.
    pub(super) fn start(&mut self, again: bool) {
        if again || self.start.is_none() {
            self.start = Some(Start { files: Arc::clone(&self.files), argv: None });
        }
    }

    /// Starts a container runtime, unless it is already running; `again` restarts it.
    pub(super) fn start_runtime(&mut self, name: Name, again: bool) {
        if again || !self.runtimes.contains_key(&name) {
            self.runtimes.insert(name, Arc::clone(&self.files));
        }
    }
}
