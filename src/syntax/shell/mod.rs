//! Shell scripts: Bash's grammar, read without running anything.
//!
//! The reader is its own because none of the existing ones keeps a byte-exact place for every part of a word, reads the
//! here-documents and arithmetic of real boot scripts, and survives hostile nesting, all at once.

mod here;
mod parser;
mod tree;
mod words;

#[cfg(test)]
mod tests;

use crate::text::View;

use super::Parsed;

pub use tree::{
    Arm, ArmEnd, Assignment, Body, Command, CommandKind, Connector, Item, List, Operation, Parameter, Part, Pipeline,
    Redirect, RedirectKind, Target, Test, Word,
};

/// The largest script that is read, in bytes.
pub const MAX_SCRIPT_BYTES: usize = 1 << 20;

/// How deep commands, substitutions and quotes may nest.
pub const MAX_DEPTH: usize = 64;

/// After so many errors the rest of the script is not read.
pub const MAX_ERRORS: usize = 64;

/// Reads a script. What does not parse becomes a [`CommandKind::Bad`] with its span, and reading goes on at the next line.
/// There are errors if and only if `bash -n` complains (apart from limits, and from lines that all end in CRLF, which are
/// read as if they ended in LF).
pub fn parse(view: &View) -> Parsed<List> {
    parser::Parser::new(view).script()
}
