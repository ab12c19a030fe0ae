//! The order of the house: which floor may import which, that files import downward only, and how long a file may be.
//!
//! `code` reads a file, `graph` finds out which file imports which; what it does not see is said there.

mod code;
mod graph;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use self::graph::Graph;

/// Files that import each other because what they do is recursive. The list may only become shorter.
const RECURSIONS: &[(&[&str], &str)] = &[];

/// How many lines a file may have. Tables of data are long by nature.
const MOST_LINES: usize = 600;
const TABLES: [&str; 1] = ["setting/field.rs"];

/// The files below `src`.
fn sources() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = BTreeMap::new();
    for entry in walkdir::WalkDir::new(&root) {
        let path = entry.unwrap().into_path();
        if path.extension().is_some_and(|e| e == "rs") {
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
            files.insert(name, std::fs::read_to_string(path).unwrap());
        }
    }
    assert!(files.len() > 200, "only {} files were found", files.len());
    files
}

/// The floors of CONTRIBUTING.md, and what each may import.
fn floors() -> BTreeMap<String, BTreeSet<String>> {
    let page = include_str!("../../CONTRIBUTING.md");
    let table = page.split_once("### Floors\n").unwrap().1.split("\n#").next().unwrap();
    let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<BTreeSet<_>>();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    let rows = rows.map(|row| row.split('|').collect::<Vec<_>>());
    let floors: BTreeMap<_, _> = rows.map(|row| (names(row[1]).pop_first().unwrap(), names(row[3]))).collect();
    assert!(floors.len() > 15, "{floors:?}");
    floors
}

/// The floor that a file stands on.
fn floor(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

#[test]
fn floors_import_what_the_table_of_contributing_says() {
    let (floors, graph) = (floors(), Graph::new(&sources()).unwrap());
    let mut wrong = BTreeSet::new();
    for file in graph.imports.keys().filter(|file| *file != "lib.rs") {
        let own = floor(file);
        let allowed = floors.get(own).unwrap_or_else(|| panic!("{file} is on no floor of CONTRIBUTING.md"));
        let imports = graph.imports[file].keys().map(|other| floor(other).to_owned());
        for other in imports.chain(graph.tops[file].clone()).filter(|other| other != own && !allowed.contains(other)) {
            wrong.insert(format!("{file} imports {other}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_import_no_cycles() {
    let graph = Graph::new(&sources()).unwrap();
    let mut cycles = graph.cycles();
    for (files, why) in RECURSIONS {
        let listed: BTreeSet<_> = files.iter().map(|file| (*file).to_owned()).collect();
        let at = cycles.iter().position(|cycle| *cycle == listed);
        assert!(at.is_some(), "these files are no longer a cycle, take them from the list ({why}): {files:?}");
        assert!(listed.len() <= 5 && !why.is_empty(), "{files:?}: {why}");
        cycles.remove(at.unwrap());
    }
    assert!(RECURSIONS.len() <= 6);
    let ties: Vec<_> = cycles.iter().map(|cycle| graph.ties(cycle)).collect();
    assert!(cycles.is_empty(), "{} cycles of files:\n{}", cycles.len(), ties.join("\n"));
}

#[test]
fn no_file_is_too_long() {
    for (file, text) in sources().iter().filter(|(file, _)| !TABLES.contains(&file.as_str())) {
        let lines = text.lines().count();
        assert!(lines <= MOST_LINES, "{file} has {lines} lines, the most are {MOST_LINES}");
    }
}

fn graph_of(files: &[(&str, &str)]) -> Graph {
    Graph::new(&files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect()).unwrap()
}

/// What `a.rs` imports of the crate.
fn imports_of_a(a: &str) -> String {
    let graph = graph_of(&[
        ("lib.rs", "mod a; mod b; mod c; pub mod d;"),
        ("a.rs", a),
        ("b.rs", "pub struct B; pub fn make() {} pub const N: usize = 1;"),
        ("c/mod.rs", "mod deep; pub use deep::Deep as Renamed; pub use crate::b::B; pub(in crate::d) fn c() {}"),
        ("c/deep.rs", "use super::super::b; pub enum Deep { One } pub fn f() { b::make() }"),
        ("d.rs", "pub use crate::c::*; macro_rules! m { () => { $crate::b::make() } }"),
    ]);
    graph.imports["a.rs"].keys().cloned().collect::<Vec<_>>().join(" ")
}

#[test]
fn an_import_is_what_names_something_of_another_file() {
    for (a, wanted) in [
        ("", ""),
        ("mod b;", ""),
        ("use crate::b;", ""),
        (
            "use std::b::B; // crate::b::B\n/// crate::b::B\nconst X: &str = \"crate::b::B\"; const Y: &str = r#\"\"crate::b::B\"#;",
            "",
        ),
        ("use crate::b::B;", "b.rs"),
        ("use crate::b; fn f() { b::make() }", "b.rs"),
        ("use crate::b as other; fn f() { x.y(other::make()) }", "b.rs"),
        ("fn f() { let x: Vec<crate::b::B> = vec![]; }", "b.rs"),
        ("fn f() { println!(\"{}\", super::b::N) }", "b.rs"),
        ("fn f() { match x { a => { use crate::{c::{Renamed as R, B}, d}; } } }", "b.rs c/deep.rs"),
        ("fn f() { crate::c::Renamed::One }", "c/deep.rs"),
        ("use crate::c::Renamed::*;", "c/deep.rs"),
        ("use crate::c::{self, c}; pub(in crate::b) fn f() {}", "c/mod.rs"),
        ("use crate::d::*;", "d.rs"),
        ("fn f() -> impl X + use<'_> { x.b::<B>(); <B as X>::b::make(); ::b::make() }", ""),
        ("mod inner { fn f() { super::super::b::make() } }", "b.rs"),
        ("#[cfg(test)] mod b { use crate::b::B; } #[test] fn c() { crate::c::c() }", "c/mod.rs"),
        ("#[cfg(test)] #[allow(x)] use crate::{b::B}; use crate::c::c;", "c/mod.rs"),
        ("#[cfg(test)] fn f<A, C>() -> [u8; 2] { crate::b::make() } fn g() { crate::c::c() }", "c/mod.rs"),
        ("struct A { #[cfg(test)] a: crate::b::B, c: crate::c::Renamed }", "c/deep.rs"),
        ("#[cfg(not(test))] use crate::b::B;", "b.rs"),
        ("fn f<'a>(x: &'a str) { '\"'; crate::b::make(); '\"' }", "b.rs"),
    ] {
        assert_eq!(imports_of_a(a), wanted, "{a}");
    }
}

#[test]
fn a_cycle_is_files_that_import_each_other_on_any_way() {
    let graph = graph_of(&[
        ("lib.rs", "mod a; mod b; mod c; mod d;"),
        ("a.rs", "use crate::b::B; pub struct A; #[cfg(test)] mod tests;"),
        ("a/tests.rs", "use crate::d::D;"),
        ("b.rs", "use crate::c::C; pub struct B;"),
        ("c.rs", "pub struct C(crate::a::A);"),
        ("d.rs", "use crate::a::A; pub struct D;"),
    ]);
    let cycles: Vec<Vec<_>> = graph.cycles().into_iter().map(|cycle| cycle.into_iter().collect()).collect();
    assert_eq!(cycles, [["a.rs", "b.rs", "c.rs"]]);
    assert!(graph.ties(&graph.cycles()[0]).contains("c.rs imports crate::a::A of a.rs"));
}
