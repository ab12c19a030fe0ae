//! What every program shares: its arguments, the files that it asks for, and what it leaves behind.

use crate::text::{Span, Traced, Why};

/// What a look for a file gives.
#[derive(Clone, Debug)]
pub enum Found {
    /// Its content.
    Content(Traced),
    /// There is no such file, for certain.
    Missing,
    /// Nobody knows.
    Unknown(Why),
}

/// How a program asks for a file by its path.
pub type Files<'a> = &'a mut dyn FnMut(&str) -> Found;

/// What a program is given.
pub struct Invocation<'a> {
    /// The name that it is called by.
    pub name: &'a str,
    /// Its arguments, without the name.
    pub argv: &'a [Traced],
    /// Its standard input, where it is known.
    pub stdin: Option<&'a Traced>,
    /// Looks for a file, named as the arguments name it.
    pub files: Files<'a>,
    /// Looks for a variable of the environment.
    pub env: Files<'a>,
    /// Stands for what nobody wrote: brackets, line ends.
    pub at: Span,
}

/// A program as a function of what it is given.
pub type Filter = fn(Invocation<'_>) -> Outcome;

/// The exit status of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// The number.
    Known(i32),
    /// Not known, and why.
    Unknown(Why),
    /// Not known, and it may be that the program cannot even read what it is told to do.
    Unread(Why),
}

impl Status {
    /// True for a number.
    pub fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }
}

/// What a program leaves behind.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What it wrote to its standard output.
    pub stdout: Traced,
    /// Its exit status.
    pub status: Status,
    /// The files that it replaced, by path as the arguments name them.
    pub writes: Vec<(String, Traced)>,
    /// The files that it removed.
    pub removed: Vec<String>,
    /// The commands that it ran in the end.
    pub commands: Vec<Vec<Traced>>,
}

impl Outcome {
    /// Text on standard output, and success.
    pub(super) fn success(stdout: Traced) -> Self {
        Self { stdout, status: Status::Known(0), writes: Vec::new(), removed: Vec::new(), commands: Vec::new() }
    }

    /// No output and a known exit status.
    pub(super) fn failed(status: i32) -> Self {
        Self {
            stdout: Traced::new(),
            status: Status::Known(status),
            writes: Vec::new(),
            removed: Vec::new(),
            commands: Vec::new(),
        }
    }

    /// Nothing is known of what the program does.
    pub(super) fn unknown(why: Why, at: Span) -> Self {
        Self {
            stdout: Traced::hole(at, why.clone()),
            status: Status::Unknown(why),
            writes: Vec::new(),
            removed: Vec::new(),
            commands: Vec::new(),
        }
    }

    /// The program reads what nobody knows.
    pub(super) fn standard_input_unknown(argv: &[Traced]) -> Self {
        let why = Why::FromOutside("standard input".into());
        match argv.first().and_then(Traced::span) {
            Some(at) => Self::unknown(why, at),
            None => Self {
                stdout: Traced::new(),
                status: Status::Unknown(why),
                writes: Vec::new(),
                removed: Vec::new(),
                commands: Vec::new(),
            },
        }
    }
}

/// The text of an argument that must be known.
pub(super) fn known(word: &Traced) -> Result<&str, Box<Outcome>> {
    word.known_str().ok_or_else(|| {
        let why = word
            .first_hole()
            .map_or_else(|| Why::NotUnderstood("an argument that is not UTF-8".into()), |h| h.1.clone());
        Box::new(match word.span() {
            Some(at) => Outcome::unknown(why, at),
            None => Outcome {
                stdout: Traced::new(),
                status: Status::Unknown(why),
                writes: Vec::new(),
                removed: Vec::new(),
                commands: Vec::new(),
            },
        })
    })
}

/// The outcome of a construct that is not modelled.
#[allow(clippy::unnecessary_box_returns, reason = "it is the error of functions whose errors are boxed for their size")]
pub(super) fn not_followed(what: &str, word: &Traced) -> Box<Outcome> {
    let why = Why::NotUnderstood(what.into());
    Box::new(match word.span() {
        Some(at) => Outcome::unknown(why, at),
        None => Outcome {
            stdout: Traced::new(),
            status: Status::Unknown(why),
            writes: Vec::new(),
            removed: Vec::new(),
            commands: Vec::new(),
        },
    })
}

/// The content of the file that `path` names; `None` if there is none.
pub(super) fn read(path: &Traced, files: Files<'_>) -> Result<Option<Traced>, Box<Outcome>> {
    match files(known(path)?) {
        Found::Content(text) => Ok(Some(text)),
        Found::Missing => Ok(None),
        Found::Unknown(why) => Err(Box::new(match path.span() {
            Some(at) => Outcome::unknown(why, at),
            None => Outcome {
                stdout: Traced::new(),
                status: Status::Unknown(why),
                writes: Vec::new(),
                removed: Vec::new(),
                commands: Vec::new(),
            },
        })),
    }
}

/// The input of a program that reads files, or its standard input where none are named; `-` names it too.
///
/// # Errors
/// The outcome, if one of the files is not there (exit status `missing`) or not known.
pub(super) fn inputs(
    names: &[&Traced],
    stdin: Option<&Traced>,
    files: Files<'_>,
    missing: i32,
    at: Span,
) -> Result<Vec<Traced>, Box<Outcome>> {
    let standard = || stdin.cloned().ok_or_else(|| Box::new(Outcome::standard_input_unknown(&[Traced::made("-", at)])));
    if names.is_empty() {
        return Ok(vec![standard()?]);
    }
    let mut out = Vec::new();
    for name in names {
        if matches!(name.known_str(), Some("-" | "/dev/stdin")) {
            out.push(standard()?);
            continue;
        }
        match read(name, files)? {
            Some(text) => out.push(text),
            None if names.len() == 1 => return Err(Box::new(Outcome::failed(missing))),
            None => return Err(not_followed("a missing file among several", name)),
        }
    }
    Ok(out)
}
