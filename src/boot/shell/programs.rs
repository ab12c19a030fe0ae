//! Programs and builtins: what each leaves on the machine. A program that is not known here leaves a hole in its output and
//! nothing else, unless it is one that edits files.

use std::sync::Arc;

use crate::node::Family;
use crate::runtime;
use crate::text::{Span, Traced, Why};
use crate::value::{Condition, Guard};

use super::super::image;
use super::super::machine::{File, absolute};
use super::builtins::{declare, echo, set, split_assignment};
use super::files::{contents, missing};
use super::print::printf;
use super::reading::{getopts, mapfile, read};
use super::unmodelled::FAULTLESS;
use super::variables::Variable;
use super::{Flow, Path, Run, Shell, Status, arithmetic, conditions};

impl Shell<'_, '_> {
    /// Runs a command whose words are expanded.
    pub(super) fn call(&mut self, mut words: Vec<Traced>, span: Span, mut path: Path) -> Vec<Path> {
        if words.is_empty() {
            return vec![path];
        }
        path.last = words.last().cloned();
        let first = words.remove(0);
        let Some(name) = first.known_str().map(str::to_owned) else {
            if let Some((at, why)) = first.first_hole().filter(|_| first.slice(0..1).has_hole()) {
                // Text that is not known where a command begins may be any commands.
                path.machine.gap(at, why.clone());
                path.machine.injected = Some(why.clone());
                if first.bytes().ends_with(image::BOOTSTRAP.as_bytes()) {
                    return self.bootstrap(&words, span, path);
                }
            }
            return vec![self.unknown_program(&first, &words, span, path)];
        };
        if let Some(body) = path.functions.get(&name).cloned() {
            return self.function(&body, words, path);
        }
        self.call_program(&name, &first, words, span, path)
    }

    /// Runs a builtin or a program, whatever functions there are.
    fn call_program(
        &mut self,
        name: &str,
        first: &Traced,
        words: Vec<Traced>,
        span: Span,
        mut path: Path,
    ) -> Vec<Path> {
        let name = in_search_path(name, &path).unwrap_or_else(|| name.to_owned());
        if name.contains('/') {
            let place = absolute(&name, &path.directory);
            if place == image::BOOTSTRAP {
                return self.bootstrap(&words, span, path);
            }
            match path.machine.files.get(&place).cloned() {
                Some(File::Known(text)) => {
                    let Some(interpreter) = interpreter(&text) else {
                        return self.script(&text, &place, words, span, path);
                    };
                    let mut all = vec![Traced::made(place, span)];
                    all.extend(words);
                    return self.call_program(interpreter, &Traced::made(interpreter, span), all, span, path);
                }
                Some(File::Removed) => {
                    path.status = Status::NonZero;
                    path.code = Some(127);
                    return vec![path];
                }
                _ => {}
            }
        }
        let base = name.rsplit('/').next().unwrap_or_default().to_owned();
        match base.as_str() {
            "sudo" | "env" | "nohup" | "nice" | "ionice" | "time" | "timeout" | "exec" | "command" | "builtin"
            | "chroot" | "setsid" | "stdbuf" | "flock" | "retry" => self.prefix(&base, words, span, path),
            "bash" | "sh" | "dash" | "ash" => self.shell(&base, words, span, path),
            "eval" => {
                let text = Traced::join(&words, &Traced::made(" ", span));
                self.evaluate(&text, "an evaluated command", span, path)
            }
            "containerd" if words.iter().map(|w| w.known_str()).eq([Some("config"), Some("default")]) => {
                self.containerd_default(span, path)
            }
            "xargs" => self.xargs(first, &words, span, path),
            "find" if let Some(paths) = self.find(&words, span, &path) => paths,
            "source" | "." => self.source(&words, span, path),
            "export" | "declare" | "local" | "readonly" | "typeset" => {
                let arrays = std::mem::take(&mut self.arrays);
                declare(&base, &words, arrays, span, &mut path);
                vec![path]
            }
            _ => {
                if !self.builtin(&base, &words, span, &mut path) && !self.program(&base, &words, span, &mut path) {
                    return self.unmodelled(&base, first, &words, span, path);
                }
                if self.conditions == 0
                    && path.errexit
                    && matches!(&path.status, Status::Open(words) if words.starts_with(FAULTLESS))
                {
                    return self.doubted(span, path);
                }
                vec![path]
            }
        }
    }

    /// `containerd config default`. The two texts that it may print are told apart where the script has to do with the one
    /// line that matters.
    fn containerd_default(&mut self, span: Span, mut path: Path) -> Vec<Path> {
        path.status = Status::Zero;
        let script = &self.cx.texts.get(span.text).bytes;
        let matters = script.windows(runtime::KEY.len()).any(|w| w == runtime::KEY.as_bytes());
        let condition = |holds| Condition::new("containerd is 2.0 or newer", holds);
        let ways: Vec<(bool, Guard)> = if matters {
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
            let text = super::super::runtime::default_config(&path.machine, new);
            path.out.push(&text);
            path
        };
        ways.into_iter().map(print).collect()
    }

    /// A program that runs another one.
    fn prefix(&mut self, name: &str, words: Vec<Traced>, span: Span, mut path: Path) -> Vec<Path> {
        let mut rest = words.as_slice();
        let takes_value = |option: &str| match name {
            "sudo" => matches!(option, "-u" | "-g" | "-h" | "-p" | "-C" | "-r" | "-t"),
            "env" => matches!(option, "-u" | "-C" | "-S"),
            "nice" | "ionice" => matches!(option, "-n" | "-c" | "-p"),
            "timeout" => matches!(option, "-s" | "-k"),
            "flock" => matches!(option, "-w" | "-E"),
            _ => false,
        };
        let before = Arc::clone(&path.variables);
        let functions = Arc::clone(&path.functions);
        let shell = matches!(name, "command" | "builtin" | "exec" | "time" | "retry");
        if !shell {
            // Another program knows no functions of the script.
            path.functions = Arc::default();
        }
        let keeps = |w: &Traced| matches!(w.known_str(), Some("-E" | "--preserve-env"));
        let options = words.iter().take_while(|w| w.bytes().starts_with(b"-"));
        // sudo starts from an environment of its own.
        if name == "sudo" && !options.into_iter().any(keeps) {
            forget_exported(&mut path, |n| n == "PATH");
            let named = words.iter().find_map(|w| w.known_str()?.strip_prefix("--preserve-env=").map(str::to_owned));
            for kept in named.iter().flat_map(|n| n.split(',')) {
                if let (Some(old), Some(new)) = (before.get(kept), Arc::make_mut(&mut path.variables).get_mut(kept)) {
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
                    path.functions.contains_key(w)
                        || matches!(w, "bash" | "sh" | "jq" | "sed" | "grep" | "awk" | "systemctl" | "curl")
                });
                path.status = if found { Status::Zero } else { Status::Open("".into()) };
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
                Arc::make_mut(&mut path.variables).insert(variable, Variable::plain(value, true));
                rest = &rest[1..];
            } else if skip > 0 {
                skip -= 1;
                rest = &rest[1..];
            } else {
                break;
            }
        }
        if rest.is_empty() {
            // `exec > file` and the like change only where output goes.
            path.status = Status::Zero;
            path.functions = functions;
            path.variables = before;
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
            path.variables = Arc::clone(&before);
            path.functions = Arc::clone(&functions);
            if name == "exec" && path.flow == Flow::Normal {
                path.flow = Flow::Exit { failed: path.status == Status::NonZero };
            }
        }
        paths
    }

    /// `bash -c …`, `bash file`, `… | bash`.
    fn shell(&mut self, shell: &str, words: Vec<Traced>, span: Span, mut path: Path) -> Vec<Path> {
        let before = path.errexit;
        path.errexit = errexit(&words);
        let mut paths = self.shell_with(shell, words, span, path);
        for path in &mut paths {
            path.errexit = before;
        }
        paths
    }

    fn shell_with(&mut self, shell: &str, words: Vec<Traced>, span: Span, mut path: Path) -> Vec<Path> {
        let mut index = 0;
        while let Some(text) = words.get(index).map(|w| w.to_text().into_owned()) {
            if !text.starts_with('-') && !text.starts_with('+') || text == "-" {
                break;
            }
            index += 1;
            if text == "--" {
                break;
            }
            if !text.starts_with("--") && text.contains('c') {
                let Some(code) = words.get(index).cloned() else { break };
                let arguments = words.get(index + 2..).unwrap_or_default().to_vec();
                let zero = words.get(index + 1).map_or_else(|| shell.to_owned(), |w| w.to_text().into_owned());
                return self.script_as(&code, ("a command given to bash -c", &zero), arguments, span, path);
            }
            if matches!(text.as_str(), "-o" | "+o" | "-O") {
                index += 1;
            }
        }
        let Some(file) = words.get(index) else {
            let code = path.stdin.take().unwrap_or_default();
            return self.script(&code, "a script from a pipe", Vec::new(), span, path);
        };
        if words
            .iter()
            .take(index)
            .any(|w| w.known_str().is_some_and(|w| w.starts_with('-') && w.ends_with('s') && !w.starts_with("--")))
        {
            // `bash -s -- ARGUMENTS` reads the script from its input.
            let code = path.stdin.take().unwrap_or_default();
            let arguments = words.get(index..).unwrap_or_default().to_vec();
            return self.script(&code, "a script from a pipe", arguments, span, path);
        }
        let arguments = words.get(index + 1..).unwrap_or_default().to_vec();
        if file.known_str().map(|f| absolute(f, &path.directory)).as_deref() == Some(image::BOOTSTRAP) {
            return self.bootstrap(&arguments, span, path);
        }
        let code = contents(&path, file, span);
        let name = file.to_text().into_owned();
        self.script(&code, &name, arguments, span, path)
    }

    /// A script in a shell of its own, which sees what is exported and nothing else.
    pub(super) fn script(
        &mut self,
        code: &Traced,
        name: &str,
        arguments: Vec<Traced>,
        span: Span,
        path: Path,
    ) -> Vec<Path> {
        self.script_as(code, (name, name), arguments, span, path)
    }

    /// The same; the second name is what the script itself sees as its own.
    fn script_as(
        &mut self,
        code: &Traced,
        (name, zero): (&str, &str),
        arguments: Vec<Traced>,
        span: Span,
        mut path: Path,
    ) -> Vec<Path> {
        let before = path.clone();
        if code.is_hole() {
            path.status = Status::Likely("".into());
            path.machine.restarts = true;
            if near(&path, code) {
                self.note_hole(code, span, &mut path);
            }
            return vec![path];
        }
        Arc::make_mut(&mut path.variables).retain(|_, v| v.exported);
        path.arguments = Arc::new(arguments);
        path.called_from_outside = false;
        path.hidden = Vec::new();
        path.functions = Arc::default();
        path.callers = 0;
        path.functions_running = 0;
        path.on_exit = None;
        path.on_error = None;
        path.errtrace = false;
        path.nocasematch = false;
        path.name = zero.into();
        path.dash = path.machine.family() == Some(Family::Ubuntu)
            && (code.bytes().starts_with(b"#!/bin/sh") || matches!(zero, "sh" | "dash"));
        path.nounset = false;
        path.pipefail = false;
        path.allexport = false;
        path.noclobber = false;
        path.noglob = false;
        path.constants = Arc::default();
        let ended = self.evaluate(code, name, span, path);
        let mut paths = self.leave(ended);
        for path in &mut paths {
            path.leave_subshell(&before);
        }
        paths
    }

    fn source(&mut self, words: &[Traced], span: Span, mut path: Path) -> Vec<Path> {
        let Some(file) = words.first() else { return vec![path] };
        let text = contents(&path, file, span);
        if missing(&path, file) {
            path.status = Status::NonZero;
            path.code = Some(1);
            return vec![path];
        }
        if text.is_hole() {
            // Whatever it sets is not known; what the script sets itself afterwards is.
            let name = file.to_text().into_owned();
            let why = Why::FromOutside(format!("what {name} sets").into());
            // A file that the script itself brought here may well be about what it runs.
            let own = file.known_str().is_some_and(|f| path.machine.files.contains_key(&absolute(f, &path.directory)));
            if path.allexport || own {
                path.open_environment = Some(why.clone());
            }
            path.open = Some(why);
            path.status = Status::Likely("".into());
            return vec![path];
        }
        let name = file.to_text().into_owned();
        let outer = Arc::clone(&path.arguments);
        let outside = path.called_from_outside;
        if words.len() > 1 {
            path.called_from_outside = false;
            path.arguments = Arc::new(words[1..].to_vec());
        }
        path.callers += 1;
        let mut paths = self.evaluate(&text, &name, span, path);
        for path in &mut paths {
            path.callers = path.callers.saturating_sub(1);
            path.arguments = Arc::clone(&outer);
            path.called_from_outside = outside;
            if path.flow == Flow::Return {
                path.flow = Flow::Normal;
            }
        }
        paths
    }

    #[expect(clippy::unused_self, reason = "read beside the other programs")]
    fn note_hole(&self, text: &Traced, span: Span, path: &mut Run) {
        if let Some((_, why)) = text.first_hole() {
            path.machine.gap(span, why.clone());
        }
    }

    #[expect(clippy::unused_self, reason = "read beside the other programs")]
    fn builtin(&self, name: &str, words: &[Traced], span: Span, path: &mut Run) -> bool {
        path.status = Status::Zero;
        match name {
            ":" | "true" | "umask" | "ulimit" | "wait" | "sleep" | "alias" | "unalias" | "hash" | "sync" | "disown"
            | "jobs" | "enable" | "history" | "bg" | "fg" => {}
            "shopt" => {
                if words.iter().any(|w| w.known_str() == Some("nocasematch")) {
                    path.nocasematch = words.first().and_then(|w| w.known_str()) == Some("-s");
                }
            }
            "getopts" => getopts(words, span, path),
            "mapfile" | "readarray" => mapfile(words, span, path),
            "pwd" => {
                let folder = format!("{}\n", path.directory);
                path.out.push_made(folder.as_bytes(), span);
            }
            "popd" => {}
            "trap" => trap(words, path),
            "false" => path.status = Status::NonZero,
            "exit" => {
                let failed = words.first().and_then(|w| w.known_str()).is_some_and(|w| w.trim() != "0");
                path.code = number_of(words);
                path.flow = Flow::Exit { failed };
            }
            "return" => {
                if words.first().and_then(|w| w.known_str()).is_some_and(|w| w.trim() != "0") {
                    path.status = Status::NonZero;
                    path.code = number_of(words);
                }
                if path.callers == 0 {
                    // Outside of functions it only complains.
                    path.status = Status::NonZero;
                } else {
                    path.flow = Flow::Return;
                }
            }
            "break" | "continue" => {
                let levels = words.first().and_then(|w| w.known_str()?.parse().ok()).unwrap_or(1);
                path.flow = if name == "break" { Flow::Break(levels) } else { Flow::Continue(levels) };
            }
            "test" => path.status = conditions::status(conditions::test(words, path)),
            "[" => {
                let inner = words.split_last().map_or(words, |(_, rest)| rest);
                path.status = conditions::status(conditions::test(inner, path));
            }
            "set" => set(words, path),
            "shift" => {
                let count = words.first().and_then(|w| w.known_str()?.parse().ok()).unwrap_or(1);
                if count > path.arguments.len() {
                    path.status = Status::NonZero;
                } else {
                    let rest = path.arguments.get(count..).unwrap_or_default().to_vec();
                    path.arguments = Arc::new(rest);
                }
            }
            "unset" => {
                for word in words {
                    if let Some(name) = word.known_str() {
                        if words.first().and_then(|w| w.known_str()) == Some("-f") {
                            Arc::make_mut(&mut path.functions).remove(name);
                        } else if let Some((name, key)) = name.split_once('[') {
                            let key = key.trim_end_matches(']');
                            if let Some(mut variable) = path.lookup(name).cloned()
                                && let Some(key) = variable.key(key)
                            {
                                variable.remove(&key);
                                path.put(name, variable);
                            }
                        } else if !path.constants.contains(name) {
                            Arc::make_mut(&mut path.variables).remove(name);
                        }
                    }
                }
            }
            "cd" | "pushd" => match words.iter().find(|w| w.known_str() != Some("--")).and_then(|w| w.known_str()) {
                Some("-") => {}
                Some(to) if to.starts_with('/') || !path.directory.is_empty() => {
                    path.directory = absolute(to, &path.directory);
                }
                _ => {}
            },
            "read" => read(words, span, path),
            "echo" => echo(words, span, path),
            "printf" => printf(words, span, path),
            "let" => {
                for word in words {
                    let value = word.known_str().and_then(|t| arithmetic::perform(t, path, span));
                    path.status = conditions::status(value.map(|v| v != 0));
                    if value.is_none() {
                        path.forget_counted(word, span);
                    }
                }
            }
            _ => return false,
        }
        true
    }
}

/// The program that runs a script by its first line, if it is no shell.
fn interpreter(text: &Traced) -> Option<&'static str> {
    let first = text.bytes().split(|b| *b == b'\n').next().filter(|l| l.starts_with(b"#!"))?;
    let first = String::from_utf8_lossy(first).into_owned();
    ["python", "perl", "ruby", "node", "awk"].into_iter().find(|name| first.contains(name))
}

/// The exit code that a word gives.
fn number_of(words: &[Traced]) -> Option<u8> {
    let number: i64 = words.first()?.known_str()?.trim().parse().ok()?;
    u8::try_from(number.rem_euclid(256)).ok()
}

/// True if the options at the start of `words` have `-e` among them.
fn errexit(words: &[Traced]) -> bool {
    let options = words.iter().map(|w| w.to_text()).take_while(|w| w.starts_with('-') || w.starts_with('+'));
    options.into_iter().any(|w| w.starts_with('-') && !w.starts_with("--") && w.contains('e'))
}

/// True if a script whose text is not known may have to do with a kubelet.
fn near(path: &Run, code: &Traced) -> bool {
    let _ = path;
    code.first_hole().is_some_and(|(_, why)| why.to_string().contains("kubelet"))
}

/// `trap COMMANDS EXIT`
fn trap(words: &[Traced], path: &mut Run) {
    let words: Vec<&Traced> = words.iter().filter(|w| w.known_str() != Some("--")).collect();
    let [commands, signals @ ..] = words.as_slice() else { return };
    let wanted = Some((*commands).clone()).filter(|c| c.known_str() != Some("-"));
    if signals.iter().any(|s| matches!(s.known_str(), Some("EXIT" | "0" | "exit"))) {
        path.on_exit.clone_from(&wanted);
    }
    if signals.iter().any(|s| matches!(s.known_str(), Some("ERR" | "err"))) {
        path.on_error = wanted;
    }
}

/// Takes what `keep` does not name out of the environment.
fn forget_exported(path: &mut Run, keep: impl Fn(&str) -> bool) {
    for (name, variable) in Arc::make_mut(&mut path.variables) {
        variable.exported &= keep(name);
    }
}

/// Where the search path leads, if it is to a file that is known.
fn in_search_path(name: &str, path: &Run) -> Option<String> {
    if name.contains('/') {
        return None;
    }
    let folders = path.get("PATH")?.to_text().into_owned();
    folders
        .split(':')
        .filter(|f| f.starts_with('/'))
        .map(|folder| absolute(name, folder))
        .find(|file| file == image::BOOTSTRAP || matches!(path.machine.files.get(file), Some(File::Known(_))))
}
