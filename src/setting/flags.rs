//! Every flag that any kubelet has had.
//!
//! How a word on the command line is read depends on the flag before it: one that needs a value takes the next word, whatever
//! it is. Source: the flag sets that `cmd/kubelet/app/options` builds in Kubernetes 1.20, 1.21 and 1.23 to 1.36, with those of
//! cAdvisor, klog and component-base that it registers. For a change in 1.22 or 1.23, 1.22 is listed with both sides. Flags
//! removed before 1.20 are kept, because old repositories still pass them.

use std::sync::{LazyLock, OnceLock};

/// What a flag does with its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// A truth value, only after `=`; the flag alone means true.
    Switch,
    /// Like [`Switch`](Self::Switch), from a library that the kubelet links. When the command line is read over a configuration
    /// file, the kubelet replaces these flags with stand-ins that need a value, so there the flag takes the next word.
    LibrarySwitch,
    /// A duration.
    Duration,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// Anything else: text, lists, `key=value` pairs.
    Text,
}

/// A flag of the kubelet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Flag {
    /// Its name, without dashes.
    pub name: &'static str,
    /// What it does with its value.
    pub takes: Takes,
    /// First minor version (of 1.x) that has it, if it came after 1.20.
    pub since: Option<u32>,
    /// Last minor version that has it, if 1.36 does not.
    pub until: Option<u32>,
}

/// The first minor version (of 1.x) for which the list is complete.
const FIRST_LISTED: u32 = 20;

impl Flag {
    fn from_row(row: &'static str) -> Option<Self> {
        let mut words = row.split(' ');
        let name = words.next()?;
        let takes = match words.next()? {
            "Switch" => Takes::Switch,
            "LibrarySwitch" => Takes::LibrarySwitch,
            "Duration" => Takes::Duration,
            "Integer" => Takes::Integer,
            "Number" => Takes::Number,
            "Text" => Takes::Text,
            _ => return None,
        };
        let mut flag = Self { name, takes, since: None, until: None };
        for word in words {
            match word.split_once('=')? {
                ("since", minor) => flag.since = Some(minor.parse().ok()?),
                ("until", minor) => flag.until = Some(minor.parse().ok()?),
                _ => return None,
            }
        }
        Some(flag)
    }

    /// Every flag, sorted by name.
    pub(crate) fn all() -> impl Iterator<Item = &'static Self> {
        ROWS.lines().filter_map(|row| Self::find(row.split(' ').next()?))
    }

    /// The flag of a name without dashes; `_` counts as `-` (`WordSepNormalizeFunc` in component-base).
    pub(crate) fn find(name: &str) -> Option<&'static Self> {
        // Most runs ask for few.
        type Row = (&'static str, OnceLock<Option<Flag>>);
        static ALL: LazyLock<Vec<Row>> = LazyLock::new(|| ROWS.lines().map(|row| (row, OnceLock::new())).collect());
        let name = name.replace('_', "-");
        let found = ALL.binary_search_by(|(row, _)| row.split(' ').next().unwrap_or(row).cmp(&name)).ok()?;
        let (row, flag) = ALL.get(found)?;
        flag.get_or_init(|| Self::from_row(row)).as_ref()
    }

    /// Whether a kubelet of this minor version has the flag; `None` if that depends on an unknown version.
    pub(crate) fn exists_in(&self, minor: Option<u32>) -> Option<bool> {
        match minor {
            None if self.since.is_none() && self.until.is_none() => Some(true),
            None => None,
            Some(minor) if minor < FIRST_LISTED => self.since.is_some_and(|s| minor < s).then_some(false),
            Some(minor) => Some(self.since.is_none_or(|s| minor >= s) && self.until.is_none_or(|u| minor <= u)),
        }
    }
}

/// Every flag, sorted by name, each `name takes [since=MINOR] [until=MINOR]`.
const ROWS: &str = include_str!("flags.txt");

#[cfg(test)]
mod tests {
    use super::super::FIELDS;
    use super::*;

    #[test]
    fn the_list_is_sorted_and_holds_every_flag_of_the_catalogue() {
        let flags: Vec<_> = ROWS.lines().filter_map(Flag::from_row).collect();
        assert_eq!(flags.len(), ROWS.lines().count());
        assert!(flags.windows(2).all(|w| w[0].name < w[1].name));
        for name in FIELDS.iter().filter_map(|f| f.flag) {
            let flag = Flag::find(name).unwrap();
            assert!((flag.since, flag.until) == (None, None), "{name}");
            assert_eq!(flag.takes == Takes::Duration, name != "eviction-soft-grace-period", "{name}");
        }
    }

    #[test]
    fn a_flag_belongs_to_the_versions_that_have_it() {
        let cases: &[(&str, Option<u32>, Option<bool>)] = &[
            ("streaming_connection_idle_timeout", None, Some(true)),
            ("streaming-connection-idle-timeout", Some(20), Some(true)),
            ("config-dir", Some(27), Some(false)),
            ("config-dir", Some(28), Some(true)),
            ("config-dir", None, None),
            ("container-runtime", Some(26), Some(true)),
            ("container-runtime", Some(27), Some(false)),
            ("logtostderr", Some(26), Some(false)),
            ("allow-privileged", Some(14), None),
            ("allow-privileged", Some(30), Some(false)),
        ];
        for (name, minor, want) in cases {
            assert_eq!(Flag::find(name).unwrap().exists_in(*minor), *want, "{name} in {minor:?}");
        }
        assert_eq!(Flag::find("no-such-flag"), None);
    }
}
