//! Values as `toYaml` writes them: sorted, and quoted only where YAML would read something else. Every byte keeps its place.
//!
//! Source: kubernetes-sigs/yaml `goyaml.v2` (`encode.go`, `sorter.go`, `emitterc.go`: `yaml_emitter_analyze_scalar` and
//! `yaml_emitter_select_scalar_style`).

use std::cmp::Ordering;
use std::sync::{Arc, LazyLock};

use regex::Regex;

use crate::syntax::{MAX_DEPTH, Resolved, Scalar, Schema, Style, resolve};
use crate::text::{Span, Traced, Whence, Why};
use crate::value::{Entry, Kind, Map, Value};

use super::print;
use crate::input::yaml_values;

/// The column after which a line is folded at the next blank.
const WIDTH: usize = 80;
/// Sixties such as `1:30`, and points in time, which older readers of YAML do not take for texts.
static OTHER_TYPES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let sixties = r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?";
    let time =
        r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(\.[0-9]+)?(Z|[-+][0-9]{2}:?[0-9]{2})?)?";
    Regex::new(&format!("^({sixties}|{time})$")).ok()
});

/// The order of keys: letters after other characters, numbers by their value.
fn order(a: &str, b: &str) -> Ordering {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let value = |text: &[char], from: usize, known: u64| {
        let digits = text[from..].iter().map_while(|c| c.to_digit(10));
        digits.fold((known, 0), |(n, count), d| (n.wrapping_mul(10).wrapping_add(u64::from(d)), count + 1))
    };
    for n in 0..a.len().min(b.len()) {
        if a[n] == b[n] {
            continue;
        }
        let letters = (a[n].is_alphabetic(), b[n].is_alphabetic());
        if letters == (true, true) {
            return a[n].cmp(&b[n]);
        }
        if letters.0 || letters.1 {
            return if letters.1 { Ordering::Less } else { Ordering::Greater };
        }
        // A zero that follows other digits is a part of their number.
        let before = a[..n].iter().rev().take_while(|c| c.is_ascii_digit()).any(|c| *c != '0');
        let known = u64::from((a[n] == '0' || b[n] == '0') && before);
        let (x, y) = (value(&a, n, known), value(&b, n, known));
        return x.cmp(&y).then(a[n].cmp(&b[n]));
    }
    a.len().cmp(&b.len())
}

/// The value with the keys of all maps in the order that `less` gives.
fn sorted(value: &Value, less: fn(&str, &str) -> Ordering, depth: usize) -> Value {
    let kind = match &value.kind {
        _ if depth >= MAX_DEPTH => Kind::Unknown(Why::limit("depth of a value")),
        _ if !value.may_copy() => Kind::Unknown(Why::limit("size of a value")),
        Kind::List(items) => {
            Kind::List(Arc::new(items.iter().map(|v| sorted(v, less, depth + 1)).collect::<Vec<_>>().into()))
        }
        Kind::Map(map) => {
            let inner = |(key, entry): (&Arc<str>, &Entry)| {
                (Arc::clone(key), Entry { key: entry.key, value: sorted(&entry.value, less, depth + 1) })
            };
            let entries = map.entries.iter().map(inner).collect();
            let mut out = Map { entries, open: map.open.clone(), ..Map::default() };
            out.entries.sort_by(|a, _, b, _| less(a, b));
            Kind::Map(Arc::new(out))
        }
        // These are written with an exponent.
        Kind::Number(n) if n.value().abs() >= 1e21 => {
            Kind::Unknown(Why::NotUnderstood("a number as large as this".into()))
        }
        other => other.clone(),
    };
    value.replaced(kind)
}

/// A value as `toJson` writes it. `html` escapes what is special in HTML.
pub(super) fn json(value: &Value, html: bool) -> Traced {
    let mut out = yaml_values::json_of(&sorted(value, str::cmp, 0));
    if html {
        for (from, to) in [("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")] {
            if out.bytes().contains(&from.as_bytes()[0]) {
                out = out.replace(from.as_bytes(), &Traced::made(to, value.at));
            }
        }
    }
    out
}

/// A value as `toPrettyJson` writes it.
pub(super) fn pretty_json(value: &Value) -> Traced {
    let text = json(value, true);
    let (bytes, at) = (text.bytes(), value.at);
    let (mut out, mut from, mut depth, mut quoted, mut escaped) = (Traced::new(), 0, 0usize, false, false);
    for (n, byte) in bytes.iter().enumerate() {
        if quoted {
            quoted = escaped || *byte != b'"';
            escaped = !escaped && *byte == b'\\';
            continue;
        }
        quoted = *byte == b'"';
        let empty = matches!(bytes.get(n..n + 2), Some(b"{}" | b"[]"));
        let closes_empty = n > 0 && matches!(&bytes[n - 1..=n], b"{}" | b"[]");
        let (before, after) = match byte {
            b'{' | b'[' if !empty => {
                depth += 1;
                (None, Some(format!("\n{}", "  ".repeat(depth))))
            }
            b'}' | b']' if !closes_empty => {
                depth = depth.saturating_sub(1);
                (Some(format!("\n{}", "  ".repeat(depth))), None)
            }
            b',' => (None, Some(format!("\n{}", "  ".repeat(depth)))),
            b':' => (None, Some(" ".to_owned())),
            _ => continue,
        };
        out.push(&text.slice(from..n));
        out.push_made(before.unwrap_or_default().as_bytes(), at);
        out.push(&text.slice(n..n + 1));
        out.push_made(after.unwrap_or_default().as_bytes(), at);
        from = n + 1;
    }
    out.push(&text.slice(from..bytes.len()));
    out
}

/// A value as `toYaml` writes it, without the last line break. `pretty` indents the lists of maps.
pub(super) fn yaml(value: &Value, pretty: bool) -> Traced {
    let value = sorted(value, order, 0);
    let mut writer = Writer { out: Traced::new(), column: 0, pretty };
    match &value.kind {
        Kind::Map(map) if !map.entries.is_empty() || map.open.is_some() => writer.map(&value, map, 0, false),
        Kind::List(items) if !items.is_empty() => writer.list(&value, 0, false),
        _ => {
            writer.scalar(&value, 0, false);
            writer.line(value.at);
        }
    }
    let end = writer.out.len() - usize::from(writer.out.bytes().ends_with(b"\n"));
    writer.out.slice(0..end)
}

struct Writer {
    out: Traced,
    column: usize,
    pretty: bool,
}

/// What a scalar may be written as.
struct Analysis {
    plain: bool,
    single: bool,
    block: bool,
    lines: bool,
}

impl Writer {
    fn put(&mut self, text: &Traced) {
        let bytes = text.bytes();
        self.column = match bytes.iter().rposition(|b| *b == b'\n') {
            Some(n) => bytes.len() - n - 1,
            None => self.column + String::from_utf8_lossy(bytes).chars().count(),
        };
        self.out.push(text);
    }

    fn made(&mut self, text: &str, at: Span) {
        self.put(&Traced::made(text, at));
    }

    fn line(&mut self, at: Span) {
        self.made("\n", at);
    }

    fn map(&mut self, value: &Value, map: &Map, indent: usize, inline: bool) {
        let mut first = inline;
        let mut lead = |writer: &mut Self, at| {
            if !std::mem::take(&mut first) {
                writer.made(&" ".repeat(indent), at);
            }
        };
        if let Some(why) = &map.open {
            lead(self, value.at);
            let unknown = Traced::unknown(value.at, why.clone());
            self.put(&unknown);
            self.made(": ", value.at);
            self.put(&unknown);
            self.line(value.at);
        }
        for (key, entry) in &map.entries {
            let at = entry.key;
            lead(self, at);
            let name = Value::str(Traced::made(key.as_bytes(), at), at);
            self.scalar(&name, indent, true);
            self.made(":", at);
            let inner = entry.value.clone().with_outer(&value.via);
            match &inner.kind {
                Kind::Map(map) if !map.entries.is_empty() || map.open.is_some() => {
                    self.line(at);
                    self.map(&inner, map, indent + 2, false);
                }
                Kind::List(items) if !items.is_empty() => {
                    self.line(at);
                    self.list(&inner, if self.pretty { indent + 2 } else { indent }, false);
                }
                _ => {
                    self.made(" ", at);
                    self.scalar(&inner, indent, false);
                    self.line(at);
                }
            }
        }
    }

    fn list(&mut self, value: &Value, indent: usize, inline: bool) {
        for (n, item) in value.items().iter().enumerate() {
            let at = item.at;
            if n > 0 || !inline {
                self.made(&" ".repeat(indent), at);
            }
            self.made("- ", at);
            match &item.kind {
                Kind::Map(map) if !map.entries.is_empty() || map.open.is_some() => {
                    self.map(item, map, indent + 2, true);
                }
                Kind::List(items) if !items.is_empty() => self.list(item, indent + 2, true),
                _ => {
                    self.scalar(item, indent, false);
                    self.line(at);
                }
            }
        }
    }

    /// A value without parts. A key stands on one line.
    fn scalar(&mut self, value: &Value, indent: usize, key: bool) {
        let at = value.at;
        match &value.kind {
            Kind::Null => self.made("null", at),
            Kind::Map(_) => self.made("{}", at),
            Kind::List(_) => self.made("[]", at),
            Kind::Either(_) => {
                let why = Why::NotUnderstood("a value inside an object that depends on a condition".into());
                self.put(&Traced::unknown(at, why));
            }
            Kind::Number(n) if n.value().fract() != 0.0 => {
                let text = print::number(n, at).through_all(&value.via);
                self.put(&text);
            }
            Kind::Str(_) => self.text(&value.to_traced().unwrap_or_default(), at, indent, key),
            _ => self.put(&value.to_traced().unwrap_or_default()),
        }
    }

    fn text(&mut self, text: &Traced, at: Span, indent: usize, key: bool) {
        if text.is_unknown() {
            return self.put(text);
        }
        let Some(known) = text.as_str() else { return self.double(text, at, indent, key) };
        let may = analyze(known);
        if may.lines && may.block && !key {
            return self.literal(text, at, indent);
        }
        let other = {
            let scalar = Scalar { text: text.clone(), style: Style::Plain };
            !text.has_unknown()
                && (!matches!(resolve(&scalar, None, Schema::Kubernetes), Resolved::Str)
                    || matches!(known, "y" | "Y" | "n" | "N")
                    || OTHER_TYPES.as_ref().is_some_and(|other| other.is_match(known)))
        };
        match () {
            () if other || may.lines => self.double(text, at, indent, key),
            () if may.plain => self.folded(text, at, indent, key),
            () if may.single => {
                self.made("'", at);
                let text = text.replace(b"'", &Traced::made("''", at));
                self.folded(&text, at, indent, key);
                self.made("'", at);
            }
            () => self.double(text, at, indent, key),
        }
    }

    /// A text on one line, folded at blanks if it is long.
    fn folded(&mut self, text: &Traced, at: Span, indent: usize, key: bool) {
        let bytes = text.bytes();
        let mut from = 0;
        if !key && self.column + bytes.len() > WIDTH {
            let mut column = self.column;
            for n in 0..bytes.len().saturating_sub(1) {
                let single = n > 0 && bytes[n] == b' ' && bytes[n - 1] != b' ' && bytes[n + 1] != b' ';
                if single && column > WIDTH {
                    self.put(&text.slice(from..n));
                    self.made(&format!("\n{}", " ".repeat(indent + 2)), at);
                    from = n + 1;
                    column = self.column;
                } else {
                    // Characters have one byte that continues none.
                    column += usize::from(bytes[n] & 0xc0 != 0x80);
                }
            }
        }
        self.put(&text.slice(from..bytes.len()));
    }

    /// A text with its line breaks.
    fn literal(&mut self, text: &Traced, at: Span, indent: usize) {
        let bytes = text.bytes();
        let hint = if matches!(bytes.first(), Some(b' ' | b'\n')) { "2" } else { "" };
        let chomp = match bytes {
            [b'\n'] | [.., b'\n', b'\n'] => "+",
            [.., b'\n'] => "",
            _ => "-",
        };
        self.made(&format!("|{hint}{chomp}"), at);
        let whole = text.slice(0..bytes.len() - usize::from(bytes.ends_with(b"\n")));
        for line in whole.split(b"\n") {
            self.line(at);
            if !line.is_empty() {
                self.made(&" ".repeat(indent + 2), at);
                self.put(&line);
            }
        }
    }

    fn double(&mut self, text: &Traced, at: Span, indent: usize, key: bool) {
        self.made("\"", at);
        let bytes = text.bytes();
        let (mut from, mut blank) = (0, false);
        for (n, byte) in bytes.iter().enumerate() {
            let escape = match byte {
                b'"' | b'\\' => format!("\\{}", char::from(*byte)),
                b'\n' => "\\n".to_owned(),
                b'\r' => "\\r".to_owned(),
                b'\t' => "\\t".to_owned(),
                7 => "\\a".to_owned(),
                8 => "\\b".to_owned(),
                0x1b => "\\e".to_owned(),
                0..0x20 | 0x7f => format!("\\x{byte:02X}"),
                // libyaml does not take a character of four bytes for one that can be printed.
                0xf0.. => match String::from_utf8_lossy(&bytes[n..(n + 4).min(bytes.len())]).chars().next() {
                    Some(char) => format!("\\U{:08X}", u32::from(char)),
                    None => continue,
                },
                b' ' if !key && !blank && n > 0 && n + 1 < bytes.len() => {
                    self.put(&text.slice(from..n));
                    from = n;
                    blank = true;
                    if self.column > WIDTH {
                        self.made(&format!("\n{}", " ".repeat(indent + 2)), at);
                        self.made(if bytes[n + 1] == b' ' { "\\" } else { "" }, at);
                        from = n + 1;
                    }
                    continue;
                }
                _ => {
                    blank = *byte == b' ';
                    continue;
                }
            };
            blank = false;
            self.put(&text.slice(from..n));
            let place = text.slice(n..n + 1);
            let mut escaped = Traced::new();
            escaped.push_piece(escape.as_bytes(), Whence::Made(place.span().unwrap_or(at)), place.via());
            self.put(&escaped);
            from = n + if *byte >= 0xf0 { 4 } else { 1 };
        }
        self.put(&text.slice(from..bytes.len()));
        self.made("\"", at);
    }
}

/// libyaml's `analyze_scalar`, for text outside of brackets.
fn analyze(text: &str) -> Analysis {
    let mut out = Analysis { plain: true, single: true, block: true, lines: false };
    if text.is_empty() {
        return Analysis { plain: false, block: false, ..out };
    }
    let mut indicators = text.starts_with("---") || text.starts_with("...");
    let (mut special, mut space_break, mut break_space) = (false, false, false);
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        let blank_follows = chars.peek().is_none_or(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
        indicators |= match (before, char) {
            (None, '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`') => {
                true
            }
            (None, '?' | '-') | (_, ':') => blank_follows,
            (Some(' ' | '\t' | '\n'), '#') => true,
            _ => false,
        };
        special |= !matches!(char, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}');
        match (before, char) {
            (Some(' '), '\n') => space_break = true,
            (Some('\n'), ' ') => break_space = true,
            _ => {}
        }
        out.lines |= char == '\n';
        before = Some(char);
    }
    let edge = |c: Option<char>| matches!(c, Some(' ' | '\n'));
    out.plain = !(indicators || out.lines || edge(text.chars().next()) || edge(before));
    out.block = before != Some(' ');
    if break_space {
        (out.plain, out.single) = (false, false);
    }
    if space_break || special {
        out = Analysis { plain: false, single: false, block: false, lines: out.lines };
    }
    out
}
