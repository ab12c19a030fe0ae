//! Filters of Jinja and of Ansible. Sources: pallets/jinja `src/jinja2/filters.py`, ansible/ansible
//! `lib/ansible/plugins/filter`.

use std::sync::Arc;

use crate::node::Cx;
use crate::syntax::yaml;
use crate::text::{Span, Traced, Why};
use crate::value::{Entry, Kind, Map, Number, Value};

use super::values::{printed, truth, unknown};
use crate::input::template_text;
use crate::input::yaml_values::{json_of, node_of, value_of};

/// The result of a filter. Filters that are not modelled yield an unknown value.
pub(super) fn filter(name: &str, value: Value, args: &[(Option<String>, Value)], at: Span, cx: &mut Cx<'_>) -> Value {
    let place = |n: usize| args.iter().filter(|(name, _)| name.is_none()).nth(n).map(|(_, v)| v.clone());
    let named = |key: &str| args.iter().find(|(name, _)| name.as_deref() == Some(key)).map(|(_, v)| v.clone());
    let arg = |n: usize, key: &str| named(key).or_else(|| place(n));
    let number = |v: Option<Value>| match v?.kind {
        Kind::Number(n) => Some(template_text::count(n.value())),
        _ => None,
    };
    let str = |text: Traced| Value::str(text, at);
    if value.is_unknown() {
        // An inventory may set it, so the default may not apply.
        return Value { at: value.at, ..value };
    }
    let text = || printed(&value, at);
    match name {
        "default" | "d" => match (arg(1, "boolean").and_then(|b| truth(&b)), truth(&value)) {
            (Some(true), Some(false)) => arg(0, "default_value").unwrap_or_else(|| str(Traced::made("", at))),
            _ => value,
        },
        "string" => str(text()),
        "safe" | "mandatory" => value,
        "quote" => {
            let inner = text();
            let plain = |b: &u8| b.is_ascii_alphanumeric() || b"@%_-+=:,./".contains(b);
            if !inner.is_empty() && inner.bytes().iter().all(plain) {
                return str(inner);
            }
            let mut out = Traced::made("'", at);
            out.push(&inner.replace(b"'", &Traced::made("'\"'\"'", at)));
            out.push_made(b"'", at);
            str(out)
        }
        "upper" => str(template_text::mapped(&text(), |b| b.to_ascii_uppercase())),
        "lower" => str(template_text::mapped(&text(), |b| b.to_ascii_lowercase())),
        "trim" => str(template_text::trimmed(&text(), &u8::is_ascii_whitespace, true, true)),
        "replace" => match (arg(0, "old"), arg(1, "new")) {
            (Some(old), Some(new)) => str(text().replace(printed(&old, at).bytes(), &printed(&new, at))),
            _ => not_understood(name, at),
        },
        "indent" => {
            let width = number(arg(0, "width")).unwrap_or(4);
            let first = arg(1, "first").and_then(|f| truth(&f)).unwrap_or(false);
            let inner = template_text::indented(&text(), width, at);
            str(if first { inner } else { inner.slice(width.min(inner.len())..inner.len()) })
        }
        "to_json" | "to_nice_json" | "tojson" => str(json_of(&value)),
        "to_yaml" | "to_nice_yaml" => {
            let mut out = yaml::write(&node_of(&value));
            if out.is_empty() {
                out = Traced::made("{}\n", at);
            }
            str(out)
        }
        "from_json" | "from_yaml" => {
            yaml::parse(&cx.made(name, &text(), at)).tree.first().map_or_else(|| Value::null(at), value_of)
        }
        "b64encode" => template_text::encoded(&text(), at),
        "b64decode" => template_text::decoded(&text(), at).unwrap_or_else(|| not_understood(name, at)),
        "int" => match &value.kind {
            Kind::Number(_) => value,
            Kind::Str(inner) => match inner.known_str().map(|t| t.trim().parse().unwrap_or(0.0)) {
                Some(n) => Value::new(Kind::Number(Number::new(n)), at),
                None => Value::unknown(unknown(&value), at),
            },
            _ => not_understood(name, at),
        },
        "bool" => match truth(&value) {
            Some(answer) => Value::bool(answer, at),
            None => Value::unknown(unknown(&value), at),
        },
        "list" => match &value.kind {
            Kind::Map(map) => {
                let keys = map.entries.iter().map(|(k, e)| Value::str(Traced::made(k.as_bytes(), e.key), e.key));
                Value::list(keys.collect(), at)
            }
            _ => value,
        },
        "sort" if args.is_empty() => {
            let mut items = filter("list", value, &[], at, cx).items();
            // Jinja compares texts without case.
            let texts: Option<Vec<_>> = items.iter().map(|item| Some(item.as_known_str()?.to_lowercase())).collect();
            if texts.is_none() {
                return not_understood(name, at);
            }
            items.sort_by_key(|item| item.as_known_str().map(str::to_lowercase));
            Value::list(items, at)
        }
        "dictsort" if args.is_empty() => match &value.kind {
            Kind::Map(map) => {
                let mut entries: Vec<_> = map.entries.iter().collect();
                entries.sort_by_key(|(key, _)| key.to_lowercase());
                let pair = |(key, entry): (&Arc<str>, &Entry)| {
                    let name = Value::str(Traced::made(key.as_bytes(), entry.key), entry.key);
                    Value::list(vec![name, entry.value.clone().with_outer(&value.via)], entry.key)
                };
                Value::list(entries.into_iter().map(pair).collect(), at)
            }
            _ => not_understood(name, at),
        },
        "join" => {
            let by = arg(0, "d").map(|v| printed(&v, at)).unwrap_or_default();
            let parts: Vec<_> = value.items().iter().map(|item| printed(item, at)).collect();
            str(Traced::join(&parts, &by))
        }
        "first" => value.item(0).unwrap_or_else(|| Value::null(at)),
        "last" => value.items().last().cloned().unwrap_or_else(|| Value::null(at)),
        "length" | "count" => match &value.kind {
            Kind::List(items) => template_text::counted(items.len(), at),
            Kind::Map(map) => template_text::counted(map.entries.len(), at),
            Kind::Str(inner) if !inner.has_unknown() => template_text::counted(inner.len(), at),
            _ => not_understood(name, at),
        },
        "combine" => {
            let deep = named("recursive").and_then(|r| truth(&r)).unwrap_or(false);
            let mut out = value;
            for (_, other) in args.iter().filter(|(name, _)| name.is_none()) {
                out = combined(&out, other, deep);
            }
            out
        }
        "dict2items" => match &value.kind {
            Kind::Map(map) => {
                let item = |(k, e): (&Arc<str>, &Entry)| {
                    let mut pair = Map::default();
                    let key = Value::str(Traced::made(k.as_bytes(), e.key), e.key);
                    pair.entries.insert(Arc::from("key"), Entry { key: e.key, value: key });
                    let inner = e.value.clone().with_outer(&value.via);
                    pair.entries.insert(Arc::from("value"), Entry { key: e.key, value: inner });
                    Value::new(Kind::Map(Arc::new(pair)), e.key)
                };
                Value::list(map.entries.iter().map(item).collect(), at)
            }
            _ => not_understood(name, at),
        },
        "unique" | "flatten" => value,
        "ternary" => match truth(&value).map(usize::from).and_then(|holds| place(1 - holds)) {
            Some(chosen) => chosen,
            None => not_understood(name, at),
        },
        "regex_replace" => {
            let pattern = arg(0, "pattern").and_then(|p| regex::bytes::Regex::new(p.as_known_str()?).ok());
            // Groups are written `\1` or `\g<1>` here.
            let with = arg(1, "replacement").map(|with| printed(&with, at)).unwrap_or_default();
            let grouped = with.bytes().contains(&b'\\');
            let with = if grouped { Traced::made(in_dollars(&with.to_text()), at) } else { with };
            let out = pattern.and_then(|p| template_text::substituted(&text(), &p, &with, grouped, at));
            out.map_or_else(|| not_understood(name, at), str)
        }
        "format" => {
            let given: Vec<Traced> = args.iter().map(|(_, value)| printed(value, at)).collect();
            formatted(&text(), &given).map_or_else(|| not_understood(name, at), str)
        }
        "map" => {
            let by = named("attribute").and_then(|name| name.as_known_str().map(str::to_owned));
            let filters = place(0).and_then(|name| name.as_known_str().map(str::to_owned));
            let more = args.get(1..).unwrap_or_default();
            let one = |item: Value, cx: &mut Cx<'_>| match (&by, &filters) {
                (Some(by), _) => by.split('.').try_fold(item, |item, key| item.get(key)),
                (None, Some(own)) if own != "map" => Some(filter(own, item, more, at, cx)),
                _ => None,
            };
            let items: Option<Vec<_>> = value.items().into_iter().map(|item| one(item, cx)).collect();
            items.map_or_else(|| not_understood(name, at), |items| Value::list(items, at))
        }
        _ => not_understood(name, at),
    }
}

/// The new text of a pattern of Python, as a pattern of this program expects it.
fn in_dollars(with: &str) -> String {
    let (mut out, mut rest) = (String::new(), with.chars().peekable());
    while let Some(c) = rest.next() {
        match c {
            '\\' => {
                let named = rest.next_if_eq(&'g').is_some();
                let group: String =
                    std::iter::from_fn(|| rest.next_if(|c| c.is_ascii_digit() || named && matches!(c, '<' | '>')))
                        .filter(char::is_ascii_digit)
                        .collect();
                out.push_str(&if group.is_empty() { "\\".to_owned() } else { format!("${{{group}}}") });
            }
            '$' => out.push_str("$$"),
            c => out.push(c),
        }
    }
    out
}

/// The text with each `%s` or `%d` replaced by the next of the given ones. `None` if there are other marks.
fn formatted(text: &Traced, given: &[Traced]) -> Option<Traced> {
    let (mut out, mut done, mut given) = (Traced::new(), 0, given.iter());
    while let Some(at) = text.bytes()[done..].iter().position(|b| *b == b'%').map(|at| done + at) {
        out.push(&text.slice(done..at));
        match text.bytes().get(at + 1)? {
            b's' | b'd' => out.push(given.next()?),
            b'%' => out.push(&text.slice(at..at + 1)),
            _ => return None,
        }
        done = at + 2;
    }
    out.push(&text.slice(done..text.len()));
    Some(out)
}

fn combined(base: &Value, over: &Value, deep: bool) -> Value {
    let (Kind::Map(below), Kind::Map(above)) = (&base.kind, &over.kind) else { return over.clone() };
    let mut out = below.as_ref().clone();
    for (name, entry) in &above.entries {
        let value = entry.value.clone().with_outer(&over.via);
        let value = match out.entries.get(name) {
            Some(known) if deep => combined(&known.value, &value, true),
            _ => value,
        };
        out.entries.insert(Arc::clone(name), Entry { key: entry.key, value });
    }
    base.replaced(Kind::Map(Arc::new(out)))
}

fn not_understood(name: &str, at: Span) -> Value {
    Value::unknown(Why::NotUnderstood(format!("the filter `{}`", name.escape_debug()).into()), at)
}
