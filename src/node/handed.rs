//! Zeros that are passed to a module which cannot be read.

use std::sync::Arc;

use crate::setting::Setting;

/// A zero in an argument of a module whose source is not on disk.
#[derive(Clone, Debug)]
pub struct Handed {
    /// The setting as written: a flag in a text, or the value of an input.
    pub setting: Setting,
    /// The name of the input, if only its name says that it is about this setting.
    pub input: Option<Arc<str>>,
    /// The module, in a sentence: its address between backticks.
    pub to: Arc<str>,
    /// What to do so that the module can be read.
    pub advice: &'static str,
}
