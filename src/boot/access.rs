//! Who may use a file: modes and owners that scripts and cloud-config set on files of a kubelet.

use crate::text::{Span, Traced};

/// The most changes that are kept.
const MOST: usize = 256;

/// What a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Right {
    /// Permissions, in octal digits.
    Mode,
    /// User and group, such as `root:root`.
    Owner,
}

/// A change of a file, or of all files in a folder.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Access {
    /// The absolute path.
    pub(super) path: String,
    /// True if files below it are changed as well.
    pub(super) below: bool,
    /// What is changed.
    pub(super) right: Right,
    /// The new value; `None` if it is unknown.
    pub(super) value: Option<String>,
    /// Where it is written.
    pub(super) at: Span,
}

/// Adds a change. Only files whose path speaks of a kubelet or Kubernetes are kept.
pub(super) fn add(all: &mut Vec<Access>, change: Access) {
    if change.path.contains("kube") && all.len() < MOST {
        all.push(change);
    }
}

/// The last change of a file.
pub(super) fn last<'a>(all: &'a [Access], path: &str, right: Right) -> Option<&'a Access> {
    let covers = |change: &&Access| {
        let rest = path.strip_prefix(change.path.as_str());
        change.right == right && rest.is_some_and(|rest| rest.is_empty() || change.below && rest.starts_with('/'))
    };
    all.iter().rev().find(covers)
}

/// A value as a program reads it; `None` if it is unknown or depends on what the file had before.
pub(super) fn read(right: Right, text: &Traced) -> Option<String> {
    let text = text.known_str()?.trim();
    match right {
        Right::Mode => mode(text).map(|mode| format!("{mode:o}")),
        Right::Owner => {
            let (user, group) = text.split_once(':').unwrap_or((text, ""));
            let name = |name: &str| if name == "0" { "root".to_owned() } else { name.to_owned() };
            let (user, group) = (name(user), name(group));
            match (user.as_str(), group.as_str()) {
                ("", _) => None,
                // Root creates files with its own group.
                ("root", "") => Some("root:root".to_owned()),
                (user, "") => Some(user.to_owned()),
                (user, group) => Some(format!("{user}:{group}")),
            }
        }
    }
}

/// Permissions in octal digits, or for user, group and others in letters.
fn mode(text: &str) -> Option<u32> {
    if !text.is_empty() && text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit()) {
        return u32::from_str_radix(text, 8).ok().map(|mode| mode & 0o7777);
    }
    let mut parts = [None; 3];
    for clause in text.split(',') {
        let (classes, rights) = clause.split_once('=')?;
        let mut bits = 0;
        for right in rights.chars() {
            bits |= match right {
                'r' => 4,
                'w' => 2,
                'x' => 1,
                _ => return None,
            };
        }
        for class in classes.chars() {
            match class {
                'u' => parts[0] = Some(bits),
                'g' => parts[1] = Some(bits),
                'o' => parts[2] = Some(bits),
                'a' => parts = [Some(bits); 3],
                _ => return None,
            }
        }
    }
    let [user, group, others] = parts;
    Some(user? << 6 | group? << 3 | others?)
}

#[cfg(test)]
mod tests {
    use super::mode;

    #[test]
    fn modes_in_digits_and_letters() {
        for (text, want) in [
            ("644", Some(0o644)),
            ("0600", Some(0o600)),
            ("u=rw,g=r,o=", Some(0o640)),
            ("a=rwx", Some(0o777)),
            ("u=rw", None),
            ("o-r", None),
            ("+x", None),
            ("999", None),
            ("", None),
        ] {
            assert_eq!(mode(text), want, "{text}");
        }
    }
}
