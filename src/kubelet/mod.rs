//! What a kubelet understands: its duration settings, its command line, its configuration files, and which of them wins.
//! Knows no input and no payload.

pub mod args;
pub mod config;
pub mod flags;
mod labels;
pub mod said;
mod schema;
mod settle;
#[cfg(test)]
mod testing;

pub use settle::{Launch, settle};
