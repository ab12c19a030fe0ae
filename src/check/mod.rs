//! What is reported: rules, and the findings they make of effective configurations. Knows no input and no payload: a rule
//! sees what a node ends up with, and the way to it.

mod built_in;
mod case;
mod catalogue;
mod finding;
mod ineffective;
mod invalid_duration;
mod judge;
mod opt_in;
mod predicate;
mod replaced_zero;
mod rule;
mod zero;

pub use built_in::{PAGES, RULES, rule};
pub use case::suggestion;
pub use catalogue::Catalogue;
pub use finding::{Finding, Fix, Frame, GroupRef, Hop};
pub use judge::{Options, delivered, judge, judge_unreached};
pub use predicate::Predicate;
pub use rule::{Level, Page, PageError, Rule};

#[cfg(test)]
mod tests;
