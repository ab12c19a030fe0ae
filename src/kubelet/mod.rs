//! What a kubelet understands: its duration settings, its command line, its configuration files, and which of them wins.
//! Knows no input and no payload.

pub mod args;
pub mod config;
pub mod duration;
mod effective;
mod field;
pub mod flags;
mod labels;
pub mod said;
mod schema;
mod setting;
mod settle;
#[cfg(test)]
mod testing;

pub use duration::{parse_duration, render_duration};
pub use effective::{Effective, Failure, FailureKind, From, Settled};
pub use field::{FIELDS, Field, Meaning, Shape};
pub use setting::{Mechanism, Reading, Setting};
pub use settle::{Launch, settle};
