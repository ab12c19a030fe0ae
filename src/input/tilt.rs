//! Charts that a Tiltfile renders or installs: `helm(CHART, values=..., set=...)` and `helm_resource(NAME, CHART, flags=...)`. Sources:
//! tilt-dev/tilt `internal/tiltfile/helm.go`, tilt-dev/tilt-extensions `helm_resource`.

use std::path::Path;

use crate::node::{Cx, NodeGroup};
use crate::syntax::python::{Argument, Expr};
use crate::text::Traced;

use super::commands::charts::options;
use super::installs::{self, Install, Installed};
use super::python::{CallReader, calls};
use super::unit::{FileList, Input, Unit, has_extension, is_named};
use super::yaml_files;

/// Files of Tilt.
#[derive(Debug)]
pub(super) struct Tilt;

impl Input for Tilt {
    fn name(&self) -> &'static str {
        "tilt"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        files.each(|path| is_named(path, "Tiltfile") || has_extension(path, &["tiltfile"]), |_| true)
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let Ok(view) = cx.view(&unit.path) else { return Vec::new() };
        let bases = [unit.path.parent().unwrap_or(&unit.path).to_owned()];
        let mut out = Vec::new();
        for (name, position) in [("helm", 0), ("helm_resource", 1)] {
            for (reader, arguments, at) in calls(&view, name, cx) {
                let chart = named(&arguments, &["chart"]).or_else(|| arguments.get(position).map(|(_, value)| value));
                let chart = texts(&reader, chart).into_iter().next();
                let Some(dir) = chart.and_then(|chart| installs::chart(&chart, &bases, cx)) else { continue };
                let mut given = Install { files: texts(&reader, named(&arguments, &["values"])), ..Install::default() };
                given.plain = texts(&reader, named(&arguments, &["set"]));
                given.add(options(&texts(&reader, named(&arguments, &["flags"]))));
                let name = release(&reader, &arguments, position, &dir, cx);
                let name = format!("{name} of {}", yaml_files::shown(&unit.path, cx));
                let of = Installed { name, chart: Ok(&dir), bases: &bases, edited: &[] };
                for application in given.applications(&of, at, cx) {
                    out.append(&mut application.judged(cx));
                }
            }
        }
        out
    }
}

/// The argument with one of these names.
fn named<'a>(arguments: &'a [Argument], names: &[&str]) -> Option<&'a Expr> {
    let is = |name: &Option<String>| name.as_deref().is_some_and(|name| names.contains(&name));
    arguments.iter().find(|(name, _)| is(name)).map(|(_, value)| value)
}

/// The texts of an argument, which may be one.
fn texts(reader: &CallReader<'_>, argument: Option<&Expr>) -> Vec<Traced> {
    let of = |argument| reader.texts(argument, 0).unwrap_or_else(|| vec![reader.unknown(argument)]);
    argument.map(of).unwrap_or_default()
}

/// The name of a release, or else of its chart.
fn release(reader: &CallReader<'_>, arguments: &[Argument], position: usize, dir: &Path, cx: &Cx<'_>) -> String {
    let first = arguments.first().filter(|(name, _)| position > 0 && name.is_none()).map(|(_, value)| value);
    let name = texts(reader, named(arguments, &["release_name", "name"]).or(first)).into_iter().next();
    let name = name.and_then(|name| name.known_str().map(str::to_owned));
    name.unwrap_or_else(|| yaml_files::shown(dir, cx))
}
