//! What a reference names: variables, locals, resources, data sources, module outputs, and the attributes of values.

use std::sync::Arc;

use crate::syntax::hcl::{Block, Expr, Step, StepKind};
use crate::text::{Span, Traced, Why};
use crate::value::{Alternative, Condition, Guard, Kind, Value};

use super::convert::{DEFAULT, WORKSPACE, extend, to_key, to_number};
use super::engine::{Engine, Env, Memo, Outcome, Refused, either};
use super::modules::{Expansion, suffix_of};
use super::types;

/// What a block declares that can be referred to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Declared {
    Resource,
    Data,
    Ephemeral,
    Module,
}

impl Engine<'_, '_> {
    /// The value of `name.steps`, written at `expr`.
    pub(super) fn reference(&mut self, expr: &Expr, name: &str, steps: &[Step], env: &Env) -> Outcome {
        let at = expr.span;
        if let Some(value) = env.lookup(name) {
            let span = Span::new(at.text, at.start as usize..at.start as usize + name.len());
            let value = match steps {
                // `each.value` and `count.index` read better as one.
                [Step { kind: StepKind::Attr(a), span: step }, ..] if matches!(name, "each" | "count") => {
                    value.through(span.to(*step), &format!("{name}.{a}").into())
                }
                _ => value.through(span, &name.into()),
            };
            return self.walk(value, steps, env);
        }
        let Some(instance) = env.instance else {
            return Err(Refused::new(format!("{name} is not handed to the template")));
        };
        let attr = |n: usize| match steps.get(n) {
            Some(Step { kind: StepKind::Attr(name), span }) => Some((Arc::clone(name), at_first(at).to(*span))),
            _ => None,
        };
        if name == "include"
            && let Some(outcome) = self.included(steps, at, env)
        {
            return outcome;
        }
        match (name, attr(0)) {
            ("var", Some((x, span))) => {
                let value = self.variable(instance, &x).through(span, &format!("var.{x}").into());
                self.walk(value, &steps[1..], env)
            }
            ("local", Some((x, span))) => {
                let value = self.local(instance, &x, span)?.through(span, &format!("local.{x}").into());
                self.walk(value, &steps[1..], env)
            }
            ("path", Some((x, span))) => Ok(match (&*x, self.instances.get(instance)) {
                ("module", Some(i)) => Value::str(Traced::made(i.path.as_bytes(), span), at),
                ("root", _) => Value::str(Traced::made(".", span), at),
                _ => Value::unknown(Why::FromOutside(format!("path.{x}").into()), at),
            }),
            ("data", Some((kind, _))) => {
                let Some((x, span)) = attr(1) else { return Err(Refused::new("a data source has a type and a name")) };
                self.declared(instance, Declared::Data, (&kind, &x), (span, &steps[2..]), env)
            }
            ("ephemeral", Some((kind, _))) => {
                let Some((x, span)) = attr(1) else { return Err(Refused::new("this has a type and a name")) };
                self.declared(instance, Declared::Ephemeral, (&kind, &x), (span, &steps[2..]), env)
            }
            ("module", Some((x, span))) => {
                self.declared(instance, Declared::Module, ("module", &x), (span, &steps[1..]), env)
            }
            ("terraform", Some((x, span))) => {
                let value = Value::unknown(Why::FromOutside(format!("terraform.{x}").into()), span);
                self.walk(value, &steps[1..], env)
            }
            ("each" | "count" | "self", Some((x, span))) => {
                let value = Value::unknown(Why::FromOutside(self.addressed(instance, &format!("{name}.{x}"))), span);
                self.walk(value, &steps[1..], env)
            }
            (kind, Some((x, span))) => {
                self.declared(instance, Declared::Resource, (kind, &x), (span, &steps[1..]), env)
            }
            _ => Err(Refused::new(format!("{name} is no reference"))),
        }
    }

    /// The address of something in a module instance.
    pub(super) fn addressed(&self, instance: usize, name: &str) -> Arc<str> {
        match self.instances.get(instance) {
            Some(i) if !i.address.is_empty() => format!("{}.{name}", i.address).into(),
            _ => name.into(),
        }
    }

    /// The value of a variable: the argument of the call, the tfvars files of a root module, or the default.
    pub(super) fn variable(&mut self, instance: usize, name: &str) -> Value {
        let module = Arc::clone(&self.instances[instance].module);
        let Some(block) = module.variables.get(name) else {
            let at = Span::new(self.instances[instance].place.text, 0..0);
            return Value::unknown(Why::NoDefault(self.addressed(instance, &format!("var.{name}"))), at);
        };
        if let Some(memo) = self.instances[instance].variables.get(name) {
            return match memo {
                Memo::Done(Ok(value)) => value.clone(),
                Memo::Done(Err(Refused(why))) => Value::unknown(Why::Invalid(Arc::clone(why)), block.header),
                Memo::Running => Value::unknown(Why::NotUnderstood("a reference to itself".into()), block.header),
            };
        }
        self.instances[instance].variables.insert(name.into(), Memo::Running);
        let outcome = self.deeper(block.header, |engine| engine.variable_value(instance, name, block));
        self.instances[instance].variables.insert(name.into(), Memo::Done(outcome.clone()));
        outcome.unwrap_or_else(|Refused(why)| Value::unknown(Why::Invalid(why), block.header))
    }

    fn variable_value(&mut self, instance: usize, name: &str, block: &Arc<Block>) -> Outcome {
        let body = &block.body;
        let given = match self.instances[instance].caller.clone() {
            Some((parent_env, call)) => match call.body.attribute(name) {
                Some(argument) => Some(self.eval(&argument.value, &parent_env)?),
                None => None,
            },
            None => match self.instances[instance].given.get(name).cloned() {
                Some(value) => Some(value),
                None => match self.instances[instance].module.values.get(name).cloned() {
                    Some(attribute) => Some(self.eval(&attribute.value, &Env::default())?),
                    None => {
                        let sealed = self.instances[instance].module.sealed.clone();
                        let sealed =
                            sealed.map(|file| Why::FromOutside(format!("what {file} sets var.{name} to").into()));
                        let sealed = sealed.map(|why| Value::unknown(why, block.header));
                        sealed.or_else(|| self.instances[instance].environment.get(name).cloned())
                    }
                },
            },
        };
        let nullable = match body.attribute("nullable") {
            Some(a) => self.eval(&a.value, &Env::default())?.as_bool() != Some(false),
            None => true,
        };
        let value = match given {
            Some(value) if nullable || !value.is_null() => value,
            _ => match body.attribute("default") {
                Some(default) => self.eval(&default.value, &Env::default())?,
                None => {
                    let why = Why::NoDefault(self.addressed(instance, &format!("var.{name}")));
                    Value::unknown(why, block.header)
                }
            },
        };
        match body.attribute("type") {
            Some(wanted) => {
                let wanted = types::parse(&wanted.value, 0);
                let value =
                    self.lift(&[value], block.header, &mut |engine, args| engine.conform(&args[0], &wanted, 0))?;
                Ok(self.bounded(value))
            }
            None => Ok(value),
        }
    }

    pub(super) fn local(&mut self, instance: usize, name: &str, at: Span) -> Outcome {
        let module = Arc::clone(&self.instances[instance].module);
        let Some(attribute) = module.locals.get(name) else {
            return Ok(Value::unknown(Why::NotUnderstood(format!("local.{name}, which is not declared,").into()), at));
        };
        match self.instances[instance].locals.get(name) {
            Some(Memo::Done(outcome)) => return outcome.clone(),
            Some(Memo::Running) => {
                return Ok(Value::unknown(Why::NotUnderstood("a reference to itself".into()), at));
            }
            None => {}
        }
        self.instances[instance].locals.insert(name.into(), Memo::Running);
        let outcome = self.eval(&attribute.value, &Env::of(instance));
        self.instances[instance].locals.insert(name.into(), Memo::Done(outcome.clone()));
        outcome
    }

    /// An output of a module instance.
    pub(super) fn output(&mut self, instance: usize, name: &str, at: Span) -> Outcome {
        let module = Arc::clone(&self.instances[instance].module);
        let Some(value) = module.outputs.get(name).and_then(|b| b.body.attribute("value")) else {
            return Ok(Value::unknown(Why::NotUnderstood(format!("output {name}, which is not declared,").into()), at));
        };
        match self.instances[instance].outputs.get(name) {
            Some(Memo::Done(outcome)) => return outcome.clone(),
            Some(Memo::Running) => {
                return Ok(Value::unknown(Why::NotUnderstood("a reference to itself".into()), at));
            }
            None => {}
        }
        self.instances[instance].outputs.insert(name.into(), Memo::Running);
        let outcome = self.eval(&value.value, &Env::of(instance));
        self.instances[instance].outputs.insert(name.into(), Memo::Done(outcome.clone()));
        outcome
    }

    /// A resource, data source or module call, with the steps that follow its name.
    fn declared(
        &mut self,
        instance: usize,
        what: Declared,
        (kind, name): (&str, &str),
        (at, steps): (Span, &[Step]),
        env: &Env,
    ) -> Outcome {
        let module = Arc::clone(&self.instances[instance].module);
        let key = (Arc::from(kind), Arc::from(name));
        let (block, address) = match what {
            Declared::Resource => (module.resources.get(&key), format!("{kind}.{name}")),
            Declared::Data => (module.data.get(&key), format!("data.{kind}.{name}")),
            Declared::Ephemeral => (module.ephemeral.get(&key), format!("ephemeral.{kind}.{name}")),
            Declared::Module => (module.calls.get(name), format!("module.{name}")),
        };
        let Some(block) = block else {
            let value = Value::unknown(Why::FromOutside(self.addressed(instance, &address)), at);
            return self.walk(value, steps, env);
        };
        let target =
            Target { instance, what, block: Arc::clone(block), address: self.addressed(instance, &address), at };
        let ways = self.expand(instance, block);
        let mut outcomes = Vec::new();
        for (guard, expansion) in ways {
            outcomes.push((guard, self.pick(&target, &expansion, steps, env)));
        }
        match &mut outcomes[..] {
            [(_, only)] => std::mem::replace(only, Err(Refused::new(""))),
            _ => either(outcomes, at),
        }
    }

    fn pick(&mut self, target: &Target, expansion: &Expansion, steps: &[Step], env: &Env) -> Outcome {
        let at = target.at;
        let Some(first) = steps.first() else {
            return match expansion {
                Expansion::Single(own) => self.whole(target, own),
                Expansion::List(all) => {
                    let items = all.iter().map(|own| self.whole(target, own)).collect::<Result<_, _>>()?;
                    Ok(self.bounded(Value::list(items, at)))
                }
                Expansion::Map(all, open) => {
                    let mut map = crate::value::Map { open: open.clone(), ..Default::default() };
                    for (key, own) in all {
                        let value = self.whole(target, own)?;
                        map.entries.insert(Arc::clone(key), crate::value::Entry { key: at, value });
                    }
                    Ok(self.bounded(Value::new(Kind::Map(Arc::new(map)), at)))
                }
                Expansion::Maybe(_, why) => Ok(Value::unknown(why.clone(), at)),
            };
        };
        let rest = &steps[1..];
        match (&first.kind, expansion) {
            (StepKind::Attr(name), Expansion::Single(own)) => {
                let span = target.at.to(first.span);
                let value = self.leaf(target, own, name, span)?;
                let value = value.through(span, &format!("{}.{name}", target.address).into());
                self.walk(value, rest, env)
            }
            (StepKind::Attr(name), _) => {
                Err(Refused::new(format!("{} has several instances and no {name}", target.address)))
            }
            (StepKind::Index(_), Expansion::Single(_)) => {
                Err(Refused::new(format!("{} has no instances to choose from", target.address)))
            }
            (StepKind::Index(index), _) => {
                let index = self.eval(index, env)?;
                self.lift(&[index], at, &mut |engine, args| {
                    let own = match expansion {
                        Expansion::Maybe(own, _) => own,
                        Expansion::List(all) => {
                            if args[0].is_unknown() {
                                return Ok(Value::unknown(Why::FromOutside(Arc::clone(&target.address)), at));
                            }
                            let n = to_number(&args[0])?;
                            let own = if n >= 0.0 { all.get(n as usize) } else { None };
                            own.ok_or_else(|| Refused::new(format!("{} has no instance {n}", target.address)))?
                        }
                        Expansion::Map(all, open) => {
                            let Some(key) = to_key(&args[0])? else {
                                return Ok(Value::unknown(Why::FromOutside(Arc::clone(&target.address)), at));
                            };
                            match (all.iter().find(|(k, _)| *k == key), open) {
                                (Some((_, own)), _) => own,
                                (None, Some(why)) => return Ok(Value::unknown(why.clone(), at)),
                                (None, None) => {
                                    return Err(Refused::new(format!("{} has no instance {key:?}", target.address)));
                                }
                            }
                        }
                        Expansion::Single(own) => own,
                    };
                    engine.pick(target, &Expansion::Single(own.clone()), rest, env)
                })
            }
            (StepKind::AttrSplat | StepKind::FullSplat, _) => {
                let full = matches!(first.kind, StepKind::FullSplat);
                let reach = if full { rest.len() } else { attributes(rest) };
                let all: Vec<&Env> = match expansion {
                    Expansion::Single(own) => vec![own],
                    Expansion::List(all) => all.iter().collect(),
                    Expansion::Map(..) => return Err(Refused::new("a splat needs a list")),
                    Expansion::Maybe(_, why) => return Ok(Value::unknown(why.clone(), at)),
                };
                let mut items = Vec::new();
                for own in all {
                    items.push(self.pick(target, &Expansion::Single(own.clone()), &rest[..reach], env)?);
                }
                let list = self.bounded(Value::list(items, at));
                self.walk(list, &rest[reach..], env)
            }
        }
    }

    /// One attribute of one instance.
    fn leaf(&mut self, target: &Target, own: &Env, name: &str, at: Span) -> Outcome {
        let address = format!("{}{}", target.address, suffix_of(own));
        match target.what {
            Declared::Module => match self.child(target.instance, &target.block, own) {
                Some(child) => self.output(child, name, at),
                None => Ok(Value::unknown(Why::FromOutside(format!("{address}.{name}").into()), at)),
            },
            Declared::Data | Declared::Ephemeral => self.data_attribute(&target.block, &address, own, name, at),
            Declared::Resource => self.resource_attribute(&target.block, &address, own, name, at),
        }
    }

    /// One instance as a whole: what is written of it; the rest is known only outside.
    #[allow(clippy::unnecessary_wraps, reason = "stands beside `leaf` in `pick`")]
    fn whole(&mut self, target: &Target, own: &Env) -> Outcome {
        let at = target.at;
        let outside = Why::FromOutside(Arc::clone(&target.address));
        let mut map = crate::value::Map { open: Some(outside), ..Default::default() };
        let names: Vec<(Arc<str>, Span)> = match target.what {
            Declared::Module => match self.child(target.instance, &target.block, own) {
                Some(child) => {
                    map.open = None;
                    let outputs = &self.instances[child].module.outputs;
                    outputs.iter().map(|(n, b)| (Arc::clone(n), b.header)).collect()
                }
                None => Vec::new(),
            },
            _ => target.block.body.attributes.iter().map(|a| (Arc::clone(&a.name), a.name_span)).collect(),
        };
        for (name, key) in names {
            let outcome = self.deeper(at, |engine| engine.leaf(target, own, &name, at));
            let value = outcome.unwrap_or_else(|Refused(why)| Value::unknown(Why::Invalid(why), at));
            map.entries.insert(name, crate::value::Entry { key, value });
        }
        Ok(self.bounded(Value::new(Kind::Map(Arc::new(map)), at)))
    }

    /// Follows attributes, indexes and splats from a value.
    pub(super) fn walk(&mut self, mut value: Value, steps: &[Step], env: &Env) -> Outcome {
        let mut rest = steps;
        while let Some((step, after)) = rest.split_first() {
            let at = step.span;
            value = match &step.kind {
                StepKind::Attr(name) => self.lift(&[value], at, &mut |_, args| attribute(&args[0], name, at))?,
                StepKind::Index(index) => {
                    let index = self.eval(index, env)?;
                    self.lift(&[value, index], at, &mut |_, args| item(&args[0], &args[1], at))?
                }
                StepKind::AttrSplat | StepKind::FullSplat => {
                    let full = matches!(step.kind, StepKind::FullSplat);
                    let reach = if full { after.len() } else { attributes(after) };
                    let (inner, outer) = after.split_at(reach);
                    rest = outer;
                    value = self.lift(&[value], at, &mut |engine, args| engine.splat(&args[0], inner, at, env))?;
                    continue;
                }
            };
            rest = after;
        }
        Ok(value)
    }

    fn splat(&mut self, value: &Value, steps: &[Step], at: Span, env: &Env) -> Outcome {
        let items = match &value.kind {
            Kind::Unknown(why) => return Ok(Value::unknown(extend(why, "[*]"), at)),
            Kind::Null => Vec::new(),
            Kind::List(_) => value.items(),
            _ => vec![value.clone()],
        };
        let items = items
            .into_iter()
            .map(|item| self.deeper(at, |engine| engine.walk(item, steps, env)))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(self.bounded(Value::list(items, at)))
    }
}

/// Something declared, and the place that refers to it.
struct Target {
    instance: usize,
    what: Declared,
    block: Arc<Block>,
    address: Arc<str>,
    at: Span,
}

/// The start of a reference, as an empty span to grow from.
fn at_first(at: Span) -> Span {
    Span { end: at.start, ..at }
}

/// Number of attribute steps at the start.
fn attributes(steps: &[Step]) -> usize {
    steps.iter().take_while(|s| matches!(s.kind, StepKind::Attr(_))).count()
}

/// `value.name`.
pub(super) fn attribute(value: &Value, name: &str, at: Span) -> Outcome {
    match &value.kind {
        Kind::Map(map) => match (value.get(name), &map.open) {
            (Some(found), _) => Ok(found),
            (None, Some(why)) => Ok(Value::unknown(extend(why, &format!(".{name}")), value.at)),
            (None, None) => Err(Refused::new(format!("there is no {name}"))),
        },
        Kind::Unknown(why) => Ok(Value { kind: Kind::Unknown(extend(why, &format!(".{name}"))), ..value.clone() }),
        Kind::Null => Err(Refused::new(format!("null has no {name}"))),
        _ => {
            let _ = at;
            Err(Refused::new(format!("this has no {name}")))
        }
    }
}

/// `value[index]`.
pub(super) fn item(value: &Value, index: &Value, at: Span) -> Outcome {
    if let (Kind::List(_) | Kind::Map(_), Kind::Unknown(why)) = (&value.kind, &index.kind) {
        return Ok(choice(value, why, None, at).unwrap_or_else(|| Value::unknown(why.clone(), at)));
    }
    match &value.kind {
        Kind::List(items) => {
            let n = to_number(index)?;
            let found = if n >= 0.0 && n.fract() == 0.0 { value.item(n as usize) } else { None };
            found.ok_or_else(|| Refused::new(format!("there is no item {n} among {}", items.len())))
        }
        Kind::Map(_) => match to_key(index)? {
            Some(key) => attribute(value, &key, at),
            None => Ok(Value::unknown(Why::NotUnderstood("a key that is not known".into()), at)),
        },
        Kind::Unknown(why) => {
            let key = to_key(index).ok().flatten();
            let step = match key {
                Some(n) if matches!(index.kind, Kind::Number(_)) => format!("[{n}]"),
                Some(k) => format!("[\"{k}\"]"),
                None => "[]".to_owned(),
            };
            Ok(Value { kind: Kind::Unknown(extend(why, &step)), ..value.clone() })
        }
        _ => Err(Refused::new("this has no items")),
    }
}

/// The most entries of a map that are kept apart where the key is not known.
const MAX_CHOICES: usize = 8;

/// The entry of a map whose key is not known: each of them under the condition that the key is its own, and `default` if it is
/// none of them. `None` if the map is too large or the key has no name to tell it by.
pub(super) fn choice(value: &Value, key: &Why, default: Option<&Value>, at: Span) -> Option<Value> {
    let Kind::Map(map) = &value.kind else { return None };
    let (Why::NoDefault(name) | Why::FromOutside(name)) = key else { return None };
    // The workspace that there is without choosing one.
    if &**name == WORKSPACE
        && let Some(found) = value.get(DEFAULT)
    {
        return Some(found);
    }
    if map.open.is_some() || map.entries.is_empty() || map.entries.len() > MAX_CHOICES {
        return None;
    }
    let is = |key: &str, holds: bool| Guard::of(Condition::new(format!("{name} == {key:?}"), holds));
    let only = |wanted: Option<&str>| {
        map.entries.keys().try_fold(Guard::always(), |guard, key| guard.and(&is(key, Some(&**key) == wanted)))
    };
    let mut ways = Vec::new();
    for key in map.entries.keys() {
        ways.push(Alternative { when: only(Some(key))?, value: value.get(key)? });
    }
    if let Some(default) = default {
        ways.push(Alternative { when: only(None)?, value: default.clone() });
    }
    Some(Value::either(ways, at))
}
