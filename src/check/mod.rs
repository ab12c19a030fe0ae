//! Rules, and the findings they produce from effective configurations. Independent of inputs and payloads: a rule
//! sees the resulting configuration and where each value comes from.

mod built_in;
mod case;
mod catalogue;
mod comparison;
mod control;
mod finding;
mod front;
mod handed;
mod ineffective;
mod invalid_duration;
mod judge;
mod mentioned;
mod opt_in;
mod predicate;
mod replaced_zero;
mod rule;
mod target;
mod value;
mod zero;

pub use built_in::rules;
pub(crate) use built_in::{PAGES, address, rule};
pub use case::Passage;
pub(crate) use case::suggestion;
pub(crate) use catalogue::Catalogue;
pub(crate) use control::{Control, Outcome, controls};
pub use finding::{Finding, Fix, Frame, GroupRef, Hop};
pub use front::Level;
pub(crate) use ineffective::is_open;
pub(crate) use judge::{Options, delivered, judge, judge_unreached};
pub(crate) use mentioned::mentioned;
pub(crate) use predicate::Predicate;
pub use rule::Rule;
pub(crate) use target::{is_setting, nearest};
pub(crate) use value::unresolved;

#[cfg(test)]
mod tests;
