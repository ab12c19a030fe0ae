//! `--since REV`: only findings that the merge base with a revision does not have.

use std::path::Path;

use crate::policy::Reading;
use crate::scan::{Base, Request};
use crate::text::Disk;

use super::args::Check;
use super::stop::Stop;
use super::{configure, git};

/// The commit that the findings of `request` are compared with, and the policy that was in force there.
pub(super) fn base(request: &Request, revision: &str, args: &Check, here: &Path) -> Result<Base, Stop> {
    let failed = |message: String| Stop::Failed(message);
    let root = request.root().map_err(|e| failed(e.to_string()))?;
    if !root.join(".git").exists() {
        return Err(failed("--since needs a git repository".to_owned()));
    }
    let commit = git::base(&root, revision)?;
    let mut base = Base::new(&root, git::entries(&root, &commit)?, Box::new(git::Stored::new(&root)));
    let disk = Disk::new(&root)?;
    let files = base.files(&disk);
    // A configuration that was not valid has hidden nothing.
    let policy = configure::policy(args, Reading { current: here, earlier: Some(&files) });
    drop(files);
    base.policy = policy.unwrap_or_else(|_| request.policy.clone());
    Ok(base)
}
