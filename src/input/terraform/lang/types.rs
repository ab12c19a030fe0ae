//! Type constraints of variables, and conversion to them.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::syntax::hcl::{Expr, ExprKind, Key};
use crate::text::Why;
use crate::value::{Alternative, Entry, Kind, Map, Value};

use super::convert::{extend, text_to_bool, text_to_number, to_text_value};
use super::data::Data;
use super::env::Env;
use super::evaluate::Evaluate;
use super::functions::arguments::as_set;
use super::outcome::{Outcome, Refused};

/// How deep types may nest.
const MAX_DEPTH: usize = 32;

/// A type constraint; `Any` if it is not understood.
#[derive(Clone, Debug)]
pub(in super::super) enum Type {
    Any,
    Text,
    Number,
    Bool,
    List(Box<Type>),
    Set(Box<Type>),
    Map(Box<Type>),
    Tuple(Vec<Type>),
    Object(Vec<Member>),
}

/// An attribute of an object type.
#[derive(Clone, Debug)]
pub(in super::super) struct Member {
    name: Arc<str>,
    of: Type,
    optional: bool,
    default: Option<Expr>,
}

/// Parses a type constraint.
pub(in super::super) fn parse(expr: &Expr, depth: usize) -> Type {
    if depth > MAX_DEPTH {
        return Type::Any;
    }
    match &expr.kind {
        ExprKind::Variable(name) => match &**name {
            "string" => Type::Text,
            "number" => Type::Number,
            "bool" => Type::Bool,
            name => collection(name, Type::Any),
        },
        // Terraform 0.11 wrote types in quotes.
        ExprKind::Template(template) => match template.as_literal().as_ref().and_then(|t| t.known_str()) {
            Some("string") => Type::Text,
            _ => Type::Any,
        },
        ExprKind::Call(call) => match (&*call.name, call.args.first().map(|e| &e.kind)) {
            ("tuple", Some(ExprKind::List(items))) => Type::Tuple(items.iter().map(|e| parse(e, depth + 1)).collect()),
            ("object", Some(ExprKind::Object(entries))) => {
                Type::Object(entries.iter().filter_map(|(key, value)| member(key, value, depth)).collect())
            }
            (name, _) => collection(name, call.args.first().map_or(Type::Any, |e| parse(e, depth + 1))),
        },
        ExprKind::Paren(inner) => parse(inner, depth + 1),
        _ => Type::Any,
    }
}

fn collection(name: &str, of: Type) -> Type {
    match name {
        "list" => Type::List(Box::new(of)),
        "set" => Type::Set(Box::new(of)),
        "map" => Type::Map(Box::new(of)),
        _ => Type::Any,
    }
}

fn member(key: &Key, value: &Expr, depth: usize) -> Option<Member> {
    let name: Arc<str> = key.literal()?.0.into();
    Some(match &value.kind {
        ExprKind::Call(call) if &*call.name == "optional" => Member {
            name,
            of: call.args.first().map_or(Type::Any, |e| parse(e, depth + 1)),
            optional: true,
            default: call.args.get(1).cloned(),
        },
        _ => Member { name, of: parse(value, depth + 1), optional: false, default: None },
    })
}

impl dyn Data + '_ {
    /// Converts `value` to the type `wanted`: text, numbers and booleans are converted, attributes that are not in an
    /// object type are dropped, and missing optional ones get their defaults.
    pub(in super::super) fn conform(&mut self, value: &Value, wanted: &Type, depth: usize) -> Outcome {
        if depth > MAX_DEPTH || !self.charge(0) {
            return Ok(Value::unknown(Why::limit("depth of a type"), value.at));
        }
        let with = |kind: Kind| Ok(Value { kind, at: value.at, via: value.via.clone() });
        if let Kind::Either(list) = &value.kind {
            let mut out = Vec::new();
            for alternative in list.iter() {
                let inner = self.conform(&alternative.value, wanted, depth + 1);
                let value = inner.unwrap_or_else(|Refused(why)| Value::unknown(Why::Invalid(why), value.at));
                out.push(Alternative { when: alternative.when.clone(), value });
            }
            return with(Value::either(out, value.at).kind);
        }
        match (wanted, &value.kind) {
            // The required attributes of an unknown object are still known by name.
            (Type::Object(members), Kind::Unknown(why)) if why.name().is_some() => {
                let mut entries = IndexMap::new();
                for member in members {
                    let unknown = Value::unknown(extend(why, &format!(".{}", member.name)), value.at);
                    let inner = if member.optional { unknown } else { self.conform(&unknown, &member.of, depth + 1)? };
                    entries.insert(Arc::clone(&member.name), Entry { key: value.at, value: inner });
                }
                with(Kind::Map(Arc::new(Map { entries, ..Map::default() })))
            }
            (Type::Any, _) | (_, Kind::Null | Kind::Unknown(_)) => Ok(value.clone()),
            (Type::Text, Kind::Str(_)) | (Type::Number, Kind::Number(_)) | (Type::Bool, Kind::Bool(_)) => {
                Ok(value.clone())
            }
            (Type::Text, Kind::Number(_) | Kind::Bool(_)) => Ok(to_text_value(value).unwrap_or_else(|| value.clone())),
            (Type::Number, Kind::Str(text)) => with(text_to_number(text)?),
            (Type::Bool, Kind::Str(_)) => with(text_to_bool(value)?),
            (Type::List(of) | Type::Set(of), Kind::List(items)) => {
                let of = common(of, items.iter());
                if matches!(of, Type::Any) && items.is_set == matches!(wanted, Type::Set(_)) {
                    return Ok(value.clone());
                }
                let items = items.iter().map(|v| self.conform(v, of, depth + 1)).collect::<Result<Vec<_>, _>>()?;
                let set = matches!(wanted, Type::Set(_));
                with(if set { Value::set(as_set(items), value.at) } else { Value::list(items, value.at) }.kind)
            }
            (Type::Tuple(of), Kind::List(items)) if of.len() == items.len() => {
                let items =
                    items.iter().zip(of).map(|(v, t)| self.conform(v, t, depth + 1)).collect::<Result<Vec<_>, _>>()?;
                with(Value::list(items, value.at).kind)
            }
            (Type::Map(of), Kind::Map(map)) => {
                let of = common(of, map.entries.values().map(|e| &e.value));
                if let Type::Any = of {
                    return Ok(value.clone());
                }
                let mut entries = IndexMap::new();
                for (key, entry) in &map.entries {
                    let value = self.conform(&entry.value, of, depth + 1)?;
                    entries.insert(Arc::clone(key), Entry { key: entry.key, value });
                }
                with(Kind::Map(Arc::new(Map { entries, open: map.open.clone(), ..Map::default() })))
            }
            (Type::Object(members), Kind::Map(map)) => {
                let mut entries = IndexMap::new();
                for member in members {
                    let (key, given) = match map.entries.get(&member.name) {
                        Some(entry) => (entry.key, Some(entry.value.clone())),
                        None => (value.at, None),
                    };
                    let inner = match (given, &member.default) {
                        (None, _) if map.open.is_some() => {
                            let why = map.open.as_ref().map(|w| extend(w, &format!(".{}", member.name)));
                            Value::unknown(why.unwrap_or(Why::Secret), value.at)
                        }
                        (None, _) if !member.optional => {
                            return Err(Refused::new(format!("the attribute {} is required", member.name)));
                        }
                        (None, None) => Value::null(value.at),
                        (Some(given), None) => given,
                        (Some(given), Some(default)) => self.or_default(given, default)?,
                        (None, Some(default)) => self.eval(default, &Env::default())?,
                    };
                    let inner = self.conform(&inner, &member.of, depth + 1)?;
                    entries.insert(Arc::clone(&member.name), Entry { key, value: inner });
                }
                with(Kind::Map(Arc::new(Map { entries, ..Map::default() })))
            }
            _ => Err(Refused::new("the value is not of the type of its variable")),
        }
    }

    /// The given value, with the default in place of null.
    fn or_default(&mut self, given: Value, default: &Expr) -> Outcome {
        if !given.alternatives().iter().any(|(_, value)| value.is_null()) {
            return Ok(given);
        }
        let default = self.eval(default, &Env::default())?;
        let ways = given.alternatives().into_iter();
        let or = |value: Value| if value.is_null() { default.clone() } else { value };
        Ok(Value::either(ways.map(|(when, value)| Alternative { when, value: or(value) }).collect(), given.at))
    }
}

/// The element type of a collection of any type: text, if all values are simple and one of them is text.
fn common<'a>(of: &'a Type, mut items: impl Iterator<Item = &'a Value> + Clone) -> &'a Type {
    let simple = |v: &Value| matches!(v.kind, Kind::Str(_) | Kind::Number(_) | Kind::Bool(_) | Kind::Null);
    let text = |v: &Value| matches!(v.kind, Kind::Str(_));
    match of {
        Type::Any if items.clone().all(simple) && items.any(text) => &Type::Text,
        of => of,
    }
}
