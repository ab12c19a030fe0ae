//! The configuration of a run, and its policy.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::check::{Catalogue, RULES};
use crate::policy::{Baseline, Policy, Reading, Settings};
use crate::text::Source;

use super::args::{Check, Failing, Input};
use super::outputs::say;
use super::stop::Stop;

/// The rules of a folder.
pub(super) fn catalogue(here: &Path) -> Result<Catalogue, Stop> {
    let from = Reading { current: here, earlier: None };
    let Some(source) = Settings::find(here, from)? else { return Ok(Catalogue::default()) };
    let folder = source.path().parent().unwrap_or(here).to_owned();
    Ok(Settings::load(&source, &folder, from)?.1)
}

/// A configuration, its rules, the folder that its patterns are relative to, and the files of it and of its own rules.
type Found = (Settings, Catalogue, PathBuf, Vec<Arc<Source>>);

/// The configuration for the paths of a run with its rules, and the folder that its patterns are relative to.
pub(super) fn settings(input: &Input, from: Reading<'_>) -> Result<(Settings, Catalogue, PathBuf), Stop> {
    let (settings, rules, folder, _) = found(input, from)?;
    Ok((settings, rules, folder))
}

/// The same, with the file of the configuration and those of custom rules.
fn found(input: &Input, from: Reading<'_>) -> Result<Found, Stop> {
    let here = from.current;
    let configuration = &input.configuration;
    let source = match &configuration.config {
        _ if configuration.isolated => None,
        Some(path) => Some(Settings::open(&here.join(path), from).map_err(|mut e| {
            // Show the path as it was typed.
            e.message = e.message.replace(&here.join(path).display().to_string(), &path.display().to_string());
            e
        })?),
        None => Settings::find(&start(input, here), from)?,
    };
    match source {
        Some(source) => {
            let folder = source.path().parent().unwrap_or(here).to_owned();
            let (settings, rules) = Settings::load(&source, &folder, from)?;
            let mut sources = vec![Arc::clone(&source)];
            for rule in rules.iter().filter(|rule| RULES.iter().all(|known| known.id != rule.id)) {
                let dir = folder.join(settings.own_rules.as_deref().unwrap_or(Path::new("")));
                let page = Source::new(dir.join(format!("{}.md", rule.id)), rule.page.markdown.as_bytes());
                sources.push(Arc::new(page));
            }
            // The patterns of an explicitly named configuration are relative to the current folder.
            let folder = if configuration.config.is_some() { here.to_owned() } else { folder };
            Ok((settings, rules, folder, sources))
        }
        None => Ok((Settings::default(), Catalogue::default(), here.to_owned(), Vec::new())),
    }
}

/// The common folder of all named paths.
fn start(input: &Input, here: &Path) -> PathBuf {
    let named = input.paths.iter().filter(|p| p.as_os_str() != "-").filter_map(|p| here.join(p).canonicalize().ok());
    let folders = named.map(|p| if p.is_dir() { p } else { p.parent().unwrap_or(here).to_owned() });
    let common = folders.reduce(|a, b| a.ancestors().find(|d| b.starts_with(d)).unwrap_or(here).to_owned());
    common.unwrap_or_else(|| here.to_owned())
}

/// The policy of a run.
pub(super) fn policy(args: &Check, from: Reading<'_>) -> Result<Policy, Stop> {
    let here = from.current;
    let (settings, catalogue, folder, mut sources) = found(&args.input, from)?;
    let known = match (&args.baseline, &settings.baseline) {
        _ if args.write_baseline.is_some() => None,
        (Some(path), _) => Some(Settings::open(&here.join(path), from)?),
        (None, Some(path)) => Some(Settings::open_relative(&folder, path, from).map_err(|mut e| {
            // This name was not typed.
            e.message = format!("the baseline set in the configuration: {}", e.message);
            e
        })?),
        (None, None) => None,
    };
    let baseline = known.as_ref().map(Baseline::read).transpose()?;
    if baseline.as_ref().is_some_and(|b| b.is_old) && !args.quiet {
        let words =
            "the baseline has version 1, which does not tell environments apart: write it again with --write-baseline";
        say(false, |err| writeln!(err, "warning: {words}"))?;
    }
    let configured = !sources.is_empty();
    sources.extend(known);
    let policy = Policy {
        catalogue,
        select: args.select.clone(),
        extend_select: args.extend_select.clone(),
        ignore: args.ignore.clone(),
        settings,
        folder,
        no_ignores: args.no_ignores,
        now: SystemTime::now(),
        baseline,
        fail_on: args.fail_on.map(Failing::on),
        sources,
        configured,
    };
    match policy.complaint() {
        Some(complaint) => Err(Stop::Failed(complaint)),
        None => Ok(policy),
    }
}
