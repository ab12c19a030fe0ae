//! A scan of the open files, on a thread of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use crate::scan::{Kept, Progress, Request, STACK, Scan, ScanError, caught, scan};

use super::documents::Documents;

/// What a scan of files in a folder says, apart from the files: it is asked each time, because the configuration may have changed.
pub(crate) type Configured = dyn Fn(&Path) -> Result<Request, ScanError> + Send + Sync;

/// What was found in the open files that are judged from one folder.
pub(super) struct Found {
    /// What was asked, to ask it again with a change.
    pub(super) request: Request,
    pub(super) scan: Scan,
}

/// What a scan says for each folder.
pub(super) type Results = Vec<(PathBuf, Result<Found, ScanError>)>;

/// What is to be scanned.
pub(super) struct Job {
    folders: BTreeMap<PathBuf, Request>,
    pub(super) progress: Arc<Progress>,
}

impl Job {
    /// Of the open files that are judged from these folders.
    pub(super) fn of<'a>(homes: impl Iterator<Item = &'a PathBuf>, documents: &Documents, kept: &Arc<Kept>) -> Self {
        let progress = Arc::<Progress>::default();
        let one = |home: &PathBuf| {
            let mut request = Request { progress: Arc::clone(&progress), ..Request::default() };
            request.edited.kept = Some(Arc::clone(kept));
            for (path, document) in documents.of(home) {
                request.paths.push(path.clone());
                request.edited.insert(path, Arc::clone(&document.source));
            }
            (home.clone(), request)
        };
        let folders = homes.map(one).filter(|(_, request)| !request.paths.is_empty()).collect();
        Self { folders, progress }
    }

    /// Scans, and passes the results on.
    pub(super) fn start(self, configured: Arc<Configured>, done: impl FnOnce(Results) + Send + 'static) {
        let work = move || {
            let one = |(home, files): (PathBuf, Request)| {
                let found = caught(|| configured(&home).and_then(|request| found(files, request)));
                (home, found.unwrap_or_else(|message| Err(ScanError { message, settings: None })))
            };
            done(self.folders.into_iter().map(one).collect());
        };
        background(work);
    }
}

fn found(files: Request, configured: Request) -> Result<Found, ScanError> {
    let Request { paths, edited, progress, .. } = files;
    let request = Request { paths, edited, progress, only_named: true, whole: true, ..configured };
    let scan = scan(&request)?;
    Ok(Found { request, scan })
}

/// Does work with a stack that is large enough for a scan. Without a thread it is not done: then nothing can be.
pub(super) fn background(work: impl FnOnce() + Send + 'static) {
    let _ = thread::Builder::new().stack_size(STACK).spawn(work);
}
