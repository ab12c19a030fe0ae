//! Text to trees with spans. No meaning: what a scalar stands for is the consumer's business.

pub mod hcl;
mod scalar;
mod tree;

pub use scalar::{Resolved, Schema, resolve};
pub use tree::{Node, NodeKind, Parsed, Scalar, Style, SyntaxError};
