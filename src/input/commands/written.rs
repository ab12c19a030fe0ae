//! Files that here-documents of a script write, and that its later commands replace or edit.

use crate::node::NodeGroup;
use crate::syntax::shell::{Command, CommandKind, List, RedirectKind, Target, Word};
use crate::text::{Traced, budget};

use super::CommandReader;
use super::filled_files::name_of;

/// The most files that are known by name.
const MAX_WRITTEN: usize = 64;

/// A file that a script wrote.
pub(super) struct Written {
    pub(super) name: String,
    pub(super) text: Traced,
    /// The branch or function that wrote it.
    branch: usize,
    /// Where its node groups are, and how many there are.
    groups: (usize, usize),
    /// A command may have read it since.
    is_read: bool,
}

/// Commands that apply nothing.
const PREPARES: &[&str] = &[
    ":", "[", "cat", "cd", "chmod", "chown", "echo", "envsubst", "export", "jq", "local", "mkdir", "perl", "printf",
    "sed", "set", "sleep", "sudo", "tee", "test", "true", "yq",
];

/// True for a command that may read a file to apply it.
fn may_apply(command: &Command) -> bool {
    let CommandKind::Simple { words, .. } = &command.kind else { return false };
    let names = words.iter().map(|word| word.bare().and_then(Traced::known_str));
    let first = names.clone().find(|name| *name != Some("sudo")).flatten();
    !words.is_empty() && first.is_none_or(|name| !PREPARES.contains(&name))
}

/// The text that `$(cat <<EOF …)` stands for.
pub(super) fn printed(list: &List) -> Option<&Word> {
    let [item] = list.as_slice() else { return None };
    let [command] = item.first.commands.as_slice() else { return None };
    let CommandKind::Simple { words, .. } = &command.kind else { return None };
    let ([program], [redirect]) = (words.as_slice(), command.redirects.as_slice()) else { return None };
    match &redirect.target {
        Target::Body(body) if item.rest.is_empty() && program.bare()?.bytes() == b"cat" => body.word(),
        _ => None,
    }
}

impl CommandReader {
    /// Reads a branch or a function.
    pub(super) fn within(&mut self, read: impl FnOnce(&mut Self)) {
        self.branches += 1;
        let around = std::mem::replace(&mut self.branch, self.branches);
        read(self);
        self.branch = around;
    }

    /// The file that `cat > FILE` or `tee FILE` writes.
    pub(super) fn written_to(&self, command: &Command) -> Option<String> {
        let CommandKind::Simple { words, .. } = &command.kind else { return None };
        let words: Vec<Traced> = words.iter().map(|word| self.value(&word.parts, word.span, 0)).collect();
        let words = if words.first()?.bytes() == b"sudo" { words.get(1..)? } else { &words[..] };
        match words {
            [program] if program.bytes() == b"cat" => {
                let write = command.redirects.iter().find(|redirect| redirect.kind == RedirectKind::Write)?;
                let Target::Word(word) = &write.target else { return None };
                name_of(&self.value(&word.parts, word.span, 0))
            }
            [program, file] if program.bytes() == b"tee" => name_of(file),
            _ => None,
        }
    }

    /// The file that the only command of a pipeline edits: `sed -i … FILE`.
    pub(super) fn edited_in_place(&self, commands: &[Command]) -> Option<String> {
        let [Command { kind: CommandKind::Simple { words, .. }, .. }] = commands else { return None };
        let words: Vec<Traced> = words.iter().map(|word| self.value(&word.parts, word.span, 0)).collect();
        let in_place = |word: &Traced| {
            matches!(word.bytes(), [b'-', b'i', ..] | [b'-', b'p', b'i', ..] | [b'-', b'-', b'i', b'n', ..])
        };
        words.iter().any(in_place).then(|| words.last().and_then(name_of))?
    }

    /// What was written stays as it is for a command that may apply it.
    pub(super) fn is_read_by(&mut self, commands: &[Command]) {
        if commands.iter().any(may_apply) {
            self.written.iter_mut().for_each(|written| written.is_read = true);
        }
    }

    /// A file has a new content. What an earlier one in the same branch launched, it launches in its place.
    pub(super) fn write(&mut self, name: String, text: Traced, groups: Vec<NodeGroup>) {
        let place = (self.groups.len(), groups.len());
        let same = |written: &&mut Written| written.name == name && written.branch == self.branch && !written.is_read;
        let before = self.written.iter_mut().find(same);
        if let Some(written) = before.filter(|written| written.groups.1 == place.1) {
            written.text = text;
            for (old, new) in self.groups.iter_mut().skip(written.groups.0).zip(groups) {
                *old = new;
            }
            return;
        }
        self.groups.extend(groups);
        if self.written.len() >= MAX_WRITTEN {
            return budget::reached("files that a script writes");
        }
        self.written.push(Written { name, text, branch: self.branch, groups: place, is_read: false });
    }
}
