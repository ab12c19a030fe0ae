//! `/etc/eks/bootstrap.sh` of the Amazon Linux 2 images, and what else starts a kubelet. Source:
//! `templates/al2/runtime/bootstrap.sh` of awslabs/amazon-eks-ami at 0ab84280.

use std::sync::Arc;

use crate::kubelet::statements;
use crate::node::{BootCx, Family, Reason};
use crate::text::{Span, Traced, Why};

use super::super::machine::{File, Image, Machine};
use super::super::outcome::Outcome;
use super::super::{image, runtime};
use super::interpreter::Shell;
use super::script;
use super::state::{BoxedRun, ScriptRun};
use super::status::{Setting, Status};

/// The options of the script; each takes the next word, `--help` ends it.
const OPTIONS: [&str; 20] = [
    "--apiserver-endpoint",
    "--aws-api-retry-attempts",
    "--b64-cluster-ca",
    "--cluster-id",
    "--container-runtime",
    "--containerd-config-file",
    "--dns-cluster-ip",
    "--docker-config-json",
    "--enable-docker-bridge",
    "--enable-local-outpost",
    "--ip-family",
    "--kubelet-extra-args",
    "--local-disks",
    "--mount-bpf-fs",
    "--pause-container-account",
    "--pause-container-version",
    "--service-ipv4-cidr",
    "--service-ipv6-cidr",
    "--use-max-pods",
    "--docker-bridge",
];

/// How the script was called.
#[derive(Default)]
struct Called {
    /// What `--kubelet-extra-args` gives; the last one counts.
    extra: Option<Traced>,
    /// What `--containerd-config-file` gives.
    containerd: Option<Traced>,
    /// The words, with a name for the cluster where it is not known.
    words: Vec<Traced>,
    /// Set if a word may be options that are not known.
    doubt: Option<(Span, Why)>,
    help: bool,
    /// What `--container-runtime` gives.
    runtime: Option<Traced>,
    /// The name of the cluster is given, or may be.
    named: bool,
    /// What the script passes over, or takes for something else.
    dead: Vec<(Traced, Reason)>,
}

/// The option with its value after a `=`, which the script does not know.
const JOINED: &[u8] = b"--kubelet-extra-args=";
/// The variable that stands for the option.
const VARIABLE: &str = "KUBELET_EXTRA_ARGS";

impl Called {
    fn read(arguments: &[Traced], at: Span) -> Self {
        let mut called = Self::default();
        let mut positional = 0;
        let mut rest = arguments.iter();
        let mut left = Traced::new();
        let mut open = false;
        while let Some(word) = rest.next() {
            match word.known_str() {
                Some("-h" | "--help") => called.help = true,
                Some("--kubelet-extra-args") => {
                    let earlier = std::mem::replace(&mut called.extra, rest.next().cloned());
                    called.dead.extend(earlier.map(|text| (text, Reason::RepeatedOption)));
                    open = false;
                    // An option that comes last decides, whatever stands before it.
                    called.doubt = None;
                    called.words.push(word.clone());
                    called.words.extend(called.extra.clone());
                    continue;
                }
                Some(option) if OPTIONS.contains(&option) => {
                    let value = rest.next().cloned();
                    match option {
                        "--containerd-config-file" => called.containerd.clone_from(&value),
                        "--container-runtime" => {
                            called.runtime.clone_from(&value);
                        }
                        _ => {}
                    }
                    called.words.push(word.clone());
                    called.words.extend(value);
                    continue;
                }
                _ => {
                    positional += 1;
                    called.named |= !word.is_empty();
                    if word.bytes().starts_with(JOINED) {
                        called.dead.push((word.slice(JOINED.len()..word.len()), Reason::EqualsForm));
                    } else if !open {
                        // Words side by side may be a flag and its value.
                        left.push_made(b" ", at);
                        left.push(word);
                    }
                    // What follows a word that is not known may be the value of an option in it.
                    open = word.is_unknown() && positional > 1;
                    // A word of which nothing is known may be options; the first one is taken for the cluster's name.
                    if word.is_unknown() {
                        if positional > 1 {
                            called.doubt = word.first_unknown().map(|(span, why)| (span, why.clone()));
                        }
                        called.words.push(Traced::made("cluster", at));
                        continue;
                    }
                }
            }
            called.words.push(word.clone());
        }
        called.dead.push((left, Reason::LeftOver));
        called
    }
}

impl Shell<'_, '_> {
    /// Runs the script with `arguments`.
    pub(super) fn bootstrap(&mut self, arguments: &[Traced], at: Span, mut path: BoxedRun) -> Vec<BoxedRun> {
        path.status = Status::Zero;
        let mut called = Called::read(arguments, at);
        if matches!(path.machine.family(), Some(Family::Al2023 | Family::Bottlerocket | Family::Windows)) {
            // Amazon Linux 2023 has a script of this name that only says that it does nothing.
            path.status = Status::NonZero;
            if path.machine.image == Image::Given(Family::Al2023) {
                let texts = called.dead.iter().map(|(text, _)| text).chain(&called.extra).cloned().collect::<Vec<_>>();
                for text in texts {
                    self.record_ineffective(&text, &Reason::Stub, &mut path);
                }
            }
            return vec![path];
        }
        if called.help {
            return vec![path];
        }
        if !called.named {
            // It asks for the name of the cluster and ends before it does anything.
            path.machine.prove_kubelet(Family::Al2);
            path.machine.gap(at, Why::Invalid("bootstrap.sh without the name of a cluster ends at once".into()));
            path.status = Status::NonZero;
            return vec![path];
        }
        if self.has_placeholder(at) {
            called.dead.retain(|(_, why)| *why != Reason::LeftOver);
        }
        let changed = path.machine.files.get(image::BOOTSTRAP).is_some_and(|file| !is_model(file));
        for (text, why) in called.dead.iter().filter(|_| !changed) {
            self.record_ineffective(text, why, &mut path);
        }
        if let Some(variable) = path.shell.variables.get(VARIABLE).filter(|_| !changed).cloned() {
            let why = if called.extra.is_some() {
                Some(Reason::OptionWins)
            } else {
                (!variable.exported).then_some(Reason::NotExported)
            };
            if let (Some(why), Some(value)) = (why, variable.values.first()) {
                self.record_ineffective(value, &why, &mut path);
            }
        }
        match path.machine.files.get(image::BOOTSTRAP).cloned() {
            None => {}
            Some(File::Known(text)) if !text.is_unknown() && called.doubt.is_none() => {
                path.machine.prove_kubelet(Family::Al2);
                return self.script(&text, image::BOOTSTRAP, called.words, at, path);
            }
            Some(_) => {
                let why = Why::NotUnderstood("a bootstrap.sh that was changed".into());
                path.machine.gap(at, why.clone());
                let mut extra = called.extra.unwrap_or_default();
                extra.push_made(b" ", at);
                extra.push_unknown(at, why);
                join(&mut path.machine, &extra, at);
                return vec![path];
            }
        }
        // Docker is what older images take by themselves.
        let chosen =
            path.shell.variables.get("CONTAINER_RUNTIME").filter(|v| v.exported).and_then(|v| v.values.first());
        let chosen = called.runtime.as_ref().or(chosen).map(|v| v.to_text().into_owned());
        let docker = match chosen.as_deref() {
            Some(name) => name == "dockerd",
            None => path.machine.minor.is_some_and(|minor| minor < image::CONTAINERD_SINCE),
        };
        let extra = match called.doubt {
            Some((span, why)) => Some(Traced::unknown(span, why)),
            None => called.extra,
        };
        let extra = extra.or_else(|| {
            path.shell.variables.get(VARIABLE).filter(|v| v.exported).and_then(|v| v.values.first().cloned())
        });
        if !docker {
            path.machine.prove_kubelet(Family::Al2);
            runtime::bootstrap(&mut path.machine, called.containerd.as_ref());
            let files = &path.machine.files;
            let touched = [image::UNIT, image::UNIT_OF_BOOTSTRAP].iter().any(|unit| files.contains_key(*unit));
            if touched && let Some(unit) = path.machine.file(image::UNIT_OF_BOOTSTRAP) {
                path.machine.put(image::UNIT, unit);
            }
        }
        let extra = extra.unwrap_or_else(|| {
            // Commands that are not known may have exported the variable.
            path.machine
                .injected
                .clone()
                .or_else(|| path.shell.open_environment.clone())
                .map_or_else(Traced::new, |why| Traced::unknown(at, why))
        });
        join(&mut path.machine, &extra, at);
        vec![path]
    }

    /// True if `<name>` stands in the line of a call: to a shell these are redirections that take the words around them away, to
    /// whoever wrote it a place to fill in.
    fn has_placeholder(&self, at: Span) -> bool {
        let text = self.cx.texts.get(at.text).bytes.clone();
        let line = text.get(at.range().start..).unwrap_or_default();
        let line = line.split(|b| *b == b'\n').next().unwrap_or_default();
        let open = line.iter().position(|b| *b == b'<');
        open.is_some_and(|open| line[open..].iter().take_while(|b| !b.is_ascii_whitespace()).any(|b| *b == b'>'))
    }

    /// Notes what a text of flags says, which leads nowhere.
    fn record_ineffective(&mut self, text: &Traced, why: &Reason, path: &mut ScriptRun) {
        if text.is_empty() || text.is_unknown() {
            return;
        }
        let id = self.cx.texts.add_made("these flags", text, path.machine.place);
        path.machine.record_ineffective(statements::in_flags(&self.cx.texts.view(id)), why);
    }

    /// A script ends, and its variables with it.
    pub(super) fn unheard(&mut self, setting: Setting, path: &mut ScriptRun) {
        let Some(value) = path.shell.variables.get(VARIABLE).and_then(|v| v.values.first()).cloned() else { return };
        let machine = &path.machine;
        let why = match machine.family() {
            Some(Family::Al2023) if machine.image == Image::Given(Family::Al2023) => Reason::NoSuchVariable,
            Some(Family::Al2 | Family::Ubuntu)
                if machine.merged_by_eks || setting == Setting::UserData && machine.start.is_some() =>
            {
                Reason::OtherProcess
            }
            _ => return,
        };
        self.record_ineffective(&value, &why, path);
    }
}

/// EKS's own part of the user data of a managed node group on Amazon Linux 2, which comes last.
pub(in super::super) fn by_eks(ways: Vec<Outcome>, cx: &mut BootCx<'_>) -> Vec<Outcome> {
    let (own, mut rest): (Vec<_>, Vec<_>) =
        ways.into_iter().partition(|way| way.machine.merged_by_eks && way.machine.family() == Some(Family::Al2));
    let Some(place) = own.first().map(|way| way.machine.place) else { return rest };
    let mut text = Traced::made("/etc/eks/bootstrap.sh cluster --kubelet-extra-args '--node-labels=", place);
    text.push_unknown(place, Why::FromOutside("what EKS adds to the user data".into()));
    text.push_made(b"'\n", place);
    rest.extend(script::run(own, &text, "EKS's own part of the user data", Setting::UserData, cx));
    rest
}

/// True for the image's own script, also where lines of it were changed.
fn is_model(file: &File) -> bool {
    let File::Known(text) = file else { return false };
    let has = |word: &[u8]| text.bytes().windows(word.len()).any(|w| w == word);
    has(b"--kubelet-extra-args") && has(b"--pause-container-account")
}

/// What the script leaves: the drop-in, if there are extra arguments, and a kubelet that runs.
fn join(machine: &mut Machine, extra: &Traced, at: Span) {
    machine.prove_kubelet(Family::Al2);
    if machine.family() != Some(Family::Ubuntu) {
        // It is written anew each time, whatever stood there. The address stands for that of the node.
        let text = "[Service]\nEnvironment='KUBELET_ARGS=--node-ip=192.0.2.1 --v=2'\n";
        machine.put(image::OWN_ARGS, File::Known(Arc::new(Traced::made(text, at))));
    }
    if !extra.is_empty() {
        let mut text = Traced::made("[Service]\nEnvironment='KUBELET_EXTRA_ARGS=", at);
        text.push(extra);
        text.push_made(b"'\n", at);
        machine.put(image::EXTRA_ARGS, File::Known(Arc::new(text)));
    }
    machine.start(false);
}
