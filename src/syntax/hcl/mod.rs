//! HCL, the language of Terraform: blocks, attributes, expressions and templates, all with spans.
//!
//! The grammar is read by `hcl-edit`; the tree, the byte maps of literals, strip markers, the indentation of `<<-`, and the
//! recovery from errors are own, because the value of a literal must be known byte by byte and one broken block must not
//! cost a file. Nothing of `hcl-edit` shows above this module.

mod convert;
mod names;
mod parse;
mod plain;
mod scan;
mod template;
#[cfg(test)]
mod tests;
mod tree;

pub use parse::{MAX_BYTES, MAX_ENTRIES, parse, parse_expression, parse_template, parse_without, plain_blocks};
pub use plain::Plain;
pub use tree::{
    Attribute, Binary, Block, Body, Call, Conditional, Expr, ExprKind, For, Key, Part, Step, StepKind, Template, Unary,
};
