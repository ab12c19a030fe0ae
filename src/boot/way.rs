//! The ways through a boot.

use crate::value::Guard;

use super::machine::Machine;

/// The most ways through a boot that are told apart.
pub(super) const MAX_WAYS: usize = 16;

/// One way that a boot may go, as far as it has come.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub(super) when: Guard,
    pub(super) machine: Machine,
}
