//! Filters of Jinja and of Ansible. Sources: pallets/jinja `src/jinja2/filters.py`, ansible/ansible
//! `lib/ansible/plugins/filter`.

use std::sync::Arc;

use crate::node::Cx;
use crate::syntax::yaml;
use crate::text::pattern::compiled;
use crate::text::{Span, Traced, Why};
use crate::value::{Entry, Kind, Map, Number, Value};

use super::operators::{decimal, test};
use super::values::{boolean, printed, truth, unknown};
use crate::input::template_text;
use crate::input::yaml_values::{json_of, node_of, value_of};

/// The longest text that becomes a list of its letters, in bytes.
const MAX_LETTERS: usize = 1_000;

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
        "dirname" | "basename" => {
            let path = text();
            let start = path.bytes().iter().rposition(|b| *b == b'/').map_or(0, |slash| slash + 1);
            // Slashes alone are a root.
            let end = path.bytes()[..start].iter().rposition(|b| *b != b'/').map_or(start, |last| last + 1);
            str(if name == "dirname" { path.slice(0..end) } else { path.slice(start..path.len()) })
        }
        "comment" => {
            let mark = match arg(0, "style").as_ref().map(Value::as_known_str) {
                None | Some(Some("plain")) => {
                    named("decoration").map_or(Traced::made("# ", at), |mark| printed(&mark, at))
                }
                _ => return not_understood(name, at),
            };
            let end = template_text::trimmed(&mark, &u8::is_ascii_whitespace, false, true);
            let mut out = end.clone();
            for line in text().split(b"\n") {
                out.push_made(b"\n", at);
                out.push(&mark);
                out.push(&line);
            }
            out.push_made(b"\n", at);
            out.push(&end);
            str(out)
        }
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
        "int" | "float" | "abs" | "round" => {
            let written = match &value.kind {
                Kind::Number(n) => Some(n.value()),
                Kind::Str(inner) if matches!(name, "int" | "float") => {
                    let Some(text) = inner.known_str() else { return Value::unknown(unknown(&value), at) };
                    let default = arg(0, "default").as_ref().and_then(of_number).unwrap_or(0.0);
                    Some(text.trim().parse().ok().filter(|n: &f64| n.is_finite()).unwrap_or(default))
                }
                _ => None,
            };
            let whole = |n: f64| Value::new(Kind::Number(Number::new(n)), at);
            match (name, written) {
                ("int", Some(n)) if n.fract() == 0.0 && matches!(value.kind, Kind::Number(_)) => value,
                ("int", Some(n)) => whole(n.trunc()),
                ("float", Some(n)) => decimal(n, at),
                ("abs", Some(n)) => whole(n.abs()),
                // Python rounds a half to the even number; the result has a fraction.
                ("round", Some(n)) if args.is_empty() => decimal(n.round_ties_even(), at),
                _ => not_understood(name, at),
            }
        }
        "max" | "min" | "sum" if args.is_empty() => {
            let numbers: Option<Vec<f64>> = value.items().iter().map(of_number).collect();
            match numbers.filter(|numbers| !numbers.is_empty()) {
                Some(numbers) if name == "sum" => Value::new(Kind::Number(Number::new(numbers.iter().sum())), at),
                Some(numbers) => {
                    let order = |a: &(usize, &f64), b: &(usize, &f64)| a.1.total_cmp(b.1);
                    let all = numbers.iter().enumerate();
                    let place = if name == "max" { all.max_by(order) } else { all.min_by(order) };
                    let place = place.map(|(place, _)| place);
                    place.and_then(|place| value.item(place)).unwrap_or_else(|| not_understood(name, at))
                }
                None => not_understood(name, at),
            }
        }
        "select" | "reject" | "selectattr" | "rejectattr" => {
            let by = name.ends_with("attr");
            let given: Vec<Value> = args.iter().map(|(_, value)| value.clone()).collect();
            let attribute = given.first().filter(|_| by).and_then(|a| a.as_known_str().map(str::to_owned));
            let rest = given.get(usize::from(by)..).unwrap_or_default();
            let own = rest.first().map_or(Some("truthy"), Value::as_known_str);
            let (Some(own), false) = (own, by && attribute.is_none()) else { return not_understood(name, at) };
            let mut kept = Vec::new();
            for item in value.items() {
                let tested = match &attribute {
                    Some(path) => path.split('.').try_fold(item.clone(), |item, key| item.get(key)),
                    None => Some(item.clone()),
                };
                let holds = match (&tested, own) {
                    (None, "defined") => Some(false),
                    (None, "undefined") => Some(true),
                    (None, _) => None,
                    (Some(tested), _) => test(own, tested, rest.get(1..).unwrap_or_default()),
                };
                match holds {
                    Some(holds) if holds == name.starts_with("select") => kept.push(item),
                    Some(_) => {}
                    None => return not_understood(name, at),
                }
            }
            Value::list(kept, at)
        }
        "reverse" if matches!(value.kind, Kind::List(_)) => {
            let mut items = value.items();
            items.reverse();
            Value::list(items, at)
        }
        "capitalize" => match text().known_str() {
            Some(text) => {
                let mut chars = text.chars();
                let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
                str(Traced::made(first + &chars.as_str().to_lowercase(), at))
            }
            None => not_understood(name, at),
        },
        "bool" => match boolean(&value) {
            Some(answer) => Value::bool(answer, at),
            None => Value::unknown(unknown(&value), at),
        },
        "list" => match &value.kind {
            Kind::Map(map) => {
                let keys = map.entries.iter().map(|(k, e)| Value::str(Traced::made(k.as_bytes(), e.key), e.key));
                Value::list(keys.collect(), at)
            }
            Kind::Str(text) => match text.known_str().filter(|known| known.len() <= MAX_LETTERS) {
                Some(known) => {
                    let letters = known.char_indices().map(|(n, c)| text.slice(n..n + c.len_utf8()));
                    Value::list(letters.map(|letter| Value::str(letter, at)).collect(), at)
                }
                None => Value::unknown(unknown(&value), at),
            },
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
            Kind::Str(inner) if !inner.has_unknown() => template_text::counted(inner.to_text().chars().count(), at),
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
        "unique" => {
            let mut kept: Vec<Value> = Vec::new();
            for item in value.items() {
                match template_text::any_equal(&item, &kept) {
                    Some(true) => {}
                    Some(false) => kept.push(item),
                    None => return not_understood(name, at),
                }
            }
            Value::list(kept, at)
        }
        "flatten" if args.is_empty() => {
            let mut out = Vec::new();
            let mut open: Vec<Value> = value.items().into_iter().rev().collect();
            while let Some(item) = open.pop() {
                match &item.kind {
                    Kind::List(_) => open.extend(item.items().into_iter().rev()),
                    // An empty item is left out.
                    Kind::Null => {}
                    _ => out.push(item),
                }
            }
            Value::list(out, at)
        }
        "ternary" => match truth(&value).map(usize::from).and_then(|holds| place(1 - holds)) {
            Some(chosen) => chosen,
            None => not_understood(name, at),
        },
        "regex_replace" => {
            let pattern = arg(0, "pattern").and_then(|p| compiled(p.as_known_str()?));
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
    let mut out = String::new();
    let mut rest = with;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(&before.replace('$', "$$"));
        let digits = after.bytes().take(2).take_while(u8::is_ascii_digit).count();
        let named = after.strip_prefix("g<").and_then(|after| after.split_once('>'));
        let (group, left) = named.unwrap_or_else(|| after.split_at(digits));
        let escapes = [('n', "\n"), ('t', "\t"), ('\\', "\\")];
        let escape = escapes.into_iter().find_map(|(name, text)| Some((text, left.strip_prefix(name)?)));
        let (text, left) = match escape {
            Some((text, left)) if group.is_empty() => (text.to_owned(), left),
            _ if group.is_empty() => ("\\".to_owned(), left),
            _ => (format!("${{{group}}}"), left),
        };
        out.push_str(&text);
        rest = left;
    }
    out.push_str(&rest.replace('$', "$$"));
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

pub(super) fn combined(base: &Value, over: &Value, deep: bool) -> Value {
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

/// `'%s' % value`, or `%` with a list of values.
pub(super) fn percent(text: &Value, given: &Value, at: Span) -> Value {
    let given = if matches!(given.kind, Kind::List(_)) { given.items() } else { vec![given.clone()] };
    let given: Vec<Traced> = given.iter().map(|value| printed(value, at)).collect();
    let out = text.to_traced().and_then(|text| formatted(&text, &given));
    out.map_or_else(|| Value::unknown(Why::NotUnderstood("`%`".into()), at), |out| Value::str(out, at))
}

fn of_number(value: &Value) -> Option<f64> {
    match &value.kind {
        Kind::Number(n) => Some(n.value()),
        _ => None,
    }
}

fn not_understood(name: &str, at: Span) -> Value {
    Value::unknown(Why::NotUnderstood(format!("the filter `{}`", name.escape_debug()).into()), at)
}
