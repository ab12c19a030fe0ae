//! Settings in texts that perhaps no kubelet reads: what they contain, regardless of its effect.
//!
//! A value that is partly unknown is not a setting.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::syntax::{Node, NodeKind, unit};
use crate::text::{Traced, View};

use crate::setting::read_duration;
use crate::setting::{ConfigField, FIELDS, Field, Flag, Kind, Mechanism, Reading, Setting, Shape, Takes, Which};

/// The flags among the words of a text, whose quotes are removed as systemd and shells do.
pub(crate) fn in_flags(view: &View, which: Which) -> Vec<Setting> {
    in_words(&unit::words(&view.traced(0..view.bytes.len())), which)
}

/// The flags among some words.
pub(crate) fn in_words(words: &[Traced], which: Which) -> Vec<Setting> {
    let mut out = Vec::new();
    let mut rest = words.iter().peekable();
    while let Some(word) = rest.next() {
        let equals = word.bytes().iter().position(|b| *b == b'=');
        let name = word.slice(0..equals.unwrap_or(word.len()));
        let Some(field) = name.known_str().and_then(|n| n.strip_prefix("--")).and_then(|n| which.by_flag(n)) else {
            continue;
        };
        let (value, carrier) = match equals {
            Some(equals) => (word.slice(equals + 1..word.len()), word.span()),
            // A switch alone means true.
            None if is_switch(field) => (word.clone(), word.span()),
            None => {
                let Some(value) = rest.next_if(|w| !w.bytes().starts_with(b"-")) else { continue };
                (value.clone(), super::args::both(word, value))
            }
        };
        let (Some(at), Some(carrier), false) = (value.span(), carrier, value.has_unknown()) else { continue };
        let reading = reading(field, &value);
        out.push(Setting { field, key: None, raw: value, reading, at, carrier, by: Mechanism::Flag });
    }
    out
}

fn is_switch(field: &Field) -> bool {
    let takes = field.flag.and_then(Flag::find).map(|flag| flag.takes);
    matches!(takes, Some(Takes::Switch | Takes::LibrarySwitch))
}

/// How the kubelet reads a value, if it is a duration.
fn reading(field: &Field, text: &Traced) -> Reading {
    if field.is_duration() { read_duration(text.bytes()) } else { Reading::Unset }
}

/// The settings of a tree that has the form of a `KubeletConfiguration`.
pub(crate) fn in_config(tree: &Node, which: Which) -> Vec<Setting> {
    let mut out = Vec::new();
    for field in which.fields() {
        let mut path = field.path().peekable();
        if path.peek().is_none() {
            continue;
        }
        let mut found = None;
        let mut node = tree;
        for name in path {
            found = node.pair(name);
            let Some((_, value)) = found else { break };
            node = value;
        }
        let Some((key, value)) = found else { continue };
        if field.shape == Some(Shape::Map) {
            out.extend(value.pairs().iter().filter_map(|(k, v)| by_key(field, k.as_str(), k, v)));
        } else {
            out.extend(by_key(field, None, key, value));
        }
    }
    out
}

/// The setting of a key, if its value is known.
pub(crate) fn by_key(field: &'static Field, signal: Option<&str>, key: &Node, value: &Node) -> Option<Setting> {
    let scalar = match &value.kind {
        NodeKind::Scalar(scalar) => scalar,
        // Of a list or map, the first value stands for it.
        NodeKind::Seq(items) if field.shape == Some(Shape::Other) => items.first()?.as_scalar()?,
        NodeKind::Map(pairs) if field.shape == Some(Shape::Other) => pairs.first()?.1.as_scalar()?,
        _ => return None,
    };
    if scalar.text.has_unknown() || scalar.text.is_empty() {
        return None;
    }
    let carrier = if value.span.text == key.span.text && value.span.start >= key.span.end {
        key.span.to(value.span)
    } else {
        key.span
    };
    Some(Setting {
        field,
        key: signal.map(str::to_owned),
        raw: scalar.text.clone(),
        reading: match reading(field, &scalar.text) {
            Reading::Invalid(_) if scalar.text.known_str() == Some("null") => Reading::Unset,
            reading => reading,
        },
        at: scalar.text.span().unwrap_or(carrier),
        carrier,
        by: Mechanism::ConfigFile,
    })
}

/// The settings of a tree in the form of a `KubeletConfiguration` that a kubelet ignores: the name of a duration in the wrong
/// place, in another case, or spelled like its flag. Unknown keys of a file are ignored (`codec.go` decodes once more without
/// strictness). With `fold`, a key in the right place may have any case, as in the merge of drop-ins.
pub(crate) fn misplaced(tree: &Node, fold: bool, which: Which) -> Vec<Setting> {
    let mut out = Vec::new();
    walk(tree, &mut Vec::new(), &mut |path, key, value| {
        let Some(field) = path.last().and_then(|name| named(name, which)) else { return };
        let is_right = |f: &Field| {
            let mut names = f.path();
            let same =
                path.iter().all(|have| names.next().is_some_and(|name| name == *have || fold && overrides(have, name)));
            same && names.next().is_none() && f.shape.is_some()
        };
        if !(which.fields().any(is_right) || which == Which::All && is_data(path)) {
            out.extend(by_key(field, None, key, value));
        }
    });
    out
}

/// True if a path is inside a field that is a map or a list: its keys have names of their own.
fn is_data(path: &[&str]) -> bool {
    (1..path.len()).any(|end| {
        let field = path.get(..end).and_then(|names| ConfigField::by_path(&names.join(".")));
        field.is_some_and(|field| matches!(field.kind, Kind::Map(_) | Kind::List(_) | Kind::Object(_)))
    })
}

/// True if a key in another case is read after the right one. Merging writes the keys in order, and the file that drop-ins are
/// merged into has all of them: an earlier key in that order is overwritten.
fn overrides(have: &str, name: &str) -> bool {
    have.eq_ignore_ascii_case(name) && have > name
}

/// Calls `see` with the path, the key and the value of every pair.
pub(crate) fn walk<'n>(tree: &'n Node, path: &mut Vec<&'n str>, see: &mut impl FnMut(&[&'n str], &'n Node, &'n Node)) {
    if path.len() > crate::syntax::MAX_DEPTH {
        return;
    }
    for item in tree.items() {
        walk(item, path, see);
    }
    for (key, value) in tree.pairs() {
        let Some(name) = key.as_str() else { continue };
        path.push(name);
        see(path, key, value);
        walk(value, path, see);
        path.pop();
    }
}

/// The field whose last name, or whose flag, equals `name` except for case and dashes. Of fields that are no durations, only
/// names count that hardly mean anything else.
pub(crate) fn named(name: &str, which: Which) -> Option<&'static Field> {
    type Names = HashMap<String, &'static Field>;
    fn names(which: Which) -> Names {
        let of = |f: &'static Field| {
            let last = f.path().last().filter(|_| f.is_duration() || is_telling(f.name));
            let flag = f.flag.filter(|flag| f.is_duration() || flag.contains('-') && f.shape.is_some());
            last.into_iter().chain(flag).map(move |n| (plain(n), f))
        };
        // The first field with a name counts.
        let all: Vec<_> = which.fields().collect();
        all.into_iter().rev().flat_map(of).collect()
    }
    static DURATIONS: LazyLock<Names> = LazyLock::new(|| names(Which::Durations));
    static ALL: LazyLock<Names> = LazyLock::new(|| names(Which::All));
    let names = if which == Which::All { &ALL } else { &DURATIONS };
    names.get(&plain(name)).copied()
}

/// True for a name at the top of the configuration of more than one word, such as `readOnlyPort`.
fn is_telling(name: &str) -> bool {
    name != "featureGates" && !name.contains('.') && name.contains(|c: char| c.is_ascii_uppercase())
}

/// A name without dashes, in lower case.
fn plain(name: &str) -> String {
    name.replace(['-', '_'], "").to_ascii_lowercase()
}

/// Every setting anywhere in a text of any kind: flags with their values, and field names with values that are durations. For
/// texts that are known to be unused. Comment lines are skipped.
pub(crate) fn anywhere(text: &Traced, which: Which) -> Vec<Setting> {
    let bytes = text.bytes();
    let mut out: Vec<Setting> = Vec::new();
    for field in which.fields().filter(|f| f.shape != Some(Shape::Map)) {
        let key = field.path().last().filter(|_| field.is_duration() || is_telling(field.name));
        let names = [
            (field.flag.map(|flag| format!("--{flag}")), Mechanism::Flag),
            (key.map(str::to_owned), Mechanism::ConfigFile),
        ];
        for (name, by) in names {
            let Some(name) = name else { continue };
            for start in places(bytes, name.as_bytes()) {
                let end = start + name.len();
                let switch = by == Mechanism::Flag && is_switch(field) && bytes.get(end) != Some(&b'=');
                let after = if switch { Some(start..end) } else { value_after(bytes, end, by == Mechanism::Flag) };
                let Some(range) = after else { continue };
                let raw = text.slice(range.clone());
                let reading = reading(field, &raw);
                let (Some(at), false) = (raw.span(), raw.has_unknown()) else { continue };
                if matches!(reading, Reading::Invalid(_)) {
                    continue;
                }
                let carrier = text.slice(start..range.end).span().unwrap_or(at);
                out.push(Setting { field, key: None, raw, reading, at, carrier, by: by.clone() });
            }
        }
    }
    out.sort_by_key(|s| s.at.start);
    out
}

/// Every setting anywhere in a tree: in its texts, and as a key with a duration.
pub(crate) fn in_tree(tree: &Node, which: Which) -> Vec<Setting> {
    let mut out = Vec::new();
    scalars(tree, &mut |text| out.extend(anywhere(text, which)), 0);
    walk(tree, &mut Vec::new(), &mut |path, key, value| {
        let name = path.last().copied().unwrap_or_default();
        let field = FIELDS.iter().find(|f| f.path().last() == Some(name) && f.shape != Some(Shape::Map));
        out.extend(field.and_then(|f| by_key(f, None, key, value)));
    });
    out
}

fn scalars(tree: &Node, see: &mut impl FnMut(&Traced), depth: usize) {
    if depth > crate::syntax::MAX_DEPTH {
        return;
    }
    if let Some(scalar) = tree.as_scalar() {
        see(&scalar.text);
    }
    let children = tree.items().iter().chain(tree.pairs().iter().map(|(_, value)| value));
    children.for_each(|child| scalars(child, see, depth + 1));
}

/// Where a name is a word of its own, outside of comments.
fn places(bytes: &[u8], name: &[u8]) -> Vec<usize> {
    let is_name = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    let whole =
        |at: &usize| !is_name(at.checked_sub(1).and_then(|at| bytes.get(at))) && !is_name(bytes.get(at + name.len()));
    let commented = |at: &usize| {
        let start = memchr::memrchr(b'\n', &bytes[..*at]).map_or(0, |end| end + 1);
        bytes[start..*at].trim_ascii_start().first().unwrap_or(&name[0]) == &b'#'
    };
    memchr::memmem::find_iter(bytes, name).filter(whole).filter(|at| !commented(at)).collect()
}

/// The value that follows a name: after `=` or `:`, or for a flag after a blank, with or without quotes.
fn value_after(bytes: &[u8], from: usize, flag: bool) -> Option<std::ops::Range<usize>> {
    let quote = |b: &u8| matches!(b, b'"' | b'\'' | b'\\');
    let blank = |b: &u8| matches!(b, b' ' | b'\t');
    let mut at = from;
    let mut skip = |what: &dyn Fn(&u8) -> bool| {
        let before = at;
        while bytes.get(at).is_some_and(what) {
            at += 1;
        }
        at - before
    };
    if !flag {
        skip(&quote);
    }
    let blanks = skip(&blank);
    let signs = skip(&|b| matches!(b, b'=' | b':' | b'|'));
    if signs == 0 && !(flag && blanks > 0) {
        return None;
    }
    skip(&blank);
    skip(&quote);
    let start = at;
    let length =
        bytes.get(start..)?.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'+' | b'-')).count();
    (length > 0).then_some(start..start + length)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{text, words};
    use super::*;

    fn shown(settings: &[Setting]) -> Vec<String> {
        settings.iter().map(|s| format!("{}={}", s.field.name, s.raw.to_text())).collect()
    }

    #[test]
    fn flags_among_words() {
        let (_texts, argv) =
            words(&["--v=2", "--sync_frequency=1m", "x", "--runtime-request-timeout", "0", "--file-check-frequency=?"]);
        assert_eq!(shown(&in_words(&argv, Which::Durations)), ["syncFrequency=1m", "runtimeRequestTimeout=0"]);
    }

    #[test]
    fn statements_anywhere_in_a_text() {
        for (given, expected) in [
            ("x --kubelet-extra-args '--sync-frequency=1m --v=2'", &["syncFrequency=1m"][..]),
            ("--sync-frequency \"0\"", &["syncFrequency=0"]),
            ("jq '.syncFrequency=\"0s\"' f", &["syncFrequency=0s"]),
            ("{\"webhook\": {\"cacheTTL\": \"2m\"}}", &["authentication.webhook.cacheTTL=2m"]),
            ("{\\\"syncFrequency\\\":\\\"2m\\\"}", &["syncFrequency=2m"]),
            ("# syncFrequency: 0s", &[]),
            ("the syncFrequency is long; mysyncFrequency: 0s; syncFrequency: $X", &[]),
            ("grep -q -- --sync-frequency=? f", &[]),
        ] {
            let (_texts, view) = text(given);
            let whole = view.traced(0..view.bytes.len());
            assert_eq!(shown(&anywhere(&whole, Which::Durations)), expected, "{given}");
        }
    }

    #[test]
    fn keys_that_a_kubelet_ignores() {
        let given = "syncFrequency: 1m\nsyncfrequency: 2m\nsync-frequency: 3m\nauthentication: {cacheTTL: 4m, webhook: {cacheTTL: 5m}}\n";
        let (_texts, view) = text(given);
        let tree = crate::syntax::yaml::parse(&view).tree.remove(0);
        let expected = ["syncFrequency=2m", "syncFrequency=3m", "authentication.webhook.cacheTTL=4m"];
        assert_eq!(shown(&misplaced(&tree, false, Which::Durations)), expected);
        assert_eq!(shown(&misplaced(&tree, true, Which::Durations)), &expected[1..]);
        assert_eq!(
            shown(&in_config(&tree, Which::Durations)),
            ["authentication.webhook.cacheTTL=5m", "syncFrequency=1m"]
        );
    }

    #[test]
    fn settings_of_every_type_are_found_on_request() {
        let (_texts, argv) =
            words(&["--read-only-port=0", "--fail-swap-on", "--node-labels", "a=b", "--sync-frequency=1m"]);
        let expected = ["readOnlyPort=0", "failSwapOn=--fail-swap-on", "node-labels=a=b", "syncFrequency=1m"];
        assert_eq!(shown(&in_words(&argv, Which::All)), expected);
        let given = "readonlyport: 1\nmaxPods: 2\naddress: x\nauthentication: {maxPods: 3, mode: x}\nevictionHard: {maxPods: x}\nfeature-gates: {A: true}\n";
        let (_texts, view) = text(given);
        let tree = crate::syntax::yaml::parse(&view).tree.remove(0);
        assert_eq!(shown(&misplaced(&tree, false, Which::All)), ["readOnlyPort=1", "maxPods=3", "featureGates=true"]);
        let given = "clusterDNS: [10.0.0.10]\nauthorization: {mode: Webhook}\n";
        let (_texts, view) = text(given);
        let tree = crate::syntax::yaml::parse(&view).tree.remove(0);
        assert_eq!(shown(&in_config(&tree, Which::All)), ["authorization.mode=Webhook", "clusterDNS=10.0.0.10"]);
        let (_texts, view) = text("x --max-pods 20 --protect-kernel-defaults; jq '.maxPods=30 | .mode=1'");
        let expected = ["maxPods=20", "protectKernelDefaults=--protect-kernel-defaults", "maxPods=30"];
        assert_eq!(shown(&anywhere(&view.traced(0..view.bytes.len()), Which::All)), expected);
    }
}
