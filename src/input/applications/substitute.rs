//! Variables that Flux substitutes in the documents of a `Kustomization`. Source: fluxcd/pkg `envsubst` and
//! `kustomize/kustomize_varsub.go`, fluxcd/kustomize-controller at v1.9.4 (Flux 2.9).
//!
//! Flux replaces `${NAME}` in the YAML of each document, and parses the result. `$NAME` is text, `$$` is `$`. A variable that
//! nothing sets is empty; from Flux 2.9 on it fails the build, unless it has a default.

use std::collections::BTreeMap;

use crate::syntax::{Node, NodeKind, Scalar, Style};
use crate::text::{Span, Texts, Traced, Why};

use super::restored::restored;

/// How deep defaults nest.
const MAX_DEPTH: usize = 8;
/// The most bytes of one text after substitution.
const MAX_BYTES: usize = 1 << 20;

/// The variables, and what is not known about them.
#[derive(Debug, Default)]
pub(super) struct Variables {
    /// Those with a value.
    pub(super) known: BTreeMap<String, Traced>,
    /// What may set further ones, in words.
    pub(super) outside: Option<String>,
}

/// What one document made of the variables.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// The name of a variable that nothing sets.
    pub(super) unset: Option<String>,
}

impl Variables {
    /// True if Flux does not even look at the documents.
    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty() && self.outside.is_none()
    }

    /// The document with its variables filled in.
    pub(super) fn fill(&self, tree: &Node, texts: &Texts, out: &mut Outcome) -> Node {
        let kind = match &tree.kind {
            NodeKind::Scalar(scalar) if scalar.text.has_unknown() || scalar.text.bytes().contains(&b'$') => {
                let text = self.text(&restored(&scalar.text, texts), 0, out);
                // The text is written as YAML without quotes where it needs none, and parsed again.
                let line = !scalar.text.bytes().contains(&b'\n') && scalar.text.bytes() != text.bytes();
                let style = if line { Style::Plain } else { scalar.style };
                NodeKind::Scalar(Scalar { text, style })
            }
            NodeKind::Scalar(_) => return tree.clone(),
            NodeKind::Seq(items) => NodeKind::Seq(items.iter().map(|item| self.fill(item, texts, out)).collect()),
            NodeKind::Map(pairs) => {
                NodeKind::Map(pairs.iter().map(|(k, v)| (self.fill(k, texts, out), self.fill(v, texts, out))).collect())
            }
        };
        Node { kind, ..tree.clone() }
    }

    fn text(&self, text: &Traced, depth: usize, out: &mut Outcome) -> Traced {
        let bytes = text.bytes();
        let mut filled = Traced::new();
        let (mut done, mut at) = (0, 0);
        while let Some(found) = bytes[at..].iter().position(|b| *b == b'$').map(|n| at + n) {
            match bytes.get(found + 1) {
                Some(b'$') => {
                    filled.push(&text.slice(done..found));
                    done = found + 1;
                    at = found + 2;
                }
                Some(b'{') => {
                    filled.push(&text.slice(done..found));
                    let end = closing(bytes, found + 2);
                    let inner = text.slice(found + 2..end.unwrap_or(bytes.len()));
                    let place = text.slice(found..end.map_or(bytes.len(), |end| end + 1));
                    if let Some(place) = place.span() {
                        match end.and_then(|_| self.expression(&inner, place, depth, out)) {
                            Some(value) => filled.push(&value),
                            None => filled.push_unknown(place, Why::NotUnderstood("a variable in this form".into())),
                        }
                    }
                    done = end.map_or(bytes.len(), |end| end + 1);
                    at = done;
                }
                _ => at = found + 1,
            }
            if filled.len() > MAX_BYTES {
                if let Some(place) = text.span() {
                    filled.push_unknown(place, Why::limit("size of a text with variables"));
                }
                return filled;
            }
            if at >= bytes.len() {
                break;
            }
        }
        filled.push(&text.slice(done.min(bytes.len())..bytes.len()));
        filled
    }

    /// The value of what stands between the braces; `None` if it is not understood.
    fn expression(&self, inner: &Traced, at: Span, depth: usize, out: &mut Outcome) -> Option<Traced> {
        let bytes = inner.bytes();
        let length = bytes.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        let name = std::str::from_utf8(&bytes[..length]).ok().filter(|name| !name.is_empty())?;
        let operator = &bytes[length..];
        let mut default = |skip: usize| {
            let rest = inner.slice(length + skip..inner.len());
            if depth < MAX_DEPTH { Some(self.text(&rest, depth + 1, out)) } else { None }
        };
        let fallback = match operator {
            [b':', b'=' | b'-' | b'?' | b'+', ..] => Some(default(2)?),
            [b'=', ..] => Some(default(1)?),
            _ => None,
        };
        let value = match (self.known.get(name), &self.outside) {
            (Some(value), _) => value.clone().through(at, &std::sync::Arc::from(format!("${{{name}}}"))),
            (None, Some(what)) => {
                let why = format!("`${{{name}}}`, which {what} may set,");
                return Some(Traced::unknown(at, Why::FromOutside(why.into())));
            }
            (None, None) => {
                if fallback.is_none() {
                    out.unset.get_or_insert_with(|| name.to_owned());
                }
                Traced::new()
            }
        };
        match (operator, fallback) {
            (_, Some(fallback)) => Some(if value.is_empty() { fallback } else { value }),
            ([], _) => Some(value),
            (b"^^", _) => Some(crate::input::template_text::mapped(&value, |b| b.to_ascii_uppercase())),
            (b",,", _) => Some(crate::input::template_text::mapped(&value, |b| b.to_ascii_lowercase())),
            (operator, _) if !inner.has_unknown() => changed(&value, std::str::from_utf8(operator).ok()?, at),
            _ => None,
        }
    }
}

/// A value that is cut or replaced in: `${a:1:2}`, `${a/x/y}`, `${a#x}`, `${a%x}`, with plain words instead of patterns; `None` for
/// anything else.
fn changed(value: &Traced, operator: &str, at: Span) -> Option<Traced> {
    let known = value.known_str()?;
    if operator.contains(['*', '?', '[', '\\', '$', '{']) {
        return None;
    }
    if let Some(range) = operator.strip_prefix(':') {
        let (from, length) = range.split_once(':').map_or((range, None), |(from, length)| (from, Some(length)));
        let from: usize = from.parse().ok()?;
        let to = length.map_or(Some(known.len()), |length| from.checked_add(length.parse().ok()?))?;
        return known.get(from..to).map(|_| value.slice(from..to));
    }
    if let Some(rest) = operator.strip_prefix('/') {
        let (all, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
        let (old, new) = rest.split_once('/').unwrap_or((rest, ""));
        if old.is_empty() || old.starts_with(['#', '%']) {
            return None;
        }
        let new = Traced::made(new, at);
        if all {
            return Some(value.replace(old.as_bytes(), &new));
        }
        let Some(start) = known.find(old) else { return Some(value.clone()) };
        let mut out = value.slice(0..start);
        out.push(&new);
        out.push(&value.slice(start + old.len()..value.len()));
        return Some(out);
    }
    let (mark, word) = operator.split_at_checked(1)?;
    let word = word.strip_prefix(mark).unwrap_or(word);
    match mark {
        "#" => Some(value.slice(known.strip_prefix(word).map_or(0, |_| word.len())..value.len())),
        "%" => Some(value.slice(0..known.strip_suffix(word).map_or(known.len(), str::len))),
        _ => None,
    }
}

/// The brace that closes what starts at `from`.
fn closing(bytes: &[u8], from: usize) -> Option<usize> {
    let (mut depth, mut at) = (0, from);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'$' if bytes.get(at + 1) == Some(&b'{') => {
                depth += 1;
                at += 1;
            }
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    None
}

/// The value of a variable as Flux takes it from a map: without line breaks.
pub(super) fn value(scalar: &Scalar) -> Traced {
    let text = &scalar.text;
    text.span().map_or_else(Traced::new, |_| text.replace(b"\n", &Traced::new()))
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Variables};
    use crate::input::testing::{plain, view};
    use crate::node::Cx;
    use crate::text::Memory;

    #[test]
    fn variables_as_flux_fills_them_in() {
        let files = Memory::new([]);
        let mut cx = Cx::new(&files);
        let variables = |outside: Option<&str>, cx: &mut Cx<'_>| {
            let known = [("a", "1s"), ("empty", ""), ("Up", "xY")];
            let of = |(name, value): (&str, &str), cx: &mut Cx<'_>| {
                let view = view(value, cx);
                (name.to_owned(), view.traced(0..value.len()))
            };
            Variables {
                known: known.into_iter().map(|pair| of(pair, cx)).collect(),
                outside: outside.map(str::to_owned),
            }
        };
        for (text, want, unset) in [
            ("x ${a} y", "x 1s y", None),
            ("$a $${a} $$ $", "$a ${a} $ $", None),
            ("${b}", "", Some("b")),
            ("${b:=2s}${b:-3s}${b=4s}", "2s3s4s", None),
            ("${a:=2s}${empty:=5s}", "1s5s", None),
            ("${b:=${a}-${c:=z}}", "1s-z", None),
            ("${Up^^}${Up,,}", "XYxy", None),
            ("${a//s/m}${Up/x/z}${Up:1}${a:0:1}", "1mzYY1", None),
            ("${Up#x}${Up%Y}${Up##z}${Up%%Y}", "YxxYx", None),
            ("${Up%%*} ${a:5} ${a^} ${a", "? ? ? ?", None),
            ("${}", "?", None),
        ] {
            let variables = variables(None, &mut cx);
            let text_view = view(text, &mut cx);
            let mut out = Outcome::default();
            let filled = variables.text(&text_view.traced(0..text.len()), 0, &mut out);
            assert_eq!(plain(&filled), want, "{text}");
            assert_eq!(out.unset.as_deref(), unset, "{text}");
        }
        let variables = variables(Some("Secret/s"), &mut cx);
        let text_view = view("${b:=1}${a}", &mut cx);
        let filled = variables.text(&text_view.traced(0..11), 0, &mut Outcome::default());
        assert_eq!(plain(&filled), "?1s");
    }
}
