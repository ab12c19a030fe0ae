//! A filter prepared for the engine: bounded, and with a variable in place of each literal, to trace output to the filter.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::LazyLock;

use jaq_core::load::lex::{Expect, Lexer, StrPart, Tok, Token};
use jaq_core::load::parse::{BinaryOp, Def, Pattern, Term};
use jaq_core::load::{Arena, File, Loader, parse};
use jaq_core::path::{Part, Path};
use jaq_core::{Compiler, Ctx, Vars};

use crate::text::{Traced, Why};

use super::input;
use super::natives::{Data, all};
use super::value::{self, Val, give_up, given_up};

/// The most tokens of a filter.
const MAX_TOKENS: usize = 1_000;

/// The most brackets of a filter, and their deepest nesting.
const MAX_BRACKETS: usize = 400;
const MAX_NESTING: usize = 40;

/// The most words of a filter that can begin a term, and therefore nest without brackets.
const MAX_PREFIXES: usize = 100;

/// The deepest nesting of terms in a filter: brackets, prefixes, and chained operators.
const MAX_DEPTH: usize = 120;

/// The longest filter, in bytes.
const MAX_FILTER: usize = 1 << 15;

/// The words that can begin a term.
const PREFIXES: [&str; 9] = ["-", "def", "if", "try", "catch", "label", "reduce", "foreach", "?"];

/// The definitions of the engine's library that behave as in jq and terminate.
const FROM_LIBRARY: &str = "abs all any arrays booleans empty error false first getpath isarray isboolean isempty isnumber \
    isobject isstring iterables last map map_values max max_by min min_by not nth null nulls numbers \
    objects paths range select setpath strings tostring true unique unique_by";

/// How a run ended.
pub(super) struct Ended {
    /// True if the filter failed on one of the inputs.
    pub(super) failed: bool,
}

/// Why there is no result.
pub(super) enum Refused {
    /// jq itself refuses the filter, for certain.
    Syntax,
    /// Not supported here; jq may refuse it as well.
    Unread(Why),
    /// Unknown.
    Unknown(Why),
}

impl From<Why> for Refused {
    fn from(why: Why) -> Self {
        Self::Unknown(why)
    }
}

/// Runs the filter `code` on each of the inputs, or once on null; `emit` takes the outputs and returns whether to go on.
///
/// # Errors
/// Why the result of the filter is unknown: it uses unsupported constructs or unknown values.
pub(super) fn run(
    code: &Traced,
    vars: Vec<(String, Val)>,
    inputs: Vec<Val>,
    null_input: bool,
    emit: &mut dyn FnMut(&Val),
) -> Result<Ended, Refused> {
    let not = |what: String| Why::NotUnderstood(what.into());
    let text = code.as_str().ok_or_else(|| not("a jq filter that is not UTF-8".to_owned()))?;
    let text = if text.trim().is_empty() { "." } else { text };
    let brackets = text.bytes().filter(|b| b"([{".contains(b)).count();
    if text.len() > MAX_FILTER || brackets > MAX_BRACKETS {
        return Err(Why::limit("size of a jq filter").into());
    }
    match Lexer::new(text).lex() {
        Ok(tokens) => {
            if depth(&tokens) > MAX_NESTING
                || count(&tokens, &|_| true) > MAX_TOKENS
                || count(&tokens, &|word| PREFIXES.contains(&word)) > MAX_PREFIXES
            {
                return Err(Why::limit("size of a jq filter").into());
            }
        }
        Err(faults) if !code.has_unknown() && faults.iter().any(|(e, _)| matches!(e, Expect::Delim(_))) => {
            return Err(Refused::Syntax);
        }
        Err(_) => {}
    }
    let syntax = || match code.first_unknown() {
        Some((_, why)) => Refused::Unknown(why.clone()),
        None => Refused::Unread(not("the syntax of this jq filter".to_owned())),
    };
    let term = parse(text, |p| p.term()).ok_or_else(syntax)?;
    let names: Vec<String> = (0..text.len()).map(|n| format!("$!{n}")).collect();
    let mut rewriter =
        Rewriter { code, text, names: &names, literals: Vec::new(), defs: Vec::new(), depth: 0, refused: None };
    let term = rewriter.term(term);
    if let Some(why) = rewriter.refused {
        return Err(why.into());
    }
    let literals = rewriter.literals;
    let main = Def { name: "!main", args: Vec::new(), body: term };
    // The engine's parser accepts only a word as the name of a main filter, so the real filter gets one.
    let start = Def { name: "main", args: Vec::new(), body: Term::Call("!main", Vec::new()) };
    let arena = Arena::default();
    let modules = Loader::new(needed(text).map(borrowed).chain([main, start]))
        .load(&arena, File { code: "main", path: () })
        .map_err(|_| syntax())?;
    let globals = vars.iter().map(|(name, _)| name.as_str());
    let globals = globals.chain(names.iter().take(literals.len()).map(String::as_str));
    let filter = Compiler::<&str, Data>::default().with_funs(all()).with_global_vars(globals).compile(modules);
    let filter = filter.map_err(|errors| {
        let name = errors.iter().flat_map(|(_, e)| e).map(|(name, _)| *name).next();
        not(name.map_or_else(|| "this jq filter".to_owned(), |name| format!("jq's {name}")))
    })?;
    let values: Vec<Val> = vars.into_iter().map(|(_, val)| val).chain(literals).collect();
    let mut ended = Ended { failed: false };
    value::queue(inputs);
    let mut first = null_input.then(Val::null);
    while let Some(val) = first.take().or_else(|| if null_input { None } else { value::next_input() }) {
        let ctx = Ctx::<Data>::new(&filter.lut, Vars::new(values.iter().cloned()));
        for output in filter.id.run((ctx, val)) {
            if let Some(why) = given_up() {
                return Err(why.into());
            }
            match output {
                Ok(val) => emit(&val),
                Err(exception) => {
                    let error = exception.get_err().map_err(|_| not("this end of a jq filter".to_owned()))?;
                    if error.to_string().starts_with("invalid path expression") {
                        give_up(not("this jq path expression".to_owned()));
                    }
                    // jq goes on with the next input, and exits with 5 at the end.
                    ended.failed = true;
                    break;
                }
            }
        }
        if let Some(why) = given_up() {
            return Err(why.into());
        }
    }
    Ok(ended)
}

/// The definitions that a filter may use, in order, each with the numbers of those that it may use itself. Reading them takes
/// longer than most filters run.
static LIBRARY: LazyLock<Vec<(Def<&'static str>, Vec<usize>)>> = LazyLock::new(|| {
    let known = jaq_core::defs().chain(jaq_std::defs());
    let known = known.filter(|def| FROM_LIBRARY.split(' ').any(|name| name == def.name));
    let own = parse(include_str!("prelude.jq"), |p| p.defs()).unwrap_or_default();
    let defs: Vec<Def<&'static str>> = known.chain(own).collect();
    let mut numbers: HashMap<&str, Vec<usize>> = HashMap::new();
    for (n, def) in defs.iter().enumerate() {
        numbers.entry(def.name).or_default().push(n);
    }
    let uses = |def: &Def<&'static str>| {
        // Every name stands between quotes there.
        let body = format!("{:?}", def.body);
        body.split('"').filter_map(|word| numbers.get(word)).flatten().copied().collect()
    };
    let uses: Vec<Vec<usize>> = defs.iter().map(uses).collect();
    defs.into_iter().zip(uses).collect()
});

/// Definitions that a filter uses without naming them: the rewritten one does.
const ADDED: [&str; 2] = ["empty", "tostring"];

/// The definitions that a filter may need: those whose name stands anywhere in it, and all that these use.
fn needed(text: &str) -> impl Iterator<Item = Def<&'static str>> {
    let named = |def: &Def<&'static str>| text.contains(def.name) || ADDED.contains(&def.name);
    let mut open: Vec<usize> = (0..LIBRARY.len()).filter(|n| named(&LIBRARY[*n].0)).collect();
    let mut needed = vec![false; LIBRARY.len()];
    while let Some(n) = open.pop() {
        if !std::mem::replace(&mut needed[n], true) {
            open.extend(&LIBRARY[n].1);
        }
    }
    LIBRARY.iter().zip(needed).filter(|(_, needed)| *needed).map(|((def, _), _)| def.clone())
}

/// A library definition, with the lifetime of the filter's own.
fn borrowed<'a>(def: Def<&'static str>) -> Def<&'a str> {
    def
}

/// The tokens below a token.
fn below<'t, 's>(Token(_, tok): &'t Token<&'s str>) -> Vec<&'t Token<&'s str>> {
    match tok {
        Tok::Block(tokens) => tokens.iter().collect(),
        Tok::Str(parts) => {
            let token = |part: &'t StrPart<&'s str, Token<&'s str>>| match part {
                StrPart::Term(token) => Some(token),
                _ => None,
            };
            parts.iter().filter_map(token).collect()
        }
        _ => Vec::new(),
    }
}

/// How deep brackets nest.
fn depth<'t, 's: 't>(tokens: impl IntoIterator<Item = &'t Token<&'s str>>) -> usize {
    tokens.into_iter().map(|token| below(token)).filter(|t| !t.is_empty()).map(|t| 1 + depth(t)).max().unwrap_or(0)
}

/// The number of tokens that satisfy `is`.
fn count<'t, 's: 't>(tokens: impl IntoIterator<Item = &'t Token<&'s str>>, is: &dyn Fn(&str) -> bool) -> usize {
    tokens.into_iter().map(|token| usize::from(is(token.0)) + count(below(token), is)).sum()
}

struct Rewriter<'a> {
    code: &'a Traced,
    text: &'a str,
    names: &'a [String],
    literals: Vec<Val>,
    /// The functions whose bodies are being read.
    defs: Vec<(&'a str, usize)>,
    /// The nesting of the term that is being read.
    depth: usize,
    refused: Option<Why>,
}

type Ast<'a> = Term<&'a str>;

impl<'a> Rewriter<'a> {
    fn refuse(&mut self, what: String) {
        self.refused.get_or_insert(Why::NotUnderstood(what.into()));
    }

    /// The part of the filter that `part` refers to, with its places; `None` if it is not a part of it.
    fn place(&self, part: &str) -> Option<std::ops::Range<usize>> {
        let start = (part.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        (start + part.len() <= self.code.len()).then_some(start..start + part.len())
    }

    fn literal(&mut self, val: Val) -> Ast<'a> {
        match self.names.get(self.literals.len()) {
            Some(name) => {
                self.literals.push(val);
                Term::Var(name)
            }
            // There are fewer literals than bytes.
            None => Term::Id,
        }
    }

    fn text_literal(&mut self, text: Traced) -> Ast<'a> {
        self.literal(Val::Str(Rc::new(text)))
    }

    fn word(&mut self, part: &'a str) -> Ast<'a> {
        let text = match self.place(part) {
            Some(range) => self.code.slice(range),
            None => (*super::value::made(part)).clone(),
        };
        self.text_literal(text)
    }

    /// A string; interpolations become a sum of the parts.
    fn string(&mut self, format: Option<&'a str>, parts: Vec<StrPart<&'a str, Ast<'a>>>) -> Ast<'a> {
        let mut terms: Vec<Ast<'a>> = Vec::new();
        let mut text = Traced::new();
        // The position in the filter, as far as it is known: escapes have no position.
        let mut at = None;
        for part in parts {
            match part {
                StrPart::Str(part) => match self.place(part) {
                    Some(range) => {
                        text.push(&self.code.slice(range.clone()));
                        at = Some(range.end);
                    }
                    None => text.push(&super::value::made(part)),
                },
                StrPart::Char(c) => {
                    let near = at.map_or_else(|| self.code.clone(), |at| self.code.slice(at..at + 2));
                    if let Some(span) = near.span() {
                        text.push_made(c.encode_utf8(&mut [0; 4]).as_bytes(), span);
                    }
                    let escape: usize =
                        if self.text.get(at.unwrap_or(0)..).is_some_and(|t| t.starts_with("\\u")) { 6 } else { 2 };
                    at = at.map(|at| at + escape);
                }
                StrPart::Term(term) => {
                    at = None;
                    if !text.is_empty() {
                        let part = self.text_literal(std::mem::take(&mut text));
                        terms.push(part);
                    }
                    let term = self.term(term);
                    let call = Term::Call(format.unwrap_or("tostring"), Vec::new());
                    terms.push(Term::BinOp(Box::new(term), BinaryOp::Pipe(None), Box::new(call)));
                }
            }
        }
        if !text.is_empty() || terms.is_empty() {
            let part = self.text_literal(text);
            terms.push(part);
        }
        let mut terms = terms.into_iter();
        let first = terms.next().unwrap_or_default();
        terms.fold(first, |sum, term| {
            Term::BinOp(Box::new(sum), BinaryOp::Math(jaq_core::ops::Math::Add), Box::new(term))
        })
    }

    #[expect(clippy::boxed_local, reason = "the syntax tree holds boxes")]
    fn boxed(&mut self, term: Box<Ast<'a>>) -> Box<Ast<'a>> {
        Box::new(self.term(*term))
    }

    /// `term`, with no outputs once the call has no steps left.
    fn counted(term: Ast<'a>) -> Ast<'a> {
        let ok = Term::Call("!ok", Vec::new());
        Term::IfThenElse(vec![(ok, term)], Some(Box::new(Term::Call("empty", Vec::new()))))
    }

    fn term(&mut self, term: Ast<'a>) -> Ast<'a> {
        if self.depth >= MAX_DEPTH {
            self.refused.get_or_insert(Why::limit("depth of a jq filter"));
            return Term::Id;
        }
        self.depth += 1;
        let term = self.rewritten(term);
        self.depth -= 1;
        term
    }

    fn rewritten(&mut self, term: Ast<'a>) -> Ast<'a> {
        match term {
            Term::Id | Term::Recurse | Term::Break(_) => term,
            Term::Num(digits) => {
                let text = self.place(digits).map(|range| self.code.slice(range)).unwrap_or_default();
                match input::bare(Rc::new(text)) {
                    Some(val) => self.literal(val),
                    None => Term::Num(digits),
                }
            }
            Term::Str(format, parts) => self.string(format, parts),
            Term::Arr(inner) => Term::Arr(inner.map(|t| self.boxed(t))),
            Term::Obj(pairs) => Term::Obj(pairs.into_iter().map(|(k, v)| self.pair(k, v)).collect()),
            Term::Neg(inner) => Term::Neg(self.boxed(inner)),
            Term::BinOp(left, op, right) => self.operation(*left, op, *right),
            Term::Label(name, inner) => Term::Label(name, self.boxed(inner)),
            Term::Fold(kind, over, pattern, args) => {
                let over = self.boxed(over);
                let pattern = self.pattern(pattern);
                // An update through a fold nests as deep as there are items.
                let args = args.into_iter().map(|t| Self::counted(self.term(t)));
                Term::Fold(kind, over, pattern, args.collect())
            }
            Term::TryCatch(inner, catch) => {
                let inner = self.boxed(inner);
                Term::TryCatch(inner, catch.map(|t| self.boxed(t)))
            }
            Term::IfThenElse(cases, other) => {
                let cases = cases.into_iter().map(|(c, t)| (self.term(c), self.term(t))).collect();
                Term::IfThenElse(cases, other.map(|t| self.boxed(t)))
            }
            Term::Def(defs, inner) => {
                let defs = defs.into_iter().map(|def| self.def(def)).collect();
                Term::Def(defs, self.boxed(inner))
            }
            Term::Call(name @ ("null" | "true" | "false"), args) if args.is_empty() => {
                let text = self.place(name).map(|range| self.code.slice(range)).unwrap_or_default();
                match input::bare(Rc::new(text)) {
                    Some(val) => self.literal(val),
                    None => Term::Call(name, args),
                }
            }
            Term::Call(name, args) => {
                if self.defs.contains(&(name, args.len())) {
                    self.refuse("a jq function that calls itself".to_owned());
                }
                if name.starts_with('_') || name == "main" {
                    self.refuse(format!("jq's {name}"));
                }
                Term::Call(name, args.into_iter().map(|t| self.term(t)).collect())
            }
            Term::Var(name) => {
                if matches!(name, "$__loc__" | "$ENV") {
                    self.refuse(format!("jq's {name}"));
                }
                Term::Var(name)
            }
            Term::Path(inner, Path(parts)) => {
                // Of the environment, only the variables that the filter names are known.
                let environment =
                    matches!(*inner, Term::Var("$ENV")) || matches!(&*inner, Term::Call("env", a) if a.is_empty());
                let named = |term: &Ast<'a>| match term {
                    Term::Str(None, parts) => matches!(parts.as_slice(), [StrPart::Str(_)]),
                    _ => false,
                };
                let inner = match parts.first() {
                    Some((Part::Index(name), _)) if environment && named(name) => Box::new(Term::Var("$ENV")),
                    _ => self.boxed(inner),
                };
                let parts = parts.into_iter().map(|(part, opt)| {
                    let part = match part {
                        Part::Index(index) => Part::Index(self.term(index)),
                        Part::Range(from, to) => Part::Range(from.map(|t| self.term(t)), to.map(|t| self.term(t))),
                    };
                    (part, opt)
                });
                Term::Path(inner, Path(parts.collect()))
            }
        }
    }

    fn def(&mut self, def: Def<&'a str>) -> Def<&'a str> {
        let Def { name, args, body } = def;
        self.defs.push((name, args.len()));
        let body = Self::counted(self.term(body));
        self.defs.pop();
        Def { name, args, body }
    }

    /// A pair of an object: its key, and its value, which is written out if omitted.
    fn pair(&mut self, key: Ast<'a>, value: Option<Ast<'a>>) -> (Ast<'a>, Option<Ast<'a>>) {
        match (key, value) {
            (Term::Var(name), None) => {
                let key = self.word(name.get(1..).unwrap_or_default());
                (key, Some(self.term(Term::Var(name))))
            }
            (Term::Var(name), Some(_)) => {
                self.refuse(format!("the object key {name}"));
                (Term::Id, None)
            }
            (key, value) => {
                let key = self.term(key);
                let value = match value {
                    Some(value) => self.term(value),
                    None => {
                        let part = (Part::Index(key.clone()), jaq_core::path::Opt::Essential);
                        Term::Path(Box::new(Term::Id), Path(vec![part]))
                    }
                };
                (key, Some(value))
            }
        }
    }

    fn pattern(&mut self, pattern: Pattern<&'a str>) -> Pattern<&'a str> {
        match pattern {
            Pattern::Var(name) => Pattern::Var(name),
            Pattern::Arr(items) => Pattern::Arr(items.into_iter().map(|p| self.pattern(p)).collect()),
            Pattern::Obj(pairs) => {
                Pattern::Obj(pairs.into_iter().map(|(k, p)| (self.term(k), self.pattern(p))).collect())
            }
        }
    }

    fn operation(&mut self, left: Ast<'a>, op: BinaryOp<&'a str>, right: Ast<'a>) -> Ast<'a> {
        let (left, right) = (self.term(left), self.term(right));
        let op = match op {
            BinaryOp::Pipe(pattern) => BinaryOp::Pipe(pattern.map(|p| self.pattern(p))),
            // jq runs the right side first, and for each of its outputs the left one.
            BinaryOp::Math(_) | BinaryOp::Cmp(_) if !matches!(right, Term::Var(_)) => {
                const RIGHT_VALUE: &str = "$!held";
                let inner = Term::BinOp(Box::new(left), op, Box::new(Term::Var(RIGHT_VALUE)));
                let bind_right = BinaryOp::Pipe(Some(Pattern::Var(RIGHT_VALUE)));
                return Term::BinOp(Box::new(right), bind_right, Box::new(inner));
            }
            BinaryOp::Comma => {
                return Term::BinOp(Box::new(left), BinaryOp::Comma, Box::new(Self::counted(right)));
            }
            other => other,
        };
        Term::BinOp(Box::new(left), op, Box::new(right))
    }
}

#[cfg(test)]
mod tests {
    use super::needed;

    #[test]
    fn a_filter_gets_the_definitions_that_it_needs_and_no_others() {
        let names = |text| needed(text).map(|def| def.name).collect::<Vec<_>>();
        let substitutes = names("gsub(\"a\"; \"b\")");
        for wanted in ["gsub", "_sub", "match", "_captured", "from_entries", "map", "empty", "tostring"] {
            assert!(substitutes.contains(&wanted), "{wanted} in {substitutes:?}");
        }
        let least = names(".a");
        assert!(!least.contains(&"gsub") && least.len() < 10, "{least:?}");
    }
}
