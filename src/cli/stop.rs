//! Exit codes, and why a run ends early.

use std::io;

use crate::policy::SettingsError;
use crate::scan::ScanError;

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

impl From<ScanError> for Stop {
    fn from(error: ScanError) -> Self {
        error.settings.map_or(Self::Failed(error.message), Self::Settings)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Stop> for ScanError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Settings(error) => (*error).into(),
            Stop::Failed(message) => Self { message, settings: None },
            Stop::Io(error) => Self { message: error.to_string(), settings: None },
        }
    }
}
