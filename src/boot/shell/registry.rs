//! Every modelled builtin and program: its names and its model.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::programs::{self, awk, coding, columns, envsubst, expr, grep, jq, lines, names, perl, python, sed, yq};

use super::call::Call;
use super::interpreter::Shell;
use super::state::{BoxedRun, ScriptRun};
use super::status::Status;
use super::{builtins, clouds, conditions, fetch, file_programs, filters, printf, read, services, snap};

/// The model of a program.
pub(super) enum Model {
    /// It runs commands, so it may have several outcomes. Returns the path as `Err` if it cannot be followed.
    Command(fn(&mut Shell<'_, '_>, &Call<'_>, BoxedRun) -> Result<Vec<BoxedRun>, BoxedRun>),
    /// A builtin that changes the shell.
    Builtin(fn(&Call<'_>, &mut ScriptRun)),
    /// It changes the machine. False if it cannot be followed.
    Machine(fn(&mut Shell<'_, '_>, &Call<'_>, &mut ScriptRun) -> bool),
    /// A function of its arguments and input.
    Filter(programs::Filter),
}

use Model::{Builtin, Command, Filter, Machine};

/// Names and models of programs.
const PROGRAMS: &[(&[&str], Model)] = &[
    // Commands that run commands.
    (
        &[
            "sudo",
            "env",
            "nohup",
            "nice",
            "ionice",
            "time",
            "timeout",
            "exec",
            "command",
            "builtin",
            "chroot",
            "setsid",
            "stdbuf",
            "flock",
            "retry",
            "taskset",
            "chrt",
            "busybox",
            "systemd-inhibit",
            "systemd-cat",
            "setpriv",
            "nsenter",
            "cloud-init-per",
            "sshpass",
        ],
        Command(|shell, call, run| Ok(shell.prefix(call, run))),
    ),
    (&["bash", "sh", "dash", "ash"], Command(|shell, call, run| Ok(shell.shell(call, run)))),
    (&["su", "runuser"], Command(|shell, call, run| Ok(shell.su(call, run)))),
    (&["systemd-run"], Command(|shell, call, run| Ok(shell.systemd_run(call, run)))),
    (&["at", "batch"], Command(|shell, call, run| Ok(shell.at(call, run)))),
    (&["which", "type"], Command(|shell, call, run| shell.which(call, run))),
    (&["eval"], Command(|shell, call, run| Ok(shell.eval(call, run)))),
    (&["alias", "unalias"], Command(|shell, call, run| Ok(shell.alias(call, run)))),
    (&["source", "."], Command(|shell, call, run| Ok(shell.source(call, run)))),
    (&["xargs"], Command(|shell, call, run| Ok(shell.xargs(call, run)))),
    (&["find"], Command(|shell, call, run| shell.find(call, run))),
    (&["containerd"], Command(|shell, call, run| shell.containerd(call, run))),
    (&["k3s", "rke2"], Command(|shell, call, run| shell.k3s(call, run))),
    (&["k0s"], Command(|shell, call, run| shell.k0s(call, run))),
    // It only brings the program.
    (&["install.k0s"], Machine(|_, _, _| true)),
    (&["install.k3s", "install.rke2"], Command(|shell, call, run| Ok(shell.install_k3s(call, run)))),
    // Builtins.
    (
        &[":", "true", "umask", "ulimit", "sleep", "hash", "sync", "disown", "jobs", "enable", "history", "bg", "fg"],
        Builtin(|_, _| {}),
    ),
    (&["false"], Builtin(|_, run| run.status = Status::NonZero)),
    // It ends as the job that it names does.
    (&["wait"], Builtin(|call, run| run.status = if call.words.is_empty() { Status::Zero } else { Status::Likely })),
    (&["export", "declare", "local", "readonly", "typeset"], Builtin(builtins::declare)),
    (&["set"], Builtin(builtins::set)),
    (&["shopt"], Builtin(builtins::shopt)),
    (&["shift"], Builtin(builtins::shift)),
    (&["unset"], Builtin(builtins::unset)),
    (&["let"], Builtin(builtins::arithmetic)),
    (&["test"], Builtin(|call, run| run.status = Status::answered(conditions::test(call.words, run), call.at, None))),
    (&["["], Builtin(builtins::bracket)),
    (&["trap"], Builtin(builtins::trap)),
    (&["exit"], Builtin(builtins::exit)),
    (&["return"], Builtin(builtins::leave_function)),
    (&["break", "continue"], Builtin(builtins::leave_loop)),
    (&["cd", "pushd", "popd"], Builtin(builtins::cd)),
    (&["pwd"], Builtin(builtins::pwd)),
    (&["echo"], Builtin(builtins::echo)),
    (&["printf"], Builtin(|call, run| printf::printf(call.words, call.at, run))),
    (&["read"], Builtin(|call, run| read::read(call.words, call.at, run))),
    (&["mapfile", "readarray"], Builtin(|call, run| read::mapfile(call.words, call.at, run))),
    (&["getopts"], Builtin(|call, run| read::getopts(call.words, call.at, run))),
    // Programs that change files.
    (&["tee", "sponge"], Machine(|_, call, run| file_programs::tee(call, run))),
    (&["install"], Machine(|_, call, run| file_programs::install(call, run))),
    (&["cp", "mv"], Machine(|_, call, run| file_programs::cp(call, run))),
    (&["rsync"], Machine(|_, call, run| file_programs::rsync(call, run))),
    (&["ln"], Machine(|_, call, run| file_programs::ln(call, run))),
    (&["rm", "unlink"], Machine(|_, call, run| file_programs::rm(call, run))),
    (&["touch"], Machine(|_, call, run| file_programs::touch(call, run))),
    (&["mkdir"], Machine(|_, call, run| file_programs::mkdir(call, run))),
    (&["mktemp"], Machine(|shell, call, run| shell.mktemp(call, run))),
    (&["dd"], Machine(|_, call, run| file_programs::dd(call, run))),
    (&["truncate"], Machine(|_, call, run| file_programs::truncate(call, run))),
    (&["ls"], Machine(|_, call, run| file_programs::ls(call, run))),
    (
        &["curl", "wget", "aws"],
        Machine(|shell, call, run| {
            shell.launch(call, run);
            fetch::fetch(call, run)
        }),
    ),
    (&["chmod", "chown", "chgrp"], Machine(|_, call, run| file_programs::access(call, run))),
    (&["restorecon", "chcon", "modprobe", "sysctl", "logger", "rmdir"], Machine(|_, _, _| true)),
    (&["seq"], Machine(|_, call, run| filters::seq(call, run))),
    // Programs that start services and nodes.
    (&["systemctl", "service"], Command(|shell, call, run| Ok(shell.systemctl(call, run)))),
    (&["reboot", "shutdown", "init", "telinit"], Command(|shell, call, run| shell.reboot(call, run))),
    (&["apt", "apt-get", "yum", "dnf", "zypper"], Machine(|_, call, run| services::apt(call, run))),
    (&["snap"], Machine(|_, call, run| snap::run(call, run))),
    (&["ssh", "scp"], Machine(|shell, call, run| shell.remote(call, run))),
    (
        &["k3d"],
        Machine(|shell, call, run| {
            shell.k3d(call, run);
            false
        }),
    ),
    (clouds::PROGRAMS, Machine(|shell, call, run| shell.elsewhere(call, run))),
    (&["kubelet"], Machine(|_, call, run| services::kubelet(call, run))),
    (&["kubeadm"], Machine(|shell, call, run| shell.kubeadm(call, run))),
    (&["nodeadm"], Machine(|shell, call, run| shell.nodeadm(call, run))),
    // Programs that are functions of their arguments and input.
    (&["sed"], Filter(sed::run)),
    (&["grep", "egrep", "fgrep"], Filter(grep::run)),
    (&["awk", "gawk", "mawk"], Filter(awk::run)),
    (&["perl"], Filter(perl::run)),
    (&["python", "python3", "python2"], Filter(|i| python::run(i.argv, i.stdin, i.files, i.env, i.at))),
    (&["jq"], Filter(|i| Ok(jq::run(i.argv, i.stdin, i.files, i.env, i.at)))),
    (&["yq"], Filter(|i| yq::run(i.argv, i.stdin, i.files, i.env, i.at))),
    (&["cat", "head", "tail", "sort", "uniq", "wc", "tac"], Filter(lines::run)),
    (&["cut", "tr", "paste"], Filter(columns::run)),
    (&["basename", "dirname"], Filter(names::run)),
    (&["printenv"], Filter(names::printenv)),
    (&["base64", "openssl", "gzip", "gunzip", "zcat"], Filter(coding::run)),
    (&["envsubst"], Filter(envsubst::run)),
    (&["expr"], Filter(expr::run)),
];

/// The model of a program by name.
pub(super) fn find(name: &str) -> Option<&'static Model> {
    static BY_NAME: LazyLock<HashMap<&str, &Model>> = LazyLock::new(|| {
        PROGRAMS.iter().rev().flat_map(|(names, model)| names.iter().map(move |n| (*n, model))).collect()
    });
    BY_NAME.get(name).copied()
}

/// True for a builtin of bash, which is not searched for in folders.
pub(super) fn is_builtin(name: &str) -> bool {
    const OTHERS: [&str; 12] =
        ["alias", "builtin", "command", "eval", "exec", "source", ".", "type", "unalias", "times", "caller", "dirs"];
    matches!(find(name), Some(Model::Builtin(_))) && !matches!(name, "sleep" | "sync") || OTHERS.contains(&name)
}
