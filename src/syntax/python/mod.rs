//! The subset of Python that programs for setting up nodes use: tokens, statements and expressions.

mod lex;
mod parse;

pub(crate) use lex::not;
pub(crate) use parse::{Argument, Expr, Statement, program};
