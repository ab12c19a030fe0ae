//! Who may use a file: modes and owners that scripts and cloud-config set on files of a kubelet.

use crate::text::{Span, Traced, budget};

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
    if change.path.contains("kube") {
        if all.len() >= MOST {
            return budget::reached("changes of rights of files");
        }
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

/// A value as a program reads it, over the one before; `None` if it is unknown.
pub(super) fn read(right: Right, text: &Traced, before: Option<&str>) -> Option<String> {
    let text = text.known_str()?.trim();
    match right {
        Right::Mode => {
            let before = before.and_then(|before| u32::from_str_radix(before, 8).ok());
            mode(text, before).map(|mode| format!("{mode:o}"))
        }
        Right::Owner => {
            let name = |name: &str| if name == "0" { "root".to_owned() } else { name.to_owned() };
            let (user, group) = text.split_once(':').map_or((text, None), |(user, group)| (user, Some(group)));
            let (user_before, group_before) = before.and_then(|before| before.split_once(':')).unzip();
            let user = if user.is_empty() { user_before?.to_owned() } else { name(user) };
            let group = match group {
                Some("") => None,
                Some(group) => Some(name(group)),
                None => group_before.map(str::to_owned),
            };
            // Root creates files with its own group.
            match group.or_else(|| (user == "root").then(|| user.clone())) {
                Some(group) => Some(format!("{user}:{group}")),
                None => Some(user),
            }
        }
    }
}

/// Permissions in octal digits, or for user, group and others in letters, which change those before.
fn mode(text: &str, before: Option<u32>) -> Option<u32> {
    if !text.is_empty() && text.len() <= 6 && text.bytes().all(|b| b.is_ascii_digit()) {
        return u32::from_str_radix(text, 8).ok().map(|mode| mode & 0o7777);
    }
    let mut parts = [6, 3, 0].map(|shift| before.map(|before| before >> shift & 7));
    for clause in text.split(',') {
        let (classes, rights) = clause.split_at(clause.find(['=', '+', '-']).filter(|at| *at > 0)?);
        let mut rights = rights.chars();
        let sign = rights.next()?;
        let mut bits = 0;
        for right in rights {
            bits |= match right {
                'r' => 4,
                'w' => 2,
                'x' => 1,
                _ => return None,
            };
        }
        for class in classes.chars() {
            let these = match class {
                'u' => 0..1,
                'g' => 1..2,
                'o' => 2..3,
                'a' => 0..3,
                _ => return None,
            };
            for part in &mut parts[these] {
                *part = match sign {
                    '=' => Some(bits),
                    '+' => part.map(|part| part | bits),
                    _ => part.map(|part| part & !bits),
                };
            }
        }
    }
    let [user, group, others] = parts;
    Some(user? << 6 | group? << 3 | others?)
}

/// What a mode says about running a file as a program: it may be run or may not be; `None` if the mode does not change that.
/// An unknown mode may allow it.
pub(super) fn runs(text: Option<&Traced>) -> Option<bool> {
    let Some(text) = text.and_then(Traced::known_str).map(str::trim) else { return Some(true) };
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return Some(u32::from_str_radix(text, 8).is_ok_and(|mode| mode & 0o111 != 0));
    }
    // In letters, what follows a plus or an equals sign is given; one class may get the rights of another: `g=u`.
    let mut sign = None;
    for letter in text.chars() {
        match (letter, sign) {
            (',', _) => sign = None,
            ('+' | '-' | '=', _) => sign = Some(letter),
            ('r' | 'w', _) | (_, None | Some('-')) => {}
            _ => return Some(true),
        }
    }
    (!text.contains(['+', '-', '='])).then_some(true)
}

#[cfg(test)]
mod tests {
    use super::{Right, mode, read, runs};
    use crate::text::{Source, Texts};

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
            assert_eq!(mode(text, None), want, "{text}");
        }
        for (text, want) in [("o-r", 0o640), ("a+x", 0o755), ("go=", 0o600), ("u-w,g+w", 0o464)] {
            assert_eq!(mode(text, Some(0o644)), Some(want), "{text}");
        }
    }

    #[test]
    fn modes_that_let_a_file_run() {
        let mut texts = Texts::new();
        for (text, want) in [
            ("755", Some(true)),
            ("0700", Some(true)),
            ("644", Some(false)),
            ("+x", Some(true)),
            ("u+x", Some(true)),
            ("u=rwx,go=", Some(true)),
            ("g=u", Some(true)),
            ("a+X", Some(true)),
            ("preserve", Some(true)),
            ("u-w+x", Some(true)),
            ("go-w,u=rwx", Some(true)),
            ("u+rw", None),
            ("go-w", None),
            ("a-x", None),
            ("u=rw,g=r,o=", None),
        ] {
            let id = texts.add_source(std::sync::Arc::new(Source::new("mode", text.as_bytes())));
            assert_eq!(runs(Some(&texts.view(id).traced(0..text.len()))), want, "{text}");
        }
        assert_eq!(runs(None), Some(true), "unknown");
    }

    #[test]
    fn owners_keep_what_is_not_named() {
        let mut texts = Texts::new();
        for (text, before, want) in [
            ("root", None, Some("root:root")),
            ("root:", None, Some("root:root")),
            ("0:0", None, Some("root:root")),
            ("root", Some("bin:kube"), Some("root:kube")),
            (":kube", Some("root:root"), Some("root:kube")),
            (":kube", None, None),
            ("kube", None, Some("kube")),
        ] {
            let id = texts.add_source(std::sync::Arc::new(Source::new("owner", text.as_bytes())));
            let owner = texts.view(id).traced(0..text.len());
            assert_eq!(read(Right::Owner, &owner, before).as_deref(), want, "{text}");
        }
    }
}
