//! Parameter expansions.

use crate::syntax::shell::{Operation, Parameter, Part, Word};
use crate::text::{Layer, Span, Traced, UNKNOWN_MARK, Why};

use super::arithmetic;
use super::interpreter::Shell;
use super::pattern::{self, Token};
use super::state::ScriptRun;
use super::status::{Flow, Status};
use super::variable::Element;
use super::variable::{VariableKind, case};

/// The longest text that is searched for patterns.
const MAX_SEARCHED: usize = 1 << 14;

/// The same for patterns with groups.
const MAX_GROUPED: usize = 256;

/// The expansion of a parameter.
pub(super) enum Expansion {
    /// It is not set.
    Unset,
    /// A text.
    One(Traced),
    /// Several words: `$@`, `${a[@]}`.
    Many(Vec<Traced>),
}

/// Variables that the system sets for every process.
const SYSTEM_VARIABLES: [&str; 12] =
    ["HOME", "HOSTNAME", "INSTANCE_ID", "LANG", "LOGNAME", "PATH", "PWD", "RANDOM", "SHELL", "UID", "EUID", "USER"];

/// Variables that are never empty.
const NEVER_EMPTY: [&str; 10] =
    ["BASHPID", "BASH_VERSION", "EUID", "HOSTNAME", "LINENO", "PATH", "PPID", "PWD", "RANDOM", "UID"];

/// True for a variable that the system sets for every process.
pub(super) fn set_by_system(name: &str) -> bool {
    SYSTEM_VARIABLES.contains(&name)
}

impl Shell<'_, '_> {
    /// The value of a variable. A variable that the script does not set may come from the environment.
    pub(super) fn variable(&self, name: &str, path: &ScriptRun, at: Span) -> Expansion {
        if path.lookup(name).is_some() {
            return path.get(name).map_or(Expansion::Unset, |v| Expansion::One(v.clone()));
        }
        match name {
            "BASH_SOURCE" => return Expansion::One(Traced::made(path.shell.name.as_bytes(), at)),
            "PWD" if path.shell.open.is_none() && path.shell.directory != "/" => {
                return Expansion::One(Traced::made(path.shell.directory.as_bytes(), at));
            }
            "OPTIND" => return Expansion::One(Traced::made("1", at)),
            "IFS" => return Expansion::One(Traced::made(" \t\n", at)),
            "PIPESTATUS" | "BASH_VERSINFO" => match path.bash_element(name, 0) {
                Some(Element::Number(n)) => return Expansion::One(Traced::made(n.to_string(), at)),
                _ => return Expansion::One(Traced::unknown(at, Why::FromOutside(format!("${name}").into()))),
            },
            "LINENO" | "SECONDS" | "PPID" | "BASHPID" | "FUNCNAME" | "BASH_VERSION" | "HOSTTYPE" | "OSTYPE"
            | "MACHTYPE" | "EPOCHSECONDS" | "BASH_COMMAND" | "BASH_LINENO" | "PS4" => {
                return Expansion::One(Traced::unknown(at, Why::FromOutside(format!("${name}").into())));
            }
            _ => {}
        }
        match &path.shell.open {
            Some(_) => Expansion::One(Traced::unknown(at, Why::FromOutside(format!("${name}").into()))),
            None if SYSTEM_VARIABLES.contains(&name) || self.filled_in.contains(name) => {
                Expansion::One(Traced::unknown(at, Why::FromOutside(format!("${name}").into())))
            }
            None => Expansion::Unset,
        }
    }

    pub(super) fn parameter(&mut self, parameter: &Parameter, quoted: bool, path: &mut ScriptRun) -> Expansion {
        let span = parameter.span;
        // `"${a[*]/x/y}"` changes every element before they are joined.
        let star = parameter.name == "*"
            || parameter.subscript.as_ref().and_then(Word::bare).is_some_and(|t| t.bytes() == b"*");
        let changes = matches!(
            parameter.operation,
            Operation::Remove { .. } | Operation::Replace { .. } | Operation::Case { .. } | Operation::Transform(_)
        );
        if star && quoted && changes {
            let separator: Vec<u8> = path.separators().iter().take(1).copied().collect();
            return match self.parameter(parameter, false, path) {
                Expansion::Many(list) => Expansion::One(Traced::join(&list, &Traced::made(separator, span))),
                other => other,
            };
        }
        let value = self.base(parameter, quoted, path);
        let not_understood = |what: &str| Expansion::One(Traced::unknown(span, Why::NotUnderstood(what.into())));
        match &parameter.operation {
            Operation::None => {
                if path.shell.options.nounset && matches!(value, Expansion::Unset) {
                    path.flow = Flow::Exit { failed: true };
                }
                value
            }
            Operation::Length => match value {
                Expansion::Unset => Expansion::One(Traced::made("0", span)),
                Expansion::Many(list) => Expansion::One(Traced::made(list.len().to_string(), span)),
                Expansion::One(text) if text.has_unknown() => not_understood("the length of an unknown text"),
                Expansion::One(text) => Expansion::One(Traced::made(text.to_text().chars().count().to_string(), span)),
            },
            Operation::Substitute { operator, colon, word } => {
                self.or_else(value, *operator, *colon, word, parameter, path)
            }
            Operation::Remove { suffix, longest, pattern } => {
                let tokens = self.pattern(pattern, path);
                each(value, |text| remove(&text, &tokens, *suffix, *longest, span))
            }
            Operation::Replace { which, pattern, with } => {
                let tokens = self.pattern(pattern, path);
                // From bash 5.2 on, this stands for what is replaced.
                let bare =
                    |w: &Word| w.parts.iter().any(|p| matches!(p, Part::Bare(text) if text.bytes().contains(&b'&')));
                if with.as_ref().is_some_and(bare) {
                    return not_understood("an `&` in what replaces a pattern");
                }
                let with = with.as_ref().map_or_else(Traced::new, |w| self.single(w, path));
                each(value, |text| replace(&text, &tokens, *which, &with, span))
            }
            Operation::Slice { offset, length } => {
                let offset = self.number(offset, path);
                let length = length.as_ref().map(|w| self.number(w, path));
                let arguments = parameter.subscript.is_none() && matches!(parameter.name.as_str(), "@" | "*");
                let value = match value {
                    Expansion::One(_) if arguments => Expansion::Many(path.shell.arguments.to_vec()),
                    other => other,
                };
                if let Expansion::Many(mut list) = value {
                    if arguments {
                        // Arguments are counted from one; element zero is the name of the script.
                        list.insert(0, Traced::made(path.shell.name.as_bytes(), span));
                    }
                    if parameter.name == "*" && quoted {
                        let separator: Vec<u8> = path.separators().iter().take(1).copied().collect();
                        return elements(list, None, &offset, length.as_ref()).map_or_else(
                            || not_understood("a slice of the arguments"),
                            |list| Expansion::One(Traced::join(&list, &Traced::made(separator, span))),
                        );
                    }
                    let own = path.lookup(&parameter.name).filter(|v| !arguments && v.kind == VariableKind::Array);
                    let keys = own.and_then(|v| v.keys.as_deref());
                    return elements(list, keys.map(Vec::as_slice), &offset, length.as_ref())
                        .map_or_else(|| not_understood("a slice of an array"), Expansion::Many);
                }
                each(value, |text| slice(&text, &offset, length.as_ref(), span))
            }
            Operation::Case { upper, all } => each(value, |text| case(&text, *upper, *all, span)),
            Operation::Indirect => match value {
                Expansion::One(name) => match name.known_str() {
                    Some(name) => self.indirect(name, quoted, path, span),
                    None => not_understood("an indirect expansion"),
                },
                _ => not_understood("an indirect expansion"),
            },
            Operation::Names if parameter.subscript.is_some() => match path.lookup(&parameter.name) {
                Some(variable) if variable.is_unknown() => not_understood("the keys of an unknown array"),
                Some(variable) => Expansion::Many(variable.keys().into_iter().map(|k| Traced::made(k, span)).collect()),
                None if path.shell.open.is_some() => not_understood("the keys of an unknown array"),
                None => Expansion::Many(Vec::new()),
            },
            Operation::Names if path.shell.open.is_none() => {
                let names = path.shell.variables.keys().filter(|n| n.starts_with(&parameter.name));
                Expansion::Many(names.map(|n| Traced::made(n.as_bytes(), span)).collect())
            }
            Operation::Transform(b'Q') => each(value, |text| quote(&text, span)),
            Operation::Transform(b'U') => each(value, |text| case(&text, true, true, span)),
            Operation::Transform(b'L') => each(value, |text| case(&text, false, true, span)),
            Operation::Transform(b'u') => each(value, |text| case(&text, true, false, span)),
            Operation::Names | Operation::Transform(_) | Operation::Bad => not_understood("an expansion of this form"),
        }
    }

    /// The value of what `name` names: a variable, an element such as `a[0]`, or a parameter.
    fn indirect(&mut self, name: &str, quoted: bool, path: &mut ScriptRun, span: Span) -> Expansion {
        let bare = |text: &str| Word { parts: vec![Part::Quoted(Traced::made(text, span))], span };
        let (name, subscript) = match name.split_once('[') {
            Some((name, index)) => (name, index.strip_suffix(']').map(bare)),
            None => (name, None),
        };
        let named = Parameter { name: name.to_owned(), subscript, operation: Operation::None, span };
        self.base(&named, quoted, path)
    }

    fn base(&mut self, parameter: &Parameter, quoted: bool, path: &mut ScriptRun) -> Expansion {
        let span = parameter.span;
        let outside = |name: &str| Expansion::One(Traced::unknown(span, Why::FromOutside(format!("${name}").into())));
        let separator: Vec<u8> = path.separators().iter().take(1).copied().collect();
        let star = |list: Vec<Traced>| {
            if quoted {
                Expansion::One(Traced::join(&list, &Traced::made(separator, span)))
            } else {
                Expansion::Many(list)
            }
        };
        if let Some(subscript) = &parameter.subscript {
            let index = self.single(subscript, path);
            if parameter.name == "PIPESTATUS"
                && let (Some(codes), Some("@" | "*")) = (&path.codes, index.known_str())
            {
                return Expansion::Many(codes.iter().map(|c| Traced::made(c.to_string(), span)).collect());
            }
            let number = index.known_str().and_then(|i| arithmetic::evaluate(i, path));
            match number.and_then(|n| path.bash_element(&parameter.name, n)) {
                Some(Element::Number(n)) => return Expansion::One(Traced::made(n.to_string(), span)),
                Some(Element::Unset) => return Expansion::Unset,
                Some(Element::Outside) => return outside(&parameter.name),
                None => {}
            }
            let Some(variable) = path.lookup(&parameter.name) else {
                return self.variable(&parameter.name, path, span);
            };
            // An array that is unknown as a whole has unknown elements.
            if variable.is_unknown() {
                return variable.values.first().map_or(Expansion::Unset, |v| Expansion::One(v.clone()));
            }
            return match index.known_str() {
                Some("@") => Expansion::Many(variable.values.to_vec()),
                Some("*") => star(variable.values.to_vec()),
                Some(key) if variable.kind == VariableKind::Map => {
                    variable.get(key).map_or(Expansion::Unset, |v| Expansion::One(v.clone()))
                }
                Some(number) => match arithmetic::evaluate(number, path) {
                    Some(n) => path
                        .element(&parameter.name, &n.to_string())
                        .map_or(Expansion::Unset, |v| Expansion::One(v.clone())),
                    None => outside(&parameter.name),
                },
                None => outside(&parameter.name),
            };
        }
        let positional =
            matches!(parameter.name.as_str(), "@" | "*" | "#") || parameter.name.parse::<usize>().is_ok_and(|n| n > 0);
        if positional && path.shell.called_from_outside {
            return outside(&parameter.name);
        }
        match parameter.name.as_str() {
            "@" => Expansion::Many(path.shell.arguments.to_vec()),
            "*" => star(path.shell.arguments.to_vec()),
            "#" => Expansion::One(Traced::made(path.shell.arguments.len().to_string(), span)),
            "?" if !matches!(path.status, Status::Likely) && path.exit_code().is_some() => {
                Expansion::One(Traced::made(path.exit_code().unwrap_or_default().to_string(), span))
            }
            "0" if path.shell.name.contains(UNKNOWN_MARK) => outside("0"),
            "0" => Expansion::One(Traced::made(path.shell.name.as_bytes(), span)),
            "_" if path.last.is_some() => Expansion::One(path.last.clone().unwrap_or_default()),
            name @ ("?" | "$" | "!" | "-" | "_") => outside(name),
            name => match name.parse::<usize>() {
                Ok(n) if n > 0 => {
                    path.shell.arguments.get(n - 1).map_or(Expansion::Unset, |v| Expansion::One(v.clone()))
                }
                _ => self.variable(name, path, span),
            },
        }
    }

    fn or_else(
        &mut self,
        value: Expansion,
        operator: u8,
        colon: bool,
        word: &Word,
        parameter: &Parameter,
        path: &mut ScriptRun,
    ) -> Expansion {
        let is_set = match &value {
            Expansion::Unset => false,
            Expansion::One(text) => {
                // An unknown value may be empty or not; either way, the result is unknown.
                if text.is_unknown() && operator != b'+' {
                    let outside = path.shell.open.is_some() && path.lookup(&parameter.name).is_none();
                    if operator == b'?' {
                        return value;
                    }
                    if !outside || text.len() != UNKNOWN_MARK.len() {
                        // With the default instead of an empty value, it is not the same as the value any more.
                        let other = text.first_unknown().filter(|_| colon && text.encoded_parts().is_empty());
                        let other = other.map(|(_, why)| Traced::unknown(parameter.span, why.clone()));
                        return other.map_or(value, Expansion::One);
                    }
                    let default = self.single(word, path);
                    let text = Traced::encoded(text.clone(), Layer::Default, default);
                    if operator == b'=' {
                        path.set(&parameter.name, text.clone());
                    }
                    return Expansion::One(text);
                }
                !colon || !text.is_empty()
            }
            Expansion::Many(list) => !list.is_empty(),
        };
        match operator {
            b'+' if is_set => {
                if let Expansion::One(text) = &value
                    && text.is_unknown()
                    && !NEVER_EMPTY.contains(&parameter.name.as_str())
                {
                    return Expansion::One(Traced::unknown(
                        parameter.span,
                        Why::NotUnderstood("a value that may be unset".into()),
                    ));
                }
                if holds_list(word) {
                    Expansion::Many(self.fields(std::slice::from_ref(word), path))
                } else {
                    Expansion::One(self.single(word, path))
                }
            }
            b'+' => Expansion::Unset,
            _ if is_set => value,
            b'=' => {
                let text = self.single(word, path);
                path.set(&parameter.name, text.clone());
                Expansion::One(text)
            }
            b'?' => {
                path.flow = Flow::Exit { failed: true };
                Expansion::Unset
            }
            _ if holds_list(word) => Expansion::Many(self.fields(std::slice::from_ref(word), path)),
            _ => Expansion::One(self.single(word, path)),
        }
    }

    /// The number that a word evaluates to, if it is a known expression.
    fn number(&mut self, word: &Word, path: &mut ScriptRun) -> Traced {
        let text = self.single(word, path);
        match text.known_str().and_then(|t| arithmetic::evaluate(t, path)) {
            Some(number) => Traced::made(number.to_string(), word.span),
            None => text,
        }
    }
}

/// True if a word contains `"$@"` or `"${a[@]}"`, whose elements stay separate words.
fn holds_list(word: &Word) -> bool {
    let list = |p: &Part| match p {
        Part::Parameter(p) => {
            p.name == "@" || p.subscript.as_ref().is_some_and(|s| matches!(s.bare(), Some(t) if t.bytes() == b"@"))
        }
        _ => false,
    };
    word.parts.iter().any(|p| matches!(p, Part::Double(parts) if parts.iter().any(list)))
}

/// Quotes a text so that the shell reads it back unchanged.
pub(super) fn quote(text: &Traced, span: Span) -> Traced {
    let controls = text.bytes().iter().any(u8::is_ascii_control);
    let mut out = Traced::made(if controls { "$'" } else { "'" }, span);
    if !controls {
        out.push(&text.replace(b"'", &Traced::made("'\\''", span)));
        out.push_made(b"'", span);
        return out;
    }
    for (at, byte) in text.bytes().iter().enumerate() {
        let named = b"\x07\x08\t\n\x0b\x0c\r\x1b'\\".iter().zip(b"abtnvfrE'\\").find(|(control, _)| *control == byte);
        match named {
            Some((_, name)) => out.push_made(&[b'\\', *name], span),
            None if byte.is_ascii_control() => out.push_made(format!("\\{byte:03o}").as_bytes(), span),
            None => out.push(&text.slice(at..at + 1)),
        }
    }
    out.push_made(b"'", span);
    out
}

/// `${a[@]:offset:length}`, of an array with gaps by its keys.
fn elements(
    list: Vec<Traced>,
    keys: Option<&[String]>,
    offset: &Traced,
    length: Option<&Traced>,
) -> Option<Vec<Traced>> {
    let read = |t: &Traced| t.known_str().and_then(|t| t.trim().parse::<i64>().ok());
    let keys: Option<Vec<i64>> = keys.map(|keys| keys.iter().filter_map(|key| key.parse().ok()).collect());
    let last = keys.as_ref().map(|keys| keys.iter().max().map_or(0, |last| last.saturating_add(1)));
    let count = last.map_or_else(|| i64::try_from(list.len()), Ok).ok()?;
    let offset = read(offset)?;
    let from = if offset < 0 { count.checked_add(offset)? } else { offset };
    let length = match length {
        Some(length) => usize::try_from(read(length)?).ok()?,
        None => list.len(),
    };
    let Ok(skipped) = usize::try_from(from) else { return Some(Vec::new()) };
    let skipped = keys.map_or(skipped, |keys| keys.iter().filter(|key| **key < from).count());
    Some(list.into_iter().skip(skipped).take(length).collect())
}

fn each(value: Expansion, change: impl Fn(Traced) -> Traced) -> Expansion {
    match value {
        Expansion::Unset => Expansion::Unset,
        Expansion::One(text) => Expansion::One(change(text)),
        Expansion::Many(list) => Expansion::Many(list.into_iter().map(change).collect()),
    }
}

/// The text of a pattern without wildcards.
fn plain(tokens: &[Token]) -> Option<Vec<u8>> {
    tokens.iter().map(|t| if let Token::Byte(b) = t { Some(*b) } else { None }).collect()
}

fn unknown(span: Span) -> Traced {
    Traced::unknown(span, Why::NotUnderstood("an expansion of an unknown text".into()))
}

fn remove(text: &Traced, tokens: &[Token], suffix: bool, longest: bool, span: Span) -> Traced {
    if let Some(plain) = plain(tokens)
        && !text.is_unknown()
    {
        // The known text at that end decides, even if other parts are unknown.
        let n = plain.len();
        let (part, rest) = if suffix {
            let from = text.len().saturating_sub(n);
            (from..text.len(), 0..from)
        } else {
            (0..n.min(text.len()), n..text.len())
        };
        if !text.slice(part.clone()).has_unknown() {
            return if text.bytes()[part] == plain[..] { text.slice(rest) } else { text.clone() };
        }
        // What is unknown there stays unknown with or without blanks.
        if plain.trim_ascii().is_empty() {
            return text.clone();
        }
    }
    let most = if pattern::has_groups(tokens) { MAX_GROUPED } else { MAX_SEARCHED };
    if tokens.contains(&Token::Unknown) || text.len() > most {
        return unknown(span);
    }
    let bytes = text.bytes();
    let length = bytes.len();
    // The shortest match decides if it stands before the first unknown part, or behind the last one.
    let open = text.has_unknown();
    let known = match (text.unknowns().next(), text.unknowns().last()) {
        (Some(_), _) if longest => return unknown(span),
        (Some(_), Some((last, ..))) if suffix => last.end..length,
        (Some((first, ..)), _) => 0..first.start,
        _ => 0..length,
    };
    let mut cuts: Vec<usize> = (known.start..=known.end).collect();
    if suffix != longest {
        cuts.reverse();
    }
    for cut in cuts {
        let (part, rest) = if suffix { (&bytes[cut..], 0..cut) } else { (&bytes[..cut], cut..length) };
        if pattern::whole(tokens, part) {
            return text.slice(rest);
        }
    }
    if open { unknown(span) } else { text.clone() }
}

fn replace(text: &Traced, tokens: &[Token], which: Option<u8>, with: &Traced, span: Span) -> Traced {
    if let (Some(needle), None | Some(b'/')) = (plain(tokens), which) {
        if needle.is_empty() {
            return text.clone();
        }
        if which.is_some() {
            return text.replace(&needle, with);
        }
        let found = text.bytes().windows(needle.len()).position(|w| w == needle);
        let Some(at) = found else { return text.clone() };
        let mut out = text.slice(0..at);
        out.push(with);
        out.push(&text.slice(at + needle.len()..text.len()));
        return out;
    }
    let most = if pattern::has_groups(tokens) { MAX_GROUPED / 4 } else { MAX_SEARCHED / 16 };
    if text.has_unknown() || tokens.contains(&Token::Unknown) || text.len() > most {
        return unknown(span);
    }
    let bytes = text.bytes();
    // In an empty text, only what begins with a star is looked for, except at its end.
    if bytes.is_empty() && which != Some(b'%') && !tokens.is_empty() {
        let star = matches!(tokens.first(), Some(Token::Star | Token::Group(b'*', _)));
        return if star && pattern::whole(tokens, bytes) { with.clone() } else { text.clone() };
    }
    let anywhere = matches!(which, None | Some(b'/'));
    let mut out = Traced::new();
    let mut at = 0;
    while at < bytes.len() || !anywhere && at == bytes.len() {
        let fits = |end: &usize| match which {
            Some(b'#') if at > 0 => false,
            Some(b'%') if *end < bytes.len() => false,
            _ => pattern::whole(tokens, &bytes[at..*end]),
        };
        let end = (at..=bytes.len()).rev().find(fits);
        if end.is_some() {
            out.push(with);
        }
        match end {
            Some(end) if which != Some(b'/') => {
                at = end;
                break;
            }
            Some(end) if end > at => at = end,
            _ => {
                out.push(&text.slice(at..at + 1));
                at += 1;
            }
        }
    }
    out.push(&text.slice(at.min(bytes.len())..bytes.len()));
    out
}

fn slice(text: &Traced, offset: &Traced, length: Option<&Traced>, span: Span) -> Traced {
    let read = |t: &Traced| t.known_str().and_then(|t| t.trim().parse::<i64>().ok());
    let Some(known) = text.known_str() else { return unknown(span) };
    if !known.is_ascii() {
        return unknown(span);
    }
    let whole = known.len();
    // Negative numbers count from the end.
    let place = |number: i64, base: usize| match usize::try_from(number) {
        Ok(number) => base.checked_add(number),
        Err(_) => whole.checked_sub(usize::try_from(number.unsigned_abs()).ok()?),
    };
    let Some(from) = read(offset) else { return unknown(span) };
    let Some(from) = place(from, 0).filter(|from| *from <= whole) else { return Traced::new() };
    let to = match length.map(read) {
        None => Some(whole),
        Some(Some(number)) => place(number, from),
        Some(None) => return unknown(span),
    };
    to.map_or_else(Traced::new, |to| text.slice(from..to.min(whole).max(from)))
}
