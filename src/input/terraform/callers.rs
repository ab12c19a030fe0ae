//! Which Terraform may read a file: the folders from which calls of modules lead to its folder, and the files of Terragrunt, Atmos
//! and stacks that name one of these.

#![allow(clippy::implicit_hasher, reason = "sets of folders, made and used in this program alone")]

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::text::Files;

use super::super::unit::{FileList, has_extension, is_named, normal};
use super::super::yaml_files::holds;
use super::components::is_component;
use super::reach::is_code;

/// The names of files of Terragrunt that are found from the folders below them without being named.
const FOUND: &[&str] = &["terragrunt.hcl", "root.hcl"];

/// True for a file that configures how folders of Terraform are applied.
pub(crate) fn is_config(path: &Path) -> bool {
    has_extension(path, &["hcl", "tm"]) && !is_named(path, ".terraform.lock.hcl") || is_atmos(path)
}

/// True for the file that says where Atmos keeps its stacks.
pub(crate) fn is_atmos(path: &Path) -> bool {
    is_named(path, "atmos.yaml")
}

/// True for a file whose unit reads all folders that it configures: of Atmos or Terramate.
pub(crate) fn is_whole(path: &Path) -> bool {
    is_atmos(path) || has_extension(path, &["tm"]) || path.as_os_str().as_encoded_bytes().ends_with(b".tm.hcl")
}

/// The folders `targets`, and those from which calls lead to one of them. A call that is not understood may lead anywhere, and with
/// `mapped` so may one of a module from elsewhere. `unread` are further files of Terraform, which may call anything.
pub(crate) fn calling(
    list: &FileList,
    unread: &[PathBuf],
    targets: HashSet<PathBuf>,
    mapped: bool,
) -> HashSet<PathBuf> {
    let mut callers: HashMap<PathBuf, Vec<&Path>> = HashMap::new();
    let mut out = targets;
    out.extend(unread.iter().filter_map(|path| path.parent()).map(Path::to_owned));
    for (n, path) in list.files.iter().enumerate().filter(|(_, path)| is_code(path)) {
        let Some(dir) = path.parent() else { continue };
        match list.calls(n) {
            Some(calls) => {
                if calls.computed || mapped && (calls.elsewhere || calls.open) {
                    out.insert(dir.to_owned());
                }
                for source in &calls.local {
                    callers.entry(normal(&dir.join(&**source))).or_default().push(dir);
                }
            }
            None => drop(out.insert(dir.to_owned())),
        }
    }
    let mut open: Vec<PathBuf> = out.iter().cloned().collect();
    while let Some(dir) = open.pop() {
        for caller in callers.remove(&dir).into_iter().flatten() {
            if out.insert(caller.to_owned()) {
                open.push(caller.to_owned());
            }
        }
    }
    out
}

/// The folders `from`, and those that they call.
pub(crate) fn called(list: &FileList, from: &HashSet<PathBuf>) -> HashSet<PathBuf> {
    let mut calls: HashMap<&Path, Vec<PathBuf>> = HashMap::new();
    for (n, path) in list.files.iter().enumerate() {
        if let (Some(dir), Some(own)) = (path.parent(), list.calls(n)) {
            calls.entry(dir).or_default().extend(own.local.iter().map(|source| normal(&dir.join(&**source))));
        }
    }
    let mut out = from.clone();
    let mut open: Vec<PathBuf> = from.iter().cloned().collect();
    while let Some(dir) = open.pop() {
        for inner in calls.remove(dir.as_path()).into_iter().flatten() {
            if out.insert(inner.clone()) {
                open.push(inner);
            }
        }
    }
    out
}

/// Which of these files of Terragrunt, Atmos and stacks may read one of `targets`, or Terraform in one of `dirs`: their texts, or the
/// folders around them, have the name of one, or they look for a file in the folders above.
pub(crate) fn configs(
    among: &[&PathBuf],
    targets: &BTreeSet<PathBuf>,
    dirs: &HashSet<PathBuf>,
    files: &dyn Files,
) -> HashSet<PathBuf> {
    let name = |path: &Path| path.file_name().map(OsString::from);
    let mut names: HashSet<OsString> = dirs.iter().filter_map(|dir| name(dir)).collect();
    names.extend(targets.iter().filter_map(|path| name(path)).filter(|name| FOUND.iter().all(|found| name != found)));
    let mut reached: HashSet<PathBuf> =
        among.iter().filter(|path| targets.contains(**path)).map(|p| (*p).clone()).collect();
    // Of stacks any may be a target, and all components are.
    reached.extend(among.iter().filter(|path| is_whole(path)).map(|path| (*path).clone()));
    let mut above: HashSet<PathBuf> = targets.iter().filter_map(|path| path.parent()).map(Path::to_owned).collect();
    let mut open: Vec<(&PathBuf, _)> =
        among.iter().filter(|path| !reached.contains(**path)).map(|path| (*path, files.glance(path))).collect();
    loop {
        let before = reached.len();
        open.retain(|(path, text)| {
            let Some(text) = text else { return !reached.insert((*path).clone()) };
            let around = || path.ancestors().skip(1);
            let hit = path.parent().is_some_and(|dir| dirs.contains(dir))
                || around().filter_map(Path::file_name).any(|dir| names.contains(dir))
                || names.iter().any(|name| holds(text, name.as_encoded_bytes()))
                || holds(text, b"find_in_parent_folders") && around().any(|dir| above.contains(dir));
            if hit {
                reached.insert((*path).clone());
                let found = FOUND.iter().any(|found| is_named(path, found));
                // A unit is named by its folder.
                names.extend(if found || is_named(path, "terragrunt.stack.hcl") || is_component(path) {
                    path.parent().and_then(name)
                } else {
                    name(path)
                });
                above.extend(path.parent().map(Path::to_owned));
            }
            !hit
        });
        if reached.len() == before {
            return reached;
        }
    }
}
