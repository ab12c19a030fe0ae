//! `--since REV`: only findings that the merge base with a revision does not have. Without it, files that are named are compared
//! with the commit that is checked out.

use std::path::Path;

use crate::policy::Reading;
use crate::scan::{Base, Request};
use crate::text::{Disk, Entry};

use super::args::{Check, Configured};
use super::stop::Stop;
use super::{configure, git};

/// The commit that the findings of `request` are compared with, and the policy that was in force there.
pub(super) fn base(request: &Request, revision: &str, args: &Check, here: &Path) -> Result<Base, Stop> {
    let root = request.root();
    if !root.join(".git").exists() {
        return Err(Stop::Failed("--since needs a git repository".to_owned()));
    }
    let commit = git::base(&root, revision)?;
    at(&root, git::entries(&root, &commit)?, request, args, here)
}

/// The commit that is checked out, for files that are named without a revision. `None` if there is none.
pub(super) fn head(request: &Request, args: &Check, here: &Path) -> Result<Option<Base>, Stop> {
    let root = request.root();
    let entries = if root.join(".git").exists() { git::checked_out(&root)? } else { None };
    let Some(entries) = entries else { return Ok(None) };
    let mut base = at(&root, entries, request, args, here)?;
    base.keeps_named = true;
    Ok(Some(base))
}

fn at(root: &Path, entries: Vec<Entry>, request: &Request, args: &Check, here: &Path) -> Result<Base, Stop> {
    let (entries, stored) = git::Stored::of(root, entries);
    let mut base = Base::new(root, entries, Box::new(stored));
    let disk = Disk::new(root)?;
    let files = base.files(&disk);
    let decides = args.config_from == Configured::Base;
    let (policy, error) = match configure::policy(args, Reading { current: here, earlier: Some(&files) }) {
        Ok(policy) if configure::one_for_all(&args.input) => (policy, None),
        Ok(policy) => policy.nearest_in(&files, &base.configured(), here),
        Err(error) if decides => return Err(error),
        // A configuration that was not valid has hidden nothing.
        Err(_) => (request.policy.open(), None),
    };
    drop(files);
    if let Some(error) = error.filter(|_| decides) {
        return Err(error.into());
    }
    base.decides = decides;
    base.policy = policy;
    Ok(base)
}
