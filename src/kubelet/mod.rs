//! The kubelet: its duration settings, its command line, its configuration files, and which of them wins. Independent of inputs
//! and payloads.

pub mod args;
pub mod config;
pub mod flags;
mod labels;
mod schema;
mod settle;
pub mod statements;
#[cfg(test)]
mod testing;

pub use settle::{Launch, settle};
