//! The formats in which a scan is shown.
