//! The command `show`.

use std::path::{Path, PathBuf};

use crate::policy::{Policy, Reading};
use crate::report::{self, Kind};
use crate::scan::{Request, Scan, field_complaint};

use super::args::{Color, Configuration, Input, Show};
use super::configure;
use super::outputs::{say, write};
use super::request::{current, is_partial, request, scanned};
use super::stop::{CLEAN, FOUND, Stop};
use super::terminal::{look, look_on_stderr};
use super::{git, progress};

/// Prints the effective configuration of each node group.
pub(super) fn show(args: &Show, color: Color) -> Result<u8, Stop> {
    let here = current()?;
    let policy = policy(&args.input, &here)?;
    if let Some(path) = &args.against {
        return against(args, path, policy, color, here);
    }
    if let Some(complaint) = args.field.as_deref().and_then(field_complaint) {
        return Err(Stop::Failed(complaint));
    }
    let (mut found, _) = groups(&args.input, policy, args.node_group.as_deref())?;
    if let Some(path) = &args.field {
        found.groups.iter_mut().for_each(|group| group.keep_field(path));
    }
    let all = args.all || args.field.is_some();
    let err_look = look_on_stderr(color, &here);
    let look = look(color, args.output.is_none(), here);
    let kind = match args.format.as_str() {
        "json" => Kind::Json,
        "yaml" => Kind::Exact,
        _ => Kind::Text,
    };
    write(args.output.as_deref(), kind, look.color || look.links, |out| match args.format.as_str() {
        "html" => {
            let look = look.clone().with_revision(git::revision(&found.root));
            report::show_html(&found, all, &look, out)
        }
        "json" => report::show_json(&found, all, out),
        "yaml" => report::show_yaml(&found, &look, out),
        "text" => report::show_text(&found, all, &look, out),
        _ => report::show_table(&found, all, &look, out),
    })?;
    say(err_look.color, |err| report::notes(&found, &err_look, err))?;
    Ok(CLEAN)
}

/// The policy of a command that has no rules to judge by.
pub(super) fn policy(input: &Input, current: &Path) -> Result<Policy, Stop> {
    Ok(configure::nearest(configure::base(input, Reading { current, earlier: None })?, input, current))
}

/// Scans the input for every field of its node groups; keeps those that a pattern matches. True if input was not read that counts.
pub(super) fn groups(input: &Input, policy: Policy, pattern: Option<&str>) -> Result<(Scan, bool), Stop> {
    let request = Request { whole: true, ..request(input, policy)? };
    let waiting = progress::show(&request.progress);
    let mut found = scanned(&request)?;
    drop(waiting);
    keep_groups(&mut found, pattern)?;
    let partial = is_partial(&found, &request, false);
    Ok((found, partial))
}

/// Keeps the node groups whose address, identity or name matches a pattern.
fn keep_groups(scan: &mut Scan, pattern: Option<&str>) -> Result<(), Stop> {
    let Some(pattern) = pattern else { return Ok(()) };
    // Addresses may have brackets, so the text itself counts as well.
    let glob = globset::Glob::new(pattern).and_then(|glob| globset::GlobSet::builder().add(glob).build());
    let fits = |name: &str| name == pattern || glob.as_ref().is_ok_and(|glob| glob.is_match(name));
    scan.groups.retain(|group| [&*group.name, &group.id(), &group.shown()].into_iter().any(fits));
    if scan.groups.is_empty() {
        return Err(Stop::Failed(format!("no node group matches {pattern}")));
    }
    Ok(())
}

/// Compares the source with what was found on nodes.
fn against(args: &Show, path: &Path, policy: Policy, color: Color, here: PathBuf) -> Result<u8, Stop> {
    if matches!(args.format.as_str(), "html" | "yaml") {
        return Err(Stop::Failed(format!("--against does not support --format {}", args.format)));
    }
    if path.as_os_str() == "-" && args.input.paths.iter().any(|p| p.as_os_str() == "-") {
        return Err(Stop::Failed("standard input cannot be both the source and the node".to_owned()));
    }
    let seen = Input {
        paths: vec![path.to_owned()],
        stdin_filename: args.input.stdin_filename.clone().filter(|_| path.as_os_str() == "-"),
        parameters: Vec::new(),
        var_file: Vec::new(),
        var: Vec::new(),
        module: Vec::new(),
        variables: Vec::new(),
        no_gitignore: true,
        exclude: Vec::new(),
        jobs: args.input.jobs,
        configuration: Configuration { config: None, isolated: true },
    };
    let (nodes, _) = groups(&seen, Policy { now: policy.now, ..Policy::default() }, None)?;
    let (source, _) = groups(&args.input, policy, args.node_group.as_deref())?;
    let none = |scan: &Scan| scan.groups.iter().all(|g| !g.kubelet);
    if none(&nodes) {
        return Err(Stop::Failed(format!("no kubelet configuration was found in {}", path.display())));
    }
    if none(&source) {
        return Err(Stop::Failed("no kubelet configuration was found in the source".to_owned()));
    }
    let err_look = look_on_stderr(color, &here);
    let look = look(color, args.output.is_none(), here);
    let kind = if args.format == "json" { Kind::Json } else { Kind::Text };
    let mut differ = false;
    write(args.output.as_deref(), kind, look.color || look.links, |out| {
        differ = match args.format.as_str() {
            "json" => report::against_json(&source, &nodes, out)?,
            _ => report::against_text(&source, &nodes, &look, out)?,
        };
        Ok(())
    })?;
    say(err_look.color, |err| report::notes(&source, &err_look, err))?;
    Ok(if differ { FOUND } else { CLEAN })
}
