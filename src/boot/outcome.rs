//! The outcomes that a boot may have.

use crate::value::Guard;

use super::machine::Machine;

/// The most outcomes of a boot that are kept apart.
pub(super) const MAX_OUTCOMES: usize = 16;

/// One possible outcome of a boot, up to the step reached so far.
#[derive(Clone, Debug)]
pub(super) struct BootOutcome {
    pub(super) when: Guard,
    pub(super) machine: Machine,
}
