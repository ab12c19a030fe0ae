//! What standard output and standard error can show: colour, width, links.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};

use crate::report::Look;

use super::args::Color;

/// The width without a terminal, in columns.
const WIDTH: usize = 80;

/// The style of a report on standard output or in a file.
pub(super) fn look(color: Color, to_stdout: bool, current: PathBuf) -> Look {
    let terminal = to_stdout && io::stdout().is_terminal();
    let width = if terminal { columns() } else { WIDTH };
    let links = terminal && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout);
    // A file is not a terminal, even if standard output is one.
    let choice = if to_stdout { AutoStream::choice(&io::stdout()) } else { AutoStream::choice(&Vec::new()) };
    Look { color: colored(color, choice), width, links, ..Look::plain(&current) }
}

/// The style of messages on standard error.
pub(super) fn look_on_stderr(color: Color, current: &Path) -> Look {
    Look { color: color_on_stderr(color), ..Look::plain(current) }
}

/// Whether messages on standard error are in colour.
pub(super) fn color_on_stderr(color: Color) -> bool {
    colored(color, AutoStream::choice(&io::stderr()))
}

/// The flag, or else the environment and the stream (`NO_COLOR`, `CLICOLOR_FORCE`, `CLICOLOR`, `TERM`), and
/// `FORCE_COLOR`, which some CI systems set.
fn colored(color: Color, choice: ColorChoice) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let set = |name: &str, off: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty() && v != off);
            choice != ColorChoice::Never || (set("FORCE_COLOR", "0") && !set("NO_COLOR", ""))
        }
    }
}

/// Columns of the terminal: `COLUMNS`, or else the terminal itself.
fn columns() -> usize {
    let configured = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let measured = || terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
    configured.or_else(measured).filter(|n| *n > 0).unwrap_or(WIDTH).clamp(40, 160)
}
