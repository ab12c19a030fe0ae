//! Documents with commands for nodes: those of Systems Manager (schema 1.2 and 2.x) and the components of Image Builder,
//! whether they are files or in a resource. Sources: "SSM document schema" of the AWS Systems Manager user guide, "Component
//! document framework" of the EC2 Image Builder user guide.

use crate::node::{Gap, NodeGroup, Step};
use crate::syntax::Node;
use crate::text::{Span, Traced, Why, budget};
use crate::value::{Condition, Guard, Kind, Value};

use super::standalone::for_windows;
use super::watched::KUBELET_WORDS;
use super::yaml_files;
use super::yaml_values::value_of;

/// Keys of lists of commands: `runCommand` in SSM documents, `commands` in Image Builder components and in the parameters of
/// an association, `commandToExecute` in Azure's extension `CustomScript`.
const COMMANDS: &[&str] = &["commandToExecute", "commands", "runCommand"];
/// Actions and plug-ins whose commands are PowerShell.
const POWERSHELL: &[&str] = &["aws:runPowerShellScript", "ExecutePowerShell"];
/// How deep a document is searched for commands.
const MAX_DEPTH: usize = 12;

/// The condition under which a document of Systems Manager counts that nothing associates with nodes.
pub(super) fn if_run(name: &str) -> String {
    format!("nodes run the document {name}")
}

/// The same for a component of Image Builder.
pub(super) fn if_built(name: &str) -> String {
    format!("nodes launch from an image with the component {name}")
}

/// Adds a condition that the source does not decide to a group.
pub(super) fn unclear(group: &mut NodeGroup, words: &str) {
    let guard = Guard::of(Condition::new(words, true));
    group.when = group.when.and(&guard).unwrap_or(guard);
    group.gaps.push(Gap { at: group.place, why: Why::FromOutside(format!("whether {words}").into()) });
}

/// The node group of a document that is a file, if it concerns a kubelet.
pub(super) fn read(tree: &Node, name: &str) -> Option<NodeGroup> {
    let has = |key: &str| tree.get(key).is_some();
    let steps_in = |phase: &Node| phase.get("steps").is_some_and(|steps| !steps.items().is_empty());
    let words = if has("schemaVersion") && (has("mainSteps") || has("runtimeConfig")) {
        if_run(name)
    } else if tree.get("phases").map(Node::items).unwrap_or_default().iter().any(steps_in) {
        if_built(name)
    } else {
        return None;
    };
    let (first, _) = tree.pairs().first()?;
    let mut group = NodeGroup::new(name, first.span);
    group.steps = steps(&value_of(tree), None, first.span);
    let ours = |step: &Step| match step {
        Step::Script(text) | Step::UserData(text, _) => {
            KUBELET_WORDS.iter().chain(&["ubelet"]).any(|word| yaml_files::holds(text.bytes(), word.as_bytes()))
        }
        _ => false,
    };
    if !group.steps.iter().any(ours) {
        return None;
    }
    unclear(&mut group, &words);
    Some(group)
}

/// The steps of a document. `given` are values for its parameters, which otherwise have their defaults.
pub(super) fn steps(document: &Value, given: Option<&Value>, at: Span) -> Vec<Step> {
    let mut steps = Vec::new();
    commands(document, 0, &mut steps);
    if let Some(Kind::Map(parameters)) = document.get("parameters").map(|p| p.kind) {
        for name in parameters.entries.keys() {
            let default = document.get("parameters").and_then(|p| p.get(name)).and_then(|p| p.get("default"));
            let value = given.and_then(|g| g.get(name)).or(default);
            let text = value
                .and_then(|v| v.to_traced())
                .unwrap_or_else(|| Traced::unknown(at, Why::NoDefault(format!("the parameter {name}").into())));
            for step in &mut steps {
                if let Step::Script(script) | Step::UserData(script, _) = step {
                    *script = filled(script, |inner| (*inner == **name).then(|| text.clone()));
                }
            }
        }
    }
    steps
}

/// The scripts of lists of commands in a value without parameters, such as those of an association.
pub(super) fn lists(value: &Value) -> Vec<Step> {
    let mut steps = Vec::new();
    commands(value, 0, &mut steps);
    steps
}

/// Replaces `{{ }}` with the result of `fill`; without a result it stays.
pub(super) fn filled(text: &Traced, mut fill: impl FnMut(&str) -> Option<Traced>) -> Traced {
    let mut out = Traced::new();
    let (bytes, mut from) = (text.bytes(), 0);
    while let Some(at) = bytes[from..].windows(2).position(|w| w == b"{{").map(|p| from + p) {
        let Some(end) = bytes[at..].windows(2).position(|w| w == b"}}").map(|p| at + p) else { break };
        out.push(&text.slice(from..at));
        let with = fill(String::from_utf8_lossy(&bytes[at + 2..end]).trim());
        out.push(&with.unwrap_or_else(|| text.slice(at..end + 2)));
        from = end + 2;
    }
    out.push(&text.slice(from..text.len()));
    out
}

/// Collects the scripts of all lists of commands in a document, and the files that it creates, in order.
fn commands(document: &Value, depth: usize, out: &mut Vec<Step>) {
    if depth > MAX_DEPTH {
        return budget::reached("depth of a document of commands");
    }
    match &document.kind {
        Kind::Map(map) => {
            let is = |key: &str, value: &str| document.get(key).is_some_and(|v| v.as_known_str() == Some(value));
            // Image Builder runs this phase on a separate test machine.
            if is("name", "test") && map.entries.contains_key("steps") {
                return;
            }
            if is("action", "CreateFile") {
                for input in document.get("inputs").map(|i| i.items()).unwrap_or_default() {
                    let content = input.get("content").and_then(|c| c.to_traced());
                    if let (Some(path), Some(content)) = (input.get("path"), content)
                        && let Some(path) = path.as_known_str()
                    {
                        out.push(Step::file(path, content));
                    }
                }
                return;
            }
            let before = out.len();
            for key in map.entries.keys() {
                let Some(value) = document.get(key) else { continue };
                let inner = out.len();
                match script(&value, &Traced::new()).filter(|_| COMMANDS.contains(&&**key)) {
                    Some(step) => out.push(step),
                    None => commands(&value, depth + 1, out),
                }
                if POWERSHELL.contains(&&**key) {
                    out[inner..].iter_mut().for_each(|step| powershell(step, document.at));
                }
            }
            if POWERSHELL.iter().any(|action| is("action", action)) {
                out[before..].iter_mut().for_each(|step| powershell(step, document.at));
            }
        }
        Kind::List(_) => document.items().iter().for_each(|item| commands(item, depth + 1, out)),
        _ => {}
    }
}

/// Turns the script of a step into one for Windows.
fn powershell(step: &mut Step, at: Span) {
    if let Step::Script(text) = step {
        *step = for_windows(text, at);
    }
}

/// A list of lines, or one text, as a script. `None` if a line is not text or everything is unknown.
pub(super) fn script(lines: &Value, before: &Traced) -> Option<Step> {
    let lines = match &lines.kind {
        Kind::List(_) => lines.items(),
        Kind::Str(_) => vec![lines.clone()],
        _ => return None,
    };
    let mut text = Traced::new();
    for line in &lines {
        text.push(&line.to_traced()?);
        text.push_made(b"\n", line.at);
    }
    if text.is_empty() || text.is_unknown() {
        return None;
    }
    let mut whole = before.clone();
    whole.push(&text);
    Some(Step::Script(whole))
}
