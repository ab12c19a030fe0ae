//! What a node runs each time it starts, beside units: scripts of cloud-init for each boot, `rc.local`, and lines of cron for
//! `@reboot`. A script that writes them comes too late for them, so they run when the node is started again. What cloud-init
//! itself writes into its folders of scripts it also runs: near the end of the same boot. Sources: cloud-init
//! `cc_scripts_per_boot`, `systemd-rc-local-generator(8)`, `crontab(5)`.

use crate::node::BootCx;
use crate::text::{Span, Traced};

use super::super::disk::File;
use super::super::outcome::BootOutcome;
use super::interpreter::Shell;
use super::remote::WORDS;
use super::script::Child;
use super::settle::settle;
use super::state::{BoxedRun, ScriptRun, Sink};

/// The folder of scripts for each boot.
const FOLDER: &str = "/var/lib/cloud/scripts/per-boot/";

/// The folders of scripts of cloud-init, in the order in which it runs them.
const FOLDERS: [&str; 3] = ["/var/lib/cloud/scripts/per-once/", FOLDER, "/var/lib/cloud/scripts/per-instance/"];

/// The folder of tables of cron, whose lines name a user.
const TABLES: &str = "/etc/cron.d/";

/// Scripts at the end of a boot.
const SCRIPTS: [&str; 2] = ["/etc/rc.d/rc.local", "/etc/rc.local"];

/// True for the path of a file that a start of the node runs.
pub(super) fn is_run(path: &str) -> bool {
    path.starts_with(FOLDER) || path.starts_with(TABLES) || SCRIPTS.contains(&path)
}

/// Runs what lies in the folders of scripts of cloud-init when it comes to them.
pub(in super::super) fn run_dropped_scripts(outcomes: Vec<BootOutcome>, cx: &mut BootCx<'_>) -> Vec<BootOutcome> {
    let dropped = |name: &String| FOLDERS.iter().any(|folder| name.starts_with(folder));
    if !outcomes.iter().any(|outcome| outcome.machine.files.keys().any(dropped)) {
        return outcomes;
    }
    let mut shell = Shell::new(cx);
    let mut out = Vec::new();
    for outcome in outcomes {
        let at = outcome.machine.place;
        let path = ScriptRun::start(outcome.when, outcome.machine, None);
        let commands = FOLDERS.iter().flat_map(|folder| path.dropped_scripts(folder)).collect();
        out.append(&mut shell.run_each(commands, at, path));
    }
    settle(out).into_iter().map(|path| BootOutcome { when: path.when, machine: path.machine }).collect()
}

/// True for a text that may concern a kubelet.
fn watched(text: &Traced) -> bool {
    let text = text.to_text();
    WORDS.iter().any(|word| text.contains(word))
}

impl ScriptRun {
    /// The paths of the scripts in a folder that may concern a kubelet.
    fn dropped_scripts(&self, folder: &str) -> Vec<Traced> {
        let runs = |text: &Traced| text.bytes().starts_with(b"#!") && watched(text);
        let files = self.machine.files.iter().filter(|(name, _)| name.starts_with(folder));
        let scripts = files.filter(|(_, file)| matches!(file, File::Known(text) if runs(text)));
        scripts.map(|(name, _)| Traced::made(name.as_str(), self.machine.place)).collect()
    }

    /// The commands that a start of the node runs, of those that the boot wrote and that may concern a kubelet.
    pub(super) fn commands_at_boot(&self) -> Vec<Traced> {
        let mut out = self.dropped_scripts(FOLDER);
        for (name, file) in self.machine.files.iter() {
            let File::Known(text) = file else { continue };
            if !watched(text) {
                continue;
            }
            if SCRIPTS.contains(&name.as_str()) {
                let runs = text.bytes().starts_with(b"#!");
                out.extend(Some(Traced::made(name.as_str(), self.machine.place)).filter(|_| runs));
            } else if name.starts_with(TABLES) {
                let lines = text.split(b"\n").into_iter().filter(|line| line.bytes().starts_with(b"@reboot"));
                // Behind the time stands the user.
                out.extend(lines.filter_map(|line| {
                    let mut rest = line.bytes().len();
                    for _ in 0..2 {
                        let tail = &line.bytes()[line.len() - rest..];
                        let word = tail.iter().position(u8::is_ascii_whitespace)?;
                        let blanks = tail[word..].iter().take_while(|b| b.is_ascii_whitespace()).count();
                        rest -= word + blanks;
                    }
                    Some(line.slice(line.len() - rest..line.len()))
                }));
            }
        }
        out
    }
}

impl Shell<'_, '_> {
    /// Runs these commands, each in a process of its own.
    pub(super) fn run_at_boot(&mut self, at: Span, path: BoxedRun) -> Vec<BoxedRun> {
        self.run_each(path.commands_at_boot(), at, path)
    }

    fn run_each(&mut self, commands: Vec<Traced>, at: Span, path: BoxedRun) -> Vec<BoxedRun> {
        let mut paths = vec![path];
        for command in commands {
            let mut next = Vec::new();
            for mut path in paths {
                let before = path.clone();
                path.clean_environment("/");
                path.shell.sink = Sink::Dropped;
                path.stdin = Some(Traced::new());
                let child = Child { name: "a command of a start", zero: "sh", login: false, errexit: false, sh: true };
                for mut path in self.child(&command, child, Vec::new(), at, path) {
                    path.leave_subshell(&before);
                    path.stdin.clone_from(&before.stdin);
                    next.push(path);
                }
            }
            paths = settle(next);
        }
        paths
    }
}
