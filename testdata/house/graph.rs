//! Which file imports which.
//!
//! `use` lines and paths in code are resolved, through re-exports, to the file that defines the name. A `mod` line alone is no
//! import. What is not seen: a method that is called on a value whose type comes from elsewhere, so also a call between two
//! files that share the methods of one type.

use std::collections::{BTreeMap, BTreeSet};

use super::code::Code;

/// How many re-exports a name may be passed on by.
const MOST_STEPS: usize = 12;

struct Module<'a> {
    file: &'a str,
    code: &'a Code,
}

/// All files of a crate without those for tests, and what each imports.
pub(super) struct Graph {
    /// Files, and the files that they import, with a name that they import from there.
    pub(super) imports: BTreeMap<String, BTreeMap<String, String>>,
    /// Files, and the modules at the top of the crate that they speak of.
    pub(super) tops: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    /// Reads files: paths from the folder of the crate, and texts.
    pub(super) fn new(files: &BTreeMap<String, String>) -> Result<Graph, String> {
        let mut codes = BTreeMap::new();
        for (file, text) in files {
            codes.insert(module_of(file), (file, Code::read(text).map_err(|e| format!("{file}: {e}"))?));
        }
        let for_tests: Vec<_> =
            codes.iter().flat_map(|(module, (_, code))| code.tests.iter().map(|name| child(module, name))).collect();
        codes.retain(|module, _| !for_tests.iter().any(|tests| module.starts_with(tests)));

        let mut modules = BTreeMap::new();
        for (module, (file, code)) in &codes {
            add(&mut modules, module.clone(), Module { file, code });
        }
        let mut graph = Graph { imports: BTreeMap::new(), tops: BTreeMap::new() };
        for (module, Module { file, code }) in &modules {
            let imports = graph.imports.entry((*file).to_owned()).or_default();
            let tops = graph.tops.entry((*file).to_owned()).or_default();
            let uses = code.uses.iter().map(|(_, path)| (path, true));
            for (path, is_use) in uses.chain(code.paths.iter().map(|path| (path, false))) {
                let absolute = absolute(&modules, module, path);
                let top = absolute.iter().filter_map(|path| path.first());
                tops.extend(top.filter(|top| modules.contains_key(&vec![(*top).clone()])).cloned());
                let Some(target) = defining(&modules, module, path, 0) else { continue };
                // To bring a module into scope is to say nothing yet of what stands in it. The crate itself defines nothing.
                let is_whole = is_use && absolute.as_ref() == Some(&target);
                let at = modules[&target].file;
                if at != *file && !is_whole && !target.is_empty() {
                    imports.entry(at.to_owned()).or_insert_with(|| path.join("::"));
                }
            }
        }
        Ok(graph)
    }

    /// Sets of two and more files each of which imports all others, directly or not. The largest comes first.
    pub(super) fn cycles(&self) -> Vec<BTreeSet<String>> {
        let reach: BTreeMap<&str, BTreeSet<&str>> =
            self.imports.keys().map(|f| (f.as_str(), self.reached(f))).collect();
        let mut cycles = BTreeSet::new();
        for (file, reached) in &reach {
            if reached.contains(file) {
                cycles.insert(
                    reached.iter().filter(|other| reach[*other].contains(file)).map(ToString::to_string).collect(),
                );
            }
        }
        let mut cycles: Vec<BTreeSet<String>> = cycles.into_iter().collect();
        cycles.sort_by_key(|cycle| std::cmp::Reverse(cycle.len()));
        cycles
    }

    /// What a file imports, directly or not.
    fn reached<'a>(&'a self, file: &str) -> BTreeSet<&'a str> {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&str> = self.imports[file].keys().map(String::as_str).collect();
        while let Some(next) = open.pop() {
            if seen.insert(next) {
                open.extend(self.imports.get(next).into_iter().flat_map(|imports| imports.keys().map(String::as_str)));
            }
        }
        seen
    }

    /// The imports that tie a cycle together, a line each.
    pub(super) fn ties(&self, cycle: &BTreeSet<String>) -> String {
        let mut out = String::new();
        for file in cycle {
            for (other, path) in self.imports[file].iter().filter(|(other, _)| cycle.contains(*other)) {
                out.push_str(&format!("  {file} imports {path} of {other}\n"));
            }
        }
        out
    }
}

/// The module of a file: `a/b.rs` and `a/b/mod.rs` are `a::b`, `lib.rs` is the crate.
fn module_of(file: &str) -> Vec<String> {
    let mut module: Vec<_> = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if module.last().is_some_and(|last| last == "mod") || module == ["lib"] {
        module.pop();
    }
    module
}

fn child(module: &[String], name: &str) -> Vec<String> {
    module.iter().cloned().chain([name.to_owned()]).collect()
}

fn add<'a>(modules: &mut BTreeMap<Vec<String>, Module<'a>>, name: Vec<String>, module: Module<'a>) {
    for (inner, code) in &module.code.inner {
        add(modules, child(&name, inner), Module { file: module.file, code });
    }
    modules.insert(name, module);
}

/// A path seen from a module, as one from the top of the crate, if it says by itself where it begins.
fn absolute(modules: &BTreeMap<Vec<String>, Module<'_>>, from: &[String], path: &[String]) -> Option<Vec<String>> {
    let supers = path.iter().take_while(|segment| *segment == "super").count();
    let rest = match path.first()?.as_str() {
        "crate" | "kubelet_lint" => return Some(path[1..].to_vec()),
        "self" => &path[1..],
        "super" => &path[supers..],
        first if modules.contains_key(&child(from, first)) => path,
        _ => return None,
    };
    Some([&from[..from.len().saturating_sub(supers)], rest].concat())
}

/// The module that defines what a path names.
fn defining(
    modules: &BTreeMap<Vec<String>, Module<'_>>,
    from: &[String],
    path: &[String],
    steps: usize,
) -> Option<Vec<String>> {
    if steps > MOST_STEPS {
        return None;
    }
    let by_use = |module: &[String], name: &String| {
        let uses = modules.get(module)?.code.uses.iter();
        uses.into_iter().find(|(known, to)| known == name && to != path).map(|(_, to)| to)
    };
    let Some(absolute) = absolute(modules, from, path) else {
        let (first, rest) = path.split_first()?;
        return defining(modules, from, &[by_use(from, first)?, rest].concat(), steps + 1);
    };
    let length = (0..=absolute.len()).rev().find(|n| modules.contains_key(&absolute[..*n]))?;
    let (module, rest) = absolute.split_at(length);
    let Some((name, after)) = rest.split_first() else { return Some(module.to_vec()) };
    if name == "*" || modules[module].code.defines.contains(name) {
        return Some(module.to_vec());
    }
    by_use(module, name)
        .and_then(|to| defining(modules, module, &[to, after].concat(), steps + 1))
        .or_else(|| Some(module.to_vec()))
}
