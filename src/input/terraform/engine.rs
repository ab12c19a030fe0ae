//! The state of one evaluation: what is known of each module instance, what names are bound, and how much is still allowed.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::node::Cx;
use crate::syntax::hcl::{Expr, ExprKind, Template};
use crate::text::{Span, TextId, Why};
use crate::value::{Alternative, Condition, Guard, Kind, MAX_ALTERNATIVES, Map, Value};

use super::links::Link;
use super::modules::{Expansion, Instance};
use super::scope::Module;
use super::stored::Object;
use super::terragrunt::Stack;

/// Expressions that one unit may evaluate, counting a step for each and one for each 64 bytes handled. The largest real module
/// seen takes 6,000.
pub(super) const MAX_STEPS: u64 = 500_000;

/// How deep expressions and references may nest while they are evaluated. Fits a stack of 2 MiB without optimization.
pub(super) const MAX_DEPTH: usize = 150;

/// The largest text that an expression may yield, in bytes.
pub(super) const MAX_TEXT: usize = 1 << 20;

/// The most pieces of different origin in one text: each of them remembers every reference that it passed.
pub(super) const MAX_PIECES: usize = 20_000;

/// The most values inside one value.
const MAX_NODES: usize = 50_000;

/// How deep values may nest.
const MAX_VALUE_DEPTH: usize = 64;

/// The most characters of a condition that are shown.
const MAX_WORDS: usize = 80;

/// Terraform refuses the expression. The words say why.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refused(pub(super) Arc<str>);

impl Refused {
    pub(super) fn new(why: impl Into<Arc<str>>) -> Self {
        Self(why.into())
    }
}

/// A value (which may be a hole), or the news that Terraform refuses the expression.
pub(super) type Outcome = Result<Value, Refused>;

/// An evaluation that is kept.
#[derive(Clone, Debug)]
pub(super) enum Memo {
    /// Being evaluated: asking for it now is a circle.
    Running,
    Done(Outcome),
}

/// What an expression can see.
#[derive(Clone, Debug, Default)]
pub(super) struct Env {
    /// The module instance; none inside templates and tfvars files.
    pub(super) instance: Option<usize>,
    pub(super) names: Names,
}

/// Bound names, innermost first.
pub(super) type Names = Option<Arc<Bound>>;

/// Names that `for`, `each`, `count` or the arguments of a template bind.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) what: Binding,
    /// Tells one binding of the same names from another, such as the rounds of a loop.
    pub(super) id: Arc<str>,
    pub(super) next: Names,
}

#[derive(Debug)]
pub(super) enum Binding {
    One(Arc<str>, Value),
    All(Arc<Map>),
}

impl Env {
    pub(super) fn of(instance: usize) -> Self {
        Self { instance: Some(instance), names: None }
    }

    /// This, with one more name.
    pub(super) fn with(&self, name: &str, value: Value, id: &str) -> Self {
        let outer = self.id();
        let id = if outer.is_empty() { Arc::from(id) } else { format!("{outer}, {id}").into() };
        let bound = Bound { what: Binding::One(name.into(), value), id, next: self.names.clone() };
        Self { instance: self.instance, names: Some(Arc::new(bound)) }
    }

    pub(super) fn id(&self) -> Arc<str> {
        self.names.as_ref().map_or_else(|| "".into(), |n| Arc::clone(&n.id))
    }

    pub(super) fn lookup(&self, name: &str) -> Option<Value> {
        let mut next = self.names.as_ref();
        while let Some(bound) = next {
            match &bound.what {
                Binding::One(n, value) if &**n == name => return Some(value.clone()),
                Binding::All(map) => {
                    if let Some(entry) = map.entries.get(name) {
                        return Some(entry.value.clone());
                    }
                    if let Some(why) = &map.open {
                        let at = map.entries.values().next()?.key;
                        return Some(Value::unknown(super::convert::extend(why, &format!(".{name}")), at));
                    }
                }
                Binding::One(..) => {}
            }
            next = bound.next.as_ref();
        }
        None
    }
}

/// A module from elsewhere and what `path.module` is in it.
pub(super) type Called = (Arc<Module>, String);

/// Evaluates the expressions of one unit.
pub(super) struct Engine<'e, 'c> {
    pub(super) cx: &'e mut Cx<'c>,
    /// The directory of the root module, absolute.
    pub(super) root: PathBuf,
    pub(super) modules: BTreeMap<PathBuf, Arc<Module>>,
    pub(super) instances: Vec<Instance>,
    pub(super) templates: HashMap<TextId, Result<Arc<Template>, Refused>>,
    pub(super) expansions: HashMap<(usize, Span), Vec<(Guard, Expansion)>>,
    /// Directories of modules from elsewhere (those of models are only names), and the calls that bring them in.
    pub(super) elsewhere: Vec<(PathBuf, Span)>,
    /// Calls of modules from elsewhere, with the key of the module, and what they lead to.
    pub(super) called: HashMap<(Span, String), Option<Called>>,
    /// The managed node groups, and the launch templates that they use.
    pub(super) links: Vec<Link>,
    /// The heads of stores whose text a node gets.
    pub(super) used: Vec<Span>,
    /// Objects that a node may fetch.
    pub(super) objects: Vec<Object>,
    /// The files of Terragrunt, where it is one of these that is evaluated.
    pub(super) stack: Option<Stack>,
    /// True if what is read is a plan or state, where everything is known but what comes with the resources themselves.
    pub(super) planned: bool,
    /// What `terraform init` says it has put on disk, once it was asked for.
    pub(super) manifest: Option<Arc<Vec<(String, String)>>>,
    steps: u64,
    depth: usize,
    conditions: BTreeMap<String, Vec<(String, usize, Arc<str>)>>,
}

impl<'e, 'c> Engine<'e, 'c> {
    pub(super) fn new(root: &Path, cx: &'e mut Cx<'c>) -> Self {
        Self {
            cx,
            root: root.to_owned(),
            modules: BTreeMap::new(),
            instances: Vec::new(),
            templates: HashMap::new(),
            expansions: HashMap::new(),
            elsewhere: Vec::new(),
            called: HashMap::new(),
            links: Vec::new(),
            used: Vec::new(),
            objects: Vec::new(),
            stack: None,
            planned: false,
            manifest: None,
            steps: MAX_STEPS,
            depth: 0,
            conditions: BTreeMap::new(),
        }
    }

    /// The module in a directory, parsed once.
    pub(super) fn module(&mut self, dir: &Path) -> Arc<Module> {
        if let Some(known) = self.modules.get(dir) {
            return Arc::clone(known);
        }
        let module = Module::shared(dir, self.cx);
        self.modules.insert(dir.to_owned(), Arc::clone(&module));
        module
    }

    /// Takes `amount` (bytes or items) from what is allowed. False if nothing is left.
    pub(super) fn charge(&mut self, amount: usize) -> bool {
        self.steps = self.steps.saturating_sub(amount as u64 / 64 + 1);
        self.steps > 0
    }

    /// True if so much was evaluated that the rest is left unknown.
    pub(super) fn exhausted(&self) -> bool {
        self.steps == 0
    }

    /// Goes one level deeper for `inner`; past the bounds the value is not known.
    pub(super) fn deeper(&mut self, at: Span, inner: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        if !self.charge(0) {
            return Ok(Value::unknown(Why::Limit("steps of evaluation"), at));
        }
        if self.depth >= MAX_DEPTH {
            return Ok(Value::unknown(Why::Limit("depth of evaluation"), at));
        }
        self.depth += 1;
        let outcome = inner(self);
        self.depth -= 1;
        outcome
    }

    /// A value that was put together, if it is not too large.
    pub(super) fn bounded(&mut self, value: Value) -> Value {
        let mut nodes = 0;
        if !weigh(&value, 0, &mut nodes) || !self.charge(nodes) {
            return Value::unknown(Why::Limit("size of a value"), value.at);
        }
        value
    }

    /// The text of a place, for people: on one line and short.
    pub(super) fn words(&self, at: Span) -> String {
        let text = String::from_utf8_lossy(self.cx.texts.slice(at)).split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().count() <= MAX_WORDS {
            return text;
        }
        let cut: String = text.chars().take(MAX_WORDS - 1).collect();
        format!("{cut}…")
    }

    /// The condition that stands at `at` where the source cannot decide it. The same expression over the same names gives
    /// the same condition; another instance or another round of a loop gives another one.
    pub(super) fn condition(&mut self, words: String, at: Span, env: &Env) -> Condition {
        let bound = self.bound_at(at, env);
        let full: String =
            format!("{words}\0{}", if words.ends_with('…') { self.cx.texts.slice(at) } else { &[] }.escape_ascii());
        let words = match env.instance.and_then(|i| self.instances.get(i)) {
            Some(instance) if !instance.address.is_empty() => format!("{words} in {}", instance.address),
            Some(_) => words,
            // In a template.
            None => match self.cx.texts.place(at).source.path().file_name() {
                Some(name) => format!("{words} in {}", name.to_string_lossy()),
                None => words,
            },
        };
        // The shown words are the identity of a condition, so different ones get different words.
        let key = (full, env.instance.map_or(0, |i| i + 1), bound);
        let known = self.conditions.entry(words.clone()).or_default();
        let index = known.iter().position(|k| *k == key).unwrap_or_else(|| {
            known.push(key);
            known.len() - 1
        });
        let words = if index == 0 { words } else { format!("{words} ({})", index + 1) };
        Condition::new(words, true)
    }

    /// What tells this binding from others, if the text at `at` uses a name that is bound here and not everywhere.
    fn bound_at(&self, at: Span, env: &Env) -> Arc<str> {
        let text = String::from_utf8_lossy(self.cx.texts.slice(at));
        let mut names = text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'));
        if env.names.is_some() && names.any(|n| !n.is_empty() && env.lookup(n).is_some()) {
            env.id()
        } else {
            "".into()
        }
    }

    /// Applies `f` to every combination of the alternatives that the arguments leave open.
    pub(super) fn lift(
        &mut self,
        args: &[Value],
        at: Span,
        f: &mut dyn FnMut(&mut Self, &[Value]) -> Outcome,
    ) -> Outcome {
        if !args.iter().any(|a| matches!(a.kind, Kind::Either(_))) {
            return f(self, args);
        }
        let mut combinations: Vec<(Guard, Vec<Value>)> = vec![(Guard::always(), Vec::new())];
        for arg in args {
            let alternatives = arg.alternatives();
            let mut next = Vec::new();
            for (guard, values) in &combinations {
                for (when, value) in &alternatives {
                    if let Some(guard) = guard.and(when) {
                        let mut values = values.clone();
                        values.push(value.clone());
                        next.push((guard, values));
                    }
                }
            }
            if next.len() > MAX_ALTERNATIVES {
                return Ok(Value::unknown(Why::Limit("alternatives of one value"), at));
            }
            combinations = next;
        }
        let mut outcomes = Vec::new();
        for (when, values) in combinations {
            outcomes.push((when, f(self, &values)));
        }
        either(outcomes, at)
    }
}

/// One of several outcomes. Refused altogether only if every one of them is.
pub(super) fn either(outcomes: Vec<(Guard, Outcome)>, at: Span) -> Outcome {
    if let Some((_, Err(first))) = outcomes.first()
        && outcomes.iter().all(|(_, o)| o.is_err())
    {
        return Err(first.clone());
    }
    let alternatives = outcomes
        .into_iter()
        .map(|(when, outcome)| Alternative {
            when,
            value: outcome.unwrap_or_else(|Refused(why)| Value::unknown(Why::Invalid(why), at)),
        })
        .collect();
    Ok(Value::either(alternatives, at))
}

/// Counts the values inside a value. False if there are too many, or too deep.
fn weigh(value: &Value, depth: usize, nodes: &mut usize) -> bool {
    *nodes += 1;
    if *nodes > MAX_NODES || depth > MAX_VALUE_DEPTH {
        return false;
    }
    match &value.kind {
        Kind::List(items) => items.iter().all(|v| weigh(v, depth + 1, nodes)),
        Kind::Map(map) => map.entries.values().all(|e| weigh(&e.value, depth + 1, nodes)),
        Kind::Either(list) => list.iter().all(|a| weigh(&a.value, depth + 1, nodes)),
        Kind::Str(text) => {
            // A large text weighs more, so that copies of it are counted.
            *nodes += text.len() / 256;
            *nodes += text.pieces().len() / 16;
            text.len() <= MAX_TEXT && text.pieces().len() <= MAX_PIECES
        }
        _ => true,
    }
}

/// Calls `f` with an expression and every expression inside it.
pub(super) fn visit(expr: &Expr, f: &mut dyn FnMut(&Expr)) {
    use crate::syntax::hcl::{Key, StepKind};
    f(expr);
    match &expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Variable(_) => {}
        ExprKind::Template(template) => visit_parts(&template.parts, f),
        ExprKind::List(items) => items.iter().for_each(|e| visit(e, f)),
        ExprKind::Object(entries) => {
            for (key, value) in entries {
                if let Key::Expr(key) = key {
                    visit(key, f);
                }
                visit(value, f);
            }
        }
        ExprKind::Traversal(root, steps) => {
            visit(root, f);
            for step in steps {
                if let StepKind::Index(index) = &step.kind {
                    visit(index, f);
                }
            }
        }
        ExprKind::Call(call) => call.args.iter().for_each(|e| visit(e, f)),
        ExprKind::Unary(_, inner) | ExprKind::Paren(inner) => visit(inner, f),
        ExprKind::Binary(first, chain) => {
            visit(first, f);
            for (_, e) in chain {
                visit(e, f);
            }
        }
        ExprKind::Conditional(c) => {
            visit(&c.condition, f);
            visit(&c.then, f);
            visit(&c.otherwise, f);
        }
        ExprKind::For(l) => {
            visit(&l.collection, f);
            visit(&l.value, f);
            l.key.iter().chain(&l.condition).for_each(|e| visit(e, f));
        }
    }
}

fn visit_parts(parts: &[crate::syntax::hcl::Part], f: &mut dyn FnMut(&Expr)) {
    use crate::syntax::hcl::Part;
    for part in parts {
        match part {
            Part::Literal(_) => {}
            Part::Interpolation(expr) => visit(expr, f),
            Part::If { condition, then, otherwise, .. } => {
                visit(condition, f);
                visit_parts(then, f);
                visit_parts(otherwise, f);
            }
            Part::For { collection, body, .. } => {
                visit(collection, f);
                visit_parts(body, f);
            }
        }
    }
}
