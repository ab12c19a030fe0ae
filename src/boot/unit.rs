//! The kubelet's systemd unit: from unit, drop-ins and environment files to a command line.

use std::collections::BTreeMap;

use crate::node::Cx;
use crate::syntax::unit::{Entry, environment_file, parse, words};
use crate::text::{Span, Traced, Why};

use super::image;
use super::machine::{File, Files, Machine, absolute};

/// The command line of the kubelet, without the program, as systemd makes it from `files`. `None` if there is no unit.
pub(super) fn command_line(machine: &Machine, files: &Files, cx: &mut Cx<'_>) -> Option<Vec<Traced>> {
    let place = machine.place;
    let mut entries = match file(machine, files, image::UNIT) {
        Some(File::Known(text)) => entries(&text, image::UNIT, place, cx),
        Some(File::Unknown(why)) => return Some(vec![Traced::hole(place, why)]),
        Some(File::Removed) => return None,
        // The image's own unit is not known, but a drop-in may say all of what it says.
        None => Vec::new(),
    };
    for (_, text) in dropins(machine, files) {
        match text {
            (path, File::Known(text)) => entries.extend(self::entries(&text, &path, place, cx)),
            (_, File::Unknown(why)) => return Some(vec![Traced::hole(place, why)]),
            _ => {}
        }
    }
    let mut environment: BTreeMap<String, Traced> = BTreeMap::new();
    let mut environment_files: Vec<Traced> = Vec::new();
    let mut starts: Vec<Traced> = Vec::new();
    for entry in entries.iter().filter(|e| e.section == "Service") {
        match entry.key.as_str() {
            "Environment" if entry.value.is_empty() => environment.clear(),
            "Environment" => {
                // systemd ignores a line with an escape that it does not know.
                if !escapes_are_known(entry.value.bytes()) {
                    continue;
                }
                for word in words(&entry.value, true) {
                    let percent = word.span().map_or_else(Traced::new, |at| Traced::made("%", at));
                    let word = word.replace(b"%%", &percent);
                    if let Some((name, value)) = assignment(&word) {
                        environment.insert(name, value);
                    }
                }
            }
            "EnvironmentFile" if entry.value.is_empty() => environment_files.clear(),
            "EnvironmentFile" => environment_files.push(entry.value.clone()),
            "ExecStart" if entry.value.is_empty() => starts.clear(),
            "ExecStart" => starts.push(entry.value.clone()),
            _ => {}
        }
    }
    for name in environment_files {
        let path = name.to_text().trim_start_matches('-').to_owned();
        match file(machine, files, &absolute(&path, "/")) {
            Some(File::Known(text)) => {
                let id = cx.texts.add_made(path.as_str(), &text, place);
                environment.extend(environment_file(&cx.texts.view(id)));
            }
            Some(File::Unknown(why)) => {
                // Any variable may be set there, and what is set there is stronger.
                for value in environment.values_mut() {
                    *value = Traced::hole(place, why.clone());
                }
                environment.insert(OPEN.to_owned(), Traced::hole(place, why));
            }
            _ => {}
        }
    }
    let start = starts.last()?;
    Some(expand(start, &environment, place))
}

/// Stands for every variable that an unknown environment file may set.
const OPEN: &str = "";

fn file(machine: &Machine, files: &Files, path: &str) -> Option<File> {
    files.get(path).cloned().or_else(|| {
        let text = image::file(machine.family?, path, machine.minor)?;
        Some(File::Known(std::sync::Arc::new(Traced::made(text, machine.place))))
    })
}

/// The drop-ins by file name; of two with the same name the one in the stronger directory.
fn dropins(machine: &Machine, files: &Files) -> BTreeMap<String, (String, File)> {
    let mut out = BTreeMap::new();
    if let Some((name, text)) = machine.family.and_then(image::unit_dropins) {
        let text = File::Known(std::sync::Arc::new(Traced::made(text, machine.place)));
        out.insert(name.to_owned(), (name.to_owned(), text));
    }
    for dir in image::UNIT_DROPINS {
        for (path, file) in files.range(dir.to_owned()..) {
            let Some(name) = path.strip_prefix(dir) else { break };
            if std::path::Path::new(name).extension().is_some_and(|e| e == "conf") && !name.contains('/') {
                out.insert(name.to_owned(), (path.clone(), file.clone()));
            }
        }
    }
    out
}

fn entries(text: &Traced, path: &str, place: Span, cx: &mut Cx<'_>) -> Vec<Entry> {
    let id = cx.texts.add_made(path, text, place);
    parse(&cx.texts.view(id))
}

/// True if every backslash begins an escape that `Environment=` has. Source: `cunescape_one` of systemd.
fn escapes_are_known(text: &[u8]) -> bool {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        at += 1;
        if *byte == b'\\' {
            if !matches!(
                text.get(at),
                None | Some(
                    b'a' | b'b'
                        | b'f'
                        | b'n'
                        | b'r'
                        | b't'
                        | b'v'
                        | b'\\'
                        | b'"'
                        | b'\''
                        | b's'
                        | b'x'
                        | b'u'
                        | b'U'
                        | b'0'..=b'7' | b'\n'
                )
            ) {
                return false;
            }
            at += 1;
        }
    }
    true
}

fn assignment(word: &Traced) -> Option<(String, Traced)> {
    let equals = word.bytes().iter().position(|b| *b == b'=')?;
    let name = String::from_utf8_lossy(&word.bytes()[..equals]).into_owned();
    Some((name, word.slice(equals + 1..word.len())))
}

/// The words of `ExecStart` without the program: `$NAME` alone becomes as many words as it has, `${NAME}` one.
fn expand(start: &Traced, environment: &BTreeMap<String, Traced>, place: Span) -> Vec<Traced> {
    let mut out = Vec::new();
    for word in words(start, true).iter().skip(1) {
        let text = word.to_text().into_owned();
        let bare = text.strip_prefix('$').filter(|n| !n.is_empty() && n.bytes().all(is_name));
        if let Some(name) = bare {
            match environment.get(name).or_else(|| environment.get(OPEN)) {
                Some(value) if value.is_hole() => out.push(value.clone()),
                Some(value) => out.extend(words(value, false)),
                None => {}
            }
            continue;
        }
        let mut whole = Traced::new();
        let mut from = 0;
        while let Some(found) = text.get(from..).and_then(|rest| rest.find("${")) {
            let open = from + found;
            let Some(length) = text[open..].find('}') else { break };
            whole.push(&word.slice(from..open));
            if let Some(value) = environment.get(&text[open + 2..open + length]).or_else(|| environment.get(OPEN)) {
                whole.push(value);
            }
            from = open + length + 1;
        }
        whole.push(&word.slice(from..word.len()));
        if whole.is_empty() && !word.is_empty() {
            whole.push_made(b"", place);
        }
        out.push(whole);
    }
    out
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Why nothing is known of a kubelet whose unit is not known.
pub(super) fn no_unit() -> Why {
    Why::NotUnderstood("how this node starts its kubelet".into())
}
