//! Shell scripts, read and never run. (stand-in)
use super::machine::Machine;
use crate::node::Cx;
use crate::text::{Span, Traced, Why};
use crate::value::Guard;
pub(super) fn run(script: &Traced, name: &str, at: Span, machine: Machine, cx: &mut Cx<'_>) -> Vec<(Guard, Machine)> {
    let _ = (name, cx);
    let mut machine = machine;
    machine.gap(script.span().unwrap_or(at), Why::NotUnderstood("a shell script".into()));
    vec![(Guard::always(), machine)]
}
