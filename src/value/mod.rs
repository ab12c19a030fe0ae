//! What an expression of a template language yields: known, partly known, or unknown and why. Independent of any language.

mod condition;
mod equal;
mod kind;
mod number;
mod size;

pub use condition::{Condition, Guard};
pub use equal::{Own, equal, equal_but};
pub use kind::{Alternative, Entry, Kind, List, MAX_ALTERNATIVES, Map, Value};
pub use number::Number;
pub use size::{Counted, Size};
