//! Files that here-documents of a script write, and that its later commands replace or edit.

use crate::syntax::shell::{Command, CommandKind, Part, Target, Word};
use crate::text::Traced;

/// The most files that are known by name.
pub(super) const MAX_WRITTEN: usize = 64;

/// A file that a script wrote.
pub(super) struct Written {
    pub(super) name: String,
    pub(super) text: Traced,
    /// The branch or function that wrote it.
    pub(super) branch: usize,
    /// Where its node groups are, and how many there are.
    pub(super) groups: (usize, usize),
    /// A command may have read it since.
    pub(super) is_read: bool,
}

/// Commands that apply nothing.
const PREPARES: &[&str] = &[
    ":", "[", "cat", "cd", "chmod", "chown", "echo", "envsubst", "export", "jq", "local", "mkdir", "perl", "printf",
    "sed", "set", "sleep", "tee", "test", "true", "yq",
];

/// True for a command that may read a file to apply it.
pub(super) fn may_apply(command: &Command) -> bool {
    let CommandKind::Simple { words, .. } = &command.kind else { return false };
    let names = words.iter().map(|word| word.bare().and_then(Traced::known_str));
    let first = names.clone().find(|name| *name != Some("sudo")).flatten();
    !words.is_empty() && first.is_none_or(|name| !PREPARES.contains(&name))
}

/// The text that `$(cat <<EOF …)` stands for.
pub(super) fn printed(part: &Part) -> Option<&Word> {
    let Part::Command(list, _) = part else { return None };
    let [item] = list.as_slice() else { return None };
    let [command] = item.first.commands.as_slice() else { return None };
    let CommandKind::Simple { words, .. } = &command.kind else { return None };
    let ([program], [redirect]) = (words.as_slice(), command.redirects.as_slice()) else { return None };
    match &redirect.target {
        Target::Body(body) if item.rest.is_empty() && program.bare()?.bytes() == b"cat" => body.word(),
        _ => None,
    }
}
