//! Functions of Go's templates, of Sprig and of Helm. Sources: golang/go `src/text/template/funcs.go`, Masterminds/sprig
//! `functions.go`, `dict.go` and `list.go`, helm/helm `pkg/engine/funcs.go` (4.2). Functions that are not modelled yield an
//! unknown value.

use std::cmp::Ordering;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::syntax::{toml, yaml as documents};
use crate::text::{Span, Traced, Why};
use crate::value::{Entry, Kind, Map, Value, equal_but};

use super::host::Host;
use super::numbers::number_of;
use super::print::{printed, type_of};
use super::values::{from_json, key, map, merged, open_top, truth, underlay, unknown};
use super::{numbers, semver, texts, to_toml, to_yaml, version};
use crate::input::template_text::{answered, count, counted};
use crate::input::yaml_values::value_of;

/// Why a template that Helm refuses has no result.
pub(super) const FAILS: &str = "the chart itself fails here";

/// Whether two values are the same to Go: numbers of two types are not.
fn same(a: &Value, b: &Value) -> Option<bool> {
    equal_but(a, b, &|a, b| match (&a.kind, &b.kind) {
        (Kind::Number(a), Kind::Number(b)) if a.is_floating() != b.is_floating() => Some(Some(false)),
        _ => None,
    })
}

/// The answer of a comparison; an error if the types differ, which Go does not compare.
fn compared(a: &Value, b: &Value, ask: impl Fn(&Value, &Value) -> Option<bool>) -> Result<Option<bool>, ()> {
    match (&a.kind, &b.kind) {
        (Kind::Unknown(_) | Kind::Either(_), _) | (_, Kind::Unknown(_) | Kind::Either(_)) => Ok(None),
        (Kind::Number(x), Kind::Number(y)) if x.is_floating() != y.is_floating() => Err(()),
        (Kind::Null, _) | (_, Kind::Null) => Ok(ask(a, b)),
        _ if std::mem::discriminant(&a.kind) != std::mem::discriminant(&b.kind) => Err(()),
        _ => Ok(ask(a, b)),
    }
}

fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (&a.kind, &b.kind) {
        (Kind::Number(a), Kind::Number(b)) => a.value().partial_cmp(&b.value()),
        (Kind::Str(a), Kind::Str(b)) => Some(a.known_str()?.cmp(b.known_str()?)),
        _ => None,
    }
}

fn not_understood(name: &str, at: Span) -> Value {
    let why = format!("the function `{}` of a template", name.escape_debug());
    Value::unknown(Why::NotUnderstood(why.into()), at)
}

/// Whether a value is in a list, or equal to one of several; `None` if that is not known.
fn one_of(value: &Value, others: &[Value]) -> Option<bool> {
    let answers: Vec<_> = others.iter().map(|other| same(value, other)).collect();
    if answers.contains(&Some(true)) { Some(true) } else { answers.iter().all(Option::is_some).then_some(false) }
}

/// The name without `must`, which only says that errors are not hidden.
fn plain(name: &str) -> String {
    match name.strip_prefix("must").filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase())) {
        Some(rest) => rest.get(..1).unwrap_or_default().to_ascii_lowercase() + rest.get(1..).unwrap_or_default(),
        None => name.to_owned(),
    }
}

/// Calls a function with its arguments; the last one is the piped value.
pub(super) fn call(host: &mut dyn Host<'_>, name: &str, args: Vec<Value>, at: Span, dot: &Value) -> Value {
    if !host.charge(1 + args.iter().map(|a| a.to_traced().map_or(0, |t| t.len() / 200)).sum::<usize>()) {
        return Value::unknown(Why::limit("steps of a template"), at);
    }
    let name = &*plain(name);
    let null = || Value::null(at);
    let arg = |n: usize| args.get(n).cloned().unwrap_or_else(null);
    let last = || args.last().cloned().unwrap_or_else(null);
    let text = |n: usize| args.get(n).map(|value| printed(value, at)).unwrap_or_default();
    let last_text = || text(args.len().saturating_sub(1));
    let str = |text: Traced| Value::str(text, at);
    let made = |text: String| Value::str(Traced::made(text, at), at);
    let maybe = |answer| answered(answer, at);
    let fails = || Value::unknown(Why::Invalid(FAILS.into()), at);
    let tried = |answer: Result<Option<bool>, ()>| answer.map_or_else(|()| fails(), maybe);
    match name {
        // Logic and comparison.
        "and" => args.iter().find(|a| truth(a) != Some(true)).cloned().unwrap_or_else(last),
        "or" => args.iter().find(|a| truth(a) != Some(false)).cloned().unwrap_or_else(last),
        "not" => maybe(truth(&arg(0)).map(|t| !t)),
        "eq" => {
            let answers: Result<Vec<_>, ()> = args.iter().skip(1).map(|b| compared(&arg(0), b, same)).collect();
            tried(answers.map(|all| {
                if all.contains(&Some(true)) { Some(true) } else { all.iter().all(Option::is_some).then_some(false) }
            }))
        }
        "ne" => tried(compared(&arg(0), &arg(1), same).map(|e| e.map(|e| !e))),
        "lt" => tried(compared(&arg(0), &arg(1), |a, b| order(a, b).map(Ordering::is_lt))),
        "le" => tried(compared(&arg(0), &arg(1), |a, b| order(a, b).map(Ordering::is_le))),
        "gt" => tried(compared(&arg(0), &arg(1), |a, b| order(a, b).map(Ordering::is_gt))),
        "ge" => tried(compared(&arg(0), &arg(1), |a, b| order(a, b).map(Ordering::is_ge))),
        "deepEqual" => maybe(same(&arg(0), &arg(1))),
        "empty" => maybe(truth(&last()).map(|t| !t)),
        "all" => maybe(args.iter().map(truth).try_fold(true, |all, t| Some(all && t?))),
        "any" => maybe(args.iter().map(truth).try_fold(false, |any, t| Some(any || t?))),
        "default" if truth(&last()) == Some(false) => arg(0),
        "default" => last(),
        "deepCopy" => copied(&last(), 0),
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
        "fail" => fails(),

        // Templates.
        "include" => host.include(arg(0).as_known_str(), arg(1), at),
        "tpl" => match unknown(&arg(0)) {
            Some(_) if text(0).is_unknown() => arg(0),
            _ => host.template(&text(0), if args.len() > 1 { arg(1) } else { dot.clone() }, at),
        },
        "toYaml" | "toYamlPretty" => match unknown(&last()) {
            Some(_) => last(),
            None => str(to_yaml::yaml(&last(), name == "toYamlPretty")),
        },
        "toJson" => str(to_yaml::json(&last(), true)),
        "toPrettyJson" => str(to_yaml::pretty_json(&last())),
        "toRawJson" => str(to_yaml::json(&last(), false)),
        "toToml" => match unknown(&last()) {
            Some(_) => last(),
            None => to_toml::toml(&last(), at).map_or_else(|| not_understood(name, at), str),
        },
        "fromToml" => {
            let value = last();
            if unknown(&value).is_some() {
                return value;
            }
            let view = host.cx().made(name, &last_text(), at);
            let read = toml::parse(&view);
            match read.tree.filter(|_| read.errors.is_empty()) {
                Some(tree) => value_of(&tree),
                None => {
                    let words = Value::unknown(Why::NotUnderstood("the words of an error".into()), at);
                    map([(Arc::from("Error"), words)], at)
                }
            }
        }
        "fromYaml" | "fromJson" | "fromYamlArray" | "fromJsonArray" => {
            let value = last();
            if unknown(&value).is_some() {
                return value;
            }
            let view = host.cx().made(name, &last_text(), at);
            let read = documents::parse(&view);
            let tree = read.tree.first().filter(|_| read.errors.is_empty());
            let value = tree.map_or_else(null, |tree| from_json(&value_of(tree)));
            let array = name.ends_with("Array");
            match &value.kind {
                Kind::Map(_) if !array => value,
                Kind::List(_) if array => value,
                Kind::Unknown(_) => value,
                Kind::Null if read.errors.is_empty() => {
                    if array {
                        Value::list(Vec::new(), at)
                    } else {
                        map([], at)
                    }
                }
                _ => {
                    let words = Value::unknown(Why::NotUnderstood("the words of an error".into()), at);
                    if array { Value::list(vec![words], at) } else { map([(Arc::from("Error"), words)], at) }
                }
            }
        }
        "semverCompare" => match (arg(0).as_known_str(), last().to_traced()) {
            (Some(condition), Some(version)) if !version.is_unknown() => maybe(match version.known_str() {
                Some(version) => semver::meets(condition, version),
                None => version::major(&version).and_then(|major| semver::all_meet(condition, major)),
            }),
            (_, version) => {
                let why = version.and_then(|text| text.first_unknown().map(|(_, why)| why.clone()));
                Value::unknown(why.unwrap_or(Why::NotUnderstood("a condition on a version".into())), at)
            }
        },
        "semver" => match last_text().known_str().and_then(semver::parts) {
            Some(([major, minor, patch], pre)) => {
                let number = |n: u64| counted(usize::try_from(n).unwrap_or(usize::MAX), at);
                let fields = [("Major", number(major)), ("Minor", number(minor)), ("Patch", number(patch))];
                let texts = [("Prerelease", made(pre.to_owned())), ("Original", str(last_text()))];
                map(fields.into_iter().chain(texts).map(|(key, value)| (Arc::from(key), value)), at)
            }
            None => match version::major(&last_text()) {
                Some(major) => {
                    let number = counted(usize::try_from(major).unwrap_or(usize::MAX), at);
                    let why = Why::FromOutside("the version of Helm".into());
                    open_top(map([(Arc::from("Major"), number)], at), why)
                }
                None => not_understood(name, at),
            },
        },
        "randAlphaNum"
        | "randAlpha"
        | "randAscii"
        | "randNumeric"
        | "randInt"
        | "randBytes"
        | "shuffle"
        | "uuidv4"
        | "bcrypt"
        | "htpasswd"
        | "encryptAES"
        | "genPrivateKey"
        | "genCA"
        | "genCAWithKey"
        | "genSelfSignedCert"
        | "genSelfSignedCertWithKey"
        | "genSignedCert"
        | "genSignedCertWithKey" => Value::unknown(Why::FromOutside("a random value".into()), at),
        "getHostByName" => Value::unknown(Why::FromOutside("the address of a host".into()), at),
        "now" | "ago" | "htmlDateInZone" | "dateInZone" | "date_in_zone" | "htmlDate" | "date" | "unixEpoch"
        | "dateModify" | "date_modify" | "must_date_modify" => {
            Value::unknown(Why::FromOutside("the time of the release".into()), at)
        }
        "lookup" => Value::unknown(Why::FromOutside("the content of the cluster".into()), at),
        "hello" => made("Hello!".to_owned()),

        "len" => numbers::length(&last(), at).unwrap_or_else(|| {
            let why = args.iter().find_map(unknown);
            Value::unknown(why.unwrap_or(Why::Invalid(FAILS.into())), at)
        }),

        // Lists.
        "list" | "tuple" => Value::list(args, at),
        "index" => {
            let mut value = arg(0);
            for key in args.iter().skip(1) {
                value = match (&value.kind, &key.kind) {
                    (Kind::Unknown(_), _) => return value,
                    (_, Kind::Unknown(why)) => return Value::unknown(why.clone(), at),
                    (Kind::List(_), Kind::Number(n)) => match value.item(count(n.value())) {
                        Some(item) => item,
                        None => return fails(),
                    },
                    (Kind::Map(inner), Kind::Str(key)) => match key.known_str().and_then(|k| value.get(k)) {
                        Some(found) => found,
                        None => match &inner.open {
                            Some(why) => return Value::unknown(why.clone(), at),
                            None => null(),
                        },
                    },
                    _ => null(),
                };
            }
            let words: Arc<str> = String::from_utf8_lossy(host.cx().texts.slice(at)).trim().into();
            value.through(at, &words)
        }
        "first" | "last" | "rest" | "initial" | "append" | "push" | "prepend" | "concat" | "reverse" | "compact"
        | "uniq" | "sortAlpha" | "without" | "chunk" | "slice" | "has" | "join"
            if args.iter().any(|a| a.is_unknown()) =>
        {
            args.iter().find(|a| a.is_unknown()).cloned().unwrap_or_else(null)
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
                if !out.iter().any(|known| same(known, &item) == Some(true)) {
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
        "chunk" => {
            let size = number_of(&arg(0)).map_or(1, count).max(1);
            Value::list(last().items().chunks(size).map(|part| Value::list(part.to_vec(), at)).collect(), at)
        }
        "slice" => {
            let Kind::List(items) = &arg(0).kind else { return fails() };
            let bound = |n: usize, missing: usize| args.get(n).and_then(number_of).map_or(missing, count);
            let (from, to) = (bound(1, 0), bound(2, items.len()));
            if from > to || to > items.len() { fails() } else { Value::list(arg(0).items()[from..to].to_vec(), at) }
        }
        "has" => maybe(one_of(&arg(0), &last().items())),
        "without" => {
            let not = |item: &Value| args.iter().skip(1).all(|other| same(item, other) != Some(true));
            Value::list(arg(0).items().into_iter().filter(not).collect(), at)
        }
        "join" => {
            let value = last();
            let items = if matches!(value.kind, Kind::List(_)) { value.items() } else { vec![value] };
            str(texts::joined(&items, &text(0), at))
        }

        // Maps.
        "dict" => {
            let mut entries: IndexMap<Arc<str>, Entry> = IndexMap::new();
            for pair in args.chunks(2) {
                let key = text_key(&pair[0], at);
                let Some(name) = key.as_deref() else { return not_understood(name, at) };
                let value = pair.get(1).cloned().unwrap_or_else(|| made(String::new()));
                entries.insert(Arc::from(name), Entry { key: pair[0].at, value });
            }
            Value::map(entries, at)
        }
        "get" => arg(0).get(arg(1).as_known_str().unwrap_or_default()).unwrap_or_else(|| match open(&arg(0)) {
            Some(why) => Value::unknown(why, at),
            None => made(String::new()),
        }),
        "dig" => {
            let (Some(whole), Some(fallback)) = (args.last(), args.len().checked_sub(2).and_then(|n| args.get(n)))
            else {
                return not_understood(name, at);
            };
            let mut value = whole.clone();
            for key in &args[..args.len() - 2] {
                match (key.as_known_str().and_then(|k| value.get(k)), open(&value)) {
                    (Some(inner), _) => value = inner,
                    (None, Some(why)) => return Value::unknown(why, at),
                    (None, None) => return fallback.clone(),
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
        "keys" | "values" | "pluck" => {
            let (mut out, wanted) = (Vec::new(), arg(0));
            let maps = if name == "pluck" { &args[1.min(args.len())..] } else { &args[..] };
            for value in maps {
                let Kind::Map(inner) = &value.kind else { continue };
                for (name_, entry) in &inner.entries {
                    out.push(match name {
                        "keys" => str(key(name_, entry.key, &host.cx().texts)),
                        "pluck" if wanted.as_known_str() != Some(name_) => continue,
                        _ => entry.value.clone().with_outer(&value.via),
                    });
                }
                if let Some(why) = &inner.open {
                    out.push(Value::unknown(why.clone(), at));
                }
            }
            Value::list(out, at)
        }
        "pick" | "omit" | "unset" | "set" => {
            let target = arg(0);
            let Kind::Map(inner) = &target.kind else { return target };
            // Variables may still have the map as it was.
            target.may_copy();
            let mut out = Map::clone(inner);
            if name == "set" {
                let Some(key) = arg(1).as_known_str().map(Arc::from) else { return not_understood(name, at) };
                out.entries.insert(key, Entry { key: arg(1).at, value: arg(2) });
            } else {
                let named = |key: &str| args.iter().skip(1).any(|a| a.as_known_str() == Some(key));
                out.entries.retain(|key, _| named(key) == (name == "pick"));
            }
            let result = target.replaced(Kind::Map(Arc::new(out)));
            if matches!(name, "set" | "unset") {
                // A map that holds itself again and again would soon be too large.
                let open = || Map { open: Some(Why::limit("size of a value")), ..Map::clone(inner) };
                let new = if let Kind::Map(new) = &result.kind { Arc::clone(new) } else { Arc::new(open()) };
                host.changed(Arc::clone(inner), new);
            }
            result
        }
        "merge" | "mergeOverwrite" => {
            let base = arg(0);
            let laid = if name == "merge" { underlay } else { merged };
            let result = args.iter().skip(1).fold(base.clone(), |base, other| laid(&base, other));
            if let (Kind::Map(old), Kind::Map(new)) = (&base.kind, &result.kind) {
                host.changed(Arc::clone(old), Arc::clone(new));
            }
            result
        }

        // Kinds.
        "kindIs" => maybe(
            kind(&arg(1))
                .map(|kinds| kinds.contains(&arg(0).as_known_str().unwrap_or_default()))
                .filter(|found| !found || kind(&arg(1)).is_some_and(|kinds| kinds.len() == 1)),
        ),
        "typeIs" | "typeIsLike" => {
            let wanted = arg(0);
            maybe(type_of(&arg(1)).map(|name| wanted.as_known_str() == Some(name)))
        }
        "kindOf" => match kind(&last()) {
            Some([kind]) => made((*kind).to_owned()),
            _ => not_understood(name, at),
        },
        "typeOf" => type_of(&last()).map_or_else(|| not_understood(name, at), |name| made(name.to_owned())),
        _ => texts::call(name, &args, at).or_else(|| numbers::call(name, &args, at)).unwrap_or_else(|| {
            let why = args.iter().find_map(unknown);
            why.map_or_else(|| not_understood(name, at), |why| Value::unknown(why, at))
        }),
    }
}

/// The key of a dictionary. Sprig converts other values.
fn text_key(value: &Value, at: Span) -> Option<String> {
    printed(value, at).known_str().map(str::to_owned)
}

/// Why a value may have keys that are not listed.
fn open(value: &Value) -> Option<Why> {
    match &value.kind {
        Kind::Map(inner) => inner.open.clone(),
        _ => unknown(value),
    }
}

/// The value with maps of its own: a change of the copy does not change the original.
fn copied(value: &Value, depth: usize) -> Value {
    match &value.kind {
        Kind::Map(inner) if depth < crate::syntax::MAX_DEPTH && value.may_copy() => {
            let mut out = Map::clone(inner);
            out.entries.values_mut().for_each(|entry| entry.value = copied(&entry.value, depth + 1));
            value.replaced(Kind::Map(Arc::new(out)))
        }
        _ => value.clone(),
    }
}

/// The kinds that Go may give a value.
fn kind(value: &Value) -> Option<&'static [&'static str]> {
    Some(match &value.kind {
        Kind::Null => &["invalid"],
        Kind::Bool(_) => &["bool"],
        Kind::Number(n) if n.is_floating() => &["float64"],
        Kind::Number(n) if n.is_literal() => &["int"],
        Kind::Number(_) => &["int", "int64"],
        Kind::Str(_) => &["string"],
        Kind::List(_) => &["slice"],
        Kind::Map(_) => &["map"],
        Kind::Unknown(_) | Kind::Either(_) => return None,
    })
}
