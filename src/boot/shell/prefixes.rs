//! Programs that run the command in their arguments: `sudo`, `env`, `exec` and similar, `eval`, `containerd`.

use std::sync::Arc;

use crate::runtime;
use crate::text::Traced;
use crate::value::{Condition, Guard};

use super::super::runtime::default_config;
use super::builtins::split_assignment;
use super::call::Call;
use super::interpreter::Shell;
use super::state::{BoxedRun, ScriptRun};
use super::status::{Flow, Status};
use super::variable::Variable;

impl Shell<'_, '_> {
    /// `eval`
    pub(super) fn eval(&mut self, call: &Call<'_>, path: BoxedRun) -> Vec<BoxedRun> {
        let text = Traced::join(call.words, &Traced::made(" ", call.at));
        self.evaluate(&text, "an evaluated command", call.at, path)
    }

    /// `containerd config default`. Its two possible outputs are distinguished if the script uses the one line that matters.
    pub(super) fn containerd(&mut self, call: &Call<'_>, mut path: BoxedRun) -> Result<Vec<BoxedRun>, BoxedRun> {
        if !call.words.iter().map(|w| w.known_str()).eq([Some("config"), Some("default")]) {
            return Err(path);
        }
        path.status = Status::Zero;
        let script = &self.cx.texts.get(call.at.text).bytes;
        let matters = script.windows(runtime::KEY.len()).any(|w| w == runtime::KEY.as_bytes());
        let condition = |holds| Condition::new("containerd is 2.0 or newer", holds);
        let variants: Vec<(bool, Guard)> = if matters {
            [true, false]
                .into_iter()
                .filter_map(|new| Some((new, path.when.and(&Guard::of(condition(new)))?)))
                .collect()
        } else {
            vec![(true, path.when.clone())]
        };
        let print = |(new, when): (bool, Guard)| {
            let mut path = path.clone();
            path.when = when;
            let text = default_config(&path.machine, new);
            path.out.push(&text);
            path
        };
        Ok(variants.into_iter().map(print).collect())
    }

    /// A program that runs another one.
    pub(super) fn prefix(&mut self, call: &Call<'_>, mut path: BoxedRun) -> Vec<BoxedRun> {
        let Call { name, words, at: span, .. } = *call;
        let mut rest = words;
        let takes_value = |option: &str| match name {
            "sudo" => matches!(option, "-u" | "-g" | "-h" | "-p" | "-C" | "-r" | "-t"),
            "env" => matches!(option, "-u" | "-C" | "-S"),
            "nice" | "ionice" => matches!(option, "-n" | "-c" | "-p"),
            "timeout" => matches!(option, "-s" | "-k"),
            "flock" => matches!(option, "-w" | "-E"),
            _ => false,
        };
        let before = Arc::clone(&path.shell.variables);
        let functions = Arc::clone(&path.shell.functions);
        let shell = matches!(name, "command" | "builtin" | "exec" | "time" | "retry");
        if !shell {
            // Another program does not see the functions of the script.
            path.shell.functions = Arc::default();
        }
        let keeps = |w: &Traced| matches!(w.known_str(), Some("-E" | "--preserve-env"));
        let options = words.iter().take_while(|w| w.bytes().starts_with(b"-"));
        // sudo uses its own environment.
        if name == "sudo" && !options.into_iter().any(keeps) {
            forget_exported(&mut path, |n| n == "PATH");
            let named = words.iter().find_map(|w| w.known_str()?.strip_prefix("--preserve-env=").map(str::to_owned));
            for kept in named.iter().flat_map(|n| n.split(',')) {
                if let (Some(old), Some(new)) =
                    (before.get(kept), Arc::make_mut(&mut path.shell.variables).get_mut(kept))
                {
                    new.exported = old.exported;
                }
            }
        }
        let mut skip = usize::from(matches!(name, "timeout" | "flock" | "chroot"));
        while let Some(word) = rest.first() {
            let text = word.to_text().into_owned();
            if text == "--" {
                rest = &rest[1..];
                break;
            }
            if name == "command" && matches!(text.as_str(), "-v" | "-V") {
                let found = rest.get(1).and_then(|w| w.known_str()).is_some_and(|w| {
                    path.shell.functions.contains_key(w)
                        || matches!(w, "bash" | "sh" | "jq" | "sed" | "grep" | "awk" | "systemctl" | "curl")
                });
                path.status = if found { Status::Zero } else { Status::Open(None) };
                if let Some(word) = rest.get(1) {
                    path.out.push(word);
                    path.out.push_made(b"\n", span);
                }
                return vec![path];
            }
            if name == "env" && matches!(text.as_str(), "-i" | "-" | "--ignore-environment") {
                forget_exported(&mut path, |_| false);
                rest = &rest[1..];
                continue;
            }
            if name == "env"
                && (text == "-u" || text.starts_with("--unset="))
                && let Some(gone) = text.strip_prefix("--unset=").or_else(|| rest.get(1).and_then(|w| w.known_str()))
            {
                forget_exported(&mut path, |n| n != gone);
            }
            if text.starts_with('-') && text.len() > 1 {
                rest = rest.get(if takes_value(&text) { 2 } else { 1 }..).unwrap_or_default();
            } else if matches!(name, "sudo" | "env")
                && let Some((variable, value)) = split_assignment(word)
            {
                Arc::make_mut(&mut path.shell.variables).insert(variable, Variable::plain(value, true));
                rest = &rest[1..];
            } else if skip > 0 {
                skip -= 1;
                rest = &rest[1..];
            } else {
                break;
            }
        }
        if rest.is_empty() {
            // `exec > file` only redirects output.
            path.status = Status::Zero;
            path.shell.functions = functions;
            path.shell.variables = before;
            return vec![path];
        }
        let mut rest = rest.to_vec();
        let program = matches!(name, "command" | "builtin").then(|| rest[0].known_str().map(str::to_owned)).flatten();
        let builtin = program.is_some();
        let mut paths = match program {
            Some(program) => {
                let first = rest.remove(0);
                self.call_program(&program, &first, rest, span, path)
            }
            None => self.call(rest, span, path),
        };
        for path in paths.iter_mut().filter(|_| !builtin && name != "time") {
            path.shell.variables = Arc::clone(&before);
            path.shell.functions = Arc::clone(&functions);
            if name == "exec" && path.flow == Flow::Normal {
                path.flow = Flow::Exit { failed: path.status == Status::NonZero };
            }
        }
        paths
    }
}

/// Removes variables from the environment, except those that `keep` names.
fn forget_exported(path: &mut ScriptRun, keep: impl Fn(&str) -> bool) {
    for (name, variable) in Arc::make_mut(&mut path.shell.variables) {
        variable.exported &= keep(name);
    }
}
