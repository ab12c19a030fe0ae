//! Builtins and their effect on the shell.

use std::sync::Arc;

use crate::syntax::shell::{Assignment, Word};
use crate::text::{Span, Traced, Why};

use super::call::Call;
use super::conditions;
use super::interpreter::Shell;
use super::state::{Alias, BoxedRun, ScriptRun};
use super::status::{Flow, Status};
use super::variable::{Variable, VariableKind};

pub(super) fn split_assignment(word: &Traced) -> Option<(String, Traced)> {
    let at = word.bytes().iter().position(|b| *b == b'=')?;
    let name = std::str::from_utf8(&word.bytes()[..at]).ok()?;
    let good = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && !name.is_empty();
    good.then(|| (name.to_owned(), word.slice(at + 1..word.len())))
}

/// `export`, `declare`, `local`, `readonly`, `typeset`
pub(super) fn declare(call: &Call<'_>, path: &mut ScriptRun) {
    let Call { name: command, words, .. } = *call;
    let arrays = std::mem::take(&mut path.arrays);
    if matches!(command, "export" | "declare" | "typeset") && call.flag('f', "-f") {
        let names = words.iter().filter_map(|w| w.known_str()).filter(|w| !w.starts_with('-')).map(str::to_owned);
        let exported = Arc::make_mut(&mut path.shell.exported_functions);
        if command == "export" && call.flag('n', "-n") {
            for name in names {
                exported.remove(&name);
            }
        } else if command == "export" || call.flag('x', "-x") {
            exported.extend(names);
        }
        return;
    }
    let options: String =
        words.iter().take_while(|w| w.bytes().starts_with(b"-")).map(|w| w.to_text().into_owned()).collect();
    let exports = command == "export" || options.contains('x');
    let removes = command == "export" && options.contains('n');
    let local = command == "local" || matches!(command, "declare" | "typeset") && !options.contains('g');
    let reference = options.contains('n') && command != "export";
    let kind = match () {
        () if options.contains('A') => VariableKind::Map,
        () if options.contains('a') => VariableKind::Array,
        () => VariableKind::Plain,
    };
    for word in words {
        let text = word.to_text().into_owned();
        if text.starts_with(['-', '+']) {
            continue;
        }
        let assigned = split_assignment(word);
        let appended = text.split_once("+=").map(|(name, value)| (name.to_owned(), value.len()));
        let name = match (&assigned, &appended) {
            (Some((name, _)), _) => name.clone(),
            (None, Some((name, _))) => name.clone(),
            (None, None) => text.clone(),
        };
        if assigned.is_none() && word.has_unknown() && appended.is_none() {
            path.shell.open = Some(Why::NotUnderstood("the name of a variable".into()));
            continue;
        }
        if local && path.shell.functions_running > 0 {
            let old = path.shell.variables.get(name.as_str()).cloned();
            let exported = old.as_ref().is_some_and(|v| v.exported);
            let kept = appended.is_some().then(|| old.clone()).flatten();
            // In a loop it is one that the function has already.
            if path.shell.hidden.iter().all(|(known, _)| *known != name) {
                path.shell.hidden.push((name.clone(), old));
            }
            let fresh = kept.unwrap_or_else(|| Variable { kind, exported, ..Variable::default() });
            Arc::make_mut(&mut path.shell.variables).insert(name.as_str().into(), fresh);
        }
        if reference {
            if let Some((name, value)) = assigned {
                let variable = Variable { kind: VariableKind::Reference, ..Variable::plain(value, false) };
                Arc::make_mut(&mut path.shell.variables).insert(name.into(), variable);
            }
            continue;
        }
        let upper = Some(options.contains('u')).filter(|upper| *upper || options.contains('l'));
        let integer = options.contains('i');
        if (upper.is_some() || integer) && command != "export" {
            let target: Arc<str> = path.resolve(&name).into();
            let variable = Arc::make_mut(&mut path.shell.variables).entry(target).or_default();
            variable.upper = upper.or(variable.upper);
            variable.integer |= integer;
        }
        if let Some((_, variable)) = arrays.iter().find(|(n, _)| *n == name) {
            path.put(&name, variable.clone());
        } else if let Some((name, value)) = assigned {
            path.set(&name, value);
        } else if let Some((name, length)) = appended {
            let value = word.slice(word.len() - length.min(word.len())..word.len());
            let whole = path.joined(&name, path.get(&name).cloned().unwrap_or_default(), &value);
            path.set(&name, whole);
        } else if kind != VariableKind::Plain && path.lookup(&name).is_none_or(|v| v.values.is_empty()) {
            path.put(&name, Variable { kind, ..Variable::default() });
        } else if exports && !removes && path.shell.open.is_none() && path.lookup(&name).is_none() {
            path.put(&name, Variable::default());
        }
        let target = path.resolve(&name).to_owned();
        if exports && let Some(variable) = Arc::make_mut(&mut path.shell.variables).get_mut(target.as_str()) {
            variable.exported = !removes;
        }
        if command == "readonly" || options.contains('r') && command != "export" {
            Arc::make_mut(&mut path.shell.constants).insert(target);
        }
    }
}

impl Shell<'_, '_> {
    /// `alias NAME=VALUE` and `unalias NAME`
    pub(super) fn alias(&mut self, call: &Call<'_>, mut path: BoxedRun) -> Vec<BoxedRun> {
        path.status = Status::Zero;
        let all = call.name == "unalias" && call.has(&["-a"]);
        let aliases = Arc::make_mut(&mut path.shell.aliases);
        if all {
            aliases.clear();
        }
        for word in call.words {
            match word.bytes().iter().position(|b| *b == b'=') {
                Some(equals) if call.name == "alias" => {
                    let name = word.slice(0..equals).to_text().into_owned();
                    let alias =
                        Alias { value: word.slice(equals + 1..word.len()), after: self.unit.unwrap_or(call.at) };
                    aliases.insert(name, alias);
                }
                _ if call.name == "unalias" => drop(aliases.remove(&*word.to_text())),
                _ => {}
            }
        }
        vec![path]
    }

    /// A command whose first word is an alias: its text with the value in place of that word.
    pub(super) fn aliased(
        &self,
        name: &str,
        span: Span,
        assignments: &[Assignment],
        words: &[Word],
        path: &ScriptRun,
    ) -> Option<Traced> {
        let alias = path.shell.aliases.get(name).filter(|_| path.shell.options.expand_aliases)?;
        let text = &self.cx.texts.get(span.text).bytes;
        if span.text == alias.after.text {
            let end = alias.after.range().end;
            let line = text.get(end..)?.iter().position(|b| *b == b'\n')?;
            if span.range().start < end + line {
                return None;
            }
        }
        let before = assignments.iter().map(|a| self.cx.texts.traced(a.span));
        let mut after: Vec<Traced> = words.iter().skip(1).map(|w| self.cx.texts.traced(w.span)).collect();
        // If a value ends in a blank, the next word may be an alias, too.
        let mut value = &alias.value;
        for word in &mut after {
            let next = word.known_str().and_then(|next| path.shell.aliases.get(next));
            let Some(next) = next.filter(|_| matches!(value.bytes().last(), Some(b' ' | b'\t'))) else { break };
            value = &next.value;
            word.clone_from(value);
        }
        let parts: Vec<Traced> = before.chain([alias.value.clone()]).chain(after).collect();
        Some(Traced::join(&parts, &Traced::made(" ", span)))
    }
}

/// `set`
pub(super) fn set(call: &Call<'_>, path: &mut ScriptRun) {
    let words = call.words;
    let dashes = words.iter().position(|w| w.known_str() == Some("--"));
    if let Some(at) = dashes {
        path.shell.arguments = Arc::new(words[at + 1..].to_vec());
        path.shell.called_from_outside = false;
    } else if words.first().is_some_and(|w| !w.bytes().starts_with(b"-") && !w.bytes().starts_with(b"+")) {
        path.shell.arguments = Arc::new(words.to_vec());
        path.shell.called_from_outside = false;
    }
    let options = &mut path.shell.options;
    let mut named = false;
    let mut set = true;
    for word in words.iter().take(dashes.unwrap_or(words.len())) {
        let text = word.to_text().into_owned();
        let on = text.starts_with('-');
        match text.as_str() {
            "errexit" if named => options.errexit = set,
            "nounset" if named => options.nounset = set,
            "pipefail" if named => options.pipefail = set,
            "allexport" if named => options.allexport = set,
            "noglob" if named => options.noglob = set,
            "noclobber" if named => options.noclobber = set,
            "errtrace" if named => options.errtrace = set,
            "monitor" if named => options.monitor = set,
            "posix" if named => options.expand_aliases |= set,
            _ if on || text.starts_with('+') => {
                for letter in text.chars() {
                    match letter {
                        'e' => options.errexit = on,
                        'E' => options.errtrace = on,
                        'u' => options.nounset = on,
                        'a' => options.allexport = on,
                        'f' => options.noglob = on,
                        'C' => options.noclobber = on,
                        'm' => options.monitor = on,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        named = (on || text.starts_with('+')) && text.ends_with('o');
        set = on;
    }
}

/// `shopt`
pub(super) fn shopt(call: &Call<'_>, path: &mut ScriptRun) {
    let on = match call.first() {
        Some("-s") => true,
        Some("-u") => false,
        _ => return,
    };
    let options = &mut path.shell.options;
    for name in call.words.iter().filter_map(|w| w.known_str()) {
        match name {
            "nocasematch" => options.nocasematch = on,
            "lastpipe" => options.lastpipe = on,
            "nullglob" => options.nullglob = on,
            "dotglob" => options.dotglob = on,
            "expand_aliases" => options.expand_aliases = on,
            _ => {}
        }
    }
}

/// `shift`
pub(super) fn shift(call: &Call<'_>, path: &mut ScriptRun) {
    let count = call.first().and_then(|w| w.parse().ok()).unwrap_or(1);
    match path.shell.arguments.get(count..) {
        Some(rest) => path.shell.arguments = Arc::new(rest.to_vec()),
        None => path.status = Status::NonZero,
    }
}

/// `unset`
pub(super) fn unset(call: &Call<'_>, path: &mut ScriptRun) {
    for name in call.words.iter().filter_map(|w| w.known_str()) {
        if call.first() == Some("-f") {
            Arc::make_mut(&mut path.shell.functions).remove(name);
        } else if let Some((name, key)) = name.split_once('[') {
            let key = key.trim_end_matches(']');
            if let Some(mut variable) = path.lookup(name).cloned()
                && let Some(key) = variable.key(key)
            {
                variable.remove(&key);
                path.put(name, variable);
            }
        } else if !path.shell.constants.contains(name) {
            path.unset(name);
        }
    }
}

/// `let`
pub(super) fn arithmetic(call: &Call<'_>, path: &mut ScriptRun) {
    for word in call.words {
        path.status = Status::of(path.count(word, call.at).map(|v| v != 0));
    }
}

/// `[ … ]`
pub(super) fn bracket(call: &Call<'_>, path: &mut ScriptRun) {
    let inner = call.words.split_last().map_or(call.words, |(_, rest)| rest);
    path.status = Status::answered(conditions::test(inner, path), call.at, None);
}

/// `trap COMMANDS EXIT`, and `trap -p EXIT`, which prints it
pub(super) fn trap(call: &Call<'_>, path: &mut ScriptRun) {
    let words: Vec<&Traced> = call.words.iter().filter(|w| w.known_str() != Some("--")).collect();
    let [commands, signals @ ..] = words.as_slice() else { return };
    if commands.known_str() == Some("-p") {
        let ScriptRun { shell, out, .. } = path;
        for (name, handler) in [("EXIT", &shell.on_exit), ("ERR", &shell.on_error)] {
            let asked = signals.is_empty() || signals.iter().any(|s| s.known_str().is_none_or(|s| s == name));
            if let Some(handler) = handler.as_ref().filter(|_| asked) {
                out.push_made(b"trap -- '", call.at);
                out.push(handler);
                out.push_made(format!("' {name}\n").as_bytes(), call.at);
            }
        }
        return;
    }
    let handler = Some((*commands).clone()).filter(|c| c.known_str() != Some("-"));
    if signals.iter().any(|s| matches!(s.known_str(), Some("EXIT" | "0" | "exit"))) {
        path.shell.on_exit.clone_from(&handler);
    }
    if signals.iter().any(|s| matches!(s.known_str(), Some("ERR" | "err"))) {
        path.shell.on_error = handler;
    }
}

/// `exit`
pub(super) fn exit(call: &Call<'_>, path: &mut ScriptRun) {
    path.code = exit_code(call);
    path.flow = Flow::Exit { failed: fails(call) };
}

/// `return`
pub(super) fn leave_function(call: &Call<'_>, path: &mut ScriptRun) {
    if fails(call) {
        path.status = Status::NonZero;
        path.code = exit_code(call);
    }
    if path.shell.callers == 0 {
        // Outside a function, bash only prints an error.
        path.status = Status::NonZero;
    } else {
        path.flow = Flow::Return;
    }
}

/// True if the given exit code is known and not 0.
fn fails(call: &Call<'_>) -> bool {
    call.first().is_some_and(|w| w.trim() != "0")
}

/// The given exit code, if known.
fn exit_code(call: &Call<'_>) -> Option<u8> {
    let number: i64 = call.first()?.trim().parse().ok()?;
    u8::try_from(number.rem_euclid(256)).ok()
}

/// `break` and `continue`
pub(super) fn leave_loop(call: &Call<'_>, path: &mut ScriptRun) {
    let levels = call.first().and_then(|w| w.parse().ok()).unwrap_or(1).min(path.shell.loops);
    if levels > 0 {
        path.flow = if call.name == "break" { Flow::Break(levels) } else { Flow::Continue(levels) };
    }
}

/// The variable that holds the folders that `pushd` left. No script can use this name.
const LEFT: &str = " pushd";

/// `cd`, `pushd` and `popd`
pub(super) fn cd(call: &Call<'_>, path: &mut ScriptRun) {
    let word = call.words.iter().find(|w| !matches!(w.known_str(), Some("--" | "-P" | "-L" | "-e")));
    let mut left = path.lookup(LEFT).map_or_else(Vec::new, |left| left.values.to_vec());
    let before = Traced::made(path.shell.directory.as_bytes(), call.at);
    let to = match (call.name, word.and_then(|w| w.known_str())) {
        ("popd", _) => left.pop().map(|to| to.to_text().into_owned()),
        (_, Some("-")) => path.get("OLDPWD").and_then(|to| to.known_str()).map(str::to_owned),
        (_, to) => to.filter(|to| !to.starts_with('+')).map(|to| path.absolute(to)),
    };
    let Some(to) = to else { return };
    if call.name == "pushd" {
        left.push(before.clone());
    }
    if call.name != "cd" {
        path.put(LEFT, Variable::array(left, false));
    }
    path.shell.directory = to;
    path.set("OLDPWD", before);
}

/// `pwd`
pub(super) fn pwd(call: &Call<'_>, path: &mut ScriptRun) {
    let folder = format!("{}\n", path.shell.directory);
    path.out.push_made(folder.as_bytes(), call.at);
}

/// `echo`
pub(super) fn echo(call: &Call<'_>, path: &mut ScriptRun) {
    let Call { words, at: span, .. } = *call;
    let options = words
        .iter()
        .take_while(|w| {
            w.known_str().is_some_and(|w| {
                w.len() > 1 && w.starts_with('-') && w.get(1..).unwrap_or_default().bytes().all(|b| b"neE".contains(&b))
            })
        })
        .count();
    let given: String = words[..options].iter().map(|w| w.to_text().into_owned()).collect();
    let text = Traced::join(&words[options..], &Traced::made(" ", span));
    let escapes = given.contains('e') || path.shell.dash;
    let (text, ended) = if escapes { unescape(&text, Escapes::Echo, span) } else { (text, false) };
    path.out.push(&text);
    if !given.contains('n') && !ended {
        path.out.push_made(b"\n", span);
    }
}

/// Where backslash escapes stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    /// In an argument of `echo -e`.
    Echo,
    /// In a format of `printf`.
    Format,
    /// In an argument for `%b`.
    Argument,
}

/// Expands backslash escapes, and tells whether `\c` ends the output.
pub(super) fn unescape(text: &Traced, place: Escapes, span: Span) -> (Traced, bool) {
    let bytes = text.bytes();
    let mut out = Traced::new();
    let mut from = 0;
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] != b'\\' {
            at += 1;
            continue;
        }
        let number = |skip: usize, most: usize, radix: u32| {
            let digits = bytes.get(at + skip..).unwrap_or_default();
            let length = digits.iter().take(most).take_while(|b| char::from(**b).is_digit(radix)).count();
            let text = std::str::from_utf8(digits.get(..length)?).ok()?;
            u32::from_str_radix(text, radix).ok().map(|n| (n.to_le_bytes()[0], skip + length))
        };
        let escape = match bytes.get(at + 1) {
            Some(b'n') => Some((b'\n', 2)),
            Some(b't') => Some((b'\t', 2)),
            Some(b'r') => Some((b'\r', 2)),
            Some(b'a') => Some((7, 2)),
            Some(b'b') => Some((8, 2)),
            Some(b'e' | b'E') => Some((27, 2)),
            Some(b'f') => Some((12, 2)),
            Some(b'v') => Some((11, 2)),
            Some(b'\\') => Some((b'\\', 2)),
            Some(b'"') if place == Escapes::Format => Some((b'"', 2)),
            Some(b'x') => number(2, 2, 16),
            Some(b'0') => number(1, if place == Escapes::Format { 3 } else { 4 }, 8),
            Some(b'c') if place != Escapes::Format => {
                out.push(&text.slice(from..at));
                return (out, true);
            }
            Some(b'1'..=b'7') if place != Escapes::Echo => number(1, 3, 8),
            _ => None,
        };
        let Some((byte, length)) = escape else {
            at += 1;
            continue;
        };
        out.push(&text.slice(from..at));
        out.push_made(&[byte], text.slice(at..at + length).span().unwrap_or(span));
        at += length;
        from = at;
    }
    out.push(&text.slice(from..bytes.len()));
    (out, false)
}
