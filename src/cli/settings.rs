//! `check --show-settings`: what counts for each path, and which file says so.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use toml::{Table, Value};

use crate::policy::{Reading, Settings};
use crate::report::{Kind, harmless};
use crate::scan::Request;
use crate::text::{Source, relative_to};

use super::args::Check;
use super::outputs::write;
use super::stop::{CLEAN, Stop};

/// Who says what a key is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    /// The nearest file that sets it.
    One,
    /// The same, but above the current folder.
    Run,
    /// All files together.
    All,
}

/// The keys in the order of the documentation, with who says them and their defaults. A table has none.
const KEYS: &[(&str, From, &str)] = &[
    ("select", From::One, "[]"),
    ("extend-select", From::All, "[]"),
    ("ignore", From::One, "[]"),
    ("exclude", From::One, "[]"),
    ("fail-on", From::Run, "\"warning\""),
    ("fail-on-unresolved", From::Run, "false"),
    ("require-reason", From::One, "false"),
    ("own-rules", From::Run, ""),
    ("baseline", From::Run, ""),
    ("exceptions", From::All, "[]"),
    ("levels", From::All, ""),
    ("per-path-ignores", From::All, ""),
    ("modules", From::All, ""),
    ("var-files", From::All, ""),
    ("assume", From::All, ""),
    ("fix", From::All, ""),
    ("long-streaming-idle-timeout", From::All, ""),
];

/// A file of a configuration: its name, and what it says.
type Layer = (String, Table);

/// Prints the settings for each path.
pub(super) fn show(args: &Check, request: &Request, here: &Path) -> Result<u8, Stop> {
    let policy = &request.policy;
    request.roots().iter().for_each(|root| policy.enter(root));
    let mut out = String::new();
    let from = Reading { current: here, earlier: None };
    let run = match policy.sources.first().filter(|_| policy.configured) {
        Some(source) => layers(Settings::load(source, here, from)?.files(), here),
        None => Vec::new(),
    };
    for path in &args.input.paths {
        let full = here.join(path);
        let full = full.canonicalize().map_err(|e| Stop::Failed(format!("cannot read {}: {e}", path.display())))?;
        let dir = if full.is_dir() { &full } else { full.parent().unwrap_or(&full) };
        let near = policy.within(dir);
        if let Some(error) = policy.failure() {
            return Err(error.into());
        }
        let own = match &near {
            Some(near) => layers(near.sources.iter(), here),
            None => run.clone(),
        };
        let used = own.first().map_or("no configuration", |(name, _)| name);
        out.push_str(&format!("# {}: {used}\n", shown(&full, here)));
        if policy.excludes(&full) {
            out.push_str("# excluded\n");
        }
        for key in KEYS {
            said(*key, args, &own, &run, &mut out);
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len() + 1);
    write(None, Kind::Text, false, |to| to.write_all(out.as_bytes()))?;
    Ok(CLEAN)
}

fn shown(path: &Path, here: &Path) -> String {
    let path = relative_to(here, path);
    harmless(&if path.as_os_str().is_empty() { ".".into() } else { path.to_string_lossy() })
}

fn layers<'a>(files: impl Iterator<Item = &'a Arc<Source>>, here: &Path) -> Vec<Layer> {
    let parsed = |source: &Source| {
        let bytes = source.bytes();
        let text = String::from_utf8_lossy(&bytes);
        toml::from_str(text.trim_start_matches('\u{FEFF}')).unwrap_or_default()
    };
    files.map(|source| (shown(source.path(), here), parsed(source))).collect()
}

/// The lines about one key.
fn said((key, from, default): (&str, From, &str), args: &Check, own: &[Layer], run: &[Layer], out: &mut String) {
    let mut line = |what: &str, value: &str, who: &str| {
        out.push_str(&format!("{:<58} # {who}\n", harmless(&format!("{what} = {value}"))));
    };
    let list = |words: &[String]| Value::from(words.to_vec()).to_string();
    let typed = match key {
        "select" if !args.select.is_empty() => Some((list(&args.select), true)),
        "extend-select" if !args.extend_select.is_empty() => Some((list(&args.extend_select), false)),
        "ignore" if !args.ignore.is_empty() => Some((list(&args.ignore), false)),
        "exclude" if !args.input.exclude.is_empty() => Some((list(&args.input.exclude), false)),
        "fail-on" => args.fail_on.map(|on| (format!("\"{}\"", on.word()), true)),
        "fail-on-unresolved" if args.fail_on_unresolved => Some(("true".to_owned(), true)),
        "baseline" => {
            args.baseline.as_ref().map(|path| (Value::from(path.to_string_lossy().as_ref()).to_string(), true))
        }
        _ => None,
    };
    if let Some((value, alone)) = &typed {
        line(key, value, "command line");
        if *alone {
            return;
        }
    }
    let files = if from == From::Run { run } else { own };
    let mut setting = files.iter().filter_map(|(name, table)| Some((name, table.get(key)?))).peekable();
    if setting.peek().is_none() && !default.is_empty() && typed.is_none() {
        line(key, default, "default");
    }
    let most = if from == From::All { usize::MAX } else { 1 };
    let mut seen = BTreeSet::new();
    for (name, value) in setting.take(most) {
        let Some(table) = value.as_table() else {
            line(key, &value.to_string(), name);
            continue;
        };
        for (inner, value) in table {
            if seen.insert(inner.clone()) || key == "per-path-ignores" {
                let bare = !inner.is_empty() && inner.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
                let inner = if bare { inner.clone() } else { Value::from(inner.as_str()).to_string() };
                line(&format!("{key}.{inner}"), &value.to_string(), name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::KEYS;

    #[test]
    fn every_key_is_shown() {
        let schema: serde_json::Value =
            serde_json::from_str(include_str!("../../schemas/kubelet-lint.schema.json")).unwrap();
        let mut wanted: Vec<_> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        // It is shown by the files that the values come from.
        wanted.retain(|key| *key != "extend");
        let mut shown: Vec<_> = KEYS.iter().map(|(key, ..)| *key).collect();
        wanted.sort_unstable();
        shown.sort_unstable();
        assert_eq!(shown, wanted);
    }
}
