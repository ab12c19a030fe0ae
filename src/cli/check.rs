//! The command `check`.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use clap::ArgMatches;

use crate::policy::{FailOn, Policy, Reading, write_baseline};
use crate::report::{self, Kind, Look, harmless};
use crate::scan::{Changes, Request, Scan, Weight, scan};
use crate::text::Place;

use super::args::{Check, Color, Configured};
use super::fix::CHANGED;
use super::outputs::{outputs, say, write};
use super::request::{PARTIAL, current, is_partial, request, scanned};
use super::stop::{CLEAN, FAILED, FOUND, Stop};
use super::terminal::{look, look_on_stderr};
use super::{configure, git, progress, settings, since};

/// Scans and reports; returns the exit code.
pub(super) fn check(args: &Check, matches: &ArgMatches, color: Color) -> Result<u8, Stop> {
    let here = current()?;
    let outputs = outputs(args, matches)?;
    let of_base = args.config_from == Configured::Base;
    let now = Reading { current: &here, earlier: None };
    let policy =
        if of_base { Policy::default() } else { configure::nearest(configure::policy(args, now)?, &args.input, &here) };
    let mut request = Request { only_named: true, ..request(&args.input, policy)? };
    if args.show_settings {
        return settings::show(args, &request, &here);
    }
    if let Some(revision) = &args.since {
        let base = since::base(&request, revision, args, &here)?;
        if of_base {
            request.policy = base.policy.clone();
        }
        request.base = Some(Arc::new(base));
        request.leave_out_deleted();
    } else if request.names_files() {
        request.base = since::head(&request, args, &here)?.map(Arc::new);
    }
    let fail_on = request.policy.fail_on();
    let waiting = (!args.quiet).then(|| progress::show(&request.progress));
    let mut found = scanned(&request)?;
    drop(waiting);
    let code = |found: &Scan| code(args, fail_on, &request, found);
    if let Some(path) = &args.write_baseline {
        return save_baseline(path, &found, args.quiet);
    }
    let err_look = Look { verbose: args.verbose, options: true, ..look_on_stderr(color, &here) };
    if args.diff {
        let changes = Changes::fixing(&found.findings).that_help(&request, None, &scan)?;
        let shown = look(color, true, here);
        let diff = changes.diff(&found, &shown);
        write(None, Kind::Exact, shown.color, |out| out.write_all(diff.as_bytes()))?;
        if !args.quiet {
            say(err_look.color, |err| {
                report::unfixed(&found, &err_look, err)?;
                report::notes(&found, &err_look, err)
            })?;
        }
        return Ok(code(&found));
    }
    let changes = match &args.add_ignore {
        Some(reason) => Some((Changes::ignoring(&found.findings, reason), false)),
        None => args.fix.then(|| (Changes::fixing(&found.findings), true)),
    };
    let mut left = Vec::new();
    if let Some((changes, fixed)) = changes {
        if request.stdin.is_some() {
            return Err(Stop::Failed("standard input cannot be fixed".to_owned()));
        }
        let mut changes = changes.that_help(&request, None, &scan)?;
        left = changes.write()?;
        let (n, files) = changes.count();
        if n > 0 {
            found = scanned(&request)?;
        }
        if !args.quiet {
            let rest = if fixed { 0 } else { found.findings.len() };
            say(false, |err| summarize((n, files, rest), fixed, &left, err))?;
        }
    }
    let listed = outputs.iter().any(|(format, _)| report::LISTING.contains(&&**format));
    for (format, file) in outputs {
        let format = report::format(format).ok_or_else(|| Stop::Failed(format!("unknown format `{format}`")))?;
        let look = Look {
            verbose: args.verbose,
            statistics: args.statistics,
            suppressed: args.show_suppressed,
            options: true,
            fail_on,
            source_url: args.source_url.clone(),
            // git is only called if the format shows its output.
            revision: (format.name() == "html").then(|| git::revision(&found.root)).flatten(),
            ..look(color, file.is_none(), here.clone())
        };
        let styled = look.color || look.links;
        write(file.map(AsRef::as_ref), format.kind(), styled, |out| format.write(&found, &look, out))?;
    }
    if !args.quiet {
        say(err_look.color, |err| {
            // What no report lists is not left unsaid.
            if !listed {
                report::mentions(&found, &err_look, err)?;
            }
            beside(args, &request, &found, &err_look, err)
        })?;
    }
    let ended = if left.iter().any(|(_, why)| *why == CHANGED) { FAILED } else { code(&found) };
    // The process ends here, which frees everything at once.
    std::mem::forget(found);
    Ok(ended)
}

/// Writes the warnings beside the reports.
fn beside(args: &Check, request: &Request, found: &Scan, look: &Look, err: &mut dyn Write) -> io::Result<()> {
    report::notes(found, look, err)?;
    if found.files == 0 && args.input.paths.iter().any(|p| p.is_dir()) {
        writeln!(err, "warning: no Terraform, CloudFormation, YAML, JSON or shell files here")?;
    }
    // Piped input is meant to be checked; input of an unknown kind would look clean.
    let seen = [found.groups.len(), found.findings.len(), found.gaps.len(), found.problems.len()];
    if seen == [0; 4] && args.input.paths.iter().any(|p| p.as_os_str() == "-") {
        writeln!(err, "warning: no node group or kubelet configuration found on standard input")?;
    }
    incomplete(args, request, found).map_or(Ok(()), |why| writeln!(err, "error: {why}"))
}

/// The exit code of a scan.
fn code(args: &Check, fail_on: FailOn, request: &Request, found: &Scan) -> u8 {
    let fails = found.findings.iter().any(|f| fail_on.fails(f.level));
    match incomplete(args, request, found) {
        Some(_) => FAILED,
        None if fails && !args.exit_zero => FOUND,
        None => CLEAN,
    }
}

/// Why a scan that ended is not good enough, whatever it found.
fn incomplete(args: &Check, request: &Request, found: &Scan) -> Option<&'static str> {
    let unresolved = args.fail_on_unresolved || request.policy.settings.fail_on_unresolved;
    if args.strict && !found.problems.is_empty() || is_partial(found, request, args.lenient) {
        Some(PARTIAL)
    } else if args.strict && found.node_groups() == 0 && found.findings.is_empty() && request.has_folder() {
        Some("no node group was found: check the path")
    } else if unresolved && found.gaps.iter().any(|gap| gap.weight == Weight::Grave) {
        Some("an unresolved value could hold a timeout: see --verbose")
    } else {
        None
    }
}

/// Says how many changes were made in how many files, and at how many findings no comment can be.
fn summarize(
    (n, files, rest): (usize, usize, usize),
    fixed: bool,
    left: &[(std::path::PathBuf, &str)],
    err: &mut dyn Write,
) -> io::Result<()> {
    for (path, why) in left {
        writeln!(err, "warning: {}: not written: it {why}", harmless(&path.to_string_lossy()))?;
    }
    let files = plural(files, "file");
    match (n, fixed) {
        (0, true) => writeln!(err, "No safe fixes available."),
        (0, false) if rest == 0 => writeln!(err, "Nothing to suppress."),
        (0, false) => Ok(()),
        (_, true) => writeln!(err, "Fixed {} in {files}.", plural(n, "problem")),
        (_, false) => writeln!(err, "Added {} in {files}.", plural(n, "ignore comment")),
    }?;
    let instead = "use `exceptions` in the configuration";
    if rest > 0 { writeln!(err, "No place for a comment at {}: {instead}.", plural(rest, "finding")) } else { Ok(()) }
}

fn plural(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

fn save_baseline(path: &Path, found: &Scan, quiet: bool) -> Result<u8, Stop> {
    let relative = |place: &Place| found.relative(place.source.path());
    write(Some(path), Kind::Json, false, |out| write_baseline(&found.findings, &relative, out))?;
    if !quiet {
        let count = found.findings.len();
        let (what, them) = (plural(count, "finding"), if count == 1 { "it" } else { "them" });
        let path = harmless(&path.to_string_lossy());
        let told = format!("Wrote {what} to {path}. Pass `--baseline {path}` to hide {them}.");
        say(false, |err| writeln!(err, "{told}"))?;
    }
    Ok(CLEAN)
}
