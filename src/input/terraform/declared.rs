//! The values that a module declares: variables, locals, outputs, resources, data sources and module calls.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::syntax::SyntaxError;
use crate::syntax::hcl::{Block, Call, Step, StepKind};
use crate::text::{FileError, Files, Span, TextId, Texts, Why};
use crate::value::{Entry, Kind, Map, Value};

use super::data_sources::outside;
use super::engine::Engine;
use super::lang::convert::{to_key, to_number};
use super::lang::data::{Data, Declared, Evaluation, Named};
use super::lang::env::Env;
use super::lang::evaluate::Evaluate;
use super::lang::outcome::{Outcome, Refused, either};
use super::lang::steps::attributes;
use super::lang::types;
use super::state::{Expansion, Instance, Memo};

impl Data for Engine<'_, '_> {
    fn evaluation(&mut self) -> &mut Evaluation {
        &mut self.evaluation
    }

    fn texts(&self) -> &Texts {
        &self.cx.texts
    }

    fn texts_mut(&mut self) -> &mut Texts {
        &mut self.cx.texts
    }

    fn syntax(&mut self, error: &SyntaxError, words: &str) {
        self.cx.notes.syntax(error, words);
    }

    fn files(&self) -> &dyn Files {
        self.cx.files
    }

    fn open(&mut self, path: &Path) -> Result<TextId, FileError> {
        self.cx.open(path)
    }

    fn root(&self) -> &Path {
        &self.root
    }

    fn address(&self, instance: usize) -> Option<&str> {
        self.instances.get(instance).map(|i| &*i.address)
    }

    fn module_path(&self, instance: usize) -> Option<&str> {
        self.instances.get(instance).map(|i| &*i.path)
    }

    fn variable(&mut self, instance: usize, name: &str) -> Value {
        let module = Arc::clone(&self.instances[instance].module);
        let Some(block) = module.variables.get(name) else {
            let at = Span::new(self.instances[instance].place.text, 0..0);
            return Value::unknown(Why::NoDefault(self.addressed(instance, &format!("var.{name}"))), at);
        };
        let value = |engine: &mut Self| engine.deeper(block.header, |e| e.variable_value(instance, name, block));
        let outcome = self.remembered(instance, |i| &mut i.variables, name, block.header, value);
        outcome.unwrap_or_else(|Refused(why)| Value::unknown(Why::Invalid(why), block.header))
    }

    fn local(&mut self, instance: usize, name: &str, at: Span) -> Outcome {
        let module = Arc::clone(&self.instances[instance].module);
        let Some(local) = module.locals.get(name) else { return Ok(not_declared(&format!("local.{name}"), at)) };
        let value = |engine: &mut Self| Ok(engine.eval_or_unknown(&local.value, &Env::of(instance)));
        self.remembered(instance, |i| &mut i.locals, name, at, value)
    }

    fn declared(&mut self, instance: usize, named: &Named<'_>, steps: &[Step], env: &Env) -> Outcome {
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
        let outcome = |(guard, expansion)| (guard, self.pick(&target, &expansion, steps, env));
        let mut outcomes: Vec<_> = ways.into_iter().map(outcome).collect();
        match &mut outcomes[..] {
            [(_, only)] => std::mem::replace(only, Err(Refused::new(""))),
            _ => either(outcomes, at),
        }
    }

    fn other_name(&mut self, name: &str, steps: &[Step], at: Span, env: &Env) -> Option<Outcome> {
        match name {
            "include" => self.included(steps, at, env),
            "values" => self.given_by_stack(steps, at, env),
            "dependency" => self.dependency(steps, at, env),
            "global" | "terramate" | "let" => self.terramate_name(name, steps, at, env),
            // Names of stacks.
            "store" | "upstream_input" | "identity_token" => {
                Some(Ok(Value::unknown(Why::FromOutside(self.words(at).into()), at)))
            }
            _ => None,
        }
    }

    fn other_function(&mut self, name: &str, call: &Call, at: Span, env: &Env) -> Option<Outcome> {
        // Of Terramate.
        if let ("ternary", [condition, yes, no]) = (name, call.args.as_slice()) {
            let condition = self.eval_or_unknown(condition, env);
            let chosen = condition.as_bool().map(|holds| if holds { yes } else { no });
            let why = || Why::NotUnderstood(self.words(at).into());
            return Some(match chosen {
                Some(chosen) => self.eval(chosen, env),
                None => Ok(Value::unknown(why(), at)),
            });
        }
        self.terragrunt_function(name, call, at, env)
    }
}

impl Engine<'_, '_> {
    /// The value of a variable: the argument of the call, the tfvars files of a root module, or the default.
    fn variable_value(&mut self, instance: usize, name: &str, block: &Arc<Block>) -> Outcome {
        let body = &block.body;
        let at = block.header;
        let own = &self.instances[instance];
        let given = if let Some((parent_env, call)) = own.caller.clone() {
            call.body.attribute(name).map(|argument| self.eval_or_unknown(&argument.value, &parent_env))
        } else if let Some(value) = own.given.get(name) {
            Some(value.clone())
        } else if let Some(attribute) = own.module.values.get(name).cloned() {
            Some(self.eval_or_unknown(&attribute.value, &Env::default()))
        } else if let Some(file) = &own.module.sealed {
            Some(Value::unknown(Why::FromOutside(format!("what {file} sets var.{name} to").into()), at))
        } else {
            own.environment.get(name).cloned()
        };
        let nullable = self.argument(body, "nullable", &Env::default(), at)?.as_bool() != Some(false);
        let value = match given {
            Some(value) if nullable || !value.is_null() => value,
            _ => match body.attribute("default") {
                Some(default) => self.eval(&default.value, &Env::default())?,
                None => Value::unknown(Why::NoDefault(self.addressed(instance, &format!("var.{name}"))), at),
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

    /// An output of a module instance.
    pub(super) fn output(&mut self, instance: usize, name: &str, at: Span) -> Outcome {
        let module = Arc::clone(&self.instances[instance].module);
        let output = module.outputs.get(name).and_then(|b| b.body.attribute("value"));
        let Some(output) = output else { return Ok(not_declared(&format!("output {name}"), at)) };
        let value = |engine: &mut Self| Ok(engine.eval_or_unknown(&output.value, &Env::of(instance)));
        self.remembered(instance, |i| &mut i.outputs, name, at, value)
    }

    /// The value of a name, evaluated once.
    fn remembered(
        &mut self,
        instance: usize,
        memos: fn(&mut Instance) -> &mut HashMap<Arc<str>, Memo>,
        name: &str,
        at: Span,
        value: impl FnOnce(&mut Self) -> Outcome,
    ) -> Outcome {
        match memos(&mut self.instances[instance]).get(name) {
            Some(Memo::Done(outcome)) => return outcome.clone(),
            Some(Memo::Running) => {
                return Ok(Value::unknown(Why::NotUnderstood("a reference to itself".into()), at));
            }
            None => {}
        }
        memos(&mut self.instances[instance]).insert(name.into(), Memo::Running);
        let outcome = value(self);
        memos(&mut self.instances[instance]).insert(name.into(), Memo::Done(outcome.clone()));
        outcome
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
                    let mut map = Map { open: open.clone(), ..Map::default() };
                    for (key, own) in all {
                        map.entries.insert(Arc::clone(key), Entry { key: at, value: self.whole(target, own)? });
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
                let pick = |own: &Env| self.pick(target, &Expansion::Single(own.clone()), &rest[..reach], env);
                let items = all.into_iter().map(pick).collect::<Result<_, _>>()?;
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
            _ => self.attribute_of(&target.block, &address, own, name, at),
        }
    }

    /// One instance as a whole: its attributes that are set; the others are not known in the source.
    #[allow(clippy::unnecessary_wraps, reason = "stands beside `leaf` in `pick`")]
    fn whole(&mut self, target: &Target, own: &Env) -> Outcome {
        let at = target.at;
        let key = (target.instance, target.block.header, own.id(), at);
        if let Some(known) = self.wholes.get(&key) {
            return Ok(known.clone());
        }
        let circle = Value::unknown(Why::NotUnderstood("a reference to itself".into()), at);
        self.wholes.insert(key.clone(), circle);
        let outside = Why::Attribute(Arc::clone(&target.address), "".into());
        let mut map = Map { open: Some(outside), ..Map::default() };
        let names: Vec<(Arc<str>, Span)> = match target.what {
            Declared::Module => match self.child(target.instance, &target.block, own) {
                Some(child) => {
                    map.open = None;
                    let outputs = &self.instances[child].module.outputs;
                    outputs.iter().map(|(n, b)| (Arc::clone(n), b.header)).collect()
                }
                None => Vec::new(),
            },
            _ => {
                let own = target.block.body.attributes.iter().filter(|a| !INSTRUCTIONS.contains(&&*a.name));
                own.map(|a| (Arc::clone(&a.name), a.name_span)).collect()
            }
        };
        for (name, key) in names {
            let outcome = self.deeper(at, |engine| engine.leaf(target, own, &name, at));
            let value = outcome.unwrap_or_else(|Refused(why)| Value::unknown(Why::Invalid(why), at));
            map.entries.insert(name, Entry { key, value });
        }
        let whole = self.bounded(Value::new(Kind::Map(Arc::new(map)), at));
        self.wholes.insert(key, whole.clone());
        Ok(whole)
    }
}

/// The arguments that speak to Terraform: the object of a resource has no such attributes.
const INSTRUCTIONS: [&str; 4] = ["count", "for_each", "provider", "depends_on"];

fn not_declared(shown: &str, at: Span) -> Value {
    Value::unknown(Why::NotUnderstood(format!("{shown}, which is not declared,").into()), at)
}

/// A declaration, and the place that refers to it.
struct Target {
    instance: usize,
    what: Declared,
    block: Arc<Block>,
    address: Arc<str>,
    at: Span,
}
