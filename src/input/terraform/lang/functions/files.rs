//! Functions that read files of the repository. Nothing outside the scan root is read.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::GlobSet;

use crate::input::unit::normal;
use crate::syntax::hcl;
use crate::text::{FileError, Span, TextId, Traced, View, Why};
use crate::value::{Entry, Kind, Map, Value};

use super::super::data::Data;
use super::super::env::{Binding, Bound, Env};
use super::super::evaluate::Evaluate;
use super::super::outcome::{Computed, Early, Refused, refused};
use super::super::steps::{MAX_CHOICES, choice};
use super::arguments::{both_known, known, spend, text, unknown};
use crate::input::glob::glob;
use crate::input::template_text::base64_of;

/// Opens the file that an argument names.
fn open(data: &mut dyn Data, args: &[Value], at: Span) -> Result<TextId, Early> {
    let path = known(args, 0, at)?;
    if path.starts_with('~') {
        return Err(unknown(&Why::FromOutside(format!("the file {path}").into()), at));
    }
    // Terraform runs in the directory of the root module.
    match data.open(&data.root().join(Path::new(&path))) {
        Ok(id) => Ok(id),
        // It may be made before Terraform runs, but not for `try` and `can`.
        Err(FileError::Missing) => Err(unknown(&Why::Invalid(format!("there is no file {path}").into()), at)),
        Err(error) => Err(unknown(&Why::NotUnderstood(format!("the file {path} ({error})").into()), at)),
    }
}

/// What `read` makes of each file that a path with an unknown part may name, on the condition that the part is what it is there.
fn each(
    data: &mut dyn Data,
    args: &[Value],
    at: Span,
    env: &Env,
    read: fn(&mut dyn Data, &[Value], Span, &Env) -> Computed,
) -> Option<Value> {
    let path = text(args, 0).ok()?;
    let (gap, _, why) = path.unknowns().next()?;
    let before = path.slice(0..gap.start).known_str()?.to_owned();
    let rest = path.slice(gap.end..path.len());
    let slash = rest.bytes().iter().position(|b| *b == b'/');
    let after = rest.slice(0..slash.unwrap_or(rest.len())).known_str()?.to_owned();
    let (dir, stem) = before.rsplit_once('/').map_or((".", before.as_str()), |(dir, stem)| (dir, stem));
    // A whole name may be that of any file.
    if slash.is_none() && stem.is_empty() && after.is_empty() {
        return None;
    }
    let base = normal(&data.root().join(dir));
    let found = if slash.is_some() { data.files().folders(&base) } else { data.files().list(&base) };
    let part = |path: &PathBuf| {
        let part = path.file_name()?.to_str()?.strip_prefix(stem)?.strip_suffix(after.as_str())?;
        (!part.is_empty()).then(|| part.to_owned())
    };
    let mut files = Map::default();
    for part in found.iter().filter_map(part) {
        let mut whole = Traced::made(format!("{before}{part}"), at);
        whole.push(&rest);
        let mut args = args.to_vec();
        args[0] = Value::str(whole, at);
        if let Ok(value) = read(data, &args, at, env) {
            files.entries.insert(part.as_str().into(), Entry { key: at, value });
        }
        if files.entries.len() > MAX_CHOICES {
            break;
        }
        if !data.charge(64) {
            return None;
        }
    }
    let all = Value::new(Kind::Map(Arc::new(files)), at);
    choice(&all, why, Some(&Value::unknown(why.clone(), at)), at).filter(|value| !value.is_unknown())
}

pub(in crate::input::terraform) fn file(data: &mut dyn Data, args: &[Value], at: Span, env: &Env) -> Computed {
    if let Some(value) = each(data, args, at, env, file) {
        return Ok(value);
    }
    let view = content(data, args, at)?;
    if view.as_str().is_err() {
        return Err(refused("the file is not UTF-8"));
    }
    Ok(Value::str(view.traced(0..view.bytes.len()), at).through(at, &"file".into()))
}

/// Reads the file that an argument names.
pub(super) fn content(data: &mut dyn Data, args: &[Value], at: Span) -> Result<View, Early> {
    let id = open(data, args, at)?;
    let view = data.texts().view(id);
    spend(data, view.bytes.len(), at)?;
    Ok(view)
}

/// The most files that a pattern may match, and the most directories that it may visit.
const MAX_FILES: usize = 5_000;

/// `fileset`: the files below a directory whose paths match a pattern.
pub(super) fn fileset(data: &mut dyn Data, args: &[Value], at: Span, _: &Env) -> Computed {
    let (dir, pattern) = both_known(args, at)?;
    let base = normal(&data.root().join(dir));
    let Some(found) = below(data, &base, &pattern) else {
        return Ok(Value::unknown(Why::NotUnderstood(format!("the pattern {pattern}").into()), at));
    };
    let names = found.iter().filter_map(|path| path.strip_prefix(&base).ok()?.to_str());
    let items = names.map(|name| Value::str(Traced::made(name.replace('\\', "/"), at), at));
    Ok(data.bounded(Value::set(items.collect(), at)))
}

/// The files whose paths relative to the root module match a pattern.
pub(in crate::input::terraform) fn files_like(data: &mut dyn Data, pattern: &str) -> Option<Vec<PathBuf>> {
    let root = data.root().to_owned();
    below(data, &root, pattern)
}

/// The files below `base` whose paths match `pattern`, sorted; `None` if the pattern is not understood or matches too
/// much.
fn below(data: &mut dyn Data, base: &Path, pattern: &str) -> Option<Vec<PathBuf>> {
    let mut parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let name = glob(parts.pop()?)?;
    let mut folders = vec![if pattern.starts_with('/') { PathBuf::from("/") } else { base.to_owned() }];
    for part in parts {
        let mut next = Vec::new();
        match (part, part.contains(['*', '?', '[', '{', '\\'])) {
            (_, false) => next.extend(folders.iter().map(|folder| normal(&folder.join(part)))),
            ("**", _) => {
                next = folders;
                let mut at = 0;
                while let Some(folder) = next.get(at) {
                    let inner = data.files().folders(folder);
                    next.extend(inner);
                    at += 1;
                    if next.len() > MAX_FILES || !data.charge(64) {
                        return None;
                    }
                }
            }
            _ => {
                let fits = glob(part)?;
                for folder in &folders {
                    next.extend(data.files().folders(folder).into_iter().filter(|path| named(path, &fits)));
                }
            }
        }
        folders = next;
    }
    let mut out = Vec::new();
    for folder in folders {
        out.extend(data.files().list(&folder).into_iter().filter(|path| named(path, &name)));
        if out.len() > MAX_FILES {
            return None;
        }
    }
    out.sort();
    out.dedup();
    Some(out)
}

fn named(path: &Path, fits: &GlobSet) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| fits.is_match(name))
}

pub(in crate::input::terraform) fn filebase64(data: &mut dyn Data, args: &[Value], at: Span, env: &Env) -> Computed {
    if let Some(value) = each(data, args, at, env, filebase64) {
        return Ok(value);
    }
    let view = content(data, args, at)?;
    Ok(Value::str(base64_of(&view.traced(0..view.bytes.len()).through(at, &"filebase64".into()), at), at))
}

pub(super) fn fileexists(data: &mut dyn Data, args: &[Value], at: Span, _: &Env) -> Computed {
    let path = known(args, 0, at)?;
    if data.files().is_dir(&normal(&data.root().join(&path))) {
        return Err(refused("a directory, not a file"));
    }
    match data.files().read(&data.root().join(&path)) {
        Ok(_) | Err(FileError::TooLarge(_)) => Ok(Value::bool(true, at)),
        Err(FileError::Missing) if !path.starts_with('~') => Ok(Value::bool(false, at)),
        Err(_) => Ok(Value::unknown(Why::FromOutside(format!("the file {path}").into()), at)),
    }
}

/// The scope of a template: only the arguments that it is given.
fn inside(vars: &Value, at: Span, env: &Env) -> Result<Env, Early> {
    let map = match &vars.kind {
        Kind::Map(map) => map,
        Kind::Unknown(why) => return Err(unknown(why, at)),
        _ => return Err(refused("a template needs a map")),
    };
    // Values keep the references that the map passed through.
    let map = if vars.via.is_none() {
        Arc::clone(map)
    } else {
        let mut own = Map::clone(map);
        own.entries.values_mut().for_each(|e| e.value = e.value.clone().with_outer(&vars.via));
        Arc::new(own)
    };
    let id = format!("{:?} {}, template at {at:?}", env.instance, env.id()).into();
    let bound = Bound { what: Binding::All(map), id, next: None };
    Ok(Env { instance: None, names: Some(Arc::new(bound)) })
}

pub(super) fn templatefile(data: &mut dyn Data, args: &[Value], at: Span, env: &Env) -> Computed {
    if let Some(value) = each(data, args, at, env, templatefile) {
        return Ok(value);
    }
    let id = open(data, args, at)?;
    render(data, id, &args[1], at, env, "templatefile")
}

pub(super) fn templatestring(data: &mut dyn Data, args: &[Value], at: Span, env: &Env) -> Computed {
    let text = text(args, 0)?;
    // An unknown part could contain anything, even a directive.
    if text.is_unknown() {
        return Ok(args[0].clone());
    }
    let id = data.texts_mut().add_made("template", &text, at);
    render(data, id, &args[1], at, env, "templatestring")
}

/// Renders the template in a text with arguments.
pub(in crate::input::terraform) fn render(
    data: &mut dyn Data,
    id: TextId,
    vars: &Value,
    at: Span,
    env: &Env,
    step: &str,
) -> Computed {
    // A template may not render another template.
    if env.instance.is_none() && env.names.is_some() {
        return Err(refused("a template inside a template"));
    }
    let inner = inside(vars, at, env)?;
    let template = match data.evaluation().templates.get(&id) {
        Some(known) => known.clone()?,
        None => {
            let view = data.texts().view(id);
            spend(data, view.bytes.len() * 8, at)?;
            let parsed = match hcl::parse_template(&view) {
                Ok(template) => Ok(Arc::new(template)),
                Err(error) => {
                    data.syntax(&error, "not a template: ");
                    Err(Refused::new(error.message))
                }
            };
            data.evaluation().templates.insert(id, parsed.clone());
            parsed?
        }
    };
    let whole = {
        let view = data.texts().view(id);
        view.span(0..view.bytes.len())
    };
    let value = data.deeper(at, |data| data.template(&template.parts, whole, &inner))?;
    Ok(Value { at, ..value }.through(at, &step.into()))
}
