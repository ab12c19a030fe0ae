//! Parameter files of deployments, in the formats of the AWS CLI, CodePipeline, rain, Sceptre, SAM and the CDK.

use std::path::{Path, PathBuf};

use crate::node::Cx;
use crate::syntax::{Node, NodeKind, toml};
use crate::text::{Span, Traced, Why, budget};
use crate::value::Value;

use super::intrinsics::Given;
use super::template::Template;
use crate::input::unit::{has_extension, is_named, normal};
use crate::input::yaml_files;

/// The most deployments of a template that are tried.
pub(super) const MAX_DEPLOYMENTS: usize = 64;

/// The configuration files of SAM, and of the CDK.
const SAM: [&str; 3] = ["samconfig.toml", "samconfig.yaml", "samconfig.yml"];
const CDK: &str = "cdk.json";

/// The deepest folder of stacks below `config`.
const MAX_LEVELS: usize = 8;

/// The most file names that are looked at.
const MAX_LISTED: usize = 1000;

/// One deployment of a template.
#[derive(Debug)]
pub(super) struct Deployment {
    /// The file, and which part of it, as shown to people.
    pub(super) name: String,
    /// The parameters.
    pub(super) given: Given,
    /// The file names the template.
    names: bool,
}

impl Deployment {
    /// A deployment by a command at a place.
    pub(super) fn by_command(name: String, given: Given) -> Self {
        Self { name, given, names: true }
    }
}

/// The deployments in a file, of `template` if the file names templates; none if it is not a parameter file.
pub(super) fn read(path: &Path, template: Option<&Path>, cx: &mut Cx<'_>) -> Vec<Deployment> {
    let Ok(view) = cx.view(path) else { return Vec::new() };
    let file = yaml_files::shown(path, cx);
    let tree = if has_extension(path, &["toml"]) {
        toml::parse(&view).tree
    } else {
        yaml_files::documents(&view).tree.into_iter().next()
    };
    let Some(tree) = tree else { return Vec::new() };
    let dir = path.parent().unwrap_or(path);
    let is_other = |named: &str| template.is_some_and(|template| normal(&dir.join(named)) != template);
    let sam = sam(&tree, &file, &is_other);
    if !sam.is_empty() || path.file_stem().is_some_and(|s| s == "samconfig") {
        return sam;
    }
    if is_named(path, CDK) {
        return cdk(&tree, &file);
    }
    let given = match &tree.kind {
        NodeKind::Seq(items) => items.iter().flat_map(entry).collect(),
        NodeKind::Map(pairs) => {
            // CodePipeline and rain write `Parameters`, Sceptre `parameters`; else the file contains only parameters.
            let section = tree.get("Parameters").or_else(|| tree.get("parameters"));
            match section.map(|n| (n, n.items())) {
                Some((_, items @ [_, ..])) => items.iter().flat_map(entry).collect(),
                Some((section, _)) => section.pairs().iter().filter_map(pair).collect(),
                None => pairs.iter().filter_map(pair).collect(),
            }
        }
        NodeKind::Scalar(_) => Given::new(),
    };
    if given.is_empty() { Vec::new() } else { vec![Deployment { name: file, given, names: false }] }
}

/// `{ParameterKey, ParameterValue}`, or a text `Key=Value`.
fn entry(item: &Node) -> Given {
    if let Some(scalar) = item.as_scalar() {
        return overrides(&scalar.text, item.span);
    }
    let key = item.get("ParameterKey").or_else(|| item.get("parameter_key")).and_then(Node::as_str);
    let value = item.get("ParameterValue").or_else(|| item.get("parameter_value")).and_then(value);
    key.zip(value).map(|(key, value)| (key.to_owned(), value)).into_iter().collect()
}

/// The name and the value in an entry of a map of parameters.
pub(super) fn pair((key, node): &(Node, Node)) -> Option<(String, Value)> {
    Some((key.as_str()?.to_owned(), value(node)?))
}

/// A value as written: a text or a list of texts.
fn value(node: &Node) -> Option<Value> {
    // Sceptre looks up tagged values.
    if node.tag.as_deref().is_some_and(|t| !t.starts_with("!!")) {
        let what = node.tag.clone().unwrap_or_default();
        return Some(Value::unknown(crate::text::Why::FromOutside(format!("what {what} looks up").into()), node.span));
    }
    match &node.kind {
        NodeKind::Scalar(scalar) => Some(Value::str(scalar.text.clone(), node.span)),
        NodeKind::Seq(items) => {
            let items: Option<Vec<_>> =
                items.iter().map(|n| Some(Value::str(n.as_scalar()?.text.clone(), n.span))).collect();
            items.map(|items| Value::list(items, node.span))
        }
        NodeKind::Map(_) => None,
    }
}

/// The environments of a `samconfig` file, except those of another template. Source: aws-sam-cli, "Configuration file": what is
/// `global` counts for all commands.
fn sam(tree: &Node, file: &str, is_other: &dyn Fn(&str) -> bool) -> Vec<Deployment> {
    let mut out = Vec::new();
    for (environment, commands) in tree.pairs() {
        let of = |key: &str| {
            let set = |command: &str| commands.path(&[command, "parameters", key]);
            set("deploy").or_else(|| set("global"))
        };
        let Some(set) = of("parameter_overrides") else { continue };
        let named = of("template_file").or_else(|| of("template")).and_then(Node::as_str);
        if named.is_some_and(is_other) {
            continue;
        }
        let given: Given = match &set.kind {
            NodeKind::Scalar(scalar) => overrides(&scalar.text, set.span),
            NodeKind::Seq(items) => items.iter().flat_map(entry).collect(),
            NodeKind::Map(pairs) => pairs.iter().filter_map(pair).collect(),
        };
        let environment = environment.as_str().unwrap_or_default();
        if !given.is_empty() {
            out.push(Deployment { name: format!("{file} ({environment})"), given, names: named.is_some() });
        }
    }
    out
}

/// The parameters in a `cdk.json`: those of its `parameters`, `[STACK:]NAME=VALUE` or a map, and values of its context.
fn cdk(tree: &Node, file: &str) -> Vec<Deployment> {
    let mut given: Given = tree.get("context").map(Node::pairs).unwrap_or_default().iter().filter_map(pair).collect();
    let own = tree.get("parameters");
    given.extend(own.map(Node::items).unwrap_or_default().iter().flat_map(entry));
    given.extend(own.map(Node::pairs).unwrap_or_default().iter().filter_map(pair));
    let of_stack = |(name, value): (String, Value)| {
        let name = name.rsplit_once(':').map_or(name.as_str(), |(_, name)| name).to_owned();
        (name, value)
    };
    let given: Given = given.into_iter().map(of_stack).collect();
    if given.is_empty() { Vec::new() } else { vec![Deployment { name: file.to_owned(), given, names: false }] }
}

/// Parameters in one text that may separate them by commas: `A=b,C=d`.
pub(super) fn listed_overrides(text: &Traced, at: Span) -> Given {
    let named = |rest: &[u8]| {
        let length = rest.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
        length > 0 && rest.get(length) == Some(&b'=')
    };
    let mut spaced = Traced::new();
    let mut from = 0;
    for comma in memchr::memchr_iter(b',', text.bytes()).filter(|at| named(&text.bytes()[at + 1..])) {
        spaced.push(&text.slice(from..comma));
        spaced.push_made(b" ", at);
        from = comma + 1;
    }
    spaced.push(&text.slice(from..text.len()));
    overrides(&spaced, at)
}

/// The longest placeholder of a CI system, in bytes.
const MAX_PLACEHOLDER: usize = 256;

/// Parameters as on a command line: `A=b C="d e"`, or `ParameterKey=A,ParameterValue=b`.
pub(super) fn overrides(text: &Traced, at: Span) -> Given {
    let bytes = text.bytes();
    let mut out = Given::new();
    let mut from = 0;
    while from < bytes.len() {
        if bytes[from].is_ascii_whitespace() {
            from += 1;
            continue;
        }
        // A word ends at white space outside quotes and placeholders; quotes around a value are removed.
        let mut word = Traced::new();
        let mut quote = None;
        let mut end = from;
        while let Some(byte) = bytes.get(end) {
            let near = &bytes[end..bytes.len().min(end + MAX_PLACEHOLDER)];
            if let Some(length) = near.strip_prefix(b"{{").and_then(|rest| memchr::memmem::find(rest, b"}}")) {
                word.push(&text.slice(end..end + length + 4));
                end += length + 4;
                continue;
            }
            match (quote, byte) {
                (None, b'"' | b'\'') if word.as_str().is_some_and(|w| w.ends_with('=') || w.is_empty()) => {
                    quote = Some(*byte);
                }
                (Some(open), byte) if open == *byte => quote = None,
                (None, byte) if byte.is_ascii_whitespace() => break,
                (Some(_), b'\\') if bytes.get(end + 1).is_some_and(|b| matches!(b, b'"' | b'\\' | b'\'')) => {
                    end += 1;
                    word.push(&text.slice(end..end + 1));
                }
                _ => word.push(&text.slice(end..end + 1)),
            }
            end += 1;
        }
        // Another option, or another command.
        if bytes[from..end].starts_with(b"--") || matches!(&bytes[from..end], b"&&" | b"||" | b"|" | b";") {
            break;
        }
        from = end;
        let Some(equals) = word.bytes().iter().position(|b| *b == b'=') else { continue };
        let (mut key, mut value) = (word.slice(0..equals), word.slice(equals + 1..word.len()));
        if key.bytes() == b"ParameterKey" {
            let mark = b",ParameterValue=";
            let Some(comma) = value.bytes().windows(mark.len()).position(|w| w == mark) else { continue };
            key = value.slice(0..comma);
            value = value.slice(comma + mark.len()..value.len());
        }
        if let Some(key) = key.known_str() {
            out.insert(key.to_owned(), Value::str(value, at));
        }
    }
    out
}

/// The stacks of Sceptre that deploy a template: files below the folder `config` of a project that name it below `templates`.
/// Source: Sceptre, "Stack Config" (`template.path`, the older `template_path`, `parameters`).
fn of_sceptre(path: &Path, template: &Template<'_>, cx: &mut Cx<'_>) -> Vec<Deployment> {
    let mut out = Vec::new();
    let projects = path.ancestors().skip(1).take_while(|dir| dir.starts_with(cx.files.root()));
    let project = projects.filter_map(|dir| Some((dir.join("config"), path.strip_prefix(dir.join("templates")).ok()?)));
    let Some((config, name)) = project.into_iter().find(|(config, _)| cx.files.is_dir(config)) else { return out };
    let Some(at) = template.resources.first().map(|(key, _)| key.span) else { return out };
    let mut open = vec![(config, 0)];
    while let Some((folder, depth)) = open.pop() {
        let deeper = cx.files.folders(&folder).into_iter().map(|f| (f, depth + 1));
        open.extend(deeper.filter(|(_, depth)| *depth <= MAX_LEVELS));
        let files = cx.files.list(&folder);
        if files.len() > MAX_LISTED {
            cx.gap(at, Why::limit("files of a folder of stacks"));
        }
        for file in files.into_iter().take(MAX_LISTED) {
            let Some(tree) = stack_of(&file, name, cx) else { continue };
            let named = tree.path(&["template", "path"]).or_else(|| tree.get("template_path"));
            let named = named.and_then(Node::as_str).map(|n| n.trim_start_matches("templates/"));
            let left_out = ["ignore", "obsolete"]
                .iter()
                .any(|key| tree.get(key).and_then(Node::as_str).is_some_and(|v| v.eq_ignore_ascii_case("true")));
            if left_out {
                continue;
            }
            if named.is_some_and(|named| Path::new(named) == name) {
                let pairs = tree.get("parameters").map(Node::pairs).unwrap_or_default();
                let given = pairs.iter().filter_map(pair).filter(|(n, _)| template.parameters.contains_key(n.as_str()));
                let given = given.map(|(name, value)| (name, unless_filled_in(value)));
                let given = given.collect();
                out.push(Deployment { name: yaml_files::shown(&file, cx), given, names: true });
            }
        }
    }
    out
}

/// The value, unless Jinja fills it in.
fn unless_filled_in(value: Value) -> Value {
    let marked = value.to_traced().is_some_and(|text| yaml_files::holds(text.bytes(), b"{{"));
    if marked { Value::unknown(Why::FromOutside("what Jinja fills in".into()), value.at) } else { value }
}

/// The file of a stack of Sceptre that may name the template. What Jinja fills in is unknown.
fn stack_of(file: &Path, template: &Path, cx: &mut Cx<'_>) -> Option<Node> {
    let bytes = cx.files.glance(file).filter(|_| has_extension(file, &["yaml", "yml"]))?;
    if !yaml_files::holds(&bytes, template.file_name()?.as_encoded_bytes()) {
        return None;
    }
    let view = cx.view(file).ok()?;
    yaml_files::documents(&view).tree.into_iter().next()
}

/// The deployments in files next to a template: in its directory, or in one called `parameters` or `params` in it or beside it,
/// with a matching name, and only with parameters that the template has.
pub(super) fn next_to(path: &Path, template: &Template<'_>, cx: &mut Cx<'_>) -> Vec<Deployment> {
    let (Some(dir), Some(stem)) = (path.parent(), path.file_name().and_then(|n| n.to_str())) else { return Vec::new() };
    if template.parameters.is_empty() {
        return Vec::new();
    }
    let stem = stem.split('.').next().unwrap_or(stem);
    let mut candidates: Vec<PathBuf> = listed(dir, cx).collect();
    candidates.retain(|p| {
        let name = p.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_lowercase();
        name.contains("param") || name.starts_with(&format!("{stem}.").to_lowercase())
    });
    let outer = dir.parent().filter(|outer| outer.starts_with(cx.files.root()));
    for folder in [Some(dir), outer].into_iter().flatten() {
        for below in ["parameters", "params"] {
            candidates.extend(listed(&folder.join(below), cx));
        }
    }
    let around = dir.ancestors().take_while(|dir| dir.starts_with(cx.files.root())).take(MAX_LEVELS);
    candidates.extend(around.flat_map(|dir| SAM.iter().map(|name| dir.join(name))));
    candidates.extend([Some(dir), dir.parent()].into_iter().flatten().map(|dir| dir.join(CDK)));
    let mut out = of_sceptre(path, template, cx);
    for candidate in candidates {
        if candidate == path || !has_extension(&candidate, &["json", "yaml", "yml", "toml"]) {
            continue;
        }
        let Ok(source) = cx.files.read(&candidate) else { continue };
        let bytes = source.bytes();
        if yaml_files::holds(&bytes, b"Resources")
            || !template.parameters.keys().any(|p| yaml_files::holds(&bytes, p.as_bytes()))
        {
            continue;
        }
        // A configuration of a tool is about all its templates, and stands for this one where it names it or is next to it.
        let whole = is_named(&candidate, CDK) || SAM.iter().any(|name| is_named(&candidate, name));
        let beside = candidate.parent() == Some(dir);
        for mut deployment in read(&candidate, Some(path), cx) {
            if whole {
                deployment.given.retain(|name, _| template.parameters.contains_key(name.as_str()));
            }
            let ours = deployment.given.keys().all(|name| template.parameters.contains_key(name.as_str()));
            if ours
                && !deployment.given.is_empty()
                && (beside || !whole || deployment.names || is_named(&candidate, CDK))
            {
                out.push(deployment);
            }
        }
    }
    out
}

/// The files of a folder that are looked at.
fn listed(dir: &Path, cx: &Cx<'_>) -> impl Iterator<Item = PathBuf> {
    budget::at_most(cx.files.list(dir), MAX_LISTED, "files beside a template")
}
