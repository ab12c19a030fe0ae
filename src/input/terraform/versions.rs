//! Versions of modules, and version constraints as in hashicorp/go-version.

/// A version: major, minor, patch.
pub(super) type Version = [u32; 3];

/// A range of versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) from: Version,
    /// Exclusive.
    pub(super) before: Version,
}

impl Range {
    /// Any version.
    const ANY: Self = Self { from: [0; 3], before: [u32::MAX; 3] };

    /// Parses a list of constraints, such as `~> 20.8, != 20.9.1`; an empty list allows any version. `!=` is ignored,
    /// because a model covers many versions. `None` if it is not a list of constraints.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut out = Self::ANY;
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let digits = part.find(|c: char| c == 'v' || c.is_ascii_digit())?;
            let (operator, version) = part.split_at(digits);
            let (version, parts) = version_of(version)?;
            let after = [version[0], version[1], version[2].saturating_add(1)];
            let one = match operator.trim() {
                "" | "=" => Self { from: version, before: after },
                ">=" => Self { from: version, ..Self::ANY },
                ">" => Self { from: after, ..Self::ANY },
                "<" => Self { before: version, ..Self::ANY },
                "<=" => Self { before: after, ..Self::ANY },
                "~>" => Self {
                    from: version,
                    before: match parts {
                        // Only the last part may increase; a single part may increase without limit.
                        1 => Self::ANY.before,
                        2 => [version[0].saturating_add(1), 0, 0],
                        _ => [version[0], version[1].saturating_add(1), 0],
                    },
                },
                "!=" => Self::ANY,
                _ => return None,
            };
            out = Self { from: out.from.max(one.from), before: out.before.min(one.before) };
        }
        Some(out)
    }

    /// True if the two ranges overlap.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.from.max(other.from) < self.before.min(other.before)
    }
}

/// Parses `v1.2.3-beta`, and counts the parts that are written.
fn version_of(text: &str) -> Option<(Version, usize)> {
    let text = text.trim().trim_start_matches('v');
    let text = text.split(['-', '+']).next()?;
    let mut version = [0; 3];
    let mut parts = 0;
    for part in text.split('.') {
        *version.get_mut(parts)? = part.parse().ok()?;
        parts += 1;
    }
    Some((version, parts))
}

#[cfg(test)]
mod tests {
    use super::Range;

    #[test]
    fn constraints_are_ranges() {
        for (text, from, before) in [
            ("20.8.4", [20, 8, 4], [20, 8, 5]),
            ("= v20.8", [20, 8, 0], [20, 8, 1]),
            ("~> 20.8", [20, 8, 0], [21, 0, 0]),
            ("~> 20.8.4", [20, 8, 4], [20, 9, 0]),
            ("~> 20", [20, 0, 0], [u32::MAX; 3]),
            (">= 18, < 21.0", [18, 0, 0], [21, 0, 0]),
            ("> 1.0.0, <= 2.0.0, != 1.5.0", [1, 0, 1], [2, 0, 1]),
            ("21.0.0-beta1", [21, 0, 0], [21, 0, 1]),
            ("", [0, 0, 0], [u32::MAX; 3]),
        ] {
            assert_eq!(Range::parse(text), Some(Range { from, before }), "{text}");
        }
        for text in ["main", "~ 1.0", "1.2.3.4", "=> 1", "a1b2c3d", "99999999999"] {
            assert_eq!(Range::parse(text), None, "{text}");
        }
    }
}
