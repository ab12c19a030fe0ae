//! The programs that scripts pipe text through, as functions of their arguments and input. Nothing is executed.
//!
//! Each returns the exact output of the real program, or an unknown result that names the construct, never a guess.

mod arguments;
pub(crate) mod awk;
pub(crate) mod coding;
pub(crate) mod columns;
pub(crate) mod document;
pub(crate) mod envsubst;
pub(crate) mod expr;
pub(crate) mod grep;
pub(crate) mod jq;
pub(crate) mod lines;
pub(crate) mod make;
pub(crate) mod names;
mod pattern;
pub(crate) mod perl;
mod program;
pub(crate) mod python;
pub(crate) mod sed;
mod substitute;
pub(crate) mod yq;

pub(crate) use program::{FileLookup, Filter, Invocation, Status};

#[cfg(test)]
mod tests;
