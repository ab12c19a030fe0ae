//! Converts the parser's tree to ours. The parser limits the depth of recursion (64 levels; chains are flat here).

use std::collections::BTreeMap;
use std::ops::Range;

use hcl::edit::Span as _;
use hcl::edit::expr::{BinaryOperator, Expression, ObjectKey, TraversalOperator, UnaryOperator};
use hcl::edit::structure::{BlockLabel, Body as EditBody};
use hcl::edit::template::{Directive, Element, Template as EditTemplate};

use crate::text::{Span, View};

use super::names::{index_expr, name};
use super::template::{ForHead, TemplateKind, Token, Tokens, unescape};
use super::tree::{
    Attribute, Binary, Block, Body, Call, Conditional, Expr, ExprKind, For, Key, Part, Step, StepKind, Template, Unary,
};

pub(super) struct Convert<'a> {
    pub(super) view: &'a View,
    /// The offset in the view of the first byte that the parser saw.
    pub(super) base: usize,
    /// Keys that were renamed for the parser: their offset, and the range of the real key.
    pub(super) renamed: &'a BTreeMap<usize, Range<usize>>,
}

impl Convert<'_> {
    fn range(&self, span: Option<Range<usize>>) -> Range<usize> {
        span.map_or(self.base..self.base, |r| r.start + self.base..r.end + self.base)
    }

    fn span(&self, span: Option<Range<usize>>) -> Span {
        self.view.span(self.range(span))
    }

    pub(super) fn body(&self, body: &EditBody) -> Body {
        let attributes = body
            .attributes()
            .map(|a| Attribute {
                name: name(self.quoted_name(a.key.span()).unwrap_or(a.key.as_str())),
                name_span: self.span(a.key.span()),
                value: self.expr(&a.value).into(),
            })
            .collect();
        let blocks = body
            .blocks()
            .map(|b| {
                let kind = self.span(b.ident.span());
                let last = b.labels.last().map_or(kind, |l| {
                    self.span(match l {
                        BlockLabel::Ident(ident) => ident.span(),
                        BlockLabel::String(text) => text.span(),
                    })
                });
                Block {
                    kind: name(b.ident.as_str()),
                    labels: b.labels.iter().map(|l| name(l.as_str())).collect(),
                    header: kind.to(last),
                    body: self.body(&b.body),
                    span: self.span(b.span()),
                }
            })
            .collect();
        Body { attributes, blocks, span: self.span(body.span()) }
    }

    /// The name of an attribute that is quoted.
    fn quoted_name(&self, span: Option<Range<usize>>) -> Option<&str> {
        let real = self.renamed.get(&self.range(span).start)?;
        let text = std::str::from_utf8(self.view.bytes.get(real.clone())?).ok()?;
        text.strip_prefix('"')?.strip_suffix('"')
    }

    pub(super) fn expr(&self, expr: &Expression) -> Expr {
        let span = self.span(expr.span());
        Expr { kind: self.kind(expr), span }
    }

    fn kind(&self, expr: &Expression) -> ExprKind {
        match expr {
            Expression::Null(_) => ExprKind::Null,
            Expression::Bool(value) => ExprKind::Bool(*value.value()),
            Expression::Number(number) => self.number(self.range(number.span())),
            Expression::String(text) => self.quoted(self.range(text.span())),
            Expression::Array(items) => ExprKind::List(items.iter().map(|e| self.expr(e)).collect()),
            Expression::Object(object) => {
                ExprKind::Object(object.iter().map(|(key, value)| (self.key(key), self.expr(value.expr()))).collect())
            }
            Expression::StringTemplate(template) => self.template(template, TemplateKind::Quoted),
            Expression::HeredocTemplate(heredoc) => {
                let at = self.range(heredoc.span()).start;
                let flush = self.view.bytes.get(at..).is_some_and(|b| b.starts_with(b"<<-"));
                self.template(&heredoc.template, if flush { TemplateKind::Flush } else { TemplateKind::Heredoc })
            }
            Expression::Parenthesis(inner) => ExprKind::Paren(Box::new(self.expr(inner.inner()))),
            Expression::Variable(ident) => ExprKind::Variable(name(ident.as_str())),
            Expression::Conditional(c) => ExprKind::Conditional(Box::new(Conditional {
                condition: self.expr(&c.cond_expr),
                then: self.expr(&c.true_expr),
                otherwise: self.expr(&c.false_expr),
            })),
            Expression::FuncCall(call) => {
                let parts: Vec<&str> =
                    call.name.namespace.iter().chain([&call.name.name]).map(|part| part.as_str()).collect();
                ExprKind::Call(Call {
                    name: name(&parts.join("::")),
                    name_span: self.span(call.name.name.span()),
                    args: call.args.iter().map(|e| self.expr(e)).collect(),
                    expand: call.args.expand_final(),
                })
            }
            Expression::Traversal(t) => {
                ExprKind::Traversal(Box::new(self.expr(&t.expr)), t.operators.iter().map(|op| self.step(op)).collect())
            }
            Expression::UnaryOp(op) => {
                let unary = match op.operator.value() {
                    UnaryOperator::Neg => Unary::Neg,
                    UnaryOperator::Not => Unary::Not,
                };
                ExprKind::Unary(unary, Box::new(self.expr(&op.expr)))
            }
            Expression::BinaryOp(_) => self.binary(expr),
            Expression::ForExpr(f) => ExprKind::For(Box::new(For {
                key_name: f.intro.key_var.as_ref().map(|k| name(k.as_str())),
                value_name: name(f.intro.value_var.as_str()),
                collection: self.expr(&f.intro.collection_expr),
                key: f.key_expr.as_ref().map(|k| self.expr(k)),
                value: self.expr(&f.value_expr),
                grouping: f.grouping,
                condition: f.cond.as_ref().map(|c| self.expr(&c.expr)),
            })),
        }
    }

    /// The parser includes the minus sign in a number, even if white space separates them.
    fn number(&self, range: Range<usize>) -> ExprKind {
        let raw = self.view.bytes.get(range.clone()).unwrap_or_default();
        let digits = raw.iter().position(|b| b.is_ascii_digit()).unwrap_or(0);
        if digits > 1 {
            let inner = index_expr(self.view, range.start + digits..range.end);
            return ExprKind::Unary(Unary::Neg, Box::new(inner));
        }
        ExprKind::Number(self.view.traced(range))
    }

    /// A chain such as `a && b && c` is a left-leaning tree that may be deep, so its spine is walked in a loop.
    fn binary(&self, expr: &Expression) -> ExprKind {
        let mut chain = Vec::new();
        let mut first = expr;
        while let Expression::BinaryOp(op) = first {
            chain.push((operator(*op.operator.value()), self.expr(&op.rhs_expr)));
            first = &op.lhs_expr;
        }
        chain.reverse();
        ExprKind::Binary(Box::new(self.expr(first)), chain)
    }

    fn step(&self, operator: &hcl::edit::Decorated<TraversalOperator>) -> Step {
        let span = self.span(operator.span());
        let kind = match operator.value() {
            TraversalOperator::AttrSplat(_) => StepKind::AttrSplat,
            TraversalOperator::FullSplat(_) => StepKind::FullSplat,
            TraversalOperator::GetAttr(ident) => StepKind::Attr(name(ident.as_str())),
            TraversalOperator::Index(index) => StepKind::Index(self.expr(index)),
            TraversalOperator::LegacyIndex(index) => {
                // The digits, without the dot.
                let mut range = index.span().map_or_else(|| self.range(operator.span()), |r| self.range(Some(r)));
                while self.view.bytes.get(range.start).is_some_and(|b| !b.is_ascii_digit()) && range.start < range.end {
                    range.start += 1;
                }
                StepKind::Index(index_expr(self.view, range))
            }
        };
        Step { kind, span }
    }

    fn key(&self, key: &ObjectKey) -> Key {
        let (span, at) = match key {
            ObjectKey::Ident(ident) => (ident.span(), self.range(ident.span()).start),
            ObjectKey::Expression(expr) => (expr.span(), self.range(expr.span()).start),
        };
        if let Some(real) = self.renamed.get(&at) {
            if self.view.bytes.get(real.start) == Some(&b'"') {
                return Key::Expr(Expr { kind: self.quoted(real.clone()), span: self.view.span(real.clone()) });
            }
            return Key::Name(self.view.traced(real.clone()), self.view.span(real.clone()));
        }
        match key {
            ObjectKey::Ident(ident) => {
                let mut range = self.range(span);
                range.end = range.end.min(range.start + ident.as_str().len());
                Key::Name(self.view.traced(range.clone()), self.view.span(range))
            }
            // Keywords are ordinary names here.
            ObjectKey::Expression(Expression::Null(_) | Expression::Bool(_)) => {
                let range = self.range(span);
                Key::Name(self.view.traced(range.clone()), self.view.span(range))
            }
            ObjectKey::Expression(expr) => Key::Expr(self.expr(expr)),
        }
    }

    /// A quoted string without expressions; `range` includes the quotes.
    fn quoted(&self, range: Range<usize>) -> ExprKind {
        let inner = range.start + 1..range.end.saturating_sub(1).max(range.start + 1);
        let text = unescape(self.view, inner, true);
        let parts = if text.is_empty() { Vec::new() } else { vec![Part::Literal(text)] };
        ExprKind::Template(Template { parts })
    }

    fn template(&self, template: &EditTemplate, kind: TemplateKind) -> ExprKind {
        let mut tokens = Tokens::new(self.view, kind);
        self.elements(template, &mut tokens);
        ExprKind::Template(Template { parts: tokens.finish() })
    }

    pub(super) fn template_file(&self, template: &EditTemplate) -> Template {
        let mut tokens = Tokens::new(self.view, TemplateKind::File);
        self.elements(template, &mut tokens);
        Template { parts: tokens.finish() }
    }

    fn elements(&self, template: &EditTemplate, tokens: &mut Tokens<'_>) {
        for element in template {
            match element {
                Element::Literal(text) => tokens.literal(self.range(text.span())),
                Element::Interpolation(part) => {
                    let token = Token::Interpolation(self.expr(&part.expr));
                    tokens.sequence(token, part.strip.strip_start(), part.strip.strip_end());
                }
                Element::Directive(directive) => self.directive(directive, tokens),
            }
        }
    }

    fn directive(&self, directive: &Directive, tokens: &mut Tokens<'_>) {
        match directive {
            Directive::If(d) => {
                let strip = d.if_expr.strip;
                let token = Token::If(self.expr(&d.if_expr.cond_expr), self.span(d.span()));
                tokens.sequence(token, strip.strip_start(), strip.strip_end());
                self.elements(&d.if_expr.template, tokens);
                if let Some(other) = &d.else_expr {
                    tokens.sequence(Token::Else, other.strip.strip_start(), other.strip.strip_end());
                    self.elements(&other.template, tokens);
                }
                let strip = d.endif_expr.strip;
                tokens.sequence(Token::EndIf, strip.strip_start(), strip.strip_end());
            }
            Directive::For(d) => {
                let strip = d.for_expr.strip;
                let head = ForHead {
                    key_name: d.for_expr.key_var.as_ref().map(|k| name(k.as_str())),
                    value_name: name(d.for_expr.value_var.as_str()),
                    collection: self.expr(&d.for_expr.collection_expr),
                    span: self.span(d.span()),
                };
                tokens.sequence(Token::For(Box::new(head)), strip.strip_start(), strip.strip_end());
                self.elements(&d.for_expr.template, tokens);
                let strip = d.endfor_expr.strip;
                tokens.sequence(Token::EndFor, strip.strip_start(), strip.strip_end());
            }
        }
    }
}

fn operator(operator: BinaryOperator) -> Binary {
    match operator {
        BinaryOperator::Or => Binary::Or,
        BinaryOperator::And => Binary::And,
        BinaryOperator::Eq => Binary::Eq,
        BinaryOperator::NotEq => Binary::NotEq,
        BinaryOperator::Less => Binary::Less,
        BinaryOperator::LessEq => Binary::LessEq,
        BinaryOperator::Greater => Binary::Greater,
        BinaryOperator::GreaterEq => Binary::GreaterEq,
        BinaryOperator::Plus => Binary::Add,
        BinaryOperator::Minus => Binary::Sub,
        BinaryOperator::Mul => Binary::Mul,
        BinaryOperator::Div => Binary::Div,
        BinaryOperator::Mod => Binary::Mod,
    }
}
