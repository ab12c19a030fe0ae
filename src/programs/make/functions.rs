//! Functions of make.

use crate::text::{Span, Traced, Why, budget};

use super::{Make, lines};

/// The most items of one list.
const MAX_ITEMS: usize = 2_000;
/// What it takes to compare two words.
const COMPARE: usize = 10;

impl Make<'_> {
    /// The result of a function; `None` if there is none of this name.
    pub(super) fn function(&mut self, name: &str, rest: &Traced, at: Span) -> Option<Traced> {
        let args = lines::arguments(rest);
        let unknown = || Traced::unknown(at, Why::NotUnderstood(format!("$({name} …)").into()));
        let one = |make: &mut Self| make.expand(rest);
        let arg = |make: &mut Self, n: usize| args.get(n).map(|arg| make.expand(arg)).unwrap_or_default();
        // The last argument may contain commas.
        let last = |make: &mut Self, n: usize| match args.get(n..) {
            Some(more) if !more.is_empty() => make.expand(&Traced::join(more, &Traced::made(",", at))),
            _ => Traced::new(),
        };
        let blank = Traced::made(" ", at);
        let listed = |words: &[Traced]| Traced::join(words, &blank);
        // The words of a text, if all of it is known.
        let known = |text: &Traced| (!text.has_unknown()).then(|| text.words());
        Some(match name {
            "subst" => {
                let (from, to, text) = (arg(self, 0), arg(self, 1), last(self, 2));
                if from.is_empty() { text } else { text.replace(from.bytes(), &to) }
            }
            "patsubst" => {
                let (from, to, text) = (arg(self, 0), arg(self, 1), last(self, 2));
                substituted(&from, &to, &text, at)
            }
            "strip" => listed(&one(self).words()),
            "findstring" => {
                let (find, text) = (arg(self, 0), last(self, 1));
                match (find.known_str(), text.known_str()) {
                    (Some(needle), Some(hay)) => {
                        if hay.contains(needle) {
                            find
                        } else {
                            Traced::new()
                        }
                    }
                    _ => unknown(),
                }
            }
            "filter" | "filter-out" => {
                let (patterns, text) = (arg(self, 0), last(self, 1));
                let (Some(patterns), Some(words)) = (known(&patterns), known(&text)) else { return Some(unknown()) };
                if !budget::spend(COMPARE * patterns.len() * words.len()) {
                    return Some(unknown());
                }
                let fits = |word: &Traced| patterns.iter().any(|p| super::targets::fits(&p.to_text(), &word.to_text()));
                let kept: Vec<_> = words.into_iter().filter(|word| fits(word) == (name == "filter")).collect();
                listed(&kept)
            }
            "sort" => {
                let Some(mut words) = known(&one(self)) else { return Some(unknown()) };
                words.sort_by(|a, b| a.bytes().cmp(b.bytes()));
                words.dedup_by(|a, b| a.bytes() == b.bytes());
                listed(&words)
            }
            "word" | "wordlist" => {
                let number = |text: &Traced| text.known_str().and_then(|n| n.trim().parse::<usize>().ok());
                let first = number(&arg(self, 0));
                let (end, text) = match name {
                    "word" => (first, last(self, 1)),
                    _ => (number(&arg(self, 1)), last(self, 2)),
                };
                let (Some(from), Some(to), Some(words)) = (first, end, known(&text)) else { return Some(unknown()) };
                let to = to.min(words.len());
                listed(words.get(from.saturating_sub(1).min(to)..to).unwrap_or_default())
            }
            "words" => match known(&one(self)) {
                Some(words) => Traced::made(words.len().to_string(), at),
                None => unknown(),
            },
            "firstword" | "lastword" => match known(&one(self)) {
                Some(words) => {
                    (if name == "firstword" { words.first() } else { words.last() }).cloned().unwrap_or_default()
                }
                None => unknown(),
            },
            "dir" | "notdir" | "suffix" | "basename" => {
                let Some(words) = known(&one(self)) else { return Some(unknown()) };
                let parts: Vec<_> = words.iter().map(|word| part(name, word, at)).filter(|p| !p.is_empty()).collect();
                listed(&parts)
            }
            "addprefix" | "addsuffix" => {
                let (more, words) = (arg(self, 0), last(self, 1).words());
                if !budget::spend(more.weight() * words.len()) {
                    return Some(unknown());
                }
                let joined: Vec<_> = words
                    .into_iter()
                    .map(|word| {
                        let parts = if name == "addprefix" { [&more, &word] } else { [&word, &more] };
                        Traced::join(parts, &Traced::new())
                    })
                    .collect();
                listed(&joined)
            }
            "join" => {
                let (left, right) = (arg(self, 0).words(), last(self, 1).words());
                let count = left.len().max(right.len());
                let nothing = Traced::new();
                let pair = |n: usize| [left.get(n).unwrap_or(&nothing), right.get(n).unwrap_or(&nothing)];
                listed(&(0..count).map(|n| Traced::join(pair(n), &nothing)).collect::<Vec<_>>())
            }
            "abspath" | "realpath" => one(self),
            "if" => {
                let condition = lines::trimmed(&arg(self, 0));
                match condition.bytes() {
                    _ if condition.has_unknown() && condition.is_unknown() => unknown(),
                    [] => last(self, 2),
                    _ => arg(self, 1),
                }
            }
            "or" | "and" => {
                let mut value = Traced::new();
                for arg in &args {
                    value = lines::trimmed(&self.expand(arg));
                    if value.is_unknown() {
                        return Some(unknown());
                    }
                    if value.is_empty() != (name == "or") {
                        break;
                    }
                }
                value
            }
            "foreach" => {
                let (name, list) = (arg(self, 0).to_text().trim().to_owned(), arg(self, 1));
                let Some(words) = known(&list) else { return Some(unknown()) };
                let body = Traced::join(args.get(2..).unwrap_or_default(), &Traced::made(",", at));
                let mut out = Vec::new();
                for word in budget::at_most(words, MAX_ITEMS, "words of a loop of make") {
                    out.push(self.with(&[(name.clone(), word)], &body));
                }
                listed(&out)
            }
            "call" => {
                let name = arg(self, 0).to_text().trim().to_owned();
                let Some(body) = self.variables.get(&name).map(|v| v.value.clone()) else { return Some(unknown()) };
                let mut given = vec![("0".to_owned(), Traced::made(name.as_str(), at))];
                for n in 1..args.len().max(10) {
                    given.push((n.to_string(), arg(self, n)));
                }
                self.with(&given, &body)
            }
            "value" => {
                let name = one(self).to_text().trim().to_owned();
                self.variables.get(&name).map(|v| v.value.clone()).unwrap_or_default()
            }
            "origin" | "flavor" => {
                let name_of = one(self).to_text().trim().to_owned();
                match self.variables.get(&name_of) {
                    Some(variable) => Traced::made(
                        match (name, variable.fixed, variable.recursive) {
                            ("origin", true, _) => "command line",
                            ("origin", ..) => "file",
                            (_, _, true) => "recursive",
                            _ => "simple",
                        },
                        at,
                    ),
                    None => unknown(),
                }
            }
            "shell" => {
                let command = one(self);
                self.printed(&command)
            }
            "eval" => {
                let text = one(self);
                self.read(&text, super::MAX_INCLUDED - 1);
                Traced::new()
            }
            "info" | "warning" | "error" | "file" => Traced::new(),
            // `include $(wildcard …)` finds the files itself.
            "wildcard" => {
                if self.includes {
                    one(self)
                } else {
                    unknown()
                }
            }
            _ => return None,
        })
    }

    /// A text with some variables set.
    fn with(&mut self, given: &[(String, Traced)], body: &Traced) -> Traced {
        let mut before = Vec::new();
        for (name, value) in given {
            let variable = super::Variable { value: value.clone(), recursive: false, weak: false, fixed: false };
            before.push((name, self.variables.insert(name.clone(), variable)));
        }
        let out = self.expand(body);
        for (name, old) in before {
            match old {
                Some(old) => self.variables.insert(name.clone(), old),
                None => self.variables.remove(name),
            };
        }
        out
    }

    /// What a command prints, if that is plain.
    pub(super) fn printed(&mut self, command: &Traced) -> Traced {
        let Some(at) = command.span() else { return Traced::new() };
        let words = command.words();
        let plain = |words: &[Traced]| words.iter().all(|w| !w.bytes().iter().any(|b| b"|&;<>$`\\*?\"'".contains(b)));
        match words.split_first() {
            Some((program, rest)) if program.bytes() == b"echo" && plain(rest) => {
                Traced::join(rest, &Traced::made(" ", at))
            }
            Some((program, [])) if program.bytes() == b"pwd" => Traced::made(".", at),
            Some((program, [name])) if program.bytes() == b"cat" && plain(std::slice::from_ref(name)) => {
                match name.known_str().and_then(|name| self.outside.content(name)) {
                    Some(text) => {
                        let end = text.bytes().trim_ascii_end().len();
                        text.slice(0..end).replace(b"\n", &Traced::made(" ", at))
                    }
                    None => Traced::unknown(at, Why::FromOutside("what a command prints".into())),
                }
            }
            _ => Traced::unknown(at, Why::FromOutside("what a command prints".into())),
        }
    }
}

/// Each word that fits a pattern, or ends like one without `%`, replaced.
pub(super) fn substituted(from: &Traced, to: &Traced, text: &Traced, at: Span) -> Traced {
    let unknown = || Traced::unknown(at, Why::NotUnderstood("a substitution of a makefile".into()));
    let (Some(from), false) = (from.known_str(), text.has_unknown()) else { return unknown() };
    let whole = from.contains('%');
    let (before, after) = from.split_once('%').unwrap_or(("", from));
    let changed = |word: Traced| {
        let shown = word.to_text();
        if shown.len() < before.len() + after.len() || !shown.starts_with(before) || !shown.ends_with(after) {
            return word.clone();
        }
        let stem = word.slice(before.len()..word.len() - after.len());
        match to.bytes().iter().position(|b| *b == b'%').filter(|_| whole) {
            Some(at) => Traced::join([&to.slice(0..at), &stem, &to.slice(at + 1..to.len())], &Traced::new()),
            None if whole => to.clone(),
            None => Traced::join([&stem, to], &Traced::new()),
        }
    };
    let words: Vec<_> = text.words().into_iter().map(changed).collect();
    Traced::join(&words, &Traced::made(" ", at))
}

/// The folder of a path, its last part, what follows its last dot, or what stands before that.
fn part(name: &str, word: &Traced, at: Span) -> Traced {
    let slash = word.bytes().iter().rposition(|b| *b == b'/').map_or(0, |slash| slash + 1);
    let dot = word.bytes().iter().rposition(|b| *b == b'.').filter(|dot| *dot >= slash);
    match name {
        "dir" if slash == 0 => Traced::made("./", at),
        "dir" => word.slice(0..slash),
        "notdir" => word.slice(slash..word.len()),
        "suffix" => dot.map_or_else(Traced::new, |dot| word.slice(dot..word.len())),
        _ => word.slice(0..dot.unwrap_or(word.len())),
    }
}
