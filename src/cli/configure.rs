//! The configuration of a run, and its policy.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use crate::check::{Catalogue, rule as built_in};
use crate::policy::{Baseline, Pattern, Policy, Reading, Settings};
use crate::text::Source;

use super::args::{Check, Failing, Input};
use super::outputs::say;
use super::stop::Stop;

/// The rules of a folder.
pub(super) fn catalogue(here: &Path) -> Result<Catalogue, Stop> {
    let from = Reading { current: here, earlier: None };
    let Some(source) = Settings::find(here, from)? else { return Ok(Catalogue::default()) };
    Ok(Settings::load(&source, here, from)?.rules(from)?)
}

/// What the configuration for the run says: the one that is named, or the nearest one above the current folder.
pub(super) fn base(input: &Input, from: Reading<'_>) -> Result<Policy, Stop> {
    let here = from.current;
    let named = input.configuration.config.as_ref().map(|path| {
        Settings::open(&here.join(path), from).map_err(|mut e| {
            // Show the path as it was typed.
            e.message = e.message.replace(&here.join(path).display().to_string(), &path.display().to_string());
            e
        })
    });
    let source = match named {
        _ if input.configuration.isolated => None,
        Some(named) => Some(named?),
        None => Settings::find(here, from)?,
    };
    let mut policy = Policy { now: SystemTime::now(), ..Policy::default() };
    for text in &input.exclude {
        let mut pattern: Pattern = text.parse().map_err(|e| Stop::Failed(format!("--exclude: {e}")))?;
        pattern.anchor(here);
        policy.exclude.push(pattern);
    }
    let Some(source) = source else { return Ok(policy) };
    // The patterns of an explicitly named configuration are relative to the current folder.
    let folder = source.path().parent().filter(|_| input.configuration.config.is_none()).unwrap_or(here);
    let loaded = Settings::load(&source, folder, from)?;
    let catalogue = loaded.rules(from)?;
    let mut sources: Vec<_> = loaded.files().cloned().collect();
    for rule in catalogue.iter().filter(|rule| built_in(&rule.id).is_none()) {
        let dir = loaded.settings.own_rules.as_deref().unwrap_or(folder);
        let page = Source::new(dir.join(format!("{}.md", rule.id)), rule.page.markdown.as_bytes());
        sources.push(Arc::new(page));
    }
    Ok(Policy { settings: loaded.settings, catalogue, sources, configured: true, ..policy })
}

/// The same policy, where the nearest configuration counts in each folder, unless one is named for all.
pub(super) fn nearest(policy: Policy, input: &Input, here: &Path) -> Policy {
    if one_for_all(input) { policy } else { policy.nearest(here) }
}

/// True if one configuration, or none, counts everywhere.
pub(super) fn one_for_all(input: &Input) -> bool {
    input.configuration.isolated || input.configuration.config.is_some()
}

/// The policy of a run. Configurations of folders are left to the caller.
pub(super) fn policy(args: &Check, from: Reading<'_>) -> Result<Policy, Stop> {
    let here = from.current;
    let mut policy = base(&args.input, from)?;
    let known = match (&args.baseline, &policy.settings.baseline) {
        _ if args.write_baseline.is_some() => None,
        (Some(path), _) => Some(Settings::open(&here.join(path), from)?),
        (None, Some(path)) => {
            let folder = policy.sources.first().and_then(|source| source.path().parent()).unwrap_or(here);
            Some(Settings::open_relative(folder, path, from).map_err(|mut e| {
                // This name was not typed.
                e.message = format!("the baseline set in the configuration: {}", e.message);
                e
            })?)
        }
        (None, None) => None,
    };
    let baseline = known.as_ref().map(Baseline::read).transpose()?;
    if baseline.as_ref().is_some_and(|b| b.is_old) && !args.quiet {
        let words =
            "the baseline has version 1, which does not tell environments apart: write it again with --write-baseline";
        say(false, |err| writeln!(err, "warning: {words}"))?;
    }
    policy.sources.extend(known);
    let policy = Policy {
        select: args.select.clone(),
        extend_select: args.extend_select.clone(),
        ignore: args.ignore.clone(),
        no_ignores: args.no_ignores,
        baseline,
        fail_on: args.fail_on.map(Failing::on),
        ..policy
    };
    match policy.complaint() {
        Some(complaint) => Err(Stop::Failed(complaint)),
        None => Ok(policy),
    }
}
