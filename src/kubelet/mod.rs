//! The kubelet: its duration settings, command line and configuration files, and which wins. Independent of inputs.

pub mod args;
pub mod config;
mod labels;
mod schema;
mod settle;
pub mod statements;
#[cfg(test)]
mod testing;
mod whole;

pub use settle::{Launch, settle};
pub use whole::{Own, OwnField, whole};
