//! What a rule is about: a field of any type, a key of a map, or a flag that writes no field.

use crate::node::FILE_FACTS;
use crate::runtime::Name;
use crate::setting::{ConfigField, FIELDS, Field, Flag, Kind};

/// A setting that a rule names.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    /// A field, with the key if it is a map and only one key of it is meant.
    Field(&'static ConfigField, Option<String>),
    /// A flag that writes no field, without dashes.
    Flag(&'static str),
    /// The mode or the owner of a file of the kubelet; a name of [`FILE_FACTS`].
    File(&'static str),
    /// A duration that is not a field of the configuration: of a container runtime, or only a flag.
    Duration(&'static Field),
}

impl Target {
    /// The setting of a name in front matter: `readOnlyPort`, `featureGates.NAME` or `--hostname-override`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        if let Some(flag) = name.strip_prefix("--") {
            let flag = Flag::find(flag)?;
            let field = ConfigField::all().iter().find(|f| f.flag.is_some_and(|(name, _)| name == flag.name));
            return Some(field.map_or(Self::Flag(flag.name), |field| Self::Field(field, None)));
        }
        if let Some(field) = ConfigField::by_path(name) {
            return Some(Self::Field(field, None));
        }
        if let Some(fact) = FILE_FACTS.iter().find(|fact| **fact == name) {
            return Some(Self::File(fact));
        }
        let runtimes = Name::ALL.iter().map(|n| n.field());
        if let Some(field) = FIELDS.iter().chain(runtimes).find(|f| f.name == name) {
            return Some(Self::Duration(field));
        }
        // A key may contain dots, as in `evictionHard.memory.available`.
        let of = |(at, _): (usize, &str)| {
            let field = ConfigField::by_path(name.get(..at)?).filter(|f| matches!(f.kind, Kind::Map(_)))?;
            Some(Self::Field(field, Some(name.get(at + 1..)?.to_owned())))
        };
        name.match_indices('.').find_map(of)
    }

    /// True for a duration: rules about them look at what a zero means as well.
    pub(crate) fn is_duration(&self) -> bool {
        match self {
            Self::Field(field, None) => FIELDS.iter().any(|f| f.name == field.path),
            Self::Field(..) | Self::Flag(_) | Self::File(_) => false,
            Self::Duration(_) => true,
        }
    }

    /// The type of its value.
    pub(crate) fn kind(&self) -> &'static Kind {
        match self {
            Self::Field(ConfigField { kind: Kind::Map(inner), .. }, Some(_)) => inner,
            Self::Field(field, _) => &field.kind,
            Self::Flag(_) | Self::File(_) => &Kind::Text,
            Self::Duration(_) => &Kind::Duration,
        }
    }

    /// Its name.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Field(field, Some(key)) => format!("{}.{key}", field.path),
            Self::Field(field, None) => field.path.to_owned(),
            Self::Flag(flag) => format!("--{flag}"),
            Self::File(fact) => (*fact).to_owned(),
            Self::Duration(field) => field.name.to_owned(),
        }
    }
}

/// True if a rule can name it.
pub(crate) fn is_setting(name: &str) -> bool {
    Target::named(name).is_some()
}

/// The name of a setting that is most like `name`.
pub(crate) fn nearest(name: &str) -> Option<&'static str> {
    let distance = |other: &&str| strsim::damerau_levenshtein(name, other);
    let all = ConfigField::all().iter().map(|f| f.path).chain(FIELDS.iter().map(|f| f.name));
    all.min_by_key(distance).filter(|near| distance(near) <= name.len() / 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_found_by_name() {
        for (name, want) in [
            ("readOnlyPort", Some("readOnlyPort")),
            ("--read-only-port", Some("readOnlyPort")),
            ("--hostname_override", Some("--hostname-override")),
            ("featureGates.NodeSwap", Some("featureGates.NodeSwap")),
            ("evictionHard.memory.available", Some("evictionHard.memory.available")),
            ("stream_idle_timeout", None),
            ("readonlyport", None),
            ("--no-such-flag", None),
            ("maxPods.x", None),
        ] {
            assert_eq!(Target::named(name).map(|t| t.name()).as_deref(), want, "{name}");
        }
        assert!(Target::named("syncFrequency").is_some_and(|t| t.is_duration()));
        assert!(!Target::named("maxPods").is_some_and(|t| t.is_duration()));
        assert_eq!(nearest("readOnlyPrt"), Some("readOnlyPort"));
    }
}
