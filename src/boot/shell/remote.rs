//! Other machines that a script reaches: with `ssh` and `scp`, and clusters that `k3d` creates.

use crate::node::{NodeGroup, Step};
use crate::text::{Span, Traced, budget};

use super::call::Call;
use super::files::contents;
use super::interpreter::Shell;
use super::launches::MAX_LAUNCHES;
use super::state::ScriptRun;
use super::status::Status;

/// Options of `ssh` and `scp` with a value. Source: ssh(1), scp(1).
const VALUED: &str = "BbcDEeFIiJLlmOoPpQRSWwX";

/// Words without which a command or a file on another machine does not concern a kubelet.
pub(super) const WORDS: [&str; 6] = ["kubelet", "nodeadm", "bootstrap.sh", "k3s", "rke2", "stream_idle_timeout"];

/// The line that ends the input of a command.
const END: &str = "END_OF_THE_INPUT";

/// The most steps on one machine.
const MAX_STEPS: usize = 64;

impl Shell<'_, '_> {
    /// `ssh` and `scp`: the commands and files of another machine. False if they do not concern a kubelet.
    pub(super) fn remote(&mut self, call: &Call<'_>, path: &mut ScriptRun) -> bool {
        let mut operands = Vec::new();
        let mut rest = call.words.iter();
        while let Some(word) = rest.next() {
            match word.known_str() {
                Some(option) if operands.is_empty() && option.len() > 1 && option.starts_with('-') => {
                    if option.len() == 2 && VALUED.contains(option.get(1..).unwrap_or_default()) {
                        rest.next();
                    }
                }
                _ => operands.push(word.clone()),
            }
        }
        let steps = if call.name == "ssh" { ssh(&operands, path, call.at) } else { scp(&operands, path, call.at) };
        let mut known = false;
        for (host, step) in steps {
            let concerns = |text: &Traced| WORDS.iter().any(|word| text.to_text().contains(word));
            let ours = match &step {
                Step::Script(text) => concerns(text),
                Step::File { path, content, .. } => concerns(content) || WORDS.iter().any(|word| path.contains(word)),
                _ => false,
            };
            if ours {
                self.reach("ssh", &host, step, call.at, path);
                known = true;
            }
        }
        path.status = Status::Likely;
        if known && call.name == "ssh" {
            path.out.push_unknown(call.at, crate::text::Why::FromOutside("the output of ssh".into()));
            path.out.push_made(b"\n", call.at);
        }
        known
    }

    /// Adds a step to what happens on a machine.
    pub(super) fn reach(&mut self, program: &str, host: &Traced, step: Step, at: Span, path: &mut ScriptRun) {
        let name = format!("{program} {}", host.to_text().replace(crate::text::UNKNOWN_MARK, "…"));
        // Each path through the script has machines of its own.
        let room = self.cx.launched.len() < MAX_LAUNCHES;
        let known = self.cx.launched.iter_mut().find(|group| *group.name == *name && group.when == path.when);
        match known {
            Some(group) if group.steps.len() < MAX_STEPS => group.steps.push(step),
            None if room => {
                let mut group = NodeGroup::new(name, at);
                group.when = path.when.clone();
                group.steps.push(step);
                self.cx.launched.push(group);
            }
            _ => path.machine.gap(at, crate::text::Why::limit("commands for other machines")),
        }
    }

    /// `k3d cluster create --k3s-arg "--kubelet-arg=NAME=VALUE@agent:*"`
    pub(super) fn k3d(&mut self, call: &Call<'_>, path: &ScriptRun) {
        let mut arguments = Vec::new();
        let mut rest = call.words.iter();
        while let Some(word) = rest.next() {
            let option = word.bytes().split(|b| *b == b'=').next().unwrap_or_default();
            if !matches!(option, b"--k3s-arg" | b"--k3s-server-arg" | b"--k3s-agent-arg") {
                continue;
            }
            let value = if word.len() > option.len() {
                Some(word.slice(option.len() + 1..word.len()))
            } else {
                rest.next().cloned()
            };
            let Some(value) = value else { continue };
            // What follows the sign says which nodes get it.
            let end = value.bytes().iter().rposition(|b| *b == b'@').unwrap_or(value.len());
            let argument = value.bytes().get(..end).and_then(|text| text.strip_prefix(b"--kubelet-arg="));
            if let Some(argument) = argument {
                let mut flag = Traced::made("--", call.at);
                flag.push(&value.slice(end - argument.len()..end));
                arguments.push(flag);
            }
        }
        if arguments.is_empty() || !call.has(&["create"]) {
            return;
        }
        if self.cx.launched.len() >= MAX_LAUNCHES {
            return budget::reached("machines that a script launches");
        }
        if self.cx.launched.iter().any(|known| known.place == call.at) {
            return;
        }
        let mut group = NodeGroup::new("k3d cluster", call.at);
        group.when = path.when.clone();
        group.steps.push(Step::KubeletArgs(arguments));
        self.cx.launched.push(group);
    }
}

/// The script that `ssh` runs: its words, which get the input, or the input itself.
fn ssh(operands: &[Traced], path: &ScriptRun, at: Span) -> Vec<(Traced, Step)> {
    let Some((host, words)) = operands.split_first() else { return Vec::new() };
    let input = path.stdin.clone().filter(|text| !text.is_empty());
    let mut script = Traced::made("#!/bin/bash\n", at);
    match (words.is_empty(), input) {
        (true, Some(input)) => script.push(&input),
        (true, None) => return Vec::new(),
        (false, input) => {
            script.push_made(b"{\n", at);
            script.push(&Traced::join(words, &Traced::made(" ", at)));
            script.push_made(b"\n}", at);
            if let Some(input) = input.filter(|input| !input.to_text().contains(END)) {
                script.push_made(format!(" <<'{END}'\n").as_bytes(), at);
                script.push(&input);
                script.push_made(format!("\n{END}").as_bytes(), at);
            }
            script.push_made(b"\n", at);
        }
    }
    vec![(host.clone(), Step::Script(script))]
}

/// The files that `scp` puts on a machine: `scp FILE... HOST:PATH`.
fn scp(operands: &[Traced], path: &ScriptRun, at: Span) -> Vec<(Traced, Step)> {
    let Some((target, sources)) = operands.split_last() else { return Vec::new() };
    let Some(colon) = target.bytes().iter().position(|b| *b == b':') else { return Vec::new() };
    let host = target.slice(0..colon);
    // The user is no part of what names the machine to `ssh`, unless it is given there too.
    let Some(place) = target.slice(colon + 1..target.len()).known_str().map(str::to_owned) else { return Vec::new() };
    let mut out = Vec::new();
    for source in sources {
        let name = source.to_text().rsplit('/').next().unwrap_or_default().to_owned();
        let place = match place.as_str() {
            "" | "." | "~" => format!("/root/{name}"),
            folder if folder.ends_with('/') || sources.len() > 1 => format!("{}/{name}", folder.trim_end_matches('/')),
            file if file.starts_with('/') => file.to_owned(),
            file => format!("/root/{file}"),
        };
        out.push((host.clone(), Step::file(place, contents(path, source, at))));
    }
    out
}
