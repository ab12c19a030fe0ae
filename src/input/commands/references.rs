//! What the file of a command gives to the references in it that its shell does not read: `${{ matrix.idle }}`, `$(IDLE)` of make
//! and of Azure, `{{.IDLE}}` of Task and just, `<< parameters.idle >>`, `$[[ inputs.idle ]]`; and the commands in a Jenkinsfile.

use std::ops::Range;

use super::{CommandReader, launches};
use crate::input::job_scopes::{Jobs, Scope};
use crate::input::references::{referenced, values_of};
use crate::input::template_text::trimmed;
use crate::input::yaml_files;
use crate::node::{Cx, under};
use crate::syntax::Node;
use crate::text::{Span, Traced, View, Why, budget, holds};
use crate::value::{Condition, Guard};

/// The most ways to fill in one text.
const MAX_WAYS: usize = 8;
/// The most references in one text.
const MAX_MARKS: usize = 1_000;
/// The most bytes of a reference.
const MAX_LENGTH: usize = 256;
/// The most bytes that are searched for the values of one file.
const MAX_SEARCHED: usize = 64 << 20;
/// What it takes to pass one variable to a command.
const PASS: usize = 200;

/// The marks around a reference, and whether one without a value is unknown; else the shell reads it.
const MARKS: &[(&[u8], &[u8], bool)] = &[
    (b"${{", b"}}", true),
    (b"{{", b"}}", true),
    (b"<<", b">>", true),
    (b"$[[", b"]]", true),
    (b"$(", b")", false),
    (b"${", b"}", false),
];

/// Keys of YAML files whose entries are variables of the commands in them.
const VARIABLES: &[&str] = &["env", "environment", "variables"];

/// True for a text that a CI system fills in before it becomes a variable.
fn marked(text: &Traced) -> bool {
    yaml_files::holds(text.bytes(), b"${")
        || yaml_files::holds(text.bytes(), b"{{")
        || yaml_files::holds(text.bytes(), b"$(")
}

impl CommandReader {
    /// Collects the variables that a YAML file passes to commands.
    pub(super) fn gather(&mut self, tree: &Node, jobs: &Jobs<'_>) {
        for (key, value) in tree.pairs() {
            if key.as_str().is_some_and(|k| VARIABLES.contains(&k)) {
                for (name, value) in value.pairs() {
                    if let Some(text) = name.as_str() {
                        // `IDLE: {value: 0s, description: …}` of GitLab.
                        let value = value.get("value").unwrap_or(value);
                        let open = |text: &Traced| marked(text) || text.has_unknown();
                        let given =
                            |text: Traced| if open(&text) { self.given(&self.written(value)) } else { Some(text) };
                        let known = value.as_scalar().map(|s| s.text.clone()).and_then(given);
                        let line = self.line(name.span, jobs).filter(|_| self.passed.len() < MAX_MARKS);
                        let scope = line.map_or(Scope::Open, |line| jobs.scope(line, false));
                        self.passed.entry(text.to_owned()).or_default().push((scope, known));
                    }
                }
            }
            self.gather(value, jobs);
        }
        tree.items().iter().for_each(|item| self.gather(item, jobs));
    }

    /// The line of a place in the file, counted from 0.
    fn line(&self, at: Span, jobs: &Jobs<'_>) -> Option<usize> {
        self.file.as_ref().filter(|file| file.id == at.text).map(|_| jobs.line_of(at.range().start))
    }

    /// Sets the variables that the file passes to the commands at a place. One with several values is unknown.
    pub(super) fn pass(&mut self, at: Option<Span>, jobs: &Jobs<'_>) {
        let sites = at.and_then(|at| self.line(at, jobs)).map_or_else(Vec::new, |line| jobs.sites(line));
        self.variables.clear();
        if !budget::spend(PASS * self.passed.values().map(Vec::len).sum::<usize>()) {
            return;
        }
        for (name, all) in &self.passed {
            let seen = jobs.seen(all.iter().map(|(scope, _)| scope), &sites);
            let mut seen =
                all.iter().zip(seen).filter(|(_, seen)| *seen || sites.is_empty()).map(|((_, value), _)| value);
            let Some(first) = seen.next() else { continue };
            let bytes = |value: &Option<Traced>| value.as_ref().map(|text| text.bytes().to_vec());
            let one = seen.all(|other| bytes(other) == bytes(first));
            self.variables.insert(name.clone(), first.clone().filter(|_| one));
        }
    }

    /// A value as it stands in the file, without quotes.
    fn written(&self, value: &Node) -> Traced {
        let Some(file) = self.file.as_ref().filter(|file| file.id == value.span.text) else { return Traced::new() };
        let text = file.traced(value.span.range());
        trimmed(&text, &|b| matches!(b, b'"' | b'\'' | b' '), true, true)
    }

    /// What the file gives to a reference, if that is a single value.
    pub(super) fn given(&self, mark: &Traced) -> Option<Traced> {
        let file = self.file.as_ref()?;
        match &self.values_in(file, referenced(mark.known_str()?)?, mark.span())[..] {
            [value] => Some(file.traced(value.clone())),
            _ => None,
        }
    }

    /// The values that a file gives to a name at a place, as long as this search does not take too long.
    fn values_in(&self, file: &View, name: &str, at: Option<Span>) -> Vec<Range<usize>> {
        self.searched.set(self.searched.get().saturating_add(file.bytes.len()));
        if self.searched.get() > MAX_SEARCHED {
            budget::reached("references of one file");
            return Vec::new();
        }
        let used = at.filter(|at| at.text == file.id).map_or(0, |at| at.range().start);
        values_of(file.as_str().unwrap_or_default(), name, used).into_iter().map(|(value, _)| value).collect()
    }

    /// The commands in a Jenkinsfile.
    pub(super) fn jenkins(&mut self, file: &View, cx: &mut Cx<'_>) {
        for text in of_jenkins(file) {
            self.filled_in(&text, file, true, cx);
        }
    }

    /// Commands that launch machines, with what the file gives to them.
    pub(super) fn launched(&mut self, text: &Traced, at: Span, file: &View) {
        for (when, text) in filled_in(text, file, self, false) {
            let group = launches::group(&self.name, &text, at, &self.variables);
            self.groups.extend(under(Vec::from_iter(group), &when));
        }
    }

    /// Commands of a file, with what the file gives to them.
    pub(super) fn filled_in(&mut self, text: &Traced, file: &View, every: bool, cx: &mut Cx<'_>) {
        let Some(at) = text.span() else { return };
        for (when, text) in filled_in(text, file, self, every) {
            let (known, from) = (self.variables.clone(), self.groups.len());
            self.text(&text, at, 0, cx);
            self.variables = known;
            self.hold(from, &when);
        }
    }
}

/// The references in a text.
fn marks(bytes: &[u8]) -> Vec<(Range<usize>, bool)> {
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(next) = bytes[at..].iter().position(|b| matches!(b, b'$' | b'{' | b'<')).map(|n| at + n) {
        let found = MARKS.iter().find_map(|(open, close, sure)| {
            let rest = bytes[next..].strip_prefix(*open)?;
            let near = &rest[..rest.len().min(MAX_LENGTH)];
            let line = near.split(|b| *b == b'\n').next().unwrap_or_default();
            let length = memchr::memmem::find(line, close)?;
            // A here-document also begins with `<<`.
            let named = open[0] != b'<' || holds(&line[..length], b"parameters.");
            named.then_some((open.len() + length + close.len(), *sure))
        });
        at = match found {
            Some((length, sure)) => {
                out.push((next..next + length, sure));
                next + length
            }
            None => next + 1,
        };
    }
    budget::at_most(out, MAX_MARKS, "references in one text").collect()
}

/// The text with what the file gives to its references: once for each value of those with several, under a condition. `every` is
/// true where the shell sets no variables of its own, so that `${NAME}` is one of the file.
fn filled_in(text: &Traced, file: &View, reader: &CommandReader, every: bool) -> Vec<(Guard, Traced)> {
    let marks = marks(text.bytes());
    let mut ways = vec![(Guard::always(), Vec::new())];
    let whole = file.as_str().unwrap_or_default();
    let mut named: Vec<(String, Vec<Range<usize>>, bool)> = Vec::new();
    for (range, _) in &marks {
        let mark = text.slice(range.clone());
        let Some(mark) = mark.known_str().filter(|mark| every || !mark.starts_with("${") || mark.starts_with("${{"))
        else {
            continue;
        };
        let Some(own) = referenced(mark).filter(|own| named.iter().all(|(known, ..)| known != own)) else { continue };
        let values = reader.values_in(file, own, text.slice(range.clone()).span());
        // Who starts a pipeline may give another value, and so may a template in YAML that is not one of Task.
        let template = !every && mark.starts_with("{{") && !mark.trim_start_matches(['{', ' ']).starts_with('.');
        let open = template || ["inputs.", "parameters.", "params."].iter().any(|words| mark.contains(words));
        named.push((own.to_owned(), values, open));
    }
    for (n, (own, values, open)) in named.iter().enumerate() {
        if values.is_empty() || values.len() * ways.len() > MAX_WAYS {
            for (_, chosen) in &mut ways {
                chosen.push(None);
            }
            continue;
        }
        let with = |(guard, chosen): &(Guard, Vec<Option<Range<usize>>>), value: &Range<usize>| {
            let words = format!("{own} is {}", whole.get(value.clone()).unwrap_or_default());
            let own = Guard::of(Condition::within(reader.name.as_str(), words, true));
            let guard = if *open || values.len() > 1 { guard.and(&own)? } else { guard.clone() };
            debug_assert_eq!(chosen.len(), n);
            Some((guard, chosen.iter().cloned().chain([Some(value.clone())]).collect()))
        };
        ways = ways.iter().flat_map(|way| values.iter().filter_map(move |value| with(way, value))).collect();
    }
    let fill = |chosen: &[Option<Range<usize>>]| {
        let (mut out, mut done) = (Traced::new(), 0);
        for (range, sure) in &marks {
            let mark = text.slice(range.clone());
            let own = mark.known_str().and_then(referenced);
            let at = own.and_then(|own| named.iter().position(|(known, ..)| known == own));
            let value = at.and_then(|at| chosen.get(at)?.clone()).filter(|_| every || *sure || mark.bytes()[1] == b'(');
            let (Some(span), true) = (mark.span(), value.is_some() || *sure) else { continue };
            out.push(&text.slice(done..range.start));
            done = range.end;
            match value {
                Some(value) => out.push(&file.traced(value)),
                None => out.push_unknown(span, Why::FromOutside(mark.to_text().into_owned().into())),
            }
        }
        out.push(&text.slice(done..text.len()));
        out
    };
    ways.into_iter().map(|(guard, chosen)| (guard, fill(&chosen))).collect()
}

/// The commands in a Jenkinsfile: the texts of `sh`.
fn of_jenkins(file: &View) -> Vec<Traced> {
    let bytes = &file.bytes;
    let mut out = Vec::new();
    for at in memchr::memmem::find_iter(bytes, b"sh").take(MAX_MARKS) {
        let before = at.checked_sub(1).and_then(|n| bytes.get(n));
        if before.is_some_and(|b| !b.is_ascii_whitespace() && !matches!(b, b'{' | b';' | b'=' | b'(')) {
            continue;
        }
        let mut from = at + 2;
        let skip = |from: usize, wanted: &[u8]| {
            let rest = bytes.get(from..).unwrap_or_default();
            from + rest.iter().take_while(|b| wanted.contains(b)).count()
        };
        from = skip(from, b" \t(\n");
        if bytes[from..].starts_with(b"script:") {
            from = skip(from + b"script:".len(), b" \t");
        }
        let quotes: [&[u8]; 4] = [b"\"\"\"", b"'''", b"\"", b"'"];
        let Some(quote) = quotes.into_iter().find(|quote| bytes[from..].starts_with(quote)) else { continue };
        let start = from + quote.len();
        if let Some(length) = memchr::memmem::find(&bytes[start..], quote) {
            out.push(file.traced(start..start + length));
        }
    }
    out
}
