//! From arguments to a scan request.

use std::io::{self, Read};
use std::path::PathBuf;

use crate::policy::Policy;
use crate::scan::{Request, Scan, Weight, scan};

use super::args::Input;
use super::roots;
use super::stop::Stop;

/// The most bytes that are read from standard input.
const MAX_STDIN: u64 = crate::text::MAX_STREAM_BYTES;

/// The directory that paths are relative to.
pub(super) fn current() -> Result<PathBuf, Stop> {
    let here = std::env::current_dir().and_then(|d| d.canonicalize());
    here.map_err(|e| Stop::Failed(format!("cannot read the current directory: {e}")))
}

/// The result of a scan.
pub(super) fn scanned(request: &Request) -> Result<Scan, Stop> {
    Ok(scan(request)?)
}

/// What is said of a scan that [`is_partial`].
pub(super) const PARTIAL: &str = "the input could not be read completely: see the warnings";

/// True if input was not read that counts. With `lenient`, only what was named and faults of this program count.
pub(super) fn is_partial(found: &Scan, request: &Request, lenient: bool) -> bool {
    let named = request.named();
    found.problems.iter().any(|problem| match problem.weight {
        Weight::Fault => true,
        Weight::Grave => !lenient,
        Weight::Unread => named.contains(problem.place.source.path()),
        Weight::None => false,
    })
}

/// The scan request of the arguments. Standard input is read here.
pub(super) fn request(input: &Input, policy: Policy) -> Result<Request, Stop> {
    let piped = input.paths.iter().any(|p| p.as_os_str() == "-");
    let stdin = if piped {
        let mut bytes = Vec::new();
        io::stdin().lock().take(MAX_STDIN + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MAX_STDIN {
            return Err(Stop::Failed(format!("standard input is larger than {} MiB", MAX_STDIN >> 20)));
        }
        Some(bytes)
    } else {
        None
    };
    let request = Request {
        paths: input.paths.iter().filter(|p| p.as_os_str() != "-").cloned().collect(),
        stdin,
        stdin_name: input.stdin_filename.clone(),
        current: current()?,
        parameters: input.parameters.clone(),
        variables: input.variables.clone(),
        modules: input.module.clone(),
        no_ignore: input.no_gitignore,
        jobs: input.jobs,
        policy,
        ..Request::default()
    };
    roots::set(request.roots());
    Ok(request)
}
