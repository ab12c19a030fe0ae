//! Renders Go templates with the values of a chart. A condition that the source does not decide is assumed to hold, and the
//! text is rendered again with the opposite: see [`outcomes`].

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::node::Cx;
use crate::syntax::go_template::{Branch, Head, Operand, Part, Pipeline, parse};
use crate::text::{Span, Traced, View, Why, budget, holds};
use crate::value::{Guard, Kind, Map, Number, Value};

use super::files::Folder;
use super::host::Host;
use super::packed::Sources;
use super::values::{Changes, key, truth, unknown};
use super::{files, functions, helmfile, print, to_yaml};
use crate::input::open_conditions::{self, Answers};
use crate::input::template_text;

/// The most steps of one rendering.
const MAX_STEPS: usize = 200_000;
/// What a step takes of the budget of the unit.
const STEP: usize = 100;
/// The deepest nesting of templates that include others.
const MAX_INCLUDES: usize = 40;
/// The most bytes of a rendering.
const MAX_BYTES: usize = 2 << 20;
/// The most renderings of one file.
const MAX_OUTCOMES: usize = 16;

/// The named templates of a chart and its subcharts, each with its text.
pub(super) type Defines = BTreeMap<String, (View, Arc<Vec<Part>>)>;

/// One rendering.
pub(super) struct Engine<'a, 'c> {
    cx: &'a mut Cx<'c>,
    /// Where `.Files` are.
    folder: PathBuf,
    /// It is the folder of a helmfile.
    helmfile: bool,
    sources: &'a Sources,
    defines: Defines,
    answers: &'a mut Answers,
    changes: Changes,
    steps: usize,
    bytes: usize,
    depth: usize,
}

/// How a list of parts ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Break,
    Continue,
}

/// The variables in sight.
pub(super) struct Scope {
    pub(super) dot: Value,
    variables: Vec<(String, Value)>,
    /// The dots outside of it.
    outer: Vec<Value>,
}

impl Scope {
    pub(super) fn new(dot: Value) -> Self {
        Self { variables: vec![("$".to_owned(), dot.clone())], dot, outer: Vec::new() }
    }

    /// Makes a value the dot, up to `leave`.
    fn enter(&mut self, dot: Value) {
        self.outer.push(std::mem::replace(&mut self.dot, dot));
    }

    fn leave(&mut self) {
        self.dot = self.outer.pop().unwrap_or_else(|| self.dot.clone());
    }

    /// Everything that a name stands for.
    fn values(&mut self) -> impl Iterator<Item = &mut Value> {
        self.variables.iter_mut().map(|(_, value)| value).chain(&mut self.outer).chain([&mut self.dot])
    }

    fn variable(&self, name: &str) -> Option<&Value> {
        self.variables.iter().rev().find(|(n, _)| n == name).map(|(_, value)| value)
    }

    fn variable_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.variables.iter_mut().rev().find(|(n, _)| n == name).map(|(_, value)| value)
    }
}

/// Renders a template for all combinations of open conditions, each with its guard. True if there are more.
pub(super) fn outcomes(
    view: &View,
    parts: &[Part],
    dot: &Value,
    folder: &Folder<'_>,
    defines: &Defines,
    cx: &mut Cx<'_>,
) -> (Vec<(Guard, Traced)>, bool) {
    open_conditions::all(MAX_OUTCOMES, |answers| {
        let (sources, defines, changes) = (folder.sources, defines.clone(), Changes::default());
        let (helmfile, folder) = (folder.helmfile, folder.dir.to_owned());
        let mut engine =
            Engine { cx, folder, helmfile, sources, defines, answers, changes, steps: 0, bytes: 0, depth: 0 };
        let mut text = Traced::new();
        engine.parts(view, parts, &mut Scope::new(dot.clone()), &mut text);
        text
    })
}

impl Engine<'_, '_> {
    fn push(&mut self, out: &mut Traced, text: &Traced) {
        self.bytes += text.len();
        if self.bytes <= MAX_BYTES {
            out.push(text);
        } else {
            budget::reached("size of what a template prints");
        }
    }

    fn parts(&mut self, view: &View, parts: &[Part], scope: &mut Scope, out: &mut Traced) -> Flow {
        for part in parts {
            if !self.charge(1) {
                return Flow::Break;
            }
            let flow = self.part(view, part, scope, out);
            if flow != Flow::On {
                return flow;
            }
        }
        Flow::On
    }

    fn part(&mut self, view: &View, part: &Part, scope: &mut Scope, out: &mut Traced) -> Flow {
        match part {
            Part::Text(span) => {
                let text = view.traced(span.range());
                self.push(out, &text);
            }
            Part::Output(pipeline) => {
                let value = self.pipeline(pipeline, scope);
                if pipeline.names.is_empty() {
                    let text = print::printed(&value, pipeline.at);
                    self.push(out, &text);
                }
            }
            Part::If(branch) => {
                let depth = scope.variables.len();
                let value = self.pipeline(&branch.pipeline, scope);
                if let Some(text) = self.one_of(view, branch, &value, scope) {
                    self.push(out, &text);
                    scope.variables.truncate(depth);
                    return Flow::On;
                }
                let holds = self.holds(&value, &branch.pipeline);
                let flow = self.parts(view, if holds { &branch.then } else { &branch.other }, scope, out);
                scope.variables.truncate(depth);
                return flow;
            }
            Part::With(branch) => {
                let depth = scope.variables.len();
                let value = self.pipeline(&branch.pipeline, scope);
                let flow = if self.holds(&value, &branch.pipeline) {
                    scope.enter(value);
                    let flow = self.parts(view, &branch.then, scope, out);
                    scope.leave();
                    flow
                } else {
                    self.parts(view, &branch.other, scope, out)
                };
                scope.variables.truncate(depth);
                return flow;
            }
            Part::Range(branch) => return self.range(view, branch, scope, out),
            Part::Call(name, with) => {
                let dot = match with {
                    Some(pipeline) => self.pipeline(pipeline, scope),
                    None => Value::null(name.span().unwrap_or_else(|| view.span(0..0))),
                };
                let at = name.span().unwrap_or(dot.at);
                let value = self.include(name.known_str(), dot, at);
                let text = print::printed(&value, at);
                self.push(out, &text);
            }
            Part::Break => return Flow::Break,
            Part::Continue => return Flow::Continue,
        }
        Flow::On
    }

    fn range(&mut self, view: &View, branch: &Branch, scope: &mut Scope, out: &mut Traced) -> Flow {
        let depth = scope.variables.len();
        let names = branch.pipeline.names.clone();
        let value = self.pipeline(&Pipeline { names: Vec::new(), ..branch.pipeline.clone() }, scope);
        let at = branch.pipeline.at;
        if let Some(why) = unknown(&value) {
            out.push_unknown(at, why);
            return Flow::On;
        }
        let items: Vec<(Value, Value)> = match &value.kind {
            Kind::List(_) => {
                value.items().into_iter().enumerate().map(|(n, item)| (template_text::counted(n, at), item)).collect()
            }
            Kind::Map(map) => {
                let mut keys: Vec<_> = map.entries.iter().map(|(k, e)| (Arc::clone(k), e.key)).collect();
                keys.sort();
                let item = |(k, span): &(Arc<str>, Span)| {
                    Some((Value::str(key(k, *span, &self.cx.texts), *span), value.get(k)?))
                };
                keys.iter().filter_map(item).collect()
            }
            Kind::Number(n) if n.value() >= 0.0 => (0..template_text::count(n.value()).min(1000))
                .map(|n| template_text::counted(n, at))
                .map(|n| (n.clone(), n))
                .collect(),
            _ => Vec::new(),
        };
        if items.is_empty() {
            return self.parts(view, &branch.other, scope, out);
        }
        for (key, item) in items {
            match names.as_slice() {
                [one] => scope.variables.push((one.clone(), item.clone())),
                [first, second, ..] => {
                    scope.variables.push((first.clone(), key));
                    scope.variables.push((second.clone(), item.clone()));
                }
                [] => {}
            }
            scope.enter(item);
            let flow = self.parts(view, &branch.then, scope, out);
            scope.leave();
            scope.variables.truncate(depth);
            if flow == Flow::Break {
                break;
            }
        }
        if let Kind::Map(map) = &value.kind
            && let Some(why) = &map.open
        {
            out.push_unknown(at, why.clone());
        }
        Flow::On
    }

    /// What stands in the place of an undecided branch, if it is better left open, and neither body has a setting or asks for more.
    fn one_of(&mut self, view: &View, branch: &Branch, value: &Value, scope: &mut Scope) -> Option<Traced> {
        let at = branch.pipeline.at;
        let bodies = [&branch.then, &branch.other];
        if truth(value).is_some()
            || !self.answers.may_leave_open(at, &self.cx.texts)
            || bodies.iter().any(|body| sets(view, body))
        {
            return None;
        }
        let (asked, depth) = (self.answers.count(), scope.variables.len());
        let mut texts = [Traced::new(), Traced::new()];
        for (body, text) in bodies.into_iter().zip(&mut texts) {
            self.parts(view, body, scope, text);
            scope.variables.truncate(depth);
        }
        if self.answers.count() > asked {
            self.answers.forget(asked);
            return None;
        }
        template_text::one_of(&texts, &Why::Limit("paths through a template"), at)
    }

    /// Whether a value counts as true; if unknown, the answer that this rendering assumes.
    fn holds(&mut self, value: &Value, pipeline: &Pipeline) -> bool {
        truth(value).unwrap_or_else(|| self.assume(pipeline.at))
    }

    fn pipeline(&mut self, pipeline: &Pipeline, scope: &mut Scope) -> Value {
        let mut last: Option<Value> = None;
        for command in &pipeline.commands {
            last = Some(self.command(command, last.take(), pipeline.at, scope));
        }
        let value = last.unwrap_or_else(|| Value::null(pipeline.at));
        for name in pipeline.names.iter().take(1) {
            if pipeline.declares {
                scope.variables.push((name.clone(), value.clone()));
            } else if let Some(known) = scope.variable_mut(name) {
                *known = value.clone();
            }
        }
        value
    }

    fn command(&mut self, command: &[Operand], last: Option<Value>, at: Span, scope: &mut Scope) -> Value {
        let Some((first, rest)) = command.split_first() else { return Value::null(at) };
        if !self.charge(1) {
            return Value::unknown(Why::limit("steps of a template"), at);
        }
        let changes = self.changes.count();
        let Head::Function(name) = &first.head else {
            let method = first.fields.iter().map(String::as_str).collect::<Vec<_>>();
            if let Some(value) = self.method(&method, rest, last.as_ref(), at, scope) {
                return value;
            }
            return self.operand(first, scope);
        };
        // `and` and `or` stop at the first answer.
        let mut args: Vec<Value> = Vec::new();
        for operand in rest {
            let value = self.operand(operand, scope);
            let stops = match name.as_str() {
                "and" => truth(&value) == Some(false),
                "or" => truth(&value) == Some(true),
                _ => false,
            };
            if stops && args.iter().all(|a| truth(a).is_some()) {
                return value;
            }
            args.push(value);
        }
        args.extend(last);
        let value = self.function(name, args, at, &scope.dot);
        if self.changes.count() > changes {
            let looked_at = self.changes.apply(changes, scope.values());
            self.charge(looked_at);
        }
        fields(value, &first.fields, at, self)
    }

    fn function(&mut self, name: &str, args: Vec<Value>, at: Span, dot: &Value) -> Value {
        let own = if self.helmfile { helmfile::call(name, &args, &self.folder, at, self.cx) } else { None };
        own.unwrap_or_else(|| functions::call(self, name, args, at, dot))
    }

    /// Methods of the objects that Helm passes to every template.
    fn method(
        &mut self,
        path: &[&str],
        rest: &[Operand],
        last: Option<&Value>,
        at: Span,
        scope: &mut Scope,
    ) -> Option<Value> {
        let (object, method) = match path {
            [.., object, method] => (*object, *method),
            _ => return None,
        };
        if (object, method) == ("APIVersions", "Has") {
            return Some(Value::unknown(Why::FromOutside("the capabilities of the cluster".into()), at));
        }
        let read: fn(&mut Cx<'_>, &Folder<'_>, Option<&str>, Span) -> Value = match method {
            _ if object != "Files" => return None,
            "Get" | "GetBytes" => files::file,
            "Lines" => files::lines,
            "Glob" => files::files,
            _ => return None,
        };
        let name = match (rest.first(), last) {
            (Some(operand), _) => self.operand(operand, scope),
            (None, Some(value)) => value.clone(),
            (None, None) => return None,
        };
        let folder = Folder { dir: &self.folder, sources: self.sources, helmfile: self.helmfile };
        Some(read(self.cx, &folder, name.as_known_str(), at))
    }

    fn operand(&mut self, operand: &Operand, scope: &mut Scope) -> Value {
        let at = operand.at;
        let value = match &operand.head {
            Head::Dot => scope.dot.clone(),
            Head::Variable(name) => match scope.variable(name) {
                Some(value) => value.clone(),
                None => Value::unknown(Why::NotUnderstood(format!("`{name}`").into()), at),
            },
            Head::Text(text) => Value::str(text.clone(), at),
            Head::Number(text) => match literal(text) {
                Some(number) => Value::new(Kind::Number(number), at),
                None => Value::unknown(Why::NotUnderstood("a number of this form".into()), at),
            },
            Head::Bool(value) => Value::bool(*value, at),
            Head::Nil => Value::null(at),
            Head::Inner(pipeline) => self.pipeline(pipeline, scope),
            Head::Function(name) => self.function(name, Vec::new(), at, &scope.dot),
        };
        fields(value, &operand.fields, at, self)
    }
}

/// Functions that change what others see, or end the rendering.
const ACTS: &[&str] =
    &["set", "unset", "fail", "required", "merge", "mergeOverwrite", "mustMerge", "mustMergeOverwrite"];

/// True if parts change something that stands outside of them, or say something that may be a setting.
fn sets(view: &View, parts: &[Part]) -> bool {
    let acts = |operand: &Operand| matches!(&operand.head, Head::Function(name) if ACTS.contains(&&**name));
    let assigns = |pipeline: &Pipeline| {
        !pipeline.names.is_empty() && !pipeline.declares || pipeline.commands.iter().flatten().any(acts)
    };
    parts.iter().any(|part| match part {
        Part::Text(span) => template_text::may_set(view.bytes.get(span.range()).unwrap_or_default()),
        Part::Output(pipeline) => assigns(pipeline),
        Part::If(branch) | Part::With(branch) | Part::Range(branch) => {
            assigns(&branch.pipeline) || sets(view, &branch.then) || sets(view, &branch.other)
        }
        Part::Call(..) | Part::Break | Part::Continue => true,
    })
}

impl<'c> Host<'c> for Engine<'_, 'c> {
    fn cx(&mut self) -> &mut Cx<'c> {
        self.cx
    }

    fn charge(&mut self, steps: usize) -> bool {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > MAX_STEPS {
            budget::reached("steps of a template");
        }
        self.steps <= MAX_STEPS && budget::spend(steps * STEP)
    }

    fn assume(&mut self, at: Span) -> bool {
        self.answers.assume(at, &self.cx.texts)
    }

    fn changed(&mut self, old: Arc<Map>, new: Arc<Map>) {
        self.changes.add(old, new);
    }

    fn include(&mut self, name: Option<&str>, dot: Value, at: Span) -> Value {
        let Some(name) = name else {
            return Value::unknown(Why::NotUnderstood("the name of a template".into()), at);
        };
        let Some((view, parts)) = self.defines.get(name).cloned() else {
            let why = format!("the template `{}`, which the chart does not have,", name.escape_debug());
            return Value::unknown(Why::NotUnderstood(why.into()), at);
        };
        if self.depth >= MAX_INCLUDES || !self.charge(10) {
            return Value::unknown(Why::limit("templates that include templates"), at);
        }
        self.depth += 1;
        let mut out = Traced::new();
        self.parts(&view, &parts, &mut Scope::new(dot), &mut out);
        self.depth -= 1;
        Value::str(out, at)
    }

    fn template(&mut self, text: &Traced, dot: Value, at: Span) -> Value {
        if !holds(text.bytes(), b"{{") {
            return Value::str(text.clone(), at);
        }
        if self.depth >= MAX_INCLUDES || !self.charge(10 + text.len() / 10) {
            return Value::unknown(Why::limit("templates that include templates"), at);
        }
        let view = self.cx.made("tpl", text, at);
        let Ok(template) = parse(&view) else {
            return Value::unknown(Why::NotUnderstood("a text that is not a template".into()), at);
        };
        for (name, parts) in template.defines {
            self.defines.insert(name, (view.clone(), parts));
        }
        self.depth += 1;
        let mut out = Traced::new();
        self.parts(&view, &template.body, &mut Scope::new(dot), &mut out);
        self.depth -= 1;
        Value::str(out, at)
    }
}

/// A number of a template. One with a point or an exponent has fractions.
fn literal(text: &Traced) -> Option<Number> {
    let known = text.known_str()?;
    let radix = |digits: &str, radix| i64::from_str_radix(&digits.replace('_', ""), radix).ok();
    let whole = match known.as_bytes() {
        [b'\'', .., b'\''] => known.trim_matches('\'').chars().next().map(|c| i64::from(u32::from(c))),
        [b'0', b'x' | b'X', ..] => radix(known.get(2..).unwrap_or_default(), 16),
        [b'0', b'b' | b'B', ..] => radix(known.get(2..).unwrap_or_default(), 2),
        [b'0', b'o' | b'O', ..] => radix(known.get(2..).unwrap_or_default(), 8),
        [b'0', b'0'..=b'7', ..] => radix(known, 8),
        _ => None,
    };
    if let Some(whole) = whole {
        return Some(Number::new(f64::from(i32::try_from(whole).ok()?)));
    }
    if known.contains('_') {
        return known.replace('_', "").parse().ok().map(Number::new);
    }
    let number = Number::parse(text.clone())?;
    Some(if known.contains(['.', 'e', 'E']) { number.floating() } else { number })
}

/// `.a.b` of a value.
fn fields(mut value: Value, path: &[String], at: Span, engine: &Engine<'_, '_>) -> Value {
    if path.is_empty() {
        return value;
    }
    for name in path {
        value = match &value.kind {
            Kind::Map(map) if map.open.is_some() && !map.entries.contains_key(name.as_str()) => {
                Value::unknown(map.open.clone().unwrap_or(Why::Limit("keys")), at)
            }
            // Methods of a set of files.
            Kind::Map(_) if matches!(name.as_str(), "AsConfig" | "AsSecrets") => {
                Value::str(to_yaml::yaml(&files::by_name(&value, name == "AsSecrets"), false), at)
            }
            // The values as a plain map.
            Kind::Map(map) if name == "AsMap" && !map.entries.contains_key("AsMap") => value,
            Kind::Map(_) => value.get(name).unwrap_or_else(|| Value::null(at)),
            Kind::Unknown(why) => return Value::unknown(why.clone(), at),
            _ => Value::null(at),
        };
    }
    if let Kind::Unknown(why) = value.kind {
        return Value::unknown(why, at);
    }
    let words: Arc<str> = String::from_utf8_lossy(engine.cx.texts.slice(at)).trim().into();
    value.through(at, &words)
}
