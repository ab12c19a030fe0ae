//! Files of the repository that a script fills in on their way to a tool: `envsubst < cluster.yaml | eksctl create cluster -f -`,
//! `sed "s/__IDLE__/0s/" nodes.yaml | kubectl apply -f -`, `clusterctl generate cluster --from nodes.yaml`. The result is read,
//! with what the script knows.

use std::path::{Path, PathBuf};

use crate::node::{Cx, NodeGroup};
use crate::syntax::shell::{Command, CommandKind, RedirectKind, Target};
use crate::syntax::{Node, yaml};
use crate::text::{Span, Traced, Why, budget};

use super::CommandReader;
use super::written::{MAX_WRITTEN, Written, may_apply};
use crate::input::set_values::{path_of, put};
use crate::input::unit::normal;
use crate::input::{manifests, yaml_files};

/// The most bytes of a file that is filled in.
const MAX_BYTES: usize = 1 << 20;
/// The most copies of files that are known by name.
const MAX_COPIES: usize = 64;

impl CommandReader {
    /// Reads what a pipeline makes of a file, if one of its programs fills the file in.
    pub(super) fn pipeline(&mut self, commands: &[Command], cx: &mut Cx<'_>) {
        let mut text: Option<(Traced, Option<PathBuf>)> = None;
        let mut filled = false;
        for command in commands {
            let CommandKind::Simple { assignments, words } = &command.kind else { return };
            let words: Vec<Traced> = words.iter().map(|w| self.value(&w.parts, w.span, 0)).collect();
            let Some(program) = words.first().and_then(Traced::known_str) else { return };
            let program = program.rsplit('/').next().unwrap_or(program).to_owned();
            let read = command.redirects.iter().find(|r| r.kind == RedirectKind::Read).and_then(|r| match &r.target {
                Target::Word(word) => Some(self.value(&word.parts, word.span, 0)),
                Target::Body(_) => None,
            });
            if let Some(path) = read {
                text = self.template(&path, cx);
            }
            match program.as_str() {
                "cat" => {
                    if let [_, path] = words.as_slice() {
                        text = self.template(path, cx);
                    }
                }
                "printf" => text = printed(&words[1..], command.span).map(|text| (text, None)),
                "echo" => text = Some((Traced::join(&words[1..], &Traced::made(" ", command.span)), None)),
                "envsubst" => {
                    let Some((before, path)) = text else { return };
                    // An argument lists the variables that are replaced.
                    let listed = match words.get(1).map(Traced::known_str) {
                        None => None,
                        Some(Some(list)) if !list.starts_with('-') => Some(names_in(list)),
                        Some(_) => return,
                    };
                    let own: Vec<_> =
                        assignments.iter().map(|a| (a.name.clone(), self.value(&a.value.parts, a.span, 0))).collect();
                    let known = |name: &str| {
                        let own = own.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone());
                        own.or_else(|| self.variables.get(name).cloned().flatten())
                    };
                    let replaces = |name: &str| listed.as_ref().is_none_or(|names| names.contains(&name));
                    text = Some((substituted(&before, &replaces, &known), path));
                    filled = true;
                }
                // It fills in the variables of its environment, or their defaults.
                "clusterctl" if words.get(1).is_some_and(|verb| verb.bytes() == b"generate") => {
                    let option = words.iter().position(|word| word.bytes().starts_with(b"--from"));
                    let Some(at) = option else { return };
                    let inline = words[at].bytes().strip_prefix(b"--from=").map(<[u8]>::len);
                    let path = inline.map(|length| words[at].slice(words[at].len() - length..words[at].len()));
                    let Some(path) = path.or_else(|| words.get(at + 1).cloned()) else { return };
                    let Some((before, path)) = self.template(&path, cx) else { return };
                    let known = |name: &str| self.variables.get(name).cloned().flatten();
                    text = Some((substituted(&before, &|_| true, &known), path));
                    filled = true;
                }
                "sed" | "perl" => {
                    let Some((scripts, files, extended)) = sed_arguments(&words) else { return };
                    if let [path] = files.as_slice() {
                        text = self.template(path, cx);
                    }
                    let Some((mut now, path)) = text else { return };
                    for script in &scripts {
                        let Some(next) = replaced(&now, script, extended) else { return };
                        now = next;
                    }
                    text = Some((now, path));
                    filled = true;
                }
                "yq" | "jq" => {
                    let call = edit(&words);
                    let file = call.as_ref().and_then(|(_, file)| self.template(file.as_ref()?, cx));
                    let Some((now, path)) = file.or(text) else { return };
                    let set = |name: &str| self.variables.get(name).cloned().flatten();
                    let next = call.and_then(|(expression, _)| edited(&now, &expression, &set, cx));
                    // One that sets nothing, such as `yq -o json`, passes the documents on.
                    filled |= next.is_some();
                    text = Some((next.unwrap_or(now), path));
                }
                // What reads the result.
                reader => {
                    let written = text.as_ref().is_some_and(|(_, path)| path.is_none());
                    filled |= written && matches!(reader, "kubectl" | "oc" | "eksctl" | "kops" | "kubeadm" | "kind");
                    break;
                }
            }
        }
        if let (true, Some((text, path))) = (filled, text)
            && let Some(at) = commands.first().map(|c| c.span)
        {
            let name = match &path {
                Some(path) => format!("{} as filled in by {}", path.display(), self.name),
                None => self.name.clone(),
            };
            let name = name.replace(&format!("{}/", cx.files.root().display()), "");
            // What a script writes for the node that it runs on is left to its boot.
            let is_own = |path: &PathBuf| self.written.iter().any(|written| path.ends_with(&written.name));
            let Some(path) = path.filter(|path| !is_own(path)) else {
                let groups = manifests::for_clusters(&text, &name, at, cx);
                return match self.edited_in_place(commands) {
                    Some(name) => self.write(name, text, groups),
                    None => self.groups.extend(groups),
                };
            };
            let groups = manifests::in_text(&text, &name, at, cx);
            if !groups.is_empty() {
                cx.claims.uses.push(path);
            }
            self.groups.extend(groups);
        }
    }

    /// `cp FILE COPY`: the copy may be filled in instead of the file.
    pub(super) fn copy(&mut self, words: &[Traced], cx: &mut Cx<'_>) {
        let operands: Vec<&Traced> = words.iter().filter(|word| !word.bytes().starts_with(b"-")).collect();
        let [from, to] = operands.as_slice() else { return };
        let (Some((_, source)), Some(mut to)) = (self.file(from, cx), name_of(to)) else { return };
        if to.ends_with('/') {
            to.extend(source.file_name().and_then(|name| name.to_str()));
        }
        if self.copies.len() >= MAX_COPIES {
            return budget::reached("copies of files that are filled in");
        }
        self.copies.retain(|(name, _)| *name != to);
        self.copies.push((to, source));
    }

    /// The file that `cat > FILE` or `tee FILE` writes.
    pub(super) fn written_to(&self, command: &Command) -> Option<String> {
        let CommandKind::Simple { words, .. } = &command.kind else { return None };
        let words: Vec<Traced> = words.iter().map(|word| self.value(&word.parts, word.span, 0)).collect();
        let words = if words.first()?.bytes() == b"sudo" { words.get(1..)? } else { &words[..] };
        match words {
            [program] if program.bytes() == b"cat" => {
                let write = command.redirects.iter().find(|redirect| redirect.kind == RedirectKind::Write)?;
                let Target::Word(word) = &write.target else { return None };
                name_of(&self.value(&word.parts, word.span, 0))
            }
            [program, file] if program.bytes() == b"tee" => name_of(file),
            _ => None,
        }
    }

    /// The file that the only command of a pipeline edits: `sed -i … FILE`.
    pub(super) fn edited_in_place(&self, commands: &[Command]) -> Option<String> {
        let [Command { kind: CommandKind::Simple { words, .. }, .. }] = commands else { return None };
        let words: Vec<Traced> = words.iter().map(|word| self.value(&word.parts, word.span, 0)).collect();
        let in_place = |word: &Traced| {
            matches!(word.bytes(), [b'-', b'i', ..] | [b'-', b'p', b'i', ..] | [b'-', b'-', b'i', b'n', ..])
        };
        words.iter().any(in_place).then(|| words.last().and_then(name_of))?
    }

    /// What was written stays as it is for a command that may apply it.
    pub(super) fn is_read_by(&mut self, commands: &[Command]) {
        if commands.iter().any(may_apply) {
            self.written.iter_mut().for_each(|written| written.is_read = true);
        }
    }

    /// A file has a new content. What an earlier one in the same branch launched, it launches in its place.
    pub(super) fn write(&mut self, name: String, text: Traced, groups: Vec<NodeGroup>) {
        let place = (self.groups.len(), groups.len());
        let same = |written: &&mut Written| written.name == name && written.branch == self.branch && !written.is_read;
        let before = self.written.iter_mut().find(same);
        if let Some(written) = before.filter(|written| written.groups.1 == place.1) {
            written.text = text;
            for (old, new) in self.groups.iter_mut().skip(written.groups.0).zip(groups) {
                *old = new;
            }
            return;
        }
        self.groups.extend(groups);
        if self.written.len() >= MAX_WRITTEN {
            return budget::reached("files that a script writes");
        }
        self.written.push(Written { name, text, branch: self.branch, groups: place, is_read: false });
    }

    fn template(&self, path: &Traced, cx: &mut Cx<'_>) -> Option<(Traced, Option<PathBuf>)> {
        self.file(path, cx).map(|(text, path)| (text, Some(path)))
    }

    /// A file of the repository, relative to the folder of the script or to the root.
    pub(super) fn file(&self, path: &Traced, cx: &mut Cx<'_>) -> Option<(Traced, PathBuf)> {
        let name = name_of(path).filter(|name| !name.is_empty())?;
        if let Some(written) = self.written.iter().rev().find(|written| written.name == name) {
            return Some((written.text.clone(), PathBuf::from(name)));
        }
        let copied = self.copies.iter().find(|(copy, _)| *copy == name).map(|(_, source)| source.clone());
        let paths = self.bases.iter().map(|dir| normal(&dir.join(Path::new(&name))));
        copied.into_iter().chain(paths).find_map(|path| {
            let view = cx.view(&path).ok()?;
            if view.bytes.len() > MAX_BYTES {
                budget::reached("size of a file that is filled in");
                return None;
            }
            Some((view.traced(0..view.bytes.len()), path))
        })
    }
}

/// The name of a file. A folder in front that only a run knows is most often that of the script.
fn name_of(path: &Traced) -> Option<String> {
    let known = path.unknowns().last().map_or(0, |(range, _, _)| range.end);
    let rest = path.slice(known..path.len());
    rest.known_str().map(|name| name.trim_start_matches('/').to_owned())
}

/// The names of `$NAME` and `${NAME}` in a text.
fn names_in(text: &str) -> Vec<&str> {
    let marks = text.split('$').skip(1).map(|rest| rest.strip_prefix('{').unwrap_or(rest));
    marks
        .map(|rest| rest.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or_default())
        .collect()
}

/// What `printf` prints with a format of nothing but `%s` and ends of lines.
fn printed(words: &[Traced], at: Span) -> Option<Traced> {
    let (format, values) = words.split_first()?;
    let end = format.known_str()?.strip_prefix("%s")?;
    let mut out = Traced::new();
    for value in values {
        out.push(value);
        out.push_made(end.replace("\\n", "\n").as_bytes(), at);
    }
    (end.is_empty() || end == "\\n").then_some(out)
}

/// The text as `envsubst` prints it: `${NAME}`, `$NAME` and `${NAME:-default}` replaced. What the script does not set is unknown.
fn substituted(text: &Traced, replaces: &dyn Fn(&str) -> bool, known: &dyn Fn(&str) -> Option<Traced>) -> Traced {
    let bytes = text.bytes();
    let mut out = Traced::new();
    let (mut done, mut at) = (0, 0);
    while let Some(dollar) = bytes.get(at..).and_then(|rest| rest.iter().position(|b| *b == b'$')).map(|p| at + p) {
        let braced = bytes.get(dollar + 1) == Some(&b'{');
        let start = dollar + 1 + usize::from(braced);
        let length = bytes[start..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        at = start;
        // What stands behind the name, up to the brace.
        let rest = bytes[start + length..].split(|b| *b == b'\n').next().unwrap_or_default();
        let Some(more) = (if braced { rest.iter().position(|b| *b == b'}') } else { Some(0) }) else { continue };
        let operator = rest[..more].iter().take_while(|b| matches!(b, b':' | b'-' | b'=')).count();
        let default = (operator > 0).then(|| text.slice(start + length + operator..start + length + more));
        let end = start + length + more + usize::from(braced);
        let mark = text.slice(dollar..end);
        if length == 0 || more > 0 && default.is_none() {
            continue;
        }
        let (Some(span), Ok(name)) = (mark.span(), std::str::from_utf8(&bytes[start..start + length])) else {
            continue;
        };
        if !replaces(name) {
            continue;
        }
        out.push(&text.slice(done..dollar));
        let step = format!("${name}").into();
        match (known(name), default) {
            (Some(value), _) => out.push(&value.through(span, &step)),
            (None, Some(default)) => out.push(&Traced::with_default(span, &step, &default)),
            (None, None) => out.push_unknown(span, Why::FromOutside(step)),
        }
        (done, at) = (end, end);
    }
    out.push(&text.slice(done..text.len()));
    out
}

/// The documents after an expression of `yq` or `jq` that only sets values: `.spec.a = "0s" | .spec.b = strenv(IDLE)`. What
/// it sets to something else is unknown.
fn edited(
    text: &Traced,
    expression: &Traced,
    variable: &dyn Fn(&str) -> Option<Traced>,
    cx: &mut Cx<'_>,
) -> Option<Traced> {
    let at = expression.span()?;
    let view = cx.made("yq", text, at);
    let mut out = Traced::new();
    for tree in &yaml_files::documents(&view).tree {
        let mut tree = tree.clone();
        for part in expression.split(b" | ") {
            let equals = part.bytes().windows(3).position(|w| w == b" = ").or_else(|| {
                part.bytes().iter().position(|b| *b == b'=').filter(|at| part.bytes().get(at + 1) != Some(&b'='))
            })?;
            let path = part.slice(0..equals);
            let path = path.known_str()?.trim().trim_start_matches('(').strip_prefix('.')?;
            let path = path_of(path).filter(|_| !path.contains(['|', '(', '"', '\'', ' ']))?;
            let value = part.slice(equals..part.len());
            let start = value.bytes().iter().take_while(|b| matches!(b, b' ' | b'=')).count();
            let value = value.slice(start..value.len());
            let length = value.len();
            let inner = |open: &[u8], close: &[u8]| {
                let inside = value.bytes().starts_with(open) && value.bytes().ends_with(close);
                (inside && length >= open.len() + close.len()).then(|| value.slice(open.len()..length - close.len()))
            };
            let named = inner(b"strenv(", b")").or_else(|| inner(b"env(", b")")).or_else(|| inner(b"$", b""));
            let text = match (named, inner(b"\"", b"\"")) {
                (Some(name), _) => {
                    let name = name.known_str()?.to_owned();
                    let outside = || Traced::unknown(at, Why::FromOutside(format!("${name}").into()));
                    variable(&name).unwrap_or_else(outside)
                }
                (None, Some(text)) => text,
                (None, None) => Traced::unknown(at, Why::NotUnderstood("an expression of yq".into())),
            };
            put(&mut tree, &path, Node::quoted(text, at), at);
        }
        out.push_made(b"---\n", at);
        out.push(&yaml::write(&tree));
    }
    Some(out)
}

/// The expression and the file of a call of `yq` or `jq`.
fn edit(words: &[Traced]) -> Option<(Traced, Option<Traced>)> {
    let mut rest: Vec<&Traced> = words.iter().skip(1).collect();
    rest.retain(|word| !word.bytes().starts_with(b"-") && !matches!(word.bytes(), b"e" | b"eval" | b"ea"));
    match rest[..] {
        [expression] => Some((expression.clone(), None)),
        [expression, file] => Some((expression.clone(), Some(file.clone()))),
        _ => None,
    }
}

/// The scripts and the files of a call of sed, and whether patterns are extended. `None` with options that change more.
fn sed_arguments(words: &[Traced]) -> Option<(Vec<Traced>, Vec<Traced>, bool)> {
    let perl = words.first().is_some_and(|program| program.bytes().ends_with(b"perl"));
    let (mut scripts, mut files, mut extended) = (Vec::new(), Vec::new(), perl);
    let mut rest = words.iter().skip(1);
    while let Some(word) = rest.next() {
        match word.bytes() {
            // `sed -i ''` of other systems.
            b"" => {}
            b"-e" | b"--expression" => scripts.extend(rest.next().cloned()),
            // `perl -pi -e`, `perl -i -pe`
            b"-pi" | b"-p" | b"-i" if perl => {}
            b"-pe" | b"-pie" if perl => scripts.extend(rest.next().cloned()),
            [b'-', letters @ ..] if letters.first() == Some(&b'i') || letters.starts_with(b"-in-place") => {}
            [b'-', letters @ ..] if !letters.is_empty() && letters.iter().all(|b| b"Ersui".contains(b)) => {
                extended |= letters.iter().any(|b| b"Er".contains(b));
            }
            [b'-', ..] => return None,
            _ if scripts.is_empty() => scripts.push(word.clone()),
            _ => files.push(word.clone()),
        }
    }
    Some((scripts, files, extended))
}

/// The text after a script of sed, if that only replaces plain words. `None` if it does more.
fn replaced(text: &Traced, script: &Traced, extended: bool) -> Option<Traced> {
    let mut text = text.clone();
    let bytes = script.bytes();
    let mut at = 0;
    loop {
        at += bytes.get(at..)?.iter().take_while(|b| b.is_ascii_whitespace() || **b == b';').count();
        if at >= bytes.len() {
            return Some(text);
        }
        let [b's', mark, ..] = bytes[at..] else { return None };
        let from = at + 2;
        let middle = from + until(&bytes[from..], mark)?;
        let end = middle + 1 + until(&bytes[middle + 1..], mark)?;
        let pattern = plain(&bytes[from..middle], extended)?;
        let with = script.slice(middle + 1..end);
        // References to the match, and escapes, are beyond this.
        if with.bytes().iter().any(|b| matches!(b, b'&' | b'\\')) || pattern.is_empty() {
            return None;
        }
        at = end + 1;
        let flags = bytes[at..].iter().take_while(|b| b.is_ascii_alphanumeric()).count();
        text = match &bytes[at..at + flags] {
            b"g" => text.replace(&pattern, &with),
            b"" => first_of_lines(&text, &pattern, &with),
            _ => return None,
        };
        at += flags;
    }
}

/// The text with the first match of each line replaced.
fn first_of_lines(text: &Traced, pattern: &[u8], with: &Traced) -> Traced {
    let (mut out, mut start, mut done) = (Traced::new(), 0, 0);
    for line in text.bytes().split_inclusive(|b| *b == b'\n') {
        if let Some(at) = line.windows(pattern.len()).position(|w| w == pattern) {
            out.push(&text.slice(done..start + at));
            out.push(with);
            done = start + at + pattern.len();
        }
        start += line.len();
    }
    out.push(&text.slice(done..text.len()));
    out
}

/// The offset of an unescaped byte.
fn until(bytes: &[u8], mark: u8) -> Option<usize> {
    let mut at = 0;
    while *bytes.get(at)? != mark {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    Some(at)
}

/// The text that a pattern matches, if it is only one. A dot matches itself too.
fn plain(pattern: &[u8], extended: bool) -> Option<Vec<u8>> {
    // Operators of extended patterns, which are operators of the others behind a backslash.
    const OPERATORS: &[u8] = b"(){}+?|";
    let mut out = Vec::new();
    let mut rest = pattern.iter();
    while let Some(byte) = rest.next() {
        match byte {
            b'\\' => {
                let byte = *rest.next().filter(|b| !b.is_ascii_alphanumeric() && !b"<>'`".contains(b))?;
                if !extended && OPERATORS.contains(&byte) {
                    return None;
                }
                out.push(byte);
            }
            b'*' | b'[' | b'^' => return None,
            b'$' if rest.as_slice().is_empty() => return None,
            _ if extended && OPERATORS.contains(byte) => return None,
            _ => out.push(*byte),
        }
    }
    Some(out)
}
