//! What the blocks of a module declare, as values: variables, locals, outputs, resources, data sources and module calls.

use std::collections::HashMap;
use std::sync::Arc;

use crate::syntax::hcl::{Block, Expr, Step, StepKind};
use crate::text::{Span, Why};
use crate::value::{Kind, Value};

use super::data_sources::outside;
use super::engine::Engine;
use super::lang::convert::{to_key, to_number};
use super::lang::data::{Declared, Named};
use super::lang::env::Env;
use super::lang::evaluate::Evaluate;
use super::lang::outcome::{Outcome, Refused, either};
use super::lang::steps::attributes;
use super::lang::types;
use super::state::{Expansion, Instance, Memo};

impl Engine<'_, '_> {
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
                    None => match &self.instances[instance].module.sealed {
                        Some(file) => {
                            let why = Why::FromOutside(format!("what {file} sets var.{name} to").into());
                            Some(Value::unknown(why, block.header))
                        }
                        None => self.instances[instance].environment.get(name).cloned(),
                    },
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
                    self.lift(&[value], block.header, &mut |engine, args| engine.lang().conform(&args[0], &wanted, 0))?;
                Ok(self.bounded(value))
            }
            None => Ok(value),
        }
    }

    pub(super) fn local(&mut self, instance: usize, name: &str, at: Span) -> Outcome {
        let module = Arc::clone(&self.instances[instance].module);
        let local = module.locals.get(name).map(|a| &a.value);
        self.remembered(instance, |i| &mut i.locals, (name, local), at, |name| format!("local.{name}"))
    }

    /// An output of a module instance.
    pub(super) fn output(&mut self, instance: usize, name: &str, at: Span) -> Outcome {
        let module = Arc::clone(&self.instances[instance].module);
        let output = module.outputs.get(name).and_then(|b| b.body.attribute("value")).map(|a| &a.value);
        self.remembered(instance, |i| &mut i.outputs, (name, output), at, |name| format!("output {name}"))
    }

    /// The value of something named, evaluated once.
    fn remembered(
        &mut self,
        instance: usize,
        memos: fn(&mut Instance) -> &mut HashMap<Arc<str>, Memo>,
        (name, expr): (&str, Option<&Expr>),
        at: Span,
        shown: fn(&str) -> String,
    ) -> Outcome {
        let Some(expr) = expr else {
            let why = format!("{}, which is not declared,", shown(name));
            return Ok(Value::unknown(Why::NotUnderstood(why.into()), at));
        };
        match memos(&mut self.instances[instance]).get(name) {
            Some(Memo::Done(outcome)) => return outcome.clone(),
            Some(Memo::Running) => {
                return Ok(Value::unknown(Why::NotUnderstood("a reference to itself".into()), at));
            }
            None => {}
        }
        memos(&mut self.instances[instance]).insert(name.into(), Memo::Running);
        let outcome = self.eval(expr, &Env::of(instance));
        memos(&mut self.instances[instance]).insert(name.into(), Memo::Done(outcome.clone()));
        outcome
    }

    /// A resource, data source or module call, with the steps that follow its name.
    pub(super) fn declared(&mut self, instance: usize, named: &Named<'_>, steps: &[Step], env: &Env) -> Outcome {
        let Named { what, kind, name, at } = *named;
        let module = Arc::clone(&self.instances[instance].module);
        let key = (Arc::from(kind), Arc::from(name));
        let (block, address) = match what {
            Declared::Resource => (module.resources.get(&key), format!("{kind}.{name}")),
            Declared::Data => (module.data.get(&key), format!("data.{kind}.{name}")),
            Declared::Ephemeral => (module.ephemeral.get(&key), format!("ephemeral.{kind}.{name}")),
            Declared::Module => (module.calls.get(name), format!("module.{name}")),
        };
        let Some(block) = block else {
            let value = Value::unknown(Why::Attribute(self.addressed(instance, &address), "".into()), at);
            return self.lang().walk(value, steps, env);
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
                self.lang().walk(value, rest, env)
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
                                return Ok(Value::unknown(Why::Attribute(Arc::clone(&target.address), "".into()), at));
                            }
                            let n = to_number(&args[0])?;
                            let own = if n >= 0.0 { all.get(n as usize) } else { None };
                            own.ok_or_else(|| Refused::new(format!("{} has no instance {n}", target.address)))?
                        }
                        Expansion::Map(all, open) => {
                            let Some(key) = to_key(&args[0])? else {
                                return Ok(Value::unknown(Why::Attribute(Arc::clone(&target.address), "".into()), at));
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
                self.lang().walk(list, &rest[reach..], env)
            }
        }
    }

    /// One attribute of one instance.
    fn leaf(&mut self, target: &Target, own: &Env, name: &str, at: Span) -> Outcome {
        let address = format!("{}{}", target.address, own.suffix());
        match target.what {
            Declared::Module => match self.child(target.instance, &target.block, own) {
                Some(child) => self.output(child, name, at),
                None => Ok(outside(&address, name, at)),
            },
            Declared::Data | Declared::Ephemeral => self.data_attribute(&target.block, &address, own, name, at),
            Declared::Resource => self.resource_attribute(&target.block, &address, own, name, at),
        }
    }

    /// One instance as a whole: what is written of it; the rest is known only outside.
    #[allow(clippy::unnecessary_wraps, reason = "stands beside `leaf` in `pick`")]
    fn whole(&mut self, target: &Target, own: &Env) -> Outcome {
        let at = target.at;
        let outside = Why::Attribute(Arc::clone(&target.address), "".into());
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
}

/// Something declared, and the place that refers to it.
struct Target {
    instance: usize,
    what: Declared,
    block: Arc<Block>,
    address: Arc<str>,
    at: Span,
}
