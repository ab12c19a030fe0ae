//! The programs that scripts pipe text through, as functions of their arguments and input. Nothing is executed.
//!
//! Each returns the exact output of the real program, or an unknown result that names the construct, never a guess.

mod arguments;
pub mod awk;
pub mod coding;
pub mod columns;
pub mod document;
pub mod envsubst;
pub mod expr;
pub mod grep;
pub mod jq;
pub mod lines;
pub mod names;
mod pattern;
pub mod perl;
mod program;
pub mod python;
pub mod sed;
mod substitute;
pub mod yq;

pub use program::{Effects, FileLookup, Files, Filter, Invocation, Status};

#[cfg(test)]
mod tests;
