//! The expression language of Terraform: what an expression, a template or a type constraint comes to.
//!
//! Nothing here knows of projects, modules on disk or resources. What an expression asks for comes through [`data::Data`].

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
