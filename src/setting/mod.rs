//! Settings: fields of a kubelet, how durations are read, and the effective result. Independent of files and command lines.

mod catalogue;
pub mod duration;
mod effective;
mod field;
mod flags;
#[allow(clippy::module_inception, reason = "a setting is what the floor is named after")]
mod setting;
mod settled;
mod which;

pub use catalogue::{ByFlag, ConfigField, Kind, Member, ROWS};
pub use duration::{parse_duration, render_duration};
pub use effective::{Chosen, Effective, FlagOnly, Whole};
pub use field::{FIELDS, Field, Meaning, Shape};
pub use flags::{Flag, Takes};
pub use setting::{Mechanism, Reading, SetBy, Setting, read_duration, shorten};
pub use settled::{Failure, FailureKind, Settled};
pub use which::Which;
