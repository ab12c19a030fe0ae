//! Charts of the repository that commands install: `helm upgrade --install nodes charts/nodes -f envs/prod.yaml --set idle=0s`.

use std::path::Path;

use crate::node::{Cx, Gap};
use crate::text::{Span, Traced, Why, budget};
use crate::value::with_both_answers;

use super::CommandReader;
use crate::input::installs::{self, Install, Installed, MAX_GIVEN};
use crate::input::unit::has_extension;
use crate::input::yaml_files;

/// The most variables with a default in one command that are followed with both answers.
const MAX_DEFAULTS: usize = 3;

/// The most charts that the commands of one file install.
const MAX_INSTALLS: usize = 200;

/// Options without a value; all others take the next word, unless one is joined to them.
const SWITCHES: &[&str] = &[
    "--atomic",
    "--cleanup-on-fail",
    "--create-namespace",
    "--debug",
    "--dependency-update",
    "--devel",
    "--disable-openapi-validation",
    "--dry-run",
    "--enable-dns",
    "--force",
    "--generate-name",
    "--include-crds",
    "--insecure-skip-tls-verify",
    "--install",
    "--is-upgrade",
    "--no-hooks",
    "--pass-credentials",
    "--plain-http",
    "--render-subchart-notes",
    "--replace",
    "--reset-then-reuse-values",
    "--reset-values",
    "--reuse-values",
    "--skip-crds",
    "--skip-schema-validation",
    "--skip-tests",
    "--take-ownership",
    "--validate",
    "--verify",
    "--wait",
    "--wait-for-jobs",
];

/// A command that installs a chart.
#[derive(Default)]
struct Command {
    /// The words that are no options: the name of the release, and the chart.
    operands: Vec<Traced>,
    given: Install,
    /// True for a dry run.
    dry: bool,
}

impl Command {
    fn read(words: &[Traced]) -> Option<Self> {
        let is = |word: &Traced, name: &str| word.known_str().is_some_and(|w| w.rsplit('/').next() == Some(name));
        let from = words.iter().take(4).position(|word| is(word, "helm") || is(word, "werf"))? + 1;
        let mut out = Self::with_options(&words[from..]);
        if is(&words[from - 1], "werf") {
            // Its chart is in a folder of this name.
            let verb = out.operands.first().filter(|verb| matches!(verb.known_str(), Some("converge" | "render")))?;
            out.operands = vec![Traced::made(".helm", verb.span()?)];
            return Some(out);
        }
        // A plugin in front of the command that it wraps.
        let plugin = out.operands.first().is_some_and(|word| word.bytes() == b"secrets");
        out.operands.drain(..usize::from(plugin));
        let verb = out.operands.first()?.known_str().map(str::to_owned);
        out.operands.remove(0);
        // `helm template` always is a dry run.
        let installs = match verb?.as_str() {
            "install" | "upgrade" => !out.dry,
            verb => verb == "template",
        };
        (installs && !out.operands.is_empty()).then_some(out)
    }

    /// What the words of a command say.
    fn with_options(words: &[Traced]) -> Self {
        let mut out = Self::default();
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            let bytes = word.bytes();
            if !bytes.starts_with(b"-") {
                out.operands.push(word.clone());
                continue;
            }
            let equals = bytes.iter().position(|b| *b == b'=').filter(|_| bytes.starts_with(b"--"));
            let option = String::from_utf8_lossy(&bytes[..equals.unwrap_or(bytes.len())]).into_owned();
            if option == "--dry-run" {
                let mode = equals.map_or(&b"client"[..], |at| &bytes[at + 1..]);
                out.dry = !matches!(mode, b"none" | b"false");
            }
            if SWITCHES.contains(&option.as_str()) || matches!(option.as_str(), "-i" | "-g" | "-a" | "-h") {
                continue;
            }
            let value = match equals {
                Some(at) => word.slice(at + 1..word.len()),
                None if !option.starts_with("--") && option.len() > 2 => word.slice(2..word.len()),
                None => match rest.next() {
                    Some(next) => next.clone(),
                    None => break,
                },
            };
            match option.as_str() {
                "--values" => out.given.files.extend(value.split(b",")),
                "--set" => out.given.plain.push(value),
                "--set-string" => out.given.strings.push(value),
                "--set-json" => out.given.json.push(value),
                "--set-file" => out.given.contents.push(value),
                "--set-literal" => {
                    let why = Why::FromOutside("a value that is set literally".into());
                    out.given.open.extend(value.span().map(|at| Gap { at, why }));
                }
                _ if option.starts_with("-f") => out.given.files.extend(value.split(b",")),
                _ => {}
            }
        }
        out
    }
}

/// The values that options of Helm give.
pub(in crate::input) fn options(words: &[Traced]) -> Install {
    Command::with_options(words).given
}

impl CommandReader {
    /// Reads a command that installs a chart of the repository. A chart that is elsewhere is left to its values.
    pub(super) fn chart(&mut self, words: &[Traced], at: Span, cx: &mut Cx<'_>) {
        if Command::read(words).is_none() {
            return;
        }
        for (when, words) in with_both_answers(words, MAX_DEFAULTS) {
            let before = self.groups.len();
            self.installed(&words, at, cx);
            self.hold(before, &when);
        }
    }

    fn installed(&mut self, words: &[Traced], at: Span, cx: &mut Cx<'_>) {
        let Some(command) = Command::read(words) else { return };
        // What a variable adds behind the chart is no chart.
        let operands = budget::at_most(command.operands.iter().rev(), MAX_GIVEN, "words of one command");
        let bases = self.bases.as_slice();
        let Some(dir) = operands.into_iter().find_map(|name| installs::chart(name, bases, cx)) else { return };
        self.installs += 1;
        if self.installs > MAX_INSTALLS {
            return budget::reached("charts that the commands of one file install");
        }
        let release = match &command.operands[..] {
            [release, _, ..] => release.known_str().map(str::to_owned),
            _ => None,
        };
        let release = release.unwrap_or_else(|| yaml_files::shown(&dir, cx));
        let name = format!("{release} of {}", self.name);
        let of = Installed { name, chart: Ok(&dir), bases, edited: &self.edited };
        for application in command.given.applications(&of, at, cx) {
            self.groups.append(&mut application.judged(cx));
        }
    }

    /// Notes the files that a program edits in place: `yq -i '.idle = "0s"' values.yaml`.
    pub(super) fn edits(&mut self, words: &[Traced], cx: &Cx<'_>) {
        let Some((program, rest)) = words.split_first() else { return };
        let Some(program @ ("yq" | "sed" | "perl")) = program.known_str() else { return };
        let in_place = |word: &Traced| word.bytes().starts_with(b"-i") || word.bytes() == b"--in-place";
        if !rest.iter().any(in_place) || self.edited.len() >= MAX_GIVEN {
            return;
        }
        let named = rest.iter().filter(|word| has_extension(Path::new(&*word.to_text()), &["yaml", "yml"]));
        let found: Vec<_> =
            named.flat_map(|word| installs::values_files(word, &self.bases, cx).into_iter().zip(word.span())).collect();
        self.edited.extend(found.into_iter().map(|(path, at)| (path, program.to_owned(), at)));
    }
}
