//! What an awk program is made of.

use crate::programs::pattern::Pattern;
use crate::text::Traced;

/// An expression.
#[derive(Clone, Debug)]
pub(super) enum Expr {
    Text(Traced),
    Number(f64, Traced),
    Regex(Pattern),
    Variable(String),
    Field(Box<Expr>),
    Element(String, Vec<Expr>),
    Assign(Box<Expr>, Option<char>, Box<Expr>),
    Choice(Box<Expr>, Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    In(Vec<Expr>, String),
    Match(Box<Expr>, Box<Expr>, bool),
    Compare(Box<Expr>, &'static str, Box<Expr>),
    Join(Box<Expr>, Box<Expr>),
    Arithmetic(Box<Expr>, char, Box<Expr>),
    Not(Box<Expr>),
    Negative(Box<Expr>),
    Positive(Box<Expr>),
    /// A variable that is counted up or down: the step, and whether the old value is wanted.
    Step(Box<Expr>, f64, bool),
    Call(String, Vec<Expr>),
}

/// Where `print` writes to.
#[derive(Clone, Debug)]
pub(super) enum Target {
    Output,
    File(Expr),
    Append(Expr),
}

/// A statement.
#[derive(Clone, Debug)]
pub(super) enum Statement {
    Expr(Expr),
    Print(Vec<Expr>, Target),
    Printf(Vec<Expr>, Target),
    If(Expr, Vec<Statement>, Vec<Statement>),
    While(Expr, Vec<Statement>),
    Do(Vec<Statement>, Expr),
    For(Option<Box<Statement>>, Option<Expr>, Option<Box<Statement>>, Vec<Statement>),
    Each(String, String, Vec<Statement>),
    Delete(String, Vec<Expr>),
    Return(Option<Expr>),
    Exit(Option<Expr>),
    Next,
    Break,
    Continue,
}

/// When a rule's block runs.
#[derive(Clone, Debug)]
pub(super) enum When {
    Begin,
    End,
    Always,
    If(Expr),
    Range(Expr, Expr),
}

/// A function of the program.
#[derive(Clone, Debug)]
pub(super) struct Function {
    pub(super) parameters: Vec<String>,
    pub(super) body: Vec<Statement>,
}

/// A program.
#[derive(Clone, Debug, Default)]
pub(super) struct Program {
    pub(super) rules: Vec<(When, Option<Vec<Statement>>)>,
    pub(super) functions: std::collections::BTreeMap<String, Function>,
}
