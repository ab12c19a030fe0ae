//! Settings: fields of a kubelet, how durations are read, and the effective result. Independent of files and command lines.

pub mod duration;
mod effective;
mod field;
#[allow(clippy::module_inception, reason = "a setting is what the floor is named after")]
mod setting;

pub use duration::{parse_duration, render_duration};
pub use effective::{Effective, Failure, FailureKind, SetBy, Settled};
pub use field::{FIELDS, Field, Meaning, Shape};
pub use setting::{Mechanism, Reading, Setting, read_duration, shorten};
