//! Where each report goes: `--format sarif --output out.sarif --format human`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use clap::parser::ValueSource;

use crate::report::{Kind, Safely, harmless, safe};

use super::args::Check;
use super::files::{identity, write_file};
use super::roots;
use super::stop::Stop;

/// A format, and the file that its report goes to; standard output without one.
pub(super) type Output<'a> = (&'a str, Option<&'a PathBuf>);

/// The requested reports. A file belongs to the format before it; with one format and one file the order is free.
pub(super) fn outputs<'a>(args: &'a Check, matches: &ArgMatches) -> Result<Vec<Output<'a>>, Stop> {
    let matches = matches.subcommand_matches("check").unwrap_or(matches);
    let places = |name: &str| matches.indices_of(name).map(Iterator::collect::<Vec<_>>).unwrap_or_default();
    let written = matches.value_source("format") == Some(ValueSource::CommandLine);
    let mut out: Vec<Output<'a>> = args.format.iter().map(|f| (f.as_str(), None)).collect();
    if out.len() == 1 && args.output.len() == 1 {
        out[0].1 = args.output.first();
        return Ok(out);
    }
    let formats = if written { places("format") } else { vec![0; out.len()] };
    for (file, at) in args.output.iter().zip(places("output")) {
        let owner = formats.iter().rposition(|f| *f < at);
        match owner.and_then(|n| out.get_mut(n)) {
            Some((_, free @ None)) => *free = Some(file),
            _ => {
                let message = format!("--output {} must follow its own --format", file.display());
                return Err(Stop::Failed(message));
            }
        }
    }
    if out.iter().filter(|(_, file)| file.is_none()).count() > 1 {
        return Err(Stop::Failed(
            "only one report can go to standard output: add --output to all but one --format".into(),
        ));
    }
    let places: Vec<_> = out.iter().filter_map(|(_, file)| identity(file.map(PathBuf::as_path))).collect();
    if places.iter().enumerate().any(|(n, place)| places.iter().skip(n + 1).any(|other| other == place)) {
        return Err(Stop::Failed("two reports cannot be written to one file".into()));
    }
    Ok(out)
}

/// Ignores a closed pipe: the reader has seen enough, and the exit code must not depend on it.
pub(super) fn unless_closed(result: io::Result<()>) -> io::Result<()> {
    result.or_else(|error| if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })
}

/// Writes a report to its file, or to standard output, while it is made. What is not safe for its reader is replaced. It may be
/// `styled`.
pub(super) fn write(
    file: Option<&Path>,
    kind: Kind,
    styled: bool,
    report: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Stop> {
    let folders = roots::folders(kind);
    let fill = |out: &mut dyn Write| {
        let mut safely = Safely::new(out, kind, styled, &folders);
        report(&mut safely)?;
        safely.finish()
    };
    match file {
        Some(path) => write_file(path, fill)
            .map_err(|e| Stop::Failed(format!("cannot write {}: {e}", harmless(&path.to_string_lossy())))),
        None => unless_closed(fill(&mut io::stdout().lock()))
            .map_err(|e| Stop::Failed(format!("cannot write to standard output: {e}"))),
    }
}

/// Writes messages to standard error; all of them come through here. What is not safe in a log is replaced.
pub(super) fn say(styled: bool, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut bytes = Vec::new();
    write(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let text = safe(&text, Kind::Text, styled, &roots::folders(Kind::Text));
    unless_closed(io::stderr().lock().write_all(text.as_bytes()))
}
