//! Shared by all programs: how one is called, the files it reads, and its outcome.

use crate::text::{Span, Traced, Why};

/// The result of looking up a file.
#[derive(Clone, Debug)]
pub(crate) enum FileLookup {
    /// Its content.
    Content(Traced),
    /// The file certainly does not exist.
    Missing,
    /// Unknown.
    Unknown(Why),
}

/// How a program looks up a file by its path.
pub(crate) type Files<'a> = &'a mut dyn FnMut(&str) -> FileLookup;

/// The input of a program.
pub(crate) struct Invocation<'a> {
    /// The name it is called by.
    pub name: &'a str,
    /// Its arguments, without the name.
    pub argv: &'a [Traced],
    /// Its standard input, if known.
    pub stdin: Option<&'a Traced>,
    /// Looks up a file, named as in the arguments.
    pub files: Files<'a>,
    /// Looks up a variable of the environment.
    pub env: Files<'a>,
    /// The place of generated text: brackets, line ends.
    pub at: Span,
}

/// The result of a step of a program, or the outcome that ends the program.
pub(super) type Done<T> = Result<T, Box<Effects>>;

/// A program as a function of its input.
pub(crate) type Filter = fn(&mut Invocation<'_>) -> Result<Effects, Box<Effects>>;

/// The exit status of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// The number.
    Known(i32),
    /// Unknown, and why.
    Unknown(Why),
    /// Unknown, and the program may even fail to parse its arguments.
    Unread(Why),
}

impl Status {
    /// True for a number.
    pub(crate) fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }
}

/// The effects of a program.
#[derive(Clone, Debug)]
pub(crate) struct Effects {
    /// Its standard output.
    pub stdout: Traced,
    /// Its exit status.
    pub status: Status,
    /// The files that it replaced, by path as in the arguments.
    pub writes: Vec<(String, Traced)>,
    /// The files that it removed.
    pub removed: Vec<String>,
    /// The commands that it ran at the end.
    pub commands: Vec<Vec<Traced>>,
}

impl Effects {
    fn new(stdout: Traced, status: Status) -> Self {
        Self { stdout, status, writes: Vec::new(), removed: Vec::new(), commands: Vec::new() }
    }

    /// Text on standard output, and success.
    pub(super) fn success(stdout: Traced) -> Self {
        Self::new(stdout, Status::Known(0))
    }

    /// No output and a known exit status.
    pub(super) fn failed(status: i32) -> Self {
        Self::new(Traced::new(), Status::Known(status))
    }

    /// Nothing is known about the effects of the program.
    pub(super) fn unknown(why: Why, at: Span) -> Self {
        Self::new(Traced::unknown(at, why.clone()), Status::Unknown(why))
    }

    /// Nothing is known about the effects of the program because of one of its arguments, which may be empty.
    fn unknown_by(why: Why, word: &Traced) -> Self {
        match word.span() {
            Some(at) => Self::unknown(why, at),
            None => Self::new(Traced::new(), Status::Unknown(why)),
        }
    }

    /// The program reads unknown input.
    pub(super) fn standard_input_unknown(argv: &[Traced]) -> Self {
        Self::unknown_by(Why::FromOutside("standard input".into()), argv.first().unwrap_or(&Traced::new()))
    }
}

impl Invocation<'_> {
    /// The outcome if something is unknown.
    #[allow(clippy::unnecessary_box_returns, reason = "it is the error of functions whose errors are boxed")]
    pub(super) fn unknown(&self, why: Why) -> Box<Effects> {
        Box::new(Effects::unknown(why, self.at))
    }

    /// The outcome of an unsupported construct.
    #[allow(clippy::unnecessary_box_returns, reason = "it is the error of functions whose errors are boxed")]
    pub(super) fn not_followed(&self, what: &str) -> Box<Effects> {
        self.unknown(Why::NotUnderstood(what.into()))
    }

    /// The standard input.
    pub(super) fn standard_input(&self) -> Done<Traced> {
        let unknown = || Box::new(Effects::standard_input_unknown(&[Traced::made("-", self.at)]));
        self.stdin.cloned().ok_or_else(unknown)
    }

    /// The content of the file `path`; `None` if there is none.
    pub(super) fn read(&mut self, path: &Traced) -> Done<Option<Traced>> {
        read(path, self.files)
    }

    /// The input of a program that reads files, or its standard input if none are named; `-` names it as well.
    ///
    /// # Errors
    /// The outcome, if one of the files does not exist (exit status `missing`) or is unknown.
    pub(super) fn inputs(&mut self, names: &[&Traced], missing: i32) -> Done<Vec<Traced>> {
        if names.is_empty() {
            return Ok(vec![self.standard_input()?]);
        }
        let mut out = Vec::new();
        for name in names {
            if matches!(name.known_str(), Some("-" | "/dev/stdin")) {
                out.push(self.standard_input()?);
                continue;
            }
            match self.read(name)? {
                Some(text) => out.push(text),
                None if names.len() == 1 => return Err(Box::new(Effects::failed(missing))),
                None => return Err(not_followed("a missing file among several", name)),
            }
        }
        Ok(out)
    }

    /// The same as one text.
    pub(super) fn input(&mut self, names: &[&Traced], missing: i32) -> Done<Traced> {
        Ok(Traced::join(&self.inputs(names, missing)?, &Traced::new()))
    }
}

/// The text of an argument that must be known.
pub(super) fn known(word: &Traced) -> Done<&str> {
    word.known_str().ok_or_else(|| {
        let why = word
            .first_unknown()
            .map_or_else(|| Why::NotUnderstood("an argument that is not UTF-8".into()), |h| h.1.clone());
        Box::new(Effects::unknown_by(why, word))
    })
}

/// The outcome of an unsupported construct.
#[allow(clippy::unnecessary_box_returns, reason = "it is the error of functions whose errors are boxed for their size")]
pub(super) fn not_followed(what: &str, word: &Traced) -> Box<Effects> {
    Box::new(Effects::unknown_by(Why::NotUnderstood(what.into()), word))
}

/// The characters of a text that may have unknown parts.
pub(super) fn utf8(text: &Traced) -> Done<&str> {
    text.as_str().ok_or_else(|| not_followed("bytes that are not UTF-8", text))
}

/// The content of the file `path`; `None` if there is none.
pub(super) fn read(path: &Traced, files: Files<'_>) -> Done<Option<Traced>> {
    match files(known(path)?) {
        FileLookup::Content(text) => Ok(Some(text)),
        FileLookup::Missing => Ok(None),
        FileLookup::Unknown(why) => Err(Box::new(Effects::unknown_by(why, path))),
    }
}

/// The lines of a text without their ends.
pub(super) fn lines(text: &Traced) -> Vec<Traced> {
    let mut lines = text.split(b"\n");
    if lines.last().is_some_and(Traced::is_empty) {
        lines.pop();
    }
    lines
}

/// The lines of a text with their ends.
pub(super) fn lines_with_ends(text: &Traced) -> Vec<Traced> {
    let mut from = 0;
    let line = |line: &[u8]| {
        from += line.len();
        text.slice(from - line.len()..from)
    };
    text.bytes().split_inclusive(|byte| *byte == b'\n').map(line).collect()
}
