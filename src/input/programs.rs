//! Programs that make the infrastructure, in a general language: of the CDK, Pulumi and others. They are not evaluated; one
//! that mentions a kubelet is a gap.

use std::collections::BTreeMap;
use std::ffi::OsStr;

use crate::node::{Cx, NodeGroup};
use crate::text::Why;

use super::unit::{FileList, Input, Unit};
use super::watched::Group;
use super::yaml_files;

/// The files of projects, and their tools.
const PROJECTS: &[(&str, &str)] = &[
    ("cdk.json", "CDK"),
    ("cdktf.json", "CDK for Terraform"),
    ("cdk8s.yaml", "cdk8s"),
    ("Pulumi.yaml", "Pulumi"),
    ("Pulumi.yml", "Pulumi"),
];

/// What a program imports of a tool, in lower case.
const LIBRARIES: &[(&str, &str)] = &[
    ("aws-cdk", "CDK"),
    ("aws_cdk", "CDK"),
    ("awscdk", "CDK"),
    ("amazon.cdk", "CDK"),
    ("cdktf", "CDK for Terraform"),
    ("cdk8s", "cdk8s"),
    ("pulumi", "Pulumi"),
];

/// The extensions of languages, and the languages.
const LANGUAGES: &[(&str, &str)] = &[
    ("ts", "TypeScript"),
    ("tsx", "TypeScript"),
    ("mts", "TypeScript"),
    ("js", "JavaScript"),
    ("mjs", "JavaScript"),
    ("cjs", "JavaScript"),
    ("py", "Python"),
    ("java", "Java"),
    ("kt", "Kotlin"),
    ("scala", "Scala"),
    ("go", "Go"),
    ("cs", "C#"),
    ("fs", "F#"),
    ("vb", "Visual Basic"),
];

/// What a program mentions that sets up a kubelet.
const WORDS: &[&str] = &["kubelet", "Kubelet", "KUBELET", "bootstrap.sh", "NodeConfig", "nodeadm"];

/// The groups of words that have those. A file that was not searched may have any.
const ABOUT: &[Group] = &[Group::Kubelet, Group::Topics, Group::Unread];

/// Parts of the paths of tests and declarations.
const NO_PROGRAMS: &[&str] = &[".d.ts", "_test.", ".test.", ".spec.", "/test_", "/tests/", "/test/", "/__tests__/"];

/// Such programs.
#[derive(Debug)]
pub(super) struct Programs;

impl Input for Programs {
    fn name(&self) -> &'static str {
        "program"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        let projects = files.files.iter().filter(|path| entry(PROJECTS, path.file_name()).is_some());
        let mut units: BTreeMap<_, _> = projects.filter_map(|p| Some((p.parent()?, Unit::of(p)))).collect();
        if units.is_empty() {
            return Vec::new();
        }
        for (n, path) in files.files.iter().enumerate().filter(|(_, path)| entry(LANGUAGES, path.extension()).is_some())
        {
            // A program belongs to the nearest project. One outside of all is a library of theirs: the first looks at it.
            let folder = path.ancestors().skip(1).find(|folder| units.contains_key(folder));
            let unit = match folder {
                Some(folder) => units.get_mut(folder),
                None => units.values_mut().next().filter(|_| ABOUT.iter().any(|group| files.words(n).has(*group))),
            };
            if let Some(unit) = unit {
                unit.files.push(path.clone());
            }
        }
        units.into_values().map(|unit| Unit { folder: true, ..unit }).collect()
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let own = entry(PROJECTS, unit.path.file_name()).unwrap_or_default();
        for path in &unit.files {
            let Some(language) = entry(LANGUAGES, path.extension()) else { continue };
            let shown = format!("/{}", yaml_files::shown(path, cx));
            let Ok(source) = cx.files.read(path) else { continue };
            let bytes = source.bytes();
            let found = WORDS.iter().filter_map(|w| Some((memchr::memmem::find(&bytes, w.as_bytes())?, w.len()))).min();
            let inside = unit.path.parent().is_some_and(|folder| path.starts_with(folder));
            let tool = || if inside { Some(own) } else { imported(&bytes) };
            if let Some((start, length)) = found
                && let Some(tool) = tool()
                && !NO_PROGRAMS.iter().any(|part| shown.contains(part))
                && let Ok(view) = cx.view(path)
            {
                let why = format!("a {tool} program in {language}");
                cx.gap(view.span(start..start + length), Why::NotUnderstood(why.into()));
            }
        }
        Vec::new()
    }
}

/// The tool that a program imports.
fn imported(source: &[u8]) -> Option<&'static str> {
    let source = source.to_ascii_lowercase();
    LIBRARIES.iter().find(|(name, _)| memchr::memmem::find(&source, name.as_bytes()).is_some()).map(|(_, tool)| *tool)
}

/// The entry of a table for a name or an extension.
fn entry(table: &[(&str, &'static str)], name: Option<&OsStr>) -> Option<&'static str> {
    table.iter().find(|(key, _)| name.is_some_and(|name| name == *key)).map(|(_, value)| *value)
}
