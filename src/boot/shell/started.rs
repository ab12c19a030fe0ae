//! Commands that programs of other languages start: the literal texts and lists in calls such as `system("…")`.

use crate::text::{Span, Traced, budget};

use super::call::Call;
use super::files::contents;
use super::interpreter::Shell;
use super::script::Child;
use super::settle::settle;
use super::state::{BoxedRun, ScriptRun};
use super::status::Status;

/// Functions that start a command.
const CALLS: [&str; 11] = [
    "system",
    "exec",
    "subprocess.run",
    "subprocess.call",
    "subprocess.check_call",
    "subprocess.check_output",
    "subprocess.Popen",
    "os.system",
    "execSync",
    "spawnSync",
    "shell_exec",
];

/// The most commands of one program that are followed.
const MAX_COMMANDS: usize = 8;

/// The longest program that is searched, in bytes.
const MAX_PROGRAM: usize = 1 << 16;

/// A command that a program starts.
enum Started {
    /// A text for the shell.
    Text(Traced),
    /// A program and its arguments.
    Words(Vec<Traced>),
}

/// The texts that an interpreter may run: the one in its arguments, a known file, its standard input.
pub(super) fn code(call: &Call<'_>, path: &ScriptRun) -> Option<Traced> {
    let mut rest = call.words.iter();
    if is_awk(call.name) {
        // Its first word is the program, behind what `-F` and `-v` take.
        while let Some(word) = rest.next() {
            match word.known_str()? {
                "-F" | "-v" => drop(rest.next()),
                option if option.starts_with('-') => {}
                _ => return Some(word.clone()),
            }
        }
        return None;
    }
    while let Some(word) = rest.next() {
        match word.known_str()? {
            "-e" | "-c" | "-E" | "-r" | "--eval" | "--execute" => return rest.next().cloned(),
            "-" => break,
            option if option.starts_with('-') => {}
            _ => return Some(contents(path, word, call.at)).filter(|text| !text.is_unknown()),
        }
    }
    path.stdin.clone()
}

/// True for a program whose first argument is a program of awk.
pub(super) fn is_awk(name: &str) -> bool {
    matches!(name, "awk" | "gawk" | "mawk")
}

/// True for a program that does nothing but start literal commands.
pub(super) fn is_only_commands(call: &Call<'_>, path: &ScriptRun) -> bool {
    let code = code(call, path).filter(|code| code.len() <= MAX_PROGRAM);
    code.is_some_and(|code| {
        let (found, whole) = started(&code);
        whole && !found.is_empty()
    })
}

impl Shell<'_, '_> {
    /// Runs commands one after the other.
    pub(super) fn start_all(&mut self, commands: Vec<Vec<Traced>>, at: Span, path: BoxedRun) -> Vec<BoxedRun> {
        let mut paths = vec![path];
        for command in commands {
            let mut next = Vec::new();
            for path in paths {
                next.append(&mut self.detached(Started::Words(command.clone()), at, path));
            }
            paths = settle(next);
        }
        paths
    }

    /// Runs the literal commands of a program that is not followed. A program that is one call runs it; of any other it is
    /// unknown whether it gets there.
    pub(super) fn literal_commands(&mut self, call: &Call<'_>, path: BoxedRun) -> Vec<BoxedRun> {
        let Some(code) = code(call, &path) else { return vec![path] };
        if code.len() > MAX_PROGRAM {
            budget::reached("size of a program that starts commands");
            return vec![path];
        }
        let (found, whole) = started(&code);
        let mut paths = vec![path];
        for command in budget::at_most(found, MAX_COMMANDS, "commands that a program starts") {
            let mut next = Vec::new();
            for mut path in paths {
                let words = format!("the program of {} starts this command", call.name);
                path.status = if whole { Status::Zero } else { Status::Open(Some(words.into())) };
                for (path, runs) in self.decide(path, call.at, false) {
                    match &command {
                        _ if !runs => next.push(path),
                        Started::Text(text) => {
                            next.append(&mut self.detached(Started::Text(text.clone()), call.at, path));
                        }
                        Started::Words(words) => {
                            next.append(&mut self.detached(Started::Words(words.clone()), call.at, path));
                        }
                    }
                }
            }
            paths = settle(next);
        }
        for path in paths.iter_mut().filter(|_| !whole) {
            path.status = Status::Likely;
        }
        paths
    }

    /// Runs a command outside of the script's own shell.
    fn detached(&mut self, command: Started, at: Span, mut path: BoxedRun) -> Vec<BoxedRun> {
        let before = path.clone();
        path.shell.functions = std::sync::Arc::default();
        let mut paths = match command {
            Started::Words(words) => self.call(words, at, path),
            Started::Text(text) => {
                let child =
                    Child { name: "a command of a program", zero: "sh", login: false, errexit: false, sh: true };
                self.child(&text, child, Vec::new(), at, path)
            }
        };
        for path in &mut paths {
            path.leave_subshell(&before);
        }
        paths
    }
}

/// The commands in a program, and whether the program is nothing else.
fn started(code: &Traced) -> (Vec<Started>, bool) {
    let bytes = code.bytes();
    let mut out = Vec::new();
    let mut rest_is_blank = true;
    let mut from = 0;
    let mut at = 0;
    while at < bytes.len() {
        if let Some(end) = passed_over(bytes, at) {
            at = end;
            continue;
        }
        let before = at.checked_sub(1).map(|before| bytes[before]);
        let start = |name: &str| !before.is_some_and(|b| is_name(b) || b == b'.' && !name.ends_with("Sync"));
        let name = CALLS.iter().filter(|name| start(name) && bytes[at..].starts_with(name.as_bytes()));
        let read = name.max_by_key(|name| name.len()).and_then(|name| arguments(code, at + name.len()));
        match read {
            Some((command, end)) => {
                rest_is_blank &= is_blank(&bytes[from..at]);
                out.push(command);
                at = end;
                from = end;
            }
            None => at += 1,
        }
    }
    rest_is_blank &= is_blank(&bytes[from..]);
    (out, rest_is_blank)
}

/// True for nothing but the ends of statements and the lines that load what the calls need.
fn is_blank(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let mut pieces = text.split([';', '\n']).map(str::trim);
    pieces.all(|piece| {
        // A program of awk may be one block before the input.
        let piece = piece.trim_start_matches("BEGIN").trim().trim_matches(['{', '}']).trim();
        piece.is_empty() || piece.starts_with('#') || piece.starts_with("import ") || piece.starts_with("use ")
    })
}

/// Where a comment or a text that begins at `at` ends: neither holds a call.
fn passed_over(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let first = at.checked_sub(1).is_none_or(|before| bytes[before].is_ascii_whitespace() || bytes[before] == b';');
    if first && (rest.starts_with(b"#") || rest.starts_with(b"//")) {
        return Some(rest.iter().position(|b| *b == b'\n').map_or(bytes.len(), |end| at + end));
    }
    let quote = *rest.first().filter(|b| matches!(b, b'"' | b'\'' | b'`'))?;
    let triple = [quote; 3];
    if rest.starts_with(&triple) {
        return rest.get(3..)?.windows(3).position(|w| w == triple).map(|end| at + end + 6);
    }
    let mut escaped = false;
    let end = rest.iter().skip(1).position(|b| {
        let ends = *b == quote && !escaped;
        escaped = *b == b'\\' && !escaped;
        ends
    });
    end.map(|end| at + end + 2)
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn blanks(code: &Traced, mut at: usize) -> usize {
    while code.bytes().get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

/// The literal arguments of a call, and where the call ends. `None` if one of them is not a literal.
fn arguments(code: &Traced, at: usize) -> Option<(Started, usize)> {
    let bytes = code.bytes();
    let mut at = blanks(code, at);
    let open = bytes.get(at) == Some(&b'(');
    at = blanks(code, at + usize::from(open));
    let list = bytes.get(at) == Some(&b'[');
    at = blanks(code, at + usize::from(list));
    let mut words = Vec::new();
    loop {
        let (word, end) = literal(code, at)?;
        words.push(word);
        at = blanks(code, end);
        if bytes.get(at) != Some(&b',') {
            break;
        }
        let next = blanks(code, at + 1);
        // Python's named arguments follow.
        if !matches!(bytes.get(next), Some(b'"' | b'\'')) {
            break;
        }
        at = next;
    }
    if list && bytes.get(at) != Some(&b']') {
        return None;
    }
    if open {
        at += bytes.get(at..)?.iter().position(|b| *b == b')')? + 1;
    }
    let command = match <[Traced; 1]>::try_from(words) {
        Ok([text]) if !list => Started::Text(text),
        Ok([word]) => Started::Words(vec![word]),
        Err(words) => Started::Words(words),
    };
    Some((command, at))
}

/// A quoted text without variables or escapes, and where it ends.
fn literal(code: &Traced, at: usize) -> Option<(Traced, usize)> {
    let bytes = code.bytes();
    let quote = *bytes.get(at).filter(|b| matches!(b, b'"' | b'\''))?;
    let length = bytes.get(at + 1..)?.iter().position(|b| *b == quote)?;
    let text = code.slice(at + 1..at + 1 + length);
    let plain = !text.bytes().iter().any(|b| *b == b'\\' || quote == b'"' && matches!(b, b'$' | b'@' | b'#'));
    plain.then_some((text, at + length + 2))
}
