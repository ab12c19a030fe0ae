//! Every folder below `testdata/cases` that holds a file is a case: it is scanned, and what the scan says is held against
//! the folder's `out.snap`. `cargo insta review` shows and takes differences.

use std::path::{Path, PathBuf};

use kubelet_lint::report::{self, Look};
use kubelet_lint::scan::{Request, Scan, scan};

/// Scans `paths` as seen from `current`.
pub(crate) fn scan_in(current: &Path, paths: &[&str]) -> Scan {
    let request = Request {
        paths: paths.iter().map(PathBuf::from).collect(),
        current: current.canonicalize().unwrap(),
        no_ignore: true,
        ..Request::default()
    };
    scan(&request).unwrap()
}

/// A report as text.
pub(crate) fn render(format: &str, scan: &Scan, look: &Look) -> String {
    let mut out = Vec::new();
    report::format(format).unwrap().write(scan, look, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn folders(dir: &Path, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    // A folder that holds files is a case with all that is below it; a folder of folders groups cases.
    if entries.iter().any(|e| e.is_file()) {
        out.push(dir.to_owned());
    } else {
        for entry in &entries {
            folders(entry, out);
        }
    }
}

#[test]
fn cases() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases");
    let mut all = Vec::new();
    folders(&root, &mut all);
    assert!(all.len() > 10, "only {} cases were found", all.len());
    for case in all {
        // The snapshot is no part of the input.
        let input = tempfile::tempdir().unwrap();
        copy(&case, input.path());
        let base = input.path().canonicalize().unwrap();
        let found = scan_in(&base, &["."]);
        let look = Look { verbose: true, ..Look::plain(&base) };
        let mut text = render("human", &found, &look);
        let mut notes = Vec::new();
        report::notes(&found, &look, &mut notes).unwrap();
        report::show_text(&found, false, &look, &mut notes).unwrap();
        text.push_str("---\n");
        text.push_str(&String::from_utf8(notes).unwrap());
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("ok-") {
            assert!(found.findings.is_empty(), "{name} must be silent:\n{text}");
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(&case);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!("out", text));
    }
}

/// Copies a case without its snapshot.
pub(crate) fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else if !entry.file_name().to_string_lossy().contains(".snap") {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
