//! k3s and RKE2: their installers, and the kubelet that their programs start. Sources: k3s-io/k3s `install.sh`,
//! `pkg/cli/cmds/agent.go`, `pkg/configfilearg/parser.go`, `pkg/daemons/agent/agent_linux.go`; rancher/rke2 `install.sh`.

use std::sync::Arc;

use crate::node::{BootCx, Tool};
use crate::runtime::Name;
use crate::syntax::{Node, unit, yaml};
use crate::text::{Span, Traced, Why};

use super::super::disk::{File, absolute, inside};
use super::super::image;
use super::super::machine::{Machine, Start};
use super::call::Call;
use super::interpreter::Shell;
use super::state::{BoxedRun, ScriptRun};
use super::status::Status;

/// Addresses of installers, and the program that stands for each.
const INSTALLERS: [(&str, &str); 6] = [
    ("get.k3s.io", "install.k3s"),
    ("k3s-io/k3s/", "install.k3s"),
    ("k3s/k3s-install.sh", "install.k3s"),
    ("get.rke2.io", "install.rke2"),
    ("get.k0s.sh", "install.k0s"),
    ("rancher/rke2/", "install.rke2"),
];

/// The units of the two and of k0s, and the command line of each. The third is that of k3s-ansible.
const UNITS: [(&str, [&str; 2]); 7] = [
    ("k3s.service", ["k3s", "server"]),
    ("k3s-agent.service", ["k3s", "agent"]),
    ("k3s-node.service", ["k3s", "agent"]),
    ("rke2-server.service", ["rke2", "server"]),
    ("rke2-agent.service", ["rke2", "agent"]),
    ("k0sworker.service", ["k0s", "worker"]),
    ("k0scontroller.service", ["k0s", "controller"]),
];

/// The first Kubernetes minor version whose k3s and RKE2 give the kubelet a folder of drop-ins.
const DROPINS_SINCE: u32 = 32;

/// The text of an installer at an address: a script that calls the program that stands for it.
pub(super) fn installer(address: &str, at: Span) -> Option<Traced> {
    let (part, program) = INSTALLERS.iter().find(|(part, _)| address.contains(part))?;
    let script = part.starts_with("get.") || address.trim_end_matches('/').ends_with("install.sh");
    script.then(|| Traced::made(format!("#!/bin/sh\n{program} \"$@\"\n"), at))
}

/// The command line of a unit that the installers bring along.
pub(super) fn command_of_unit(name: &str) -> Option<[&'static str; 2]> {
    UNITS.iter().find(|(unit, _)| *unit == name).map(|(_, command)| *command)
}

/// The unit or the configuration that starts a kubelet at the end of a boot that started none.
pub(super) fn waiting(machine: &Machine) -> Option<(Option<&'static str>, [&'static str; 2])> {
    let files = image::UNIT_FOLDERS.iter().flat_map(|folder| inside(&machine.files, folder));
    let own: Vec<_> = files.filter(|(_, file)| matches!(file, File::Known(_))).map(|(name, _)| name).collect();
    let unit = UNITS.iter().find(|(name, _)| own.contains(name)).map(|(name, command)| (Some(*name), *command));
    unit.or_else(|| {
        let configs = [("k3s", "/etc/rancher/k3s/config.yaml"), ("rke2", "/etc/rancher/rke2/config.yaml")];
        let (product, _) = configs.iter().find(|(_, config)| inside(&machine.files, config).next().is_some())?;
        Some((None, [*product, "server"]))
    })
}

impl Shell<'_, '_> {
    /// An installer: it writes the units, and that of k3s starts one of them.
    pub(super) fn install_k3s(&mut self, call: &Call<'_>, mut path: BoxedRun) -> Vec<BoxedRun> {
        let at = call.at;
        path.status = Status::Zero;
        let variable = |path: &ScriptRun, name: &str| {
            path.shell.variables.get(name).filter(|v| v.exported).and_then(|v| v.values.first().cloned())
        };
        let product = if call.name.ends_with("k3s") { "k3s" } else { "rke2" };
        let upper = product.to_uppercase();
        for name in ["VERSION", "CHANNEL"] {
            let version = variable(&path, &format!("INSTALL_{upper}_{name}"));
            let minor = version.as_ref().and_then(|v| minor(v.known_str()?));
            path.machine.minor = minor.or(path.machine.minor);
        }
        if product == "rke2" {
            for (unit, [program, role]) in UNITS.iter().filter(|(_, [program, _])| *program == "rke2") {
                let line = Traced::made(format!("/usr/local/bin/{program} {role}"), at);
                put_unit(&mut path.machine, unit, &line, at);
            }
            return vec![path];
        }
        let exec = variable(&path, "INSTALL_K3S_EXEC");
        let mut words: Vec<Traced> = exec.iter().flat_map(unit::words).collect();
        words.extend(call.words.iter().cloned());
        let role = match words.first().and_then(|w| w.known_str()) {
            Some(role) if !role.starts_with('-') => {
                let role = role.to_owned();
                words.remove(0);
                role
            }
            _ if variable(&path, "K3S_URL").is_some_and(|url| !url.is_empty()) => "agent".to_owned(),
            _ => "server".to_owned(),
        };
        let mut line = Traced::made(format!("/usr/local/bin/k3s {role}"), at);
        for word in &words {
            line.push_made(b" ", at);
            line.push(&quoted(word, at));
        }
        let own = variable(&path, "INSTALL_K3S_NAME").and_then(|name| name.known_str().map(str::to_owned));
        let name = match own.filter(|name| !name.is_empty()) {
            Some(name) => format!("k3s-{name}.service"),
            None if role == "server" => "k3s.service".to_owned(),
            None => format!("k3s-{role}.service"),
        };
        put_unit(&mut path.machine, &name, &line, at);
        let skips = ["INSTALL_K3S_SKIP_START", "INSTALL_K3S_SKIP_ENABLE"];
        if skips.iter().any(|skip| variable(&path, skip).is_some_and(|v| v.known_str() == Some("true"))) {
            return vec![path];
        }
        self.start_unit(&name, true, at, 0, path)
    }

    /// `k3s server` and similar: a kubelet with the arguments of the configuration, then those of the command line.
    pub(super) fn k3s(&mut self, call: &Call<'_>, mut path: BoxedRun) -> Result<Vec<BoxedRun>, BoxedRun> {
        let Some(role @ ("server" | "agent")) = call.first() else { return Err(path) };
        path.status = Status::Zero;
        if role == "server" && call.has(&["--disable-agent"]) {
            return Ok(vec![path]);
        }
        let words = call.words.get(1..).unwrap_or_default();
        let config = options(words, &["--config", "-c"]).pop().or_else(|| {
            let name = format!("{}_CONFIG_FILE", call.name.to_uppercase());
            path.get(&name).cloned()
        });
        let product = call.name;
        let config = config.and_then(|c| c.known_str().map(|c| absolute(c, "/")));
        let config = config.unwrap_or_else(|| format!("/etc/rancher/{product}/config.yaml"));
        let mut tool = Tool::new(if product == "rke2" { "rke2" } else { "k3s" });
        let (mut flags, mut arguments) = configured(&mut path.machine, &mut tool, &config, call.at, self.cx);
        for (n, word) in words.iter().enumerate() {
            let text = word.to_text();
            let Some(option) = text.strip_prefix("--") else { continue };
            let (name, value) = match option.split_once('=') {
                Some((name, _)) => (name, Some(word.slice(name.len() + 3..word.len()))),
                None => (option, words.get(n + 1).filter(|_| option == "profile").cloned()),
            };
            flags.extend(tool.k3s_option(name, value.as_ref(), call.at));
        }
        arguments.extend(options(words, &["--kubelet-arg"]));
        // An unknown word may hold such options, unless it is the value of another one.
        let valued = |word: &Traced| word.bytes().starts_with(b"-") && !word.bytes().contains(&b'=');
        let alone = |n: &usize| words[*n].is_unknown() && n.checked_sub(1).is_none_or(|before| !valued(&words[before]));
        arguments.extend((0..words.len()).filter(alone).map(|n| words[n].clone()));
        let mut argv = Vec::new();
        if path.machine.minor.is_none_or(|minor| minor >= DROPINS_SINCE) {
            let folder = format!("--config-dir=/var/lib/rancher/{product}/agent/etc/kubelet.conf.d");
            argv.push(Traced::made(folder, call.at));
        }
        argv.extend(flags);
        argv.extend(arguments.iter().map(|argument| {
            let dashes = argument.bytes().iter().take_while(|b| **b == b'-').count();
            if argument.is_unknown() {
                return argument.clone();
            }
            let mut flag = Traced::made("--", call.at);
            flag.push(&argument.slice(dashes..argument.len()));
            flag
        }));
        path.machine.suggest_kubelet(None);
        path.machine.tool = Some(tool);
        let files = Arc::clone(&path.machine.files);
        path.machine.start = Some(Start { files, argv: Some(Arc::new(argv)) });
        path.machine.start_runtime(Name::Containerd, true);
        Ok(vec![path])
    }

    /// Runs the command of one of the units that the installers bring along.
    pub(super) fn start_k3s(&mut self, [program, role]: [&str; 2], at: Span, path: BoxedRun) -> Vec<BoxedRun> {
        let words = [Traced::made(role, at)];
        let name = Traced::made(program, at);
        let call = Call { name: program, program: &name, words: &words, at };
        self.k3s(&call, path).unwrap_or_else(|path| vec![path])
    }
}

/// The minor version in a text such as `v1.33.4+k3s1`.
fn minor(version: &str) -> Option<u32> {
    let rest = version.trim_start_matches('v').strip_prefix("1.")?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Writes a unit with this command line.
pub(super) fn put_unit(machine: &mut Machine, name: &str, line: &Traced, at: Span) {
    let mut text = Traced::made("[Service]\nExecStart=", at);
    text.push(line);
    text.push_made(b"\n[Install]\nWantedBy=multi-user.target\n", at);
    machine.put(&format!("/etc/systemd/system/{name}"), File::Known(Arc::new(text)));
}

/// A word as the installer writes it on the command line of a unit.
pub(super) fn quoted(word: &Traced, at: Span) -> Traced {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"-_=.,:/@%+".contains(b) || *b >= 0x80;
    if !word.is_empty() && word.bytes().iter().all(plain) {
        return word.clone();
    }
    let mut out = Traced::made("\"", at);
    let text = word.replace(b"\\", &Traced::made("\\\\", at)).replace(b"\"", &Traced::made("\\\"", at));
    out.push(&text.replace(b"$", &Traced::made("$$", at)));
    out.push_made(b"\"", at);
    out
}

/// The values of an option that may be given several times, joined or as the next word.
pub(super) fn options(words: &[Traced], names: &[&str]) -> Vec<Traced> {
    let mut out = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        for name in names {
            if word.bytes() == name.as_bytes() {
                out.extend(rest.next().cloned());
                break;
            }
            let joined = word.bytes().strip_prefix(name.as_bytes()).is_some_and(|rest| rest.first() == Some(&b'='));
            if joined {
                out.push(word.slice(name.len() + 1..word.len()));
            }
        }
    }
    out
}

/// Flags that stand for options of the configuration and the files next to it, and `kubelet-arg` of all: a later file replaces
/// the list, `kubelet-arg+` appends.
fn configured(
    machine: &mut Machine,
    tool: &mut Tool,
    config: &str,
    at: Span,
    cx: &mut BootCx<'_>,
) -> (Vec<Traced>, Vec<Traced>) {
    let folder = format!("{config}.d/");
    let drop_ins = inside(&machine.files, &folder).map(|(name, _)| name);
    let drop_ins = drop_ins.filter(|name| name.strip_suffix(".yaml").or(name.strip_suffix(".yml")).is_some());
    let names: Vec<String> =
        std::iter::once(config.to_owned()).chain(drop_ins.map(|name| format!("{folder}{name}"))).collect();
    let (mut flags, mut out) = (Vec::new(), Vec::new());
    for name in names {
        let text = match machine.files.get(&name) {
            Some(File::Known(text)) => Arc::clone(text),
            Some(File::Unknown(why)) => {
                out.push(Traced::unknown(at, why.clone()));
                continue;
            }
            Some(File::Removed) | None => continue,
        };
        let id = cx.texts.add_made(name.as_str(), &text, machine.place);
        let view = cx.texts.view(id).without_placeholders();
        let parsed = yaml::parse(&view);
        if let Some(error) = parsed.errors.first() {
            let why = error.unknown(&view).cloned();
            let why = why.unwrap_or_else(|| Why::NotUnderstood(format!("{name}, which is not valid YAML").into()));
            machine.gap(error.at, why.clone());
            out.push(Traced::unknown(error.at, why));
        }
        let Some(tree) = parsed.tree.first() else { continue };
        for (key, value) in tree.pairs() {
            match key.as_str() {
                Some("kubelet-arg") => out.clear(),
                Some("kubelet-arg+") => {}
                Some(name) => {
                    flags.extend(tool.k3s_option(name, value.as_scalar().map(|s| &s.text), key.span));
                    continue;
                }
                None => continue,
            }
            let items = if value.as_scalar().is_some() { std::slice::from_ref(value) } else { value.items() };
            out.extend(items.iter().filter_map(Node::as_scalar).map(|scalar| scalar.text.clone()));
        }
    }
    (flags, out)
}
