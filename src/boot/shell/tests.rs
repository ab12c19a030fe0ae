//! Compares scripts with the output that bash printed for them.

use std::sync::Arc;

use super::super::machine::Machine;
use super::interpreter::Shell;
use super::state::{ScriptRun, Sink};
use crate::node::{Cx, Family};
use crate::syntax::shell;
use crate::text::{Memory, Source, Traced};
use crate::value::Guard;

/// What a script prints on its only path, or `None` if there are several.
fn output(script: &str) -> Option<Traced> {
    let files = Memory::default();
    let mut cx = Cx::new(&files);
    let id = cx.texts.add_source(Arc::new(Source::new("/script", script.as_bytes())));
    let place = cx.texts.view(id).span(0..0);
    let tree = shell::parse(&cx.texts.view(id)).tree;
    let machine = Machine::new(place, Some(Family::Al2), None, false);
    let mut start = ScriptRun::start(Guard::always(), machine, None);
    start.shell.sink = Sink::Captured;
    let mut boot = cx.boot();
    let mut shell = Shell::new(&mut boot);
    shell.reads_status = true;
    shell.top = true;
    let mut paths = shell.list(&tree, start);
    if paths.len() == 1 { paths.pop().map(|p| p.out) } else { None }
}

/// Every recorded script prints what bash prints, or something with an unknown part.
#[test]
fn scripts_do_what_bash_does() {
    let recorded = include_str!("../../../testdata/bash/recorded.json");
    let cases: Vec<serde_json::Value> = serde_json::from_str(recorded).unwrap();
    let mut wrong = Vec::new();
    let mut open = 0;
    for case in &cases {
        let (script, want) = (case["script"].as_str().unwrap(), case["out"].as_str().unwrap());
        match output(script) {
            Some(out) if !out.has_unknown() => {
                if out.bytes() != want.as_bytes() {
                    wrong.push(format!("--- {script}\n  want {want:?}\n  got  {:?}", out.to_text()));
                }
            }
            _ => {
                open += 1;
                println!("not known: {script}");
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(open * 8 <= cases.len(), "{open} of {} scripts are not known", cases.len());
}

/// A file that is its own interpreter does not run forever.
#[test]
fn an_interpreter_that_a_script_wrote_is_run_once() {
    let file = "printf '#!/opt/python\\nprint(1)\\n' > /opt/python; chmod +x /opt/python; PATH=/opt:/bin; /opt/python; echo done";
    assert!(output(file).is_some());
}
