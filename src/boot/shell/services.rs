//! Programs that start the kubelet, its dependencies or the node.

use std::sync::Arc;

use crate::node::Family;
use crate::runtime::Name;
use crate::text::Why;

use super::super::disk::{File, absolute};
use super::super::machine::Start;
use super::super::{image, kubeadm, node_config, nodeadm};
use super::call::Call;
use super::interpreter::Shell;
use super::state::ScriptRun;
use super::status::Status;

impl Shell<'_, '_> {
    /// `kubeadm`
    pub(super) fn kubeadm(&mut self, call: &Call<'_>, path: &mut ScriptRun) -> bool {
        let stdin = path.stdin.clone();
        kubeadm::run(&mut path.machine, call.words, stdin.as_ref(), &path.shell.directory, call.at, self.cx);
        true
    }

    /// `nodeadm init -c file:///…`
    pub(super) fn nodeadm(&mut self, call: &Call<'_>, path: &mut ScriptRun) -> bool {
        if call.first() != Some("init") {
            return true;
        }
        path.machine.prove_kubelet(Family::Al2023);
        let mut sources = Vec::new();
        let mut rest = call.words.iter().skip(1);
        while let Some(word) = rest.next() {
            let text = word.to_text().into_owned();
            if matches!(text.as_str(), "-c" | "--config-source") {
                sources.extend(rest.next().cloned());
            } else if text.starts_with("--config-source=") {
                sources.push(word.slice("--config-source=".len()..word.len()));
            }
        }
        let mut documents = Vec::new();
        for source in &sources {
            let Some(file) = source.known_str() else { continue };
            if file.starts_with("imds://") {
                documents.extend(path.machine.nodeadm.documents.clone());
            } else if let Some(file) = file.strip_prefix("file://") {
                let prefix = format!("{}/", absolute(file, "/"));
                let mut files: Vec<String> = vec![absolute(file, "/")];
                files.extend(path.machine.files.keys().filter(|f| f.starts_with(&prefix)).cloned());
                for file in files {
                    if let Some(File::Known(text)) = path.machine.file(&file)
                        && let Some(document) = node_config::read(&mut path.machine, &text, &file, self.cx)
                    {
                        documents.push(document);
                    }
                }
            }
        }
        if sources.is_empty() {
            documents.clone_from(&path.machine.nodeadm.documents);
        }
        if documents.is_empty() {
            path.machine.gap(call.at, Why::NotUnderstood("where nodeadm takes its configuration from".into()));
        }
        nodeadm::write(&mut path.machine, &documents, self.cx);
        path.machine.start_runtime(Name::Containerd, true);
        path.machine.start(true);
        true
    }
}

/// `kubelet`
pub(super) fn kubelet(call: &Call<'_>, path: &mut ScriptRun) -> bool {
    if call.has(&["--version", "--help", "-h"]) {
        return false;
    }
    path.machine.suggest_kubelet(None);
    let files = Arc::clone(&path.machine.files);
    path.machine.start = Some(Start { files, argv: Some(Arc::new(call.words.to_vec())) });
    true
}

/// `apt-get install`: Debian packages start their services, so a later start has no effect.
pub(super) fn apt(call: &Call<'_>, path: &mut ScriptRun) -> bool {
    let packages: Vec<_> = call.operands().iter().map(|o| o.to_text()).collect();
    let named = |names: &[&str]| packages.iter().any(|p| names.contains(&p.split('=').next().unwrap_or(p)));
    if packages.first().is_some_and(|verb| verb == "install") {
        let debian = call.name.starts_with("apt");
        let system = if debian { image::DEBIAN } else { image::RED_HAT };
        path.machine.put(system, File::Unknown(Why::FromOutside("packages".into())));
        path.machine.minor = path.machine.minor.or_else(|| packages.iter().find_map(|package| minor(package)));
        if debian && named(&["containerd", "containerd.io"]) {
            path.machine.start_runtime(Name::Containerd, false);
        }
        if named(&["kubeadm"]) {
            let why = Why::FromOutside("the program kubeadm".into());
            path.machine.put(image::KUBEADM, File::Unknown(why));
        }
        if debian && named(&["cri-o"]) {
            path.machine.start_runtime(Name::Crio, false);
        }
    }
    false
}

/// The minor version of Kubernetes in the name of a package: `kubelet=1.30.1-1.1`, `kubeadm-1.30.1`.
fn minor(package: &str) -> Option<u32> {
    let rest = ["kubelet", "kubeadm"].iter().find_map(|name| package.strip_prefix(name))?;
    rest.strip_prefix(['=', '-'])?.strip_prefix("1.")?.split('.').next()?.parse().ok()
}

/// True if the machine starts again.
pub(super) fn reboots(call: &Call<'_>) -> bool {
    match call.name {
        "systemctl" => matches!(call.operands().first().and_then(|o| o.known_str()), Some("reboot" | "kexec")),
        "shutdown" => call.flag('r', "--reboot"),
        "init" | "telinit" => call.has(&["6"]),
        name => name == "reboot",
    }
}

/// The machine reboots, and the container runtimes restart.
pub(super) fn restart_runtimes(path: &mut ScriptRun) {
    path.status = Status::Zero;
    for name in Name::ALL {
        path.machine.start_runtime(name, true);
    }
}

/// `systemctl` and `service`, for the kubelet and the container runtimes.
pub(super) fn systemctl(call: &Call<'_>, path: &mut ScriptRun) {
    let texts: Vec<_> = call.operands().iter().map(|o| o.to_text().into_owned()).collect();
    let unit = |t: &'_ String| t.strip_suffix(".service").unwrap_or(t).to_owned();
    let units: Vec<String> = texts.iter().map(unit).collect();
    path.status = Status::Likely;
    let now = call.has(&["--now"]);
    let verb = if call.name == "service" { texts.get(1) } else { texts.first() };
    let verb = verb.map(String::as_str).unwrap_or_default();
    // The effect on the service: `Some` if it runs afterwards, with true if it is restarted.
    let starts = match verb {
        "restart" | "reload-or-restart" | "try-restart" => Some(true),
        "start" => Some(false),
        "enable" if now => Some(false),
        _ => None,
    };
    let runtimes = units.iter().filter_map(|unit| match unit.as_str() {
        "containerd" => Some(Name::Containerd),
        "crio" | "cri-o" => Some(Name::Crio),
        _ => None,
    });
    let runtimes: Vec<Name> = runtimes.collect();
    let is_kubelet = units.iter().any(|unit| matches!(unit.as_str(), "kubelet" | "snap.kubelet-eks.daemon"));
    if matches!(verb, "is-active" | "is-enabled" | "status") && (is_kubelet || !runtimes.is_empty()) {
        path.status = Status::Open(None);
    }
    for name in runtimes {
        match starts.or_else(|| (verb == "reenable" && now).then_some(false)) {
            Some(restart) => path.machine.start_runtime(name, restart),
            None if verb == "stop" => drop(path.machine.runtimes.remove(&name)),
            None => {}
        }
    }
    match starts.filter(|_| is_kubelet) {
        Some(restart) => path.machine.start(restart),
        None if verb == "stop" && is_kubelet => path.machine.start = None,
        None => {}
    }
}
