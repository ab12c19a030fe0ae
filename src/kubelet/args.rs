//! The kubelet's command line, read as `spf13/pflag` reads it for the kubelet (`parseArgs`, `parseLongArg`,
//! `parseSingleShortArg` in pflag's `flag.go`; `cmd/kubelet/app/server.go`).
//!
//! Unknown parts of a word are handled so nothing certain follows from them:
//!
//! - A word that is entirely unknown stands for any number of whole arguments. It may set every flag again, so earlier values
//!   become uncertain. It is assumed not to end in a flag without its value: who writes `$EXTRA --flag=0` means the flag.
//! - If a flag needs a value and such a word follows, it is exactly the value: who writes `--node-ip $IP` means one address.
//! - A word whose flag name is partly unknown may be any flag that starts like it; without `=`, it may also take the next word
//!   as its value, so that word becomes uncertain.
//! - An unknown part inside a value stays inside it.

use crate::text::{Span, Traced, Why, placeholder};

use crate::setting::{Failure, FailureKind, Flag, Takes, parse_duration, shorten};

/// The most words of a command line that are read. Linux limits it to 2 MiB of bytes.
const MAX_WORDS: usize = 16_384;

/// The most errors reported for one command line.
const MAX_FAILURES: usize = 20;

/// One use of a flag.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    /// The flag.
    pub flag: &'static Flag,
    /// The value as the kubelet gets it; `true` for a switch without a value.
    pub value: Traced,
    /// The place of the value, or of the carrier if the value has no bytes of its own.
    pub at: Span,
    /// The flag with its value.
    pub carrier: Span,
    /// Index of the word that names the flag.
    pub index: usize,
    /// Set if the word may be the value of something before it, which means that the flag may not be set here.
    pub doubt: Option<Why>,
}

/// A word that may be unknown flags.
#[derive(Clone, Debug)]
pub(crate) struct Wild {
    /// Index of the word.
    pub index: usize,
    /// How the names of the flags start, spelled with `-`; empty if nothing is known about them.
    pub prefix: String,
    /// Why they are unknown.
    pub why: Why,
}

/// A parsed command line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Args {
    /// The flags in the order of the words.
    pub given: Vec<Given>,
    /// Words that may be other flags.
    pub wild: Vec<Wild>,
    /// Why the kubelet exits on it, apart from durations that belong to a field.
    pub failures: Vec<Failure>,
    /// Why it is uncertain whether the kubelet gets past it.
    pub doubts: Vec<Why>,
}

impl Args {
    /// The last use of a flag, by its name without dashes.
    pub(crate) fn last(&self, name: &str) -> Option<&Given> {
        self.given.iter().rev().find(|g| g.flag.name == name)
    }

    /// The file that `--config` names, with its unknown parts; the last one wins. `None` if there is none, or an empty one.
    pub(crate) fn config(&self) -> Option<&Traced> {
        self.last("config").map(|g| &g.value).filter(|v| !v.is_empty())
    }

    /// The directory that `--config-dir` names; like [`config`](Self::config).
    pub(crate) fn config_dir(&self) -> Option<&Traced> {
        self.last("config-dir").map(|g| &g.value).filter(|v| !v.is_empty())
    }

    /// Why a flag may be set once more after the word with this index (anywhere, if `None`).
    pub(crate) fn may_be_set_after(&self, flag: &str, index: Option<usize>) -> Option<&Why> {
        let later = |n: usize| index.is_none_or(|index| n > index);
        self.wild.iter().find(|w| later(w.index) && flag.starts_with(&w.prefix)).map(|w| &w.why)
    }
}

/// How often the kubelet has read the command line already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pass {
    /// The first time, over the defaults.
    First,
    /// The second time, over values from files (`kubeletConfigFlagPrecedence`). Words that are not flags no longer matter, and
    /// library flags are stand-ins that need a value.
    OverFiles,
}

/// Parses a command line, without the program, for a kubelet of a minor version (of 1.x) if that is known.
pub(crate) fn parse(argv: &[Traced], minor: Option<u32>, pass: Pass) -> Args {
    let argv = &*placeholder::in_words(argv);
    let mut reader = ArgumentReader { argv, minor, pass, next: 0, swallowed: None, out: Args::default() };
    if argv.len() > MAX_WORDS {
        reader.out.doubts.push(Why::limit("words of a command line"));
        reader.out.wild.push(Wild {
            index: usize::MAX,
            prefix: String::new(),
            why: Why::limit("words of a command line"),
        });
    }
    while reader.next < argv.len().min(MAX_WORDS) && reader.word() {}
    reader.out
}

struct ArgumentReader<'a> {
    argv: &'a [Traced],
    minor: Option<u32>,
    pass: Pass,
    /// Index of the next word.
    next: usize,
    /// Set if the previous word may take the next word as its value.
    swallowed: Option<Why>,
    out: Args,
}

impl ArgumentReader<'_> {
    /// Reads the next word. False if it ends the flags.
    fn word(&mut self) -> bool {
        let index = self.next;
        let Some(word) = self.argv.get(index) else { return false };
        self.next += 1;
        let doubt = self.swallowed.take();
        let bytes = word.bytes();
        if word.is_unknown() {
            self.wild(index, String::new(), word);
            return true;
        }
        // An unknown part before the first `=` hides the name of the flag, or that there is one.
        let equals = bytes.iter().position(|b| *b == b'=');
        let name_end = equals.unwrap_or(bytes.len());
        let unknown = word.unknowns().next().filter(|(r, _, _)| r.start < name_end).map(|(r, _, _)| r.start);
        if let Some(unknown) = unknown {
            let known = bytes.get(..unknown).unwrap_or_default();
            let prefix = known.strip_prefix(b"--").map(|p| String::from_utf8_lossy(p).replace('_', "-"));
            // Without leading dashes, and with other text before it, it is not a flag.
            if known.is_empty() || known.starts_with(b"-") {
                self.wild(index, prefix.unwrap_or_default(), word);
                if equals.is_none() {
                    self.swallowed = word.first_unknown().map(|(_, why)| why.clone());
                }
                return true;
            }
        }
        match bytes {
            [b'-', b'-'] => return self.end(index, doubt),
            [b'-', b'-', ..] => self.long(index, word, equals, doubt),
            [b'-', _, ..] => self.short(index, word, doubt),
            _ => self.positional(word, doubt),
        }
        true
    }

    fn wild(&mut self, index: usize, prefix: String, word: &Traced) {
        let Some((_, why)) = word.first_unknown() else { return };
        self.out.doubts.push(why.clone());
        self.out.wild.push(Wild { index, prefix, why: why.clone() });
    }

    /// `--`: nothing after it is a flag. True if reading continues because it may have been a value.
    fn end(&mut self, index: usize, doubt: Option<Why>) -> bool {
        if let Some(why) = doubt {
            self.out.doubts.push(why);
            return true;
        }
        let argv = self.argv;
        if let Some(first) = argv.get(index + 1) {
            // A word that is entirely unknown may be empty.
            let rest = argv.get(index + 1..).unwrap_or_default();
            match rest.iter().find(|w| !w.is_unknown()) {
                Some(word) => self.positional(word, None),
                None => self.out.doubts.extend(first.first_unknown().map(|(_, why)| why.clone())),
            }
        }
        false
    }

    fn positional(&mut self, word: &Traced, doubt: Option<Why>) {
        if self.pass == Pass::OverFiles {
            return;
        }
        // An unknown part at the start may be white space, or several words.
        let open = || word.unknowns().next().filter(|(range, ..)| range.start == 0).map(|(_, _, why)| why.clone());
        match doubt.or_else(open) {
            Some(why) => self.out.doubts.push(why),
            None => self.fail(FailureKind::CommandLine, format!("unknown command {}", show(word)), word.span()),
        }
    }

    fn long(&mut self, index: usize, word: &Traced, equals: Option<usize>, doubt: Option<Why>) {
        let end = equals.unwrap_or(word.len());
        let name = word.bytes().get(2..end).unwrap_or_default();
        if name.is_empty() || name.starts_with(b"-") {
            let message = format!("bad flag syntax: {}", show(word));
            return self.fail_unless(doubt, FailureKind::CommandLine, message, word.span());
        }
        let name = String::from_utf8_lossy(name);
        let Some(flag) = self.find(&name, word, doubt.as_ref()) else { return };
        if let Some(equals) = equals {
            let value = word.slice(equals + 1..word.len());
            return self.give(flag, index, word, value, word.span(), doubt);
        }
        if self.is_bare(flag) {
            return self.bare(flag, index, word, doubt);
        }
        self.next_word(flag, index, word, &format!("--{}", flag.name), doubt);
    }

    /// A word with one dash: single letters. The kubelet has `v` and `h`.
    fn short(&mut self, index: usize, word: &Traced, doubt: Option<Why>) {
        let mut at = 1;
        while let Some(letter) = word.bytes().get(at).copied() {
            let name = match letter {
                b'v' => "v",
                b'h' => "help",
                _ => {
                    let message = format!("unknown shorthand flag: '{}' in {}", letter.escape_ascii(), show(word));
                    return self.fail_unless(doubt, FailureKind::CommandLine, message, word.span());
                }
            };
            let Some(flag) = Flag::find(name) else { return };
            let rest = word.bytes().get(at + 1..).unwrap_or_default();
            if rest.len() > 1 && rest.starts_with(b"=") {
                return self.give(flag, index, word, word.slice(at + 2..word.len()), word.span(), doubt);
            }
            if self.is_bare(flag) {
                self.bare(flag, index, word, doubt.clone());
                at += 1;
                continue;
            }
            if !rest.is_empty() {
                return self.give(flag, index, word, word.slice(at + 1..word.len()), word.span(), doubt);
            }
            return self.next_word(flag, index, word, &format!("'{name}' in {}", show(word)), doubt);
        }
    }

    /// The flag of a name, unless no kubelet, or not this one, has it.
    fn find(&mut self, name: &str, word: &Traced, doubt: Option<&Why>) -> Option<&'static Flag> {
        let flag = Flag::find(name);
        match flag.and_then(|f| f.exists_in(self.minor)) {
            Some(true) => {}
            None if flag.is_some() => self.out.doubts.push(Why::KubernetesVersion),
            _ => {
                let message = shorten(&format!("unknown flag: --{}", name.escape_debug()));
                self.fail_unless(doubt.cloned(), FailureKind::CommandLine, message, word.span());
            }
        }
        flag
    }

    /// True if the flag can be used without a value.
    fn is_bare(&self, flag: &Flag) -> bool {
        match flag.takes {
            Takes::Switch => true,
            Takes::LibrarySwitch => self.pass == Pass::First,
            _ => false,
        }
    }

    fn bare(&mut self, flag: &'static Flag, index: usize, word: &Traced, doubt: Option<Why>) {
        let Some(span) = word.span() else { return };
        self.give(flag, index, word, Traced::made("true", span), Some(span), doubt);
    }

    /// The value is the next word, whatever it looks like.
    fn next_word(&mut self, flag: &'static Flag, index: usize, word: &Traced, name: &str, doubt: Option<Why>) {
        let argv = self.argv;
        let Some(value) = argv.get(self.next) else {
            let message = format!("flag needs an argument: {name}");
            return self.fail_unless(doubt, FailureKind::CommandLine, message, word.span());
        };
        self.next += 1;
        self.give(flag, index, word, value.clone(), both(word, value), doubt);
    }

    fn give(
        &mut self,
        flag: &'static Flag,
        index: usize,
        word: &Traced,
        value: Traced,
        carrier: Option<Span>,
        doubt: Option<Why>,
    ) {
        // A word that names a flag has bytes, so it has a span.
        let Some(carrier) = carrier.or_else(|| word.span()) else { return };
        let at = value.span().unwrap_or(carrier);
        self.check(flag, &value, at, doubt.as_ref());
        self.out.given.push(Given { flag, value, at, carrier, index, doubt });
    }

    /// What the flag alone says about the value. Durations of fields are read where fields are settled.
    fn check(&mut self, flag: &Flag, value: &Traced, at: Span, doubt: Option<&Why>) {
        // A stand-in accepts everything, and the first pass has reported it.
        if self.pass == Pass::OverFiles {
            return;
        }
        if let Some((_, why)) = value.first_unknown() {
            if !matches!(flag.takes, Takes::Text) {
                self.out.doubts.push(why.clone());
            }
            return;
        }
        let text = value.to_text();
        let (kind, fault) = match flag.takes {
            Takes::Duration if crate::setting::Field::by_flag(flag.name).is_some() => return,
            Takes::Duration => {
                let fault = parse_duration(value.bytes()).err().map(|e| e.trim_start_matches("time: ").to_owned());
                (FailureKind::InvalidDuration, fault)
            }
            Takes::Switch | Takes::LibrarySwitch => {
                if matches!(flag.name, "help" | "version") && is_true(&text) != Some(false) {
                    let message = format!("--{} makes the kubelet print its {} and exit", flag.name, flag.name);
                    return self.fail_unless(doubt.cloned(), FailureKind::CommandLine, message, Some(at));
                }
                (FailureKind::CommandLine, is_true(&text).is_none().then(|| "invalid syntax".to_owned()))
            }
            Takes::Integer if integer(&text).is_none() => (FailureKind::CommandLine, Some("invalid syntax".to_owned())),
            Takes::Number if text.parse::<f64>().is_err() => {
                (FailureKind::CommandLine, Some("invalid syntax".to_owned()))
            }
            Takes::Text if flag.name == "node-labels" => (FailureKind::CommandLine, super::labels::fault(&text)),
            _ => return,
        };
        if let Some(fault) = fault {
            let message = shorten(&format!("invalid argument {text:?} for \"--{}\" flag: {fault}", flag.name));
            self.fail_unless(doubt.cloned(), kind, message, Some(at));
        }
    }

    fn fail_unless(&mut self, doubt: Option<Why>, kind: FailureKind, message: String, at: Option<Span>) {
        match doubt {
            Some(why) => self.out.doubts.push(why),
            None => self.fail(kind, message, at),
        }
    }

    fn fail(&mut self, kind: FailureKind, message: String, at: Option<Span>) {
        // The kubelet exits on the first one.
        if self.out.failures.len() < MAX_FAILURES {
            self.out.failures.push(Failure::new(kind, message, at));
        }
    }
}

/// A flag with the word after it: one place, if they come in this order in one text.
pub(super) fn both(word: &Traced, value: &Traced) -> Option<Span> {
    match (word.span(), value.span()) {
        (Some(word), Some(value)) if value.text == word.text && value.start >= word.end => Some(word.to(value)),
        (word, value) => word.or(value),
    }
}

/// What Go's `strconv.ParseBool` accepts.
pub(super) fn is_true(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// A whole number as Go's `strconv.ParseInt` with base 0 reads it. Ranges are not checked; a `_` may stand anywhere.
pub(super) fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix(['+', '-']) {
        Some(digits) => (text.starts_with('-'), digits),
        None => (false, text),
    };
    let lower = digits.to_ascii_lowercase().replace('_', "");
    let (radix, digits) = if let Some(rest) = lower.strip_prefix("0x") {
        (16, rest)
    } else if let Some(rest) = lower.strip_prefix("0b") {
        (2, rest)
    } else if let Some(rest) = lower.strip_prefix("0o") {
        (8, rest)
    } else if let Some(rest) = lower.strip_prefix('0').filter(|rest| !rest.is_empty()) {
        (8, rest)
    } else {
        (10, lower.as_str())
    };
    let number = i128::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with(['+', '-']))?;
    Some(if negative { -number } else { number })
}

/// A word for a message: unknown parts as `?`, nothing that a terminal could interpret.
fn show(word: &Traced) -> String {
    const MAX_SHOWN: usize = 80;
    let mut out = String::new();
    let mut at = 0;
    for (range, _, _) in word.unknowns() {
        out.push_str(&String::from_utf8_lossy(word.bytes().get(at..range.start).unwrap_or_default()));
        out.push('?');
        at = range.end;
    }
    out.push_str(&String::from_utf8_lossy(word.bytes().get(at..).unwrap_or_default()));
    let escaped = out.escape_debug().to_string().replace("\\\"", "\"").replace("\\'", "'");
    if escaped.chars().count() > MAX_SHOWN {
        return escaped.chars().take(MAX_SHOWN).chain("...".chars()).collect();
    }
    escaped
}

#[cfg(test)]
mod tests;
