//! Shell scripts: Bash's grammar, read without running anything.
//!
//! The reader is its own because none of the existing ones keeps a byte-exact place for every part of a word, reads the
//! here-documents and arithmetic of real boot scripts, and survives hostile nesting, all at once.

mod here;
mod parameter;
mod parser;
mod tree;
mod word;

#[cfg(test)]
mod tests;

use crate::text::View;

pub use parser::{MAX_DEPTH, MAX_ERRORS, MAX_SCRIPT_BYTES};
pub use tree::{
    Arm, ArmEnd, Assignment, Body, Command, CommandKind, Connector, Item, List, Operation, Parameter, Part, Pipeline,
    Redirect, RedirectKind, Script, Target, Test, Word,
};

/// Reads a script. What does not parse becomes a [`CommandKind::Bad`] with its span, and reading goes on at the next line.
/// There are errors if and only if `bash -n` complains (apart from limits, and from lines that all end in CRLF, which are
/// read as if they ended in LF).
pub fn parse(view: &View) -> Script {
    parser::Parser::new(view).script()
}
