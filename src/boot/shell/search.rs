//! Where the shell finds a program that the boot wrote.

use std::borrow::Cow;

use crate::text::Why;

use super::super::disk::{File, absolute};
use super::super::image;
use super::registry;
use super::state::ScriptRun;
use super::unmodelled::is_well_known;

/// Where programs are searched for if a script does not change it, as cloud-init and systemd set it.
pub(super) const SEARCH_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The file written by the boot that the search path finds first, if any.
pub(super) fn in_search_path(name: &str, path: &ScriptRun) -> Option<String> {
    if name.contains('/') || registry::is_builtin(name) {
        return None;
    }
    // Most names are of no file that the boot wrote.
    let is = |file: &str| file.strip_suffix(name).is_some_and(|folder| folder.is_empty() || folder.ends_with('/'));
    let plain = !matches!(name, "" | "." | "..");
    if plain && !is(image::BOOTSTRAP) && !path.machine.files.iter().any(|(file, _)| is(file)) {
        return None;
    }
    let set = path.get("PATH").map_or(Cow::Borrowed(SEARCH_PATH), |value| value.to_text());
    // An unknown part is that of the image.
    let folders = set.replace(crate::text::UNKNOWN_MARK, SEARCH_PATH);
    let written = |file: &String| {
        file == image::BOOTSTRAP || matches!(path.machine.files.get(file), Some(File::Known(_) | File::Unknown(_)))
    };
    let found = folders.split(':').filter(|f| f.starts_with('/')).map(|folder| absolute(name, folder)).filter(written);
    // A file that is not executable does not hide a program of the system.
    let (refused, runs): (Vec<_>, Vec<_>) = found.partition(|file| path.machine.refuses(file) == Some(true));
    let hidden = || registry::find(name).is_some() || is_well_known(name);
    runs.into_iter().next().or_else(|| refused.into_iter().next().filter(|_| !hidden()))
}

impl ScriptRun {
    /// True for a bare name that the boot wrote a program for, but only in folders that are not searched.
    pub(super) fn is_elsewhere(&self, name: &str) -> bool {
        let is = |file: &str| file.strip_suffix(name).is_some_and(|folder| folder.ends_with('/'));
        let own = |why: &Why| matches!(why, Why::FromOutside(what) if &**what == "$PATH");
        let known = self.get("PATH").is_none_or(|value| value.unknowns().all(|(.., why)| own(why)));
        known
            && !name.contains('/')
            && registry::find(name).is_none()
            && !is_well_known(name)
            && self.machine.files.iter().any(|(file, content)| {
                is(file) && matches!(content, File::Known(text) if text.bytes().starts_with(b"#!"))
            })
    }
}
