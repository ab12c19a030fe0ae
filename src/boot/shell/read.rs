//! Builtins that split text or arguments: `read`, `mapfile`, `getopts`.

use crate::text::{Span, Traced, Why};

use super::expand;
use super::state::{Descriptor, ScriptRun};
use super::status::Status;
use super::variable::Variable;

/// The most lines that become elements.
const MAX_LINES: usize = 4096;

/// The options of `read` and `mapfile`.
#[derive(Default)]
struct Options {
    raw: bool,
    array: Option<String>,
    delimiter: Option<u8>,
    descriptor: Option<u32>,
    count: Option<String>,
    trim: bool,
    names: Vec<Traced>,
}

impl Options {
    /// Parses options; those in `valued` take a value.
    fn parse(words: &[Traced], valued: &str) -> Option<Self> {
        let mut options = Self { delimiter: Some(b'\n'), ..Self::default() };
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            let text = word.known_str()?;
            if text == "--" {
                break;
            }
            let Some(flags) = text.strip_prefix('-').filter(|f| !f.is_empty()) else {
                options.names.push(word.clone());
                continue;
            };
            for (at, flag) in flags.char_indices() {
                if !valued.contains(flag) {
                    match flag {
                        'r' => options.raw = true,
                        't' => options.trim = true,
                        's' | 'e' => {}
                        _ => return None,
                    }
                    continue;
                }
                let joined = flags.get(at + flag.len_utf8()..).unwrap_or_default();
                let value = if joined.is_empty() { rest.next()?.known_str()?.to_owned() } else { joined.to_owned() };
                match flag {
                    'a' => options.array = Some(value),
                    'd' => options.delimiter = value.bytes().next(),
                    'u' => options.descriptor = value.parse().ok(),
                    'n' | 'N' => options.count = Some(value),
                    _ => {}
                }
                break;
            }
        }
        options.names.extend(rest.cloned());
        Some(options)
    }

    fn input(&self, path: &ScriptRun) -> Option<Traced> {
        match self.descriptor {
            None | Some(0) => path.stdin.clone(),
            Some(number) => match path.shell.descriptors.get(&number) {
                Some(Descriptor::In(text)) => Some(text.clone()),
                _ => None,
            },
        }
    }

    fn leave(&self, rest: Traced, path: &mut ScriptRun) {
        match self.descriptor {
            None | Some(0) => path.stdin = Some(rest),
            Some(number) => path.open(number, Descriptor::In(rest)),
        }
    }
}

/// `read` from standard input, known or unknown.
pub(super) fn read(words: &[Traced], span: Span, path: &mut ScriptRun) {
    let options = Options::parse(words, "adnNptui");
    let input =
        options.as_ref().and_then(|o| o.input(path)).filter(|_| options.as_ref().is_some_and(|o| o.count.is_none()));
    let (Some(options), Some(input)) = (&options, input) else {
        return unknown(words, span, path);
    };
    let bytes = input.bytes();
    let delimiter = options.delimiter.unwrap_or(0);
    let mut end = 0;
    while end < bytes.len() && bytes[end] != delimiter {
        end += if bytes[end] == b'\\' && !options.raw && end + 1 < bytes.len() { 2 } else { 1 };
    }
    let found = end < bytes.len();
    let line = input.slice(0..end);
    // An entirely unknown line may be any number of lines.
    if line.is_unknown() {
        return unknown(words, span, path);
    }
    let rest = input.slice((end + usize::from(found)).min(bytes.len())..bytes.len());
    options.leave(rest, path);
    (path.status, path.code) = if found { (Status::Zero, None) } else { (Status::NonZero, Some(1)) };
    let (line, literal) = if options.raw { (line, Vec::new()) } else { unescaped(&line) };
    let separators = path.separators().to_vec();
    if let Some(name) = &options.array {
        let mut values = Vec::new();
        let mut current = None;
        if literal.contains(&true) {
            values.push(Traced::unknown(span, Why::NotUnderstood("an array that is read with escapes".into())));
        } else {
            expand::split(&line, &separators, &mut current, &mut values);
        }
        values.extend(current);
        path.put(name, Variable::array(values, false));
        return;
    }
    let names: Vec<String> = options.names.iter().filter_map(|w| w.known_str().map(str::to_owned)).collect();
    if names.is_empty() {
        path.set("REPLY", line);
        return;
    }
    let bytes = line.bytes();
    let separates = |at: usize| separators.contains(&bytes[at]) && literal.get(at) != Some(&true);
    let blank = |at: usize| separates(at) && bytes[at].is_ascii_whitespace();
    let after_blanks = |from: usize, to: usize| (from..to).find(|at| !blank(*at)).unwrap_or(to);
    let mut from = after_blanks(0, line.len());
    let to = (from..line.len()).rev().find(|at| !blank(*at)).map_or(from, |at| at + 1);
    for (index, name) in names.iter().enumerate() {
        let cut = (from..to).find(|at| separates(*at)).unwrap_or(to);
        if index + 1 == names.len() {
            // One separator at the very end is not part of the last value.
            let single = cut + 1 == to && !bytes[cut].is_ascii_whitespace();
            path.set(name, line.slice(from..if single { cut } else { to }));
            break;
        }
        path.set(name, line.slice(from..cut));
        from = after_blanks(cut, to);
        if from < to && separates(from) {
            from += 1;
        }
        from = after_blanks(from, to);
    }
}

/// The effect of `read` without `-r` on backslashes, and which bytes they keep from separating, if any.
fn unescaped(line: &Traced) -> (Traced, Vec<bool>) {
    let bytes = line.bytes();
    if !bytes.contains(&b'\\') {
        return (line.clone(), Vec::new());
    }
    let (mut out, mut literal) = (Traced::new(), Vec::new());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = bytes[at] == b'\\';
        at += usize::from(escaped);
        if at < bytes.len() && !(escaped && bytes[at] == b'\n') {
            out.push(&line.slice(at..at + 1));
            literal.push(escaped);
        }
        at += 1;
    }
    (out, literal)
}

fn unknown(words: &[Traced], span: Span, path: &mut ScriptRun) {
    path.status = Status::Open(None);
    let why = || Why::NotUnderstood("read".into());
    let options = Options::parse(words, "adnNptui");
    if let Some(name) = options.as_ref().and_then(|o| o.array.clone()) {
        path.put(&name, Variable::array(vec![Traced::unknown(span, why())], false));
        return;
    }
    for name in words.iter().filter_map(|w| w.known_str().map(str::to_owned)).filter(|w| !w.starts_with('-')) {
        path.set(&name, Traced::unknown(span, why()));
    }
}

/// `mapfile` and `readarray`
pub(super) fn mapfile(words: &[Traced], span: Span, path: &mut ScriptRun) {
    let options = Options::parse(words, "dnOsuCc").unwrap_or_default();
    let name = options.names.first().and_then(|n| n.known_str()).unwrap_or("MAPFILE").to_owned();
    let input = options.input(path).filter(|_| options.count.is_none());
    let Some(input) = input.filter(|i| !i.is_unknown()) else {
        path.put(&name, Variable::array(vec![Traced::unknown(span, Why::NotUnderstood("mapfile".into()))], false));
        return;
    };
    let delimiter = options.delimiter.unwrap_or(0);
    let bytes = input.bytes();
    let mut values = Vec::new();
    let mut from = 0;
    while from < bytes.len() && values.len() < MAX_LINES {
        let length = bytes[from..].iter().position(|b| *b == delimiter);
        let end = length.map_or(bytes.len(), |n| from + n);
        let next = (end + 1).min(bytes.len());
        values.push(input.slice(from..if options.trim { end } else { next }));
        from = next.max(from + 1);
    }
    options.leave(Traced::new(), path);
    if from < bytes.len() {
        values = vec![Traced::unknown(span, Why::limit("lines of an array"))];
    }
    path.put(&name, Variable::array(values, false));
}

/// The variable that holds the position of `getopts` within a word. No script can use this name.
const POSITION: &str = " getopts";

pub(super) fn getopts(words: &[Traced], span: Span, path: &mut ScriptRun) {
    let [spec, name, given @ ..] = words else {
        path.status = Status::NonZero;
        return;
    };
    let arguments = if given.is_empty() { path.shell.arguments.to_vec() } else { given.to_vec() };
    let name = name.to_text().into_owned();
    let index: Option<usize> = path.get("OPTIND").map_or(Some(1), |v| v.known_str()?.trim().parse().ok());
    let (Some(spec), Some(index), false) =
        (spec.known_str(), index, given.is_empty() && path.shell.called_from_outside)
    else {
        path.status = Status::Open(None);
        for variable in [name.as_str(), "OPTARG", "OPTIND"] {
            path.set(variable, Traced::unknown(span, Why::NotUnderstood("getopts".into())));
        }
        return;
    };
    let silent = spec.starts_with(':');
    let made = |text: &str| Traced::made(text, span);
    let word = arguments.get(index.saturating_sub(1)).cloned();
    let text = word.as_ref().map(|w| w.to_text().into_owned()).unwrap_or_default();
    path.unset("OPTARG");
    if !text.starts_with('-') || text == "-" || text == "--" {
        if text == "--" {
            path.set("OPTIND", made(&(index + 1).to_string()));
        }
        path.set(&name, made("?"));
        path.status = Status::NonZero;
        return;
    }
    let place = path.get(POSITION).and_then(|p| {
        let (at, from) = p.known_str()?.split_once(' ')?;
        (at.parse() == Ok(index)).then(|| from.parse().ok()).flatten()
    });
    let from: usize = place.filter(|n| *n < text.len() && text.is_char_boundary(*n)).unwrap_or(1);
    let flag = text.get(from..).unwrap_or_default().chars().next().unwrap_or('?');
    let after = from + flag.len_utf8();
    let known = spec.trim_start_matches(':').find(flag).filter(|_| flag != ':');
    let takes = known.is_some_and(|at| {
        spec.trim_start_matches(':').get(at + flag.len_utf8()..).unwrap_or_default().starts_with(':')
    });
    path.status = Status::Zero;
    let mut next = (index, after);
    if after >= text.len() {
        next = (index + 1, 1);
    }
    let mut shown = flag.to_string();
    if known.is_none() {
        "?".clone_into(&mut shown);
        if silent {
            path.set("OPTARG", made(&flag.to_string()));
        }
    } else if takes {
        let value = if after < text.len() {
            word.map(|w| w.slice(after..w.len()))
        } else {
            next = (index + 2, 1);
            arguments.get(index).cloned()
        };
        match value {
            Some(value) => {
                if after < text.len() {
                    next = (index + 1, 1);
                }
                path.set("OPTARG", value);
            }
            None => {
                next = (index + 1, 1);
                if silent { ":" } else { "?" }.clone_into(&mut shown);
                if silent {
                    path.set("OPTARG", made(&flag.to_string()));
                }
            }
        }
    }
    path.set("OPTIND", made(&next.0.to_string()));
    path.set(POSITION, made(&format!("{} {}", next.0, next.1)));
    path.set(&name, made(&shown));
}
