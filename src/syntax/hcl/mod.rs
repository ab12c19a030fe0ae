//! HCL, the language of Terraform: blocks, attributes, expressions and templates, all with spans.
//!
//! `hcl-edit` parses the grammar. The tree, the byte maps of literals, strip markers, the indentation of `<<-` and error
//! recovery are our own, because the source of each byte of a literal must be known, and one broken block must not cost a whole
//! file. Nothing of `hcl-edit` is visible outside this module.

mod convert;
mod names;
mod parse;
mod quick;
mod scan;
mod template;
#[cfg(test)]
mod tests;
mod tree;

pub(crate) use parse::{parse, parse_expression, parse_template};
pub(crate) use tree::{
    Attribute, Binary, Block, Body, Call, Conditional, Expr, ExprKind, For, Key, Late, Part, Step, StepKind, Template,
    Unary,
};
