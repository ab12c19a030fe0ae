//! Parameters on the command lines that deploy a template: `aws cloudformation deploy --template-file nodes.yaml
//! --parameter-overrides Args=…`, `create-stack --template-body file://nodes.yaml --parameters file://prod.json`, `rain deploy
//! nodes.yaml --params Args=…`; and in documents that deploy it.

use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::node::Cx;
use crate::text::{Span, Traced, View, Why, budget};
use crate::value::Value;

use super::deploy_steps;
use super::intrinsics::Given;
use super::parameters::{Deployment, listed_overrides, overrides, read};
use super::template::Template;
use crate::input::command_files::{bases, command_folders, has_commands, is_too_large};
use crate::input::references::{each_way, is_known, referenced, values_of};
use crate::input::unit::{has_extension, normal};
use crate::input::yaml_files;

/// Options that are followed by parameters.
const OPTIONS: [&str; 4] = ["--parameter-overrides", "--parameters", "--params", FILE];

/// The option of rain that names a file of parameters.
const FILE: &str = "--config ";

/// The most command lines of one file.
const MAX_LINES: usize = 64;

/// The deployments of a template by commands of the repository.
pub(super) fn deployments(path: &Path, template: &Template<'_>, cx: &mut Cx<'_>) -> Vec<Deployment> {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return Vec::new() };
    let dir = path.parent().unwrap_or(path);
    let mut out = Vec::new();
    let giving: Vec<_> = command_folders(dir, cx).iter().flat_map(|dir| giving(dir, cx)).collect();
    for file in giving {
        let names = |bytes: &[u8]| yaml_files::holds(bytes, name.as_bytes()) && !is_too_large(bytes);
        if !cx.files.glance(&file).is_some_and(|bytes| names(&bytes)) {
            continue;
        }
        let Ok(view) = cx.view(&file) else { continue };
        let folders = bases(&view.bytes, &file, cx);
        let is_ours = |text: &str| {
            text.split(|c: char| c.is_whitespace() || matches!(c, '=' | '"' | '\''))
                .map(|word| word.trim_start_matches("file://"))
                .any(|word| word.ends_with(name) && folders.iter().any(|dir| normal(&dir.join(word)) == path))
        };
        let lines = budget::at_most(lines(&view.bytes), MAX_LINES, "commands with parameters of one file");
        for (from, to, number) in lines.collect::<Vec<_>>() {
            let line = view.traced(from..to);
            let text = line.to_text().into_owned();
            let found = OPTIONS.iter().filter_map(|option| Some((text.find(option)? + option.len(), *option)));
            let Some((at, option)) = found.min() else { continue };
            if !is_ours(&text) || line.len() != text.len() {
                continue;
            }
            let rest = line.slice(at..line.len());
            let shown = format!("{}:{number}", yaml_files::shown(&file, cx));
            out.extend(files(&rest, option == FILE, &folders, cx));
            let read = if option == "--params" { listed_overrides } else { overrides };
            let given = read(&rest, view.span(from + at..to)).into_iter();
            let given = given.filter(|(name, _)| template.parameters.contains_key(name.as_str()));
            let given: Given = given.collect();
            if !given.is_empty() {
                let ways = ways(given, &view).into_iter();
                out.extend(ways.map(|(one_of, given)| Deployment::by_command(format!("{shown}{one_of}"), given)));
            }
        }
        let documents =
            if has_extension(&file, &["yml", "yaml"]) { yaml_files::documents(&view).tree } else { Vec::new() };
        for (set, given) in documents.iter().flat_map(|tree| deploy_steps::given(tree, &is_ours)) {
            let line = 1 + memchr::memchr_iter(b'\n', &view.bytes[..set.span.range().start]).count();
            let shown = format!("{}:{line}", yaml_files::shown(&file, cx));
            let ways = ways(given, &view).into_iter();
            out.extend(ways.map(|(one_of, given)| Deployment::by_command(format!("{shown}{one_of}"), given)));
        }
    }
    out.retain(|deployment| deployment.given.keys().any(|name| template.parameters.contains_key(name.as_str())));
    for deployment in &mut out {
        deployment.given.retain(|name, _| template.parameters.contains_key(name.as_str()));
    }
    out
}

/// Files of a folder in which commands give parameters, found once for all templates.
struct Giving(Vec<PathBuf>);

/// The files of a folder in which commands give parameters.
fn giving(dir: &Path, cx: &Cx<'_>) -> Vec<PathBuf> {
    let slot = cx.shared.slot::<Giving>(dir);
    let gives = |path: &PathBuf| {
        let bytes = cx.files.glance(path);
        let mut words = OPTIONS.iter().chain(&deploy_steps::PARAMETERS);
        bytes.is_some_and(|bytes| words.any(|word| yaml_files::holds(&bytes, word.as_bytes())))
    };
    let search = || Giving(cx.files.list(dir).into_iter().filter(|path| has_commands(path)).filter(gives).collect());
    slot.get_or_init(search).0.clone()
}

/// The commands in a text, each with the number of its first line. A backslash continues a line, and so does an option at the
/// start of the next one, as in a folded text of YAML.
fn lines(bytes: &[u8]) -> Vec<(usize, usize, usize)> {
    let (mut out, mut at, mut open) = (Vec::new(), 0, None);
    let mut all = bytes.split_inclusive(|b| *b == b'\n').enumerate().peekable();
    while let Some((number, line)) = all.next() {
        let (from, number) = open.take().unwrap_or((at, number + 1));
        at += line.len();
        // A comment is no command, and does not end one.
        if line.trim_ascii_start().starts_with(b"#") {
            open = (from + line.len() != at).then_some((from, number));
            continue;
        }
        let option = all.peek().is_some_and(|(_, next)| next.trim_ascii_start().starts_with(b"--"));
        if option || line.trim_ascii_end().ends_with(b"\\") {
            open = Some((from, number));
        } else if OPTIONS.iter().any(|option| yaml_files::holds(&bytes[from..at], option.as_bytes())) {
            out.push((from, at, number));
        }
    }
    out
}

/// The deployments in the files of parameters that a command names.
fn files(rest: &Traced, bare: bool, folders: &[PathBuf], cx: &mut Cx<'_>) -> Vec<Deployment> {
    let text = rest.to_text().into_owned();
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
    let path = |word| if bare { Some(word) } else { str::strip_prefix(word, "file://") };
    let named = words.map_while(|word| (!word.starts_with('-')).then(|| path(word))).flatten();
    let named = named.filter(|name| !name.is_empty()).take(if bare { 1 } else { usize::MAX });
    let mut out = Vec::new();
    for name in named.filter(|name| !name.contains('$')) {
        let found = folders.iter().map(|dir| normal(&dir.join(name))).find(|path| cx.files.read(path).is_ok());
        match (found, rest.span()) {
            (Some(path), _) => out.extend(read(&path, None, cx)),
            (None, Some(at)) => {
                cx.gap(at, Why::FromOutside(format!("the parameter file {}", name.escape_debug()).into()));
            }
            (None, None) => {}
        }
    }
    out
}

/// What is given, with each value that the same file gives to a variable in it, and which of several it is. What the shell or a CI
/// system fills in otherwise is unknown.
fn ways(given: Given, view: &View) -> Vec<(String, Given)> {
    let mut out = vec![(String::new(), Given::new())];
    for (name, value) in given {
        let at = value.at;
        let marked = value.to_traced().filter(|text| {
            text.bytes().iter().any(|b| matches!(b, b'$' | b'`')) || yaml_files::holds(text.bytes(), b"{{")
        });
        let values = match &marked {
            Some(text) => from_file(text, value.at, view),
            None => vec![(String::new(), value)],
        };
        let unknown = || Value::unknown(Why::FromOutside("what a command fills in".into()), at);
        let with = |(label, given): &(String, Given), (one_of, value): &(String, Value)| {
            let mut given = given.clone();
            given.insert(name.clone(), value.clone());
            (format!("{label}{one_of}"), given)
        };
        let ways = each_way(&out, &values, with);
        out = ways.unwrap_or_else(|| out.iter().map(|way| with(way, &(String::new(), unknown()))).collect());
    }
    out
}

/// The values that a file gives to the variable that a text at a place is, and which of several each is.
fn from_file(text: &Traced, at: Span, view: &View) -> Vec<(String, Value)> {
    let whole = view.as_str().unwrap_or_default();
    let (plain, default) = with_default(text);
    let Some(variable) = plain.as_deref().and_then(referenced) else { return Vec::new() };
    let used = if at.text == view.id { at.range().start } else { 0 };
    let found = values_of(whole, variable, used);
    let several = found.len() > 1 || default.is_some();
    let of_range = |range: Range<usize>| {
        let shown = whole.get(range.clone()).unwrap_or_default();
        let one_of = if several { format!(", {variable} is {shown}") } else { String::new() };
        (one_of, Value::str(view.traced(range), at))
    };
    let mut out: Vec<_> = found.into_iter().map(|(range, _)| of_range(range)).collect();
    out.extend(default.map(|text| (format!(", {variable} is not set"), Value::str(text, at))));
    out
}

/// The variable that a value is, and its default: `$IDLE`, `${IDLE:-4h}`.
fn with_default(text: &Traced) -> (Option<String>, Option<Traced>) {
    let plain = text.known_str().map(str::to_owned);
    let inner = plain.as_deref().and_then(|text| text.strip_prefix("${")?.strip_suffix('}'));
    let inner = inner.filter(|inner| !inner.starts_with('{'));
    let Some((name, default)) = inner.and_then(|inner| inner.split_once('-')) else { return (plain, None) };
    let end = text.len() - 1;
    let known = is_known(default).then(|| text.slice(end - default.len()..end));
    (Some(format!("${}", name.trim_end_matches(':'))), known)
}
