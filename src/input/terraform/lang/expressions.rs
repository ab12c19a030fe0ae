//! Evaluates expressions as Terraform does, with unknown values for what the source does not determine.

use std::sync::Arc;

use crate::syntax::hcl::{Binary, Conditional, Expr, ExprKind, For, Key, Unary};
use crate::text::{Span, UNKNOWN_MARK, Why};
use crate::value::{Alternative, Condition, Entry, Guard, Kind, MAX_ALTERNATIVES, Map, Number, Value};

use super::convert::{arithmetic, equal, has_plain, in_common, keyed, name_in, order, to_bool, to_number};
use super::data::Data;
use super::env::Env;
use super::evaluate::Evaluate;
use super::functions::collections::optional_items;
use super::outcome::{Outcome, Refused, Truth, both_ways, combined, either, entries_of, from_truth, with};

impl dyn Data + '_ {
    /// The value of an expression.
    pub(in super::super) fn eval(&mut self, expr: &Expr, env: &Env) -> Outcome {
        match self.deeper(expr.span, |data| data.dispatch(expr, env)) {
            Err(Refused(why)) if self.evaluation().spares => Ok(Value::unknown(Why::Invalid(why), expr.span)),
            outcome => outcome,
        }
    }

    /// The value of an expression. What Terraform rejects in it is unknown: there is another value there when it is applied.
    pub(in super::super) fn eval_or_unknown(&mut self, expr: &Expr, env: &Env) -> Value {
        let outcome = self.eval_where(false, expr, env).or_else(|_| self.eval_where(true, expr, env));
        outcome.unwrap_or_else(|Refused(why)| Value::unknown(Why::Invalid(why), expr.span))
    }

    /// The value of an expression, of which a part that Terraform rejects is unknown if `spares`.
    pub(super) fn eval_where(&mut self, spares: bool, expr: &Expr, env: &Env) -> Outcome {
        let before = std::mem::replace(&mut self.evaluation().spares, spares);
        let outcome = self.eval(expr, env);
        self.evaluation().spares = before;
        outcome
    }

    fn dispatch(&mut self, expr: &Expr, env: &Env) -> Outcome {
        let at = expr.span;
        match &expr.kind {
            ExprKind::Null => Ok(Value::null(at)),
            ExprKind::Bool(value) => Ok(Value::bool(*value, at)),
            ExprKind::Number(text) => Number::parse(text.clone())
                .map(|n| Value::new(Kind::Number(n), at))
                .ok_or_else(|| Refused::new("not a number")),
            ExprKind::Template(template) => self.template(&template.parts, at, env),
            ExprKind::List(items) => self.list(items, at, env),
            ExprKind::Object(entries) => self.object(entries, at, env),
            ExprKind::Variable(name) => self.reference(expr, name, &[], env),
            ExprKind::Traversal(root, steps) => match &root.kind {
                ExprKind::Variable(name) => self.reference(expr, name, steps, env),
                _ => {
                    let value = self.eval(root, env)?;
                    self.walk(value, steps, env)
                }
            },
            ExprKind::Call(call) => self.call(call, at, env),
            ExprKind::Unary(op, inner) => self.unary(*op, inner, at, env),
            ExprKind::Binary(first, chain) => self.chain(first, chain, at, env),
            ExprKind::Conditional(c) => self.conditional(c, at, env),
            ExprKind::For(f) => self.for_expr(f, at, env),
            ExprKind::Paren(inner) => self.eval(inner, env),
        }
    }

    fn list(&mut self, items: &[Expr], at: Span, env: &Env) -> Outcome {
        let items = items.iter().map(|e| self.eval(e, env)).collect::<Result<Vec<_>, _>>()?;
        Ok(self.bounded(Value::list(items, at)))
    }

    fn object(&mut self, entries: &[(Key, Expr)], at: Span, env: &Env) -> Outcome {
        // Most keys are written as they are.
        if entries.iter().all(|(key, _)| key.literal().is_some()) {
            let mut map = Map::default();
            map.entries.reserve(entries.len());
            for (key, value) in entries {
                let value = self.eval(value, env)?;
                let Some((name, key)) = key.literal() else { continue };
                map.entries.insert(name.into(), Entry { key, value });
            }
            return Ok(self.bounded(Value::new(Kind::Map(Arc::new(map)), at)));
        }
        let mut values = Vec::new();
        let mut keys = Vec::new();
        for (key, value) in entries {
            values.push(self.eval(value, env)?);
            keys.push(match key {
                Key::Name(text, span) => Value::str(text.clone(), *span),
                Key::Expr(expr) => Value { at: expr.span, ..self.eval(expr, env)? },
            });
        }
        let value = self.lift(&keys, at, &mut |_, keys| keyed(keys.iter().zip(values.iter().cloned()), at))?;
        Ok(self.bounded(value))
    }

    fn unary(&mut self, op: Unary, inner: &Expr, at: Span, env: &Env) -> Outcome {
        let value = self.eval(inner, env)?;
        match op {
            Unary::Not => {
                let truth = self.truth(&value, inner, env)?;
                Ok(from_truth(truth.into_iter().map(|(g, b)| (g, !b)).collect(), at))
            }
            Unary::Neg => self.lift(&[value], at, &mut |_, args| match &args[0].kind {
                Kind::Unknown(why) => Ok(Value::unknown(why.clone(), at)),
                _ => to_number(&args[0]).map(|n| Value::new(Kind::Number(Number::new(-n)), at)),
            }),
        }
    }

    /// Applies operators from left to right. The text of an intermediate result goes from the first operand to the last
    /// one so far.
    fn chain(&mut self, first: &Expr, chain: &[(Binary, Expr)], at: Span, env: &Env) -> Outcome {
        let mut left = self.eval(first, env)?;
        let mut span = first.span;
        for (op, right) in chain {
            let before = Expr { kind: ExprKind::Null, span };
            let left_expr = if span == first.span { first } else { &before };
            span = span.to(right.span);
            let whole = if span.end == right.span.end { span } else { at };
            left = match op {
                Binary::And | Binary::Or => self.logic(*op, &left, left_expr, right, whole, env)?,
                _ => {
                    let right = self.eval(right, env)?;
                    self.binary(*op, left, right, whole, env)?
                }
            };
        }
        Ok(left)
    }

    fn logic(&mut self, op: Binary, left: &Value, left_expr: &Expr, right: &Expr, at: Span, env: &Env) -> Outcome {
        // The answer that makes the right side irrelevant.
        let decides = op == Binary::Or;
        let left = self.truth(left, left_expr, env)?;
        if left.iter().all(|(_, b)| *b == decides) {
            return Ok(from_truth(left, at));
        }
        let right_value = self.eval(right, env)?;
        let right = self.truth(&right_value, right, env)?;
        let mut out = Truth::new();
        for (guard, answer) in left {
            if answer == decides {
                out.push((guard, answer));
                continue;
            }
            for (other, answer) in &right {
                if let Some(guard) = guard.and(other) {
                    out.push((guard, *answer));
                }
            }
        }
        if out.len() > MAX_ALTERNATIVES {
            out = self.undecided(at, env);
        }
        Ok(from_truth(out, at))
    }

    fn binary(&mut self, op: Binary, left: Value, right: Value, at: Span, env: &Env) -> Outcome {
        let mut open = None;
        self.lift(&[left, right], at, &mut |data, args| {
            let (left, right) = (&args[0], &args[1]);
            let answer = match op {
                Binary::Eq => equal(left, right),
                Binary::NotEq => equal(left, right).map(|e| !e),
                Binary::Less | Binary::LessEq | Binary::Greater | Binary::GreaterEq => order(op, left, right)?,
                _ => {
                    return match (&left.kind, &right.kind) {
                        (Kind::Unknown(why), _) | (_, Kind::Unknown(why)) => Ok(Value::unknown(why.clone(), at)),
                        _ => arithmetic(op, to_number(left)?, to_number(right)?)
                            .map(|n| Value::new(Kind::Number(Number::new(n)), at)),
                    };
                }
            };
            match answer {
                Some(answer) => Ok(Value::bool(answer, at)),
                None => {
                    let truth = open.get_or_insert_with(|| data.comparison(op, at, env)).clone();
                    Ok(from_truth(truth, at))
                }
            }
        })
    }

    /// A comparison that the source cannot decide. `a != b` is the opposite of `a == b`.
    fn comparison(&mut self, op: Binary, at: Span, env: &Env) -> Truth {
        let mut truth = self.undecided(at, env);
        let words = self.words(at);
        for (end, set) in [(" == null", false), (" != null", true)] {
            if let Some(what) = words.strip_suffix(end).filter(|what| !what.contains(' ')) {
                let condition = self.condition(format!("{what} is set"), at, env);
                return both_ways(&condition).into_iter().map(|(guard, holds)| (guard, holds == set)).collect();
            }
        }
        if op == Binary::NotEq && words.matches("!=").count() == 1 && !words.ends_with('…') {
            let condition = self.condition(words.replace("!=", "=="), at, env);
            truth = both_ways(&condition).into_iter().map(|(g, b)| (g, !b)).collect();
        }
        truth
    }

    /// Both answers of the expression at `at`, which the source does not decide.
    fn undecided(&mut self, at: Span, env: &Env) -> Truth {
        let words = self.words(at);
        let condition = self.condition(words, at, env);
        both_ways(&condition)
    }

    /// The possible answers of `value`, the result of `expr`, as a condition.
    pub(in super::super) fn truth(&mut self, value: &Value, expr: &Expr, env: &Env) -> Result<Truth, Refused> {
        let mut out = Truth::new();
        let mut refused = None;
        for (guard, value) in value.alternatives() {
            let truth = match self.plain_truth(&value, expr, env) {
                Ok(truth) => truth,
                Err(why) => {
                    refused = Some(why);
                    continue;
                }
            };
            out.extend(truth.into_iter().filter_map(|(g, b)| guard.and(&g).map(|g| (g, b))));
        }
        match refused {
            Some(why) if out.is_empty() => Err(why),
            _ if out.len() > MAX_ALTERNATIVES => Ok(self.undecided(expr.span, env)),
            _ => Ok(out),
        }
    }

    fn plain_truth(&mut self, value: &Value, expr: &Expr, env: &Env) -> Result<Truth, Refused> {
        if let Some(known) = to_bool(value) {
            return Ok(vec![(Guard::always(), known)]);
        }
        match &value.kind {
            Kind::Unknown(why) => match why.name().filter(|_| self.is_reference(value.at)) {
                // The same unknown reference is the same condition everywhere.
                Some(name) => Ok(both_ways(&Condition::new(name, true))),
                None => Ok(self.undecided(expr.span, env)),
            },
            Kind::Str(text) if text.has_unknown() => Ok(self.undecided(expr.span, env)),
            _ => Err(Refused::new("a condition must be true or false")),
        }
    }

    /// True if the text at `at` is only a reference, or starts the block that declares the unknown value.
    fn is_reference(&self, at: Span) -> bool {
        let text = self.texts().slice(at);
        if [&b"variable "[..], b"data ", b"resource ", b"module "].iter().any(|kind| text.starts_with(kind)) {
            return true;
        }
        !text.is_empty() && text.iter().all(|b| b.is_ascii_alphanumeric() || b"_-.[]\"*".contains(b))
    }

    fn conditional(&mut self, c: &Conditional, at: Span, env: &Env) -> Outcome {
        let value = self.eval(&c.condition, env)?;
        let truth = self.truth(&value, &c.condition, env)?;
        let sources = [&c.then, &c.otherwise];
        let mut branches: [Option<Outcome>; 2] = [None, None];
        for (_, answer) in &truth {
            let slot = usize::from(!answer);
            if branches[slot].is_none() {
                branches[slot] = Some(self.eval(sources[slot], env));
            }
        }
        for slot in [0, 1] {
            let Some(Ok(value)) = branches[slot].clone() else { continue };
            if has_plain(&value, 0) {
                let other = branches[1 - slot].clone().unwrap_or_else(|| self.eval(sources[1 - slot], env));
                let common = other.ok().and_then(|other| in_common(&value, &other, 0));
                branches[slot] = Some(Ok(common.unwrap_or(value)));
            }
        }
        let outcomes: Vec<_> = truth
            .into_iter()
            .filter_map(|(guard, answer)| Some((guard, branches[usize::from(!answer)].clone()?)))
            .collect();
        match outcomes.len() {
            1 => outcomes.into_iter().next().map_or_else(|| Ok(Value::null(at)), |(_, only)| only),
            _ => either(outcomes, at),
        }
    }

    fn for_expr(&mut self, f: &For, at: Span, env: &Env) -> Outcome {
        let collection = self.eval(&f.collection, env)?;
        self.lift(&[collection], at, &mut |data, args| data.for_over(f, &args[0], at, env))
    }

    fn for_over(&mut self, f: &For, collection: &Value, at: Span, env: &Env) -> Outcome {
        let (rounds, open) = match entries_of(collection) {
            Ok(rounds) => rounds,
            Err(Why::Invalid(why)) => return Err(Refused(why)),
            Err(why) => return Ok(Value::unknown(why, at)),
        };
        let mut results: Vec<(Option<Value>, Value, Truth)> = Vec::new();
        for (index, (key, value)) in rounds.into_iter().enumerate() {
            let id = format!("{at:?} {index}");
            let mut inner = env.with(Arc::clone(&f.value_name), value, &id);
            if let Some(name) = &f.key_name {
                inner = inner.with(Arc::clone(name), key, &id);
            }
            let truth = match &f.condition {
                Some(condition) => {
                    let value = self.eval(condition, &inner)?;
                    self.truth(&value, condition, &inner)?
                }
                None => vec![(Guard::always(), true)],
            };
            if truth.iter().all(|(_, b)| !b) {
                continue;
            }
            let key = f.key.as_ref().map(|k| self.eval(k, &inner)).transpose()?;
            results.push((key, self.eval(&f.value, &inner)?, truth));
        }
        if let Some(why) = open.as_ref().filter(|why| f.key.is_none() && results.is_empty() && why.name().is_none()) {
            return Ok(Value::unknown(why.clone(), at));
        }
        // Each iteration that may be skipped multiplies the results.
        let mut ways: Vec<(Guard, Results)> = vec![(Guard::always(), Vec::new())];
        for (key, value, truth) in results {
            if let [(only, true)] = &truth[..]
                && only.is_always()
            {
                for (_, list) in &mut ways {
                    list.push((key.clone(), value.clone()));
                }
                continue;
            }
            let result = (key, value);
            let next = combined(&ways, &truth, |list, taken| if *taken { with(list, &result) } else { list.clone() });
            if next.len() > MAX_ALTERNATIVES {
                return Ok(Value::unknown(Why::Limit("alternatives of one value"), at));
            }
            ways = next;
        }
        let mut alternatives = Vec::new();
        for (when, list) in ways {
            let value = if f.key.is_some() {
                let (keys, values): (Vec<_>, Vec<_>) = list.into_iter().filter_map(|(k, v)| Some((k?, v))).unzip();
                self.lift(&keys, at, &mut |_, keys| {
                    let list = keys.iter().cloned().map(Some).zip(values.iter().cloned()).collect();
                    collect(list, f.grouping, open.clone(), at)
                })?
            } else {
                let more = open.iter().map(|why| {
                    let words = why.name().map(|name| format!("{name} has entries"));
                    (Value::unknown(why.clone(), at), words)
                });
                optional_items(list.into_iter().map(|(_, v)| (v, None)).chain(more).collect(), at)
            };
            alternatives.push(Alternative { when, value: self.bounded(value) });
        }
        Ok(Value::either(alternatives, at))
    }
}

/// The object produced by a `for` with keys. Duplicate keys are an error unless values are grouped.
fn collect(list: Results, grouping: bool, open: Option<Why>, at: Span) -> Outcome {
    let mut map = Map { open, ..Map::default() };
    for (key, value) in list {
        let Some(key) = key else { continue };
        let Some(name) = name_in(&mut map, &key)? else { continue };
        let span = key.at;
        match map.entries.get_mut(&name) {
            None if grouping => {
                map.entries.insert(name, Entry { key: span, value: Value::list(vec![value], at) });
            }
            None => drop(map.entries.insert(name, Entry { key: span, value })),
            Some(entry) if grouping => {
                let mut items = entry.value.items();
                items.push(value);
                entry.value = Value::list(items, at);
            }
            // They may be different keys.
            Some(_) if name.contains(UNKNOWN_MARK) => {
                map.open = Some(Why::NotUnderstood("a map with unknown keys".into()));
            }
            Some(_) => return Err(Refused::new(format!("two results have the key {name:?}"))),
        }
    }
    Ok(Value::new(Kind::Map(Arc::new(map)), at))
}

/// The results of the iterations of a `for`: a key, if the result is an object, and a value.
type Results = Vec<(Option<Value>, Value)>;
