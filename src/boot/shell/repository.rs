//! Files of the repository that a script names by a relative path: they lie beside it when it runs. They are placed on the
//! machine, relative to the folder of the script and to the root of what is scanned.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::node::{BootCx, beside};
use crate::text::{Traced, budget};

use super::super::disk::{File, absolute};
use super::state::{SCRIPT, ScriptRun};

/// The most names that are tried for one script.
const MAX_NAMES: usize = 512;

/// The most files that are placed.
const MAX_FILES: usize = 128;

/// The largest file that is placed, in bytes.
const MAX_BYTES: usize = 256 << 10;

/// Words without which a file in a folder is nothing to a kubelet.
const WORDS: [&[u8]; 4] = [b"kubelet", b"Kubelet", b"KUBELET", b"timeout"];

/// The most files of one folder that are looked at.
const MAX_INSIDE: usize = 1_000;

/// The most folders that are looked for.
const MAX_FOLDERS: usize = 64;

/// How deep scripts that name scripts are followed.
const MAX_DEPTH: usize = 4;

/// Places the files that a script names, and those that the placed scripts name.
pub(super) fn place(text: &Traced, path: &mut ScriptRun, cx: &mut BootCx<'_>) {
    let Some(origin) = text.span().map(|at| cx.texts.trail(at).origin()) else { return };
    let own = cx.texts.place(origin).source.path().to_owned();
    let Some(folder) = own.parent().filter(|folder| folder.starts_with(cx.root())) else { return };
    let virtual_folder = SCRIPT.rsplit_once('/').map_or("/", |(folder, _)| folder);
    let above = folder.parent().filter(|above| above.starts_with(cx.root()));
    // The script runs in its own folder, in the one above or at the root.
    let mut folders: Vec<(PathBuf, String)> = vec![(folder.to_owned(), virtual_folder.to_owned())];
    folders.extend(above.map(|above| (above.to_owned(), absolute("..", virtual_folder))));
    folders.push((cx.root().to_owned(), virtual_folder.to_owned()));
    let mut tried = BTreeSet::new();
    let mut placed = 0;
    let mut open = vec![(text.clone(), 0)];
    while let Some((text, depth)) = open.pop() {
        let mut names: Vec<_> = beside::names(text.bytes()).into_iter().map(str::to_owned).collect();
        let named = beside::folders(text.bytes());
        for name in budget::at_most(named, MAX_FOLDERS, "folders that a script copies") {
            for (real, _) in &folders {
                let real = PathBuf::from(absolute(&name, &real.to_string_lossy()));
                let inside = cx.below(&real, MAX_DEPTH, MAX_INSIDE);
                if inside.len() >= MAX_INSIDE {
                    budget::reached("files of folders that a script copies");
                }
                let inside = inside
                    .iter()
                    .filter(|file| cx.holds(file, &WORDS))
                    .filter_map(|file| file.strip_prefix(&real).ok()?.to_str());
                names.extend(inside.map(|file| format!("{name}/{file}")));
            }
        }
        for name in names {
            if tried.len() >= MAX_NAMES {
                budget::reached("names of files beside a script");
                continue;
            }
            if !tried.insert(name.clone()) {
                continue;
            }
            for (real, place) in &folders {
                let place = absolute(&name, place);
                let real = PathBuf::from(absolute(&name, &real.to_string_lossy()));
                if path.machine.files.contains_key(&place) || real == own {
                    continue;
                }
                let Some(view) = cx.view(&real) else { continue };
                if placed >= MAX_FILES || view.bytes.len() > MAX_BYTES {
                    budget::reached("files beside a script, or their size");
                    continue;
                }
                let content = view.traced(0..view.bytes.len());
                placed += 1;
                virtual_folder.clone_into(&mut path.shell.directory);
                if depth < MAX_DEPTH {
                    open.push((content.clone(), depth + 1));
                }
                Arc::make_mut(&mut path.machine.files).insert(place, File::Known(Arc::new(content)));
            }
        }
    }
}
