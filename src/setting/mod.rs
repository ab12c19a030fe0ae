//! Settings: fields of a kubelet, how durations are read, and the effective result. Independent of files and command lines.

mod catalogue;
pub(crate) mod duration;
mod effective;
mod field;
mod flags;
pub(crate) mod names;
#[allow(clippy::module_inception, reason = "a setting is what the floor is named after")]
mod setting;
mod settled;
mod which;

pub(crate) use catalogue::{ByFlag, ConfigField, Kind, ROWS};
pub(crate) use duration::{parse_duration, render_duration};
pub(crate) use effective::{Chosen, Effective, FlagOnly, Whole};
pub(crate) use field::{FIELDS, Field, Meaning, Shape};
pub(crate) use flags::{Flag, Takes};
pub use setting::{Mechanism, SetBy};
pub(crate) use setting::{Reading, Setting, read_duration, shorten};
pub(crate) use settled::{Failure, FailureKind, Settled};
pub(crate) use which::Which;
