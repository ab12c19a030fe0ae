//! `/etc/eks/bootstrap.sh` of the Amazon Linux 2 images, and other commands that start a kubelet. Source:
//! `templates/al2/runtime/bootstrap.sh` of awslabs/amazon-eks-ami at 0ab84280.

use std::sync::Arc;

use crate::kubelet::statements;
use crate::node::kubelet_files::{EXTRA_ARGS, OWN_ARGS};
use crate::node::{BootCx, Family, Reason};
use crate::setting::Which;
use crate::text::{Span, Traced, Why, holds};

use super::super::disk::File;
use super::super::machine::{Image, Machine};
use super::super::outcome::BootOutcome;
use super::super::{image, runtime};
use super::interpreter::Shell;
use super::script;
use super::state::{BoxedRun, ScriptRun};
use super::status::{Setting, Status};

/// The options of the script. Each takes the next word; `--help` exits.
const OPTIONS: &str = "--apiserver-endpoint --aws-api-retry-attempts --b64-cluster-ca --cluster-id --container-runtime \
    --containerd-config-file --dns-cluster-ip --docker-config-json --enable-docker-bridge \
    --enable-local-outpost --ip-family --kubelet-extra-args --local-disks --mount-bpf-fs \
    --pause-container-account --pause-container-version --service-ipv4-cidr --service-ipv6-cidr \
    --use-max-pods --docker-bridge";

/// The arguments of one call of the script.
#[derive(Default)]
struct Called {
    /// The value of `--kubelet-extra-args`; the last one wins.
    extra: Option<Traced>,
    /// The value of `--containerd-config-file`.
    containerd: Option<Traced>,
    /// The words, with a placeholder if the name of the cluster is unknown.
    words: Vec<Traced>,
    /// Set if an unknown word may contain options.
    unknown_options: Option<(Span, Why)>,
    help: bool,
    /// The value of `--container-runtime`.
    runtime: Option<Traced>,
    /// The name of the cluster is given, or may be.
    named: bool,
    /// Values that the script ignores or reads as something else.
    ignored: Vec<(Traced, Reason)>,
}

/// The option joined to its value by `=`, which the script does not support.
const JOINED: &[u8] = b"--kubelet-extra-args=";
/// The environment variable that is equivalent to the option.
const VARIABLE: &str = EXTRA_ARGS;

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
                    called.ignored.extend(earlier.map(|text| (text, Reason::RepeatedOption)));
                    open = false;
                    // An option that comes last wins, regardless of what precedes it.
                    called.unknown_options = None;
                    called.words.push(word.clone());
                    called.words.extend(called.extra.clone());
                    continue;
                }
                Some(option) if OPTIONS.split(' ').any(|known| known == option) => {
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
                        called.ignored.push((word.slice(JOINED.len()..word.len()), Reason::EqualsForm));
                    } else if !open {
                        // Adjacent words may be a flag and its value.
                        left.push_made(b" ", at);
                        left.push(word);
                    }
                    // The word after an unknown word may be the value of an option in it.
                    open = word.is_unknown() && positional > 1;
                    // An entirely unknown word may contain options; the first one is read as the name of the cluster.
                    if word.is_unknown() {
                        if positional > 1 {
                            called.unknown_options = word.first_unknown().map(|(span, why)| (span, why.clone()));
                        }
                        called.words.push(Traced::made("cluster", at));
                        continue;
                    }
                }
            }
            called.words.push(word.clone());
        }
        called.ignored.push((left, Reason::LeftOver));
        called
    }
}

impl Shell<'_, '_> {
    /// Runs the script with `arguments`.
    pub(super) fn bootstrap(&mut self, arguments: &[Traced], at: Span, mut path: BoxedRun) -> Vec<BoxedRun> {
        path.status = Status::Zero;
        let mut called = Called::read(arguments, at);
        if matches!(path.machine.family(), Some(Family::Al2023 | Family::Bottlerocket | Family::Windows)) {
            // Amazon Linux 2023 has a script of this name that only prints a notice.
            path.status = Status::NonZero;
            if path.machine.image == Image::Given(Family::Al2023) {
                let texts: Vec<_> = called.ignored.iter().map(|(t, _)| t).chain(&called.extra).cloned().collect();
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
            // Without the name of the cluster, the script fails before it changes anything.
            path.machine.prove_kubelet(Family::Al2);
            path.machine.gap(at, Why::Invalid("bootstrap.sh exits at once without the name of a cluster".into()));
            path.status = Status::NonZero;
            return vec![path];
        }
        if self.has_placeholder(at) {
            called.ignored.retain(|(_, why)| *why != Reason::LeftOver);
        }
        // It writes the arguments into one line of a unit.
        let broken = |text: &&Traced| {
            let bytes = text.bytes();
            bytes.iter().enumerate().any(|(at, b)| *b == b'\n' && (at == 0 || bytes[at - 1] != b'\\'))
        };
        if let Some(text) = called.extra.as_ref().filter(broken).cloned() {
            self.record_ineffective(&text, &Reason::LineBreak, &mut path);
        }
        let changed = path.machine.files.get(image::BOOTSTRAP).is_some_and(|file| !is_model(file));
        for (text, why) in called.ignored.iter().filter(|_| !changed) {
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
            Some(File::Known(text)) if !text.is_unknown() && called.unknown_options.is_none() => {
                path.machine.prove_kubelet(Family::Al2);
                return self.script(&text, image::BOOTSTRAP, called.words, at, path);
            }
            Some(_) => {
                let why = Why::NotUnderstood("a modified bootstrap.sh".into());
                path.machine.gap(at, why.clone());
                let mut extra = called.extra.unwrap_or_default();
                extra.push_made(b" ", at);
                extra.push_unknown(at, why);
                join(&mut path.machine, &extra, at);
                return vec![path];
            }
        }
        // Older images default to Docker.
        let chosen =
            path.shell.variables.get("CONTAINER_RUNTIME").filter(|v| v.exported).and_then(|v| v.values.first());
        let chosen = called.runtime.as_ref().or(chosen).map(|v| v.to_text().into_owned());
        let docker = match chosen.as_deref() {
            Some(name) => name == "dockerd",
            None => path.machine.minor.is_some_and(|minor| minor < image::CONTAINERD_SINCE),
        };
        let extra = match called.unknown_options {
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
            // Unknown commands may have exported the variable.
            path.machine
                .injected
                .clone()
                .or_else(|| path.shell.open_environment.clone())
                .map_or_else(Traced::new, |why| Traced::unknown(at, why))
        });
        join(&mut path.machine, &extra, at);
        vec![path]
    }

    /// True if the call contains `<name>`: its author meant a placeholder, but a shell reads redirections and removes the words
    /// around them.
    fn has_placeholder(&self, at: Span) -> bool {
        let text = self.cx.texts.get(at.text).bytes.clone();
        let line = text.get(at.range().start..).unwrap_or_default();
        let line = line.split(|b| *b == b'\n').next().unwrap_or_default();
        let open = line.iter().position(|b| *b == b'<');
        open.is_some_and(|open| line[open..].iter().take_while(|b| !b.is_ascii_whitespace()).any(|b| *b == b'>'))
    }

    /// Records the flags in a text that has no effect.
    fn record_ineffective(&mut self, text: &Traced, why: &Reason, path: &mut ScriptRun) {
        if text.is_empty() || text.is_unknown() {
            return;
        }
        let id = self.cx.texts.add_made("these flags", text, path.machine.place);
        path.machine.record_ineffective(statements::in_flags(&self.cx.texts.view(id), Which::of(self.cx.whole)), why);
    }

    /// Records the variable of a finished script if it had no effect.
    pub(super) fn record_unused_variable(&mut self, setting: Setting, path: &mut ScriptRun) {
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

/// EKS's own part of the user data of a managed node group on Amazon Linux 2, which runs last.
pub(in super::super) fn eks_user_data(outcomes: Vec<BootOutcome>, cx: &mut BootCx<'_>) -> Vec<BootOutcome> {
    let (own, mut rest): (Vec<_>, Vec<_>) =
        outcomes.into_iter().partition(|o| o.machine.merged_by_eks && o.machine.family() == Some(Family::Al2));
    let Some(place) = own.first().map(|o| o.machine.place) else { return rest };
    let mut text = Traced::made("/etc/eks/bootstrap.sh cluster --kubelet-extra-args '--node-labels=", place);
    text.push_unknown(place, Why::FromOutside("what EKS adds to the user data".into()));
    text.push_made(b"'\n", place);
    rest.extend(script::run(own, &text, "EKS's own part of the user data", Setting::UserData, cx));
    rest
}

/// True for the image's own script, even if some of its lines were edited.
fn is_model(file: &File) -> bool {
    let File::Known(text) = file else { return false };
    let has = |word: &[u8]| holds(text.bytes(), word);
    has(b"--kubelet-extra-args") && has(b"--pause-container-account")
}

/// What the script leaves behind: the drop-in, if there are extra arguments, and a running kubelet.
fn join(machine: &mut Machine, extra: &Traced, at: Span) {
    machine.prove_kubelet(Family::Al2);
    if machine.family() != Some(Family::Ubuntu) {
        // The drop-in is rewritten each time. The address is a placeholder for that of the node.
        let text = format!("[Service]\nEnvironment='{OWN_ARGS}=--node-ip=192.0.2.1 --v=2'\n");
        machine.put(image::OWN_ARGS, File::Known(Arc::new(Traced::made(text, at))));
    }
    if !extra.is_empty() {
        let mut text = Traced::made(format!("[Service]\nEnvironment='{EXTRA_ARGS}="), at);
        text.push(extra);
        text.push_made(b"'\n", at);
        machine.put(image::EXTRA_ARGS, File::Known(Arc::new(text)));
    }
    machine.start(false);
}
