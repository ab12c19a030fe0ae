//! Exit codes, and why a run ends early.

use std::io;

use crate::policy::SettingsError;

/// Nothing at or above the level of `--fail-on` was found.
pub(super) const CLEAN: u8 = 0;
/// Something was.
pub(super) const FOUND: u8 = 1;
/// Wrong usage, an unreadable named path, or an internal error.
pub(super) const FAILED: u8 = 2;

/// Why a run ended early.
pub(super) enum Stop {
    Io(io::Error),
    Failed(String),
    Settings(Box<SettingsError>),
}

impl From<SettingsError> for Stop {
    fn from(error: SettingsError) -> Self {
        Self::Settings(Box::new(error))
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
