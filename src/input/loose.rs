//! Texts whose names do not say what they are: templates of scripts and user data, and documents without their usual
//! extension. They are recognised by their content. Nothing in the source delivers them to a node, so what is found in them
//! holds only if a node boots with it.

use crate::node::{BOOTS_WITH_IT, Cx, NodeGroup, Step, Wrapping};
use crate::text::{Traced, View, placeholder};
use crate::value::{Condition, Guard};

use super::manifests;
use super::standalone::{for_windows, is_user_data, shebang};
use super::unit::{FileList, Input, TEMPLATES, Unit, has_extension, template_stem};
use super::watched::{Group, KUBELET_WORDS};
use super::yaml_files;

/// Such texts.
#[derive(Debug)]
pub(super) struct Loose;

impl Input for Loose {
    fn name(&self) -> &'static str {
        "text"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        files.texts(TEMPLATES, |words| words.has(Group::Kubelet))
    }

    fn judges_what_nothing_delivers(&self) -> bool {
        true
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let Some(view) = yaml_files::open(&unit.path, &[KUBELET_WORDS], cx) else { return Vec::new() };
        let name = yaml_files::shown(&unit.path, cx);
        let whole = view.traced(0..view.bytes.len());
        let step = if has_extension(&unit.path, TEMPLATES) { step(&template_stem(&unit.path), &view) } else { None };
        let mut groups = match step {
            Some(step) => {
                let mut group = NodeGroup::new(name, yaml_files::first_line(&view));
                group.steps.push(step);
                vec![group]
            }
            // A script or user data without an extension is read as such.
            None if is_user_data(&view.bytes) || shebang(&view.bytes).is_some() => return Vec::new(),
            // A text that is no document, such as a page about one, is none of these.
            None if manifests::names_one(&view.bytes) && yaml_files::in_either(&view).errors.is_empty() => {
                manifests::in_text(&whole, &name, yaml_files::first_line(&view), cx)
            }
            None => return Vec::new(),
        };
        for group in &mut groups {
            let guard = Guard::of(Condition::new(BOOTS_WITH_IT, true));
            group.when = group.when.and(&guard).unwrap_or(guard);
        }
        groups
    }
}

/// What a node does with a template of a script or of user data, if it is one.
fn step(stem: &str, view: &View) -> Option<Step> {
    let text = || script_of(&view.traced(0..view.bytes.len()));
    let ends = |extensions: &[&str]| extensions.iter().any(|e| stem.to_ascii_lowercase().ends_with(e));
    if is_user_data(&view.bytes) {
        return Some(Step::UserData(text(), Wrapping::Plain));
    }
    if yaml_files::holds(&view.bytes, b"<powershell>") {
        return Some(Step::UserData(text(), Wrapping::Plain));
    }
    if ends(&[".ps1"]) {
        return Some(for_windows(&text(), yaml_files::first_line(view)));
    }
    (shebang(&view.bytes).unwrap_or_else(|| ends(&[".sh", ".bash"]))).then(|| Step::Script(text()))
}

/// The script that a template makes. A variable that the script sets itself belongs to the shell; everything else in the
/// marks of a template is unknown, and both sides of a condition are there.
fn script_of(text: &Traced) -> Traced {
    let bytes = text.bytes();
    let sets = placeholder::assigned(bytes);
    let filled = placeholder::filled(text, |mark| match mark.bytes() {
        [b'{' | b'%', b'%' | b'{', inner @ ..] if !inner.starts_with(b"{") && mark.bytes()[..2] != *b"{{" => {
            Some(Traced::new())
        }
        [b'{', b'{', ..] => None,
        [b'$', b'{', rest @ ..] => {
            let length = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
            sets.contains(&rest[..length]).then(|| mark.clone())
        }
        _ => Some(mark.clone()),
    });
    match text.span() {
        Some(at) => filled.replace(b"$${", &Traced::made("${", at)),
        None => filled,
    }
}
