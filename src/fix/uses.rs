//! Whether anything but the node uses a value: only then may a fix change it. What is not clear counts as used.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, LazyLock};

use regex::Regex;

use crate::check::Finding;
use crate::text::{Place, Source};

/// Why the value is left to people.
pub(crate) const SHARED: &str = "something else may use the value";
const LIMITED: &str = "its parameter or variable limits what it may be";

/// How far back the name of a value is looked for, in bytes.
const BACK: usize = 400;

/// The most names that a value may get on its way.
const MAX_NAMES: usize = 8;

/// The most places in one file where a name stands.
const MAX_PLACES: usize = 1_000;

/// The largest block around a default that is looked at, in bytes.
const BLOCK: usize = 4096;

fn regex(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// A name, right before its value.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(r#"(?-u)(?:^|[\s;&|({,"'])([A-Za-z_][\w-]*)["']?\s*[:=]\s*["']?(?:\$\{?|!Ref )?(?:(?:var|local)\.)?$"#)
});

/// True for what may stand between a flag or field and its value.
fn is_between(c: char) -> bool {
    c.is_whitespace() || "\"'`\\=:,-])>|".contains(c)
}

/// The key of a block that says what a parameter is.
static KEYS: LazyLock<Option<Regex>> = LazyLock::new(|| regex(r#"(?:^|[\s{,])["']?([A-Za-z_]\w*)["']?\s*(?:[:=]|\{)"#));

static LABEL: LazyLock<Option<Regex>> = LazyLock::new(|| regex(r#"["']?([\w-]+)["']?\s*[:=]?\s*$"#));

static TEXT_TYPE: LazyLock<Option<Regex>> =
    LazyLock::new(|| regex(r#"(?i)\btype["']?\s*[:=]\s*["']?(?:string|any)["']?\s*(?:[,}\n#]|$)"#));

/// True if the value of a finding has a name by which something else may use it.
fn has_name(finding: &Finding) -> bool {
    let before = before(&finding.at.place);
    // In an expression of its own, such as `=${var.debug ? "0" : "1h"}`, a literal has no name.
    let inner = before.rsplit_once("${").filter(|(_, inner)| !inner.contains(['}', '\n'])).map(|(outer, _)| outer);
    !is_beside_name(&before, &finding.field) && !inner.is_some_and(|outer| is_beside_name(outer, &finding.field))
}

/// The name by which something else may use the value of a finding, if it has one.
pub(crate) fn name_of(finding: &Finding) -> Option<String> {
    has_name(finding).then(|| name_at(&finding.at.place).ok()).flatten()
}

/// Checks that nothing but the node uses the value of a finding in `sources`: those that were read with it, or others.
///
/// # Errors
/// The reason, if something else does or it is not clear.
pub(crate) fn only_node_uses(finding: &Finding, sources: &[Arc<Source>]) -> Result<(), &'static str> {
    let place = &finding.at.place;
    if !has_name(finding) {
        return Ok(());
    }
    let ends = |b: Option<&u8>| b.is_none_or(|b| b.is_ascii_whitespace() || b"\"',;})]\\".contains(b));
    if !ends(place.source.bytes().get(place.end as usize)) {
        return Err(SHARED);
    }
    let mut all: BTreeMap<&Path, &Arc<Source>> = sources.iter().map(|s| (s.path(), s)).collect();
    all.extend(finding.passes.iter().map(|p| (p.source.path(), &p.source)).filter(|(_, s)| !s.is_derived()));
    if let Some(object) = object(place)
        && all.values().any(|source| is_whole_elsewhere(&String::from_utf8_lossy(&source.bytes()), &object))
    {
        return Err(SHARED);
    }
    // On its way the value may get further names.
    let (mut names, mut open) = (BTreeSet::new(), vec![name_at(place)?]);
    while let Some(name) = open.pop() {
        let first = names.is_empty();
        let mut used = 0;
        if !names.insert(name.clone()) {
            continue;
        }
        if names.len() > MAX_NAMES {
            return Err(SHARED);
        }
        for source in all.values() {
            let bytes = source.bytes();
            let found = memchr::memmem::find_iter(&bytes, &name).take(MAX_PLACES + 1);
            let mut lines: Vec<_> = found.map(|at| source.line_of(at as u32)).collect();
            if lines.len() > MAX_PLACES {
                return Err(SHARED);
            }
            lines.dedup();
            for line in lines {
                let mut passes = finding.passes.iter().filter(|pass| *pass != place);
                let is_pass = passes.any(|p| p.source.path() == source.path() && p.source.line_of(p.start) == line);
                let text = String::from_utf8_lossy(source.line(line));
                used += uses(&text, (&name, &finding.field), is_pass, &mut open)?;
                if text.trim_start().starts_with("export") && !is_alone(&String::from_utf8_lossy(&bytes), &name) {
                    return Err(SHARED);
                }
            }
        }
        // A line such as `x=$T` may be one of a file that the script writes.
        if !first && used == 0 {
            return Err(SHARED);
        }
    }
    Ok(())
}

/// True if no line of a script starts a program that could read the exported `name` from its environment, other than with it.
fn is_alone(script: &str, name: &str) -> bool {
    const WORDS: &[&str] = &["done", "echo", "else", "exit", "export", "fi", "if", "local", "readonly", "set", "then"];
    script.lines().map(str::trim).all(|line| {
        let word = line.split_whitespace().next().unwrap_or("#");
        word.starts_with('#') || line.contains(name) || word.contains('=') || WORDS.contains(&word)
    })
}

/// The name of the object that holds a place in a file of Terraform.
fn object(place: &Place) -> Option<String> {
    static OBJECT: LazyLock<Option<Regex>> = LazyLock::new(|| regex(r"([A-Za-z_][\w-]*)\s*=\s*\{[^{}]*$"));
    let ends = |list: &[&str]| list.iter().any(|end| place.source.path().to_string_lossy().ends_with(end));
    ends(&[".tf", ".tofu", ".tfvars"]).then_some(())?;
    Some(OBJECT.as_ref()?.captures(&before(place))?.get(1)?.as_str().to_owned())
}

/// True if the text uses a variable or local value as a whole, other than for a repetition, whose items have the names of their parts.
fn is_whole_elsewhere(text: &str, name: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '[');
    let repeats = |head: &str| head.contains("for_each") || head.trim_end().ends_with(" in");
    let names = ["var", "local"].map(|kind| format!("{kind}.{name}"));
    let whole = |line: &str, name: &String| {
        let mut parts = line.match_indices(name).filter_map(|(at, _)| line.split_at_checked(at));
        parts.any(|(head, tail)| !tail.get(name.len()..).unwrap_or_default().starts_with(goes_on) && !repeats(head))
    };
    text.lines().any(|line| names.iter().any(|name| whole(line, name)))
}

/// What stands before a place.
fn before(place: &Place) -> String {
    let bytes = place.source.bytes();
    let at = place.start as usize;
    String::from_utf8_lossy(bytes.get(at.saturating_sub(BACK)..at).unwrap_or_default()).into_owned()
}

/// True if the flag or field that the value is for stands right before it.
fn is_beside_name(before: &str, field: &str) -> bool {
    // The key of a map field stands in brackets.
    let last = field.split(['.', '[']).next_back().unwrap_or(field).trim_end_matches(']');
    let words = |name: &str| {
        let letters = |text: &str| text.to_ascii_lowercase().replace(['-', '_'], "");
        letters(name)
    };
    // Flags and fields of one setting have the same letters; a few flags have other words.
    let end = before.rfind(|c: char| c.is_alphanumeric() || c == '_').map_or(0, |n| n + 1);
    let Some((head, tail)) = before.split_at_checked(end) else { return false };
    let start = head.rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))).map_or(0, |n| n + 1);
    let name = head.get(start..).unwrap_or_default();
    let name = name.rsplit('.').next().unwrap_or(name);
    let known = words(name) == words(last) || name.starts_with("--") || name.contains('-') && head.ends_with(name);
    known && name.len() > 3 && tail.chars().all(is_between)
}

/// The name before a value.
fn name(before: &str) -> Option<String> {
    let start = (before.len().saturating_sub(BACK)..=before.len()).find(|at| before.is_char_boundary(*at))?;
    let before = before.get(start..)?;
    let line = before.rsplit('\n').next().unwrap_or(before);
    Some(NAMED.as_ref()?.captures(line)?.get(1)?.as_str().to_owned())
}

/// The name that the value of a place has for others: that of its parameter if it is a default.
fn name_at(place: &Place) -> Result<String, &'static str> {
    let name = name(&before(place)).ok_or(SHARED)?;
    if !name.eq_ignore_ascii_case("default") {
        // The names of these are values beside them.
        return if matches!(&*name, "value" | "Value" | "ParameterValue") { Err(SHARED) } else { Ok(name) };
    }
    let (label, block) = block(place).ok_or(SHARED)?;
    let keys = KEYS.as_ref().into_iter().flat_map(|keys| keys.captures_iter(&block)).filter_map(|found| found.get(1));
    for key in keys {
        let key = key.as_str().to_ascii_lowercase();
        let plain = ["default", "description", "ephemeral", "noecho", "nullable", "sensitive", "type"];
        if !plain.contains(&&*key) || key == "type" && !TEXT_TYPE.as_ref().is_some_and(|text| text.is_match(&block)) {
            return Err(LIMITED);
        }
    }
    Ok(label)
}

/// The label and the contents of the block around a place: between braces, or indented below a key.
fn block(place: &Place) -> Option<(String, String)> {
    let bytes = place.source.bytes();
    let at = place.start as usize;
    let text = |from: usize, to: usize| Some(String::from_utf8_lossy(bytes.get(from..to)?).into_owned());
    let label = |before: String| Some(LABEL.as_ref()?.captures(&before)?.get(1)?.as_str().to_owned());
    let mut depth = 0;
    let open = (at.saturating_sub(BLOCK)..at).rev().find(|n| {
        depth += match bytes.get(*n) {
            Some(b'}') => 1,
            Some(b'{') => -1,
            _ => 0,
        };
        depth < 0
    });
    let source = &place.source;
    let own = source.line_of(place.start);
    let indent = |line: &[u8]| line.iter().take_while(|b| **b == b' ').count();
    let depth_of_own = indent(source.line(own));
    // A key that is indented less comes first if its block is not in braces.
    let parent = (0..own).rev().take(100).find(|n| {
        let line = source.line(*n);
        !line.trim_ascii().is_empty() && indent(line) < depth_of_own
    });
    let in_line = open.is_some_and(|open| source.line_of(open as u32) == own);
    if let Some(parent) = parent.filter(|n| !in_line && source.line(*n).trim_ascii_end().ends_with(b":")) {
        let inner = (parent + 1..source.line_starts().len())
            .map(|n| source.line(n))
            .take_while(|line| line.trim_ascii().is_empty() || indent(line) >= depth_of_own);
        let inner: Vec<_> = inner.map(|line| String::from_utf8_lossy(line).into_owned()).collect();
        let name = String::from_utf8_lossy(source.line(parent)).trim().trim_end_matches(':').to_owned();
        return Some((label(name)?, inner.join("\n")));
    }
    let open = open?;
    let mut depth = 0;
    let close = (open..bytes.len().min(open + BLOCK)).find(|n| {
        depth += match bytes.get(*n) {
            Some(b'{') => 1,
            Some(b'}') => -1,
            _ => 0,
        };
        depth == 0
    })?;
    Some((label(text(open.saturating_sub(BACK), open)?)?, text(open + 1, close)?))
}

/// Checks each use of a name in a line, apart from where it gets its value: it must be the value of the flag or field, on its way to
/// the node (`is_pass`), or the whole value of a further name, which is added. The result is the number of uses.
fn uses(
    line: &str,
    (name, field): (&str, &str),
    is_pass: bool,
    further: &mut Vec<String>,
) -> Result<usize, &'static str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    if line.trim_start().starts_with('#') || line.trim_start().starts_with("//") {
        return Ok(0);
    }
    let (mut passed, mut used) = (false, 0);
    for (at, _) in line.match_indices(name) {
        let (Some(head), Some(tail)) = (line.get(..at), line.get(at + name.len()..)) else { return Err(SHARED) };
        let marked = head.ends_with('$') || head.ends_with("${");
        let ends = |c: char| is_word(c) || c == '-' && !marked;
        if head.ends_with(ends) || tail.starts_with(ends) {
            continue;
        }
        // `${A:1}` is another value.
        if head.ends_with("${") && !tail.starts_with('}') {
            return Err(SHARED);
        }
        if is_definition(head, tail) {
            continue;
        }
        used += 1;
        let prefix = head.trim_end_matches("var.").trim_end_matches("local.").trim_end_matches(['{', '$']);
        if is_beside_name(prefix, field) {
            continue;
        }
        let rest = tail.trim_start_matches(['}', '"', '\'']).trim_start();
        let whole = rest.is_empty() || rest.starts_with(['#', ';', ',', '}', ')']);
        if let Some(next) = self::name(head).filter(|_| whole && (marked || is_pass)) {
            further.push(next);
        } else if !is_pass || std::mem::replace(&mut passed, true) {
            return Err(SHARED);
        }
    }
    Ok(used)
}

/// True if what is between two parts of a line gets its value or its type there.
fn is_definition(head: &str, tail: &str) -> bool {
    const WORDS: &[&str] = &["", "-", "declare", "export", "local", "readonly", "typeset", "variable"];
    let head = head.trim_end_matches(['"', '\'']).trim();
    let block = head == "variable";
    let tail = tail.trim_start_matches(['"', '\'']).trim_start();
    let set = tail.starts_with('=') && !tail.starts_with("==") || tail.starts_with(':') && !tail.starts_with("::");
    WORDS.contains(&head) && (set || block) || head.ends_with(['{', ',']) && set
}
