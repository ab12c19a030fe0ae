//! A template that another tool deploys, with the parameters that it gives.

use std::collections::BTreeSet;
use std::path::Path;

use crate::node::{Cx, NodeGroup};
use crate::text::{Span, Traced, Why, budget};
use crate::value::{Guard, Kind, Value};

use super::choice::restrict;
use super::intrinsics::Given;
use super::reader::StackReader;
use super::stacks::STACK_WORK;
use super::template::{Template, is_template};
use crate::input::unit::has_extension;

/// A stack that a tool makes.
pub(in crate::input) struct Deployed<'a> {
    /// Its name, for people.
    pub(in crate::input) name: &'a str,
    /// The folder of what describes it.
    pub(in crate::input) dir: &'a Path,
    /// The template.
    pub(in crate::input) body: Option<&'a Traced>,
    /// Where the template was uploaded to.
    pub(in crate::input) url: Option<&'a Traced>,
    /// A map of parameters.
    pub(in crate::input) parameters: &'a Value,
    /// Where the stack is described.
    pub(in crate::input) at: Span,
}

/// The node groups of a stack, or why its template is not known.
pub(in crate::input) fn node_groups(stack: &Deployed<'_>, cx: &mut Cx<'_>) -> Result<Vec<NodeGroup>, (Span, Why)> {
    if !budget::spend(STACK_WORK) {
        return Ok(Vec::new());
    }
    let unknown = |text: &Traced| text.first_unknown().filter(|_| text.is_unknown()).map(|(at, why)| (at, why.clone()));
    let mut path = stack.dir.join("template");
    let (reader, id, guard) = match (stack.body, stack.url) {
        (Some(body), _) => {
            if let Some(found) = unknown(body) {
                return Err(found);
            }
            // What the text stands in is judged as a part of this stack, and names other files relative to itself.
            let mut files = cx.texts.files_of(body.pieces().iter().map(|piece| piece.whence.span()));
            files.retain(|file| has_extension(file, &["yaml", "yml", "json", "template", "cfn"]));
            if let Some(file) = files.first() {
                path.clone_from(file);
            }
            cx.claims.uses.extend(files);
            let id = cx.texts.add_made(format!("template_body of {}", stack.name), body, stack.at);
            (StackReader::new(&path, cx), id, Guard::always())
        }
        (None, Some(url)) => {
            let mut reader = StackReader::new(&path, cx);
            match reader.uploaded(url) {
                Some((id, found, guard)) => {
                    reader.open = vec![found];
                    (reader, id, guard)
                }
                None => {
                    return Err(unknown(url).unwrap_or((stack.at, Why::FromOutside("the template at a URL".into()))));
                }
            }
        }
        (None, None) => return Ok(Vec::new()),
    };
    let mut reader = reader;
    let tree = reader.parse(id);
    let Some(document) = tree.iter().find(|document| is_template(document)) else { return Ok(Vec::new()) };
    let template = Template::new(document);
    let given =
        template.parameters.keys().filter_map(|name| Some(((*name).to_owned(), parameter(name, stack.parameters)?)));
    let given: Given = given.collect();
    let mut groups = reader.template(document, given, BTreeSet::new());
    restrict(&mut groups, &guard);
    Ok(groups)
}

/// The value that a stack gives a parameter; `None` if it leaves the default.
fn parameter(name: &str, all: &Value) -> Option<Value> {
    let value = match &all.kind {
        Kind::Map(map) => match (all.get(name), &map.open) {
            (Some(value), _) => value,
            (None, Some(why)) => Value::unknown(why.clone(), all.at),
            (None, None) => return None,
        },
        Kind::Unknown(why) => Value::unknown(why.clone(), all.at),
        _ => return None,
    };
    match &value.kind {
        Kind::Null => None,
        Kind::Unknown(_) => Some(value),
        _ => Some(match value.to_traced() {
            Some(text) => Value::str(text, value.at),
            None => {
                Value::unknown(Why::NotUnderstood(format!("the parameter {}", name.escape_debug()).into()), value.at)
            }
        }),
    }
}
