//! CRI-O: its configuration file, its drop-ins and its command line. Sources: CRI-O `internal/criocli/criocli.go`
//! (`mergeConfigFiles`, `mergeAPIConfig`), `pkg/config/config.go` (`UpdateFromFile`, `UpdateFromPath`), `server/server.go`,
//! `contrib/systemd/crio.service`.
//!
//! The main file is read first, then every file below the drop-in directory in the order of a walk, regardless of its name.
//! Each is decoded over the earlier result: the last one wins. A flag, or the variable `STREAM_IDLE_TIMEOUT`, wins over all.

use crate::setting::{Failure, Mechanism, Reading, SetBy, Setting};
use crate::syntax::{Node, toml, unit};
use crate::text::{Span, Traced, View, Why};

use super::timeout::{Content, Files, KEY, Name, Runtime, Track};

/// The file that CRI-O reads without `--config`.
pub(super) const CONFIG: &str = "/etc/crio/crio.conf";
/// The drop-in directory, without `--config-dir`.
pub(super) const DROPINS: &str = "/etc/crio/crio.conf.d/";
/// The environment file of its unit.
pub(super) const ENVIRONMENT: &str = "/etc/sysconfig/crio";

/// The drop-ins of its unit.
pub(super) const UNIT_DROPINS: &str = "/etc/systemd/system/crio.service.d/";

/// The variables that the unit puts on the command line, in order.
const OPTIONS: [&str; 5] = [
    "CRIO_CONFIG_OPTIONS",
    "CRIO_RUNTIME_OPTIONS",
    "CRIO_STORAGE_OPTIONS",
    "CRIO_NETWORK_OPTIONS",
    "CRIO_METRICS_OPTIONS",
];

/// What CRI-O runs with; see [`super::settle`].
pub(super) fn settle(files: &mut dyn Files) -> Option<Runtime> {
    let mut track = Track::new(Name::Crio);
    let mut paths = vec![CONFIG.to_owned()];
    let mut dropins = files.below(DROPINS);
    // A walk visits a directory before the names that begin with its name.
    dropins.sort_by(|a, b| a.split('/').cmp(b.split('/')));
    paths.append(&mut dropins);
    let mut any = false;
    for path in paths {
        let main = (path != CONFIG).then_some(path.as_str());
        let Some(view) = read(&path, files, &mut track, &mut any) else { continue };
        let parsed = toml::parse(&view.without_placeholders());
        if let Some(error) = parsed.errors.first() {
            let why = match error.unknown(&view).cloned().or_else(|| error.limit()) {
                Some(why) => why,
                None => {
                    Why::Invalid(format!("{path} is not valid TOML, so CRI-O does not start: {}", error.message).into())
                }
            };
            track.gap(Some(error.at), why.clone());
            track.settings.clear();
            track.doubt(why);
            continue;
        }
        let Some(tree) = parsed.tree else { continue };
        match tree.path(&["crio", "api"]).and_then(|api| api.pair(KEY)) {
            Some(pair) => {
                track.add_key(pair, &view, main);
                let plain = pair.1.as_scalar().is_none_or(|s| s.style == crate::syntax::Style::Plain);
                if let Some((Setting { reading: Reading::Invalid(message), .. }, _)) = track.settings.last()
                    && plain
                {
                    // Each file is decoded separately: a later one cannot repair an earlier one.
                    let message = message.clone();
                    let setting = track.settings.last().map(|(setting, _)| setting.clone());
                    track.failures.extend(setting.map(|s| Failure::invalid(s, message)));
                }
            }
            None => {
                if let Some((_, why)) = unknown(&tree) {
                    track.doubt(why);
                }
            }
        }
    }
    any |= command_line(&mut track, files);
    any.then(|| track.settled())
}

/// A file of the node, if it is known. `any` becomes true if there is one.
fn read(path: &str, files: &mut dyn Files, track: &mut Track, any: &mut bool) -> Option<View> {
    match files.read(path) {
        Content::Known(view) => {
            *any = true;
            Some(view)
        }
        Content::Unknown(why) => {
            *any = true;
            track.doubt(why);
            None
        }
        Content::Missing => None,
    }
}

fn unknown(tree: &Node) -> Option<(Span, Why)> {
    let tables = [Some(tree), tree.get("crio"), tree.path(&["crio", "api"])];
    tables.into_iter().flatten().find_map(|t| t.unknown_keys().map(|(at, why)| (at, why.clone())))
}

/// The command line from the unit of CRI-O and its environment file. True if either exists.
fn command_line(track: &mut Track, files: &mut dyn Files) -> bool {
    let mut any = false;
    let mut variables: Vec<(String, Traced)> = Vec::new();
    let mut start: Option<Traced> = None;
    for path in files.below(UNIT_DROPINS) {
        let Some(view) = read(&path, files, track, &mut any) else { continue };
        for entry in unit::parse(&view).into_iter().filter(|e| e.section == "Service") {
            match entry.key.as_str() {
                "Environment" if entry.value.is_empty() => variables.clear(),
                "Environment" => {
                    variables.extend(unit::split(&entry.value, unit::Escapes::Strict).0.iter().filter_map(assignment));
                }
                "ExecStart" => start = Some(entry.value).filter(|v| !v.is_empty()),
                _ => {}
            }
        }
    }
    if let Some(view) = read(ENVIRONMENT, files, track, &mut any) {
        variables.extend(unit::environment_file(&view));
    }
    let value = |name: &str| variables.iter().rev().find(|(n, _)| n == name).map(|(_, value)| value);
    if let Some(value) = value("STREAM_IDLE_TIMEOUT").filter(|v| !v.is_empty()) {
        add(track, value.clone(), value.span());
    }
    let mut line: Vec<Traced> =
        start.as_ref().map(|text| unit::split(text, unit::Escapes::Relaxed).0).unwrap_or_default();
    line.extend(OPTIONS.iter().filter_map(|name| value(name)).flat_map(unit::words));
    let flag = b"--stream-idle-timeout";
    for (n, word) in line.iter().enumerate() {
        let Some(rest) = word.bytes().strip_prefix(flag) else { continue };
        match rest.first() {
            Some(b'=') => add(track, word.slice(flag.len() + 1..word.len()), word.span()),
            None => {
                if let Some(next) = line.get(n + 1) {
                    add(track, next.clone(), next.span());
                }
            }
            _ => {}
        }
    }
    any
}

fn assignment(word: &Traced) -> Option<(String, Traced)> {
    let equals = word.bytes().iter().position(|b| *b == b'=')?;
    let name = String::from_utf8_lossy(&word.bytes()[..equals]).into_owned();
    Some((name, word.slice(equals + 1..word.len())))
}

fn add(track: &mut Track, raw: Traced, carrier: Option<Span>) {
    let Some(carrier) = carrier else { return };
    let reading = match raw.first_unknown() {
        Some((_, why)) => Reading::Unknown(why.clone()),
        None if raw.is_empty() => Reading::Unset,
        None => crate::setting::read_duration(raw.bytes()),
    };
    let at = raw.span().unwrap_or(carrier);
    let setting = Setting { field: Name::Crio.field(), key: None, raw, reading, at, carrier, by: Mechanism::Flag };
    track.add(setting, SetBy::Flag);
}
