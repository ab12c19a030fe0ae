//! Jinja, as Ansible uses it: a tree of texts, tags and expressions. Filters are not evaluated here. Source: pallets/jinja
//! `src/jinja2/lexer.py` and `parser.py`, with `trim_blocks` as Ansible sets it.

use std::ops::Range;
use std::sync::Arc;

use crate::text::{Span, View};

use super::SyntaxError;
use super::template::{Next, Piece, Pieces, Tag, error, trimmed};

mod expression;

use expression::Tokens;
pub(crate) use expression::{Expr, ExprKind, expression};

/// A part of a template.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// Literal text.
    Text(Span),
    /// `{{ … }}`
    Output(Expr),
    /// `if`, `elif` and `else`.
    If(Vec<(Expr, Vec<Self>)>, Vec<Self>),
    /// `for`
    For(Box<Loop>),
    /// `set name = …`
    Set(String, Expr),
    /// `set name` with a body.
    SetBody(String, Vec<Self>),
    /// `with`: names and values for the body.
    With(Vec<(String, Expr)>, Vec<Self>),
    /// `include`
    Include(Expr),
    /// `macro`
    Macro(String, Arc<Macro>),
    /// `from … import`: names and what they are called here; without any, `import … as` the given prefix.
    Import(Expr, Vec<(String, String)>, String),
    /// `extends`
    Extends(Expr),
    /// `block`
    Block(String, Arc<Vec<Self>>),
}

/// A loop.
#[derive(Clone, Debug)]
pub(crate) struct Loop {
    /// The names of an item.
    pub names: Vec<String>,
    /// What it goes over.
    pub over: Expr,
    /// What an item must fulfil.
    pub only: Option<Expr>,
    /// What is repeated.
    pub body: Vec<Part>,
    /// What stands there without items.
    pub other: Vec<Part>,
}

/// A macro.
#[derive(Clone, Debug)]
pub(crate) struct Macro {
    /// Its parameters with their defaults.
    pub parameters: Vec<(String, Option<Expr>)>,
    /// Its body.
    pub body: Vec<Part>,
}

/// Parses a template.
///
/// # Errors
/// The first syntax error, or the first unsupported tag.
pub(crate) fn parse(view: &View) -> Result<Vec<Part>, SyntaxError> {
    let mut parser = Parser { view, pieces: Pieces::new(view, pieces(view)?) };
    let (parts, end) = parser.list(0)?;
    match end {
        None => Ok(parts),
        Some((at, _, _)) => Err(error(at, "a tag without its beginning")),
    }
}

fn pieces(view: &View) -> Result<Vec<Piece>, SyntaxError> {
    let bytes = &view.bytes;
    let mut out = Vec::new();
    let (mut from, mut trim, mut newline) = (0, false, false);
    // The first line may contain options of the template.
    let mut options = &b""[..];
    if let Some(rest) = bytes.strip_prefix(b"#jinja2:") {
        from = bytes.iter().position(|b| *b == b'\n').map_or(bytes.len(), |p| p + 1);
        options = &rest[..from - (bytes.len() - rest.len())];
    }
    let option = |name: &str, value: &str| {
        let given = String::from_utf8_lossy(options).replace(' ', "").to_lowercase();
        given.split(',').any(|option| option.trim() == format!("{name}:{value}"))
    };
    let (keeps_breaks, cuts_indents) = (option("trim_blocks", "false"), option("lstrip_blocks", "true"));
    loop {
        let open = bytes[from..].windows(2).position(|w| matches!(w, b"{{" | b"{%" | b"{#")).map(|p| from + p);
        let end = open.unwrap_or(bytes.len());
        let mut start = from;
        if newline {
            start += usize::from(bytes[start..].starts_with(b"\r\n"))
                + usize::from(matches!(bytes.get(start), Some(b'\n' | b'\r')));
            start = start.min(end);
        }
        let cut = open.is_some_and(|at| bytes.get(at + 2) == Some(&b'-'));
        let mut text = start..end;
        if cuts_indents && open.is_some_and(|at| bytes[at + 1] != b'{' && bytes.get(at + 2) != Some(&b'+')) {
            let indent = bytes[start..end].iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count();
            let line_starts = end - indent == 0 || bytes[end - indent - 1] == b'\n';
            text.end -= if line_starts { indent } else { 0 };
        }
        out.extend(trimmed(bytes, text, trim, cut));
        let Some(open) = open else { return Ok(out) };
        let kind = bytes[open + 1];
        let inner = open + 2 + usize::from(cut || kind == b'%' && bytes.get(open + 2) == Some(&b'+'));
        let mark: &[u8] = match kind {
            b'{' => b"}}",
            b'%' => b"%}",
            _ => b"#}",
        };
        let close =
            close(bytes, inner, mark, kind != b'#').ok_or_else(|| error(view.span(open..open + 2), "not closed"))?;
        trim = close > inner && bytes[close - 1] == b'-';
        let end = close - usize::from(trim || close > inner && kind == b'%' && bytes[close - 1] == b'+');
        newline = kind != b'{' && !keeps_breaks;
        from = close + 2;
        match kind {
            b'{' => out.push(Piece::Output(inner..end)),
            b'%' if bytes[inner..end].trim_ascii() == b"raw" => {
                let rest = &bytes[from..];
                let found = rest.windows(2).enumerate().filter(|(_, w)| *w == b"{%").find_map(|(n, _)| {
                    let length = rest[n..].windows(2).position(|w| w == b"%}")?;
                    let word = rest[n + 2..n + length].trim_ascii().trim_ascii_start();
                    let word = word.strip_prefix(b"-").unwrap_or(word);
                    let word = word.strip_suffix(b"-").unwrap_or(word);
                    (word.trim_ascii() == b"endraw").then_some((n, n + length + 2))
                });
                let (length, after) =
                    found.ok_or_else(|| error(view.span(open..open + 2), "`raw` without `endraw`"))?;
                out.push(Piece::Text(from..from + length));
                from += after;
            }
            b'%' => out.push(Piece::Tag(inner..end)),
            _ => {}
        }
    }
}

fn close(bytes: &[u8], from: usize, mark: &[u8], quotes: bool) -> Option<usize> {
    let (mut at, mut depth) = (from, 0_usize);
    while at + 1 < bytes.len() {
        match bytes[at] {
            _ if bytes[at..].starts_with(mark) && depth == 0 => return Some(at),
            quote @ (b'"' | b'\'') if quotes => {
                at += 1;
                while bytes.get(at).is_some_and(|b| *b != quote) {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            b'{' if quotes => {
                depth += 1;
                at += 1;
            }
            b'}' if quotes && depth > 0 => {
                depth -= 1;
                at += 1;
            }
            _ => at += 1,
        }
    }
    None
}

type End = Option<(Span, String, Range<usize>)>;

struct Parser<'v> {
    view: &'v View,
    pieces: Pieces<'v>,
}

impl Parser<'_> {
    /// Parts up to a tag that ends or continues a block.
    fn list(&mut self, depth: usize) -> Result<(Vec<Part>, End), SyntaxError> {
        let mut out = Vec::new();
        while let Some(next) = self.pieces.next(depth)? {
            let Tag { at, word, rest, .. } = match next {
                Next::Text(span) => {
                    out.push(Part::Text(span));
                    continue;
                }
                Next::Output(range) => {
                    let at = self.view.span(range.clone());
                    // One that is not understood is unknown; the others are known.
                    let expr = self.expr(range).unwrap_or(Expr { kind: ExprKind::Bad, at });
                    out.push(Part::Output(expr));
                    continue;
                }
                Next::Tag(tag) => tag,
            };
            match word.as_str() {
                "if" => {
                    let mut branches = Vec::new();
                    let mut condition = self.expr(rest)?;
                    let mut other = Vec::new();
                    loop {
                        let (body, end) = self.list(depth + 1)?;
                        branches.push((condition, body));
                        match end {
                            Some((_, word, rest)) if word == "elif" => condition = self.expr(rest)?,
                            Some((_, word, _)) if word == "else" => {
                                let (body, end) = self.list(depth + 1)?;
                                other = body;
                                expect(end, "endif", at)?;
                                break;
                            }
                            end => {
                                expect(end, "endif", at)?;
                                break;
                            }
                        }
                    }
                    out.push(Part::If(branches, other));
                }
                "for" => {
                    let mut tokens = Tokens::new(self.view, rest)?;
                    let mut names = Vec::new();
                    while let Some(name) = tokens.word() {
                        names.push(name);
                        if !tokens.eat(",") {
                            break;
                        }
                    }
                    if !tokens.eat("in") {
                        return Err(error(at, "`for` without `in`"));
                    }
                    let over = tokens.or(0)?;
                    let only = if tokens.eat("if") { Some(tokens.or(0)?) } else { None };
                    tokens.end()?;
                    let (body, end) = self.list(depth + 1)?;
                    let mut other = Vec::new();
                    match end {
                        Some((_, word, _)) if word == "else" => {
                            let (body, end) = self.list(depth + 1)?;
                            other = body;
                            expect(end, "endfor", at)?;
                        }
                        end => expect(end, "endfor", at)?,
                    }
                    out.push(Part::For(Box::new(Loop { names, over, only, body, other })));
                }
                "set" => {
                    let mut tokens = Tokens::new(self.view, rest)?;
                    let name = tokens.word().ok_or_else(|| error(at, "`set` without a name"))?;
                    if tokens.eat("=") {
                        let value = tokens.choice(0)?;
                        tokens.end()?;
                        out.push(Part::Set(name, value));
                    } else {
                        tokens.end()?;
                        let (body, end) = self.list(depth + 1)?;
                        expect(end, "endset", at)?;
                        out.push(Part::SetBody(name, body));
                    }
                }
                "elif" | "else" | "endif" | "endfor" | "endset" | "endmacro" | "endblock" | "endwith" => {
                    return Ok((out, Some((at, word, rest))));
                }
                // It prints nothing, and may change a list or a map.
                "do" => out.push(Part::Set(String::new(), self.expr(rest)?)),
                _ => out.push(self.of_files(&word, at, rest, depth)?),
            }
        }
        Ok((out, None))
    }

    /// A tag that names another template or a part of one.
    fn of_files(&mut self, word: &str, at: Span, rest: Range<usize>, depth: usize) -> Result<Part, SyntaxError> {
        let mut tokens = Tokens::new(self.view, rest)?;
        let name = |tokens: &mut Tokens<'_>| tokens.word().ok_or_else(|| error(at, "a name is missing"));
        match word {
            "include" => {
                let file = tokens.choice(0)?;
                for words in [["ignore", "missing"], ["with", "context"], ["without", "context"]] {
                    let _ = tokens.eat(words[0]) && tokens.eat(words[1]);
                }
                tokens.end()?;
                Ok(Part::Include(file))
            }
            "extends" => Ok(Part::Extends(tokens.choice(0)?)),
            "import" => {
                let file = tokens.choice(0)?;
                tokens.eat("as");
                Ok(Part::Import(file, Vec::new(), name(&mut tokens)?))
            }
            "from" => {
                let file = tokens.choice(0)?;
                tokens.eat("import");
                let mut names = Vec::new();
                while let Some(one) = tokens.word().filter(|word| word != "with" && word != "without") {
                    let own = if tokens.eat("as") { name(&mut tokens)? } else { one.clone() };
                    names.push((one, own));
                    if !tokens.eat(",") {
                        break;
                    }
                }
                Ok(Part::Import(file, names, String::new()))
            }
            "macro" => {
                let own = name(&mut tokens)?;
                tokens.eat("(");
                let mut parameters = Vec::new();
                while let Some(parameter) = tokens.word() {
                    parameters.push((parameter, if tokens.eat("=") { Some(tokens.choice(0)?) } else { None }));
                    if !tokens.eat(",") {
                        break;
                    }
                }
                let (body, end) = self.list(depth + 1)?;
                expect(end, "endmacro", at)?;
                Ok(Part::Macro(own, Arc::new(Macro { parameters, body })))
            }
            "block" => {
                let own = name(&mut tokens)?;
                let (body, end) = self.list(depth + 1)?;
                expect(end, "endblock", at)?;
                Ok(Part::Block(own, Arc::new(body)))
            }
            "with" => {
                let mut values = Vec::new();
                while let Some(own) = tokens.word() {
                    tokens.eat("=");
                    values.push((own, tokens.choice(0)?));
                    if !tokens.eat(",") {
                        break;
                    }
                }
                let (body, end) = self.list(depth + 1)?;
                expect(end, "endwith", at)?;
                Ok(Part::With(values, body))
            }
            _ => Err(error(at, "an unsupported tag")),
        }
    }

    fn expr(&self, range: Range<usize>) -> Result<Expr, SyntaxError> {
        expression::within(self.view, range)
    }
}

fn expect(end: End, word: &str, at: Span) -> Result<(), SyntaxError> {
    match end {
        Some((_, found, _)) if found == word => Ok(()),
        _ => Err(error(at, &format!("no `{word}`"))),
    }
}

#[cfg(test)]
mod tests;
