//! Machines that the programs of clouds and of tools for local clusters start: with user data, with k3s in them, or to run a command
//! there. Sources: the reference of each command line.

use crate::node::{Step, Wrapping};
use crate::text::{Span, Traced, Why};

use super::call::Call;
use super::files::contents;
use super::interpreter::Shell;
use super::k3s::options;
use super::remote::WORDS;
use super::state::ScriptRun;
use super::status::Status;

/// Programs that create machines, the word that does, and options whose value is user data or names a file with it.
const CREATE: &[(&str, &str, &[&str])] = &[
    ("az", "create", &["--custom-data", "--user-data"]),
    ("doctl", "create", &["--user-data", "--user-data-file"]),
    ("exo", "create", &["--cloud-init"]),
    ("gcloud", "create", &["--metadata", "--metadata-from-file"]),
    ("hcloud", "create", &["--user-data-from-file"]),
    ("multipass", "launch", &["--cloud-init"]),
    ("oci", "launch", &["--user-data-file"]),
    ("openstack", "create", &["--user-data"]),
    ("virt-install", "", &["--cloud-init"]),
];

/// Keys of several values in one, of which these are user data.
const KEYS: &[&str] = &["startup-script=", "user-data="];

/// Programs that give options to k3s, the word that does, what they start, and their options for that.
const K3S: &[(&str, &str, &str, &[&str])] = &[
    ("autok3s", "create", "server", &["--master-extra-args"]),
    ("autok3s", "create", "agent", &["--worker-extra-args"]),
    ("colima", "start", "server", &["--k3s-arg"]),
    ("k3sup", "install", "server", &["--k3s-extra-args"]),
    ("k3sup", "join", "agent", &["--k3s-extra-args"]),
];

/// Programs that run a command on a machine, and the word that does. Some take it as the value of an option.
const RUN: &[(&str, &str, Option<&[&str]>)] = &[
    ("docker", "exec", None),
    ("gcloud", "ssh", Some(&["--command"])),
    ("incus", "exec", None),
    ("limactl", "shell", None),
    ("lxc", "exec", None),
    ("multipass", "exec", None),
    ("nerdctl", "exec", None),
    ("podman", "exec", None),
    ("vagrant", "ssh", Some(&["--command", "-c"])),
];

/// All these programs.
pub(super) const PROGRAMS: &[&str] = &[
    "autok3s",
    "az",
    "colima",
    "docker",
    "doctl",
    "exo",
    "gcloud",
    "hcloud",
    "incus",
    "k3sup",
    "limactl",
    "lxc",
    "multipass",
    "nerdctl",
    "oci",
    "openstack",
    "podman",
    "vagrant",
    "virt-install",
];

/// Options of `exec` with a value.
const VALUED: &[&str] = &["--cwd", "--env", "--user", "--workdir", "-e", "-u", "-w"];

impl Shell<'_, '_> {
    /// Notes what a command starts or runs elsewhere. False if that is nothing that concerns a kubelet.
    pub(super) fn elsewhere(&mut self, call: &Call<'_>, path: &mut ScriptRun) -> bool {
        let is = |program: &str, verb: &str| program == call.name && (verb.is_empty() || call.has(&[verb]));
        let concerns = |text: &Traced| WORDS.iter().any(|word| text.to_text().contains(word));
        let mut known = false;
        for (_, _, names) in CREATE.iter().filter(|(program, verb, _)| is(program, verb)) {
            for value in options(call.words, names) {
                let Some(text) = data(&value, call, path) else { continue };
                if concerns(&text) || text.is_unknown() {
                    let name = format!("machine of {}", call.name);
                    self.record(&name, Step::UserData(text, Wrapping::Base64OrPlain), call, path);
                    known = true;
                }
            }
        }
        for (_, _, role, names) in K3S.iter().filter(|(program, verb, ..)| is(program, verb)) {
            let given = options(call.words, names);
            let line = Traced::join(&given, &Traced::made(" ", call.at));
            if concerns(&line) {
                let mut script = Traced::made(format!("k3s {role} "), call.at);
                script.push(&line);
                self.record(&format!("machine of {}", call.name), Step::Script(script), call, path);
                known = true;
            }
        }
        let image = call.words.iter().position(is_k3s).filter(|_| call.has(&["run"]) && call.has(&["agent", "server"]));
        if let Some(image) = image.filter(|_| matches!(call.name, "docker" | "podman" | "nerdctl")) {
            let mut script = Traced::made("k3s ", call.at);
            script.push(&quoted(&call.words[image + 1..], call.at));
            self.record(&format!("container of {}", call.name), Step::Script(script), call, path);
            known = true;
        }
        for (_, verb, option) in RUN.iter().filter(|(program, verb, _)| is(program, verb)) {
            let after = call.words.iter().position(|word| word.known_str() == Some(verb)).unwrap_or_default() + 1;
            let Some((host, words)) = host_of(&call.words[after..]) else { continue };
            let command = match option {
                Some(names) => options(call.words, names).pop().unwrap_or_default(),
                None => quoted(words, call.at),
            };
            if concerns(&command) {
                let mut script = Traced::made("#!/bin/sh\n", call.at);
                script.push(&command);
                script.push_made(b"\n", call.at);
                self.reach(&format!("{} {verb}", call.name), host, Step::Script(script), call.at, path);
                path.status = Status::Likely;
                let why = Why::FromOutside(format!("the output of {}", call.name).into());
                path.out.push_unknown(call.at, why);
                path.out.push_made(b"\n", call.at);
                known = true;
            }
        }
        known
    }
}

/// User data in a value, or in the file that it names; of several values with names, the one that is user data.
fn data(value: &Traced, call: &Call<'_>, path: &ScriptRun) -> Option<Traced> {
    let mut value = value.clone();
    if matches!(call.name, "gcloud" | "virt-install") {
        let at = |key: &&str| Some(memchr::memmem::find(value.bytes(), key.as_bytes())? + key.len());
        let from = KEYS.iter().find_map(at)?;
        let rest = value.slice(from..value.len());
        let end = rest.bytes().iter().position(|b| *b == b',').filter(|_| !is_text(&rest));
        value = rest.slice(0..end.unwrap_or(rest.len()));
    }
    let skip = usize::from(value.bytes().starts_with(b"@"));
    Some(if is_text(&value) { value } else { contents(path, &value.slice(skip..value.len()), call.at) })
}

/// True for user data, which no name of a file looks like.
fn is_text(value: &Traced) -> bool {
    value.bytes().contains(&b'\n') || value.bytes().starts_with(b"#")
}

/// True for the name of an image of k3s.
fn is_k3s(word: &Traced) -> bool {
    let text = word.to_text();
    let name = text.rsplit('/').next().unwrap_or_default();
    !text.starts_with('-') && name.split([':', '@']).next() == Some("k3s")
}

/// The machine that a command names, and the words that run there.
fn host_of(words: &[Traced]) -> Option<(&Traced, &[Traced])> {
    let mut at = 0;
    while words.get(at)?.bytes().starts_with(b"-") {
        at += if words[at].known_str().is_some_and(|word| VALUED.contains(&word)) { 2 } else { 1 };
    }
    let rest = words.get(at + 1..)?;
    let dashes = rest.first().is_some_and(|word| word.known_str() == Some("--"));
    Some((&words[at], &rest[usize::from(dashes)..]))
}

/// Words as a shell reads them again.
fn quoted(words: &[Traced], at: Span) -> Traced {
    let mut out = Traced::new();
    for word in words {
        out.push_made(b"'", at);
        out.push(&word.replace(b"'", &Traced::made("'\\''", at)));
        out.push_made(b"' ", at);
    }
    out
}
