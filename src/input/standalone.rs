//! Standalone files: configurations of container runtimes, shell scripts and user data.

use std::path::Path;

use crate::decode::packed;
use crate::node::{Cx, Family, Gap, NodeGroup, Step, Wrapping, beside};
use crate::runtime;
use crate::syntax::{Node, toml};
use crate::text::{Span, Traced, View, Why, budget, placeholder};

use super::unit::{FileList, Input, Unit, has_extension, is_text, normal};
use super::watched::{Group, KUBELET_WORDS, NAMES_OTHERS, Words};
use super::yaml_files;

/// How many folders above a script may be those of a chart.
const MAX_PARENTS: usize = 16;

/// The most names of files in a script that are tried.
const MAX_NAMES: usize = 512;

/// Standalone configurations of a container runtime: TOML with the timeout in the table where containerd or CRI-O
/// reads it.
#[derive(Debug)]
pub(super) struct Runtimes;

impl Input for Runtimes {
    fn name(&self) -> &'static str {
        "runtime"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        files.with_extension(&["toml", "conf", "tmpl"], |words| words.has(Group::Runtime))
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let Some(view) = yaml_files::open(&unit.path, &[&[runtime::KEY]], cx) else { return Vec::new() };
        if is_user_data(&view.bytes) {
            return Vec::new();
        }
        let text = placeholder::in_text(&view.traced(0..view.bytes.len()));
        let made = cx.texts.add_made("the output of a template", &text, yaml_files::first_line(&view));
        let view = if text.has_unknown() { cx.texts.view(made) } else { view };
        let parsed = toml::parse(&view);
        let Some((name, key)) = parsed.tree.as_ref().and_then(runtime::recognise) else {
            if !parsed.errors.is_empty() {
                yaml_files::note_errors(&view, &parsed, cx);
            }
            return Vec::new();
        };
        let place = cx.texts.trail(key.span).origin();
        let mut group = NodeGroup::new(yaml_files::shown(&unit.path, cx), place);
        group.steps.push(Step::RuntimeConfigFile(name, text));
        yaml_files::note_errors(&view, &parsed, cx);
        vec![group]
    }
}

/// Shell scripts that concern a kubelet.
#[derive(Debug)]
pub(super) struct Scripts;

impl Input for Scripts {
    fn name(&self) -> &'static str {
        "script"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        let wanted =
            |words: Words| words.has(Group::Kubelet) || words.has(Group::NamesOthers) || words.has(Group::Packed);
        files.texts(&["sh", "bash"], wanted)
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let Some(view) = yaml_files::open(&unit.path, &[KUBELET_WORDS], cx).or_else(|| through_others(unit, cx)) else {
            return Vec::new();
        };
        if !is_script(&unit.path, &view.bytes) || yaml_files::holds(&view.bytes, b"{{") && in_chart(&unit.path, cx) {
            return Vec::new();
        }
        if view.bytes.windows(3).any(|w| matches!(w, b"%{ " | b"%{~")) || yaml_files::holds(&view.bytes, b"%{if") {
            cx.gap(
                yaml_files::first_line(&view),
                Why::NotUnderstood("a script that is itself a template (`%{ }`)".into()),
            );
            return Vec::new();
        }
        vec![whole(unit, &view, cx, Step::Script)]
    }
}

/// True for a file of a chart, which fills it in where it delivers it.
fn in_chart(path: &Path, cx: &Cx<'_>) -> bool {
    let folders = path.ancestors().skip(1).take_while(|folder| folder.starts_with(cx.files.root()));
    folders.take(MAX_PARENTS).any(|folder| cx.files.read(&folder.join("Chart.yaml")).is_ok())
}

/// True for a text with the first line, or the name, of a script.
fn is_script(path: &Path, bytes: &[u8]) -> bool {
    shebang(bytes).unwrap_or_else(|| has_extension(path, &["sh", "bash"]) && !is_user_data(bytes))
}

/// A script that concerns a kubelet only by a file that it sources or passes on, or by user data that is packed.
fn through_others(unit: &Unit, cx: &mut Cx<'_>) -> Option<View> {
    let bytes = cx.files.read(&unit.path).ok()?.bytes();
    if !is_script(&unit.path, &bytes) {
        return None;
    }
    if packed::texts(&bytes).iter().any(|(_, content)| concerns_kubelet(content)) {
        return cx.view(&unit.path).ok();
    }
    let names_others = NAMES_OTHERS.iter().any(|word| yaml_files::holds(&bytes, word.as_bytes()));
    let folder = unit.path.parent().filter(|_| names_others)?;
    let folders = [Some(folder), folder.parent(), Some(cx.files.root())];
    let concerns = |name: &&str| {
        let paths = folders.iter().flatten().map(|folder| normal(&folder.join(name)));
        let mut texts = paths.filter(|path| *path != unit.path).filter_map(|path| cx.files.glance(&path));
        texts.any(|bytes| concerns_kubelet(&bytes))
    };
    let found = budget::at_most(&beside::names(&bytes), MAX_NAMES, "names of files beside a script").any(concerns);
    if found { cx.view(&unit.path).ok() } else { None }
}

/// True if a text contains a word without which it does not concern a kubelet.
fn concerns_kubelet(bytes: &[u8]) -> bool {
    KUBELET_WORDS.iter().any(|word| yaml_files::holds(bytes, word.as_bytes()))
}

/// User data in a separate file: MIME, cloud-config, hooks of cloud-init, tasks of EC2Launch, and Bottlerocket settings.
#[derive(Debug)]
pub(super) struct UserData;

impl Input for UserData {
    fn name(&self) -> &'static str {
        "user-data"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        let mut units = files.with_extension(&["toml"], |words| words.has(Group::Settings));
        units.append(&mut files.with_extension(&["ps1"], |words| words.has(Group::Windows)));
        let other = |path: &Path| is_text(path, &["sh", "yaml", "yml", "cfg", "conf"]);
        units.append(&mut files.each(other, |words| words.has(Group::UserData) && words.has(Group::Boots)));
        units
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        if has_extension(&unit.path, &["toml"]) {
            return bottlerocket(unit, cx);
        }
        if has_extension(&unit.path, &["ps1"]) {
            return windows(unit, cx);
        }
        let Some(view) = yaml_files::open(
            &unit.path,
            &[&["cloud-config", "cloud-boothook", "ime-", "IME-", "ultipart", "executeScript"]],
            cx,
        ) else {
            return Vec::new();
        };
        let hidden = yaml_files::holds(&view.bytes, b"base64") || yaml_files::holds(&view.bytes, b"b64");
        let ours = KUBELET_WORDS
            .iter()
            .chain(&["containerd", "EKSBootstrap"])
            .any(|word| yaml_files::holds(&view.bytes, word.as_bytes()));
        if !is_user_data(&view.bytes) || !ours && !hidden {
            return Vec::new();
        }
        vec![whole(unit, &view, cx, |text| Step::UserData(text, Wrapping::Plain))]
    }
}

/// A script of a Windows node, with or without the marks of user data around it.
fn windows(unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let Some(view) = yaml_files::open(&unit.path, &[&["EKSBootstrap", "eksbootstrap"]], cx) else { return Vec::new() };
    let marked = yaml_files::holds(&view.bytes.to_ascii_lowercase(), b"<powershell>");
    let plain = |text| Step::UserData(text, Wrapping::Plain);
    let at = yaml_files::first_line(&view);
    vec![whole(unit, &view, cx, |text| if marked { plain(text) } else { for_windows(&text, at) })]
}

/// A script of PowerShell as user data of a Windows node.
pub(super) fn for_windows(text: &Traced, at: Span) -> Step {
    let mut whole = Traced::made("<powershell>\n", at);
    whole.push(text);
    whole.push_made(b"\n</powershell>\n", at);
    Step::UserData(whole, Wrapping::Plain)
}

/// Bottlerocket's user data: TOML with a table `settings.kubernetes`.
fn bottlerocket(unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let Some(view) = yaml_files::open(&unit.path, &[&["settings"], &["kubernetes"]], cx) else { return Vec::new() };
    let parsed = toml::parse(&view);
    if !parsed.tree.as_ref().and_then(|t| t.path(&["settings", "kubernetes"])).is_some_and(Node::is_map) {
        return Vec::new();
    }
    yaml_files::note_errors(&view, &parsed, cx);
    let mut group = whole(unit, &view, cx, |text| Step::UserData(text, Wrapping::Plain));
    group.family = Some(Family::Bottlerocket);
    if let Some(error) = parsed.errors.first() {
        // A node refuses invalid TOML, and a text that is not TOML yet is not what the node gets.
        group.steps.clear();
        group.gaps.push(Gap { at: error.at, why: Why::NotUnderstood("a text that is not valid TOML".into()) });
    }
    vec![group]
}

/// The file as a separate node group that boots with its text.
fn whole(unit: &Unit, view: &View, cx: &Cx<'_>, step: impl FnOnce(Traced) -> Step) -> NodeGroup {
    let mut group = NodeGroup::new(yaml_files::shown(&unit.path, cx), yaml_files::first_line(view));
    group.steps.push(step(view.traced(0..view.bytes.len())));
    group
}

/// Whether the program that the first line names is a shell; `None` if it names none.
pub(super) fn shebang(bytes: &[u8]) -> Option<bool> {
    let line = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line.strip_prefix(b"#!")?);
    let mut words = line.split_whitespace();
    let program = |path: Option<&str>| path.and_then(|p| p.rsplit('/').next().map(str::to_owned)).unwrap_or_default();
    let mut name = program(words.next());
    if name == "env" {
        name = program(words.find(|w| !w.starts_with('-')));
    }
    Some(matches!(name.as_str(), "sh" | "bash" | "dash" | "ksh" | "zsh" | "ash"))
}

/// True if a text starts as MIME, as a cloud-config or a hook of cloud-init, or as a list of tasks for EC2Launch.
pub(super) fn is_user_data(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    // Most files begin in another way.
    if !text.trim_ascii_start().first().is_some_and(|byte| b"#cCmMvV".contains(byte) || !byte.is_ascii()) {
        return false;
    }
    let head = String::from_utf8_lossy(&text[..text.len().min(4096)]).to_ascii_lowercase();
    let head = head.trim_start();
    let mime = (head.starts_with("content-type:") || head.starts_with("mime-version:")) && head.contains("multipart/");
    let config = head.strip_prefix("## template: jinja").map_or(head, str::trim_start);
    let config = config.starts_with("#cloud-config") || config.starts_with("#cloud-boothook");
    let tasks = head.starts_with("version:") && head.contains("executescript") && head.contains("type: powershell");
    mime || config || tasks
}

#[cfg(test)]
mod tests;
