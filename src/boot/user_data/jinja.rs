//! Templates of user data: Jinja that cloud-init renders with the metadata of the instance. Sources:
//! `cloudinit/templater.py`, `cloudinit/handlers/jinja_template.py` of canonical/cloud-init; `src/jinja2/lexer.py` of
//! pallets/jinja.
//!
//! Instance metadata is unknown. Conditions are decided by [`Choices`], so each outcome is rendered separately.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::text::{Span, Traced, Why};
use crate::value::{Condition, Guard};

/// The most undecided conditions of a template; each doubles the number of outcomes.
const MAX_CONDITIONS: usize = 3;

/// The most rounds of a loop, and the deepest nesting of tags.
const MAX_ROUNDS: usize = 64;
const MAX_DEPTH: usize = 16;

/// The largest rendered text, in bytes.
const MAX_BYTES: usize = 1 << 20;

/// The longest condition that is shown, in characters.
const MAX_WORDS: usize = 60;

/// Assumed answers to conditions that the source does not decide.
#[derive(Clone, Debug, Default)]
pub(super) struct Choices {
    /// The assumed answer for each condition, by its full text.
    pub(super) answers: BTreeMap<Arc<str>, bool>,
    /// The first condition without an answer; it was assumed to hold.
    pub(super) undecided: Option<Arc<str>>,
}

impl Choices {
    /// The condition under which these answers hold.
    pub(super) fn guard(&self) -> Guard {
        let conditions = self.answers.iter().map(|(words, holds)| {
            // Long conditions may differ only after the point where the display text ends.
            Guard::of(Condition::within(Arc::clone(words), format!("the template's {}", short(words)), *holds))
        });
        conditions.fold(Guard::always(), |all, one| all.and(&one).unwrap_or(all))
    }

    fn answer(&mut self, words: &Arc<str>) -> Option<bool> {
        if let Some(answer) = self.answers.get(words) {
            return Some(*answer);
        }
        if self.answers.len() >= MAX_CONDITIONS {
            return None;
        }
        self.undecided.get_or_insert_with(|| Arc::clone(words));
        Some(true)
    }
}

/// True for a text whose first line marks it as a template.
pub(in super::super) fn is_template(text: &Traced) -> bool {
    body(text).is_some()
}

/// The text after the line that marks it as a template; `None` if there is no such line.
pub(super) fn body(text: &Traced) -> Option<Traced> {
    let end = text.bytes().iter().position(|b| *b == b'\n').unwrap_or(text.len());
    let line = String::from_utf8_lossy(&text.bytes()[..end]).to_ascii_lowercase();
    let rest = line.trim_end().strip_prefix("##")?.trim_start().strip_prefix("template:")?.trim().to_owned();
    (rest == "jinja").then(|| text.slice((end + 1).min(text.len())..text.len()))
}

/// Renders a template.
///
/// # Errors
/// If a tag is not supported or the template is invalid: the place and the reason.
pub(super) fn render(text: &Traced, choices: &mut Choices) -> Result<Traced, (Option<Span>, Why)> {
    let pieces = pieces(text)?;
    let mut renderer = TemplateRenderer { pieces: &pieces, choices, names: BTreeMap::new(), out: Traced::new() };
    let end = renderer.block(0, true, 0)?;
    match pieces.get(end) {
        None => Ok(renderer.out),
        Some(piece) => Err(piece.error()),
    }
}

/// A piece of a template.
enum Piece {
    Text(Traced),
    /// The text between the braces of an expression, and the whole expression.
    Expression(String, Traced),
    /// The words of a tag, and the whole tag.
    Tag(String, Traced),
}

impl Piece {
    fn error(&self) -> (Option<Span>, Why) {
        match self {
            Self::Text(text) => (text.span(), Why::NotUnderstood("a jinja template".into())),
            Self::Expression(words, all) => {
                (all.span(), Why::NotUnderstood(format!("the jinja expression `{}`", short(words)).into()))
            }
            Self::Tag(words, all) => {
                (all.span(), Why::NotUnderstood(format!("the jinja tag `{}`", short(words)).into()))
            }
        }
    }
}

/// The words separated by single spaces.
fn single_spaced(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn short(words: &str) -> String {
    single_spaced(words).chars().take(MAX_WORDS).collect()
}

/// Splits a template into pieces. `trim_blocks` is on, so a line break directly after a tag or a comment is dropped.
fn pieces(text: &Traced) -> Result<Vec<Piece>, (Option<Span>, Why)> {
    let bytes = text.bytes();
    let mut out = Vec::new();
    let mut from = 0;
    let mut at = 0;
    // The text before a tag, without trailing white space if the tag strips it.
    let before = |from: usize, to: usize, strip: bool| {
        let blank = bytes[from..to].iter().rev().take_while(|b| b.is_ascii_whitespace()).count();
        text.slice(from..if strip { to - blank } else { to })
    };
    while at + 1 < bytes.len() {
        let (close, what) = match &bytes[at..at + 2] {
            b"{{" => (&b"}}"[..], "expression"),
            b"{%" => (&b"%}"[..], "tag"),
            b"{#" => (&b"#}"[..], "comment"),
            _ => {
                at += 1;
                continue;
            }
        };
        let strip = bytes.get(at + 2) == Some(&b'-');
        let start = at + 2 + usize::from(matches!(bytes.get(at + 2), Some(b'-' | b'+')));
        let Some(end) = find_close(bytes, start, close, what == "comment") else {
            let why = Why::NotUnderstood(format!("a jinja {what} without an end").into());
            return Err((text.slice(at..at + 2).span(), why));
        };
        let strips = end > start && bytes[end - 1] == b'-';
        let keeps = end > start && bytes[end - 1] == b'+';
        let inner = String::from_utf8_lossy(&bytes[start..end - usize::from(strips || keeps && what != "expression")]);
        let inner = inner.trim().to_owned();
        out.push(Piece::Text(before(from, at, strip)));
        let all = text.slice(at..end + 2);
        let mut next = end + 2;
        let raw = what == "tag" && inner == "raw";
        if strips {
            next += bytes[next..].iter().take_while(|b| b.is_ascii_whitespace()).count();
        } else if what != "expression" && !raw && !keeps {
            next += match bytes.get(next..) {
                Some([b'\n', ..]) => 1,
                Some([b'\r', b'\n', ..]) => 2,
                _ => 0,
            };
        }
        if raw {
            let Some((length, tag)) = find_endraw(&bytes[next..]) else {
                return Err((all.span(), Why::NotUnderstood("a jinja raw block without an end".into())));
            };
            out.push(Piece::Text(text.slice(next..next + length)));
            next += length + tag;
        } else {
            match what {
                "expression" => out.push(Piece::Expression(inner, all)),
                "tag" => out.push(Piece::Tag(inner, all)),
                _ => {}
            }
        }
        from = next;
        at = next;
    }
    out.push(Piece::Text(text.slice(from.min(bytes.len())..bytes.len())));
    Ok(out)
}

/// The position of `close` after `start`. Except in comments, quoted text is skipped.
fn find_close(bytes: &[u8], start: usize, close: &[u8], comment: bool) -> Option<usize> {
    let mut quote = None;
    let mut at = start;
    while at + 1 < bytes.len() {
        match (bytes[at], quote) {
            (b'\\', Some(_)) => at += 1,
            (b, Some(q)) if b == q => quote = None,
            (b'\'' | b'"', None) if !comment => quote = Some(bytes[at]),
            (_, None) if bytes[at..].starts_with(close) => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The length of a raw text, and that of the tag that ends it with the line break after it.
fn find_endraw(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut at = 0;
    while let Some(found) = bytes.get(at..)?.windows(2).position(|w| w == b"{%") {
        let open = at + found;
        let end = open + bytes[open..].windows(2).position(|w| w == b"%}")?;
        let word = String::from_utf8_lossy(&bytes[open + 2..end]);
        if word.trim_matches(|c: char| c.is_whitespace() || c == '-' || c == '+') == "endraw" {
            let line = usize::from(bytes.get(end + 2) == Some(&b'\n'));
            return Some((open, end + 2 + line - open));
        }
        at = open + 2;
    }
    None
}

struct TemplateRenderer<'a> {
    pieces: &'a [Piece],
    choices: &'a mut Choices,
    /// Variables set by `set` and `for`.
    names: BTreeMap<String, Traced>,
    out: Traced,
}

type Step = Result<usize, (Option<Span>, Why)>;

impl TemplateRenderer<'_> {
    /// Renders from the piece `at` to the tag that ends the block, and returns its index. Writes only if `live`.
    fn block(&mut self, mut at: usize, live: bool, depth: usize) -> Step {
        while let Some(piece) = self.pieces.get(at) {
            if depth > MAX_DEPTH || self.out.len() > MAX_BYTES {
                return Err((None, Why::limit("size of a template")));
            }
            match piece {
                Piece::Text(text) => {
                    if live {
                        self.out.push(text);
                    }
                }
                Piece::Expression(words, all) => {
                    if live {
                        let value = self.value(words, all);
                        self.out.push(&value);
                    }
                }
                Piece::Tag(words, all) => match words.split_whitespace().next().unwrap_or_default() {
                    "if" => {
                        at = self.condition(at, live, depth)?;
                        continue;
                    }
                    "for" => {
                        at = self.repeat(at, live, depth)?;
                        continue;
                    }
                    "set" if words.contains('=') => {
                        let (name, value) =
                            words.get("set".len()..).unwrap_or_default().split_once('=').unwrap_or_default();
                        if live {
                            let value = self.value(value.trim(), all);
                            self.names.insert(name.trim().to_owned(), value);
                        }
                    }
                    "elif" | "else" | "endif" | "endfor" => return Ok(at),
                    _ => return Err(piece.error()),
                },
            }
            at += 1;
        }
        Ok(at)
    }

    /// `{% if … %}` with all its branches. Returns the index after its end.
    fn condition(&mut self, start: usize, live: bool, depth: usize) -> Step {
        let mut at = start;
        let mut taken = !live;
        loop {
            let Some(piece @ Piece::Tag(words, all)) = self.pieces.get(at) else {
                return Err(self.pieces[start].error());
            };
            let (word, rest) = words.split_once(char::is_whitespace).unwrap_or((words.as_str(), ""));
            let holds = match word {
                "if" | "elif" if rest.trim().is_empty() => return Err(piece.error()),
                "if" | "elif" if taken => false,
                "if" | "elif" => match self.decide(rest) {
                    Some(holds) => holds,
                    None => return Err((all.span(), Why::Limit("conditions of a template"))),
                },
                "else" => !taken,
                "endif" => return Ok(at + 1),
                _ => return Err(piece.error()),
            };
            taken |= holds;
            at = self.block(at + 1, holds && live, depth + 1)?;
        }
    }

    fn decide(&mut self, words: &str) -> Option<bool> {
        match words.trim() {
            "true" | "True" | "1" => Some(true),
            "false" | "False" | "0" | "none" | "None" => Some(false),
            words => {
                // `not x` and `x` are one condition.
                let (negated, bare) = match words.strip_prefix("not ") {
                    Some(rest) if !rest.contains(" and ") && !rest.contains(" or ") => (true, rest.trim()),
                    _ => (false, words),
                };
                let words: Arc<str> = single_spaced(bare).into();
                self.choices.answer(&words).map(|holds| holds != negated)
            }
        }
    }

    /// `{% for x in [ … ] %}` over a literal list.
    fn repeat(&mut self, start: usize, live: bool, depth: usize) -> Step {
        let Some(piece @ Piece::Tag(words, all)) = self.pieces.get(start) else { return Ok(start + 1) };
        let (name, list) =
            words.get("for".len()..).unwrap_or_default().split_once(" in ").ok_or_else(|| piece.error())?;
        let list = list.trim().strip_prefix('[').and_then(|l| l.strip_suffix(']'));
        let items: Vec<&str> = list.map(split_items).unwrap_or_default();
        if live && (list.is_none() || items.len() > MAX_ROUNDS) {
            return Err(piece.error());
        }
        let mut end = None;
        let items = if live { items } else { vec![""] };
        for item in items {
            if live {
                let value = self.value(item, all);
                self.names.insert(name.trim().to_owned(), value);
            }
            end = Some(self.block(start + 1, live, depth + 1)?);
        }
        let end = match end {
            Some(end) => end,
            None => self.block(start + 1, false, depth + 1)?,
        };
        match self.pieces.get(end) {
            Some(Piece::Tag(words, _)) if words == "endfor" => Ok(end + 1),
            _ => Err(piece.error()),
        }
    }

    /// The value of an expression: a literal string or number, a variable that was set, or an unknown value.
    fn value(&self, words: &str, all: &Traced) -> Traced {
        if let Some(value) = self.names.get(words) {
            return value.clone();
        }
        let quoted = ['\'', '"'].into_iter().find_map(|q| {
            let inner = words.strip_prefix(q)?.strip_suffix(q)?;
            (!inner.contains(q) && !inner.contains('\\')).then_some(inner)
        });
        let literal =
            quoted.or_else(|| (!words.is_empty() && words.bytes().all(|b| b.is_ascii_digit())).then_some(words));
        let at = all.span();
        if let Some(literal) = literal {
            let found = all.bytes().windows(literal.len().max(1)).position(|w| w == literal.as_bytes());
            return match found {
                Some(n) if !literal.is_empty() => all.slice(n..n + literal.len()),
                _ => Traced::new(),
            };
        }
        let why = match all.first_unknown() {
            Some((_, why)) => why.clone(),
            None => Why::FromOutside(format!("the instance's `{}`", short(words)).into()),
        };
        at.map_or_else(Traced::new, |at| Traced::unknown(at, why))
    }
}

fn split_items(list: &str) -> Vec<&str> {
    if list.trim().is_empty() { Vec::new() } else { list.split(',').map(str::trim).collect() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::text::{Source, Texts, UNKNOWN_MARK};

    fn rendered(text: &str, answers: &[(&str, bool)]) -> Result<String, String> {
        let mut texts = Texts::new();
        let id = texts.add_source(Arc::new(Source::new("/f", text.as_bytes())));
        let answers = answers.iter().map(|(w, a)| (Arc::from(*w), *a)).collect();
        let mut choices = Choices { answers, undecided: None };
        let text = texts.view(id).traced(0..text.len());
        render(&text, &mut choices).map(|t| t.to_text().replace(UNKNOWN_MARK, "?")).map_err(|(_, why)| why.to_string())
    }

    #[test]
    fn templates_render_like_in_jinja() {
        for (text, want) in [
            ("a {{ v1.region }} b", "a ? b"),
            ("a {{- v1.region -}}  b", "a?b"),
            ("{# c #}\nx", "x"),
            ("x{% raw %}\n{{ y }}\n{% endraw %}\nz", "x\n{{ y }}\nz"),
            ("{% set a = '0' %}\n{{ a }}", "0"),
            ("{% for v in ['5m', '0'] %}\nX={{ v }}\n{% endfor %}\ne", "X=5m\nX=0\ne"),
            ("{{ \"a}}b\" }}", "a}}b"),
            ("{{ 7 }}", "7"),
            ("{% if x %}\nyes\n{% else %}\nno\n{% endif %}\n", "yes\n"),
            ("a\n{%- if x %}\nb\n{%- endif %}\nc", "abc"),
        ] {
            assert_eq!(rendered(text, &[]).as_deref(), Ok(want), "{text}");
        }
        let both = "{% if v1.region == 'a' %}1{% elif y %}2{% else %}3{% endif %}";
        assert_eq!(rendered(both, &[("v1.region == 'a'", false), ("y", false)]).as_deref(), Ok("3"));
        assert_eq!(rendered(both, &[("v1.region == 'a'", false), ("y", true)]).as_deref(), Ok("2"));
        let (one, other) = (format!("{} == 'a'", "v".repeat(80)), format!("{} == 'b'", "v".repeat(80)));
        let long = format!("{{% if {one} %}}1{{% endif %}}{{% if {other} %}}2{{% endif %}}");
        assert_eq!(rendered(&long, &[(&one, false), (&other, true)]).as_deref(), Ok("2"));
    }

    #[test]
    fn invalid_templates_are_refused() {
        for text in [
            "{% if %}x{% endif %}",
            "{% if x %}",
            "{{ x",
            "{% endif %}",
            "{% include 'x' %}",
            "{% for a in b %}{% endfor %}",
        ] {
            assert!(rendered(text, &[]).is_err(), "{text}");
        }
        let deep = "{% if a %}".repeat(2000);
        assert!(rendered(&deep, &[]).is_err());
    }
}
