//! The language server: findings while a person types, what a setting is in effect, fixes, and the place that wrote a value.
//!
//! It speaks over standard input and output only. A scan of the open files, as they are in the editor, runs on a thread of its own;
//! a newer change ends it.

mod address;
mod answer;
mod documents;
mod position;
mod publish;
mod server;
mod wire;
mod work;

pub(crate) use server::serve;
pub(crate) use work::Configured;
