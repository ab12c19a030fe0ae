//! The kubelet's systemd unit: from unit, drop-ins and environment files to a command line. Sources: `systemd.exec(5)`,
//! `systemd.service(5)`, and `config_parse_exec`, `config_parse_environ` and `replace_env_argv` of systemd 252.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::node::{BootCx, Family};
use crate::syntax::unit::{Entry, Escapes, environment_file, is_variable, parse, split, words};
use crate::text::{Span, Traced, Why};

use super::disk::{File, Files, absolute, inside};
use super::image;
use super::machine::{Image, Machine, unknown};

/// The key for every variable that an unknown environment file may set.
pub(super) const ANY_VARIABLE: &str = "";

/// The kubelet's unit.
const KUBELET: &str = "kubelet.service";

/// The kubelet's command line, without the program, as systemd builds it from `files`.
///
/// # Errors
/// The reason why systemd does not start a kubelet.
pub(super) fn command_line(machine: &Machine, files: &Files, cx: &mut BootCx<'_>) -> Result<Vec<Traced>, Why> {
    let place = machine.place;
    let entries = match unit(machine, files, cx) {
        Unit::Entries(entries) => entries,
        Unit::Unknown(unknown) => return Ok(vec![unknown]),
        Unit::Removed => return Err(no_unit()),
    };
    let environment = environment(&entries, KUBELET, machine, files, cx);
    let mut starts: Vec<Traced> = Vec::new();
    let mut oneshot = false;
    for entry in entries.iter().filter(|e| e.section == "Service") {
        let value = &entry.value;
        match entry.key.as_str() {
            "ExecStart" if value.is_empty() => starts.clear(),
            "ExecStart" => starts.push(value.clone()),
            "Type" => oneshot = value.bytes() == b"oneshot",
            _ => {}
        }
    }
    let [start] = starts.as_slice() else {
        let twice = "the kubelet's unit has more than one ExecStart=, which systemd rejects";
        return match starts.last() {
            Some(last) if oneshot => expand(last, &environment, place),
            Some(_) => Err(Why::Invalid(twice.into())),
            None => snap_arguments(machine, files, cx).ok_or_else(no_unit),
        };
    };
    expand(start, &environment, place)
}

/// The environment of the processes of a service: that of systemd, then the variables of the unit, then its files. They are read
/// again before each process.
pub(super) fn environment(
    entries: &[Entry],
    unit: &str,
    machine: &Machine,
    files: &Files,
    cx: &mut BootCx<'_>,
) -> BTreeMap<String, Traced> {
    let place = machine.place;
    let mut environment: BTreeMap<String, Traced> = BTreeMap::new();
    let mut environment_files: Vec<Traced> = Vec::new();
    let mut unset: Vec<Traced> = Vec::new();
    for entry in entries.iter().filter(|e| e.section == "Service") {
        let value = &entry.value;
        match entry.key.as_str() {
            "Environment" if value.is_empty() => environment.clear(),
            // The rest of a line after an error is ignored.
            "Environment" => {
                for word in split(value, Escapes::Strict).0 {
                    if let Some((name, value)) =
                        specifiers(&word, unit, machine.instances.get(unit)).as_ref().and_then(assignment)
                    {
                        environment.insert(name, value);
                    }
                }
            }
            "EnvironmentFile" if value.is_empty() => environment_files.clear(),
            "EnvironmentFile" => environment_files.push(value.clone()),
            "UnsetEnvironment" if value.is_empty() => unset.clear(),
            "UnsetEnvironment" => unset.extend(split(value, Escapes::Strict).0),
            _ => {}
        }
    }
    for name in environment_files {
        let shown = name.to_text().into_owned();
        // A path with a specifier that there is not is ignored.
        let Some(name) = specifiers(&name, unit, machine.instances.get(unit)) else { continue };
        let path = absolute_path(&name);
        match machine.file_among(files, &path) {
            Some(File::Known(text)) => {
                let id = cx.texts.add_made(path.as_str(), &text, place);
                environment.extend(environment_file(&cx.texts.view(id)));
                if let Some((at, why)) = unknown(&text) {
                    set_unknown(&mut environment, at, why);
                }
            }
            Some(File::Unknown(why)) => set_unknown(&mut environment, place, &why),
            _ if name.has_unknown() || path.contains(['*', '?', '[']) => {
                set_unknown(&mut environment, place, &Why::NotUnderstood("an environment file by a pattern".into()));
            }
            // Without a dash the file must exist, so the image ships it; nodeadm writes its own when it runs.
            None if !shown.starts_with('-') && path != image::NODEADM_ENVIRONMENT => {
                set_unknown(&mut environment, place, &Why::FromOutside(format!("what the image has in {path}").into()));
            }
            None if unit != KUBELET && !machine.lacks(&path) => {
                let why = Why::FromOutside(format!("what {path} sets").into());
                environment.insert(ANY_VARIABLE.to_owned(), Traced::unknown(place, why));
            }
            _ => {}
        }
    }
    // The environment of systemd itself is weaker than that of a unit.
    if let Some(File::Known(text)) = files.get(image::MANAGER_ENVIRONMENT) {
        let id = cx.texts.add_made("the environment of systemd", text, place);
        for (name, value) in environment_file(&cx.texts.view(id)) {
            environment.entry(name).or_insert(value);
        }
    }
    for word in unset {
        let name = word.to_text().split('=').next().unwrap_or_default().to_owned();
        let whole = word.bytes().contains(&b'=');
        let same = |v: &Traced| word.bytes()[name.len() + 1..] == *v.bytes();
        if !whole || environment.get(&name).is_some_and(same) {
            environment.remove(&name);
        }
    }
    environment
}

/// The path in the value of an `EnvironmentFile=` of the kubelet's unit.
pub(super) fn file_path(value: &Traced) -> Option<String> {
    specifiers(value, KUBELET, None).as_ref().map(absolute_path)
}

fn absolute_path(value: &Traced) -> String {
    absolute(value.to_text().trim_start_matches('-').trim(), "/")
}

/// The arguments of a kubelet in a snap, which has no unit of its own here: flags in a file, and lines with comments.
fn snap_arguments(machine: &Machine, files: &Files, cx: &mut BootCx<'_>) -> Option<Vec<Traced>> {
    let (path, file) = image::SNAP_ARGS.iter().find_map(|path| Some((*path, files.get(*path)?)))?;
    match file {
        File::Known(text) => {
            let id = cx.texts.add_made(path, text, machine.place);
            let lines = cx.texts.view(id).traced(0..text.len()).split(b"\n");
            let lines = lines.iter().filter(|line| line.bytes().trim_ascii_start().first() != Some(&b'#'));
            Some(lines.flat_map(words).collect())
        }
        File::Unknown(why) => Some(vec![Traced::unknown(machine.place, why.clone())]),
        File::Removed => None,
    }
}

/// Makes all variables unknown: an unknown file may set any of them, and overrides `Environment=`.
fn set_unknown(environment: &mut BTreeMap<String, Traced>, at: Span, why: &Why) {
    for value in environment.values_mut() {
        *value = Traced::unknown(at, why.clone());
    }
    environment.insert(ANY_VARIABLE.to_owned(), Traced::unknown(at, why.clone()));
}

/// The kubelet's unit with its drop-ins.
pub(super) enum Unit {
    /// All entries, in the order in which systemd reads them.
    Entries(Vec<Entry>),
    /// One of the files is unknown.
    Unknown(Traced),
    /// The unit was removed.
    Removed,
}

/// The kubelet's unit in `files`.
pub(super) fn unit(machine: &Machine, files: &Files, cx: &mut BootCx<'_>) -> Unit {
    // The image's own unit may be unknown, but a drop-in may override all of it.
    let own = main_unit_file(machine, files);
    if let Some((_, File::Removed)) = own {
        return Unit::Removed;
    }
    let mut entries = Vec::new();
    for (path, file) in own.into_iter().chain(dropins(machine, files).into_values()) {
        match file {
            File::Known(text) => {
                if let Some((at, why)) = unknown(&text) {
                    return Unit::Unknown(Traced::unknown(at, why.clone()));
                }
                let id = cx.texts.add_made(path, &text, machine.place);
                entries.extend(parse(&cx.texts.view(id)));
            }
            File::Unknown(why) => return Unit::Unknown(Traced::unknown(machine.place, why)),
            File::Removed => {}
        }
    }
    Unit::Entries(entries)
}

/// The unit in the directory with the highest precedence that has one. EKS images have theirs in the highest of all.
fn main_unit_file(machine: &Machine, files: &Files) -> Option<(String, File)> {
    let own = || machine.file_among(files, image::UNIT).map(|f| (image::UNIT.to_owned(), f));
    let strong = files.contains_key(image::UNIT) || machine.family() != Some(Family::Kubeadm);
    let others = || image::UNITS.iter().find_map(|path| Some(((*path).to_owned(), files.get(*path)?.clone())));
    if strong { own().or_else(others) } else { others().or_else(own) }
}

/// The drop-ins by file name. For equal names, the directory with higher precedence wins.
fn dropins(machine: &Machine, files: &Files) -> BTreeMap<String, (String, File)> {
    let mut out = BTreeMap::new();
    // A unit that the boot writes is the one that starts, unless something proves that kubeadm's packages are there.
    let packaged = matches!(machine.image, Image::Proven(_) | Image::Given(_))
        || files.contains_key(image::KUBEADM)
        || !has_own_unit(files);
    if let Some((name, text)) = machine.family().filter(|_| packaged).and_then(image::unit_dropins) {
        let text = File::Known(Arc::new(Traced::made(text, machine.place)));
        out.insert(name.to_owned(), (name.to_owned(), text));
    }
    for dir in image::UNIT_DROPINS {
        for (name, file) in inside(files, dir) {
            if image::is_conf(name) && !name.contains('/') {
                out.insert(name.to_owned(), (format!("{dir}{name}"), file.clone()));
            }
        }
    }
    out
}

/// True if the kubelet's unit itself is among the files.
pub(super) fn has_own_unit(files: &Files) -> bool {
    let written = |path: &str| files.get(path).is_some_and(|file| *file != File::Removed);
    written(image::UNIT) || image::UNITS.iter().any(|path| written(path))
}

/// The name and the value of an assignment.
pub(super) fn assignment(word: &Traced) -> Option<(String, Traced)> {
    let equals = word.bytes().iter().position(|b| *b == b'=')?;
    let name = String::from_utf8_lossy(&word.bytes()[..equals]).into_owned();
    is_variable(&name).then(|| (name, word.slice(equals + 1..word.len())))
}

/// A word with its specifiers expanded: `%%` is a percent sign, `%n` the unit, `%i` the instance as it was `given`. Values from the
/// machine are unknown. `None` if systemd does not know a specifier, and so ignores the word.
pub(super) fn specifiers(word: &Traced, unit: &str, given: Option<&Traced>) -> Option<Traced> {
    let stem = unit.strip_suffix(".service").unwrap_or(unit);
    let (prefix, instance) = stem.split_once('@').unwrap_or((stem, ""));
    let bytes = word.bytes();
    let mut out = Traced::new();
    let mut from = 0;
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| rest.iter().position(|b| *b == b'%')) {
        let percent = at + found;
        let Some(letter) = bytes.get(percent + 1).copied() else { break };
        at = percent + 2;
        if letter != b'%' && !letter.is_ascii_alphanumeric() {
            continue;
        }
        let span = word.slice(percent..at).span()?;
        out.push(&word.slice(from..percent));
        match letter {
            b'%' => out.push(&word.slice(percent + 1..at)),
            b'n' => out.push_made(unit.as_bytes(), span),
            b'N' => out.push_made(stem.as_bytes(), span),
            b'p' | b'P' => out.push_made(prefix.as_bytes(), span),
            b'i' | b'I' => match given {
                Some(given) => out.push(given),
                None => out.push_made(instance.as_bytes(), span),
            },
            b'a' | b'A' | b'b' | b'B' | b'c' | b'C' | b'd' | b'D' | b'E' | b'f' | b'g' | b'G' | b'h' | b'H' | b'j'
            | b'J' | b'l' | b'L' | b'm' | b'M' | b'o' | b'q' | b'r' | b'R' | b's' | b'S' | b't' | b'T' | b'u'
            | b'U' | b'v' | b'V' | b'w' | b'W' | b'y' | b'Y' => {
                let what = format!("systemd's %{} on the machine", char::from(letter));
                out.push_unknown(span, Why::FromOutside(what.into()));
            }
            _ => return None,
        }
        from = at;
    }
    out.push(&word.slice(from..word.len()));
    Some(out)
}

/// The expanded words of `ExecStart` without the program.
fn expand(start: &Traced, environment: &BTreeMap<String, Traced>, place: Span) -> Result<Vec<Traced>, Why> {
    let refused = || Why::Invalid("the ExecStart= of the kubelet's unit cannot be read by systemd".into());
    let (split_words, valid) = split(start, Escapes::Relaxed);
    if !valid {
        return Err(refused());
    }
    if split_words.iter().any(|w| w.bytes() == b";") {
        return Err(Why::Invalid("the ExecStart= of the kubelet's unit is more than one command".into()));
    }
    let mut rest = split_words.into_iter();
    let Some(program) = rest.next() else { return Err(no_unit()) };
    // Prefixes of the program: a colon disables variables, an at sign sets another `argv[0]`.
    let shown = program.to_text().into_owned();
    let bare = shown.trim_start_matches(['-', '+', '!', ':', '@']);
    let prefixes = shown.get(..shown.len() - bare.len()).unwrap_or_default();
    if prefixes.contains('@') {
        rest.next();
    }
    let mut argv = Vec::new();
    for word in rest {
        let word = if word.bytes() == b"\\;" { word.slice(1..2) } else { word };
        let word = specifiers(&word, KUBELET, None).ok_or_else(refused)?;
        if prefixes.contains(':') {
            argv.push(word);
        } else {
            variables(&word, environment, place, &mut argv);
        }
    }
    let mut name = bare.rsplit('/').next().unwrap_or_default().to_owned();
    let mut argv = std::collections::VecDeque::from(argv);
    if name == "env" {
        // Skip assignments and the program name.
        while argv.front().is_some_and(|w| w.bytes().contains(&b'=') && !w.bytes().starts_with(b"-")) {
            argv.pop_front();
        }
        name =
            argv.pop_front().map(|w| w.to_text().rsplit('/').next().unwrap_or_default().to_owned()).unwrap_or_default();
    }
    if name == "hyperkube" && argv.front().is_some_and(|w| w.bytes() == b"kubelet") {
        argv.pop_front();
    } else if !name.contains("kubelet") && !program.has_unknown() {
        let why = Why::NotUnderstood(format!("what {name} starts in the kubelet's unit").into());
        return Ok(vec![Traced::unknown(start.span().unwrap_or(place), why)]);
    }
    Ok(argv.into())
}

/// Expands variables in a word of a command line: `$NAME` alone is split into words, `${NAME}` within a word is not.
pub(super) fn variables(word: &Traced, environment: &BTreeMap<String, Traced>, place: Span, out: &mut Vec<Traced>) {
    let bytes = word.bytes();
    let lookup = |name: &[u8]| {
        std::str::from_utf8(name).ok().and_then(|n| environment.get(n)).or_else(|| environment.get(ANY_VARIABLE))
    };
    if bytes.first() == Some(&b'$') && !matches!(bytes.get(1), Some(b'{' | b'$')) {
        match lookup(&bytes[1..]) {
            Some(value) if value.is_unknown() => out.push(value.clone()),
            Some(value) => out.extend(words(value)),
            None => {}
        }
        return;
    }
    let mut whole = Traced::new();
    let mut from = 0;
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| rest.iter().position(|b| *b == b'$')) {
        let dollar = at + found;
        match bytes.get(dollar + 1) {
            Some(b'$') => {
                whole.push(&word.slice(from..dollar + 1));
                at = dollar + 2;
                from = at;
            }
            Some(b'{') => {
                let length = bytes[dollar + 2..].iter().take_while(|b| is_name(**b)).count();
                let close = dollar + 2 + length;
                at = dollar + 2;
                // An invalid name between braces is left as it is.
                if bytes.get(close) == Some(&b'}') {
                    whole.push(&word.slice(from..dollar));
                    if let Some(value) = lookup(&bytes[dollar + 2..close]) {
                        whole.push(value);
                    }
                    at = close + 1;
                    from = at;
                }
            }
            _ => at = dollar + 1,
        }
    }
    whole.push(&word.slice(from..word.len()));
    if whole.is_empty() && !word.is_empty() {
        whole.push_made(b"", place);
    }
    out.push(whole);
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The reason for a kubelet without a known unit.
pub(super) fn no_unit() -> Why {
    Why::NotUnderstood("how this node starts its kubelet".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::Cx;
    use crate::text::{Memory, Source, UNKNOWN_MARK};

    /// Cases with an unknown result: file patterns and values from the machine.
    const UNKNOWN: [&str; 5] =
        ["env-percent-h", "file-glob", "file-missing-is-fatal", "start-shell", "start-shell-braces"];

    #[test]
    fn command_lines_as_systemd_makes_them() {
        let recorded: serde_json::Value =
            serde_json::from_str(include_str!("../../testdata/systemd/recorded.json")).unwrap();
        let cases = recorded["cases"].as_object().unwrap();
        assert!(cases.len() > 160);
        let mut wrong = Vec::new();
        for (name, case) in cases {
            let memory = Memory::default();
            let mut cx = Cx::new(&memory);
            let mut files = Files::new();
            let mut place = None;
            for (path, text) in case["files"].as_object().unwrap() {
                let text = text.as_str().unwrap();
                let id = cx.texts.add_source(Arc::new(Source::new(path, text.as_bytes())));
                let view = cx.texts.view(id);
                place = Some(view.span(0..text.len()));
                files.insert(path.clone(), File::Known(Arc::new(view.traced(0..text.len()))));
            }
            let machine = Machine::new(place.unwrap(), None, None, false);
            let got = command_line(&machine, &files, &mut cx.boot()).ok();
            let got = got.map(|argv| argv.iter().map(|w| w.to_text().into_owned()).collect::<Vec<_>>());
            let service = |w: &serde_json::Value| {
                // Each case ran as a separate service under systemd.
                let word = w.as_str().unwrap().to_owned();
                let number = word.find(".service").map(|end| {
                    let start = word.get(..end).unwrap_or_default().rfind('c').unwrap();
                    word.get(start..end).unwrap_or_default().to_owned()
                });
                number.map_or(word.clone(), |own| word.replace(&own, "kubelet"))
            };
            let want = case["argv"].as_array().map(|argv| argv.iter().map(service).collect::<Vec<_>>());
            let unknown = got.as_ref().is_some_and(|argv| argv.iter().any(|w| w.contains(UNKNOWN_MARK)));
            assert_eq!(unknown, UNKNOWN.contains(&name.as_str()), "{name}: {got:?}");
            // With only a drop-in, the unit comes from the image.
            if !unknown && got != want && name != "unit-only-drop-in" {
                wrong.push(format!("{name}: {got:?}, want {want:?}"));
            }
        }
        assert!(wrong.is_empty(), "{} command lines are wrong: {wrong:#?}", wrong.len());
    }
}
