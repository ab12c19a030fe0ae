//! Follows the steps of a reference: attributes, indexes and splats.

use crate::syntax::hcl::{Step, StepKind};
use crate::text::{Span, Why};
use crate::value::{Alternative, Condition, Guard, Kind, Value};

use super::convert::{extend, to_key, to_number};
use super::data::Data;
use super::env::Env;
use super::evaluate::Evaluate;
use super::outcome::{Outcome, Refused};

impl dyn Data + '_ {
    /// Follows attributes, indexes and splats from a value.
    pub(in super::super) fn walk(&mut self, mut value: Value, steps: &[Step], env: &Env) -> Outcome {
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
                    value = self.lift(&[value], at, &mut |data, args| data.splat(&args[0], inner, at, env))?;
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
            .map(|item| self.deeper(at, |data| data.walk(item, steps, env)))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(self.bounded(Value::list(items, at)))
    }
}

/// The start of a reference, as an empty span to grow from.
pub(super) fn at_first(at: Span) -> Span {
    Span { end: at.start, ..at }
}

/// Number of attribute steps at the start.
pub(in super::super) fn attributes(steps: &[Step]) -> usize {
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
        Kind::List(items) if items.is_set => Err(Refused::new("the items of a set have no index")),
        Kind::List(items) => {
            let n = to_number(index)?;
            let found = if n >= 0.0 && n.fract() == 0.0 { value.item(n as usize) } else { None };
            found.ok_or_else(|| Refused::new(format!("there is no item {n} among {}", items.len())))
        }
        Kind::Map(_) => match to_key(index)? {
            Some(key) => attribute(value, &key, at),
            None => Ok(Value::unknown(Why::NotUnderstood("an unknown key".into()), at)),
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

/// The most entries of a map that are kept as alternatives when the key is unknown.
pub(super) const MAX_CHOICES: usize = 30;

/// The entry of a map for an unknown key: each entry on the condition that it has this key, and `default` if none has. Entries beyond
/// the limit are one that is unknown. `None` if the key has no name to show.
pub(super) fn choice(value: &Value, key: &Why, default: Option<&Value>, at: Span) -> Option<Value> {
    let Kind::Map(map) = &value.kind else { return None };
    let name = key.name()?;
    if map.open.is_some() || map.entries.is_empty() {
        return None;
    }
    let left = Value::unknown(Why::Limit("entries of a map for an unknown key"), at);
    let default = if map.entries.len() > MAX_CHOICES { Some(&left) } else { default };
    let keys = || map.entries.keys().take(MAX_CHOICES);
    let is = |key: &str, holds: bool| Guard::of(Condition::new(format!("{name} == {key:?}"), holds));
    let only = |wanted: Option<&str>| {
        keys().try_fold(Guard::always(), |guard, key| guard.and(&is(key, Some(&**key) == wanted)))
    };
    let mut ways = Vec::new();
    for key in keys() {
        ways.push(Alternative { when: only(Some(key))?, value: value.get(key)? });
    }
    if let Some(default) = default {
        ways.push(Alternative { when: only(None)?, value: default.clone() });
    }
    Some(Value::either(ways, at))
}
