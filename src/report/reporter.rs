//! The interface of a format. Separate from the registry, so no format imports the list of all.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::policy::FailOn;
use crate::scan::Scan;
use crate::text::{Place, relative_to};

use super::safe::Kind;

/// The longest name of a derived text that is shown, in characters.
const MAX_NAME: usize = 300;

/// The style of a report.
#[derive(Clone, Debug)]
pub struct Look {
    /// Use colour.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Verbose: unresolved values, and the path of every value.
    pub verbose: bool,
    /// Count the findings of each rule instead of listing them, in the format for people.
    pub statistics: bool,
    /// Also show suppressed findings, in the formats that can mark them.
    pub suppressed: bool,
    /// File names are terminal links (OSC 8).
    pub links: bool,
    /// Name options of the program that would help, such as `--fix`.
    pub options: bool,
    /// The current directory: paths are shown relative to it.
    pub current: PathBuf,
    /// The lowest level that makes a run fail, for formats that mark failures.
    pub fail_on: FailOn,
    /// The address of the files, for formats that link to them: a path and `#L` with a line follow.
    pub source_url: Option<String>,
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
            statistics: false,
            suppressed: false,
            links: false,
            options: false,
            current: current.to_owned(),
            fail_on: FailOn::Note,
            source_url: None,
            revision: None,
        }
    }

    /// The same, with the commit that is checked out.
    #[must_use]
    pub fn with_revision(self, revision: Option<String>) -> Self {
        Self { revision, ..self }
    }

    /// The path relative to the current directory, or the name of a derived text.
    pub fn path(&self, place: &Place) -> String {
        let path = place.source.path();
        if !place.source.is_derived() {
            return self.shown(path);
        }
        let name = super::plain_text::harmless(&path.to_string_lossy());
        name.char_indices()
            .nth(MAX_NAME)
            .map_or(name.clone(), |(end, _)| format!("{}…", name.get(..end).unwrap_or_default()))
    }

    /// A path relative to the current directory.
    pub fn shown(&self, path: &Path) -> String {
        super::plain_text::harmless(&relative_to(&self.current, path).to_string_lossy())
    }

    /// `text` with `spot`, which names the file of `place`, as a link to that file.
    pub(super) fn linked(&self, text: String, spot: &str, place: &Place) -> String {
        let path = place.source.path();
        if !self.links || place.source.is_derived() || !path.is_absolute() {
            return text;
        }
        let address = file_address(path);
        text.replacen(spot, &format!("\u{1b}]8;;{address}\u{1b}\\{spot}\u{1b}]8;;\u{1b}\\"), 1)
    }

    /// `path:line:column`.
    pub fn spot(&self, place: &Place) -> String {
        let start = place.start();
        format!("{}:{}:{}", self.path(place), start.line, start.column)
    }
}

/// The address of a file.
pub(crate) fn file_address(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    // What Windows calls a path without links begins with slashes and a question mark.
    let text = text.strip_prefix("//?/").unwrap_or(&text);
    let mut address = String::from(if text.starts_with('/') { "file://" } else { "file:///" });
    for byte in text.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' | b':' => address.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => address.push(char::from(byte)),
            _ => address.push_str(&format!("%{byte:02X}")),
        }
    }
    address
}

/// A format.
pub trait Reporter: Sync {
    /// The name that selects it.
    fn name(&self) -> &'static str;

    /// What reads it.
    fn kind(&self) -> Kind {
        Kind::Text
    }

    /// Writes the report of a scan. Nothing but the report.
    ///
    /// # Errors
    /// If `out` cannot be written to.
    fn write(&self, scan: &Scan, look: &Look, out: &mut dyn Write) -> io::Result<()>;
}
