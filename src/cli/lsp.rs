//! The command `lsp`.

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::lsp::{Configured, serve};
use crate::policy::Reading;
use crate::scan::{Request, ScanError};

use super::args::{Check, Configuration};
use super::configure;
use super::stop::{CLEAN, FOUND, Stop};

/// Serves an editor; returns the exit code that the protocol asks for.
pub(super) fn lsp(configuration: &Configuration) -> Result<u8, Stop> {
    let mut check = Check::configured(configuration).map_err(|e| Stop::Failed(e.to_string()))?;
    if let Some(path) = &mut check.input.configuration.config {
        // It is typed once, for all folders.
        *path = super::request::current()?.join(&*path);
    }
    let configured = move |here: &Path| -> Result<Request, ScanError> {
        let policy = configure::policy(&check, Reading { current: here, earlier: None }).map_err(ScanError::from)?;
        let policy = configure::nearest(policy, &check.input, here);
        Ok(Request { current: here.to_owned(), policy, ..Request::default() })
    };
    let configured: Arc<Configured> = Arc::new(configured);
    Ok(if serve(io::stdin(), &mut io::stdout().lock(), configured)? { CLEAN } else { FOUND })
}
