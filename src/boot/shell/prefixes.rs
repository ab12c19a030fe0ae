//! Programs that run the command in their arguments: `sudo`, `env`, `exec` and similar, `eval`, `containerd`.

use std::sync::Arc;

use crate::node::Family;
use crate::runtime;
use crate::text::{Span, Traced, budget, holds};
use crate::value::{Condition, Guard};

use super::super::runtime::default_config;
use super::builtins::split_assignment;
use super::call::Call;
use super::interpreter::Shell;
use super::registry;
use super::search::{SEARCH_PATH, in_search_path};
use super::state::{BoxedRun, ScriptRun};
use super::status::{Flow, Status};
use super::variable::Variable;

/// What a text that is evaluated takes of the budget of the unit, as a multiple of its size.
const EVALUATED: usize = 16;

impl Shell<'_, '_> {
    /// `eval`
    pub(super) fn eval(&mut self, call: &Call<'_>, path: BoxedRun) -> Vec<BoxedRun> {
        let text = Traced::join(call.words, &Traced::made(" ", call.at));
        // What is evaluated may evaluate itself, and all of it is kept until the end. If too little is left, that is noticed there.
        budget::spend(EVALUATED * text.weight());
        self.evaluate(&text, "an evaluated command", call.at, path)
    }

    /// `containerd config default`. Its two possible outputs are distinguished if the script uses the one line that matters.
    pub(super) fn containerd(&mut self, call: &Call<'_>, mut path: BoxedRun) -> Result<Vec<BoxedRun>, BoxedRun> {
        if !call.words.iter().map(|w| w.known_str()).eq([Some("config"), Some("default")]) {
            return Err(path);
        }
        path.status = Status::Zero;
        let script = &self.cx.texts.get(call.at.text).bytes;
        let matters = holds(script, runtime::KEY.as_bytes());
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
            "systemd-cat" => matches!(option, "-t" | "-p"),
            "sshpass" => matches!(option, "-p" | "-f" | "-d" | "-P"),
            "setpriv" => matches!(option, "--reuid" | "--regid" | "--groups" | "--securebits" | "--pdeathsig"),
            "nsenter" => matches!(option, "-t" | "--target" | "-S" | "--setuid" | "-G" | "--setgid"),
            _ => false,
        };
        let before = Arc::clone(&path.shell.variables);
        let functions = (Arc::clone(&path.shell.functions), Arc::clone(&path.shell.inherited));
        let shell = matches!(name, "command" | "builtin" | "exec" | "time" | "retry");
        if !shell {
            // Another program does not call the functions of the script, but it hands the exported ones on.
            let exported = &path.shell.exported_functions;
            let kept = path.shell.functions.iter().filter(|(name, _)| exported.contains(*name));
            let kept: Vec<_> = kept.map(|(name, body)| (name.clone(), body.clone())).collect();
            Arc::make_mut(&mut path.shell.inherited).extend(kept);
            if name == "sudo" {
                path.shell.inherited = Arc::default();
            }
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
        let mut skip = match name {
            "timeout" | "flock" | "chroot" | "taskset" | "chrt" => 1,
            // `cloud-init-per FREQUENCY NAME COMMAND`
            "cloud-init-per" => 2,
            _ => 0,
        };
        // `flock FILE -c COMMAND`, and `sudo -i COMMAND` with the environment of a login.
        let (mut by_shell, mut login) = (false, false);
        while let Some(word) = rest.first() {
            let text = word.to_text().into_owned();
            if text == "--" {
                rest = &rest[1..];
                break;
            }
            by_shell |= name == "flock" && matches!(text.as_str(), "-c" | "--command");
            login |= name == "sudo" && matches!(text.as_str(), "-i" | "--login");
            if name == "command" && matches!(text.as_str(), "-v" | "-V") {
                path.found(rest.get(1), span);
                return vec![path];
            }
            if name == "env" && matches!(text.as_str(), "-i" | "-" | "--ignore-environment") {
                forget_exported(&mut path, |_| false);
                path.shell.inherited = Arc::default();
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
                Arc::make_mut(&mut path.shell.variables).insert(variable.into(), Variable::plain(value, true));
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
            (path.shell.functions, path.shell.inherited) = functions;
            path.shell.variables = before;
            return vec![path];
        }
        let mut rest = rest.to_vec();
        if by_shell {
            rest.splice(0..0, ["sh", "-c"].map(|word| Traced::made(word, span)));
        }
        let program = matches!(name, "command" | "builtin").then(|| rest[0].known_str().map(str::to_owned)).flatten();
        let builtin = program.is_some();
        let mut paths = match program {
            Some(program) => {
                let first = rest.remove(0);
                self.call_program(&program, &first, rest, span, path)
            }
            None if login => {
                let outer = path.shell.clone();
                path.clean_environment("/root");
                let mut ended = Vec::new();
                for path in self.profile(span, path) {
                    ended.append(&mut self.sudo(rest.clone(), span, path));
                }
                for path in &mut ended {
                    path.shell.clone_from(&outer);
                }
                ended
            }
            None if name == "sudo" => self.sudo(rest, span, path),
            None => self.call(rest, span, path),
        };
        for path in paths.iter_mut().filter(|_| !builtin && name != "time") {
            path.shell.variables = Arc::clone(&before);
            (path.shell.functions, path.shell.inherited) = functions.clone();
            if name == "exec" && path.flow == Flow::Normal {
                path.flow = Flow::Exit { failed: path.status == Status::NonZero };
            }
        }
        paths
    }
}

/// The folders in which `sudo` searches for programs on every image.
const SECURE_PATH: &str = "/sbin:/bin:/usr/sbin:/usr/bin";

impl Shell<'_, '_> {
    /// The command of `sudo`, which is searched for in its `secure_path`. That of Amazon Linux 2 leaves out `/usr/local`, that of
    /// Ubuntu has it; elsewhere both are possible.
    fn sudo(&mut self, command: Vec<Traced>, span: Span, mut path: BoxedRun) -> Vec<BoxedRun> {
        let name = command.first().and_then(|w| w.known_str()).unwrap_or_default().to_owned();
        let set = |path: &mut BoxedRun, folders: &str| {
            let variable = Variable::plain(Traced::made(folders, span), true);
            Arc::make_mut(&mut path.shell.variables).insert("PATH".into(), variable);
        };
        set(&mut path, SECURE_PATH);
        let narrow = in_search_path(&name, &path);
        set(&mut path, SEARCH_PATH);
        let wide = in_search_path(&name, &path);
        if narrow == wide || path.machine.family() == Some(Family::Ubuntu) {
            return self.call(command, span, path);
        }
        let local = match path.machine.family() {
            Some(Family::Al2) => Status::NonZero,
            _ => Status::Open(Some("sudo searches in /usr/local".into())),
        };
        path.status = local;
        let mut out = Vec::new();
        for (mut path, local) in self.decide(path, span, false) {
            if local {
                path.status = Status::Zero;
                out.append(&mut self.call(command.clone(), span, path));
                continue;
            }
            set(&mut path, SECURE_PATH);
            if narrow.is_some() || registry::find(&name).is_some() {
                out.append(&mut self.call(command.clone(), span, path));
            } else {
                path.status = Status::NonZero;
                path.code = Some(1);
                out.push(path);
            }
        }
        out
    }
}

impl Shell<'_, '_> {
    /// `which` and `type`, for programs that the boot wrote.
    #[expect(clippy::unused_self, reason = "a method like the other models")]
    pub(super) fn which(&self, call: &Call<'_>, mut path: BoxedRun) -> Result<Vec<BoxedRun>, BoxedRun> {
        let [name] = call.operands()[..] else { return Err(path) };
        let own = name.known_str().is_some_and(|name| in_search_path(name, &path).is_some());
        let options = call.words.iter().filter(|w| w.bytes().starts_with(b"-"));
        let prints = call.name == "which" || options.into_iter().any(|w| matches!(w.known_str(), Some("-p" | "-P")));
        if !own || !prints {
            return Err(path);
        }
        path.found(Some(name), call.at);
        Ok(vec![path])
    }
}

impl ScriptRun {
    /// Prints how the shell would run a name, as `command -v` and `which` do.
    pub(super) fn found(&mut self, name: Option<&Traced>, span: Span) {
        const USUAL: [&str; 8] = ["bash", "sh", "jq", "sed", "grep", "awk", "systemctl", "curl"];
        let Some(word) = name else { return };
        let known = word.known_str().unwrap_or_default();
        let own = in_search_path(known, self);
        let there = own.is_some() || self.shell.functions.contains_key(known) || USUAL.contains(&known);
        self.status = if there { Status::Zero } else { Status::Open(None) };
        match own {
            Some(file) => self.out.push_made(file.as_bytes(), span),
            None => self.out.push(word),
        }
        self.out.push_made(b"\n", span);
    }
}

/// Removes variables from the environment, except those that `keep` names.
fn forget_exported(path: &mut ScriptRun, keep: impl Fn(&str) -> bool) {
    for (name, variable) in Arc::make_mut(&mut path.shell.variables) {
        variable.exported &= keep(name);
    }
}
