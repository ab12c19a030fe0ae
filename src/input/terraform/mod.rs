//! Terraform and OpenTofu: directories of `.tf` files, evaluated as far as the source allows.
//!
//! One unit is one directory as a root module, with every module of the repository that it calls. Evaluation is lazy:
//! it starts at the attributes with user data and follows their references.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "Terraform has one type for all numbers; counts and indexes in it are small, and signs are checked first"
)]

mod atmos;
mod backends;
pub(crate) mod callers;
mod carriers;
mod clusters;
mod components;
mod data_sources;
mod declared;
mod engine;
mod handed;
mod ignition;
mod images;
mod ineffective;
mod json;
mod kubernetes;
mod lang;
mod modules;
mod node_group_links;
mod open_defaults;
mod other_roots;
mod packer;
mod plan;
pub(crate) mod reach;
mod registry_modules;
mod resources;
mod scope;
mod scripts;
mod stacks;
mod state;
mod stored_objects;
mod templates;
mod terragrunt;
mod terragrunt_stack;
mod terramate;
#[cfg(test)]
mod tests;
mod thin;
mod value_sets;
mod variables;
mod versions;

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::node::{Cx, NodeGroup, Variable};
use crate::text::{Source, Span};

use super::unit::{FileList, Input, Unit, has_extension};
use engine::Engine;
use scope::FileKind;

pub(super) use atmos::Atmos;
pub(super) use packer::Packer;
pub(super) use plan::Plan;
pub(super) use stacks::Stacks;
pub(super) use terragrunt::Terragrunt;
pub(super) use terragrunt_stack::TerragruntStack;
pub(super) use terramate::Terramate;

/// Terraform and OpenTofu.
#[derive(Debug)]
pub(super) struct Terraform;

impl Input for Terraform {
    fn name(&self) -> &'static str {
        "terraform"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        // Compared by bytes, because comparing paths by component is slow in a large repository.
        let mut dirs: HashMap<&OsStr, Vec<PathBuf>> = HashMap::new();
        for (n, path) in files.files.iter().enumerate().filter(|(_, path)| has_extension(path, &["tf", "tofu", "json"]))
        {
            let (Some(dir), Some(name)) = (path.parent(), path.file_name().and_then(|n| n.to_str())) else { continue };
            if matches!(scope::kind_of(name), FileKind::Plain | FileKind::Override) {
                files.claim(n);
                dirs.entry(dir.as_os_str()).or_default().push(path.clone());
            }
        }
        // Those that say nothing about a node are not read.
        dirs.retain(|dir, _| !files.is_dismissed(Path::new(dir)));
        let unit = |(path, own)| Unit { names_none: files.names_none(Path::new(path)), ..Unit::of_folder(path, own) };
        let mut units: Vec<Unit> = dirs.into_iter().map(unit).collect();
        units.sort();
        units
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        cx.names_none = unit.names_none;
        // The first readable file is the fallback location for the unit.
        let first = unit.files.iter().find_map(|path| cx.open(path).ok());
        let first = first.unwrap_or_else(|| cx.texts.add_source(Arc::new(Source::new(&*unit.path, Vec::new()))));
        let place = Span::new(first, 0..0);
        // Values of the command line come after those of the configuration.
        if let Some(files) = cx.given.var_files.get(&unit.path) {
            cx.given.variables.splice(0..0, files.iter().cloned().map(Variable::File));
        }
        let mut engine = Engine::new(&unit.path, cx);
        let root = engine.start(place);
        let module = Arc::clone(&engine.instances[root].module);
        if !resources::concerns(&module) {
            return Vec::new();
        }
        let groups = engine.judged(&[root], place);
        if !groups.is_empty() {
            value_sets::name_missing(&unit.path, &module, cx);
        }
        if let Some(ways) = value_sets::ways_to_apply(&unit.path, &module, place, cx) {
            return value_sets::with_values(&unit.path, &module, (groups, ways), place, cx);
        }
        if cx.given.variables.is_empty() {
            return open_defaults::with_inputs(&unit.path, &module, groups, place, cx);
        }
        groups
    }
}
