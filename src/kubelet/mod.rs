//! What a kubelet understands: its duration settings, its command line, its configuration files, and which of them wins.
//! Knows no input and no payload.

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
