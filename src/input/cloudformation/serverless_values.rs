//! Values of the Serverless Framework that stand in the repository: `${self:custom.idle}`, `${file(values.yml):idle}` and
//! `${param:idle}`. Those of commands, environments and stores stay as they are. Source: `lib/configuration/variables` of
//! serverless/serverless.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::node::Cx;
use crate::syntax::{Node, NodeKind};
use crate::text::{Span, Traced, budget};

use super::super::unit::{has_extension, normal};
use super::super::yaml_files;
use super::serverless::variables;

/// The most variables of one file that are filled in, and how deep they lead to others.
const MAX_VARIABLES: usize = 2_000;
const MAX_DEPTH: usize = 8;

/// How many folders up a configuration of Serverless is looked for.
const MAX_ABOVE: usize = 4;

/// True for a configuration of Serverless.
pub(in super::super) fn is_service(document: &Node) -> bool {
    document.get("service").is_some() && document.get("provider").is_some()
}

/// The templates of a document, with the values of its service filled in.
pub(super) fn templates<'n>(document: &'n Node, path: &Path, cx: &mut Cx<'_>) -> Vec<Cow<'n, Node>> {
    let has_variables = cx.files.read(path).is_ok_and(|source| !variables(&source.bytes()).is_empty());
    let resources = document.get("resources").filter(|_| is_service(document));
    let parts = match resources {
        Some(resources) if resources.items().is_empty() => vec![resources],
        Some(resources) => resources.items().iter().collect(),
        None => vec![document],
    };
    let service = match resources {
        _ if !has_variables => None,
        Some(_) => Some((document.clone(), path.to_owned())),
        None => around(path, cx),
    };
    let Some((service, at)) = service else { return parts.into_iter().map(Cow::Borrowed).collect() };
    let folder = at.parent().unwrap_or(&at).to_owned();
    let mut fill = Fill { service: &service, folder, files: HashMap::new(), left: MAX_VARIABLES, cx };
    let mut filled = |part: &Node| {
        let mut part = part.clone();
        fill.tree(&mut part);
        Cow::Owned(part)
    };
    parts.into_iter().map(&mut filled).collect()
}

/// The configuration that a file of resources belongs to: the nearest one that names it.
fn around(path: &Path, cx: &mut Cx<'_>) -> Option<(Node, PathBuf)> {
    let name = path.file_name()?.as_encoded_bytes();
    let folders = path.ancestors().skip(1).take(MAX_ABOVE).take_while(|dir| dir.starts_with(cx.files.root()));
    let tried: Vec<_> =
        folders.flat_map(|dir| ["serverless.yml", "serverless.yaml"].map(|name| dir.join(name))).collect();
    let found = tried.into_iter().find(|at| cx.files.read(at).is_ok_and(|s| yaml_files::holds(&s.bytes(), name)))?;
    let view = cx.view(&found).ok()?;
    let document = yaml_files::in_either(&view).tree.first().filter(|document| is_service(document))?.clone();
    Some((document, found))
}

/// What stands where a variable looks.
enum Found {
    Text(Traced),
    Nothing,
}

struct Fill<'a, 'b> {
    service: &'a Node,
    folder: PathBuf,
    files: HashMap<PathBuf, Option<Node>>,
    left: usize,
    cx: &'a mut Cx<'b>,
}

impl Fill<'_, '_> {
    /// A tree is bounded in depth by its parser.
    fn tree(&mut self, node: &mut Node) {
        match &mut node.kind {
            NodeKind::Scalar(scalar) => {
                let text = written(&scalar.text, node.span, self.cx);
                if let Some(text) = self.text(&text, 0) {
                    scalar.text = text;
                }
            }
            NodeKind::Seq(items) => items.iter_mut().for_each(|item| self.tree(item)),
            NodeKind::Map(pairs) => pairs.iter_mut().for_each(|(_, value)| self.tree(value)),
        }
    }

    /// A text with the variables in it that are known, if there are any.
    fn text(&mut self, text: &Traced, depth: usize) -> Option<Traced> {
        let (mut out, mut done) = (Traced::new(), 0);
        for range in variables(text.bytes()) {
            if self.left == 0 || depth >= MAX_DEPTH {
                budget::reached("variables of Serverless");
                break;
            }
            self.left -= 1;
            let inner = text.slice(range.start + 2..range.end - 1).to_text().into_owned();
            if let Some(value) = self.value(&inner, depth) {
                out.push(&text.slice(done..range.start));
                out.push(&value);
                done = range.end;
            }
        }
        out.push(&text.slice(done..text.len()));
        (done > 0).then_some(out)
    }

    /// The value of a variable. One that is not there gives way to the next one behind a comma.
    fn value(&mut self, inner: &str, depth: usize) -> Option<Traced> {
        for first in inner.split(',') {
            if let Found::Text(text) = self.one(first.trim(), depth)? {
                return Some(text);
            }
        }
        None
    }

    /// The value of a variable without others behind it; `None` if it is not known.
    fn one(&mut self, first: &str, depth: usize) -> Option<Found> {
        let found = if let Some(path) = first.strip_prefix("self:") {
            at(self.service, path).cloned()
        } else if let Some(name) = first.strip_prefix("param:") {
            let values = self.params(name);
            let text = |node: &Node| node.as_scalar().map(|scalar| scalar.text.to_text().into_owned());
            if values.windows(2).any(|pair| text(pair[0]) != text(pair[1])) {
                return None;
            }
            values.first().copied().cloned()
        } else if let Some(rest) = first.strip_prefix("file(") {
            let (file, path) = rest.split_once(')')?;
            let file = normal(&self.folder.join(file.trim()));
            if path.is_empty() && !has_extension(&file, &["yml", "yaml", "json"]) {
                let view = self.cx.view(&file).ok().filter(|_| file.starts_with(self.cx.files.root()))?;
                return Some(Found::Text(view.traced(0..view.bytes.len())));
            }
            at(&self.file(file)?, path.strip_prefix(':').unwrap_or_default()).cloned()
        } else {
            return None;
        };
        let Some(node) = found else { return Some(Found::Nothing) };
        let text = written(&node.as_scalar()?.text, node.span, self.cx);
        Some(Found::Text(self.text(&text, depth + 1).unwrap_or(text)))
    }

    /// The values of a parameter in the stages.
    fn params(&self, name: &str) -> Vec<&Node> {
        let stages = self.service.get("params").map(Node::pairs).unwrap_or_default();
        stages.iter().filter_map(|(_, stage)| stage.get(name)).collect()
    }

    fn file(&mut self, path: PathBuf) -> Option<Node> {
        if let Some(known) = self.files.get(&path) {
            return known.clone();
        }
        let inside = path.starts_with(self.cx.files.root());
        let view = if inside { self.cx.view(&path).ok() } else { None };
        let tree = view.and_then(|view| yaml_files::in_either(&view).tree.first().cloned());
        self.files.insert(path, tree.clone());
        tree
    }
}

/// The text of a scalar, also where it is a placeholder that the parser does not know.
fn written(text: &Traced, span: Span, cx: &Cx<'_>) -> Traced {
    if text.first_unknown().is_none() {
        return text.clone();
    }
    let whole = cx.texts.view(span.text).traced(span.start as usize..span.end as usize);
    let quoted =
        |quote: u8| whole.len() > 1 && whole.bytes().first() == Some(&quote) && whole.bytes().last() == Some(&quote);
    if quoted(b'"') || quoted(b'\'') { whole.slice(1..whole.len() - 1) } else { whole }
}

/// What stands at a path such as `custom.idle`.
fn at<'n>(node: &'n Node, path: &str) -> Option<&'n Node> {
    path.split('.')
        .filter(|key| !key.is_empty())
        .try_fold(node, |node, key| node.get(key).or_else(|| node.items().get(key.parse::<usize>().ok()?)))
}
