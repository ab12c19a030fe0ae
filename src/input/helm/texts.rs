//! Functions of texts. Source: Masterminds/sprig `strings.go`, `regex.go`, `crypto.go`, as in 3.3.

use sha1::{Digest as _, Sha1};
use sha2::{Sha256, Sha512};

use crate::text::{Span, Traced, budget, holds};
use crate::value::{Kind, Value};

use super::numbers::{MAX_ITEMS, number_of, steps};
use super::print::{formatted, hex, printed, shown};
use super::values::map;
use crate::input::template_text::{answered, count, decoded, encoded, indented, mapped, substituted, trimmed};
use crate::input::yaml_values::quoted;

/// The arguments of a function, as texts.
struct Texts<'a> {
    args: &'a [Value],
    at: Span,
}

impl Texts<'_> {
    fn text(&self, n: usize) -> Traced {
        self.args.get(n).map(|value| printed(value, self.at)).unwrap_or_default()
    }

    fn last(&self) -> Traced {
        self.text(self.args.len().saturating_sub(1))
    }

    /// A number that was not left out.
    fn number(&self, n: usize) -> Option<f64> {
        self.args.get(n).and_then(number_of)
    }
}

/// The first `length` bytes of a text; what follows an unknown part has no known place.
fn start(text: &Traced, length: usize, at: Span) -> Traced {
    match text.unknowns().next() {
        Some((range, _, why)) if range.start < length => {
            let mut out = text.slice(0..range.start);
            out.push_unknown(at, why.clone());
            out
        }
        _ => text.slice(0..length.min(text.len())),
    }
}

/// The texts of values, with `between` between them. Missing values are left out.
pub(super) fn joined(values: &[Value], between: &Traced, at: Span) -> Traced {
    let present: Vec<_> = values.iter().filter(|v| !v.is_null()).map(|value| printed(value, at)).collect();
    Traced::join(&present, between)
}

/// Whether a text has another one in it; `None` if an unknown part decides it.
fn contains(whole: &Traced, needle: &Traced) -> Option<bool> {
    let needle = needle.known_str()?.as_bytes();
    let found = |part: &[u8]| holds(part, needle);
    let mut from = 0;
    for (range, ..) in whole.unknowns() {
        if found(&whole.bytes()[from..range.start]) {
            return Some(true);
        }
        from = range.end;
    }
    let rest = found(&whole.bytes()[from..]);
    (rest || from == 0).then_some(rest)
}

/// Whether a text begins with another one, or ends in it.
fn edge(whole: &Traced, part: &Traced, end: bool) -> Option<bool> {
    let part = part.known_str()?.as_bytes();
    let first = whole.unknowns().next().map_or(whole.len(), |(r, ..)| r.start);
    let last = whole.unknowns().last().map_or(0, |(r, ..)| r.end);
    let known = if end { &whole.bytes()[last..] } else { &whole.bytes()[..first] };
    let matches = if end { known.ends_with(part) } else { known.starts_with(part) };
    let short = known.len().min(part.len());
    let may = if end { known.ends_with(&part[part.len() - short..]) } else { known.starts_with(&part[..short]) };
    if matches { Some(true) } else { (known.len() == whole.len() || !may).then_some(false) }
}

/// A text with its words changed.
fn words(text: &str, change: fn(char) -> char) -> String {
    let mut before = ' ';
    let mut changed = |c| {
        let out = if before.is_whitespace() { change(c) } else { c };
        before = c;
        out
    };
    text.chars().map(&mut changed).collect()
}

/// Whole seconds as Go prints a duration.
fn print_duration(seconds: f64) -> String {
    let sign = if seconds < 0.0 { "-" } else { "" };
    let all = count(seconds.abs());
    match (all / 3600, all / 60 % 60, all % 60) {
        (0, 0, s) => format!("{sign}{s}s"),
        (0, m, s) => format!("{sign}{m}m{s}s"),
        (h, m, s) => format!("{sign}{h}h{m}m{s}s"),
    }
}

/// The words of `FirstName` or `first_name`, joined in lower case.
fn separated(text: &str, by: char) -> String {
    let mut out = String::new();
    let chars: Vec<char> = text.chars().collect();
    for (n, c) in chars.iter().enumerate() {
        let lower_before = n > 0 && (chars[n - 1].is_lowercase() || chars[n - 1].is_ascii_digit());
        let last_capital = n > 0 && chars[n - 1].is_uppercase() && chars.get(n + 1).is_some_and(|c| c.is_lowercase());
        if matches!(c, ' ' | '_' | '-') {
            out.push(by);
            continue;
        }
        if c.is_uppercase() && (lower_before || last_capital) {
            out.push(by);
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// Calls a function of texts; `None` if it is none, or its result is not known.
pub(super) fn call(name: &str, args: &[Value], at: Span) -> Option<Value> {
    let texts = Texts { args, at };
    let str = |text: Traced| Some(Value::str(text, at));
    let made = |text: String| Value::str(Traced::made(text, at), at);
    let (first, last) = (texts.text(0), texts.last());
    let known = || last.known_str().map(|text| (text, last.span().unwrap_or(at)));
    let changed = |change: &dyn Fn(&str) -> String| {
        known().map(|(text, place)| Value::str(Traced::made(change(text), place), at))
    };
    let empty = || Traced::made("", at);
    match name {
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
            str(out)
        }
        "toString" => match args.last() {
            Some(value) if !value.is_null() => str(last),
            _ => Some(made("<nil>".to_owned())),
        },
        "toStrings" => {
            Some(Value::list(args.last()?.items().iter().map(|v| Value::str(printed(v, at), at)).collect(), at))
        }
        // Blanks only stand between values that are no texts.
        "print" => {
            let is_text = |n: usize| args.get(n).is_none_or(|v| matches!(v.kind, Kind::Str(_)));
            let mut out = Traced::new();
            for (n, value) in args.iter().enumerate() {
                if n > 0 && !is_text(n - 1) && !is_text(n) {
                    out.push_made(b" ", at);
                }
                out.push(&shown(value, at));
            }
            str(out)
        }
        "println" => {
            let parts: Vec<_> = args.iter().map(|value| shown(value, at)).collect();
            let mut out = Traced::join(&parts, &Traced::made(" ", at));
            out.push_made(b"\n", at);
            str(out)
        }
        "cat" => str(joined(args, &Traced::made(" ", at), at)),
        "printf" => str(formatted(&first, &args[args.len().min(1)..], at)),
        "indent" | "nindent" => {
            let inner = indented(&last, count(texts.number(0)?), at);
            let mut out = Traced::made(if name == "nindent" { "\n" } else { "" }, at);
            out.push(&inner);
            str(out)
        }
        "trim" => str(trimmed(&last, &u8::is_ascii_whitespace, true, true)),
        "trimAll" | "trimall" => str(trimmed(&last, &|b| first.bytes().contains(b), true, true)),
        "trimSuffix" => {
            let cut = if edge(&last, &first, true) == Some(true) { first.len() } else { 0 };
            str(last.slice(0..last.len() - cut))
        }
        "trimPrefix" => {
            let cut = if edge(&last, &first, false) == Some(true) { first.len() } else { 0 };
            str(last.slice(cut..last.len()))
        }
        "upper" => str(mapped(&last, |b| b.to_ascii_uppercase())),
        "lower" => str(mapped(&last, |b| b.to_ascii_lowercase())),
        "title" => changed(&|text| words(text, |c| c.to_ascii_uppercase())),
        "untitle" => changed(&|text| words(text, |c| c.to_ascii_lowercase())),
        "snakecase" => changed(&|text| separated(text, '_')),
        "kebabcase" => changed(&|text| separated(text, '-')),
        "replace" => str(last.replace(first.bytes(), &texts.text(1))),
        "nospace" => str(last.replace(b" ", &Traced::new())),
        "trunc" => match texts.number(0)? {
            n if n >= 0.0 => str(start(&last, count(n), at)),
            n => {
                let from = last.len().saturating_sub(count(-n));
                match last.unknowns().last() {
                    Some((range, _, why)) if range.end > from => {
                        let mut out = Traced::unknown(at, why.clone());
                        out.push(&last.slice(range.end..last.len()));
                        str(out)
                    }
                    _ => str(last.slice(from..last.len())),
                }
            }
        },
        "substr" => {
            let (from, to) = (texts.number(0)?, texts.number(1)?);
            let head = if to < 0.0 { last.clone() } else { start(&last, count(to), at) };
            let from = count(from);
            let whole = head.unknowns().next().is_none_or(|(range, ..)| range.start >= from);
            whole.then(|| Value::str(head.slice(from..head.len()), at))
        }
        "repeat" => {
            let parts = std::iter::repeat_n(last.clone(), count(texts.number(0)?));
            let parts: Vec<_> = budget::at_most(parts, MAX_ITEMS, "items of a list").collect();
            str(Traced::join(&parts, &Traced::new()))
        }
        "contains" => contains(&last, &first).map(|found| Value::bool(found, at)),
        "hasPrefix" => edge(&last, &first, false).map(|found| Value::bool(found, at)),
        "hasSuffix" => edge(&last, &first, true).map(|found| Value::bool(found, at)),
        "initials" => changed(&|text| text.split_whitespace().filter_map(|word| word.chars().next()).collect()),
        // A whole number of another type than this one counts as none.
        "duration" => match &args.last()?.kind {
            Kind::Number(n) if n.is_floating() || n.is_literal() => Some(made("0s".to_owned())),
            Kind::Number(n) => Some(made(print_duration(n.value()))),
            Kind::Str(_) => {
                let (text, _) = known()?;
                let other =
                    text.contains('_') || text.trim_start_matches(['+', '-']).starts_with('0') && text.len() > 1;
                let large = text.len() > 9 && text.parse::<i64>().is_ok();
                let seconds = text.parse::<i32>().map_or(0.0, f64::from);
                (!other && !large).then(|| made(print_duration(seconds)))
            }
            Kind::Null | Kind::Bool(_) => Some(made("0s".to_owned())),
            _ => None,
        },
        "abbrev" => {
            let most = count(texts.number(0)?);
            changed(&|text| match text.get(..most.saturating_sub(3)) {
                Some(start) if most >= 4 && text.len() > most => format!("{start}..."),
                _ => text.to_owned(),
            })
        }
        "plural" => {
            let one = (texts.number(2)? - 1.0).abs() < f64::EPSILON;
            args.get(usize::from(!one)).cloned()
        }
        "camelcase" => {
            let plain = |text: &str| {
                text.split(['_', '-', ' '])
                    .all(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()))
            };
            known().filter(|(text, _)| plain(text))?;
            changed(&|text| words(&text.replace(['_', '-'], " "), |c| c.to_ascii_uppercase()).replace(' ', ""))
        }
        "sha512sum" => changed(&|text| hex(&Sha512::digest(text.as_bytes()))),
        "adler32sum" => changed(&|text| {
            let sum =
                |(a, b): (u32, u32), byte: &u8| ((a + u32::from(*byte)) % 65_521, (a + u32::from(*byte) + b) % 65_521);
            let (a, b) = text.as_bytes().iter().fold((1, 0), sum);
            (u64::from(b) * 65_536 + u64::from(a)).to_string()
        }),
        "clean" | "osClean" => changed(&|text| {
            let mut parts: Vec<&str> = Vec::new();
            for part in text.split('/').filter(|part| !matches!(*part, "" | ".")) {
                match (part, parts.last()) {
                    ("..", Some(last)) if *last != ".." => drop(parts.pop()),
                    ("..", None) if text.starts_with('/') => {}
                    _ => parts.push(part),
                }
            }
            let start = if text.starts_with('/') { "/" } else { "" };
            let path = format!("{start}{}", parts.join("/"));
            if path.is_empty() { ".".to_owned() } else { path }
        }),
        "sha256sum" => changed(&|text| hex(&Sha256::digest(text.as_bytes()))),
        "sha1sum" => changed(&|text| hex(&Sha1::digest(text.as_bytes()))),
        "b64enc" => Some(encoded(&last, at)),
        "b64dec" => decoded(&last, at),
        "base" | "osBase" => changed(&|text| text.rsplit('/').next().unwrap_or(text).to_owned()),
        "dir" | "osDir" => changed(&|text| text.rsplit_once('/').map_or(".", |(dir, _)| dir).to_owned()),
        "ext" | "osExt" => {
            changed(&|text| text.rfind('.').map_or("", |n| text.get(n..).unwrap_or_default()).to_owned())
        }
        "splitList" => {
            Some(Value::list(last.split(first.bytes()).into_iter().map(|p| Value::str(p, at)).collect(), at))
        }
        "split" | "splitn" => {
            let mut parts = last.split(first.bytes());
            if name == "splitn" {
                let most = count(texts.number(1)?).max(1);
                if parts.len() > most {
                    let rest = Traced::join(&parts.split_off(most - 1), &first);
                    parts.push(rest);
                }
            }
            let entry = |(n, part)| (format!("_{n}").into(), Value::str(part, at));
            Some(map(parts.into_iter().enumerate().map(entry), at))
        }
        "regexMatch" | "regexFind" | "regexFindAll" | "regexSplit" | "regexReplaceAll" | "regexReplaceAllLiteral" => {
            pattern(name, &texts, at)
        }
        "regexQuoteMeta" => changed(&regex::escape),
        "html" => changed(&|text| {
            let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            escaped.replace('"', "&#34;").replace('\'', "&#39;")
        }),
        "isAbs" | "osIsAbs" => Some(answered(last.known_str().map(|text| text.starts_with('/')), at)),
        "seq" => {
            let numbers: Vec<f64> = (0..args.len()).map(|n| texts.number(n)).collect::<Option<_>>()?;
            let (from, step, to) = match numbers[..] {
                [to] => (1.0, if to < 1.0 { -1.0 } else { 1.0 }, to),
                [from, to] => (from, if to < from { -1.0 } else { 1.0 }, to),
                [from, step, to] => (from, step, to),
                _ => return Some(Value::str(empty(), at)),
            };
            let items: Vec<_> = steps(from, to + step.signum(), step).map(|n| n.to_string()).collect();
            Some(made(items.join(" ")))
        }
        _ => None,
    }
}

/// Functions of regular expressions. An unknown part may match anything.
fn pattern(name: &str, texts: &Texts<'_>, at: Span) -> Option<Value> {
    let (pattern, whole) = (texts.text(0), texts.text(1));
    let found = regex::bytes::Regex::new(pattern.known_str()?).ok()?;
    let safe = !whole.has_unknown();
    let part = |m: regex::bytes::Match<'_>| whole.slice(m.range());
    match name {
        "regexMatch" if !safe && pattern.bytes().first() == Some(&b'^') => {
            let plain = pattern.slice(1..pattern.len());
            let special = plain.bytes().iter().any(|b| b"\\^$.|?*+()[]{}".contains(b));
            (!special).then(|| edge(&whole, &plain, false)).flatten().map(|found| Value::bool(found, at))
        }
        "regexMatch" if !safe => {
            let mut from = 0;
            let plain = !pattern.bytes().iter().any(|b| b"^$\\([".contains(b));
            let known = whole.unknowns().map(|(r, ..)| r).chain(std::iter::once(whole.len()..whole.len()));
            let hit = plain
                && known.into_iter().any(|r| {
                    let part = &whole.bytes()[from..r.start];
                    from = r.end;
                    found.is_match(part)
                });
            hit.then(|| Value::bool(true, at))
        }
        "regexMatch" => Some(Value::bool(found.is_match(whole.bytes()), at)),
        "regexFind" if safe => Some(Value::str(found.find(whole.bytes()).map(part).unwrap_or_default(), at)),
        "regexFindAll" if safe => {
            let most = texts.number(2)?;
            let most = if most < 0.0 { usize::MAX } else { count(most) };
            let items = budget::at_most(found.find_iter(whole.bytes()).take(most), MAX_ITEMS, "items of a list");
            let items = items.map(|m| Value::str(part(m), at));
            Some(Value::list(items.collect(), at))
        }
        "regexSplit" if safe && texts.number(2)? < 0.0 => {
            let (mut items, mut from) = (Vec::new(), 0);
            for m in budget::at_most(found.find_iter(whole.bytes()), MAX_ITEMS, "items of a list") {
                items.push(Value::str(whole.slice(from..m.start()), at));
                from = m.end();
            }
            items.push(Value::str(whole.slice(from..whole.len()), at));
            Some(Value::list(items, at))
        }
        "regexReplaceAll" | "regexReplaceAllLiteral" => {
            let expands = name == "regexReplaceAll";
            let out = substituted(&whole, &found, &texts.text(2), expands, at)?;
            Some(Value::str(out, at))
        }
        _ => None,
    }
}
