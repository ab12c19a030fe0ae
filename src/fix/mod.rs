//! Safe fixes of findings.

mod uses;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::check::{Finding, Fix, Options, Predicate, suggestion};
use crate::setting::duration::{HOUR, SECOND};
use crate::setting::{ConfigField, Field, parse_duration};
use crate::syntax::documents::{Documents, in_json, in_yaml};
use crate::syntax::hcl::{self, Body, ExprKind};
use crate::syntax::{Node, NodeKind, Style};
use crate::text::{Place, Source, Span, Texts};

pub(crate) use uses::{SHARED, name_of, only_node_uses};

/// Why a duration that cannot be read is left to people.
const NOT_BARE: &str = "it is not a number in YAML or JSON";

/// Why a plan or state is left as it is.
const STATE: &str = "only Terraform writes plans and states";

/// Why a value that is not there byte for byte is left to people.
const OTHER: &str = "the file does not hold the value as the node reads it";

/// Makes the changes of one unit. Each file is parsed once, and only if something in it can be fixed.
pub(crate) struct Fixer<'a> {
    options: &'a Options,
    trees: HashMap<PathBuf, Arc<Tree>>,
}

/// A file as its language has it.
enum Tree {
    Yaml(Documents),
    Json(Documents),
    Hcl(Body),
    /// A script, or something else without a tree.
    Other,
}

impl Tree {
    fn of(place: &Place) -> Self {
        let source = &place.source;
        let path = source.path().to_string_lossy().to_ascii_lowercase();
        let ends = |list: &[&str]| list.iter().any(|e| path.ends_with(e));
        let mut texts = Texts::new();
        let id = texts.add_source(Arc::clone(source));
        let view = texts.view(id);
        let braces = || source.bytes().iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'{');
        if ends(&[".json"]) || ends(&[".template"]) && braces() {
            Self::Json(in_json(&view))
        } else if ends(&[".tf", ".tofu", ".tfvars", ".hcl"]) {
            Self::Hcl(hcl::parse(&view).tree)
        } else if ends(&[".yaml", ".yml"]) {
            Self::Yaml(in_yaml(&view))
        } else {
            Self::Other
        }
    }
}

/// True if a setting without effect can go without loss: its value is a zero or the default.
fn says_nothing(finding: &Finding) -> bool {
    let is = |value: &serde_json::Value| {
        let written = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        written == finding.raw
    };
    let other = if Field::by_name(&finding.field).is_some() { None } else { ConfigField::by_path(&finding.field) };
    match other {
        Some(field) => field.before.is_none() && field.default.as_ref().is_some_and(is) || is(&field.kind.zero()),
        None => parse_duration(finding.raw.as_bytes()) == Ok(0),
    }
}

impl<'a> Fixer<'a> {
    /// Nothing parsed yet.
    pub(crate) fn new(options: &'a Options) -> Self {
        Self { options, trees: HashMap::new() }
    }

    /// The safe fix of `finding`. It requires that the file contains the zero byte for byte as the node reads it, that the field
    /// has a duration that suits every node: its default, or the configured one, and that nothing else uses the value.
    /// `sources` are the files that were read with it.
    ///
    /// A zero that certainly reaches no kubelet is removed from YAML with its line.
    ///
    /// # Errors
    /// The reason why it is left to people, a part of a sentence.
    pub(crate) fn fix(&mut self, finding: &Finding, sources: &[Arc<Source>]) -> Result<Fix, &'static str> {
        let place = &finding.at.place;
        // Several zeros in a generated document are not a mistake of a person, and standard input and the command line are
        // no files.
        let in_file = !place.source.is_derived() && place.source.path().is_absolute();
        if !in_file {
            return Err("the value is in no file");
        }
        if !finding.siblings.is_empty() {
            return Err("a program may have written the document");
        }
        let text = match finding.rule.predicate {
            Predicate::DeadSetting => {
                if !finding.is_certain() || !says_nothing(finding) {
                    return Err("it is not certain that the line is useless");
                }
                return match self.tree(place).as_ref() {
                    Tree::Yaml(read) => without(finding, &read.tree).ok_or("the line holds more than the setting"),
                    _ => Err("only lines of YAML are removed"),
                };
            }
            Predicate::EffectiveZero
            | Predicate::HarmfulZero
            | Predicate::ReplacedZero
            | Predicate::RuntimeZero
            | Predicate::InvalidDuration => self.time(finding)?,
            _ => {
                let Some(fix) = &finding.rule.front.fix else { return Err("its rule asks for a decision") };
                if place.is_in_state() {
                    return Err(STATE);
                }
                if !finding.exact || finding.effective.as_ref() != Some(&place.text()) {
                    return Err(OTHER);
                }
                only_node_uses(finding, sources)?;
                return Ok(Fix { place: place.clone(), text: fix.0.clone() });
            }
        };
        only_node_uses(finding, sources)?;
        let bare = finding.rule.predicate == Predicate::InvalidDuration;
        let text = match self.tree(place).as_ref() {
            // A bare zero is a number there, and a time is not.
            Tree::Json(read) => {
                if read.tree.iter().any(|tree| is_number(tree, place)) {
                    format!("\"{text}\"")
                } else if bare {
                    return Err(NOT_BARE);
                } else {
                    text
                }
            }
            Tree::Yaml(read) if bare && document_at(&read.tree, place).is_some_and(|tree| is_number(tree, place)) => {
                format!("\"{text}\"")
            }
            _ if bare => return Err(NOT_BARE),
            // The type of a variable may insist on a number, so a bare zero is left to people.
            Tree::Hcl(body) if holds_number(body, place) => return Err("its type may have to be a number"),
            _ => text,
        };
        Ok(Fix { place: place.clone(), text })
    }

    /// The time to write instead of the zero.
    fn time(&self, finding: &Finding) -> Result<String, &'static str> {
        let place = &finding.at.place;
        let written = place.text();
        if place.is_in_state() {
            return Err(STATE);
        }
        let digits = !written.is_empty() && written.bytes().all(|b| b.is_ascii_digit());
        let bare = finding.rule.predicate == Predicate::InvalidDuration;
        let number = if bare && digits { written.parse().ok() } else { None };
        let right = if bare { number.is_some() } else { parse_duration(written.as_bytes()) == Ok(0) };
        if !finding.exact || written != finding.raw || !right {
            return Err(OTHER);
        }
        match (&self.options.write, number) {
            (_, Some(seconds @ 1_u32..)) => Ok(format!("{seconds}s")),
            (Some(text), _) if finding.field == "streamingConnectionIdleTimeout" => Ok(text.clone()),
            // Longer ones are written in days, which Go cannot parse.
            _ => match finding.default.filter(|d| *d > 0 && d % SECOND == 0 && *d < 24 * HOUR) {
                Some(default) => Ok(suggestion(Some(default))),
                None => Err("it has no default that could be written"),
            },
        }
    }

    fn tree(&mut self, place: &Place) -> Arc<Tree> {
        let known = self.trees.entry(place.source.path().to_owned());
        Arc::clone(known.or_insert_with(|| Arc::new(Tree::of(place))))
    }
}

/// Removes a zero that no kubelet reads from a YAML file: its line, if the line contains only the key and
/// the zero, and the map has another key next to it.
fn without(finding: &Finding, trees: &[Node]) -> Option<Fix> {
    let place = &finding.at.place;
    let source = &place.source;
    let (map, n) = entry_at(document_at(trees, place)?, place)?;
    let line = |span: Span| (source.line_of(span.start), source.line_of(span.end));
    let pairs = map.pairs();
    let alone = |(key, value): &(Node, Node)| {
        let ((first, _), (start, last)) = (line(key.span), line(value.span));
        (first == start && start == last).then_some(first)
    };
    let (key, value) = pairs.get(n)?;
    let number = alone(pairs.get(n)?)?;
    let plain = value.tag.is_none() && key.span.end <= value.span.start && value.as_str() == Some(finding.raw.as_str());
    // An item of a list begins with a dash, and a map in braces is between them.
    let column = key.span.start - source.line_starts().get(number)?;
    let indented = source.line(number).iter().take(column as usize).all(|b| *b == b' ');
    let braces = source.bytes().get(map.span.start as usize) == Some(&b'{');
    let next_to = |other: Option<usize>| {
        let other = other.and_then(|o| pairs.get(o));
        other.and_then(|(key, value)| (line(key.span).0 == line(value.span).0).then(|| line(key.span).0))
    };
    let (before, after) = (next_to(n.checked_sub(1)), next_to(Some(n + 1)));
    let kept = before.is_some_and(|line| line + 1 == number) || after == Some(number + 1);
    if !plain || !indented || braces || !kept {
        return None;
    }
    let start = *source.line_starts().get(number)?;
    let end = source.line_starts().get(number + 1).copied().unwrap_or(source.bytes().len() as u32);
    Some(Fix { place: Place { source: Arc::clone(source), start, end }, text: String::new() })
}

fn holds(span: Span, place: &Place) -> bool {
    span.start <= place.start && place.end <= span.end
}

/// The document that holds the place: a file may have thousands.
fn document_at<'t>(trees: &'t [Node], place: &Place) -> Option<&'t Node> {
    fn start(node: &Node) -> u32 {
        node.pairs().first().map(|(key, _)| key).or(node.items().first()).map_or(node.span.start, start)
    }
    trees.get(trees.partition_point(|tree| start(tree) <= place.start).checked_sub(1)?)
}

/// The entry whose value is at the place: its map and its index. The depth of a tree is bounded by the parsers.
fn entry_at<'t>(node: &'t Node, place: &Place) -> Option<(&'t Node, usize)> {
    for (n, (_, value)) in node.pairs().iter().enumerate() {
        if value.as_scalar().is_some() && holds(value.span, place) {
            return Some((node, n));
        }
    }
    parts_at(node, place).find_map(|inner| entry_at(inner, place))
}

/// The parts of a collection that hold the place.
fn parts_at<'t>(node: &'t Node, place: &Place) -> impl Iterator<Item = &'t Node> {
    let parts = node.pairs().iter().map(|(_, value)| value).chain(node.items());
    parts.filter(move |part| holds(part.span, place))
}

/// True if the place contains only a scalar without quotes.
fn is_number(node: &Node, place: &Place) -> bool {
    match &node.kind {
        NodeKind::Scalar(scalar) => scalar.style == Style::Plain && holds(node.span, place),
        _ => parts_at(node, place).any(|inner| is_number(inner, place)),
    }
}

/// True if the place contains a number of an expression.
fn holds_number(body: &Body, place: &Place) -> bool {
    let mut found = false;
    for attribute in &body.attributes {
        attribute.value.visit(&mut |e| found |= matches!(e.kind, ExprKind::Number(_)) && holds(e.span, place));
    }
    found || body.blocks.iter().any(|block| holds_number(&block.body, place))
}
