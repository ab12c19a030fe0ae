//! Templates of Jinja that are rendered: files, what they include, extend and import, and their macros.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::node::Cx;
use crate::syntax::jinja::{Expr, ExprKind, Loop, Part, parse};
use crate::text::{Span, Traced, View, Why, budget};
use crate::value::{Entry, Kind, Map, Value};

use super::rendered::Rendered;
use super::values::{printed, truth, unknown};
use super::vars::{Vars, is_template};
use crate::input::template_text;

/// The most bytes of one text.
const MAX_BYTES: usize = 1 << 20;
const SIZE: &str = "steps or size of a template";
/// The body of a condition after which nothing is to be read.
const NOTHING: &Vec<Part> = &Vec::new();
/// The deepest nesting of blocks, macros and templates in each other.
const MAX_NESTED: usize = 40;

impl Vars {
    /// The result of a template: the value itself, if it is a single expression.
    pub(super) fn text(&mut self, text: &Traced, at: Span, cx: &mut Cx<'_>) -> Value {
        if !is_template(text) {
            return Value::str(text.clone(), at);
        }
        let view = cx.made("template", text, at);
        match parse(&view) {
            Ok(parts) => {
                if let [Part::Output(expr)] = parts.as_slice() {
                    return self.expr(expr, cx);
                }
                let mut out = Traced::new();
                self.parts(&view, &parts, &mut out, cx);
                Value::str(out, at)
            }
            Err(_) => Value::unknown(Why::NotUnderstood("a template".into()), at),
        }
    }

    /// Renders a file.
    pub(super) fn file(&mut self, view: &View, path: &Path, cx: &mut Cx<'_>) -> Traced {
        let mut out = Traced::new();
        let named = std::mem::take(&mut self.rendered.named);
        let outer = std::mem::replace(&mut self.rendered, Rendered { named, ..Rendered::default() });
        self.rendered.depth = outer.depth;
        self.template(view, path, &mut out, cx);
        let named = std::mem::take(&mut self.rendered.named);
        self.rendered = Rendered { named, ..outer };
        out
    }

    fn template(&mut self, view: &View, path: &Path, out: &mut Traced, cx: &mut Cx<'_>) {
        if !budget::spend(view.bytes.len()) {
            return;
        }
        let parts = match parse(view) {
            Ok(parts) => parts,
            Err(error) => return out.push_unknown(error.at, Why::NotUnderstood("a template".into())),
        };
        self.rendered.open.push(path.to_owned());
        match parts.iter().find_map(|part| if let Part::Extends(base) = part { Some(base) } else { None }) {
            None => self.parts(view, &parts, out, cx),
            Some(base) => {
                for part in &parts {
                    match part {
                        Part::Block(name, body) => {
                            let own = || (view.clone(), Arc::clone(body));
                            self.rendered.blocks.entry(name.clone()).or_insert_with(own);
                        }
                        Part::Set(..) | Part::Macro(..) | Part::Import(..) => {
                            self.parts(view, std::slice::from_ref(part), &mut Traced::new(), cx);
                        }
                        _ => {}
                    }
                }
                self.included(base, out, cx);
            }
        }
        self.rendered.open.pop();
    }

    /// Renders the template that an expression names.
    fn included(&mut self, name: &Expr, out: &mut Traced, cx: &mut Cx<'_>) {
        match self.named(name, cx) {
            Ok((path, view)) if self.enter() => {
                self.template(&view, &path, out, cx);
                self.rendered.depth -= 1;
            }
            Ok(_) => out.push_unknown(name.at, Why::limit("templates in templates")),
            Err(why) => out.push_unknown(name.at, why),
        }
    }

    /// The template that an expression names; of several, the first one that there is.
    fn named(&mut self, name: &Expr, cx: &mut Cx<'_>) -> Result<(PathBuf, View), Why> {
        let value = self.expr(name, cx);
        let names = if matches!(value.kind, Kind::List(_)) { value.items() } else { vec![value] };
        let near = self.rendered.open.last().and_then(|path| path.parent()).map(Path::to_owned);
        for name in &names {
            let file = name.as_known_str().ok_or_else(|| unknown(name))?;
            let beside = near.iter().map(|dir| crate::input::unit::normal(&dir.join(file)));
            let places = self.folders.as_ref().map(|folders| folders.places("templates", file, cx));
            for path in beside.chain(places.into_iter().flatten()) {
                if let Ok(view) = cx.view(&path) {
                    self.rendered.named.push(path.clone());
                    return Ok((path, view));
                }
            }
        }
        let shown = names.first().and_then(Value::as_known_str).unwrap_or_default();
        Err(Why::FromOutside(format!("the template {}", shown.escape_debug()).into()))
    }

    /// Notes that something is nested in something else; false if that is too deep.
    fn enter(&mut self) -> bool {
        let may = self.rendered.depth < MAX_NESTED;
        self.rendered.depth += usize::from(may);
        may
    }

    /// What a macro makes of its arguments; `None` if there is no macro with this name.
    pub(super) fn made_by_macro(
        &mut self,
        of: &Expr,
        args: &[(Option<String>, Expr)],
        at: Span,
        cx: &mut Cx<'_>,
    ) -> Option<Value> {
        let name = match &of.kind {
            ExprKind::Name(name) => name.clone(),
            ExprKind::Item(of, key) => match (&of.kind, &key.kind) {
                (ExprKind::Name(of), ExprKind::Text(key)) => format!("{of}.{}", key.known_str()?),
                _ => return None,
            },
            _ => return None,
        };
        let (view, made) = self.rendered.macros.get(&name)?.clone();
        let args: Vec<_> = args.iter().map(|(name, value)| (name, self.expr(value, cx))).collect();
        if !self.enter() {
            return Some(Value::unknown(Why::limit("macros in macros"), at));
        }
        let mut places = args.iter().filter(|(name, _)| name.is_none()).map(|(_, value)| value.clone());
        let mut layer = Vec::new();
        for (name, default) in &made.parameters {
            let named = args.iter().find(|(own, _)| own.as_ref() == Some(name)).map(|(_, value)| value.clone());
            let value = places.next().or(named).or_else(|| default.as_ref().map(|default| self.expr(default, cx)));
            layer.extend(value.map(|value| (name, value)));
        }
        self.layers.push(BTreeMap::new());
        for (name, value) in layer {
            self.set(name, value);
        }
        let mut out = Traced::new();
        self.parts(&view, &made.body, &mut out, cx);
        self.layers.pop();
        self.rendered.depth -= 1;
        Some(Value::str(out, at))
    }

    /// What stands in the place of one of some bodies, if none of them has a setting or asks for more.
    fn one_of<'p>(
        &mut self,
        view: &View,
        bodies: impl Iterator<Item = &'p Vec<Part>>,
        at: Span,
        cx: &mut Cx<'_>,
    ) -> Option<Traced> {
        let asked = self.answers.count();
        let mut texts = Vec::new();
        for body in bodies {
            if sets(view, body) {
                return None;
            }
            let mut text = Traced::new();
            self.parts(view, body, &mut text, cx);
            texts.push(text);
        }
        if self.answers.count() > asked {
            self.answers.forget(asked);
            return None;
        }
        template_text::one_of(&texts, &Why::Limit("paths through a template"), at)
    }

    fn parts(&mut self, view: &View, parts: &[Part], out: &mut Traced, cx: &mut Cx<'_>) {
        for part in parts {
            if !self.charge() || out.len() > MAX_BYTES {
                budget::reached(SIZE);
                return out.push_unknown(view.span(0..view.bytes.len()), Why::Limit(SIZE));
            }
            match part {
                Part::Text(span) => view.push_onto(out, span.range()),
                Part::Output(expr) => {
                    let line = memchr::memrchr(b'\n', out.bytes()).map_or(0, |end| end + 1);
                    let of_timeout = memchr::memmem::find(&out.bytes()[line..], b"imeout").is_some();
                    let outer = std::mem::replace(&mut self.of_timeout, of_timeout);
                    let value = self.expr(expr, cx);
                    self.of_timeout = outer;
                    out.push(&printed(&value, expr.at));
                }
                Part::If(branches, other) => {
                    let mut body = other;
                    for (n, (condition, then)) in branches.iter().enumerate() {
                        let value = self.expr(condition, cx);
                        let holds = truth(&value);
                        if holds.is_none() && self.answers.may_leave_open(condition.at, &cx.texts) {
                            let bodies = branches[n..].iter().map(|(_, then)| then).chain([other]);
                            if let Some(text) = self.one_of(view, bodies, condition.at, cx) {
                                out.push(&text);
                                body = NOTHING;
                                break;
                            }
                        }
                        if holds.unwrap_or_else(|| self.answers.assume(condition.at, &cx.texts)) {
                            body = then;
                            break;
                        }
                    }
                    self.parts(view, body, out, cx);
                }
                Part::For(one) => self.repeated(view, one, out, cx),
                Part::Set(name, expr) => {
                    let value = self.expr(expr, cx);
                    self.set(name, value);
                }
                Part::SetBody(name, body) => {
                    let mut inner = Traced::new();
                    self.parts(view, body, &mut inner, cx);
                    let at = inner.span().unwrap_or_else(|| view.span(0..0));
                    self.set(name, Value::str(inner, at));
                }
                Part::With(values, body) => {
                    let values: Vec<_> = values.iter().map(|(name, value)| (name, self.expr(value, cx))).collect();
                    self.layers.push(BTreeMap::new());
                    for (name, value) in values {
                        self.set(name, value);
                    }
                    self.parts(view, body, out, cx);
                    self.layers.pop();
                }
                Part::Include(name) => self.included(name, out, cx),
                Part::Macro(name, made) => {
                    self.rendered.macros.insert(name.clone(), (view.clone(), Arc::clone(made)));
                }
                Part::Import(file, names, prefix) => self.import(file, names, prefix, cx),
                // Read before the others.
                Part::Extends(_) => {}
                Part::Block(name, body) => {
                    let own = || (view.clone(), Arc::clone(body));
                    let (view, body) = self.rendered.blocks.get(name).cloned().unwrap_or_else(own);
                    if self.enter() {
                        self.parts(&view, &body, out, cx);
                        self.rendered.depth -= 1;
                    }
                }
            }
        }
    }

    /// The macros of another template.
    fn import(&mut self, file: &Expr, names: &[(String, String)], prefix: &str, cx: &mut Cx<'_>) {
        let own = std::mem::take(&mut self.rendered.macros);
        self.layers.push(BTreeMap::new());
        self.included(file, &mut Traced::new(), cx);
        self.layers.pop();
        let theirs = std::mem::replace(&mut self.rendered.macros, own);
        for (name, one) in theirs {
            let called = names.iter().filter(|(theirs, _)| *theirs == name).map(|(_, own)| own.clone());
            let called: Vec<_> = if prefix.is_empty() { called.collect() } else { vec![format!("{prefix}.{name}")] };
            self.rendered.macros.extend(called.into_iter().map(|own| (own, one.clone())));
        }
    }

    /// A loop.
    fn repeated(&mut self, view: &View, one: &Loop, out: &mut Traced, cx: &mut Cx<'_>) {
        let Loop { names, over, only, body, other } = one;
        let value = self.expr(over, cx);
        let items = match &value.kind {
            Kind::List(_) => value.items(),
            Kind::Map(map) => {
                map.entries.iter().map(|(k, e)| Value::str(Traced::made(k.as_bytes(), e.key), e.key)).collect()
            }
            _ => return out.push_unknown(over.at, unknown(&value)),
        };
        let mut rounds = Vec::new();
        for item in items {
            let mut layer = Vec::new();
            match names.as_slice() {
                [one] => layer.push((one, item)),
                names => {
                    let part = |(n, name)| (name, item.item(n).unwrap_or_else(|| Value::null(over.at)));
                    layer.extend(names.iter().enumerate().map(part));
                }
            }
            self.layers.push(BTreeMap::new());
            for (name, value) in &layer {
                self.set(name, value.clone());
            }
            let kept = only.as_ref().is_none_or(|only| {
                let value = self.expr(only, cx);
                truth(&value).unwrap_or_else(|| self.answers.assume(only.at, &cx.texts))
            });
            self.layers.pop();
            if kept {
                rounds.push(layer);
            }
        }
        if rounds.is_empty() {
            self.parts(view, other, out, cx);
        }
        let count = rounds.len();
        for (n, layer) in rounds.into_iter().enumerate() {
            self.layers.push(BTreeMap::new());
            self.set("loop", round(n, count, over.at));
            for (name, value) in layer {
                self.set(name, value);
            }
            self.parts(view, body, out, cx);
            self.layers.pop();
        }
    }

    /// What `lookup` yields, for the plugins that read the repository. Source: ansible/ansible `lib/ansible/plugins/lookup`.
    pub(super) fn looked_up(&mut self, args: &[(Option<String>, Expr)], at: Span, cx: &mut Cx<'_>) -> Option<Value> {
        let mut places = args.iter().filter(|(name, _)| name.is_none()).map(|(_, value)| value);
        let plugin = self.expr(places.next()?, cx);
        let plugin = plugin.as_known_str()?.rsplit('.').next()?.to_owned();
        let name = self.expr(places.next()?, cx);
        if plugin == "vars" {
            return Some(self.lookup(name.as_known_str()?, at, cx));
        }
        let kind = match plugin.as_str() {
            "file" => "files",
            "template" => "templates",
            "first_found" => "vars",
            _ => return None,
        };
        let names = if matches!(name.kind, Kind::List(_)) { name.items() } else { vec![name] };
        let folders = self.folders.clone()?;
        for name in names {
            let Some(path) = folders.find(kind, name.as_known_str()?, cx) else { continue };
            if kind == "vars" {
                return Some(name);
            }
            let view = cx.view(&path).ok()?;
            let text = if kind == "templates" {
                self.rendered.named.push(path.clone());
                self.enter().then(|| {
                    let text = self.file(&view, &path, cx);
                    self.rendered.depth -= 1;
                    text
                })?
            } else {
                template_text::trimmed(&view.traced(0..view.bytes.len()), &u8::is_ascii_whitespace, false, true)
            };
            return Some(Value::str(text, at));
        }
        None
    }
}

/// What `loop` is in a round of a loop of Jinja.
fn round(n: usize, count: usize, at: Span) -> Value {
    let mut out = Map::default();
    let number = |n: usize| template_text::counted(n, at);
    for (name, value) in [
        ("index", number(n + 1)),
        ("index0", number(n)),
        ("length", number(count)),
        ("first", Value::bool(n == 0, at)),
        ("last", Value::bool(n + 1 == count, at)),
    ] {
        out.entries.insert(name.into(), Entry { key: at, value });
    }
    Value::new(Kind::Map(Arc::new(out)), at)
}

/// True if parts set a name that others may use, or say something that may be a setting.
fn sets(view: &View, parts: &[Part]) -> bool {
    parts.iter().any(|part| match part {
        Part::Text(span) => template_text::may_set(view.bytes.get(span.range()).unwrap_or_default()),
        Part::Output(_) => false,
        Part::If(branches, other) => branches.iter().any(|(_, then)| sets(view, then)) || sets(view, other),
        Part::For(one) => sets(view, &one.body) || sets(view, &one.other),
        Part::With(_, body) => sets(view, body),
        Part::Set(..)
        | Part::SetBody(..)
        | Part::Include(_)
        | Part::Macro(..)
        | Part::Import(..)
        | Part::Extends(_)
        | Part::Block(..) => true,
    })
}
