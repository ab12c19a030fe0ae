//! GNU sed, as far as boot scripts use it: `s`, `d`, `a`, `i` and `c` with addresses. Everything else is not followed.

use regex::bytes::{Regex, RegexBuilder};

use crate::text::{Traced, Why};

/// The most commands of one script.
const MAX_COMMANDS: usize = 64;

/// Texts with more lines are not edited.
const MAX_LINES: usize = 5_000;

/// The most bytes that a compiled pattern may take.
const MAX_PATTERN: usize = 1 << 18;

/// How sed was called.
#[derive(Debug, Default)]
pub(super) struct Call {
    scripts: Vec<Traced>,
    /// `-n`
    quiet: bool,
    /// `-E`, `-r`
    extended: bool,
    /// `-i`
    pub(super) in_place: bool,
    /// The files.
    pub(super) files: Vec<Traced>,
}

#[derive(Debug)]
enum Address {
    Line(usize),
    Last,
    Match(Regex),
}

#[derive(Debug)]
enum Verb {
    Substitute { pattern: Regex, with: Vec<Part>, all: bool },
    Delete,
    Append(Traced),
    Insert(Traced),
    Change(Traced),
}

#[derive(Debug)]
enum Part {
    Text(Traced),
    Group(usize),
}

#[derive(Debug)]
struct Command {
    from: Option<Address>,
    to: Option<Address>,
    negated: bool,
    verb: Verb,
}

/// Reads the arguments. `None` if one of them is not modelled.
pub(super) fn call(words: &[Traced]) -> Option<Call> {
    let mut call = Call::default();
    let mut operands = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let text = word.to_text().into_owned();
        match text.as_str() {
            "--in-place" => call.in_place = true,
            "--quiet" | "--silent" => call.quiet = true,
            "--regexp-extended" => call.extended = true,
            "--expression" => call.scripts.push(rest.next()?.clone()),
            _ if text.starts_with("--in-place=") => call.in_place = true,
            _ if text.starts_with("--expression=") => {
                call.scripts.push(word.slice("--expression=".len()..word.len()));
            }
            _ if text.starts_with("--") => return None,
            _ if text.starts_with('-') && text.len() > 1 => {
                for (at, letter) in text.char_indices().skip(1) {
                    match letter {
                        'n' => call.quiet = true,
                        'E' | 'r' => call.extended = true,
                        'i' => {
                            // What follows is the suffix of a copy.
                            call.in_place = true;
                            break;
                        }
                        'e' => {
                            let script = word.slice(at + 1..word.len());
                            call.scripts.push(if script.is_empty() { rest.next()?.clone() } else { script });
                            break;
                        }
                        _ => return None,
                    }
                }
            }
            _ => operands.push(word.clone()),
        }
    }
    if call.scripts.is_empty() {
        if operands.is_empty() {
            return None;
        }
        call.scripts.push(operands.remove(0));
    }
    call.files = operands;
    Some(call)
}

/// What `call` makes of `text`. `None` if it is not modelled, or if something unknown decides it.
pub(super) fn edit(call: &Call, text: &Traced) -> Option<Traced> {
    if call.quiet {
        return None;
    }
    let mut commands = Vec::new();
    for script in &call.scripts {
        Reader { text: script, bytes: script.bytes(), at: 0, extended: call.extended }.commands(&mut commands)?;
    }
    let mut lines = text.split(b"\n");
    let ends = lines.last().is_some_and(Traced::is_empty);
    if ends {
        lines.pop();
    }
    if lines.len() > MAX_LINES {
        return None;
    }
    let count = lines.len();
    let at = text.span().or_else(|| call.scripts.first().and_then(Traced::span))?;
    let newline = Traced::made("\n", at);
    let mut inside = vec![false; commands.len()];
    let mut out: Vec<Traced> = Vec::new();
    for (number, line) in lines.into_iter().enumerate() {
        let mut line = line;
        let mut after = Vec::new();
        let mut deleted = false;
        for (index, command) in commands.iter().enumerate() {
            if !command.selects(&line, number + 1, count, &mut inside[index])? {
                continue;
            }
            match &command.verb {
                Verb::Substitute { pattern, with, all } => line = substitute(&line, pattern, with, *all)?,
                Verb::Delete => deleted = true,
                Verb::Append(text) => after.push(text.clone()),
                Verb::Insert(text) => out.push(text.clone()),
                Verb::Change(text) => {
                    out.push(text.clone());
                    deleted = true;
                }
            }
            if deleted {
                break;
            }
        }
        if !deleted {
            out.push(line);
        }
        out.append(&mut after);
    }
    let mut whole = Traced::join(&out, &newline);
    if ends && !out.is_empty() {
        whole.push(&newline);
    }
    Some(whole)
}

/// Why the result of an edit is not known.
pub(super) fn unknown() -> Why {
    Why::NotUnderstood("sed".into())
}

impl Command {
    fn selects(&self, line: &Traced, number: usize, count: usize, inside: &mut bool) -> Option<bool> {
        let hit = |address: &Address| match address {
            Address::Line(n) => Some(*n == number),
            Address::Last => Some(number == count),
            Address::Match(regex) => is_match(regex, line),
        };
        let selected = match (&self.from, &self.to) {
            (None, _) => true,
            (Some(from), None) => hit(from)?,
            (Some(from), Some(to)) => {
                if *inside {
                    let past = matches!(to, Address::Line(n) if *n <= number);
                    *inside = !(past || hit(to)?);
                    true
                } else if hit(from)? {
                    *inside = !matches!(to, Address::Line(n) if *n <= number) && number < count;
                    true
                } else {
                    false
                }
            }
        };
        Some(selected != self.negated)
    }
}

/// Whether a line matches. Where a part of it is not known, the answer must not hang on that part.
fn is_match(regex: &Regex, line: &Traced) -> Option<bool> {
    let answer = regex.is_match(line.bytes());
    if line.has_hole() {
        for stand_in in ["", "x", "0 y=\"z\"/"] {
            if regex.is_match(&with_stand_in(line, stand_in)) != answer {
                return None;
            }
        }
    }
    Some(answer)
}

fn with_stand_in(line: &Traced, stand_in: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for (range, piece) in line.ranges() {
        if matches!(piece.whence, crate::text::Whence::Hole(..)) {
            out.extend_from_slice(stand_in.as_bytes());
        } else {
            out.extend_from_slice(&line.bytes()[range]);
        }
    }
    out
}

fn substitute(line: &Traced, pattern: &Regex, with: &[Part], all: bool) -> Option<Traced> {
    if !is_match(pattern, line)? {
        return Some(line.clone());
    }
    let mut out = Traced::new();
    let mut from = 0;
    for captures in pattern.captures_iter(line.bytes()).take(if all { usize::MAX } else { 1 }) {
        let whole = captures.get(0)?;
        out.push(&line.slice(from..whole.start()));
        for part in with {
            match part {
                Part::Text(text) => out.push(text),
                Part::Group(n) => {
                    if let Some(group) = captures.get(*n) {
                        out.push(&line.slice(group.range()));
                    }
                }
            }
        }
        from = whole.end();
    }
    out.push(&line.slice(from..line.len()));
    Some(out)
}

struct Reader<'a> {
    text: &'a Traced,
    bytes: &'a [u8],
    at: usize,
    extended: bool,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|b| matches!(b, b' ' | b'\t')) {
            self.at += 1;
        }
    }

    fn commands(&mut self, out: &mut Vec<Command>) -> Option<()> {
        loop {
            while self.peek().is_some_and(|b| b.is_ascii_whitespace() || b == b';') {
                self.at += 1;
            }
            if self.peek().is_none() {
                return Some(());
            }
            if out.len() >= MAX_COMMANDS {
                return None;
            }
            let from = self.address()?;
            let mut to = None;
            self.blanks();
            if from.is_some() && self.peek() == Some(b',') {
                self.at += 1;
                self.blanks();
                to = Some(self.address()??);
            }
            self.blanks();
            let negated = self.peek() == Some(b'!');
            self.at += usize::from(negated);
            self.blanks();
            let verb = self.verb()?;
            out.push(Command { from, to, negated, verb });
        }
    }

    /// `Some(None)` if none stands here.
    #[expect(clippy::option_option, reason = "not modelled, absent and present are three things")]
    fn address(&mut self) -> Option<Option<Address>> {
        Some(match self.peek()? {
            b'$' => {
                self.at += 1;
                Some(Address::Last)
            }
            b'0'..=b'9' => {
                let length = self.bytes[self.at..].iter().take_while(|b| b.is_ascii_digit()).count();
                let number = std::str::from_utf8(&self.bytes[self.at..self.at + length]).ok()?.parse().ok()?;
                self.at += length;
                Some(Address::Line(number))
            }
            b'/' => {
                self.at += 1;
                let pattern = self.until(b'/')?;
                let ignore = self.peek() == Some(b'I');
                self.at += usize::from(ignore);
                Some(Address::Match(self.regex(&pattern, b'/', ignore)?))
            }
            _ => None,
        })
    }

    /// The text up to an unescaped `delimiter`, which is taken. In a bracket expression it counts too, as in GNU sed.
    fn until(&mut self, delimiter: u8) -> Option<Traced> {
        let from = self.at;
        loop {
            match self.peek()? {
                b'\\' => self.at += 2,
                byte if byte == delimiter => {
                    let text = self.text.slice(from..self.at);
                    self.at += 1;
                    return Some(text);
                }
                _ => self.at += 1,
            }
        }
    }

    fn verb(&mut self) -> Option<Verb> {
        let letter = self.peek()?;
        self.at += 1;
        match letter {
            b's' => {
                let delimiter = self.peek()?;
                self.at += 1;
                let pattern = self.until(delimiter)?;
                let with = self.until(delimiter)?;
                let (mut all, mut ignore) = (false, false);
                loop {
                    match self.peek() {
                        Some(b'g') => all = true,
                        Some(b'i' | b'I') => ignore = true,
                        None | Some(b';' | b'\n' | b' ' | b'}') => break,
                        Some(_) => return None,
                    }
                    self.at += 1;
                }
                let pattern = self.regex(&pattern, delimiter, ignore)?;
                Some(Verb::Substitute { pattern, with: replacement(&with, delimiter)?, all })
            }
            b'd' => Some(Verb::Delete),
            b'a' => Some(Verb::Append(self.lines())),
            b'i' => Some(Verb::Insert(self.lines())),
            b'c' => Some(Verb::Change(self.lines())),
            _ => None,
        }
    }

    /// The text of `a`, `i` and `c`, to the end of the line.
    fn lines(&mut self) -> Traced {
        self.blanks();
        if self.peek() == Some(b'\\') {
            self.at += 1;
            if self.peek() == Some(b'\n') {
                self.at += 1;
            }
        }
        let from = self.at;
        while let Some(byte) = self.peek() {
            match byte {
                b'\n' => break,
                b'\\' => self.at = (self.at + 2).min(self.bytes.len()),
                _ => self.at += 1,
            }
        }
        unescaped(&self.text.slice(from..self.at))
    }

    fn regex(&self, pattern: &Traced, delimiter: u8, ignore: bool) -> Option<Regex> {
        let text = pattern.known_str()?;
        if text.is_empty() {
            return None;
        }
        RegexBuilder::new(&translated(text, delimiter, self.extended)?)
            .case_insensitive(ignore)
            .size_limit(MAX_PATTERN)
            .build()
            .ok()
    }
}

/// Text with `\n` and `\t` made and other backslashes taken off.
fn unescaped(text: &Traced) -> Traced {
    let bytes = text.bytes();
    let mut out = Traced::new();
    let mut from = 0;
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] != b'\\' {
            at += 1;
            continue;
        }
        out.push(&text.slice(from..at));
        let control = match bytes.get(at + 1) {
            Some(b'n') => Some(b"\n"),
            Some(b't') => Some(b"\t"),
            _ => None,
        };
        if let (Some(control), Some(span)) = (control, text.slice(at..at + 2).span()) {
            out.push_made(control, span);
            from = at + 2;
        } else {
            from = at + 1;
        }
        at += 2;
    }
    out.push(&text.slice(from..bytes.len()));
    out
}

/// The right side of `s`.
fn replacement(text: &Traced, delimiter: u8) -> Option<Vec<Part>> {
    let bytes = text.bytes();
    let mut out = Vec::new();
    let mut from = 0;
    let mut at = 0;
    let push = |out: &mut Vec<Part>, from: usize, to: usize| {
        if to > from {
            out.push(Part::Text(text.slice(from..to)));
        }
    };
    while at < bytes.len() {
        match bytes[at] {
            b'&' => {
                push(&mut out, from, at);
                out.push(Part::Group(0));
                at += 1;
                from = at;
            }
            b'\\' => {
                push(&mut out, from, at);
                let next = *bytes.get(at + 1)?;
                from = at + 2;
                match next {
                    b'0'..=b'9' => out.push(Part::Group(usize::from(next - b'0'))),
                    b'n' => out.push(Part::Text(Traced::made("\n", text.slice(at..at + 2).span()?))),
                    b't' => out.push(Part::Text(Traced::made("\t", text.slice(at..at + 2).span()?))),
                    _ if next == delimiter || !next.is_ascii_alphanumeric() => from = at + 1,
                    _ => return None,
                }
                at += 2;
            }
            _ => at += 1,
        }
    }
    push(&mut out, from, bytes.len());
    Some(out)
}

/// A POSIX pattern, basic or extended, as the regex crate writes it. `None` for what it cannot say.
fn translated(pattern: &str, delimiter: u8, extended: bool) -> Option<String> {
    let mut out = String::new();
    let mut chars = pattern.char_indices().peekable();
    // Where an anchor or a plain star may stand.
    let mut start = true;
    while let Some((at, c)) = chars.next() {
        let was_start = std::mem::take(&mut start);
        match c {
            '\\' => {
                let (_, next) = chars.next()?;
                match next {
                    '(' | '|' if !extended => {
                        out.push(next);
                        start = true;
                    }
                    ')' | '{' | '}' | '+' | '?' if !extended => out.push(next),
                    'n' => out.push('\n'),
                    't' => out.push('\t'),
                    's' | 'S' | 'w' | 'W' | 'b' | 'B' => {
                        out.push('\\');
                        out.push(next);
                    }
                    '<' | '>' => out.push_str("\\b"),
                    next if next.is_ascii_alphanumeric() => return None,
                    // An escaped delimiter is the character itself; where that is special, sed's versions differ.
                    next if next as u32 == u32::from(delimiter) && "*.[]^$+?(){}|".contains(next) => return None,
                    next => out.push_str(&regex::escape(&next.to_string())),
                }
            }
            '[' => {
                let (set, length) = bracket(&pattern[at..])?;
                out.push_str(&set);
                while chars.peek().is_some_and(|(n, _)| *n < at + length) {
                    chars.next();
                }
            }
            '*' if was_start => out.push_str("\\*"),
            '^' if !was_start && !extended => out.push_str("\\^"),
            '$' if !extended
                && !pattern[at + 1..].is_empty()
                && !pattern[at + 1..].starts_with("\\)")
                && !pattern[at + 1..].starts_with("\\|") =>
            {
                out.push_str("\\$");
            }
            '^' => {
                out.push('^');
                start = true;
            }
            '(' | '|' if extended => {
                out.push(c);
                start = true;
            }
            '(' | ')' | '{' | '}' | '+' | '?' | '|' if !extended => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    Some(out)
}

/// A bracket expression, which `text` starts with, and its length in bytes.
fn bracket(text: &str) -> Option<(String, usize)> {
    let mut out = String::from("[");
    let mut at = 1;
    if text[at..].starts_with('^') {
        out.push('^');
        at += 1;
    }
    let first = at;
    loop {
        let c = text[at..].chars().next()?;
        if c == ']' && at > first {
            out.push(']');
            return Some((out, at + 1));
        }
        if text[at..].starts_with("[:") {
            let close = text[at..].find(":]")? + 2;
            out.push_str(&text[at..at + close]);
            at += close;
            continue;
        }
        if matches!(c, '\\' | '[' | ']' | '&' | '~' | '^') {
            out.push('\\');
        }
        out.push(c);
        at += c.len_utf8();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::text::{Source, Texts};

    fn text(text: &str) -> Traced {
        let mut texts = Texts::new();
        let id = texts.add_source(Arc::new(Source::new("/f", text.as_bytes())));
        texts.view(id).traced(0..text.len())
    }

    /// Recorded from GNU sed 4.9.
    #[test]
    fn edits_as_gnu_sed_does() {
        for (arguments, input, want) in [
            (vec!["s/b/X/"], "abb\n", Some("aXb\n")),
            (vec!["s/b/X/g"], "abb\nb", Some("aXX\nX")),
            (vec!["s|^A=.*|& --x|"], "A=1\nB=A=2\n", Some("A=1 --x\nB=A=2\n")),
            (vec![r#"s/K=$2/K="$2 --x"/"#], "K=$2\n", Some("K=\"$2 --x\"\n")),
            (vec![r"s/(b)+/X/;s/\(a\)X/\1&/"], "a(b)+c\n", Some("aaXc\n")),
            (vec!["-E", r"s/(b)+/<\1>/"], "abbc\n", Some("a<b>c\n")),
            (vec![r"/^set/a\\nsource x"], "set -e\nb\n", Some("set -e\n\nsource x\nb\n")),
            (vec![r#"/"api*/a \ \ "key": v,"#], "{\n\"api\"\n}\n", Some("{\n\"api\"\n  \"key\": v,\n}\n")),
            (vec![r"/b/i\tx"], "a\nb\n", Some("a\ntx\nb\n")),
            (vec!["/b/c new"], "a\nb\nc\n", Some("a\nnew\nc\n")),
            (vec!["-e", "2d", "-e", "$d"], "a\nb\nc\n", Some("a\n")),
            (vec!["2,/c/d"], "a\nb\nc\nd\n", Some("a\nd\n")),
            (vec!["/b/!d"], "a\nb\n", Some("b\n")),
            (vec![r"s#[/\]#.#g"], "a/b\\c\n", Some("a.b.c\n")),
            (vec!["s/[[:space:]]*$//"], "a  \n", Some("a\n")),
            (vec!["s/a*/x/g"], "baac\n", Some("xbxcx\n")),
            (vec!["s/A/x/I"], "a\n", Some("x\n")),
            (vec!["p"], "a\n", None),
            (vec!["-n", "s/a/b/p"], "a\n", None),
            (vec![r"s/\(a\)\1/b/"], "aa\n", None),
        ] {
            let words: Vec<_> = arguments.iter().map(|a| text(a)).collect();
            let got = call(&words).and_then(|c| edit(&c, &text(input)));
            assert_eq!(got.map(|t| t.to_text().into_owned()).as_deref(), want, "{arguments:?}");
        }
    }

    #[test]
    fn no_script_does_harm() {
        for script in [
            "",
            "s",
            "s/",
            "s/a",
            "s/a/b",
            "s/[/x/",
            "s/[[:/x/",
            r"s/\",
            "/a",
            "1,",
            "a",
            "a\\",
            "$!",
            "é",
            "s/[]/x/",
            "s/é/è/g",
        ] {
            for end in 0..=script.len() {
                if script.is_char_boundary(end) {
                    let _ = call(&[text(&script[..end])]).map(|c| edit(&c, &text("é\nb\n")));
                }
            }
        }
    }
}
