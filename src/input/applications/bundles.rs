//! Releases of charts that a file of a tool beside them describes: `fleet.yaml` of Rancher's Fleet, `skaffold.yaml` of Skaffold.
//! Sources: rancher/fleet, `internal/bundlereader` at 00d57424: files of values win over values; what a target changes comes over
//! both. GoogleContainerTools/skaffold, `pkg/skaffold/deploy/helm`: single values win over files.

use std::path::{Path, PathBuf};

use crate::input::unit::{self, normal};
use crate::input::{helm, yaml_files};
use crate::node::Cx;
use crate::syntax::Node;
use crate::text::budget;
use crate::value::{Condition, Guard};

use super::{Application, Template, Values};

/// The most releases of one file, and the most files and single values of one release.
const MAX_RELEASES: usize = 100;
const MAX_GIVEN: usize = 200;

/// True for the name of such a file.
pub(in crate::input) fn is_one(path: &Path) -> bool {
    matches!(unit::name(path), b"fleet.yaml" | b"fleet.yml" | b"skaffold.yaml" | b"skaffold.yml")
}

/// The applications that the files among some describe.
pub(super) fn read(files: &[PathBuf], cx: &mut Cx<'_>) -> Vec<Application> {
    let mut out = Vec::new();
    for path in files.iter().filter(|path| is_one(path)) {
        let Ok(view) = cx.view(path) else { continue };
        let dir = path.parent().unwrap_or(path);
        for tree in yaml_files::documents(&view).tree {
            let releases = ["deploy", "manifests"].map(|key| tree.path(&[key, "helm", "releases"]).map(Node::items));
            if unit::name(path).starts_with(b"fleet") {
                fleet(&tree, dir, &mut out, cx);
            } else {
                let all = releases.into_iter().flatten().flatten();
                for release in budget::at_most(all, MAX_RELEASES, "releases of one file") {
                    out.extend(skaffold(release, dir, cx));
                }
            }
        }
    }
    out
}

/// The folder of a chart.
fn chart(dir: &Path, name: &str, cx: &Cx<'_>) -> Option<PathBuf> {
    let path = normal(&dir.join(name));
    (path.starts_with(cx.files.root()) && helm::is_chart(&path, cx)).then_some(path)
}

/// The bundle of a folder, and again with what each target changes.
fn fleet(tree: &Node, dir: &Path, out: &mut Vec<Application>, cx: &mut Cx<'_>) {
    let base = tree.get("helm");
    let own = base.filter(|helm| helm.get("repo").is_none()).and_then(|helm| helm.get("chart")).and_then(Node::as_str);
    let Some(folder) = chart(dir, own.unwrap_or("."), cx) else { return };
    let lists = ["targetCustomizations", "targets"].map(|key| tree.get(key).map(Node::items).unwrap_or_default());
    let targets: Vec<&Node> = lists.into_iter().flatten().filter(|target| target.get("helm").is_some()).collect();
    let name = tree.get("name").or_else(|| base?.get("releaseName")).and_then(Node::as_str);
    let name = name.map_or_else(|| yaml_files::shown(dir, cx), str::to_owned);
    let each = std::iter::once(None).chain(targets.iter().copied().map(Some));
    for (n, target) in budget::at_most(each, MAX_RELEASES, "targets of one file").enumerate() {
        let mut values = Values::new(tree.span);
        for helm in [base, target.and_then(|target| target.get("helm"))].into_iter().flatten() {
            if let Some(own) = helm.get("values") {
                values.lay(own);
            }
            lay_files(helm.get("valuesFiles"), dir, &mut values, cx);
            if let Some(from) = helm.get("valuesFrom") {
                values.outside("what `valuesFrom` sets", from.span);
            }
        }
        let target = target.map(|target| {
            let name = target.get("name").and_then(Node::as_str);
            name.map_or_else(|| format!("target{:03}", n - 1), str::to_owned)
        });
        let when = match &target {
            Some(target) => Some(format!("the target {target} of fleet.yaml fits")),
            None if targets.is_empty() => None,
            None => Some("no target of fleet.yaml fits".to_owned()),
        };
        out.push(Application {
            name: target.map_or_else(|| name.clone(), |target| format!("{name} for {target}")),
            template: Template::Chart(folder.clone()),
            values,
            patches: Vec::new(),
            when: when.map_or_else(Guard::always, |words| Guard::of(Condition::new(words, true))),
        });
    }
}

/// A release of Skaffold.
fn skaffold(release: &Node, dir: &Path, cx: &mut Cx<'_>) -> Option<Application> {
    let folder = chart(dir, release.get("chartPath")?.as_str()?, cx)?;
    let mut values = Values::new(release.span);
    lay_files(release.get("valuesFiles"), dir, &mut values, cx);
    if let Some(own) = release.get("overrides") {
        values.lay(own);
    }
    let pairs = release.get("setValues").map(Node::pairs).unwrap_or_default();
    for (key, value) in budget::at_most(pairs, MAX_GIVEN, "values of one release") {
        match (key.as_str(), value.as_scalar()) {
            (Some(path), Some(scalar)) => values.set(path, &scalar.text, false, value.span),
            _ => values.outside("a list or map of `setValues`", value.span),
        }
    }
    if let Some(templates) = release.get("setValueTemplates").filter(|templates| !templates.pairs().is_empty()) {
        values.outside("what `setValueTemplates` sets", templates.span);
    }
    let name = release.get("name").and_then(Node::as_str).map_or_else(|| yaml_files::shown(dir, cx), str::to_owned);
    let template = Template::Chart(folder);
    Some(Application { name, template, values, patches: Vec::new(), when: Guard::always() })
}

/// Lays files of values over the others.
fn lay_files(list: Option<&Node>, dir: &Path, values: &mut Values, cx: &mut Cx<'_>) {
    let names = list.map(Node::items).unwrap_or_default();
    for item in budget::at_most(names, MAX_GIVEN, "files of values of one release") {
        let found = item.as_str().is_some_and(|name| values.file(&dir.join(name), item.span, cx));
        if !found {
            values.outside("the content of a file of values", item.span);
        }
    }
}
