//! Templates of Go that stand alone.

use std::path::Path;

use super::engine::{Defines, outcomes};
use super::files::Folder;
use super::packed::Sources;
use crate::node::Cx;
use crate::syntax::go_template::parse;
use crate::text::{Span, Traced, Why};
use crate::value::Value;

/// A text that is a template of Go, with `dot` as `.`. It is unknown where it depends on what is not known. `helmfile` is the folder
/// of a helmfile, which has more functions.
pub(in crate::input) fn text(text: &Traced, dot: &Value, helmfile: Option<&Path>, at: Span, cx: &mut Cx<'_>) -> Traced {
    let view = cx.made("template", text, at);
    let unknown = |words: &str| Traced::unknown(at, Why::NotUnderstood(words.to_owned().into()));
    let Ok(parsed) = parse(&view) else { return unknown("a text that is not a template") };
    let folder =
        Folder { dir: helmfile.unwrap_or(cx.files.root()), sources: &Sources::default(), helmfile: helmfile.is_some() };
    let (mut outcomes, _) = outcomes(&view, &parsed.body, dot, &folder, &Defines::new(), cx);
    match outcomes.pop() {
        Some((_, text)) if outcomes.is_empty() => text,
        _ => unknown("a template that depends on a condition"),
    }
}
