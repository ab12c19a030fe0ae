//! The kubelet's systemd unit: from unit, drop-ins and environment files to a command line. Sources: `systemd.exec(5)`,
//! `systemd.service(5)`, and `config_parse_exec`, `config_parse_environ` and `replace_env_argv` of systemd 252.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::node::{BootCx, Family};
use crate::syntax::unit::{Entry, Escapes, environment_file, is_variable, parse, split, words};
use crate::text::{Span, Traced, Why};

use super::image;
use super::machine::{File, Files, Machine, absolute, unknown};

/// Stands for every variable that an unknown environment file may set.
const OPEN: &str = "";

/// The command line of the kubelet, without the program, as systemd makes it from `files`.
///
/// # Errors
/// If systemd starts no kubelet: why.
pub(super) fn command_line(machine: &Machine, files: &Files, cx: &mut BootCx<'_>) -> Result<Vec<Traced>, Why> {
    let place = machine.place;
    let entries = match unit(machine, files, cx) {
        Unit::Entries(entries) => entries,
        Unit::Unknown(hole) => return Ok(vec![hole]),
        Unit::Removed => return Err(no_unit()),
    };
    let mut environment: BTreeMap<String, Traced> = BTreeMap::new();
    let mut environment_files: Vec<Traced> = Vec::new();
    let mut unset: Vec<Traced> = Vec::new();
    let mut starts: Vec<Traced> = Vec::new();
    let mut once = false;
    for entry in entries.iter().filter(|e| e.section == "Service") {
        let value = &entry.value;
        match entry.key.as_str() {
            "Environment" if value.is_empty() => environment.clear(),
            // What follows a fault on the line is ignored.
            "Environment" => {
                for word in split(value, Escapes::Strict).0 {
                    if let Some((name, value)) = specifiers(&word).as_ref().and_then(assignment) {
                        environment.insert(name, value);
                    }
                }
            }
            "EnvironmentFile" if value.is_empty() => environment_files.clear(),
            "EnvironmentFile" => environment_files.push(value.clone()),
            "UnsetEnvironment" if value.is_empty() => unset.clear(),
            "UnsetEnvironment" => unset.extend(split(value, Escapes::Strict).0),
            "ExecStart" if value.is_empty() => starts.clear(),
            "ExecStart" => starts.push(value.clone()),
            "Type" => once = value.bytes() == b"oneshot",
            _ => {}
        }
    }
    for name in environment_files {
        let shown = name.to_text().into_owned();
        let path = absolute(shown.trim_start_matches('-').trim(), "/");
        match machine.file_among(files, &path) {
            Some(File::Known(text)) => {
                let id = cx.texts.add_made(path.as_str(), &text, place);
                environment.extend(environment_file(&cx.texts.view(id)));
                if let Some((at, why)) = unknown(&text) {
                    open(&mut environment, at, why);
                }
            }
            Some(File::Unknown(why)) => open(&mut environment, place, &why),
            _ if name.has_hole() || path.contains(['*', '?', '[']) => {
                open(&mut environment, place, &Why::NotUnderstood("an environment file by a pattern".into()));
            }
            // Without a dash it has to be there, so the image brings it; nodeadm's own is written when it runs.
            None if !shown.starts_with('-') && path != image::NODEADM_ENVIRONMENT => {
                open(&mut environment, place, &Why::FromOutside(format!("what the image has in {path}").into()));
            }
            _ => {}
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
    let [start] = starts.as_slice() else {
        let twice = "the kubelet's unit has more than one ExecStart=, which systemd refuses";
        return match starts.last() {
            Some(last) if once => expand(last, &environment, place),
            Some(_) => Err(Why::Invalid(twice.into())),
            None => Err(no_unit()),
        };
    };
    expand(start, &environment, place)
}

/// Any variable may be set by a file that is not known, and what is set there is stronger.
fn open(environment: &mut BTreeMap<String, Traced>, at: Span, why: &Why) {
    for value in environment.values_mut() {
        *value = Traced::hole(at, why.clone());
    }
    environment.insert(OPEN.to_owned(), Traced::hole(at, why.clone()));
}

/// The entries of a unit and its drop-ins.
pub(super) enum Unit {
    /// All of them, in the order in which systemd reads them.
    Entries(Vec<Entry>),
    /// One of the files is not known.
    Unknown(Traced),
    /// The unit was removed.
    Removed,
}

/// The kubelet's unit as `files` have it.
pub(super) fn unit(machine: &Machine, files: &Files, cx: &mut BootCx<'_>) -> Unit {
    // The image's own unit may not be known, but a drop-in may say all of what it says.
    let own = strongest(machine, files);
    if let Some((_, File::Removed)) = own {
        return Unit::Removed;
    }
    let mut entries = Vec::new();
    for (path, file) in own.into_iter().chain(dropins(machine, files).into_values()) {
        match file {
            File::Known(text) => {
                if let Some((at, why)) = unknown(&text) {
                    return Unit::Unknown(Traced::hole(at, why.clone()));
                }
                let id = cx.texts.add_made(path, &text, machine.place);
                entries.extend(parse(&cx.texts.view(id)));
            }
            File::Unknown(why) => return Unit::Unknown(Traced::hole(machine.place, why)),
            File::Removed => {}
        }
    }
    Unit::Entries(entries)
}

/// The unit in the strongest directory that has one. That of EKS's images lies in the strongest of all.
fn strongest(machine: &Machine, files: &Files) -> Option<(String, File)> {
    let own = || machine.file_among(files, image::UNIT).map(|f| (image::UNIT.to_owned(), f));
    let strong = files.contains_key(image::UNIT) || machine.family() != Some(Family::Kubeadm);
    let others = || image::UNITS.iter().find_map(|path| Some(((*path).to_owned(), files.get(*path)?.clone())));
    if strong { own().or_else(others) } else { others().or_else(own) }
}

/// The drop-ins by file name; of two with the same name the one in the stronger directory.
fn dropins(machine: &Machine, files: &Files) -> BTreeMap<String, (String, File)> {
    let mut out = BTreeMap::new();
    if let Some((name, text)) = machine.family().and_then(image::unit_dropins) {
        let text = File::Known(Arc::new(Traced::made(text, machine.place)));
        out.insert(name.to_owned(), (name.to_owned(), text));
    }
    for dir in image::UNIT_DROPINS {
        for (path, file) in files.range(dir.to_owned()..) {
            let Some(name) = path.strip_prefix(dir) else { break };
            if image::is_conf(name) && !name.contains('/') {
                out.insert(name.to_owned(), (path.clone(), file.clone()));
            }
        }
    }
    out
}

fn assignment(word: &Traced) -> Option<(String, Traced)> {
    let equals = word.bytes().iter().position(|b| *b == b'=')?;
    let name = String::from_utf8_lossy(&word.bytes()[..equals]).into_owned();
    is_variable(&name).then(|| (name, word.slice(equals + 1..word.len())))
}

/// A word with its specifiers: `%%` is a percent sign, `%n` the unit; what the machine decides is a hole. `None` for one that
/// systemd does not know, which makes it ignore the word.
fn specifiers(word: &Traced) -> Option<Traced> {
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
            b'n' => out.push_made(b"kubelet.service", span),
            b'N' | b'p' | b'P' => out.push_made(b"kubelet", span),
            b'i' | b'I' => {}
            b'a' | b'A' | b'b' | b'B' | b'c' | b'C' | b'd' | b'D' | b'E' | b'f' | b'g' | b'G' | b'h' | b'H' | b'j'
            | b'J' | b'l' | b'L' | b'm' | b'M' | b'o' | b'q' | b'r' | b'R' | b's' | b'S' | b't' | b'T' | b'u'
            | b'U' | b'v' | b'V' | b'w' | b'W' | b'y' | b'Y' => {
                let what = format!("systemd's %{} on the machine", char::from(letter));
                out.push_hole(span, Why::FromOutside(what.into()));
            }
            _ => return None,
        }
        from = at;
    }
    out.push(&word.slice(from..word.len()));
    Some(out)
}

/// The words of `ExecStart` without the program.
fn expand(start: &Traced, environment: &BTreeMap<String, Traced>, place: Span) -> Result<Vec<Traced>, Why> {
    let refused = || Why::Invalid("the ExecStart= of the kubelet's unit cannot be read by systemd".into());
    let (given, sound) = split(start, Escapes::Relaxed);
    if !sound {
        return Err(refused());
    }
    if given.iter().any(|w| w.bytes() == b";") {
        return Err(Why::Invalid("the ExecStart= of the kubelet's unit is more than one command".into()));
    }
    let mut given = given.into_iter();
    let Some(program) = given.next() else { return Err(no_unit()) };
    // Signs before the program: a colon turns variables off, an at sign gives it another name.
    let shown = program.to_text().into_owned();
    let bare = shown.trim_start_matches(['-', '+', '!', ':', '@']);
    let signs = &shown[..shown.len() - bare.len()];
    if signs.contains('@') {
        given.next();
    }
    let mut argv = Vec::new();
    for word in given {
        let word = if word.bytes() == b"\\;" { word.slice(1..2) } else { word };
        let word = specifiers(&word).ok_or_else(refused)?;
        if signs.contains(':') {
            argv.push(word);
        } else {
            variables(&word, environment, place, &mut argv);
        }
    }
    let mut name = bare.rsplit('/').next().unwrap_or_default().to_owned();
    let mut argv = std::collections::VecDeque::from(argv);
    if name == "env" {
        // Assignments and the program that it runs.
        while argv.front().is_some_and(|w| w.bytes().contains(&b'=') && !w.bytes().starts_with(b"-")) {
            argv.pop_front();
        }
        name =
            argv.pop_front().map(|w| w.to_text().rsplit('/').next().unwrap_or_default().to_owned()).unwrap_or_default();
    }
    if name == "hyperkube" && argv.front().is_some_and(|w| w.bytes() == b"kubelet") {
        argv.pop_front();
    } else if !name.contains("kubelet") && !program.has_hole() {
        let why = Why::NotUnderstood(format!("what {name} starts in the kubelet's unit").into());
        return Ok(vec![Traced::hole(start.span().unwrap_or(place), why)]);
    }
    Ok(argv.into())
}

/// What a word becomes when the program starts: `$NAME` alone becomes as many words as it has, `${NAME}` in a word one.
fn variables(word: &Traced, environment: &BTreeMap<String, Traced>, place: Span, out: &mut Vec<Traced>) {
    let bytes = word.bytes();
    let lookup =
        |name: &[u8]| std::str::from_utf8(name).ok().and_then(|n| environment.get(n)).or_else(|| environment.get(OPEN));
    if bytes.first() == Some(&b'$') && !matches!(bytes.get(1), Some(b'{' | b'$')) {
        match lookup(&bytes[1..]) {
            Some(value) if value.is_hole() => out.push(value.clone()),
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
                // What is no name between braces stays.
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

/// Why nothing is known of a kubelet whose unit is not known.
pub(super) fn no_unit() -> Why {
    Why::NotUnderstood("how this node starts its kubelet".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::Cx;
    use crate::text::{HOLE, Memory, Source};

    /// Answers that say that they do not know: what stands in a pattern, and what the machine decides.
    const UNKNOWN: [&str; 5] =
        ["env-percent-h", "file-glob", "file-missing-is-fatal", "start-shell", "start-shell-braces"];

    #[test]
    fn command_lines_as_systemd_makes_them() {
        let recorded: serde_json::Value =
            serde_json::from_str(include_str!("../../testdata/systemd/recorded.json")).unwrap();
        let cases = recorded["cases"].as_object().unwrap();
        assert!(cases.len() > 100);
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
            let said = command_line(&machine, &files, &mut cx.boot()).ok();
            let said = said.map(|argv| argv.iter().map(|w| w.to_text().into_owned()).collect::<Vec<_>>());
            let service = |w: &serde_json::Value| {
                // Each case has a service of its own under systemd.
                let word = w.as_str().unwrap().to_owned();
                let number = word.find(".service").map(|end| {
                    let start = word[..end].rfind('c').unwrap();
                    word[start..end].to_owned()
                });
                number.map_or(word.clone(), |own| word.replace(&own, "kubelet"))
            };
            let really = case["argv"].as_array().map(|argv| argv.iter().map(service).collect::<Vec<_>>());
            let unknown = said.as_ref().is_some_and(|argv| argv.iter().any(|w| w.contains(HOLE)));
            assert_eq!(unknown, UNKNOWN.contains(&name.as_str()), "{name}: {said:?}");
            // An image brings the unit of a kubelet that is only seen by its drop-in.
            if !unknown && said != really && name != "unit-only-drop-in" {
                wrong.push(format!("{name}: {said:?}, really {really:?}"));
            }
        }
        assert!(wrong.is_empty(), "{} command lines are wrong: {wrong:#?}", wrong.len());
    }
}
