//! What a file of a CI system, a Makefile or a script gives to a variable that one of its commands uses.

use std::ops::Range;

use super::job_scopes::Jobs;

/// The most values of one variable of a job.
const MAX_VALUES: usize = 16;

/// With more assignments of one variable, each counts everywhere.
const MAX_ASSIGNED: usize = 64;

/// What stands before the name of a variable in a reference.
const CONTEXTS: [&str; 9] = [
    "matrix.",
    "env.",
    "github.event.inputs.",
    "inputs.",
    "pipeline.parameters.",
    "parameters.",
    "variables.",
    "params.",
    ".",
];

/// The variable that a value is: `${{ matrix.idle }}`, `${{ env.IDLE }}`, `$IDLE`, `${IDLE}`, `$(IDLE)`, `{{.IDLE}}`,
/// `<< parameters.idle >>`, `$[[ inputs.idle ]]`.
pub(super) fn referenced(value: &str) -> Option<&str> {
    let within = |open, close| value.strip_prefix(open).and_then(|rest: &str| rest.strip_suffix(close)).map(str::trim);
    // What a step or a job puts out.
    let put_out = |inner: &'_ str| inner.rfind(".outputs.").map(|at| inner.len() - at - ".outputs.".len());
    let named = |inner: &'_ str| CONTEXTS.iter().find_map(|context| inner.strip_prefix(context)).map(str::len);
    let inner = match within("${{", "}}").or_else(|| within("<<", ">>")).or_else(|| within("$[[", "]]")) {
        Some(inner) => inner.get(inner.len() - put_out(inner).or_else(|| named(inner))?..)?,
        None => {
            let plain = within("{{", "}}").or_else(|| within("${", "}")).or_else(|| within("$(", ")"));
            let inner = plain.or_else(|| value.strip_prefix('$'))?;
            named(inner).map_or(inner, |length| inner.get(inner.len() - length..).unwrap_or(inner))
        }
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    Some(inner).filter(|name| !name.is_empty() && name.chars().all(plain))
}

/// The values that a file gives to a variable where it is referred to, at the byte `used`, with their lines. None if one of them is
/// filled in.
pub(super) fn values_of(text: &str, name: &str, used: usize) -> Vec<(Range<usize>, usize)> {
    let all = assigned(text, name);
    let seen = seen(text, used, &all.iter().map(|(_, line, in_script)| (line - 1, *in_script)).collect::<Vec<_>>());
    let mut out: Vec<(Range<usize>, usize)> = Vec::new();
    for (value, line) in all.into_iter().zip(seen).filter(|(_, seen)| *seen).map(|((value, line, _), _)| (value, line))
    {
        let shown = text.get(value.clone()).unwrap_or_default();
        if out.iter().any(|(known, _)| text.get(known.clone()) == Some(shown)) {
            continue;
        }
        if !is_known(shown) || out.len() >= MAX_VALUES {
            return Vec::new();
        }
        out.push((value, line));
    }
    out
}

/// Each of some ways with each of the values that it may have; `None` without a value, or if there would be too many.
pub(super) fn each_way<W, V>(ways: &[W], values: &[V], with: impl Fn(&W, &V) -> W) -> Option<Vec<W>> {
    let fits = (1..=MAX_VALUES / ways.len().max(1)).contains(&values.len());
    let (with, values) = (&with, || values.iter());
    fits.then(|| ways.iter().flat_map(|way| values().map(move |value| with(way, value))).collect())
}

/// Which assignments of a variable count at the byte `used`: jobs have their own. An assignment is its line, counted from 0, and
/// whether a script may make it.
fn seen(text: &str, used: usize, assignments: &[(usize, bool)]) -> Vec<bool> {
    if assignments.is_empty() || assignments.len() > MAX_ASSIGNED {
        return vec![true; assignments.len()];
    }
    let jobs = Jobs::of(text);
    let scopes: Vec<_> = assignments.iter().map(|(line, in_script)| jobs.scope(*line, *in_script)).collect();
    jobs.seen(scopes.iter(), &jobs.sites(jobs.line_of(used)))
}

/// All values that a file gives to a variable, with their lines, and whether a script may do so: `IDLE: 0s`, `IDLE=0s`,
/// `idle: [0s, 4h]`, a list below it, a `default` below it, `name: idle` with a `value`.
fn assigned(text: &str, name: &str) -> Vec<(Range<usize>, usize, bool)> {
    let mut out: Vec<(Range<usize>, usize, bool)> = Vec::new();
    // Most names stand in few lines.
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (memchr::memmem::find(bytes, name.as_bytes()), text.rfind(name)) else {
        return out;
    };
    let first = memchr::memrchr(b'\n', &bytes[..first]).map_or(0, |end| end + 1);
    let before = memchr::memchr_iter(b'\n', &bytes[..first]).count();
    let (mut at, mut list) = (first, false);
    // The indentation of the line above what describes the variable.
    let mut below: Option<usize> = None;
    for (number, line) in (before..).zip(text.get(first..).unwrap_or_default().split_inclusive('\n')) {
        if at > last && !list && below.is_none() {
            break;
        }
        let inner = line.trim();
        let end = at + line.trim_end().len();
        at += line.len();
        let item = inner.strip_prefix("- ").map(str::trim_start);
        let mut flowing = false;
        let indent = line.len() - line.trim_start().len();
        below = below.filter(|outer| indent > *outer || inner.is_empty());
        let described = below.and_then(|_| {
            let keys = ["default:", "value:"];
            keys.iter().find_map(|key| inner.strip_prefix(key)).map(str::trim_start).filter(|value| !value.is_empty())
        });
        let quoted = |text: &str| text.trim().trim_matches(['"', '\'']) == name;
        if item.unwrap_or(inner).strip_prefix("name:").is_some_and(quoted) {
            below = Some(indent);
            continue;
        }
        // `string(name: 'IDLE', defaultValue: '0s')` of Jenkins.
        let chosen = inner.split_once("defaultValue:").filter(|(before, _)| {
            before.split_once("name:").is_some_and(|(_, own)| quoted(own.trim().trim_end_matches(',')))
        });
        // `echo "IDLE=0s" >> $GITHUB_ENV`
        let put =
            inner.split_once("echo ").filter(|(_, rest)| rest.contains("GITHUB_ENV") || rest.contains("GITHUB_OUTPUT"));
        let put = put.and_then(|(_, rest)| rest.trim_start_matches(['"', '\'']).strip_prefix(name)?.strip_prefix('='));
        // In a shell a space ends the value; elsewhere a comment does.
        let (values, shell) = if let Some(value) = put {
            let start = end - value.len();
            let value = value.split(['"', '\'', ' ', '>']).next().unwrap_or_default();
            out.push((start..start + value.len(), number + 1, inner.contains("GITHUB_ENV")));
            continue;
        } else if let Some(item) = item.filter(|_| list) {
            (item, false)
        } else if let Some(value) = described.or(chosen.map(|(_, value)| value.trim_start())) {
            (value, false)
        } else {
            let rest = item.unwrap_or(inner);
            // `matrix: {idle: [0s, 4h]}`
            let opens = |at: &usize| {
                let before = rest.get(..*at).unwrap_or_default().trim_end();
                before.ends_with(['{', ',']) && !before.ends_with("${")
            };
            let inside = rest.match_indices(name).map(|(at, _)| at).find(opens);
            flowing = inside.is_some();
            let rest = rest.get(inside.unwrap_or_default()..).unwrap_or_default();
            let rest = rest.strip_prefix("export ").unwrap_or(rest).trim_start_matches(['"', '\'']);
            let rest = rest.strip_prefix(name).map(|rest| rest.trim_start_matches(['"', '\'', ' ', '\t']));
            let found = rest.and_then(|rest| {
                [":=", "?=", "=", ":"].iter().find_map(|mark| Some((rest.strip_prefix(mark)?, *mark)))
            });
            list = found.is_some_and(|(value, _)| value.trim().is_empty());
            below = if list { Some(indent) } else { below };
            let Some((value, mark)) = found.filter(|_| !list) else { continue };
            let value = value.trim_start();
            let described = value.strip_prefix('{').filter(|_| mark == ":").map(described_in);
            flowing |= described.is_some();
            let Some(value) = described.unwrap_or(Some(value)) else { continue };
            (value, mark == "=")
        };
        let base = end - values.len();
        let flow = values.strip_prefix('[').map(|rest| rest.split(']').next().unwrap_or(rest));
        let mut from = usize::from(flow.is_some());
        for part in flow.unwrap_or(values).split(|c: char| flow.is_some() && c == ',') {
            let value = part.trim_start();
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
            let value = value.get(usize::from(quote.is_some())..).unwrap_or_default();
            let start = base + from + part.len() - value.len();
            from += part.len() + 1;
            let length = match quote {
                Some(quote) => value.find(quote),
                None if shell => value.find(|c: char| c.is_whitespace() || c == ';'),
                None if flowing && flow.is_none() => value.find([',', '}', '#']),
                None => value.find(" #"),
            };
            let value = value.get(..length.unwrap_or(value.len())).unwrap_or_default().trim_end();
            if referenced(value) != Some(name) {
                out.push((start..start + value.len(), number + 1, shell && inner.contains("export ")));
            }
        }
    }
    out
}

/// The text from the value on that the rest of a mapping on one line describes a variable with: `type: string, default: 0s}`.
fn described_in(mut rest: &str) -> Option<&str> {
    let (mut depth, mut quote) = (0, None);
    loop {
        let key = rest.trim_start().trim_start_matches(['"', '\'']);
        let value = ["default", "value"].iter().find_map(|word| key.strip_prefix(word));
        let value = value.and_then(|rest| rest.trim_start_matches(['"', '\'']).trim_start().strip_prefix(':'));
        if let Some(value) = value.filter(|_| depth == 0) {
            return Some(value.trim_start());
        }
        let next = rest.find(|c: char| {
            match (quote, c) {
                (Some(open), _) => quote = quote.filter(|_| c != open),
                (None, '"' | '\'') => quote = Some(c),
                (None, '{' | '[') => depth += 1,
                (None, '}' | ']') => depth -= 1,
                _ => return c == ',',
            }
            depth < 0
        })?;
        rest = rest.get(next + 1..).filter(|_| depth >= 0)?;
    }
}

/// True if nothing else fills a value in.
pub(super) fn is_known(value: &str) -> bool {
    !value.contains(['$', '`', '\\']) && !value.contains("{{") && !value.is_empty()
}
