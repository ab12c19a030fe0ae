//! What a format must be able to do. Stands beside the registry so that no format imports the list of all.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::scan::Scan;
use crate::text::Place;

/// How a report is to look.
#[derive(Clone, Debug)]
pub struct Look {
    /// Draw in colour.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Say more: what was not followed, the way of every value.
    pub verbose: bool,
    /// Show findings that do not count, too, in the formats that can mark them.
    pub suppressed: bool,
    /// Names of files are links that a terminal opens (OSC 8).
    pub links: bool,
    /// The current directory: people see paths relative to it.
    pub current: PathBuf,
    /// The commit that is checked out and its date, for formats that name it.
    pub revision: Option<String>,
}

impl Look {
    /// Without colour, 80 columns wide.
    pub fn plain(current: &Path) -> Self {
        Self {
            color: false,
            width: 80,
            verbose: false,
            suppressed: false,
            links: false,
            current: current.to_owned(),
            revision: None,
        }
    }

    /// The same, with the commit that is checked out.
    #[must_use]
    pub fn with_revision(self, revision: Option<String>) -> Self {
        Self { revision, ..self }
    }

    /// The path as a person would type it from where they stand, or the name of a derived text.
    pub fn path(&self, place: &Place) -> String {
        let path = place.source.path();
        let shown = if place.source.is_derived() { path } else { path.strip_prefix(&self.current).unwrap_or(path) };
        super::plain_text::harmless(&shown.to_string_lossy())
    }

    /// `text` with `spot`, which names the file of `place`, as a link to that file.
    pub(super) fn linked(&self, text: String, spot: &str, place: &Place) -> String {
        let path = place.source.path();
        if !self.links || place.source.is_derived() || !path.is_absolute() {
            return text;
        }
        let mut address = String::from("file://");
        for byte in path.to_string_lossy().replace('\\', "/").bytes() {
            match byte {
                b'/' | b'-' | b'.' | b'_' | b'~' | b':' => address.push(char::from(byte)),
                _ if byte.is_ascii_alphanumeric() => address.push(char::from(byte)),
                _ => address.push_str(&format!("%{byte:02X}")),
            }
        }
        text.replacen(spot, &format!("\u{1b}]8;;{address}\u{1b}\\{spot}\u{1b}]8;;\u{1b}\\"), 1)
    }

    /// `path:line:column`.
    pub fn spot(&self, place: &Place) -> String {
        let start = place.start();
        format!("{}:{}:{}", self.path(place), start.line, start.column)
    }
}

/// A format.
pub trait Reporter: Sync {
    /// The name that people choose it with.
    fn name(&self) -> &'static str;

    /// Writes the report of a scan. Nothing but the report.
    ///
    /// # Errors
    /// If `out` cannot be written to.
    fn write(&self, scan: &Scan, look: &Look, out: &mut dyn Write) -> io::Result<()>;
}
