//! Variables that a command gives to a playbook: `ansible-playbook site.yml -e idle=0s`. They win over all others.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use crate::node::Cx;
use crate::syntax::{Node, unit};
use crate::text::{Traced, View, Why, budget, placeholder};
use crate::value::Value;

use super::tasks::free_form;
use super::vars::Var;
use crate::input::command_files::{command_files, is_too_large};
use crate::input::references::{each_way, referenced, values_of};
use crate::input::unit::normal;
use crate::input::yaml_files;

/// The most commands for one playbook, and the most variables of one command.
const MAX_CALLS: usize = 16;
const MAX_GIVEN: usize = 200;
const GIVEN: &str = "variables of one command";
/// The most words of a command in which references are looked for.
const MAX_WORDS: usize = 32;

/// The program.
const PROGRAM: &[u8] = b"ansible-playbook";

/// Variables by name.
pub(super) type Given = BTreeMap<String, Var>;

/// What each command that runs a playbook gives to it, with the place of the command in words.
pub(super) fn of(playbook: &Path, cx: &mut Cx<'_>) -> Vec<(String, Given)> {
    let (Some(name), Some(dir)) = (playbook.file_name(), playbook.parent()) else { return Vec::new() };
    let mut out = Vec::new();
    for path in command_files(dir, cx).into_iter().filter(|path| path != playbook) {
        let calls = |bytes: &[u8]| {
            yaml_files::holds(bytes, PROGRAM)
                && yaml_files::holds(bytes, name.as_encoded_bytes())
                && !is_too_large(bytes)
        };
        if !cx.files.glance(&path).is_some_and(|bytes| calls(&bytes)) {
            continue;
        }
        let Ok(view) = cx.view(&path) else { continue };
        for range in commands(&view.bytes) {
            let line = memchr::memchr_iter(b'\n', &view.bytes[..range.start]).count() + 1;
            let words: Vec<Traced> = view.traced(range).split(b"\\\n").iter().flat_map(unit::words).collect();
            let ends = |word: &&Traced| matches!(word.bytes(), b"&&" | b"||" | b"|" | b";");
            let end = words.iter().position(|word| ends(&word)).unwrap_or(words.len());
            let is_book = |word: &Traced| word.known_str().is_some_and(|w| Path::new(w).file_name() == Some(name));
            if !words[..end].iter().any(is_book) {
                continue;
            }
            let words = joined(&words[..end]);
            let name = format!("-e in {}:{line}", yaml_files::shown(&path, cx));
            for (one_of, words) in ways(words, &view) {
                let given = given(&words, (&path, dir), cx);
                if !given.is_empty() {
                    out.push((format!("{name}{one_of}"), given));
                }
            }
            if out.len() > MAX_CALLS {
                return budget::at_most(out, MAX_CALLS, "commands that run a playbook").collect();
            }
        }
    }
    out
}

/// The words with each placeholder of a CI system in one of them.
fn joined(words: &[Traced]) -> Vec<Traced> {
    let mut out: Vec<Traced> = Vec::new();
    for word in words {
        match out.last_mut() {
            Some(last) if yaml_files::holds(last.bytes(), b"${{") && !yaml_files::holds(last.bytes(), b"}}") => {
                let before = std::mem::take(last);
                *last = Traced::join([&before, word], &Traced::new());
            }
            _ => out.push(word.clone()),
        }
    }
    out
}

/// The words with each value that the same file gives to a variable in them, and which of several it is.
fn ways(words: Vec<Traced>, view: &View) -> Vec<(String, Vec<Traced>)> {
    let Ok(text) = view.as_str() else { return vec![(String::new(), words)] };
    let mut out = vec![(String::new(), words)];
    for n in 0..out[0].1.len().min(MAX_WORDS) {
        let word = out[0].1[n].clone();
        let Some(equals) = word.bytes().iter().position(|b| *b == b'=') else { continue };
        let value = word.slice(equals + 1..word.len());
        let used = value.span().filter(|span| span.text == view.id).map_or(0, |span| span.range().start);
        let name = value.known_str().and_then(referenced);
        let values = name.map(|name| values_of(text, name, used)).unwrap_or_default();
        let several = values.len() > 1;
        let with = |(one_of, words): &(String, Vec<Traced>), value: &Range<usize>| {
            let mut words = words.clone();
            words[n] = Traced::join([&word.slice(0..equals + 1), &view.traced(value.clone())], &Traced::new());
            let shown =
                if several { format!("={}", text.get(value.clone()).unwrap_or_default()) } else { String::new() };
            (format!("{one_of}{shown}"), words)
        };
        if let Some(ways) = each_way(&out, &values, |way, (value, _)| with(way, value)) {
            out = ways;
        }
    }
    out
}

/// The commands in a text: from the program up to the end of the line, or of the last one that continues it.
fn commands(bytes: &[u8]) -> Vec<Range<usize>> {
    let from = |at: usize| {
        let line = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |n| n + 1);
        let comment = bytes[line..at].trim_ascii_start().starts_with(b"#");
        let mut ends = memchr::memchr_iter(b'\n', &bytes[at..]).map(|end| at + end);
        let end = ends.find(|end| bytes.get(end.wrapping_sub(1)) != Some(&b'\\')).unwrap_or(bytes.len());
        (!comment).then_some(at..end)
    };
    budget::at_most(memchr::memmem::find_iter(bytes, PROGRAM), MAX_GIVEN, "commands of one file")
        .filter_map(from)
        .collect()
}

/// The variables that the words of a command set; `folders` are those of its file and of the playbook.
fn given(words: &[Traced], folders: (&Path, &Path), cx: &mut Cx<'_>) -> Given {
    let mut out = Given::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let value = match word.bytes() {
            b"-e" | b"--extra-vars" => rest.next().cloned(),
            bytes if bytes.starts_with(b"--extra-vars=") => Some(word.slice(b"--extra-vars=".len()..word.len())),
            bytes if bytes.starts_with(b"-e") => Some(word.slice(2..word.len())),
            _ => None,
        };
        let Some(value) = value else { continue };
        let Some(at) = value.span() else { continue };
        let trees = match value.bytes() {
            [b'@', ..] => {
                let name = value.slice(1..value.len()).to_text().into_owned();
                let near = folders.0.parent().unwrap_or(folders.0);
                let found = [near, folders.1, cx.files.root()].map(|dir| normal(&dir.join(&name)));
                let view = found.iter().find_map(|path| cx.view(path).ok());
                if view.is_none() {
                    cx.gap(at, Why::FromOutside(format!("the variables file {}", name.escape_debug()).into()));
                }
                view.map(|view| yaml_files::documents(&view).tree).unwrap_or_default()
            }
            [b'{', ..] => yaml_files::documents(&cx.made("-e", &value, at)).tree,
            _ => {
                for (name, text) in budget::at_most(free_form(&value), MAX_GIVEN, GIVEN) {
                    let known = match placeholder::in_value(text.bytes()) {
                        Some(why) => Value::unknown(why, at),
                        None => Value::str(text, at),
                    };
                    out.insert(name, Var::Known(known));
                }
                continue;
            }
        };
        let pairs = trees.first().map(Node::pairs).unwrap_or_default();
        let pairs = budget::at_most(pairs, MAX_GIVEN, GIVEN);
        out.extend(pairs.filter_map(|(key, value)| Some((key.as_str()?.to_owned(), Var::Written(value.clone())))));
    }
    out
}
