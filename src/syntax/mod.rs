//! Text to trees with spans. No meaning: what a scalar stands for is the consumer's business.

mod scalar;
pub mod shell;
mod tree;

pub use scalar::{Resolved, Schema, resolve};
pub use tree::{Node, NodeKind, Parsed, Scalar, Style, SyntaxError};
