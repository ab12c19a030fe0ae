//! Variables of Ansible, and Jinja expressions over them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::node::Cx;
use crate::syntax::jinja::{Expr, ExprKind, expression};
use crate::syntax::{MAX_DEPTH, Node, NodeKind};
use crate::text::{Span, Traced, Why, budget};
use crate::value::{Entry, Kind, Map, Number, Value};

use super::filters::{combined, filter, percent};
use super::folders::{Folders, ROOT};
use super::operators::{binary, item, range, slice, test};
use super::rendered::Rendered;
use super::values::{is_missing, missing, printed, truth, unknown};
use crate::input::open_conditions::Answers;
use crate::input::template_text;
use crate::input::yaml_values::{mapped, value_of};

/// The deepest nesting of variables in variables.
const MAX_NAMED: usize = 24;
/// The most conditions of tasks that are judged with both answers. With so many, there are more combinations than are read, and
/// that is said.
pub(super) const MAX_ASKED: usize = 32;
/// The most steps of one run.
const MAX_STEPS: usize = 100_000;

/// Variables by name; a later layer wins.
#[derive(Default)]
pub(super) struct Vars {
    pub(super) layers: Vec<BTreeMap<String, Var>>,
    /// What a command gives, which wins over all layers.
    pub(super) given: BTreeMap<String, Var>,
    /// Names that were read.
    pub(super) used: BTreeSet<String>,
    /// Those of them that nothing sets.
    pub(super) missing: BTreeSet<String>,
    /// Answers to conditions that the source does not decide.
    pub(super) answers: Answers,
    /// The conditions of the task that is read, if the source does not decide them.
    pub(super) open: Vec<String>,
    /// Where what Ansible itself sets is said to be written.
    pub(super) place: Option<Span>,
    /// Where the task that is read looks for files.
    pub(super) folders: Option<Folders>,
    /// The templates that are being rendered, their macros and blocks.
    pub(super) rendered: Rendered,
    /// True while what stands behind the name of a timeout is evaluated.
    pub(super) of_timeout: bool,
    /// The fact that is being set.
    growing: Option<String>,
    /// The variables that are being read, each in the one before.
    naming: Vec<String>,
    depth: usize,
    steps: usize,
}

/// A variable.
#[derive(Clone)]
pub(super) enum Var {
    /// As written: texts in it may be templates.
    Written(Node),
    Known(Value),
    /// Set by a task under a condition, and what it is otherwise.
    Open(String, Arc<Var>, Option<Arc<Var>>),
}

impl Vars {
    pub(super) fn new(answers: Answers) -> Self {
        // Facts and the defaults of roles have a layer of their own below all others.
        Self { answers, layers: vec![BTreeMap::new()], ..Self::default() }
    }

    pub(super) fn push(&mut self, tree: Option<&Node>) {
        let pairs = tree.map(Node::pairs).unwrap_or_default();
        let layer = pairs.iter().filter_map(|(k, v)| Some((k.as_str()?.to_owned(), Var::Written(v.clone())))).collect();
        self.layers.push(layer);
    }

    /// Adds variables with the lowest precedence.
    pub(super) fn push_below(&mut self, tree: &Node) {
        for (key, value) in tree.pairs() {
            let Some(name) = key.as_str() else { continue };
            if self.layers.iter().all(|layer| !layer.contains_key(name)) {
                self.layers[0].insert(name.to_owned(), Var::Written(value.clone()));
            }
        }
    }

    /// Drops the layers above the first `depth`.
    pub(super) fn truncate(&mut self, depth: usize) {
        self.layers.truncate(depth);
    }

    pub(super) fn depth(&self) -> usize {
        self.layers.len()
    }

    /// Sets a variable in the innermost layer.
    pub(super) fn set(&mut self, name: &str, value: Value) {
        if let Some(layer) = self.layers.last_mut() {
            layer.insert(name.to_owned(), Var::Known(value));
        }
    }

    /// Sets a variable of Ansible's own to a folder, as [`ROOT`] and its path below the root of the scan. Returns what it was.
    pub(super) fn folder(&mut self, name: &str, folder: Option<&Path>, cx: &Cx<'_>) -> Option<PathBuf> {
        let rest = folder.and_then(|folder| folder.strip_prefix(cx.files.root()).ok());
        let known = |(rest, at): (&Path, Span)| Value::str(Traced::made(format!("{ROOT}{}", rest.display()), at), at);
        let before = match rest.zip(self.place).map(known) {
            Some(new) => self.layers[0].insert(name.to_owned(), Var::Known(new)),
            None => self.layers[0].remove(name),
        };
        match before {
            Some(Var::Known(value)) => Some(cx.files.root().join(value.as_known_str()?.strip_prefix(ROOT)?)),
            _ => None,
        }
    }

    /// Sets a variable for everything that follows. A value that refers to the variable itself, or to the item of a loop, is
    /// evaluated now, others when they are used.
    pub(super) fn fact(&mut self, name: &str, node: &Node, cx: &mut Cx<'_>) {
        let now = names(node, name) || names(node, "item");
        self.growing = Some(name.to_owned());
        let mut var = if now { Var::Known(self.value(node, cx)) } else { Var::Written(node.clone()) };
        self.growing = None;
        if !self.open.is_empty() {
            let old = self.layers.iter().rev().find_map(|layer| layer.get(name)).cloned();
            var = Var::Open(self.open.join(" and "), Arc::new(var), old.map(Arc::new));
        }
        for layer in &mut self.layers {
            layer.remove(name);
        }
        self.layers[0].insert(name.to_owned(), var);
    }

    pub(super) fn charge(&mut self) -> bool {
        self.steps += 1;
        self.steps <= MAX_STEPS && budget::spend(100)
    }

    pub(super) fn lookup(&mut self, name: &str, at: Span, cx: &mut Cx<'_>) -> Value {
        self.used.insert(name.to_owned());
        let layers = || self.layers.iter().rev().find_map(|layer| layer.get(name));
        // Ansible refuses a variable that names itself, unless something else sets it.
        let own = self.naming.iter().any(|outer| outer == name);
        let mut found = self.given.get(name).or_else(layers).cloned();
        while let Some(Var::Open(words, new, old)) = found {
            found = match self.answers.known(&words) {
                None if self.answers.count() >= MAX_ASKED => {
                    return Value::unknown(Why::Limit("conditions of tasks"), at);
                }
                _ if self.answers.assume_that(&words) => Some(Arc::unwrap_or_clone(new)),
                _ => old.map(Arc::unwrap_or_clone),
            };
        }
        match found {
            Some(Var::Known(value)) => value.through(at, &Arc::from(name)),
            Some(Var::Written(node)) if !own && self.depth + self.naming.len() < MAX_NAMED => {
                self.naming.push(name.to_owned());
                let value = self.value(&node, cx);
                self.naming.pop();
                value.through(at, &Arc::from(name))
            }
            Some(Var::Written(_) | Var::Open(..)) if !own => {
                Value::unknown(Why::limit("variables that name others"), at)
            }
            None if name == "ansible_managed" => Value::str(Traced::made("Ansible managed", at), at),
            // An inventory may set it.
            _ => {
                self.missing.insert(name.to_owned());
                Value::unknown(Why::NoDefault(format!("the variable {name}").into()), at)
            }
        }
    }

    /// The value of a part of a YAML file, whose texts are templates.
    pub(super) fn value(&mut self, node: &Node, cx: &mut Cx<'_>) -> Value {
        let at = node.span;
        match &node.kind {
            NodeKind::Scalar(scalar) if is_template(&scalar.text) => self.text(&scalar.text, at, cx),
            NodeKind::Scalar(_) => value_of(node),
            NodeKind::Seq(items) => Value::list(items.iter().map(|item| self.value(item, cx)).collect(), at),
            NodeKind::Map(pairs) => mapped(pairs, at, |value| self.value(value, cx)),
        }
    }

    /// Whether a condition such as `when` holds; `None` if unknown.
    pub(super) fn condition(&mut self, node: &Node, cx: &mut Cx<'_>) -> Option<bool> {
        if let NodeKind::Seq(items) = &node.kind {
            let answers: Vec<_> = items.iter().map(|item| self.condition(item, cx)).collect();
            return if answers.contains(&Some(false)) {
                Some(false)
            } else {
                answers.into_iter().try_fold(true, |all, a| Some(all && a?))
            };
        }
        let scalar = node.as_scalar()?;
        let text = scalar.text.clone();
        let view = cx.made("condition", &text, node.span);
        let expr = expression(&view).ok()?;
        let value = self.expr(&expr, cx);
        truth(&value)
    }

    pub(super) fn expr(&mut self, expr: &Expr, cx: &mut Cx<'_>) -> Value {
        let at = expr.at;
        if self.depth >= MAX_DEPTH || !self.charge() {
            return Value::unknown(Why::limit("steps of a template"), at);
        }
        self.depth += 1;
        let value = self.inner(expr, cx);
        self.depth -= 1;
        value
    }

    fn inner(&mut self, expr: &Expr, cx: &mut Cx<'_>) -> Value {
        let at = expr.at;
        let bool = |answer| template_text::answered(answer, at);
        match &expr.kind {
            ExprKind::Text(text) => Value::str(text.clone(), at),
            ExprKind::Number(text) => match Number::parse(text.clone()) {
                Some(number) => Value::new(Kind::Number(number), at),
                None => Value::unknown(Why::NotUnderstood("a number".into()), at),
            },
            ExprKind::Bool(value) => Value::bool(*value, at),
            ExprKind::None => Value::null(at),
            ExprKind::Name(name) => self.lookup(name, at, cx),
            ExprKind::List(items) => Value::list(items.iter().map(|item| self.expr(item, cx)).collect(), at),
            ExprKind::Map(pairs) => {
                let mut map = Map::default();
                for (key, value) in pairs {
                    let key = self.expr(key, cx);
                    let value = self.expr(value, cx);
                    match key.as_known_str() {
                        Some(name) => {
                            map.entries.insert(Arc::from(name), Entry { key: key.at, value });
                        }
                        None => map.open = Some(unknown(&key)),
                    }
                }
                Value::new(Kind::Map(Arc::new(map)), at)
            }
            ExprKind::Bad => Value::unknown(Why::NotUnderstood("an expression of a template".into()), at),
            ExprKind::Item(of, key) => {
                let key = self.expr(key, cx);
                // The variables by name: of this host, there are no others.
                if let (true, Some(name)) = (is_all_variables(of), key.as_known_str()) {
                    return self.lookup(name, at, cx);
                }
                let value = self.expr(of, cx);
                item(&value, &key, at).unwrap_or_else(|| match (&value.kind, key.as_known_str()) {
                    (Kind::Map(map), Some(key)) if map.open.is_none() => missing(key, at),
                    _ => Value::unknown(unknown(&value), at),
                })
            }
            ExprKind::Slice(of, from, to) => {
                let value = self.expr(of, cx);
                let mut bound = |bound: &Option<Box<Expr>>| bound.as_ref().map(|bound| self.expr(bound, cx));
                let (from, to) = (bound(from), bound(to));
                slice(&value, from.as_ref(), to.as_ref(), at)
            }
            ExprKind::Call(of, args) => self.call(of, args, at, cx),
            ExprKind::Filter(of, name, args) => {
                // A fact that grows with each round of a loop is not set before the first one.
                if let (ExprKind::Name(of), "default" | "d", Some((_, first))) = (&of.kind, &**name, args.first())
                    && self.growing.as_ref() == Some(of)
                    && self.layers.iter().all(|layer| !layer.contains_key(of))
                {
                    return self.expr(first, cx);
                }
                let value = self.expr(of, cx);
                let args: Vec<_> = args.iter().map(|(n, e)| (n.clone(), self.expr(e, cx))).collect();
                if let ("default" | "d", Some((_, default))) = (&**name, args.first())
                    && self.is_left_out(of, &value, default)
                {
                    return default.clone();
                }
                filter(name, value, &args, at, cx)
            }
            ExprKind::Test(of, name, args) => {
                let value = self.expr(of, cx);
                let args: Vec<_> = args.iter().map(|e| self.expr(e, cx)).collect();
                bool(test(name, &value, &args))
            }
            ExprKind::Not(inner) => {
                let value = self.expr(inner, cx);
                bool(truth(&value).map(|t| !t))
            }
            ExprKind::Binary(a, sign, b) => {
                let left = self.expr(a, cx);
                match (*sign, truth(&left)) {
                    ("and", Some(false)) | ("or", Some(true)) => return left,
                    ("and" | "or", known) => {
                        let right = self.expr(b, cx);
                        return match (known, truth(&right)) {
                            (Some(_), _) => right,
                            (None, Some(false)) if *sign == "and" => right,
                            (None, Some(true)) if *sign == "or" => right,
                            (None, _) => left,
                        };
                    }
                    _ => {}
                }
                let right = self.expr(b, cx);
                // `'%ss' % number`
                if *sign == "%" && matches!(left.kind, Kind::Str(_)) {
                    return percent(&left, &right, at);
                }
                binary(&left, sign, &right, at)
            }
            ExprKind::Choice(then, condition, other) => {
                let value = self.expr(condition, cx);
                if truth(&value).unwrap_or_else(|| self.answers.assume(condition.at, &cx.texts)) {
                    return self.expr(then, cx);
                }
                other.as_ref().map_or_else(|| Value::str(Traced::made("", at), at), |other| self.expr(other, cx))
            }
        }
    }

    /// True if the value of `default` counts: a map lacks the item, or nothing here sets the variable. The latter is asked only for
    /// a timeout that would be zero, because an inventory elsewhere may set any variable.
    fn is_left_out(&mut self, of: &Expr, value: &Value, default: &Value) -> bool {
        let (ExprKind::Name(name), Kind::Unknown(Why::NoDefault(_))) = (&of.kind, &value.kind) else {
            return is_missing(value);
        };
        let text = printed(default, default.at);
        let is_zero = text
            .known_str()
            .is_some_and(|text| text.contains('0') && !text.contains(|c: char| c.is_ascii_digit() && c != '0'));
        is_zero
            && self.answers.count() < MAX_ASKED
            && (self.of_timeout || name.to_ascii_lowercase().contains("timeout"))
            && !self.answers.assume_that(&format!("{name} is defined"))
    }

    fn call(&mut self, of: &Expr, args: &[(Option<String>, Expr)], at: Span, cx: &mut Cx<'_>) -> Value {
        if let Some(value) = self.made_by_macro(of, args, at, cx) {
            return value;
        }
        match &of.kind {
            ExprKind::Item(of, key) => {
                let value = self.expr(of, cx);
                let ExprKind::Text(method) = &key.kind else { return Value::unknown(unknown(&value), at) };
                let args: Vec<_> = args.iter().map(|(_, e)| self.expr(e, cx)).collect();
                let method_name = method.known_str().unwrap_or_default();
                if let (ExprKind::Name(name), true) = (&of.kind, CHANGES.contains(&method_name)) {
                    return self.changed(name, method_name, &value, &args, at);
                }
                let known = |n: usize| args.get(n).and_then(Value::as_known_str).map(str::to_owned);
                match (method_name, &value.kind) {
                    ("items", Kind::Map(map)) => {
                        let pair = |(k, e): (&Arc<str>, &Entry)| {
                            let key = Value::str(Traced::made(k.as_bytes(), e.key), e.key);
                            Value::list(vec![key, e.value.clone().with_outer(&value.via)], e.key)
                        };
                        Value::list(map.entries.iter().map(pair).collect(), at)
                    }
                    ("keys", Kind::Map(_)) => filter("list", value, &[], at, cx),
                    ("values", Kind::Map(map)) => {
                        Value::list(map.entries.values().map(|e| e.value.clone().with_outer(&value.via)).collect(), at)
                    }
                    ("get", Kind::Map(_)) => known(0)
                        .and_then(|k| value.get(&k))
                        .or_else(|| args.get(1).cloned())
                        .unwrap_or_else(|| Value::null(at)),
                    ("split", Kind::Str(text)) => {
                        let by = known(0).unwrap_or_else(|| " ".to_owned());
                        let parts = text.through_all(&value.via).split(by.as_bytes());
                        Value::list(parts.into_iter().map(|p| Value::str(p, at)).collect(), at)
                    }
                    // As `%` formats: `'a={}'.format(b)`.
                    ("format", Kind::Str(text)) if !text.bytes().contains(&b'%') => {
                        let text = text.replace(b"{}", &Traced::made("%s", at));
                        let args: Vec<_> = args.into_iter().map(|value| (None, value)).collect();
                        filter("format", Value::str(text, at), &args, at, cx)
                    }
                    (name @ ("lower" | "upper" | "strip"), Kind::Str(_)) => {
                        let name = if name == "strip" { "trim" } else { name };
                        filter(name, value, &[], at, cx)
                    }
                    ("startswith" | "endswith", Kind::Str(text)) => template_text::answered(
                        text.known_str().zip(known(0)).map(|(text, part)| {
                            if method_name == "startswith" { text.starts_with(&part) } else { text.ends_with(&part) }
                        }),
                        at,
                    ),
                    ("replace", Kind::Str(_)) => {
                        let args: Vec<_> = args.into_iter().map(|value| (None, value)).collect();
                        filter("replace", value, &args, at, cx)
                    }
                    ("join", Kind::Str(_)) => {
                        let by = value.clone();
                        let list = args.into_iter().next().unwrap_or_else(|| Value::null(at));
                        filter("join", list, &[(None, by)], at, cx)
                    }
                    _ => Value::unknown(unknown(&value), at),
                }
            }
            ExprKind::Name(name) if name == "range" => {
                let bounds: Vec<Value> = args.iter().map(|(_, e)| self.expr(e, cx)).collect();
                range(&bounds, at)
            }
            ExprKind::Name(name) => {
                let looks_up = matches!(name.as_str(), "lookup" | "query" | "q");
                looks_up.then(|| self.looked_up(args, at, cx)).flatten().unwrap_or_else(|| {
                    let why = format!("`{}`", name.escape_debug());
                    Value::unknown(Why::FromOutside(why.into()), at)
                })
            }
            _ => Value::unknown(Why::NotUnderstood("a call".into()), at),
        }
    }
}

/// Methods that change the list or the map.
const CHANGES: [&str; 10] =
    ["append", "clear", "extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault", "update"];

impl Vars {
    /// A method that changes a variable, which is unknown afterwards if the method is not modelled.
    fn changed(&mut self, name: &str, method: &str, value: &Value, args: &[Value], at: Span) -> Value {
        let now = match (method, &value.kind, args) {
            ("append", Kind::List(_), [item]) => {
                let mut items = value.items();
                items.push(item.clone());
                Value::list(items, at)
            }
            ("extend", Kind::List(_), [more]) if matches!(more.kind, Kind::List(_)) => binary(value, "+", more, at),
            ("update", Kind::Map(_), [more]) => combined(value, more, false),
            _ => Value::unknown(Why::NotUnderstood(format!("`{method}`").into()), at),
        };
        let known = self.layers.iter_mut().rev().find(|layer| layer.contains_key(name));
        if let Some(layer) = known {
            layer.insert(name.to_owned(), Var::Known(now));
        }
        Value::null(at)
    }
}

/// True for `vars` and `hostvars[inventory_hostname]`.
fn is_all_variables(of: &Expr) -> bool {
    let is = |expr: &Expr, wanted: &str| matches!(&expr.kind, ExprKind::Name(name) if name == wanted);
    match &of.kind {
        ExprKind::Item(all, host) => is(all, "hostvars") && is(host, "inventory_hostname"),
        _ => is(of, "vars"),
    }
}

/// True if a text of a tree contains a word.
fn names(node: &Node, word: &str) -> bool {
    match &node.kind {
        NodeKind::Scalar(scalar) => crate::input::yaml_files::holds(scalar.text.bytes(), word.as_bytes()),
        NodeKind::Seq(items) => items.iter().any(|item| names(item, word)),
        NodeKind::Map(pairs) => pairs.iter().any(|(_, value)| names(value, word)),
    }
}

pub(super) fn is_template(text: &Traced) -> bool {
    text.bytes().windows(2).any(|w| matches!(w, b"{{" | b"{%"))
}
