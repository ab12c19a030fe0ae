//! Programs that start a command in another session: `su`, `runuser`, `systemd-run`, `at`.

use std::sync::Arc;

use crate::text::{Traced, Why};

use super::builtins::split_assignment;
use super::call::Call;
use super::files::contents;
use super::interpreter::Shell;
use super::script::Child;
use super::state::{BoxedRun, ScriptRun, ShellState, Sink};
use super::variable::Variable;

/// The command line of `su` or `runuser`.
#[derive(Default)]
struct Session {
    login: bool,
    command: Option<Traced>,
    user: Option<Traced>,
    /// `runuser -u`: the arguments are a command and not for a shell.
    direct: bool,
    arguments: Vec<Traced>,
}

impl Session {
    fn read(words: &[Traced]) -> Self {
        let mut out = Self::default();
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            let text = word.to_text().into_owned();
            if let Some(command) = text.strip_prefix("--command=") {
                out.command = Some(word.slice(word.len() - command.len()..word.len()));
                continue;
            }
            match text.as_str() {
                "-" | "--login" => out.login = true,
                "--command" | "--session-command" => out.command = rest.next().cloned(),
                "--shell" | "--group" | "--supp-group" | "--whitelist-environment" => drop(rest.next()),
                "--user" => (out.user, out.direct) = (rest.next().cloned(), true),
                "--" => {
                    out.arguments.extend(rest.by_ref().cloned());
                }
                _ if text.starts_with("--") => {}
                _ if text.starts_with('-') => {
                    for letter in text.chars().skip(1) {
                        match letter {
                            'l' => out.login = true,
                            'c' => out.command = rest.next().cloned(),
                            's' | 'g' | 'G' | 'w' => drop(rest.next()),
                            'u' => (out.user, out.direct) = (rest.next().cloned(), true),
                            _ => {}
                        }
                    }
                }
                _ if out.user.is_none() => out.user = Some(word.clone()),
                _ => {
                    out.arguments.push(word.clone());
                    if out.direct {
                        out.arguments.extend(rest.by_ref().cloned());
                    }
                }
            }
        }
        out
    }
}

impl Shell<'_, '_> {
    /// `su` and `runuser`. Another user than root may do little, unless the command calls `sudo`.
    pub(super) fn su(&mut self, call: &Call<'_>, mut path: BoxedRun) -> Vec<BoxedRun> {
        let session = Session::read(call.words);
        let root = session.user.as_ref().is_none_or(|user| user.known_str() == Some("root"));
        let first = session.command.as_ref().or(session.arguments.first());
        let sudo = first.is_some_and(|command| command.bytes().trim_ascii_start().starts_with(b"sudo"));
        if !root && !sudo {
            let watched = ["kubelet", "/etc/eks", "nodeadm", "bootstrap.sh"];
            let text = first.map(|c| c.to_text().into_owned()).unwrap_or_default();
            if watched.iter().any(|word| text.contains(word)) {
                path.machine.gap(call.at, Why::NotUnderstood("a command of another user than root".into()));
            }
            path.unknown_program(call.program, call.words, call.at);
            return vec![path];
        }
        let before = path.shell.clone();
        if session.login {
            path.clean_environment("/root");
        }
        let mut paths = if session.direct && session.command.is_none() {
            self.call(session.arguments, call.at, path)
        } else {
            let mut words = vec![Traced::made(if session.login { "-l" } else { "--" }, call.at)];
            if let Some(command) = session.command {
                words = vec![Traced::made(if session.login { "-lc" } else { "-c" }, call.at), command];
                words.push(Traced::made("bash", call.at));
            }
            words.extend(session.arguments);
            let program = Traced::made("bash", call.at);
            self.shell(&Call { name: "bash", program: &program, words: &words, at: call.at }, path)
        };
        for path in &mut paths {
            path.shell.clone_from(&before);
        }
        paths
    }

    /// `systemd-run`: a service of its own, with the environment of systemd. `--scope` keeps that of the script.
    pub(super) fn systemd_run(&mut self, call: &Call<'_>, mut path: BoxedRun) -> Vec<BoxedRun> {
        let (mut scope, mut waits, mut later) = (false, false, false);
        let mut environment = Vec::new();
        let mut directory = "/".to_owned();
        let mut rest = call.words;
        while let Some((word, after)) = rest.split_first() {
            let text = word.to_text().into_owned();
            if !text.starts_with('-') {
                break;
            }
            rest = after;
            if text == "--" {
                break;
            }
            let joined = text.split_once('=').map(|(_, value)| word.slice(word.len() - value.len()..word.len()));
            let option = text.split('=').next().unwrap_or_default();
            // These take the next word unless a value is joined to them.
            const VALUED: [&str; 20] = [
                "-u",
                "--unit",
                "-p",
                "--property",
                "--slice",
                "--description",
                "-E",
                "--setenv",
                "--working-directory",
                "--uid",
                "--gid",
                "--nice",
                "--on-active",
                "--on-boot",
                "--on-startup",
                "--on-calendar",
                "--on-unit-active",
                "--timer-property",
                "--path-property",
                "-M",
            ];
            let value = match joined {
                None if VALUED.contains(&option) => {
                    let value = rest.first().cloned();
                    rest = rest.get(1..).unwrap_or_default();
                    value
                }
                joined => joined,
            };
            match option {
                "--scope" => scope = true,
                "--wait" | "--pipe" | "--pty" | "-P" | "-t" => waits = true,
                "-E" | "--setenv" => environment.extend(value),
                "-d" | "--same-dir" => directory.clone_from(&path.shell.directory),
                "--working-directory" => directory = value.map_or(directory, |v| v.to_text().into_owned()),
                "-p" | "--property" => {
                    let text = value.as_ref().map(|v| v.to_text().into_owned()).unwrap_or_default();
                    if let (Some(value), Some(set)) = (value, text.strip_prefix("Environment=")) {
                        environment.push(value.slice(value.len() - set.len()..value.len()));
                    }
                }
                _ if option.starts_with("--on-") => later = true,
                _ => {}
            }
        }
        if rest.is_empty() {
            path.unknown_program(call.program, call.words, call.at);
            return vec![path];
        }
        let before = path.clone();
        if !scope {
            let inherited = Arc::clone(&path.shell.variables);
            path.clean_environment(&directory);
            for set in environment {
                let value = match split_assignment(&set) {
                    Some(set) => Some(set),
                    None => set
                        .known_str()
                        .and_then(|name| Some((name.to_owned(), inherited.get(name)?.values.first()?.clone()))),
                };
                if let Some((name, value)) = value {
                    path.export(&name, value);
                }
            }
        }
        if !waits && !scope {
            path.shell.sink = Sink::Dropped;
            path.stdin = None;
        }
        let mut paths = self.call(rest.to_vec(), call.at, path);
        for path in &mut paths {
            if waits || scope {
                path.leave_subshell(&before);
            } else {
                path.leave_job(&before, later, call.at);
                path.stdin.clone_from(&before.stdin);
            }
        }
        paths
    }

    /// `at` and `batch`, which run what they read with `sh` at a later time.
    pub(super) fn at(&mut self, call: &Call<'_>, mut path: BoxedRun) -> Vec<BoxedRun> {
        if call.words.iter().any(|w| matches!(w.known_str(), Some("-l" | "-r" | "-d" | "-c" | "-V"))) {
            path.unknown_program(call.program, call.words, call.at);
            return vec![path];
        }
        let file = call.words.iter().skip_while(|w| w.known_str() != Some("-f")).nth(1);
        let code = match file {
            Some(file) => contents(&path, file, call.at),
            None => path.stdin.take().unwrap_or_default(),
        };
        let now = call.name == "at" && call.words.last().is_some_and(|w| w.known_str() == Some("now"));
        let before = path.clone();
        path.shell.sink = Sink::Dropped;
        let child = Child { name: "a job of at", zero: "sh", login: false, errexit: false, sh: true };
        let mut paths = self.child(&code, child, Vec::new(), call.at, path);
        for path in &mut paths {
            path.leave_job(&before, !now, call.at);
        }
        paths
    }
}

impl ScriptRun {
    /// A new session: nothing of the script's environment is left.
    pub(super) fn clean_environment(&mut self, directory: &str) {
        let outer = std::mem::take(&mut self.shell);
        self.shell =
            ShellState { directory: directory.to_owned(), sink: outer.sink, name: outer.name, ..ShellState::default() };
    }

    /// Sets a variable of the environment.
    pub(super) fn export(&mut self, name: &str, value: Traced) {
        Arc::make_mut(&mut self.shell.variables).insert(name.into(), Variable::plain(value, true));
    }
}
