//! The expression language of Terraform: evaluates expressions, templates and type constraints.
//!
//! Nothing here knows about projects, modules on disk or resources. Expressions get their data through [`data::Data`].

pub(super) mod convert;
pub(super) mod data;
pub(super) mod env;
pub(super) mod evaluate;
mod expressions;
pub(super) mod functions;
mod hoist;
pub(super) mod outcome;
mod references;
pub(super) mod steps;
pub(super) mod template;
#[cfg(test)]
mod tests;
pub(super) mod types;
