//! Ignore requests in the scanned files: where they are, what they hide, and which of them have
//! no effect.

mod comment;
mod scope;
mod structured;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::check::{self, Catalogue, Finding, Fix, Frame, Rule};
use crate::text::{Place, Source};

use super::coverage::Coverage;

use comment::Content;

pub(crate) use scope::covering;

use super::hidden::{Hidden, Why};

/// The word that a file must contain to be searched.
const MARK: &[u8] = b"kubelet-lint";
/// The offset of the dash in it.
const DASH: usize = 7;

/// The most requests that are read in one file.
const MAX_REQUESTS: usize = 1000;

/// One ignore request.
#[derive(Debug)]
struct Ignore {
    source: Arc<Source>,
    at: Range<u32>,
    scope: Range<u32>,
    content: Result<Content, String>,
    /// The rules and groups that it names and whose findings it has hidden.
    used: BTreeSet<String>,
    /// The bytes to remove with it, if it is a separate comment.
    whole: Option<Range<u32>>,
}

/// The requests of all files that were read.
#[derive(Debug, Default)]
pub(super) struct Ignores {
    list: Vec<Ignore>,
    by_path: BTreeMap<PathBuf, Vec<usize>>,
    reported: BTreeSet<PathBuf>,
}

/// True if there may be a request in these bytes.
pub(crate) fn may_ask(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    // The rarest byte of the word, which has only one case.
    while let Some(at) = memchr::memchr(MARK[DASH], rest) {
        let start = (bytes.len() - rest.len() + at).checked_sub(DASH);
        if start.and_then(|s| bytes.get(s..s + MARK.len())).is_some_and(|w| w.eq_ignore_ascii_case(MARK)) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

/// What to do about a request that has no effect.
enum Advice {
    MendOrRemove,
    GiveReason,
    MendOrPostpone,
    /// Nothing that it names was found.
    RemoveUnused,
    /// Some of what it names was not found.
    RemoveName,
}

impl Advice {
    /// The id of the rule that reports it.
    fn rule(&self) -> &'static str {
        match self {
            Self::MendOrRemove | Self::GiveReason => "invalid-ignore",
            Self::MendOrPostpone => "expired-ignore",
            Self::RemoveUnused | Self::RemoveName => "unused-ignore",
        }
    }

    fn words(&self) -> &'static str {
        match self {
            Self::MendOrRemove => "fix the comment or remove it",
            Self::GiveReason => "add a reason after the bracket; `require-reason` is set",
            Self::MendOrPostpone => "fix the finding it hid, or set a later date",
            Self::RemoveUnused => "remove the comment",
            Self::RemoveName => "remove the rule from the comment",
        }
    }
}

impl Ignores {
    /// The requests in `sources`; each source with a flag that enables findings about its requests.
    pub(super) fn read(sources: &[(Arc<Source>, bool)], rules: &Catalogue) -> Self {
        let mut out = Self::default();
        for (source, tell) in sources {
            if *tell {
                out.reported.insert(source.path().to_owned());
            }
            let list = of(source, rules);
            let known = out.by_path.entry(source.path().to_owned()).or_default();
            if known.is_empty() {
                known.extend(out.list.len()..out.list.len() + list.len());
                out.list.extend(list);
            }
        }
        out
    }

    /// What hides `finding`, if anything.
    pub(super) fn hides(&mut self, finding: &Finding, rules: &Catalogue, now: SystemTime) -> Option<Hidden> {
        let rule = finding.rule;
        let mut hidden = None;
        for place in &finding.passes {
            for n in self.by_path.get(place.source.path()).into_iter().flatten() {
                let ignore = &mut self.list[*n];
                if ignore.counts(rule, place.start, now) {
                    ignore.has_hidden(rule);
                    hidden.get_or_insert_with(|| ignore.hidden());
                }
            }
        }
        hidden.or_else(|| self.hides_inside(finding, rules, now))
    }

    /// A comment in a text that no file contains literally, such as a script in base64.
    fn hides_inside(&mut self, finding: &Finding, rules: &Catalogue, now: SystemTime) -> Option<Hidden> {
        let rule = finding.rule;
        let inside = |p: &&Place| p.source.is_derived() && may_ask(&p.source.bytes());
        let places = finding.hops.iter().map(|h| &h.place).chain(finding.runs.iter().map(|r| &r.place)).filter(inside);
        let found =
            places.flat_map(|p| of(&p.source, rules).into_iter().filter(|i| i.counts(rule, p.start, now))).next()?;
        // If a file contains it literally as well, it counts as used there.
        for known in self.list.iter_mut().filter(|k| k.content == found.content) {
            known.has_hidden(rule);
        }
        Some(found.hidden())
    }

    /// Findings about the requests themselves. Where not all uses were read, nothing is reported about requests that have
    /// hidden nothing.
    /// `policy` gives the rules in use in a file, and whether a request there needs a reason.
    pub(super) fn reported(
        &self,
        coverage: &Coverage,
        now: SystemTime,
        policy: &mut dyn FnMut(&Path) -> (Vec<&'static Rule>, bool),
    ) -> Vec<Finding> {
        let mut out = Vec::new();
        let mut last: Option<&Path> = None;
        let (mut rules, mut require_reason) = (Vec::new(), false);
        for ignore in self.list.iter().filter(|i| self.reported.contains(i.source.path())) {
            if last != Some(ignore.source.path()) {
                last = Some(ignore.source.path());
                (rules, require_reason) = policy(ignore.source.path());
            }
            let in_use = |id: &str| rules.iter().any(|r| r.is_named(id));
            let mut tell = |ignore: &Ignore, headline: String, advice: Advice| {
                if let Some(rule) = check::rule(advice.rule()).filter(|r| in_use(&r.id)) {
                    out.push(finding(rule, ignore, headline, &advice));
                }
            };
            let content = match &ignore.content {
                Ok(content) => content,
                Err(message) => {
                    tell(ignore, format!("this comment has no effect: {message}"), Advice::MendOrRemove);
                    continue;
                }
            };
            if require_reason && content.reason.is_empty() {
                tell(ignore, "this ignore comment gives no reason".to_owned(), Advice::GiveReason);
            }
            if let Some(day) = content.until.filter(|day| day.is_over(now)) {
                tell(ignore, format!("this ignore expired on {day}"), Advice::MendOrPostpone);
                continue;
            }
            let unused: Vec<_> =
                content.rules.iter().map(|r| r.as_str()).filter(|r| in_use(r) && !ignore.used.contains(*r)).collect();
            if !unused.is_empty() && coverage.has_uses_of(ignore.source.path()) {
                let names: Vec<_> = unused.iter().map(|r| format!("`{r}`")).collect();
                let all = unused.len() == content.rules.len();
                let advice = if all { Advice::RemoveUnused } else { Advice::RemoveName };
                tell(ignore, format!("no finding of {} to ignore here", names.join(" or ")), advice);
            }
        }
        out
    }
}

impl Ignore {
    /// Remembers that it hid a finding of `rule`.
    fn has_hidden(&mut self, rule: &Rule) {
        let names = self.content.iter().flat_map(|content| &content.rules).filter(|r| r.names(rule));
        self.used.extend(names.map(|r| r.as_str().to_owned()));
    }

    /// True if it hides findings of `rule` at `offset`.
    fn counts(&self, rule: &Rule, offset: u32, now: SystemTime) -> bool {
        self.content.as_ref().is_ok_and(|content| {
            self.scope.contains(&offset)
                && content.rules.iter().any(|r| r.names(rule))
                && content.until.is_none_or(|day| !day.is_over(now))
        })
    }

    fn hidden(&self) -> Hidden {
        let reason = self.content.as_ref().map(|a| a.reason.clone()).unwrap_or_default();
        Hidden { why: Why::Comment, reason, place: Some(self.place()) }
    }

    /// The text in its scope.
    fn covered(&self) -> Vec<u8> {
        let bytes = self.source.bytes();
        let (start, end) = (self.scope.start as usize, (self.scope.end as usize).min(bytes.len()));
        bytes.get(start..end).unwrap_or_default().to_vec()
    }

    fn place(&self) -> Place {
        Place { source: Arc::clone(&self.source), start: self.at.start, end: self.at.end }.first_line()
    }
}

fn finding(rule: &'static Rule, ignore: &Ignore, headline: String, advice: &Advice) -> Finding {
    let place = ignore.place();
    let fix = ignore.whole.as_ref().filter(|_| matches!(advice, Advice::RemoveUnused)).map(|whole| {
        let place = Place { source: Arc::clone(&ignore.source), start: whole.start, end: whole.end };
        Fix { place, text: String::new() }
    });
    Finding {
        raw: place.text(),
        exact: true,
        help: advice.words().to_owned(),
        fix,
        ..Finding::new(rule, headline, Frame { place, label: "this comment".to_owned() })
    }
}

/// The places of the requests in `now` that no text of `then` has. Of several equal ones those are new whose scope has
/// another text.
pub(crate) fn added(now: &Arc<Source>, then: &[Arc<Source>], rules: &Catalogue) -> Vec<Place> {
    let known = then.iter().flat_map(|source| marked(of(source, rules)));
    let mut counts: HashMap<String, HashMap<Mark, usize>> = HashMap::new();
    for (ignore, mark) in known {
        *counts.entry(format!("{:?}", ignore.content)).or_default().entry(mark).or_default() += 1;
    }
    let mut left = marked(of(now, rules));
    for exact in [true, false] {
        left.retain(|(ignore, mark)| {
            let Some(texts) = counts.get_mut(&format!("{:?}", ignore.content)) else { return true };
            let fits = if exact { texts.get_mut(mark) } else { texts.values_mut().find(|n| **n > 0) };
            let Some(count) = fits.filter(|n| **n > 0) else { return true };
            *count -= 1;
            false
        });
    }
    left.iter().map(|(ignore, _)| ignore.place()).collect()
}

/// A hash of a text.
type Mark = [u8; 32];

/// The requests, each with a mark of the text in its scope. Requests about a whole file share it.
fn marked(ignores: Vec<Ignore>) -> Vec<(Ignore, Mark)> {
    let mut known: HashMap<Range<u32>, Mark> = HashMap::new();
    let mark = |ignore: Ignore| {
        let mark = *known.entry(ignore.scope.clone()).or_insert_with(|| Sha256::digest(ignore.covered()).into());
        (ignore, mark)
    };
    ignores.into_iter().map(mark).collect()
}

/// The requests in one text.
fn of(source: &Arc<Source>, rules: &Catalogue) -> Vec<Ignore> {
    let bytes = source.bytes();
    if !may_ask(&bytes) {
        return Vec::new();
    }
    let mut out = Vec::new();
    let mut code_before = false;
    for (line, start) in source.line_starts().iter().enumerate() {
        if out.len() >= MAX_REQUESTS {
            break;
        }
        let text = source.line(line);
        for mut request in comment::requests(text) {
            let file = request.content.as_ref().is_ok_and(|a| a.file);
            if file && code_before {
                request.content = Err("`ignore-file` must come before the first line that is not a comment".to_owned());
            }
            let scope = if file { 0..bytes.len() as u32 + 1 } else { scope::scope(source, line, request.comment) };
            let at = start + request.range.start as u32..start + request.range.end as u32;
            let whole = whole(source, line, &request);
            out.push(Ignore {
                source: Arc::clone(source),
                at,
                scope,
                content: request.content,
                used: BTreeSet::new(),
                whole,
            });
        }
        code_before |= !comment::is_comment(text) && !is_frame(text);
    }
    let found = structured::requests(source);
    out.extend(found.into_iter().take(MAX_REQUESTS).map(|f| Ignore {
        source: Arc::clone(source),
        at: f.at,
        scope: f.scope,
        content: f.content,
        used: BTreeSet::new(),
        whole: None,
    }));
    for ignore in &mut out {
        let wrong =
            ignore.content.as_ref().ok().and_then(|content| content.rules.iter().find_map(|r| r.complaint(rules)));
        if let Some(message) = wrong {
            ignore.content = Err(message);
        }
    }
    out
}

/// True for lines without content: empty ones, the start of a document.
fn is_frame(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.is_empty()
        || matches!(line, b"---" | b"{" | b"<powershell>" | b"<script>")
        || line.starts_with(b"\xEF\xBB\xBF#")
}

/// The bytes to remove with a request: a comment that contains nothing else, with its line if it has one of its own.
fn whole(source: &Source, line: usize, request: &comment::Request) -> Option<Range<u32>> {
    let text = source.line(line);
    let start = *source.line_starts().get(line)?;
    let comment = &text[request.comment..request.range.start];
    let plain = matches!(comment.trim_ascii(), b"#" | b"//");
    let odd = |quote: u8| text[..request.comment].iter().fold(false, |odd, b| odd ^ (*b == quote));
    let quoted = odd(b'"') || odd(b'\'');
    if !plain || quoted || comment::requests(text).len() > 1 {
        return None;
    }
    let before = text[..request.comment].trim_ascii_end().len();
    if before == 0 {
        let end = source.line_starts().get(line + 1).copied().unwrap_or(start + text.len() as u32);
        return Some(start..end);
    }
    Some(start + before as u32..start + text.len() as u32)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{MAX_REQUESTS, of};
    use crate::check::Catalogue;
    use crate::text::Source;

    #[test]
    fn an_unknown_rule_is_reported() {
        let source = Source::new("/a.yaml", b"a: # kubelet-lint: ignore[replaced-zer]\n".to_vec());
        let found = of(&Arc::new(source), &Catalogue::default());
        let content = found[0].content.as_ref().err().map(String::as_str);
        assert_eq!(content, Some("unknown rule `replaced-zer`: did you mean `replaced-zero`?"));
    }

    #[test]
    fn a_file_of_nothing_but_requests_is_read_up_to_a_bound() {
        let line = "a: # kubelet-lint: ignore[replaced-zero]\n";
        for text in [line.repeat(20_000), line.trim_end().repeat(20_000), " ".repeat(1 << 20) + line] {
            let found = of(&Arc::new(Source::new("/a.yaml", text.into_bytes())), &Catalogue::default());
            assert!(!found.is_empty() && found.len() <= MAX_REQUESTS + 20, "{}", found.len());
        }
    }
}
