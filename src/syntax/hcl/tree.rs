//! The tree of HCL: bodies, blocks, expressions and templates, each with its source range.

use std::ops::{Deref, Range};
use std::sync::{Arc, OnceLock};

use crate::text::{Span, Traced, View, budget};

/// The content of a block, or of a whole file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Body {
    /// `name = value`, in the order of the source.
    pub attributes: Vec<Attribute>,
    /// Nested blocks, in the order of the source.
    pub blocks: Vec<Block>,
    /// Its source range.
    pub span: Span,
}

impl Body {
    /// The attribute with this name.
    pub(crate) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|a| &*a.name == name)
    }

    /// The blocks of this type.
    pub(crate) fn blocks_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |b| &*b.kind == kind)
    }
}

/// `name = value`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Attribute {
    /// The name.
    pub name: Arc<str>,
    /// The source range of the name.
    pub name_span: Span,
    /// The value.
    pub value: Late,
}

/// The value of an attribute, which may be read only when it is needed. That it can be read is known.
#[derive(Clone, Debug)]
pub(crate) struct Late(State);

#[derive(Clone, Debug)]
enum State {
    Known(Expr),
    Later { view: Arc<View>, range: Range<usize>, read: fn(&View, usize) -> Expr, known: OnceLock<Expr> },
}

impl Late {
    /// What `read` reads from the start of `range`.
    pub(super) fn new(view: &Arc<View>, range: Range<usize>, read: fn(&View, usize) -> Expr) -> Self {
        Self(State::Later { view: Arc::clone(view), range, read, known: OnceLock::new() })
    }

    /// False if this byte does not stand in its text.
    pub(crate) fn may_have(&self, byte: u8) -> bool {
        match &self.0 {
            State::Known(_) => true,
            State::Later { view, range, .. } => view.bytes[range.clone()].contains(&byte),
        }
    }

    /// The value alone.
    pub(crate) fn into_expr(self) -> Expr {
        match self.0 {
            State::Known(value) => value,
            State::Later { .. } => (*self).clone(),
        }
    }
}

impl From<Expr> for Late {
    fn from(value: Expr) -> Self {
        Self(State::Known(value))
    }
}

impl Deref for Late {
    type Target = Expr;

    fn deref(&self) -> &Expr {
        match &self.0 {
            State::Known(value) => value,
            // It counts for no unit, because any may be the first.
            State::Later { view, range, read, known } => {
                known.get_or_init(|| budget::aside(|| read(view, range.start)))
            }
        }
    }
}

impl PartialEq for Late {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

/// `kind "label" { ... }`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Block {
    /// The type of the block, such as `resource`.
    pub kind: Arc<str>,
    /// The labels, without quotes.
    pub labels: Vec<Arc<str>>,
    /// The type and the labels.
    pub header: Span,
    /// Its content.
    pub body: Body,
    /// Its source range.
    pub span: Span,
}

impl Block {
    /// A label by its index; empty if there are fewer.
    pub(crate) fn label(&self, index: usize) -> &str {
        self.labels.get(index).map_or("", |l| l)
    }
}

/// An expression and its source range.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Expr {
    /// Its kind.
    pub kind: ExprKind,
    /// Its source range.
    pub span: Span,
}

impl Expr {
    /// The text of a string without expressions.
    pub(crate) fn as_literal(&self) -> Option<Traced> {
        match &self.kind {
            ExprKind::Template(template) => template.as_literal(),
            _ => None,
        }
    }

    /// Calls `f` with this expression and every expression inside it.
    pub(crate) fn visit(&self, f: &mut dyn FnMut(&Self)) {
        f(self);
        match &self.kind {
            ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Variable(_) => {}
            ExprKind::Template(template) => visit_parts(&template.parts, f),
            ExprKind::List(items) => items.iter().for_each(|e| e.visit(f)),
            ExprKind::Object(entries) => {
                for (key, value) in entries {
                    if let Key::Expr(key) = key {
                        key.visit(f);
                    }
                    value.visit(f);
                }
            }
            ExprKind::Traversal(root, steps) => {
                root.visit(f);
                for step in steps {
                    if let StepKind::Index(index) = &step.kind {
                        index.visit(f);
                    }
                }
            }
            ExprKind::Call(call) => call.args.iter().for_each(|e| e.visit(f)),
            ExprKind::Unary(_, inner) | ExprKind::Paren(inner) => inner.visit(f),
            ExprKind::Binary(first, chain) => {
                first.visit(f);
                for (_, e) in chain {
                    e.visit(f);
                }
            }
            ExprKind::Conditional(c) => {
                c.condition.visit(f);
                c.then.visit(f);
                c.otherwise.visit(f);
            }
            ExprKind::For(l) => {
                l.collection.visit(f);
                l.value.visit(f);
                l.key.iter().chain(&l.condition).for_each(|e| e.visit(f));
            }
        }
    }
}

fn visit_parts(parts: &[Part], f: &mut dyn FnMut(&Expr)) {
    for part in parts {
        match part {
            Part::Literal(_) => {}
            Part::Interpolation(expr) => expr.visit(f),
            Part::If { condition, then, otherwise, .. } => {
                condition.visit(f);
                visit_parts(then, f);
                visit_parts(otherwise, f);
            }
            Part::For { collection, body, .. } => {
                collection.visit(f);
                visit_parts(body, f);
            }
        }
    }
}

/// The kinds of expressions.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ExprKind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as written.
    Number(Traced),
    /// A quoted string or a heredoc.
    Template(Template),
    /// `[a, b]`.
    List(Vec<Expr>),
    /// `{ a = b }`, in the order of the source. Keys may repeat; the last one wins.
    Object(Vec<(Key, Expr)>),
    /// The name at the start of a reference.
    Variable(Arc<str>),
    /// `root.attribute[index][*]`.
    Traversal(Box<Expr>, Vec<Step>),
    /// `name(arguments)`.
    Call(Call),
    /// `-x` or `!x`.
    Unary(Unary, Box<Expr>),
    /// A chain of operators from left to right: `((first op a) op b)`. Precedence is already applied.
    Binary(Box<Expr>, Vec<(Binary, Expr)>),
    /// `condition ? then : otherwise`.
    Conditional(Box<Conditional>),
    /// `[for ...]` or `{for ...}`.
    For(Box<For>),
    /// `(x)`.
    Paren(Box<Expr>),
}

/// The key of an entry of an object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Key {
    /// An unquoted name.
    Name(Traced, Span),
    /// Anything else.
    Expr(Expr),
}

impl Key {
    /// The key and its place, if it is written as it is.
    pub(crate) fn literal(&self) -> Option<(&str, Span)> {
        match self {
            Self::Name(text, span) => Some((text.known_str()?, *span)),
            Self::Expr(Expr { kind: ExprKind::Template(template), span }) => match &template.parts[..] {
                [] => Some(("", *span)),
                [Part::Literal(text)] => Some((text.known_str()?, *span)),
                _ => None,
            },
            Self::Expr(_) => None,
        }
    }
}

/// One step of a reference.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    /// Its kind.
    pub kind: StepKind,
    /// The step alone.
    pub span: Span,
}

/// The kinds of steps.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum StepKind {
    /// `.name`.
    Attr(Arc<str>),
    /// `[index]`, and the old `.0`.
    Index(Expr),
    /// `.*`: applies only to the attributes that follow it directly.
    AttrSplat,
    /// `[*]`: applies to everything that follows.
    FullSplat,
}

/// A function call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    /// The name, with `::` between its parts.
    pub name: Arc<str>,
    /// The source range of the name.
    pub name_span: Span,
    /// The arguments.
    pub args: Vec<Expr>,
    /// True if the last argument is a list to expand (`...`).
    pub expand: bool,
}

/// `condition ? then : otherwise`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Conditional {
    /// The condition.
    pub condition: Expr,
    /// The value if it is true.
    pub then: Expr,
    /// The value if it is false.
    pub otherwise: Expr,
}

/// A `for` expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct For {
    /// The name for the key or index, if there is one.
    pub key_name: Option<Arc<str>>,
    /// The name for the value.
    pub value_name: Arc<str>,
    /// The collection to iterate over.
    pub collection: Expr,
    /// The key of each result, if the result is an object.
    pub key: Option<Expr>,
    /// The value of each result.
    pub value: Expr,
    /// True if values with equal keys are grouped in lists (`...`).
    pub grouping: bool,
    /// The filter for results.
    pub condition: Option<Expr>,
}

/// Unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub(crate) enum Unary {
    Neg,
    Not,
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub(crate) enum Binary {
    Or,
    And,
    Eq,
    NotEq,
    Less,
    LessEq,
    Greater,
    GreaterEq,
    Add,
    Sub,
    Mul,
    Div,
    Mod,
}

/// Literal text with expressions and directives. Strip markers and the indentation of `<<-` are already applied.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Template {
    /// The parts in order.
    pub parts: Vec<Part>,
}

impl Template {
    /// The text of a template without expressions and directives.
    pub(crate) fn as_literal(&self) -> Option<Traced> {
        match &self.parts[..] {
            [] => Some(Traced::new()),
            [Part::Literal(text)] => Some(text.clone()),
            _ => None,
        }
    }
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    /// Text, unescaped.
    Literal(Traced),
    /// `${x}`.
    Interpolation(Expr),
    /// `%{ if x }...%{ else }...%{ endif }`.
    If {
        /// The condition.
        condition: Expr,
        /// The parts if it is true.
        then: Vec<Part>,
        /// The parts if it is false.
        otherwise: Vec<Part>,
        /// The whole directive.
        span: Span,
    },
    /// `%{ for x in y }...%{ endfor }`.
    For {
        /// The name for the key or index, if there is one.
        key_name: Option<Arc<str>>,
        /// The name for the value.
        value_name: Arc<str>,
        /// The collection to iterate over.
        collection: Expr,
        /// The parts for each element.
        body: Vec<Part>,
        /// The whole directive.
        span: Span,
    },
}
