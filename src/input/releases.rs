//! Releases of charts of this repository that files of other tools describe: a map that names the folder of a chart, and beside that
//! its values, as files, as a map or one by one. Tasks of Azure DevOps (`HelmDeploy`), actions of GitHub (`azure/k8s-bake`), orbs of
//! CircleCI, plug-ins of Drone, pipes of Bitbucket, Garden, DevSpace and Kluctl have such maps. Which one is read does not matter: the
//! names of their keys say what they hold. Tools that have a reader of their own are left to it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::node::{Cx, NodeGroup, under};
use crate::syntax::Node;
use crate::syntax::unit::words;
use crate::text::placeholder::in_text;
use crate::text::{Traced, budget};
use crate::value::{Condition, Guard};

use super::applications::is_helmfile;
use super::commands::charts::options;
use super::installs::{self, Install, Installed, MAX_GIVEN};
use super::unit::{FileList, Input, Unit, has_extension, is_named, normal};
use super::watched::Group;
use super::{helm, manifests, yaml_files};

/// Names of keys, without capitals and signs: the folder of a chart, and its release.
const CHARTS: &[&str] = &["chart", "chartpath", "chartref", "helmchart"];
const RELEASES: &[&str] = &["release", "releasename", "name"];

/// Maps of values, which some tools allow to be files or single values.
const VALUES: &[&str] = &["overrides", "releasevalues", "values"];
const FILES: &[&str] = &["overridefiles", "valuefile", "valuefiles", "valuesfile", "valuesfiles"];
const SINGLE: &[&str] = &["overridevalues", "set", "setvalues", "valuestooverride"];
const STRINGS: &[&str] = &["setstring", "stringvalues"];
const OPTIONS: &[&str] = &["args", "arguments", "extraargs", "flags"];

/// A project of Pulumi, which has a reader of its own.
const PROJECT: &str = "Pulumi.yaml";

/// The most words of a file that are looked up as folders before it is parsed, and the most releases in it.
const MAX_LOOKED_UP: usize = 1_000;
const MAX_RELEASES: usize = 100;

/// Such files.
#[derive(Debug)]
pub(super) struct Releases;

impl Input for Releases {
    fn name(&self) -> &'static str {
        "release"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        // What they install is a chart of the repository.
        if !files.files.iter().any(|path| is_named(path, "Chart.yaml")) {
            return Vec::new();
        }
        let template = |path: &Path| path.iter().any(|part| part == "templates");
        let ours = |path: &Path| {
            has_extension(path, &["yaml", "yml"]) && !template(path) && !is_helmfile(path) && !is_named(path, PROJECT)
        };
        files.each(ours, |words| words.has(Group::Charts))
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let Ok(source) = cx.files.read(&unit.path) else { return Vec::new() };
        let bases = [unit.path.parent().unwrap_or(&unit.path).to_owned(), cx.files.root().to_owned()];
        if !names_a_chart(&source.bytes(), &bases, cx) {
            return Vec::new();
        }
        let Ok(view) = cx.view(&unit.path) else { return Vec::new() };
        let parsed = yaml_files::in_either(&view);
        let mut reader = Reader { bases: &bases, file: yaml_files::shown(&unit.path, cx), out: Vec::new() };
        // Documents with a reader, such as applications, and tasks of Ansible are read there.
        let others = |tree: &&Node| tree.is_map() && !manifests::is_read(tree) && !is_source(tree);
        parsed.tree.iter().filter(others).for_each(|tree| reader.node(tree, cx));
        let when = Guard::of(Condition::new(format!("installed as {} says", reader.file), true));
        under(reader.out, &when)
    }
}

/// True for a `HelmChart` of Flux: what refers to it has the values.
fn is_source(tree: &Node) -> bool {
    let version = tree.get("apiVersion").and_then(Node::as_str);
    version.is_some_and(|version| version.starts_with("source.toolkit.fluxcd.io/"))
}

/// True if a word of a text that stands behind a key is the folder of a chart.
fn names_a_chart(bytes: &[u8], bases: &[PathBuf], cx: &Cx<'_>) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let signs = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '{' | '}' | ',');
    let words = text.lines().flat_map(|line| line.split(',')).filter_map(|part| {
        let (key, word) = part.rsplit_once(": ")?;
        let key = key.to_ascii_lowercase();
        let word = word.trim_matches(signs);
        // What comes first may be filled in: `$(Build.SourcesDirectory)/charts/n`.
        let filled_in = word.starts_with('$').then(|| word.rsplit_once([')', '}']).or_else(|| word.split_once('/')));
        let word = filled_in.flatten().map_or(word, |(_, rest)| rest.trim_start_matches('/'));
        let path = !word.is_empty() && !word.contains([' ', ':', '$']);
        (path && ["chart", "path", "name"].iter().any(|part| key.contains(part))).then_some(word)
    });
    let folder = |word: &str| {
        let mut paths = bases.iter().map(|base| normal(&base.join(word)));
        paths.any(|path| path.starts_with(cx.files.root()) && helm::is_chart(&path, cx))
    };
    let mut seen = BTreeSet::new();
    let words = words.filter(|word| seen.insert(*word));
    budget::at_most(words, MAX_LOOKED_UP, "paths of charts in one file").any(folder)
}

struct Reader<'a> {
    bases: &'a [PathBuf],
    file: String,
    out: Vec<NodeGroup>,
}

impl Reader<'_> {
    /// A tree is bounded in depth by its parser.
    fn node(&mut self, tree: &Node, cx: &mut Cx<'_>) {
        self.release(tree, cx);
        tree.items().iter().chain(tree.pairs().iter().map(|(_, value)| value)).for_each(|inner| self.node(inner, cx));
    }

    fn release(&mut self, tree: &Node, cx: &mut Cx<'_>) {
        let named = |names: &'static [&str]| tree.pairs().iter().filter(move |(key, _)| is_one_of(key, names));
        let path = |node: &Node| {
            let inner = ["path", "name"].iter().find_map(|key| node.get(key));
            inner.unwrap_or(node).as_scalar().map(|scalar| in_text(&scalar.text))
        };
        let found = named(CHARTS).find_map(|(key, node)| {
            let name = path(node).filter(|name| !name.is_empty())?;
            Some((key, installs::chart(&name, self.bases, cx)?))
        });
        let Some((key, dir)) = found else { return };
        if self.out.len() >= MAX_RELEASES {
            return budget::reached("releases of one file");
        }
        let mut given = Install::default();
        for (key, node) in tree.pairs() {
            let is = |names: &[&str]| is_one_of(key, names);
            let texts = || budget::at_most(texts(node), MAX_GIVEN, "values of one release");
            if is(FILES) {
                given.files.extend(texts());
            } else if is(VALUES) && node.is_map() {
                given.maps.push(manifests::without_placeholders(node));
            } else if is(VALUES) || is(SINGLE) {
                for text in texts() {
                    match text.bytes() {
                        bytes if bytes.contains(&b'=') => given.plain.push(text),
                        bytes if bytes.ends_with(b".yaml") || bytes.ends_with(b".yml") => given.files.push(text),
                        // `azure/k8s-bake` has `name:value`.
                        _ => given.plain.push(text.replace(b":", &Traced::made("=", node.span))),
                    }
                }
            } else if is(STRINGS) {
                given.strings.extend(texts());
            } else if is(OPTIONS) {
                let given_words: Vec<_> = texts().flat_map(|text| words(&text)).collect();
                given.add(options(&given_words));
            }
        }
        // Kluctl has the values in a file of this name.
        let beside = self.bases[0].join("helm-values.yaml");
        if cx.files.read(&beside).is_ok() && key.as_str() == Some("helmChart") {
            given.files.push(Traced::made("helm-values.yaml", key.span));
        }
        let release = named(RELEASES).find_map(|(_, node)| node.as_str()).map(str::to_owned);
        let release = release.unwrap_or_else(|| yaml_files::shown(&dir, cx));
        let name = format!("{release} of {}", self.file);
        let of = Installed { name, chart: Ok(&dir), bases: self.bases, edited: &[] };
        for application in given.applications(&of, key.span, cx) {
            self.out.append(&mut application.judged(cx));
        }
    }
}

/// True for a key with one of these names, without capitals and signs.
fn is_one_of(key: &Node, names: &[&str]) -> bool {
    let plain =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    key.as_str().is_some_and(|key| names.contains(&plain(key).as_str()))
}

/// The texts of a scalar, a line each, or of a list. What something else fills in is unknown.
fn texts(node: &Node) -> Vec<Traced> {
    let scalars = node.as_scalar().into_iter().chain(node.items().iter().filter_map(Node::as_scalar));
    let lines = scalars.flat_map(|scalar| scalar.text.split(b"\n"));
    lines.filter(|line| !line.bytes().trim_ascii().is_empty()).map(|line| in_text(&line)).collect()
}
