//! The commands `init` and `schema`: a configuration to begin with, and what editors need to complete it.

use std::io;
use std::path::Path;

use crate::policy::FILE_NAMES;

use super::files::create;
use super::outputs::say;
use super::stop::{CLEAN, Stop};

const CONFIGURATION: &str = include_str!("init.toml");
const SCHEMA: &str = include_str!("../../schemas/kubelet-lint.schema.json");

/// The `$id` of the schema, in which `OWNER` stands for the repository until there is one.
const ADDRESS: &str = concat!(
    "https://github.com/OWNER/kubelet-lint/raw/v",
    env!("CARGO_PKG_VERSION"),
    "/schemas/kubelet-lint.schema.json"
);

/// Where the schema of this version is published, once the crate names its repository.
fn address() -> Option<String> {
    let repository = env!("CARGO_PKG_REPOSITORY").trim_end_matches('/');
    (!repository.is_empty()).then(|| ADDRESS.replace("https://github.com/OWNER/kubelet-lint", repository))
}

/// The schema, with its own address if it has one.
pub(super) fn schema() -> String {
    match address() {
        Some(address) => SCHEMA.replacen(ADDRESS, &address, 1),
        None => SCHEMA.replacen(&format!("  \"$id\": \"{ADDRESS}\",\n"), "", 1),
    }
}

/// Writes a configuration to the current folder, unless there is one.
pub(super) fn init() -> Result<u8, Stop> {
    let name = FILE_NAMES.first().copied().unwrap_or_default();
    let exists = |name: &str| Stop::Failed(format!("{name} exists already: it was left as it is"));
    if let Some(known) = FILE_NAMES.iter().find(|name| Path::new(name).symlink_metadata().is_ok()) {
        return Err(exists(known));
    }
    let head = match address() {
        Some(address) => format!("#:schema {address}\n"),
        // A line that leads nowhere would be an error in editors.
        None => "# Editors complete keys with `kubelet-lint schema > kubelet-lint.schema.json` and this first line:\n# \"#:schema ./kubelet-lint.schema.json\"\n".to_owned(),
    };
    create(Path::new(name), format!("{head}{CONFIGURATION}").as_bytes()).map_err(|e| match e.kind() {
        io::ErrorKind::AlreadyExists => exists(name),
        _ => Stop::Failed(format!("cannot write {name}: {e}")),
    })?;
    say(false, |err| writeln!(err, "Wrote {name}. It sets nothing yet: uncomment what you need."))?;
    Ok(CLEAN)
}
