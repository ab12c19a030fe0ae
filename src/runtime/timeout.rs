//! The timeout of a runtime: the field, its settings, and the effective value.

use std::sync::Arc;

use crate::setting::duration::HOUR;
use crate::setting::{Failure, Field, Meaning, Mechanism, Reading, SetBy, Setting, Settled};
use crate::syntax::{Node, Style};
use crate::text::{Span, View, Why};
use crate::value::Guard;

/// The container runtimes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// containerd with its CRI plugin.
    Containerd,
    /// CRI-O.
    Crio,
}

impl Name {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Containerd, Self::Crio];

    /// The name as its project writes it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Containerd => "containerd",
            Self::Crio => "CRI-O",
        }
    }

    /// Its timeout.
    pub fn field(self) -> &'static Field {
        match self {
            Self::Containerd => &CONTAINERD,
            Self::Crio => &CRIO,
        }
    }

    /// The runtime that a timeout belongs to; `None` for a setting of the kubelet.
    pub fn of(field: &Field) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.field().name == field.name)
    }
}

/// The key in the configuration files of both runtimes.
pub(crate) const KEY: &str = "stream_idle_timeout";

/// The effect of a zero.
const NEVER: Meaning = Meaning::Harmful("the runtime never closes an idle exec, attach or port-forward stream");

/// `stream_idle_timeout` of containerd's CRI plugin. Source: containerd `internal/cri/config/config.go` and `streaming.go`.
static CONTAINERD: Field = Field {
    name: "containerd.stream_idle_timeout",
    flag: None,
    shape: None,
    default: Some(4 * HOUR),
    zero_by_flag: Meaning::None,
    zero_in_file: NEVER,
    since: None,
};

/// `stream_idle_timeout` of CRI-O. Source: CRI-O `pkg/config/config.go` and `server/server.go`.
static CRIO: Field = Field {
    name: "crio.api.stream_idle_timeout",
    flag: Some("stream-idle-timeout"),
    shape: None,
    default: Some(4 * HOUR),
    zero_by_flag: NEVER,
    zero_in_file: NEVER,
    since: None,
};

/// What one runtime runs with.
#[derive(Clone, Debug)]
pub struct Runtime {
    /// Which one it is.
    pub name: Name,
    /// In which case it runs with this.
    pub when: Guard,
    /// Its timeout.
    pub timeout: Settled,
    /// Why it does not serve any pod.
    pub failures: Vec<Failure>,
    /// Parts of its configuration that were not resolved.
    pub gaps: Vec<(Option<Span>, Why)>,
}

impl Runtime {
    /// True if the timeout is set anywhere.
    pub fn is_set(&self) -> bool {
        self.timeout.winner.is_some() || !self.timeout.shadowed.is_empty()
    }
}

/// A file of a node.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// It exists.
    Known(View),
    /// It may exist, but its content is unknown.
    Unknown(Why),
    /// It does not exist.
    Missing,
}

/// The files of a node.
pub(crate) trait Files {
    /// A file by its absolute path.
    fn read(&mut self, path: &str) -> Content;

    /// The paths of all files below a directory, sorted. Files that an image may contain are not listed.
    fn below(&mut self, directory: &str) -> Vec<String>;
}

/// Settings of the timeout, in the order in which they are read; the last one wins.
pub(super) struct Track {
    pub(super) name: Name,
    pub(super) settings: Vec<(Setting, SetBy)>,
    pub(super) unknown: Option<Why>,
    pub(super) failures: Vec<Failure>,
    pub(super) gaps: Vec<(Option<Span>, Why)>,
}

impl Track {
    pub(super) fn new(name: Name) -> Self {
        Self { name, settings: Vec::new(), unknown: None, failures: Vec::new(), gaps: Vec::new() }
    }

    /// A setting, which overrides the earlier ones.
    pub(super) fn add(&mut self, setting: Setting, from: SetBy) {
        self.settings.push((setting, from));
        self.unknown = None;
    }

    /// The setting of a key in a file.
    pub(super) fn add_key(&mut self, (key, value): &(Node, Node), view: &View, main: Option<&str>) {
        let (by, from) = match main {
            None => (Mechanism::ConfigFile, SetBy::Config),
            Some(path) => (Mechanism::DropIn(path.to_owned()), SetBy::DropIn),
        };
        let raw = value.as_scalar().map_or_else(|| view.traced(value.span.range()), |s| s.text.clone());
        let at = raw.span().unwrap_or(value.span);
        let carrier = key.span.to(value.span);
        self.add(Setting { field: self.name.field(), key: None, raw, reading: read(value), at, carrier, by }, from);
    }

    /// Something unknown may set it differently.
    pub(super) fn doubt(&mut self, why: Why) {
        self.unknown = Some(why);
    }

    pub(super) fn gap(&mut self, at: Option<Span>, why: Why) {
        self.gaps.push((at, why));
    }

    pub(super) fn settled(self) -> Runtime {
        let Self { name, mut settings, unknown, mut failures, gaps } = self;
        let field = name.field();
        let winner = settings.pop();
        let (effective, from, hidden) = match winner.as_ref().map(|(s, from)| (&s.reading, *from)) {
            Some((Reading::Duration(nanoseconds), from)) => (Some(*nanoseconds), from, None),
            Some((Reading::Unknown(why), from)) => (None, from, Some(why.clone())),
            Some((Reading::Invalid(_), from)) => (None, from, None),
            Some((Reading::Unset, _)) | None => (field.default, SetBy::Default, None),
        };
        if let Some((setting, _)) = &winner
            && let Reading::Invalid(message) = &setting.reading
            && unknown.is_none()
            && !failures.iter().any(|f: &Failure| f.at == Some(setting.at))
        {
            failures.push(Failure::invalid(setting.clone(), message.clone()));
        }
        let timeout = Settled {
            field,
            key: None,
            effective,
            from,
            winner: winner.map(|(setting, _)| setting),
            shadowed: settings.into_iter().map(|(setting, _)| setting).collect(),
            unknown: hidden.or(unknown),
        };
        Runtime { name, when: Guard::always(), timeout, failures, gaps }
    }
}

/// How a runtime reads the value of its key: both require text, not a TOML number. Empty text keeps the library's default.
pub(super) fn read(value: &Node) -> Reading {
    let kind = |what: &str| Reading::Invalid(format!("{what} cannot be decoded into text"));
    let Some(scalar) = value.as_scalar() else { return kind("a list or table") };
    if let Some((_, why)) = scalar.text.first_unknown() {
        return Reading::Unknown(why.clone());
    }
    match scalar.style {
        Style::Plain => kind(match scalar.text.bytes() {
            b"true" | b"false" => "a boolean",
            _ => "a number",
        }),
        _ if scalar.text.is_empty() => Reading::Unset,
        _ => crate::setting::read_duration(scalar.text.bytes()),
    }
}

/// Why a condition on a version is not decided.
pub(super) fn version_of(what: &str) -> Why {
    Why::FromOutside(Arc::from(what))
}
