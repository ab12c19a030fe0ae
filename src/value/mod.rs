//! What an expression of a template language yields: known, partly known, or unknown and why. Independent of any language.

mod condition;
mod defaults;
mod equal;
mod kind;
mod number;
mod size;

pub(crate) use condition::{Condition, Guard};
pub(crate) use defaults::{answered, is_unset, names_with_default, with_both_answers};
pub(crate) use equal::{equal, equal_but};
pub(crate) use kind::{Alternative, Entry, Kind, MAX_ALTERNATIVES, Map, Value};
pub(crate) use number::Number;
