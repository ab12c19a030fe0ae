//! Tests made from files, each with a name of its own.
//!
//! - `cases::GROUP::CASE`: the folder `testdata/cases/GROUP/CASE` is scanned, and what the scan says is held against its
//!   `out.snap`. `cargo test cases::terraform::heredoc` runs one, `INSTA_UPDATE=always` before it records it. A folder named
//!   `ok-…` must stay silent. The path of a folder does as well: `cargo test testdata/cases/terraform/heredoc`.
//! - `pulls::SCENE::NAME`: a pull request, and what `--since` says about it.
//! - `scripts::FILE`: scripts that the real bash ran.
//! - `user_data::GROUP`: user data that the real cloud-init read.
#![allow(clippy::unwrap_used)]

mod pulls;
mod scanning;
mod scripts;
mod truth;
mod user_data;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kubelet_lint::testing::{Look, notes, show_text};
use kubelet_lint::{Request, Scan, scan};
use libtest_mimic::{Arguments, Trial};

use crate::scanning::{copy, render, scan_in, scan_with};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.filter = arguments.filter.map(|filter| test_name(filter.trim_start_matches("testdata/")));
    let mut trials = cases();
    trials.extend(pulls::trials());
    trials.extend(scripts::trials());
    trials.extend(user_data::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A path as the name of a test.
fn test_name(path: &str) -> String {
    path.trim_end_matches('/').replace('/', "::").replace('-', "_")
}

/// The folders in a folder, sorted. Files that explain a group are passed over.
fn folders(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<_> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// Git leaves the folders of a case that is gone.
fn holds_a_file(dir: &Path) -> bool {
    walkdir::WalkDir::new(dir).into_iter().any(|entry| entry.unwrap().file_type().is_file())
}

fn cases() -> Vec<Trial> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut trials = Vec::new();
    for case in folders(&root.join("cases")).iter().flat_map(|group| folders(group)).filter(|case| holds_a_file(case)) {
        let name = test_name(case.strip_prefix(&root).unwrap().to_str().unwrap());
        trials.push(Trial::test(name, move || {
            hold(&case);
            Ok(())
        }));
    }
    assert!(trials.len() > 200, "only {} cases were found", trials.len());
    trials
}

/// Holds what a scan of the case says against its snapshot.
fn hold(case: &Path) {
    // The snapshot is no part of the input.
    let input = tempfile::tempdir().unwrap();
    copy(case, input.path());
    let base = input.path().canonicalize().unwrap();
    let look = Look { verbose: true, ..Look::plain(&base) };
    let shown = |found: &Scan| {
        let mut text = render("human", found, &look);
        let mut told = Vec::new();
        notes(found, &look, &mut told).unwrap();
        show_text(found, false, &look, &mut told).unwrap();
        text.push_str("---\n");
        text.push_str(&String::from_utf8(told).unwrap());
        text
    };
    let found = scan_in(&base, &["."]);
    let text = shown(&found);
    assert_eq!(text, shown(&scan_with(&base, &["."], true)), "files that are not read matter");
    each_file_alone(&base, &shown);
    let name = case.file_name().unwrap().to_string_lossy();
    if name.starts_with("ok-") {
        assert!(found.findings.is_empty(), "{name} must be silent:\n{text}");
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(case);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("out", text));
}

/// What is said about a file that is named is what a scan of its whole repository says about it.
fn each_file_alone(base: &Path, shown: &dyn Fn(&Scan) -> String) {
    std::fs::create_dir(base.join(".git")).unwrap();
    for entry in walkdir::WalkDir::new(base).into_iter().map(Result::unwrap).filter(|e| e.file_type().is_file()) {
        let (some, all) = (scan_named(base, entry.path(), false), scan_named(base, entry.path(), true));
        let name = entry.path().strip_prefix(base).unwrap().display();
        assert_eq!(shown(&some), shown(&all), "{name} is named alone, and what else matters for it is not read");
    }
}

/// A scan of one file of a repository; with `reads_all`, the whole repository is read for it.
fn scan_named(current: &Path, file: &Path, reads_all: bool) -> Scan {
    let mut request = Request::default();
    (request.paths, request.current) = (vec![file.to_owned()], current.to_owned());
    (request.no_ignore, request.only_named, request.reads_all) = (true, true, reads_all);
    scan(&request).unwrap()
}
