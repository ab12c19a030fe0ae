//! Units that the boot itself writes: what systemd runs when they are started. Sources: `systemd.service(5)`,
//! `systemd.timer(5)`, `systemd.path(5)`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::node::BootCx;
use crate::syntax::unit::{Entry, Escapes, parse, split};
use crate::text::{Span, Traced, Why, budget};

use super::super::disk::{File, absolute, inside};
use super::super::machine::Machine;
use super::super::outcome::BootOutcome;
use super::super::{image, unit};
use super::at_boot;
use super::call::Call;
use super::interpreter::Shell;
use super::k3s;
use super::services;
use super::settle::settle;
use super::state::{BoxedRun, ScriptRun, Sink};
use super::status::{Flow, Status};

/// How deep units may start each other.
const MAX_DEPTH: usize = 6;

/// The most commands of one unit.
const MAX_COMMANDS: usize = 32;

/// Runs the units that the boot enabled and did not start: systemd does so when the node is started again.
pub(in super::super) fn start_enabled(outcomes: Vec<BootOutcome>, cx: &mut BootCx<'_>) -> Vec<BootOutcome> {
    let idle = |machine: &Machine| machine.start.is_none() && k3s::waiting(machine).is_some();
    let boots = |machine: &Machine| machine.files.keys().any(|name| at_boot::is_run(name));
    let nothing = |machine: &Machine| machine.enabled.is_empty() && !idle(machine) && !boots(machine);
    if outcomes.iter().all(|outcome| nothing(&outcome.machine)) {
        return outcomes;
    }
    let mut shell = Shell::new(cx);
    let mut out = Vec::new();
    for outcome in outcomes {
        let at = outcome.machine.place;
        let mut path = ScriptRun::start(outcome.when, outcome.machine, None);
        if let Some((unit, command)) = k3s::waiting(&path.machine).filter(|_| path.machine.start.is_none()) {
            out.append(&mut match unit {
                Some(unit) => shell.start_unit(unit, true, at, 0, path),
                None => shell.start_k3s(command, at, path),
            });
            continue;
        }
        if !path.enabled_matter() && path.commands_at_boot().is_empty() {
            out.push(path);
            continue;
        }
        path.status = Status::Open(Some("the node is started again".into()));
        for (path, again) in shell.decide(path, at, false) {
            if again { out.append(&mut shell.start_again(at, path)) } else { out.push(path) }
        }
    }
    settle(out).into_iter().map(|path| BootOutcome { when: path.when, machine: path.machine }).collect()
}

impl Shell<'_, '_> {
    /// `systemctl` and `service`
    pub(super) fn systemctl(&mut self, call: &Call<'_>, mut path: BoxedRun) -> Vec<BoxedRun> {
        let at = call.at;
        if services::reboots(call) {
            return self.start_again(at, path);
        }
        let texts: Vec<_> = call.operands().iter().map(|o| o.to_text().into_owned()).collect();
        let (verb, names) = match texts.as_slice() {
            [name, verb, ..] if call.name == "service" => (verb.as_str(), std::slice::from_ref(name)),
            [verb, names @ ..] => (verb.as_str(), names),
            [] => ("", &[][..]),
        };
        if verb.ends_with("-environment") {
            path.manager_environment(verb, call);
            path.status = Status::Zero;
            return vec![path];
        }
        for name in call.operands().into_iter().filter(|name| name.known_str().is_some()) {
            let text = name.to_text();
            let full = full_name(&text);
            if let Some((from, to)) = text.find('@').zip(full.rfind('.')).filter(|_| full.starts_with(&*text)) {
                let instance = name.slice(from + 1..to.min(name.len()));
                Arc::make_mut(&mut path.machine.instances).insert(full, instance);
            }
        }
        let now = call.has(&["--now"]);
        let restart = match verb {
            "start" => false,
            "restart" | "reload-or-restart" => true,
            "enable" | "reenable" if now => false,
            _ => {
                services::systemctl(call, &mut path);
                path.enable(verb, names);
                return vec![path];
            }
        };
        let names: Vec<String> = names.iter().map(|name| full_name(name)).collect();
        let own: Vec<&String> = names.iter().filter(|name| path.own_unit(name).is_some()).collect();
        let kubelet = names.iter().any(|name| name == KUBELET);
        if kubelet && path.kubelet_starts_a_script(self) {
            return self.start_unit(KUBELET, restart, at, 0, path);
        }
        services::systemctl(call, &mut path);
        path.enable(if verb == "enable" { verb } else { "" }, &texts);
        let before = call.has(&["--no-block"]).then(|| path.clone());
        let mut paths = vec![path];
        for command in names.iter().filter(|name| !own.contains(name)).filter_map(|name| k3s::command_of_unit(name)) {
            let mut next = Vec::new();
            for path in paths {
                next.append(&mut self.start_k3s(command, at, path));
            }
            paths = settle(next);
        }
        for name in own {
            let mut next = Vec::new();
            for path in paths {
                if name == KUBELET {
                    next.push(path);
                } else {
                    next.append(&mut self.start_unit(name, restart, at, 0, path));
                }
            }
            paths = settle(next);
        }
        for path in &mut paths {
            if let Some(before) = &before {
                path.leave_job(before, false, at);
            }
        }
        paths
    }

    /// `reboot` and similar.
    pub(super) fn reboot(&mut self, call: &Call<'_>, mut path: BoxedRun) -> Result<Vec<BoxedRun>, BoxedRun> {
        path.machine.restarts = true;
        if !services::reboots(call) {
            return Err(path);
        }
        Ok(self.start_again(call.at, path))
    }

    /// The machine reboots: what was enabled is started.
    fn start_again(&mut self, at: Span, mut path: BoxedRun) -> Vec<BoxedRun> {
        path.machine.restarts = true;
        services::restart_runtimes(&mut path);
        path.machine.active = Arc::default();
        let names = std::mem::take(&mut path.machine.enabled);
        let mut paths = vec![path];
        for name in names.iter() {
            let mut next = Vec::new();
            for path in paths {
                next.append(&mut self.start_unit(name, false, at, 0, path));
            }
            paths = settle(next);
        }
        let mut paths: Vec<BoxedRun> = paths.into_iter().flat_map(|path| self.run_at_boot(at, path)).collect();
        for path in &mut paths {
            path.status = Status::Zero;
        }
        paths
    }

    /// Starts a unit that the boot wrote.
    pub(super) fn start_unit(
        &mut self,
        name: &str,
        restart: bool,
        at: Span,
        depth: usize,
        mut path: BoxedRun,
    ) -> Vec<BoxedRun> {
        let Some(entries) = path.own_entries(name, self) else { return vec![path] };
        if depth >= MAX_DEPTH {
            path.machine.gap(at, Why::limit("units that start each other"));
            return vec![path];
        }
        let all = |section: &str, key: &str| -> Vec<Traced> {
            let of = entries.iter().filter(|e| e.section == section && e.key == key);
            // An empty value drops those before it.
            of.fold(Vec::new(), |mut all, entry| {
                if entry.value.is_empty() {
                    all.clear();
                } else {
                    all.push(entry.value.clone());
                }
                all
            })
        };
        let one = |section: &str, key: &str| all(section, key).pop().map(|v| v.to_text().into_owned());
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let kind = name.rsplit('.').next().unwrap_or_default();
        if !restart && path.machine.active.contains(name) {
            path.status = Status::Zero;
            return vec![path];
        }
        if matches!(kind, "timer" | "path") {
            let section = if kind == "timer" { "Timer" } else { "Path" };
            let service = one(section, "Unit").unwrap_or_else(|| format!("{stem}.service"));
            let waits = all(section, "PathExists");
            let there = waits.iter().any(|file| file.known_str().is_some_and(|f| path.machine.file(f).is_some()));
            let before = path.clone();
            path.status = if kind == "timer" || there {
                Status::Zero
            } else {
                Status::Open(Some(format!("{name} sees a change").into()))
            };
            let mut out = Vec::new();
            for (path, runs) in self.decide(path, at, false) {
                let mut paths = if runs { self.start_unit(&service, true, at, depth + 1, path) } else { vec![path] };
                for path in &mut paths {
                    path.leave_job(&before, true, at);
                }
                out.append(&mut paths);
            }
            return out;
        }
        if kind != "service" {
            return vec![path];
        }
        let mut paths = vec![path];
        for wanted in ["Requires", "Wants", "BindsTo"].iter().flat_map(|key| all("Unit", key)) {
            for name in wanted.to_text().split_whitespace().map(full_name) {
                let mut next = Vec::new();
                for path in paths {
                    next.append(&mut self.start_unit(&name, false, at, depth + 1, path));
                }
                paths = settle(next);
            }
        }
        let conditions = all("Unit", "ConditionPathExists");
        let other = entries.iter().any(|e| {
            e.section == "Unit"
                && e.key.starts_with("Condition")
                && e.key != "ConditionPathExists"
                && !e.value.is_empty()
        });
        let service = Service {
            name,
            oneshot: one("Service", "Type").is_some_and(|kind| kind == "oneshot"),
            remains: one("Service", "RemainAfterExit")
                .is_some_and(|v| matches!(v.as_str(), "yes" | "true" | "1" | "on")),
            directory: one("Service", "WorkingDirectory").unwrap_or_else(|| "/".to_owned()),
            user: one("Service", "User").filter(|user| user != "root" && user != "0"),
            entries: &entries,
            commands: {
                let keys = ["ExecCondition", "ExecStartPre", "ExecStart", "ExecStartPost"];
                let all = keys.iter().flat_map(|key| all("Service", key));
                budget::at_most(all, MAX_COMMANDS, "commands of a unit of systemd").collect()
            },
        };
        let mut out = Vec::new();
        for mut path in paths {
            let answers: Vec<Option<bool>> = conditions.iter().map(|c| path.condition(c)).collect();
            let fails = answers.contains(&Some(false));
            let holds = if fails { Some(false) } else { (!answers.contains(&None)).then_some(true) };
            path.status = match holds.filter(|holds| !holds || !other) {
                Some(holds) => Status::of(Some(holds)),
                None => Status::Open(Some(format!("the conditions of {name} hold").into())),
            };
            for (path, holds) in self.decide(path, at, false) {
                if holds {
                    out.append(&mut self.run_service(&service, at, path));
                } else {
                    out.push(path);
                }
            }
        }
        settle(out)
    }

    /// Runs the commands of a service in order, until one fails.
    fn run_service(&mut self, service: &Service<'_>, at: Span, mut path: BoxedRun) -> Vec<BoxedRun> {
        let before = path.clone();
        if let Some(user) = &service.user {
            let why = format!("a service that runs as {user}");
            let watched = |c: &Traced| ["kubelet", "bootstrap.sh", "nodeadm"].iter().any(|w| c.to_text().contains(w));
            if service.commands.iter().any(watched) {
                path.machine.gap(at, Why::NotUnderstood(why.into()));
            }
            return vec![path];
        }
        if service.remains || !service.oneshot {
            Arc::make_mut(&mut path.machine.active).insert(service.name.to_owned());
        }
        path.shell.sink = Sink::Dropped;
        path.status = Status::Zero;
        let mut paths = vec![path];
        for command in &service.commands {
            let mut next = Vec::new();
            for mut path in paths {
                if path.status == Status::NonZero {
                    next.push(path);
                    continue;
                }
                path.clean_environment(&service.directory);
                path.stdin = Some(Traced::new());
                let files = Arc::clone(&path.machine.files);
                let environment = unit::environment(service.entries, service.name, &path.machine, &files, self.cx);
                for (name, value) in &environment {
                    match value.first_unknown() {
                        Some((_, why)) if name == unit::ANY_VARIABLE => path.shell.open = Some(why.clone()),
                        _ => path.export(name, value.clone()),
                    }
                }
                next.append(&mut self.exec(command, service, &environment, path));
            }
            paths = settle(next);
        }
        for path in &mut paths {
            let status = (path.status.clone(), path.code);
            if service.oneshot {
                path.leave_subshell(&before);
                (path.status, path.code) = status;
            } else {
                path.leave_job(&before, false, at);
            }
            path.stdin.clone_from(&before.stdin);
        }
        paths
    }

    /// One command line of a service.
    fn exec(
        &mut self,
        line: &Traced,
        service: &Service<'_>,
        environment: &BTreeMap<String, Traced>,
        mut path: BoxedRun,
    ) -> Vec<BoxedRun> {
        let at = line.span().unwrap_or(path.machine.place);
        let (words, valid) = split(line, Escapes::Relaxed);
        let Some((program, rest)) = words.split_first().filter(|_| valid) else {
            path.status = Status::NonZero;
            return vec![path];
        };
        let bare = program.bytes().iter().take_while(|b| b"-+!:@".contains(b)).count();
        let prefixes = String::from_utf8_lossy(&program.bytes()[..bare]).into_owned();
        let mut argv = Vec::new();
        let program = program.slice(bare..program.len());
        for (index, word) in
            std::iter::once(&program).chain(&rest[usize::from(prefixes.contains('@')).min(rest.len())..]).enumerate()
        {
            let Some(word) = unit::specifiers(word, service.name, path.machine.instances.get(service.name)) else {
                path.status = Status::NonZero;
                return vec![path];
            };
            if index == 0 || prefixes.contains(':') {
                argv.push(word);
            } else {
                unit::variables(&word, environment, path.machine.place, &mut argv);
            }
        }
        // A script without an interpreter cannot be run by systemd.
        let file = argv[0].known_str().and_then(|name| path.machine.files.get(&absolute(name, "/")));
        if matches!(file, Some(File::Known(text)) if !text.bytes().starts_with(b"#!") && !text.has_unknown()) {
            path.status = Status::NonZero;
            path.code = Some(203);
            return vec![path];
        }
        let mut paths = self.call(argv, at, path);
        for path in &mut paths {
            path.end();
            path.flow = Flow::Normal;
            if prefixes.contains('-') {
                path.status = Status::Zero;
            }
        }
        paths
    }
}

/// What decides how a service runs.
struct Service<'a> {
    name: &'a str,
    oneshot: bool,
    remains: bool,
    directory: String,
    user: Option<String>,
    entries: &'a [Entry],
    commands: Vec<Traced>,
}

/// The kubelet's unit, which the machine keeps apart.
const KUBELET: &str = "kubelet.service";

/// The name of a unit with its ending.
fn full_name(name: &str) -> String {
    const ENDINGS: [&str; 6] = [".service", ".timer", ".path", ".target", ".socket", ".mount"];
    let base = name.rsplit('/').next().unwrap_or_default();
    if ENDINGS.iter().any(|end| base.ends_with(end)) { base.to_owned() } else { format!("{base}.service") }
}

impl ScriptRun {
    /// The file of a unit that the boot wrote; that of the template for an instance.
    pub(super) fn own_unit(&self, name: &str) -> Option<Arc<Traced>> {
        let template =
            name.split_once('@').map(|(stem, rest)| format!("{stem}@.{}", rest.rsplit('.').next().unwrap_or_default()));
        let names = [Some(name.to_owned()), template];
        let mut paths = names.iter().flatten().flat_map(|name| image::UNIT_FOLDERS.map(|f| format!("{f}{name}")));
        paths.find_map(|file| match self.machine.files.get(&file) {
            Some(File::Known(text)) => Some(Arc::clone(text)),
            _ => None,
        })
    }

    /// The entries of a unit that the boot wrote, with its drop-ins.
    fn own_entries(&self, name: &str, shell: &mut Shell<'_, '_>) -> Option<Vec<Entry>> {
        let mut texts = vec![self.own_unit(name)?];
        let mut drop_ins = BTreeMap::new();
        for folder in image::UNIT_FOLDERS.iter().rev() {
            let folder = format!("{folder}{name}.d/");
            for (base, content) in inside(&self.machine.files, &folder) {
                if let (File::Known(text), true) = (content, image::is_conf(base)) {
                    drop_ins.insert(base.to_owned(), Arc::clone(text));
                }
            }
        }
        texts.extend(drop_ins.into_values());
        let mut entries = Vec::new();
        for text in texts {
            let id = shell.cx.texts.add_made(name, &text, self.machine.place);
            entries.extend(parse(&shell.cx.texts.view(id)));
        }
        Some(entries)
    }

    /// True if the kubelet's own unit starts a script of the boot or a shell, which then starts the kubelet.
    fn kubelet_starts_a_script(&self, shell: &mut Shell<'_, '_>) -> bool {
        let entries = self.own_entries(KUBELET, shell).unwrap_or_default();
        let start = entries.iter().rfind(|e| e.section == "Service" && e.key == "ExecStart" && !e.value.is_empty());
        let Some(program) = start.and_then(|e| split(&e.value, Escapes::Relaxed).0.into_iter().next()) else {
            return false;
        };
        let program = program.to_text().trim_start_matches(['-', '+', '!', ':', '@']).to_owned();
        let base = program.rsplit('/').next().unwrap_or_default();
        let own =
            matches!(self.machine.files.get(&program), Some(File::Known(text)) if text.bytes().starts_with(b"#!"));
        own || matches!(base, "bash" | "sh")
    }

    /// `systemctl enable` and similar, for units of the boot's own.
    fn enable(&mut self, verb: &str, names: &[String]) {
        for name in names.iter().map(|name| full_name(name)) {
            let Some(text) = self.own_unit(&name).filter(|_| name != KUBELET) else { continue };
            match verb {
                "enable" | "reenable" if text.to_text().contains("[Install]") => {
                    Arc::make_mut(&mut self.machine.enabled).insert(name);
                }
                "disable" | "mask" => drop(Arc::make_mut(&mut self.machine.enabled).remove(&name)),
                "stop" => drop(Arc::make_mut(&mut self.machine.active).remove(&name)),
                _ => {}
            }
        }
    }

    /// True if an enabled unit has not run yet and may concern a kubelet.
    fn enabled_matter(&self) -> bool {
        let watched = |text: &str| ["kubelet", "bootstrap.sh", "nodeadm"].iter().any(|word| text.contains(word));
        self.machine.enabled.iter().filter(|name| !self.machine.active.contains(*name)).any(|name| {
            self.own_unit(name).is_some_and(|unit| {
                let unit = unit.to_text().into_owned();
                let runs = |(file, content): (&String, &File)| {
                    matches!(content, File::Known(text) if unit.contains(file.as_str()) && watched(&text.to_text()))
                };
                watched(&unit) || self.machine.files.iter().any(runs)
            })
        })
    }

    /// `systemctl set-environment` and similar.
    fn manager_environment(&mut self, verb: &str, call: &Call<'_>) {
        let mut text = match self.machine.files.get(image::MANAGER_ENVIRONMENT) {
            Some(File::Known(text)) => Traced::clone(text),
            _ => Traced::new(),
        };
        for word in call.operands().into_iter().skip(1) {
            let set = match verb {
                "set-environment" => super::builtins::split_assignment(word),
                "unset-environment" => word.known_str().map(|name| (name.to_owned(), Traced::new())),
                _ => word.known_str().and_then(|name| Some((name.to_owned(), self.get(name)?.clone()))),
            };
            let Some((name, value)) = set else { continue };
            let quoted = value.replace(b"\\", &Traced::made("\\\\", call.at));
            let quoted = quoted.replace(b"\"", &Traced::made("\\\"", call.at));
            text.push_made(format!("{name}=\"").as_bytes(), call.at);
            text.push(&quoted);
            text.push_made(b"\"\n", call.at);
        }
        self.machine.put(image::MANAGER_ENVIRONMENT, File::Known(Arc::new(text)));
    }

    /// Whether `ConditionPathExists=` holds, if known.
    fn condition(&self, value: &Traced) -> Option<bool> {
        let text = value.known_str()?;
        let (negated, name) = text.strip_prefix('!').map_or((false, text), |name| (true, name));
        let there = match self.machine.file(name) {
            Some(File::Removed) => Some(false),
            Some(_) => Some(true),
            None if self.machine.has_folder(name) == Some(true) => Some(true),
            None => self.machine.lacks(name).then_some(false),
        };
        there.map(|there| there != negated)
    }
}
