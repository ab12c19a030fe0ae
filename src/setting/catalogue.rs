//! The catalogue of all fields of `KubeletConfiguration`: the rows of `fields.txt`.
//!
//! Sources: `config/v1beta1/types.go` of kubernetes/kubelet from 1.20 to 1.36 for fields, types and versions;
//! `pkg/kubelet/apis/config/v1beta1/defaults.go` for defaults, `cmd/kubelet/app/options/options.go` for flags and
//! `pkg/kubelet/apis/config/validation/validation.go` for allowed values in kubernetes/kubernetes;
//! `staging/src/k8s.io/component-base/logs/api/v1` for `logging`. What a harmful duration does is in `field.rs`.

use std::sync::LazyLock;

use serde_json::Value;

/// The rows, sorted by path. Each is `path type` and then, in any order:
///
/// - `default=JSON`: what an unset field becomes. In a type without `*` a zero, an empty text or `false` counts as unset.
/// - `flag=NAME:KIND`: the flag that writes the field, and how it reads its value; see [`ByFlag`].
/// - `since=MINOR`: the first minor version (of 1.x) that has the field, if it came after 1.20.
/// - `before=MINOR:JSON`: the default before a minor version.
/// - `from=file`: in a file it is a path relative to the folder of that file (`configfiles.go`).
/// - `allows=A|B` or `allows=LEAST..MOST`: the values that validation accepts.
pub(crate) const ROWS: &str = include_str!("fields.txt");

/// The oldest minor version (of 1.x) that an unknown version may be.
const OLDEST: u32 = 24;

/// The type of a value, as JSON carries it.
#[derive(Debug, PartialEq)]
pub enum Kind {
    /// An object that only contains other fields of the catalogue.
    Parent,
    /// A truth value.
    Bool,
    /// A whole number between two limits, with its type in Go.
    Int(i64, i64, &'static str),
    /// A number.
    Float,
    /// A text.
    Text,
    /// A duration as text.
    Duration,
    /// A duration as text or as a number of nanoseconds.
    DurationOrNumber,
    /// A quantity of a resource: text or a number.
    Quantity,
    /// A list.
    List(&'static Kind),
    /// A map from texts.
    Map(&'static Kind),
    /// An object with these members, in the order in which they are printed.
    Object(&'static [Member]),
}

/// A member of an object inside a field.
#[derive(Debug, PartialEq)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// True if it is printed even if it is empty or zero.
    pub always: bool,
}

const fn member(name: &'static str, kind: Kind, always: bool) -> Member {
    Member { name, kind, always }
}

const INT32: Kind = Kind::Int(i32::MIN as i64, i32::MAX as i64, "int32");
const INT64: Kind = Kind::Int(i64::MIN, i64::MAX, "int64");
const UINT32: Kind = Kind::Int(0, u32::MAX as i64, "uint32");
const TAINT: Kind = Kind::Object(&[
    member("key", Kind::Text, true),
    member("value", Kind::Text, false),
    member("effect", Kind::Text, true),
    member("timeAdded", Kind::Text, false),
]);
const RESERVATION: Kind =
    Kind::Object(&[member("numaNode", INT32, true), member("limits", Kind::Map(&Kind::Quantity), true)]);
const SHUTDOWN: Kind =
    Kind::Object(&[member("priority", INT32, true), member("shutdownGracePeriodSeconds", INT64, true)]);
const TRACING: Kind =
    Kind::Object(&[member("endpoint", Kind::Text, false), member("samplingRatePerMillion", INT32, false)]);
const VMODULE: Kind = Kind::Object(&[member("filePattern", Kind::Text, true), member("verbosity", UINT32, true)]);

impl Kind {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "object" => Self::Parent,
            "bool" => Self::Bool,
            "int32" => INT32,
            "int64" => INT64,
            "uint32" => UINT32,
            "float64" => Self::Float,
            "string" => Self::Text,
            "duration" => Self::Duration,
            "duration-or-number" => Self::DurationOrNumber,
            "quantity" => Self::Quantity,
            "[]string" => Self::List(&Self::Text),
            "[]int32" => Self::List(&INT32),
            "[]Taint" => Self::List(&TAINT),
            "[]MemoryReservation" => Self::List(&RESERVATION),
            "[]ShutdownGracePeriodByPodPriority" => Self::List(&SHUTDOWN),
            "[]VModuleItem" => Self::List(&VMODULE),
            "map[string]string" => Self::Map(&Self::Text),
            "map[string]bool" => Self::Map(&Self::Bool),
            "map[string][]string" => Self::Map(&Self::List(&Self::Text)),
            "TracingConfiguration" => TRACING,
            _ => return None,
        })
    }

    /// The value of Go's type that is zero or empty.
    pub fn zero(&self) -> Value {
        match self {
            Self::Bool => Value::Bool(false),
            Self::Int(..) | Self::Float => Value::from(0),
            Self::Text => Value::from(""),
            Self::Duration | Self::DurationOrNumber => Value::from("0s"),
            Self::Quantity => Value::from("0"),
            Self::List(_) => Value::Array(Vec::new()),
            Self::Parent | Self::Map(_) | Self::Object(_) => Value::Object(serde_json::Map::new()),
        }
    }
}

/// How a flag reads its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByFlag {
    /// A truth value.
    Bool,
    /// A whole number of 32 bits.
    Int32,
    /// A whole number of 64 bits.
    Int64,
    /// A whole number of 32 bits that is not negative.
    Level,
    /// A text.
    Text,
    /// An IP address.
    Ip,
    /// A duration.
    Duration,
    /// A quantity.
    Quantity,
    /// Texts separated by commas. The first use replaces the list, later ones add to it; all kinds below do the same.
    List,
    /// `key=value` pairs separated by commas.
    Map,
    /// One `key=value` pair.
    Pair,
    /// `signal<value` pairs separated by commas.
    Thresholds,
    /// `gate=truth` pairs separated by commas, which are added to those in files.
    Gates,
    /// `key=value:effect`, separated by commas. Every use replaces the list.
    Taints,
    /// `name:value` pairs separated by commas; a name may be repeated.
    Headers,
    /// `node:type=quantity,...`, separated by semicolons.
    Memory,
    /// `pattern=level` pairs separated by commas.
    Vmodule,
}

impl ByFlag {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "bool" => Self::Bool,
            "int32" => Self::Int32,
            "int64" => Self::Int64,
            "level" => Self::Level,
            "string" => Self::Text,
            "ip" => Self::Ip,
            "duration" => Self::Duration,
            "quantity" => Self::Quantity,
            "list" => Self::List,
            "map" => Self::Map,
            "pair" => Self::Pair,
            "thresholds" => Self::Thresholds,
            "gates" => Self::Gates,
            "taints" => Self::Taints,
            "headers" => Self::Headers,
            "reserved-memory" => Self::Memory,
            "vmodule" => Self::Vmodule,
            _ => return None,
        })
    }
}

/// One field of `KubeletConfiguration`.
#[derive(Debug, PartialEq)]
pub struct ConfigField {
    /// Its path.
    pub path: &'static str,
    /// Its type.
    pub kind: Kind,
    /// True for a pointer, which keeps a zero in a file.
    pub pointer: bool,
    /// What it is if nothing sets it.
    pub default: Option<Value>,
    /// The flag that writes it, without dashes.
    pub flag: Option<(&'static str, ByFlag)>,
    /// First minor version (of 1.x) that has it, if it came after 1.20.
    pub since: Option<u32>,
    /// A minor version, and the default before it.
    pub before: Option<(u32, Value)>,
    /// The values that validation accepts, as in [`ROWS`].
    pub allows: Option<&'static str>,
    /// True for a path that may be relative to the configuration file.
    pub is_path: bool,
}

impl ConfigField {
    fn from_row(row: &'static str) -> Option<Self> {
        let mut words = row.split(' ');
        let path = words.next()?;
        let name = words.next()?;
        let kind = Kind::named(name.trim_start_matches('*'))?;
        let pointer = name.starts_with('*');
        let mut field = Self {
            path,
            kind,
            pointer,
            default: None,
            flag: None,
            since: None,
            before: None,
            allows: None,
            is_path: false,
        };
        for word in words {
            match word.split_once('=')? {
                ("default", json) => field.default = Some(serde_json::from_str(json).ok()?),
                ("flag", flag) => {
                    let (name, kind) = flag.split_once(':')?;
                    field.flag = Some((name, ByFlag::named(kind)?));
                }
                ("since", minor) => field.since = Some(minor.parse().ok()?),
                ("before", before) => {
                    let (minor, json) = before.split_once(':')?;
                    field.before = Some((minor.parse().ok()?, serde_json::from_str(json).ok()?));
                }
                ("allows", allows) => field.allows = Some(allows),
                ("from", "file") => field.is_path = true,
                _ => return None,
            }
        }
        Some(field)
    }

    /// Every field that is not only an object around others, sorted by path. The table is parsed when it is first needed.
    pub fn all() -> &'static [Self] {
        static ALL: LazyLock<Vec<ConfigField>> = LazyLock::new(|| {
            let fields = ROWS.lines().filter_map(ConfigField::from_row);
            fields.filter(|f| f.kind != Kind::Parent).collect()
        });
        &ALL
    }

    /// The field of a path.
    pub fn by_path(path: &str) -> Option<&'static Self> {
        let all = Self::all();
        all.binary_search_by(|f| f.path.cmp(path)).ok().and_then(|n| all.get(n))
    }

    /// Whether a kubelet of a minor version has it; `None` if that depends on an unknown version, which is 1.24 or newer.
    pub fn exists_in(&self, minor: Option<u32>) -> Option<bool> {
        match (self.since, minor) {
            (None, _) => Some(true),
            (Some(since), None) if since <= OLDEST => Some(true),
            (Some(since), Some(minor)) => Some(minor >= since),
            (Some(_), None) => None,
        }
    }

    /// The default in a minor version; in the newest one if it is unknown.
    pub fn default_in(&self, minor: Option<u32>) -> Option<&Value> {
        match (&self.before, minor) {
            (Some((changed, before)), Some(minor)) if minor < *changed => Some(before),
            _ => self.default.as_ref(),
        }
    }

    /// The value, or the zero of a number or truth value that is left out where it is zero.
    pub fn or_zero(&self, value: Option<&Value>) -> Option<Value> {
        let zero = !self.pointer && matches!(self.kind, Kind::Bool | Kind::Int(..) | Kind::Float);
        value.cloned().or_else(|| zero.then(|| self.kind.zero()))
    }

    /// True for a value that looks like an unset field: the zero of a type that is not a pointer.
    pub fn is_unset(&self, value: &Value) -> bool {
        !self.pointer && *value == self.kind.zero()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{FIELDS, Shape, parse_duration};
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_row_is_read() {
        assert!(ROWS.lines().zip(ROWS.lines().skip(1)).all(|(a, b)| a.split(' ').next() < b.split(' ').next()));
        for row in ROWS.lines() {
            assert!(ConfigField::from_row(row).is_some(), "{row}");
        }
        assert!(ConfigField::from_row("a string default=x").is_none());
        assert!(ConfigField::from_row("a strings").is_none());
    }

    #[test]
    fn durations_agree_with_the_table_of_their_meaning() {
        let is_duration = |f: &ConfigField| matches!(f.kind, Kind::Duration | Kind::DurationOrNumber);
        for field in ConfigField::all().iter().filter(|f| is_duration(f)) {
            let other = FIELDS.iter().find(|f| f.name == field.path).unwrap();
            let default = field.default.as_ref().and_then(Value::as_str).unwrap();
            assert_eq!(Some(parse_duration(default.as_bytes()).unwrap()), other.default, "{}", field.path);
            assert_eq!(field.flag.map(|(name, _)| name), other.flag, "{}", field.path);
            assert_eq!(field.pointer, other.shape == Some(Shape::Pointer), "{}", field.path);
        }
        for field in FIELDS.iter().filter(|f| f.shape.is_some()) {
            assert!(ConfigField::by_path(field.name).is_some(), "{}", field.name);
        }
    }

    #[test]
    fn defaults_depend_on_the_version() {
        let default = |path: &str, minor| ConfigField::by_path(path).unwrap().default_in(minor).cloned();
        assert_eq!(default("eventRecordQPS", Some(26)), Some(Value::from(5)));
        assert_eq!(default("eventRecordQPS", Some(27)), Some(Value::from(50)));
        assert_eq!(default("eventRecordQPS", None), Some(Value::from(50)));
        assert_eq!(default("clusterDNS", Some(36)), None);
        assert_eq!(ConfigField::by_path("authentication"), None);
        assert_eq!(ConfigField::by_path("failCgroupV1").unwrap().exists_in(Some(30)), Some(false));
        assert_eq!(ConfigField::by_path("failCgroupV1").unwrap().exists_in(None), None);
    }
}
