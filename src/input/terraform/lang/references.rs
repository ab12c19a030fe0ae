//! Resolves references: variables, locals, resources, data sources, module outputs, and attributes of values.

use std::sync::Arc;

use crate::syntax::hcl::{Expr, Step, StepKind};
use crate::text::{Span, Traced, Why};
use crate::value::{Kind, Number, Value};

use super::data::{Data, Declared, Named};
use super::env::Env;
use super::evaluate::Evaluate;
use super::outcome::{Outcome, Refused};
use super::steps::at_first;

impl dyn Data + '_ {
    /// The value of `name.steps`, written at `expr`.
    pub(super) fn reference(&mut self, expr: &Expr, name: &str, steps: &[Step], env: &Env) -> Outcome {
        let at = expr.span;
        if let Some(value) = env.lookup(name) {
            let span = Span::new(at.text, at.start as usize..at.start as usize + name.len());
            let value = match steps {
                // `each.value` and `count.index` read better as one step.
                [Step { kind: StepKind::Attr(a), span: step }, ..] if matches!(name, "each" | "count") => {
                    value.through(span.to(*step), &format!("{name}.{a}").into())
                }
                _ => value.through(span, &name.into()),
            };
            return self.walk(value, steps, env);
        }
        let Some(instance) = env.instance else {
            return Err(Refused::new(format!("{name} is not passed to the template")));
        };
        let attr = |n: usize| match steps.get(n) {
            Some(Step { kind: StepKind::Attr(name), span }) => Some((Arc::clone(name), at_first(at).to(*span))),
            _ => None,
        };
        if let Some(outcome) = self.other_name(name, steps, at, env) {
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
            ("path", Some((x, span))) => Ok(match (&*x, self.module_path(instance)) {
                ("module", Some(path)) => Value::str(Traced::made(path.as_bytes(), span), at),
                ("root", _) => Value::str(Traced::made(".", span), at),
                _ => Value::unknown(Why::FromOutside(format!("path.{x}").into()), at),
            }),
            ("data" | "ephemeral", Some((kind, _))) => {
                let data = name == "data";
                let Some((x, at)) = attr(1) else {
                    let what = if data { "a data source" } else { "this" };
                    return Err(Refused::new(format!("{what} has a type and a name")));
                };
                let what = if data { Declared::Data } else { Declared::Ephemeral };
                self.declared(instance, &Named { what, kind: &kind, name: &x, at }, &steps[2..], env)
            }
            ("terraform", Some((x, span))) => {
                let why = Why::FromOutside(format!("terraform.{x}").into());
                self.walk(Value::unknown(why, span), &steps[1..], env)
            }
            // Up to Terraform 0.11, a resource without `count` is the first one.
            ("count", Some((x, span))) if &*x == "index" => Ok(Value::new(Kind::Number(Number::new(0.0)), span)),
            ("each" | "count" | "self", Some((x, span))) => {
                let value = Value::unknown(Why::FromOutside(self.addressed(instance, &format!("{name}.{x}"))), span);
                self.walk(value, &steps[1..], env)
            }
            (kind, Some((x, at))) => {
                let call = matches!(kind, "module" | "component" | "stack");
                let what = if call { Declared::Module } else { Declared::Resource };
                self.declared(instance, &Named { what, kind, name: &x, at }, &steps[1..], env)
            }
            _ => Err(Refused::new(format!("{name} is not a reference"))),
        }
    }
}
