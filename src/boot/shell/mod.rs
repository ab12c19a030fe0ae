//! Runs a shell script on a simulated machine: each modelled command changes the machine as it would change a node. If the
//! source cannot decide a condition, both outcomes are followed; paths with equal results are merged.
//!
//! `registry.rs` lists every modelled program.

mod arithmetic;
mod asked;
mod assign;
mod at_boot;
mod bootstrap;
mod braces;
mod builtins;
mod call;
mod clouds;
mod commands;
mod conditions;
mod control;
mod dispatch;
mod expand;
mod fetch;
mod file_programs;
mod files;
mod filled_in;
mod filters;
mod find;
mod idle;
mod interpreter;
mod k0s;
mod k3s;
mod launchers;
mod launches;
mod maps;
mod parameters;
mod pattern;
mod prefixes;
mod printf;
mod process;
mod questions;
mod read;
mod registry;
mod remote;
mod repository;
mod script;
mod search;
mod services;
mod settle;
mod snap;
mod started;
mod state;
mod status;
mod units;
mod unmodelled;
mod variable;
mod variables;
mod xargs;

#[cfg(test)]
mod tests;

pub(super) use at_boot::run_dropped_scripts;
pub(super) use bootstrap::eks_user_data as bootstrap_by_eks;
pub(super) use script::run;
pub(super) use status::Setting;
pub(super) use units::start_enabled;
