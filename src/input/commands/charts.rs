//! Charts of the repository that commands install: `helm upgrade --install nodes charts/nodes -f envs/prod.yaml --set idle=0s`.
//! The values of one command, the lowest first: the chart's own, files in order, `--set-json`, `--set`, `--set-string`. Source:
//! helm/helm, `pkg/cli/values/options.go` (`MergeValues`).

use std::path::{Path, PathBuf};

use crate::node::Cx;
use crate::syntax::Node;
use crate::text::{Span, Traced, UNKNOWN_MARK, Why, budget};
use crate::value::{Guard, with_both_answers};

use super::CommandReader;
use crate::input::applications::{Application, Template, Values};
use crate::input::fitting::fitting;
use crate::input::set_values::{path_of, put, separate};
use crate::input::unit::{has_extension, normal};
use crate::input::{helm, yaml_files};

/// The most sets of values that one command stands for.
const MAX_SETS: usize = 32;

/// The most files, and the most single values, of one command.
const MAX_GIVEN: usize = 200;

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
struct Install {
    /// The words that are no options: the name of the release, and the chart.
    operands: Vec<Traced>,
    /// Files of values, in order.
    files: Vec<Traced>,
    /// Single values with the place of their option: of `--set`, and of `--set-string`.
    plain: Vec<Traced>,
    strings: Vec<Traced>,
    /// Single values in JSON, and those that are the content of a file.
    json: Vec<Traced>,
    contents: Vec<Traced>,
    /// Options whose values are not read.
    unread: Vec<Traced>,
    /// True for a dry run.
    dry: bool,
}

impl Install {
    fn read(words: &[Traced]) -> Option<Self> {
        let helm = |word: &Traced| word.known_str().is_some_and(|w| w.rsplit('/').next() == Some("helm"));
        let from = words.iter().take(4).position(helm)? + 1;
        let (mut out, mut verb) = (Self::default(), None);
        let mut rest = words[from..].iter();
        while let Some(word) = rest.next() {
            let bytes = word.bytes();
            if !bytes.starts_with(b"-") {
                match verb {
                    // A plugin in front of the command that it wraps.
                    None if bytes == b"secrets" => {}
                    None => verb = Some(word.known_str()?),
                    Some(_) => out.operands.push(word.clone()),
                }
                continue;
            }
            let equals = bytes.iter().position(|b| *b == b'=').filter(|_| bytes.starts_with(b"--"));
            let option = String::from_utf8_lossy(&bytes[..equals.unwrap_or(bytes.len())]).into_owned();
            // `helm template` always is one.
            if option == "--dry-run" && verb != Some("template") {
                let mode = equals.map_or(&b"client"[..], |at| &bytes[at + 1..]);
                out.dry = !matches!(mode, b"none" | b"false");
            }
            if SWITCHES.contains(&option.as_str()) || matches!(option.as_str(), "-i" | "-g" | "-a" | "-h") {
                continue;
            }
            let value = match equals {
                Some(at) => word.slice(at + 1..word.len()),
                None if !option.starts_with("--") && option.len() > 2 => word.slice(2..word.len()),
                None => rest.next()?.clone(),
            };
            match option.as_str() {
                "--values" => out.files.extend(value.split(b",")),
                "--set" => out.plain.push(value),
                "--set-string" => out.strings.push(value),
                "--set-json" => out.json.push(value),
                "--set-file" => out.contents.push(value),
                "--set-literal" => out.unread.push(value),
                _ if option.starts_with("-f") => out.files.extend(value.split(b",")),
                _ => {}
            }
        }
        matches!(verb?, "install" | "upgrade" | "template")
            .then_some(out)
            .filter(|out| !out.dry && !out.operands.is_empty())
    }
}

/// A path as a pattern: `*` stands for what is not known.
fn pattern(path: &Traced) -> String {
    let (mut out, mut done) = (String::new(), 0);
    for (range, ..) in path.unknowns() {
        out.push_str(&path.slice(done..range.start).to_text());
        out.push('*');
        done = range.end;
    }
    out.push_str(&path.slice(done..path.len()).to_text());
    out
}

impl CommandReader {
    /// Reads a command that installs a chart of the repository. A chart that is elsewhere is left to its values.
    pub(super) fn chart(&mut self, words: &[Traced], at: Span, cx: &mut Cx<'_>) {
        if Install::read(words).is_none() {
            return;
        }
        for (when, words) in with_both_answers(words, MAX_DEFAULTS) {
            let before = self.groups.len();
            self.installed(&words, at, cx);
            self.hold(before, &when);
        }
    }

    fn installed(&mut self, words: &[Traced], at: Span, cx: &mut Cx<'_>) {
        let Some(install) = Install::read(words) else { return };
        // What a variable adds behind the chart is no chart.
        let at_last = |name: &Traced| self.bases.iter().find_map(|base| folder(base, name, cx));
        let operands = budget::at_most(install.operands.iter().rev(), MAX_GIVEN, "words of one command");
        let Some(dir) = operands.into_iter().find_map(at_last) else { return };
        self.installs += 1;
        if self.installs > MAX_INSTALLS {
            return budget::reached("charts that the commands of one file install");
        }
        let release = match &install.operands[..] {
            [release, _, ..] => release.known_str().map(str::to_owned),
            _ => None,
        };
        let release = release.unwrap_or_else(|| yaml_files::shown(&dir, cx));
        let mut sets: Vec<Vec<Option<PathBuf>>> = vec![Vec::new()];
        let files: Vec<_> = budget::at_most(&install.files, MAX_GIVEN, "files of values of one command").collect();
        for file in &files {
            let found = self.values(file, cx);
            // A file that only a run can name may be one of several.
            let found = if found.is_empty() { vec![None] } else { found.into_iter().map(Some).collect() };
            let same = sets.len() == found.len() && found.len() > 1;
            let with = |set: &Vec<Option<PathBuf>>, path: &Option<PathBuf>| {
                set.iter().chain([path]).cloned().collect::<Vec<_>>()
            };
            sets = if same {
                sets.iter().zip(&found).map(|(set, path)| with(set, path)).collect()
            } else {
                sets.iter().flat_map(|set| found.iter().map(|path| with(set, path))).collect()
            };
            if sets.len() > MAX_SETS {
                cx.gap(at, Why::Limit("files of values of one command"));
                sets.truncate(MAX_SETS);
            }
        }
        let several = sets.len() > 1;
        for set in sets {
            let mut values = Values::new(at);
            for (path, file) in set.iter().zip(&files) {
                let at = file.span().unwrap_or(at);
                if path.as_ref().is_none_or(|path| !values.file(path, at, cx)) {
                    let shown = file.to_text().replace(UNKNOWN_MARK, "…");
                    values.outside(&format!("the content of `{shown}`"), at);
                }
            }
            let own = dir.join("values.yaml");
            for (path, program, at) in &self.edited {
                if *path == own || set.contains(&Some(path.clone())) {
                    values.outside(&format!("what {program} makes of {}", yaml_files::shown(path, cx)), *at);
                }
            }
            for value in &install.unread {
                values.outside("a value that is set literally", value.span().unwrap_or(at));
            }
            for (given, is_json) in
                install.json.iter().map(|v| (v, true)).chain(install.contents.iter().map(|v| (v, false)))
            {
                let at = given.span().unwrap_or(at);
                match self.single(given, is_json, at, cx) {
                    Some(tree) => values.lay(&tree),
                    None => values.outside("a value that is set by JSON or by a file", at),
                }
            }
            let single = install.plain.iter().map(|v| (v, false)).chain(install.strings.iter().map(|v| (v, true)));
            let single = single.flat_map(|(all, string)| separate(all).into_iter().map(move |s| (s, string)));
            for (setting, string) in budget::at_most(single, MAX_GIVEN, "values of one command") {
                let at = setting.span().unwrap_or(at);
                let Some(equals) = setting.bytes().iter().position(|b| *b == b'=') else { continue };
                match setting.slice(0..equals).known_str() {
                    Some(path) => values.set(path, &setting.slice(equals + 1..setting.len()), string, at),
                    None => values.outside("a value under a name that is not known", at),
                }
            }
            let shown: Vec<_> = set.iter().flatten().map(|path| yaml_files::shown(path, cx)).collect();
            let with = if several { format!(" with {}", shown.join(" and ")) } else { String::new() };
            let application = Application {
                name: format!("{release} of {}{with}", self.name),
                template: Template::Chart(dir.clone()),
                values,
                patches: Vec::<(PathBuf, Node)>::new(),
                when: Guard::always(),
            };
            self.groups.append(&mut application.judged(cx));
        }
    }

    /// The map with what `--set-json` or `--set-file` sets.
    fn single(&self, given: &Traced, is_json: bool, at: Span, cx: &mut Cx<'_>) -> Option<Node> {
        if is_json && given.bytes().starts_with(b"{") {
            return yaml_files::documents(&cx.made("--set-json", given, at)).tree.first().cloned();
        }
        let equals = given.bytes().iter().position(|b| *b == b'=')?;
        let path = path_of(given.slice(0..equals).known_str()?)?;
        let value = given.slice(equals + 1..given.len());
        let value = if is_json {
            yaml_files::documents(&cx.made("--set-json", &value, at)).tree.first().cloned()?
        } else {
            Node::quoted(self.file(&value, cx)?.0, at)
        };
        let mut out = Node::map(Vec::new(), at);
        put(&mut out, &path, value, at);
        Some(out)
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
        let found: Vec<_> = named.flat_map(|word| self.values(word, cx).into_iter().zip(word.span())).collect();
        self.edited.extend(found.into_iter().map(|(path, at)| (path, program.to_owned(), at)));
    }

    /// The files that a path of values stands for.
    fn values(&self, path: &Traced, cx: &Cx<'_>) -> Vec<PathBuf> {
        let pattern = pattern(path);
        // A placeholder in front is most often the folder of the script.
        let rest = pattern.strip_prefix("*/").unwrap_or(&pattern);
        let is_values = |path: &Path| has_extension(path, &["yaml", "yml", "json"]);
        let found = |base: &PathBuf| {
            let mut found = fitting(base, rest, &is_values, cx);
            found.sort();
            Some(found).filter(|found| !found.is_empty())
        };
        self.bases.iter().find_map(found).unwrap_or_default()
    }
}

/// The folder of a chart, from another folder.
fn folder(base: &Path, name: &Traced, cx: &Cx<'_>) -> Option<PathBuf> {
    let pattern = pattern(name);
    let rest = pattern.strip_prefix("*/").unwrap_or(&pattern);
    let path = normal(&base.join(rest));
    (!rest.contains('*') && path.starts_with(cx.files.root()) && helm::is_chart(&path, cx)).then_some(path)
}
