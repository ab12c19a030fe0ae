//! What the commands of a repository give to a program: `pulumi up -c idle=0s` and `pulumi config set idle 0s`.

use std::path::{Path, PathBuf};

use crate::input::ci_values::{Assigned, MAX_WAYS, PULUMI, commands_in, environments};
use crate::input::command_files::command_folders;
use crate::input::yaml_files;
use crate::node::Cx;
use crate::syntax::Node;
use crate::text::{Traced, Why, budget};

/// The ways in which commands run the program in a folder, in words, each with the values that they give to what it declares.
pub(super) fn ways(dir: &Path, declares: &dyn Fn(&str) -> bool, cx: &mut Cx<'_>) -> Vec<(String, Vec<(String, Node)>)> {
    let mut out = Vec::new();
    for folder in command_folders(dir, cx) {
        for (file, commands) in commands_in(&folder, &PULUMI, cx) {
            let sets = environments(&file, &commands, declares);
            let of_call = |options: &[(usize, Assigned)]| -> Vec<(PathBuf, Assigned)> {
                let ours = options.iter().filter(|(_, set)| declares(&set.name));
                ours.map(|(_, set)| (file.clone(), set.clone())).collect()
            };
            let mut calls: Vec<_> = commands.calls.iter().map(|call| of_call(&call.options)).collect();
            calls.retain(|call| !call.is_empty());
            if calls.is_empty() {
                calls.push(Vec::new());
            }
            let sets = if sets.is_empty() { vec![Vec::new()] } else { sets };
            // What a command gives wins over what was set before.
            out.extend(calls.iter().flat_map(|call| sets.iter().map(move |set| [set.as_slice(), call].concat())));
        }
    }
    out.retain(|given| !given.is_empty());
    let ways = budget::at_most(out, MAX_WAYS, "commands that run a program");
    ways.map(|given| (words(&given, cx), given.into_iter().filter_map(|set| value(set, cx)).collect())).collect()
}

/// What gives some values.
fn words(given: &[(PathBuf, Assigned)], cx: &Cx<'_>) -> String {
    let names: Vec<_> = given.iter().map(|(_, set)| format!("{}{}", set.name, set.one_of)).collect();
    let at = given.first().map(|(path, set)| format!("{}:{}", yaml_files::shown(path, cx), set.line));
    format!("{} in {}", names.join(", "), at.unwrap_or_default())
}

/// The name and the value of an assignment.
fn value((path, set): (PathBuf, Assigned), cx: &mut Cx<'_>) -> Option<(String, Node)> {
    let view = cx.view(&path).ok()?;
    let at = view.span(set.value.clone());
    let unknown = || Traced::unknown(at, Why::FromOutside(format!("what a command sets {} to", set.name).into()));
    let text = if set.known { view.traced(set.value.clone()) } else { unknown() };
    Some((set.name, Node::plain(text, at)))
}
