//! Functions of Go's templates, of Sprig and of Helm. Sources: golang/go `src/text/template/funcs.go`, Masterminds/sprig
//! `functions.go` and `strings.go`, helm/helm `pkg/engine/funcs.go`. Functions that are not modelled yield an unknown value.

use std::cmp::Ordering;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::syntax::yaml as documents;
use crate::text::{Span, Traced, Why};
use crate::value::{Entry, Kind, Map, Number, Value, equal};

use super::host::Host;
use super::values::{key, map, overlay, truth, underlay, unknown};
use crate::input::template_text::{
    answered, any_equal, count, counted, decoded, encoded, formatted, indented, mapped, printed, trimmed, yaml,
};
use crate::input::yaml_values::{json_of, quoted, value_of};

/// The most items that a function creates.
const MAX_ITEMS: usize = 1000;

fn float(n: f64, at: Span) -> Value {
    Value::new(Kind::Number(Number::new(n)), at)
}

/// The texts of values, with `between` between them.
fn joined(values: &[Value], between: &Traced, at: Span) -> Traced {
    Traced::join(&values.iter().map(|value| printed(value, at)).collect::<Vec<_>>(), between)
}

fn text_arg(args: &[Value], n: usize, at: Span) -> Traced {
    args.get(n).map(|value| printed(value, at)).unwrap_or_default()
}

fn number_of(value: &Value) -> Option<f64> {
    match &value.kind {
        Kind::Number(number) => Some(number.value()),
        Kind::Str(text) => text.known_str().map(|t| t.trim().parse().unwrap_or(0.0)),
        Kind::Bool(value) => Some(f64::from(u8::from(*value))),
        Kind::Null => Some(0.0),
        _ => None,
    }
}

fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (&a.kind, &b.kind) {
        (Kind::Number(a), Kind::Number(b)) => a.value().partial_cmp(&b.value()),
        (Kind::Str(a), Kind::Str(b)) => Some(a.known_str()?.cmp(b.known_str()?)),
        _ => number_of(a)?.partial_cmp(&number_of(b)?),
    }
}

fn not_understood(name: &str, at: Span) -> Value {
    let why = format!("the function `{}` of a template", name.escape_debug());
    Value::unknown(Why::NotUnderstood(why.into()), at)
}

/// Calls a function with its arguments; the last one is the piped value.
pub(super) fn call(host: &mut dyn Host<'_>, name: &str, args: Vec<Value>, at: Span, dot: &Value) -> Value {
    if !host.charge(1 + args.iter().map(|a| a.to_traced().map_or(0, |t| t.len() / 200)).sum::<usize>()) {
        return Value::unknown(Why::Limit("steps of a template"), at);
    }
    let null = || Value::null(at);
    let arg = |n: usize| args.get(n).cloned().unwrap_or_else(null);
    let last = || args.last().cloned().unwrap_or_else(null);
    let text = |n: usize| text_arg(&args, n, at);
    let last_text = || text_arg(&args, args.len().saturating_sub(1), at);
    let str = |text: Traced| Value::str(text, at);
    let made = |text: String| Value::str(Traced::made(text, at), at);
    let maybe = |answer| answered(answer, at);
    let first_unknown = args.iter().find_map(unknown);
    match name {
        // Logic and comparison.
        "and" => args.iter().find(|a| truth(a) != Some(true)).cloned().unwrap_or_else(last),
        "or" => args.iter().find(|a| truth(a) != Some(false)).cloned().unwrap_or_else(last),
        "not" => maybe(truth(&arg(0)).map(|t| !t)),
        "eq" => maybe(any_equal(&arg(0), &args[args.len().min(1)..])),
        "ne" => maybe(equal(&arg(0), &arg(1)).map(|e| !e)),
        "lt" => maybe(order(&arg(0), &arg(1)).map(Ordering::is_lt)),
        "le" => maybe(order(&arg(0), &arg(1)).map(Ordering::is_le)),
        "gt" => maybe(order(&arg(0), &arg(1)).map(Ordering::is_gt)),
        "ge" => maybe(order(&arg(0), &arg(1)).map(Ordering::is_ge)),
        "empty" => maybe(truth(&last()).map(|t| !t)),
        "all" => maybe(args.iter().map(truth).try_fold(true, |all, t| Some(all && t?))),
        "any" => maybe(args.iter().map(truth).try_fold(false, |any, t| Some(any || t?))),
        "default" if truth(&last()) == Some(false) => arg(0),
        "default" | "deepCopy" | "mustDeepCopy" => last(),
        "coalesce" => args.iter().find(|a| truth(a) != Some(false)).cloned().unwrap_or_else(null),
        "ternary" => match truth(&last()) {
            Some(true) => arg(0),
            Some(false) => arg(1),
            None if host.assume(at) => arg(0),
            None => arg(1),
        },
        "required" => {
            let value = last();
            let missing = value.is_null() || value.as_known_str() == Some("");
            if missing { Value::unknown(Why::NoDefault("a value that the chart requires".into()), at) } else { value }
        }
        "fail" => Value::unknown(Why::Invalid("the chart itself fails here".into()), at),

        // Templates.
        "include" => host.include(arg(0).as_known_str(), arg(1), at),
        "tpl" => match unknown(&arg(0)) {
            Some(_) => arg(0),
            None => host.template(&text(0), if args.len() > 1 { arg(1) } else { dot.clone() }, at),
        },
        "toYaml" | "toYamlPretty" => match unknown(&last()) {
            Some(_) => last(),
            None => str(yaml(&last(), at)),
        },
        "toJson" | "toRawJson" | "mustToJson" | "mustToRawJson" | "toPrettyJson" | "mustToPrettyJson" => {
            str(json_of(&last()))
        }
        "fromYaml" | "fromJson" | "fromYamlArray" | "fromJsonArray" | "mustFromJson" => {
            let value = last();
            if unknown(&value).is_some() {
                return value;
            }
            let view = host.cx().made(name, &last_text(), at);
            documents::parse(&view).tree.first().map_or_else(null, value_of)
        }
        "lookup" => Value::unknown(Why::FromOutside("the content of the cluster".into()), at),

        // Texts.
        "quote" | "squote" => {
            let mut out = Traced::new();
            for (n, value) in args.iter().filter(|a| !a.is_null()).enumerate() {
                out.push_made(if n > 0 { b" " } else { b"" }, at);
                let text = printed(value, at);
                if name == "quote" {
                    out.push(&quoted(&text, at));
                } else {
                    out.push_made(b"'", at);
                    out.push(&text);
                    out.push_made(b"'", at);
                }
            }
            if out.is_empty() && args.iter().any(Value::is_null) { str(Traced::new()) } else { str(out) }
        }
        "toString" | "toStrings" | "print" | "cat" | "println" if args.len() == 1 && name != "toStrings" => {
            str(last_text())
        }
        "print" => str(joined(&args, &Traced::new(), at)),
        "cat" | "println" => str(joined(&args, &Traced::made(" ", at), at)),
        "printf" => str(formatted(&text(0), &args[args.len().min(1)..], at)),
        "indent" | "nindent" => {
            let count = count(number_of(&arg(0)).unwrap_or(0.0));
            let inner = indented(&last_text(), count, at);
            if name == "indent" {
                return str(inner);
            }
            let mut out = Traced::made("\n", at);
            out.push(&inner);
            str(out)
        }
        "trim" => str(trimmed(&last_text(), &u8::is_ascii_whitespace, true, true)),
        "trimAll" | "trimall" => {
            let set = text(0);
            str(trimmed(&last_text(), &|b| set.bytes().contains(b), true, true))
        }
        "trimSuffix" => {
            let (suffix, whole) = (text(0), last_text());
            let cut = if whole.bytes().ends_with(suffix.bytes()) { suffix.len() } else { 0 };
            str(whole.slice(0..whole.len() - cut))
        }
        "trimPrefix" => {
            let (prefix, whole) = (text(0), last_text());
            let cut = if whole.bytes().starts_with(prefix.bytes()) { prefix.len() } else { 0 };
            str(whole.slice(cut..whole.len()))
        }
        "upper" => str(mapped(&last_text(), |b| b.to_ascii_uppercase())),
        "lower" => str(mapped(&last_text(), |b| b.to_ascii_lowercase())),
        "replace" => str(last_text().replace(text(0).bytes(), &text(1))),
        "nospace" => str(last_text().replace(b" ", &Traced::new())),
        "trunc" => match (number_of(&arg(0)), last_text()) {
            (Some(n), text) if n >= 0.0 => str(text.slice(0..count(n).min(text.len()))),
            (Some(n), text) => {
                let from = text.len().saturating_sub(count(-n));
                str(text.slice(from..text.len()))
            }
            _ => not_understood(name, at),
        },
        "substr" => match (number_of(&arg(0)), number_of(&arg(1)), last_text()) {
            (Some(from), Some(to), text) => {
                let to = if to < 0.0 { text.len() } else { count(to) };
                str(text.slice(count(from)..to))
            }
            _ => not_understood(name, at),
        },
        "repeat" => {
            let count = count(number_of(&arg(0)).unwrap_or(0.0));
            let parts = vec![last_text(); count.min(MAX_ITEMS)];
            str(Traced::join(&parts, &Traced::new()))
        }
        "contains" => maybe(known2(&args, at, |needle, whole| whole.contains(needle))),
        "hasPrefix" => maybe(known2(&args, at, |needle, whole| whole.starts_with(needle))),
        "hasSuffix" => maybe(known2(&args, at, |needle, whole| whole.ends_with(needle))),
        "regexMatch" | "mustRegexMatch" => {
            maybe(known2(&args, at, |pattern, whole| regex::Regex::new(pattern).is_ok_and(|r| r.is_match(whole))))
        }
        "regexReplaceAll" | "mustRegexReplaceAll" => {
            let (pattern, whole, with) = (text(0), text(1), text(2));
            let Some(found) = pattern.known_str().and_then(|p| regex::bytes::Regex::new(p).ok()) else {
                return not_understood(name, at);
            };
            if with.bytes().contains(&b'$')
                || whole.has_unknown() && found.is_match(crate::text::UNKNOWN_MARK.as_bytes())
            {
                return not_understood(name, at);
            }
            let (mut out, mut from) = (Traced::new(), 0);
            for m in found.find_iter(whole.bytes()) {
                out.push(&whole.slice(from..m.start()));
                out.push(&with);
                from = m.end();
            }
            out.push(&whole.slice(from..whole.len()));
            str(out)
        }
        "b64enc" => encoded(&last_text(), at),
        "b64dec" => decoded(&last_text(), at).unwrap_or_else(|| not_understood(name, at)),
        "title" | "untitle" | "camelcase" | "snakecase" | "kebabcase" | "sha256sum" | "sha1sum" | "randAlphaNum"
        | "randAlpha" | "randNumeric" | "uuidv4" | "now" | "date" | "genCA" | "genSignedCert" | "htpasswd"
        | "semverCompare" | "semver" | "env" | "expandenv" => Value::unknown(
            first_unknown.unwrap_or_else(|| Why::NotUnderstood(format!("the function `{name}` of a template").into())),
            at,
        ),

        // Numbers.
        "int" | "int64" | "float64" | "atoi" => match number_of(&last()) {
            Some(n) => {
                let value = last();
                let whole = if name == "float64" { n } else { n.trunc() };
                match &value.kind {
                    Kind::Number(known) if *known == Number::new(whole) => value,
                    _ => float(whole, value.at).with_outer(&value.via),
                }
            }
            None => Value::unknown(first_unknown.unwrap_or(Why::NotUnderstood("a number".into())), at),
        },
        "add" | "add1" | "sub" | "mul" | "div" | "mod" | "max" | "min" => {
            let numbers: Option<Vec<f64>> = args.iter().map(number_of).collect();
            let Some(numbers) = numbers.filter(|n| !n.is_empty()) else {
                return Value::unknown(first_unknown.unwrap_or(Why::NotUnderstood("a number".into())), at);
            };
            let fold = |f: fn(f64, f64) -> f64| numbers.iter().copied().reduce(f).unwrap_or(0.0);
            let zero = numbers.iter().skip(1).any(|n| *n == 0.0);
            match name {
                "add" => float(fold(|a, b| a + b), at),
                "add1" => float(numbers[0] + 1.0, at),
                "sub" => float(fold(|a, b| a - b), at),
                "mul" => float(fold(|a, b| a * b), at),
                "max" => float(fold(f64::max), at),
                "min" => float(fold(f64::min), at),
                _ if zero => not_understood(name, at),
                "div" => float(fold(|a, b| (a / b).trunc()), at),
                _ => float(fold(|a, b| a % b), at),
            }
        }
        "len" => match &last().kind {
            Kind::Str(text) if !text.has_unknown() => counted(text.len(), at),
            Kind::List(items) => counted(items.len(), at),
            Kind::Map(inner) if inner.open.is_none() => counted(inner.entries.len(), at),
            Kind::Null => float(0.0, at),
            _ => Value::unknown(first_unknown.unwrap_or(Why::NotUnderstood("a length".into())), at),
        },
        "until" => {
            let count = count(number_of(&arg(0)).unwrap_or(0.0));
            Value::list((0..count.min(MAX_ITEMS)).map(|n| counted(n, at)).collect(), at)
        }

        // Lists.
        "list" | "tuple" => Value::list(args, at),
        "index" => {
            let mut value = arg(0);
            for key in args.iter().skip(1) {
                value = match (&value.kind, &key.kind) {
                    (Kind::Unknown(_), _) => return value,
                    (_, Kind::Unknown(why)) => return Value::unknown(why.clone(), at),
                    (Kind::List(_), Kind::Number(n)) => value.item(count(n.value())).unwrap_or_else(null),
                    (Kind::Map(_), Kind::Str(key)) => key.known_str().and_then(|k| value.get(k)).unwrap_or_else(null),
                    _ => null(),
                };
            }
            let words: Arc<str> = String::from_utf8_lossy(host.cx().texts.slice(at)).trim().into();
            value.through(at, &words)
        }
        "first" => last().item(0).unwrap_or_else(null),
        "last" => last().items().last().cloned().unwrap_or_else(null),
        "rest" => Value::list(last().items().into_iter().skip(1).collect(), at),
        "initial" => {
            let mut items = last().items();
            items.pop();
            Value::list(items, at)
        }
        "append" | "push" => {
            let mut items = arg(0).items();
            items.push(arg(1));
            Value::list(items, at)
        }
        "prepend" => {
            let mut items = vec![arg(1)];
            items.extend(arg(0).items());
            Value::list(items, at)
        }
        "concat" => Value::list(args.iter().flat_map(Value::items).collect(), at),
        "reverse" => Value::list(last().items().into_iter().rev().collect(), at),
        "compact" => Value::list(last().items().into_iter().filter(|v| truth(v) != Some(false)).collect(), at),
        "uniq" => {
            let mut out: Vec<Value> = Vec::new();
            for item in last().items() {
                if !out.iter().any(|known| equal(known, &item) == Some(true)) {
                    out.push(item);
                }
            }
            Value::list(out, at)
        }
        "sortAlpha" => {
            let mut items: Vec<_> = last().items().iter().map(|item| printed(item, at)).collect();
            items.sort_by(|a, b| a.bytes().cmp(b.bytes()));
            Value::list(items.into_iter().map(str).collect(), at)
        }
        "has" => maybe(any_equal(&arg(0), &last().items())),
        "without" => {
            let not = |item: &Value| args.iter().skip(1).all(|other| equal(item, other) != Some(true));
            Value::list(arg(0).items().into_iter().filter(not).collect(), at)
        }
        "join" => {
            let value = last();
            if unknown(&value).is_some() {
                return value;
            }
            let items = if matches!(value.kind, Kind::List(_)) { value.items() } else { vec![value] };
            str(joined(&items, &text(0), at))
        }
        "splitList" | "split" => {
            let parts = last_text().split(text(0).bytes());
            if name == "splitList" {
                return Value::list(parts.into_iter().map(str).collect(), at);
            }
            map(parts.into_iter().enumerate().map(|(n, part)| (Arc::from(format!("_{n}")), str(part))), at)
        }

        // Maps.
        "dict" => {
            let mut entries: IndexMap<Arc<str>, Entry> = IndexMap::new();
            for pair in args.chunks(2) {
                let Some(name) = pair[0].as_known_str() else { return not_understood(name, at) };
                let value = pair.get(1).cloned().unwrap_or_else(|| made(String::new()));
                entries.insert(Arc::from(name), Entry { key: pair[0].at, value });
            }
            Value::map(entries, at)
        }
        "get" => arg(0).get(arg(1).as_known_str().unwrap_or_default()).unwrap_or_else(|| made(String::new())),
        "dig" => {
            let (Some(whole), Some(fallback)) = (args.last(), args.len().checked_sub(2).and_then(|n| args.get(n)))
            else {
                return not_understood(name, at);
            };
            let mut value = whole.clone();
            for key in &args[..args.len() - 2] {
                if unknown(&value).is_some() {
                    return value;
                }
                match key.as_known_str().and_then(|k| value.get(k)) {
                    Some(inner) => value = inner,
                    None => return fallback.clone(),
                }
            }
            value
        }
        "hasKey" => match (&arg(0).kind, arg(1).as_known_str()) {
            (Kind::Map(inner), Some(key)) if inner.open.is_none() || inner.entries.contains_key(key) => {
                Value::bool(inner.entries.contains_key(key), at)
            }
            (Kind::Null, _) => Value::bool(false, at),
            _ => maybe(None),
        },
        "keys" | "values" => {
            let mut out = Vec::new();
            for value in &args {
                if let Kind::Map(inner) = &value.kind {
                    for (name_, entry) in &inner.entries {
                        out.push(match name {
                            "keys" => str(key(name_, entry.key, &host.cx().texts)),
                            _ => entry.value.clone().with_outer(&value.via),
                        });
                    }
                }
            }
            Value::list(out, at)
        }
        "pick" | "omit" | "unset" => {
            let Kind::Map(inner) = &arg(0).kind else { return arg(0) };
            let named = |key: &str| args.iter().skip(1).any(|a| a.as_known_str() == Some(key));
            let mut out = Map::clone(inner);
            out.entries.retain(|key, _| named(key) == (name == "pick"));
            arg(0).replaced(Kind::Map(Arc::new(out)))
        }
        "set" => {
            let Kind::Map(inner) = &arg(0).kind else { return arg(0) };
            let Some(key) = arg(1).as_known_str().map(Arc::from) else { return not_understood(name, at) };
            let mut out = Map::clone(inner);
            out.entries.insert(key, Entry { key: arg(1).at, value: arg(2) });
            arg(0).replaced(Kind::Map(Arc::new(out)))
        }
        "merge" | "mustMerge" => args.iter().skip(1).fold(arg(0), |base, extra| underlay(&base, extra)),
        "mergeOverwrite" | "mustMergeOverwrite" => args.iter().skip(1).fold(arg(0), |base, over| overlay(&base, over)),

        // Kinds.
        "kindIs" | "typeIs" => maybe(kind(&arg(1)).map(|k| arg(0).as_known_str() == Some(k))),
        "kindOf" | "typeOf" => match kind(&last()) {
            Some(kind) => made(kind.to_owned()),
            None => not_understood(name, at),
        },
        _ => not_understood(name, at),
    }
}

/// Go's name for the kind of a value.
fn kind(value: &Value) -> Option<&'static str> {
    Some(match &value.kind {
        Kind::Null => "invalid",
        Kind::Bool(_) => "bool",
        Kind::Number(_) => "float64",
        Kind::Str(_) => "string",
        Kind::List(_) => "slice",
        Kind::Map(_) => "map",
        Kind::Unknown(_) | Kind::Either(_) => return None,
    })
}

/// Whether two texts satisfy `ask`; `None` if one is unknown.
fn known2(args: &[Value], at: Span, ask: impl Fn(&str, &str) -> bool) -> Option<bool> {
    let (a, b) = (text_arg(args, 0, at), text_arg(args, 1, at));
    Some(ask(a.known_str()?, b.known_str()?))
}
