//! Tests of the evaluation against the real Terraform, and of node groups of small modules.

use serde_json::Value as Json;

use super::engine::Engine;
use super::lang::outcome::Refused;
use super::*;
use crate::node::Step;
use crate::text::{Memory, Span, Texts, Traced, Whence};
use crate::value::{Kind, Value};

mod expressions;
mod groups;
mod limits;

/// Reads the directory `/` of these files.
fn read<'f>(files: &'f Memory, dir: &str) -> (Vec<NodeGroup>, Cx<'f>) {
    let mut cx = Cx::new(files);
    let list = FileList::of(crate::text::Files::list(files, dir.as_ref()));
    let units = Terraform.claim(&list);
    assert_eq!(units.len(), 1, "one directory is one unit");
    let groups = Terraform.read(&units[0], &mut cx);
    (groups, cx)
}

fn memory(files: &[(&str, &str)]) -> Memory {
    Memory::new(files.iter().map(|(path, text)| (*path, text.as_bytes())))
}
