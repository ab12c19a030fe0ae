//! Commands of the AWS CLI that launch machines with user data, or describe how.

use crate::node::{BOOTS_WITH_IT, NodeGroup, Step, Wrapping};
use crate::syntax::{Node, json};
use crate::text::{Span, Traced};
use crate::value::{Condition, Guard};

use super::call::Call;
use super::files::contents;
use super::interpreter::Shell;
use super::state::ScriptRun;

/// Verbs of `aws ec2` and `aws autoscaling`.
const VERBS: [&str; 4] =
    ["run-instances", "create-launch-template", "create-launch-template-version", "create-launch-configuration"];

/// The most launches of one script.
pub(super) const MAX_LAUNCHES: usize = 16;

impl Shell<'_, '_> {
    /// Records what a command launches.
    pub(super) fn launch(&mut self, call: &Call<'_>, path: &ScriptRun) {
        let verb = call.words.iter().filter_map(|w| w.known_str()).find(|w| VERBS.contains(w));
        let Some(verb) = verb.filter(|_| call.name == "aws" && self.cx.launched.len() < MAX_LAUNCHES) else { return };
        let plain = option(call.words, "--user-data").map(|value| given(&value, call.at, path));
        let described = option(call.words, "--launch-template-data").and_then(|value| {
            let text = given(&value, call.at, path);
            let id = self.cx.texts.add_made("the data of a launch template", &text, call.at);
            let tree = json::parse(&self.cx.texts.view(id)).tree?;
            tree.get("UserData").and_then(Node::as_scalar).map(|scalar| scalar.text.clone())
        });
        let (text, wrapping) = match (plain, described) {
            (Some(text), _) => (text, Wrapping::Base64OrPlain),
            (None, Some(text)) => (text, Wrapping::Base64),
            (None, None) => return,
        };
        // The paths through a script launch the same machine.
        let same = |step: &Step| matches!(step, Step::UserData(known, _) if *known == text);
        if self.cx.launched.iter().any(|known| known.place == call.at && known.steps.iter().any(same)) {
            return;
        }
        let mut group = NodeGroup::new(format!("aws {verb}"), call.at);
        group.when = path.when.clone();
        group.steps.push(Step::UserData(text, wrapping));
        self.cx.launched.push(group);
    }
}

/// How user data starts, in lower case.
const MARKS: &[&[u8]] =
    &[b"#!", b"#cloud-config", b"## template: jinja", b"mime-version:", b"content-type: multipart/"];

/// True if a script may print user data: a line after the first starts like it.
pub(super) fn may_print(script: &Traced) -> bool {
    let bytes = script.bytes();
    let marked = |line: &[u8]| MARKS.iter().any(|mark| line.windows(mark.len()).any(|w| w.eq_ignore_ascii_case(mark)));
    bytes.split(|b| *b == b'\n').skip(1).any(marked)
}

/// A node with the output of a script, if that is user data. A tool that runs the script may launch it.
pub(super) fn printed(path: &ScriptRun) -> Option<NodeGroup> {
    let start = path.out.bytes().get(..64.min(path.out.len()))?.trim_ascii_start().to_ascii_lowercase();
    let at = path.out.span().filter(|_| MARKS.iter().any(|mark| start.starts_with(mark)))?;
    let mut group = NodeGroup::new("output", at);
    group.when = path.when.and(&Guard::of(Condition::new(BOOTS_WITH_IT, true)))?;
    group.steps.push(Step::UserData(path.out.clone(), Wrapping::Plain));
    Some(group)
}

/// The value of an option.
fn option(words: &[Traced], name: &str) -> Option<Traced> {
    let at = words.iter().position(|w| w.bytes().starts_with(name.as_bytes()))?;
    match words[at].bytes().get(name.len()) {
        None => words.get(at + 1).cloned(),
        Some(b'=') => Some(words[at].slice(name.len() + 1..words[at].len())),
        Some(_) => None,
    }
}

/// A value, or the content of the file that it names.
fn given(value: &Traced, at: Span, path: &ScriptRun) -> Traced {
    for scheme in ["file://", "fileb://"] {
        if value.bytes().starts_with(scheme.as_bytes()) {
            return contents(path, &value.slice(scheme.len()..value.len()), at);
        }
    }
    value.clone()
}
