//! Which settings a search is about: durations, or every field and flag.

use std::sync::LazyLock;

use super::catalogue::{ConfigField, Kind};
use super::field::{FIELDS, Field, Meaning, Shape};
use super::flags::Flag;

/// What is searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// Durations.
    Durations,
    /// Every field and flag.
    All,
}

/// Every field and flag of another type than a duration.
static OTHERS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    let other = |name, flag, shape, since| Field {
        name,
        flag,
        shape,
        default: None,
        zero_by_flag: Meaning::None,
        zero_in_file: Meaning::None,
        since,
    };
    let is_duration = |field: &&ConfigField| matches!(field.kind, Kind::Duration | Kind::DurationOrNumber);
    let fields = ConfigField::all().iter().filter(|field| !is_duration(field) && Field::by_name(field.path).is_none());
    let mut out: Vec<_> =
        fields.map(|f| other(f.path, f.flag.map(|(name, _)| name), Some(Shape::Other), f.since)).collect();
    let names_file = |name: &str| matches!(name, "config" | "config-dir");
    for flag in Flag::all().filter(|flag| !names_file(flag.name) && Field::by_flag(flag.name).is_none()) {
        if out.iter().all(|field| field.flag != Some(flag.name)) {
            out.push(other(flag.name, Some(flag.name), None, flag.since));
        }
    }
    out
});

impl Which {
    /// Everything, or only durations.
    pub(crate) fn of(whole: bool) -> Self {
        if whole { Self::All } else { Self::Durations }
    }

    /// The fields and flags.
    pub(crate) fn fields(self) -> impl Iterator<Item = &'static Field> {
        let others = if self == Self::All { OTHERS.as_slice() } else { &[] };
        FIELDS.iter().chain(others)
    }

    /// The field of a flag, by its name without dashes; `_` counts as `-`.
    pub(crate) fn by_flag(self, name: &str) -> Option<&'static Field> {
        Field::by_flag(name).or_else(|| {
            let name = name.replace('_', "-");
            self.fields().find(|field| field.flag == Some(name.as_str()))
        })
    }

    /// The field of a path.
    pub(crate) fn by_path(self, path: &str) -> Option<&'static Field> {
        self.fields().find(|field| field.shape.is_some() && field.name == path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_and_flag_is_found() {
        for field in ConfigField::all() {
            assert!(Which::All.by_path(field.path).is_some(), "{}", field.path);
        }
        for flag in Flag::all().filter(|flag| !matches!(flag.name, "config" | "config-dir")) {
            assert!(Which::All.by_flag(flag.name).is_some(), "{}", flag.name);
        }
        assert!(Which::Durations.by_flag("read-only-port").is_none());
        assert_eq!(Which::All.by_flag("read_only_port").map(|field| field.name), Some("readOnlyPort"));
    }
}
