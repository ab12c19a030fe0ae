//! Python: its words, statements and expressions, as far as programs that set up nodes use them.

mod lex;
mod parse;

pub(crate) use lex::not;
pub(crate) use parse::{Argument, Expr, Statement, program};
