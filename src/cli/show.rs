//! The command `show`.

use std::path::Path;

use crate::policy::{Policy, Reading};
use crate::report::{self, Kind, Look};
use crate::scan::{Request, Scan, scan};

use super::args::{Color, Configuration, Input, Show};
use super::configure;
use super::outputs::{say, write};
use super::request::{current, request};
use super::stop::{CLEAN, FOUND, Stop};
use super::terminal::look;
use super::{git, progress};

/// Prints the effective configuration of each node group.
pub(super) fn show(args: &Show, color: Color) -> Result<u8, Stop> {
    let here = current()?;
    let (settings, catalogue, folder) = configure::settings(&args.input, Reading { current: &here, earlier: None })?;
    let policy = Policy { settings, catalogue, folder, now: std::time::SystemTime::now(), ..Policy::default() };
    if let Some(path) = &args.against {
        return against(args, path, policy, look(color, args.output.is_none(), here));
    }
    let request = Request { whole: true, ..request(&args.input, policy)? };
    let waiting = progress::show(&request.progress);
    let mut found = scan(&request).map_err(|e| Stop::Failed(e.to_string()))?;
    drop(waiting);
    keep_groups(&mut found, args.node_group.as_deref())?;
    let look = look(color, args.output.is_none(), here);
    let mut buffer = Vec::new();
    match args.format.as_str() {
        "html" => {
            let look = look.clone().with_revision(git::revision(&found.root));
            report::show_html(&found, args.all, &look, &mut buffer)?;
        }
        "json" => report::show_json(&found, args.all, &mut buffer)?,
        "yaml" => report::show_yaml(&found, &look, &mut buffer)?,
        "text" => report::show_text(&found, args.all, &look, &mut buffer)?,
        _ => report::show_table(&found, args.all, &look, &mut buffer)?,
    }
    let kind = if args.format == "json" { Kind::Json } else { Kind::Text };
    write(args.output.as_deref(), &buffer, kind, look.color || look.links)?;
    say(look.color, |err| report::notes(&found, &look, err))?;
    Ok(CLEAN)
}

/// Keeps the node groups whose address, identity or name matches a pattern.
pub(super) fn keep_groups(scan: &mut Scan, pattern: Option<&str>) -> Result<(), Stop> {
    let Some(pattern) = pattern else { return Ok(()) };
    // Addresses may have brackets, so the text itself counts as well.
    let glob = globset::Glob::new(pattern).ok().map(|glob| glob.compile_matcher());
    let fits = |name: &str| name == pattern || glob.as_ref().is_some_and(|glob| glob.is_match(name));
    scan.groups.retain(|group| [&*group.name, &group.id(), &group.shown()].into_iter().any(fits));
    if scan.groups.is_empty() {
        return Err(Stop::Failed(format!("no node group matches {pattern}")));
    }
    Ok(())
}

/// Compares the source with what was found on nodes.
fn against(args: &Show, path: &Path, policy: Policy, look: Look) -> Result<u8, Stop> {
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
        configuration: Configuration { config: None, isolated: true },
    };
    let whole = |request: Request| Request { whole: true, ..request };
    let nodes = scan(&whole(request(&seen, Policy { now: policy.now, ..Policy::default() })?))
        .map_err(|e| Stop::Failed(e.to_string()))?;
    let mut source = scan(&whole(request(&args.input, policy)?)).map_err(|e| Stop::Failed(e.to_string()))?;
    keep_groups(&mut source, args.node_group.as_deref())?;
    let none = |scan: &Scan| scan.groups.iter().all(|g| !g.kubelet);
    if none(&nodes) {
        return Err(Stop::Failed(format!("no kubelet configuration was found in {}", path.display())));
    }
    if none(&source) {
        return Err(Stop::Failed("no kubelet configuration was found in the source".to_owned()));
    }
    let mut buffer = Vec::new();
    let differ = match args.format.as_str() {
        "json" => report::against_json(&source, &nodes, &mut buffer)?,
        _ => report::against_text(&source, &nodes, &look, &mut buffer)?,
    };
    let kind = if args.format == "json" { Kind::Json } else { Kind::Text };
    write(args.output.as_deref(), &buffer, kind, look.color)?;
    say(look.color, |err| report::notes(&source, &look, err))?;
    Ok(if differ { FOUND } else { CLEAN })
}
