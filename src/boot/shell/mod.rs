//! A shell script read on a simulated machine: every command that is modelled leaves there what it would leave on a node. A
//! condition that the source cannot decide is followed both ways; ways that come to the same are put together.
//!
//! `registry.rs` has a line for every program that is modelled.

mod arithmetic;
mod assign;
mod bootstrap;
mod braces;
mod builtins;
mod call;
mod commands;
mod conditions;
mod control;
mod dispatch;
mod expand;
mod fetch;
mod file_programs;
mod files;
mod filters;
mod find;
mod interpreter;
mod parameters;
mod pattern;
mod prefixes;
mod printf;
mod process;
mod read;
mod registry;
mod script;
mod services;
mod settle;
mod snap;
mod state;
mod status;
mod unmodelled;
mod variable;
mod variables;
mod xargs;

#[cfg(test)]
mod tests;

pub(super) use bootstrap::by_eks as bootstrap_by_eks;
pub(super) use script::run;
pub(super) use status::Setting;
