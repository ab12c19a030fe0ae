//! Functions that read JSON and YAML. Every value keeps its place in the decoded text.

use std::sync::Arc;

use crate::syntax::broken::remember;
use crate::syntax::{Node, NodeKind, Scalar, Style, SyntaxError, json, yaml};
use crate::text::{Span, Traced, View, Why};
use crate::value::{Entry, Kind, Map, Number, Value};

use super::super::convert::parse_number;
use super::super::data::Data;
use super::super::env::Env;
use super::super::outcome::{Computed, Early, refused};
use super::arguments::{spend, text, unknown};

/// The language of a scalar.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Language {
    Json,
    Yaml,
}

pub(super) fn jsondecode(data: &mut dyn Data, args: &[Value], at: Span, _: &Env) -> Computed {
    let view = view_of(data, args, "jsondecode", at)?;
    let read = json::parse(&view);
    remember(&view, &read.errors);
    match (read.tree, read.errors.first()) {
        (Some(tree), None) => value_of(&tree, Language::Json),
        (_, Some(error)) => broken(error, &view, at),
        (None, None) => Err(refused("an empty string is not valid JSON")),
    }
}

pub(in crate::input::terraform) fn yamldecode(data: &mut dyn Data, args: &[Value], at: Span, _: &Env) -> Computed {
    let view = view_of(data, args, "yamldecode", at)?;
    if view.bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(refused("an empty string is not valid YAML"));
    }
    let read = yaml::parse(&view);
    match (&read.tree[..], read.errors.first()) {
        ([tree], None) => value_of(tree, Language::Yaml),
        (_, Some(error)) => broken(error, &view, at),
        _ => Err(refused("only one YAML document can be decoded")),
    }
}

/// The argument as a text for a parser.
fn view_of(data: &mut dyn Data, args: &[Value], step: &str, at: Span) -> Result<View, Early> {
    let content = text(args, 0)?;
    if content.is_unknown() {
        return Err(Early::Unknown(args[0].clone()));
    }
    // Parsing costs more than copying.
    spend(data, content.len() * 8, at)?;
    let id = data.texts_mut().add_made(step, &content, at);
    Ok(data.texts().view(id))
}

fn broken(error: &SyntaxError, view: &View, at: Span) -> Computed {
    match error.unknown(view) {
        Some(why) => Err(unknown(why, at)),
        None => Err(refused(error.message.clone())),
    }
}

/// Converts a tree to a value. The parsers limit its depth.
fn value_of(node: &Node, language: Language) -> Computed {
    let at = node.span;
    match &node.kind {
        NodeKind::Scalar(scalar) => scalar_of(scalar, node.tag.as_deref(), at, language),
        NodeKind::Seq(items) => {
            let items = items.iter().map(|item| value_of(item, language)).collect::<Result<_, _>>()?;
            Ok(Value::list(items, at))
        }
        NodeKind::Map(pairs) => {
            let mut map = Map::default();
            for (key, value) in pairs {
                let name = match &key.kind {
                    NodeKind::Scalar(scalar) => match scalar.text.known_str() {
                        Some(name) => Arc::from(name),
                        None => {
                            map.open = scalar.text.first_unknown().map(|(_, why)| why.clone());
                            continue;
                        }
                    },
                    _ => return Err(refused("a key must be text")),
                };
                map.entries.insert(name, Entry { key: key.span, value: value_of(value, language)? });
            }
            Ok(Value::new(Kind::Map(Arc::new(map)), at))
        }
    }
}

fn scalar_of(scalar: &Scalar, tag: Option<&str>, at: Span, language: Language) -> Computed {
    let string = || Value::str(scalar.text.clone(), at);
    let Some(known) = scalar.text.known_str() else {
        // If the whole scalar is unknown, it may have any type.
        return Ok(match scalar.text.first_unknown() {
            Some((_, why)) if scalar.style == Style::Plain && scalar.text.is_unknown() => {
                Value::unknown(why.clone(), at)
            }
            _ => string(),
        });
    };
    if let Some(tag) = tag.filter(|tag| *tag != "!!str") {
        return match tag {
            "!!int" | "!!float" | "!!bool" | "!!null" if scalar.style == Style::Plain => {
                plain(known, scalar, at, language)
            }
            "!!int" | "!!float" | "!!bool" | "!!null" | "!!binary" => Ok(string()),
            _ => Err(refused(format!("the tag {tag} is not supported"))),
        };
    }
    if tag.is_some() || scalar.style != Style::Plain {
        return Ok(string());
    }
    plain(known, scalar, at, language)
}

/// The value of an unquoted scalar, by the rules of `resolve.go` in zclconf/go-cty-yaml, checked against recorded
/// results of Terraform. Numbers with `_` are text, and a leading `0` does not mean octal.
fn plain(text: &str, scalar: &Scalar, at: Span, language: Language) -> Computed {
    let number = |n: f64| Ok(Value::new(Kind::Number(Number::new(n)), at));
    match text {
        "null" => return Ok(Value::null(at)),
        "true" => return Ok(Value::bool(true, at)),
        "false" => return Ok(Value::bool(false, at)),
        _ => {}
    }
    if language == Language::Yaml {
        match text {
            "" | "~" | "Null" | "NULL" => return Ok(Value::null(at)),
            "y" | "Y" | "yes" | "Yes" | "YES" | "True" | "TRUE" | "on" | "On" | "ON" => {
                return Ok(Value::bool(true, at));
            }
            "n" | "N" | "no" | "No" | "NO" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
                return Ok(Value::bool(false, at));
            }
            ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF" | ".nan" | ".NaN"
            | ".NAN" => return Err(refused("infinity is not a number")),
            "<<" => return Err(refused("a merge key outside of a map")),
            _ => {}
        }
        let radix = |prefix: &str, radix: u32| {
            let digits = text.strip_prefix(prefix)?;
            if digits.starts_with(['+', '-']) { None } else { u32::from_str_radix(digits, radix).ok() }
        };
        if let Some(n) = radix("0x", 16).or_else(|| radix("0o", 8)) {
            return number(f64::from(n));
        }
        if is_date(text) {
            return Ok(Value::unknown(Why::NotUnderstood("a date in YAML".into()), at));
        }
    }
    match parse_number(text) {
        Some(n) => {
            let literal: Traced = scalar.text.clone();
            Ok(Value::new(Kind::Number(Number::parse(literal).unwrap_or_else(|| Number::new(n))), at))
        }
        None => Ok(Value::str(scalar.text.clone(), at)),
    }
}

/// True for `2001-01-01`, with or without a time: Terraform writes these in another form.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| bytes.get(range).is_some_and(|b| b.iter().all(u8::is_ascii_digit));
    digits(0..4)
        && bytes.get(4) == Some(&b'-')
        && digits(5..7)
        && bytes.get(7) == Some(&b'-')
        && digits(8..10)
        && bytes.get(10).is_none_or(|b| matches!(b, b'T' | b't' | b' '))
}
