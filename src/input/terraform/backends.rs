//! Where states are: backends, also those that are configured elsewhere, by `-backend-config` of a command or by `remote_state` of
//! Terragrunt.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::node::Cx;
use crate::syntax::hcl::{self, Block, Body, ExprKind};
use crate::text::{View, holds};

use super::super::command_files::{bases, command_files};
use super::super::everywhere;
use super::super::unit::{has_extension, normal};
use super::components::{key_text, text_of};
use super::scope::{Module, values_in};

/// What names a state in a backend, and what else says where it is.
pub(super) const NAMES: &[&str] = &["key", "prefix", "path", "address", "secret_suffix", "schema_name", "name"];
pub(super) const PLACES: &[&str] = &["bucket", "storage_account_name", "container_name", "organization", "hostname"];

/// Files that may say where a state is.
pub(super) const BACKENDS: everywhere::Kind = everywhere::Kind {
    name: "backends",
    named: |path| has_extension(path, &["tf", "tofu"]),
    marked: |bytes| holds(bytes, b"backend") || holds(bytes, b"cloud"),
};

/// The known texts that a backend is configured with.
pub(super) type Config = BTreeMap<String, String>;

/// The option that configures a part of a backend.
const OPTION: &str = "-backend-config";

/// What stands for the way from the file that a unit includes to the unit.
const WAY: &str = "${path_relative_to_include()}";

/// Files that configure backends.
const CONFIGS: everywhere::Kind = everywhere::Kind {
    name: "configurations of backends",
    named: |path| has_extension(path, &["tfbackend", "hcl", "tfvars", "conf", "config"]),
    marked: |bytes| NAMES.iter().any(|name| holds(bytes, name.as_bytes())),
};

/// Files of Terragrunt that say where states are.
const STACKS: everywhere::Kind = everywhere::Kind {
    name: "states of Terragrunt",
    named: |path| has_extension(path, &["hcl"]),
    marked: |bytes| holds(bytes, b"remote_state") && holds(bytes, WAY.as_bytes()),
};

/// The roots that may be configured with such a backend, whose state has the name `name`.
pub(super) fn configured(kind: &str, asked: &Config, name: &str, cx: &mut Cx<'_>) -> Vec<PathBuf> {
    let files = everywhere::files(&CONFIGS, &|bytes| holds(bytes, name.as_bytes()), cx);
    let mut configs = Vec::new();
    for path in files {
        // A file of this name may be of another kind.
        let before = cx.notes.clone();
        let own = values_in(&path, cx).into_iter().filter_map(|a| Some((a.name.to_string(), text_of(&a.value)?)));
        if may_be_same(&own.collect(), asked) {
            configs.push(path);
        }
        cx.notes = before;
    }
    let mut dirs: Vec<PathBuf> = everywhere::files(&BACKENDS, &|_| true, cx)
        .iter()
        .filter_map(|path| path.parent())
        .map(PathBuf::from)
        .collect();
    dirs.dedup();
    dirs.retain(|dir| {
        let module = Module::shared(dir, cx);
        let open = |body: &Body| !NAMES.iter().any(|name| written(body).contains_key(*name));
        module.backend.as_ref().is_some_and(|backend| is_kind(backend, kind) && open(&backend.body))
            && (configs.iter().any(|path| path.starts_with(dir)) || is_given(dir, asked, &configs, cx))
    });
    dirs
}

/// What the commands of a file give to backends: where they run, what they set, and the files that they name.
struct Given {
    bases: Vec<PathBuf>,
    values: Config,
    files: BTreeSet<PathBuf>,
}

/// The files with commands that run in a folder and configure a backend.
struct OfFolder(Vec<Arc<OnceLock<Given>>>);

/// True if a command that runs in a folder configures its backend so.
fn is_given(dir: &Path, asked: &Config, configs: &[PathBuf], cx: &Cx<'_>) -> bool {
    let slot = cx.shared.slot::<OfFolder>(dir);
    if slot.get().is_none() {
        let slots = command_files(dir, cx).into_iter().map(|file| {
            let slot = cx.shared.slot::<Given>(&file);
            slot.get_or_init(|| given(&file, cx));
            slot
        });
        let runs = |slot: &Arc<OnceLock<Given>>| slot.get().is_some_and(|given| given.bases.iter().any(|b| b == dir));
        let found = OfFolder(slots.filter(runs).collect());
        slot.get_or_init(|| found);
    }
    let fits =
        |given: &Given| may_be_same(&given.values, asked) || configs.iter().any(|config| given.files.contains(config));
    slot.get().is_some_and(|of_folder| of_folder.0.iter().filter_map(|slot| slot.get()).any(fits))
}

/// What the commands of a file give to backends.
fn given(file: &Path, cx: &Cx<'_>) -> Given {
    let mut out = Given { bases: Vec::new(), values: Config::new(), files: BTreeSet::new() };
    let Some(bytes) = cx.files.glance(file).filter(|bytes| holds(bytes, OPTION.as_bytes())) else { return out };
    out.bases = bases(&bytes, file, cx);
    let text = String::from_utf8_lossy(&bytes);
    for rest in text.split(OPTION).skip(1) {
        let rest = rest.trim_start_matches(['=', ' ', '"', '\'']);
        let option = rest.split(|c: char| c.is_whitespace() || "\"';&|)\\".contains(c)).next().unwrap_or_default();
        match option.split_once('=') {
            Some((key, value)) => drop(out.values.insert(key.to_owned(), value.to_owned())),
            None => out.files.extend(out.bases.iter().map(|base| normal(&base.join(option)))),
        }
    }
    out
}

/// The units of Terragrunt whose state is in such a place: the file of each.
pub(super) fn of_terragrunt(kind: &str, asked: &Config, cx: &mut Cx<'_>) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for file in everywhere::files(&STACKS, &|_| true, cx) {
        let Ok(view) = cx.view(&file) else { continue };
        let body = hcl::parse(&view).tree;
        let blocks = body.blocks_of("remote_state").filter(|block| {
            block.body.attribute("backend").and_then(|a| text_of(&a.value)).is_some_and(|own| own == kind)
        });
        for way in blocks.filter_map(|block| way(&block.body, asked, &view)) {
            let unit = normal(&file.parent().unwrap_or(&file).join(way)).join("terragrunt.hcl");
            if unit != file && unit.starts_with(cx.files.root()) && cx.files.read(&unit).is_ok() {
                out.push(unit);
            }
        }
    }
    out
}

/// The way to the unit whose state has the name that is requested.
fn way(remote: &Body, asked: &Config, view: &View) -> Option<String> {
    let ExprKind::Object(items) = &remote.attribute("config")?.value.kind else { return None };
    items.iter().find_map(|(key, value)| {
        let asked = asked.get(NAMES.iter().copied().find(|name| key_text(key).as_deref() == Some(*name))?)?;
        let text = std::str::from_utf8(view.bytes.get(value.span.start as usize..value.span.end as usize)?).ok()?;
        let (before, after) = text.trim_matches('"').split_once(WAY)?;
        Some(asked.strip_prefix(before)?.strip_suffix(after)?.to_owned())
    })
}

/// True for a backend of a kind, as `terraform_remote_state` names it.
pub(super) fn is_kind(backend: &Block, kind: &str) -> bool {
    kind == if &*backend.kind == "cloud" { "remote" } else { backend.label(0) }
}

/// What is written in a backend and the blocks in it.
pub(super) fn written(body: &Body) -> Config {
    let own = body.attributes.iter().filter_map(|a| Some((a.name.to_string(), text_of(&a.value)?)));
    own.chain(body.blocks.iter().flat_map(|block| written(&block.body))).collect()
}

/// True if a state has this name, and nothing else says that it is another one.
pub(super) fn may_be_same(own: &Config, asked: &Config) -> bool {
    same(own, asked, NAMES)
        && PLACES.iter().all(|key| own.get(*key).zip(asked.get(*key)).is_none_or(|(own, asked)| own == asked))
}

/// True if two backends have the same values for some keys.
pub(super) fn same(a: &Config, b: &Config, keys: &[&str]) -> bool {
    keys.iter().all(|key| a.get(*key) == b.get(*key))
}
