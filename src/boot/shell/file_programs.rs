//! Programs that write, move and remove files.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::text::{Span, Traced, Why, budget};

use super::super::access::{Access, Right};
use super::super::disk::{File, absolute, inside};
use super::super::image;
use super::call::Call;
use super::files::{self, contents};
use super::interpreter::Shell;
use super::state::ScriptRun;
use super::status::Status;

/// The option for a target that is not a folder to copy into.
const LITERAL: &str = "--no-target-directory";

/// The most folders that are tracked.
const MAX_FOLDERS: usize = 1024;

impl Shell<'_, '_> {
    /// `mktemp`
    pub(super) fn mktemp(&mut self, call: &Call<'_>, path: &mut ScriptRun) -> bool {
        self.temporary += 1;
        path.out.push_made(format!("/tmp/mktemp.{}\n", self.temporary).as_bytes(), call.at);
        true
    }
}

/// `tee` and `sponge`
pub(super) fn tee(call: &Call<'_>, path: &mut ScriptRun) -> bool {
    let text = path.stdin.clone().unwrap_or_default();
    let append = call.flag('a', "--append");
    for operand in call.operands() {
        put(operand, &text, append, call, path);
    }
    if call.name == "tee" {
        path.out.push(&text);
    }
    true
}

/// Writes a text to a file, or appends it.
fn put(name: &Traced, text: &Traced, append: bool, call: &Call<'_>, path: &mut ScriptRun) {
    let Some(file) = path.target(name) else { return path.write_unnamed(name, call.at) };
    if append {
        path.machine.append(&file, text, call.at);
    } else {
        path.machine.put(&file, File::Known(Arc::new(text.clone())));
    }
}

/// `chmod`, `chown` and `chgrp`
pub(super) fn access(call: &Call<'_>, path: &mut ScriptRun) -> bool {
    let right = if call.name == "chmod" { Right::Mode } else { Right::Owner };
    let is_option = |word: &&Traced| {
        let letters = word.bytes().strip_prefix(b"-").filter(|rest| !rest.is_empty());
        letters.is_some_and(|rest| rest.starts_with(b"-") || rest.iter().all(|b| b"RcfvhHLP".contains(b)))
    };
    let (options, mut words): (Vec<&Traced>, Vec<&Traced>) = call.words.iter().partition(is_option);
    let like_another = options.iter().any(|o| o.bytes().starts_with(b"--reference"));
    let value = if like_another || words.is_empty() { None } else { Some(words.remove(0)) };
    let below = call.flag('R', "--recursive");
    if right == Right::Mode
        && words.iter().any(|word| word.known_str().is_none_or(|word| word.contains(['*', '?', '['])))
    {
        // Any file may have become executable.
        path.machine.plain = Arc::default();
    }
    let group = value.filter(|_| call.name == "chgrp").map(|group| owner_of(None, Some(group), call.at));
    for file in words.iter().filter_map(|word| word.known_str()) {
        let file = path.absolute(file);
        path.machine.set_access((file, below), right, group.as_ref().or(value), call.at);
    }
    true
}

/// The modes and owners of files that are replaced or removed are not known any more.
fn forget_access(operands: &[&Traced], call: &Call<'_>, path: &mut ScriptRun) {
    for file in operands.iter().filter_map(|word| word.known_str()) {
        let file = path.absolute(file);
        forget(&file, call.at, path);
    }
}

fn forget(file: &str, at: Span, path: &mut ScriptRun) {
    for right in [Right::Mode, Right::Owner] {
        path.machine.set_access((file.to_owned(), true), right, None, at);
    }
}

/// An owner and a group as `chown` takes them.
fn owner_of(owner: Option<&Traced>, group: Option<&Traced>, at: Span) -> Traced {
    let mut out = owner.cloned().unwrap_or_default();
    if let Some(group) = group {
        out.push_made(b":", at);
        out.push(group);
    }
    out
}

/// `install`
pub(super) fn install(call: &Call<'_>, path: &mut ScriptRun) -> bool {
    const LONG: [(&str, u8); 5] =
        [("--mode", b'm'), ("--owner", b'o'), ("--group", b'g'), ("--target-directory", b't'), ("--suffix", b'S')];
    let mut operands = Vec::new();
    let mut given: BTreeMap<u8, Traced> = BTreeMap::new();
    let mut rest = call.words.iter();
    while let Some(word) = rest.next() {
        let bytes = word.bytes();
        let long = LONG
            .iter()
            .find(|(name, _)| bytes.strip_prefix(name.as_bytes()).is_some_and(|r| matches!(r, [] | [b'=', ..])));
        // Letters may share a word, and the value of one may follow in the same word.
        let short = || bytes.iter().skip(1).position(|b| b"mogtS".contains(b)).map(|at| at + 1);
        let (letter, at) = match long {
            Some((name, letter)) => (*letter, name.len() + 1),
            None if bytes.starts_with(b"--") => continue,
            None if bytes.starts_with(b"-") && bytes.len() > 1 => match short() {
                Some(at) => (bytes[at], at + 1),
                None => continue,
            },
            None => {
                operands.push(word);
                continue;
            }
        };
        let value = if at < bytes.len() { Some(word.slice(at..word.len())) } else { rest.next().cloned() };
        given.extend(value.map(|value| (letter, value)));
    }
    if call.flag('d', "--directory") {
        return true;
    }
    if let Some(folder) = given.get(&b't') {
        operands.push(folder);
    }
    let inside = if given.contains_key(&b't') { Some(true) } else { call.flag('T', LITERAL).then_some(false) };
    copy(&operands, (inside, None), call, path);
    let Some((target, sources)) = operands.split_last() else { return true };
    let Some(target) = target.known_str() else { return true };
    let file = path.absolute(target);
    let inside = target.ends_with('/')
        || given.contains_key(&b't')
        || sources.len() > 1
        || path.machine.has_folder(&file) == Some(true);
    // Files are created anew, with this mode if none is given.
    let mode = given.get(&b'm').cloned().unwrap_or_else(|| Traced::made("755", call.at));
    let owner = given.get(&b'o').map(|owner| owner_of(Some(owner), given.get(&b'g'), call.at));
    for source in sources.iter().filter_map(|source| source.known_str()) {
        let name = source.rsplit('/').next().unwrap_or(source);
        let file = if inside { format!("{}/{name}", file.trim_end_matches('/')) } else { file.clone() };
        forget(&file, call.at, path);
        for (right, value) in [(Right::Mode, Some(&mode)), (Right::Owner, owner.as_ref())] {
            if value.is_some() {
                path.machine.set_access((file.clone(), false), right, value, call.at);
            }
        }
    }
    true
}

/// The operands of a program that copies, and `-t FOLDER` as the last of them; whether that is the folder to copy into, as far as
/// options say so.
fn operands(call: &Call<'_>) -> (Vec<Traced>, Option<bool>) {
    let mut folder = None;
    let mut out = Vec::new();
    let mut rest = call.words.iter();
    while let Some(word) = rest.next() {
        let bytes = word.bytes();
        let at = match bytes.strip_prefix(b"--target-directory") {
            Some([] | [b'=', ..]) => Some("--target-directory=".len()),
            None if bytes.starts_with(b"-") && !bytes.starts_with(b"--") => {
                bytes.iter().position(|b| *b == b't').map(|at| at + 1)
            }
            _ => None,
        };
        match at {
            Some(at) if at < bytes.len() => folder = Some(word.slice(at..word.len())),
            Some(_) => folder = rest.next().cloned(),
            None if bytes.starts_with(b"-") && bytes.len() > 1 => {}
            None => out.push(word.clone()),
        }
    }
    let inside = folder.as_ref().map(|_| true).or_else(|| call.flag('T', LITERAL).then_some(false));
    out.extend(folder);
    (out, inside)
}

/// `rsync` on one machine. False for options that leave out or remove files.
pub(super) fn rsync(call: &Call<'_>, path: &mut ScriptRun) -> bool {
    const LONG: &str = "archive recursive verbose quiet links copy-links perms times group owner checksum compress update \
                        progress human-readable mkpath inplace stats no-owner no-group no-perms no-times numeric-ids";
    let is_modelled = |word: &Traced| {
        let Some(option) = word.known_str() else { return false };
        match option.strip_prefix("--").or_else(|| option.strip_prefix('-')) {
            Some(long) if option.starts_with("--") => {
                LONG.split(' ').any(|known| known == long.trim())
                    || long.starts_with("chmod=")
                    || long.starts_with("chown=")
            }
            Some(letters) => letters.bytes().all(|letter| b"avqrlLptgoDhPcuzKHAXSWx".contains(&letter)),
            None => true,
        }
    };
    let operands: Vec<_> = call.operands();
    let remote = |word: &&Traced| word.bytes().iter().take_while(|byte| **byte != b'/').any(|byte| *byte == b':');
    let options = call.words.iter().filter(|word| word.bytes().starts_with(b"-"));
    if operands.len() < 2 || operands.iter().any(remote) || !options.clone().all(is_modelled) {
        return false;
    }
    let Some((to, from)) = operands.split_last() else { return true };
    for source in from {
        let name = source.known_str().unwrap_or_default();
        // Of a folder with a slash its content, else the folder itself.
        let contents = name.ends_with('/') || name.ends_with("/.") || name == ".";
        let inside = (!below(path, &path.absolute(name)).is_empty()).then_some(!contents);
        copy(&[source, to], (inside, None), call, path);
    }
    true
}

/// `cp` and `mv`
pub(super) fn cp(call: &Call<'_>, path: &mut ScriptRun) -> bool {
    let moves = call.name == "mv";
    let keeps = moves || call.flag('p', "--preserve") || call.flag('a', "--archive") || call.has_prefix("--preserve=");
    let earlier = path.machine.access.clone().filter(|_| keeps);
    if moves {
        let plain = Arc::clone(&path.machine.plain);
        forget_access(&call.operands(), call, path);
        path.machine.plain = plain;
    }
    let (operands, inside) = operands(call);
    copy(&operands.iter().collect::<Vec<_>>(), (inside, earlier.as_deref().map(Vec::as_slice)), call, path);
    true
}

/// `ln`
pub(super) fn ln(call: &Call<'_>, path: &mut ScriptRun) -> bool {
    forget_access(call.operands().last().map(std::slice::from_ref).unwrap_or_default(), call, path);
    if call.flag('s', "--symbolic") {
        link(call, path);
    } else {
        copy(&call.operands(), (None, None), call, path);
    }
    true
}

/// `rm` and `unlink`
pub(super) fn rm(call: &Call<'_>, path: &mut ScriptRun) -> bool {
    let recursive = call.flag('r', "--recursive") || call.flag('R', "--recursive");
    forget_access(&call.operands(), call, path);
    for operand in call.operands().iter().filter_map(|o| o.known_str()) {
        let file = path.absolute(operand);
        if path.machine.links.contains_key(&file) {
            path.machine.unlink(&file);
            continue;
        }
        if recursive {
            for (file, _) in below(path, &file) {
                path.machine.put(&file, File::Removed);
            }
        }
        path.machine.put(&file, File::Removed);
    }
    true
}

/// `touch`
pub(super) fn touch(call: &Call<'_>, path: &mut ScriptRun) -> bool {
    for operand in call.operands().iter().filter_map(|o| o.known_str()) {
        let file = path.absolute(operand);
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        let system = ["/etc", "/usr", "/var", "/lib"].iter().any(|system| folder.starts_with(system));
        let new = path.machine.lacks(&file) || path.machine.folders.contains(folder) && !system;
        if path.machine.file(&file).is_none_or(|f| f == File::Removed) && (new || !image::may_exist(&file)) {
            path.machine.put(&file, File::Known(Arc::default()));
        }
    }
    true
}

/// `mkdir`
pub(super) fn mkdir(call: &Call<'_>, path: &mut ScriptRun) -> bool {
    let operands = call.operands();
    let exists =
        |folder: String| image::BOOTSTRAP.starts_with(&folder) || inside(&path.machine.files, &folder).next().is_some();
    let first = operands.first().and_then(|o| o.known_str()).map(|o| format!("{}/", path.absolute(o)));
    if !call.flag('p', "--parents") && first.is_some_and(exists) {
        path.status = Status::NonZero;
    }
    let names: Vec<_> = operands.iter().filter_map(|o| Some(path.absolute(o.known_str()?))).collect();
    let folders = Arc::make_mut(&mut path.machine.folders);
    folders.extend(budget::at_most(names, MAX_FOLDERS.saturating_sub(folders.len()), "folders of a node"));
    true
}

/// `ls FILE…`, if it only prints names. False for anything else.
pub(super) fn ls(call: &Call<'_>, path: &mut ScriptRun) -> bool {
    let mut names = call.operands();
    let options = call.words.iter().any(|w| w.bytes().starts_with(b"-") && w.known_str() != Some("-1"));
    let exists = |o: &&Traced| {
        let file = o.known_str().map(|f| path.absolute(f));
        file.is_some_and(|f| path.machine.file(&f).is_some_and(|f| f != File::Removed))
    };
    if let Some(name) = names.iter().find(|o| {
        files::missing(path, o)
            && o.known_str().is_some_and(|o| path.machine.has_folder(&path.absolute(o)) != Some(true))
    }) {
        // The others are still printed.
        path.status = Status::NonZero;
        path.code = Some(2);
        if names.len() > 1
            && let Some(at) = name.span()
        {
            path.out.push_unknown(at, Why::NotUnderstood("ls".into()));
        }
        return true;
    }
    if names.is_empty() || options || !names.iter().all(exists) {
        return false;
    }
    names.sort_by(|a, b| a.bytes().cmp(b.bytes()));
    for name in names {
        path.out.push(name);
        path.out.push_made(b"\n", call.at);
    }
    true
}

/// `truncate`
pub(super) fn truncate(call: &Call<'_>, path: &mut ScriptRun) -> bool {
    let size = call.has(&["0", "-s0", "--size=0"]);
    for file in call.operands().iter().filter_map(|o| o.known_str()).filter(|o| *o != "0") {
        let file = path.absolute(file);
        let why = || Why::NotUnderstood("truncate to a size".into());
        let empty = size.then(|| File::Known(Arc::default()));
        path.machine.put(&file, empty.unwrap_or_else(|| File::Unknown(why())));
    }
    true
}

/// `dd of=FILE`. False if only part of the text is copied.
pub(super) fn dd(call: &Call<'_>, path: &mut ScriptRun) -> bool {
    let (mut from, mut to, mut append) = (None, None, false);
    for word in call.words {
        let text = word.to_text().into_owned();
        let Some((name, value)) = text.split_once('=') else { return false };
        let rest = word.slice(word.len() - value.len()..word.len());
        match name {
            "if" => from = Some(rest),
            "of" => to = Some(rest),
            "oflag" | "conv" => append |= value.contains("append"),
            "status" => {}
            _ => return false,
        }
    }
    let text = match &from {
        Some(from) => contents(path, from, call.at),
        None => path.stdin.clone().unwrap_or_default(),
    };
    match &to {
        None => path.out.push(&text),
        Some(to) => put(to, &text, append, call, path),
    }
    true
}

/// `ln -s TARGET… PLACE`. With `-n`, an existing link is replaced, even if it leads to a folder.
fn link(call: &Call<'_>, path: &mut ScriptRun) {
    let operands = call.operands();
    let (bare, span) = (call.flag('n', "--no-dereference"), call.at);
    let here = Traced::made(".", span);
    let (place, targets) = match operands.as_slice() {
        [] => return,
        [target] => (&here, vec![*target]),
        [targets @ .., place] => (*place, targets.to_vec()),
    };
    let Some(place) = place.known_str().map(|p| path.absolute(p)) else {
        path.write_unnamed(place, span);
        return;
    };
    let inside =
        !bare && path.machine.has_folder(&place) == Some(true) || targets.len() > 1 || place == path.shell.directory;
    for target in targets {
        let Some(name) = target.known_str() else {
            if image::reader(&place).is_some() {
                path.machine.gap(span, Why::NotUnderstood("a symbolic link".into()));
            }
            continue;
        };
        let base = name.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let link = if inside { format!("{}/{base}", place.trim_end_matches('/')) } else { place.clone() };
        let folder = link.rsplit_once('/').map_or("/", |(folder, _)| folder);
        let target = absolute(name, folder);
        path.machine.link(&link, &target);
    }
}

/// Copies files over others; `mv` also removes the originals. The last operand is the folder to copy into, or not, if that is
/// `given`. With earlier changes of who may use files, it keeps that.
fn copy(
    operands: &[&Traced],
    (given_inside, earlier): (Option<bool>, Option<&[Access]>),
    call: &Call<'_>,
    path: &mut ScriptRun,
) {
    let moves = call.name == "mv";
    let Some((to, from)) = operands.split_last() else { return };
    let Some(to_name) = to.known_str() else {
        path.write_unnamed(to, call.at);
        return;
    };
    let into = given_inside.unwrap_or_else(|| to_name.ends_with('/') || from.len() > 1);
    for source in from {
        let mut target = path.absolute(to_name);
        let Some(given) = path.named(source) else {
            if !into
                && !source.is_unknown()
                && image::reader(&target).is_some()
                && let Some((at, why)) = source.first_unknown()
            {
                path.machine.gap(at, why.clone());
                path.machine.put(&target, File::Unknown(why.clone()));
            }
            continue;
        };
        let source = path.absolute(&given);
        let base = source.rsplit('/').next().unwrap_or_default();
        let inside = below(path, &source);
        let exists = path.machine.has_folder(&target);
        if !inside.is_empty() && path.machine.file(&source).is_none() {
            // A folder with all its known content: in a folder that exists, else as that folder. Where the image decides, it is put
            // at both places.
            let within = format!("{}/{base}", target.trim_end_matches('/'));
            let targets = match given_inside.or(if from.len() > 1 { Some(true) } else { exists }) {
                _ if given.ends_with("/.") || given == "." => [Some(target), None],
                Some(true) => [Some(within), None],
                Some(false) => [Some(target), None],
                None => [Some(target), Some(within)],
            };
            let pairs = targets.iter().flatten().flat_map(|target| inside.iter().map(move |pair| (target, pair)));
            for (target, (file, content)) in pairs {
                let to = format!("{}{}", target.trim_end_matches('/'), file.get(source.len()..).unwrap_or_default());
                path.machine.put(&to, content.clone());
                path.machine.inherit_plain(file, &to, moves);
                if let Some(earlier) = earlier {
                    path.machine.inherit_access(earlier, file, &to, call.at);
                }
            }
            for (file, _) in inside.iter().filter(|_| moves) {
                path.machine.put(file, File::Removed);
            }
            continue;
        }
        if into || given_inside.is_none() && exists == Some(true) {
            target = format!("{}/{base}", target.trim_end_matches('/'));
        }
        let stdin = (source == "/dev/stdin").then(|| File::Known(Arc::new(path.stdin.clone().unwrap_or_default())));
        let file = stdin
            .or_else(|| path.machine.file(&source))
            .unwrap_or_else(|| File::Unknown(Why::FromOutside(format!("the content of {source}").into())));
        if let (File::Unknown(why), true) = (&file, image::reader(&target).is_some()) {
            path.machine.gap(call.at, why.clone());
        }
        if file == File::Removed {
            path.status = Status::NonZero;
            continue;
        }
        if moves {
            path.machine.unlink(&target);
        }
        path.machine.put(&target, file);
        path.machine.inherit_plain(&source, &target, moves);
        if let Some(earlier) = earlier {
            path.machine.inherit_access(earlier, &source, &target, call.at);
        }
        if moves {
            path.machine.unlink(&source);
            path.machine.put(&source, File::Removed);
        }
    }
}

/// The files that were written below a folder and still exist.
fn below(path: &ScriptRun, folder: &str) -> Vec<(String, File)> {
    let prefix = format!("{}/", folder.trim_end_matches('/'));
    let files = inside(&path.machine.files, &prefix).filter(|(_, file)| **file != File::Removed);
    files.map(|(name, file)| (format!("{prefix}{name}"), file.clone())).collect()
}
