//! The kubelet: its duration settings, command line and configuration files, and which wins. Independent of inputs.

pub(crate) mod args;
pub(crate) mod config;
mod labels;
mod schema;
mod settle;
pub(crate) mod statements;
#[cfg(test)]
mod testing;
mod whole;

pub(crate) use settle::{Launch, settle};
pub(crate) use whole::{Own, whole};
