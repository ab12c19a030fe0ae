//! Documents: YAML and JSON, parsed into a tree whose keys and values know where they were written, and written out again.

use crate::syntax::{Node, NodeKind, Resolved, Scalar, Schema, Style, json, resolve, yaml};
use crate::text::{Span, Texts, Traced, UNKNOWN_MARK, Whence, Why};

/// The deepest value that is written, in levels.
const MAX_LEVELS: usize = 150;

/// The longest text that is written, in bytes.
const MAX_BYTES: usize = 1 << 20;

/// Why there is no value.
#[derive(Debug)]
pub(crate) enum NoData {
    /// The text is invalid.
    Broken,
    /// Unknown.
    Unknown(Why),
}

/// A value. Scalars hold their text as in JSON.
#[derive(Clone, Debug)]
pub(crate) enum Data {
    /// Null.
    Null(Traced),
    /// A truth value.
    Bool(bool, Traced),
    /// A number.
    Number(Traced),
    /// Text, without quotes and escapes.
    Str(Traced),
    /// A list.
    List(Vec<Data>),
    /// Keys and values in order.
    Map(Vec<(Traced, Data)>),
    /// An unknown value.
    Unknown(Traced),
}

/// A tree parsed from a text with the same bytes as `text`, with its places mapped to those of `text`.
fn back(text: &Traced, read: &Traced) -> Traced {
    if text.is_empty() {
        return read.clone();
    }
    let mut out = Traced::new();
    for (range, piece) in read.ranges() {
        let origin = text.slice(piece.whence.span().range());
        match &piece.whence {
            Whence::Same(_) => out.push(&origin),
            Whence::Made(_) => {
                if let Some(at) = origin.span() {
                    out.push_piece(read.bytes().get(range).unwrap_or_default(), Whence::Made(at), origin.via());
                }
            }
            Whence::Unknown(span, why) => {
                let at = origin.span().unwrap_or(*span);
                out.push_piece(UNKNOWN_MARK.as_bytes(), Whence::Unknown(at, why.clone()), origin.via());
            }
        }
    }
    read.encoded_parts().iter().for_each(|part| out.remember(part.clone()));
    out
}

/// The documents of a YAML text. With `core`, `yes`, `no`, `on` and `off` are text, as in YAML 1.2.
pub(crate) fn from_yaml(text: &Traced, schema: Schema, core: bool) -> Result<Vec<Data>, NoData> {
    let Some(at) = text.span() else { return Ok(Vec::new()) };
    let no = || match text.first_unknown() {
        Some((_, why)) => NoData::Unknown(why.clone()),
        None => NoData::Broken,
    };
    let mut texts = Texts::new();
    let id = texts.add_made("YAML", text, at);
    let parsed = yaml::parse(&texts.view(id));
    if !parsed.errors.is_empty() {
        return Err(no());
    }
    parsed.tree.iter().map(|node| NodeReader { text, schema, core }.data(node).ok_or_else(no)).collect()
}

/// The single value of a JSON text.
pub(crate) fn from_json(text: &Traced) -> Result<Data, NoData> {
    let no = || match text.first_unknown() {
        Some((_, why)) => NoData::Unknown(why.clone()),
        None => NoData::Broken,
    };
    let Some(at) = text.span() else { return Err(NoData::Broken) };
    let mut texts = Texts::new();
    let id = texts.add_made("JSON", text, at);
    let parsed = json::parse(&texts.view(id));
    let tree = parsed.tree.filter(|_| parsed.errors.is_empty()).ok_or_else(no)?;
    NodeReader { text, schema: Schema::Json, core: true }.data(&tree).ok_or_else(no)
}

/// A value that was parsed elsewhere, as YAML.
pub(crate) fn from_node(node: &Node) -> Option<Data> {
    NodeReader { text: &Traced::new(), schema: Schema::Kubernetes, core: false }.data(node)
}

struct NodeReader<'a> {
    /// The parsed text whose places are used; empty to keep those of the nodes.
    text: &'a Traced,
    schema: Schema,
    core: bool,
}

impl NodeReader<'_> {
    fn data(&self, node: &Node) -> Option<Data> {
        Some(match &node.kind {
            NodeKind::Scalar(scalar) => self.scalar(scalar, node.tag.as_deref())?,
            NodeKind::Seq(items) => Data::List(items.iter().map(|n| self.data(n)).collect::<Option<_>>()?),
            NodeKind::Map(pairs) => {
                let mut out: Vec<(Traced, Data)> = Vec::new();
                for (key, value) in pairs {
                    let key = back(self.text, &key.as_scalar()?.text);
                    let value = self.data(value)?;
                    match out.iter_mut().find(|(k, _)| k.bytes() == key.bytes() && !k.has_unknown()) {
                        Some((_, old)) => *old = value,
                        None => out.push((key, value)),
                    }
                }
                Data::Map(out)
            }
        })
    }

    fn scalar(&self, scalar: &Scalar, tag: Option<&str>) -> Option<Data> {
        if tag.is_some_and(|t| !t.starts_with("!!") && t != "!") {
            return None;
        }
        let text = back(self.text, &scalar.text);
        if scalar.style == Style::Plain && text.is_unknown() {
            return Some(Data::Unknown(text));
        }
        let at = text.span().or_else(|| self.text.span());
        let at = match at {
            Some(at) => at,
            None if text.is_empty() => return Some(Data::Str(text)),
            None => return None,
        };
        let same =
            |words: String| if text.bytes() == words.as_bytes() { text.clone() } else { Traced::made(words, at) };
        Some(match resolve(scalar, tag, self.schema) {
            Resolved::Null => Data::Null(same("null".to_owned())),
            Resolved::Bool(_) if self.core && !text.to_text().to_lowercase().contains(['t', 'a']) => Data::Str(text),
            Resolved::Bool(value) => Data::Bool(value, same(value.to_string())),
            Resolved::Int(value) => Data::Number(same(value.to_string())),
            Resolved::Float(value) if value.is_finite() => {
                let plain = text.known_str().is_some_and(is_json_number);
                Data::Number(if plain { text } else { Traced::made(format!("{value:?}"), at) })
            }
            Resolved::Float(_) => return None,
            Resolved::Str => Data::Str(text),
        })
    }
}

fn is_json_number(word: &str) -> bool {
    let digits = word.strip_prefix('-').unwrap_or(word);
    let (whole, rest) = digits.split_at(digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len()));
    let whole = !whole.is_empty() && (whole == "0" || !whole.starts_with('0'));
    let (fraction, exponent) = rest.split_once(['e', 'E']).map_or((rest, None), |(f, e)| (f, Some(e)));
    let number = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    whole
        && (fraction.is_empty() || fraction.strip_prefix('.').is_some_and(number))
        && exponent.is_none_or(|e| number(e.strip_prefix(['-', '+']).unwrap_or(e)))
}

/// The layout of JSON.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// One level of indentation; `None` writes everything on one line.
    pub indent: Option<String>,
    /// Written between two items, excluding the line end.
    pub comma: String,
    /// Written between a key and its value.
    pub colon: String,
    /// Keys sorted by their characters.
    pub sort_keys: bool,
    /// ASCII only.
    pub ascii: bool,
    /// The character 127 is escaped.
    pub delete: bool,
}

impl Layout {
    /// On one line, without a blank.
    pub(crate) fn compact() -> Self {
        Self {
            indent: None,
            comma: ",".to_owned(),
            colon: ":".to_owned(),
            sort_keys: false,
            ascii: false,
            delete: false,
        }
    }
}

/// The value as JSON.
pub(crate) fn to_json(data: &Data, layout: &Layout, at: Span) -> Result<Traced, Why> {
    let mut out = Traced::new();
    write_json(data, layout, 0, at, &mut out)?;
    if out.len() > MAX_BYTES { Err(Why::limit("size of a value that is written")) } else { Ok(out) }
}

fn write_json(data: &Data, layout: &Layout, level: usize, at: Span, out: &mut Traced) -> Result<(), Why> {
    if level > MAX_LEVELS || out.len() > MAX_BYTES {
        return Err(Why::limit("size of a value that is written"));
    }
    let line = |level: usize, out: &mut Traced| {
        if let Some(indent) = &layout.indent {
            out.push_made(format!("\n{}", indent.repeat(level)).as_bytes(), at);
        }
    };
    match data {
        Data::Null(text) | Data::Bool(_, text) | Data::Number(text) | Data::Unknown(text) => out.push(text),
        Data::Str(text) => quoted(text, layout, at, out),
        Data::List(items) => {
            out.push_made(b"[", at);
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push_made(layout.comma.as_bytes(), at);
                }
                line(level + 1, out);
                write_json(item, layout, level + 1, at, out)?;
            }
            if !items.is_empty() {
                line(level, out);
            }
            out.push_made(b"]", at);
        }
        Data::Map(pairs) => {
            out.push_made(b"{", at);
            for (n, (key, value)) in in_order(pairs, layout.sort_keys).into_iter().enumerate() {
                if n > 0 {
                    out.push_made(layout.comma.as_bytes(), at);
                }
                line(level + 1, out);
                quoted(key, layout, at, out);
                out.push_made(layout.colon.as_bytes(), at);
                write_json(value, layout, level + 1, at, out)?;
            }
            if !pairs.is_empty() {
                line(level, out);
            }
            out.push_made(b"}", at);
        }
    }
    Ok(())
}

fn in_order(pairs: &[(Traced, Data)], sorted: bool) -> Vec<&(Traced, Data)> {
    let mut pairs: Vec<_> = pairs.iter().collect();
    if sorted {
        pairs.sort_by(|a, b| a.0.bytes().cmp(b.0.bytes()));
    }
    pairs
}

/// A text in double quotes, with the escapes of JSON.
fn quoted(text: &Traced, layout: &Layout, at: Span, out: &mut Traced) {
    let place = text.span().unwrap_or(at);
    out.push_made(b"\"", place);
    let Some(words) = text.as_str() else {
        out.push_made(String::from_utf8_lossy(text.bytes()).as_bytes(), place);
        out.push_made(b"\"", place);
        return;
    };
    let unknowns: Vec<_> = text.unknowns().map(|(range, ..)| range.start).collect();
    let mut done = 0;
    for (n, c) in words.char_indices() {
        if unknowns.contains(&n) {
            continue;
        }
        let escaped = match c {
            '"' => "\\\"".to_owned(),
            '\\' => "\\\\".to_owned(),
            '\n' => "\\n".to_owned(),
            '\t' => "\\t".to_owned(),
            '\r' => "\\r".to_owned(),
            '\u{8}' => "\\b".to_owned(),
            '\u{c}' => "\\f".to_owned(),
            '\0'..='\u{1f}' => format!("\\u{:04x}", u32::from(c)),
            '\u{7f}' if layout.delete => "\\u007f".to_owned(),
            _ if layout.ascii && !c.is_ascii() => {
                let units: Vec<_> = c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect();
                units.concat()
            }
            _ => continue,
        };
        out.push(&text.slice(done..n));
        out.push_made(escaped.as_bytes(), text.slice(n..n + c.len_utf8()).span().unwrap_or(place));
        done = n + c.len_utf8();
    }
    out.push(&text.slice(done..text.len()));
    out.push_made(b"\"", place);
}

/// Which program's YAML is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Yaml {
    /// PyYAML's `safe_dump`, in block style.
    Python {
        /// Keys sorted by their characters.
        sort_keys: bool,
        /// Lists are indented below their key.
        indented: bool,
    },
    /// go-yaml v3's, with lists indented below their key.
    Go,
}

/// The value as YAML in block style, with a line end. Texts that need escapes are in double quotes, and lines are not folded.
pub(crate) fn to_yaml(data: &Data, flavour: Yaml, at: Span) -> Result<Traced, Why> {
    let mut out = Traced::new();
    Writer { flavour, at }.block(data, 0, &mut out)?;
    // A lone plain scalar is followed by the end marker of the document.
    let scalar = !matches!(data, Data::List(_) | Data::Map(_));
    if scalar && flavour != Yaml::Go && !out.bytes().starts_with(b"'") && !out.bytes().starts_with(b"\"") {
        out.push_made(b"...\n", at);
    }
    Ok(out)
}

struct Writer {
    flavour: Yaml,
    at: Span,
}

impl Writer {
    /// A value that begins at the start of a line, or after a dash.
    fn block(&self, data: &Data, level: usize, out: &mut Traced) -> Result<(), Why> {
        if level > MAX_LEVELS || out.len() > MAX_BYTES {
            return Err(Why::limit("size of a value that is written"));
        }
        match data {
            Data::List(items) if !items.is_empty() => {
                for (n, item) in items.iter().enumerate() {
                    if n > 0 {
                        self.indent(level, out);
                    }
                    out.push_made(b"- ", self.at);
                    self.block(item, level + 1, out)?;
                }
            }
            Data::Map(pairs) if !pairs.is_empty() => {
                let sorted = matches!(self.flavour, Yaml::Python { sort_keys: true, .. });
                for (n, (key, value)) in in_order(pairs, sorted).into_iter().enumerate() {
                    if n > 0 {
                        self.indent(level, out);
                    }
                    self.scalar(key, out);
                    out.push_made(b":", self.at);
                    match value {
                        Data::List(items) if !items.is_empty() => {
                            let flat = matches!(self.flavour, Yaml::Python { indented: false, .. });
                            let level = if flat { level } else { level + 1 };
                            out.push_made(b"\n", self.at);
                            self.indent(level, out);
                            self.block(value, level, out)?;
                        }
                        Data::Map(pairs) if !pairs.is_empty() => {
                            out.push_made(b"\n", self.at);
                            self.indent(level + 1, out);
                            self.block(value, level + 1, out)?;
                        }
                        other => {
                            out.push_made(b" ", self.at);
                            self.block(other, level, out)?;
                        }
                    }
                }
            }
            Data::List(_) => out.push_made(b"[]\n", self.at),
            Data::Map(_) => out.push_made(b"{}\n", self.at),
            Data::Null(text) | Data::Bool(_, text) | Data::Number(text) | Data::Unknown(text) => {
                out.push(text);
                out.push_made(b"\n", self.at);
            }
            Data::Str(text) => {
                self.scalar(text, out);
                out.push_made(b"\n", self.at);
            }
        }
        Ok(())
    }

    fn indent(&self, level: usize, out: &mut Traced) {
        out.push_made("  ".repeat(level).as_bytes(), self.at);
    }

    fn scalar(&self, text: &Traced, out: &mut Traced) {
        let schema = if self.flavour == Yaml::Go { Schema::Kubernetes } else { Schema::Python };
        let scalar = Scalar { text: text.clone(), style: Style::Plain };
        let date = text.len() >= 8
            && text.bytes().get(..5).is_some_and(|b| b.ends_with(b"-") && b[..4].iter().all(u8::is_ascii_digit));
        let is_text = text.has_unknown() || !date && resolve(&scalar, None, schema) == Resolved::Str;
        let words = text.to_text();
        let place = text.span().unwrap_or(self.at);
        // The characters of a plain scalar, and of its start: YAML 1.1, section 9.1.3 (as PyYAML's `analyze_scalar`).
        let first = words.chars().next();
        let marked = words.starts_with(['-', '?', ':'])
            && words.get(1..).unwrap_or_default().chars().next().is_none_or(char::is_whitespace);
        let other = marked
            || ["---", "...", " ", "="].iter().any(|start| words.starts_with(start))
            || words.ends_with([' ', ':'])
            || words.contains(": ")
            || words.contains(" #")
            || words.chars().any(|c| c.is_control() || c == '\u{feff}');
        let plain = first.is_some_and(|c| !"#,[]{}&*!|>'\"%@`".contains(c)) && !other;
        let printable = !words.chars().any(|c| c.is_control() || c == '\u{feff}');
        if plain && is_text {
            out.push(text);
        } else if printable && (self.flavour != Yaml::Go || words.contains(['"', '\\'])) {
            out.push_made(b"'", place);
            let quote = Traced::made("''", place);
            out.push(&text.replace(b"'", &quote));
            out.push_made(b"'", place);
        } else {
            quoted(text, &Layout::compact(), self.at, out);
        }
    }
}
