//! Files with lines of a template language that another tool follows: `{{- if .Proxy }}`, `{% for pool in pools %}`,
//! `<% end %>`, `#@ if x:`. Each way through the conditions is read, with what it leaves out as white space, so that no byte moves. What
//! only some ways describe holds under their conditions. A loop runs. A line that adds something, such as `{{ include "labels" . }}`, is
//! left out where YAML cannot be read with it, and what it adds is unknown; a file in which a line does anything else is left as it is.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::node::{Cx, NodeGroup};
use crate::setting::shorten;
use crate::syntax::yaml;
use crate::text::{View, Why, holds};
use crate::value::{Condition, Guard};

use super::group_text::print;
use super::helm;
use super::manifests;
use super::standalone::{is_user_data, shebang};
use super::unit::{Input, Unit, has_extension};

/// The kinds of input that read files which another tool fills in. The others follow templates themselves, or none.
const INPUTS: [&str; 6] = ["cloudformation", "manifest", "script", "text", "user-data", "runtime"];

/// The most conditions of one file whose answers are followed in all combinations. Others are taken to hold; of these, so many.
const MAX_CONDITIONS: usize = 3;
const MAX_OTHERS: usize = 16;

/// The largest file that is read several times, in bytes.
const MAX_BYTES: usize = 256 << 10;

/// The most lines of one file that are left out although they add something.
const MAX_LEFT_OUT: usize = 16;

/// The deepest nesting, and the most lines of the language.
const MAX_DEPTH: usize = 16;
const MAX_LINES: usize = 1_000;

/// The longest condition that is shown, in characters.
const MAX_WORDS: usize = 60;

/// The marks around the lines of a language.
const MARKS: [(&str, &str); 5] = [("{{", "}}"), ("{%", "%}"), ("<%", "%>"), ("%{", "}"), ("${", "}")];

/// The mark of ytt, up to the end of its line.
const YTT: &str = "#@";

/// What a line of the language does.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    /// It begins a part that depends on a condition.
    If(String),
    /// It begins a part that depends on another one.
    ElseIf(String),
    Else,
    /// It begins a part that is always there.
    Open,
    /// It begins a part that is somewhere else.
    Never,
    End,
    /// It leaves nothing behind.
    Nothing,
}

/// What a line does; `None` if that is beyond this, or if it is no such line. The second is true for the former.
fn line_of(line: &str) -> (Option<Line>, bool) {
    let line = line.trim();
    if let Some(inner) = line.strip_prefix(YTT) {
        return (Some(of_ytt(inner)), true);
    }
    if line.starts_with("{#") && line.ends_with("#}") {
        return (Some(Line::Nothing), true);
    }
    let Some((open, close)) = MARKS.into_iter().find(|(open, _)| line.starts_with(open)) else { return (None, false) };
    let Some(inner) = line.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) else { return (None, false) };
    // A value may stand in front of another one.
    if inner.contains(open) && open != "${" || open == "%{" && inner.contains('}') {
        return (None, false);
    }
    let inner = inner.trim_matches(['-', '~', '=', '+']).trim();
    let comment =
        inner.starts_with(['/', '#', '!']) && (open != "{{" || inner.starts_with("/*") || inner.starts_with('!'));
    let (first, rest) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
    let rest = rest.split_whitespace().collect::<Vec<_>>().join(" ");
    let rest = rest.trim_end_matches(" then").trim_end_matches(':').to_owned();
    let line = match first {
        _ if open == "${" => return (None, true),
        _ if comment => Line::Nothing,
        "if" | "#if" => Line::If(rest),
        "unless" | "#unless" => Line::If(format!("not ({rest})")),
        "elif" | "elsif" | "elseif" => Line::ElseIf(rest),
        "else" => match rest.strip_prefix("if ") {
            Some(rest) => Line::ElseIf(rest.to_owned()),
            None => Line::Else,
        },
        "end" | "endif" | "endfor" | "endwith" | "endunless" | "}" => Line::End,
        "range" | "for" | "with" | "each" | "#each" | "#with" => Line::Open,
        _ if open == "{{" && first.len() > 1 && first.starts_with('/') => Line::End,
        _ if open == "<%" && (inner.ends_with(" do") || inner.ends_with('|') && inner.contains(" do |")) => Line::Open,
        "set" if open == "{%" && rest.contains('=') => Line::Nothing,
        _ if open == "{{" && first.starts_with('$') && (rest.starts_with(":=") || rest.starts_with("= ")) => {
            Line::Nothing
        }
        _ if open == "<%" && rest.starts_with("= ") && !line.starts_with("<%=") => Line::Nothing,
        _ => return (None, true),
    };
    (Some(line), true)
}

/// What a line of ytt does. Annotations of what follows have no space in front.
fn of_ytt(inner: &str) -> Line {
    let words = inner.trim().trim_end_matches(':');
    let (first, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    match first {
        _ if !inner.starts_with(' ') => Line::Nothing,
        "if" => Line::If(rest.trim().to_owned()),
        "elif" => Line::ElseIf(rest.trim().to_owned()),
        "else" => Line::Else,
        "for" | "while" => Line::Open,
        "def" => Line::Never,
        "end" => Line::End,
        _ => Line::Nothing,
    }
}

/// Where a line has a value that ytt fills in: `name: #@ data.values.name`.
fn value_of_ytt(line: &str) -> Option<Range<usize>> {
    let line = line.trim_end();
    let at = line.find("#@ ")?;
    line.get(..at)?.trim_end().ends_with([':', '-']).then_some(at..line.len())
}

/// Where a line has a key that is filled in: `{{ .name }}: x`, which YAML takes for a map.
fn filled_in_key(line: &str) -> Option<Range<usize>> {
    let text = line.trim_start_matches([' ', '-']);
    let end = text.find("}}").filter(|_| text.starts_with("{{"))? + 2;
    let from = line.len() - text.len();
    text.get(end..)?.starts_with(':').then_some(from..from + end)
}

/// A part of a text that is there only under conditions: each with the answer that it needs.
struct Shown {
    range: Range<usize>,
    needs: Vec<(usize, bool)>,
}

/// The template in a text.
#[derive(Default)]
struct Template {
    /// The conditions, each once.
    conditions: Vec<String>,
    /// The lines of the language.
    lines: Vec<Range<usize>>,
    /// Lines that add something, and those of them that are left out.
    adds: Vec<Range<usize>>,
    left_out: Vec<Range<usize>>,
    /// Values and keys that are filled in.
    values: Vec<Range<usize>>,
    parts: Vec<Shown>,
}

/// A part that is not at its end.
struct Open {
    from: usize,
    /// What it needs; nothing for a part that is always there.
    needs: Vec<(usize, bool)>,
    conditional: bool,
    dropped: bool,
}

impl Template {
    /// Reads a text; `None` if it has no such lines, or one that is beyond this.
    fn of(text: &str) -> Option<Self> {
        let mut out = Self::default();
        let mut open: Vec<Open> = Vec::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let range = at..at + line.len();
            at = range.end;
            let (what, ours) = line_of(line);
            if !ours {
                let own = value_of_ytt(line).or_else(|| filled_in_key(line));
                out.values.extend(own.map(|own| range.start + own.start..range.start + own.end));
                continue;
            }
            let whole = range.start..range.start + line.trim_end_matches(['\r', '\n']).len();
            if out.lines.len() + out.adds.len() > MAX_LINES || open.len() > MAX_DEPTH {
                return None;
            }
            let Some(what) = what else {
                out.adds.push(whole);
                continue;
            };
            out.lines.push(whole);
            match what {
                Line::Nothing => {}
                line @ (Line::Open | Line::Never) => {
                    open.push(Open { from: at, needs: Vec::new(), conditional: false, dropped: line == Line::Never });
                }
                Line::If(words) => {
                    let needs = vec![(out.condition(&words), true)];
                    open.push(Open { from: at, needs, conditional: true, dropped: false });
                }
                Line::ElseIf(words) => {
                    let number = out.condition(&words);
                    let last = open.last_mut().filter(|last| last.conditional)?;
                    out.close(last, range.start);
                    last.needs.last_mut()?.1 = false;
                    last.needs.push((number, true));
                    last.from = at;
                }
                Line::Else => {
                    let last = open.last_mut()?;
                    out.close(last, range.start);
                    match last.needs.last_mut() {
                        Some(need) => need.1 = false,
                        // A loop that has no rounds.
                        None => last.dropped = true,
                    }
                    last.from = at;
                }
                Line::End => {
                    let last = open.pop()?;
                    out.close(&last, range.start);
                }
            }
        }
        let few = out.conditions.len() <= MAX_CONDITIONS + MAX_OTHERS;
        let any = !(out.lines.is_empty() && out.values.is_empty() && out.adds.is_empty());
        (few && open.is_empty() && any).then_some(out)
    }

    /// Leaves out lines that add something until the rest is YAML; `None` if that is not the way.
    fn readable(mut self, view: &View) -> Option<Self> {
        while !self.adds.is_empty() {
            let shown = self.shown(&view.bytes, &vec![true; self.conditions.len()]);
            let Some(error) = yaml::parse(&view.with_bytes(shown)).errors.into_iter().next() else { break };
            let (from, end) = (error.at.range().start, error.at.range().end);
            let near = self.adds.iter().rposition(|line| line.start <= end)?;
            let line = self.adds.remove(near);
            // An error that is further behind has another reason.
            let between = view.bytes.get(line.end..from.max(line.end))?;
            if self.left_out.len() >= MAX_LEFT_OUT || between.split(|b| *b == b'\n').count() > 3 {
                return None;
            }
            self.lines.push(line.clone());
            self.left_out.push(line);
        }
        (!self.lines.is_empty() || !self.values.is_empty()).then_some(self)
    }

    /// The number of a condition.
    fn condition(&mut self, words: &str) -> usize {
        self.conditions.iter().position(|known| known == words).unwrap_or_else(|| {
            self.conditions.push(words.to_owned());
            self.conditions.len() - 1
        })
    }

    /// The end of a part. One that is never there needs both answers.
    fn close(&mut self, open: &Open, end: usize) {
        if open.dropped {
            self.parts.push(Shown { range: open.from..end, needs: vec![(usize::MAX, true)] });
        } else if !open.needs.is_empty() {
            self.parts.push(Shown { range: open.from..end, needs: open.needs.clone() });
        }
    }

    /// The text with these answers: what they leave out becomes spaces.
    fn shown(&self, bytes: &[u8], answers: &[bool]) -> Arc<[u8]> {
        let mut out = bytes.to_vec();
        let holds = |(number, wanted): &(usize, bool)| answers.get(*number).is_some_and(|answer| answer == wanted);
        let gone = self.parts.iter().filter(|part| !part.needs.iter().all(holds)).map(|part| &part.range);
        for range in self.lines.iter().chain(gone) {
            out[range.clone()].iter_mut().filter(|b| !matches!(**b, b'\r' | b'\n')).for_each(|b| *b = b' ');
        }
        for range in &self.values {
            let value = &mut out[range.clone()];
            // A placeholder of the same length, in a form that YAML takes for text.
            let mut end = value.len() - 1;
            if value.starts_with(b"#@ ") {
                value.copy_within(3.., 2);
            } else if value.starts_with(b"{{") {
                end -= 1;
            } else {
                continue;
            }
            value[..2].copy_from_slice(b"${");
            value.iter_mut().skip(2).filter(|b| b"#:{}\"'".contains(b)).for_each(|b| *b = b'_');
            value[end..].fill(b' ');
            value[end] = b'}';
        }
        behind_headers(&mut out);
        out.into()
    }
}

/// Moves white lines at the start of a block of text behind its header: YAML refuses them where they are longer than the
/// indentation of the block. Every line keeps its number.
fn behind_headers(out: &mut [u8]) {
    let (mut start, mut header) = (0, None);
    while let Some(end) = memchr::memchr(b'\n', &out[start..]).map(|n| start + n) {
        let line = &out[start..end];
        if header.is_none() || line.iter().any(|b| *b != b' ') {
            let next = is_header(line).then_some(end);
            spaces_first(&mut out[header.unwrap_or(start)..start]);
            header = next;
        }
        start = end + 1;
    }
    spaces_first(&mut out[header.unwrap_or(start)..start]);
}

/// Puts the spaces of white lines before their breaks.
fn spaces_first(lines: &mut [u8]) {
    let spaces = lines.len() - memchr::memchr_iter(b'\n', lines).count();
    lines[..spaces].fill(b' ');
    lines[spaces..].fill(b'\n');
}

/// True if a block of text follows the line.
fn is_header(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    let mark = line.iter().rposition(|b| !matches!(b, b'+' | b'-' | b'1'..=b'9'));
    mark.is_some_and(|at| matches!(line[at], b'|' | b'>') && line[..at].ends_with(b" "))
}

/// The text of a file, if it may have such lines.
fn template(path: &Path, cx: &mut Cx<'_>) -> Option<(Template, View)> {
    let bytes = cx.files.read(path).ok()?.bytes();
    let has = |mark: &str| holds(&bytes, mark.as_bytes());
    // cloud-init renders its own.
    let any = has(YTT) || MARKS.iter().any(|(open, _)| has(open));
    if bytes.len() > MAX_BYTES || !any || has("template: jinja") {
        return None;
    }
    // So do charts and roles.
    let above = path.ancestors().skip(1).take_while(|dir| dir.starts_with(cx.files.root()));
    let has_tasks = |dir: &Path| {
        let tasks = dir.join("tasks");
        cx.files.is_dir(&tasks) && cx.files.list(&tasks).iter().any(|file| has_extension(file, &["yml", "yaml"]))
    };
    let rendered = |dir: &Path| helm::is_chart(dir, cx) || has_tasks(dir);
    if above.into_iter().any(rendered) {
        return None;
    }
    let mut template = Template::of(std::str::from_utf8(&bytes).ok()?)?;
    let is_yaml = || manifests::names_one(&bytes) && shebang(&bytes).is_none() && !is_user_data(&bytes);
    if !template.adds.is_empty() && !is_yaml() {
        // Elsewhere, a value on a line of its own is text.
        let is_value = |line: Range<usize>| bytes[line].trim_ascii_start().starts_with(b"${");
        if !template.adds.drain(..).all(is_value) {
            return None;
        }
    }
    let view = cx.view(path).ok()?;
    Some((template.readable(&view)?, view))
}

/// Reads a unit, once for each way through the conditions of its file.
pub(super) fn read(input: &dyn Input, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let found = if INPUTS.contains(&input.name()) { template(&unit.path, cx) } else { None };
    let Some((template, view)) = found else { return input.read(unit, cx) };
    let count = template.conditions.len();
    let followed = count.min(MAX_CONDITIONS);
    let mut one = |no: &dyn Fn(usize) -> bool, first: bool| {
        let answers: Vec<bool> = (0..count).map(|n| !no(n)).collect();
        let (problems, unreached) = (cx.notes.problems.len(), cx.claims.unreached.len());
        cx.shown = Some((unit.path.clone(), template.shown(&view.bytes, &answers)));
        let groups = input.read(unit, cx);
        if !first {
            // The first way has said what is wrong.
            cx.notes.problems.truncate(problems);
            cx.claims.unreached.truncate(unreached);
        }
        groups
    };
    let mut ways: Vec<_> = (0..1_usize << followed).map(|way| one(&|n| way >> n & 1 == 1, way == 0)).collect();
    ways.extend((followed..count).map(|other| one(&|n| n == other, false)));
    cx.shown = None;
    let mut out = joined(ways, &template, followed, cx);
    let left_out = if out.is_empty() { &[][..] } else { &template.left_out };
    for line in left_out {
        let text = view.traced(line.clone());
        let shown = shorten(text.to_text().trim());
        let without = Guard::of(Condition::new(format!("{shown} sets nothing for it"), true));
        for group in &mut out {
            group.when = group.when.and(&without).unwrap_or_else(|| group.when.clone());
        }
        cx.gap(view.span(line.clone()), Why::FromOutside(format!("what {shown} adds").into()));
    }
    out
}

/// A group as each way has it, with its text.
type Found = Vec<Option<(NodeGroup, String)>>;

/// The node groups of all ways, each under the conditions that make a difference to it. The ways of all combinations come first,
/// then one for each further condition that does not hold.
fn joined(ways: Vec<Vec<NodeGroup>>, template: &Template, followed: usize, cx: &Cx<'_>) -> Vec<NodeGroup> {
    // A group is known by its name, and by how many of that name come before it.
    let mut all: BTreeMap<(Arc<str>, usize), Found> = BTreeMap::new();
    let mut order = Vec::new();
    let (count, combined) = (ways.len(), 1_usize << followed);
    for (way, groups) in ways.into_iter().enumerate() {
        let mut seen: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        for group in groups {
            let number = seen.entry(Arc::clone(&group.name)).or_default();
            let key = (Arc::clone(&group.name), *number);
            *number += 1;
            let text = print(&group, &cx.texts);
            let entry = all.entry(key.clone()).or_insert_with(|| {
                order.push(key);
                (0..count).map(|_| None).collect()
            });
            entry[way] = Some((group, text));
        }
    }
    let mut out = Vec::new();
    for key in order {
        let Some(found) = all.remove(&key) else { continue };
        let text = |number: usize| found[number].as_ref().map(|(_, text)| text);
        let matters = |n: &usize| (0..combined).any(|way| text(way) != text(way ^ (1 << *n)));
        let relevant: Vec<usize> = (0..followed).filter(matters).collect();
        let others: Vec<usize> =
            (followed..template.conditions.len()).filter(|n| text(0) != text(combined + n - followed)).collect();
        for (way, group) in found.iter().take(combined).enumerate() {
            let same = (0..followed).any(|n| way >> n & 1 == 1 && !relevant.contains(&n));
            let Some((group, _)) = group.as_ref().filter(|_| !same) else { continue };
            let mut group = group.clone();
            let mut needs = relevant.iter().map(|n| (*n, way >> n & 1 == 0)).chain(others.iter().map(|n| (*n, true)));
            let when = needs.try_fold(group.when.clone(), |when, (n, holds)| {
                let words: Arc<str> = template.conditions[n].as_str().into();
                let shown: String = words.chars().take(MAX_WORDS).collect();
                let condition = Condition::within(words, format!("{shown} holds in the template"), holds);
                when.and(&Guard::of(condition))
            });
            if let Some(when) = when {
                group.when = when;
                out.push(group);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Line, Template, line_of};

    #[test]
    fn lines_of_seven_languages() {
        let condition = |words: &str| Some(Line::If(words.to_owned()));
        for (line, want) in [
            ("{{- if .Values.proxy }}", condition(".Values.proxy")),
            ("  {{ if eq .A \"b\" -}}", condition("eq .A \"b\"")),
            ("{{- else if .B }}", Some(Line::ElseIf(".B".to_owned()))),
            ("{{- else }}", Some(Line::Else)),
            ("{{- end }}", Some(Line::End)),
            ("{{- range $k, $v := .Pools }}", Some(Line::Open)),
            ("{{- $x := .Y }}", Some(Line::Nothing)),
            ("{{/* why */}}", Some(Line::Nothing)),
            ("{% if a == 'b' %}", condition("a == 'b'")),
            ("{%- elif c %}", Some(Line::ElseIf("c".to_owned()))),
            ("{%- endfor -%}", Some(Line::End)),
            ("{% set a = 1 %}", Some(Line::Nothing)),
            ("<% if @x -%>", condition("@x")),
            ("<% pools.each do |pool| %>", Some(Line::Open)),
            ("<%# why %>", Some(Line::Nothing)),
            ("{# why #}", Some(Line::Nothing)),
            ("<% end %>", Some(Line::End)),
            ("%{ if proxy ~}", condition("proxy")),
            ("%{ endif ~}", Some(Line::End)),
            ("{{#if proxy}}", condition("proxy")),
            ("{{/if}}", Some(Line::End)),
            ("#@ if data.values.lab:", condition("data.values.lab")),
            ("#@ else:", Some(Line::Else)),
            ("#@ end", Some(Line::End)),
            ("#@ def f():", Some(Line::Never)),
            ("#@overlay/match by=overlay.all", Some(Line::Nothing)),
            ("idle: #@ data.values.idle", None),
            ("{{ include \"x\" . }}", None),
            ("<%= x %>", None),
            ("name: {{ .X }}", None),
            ("{{ .A }}: {{ .B }}", None),
        ] {
            assert_eq!(line_of(line).0, want, "{line}");
        }
    }

    #[test]
    fn ways_through_a_template() {
        let text = "a\n{{ if x }}\nb\n{{ else if y }}\nc\n{{ else }}\nd\n{{ end }}\n{{ range z }}\ne\n{{ else }}\nf\n{{ end }}\n";
        let template = Template::of(text).unwrap();
        let words = |answers: &[bool]| {
            let shown = template.shown(text.as_bytes(), answers);
            assert_eq!(shown.len(), text.len());
            String::from_utf8_lossy(&shown).split_whitespace().collect::<Vec<_>>().join("")
        };
        assert_eq!(template.conditions, ["x", "y"]);
        assert_eq!(words(&[true, true]), "abe");
        assert_eq!(words(&[false, true]), "ace");
        assert_eq!(words(&[false, false]), "ade");
        let ytt = "#@ def f():\na: 1\n#@ end\nb: #@ data.values[\"b\"]\n";
        let shown = Template::of(ytt).unwrap().shown(ytt.as_bytes(), &[]);
        let lines: Vec<_> = std::str::from_utf8(&shown).unwrap().lines().map(str::trim).collect();
        assert_eq!((lines, shown.len()), (vec!["", "", "", "b: ${data.values[_b_]}"], ytt.len()));
        let keys = "{{ .name }}: x\n  - {{ .a }}:\n{{ .a }}{{ .b }}\n";
        let shown = Template::of(keys).unwrap().shown(keys.as_bytes(), &[]);
        assert_eq!(String::from_utf8_lossy(&shown), "${ .name } : x\n  - ${ .a } :\n{{ .a }}{{ .b }}\n");
        for text in ["{{ if x }}\na\n", "{{ end }}\n", "a: b\n"] {
            assert!(Template::of(text).is_none(), "{text}");
        }
    }
}
