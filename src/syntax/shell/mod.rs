//! Shell scripts: parses Bash's grammar without running anything.
//!
//! The parser is our own because no existing one keeps the exact source of every part of a word, reads the here-documents and
//! arithmetic of real boot scripts, and also survives hostile nesting.

mod here;
mod parameter;
mod parser;
mod tree;
mod word;

#[cfg(test)]
mod tests;

use crate::text::View;

pub(crate) use parser::{MAX_DEPTH, MAX_SCRIPT_BYTES};
pub(crate) use tree::{
    Arm, ArmEnd, Assignment, Command, CommandKind, Connector, Item, List, Operation, Parameter, Part, Pipeline,
    Redirect, RedirectKind, Script, Target, Test, Word,
};

/// Parses a script. A part with a syntax error becomes a [`CommandKind::Bad`] with its span, and parsing continues on the next
/// line. There are errors if and only if `bash -n` complains (except for limits, and for scripts in which all lines end in
/// CRLF, which are read as if they ended in LF).
pub(crate) fn parse(view: &View) -> Script {
    parser::Parser::new(view).script()
}
