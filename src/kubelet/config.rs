//! A configuration file or drop-in of the kubelet, as its loader reads it.
//!
//! Sources: `pkg/kubelet/kubeletconfig/configfiles/configfiles.go` (an empty file is refused),
//! `pkg/kubelet/kubeletconfig/util/codec/codec.go` (strict first, then ignoring unknown and repeated keys), apimachinery's
//! `serializer/json/json.go` and `meta.go` (JSON if it starts with a brace, else the first YAML document; `apiVersion` and
//! `kind` in any case), `meta/v1/duration.go` (a duration is a JSON string).

use std::hash::{DefaultHasher, Hasher};
use std::sync::OnceLock;

use crate::syntax::{Node, NodeKind, Resolved, Schema, json, key_text, resolve, yaml};
use crate::text::{Span, Traced, View, Why};

use super::schema::{self, json_type};
use crate::setting::read_duration;
use crate::setting::{Failure, Field, Reading, Shape};

/// The API version that a configuration must have.
pub(crate) const API_VERSION: &str = "kubelet.config.k8s.io/v1beta1";
/// The kind that a configuration must have.
pub(crate) const KIND: &str = "KubeletConfiguration";

/// Whether a document is declared as a kubelet configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Header {
    /// It is, or it does not have to be.
    Right,
    /// No kind, or no API version.
    Missing,
    /// The kind or API version of another object.
    Other,
    /// Unknown.
    Unknown(Why),
}

/// A parsed configuration.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    tree: Option<Node>,
    keys: OnceLock<Keys>,
    schema: Schema,
    view: Option<View>,
    /// Whether it has the right kind and API version.
    pub header: Header,
    /// Why no kubelet can load it, regardless of its settings.
    pub failures: Vec<Failure>,
    /// The second of two equal keys: allowed in a configuration file, not in a drop-in.
    pub duplicate: Option<Span>,
    /// Set if it may contain more than is known.
    pub open: Option<Why>,
}

/// Where the keys of a map are.
#[derive(Clone, Debug)]
struct Keys {
    /// The hash of each name in lower case, and where the pair is; in order.
    by_name: Vec<(u64, u32)>,
    /// Why one of them is unknown.
    unknown: Option<Why>,
}

impl Keys {
    fn of(pairs: &[(Node, Node)]) -> Self {
        let known = (0_u32..).zip(pairs).filter_map(|(n, (key, _))| Some((Self::hash(key.as_str()?), n)));
        let mut by_name: Vec<_> = known.collect();
        by_name.sort_unstable();
        Self { by_name, unknown: pairs.iter().find_map(|(key, _)| unknown_of(key)).cloned() }
    }

    /// Where pairs of a name may be, in any case.
    fn named(&self, name: &str) -> &[(u64, u32)] {
        let hash = Self::hash(name);
        let bound = |after: bool| self.by_name.partition_point(|(known, _)| *known < hash || after && *known == hash);
        self.by_name.get(bound(false)..bound(true)).unwrap_or_default()
    }

    fn hash(name: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        name.bytes().for_each(|byte| hasher.write_u8(byte.to_ascii_lowercase()));
        hasher.finish()
    }
}

/// Reads a configuration file or drop-in. Errors are recorded in the document.
pub(crate) fn load(view: &View) -> Document {
    let view = &view.without_placeholders();
    let mut document = Document::of(None, Schema::Kubernetes);
    document.view = Some(view.clone());
    let unknowns = || view.unknown_in(&(0..view.bytes.len())).cloned();
    if view.bytes.is_empty() {
        document.fail("the kubelet configuration is empty", None);
        return document;
    }
    let start = view.bytes.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(0);
    let (tree, error) = if view.bytes.get(start) == Some(&b'{') {
        document.schema = Schema::Json;
        let parsed = json::parse(view);
        (parsed.tree, parsed.errors.into_iter().next())
    } else {
        let parsed = yaml::parse(view);
        let tree = parsed.tree.into_iter().next();
        // Only the first document is read: an error after it is not noticed, an error before it means that it is another one.
        let end = tree.as_ref().map_or(u32::MAX, |t| t.span.end);
        (tree, parsed.errors.into_iter().find(|e| e.at.start <= end))
    };
    if let Some(error) = error {
        match unknowns().or_else(|| error.limit()) {
            // The unknown part may be what is missing.
            Some(why) => document.hide(why),
            None => document.fail(&error.message, Some(error.at)),
        }
        return document;
    }
    let Some(tree) = tree else {
        document.header = Header::Missing;
        return document;
    };
    document.header = header(&tree, document.schema);
    if !tree.is_map() {
        // Anything but a map has no kind, which is reported, unless the map is what is unknown.
        if let Some(why) = unknowns() {
            document.hide(why);
        }
        return document;
    }
    let schema = document.schema;
    if let Some(fault) = unsupported_value(&tree, schema) {
        document.fail(&fault.0, Some(fault.1));
    }
    document.duplicate = duplicate(&tree, schema);
    document.tree = Some(tree);
    document
}

impl Document {
    fn of(tree: Option<Node>, schema: Schema) -> Self {
        let keys = OnceLock::new();
        Self {
            tree,
            keys,
            schema,
            view: None,
            header: Header::Right,
            failures: Vec::new(),
            duplicate: None,
            open: None,
        }
    }

    /// Settings that a tool adds to the configuration as a tree, without API version and kind; `schema` is for its scalars.
    pub(crate) fn from_tree(tree: Node, schema: Schema) -> Self {
        let open = tree.as_scalar().and_then(|s| s.text.first_unknown()).map(|(_, why)| why.clone());
        Self { open, duplicate: duplicate(&tree, schema), ..Self::of(Some(tree), schema) }
    }

    /// An unknown configuration.
    pub(crate) fn unknown(why: Why) -> Self {
        Self { header: Header::Unknown(why.clone()), open: Some(why), ..Self::of(None, Schema::Kubernetes) }
    }

    /// The tree, if it could be parsed.
    pub(crate) fn tree(&self) -> Option<&Node> {
        self.tree.as_ref()
    }

    fn fail(&mut self, message: &str, at: Option<Span>) {
        self.failures.push(Failure::file(message, at));
    }

    fn hide(&mut self, why: Why) {
        self.header = Header::Unknown(why.clone());
        self.open = Some(why);
    }

    /// How the scalars are read.
    pub(super) fn schema(&self) -> Schema {
        self.schema
    }

    /// The entry at a path. With `fold`, keys are compared as the merge of drop-ins does.
    pub(super) fn find<'p>(&self, path: impl Iterator<Item = &'p str>, fold: bool) -> Lookup<'_> {
        let mut found = Lookup { entry: PathEntry::Absent, open: self.open.clone() };
        let Some(root) = self.tree.as_ref() else { return found };
        let mut node = root;
        let mut path = path.peekable();
        while let Some(name) = path.next() {
            let NodeKind::Map(pairs) = &node.kind else { return found };
            // Each field is looked for, and a file may have many keys.
            let (unknown, entry) = if std::ptr::eq(node, root) {
                let keys = self.keys.get_or_init(|| Keys::of(pairs));
                (
                    keys.unknown.as_ref(),
                    pair(keys.named(name).iter().filter_map(|(_, n)| pairs.get(*n as usize)), name, fold),
                )
            } else {
                (pairs.iter().find_map(|(key, _)| unknown_of(key)), pair(pairs.iter(), name, fold))
            };
            found.open = unknown.cloned().or(found.open);
            let Some((key, value)) = entry else { return found };
            if path.peek().is_none() {
                found.entry = PathEntry::At(key, value);
                return found;
            }
            match &value.kind {
                NodeKind::Map(_) => node = value,
                NodeKind::Scalar(scalar) if scalar.text.has_unknown() => {
                    found.open = unknown_of(value).cloned();
                    return found;
                }
                _ => {
                    found.entry = PathEntry::Above(key, value);
                    return found;
                }
            }
        }
        found
    }

    /// A value as written, without quotes.
    pub(super) fn raw(&self, value: &Node) -> Traced {
        if let NodeKind::Scalar(scalar) = &value.kind {
            return scalar.text.clone();
        }
        match &self.view {
            Some(view) if view.id == value.span.text => view.traced(value.span.range()),
            _ => Traced::made(if value.is_map() { "{...}" } else { "[...]" }, value.span),
        }
    }

    /// True for null.
    pub(super) fn is_null(&self, value: &Node) -> bool {
        value
            .as_scalar()
            .is_some_and(|s| !s.text.has_unknown() && resolve(s, value.tag.as_deref(), self.schema) == Resolved::Null)
    }

    /// How the kubelet reads the value of a field. A null in a drop-in deletes the key, before any type check.
    pub(super) fn reading(&self, field: &Field, value: &Node, in_dropin: bool, minor: Option<u32>) -> Reading {
        if let Some(why) = value.as_scalar().and(unknown_of(value)) {
            return Reading::Unknown(why.clone());
        }
        let flexible = field.shape == Some(Shape::TextOrNanoseconds);
        if self.is_null(value) {
            return match field.shape {
                // A null is read as an empty text, except where a pointer stays unset or a number is kept.
                Some(Shape::Value | Shape::ZeroDefault | Shape::Map) if !in_dropin => {
                    Reading::Invalid("invalid duration \"\"".to_owned())
                }
                _ => Reading::Unset,
            };
        }
        let is = json_type(value, self.schema).unwrap_or("value");
        let wrong = |kind: &str| {
            let name = field.name;
            Reading::Invalid(format!("cannot unmarshal {is} into {name} of type {kind}"))
        };
        let scalar = value.as_scalar();
        let resolved = scalar.map(|s| resolve(s, value.tag.as_deref(), self.schema));
        // YAML has numbers that JSON does not have.
        if let Some(Resolved::Float(number)) = resolved
            && !number.is_finite()
        {
            return Reading::Invalid(not_finite(number));
        }
        if flexible && is == "number" {
            return match schema::whole(value, self.schema).map(i64::try_from) {
                Some(Ok(nanoseconds)) => Reading::Duration(nanoseconds),
                _ => wrong("int64"),
            };
        }
        // Until 1.27 the field was a plain number of nanoseconds.
        const FIRST_WITH_TEXT: u32 = 28;
        if flexible && (is != "string" || minor.is_some_and(|m| m < FIRST_WITH_TEXT)) {
            return wrong("int64");
        }
        match (scalar, is) {
            (Some(scalar), "string") => read_duration(scalar.text.bytes()),
            _ => wrong("string"),
        }
    }
}

/// The entry at a path of a document.
pub(super) struct Lookup<'a> {
    /// The place.
    pub(super) entry: PathEntry<'a>,
    /// Set if an unknown part may set it as well.
    pub(super) open: Option<Why>,
}

/// The place of a path.
#[derive(Clone, Copy)]
pub(super) enum PathEntry<'a> {
    /// Nothing.
    Absent,
    /// Key and value.
    At(&'a Node, &'a Node),
    /// Something on the path that is not a map: key and value.
    Above(&'a Node, &'a Node),
}

fn unknown_of(node: &Node) -> Option<&Why> {
    node.as_scalar().and_then(|s| s.text.first_unknown()).map(|(_, why)| why)
}

/// The pair of a key. In a file, keys are case-sensitive. The merge of drop-ins ends in a decoder that ignores case: of several
/// spellings, the last in byte order wins (`encoding/json`), and the right one is always present.
fn pair<'a>(
    pairs: impl DoubleEndedIterator<Item = &'a (Node, Node)> + Clone,
    name: &str,
    fold: bool,
) -> Option<(&'a Node, &'a Node)> {
    // No field name reads as a number or a truth value, so the text of the key decides.
    let of = |wanted: &str| pairs.clone().rev().find(|(k, _)| k.is_text(wanted));
    let mut best: Option<&str> = None;
    if fold {
        for key in pairs.clone().filter_map(|(k, _)| k.as_str()) {
            if key.eq_ignore_ascii_case(name) && key > name && best.is_none_or(|b| key > b) {
                best = Some(key);
            }
        }
    }
    best.and_then(of).or_else(|| of(name)).map(|(k, v)| (k, v))
}

fn header(tree: &Node, schema: Schema) -> Header {
    let mut missing = false;
    for (name, wanted) in [("apiVersion", API_VERSION), ("kind", KIND)] {
        let pairs = || tree.pairs().iter().rev();
        let exact = pairs().find(|(k, _)| k.is_text(name));
        let pair = exact.or_else(|| pairs().find(|(k, _)| k.as_str().is_some_and(|k| k.eq_ignore_ascii_case(name))));
        let Some((_, value)) = pair else {
            if let Some(why) = tree.pairs().iter().find_map(|(k, _)| unknown_of(k)) {
                return Header::Unknown(why.clone());
            }
            missing = true;
            continue;
        };
        if let Some(why) = unknown_of(value) {
            return Header::Unknown(why.clone());
        }
        match (value.as_str(), json_type(value, schema)) {
            (Some(text), Some("string")) if text == wanted => {}
            (Some(""), Some("string")) | (_, None) => missing = true,
            _ => return Header::Other,
        }
    }
    if missing { Header::Missing } else { Header::Right }
}

/// A value or key that JSON cannot represent, with the message. The tree is at most [`crate::syntax::MAX_DEPTH`] deep.
fn unsupported_value(node: &Node, schema: Schema) -> Option<(String, Span)> {
    match &node.kind {
        NodeKind::Scalar(scalar) => match resolve(scalar, node.tag.as_deref(), schema) {
            Resolved::Float(number) if !number.is_finite() => Some((not_finite(number), node.span)),
            _ => None,
        },
        NodeKind::Seq(items) => items.iter().find_map(|n| unsupported_value(n, schema)),
        NodeKind::Map(pairs) => pairs.iter().find_map(|(key, value)| {
            if unknown_of(key).is_none() && key_text(key, schema).is_none() {
                return Some(("unsupported map key".to_owned(), key.span));
            }
            unsupported_value(value, schema)
        }),
    }
}

fn not_finite(number: f64) -> String {
    let shown = if number.is_nan() {
        "NaN"
    } else if number > 0.0 {
        "+Inf"
    } else {
        "-Inf"
    };
    format!("unsupported value: {shown}")
}

/// The second of two equal keys of one map, if there are any.
fn duplicate(node: &Node, schema: Schema) -> Option<Span> {
    match &node.kind {
        NodeKind::Scalar(_) => None,
        NodeKind::Seq(items) => items.iter().find_map(|n| duplicate(n, schema)),
        NodeKind::Map(pairs) => {
            let mut seen = std::collections::HashSet::new();
            let twice = pairs.iter().find(|(key, _)| key_text(key, schema).is_some_and(|k| !seen.insert(k)));
            twice.map(|(key, _)| key.span).or_else(|| pairs.iter().find_map(|(_, v)| duplicate(v, schema)))
        }
    }
}
