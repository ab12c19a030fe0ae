//! Files as people see them: names, lines and columns.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

/// Numbers the sources of this process: places in one mean the same in every unit that reads it. Output never depends on it.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// A part of a file that a source leaves out; `null` stands for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    /// The offset after the `null`.
    pub at: u32,
    /// The line ends in the part.
    pub lines: u32,
    /// The characters after its last line end; without a line end all of them.
    pub rest: u32,
}

/// How many characters, and how many UTF-16 code units, come before a place.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    chars: u32,
    utf16: u32,
}

impl Count {
    /// Those that start in a part of a text of UTF-8: a character has one byte that continues no other, and one that takes four
    /// bytes takes two units.
    fn of(part: &[u8]) -> Self {
        let chars = part.iter().filter(|byte| **byte & 0xC0 != 0x80).count() as u32;
        Self { chars, utf16: chars + part.iter().filter(|byte| **byte >= 0xF0).count() as u32 }
    }

    /// The same in text that may not be UTF-8.
    fn of_lossy(part: &[u8]) -> Self {
        Self::of(String::from_utf8_lossy(part).as_bytes())
    }

    fn and(self, other: Self) -> Self {
        Self { chars: self.chars + other.chars, utf16: self.utf16 + other.utf16 }
    }
}

/// How far apart the places are whose counts are kept: a line may have megabytes, and a thousand places in it.
const STRIDE: usize = 4096;

/// The length of what stands for a part that is left out.
const STANDS_IN: u32 = 4;

/// A text that can be shown: a file, standard input, or a derived text under a name of its own.
#[derive(Debug)]
pub struct Source {
    id: u32,
    path: PathBuf,
    derived: bool,
    bytes: Arc<[u8]>,
    lines: OnceLock<Vec<u32>>,
    counts: OnceLock<Option<Vec<Count>>>,
    cuts: Vec<Cut>,
}

impl Source {
    /// A file (or standard input under the name it was given). `path` is absolute, or the name given for standard input.
    pub fn new(path: impl Into<PathBuf>, bytes: impl Into<Arc<[u8]>>) -> Self {
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        Self {
            id,
            path: path.into(),
            derived: false,
            bytes: bytes.into(),
            lines: OnceLock::new(),
            counts: OnceLock::new(),
            cuts: Vec::new(),
        }
    }

    /// A file with parts left out, in order. Places in it have the lines and columns of the file.
    pub(crate) fn with_cuts(path: impl Into<PathBuf>, bytes: impl Into<Arc<[u8]>>, cuts: Vec<Cut>) -> Self {
        Self { cuts, ..Self::new(path, bytes) }
    }

    /// A derived text; `name` says what it is, such as `user data of aws_launch_template.a`.
    pub(crate) fn derived(name: &str, bytes: Arc<[u8]>) -> Self {
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        Self {
            id,
            path: PathBuf::from(name),
            derived: true,
            bytes,
            lines: OnceLock::new(),
            counts: OnceLock::new(),
            cuts: Vec::new(),
        }
    }

    /// Unique among all sources.
    pub(super) fn id(&self) -> u32 {
        self.id
    }

    /// The path of the file, or the name of the derived text.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// True for a text that is not in any file as it is.
    pub fn is_derived(&self) -> bool {
        self.derived
    }

    /// The bytes as they are in the file.
    pub fn bytes(&self) -> Arc<[u8]> {
        Arc::clone(&self.bytes)
    }

    /// Offsets (bytes) at which the lines start. LF, CRLF and a lone CR each end a line, as GitHub counts them.
    pub(crate) fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let mut starts = vec![0];
            let mut at = 0;
            while at < self.bytes.len() {
                match self.bytes[at] {
                    b'\n' => starts.push(at as u32 + 1),
                    b'\r' if self.bytes.get(at + 1) != Some(&b'\n') => starts.push(at as u32 + 1),
                    _ => {}
                }
                at += 1;
            }
            starts
        })
    }

    /// The line (0-based) that holds `offset`.
    pub(crate) fn line_of(&self, offset: u32) -> usize {
        self.line_starts().partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// The bytes of a line (0-based) without its end; empty past the last line.
    pub(crate) fn line(&self, line: usize) -> &[u8] {
        let starts = self.line_starts();
        let Some(start) = starts.get(line) else { return &[] };
        let end = starts.get(line + 1).map_or(self.bytes.len(), |e| *e as usize);
        let mut bytes = &self.bytes[*start as usize..end];
        while let [rest @ .., b'\n' | b'\r'] = bytes {
            bytes = rest;
        }
        bytes
    }

    /// What comes before each multiple of [`STRIDE`] in a text of UTF-8.
    fn counts(&self) -> Option<&[Count]> {
        let counted = self.counts.get_or_init(|| {
            std::str::from_utf8(&self.bytes).ok()?;
            let mut sum = Count::default();
            let next = |part: &[u8]| {
                let before = sum;
                sum = before.and(Count::of(part));
                before
            };
            Some(self.bytes.chunks(STRIDE).map(next).collect())
        });
        counted.as_deref()
    }

    /// What is between two places.
    fn between(&self, from: usize, to: usize) -> Count {
        let Some(counts) = (to - from > STRIDE).then(|| self.counts()).flatten() else {
            return Count::of_lossy(&self.bytes[from..to]);
        };
        let before = |at: usize| {
            let whole = (at / STRIDE).min(counts.len().saturating_sub(1));
            counts.get(whole).copied().unwrap_or_default().and(Count::of(&self.bytes[whole * STRIDE..at]))
        };
        let (from, to) = (before(from), before(to));
        Count { chars: to.chars - from.chars, utf16: to.utf16 - from.utf16 }
    }

    /// Line and column of a byte offset. An offset past the end is the end.
    pub(crate) fn point(&self, offset: u32) -> Point {
        let offset = offset.min(self.bytes.len() as u32);
        let line = self.line_of(offset);
        let start = self.line_starts()[line];
        let mut before = &self.bytes[start as usize..offset as usize];
        if line == 0 {
            before = before.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(before);
        }
        // What is left out moves a place by its lines, and by its characters if it is on the same line.
        let cuts = &self.cuts[..self.cuts.partition_point(|cut| cut.at <= offset)];
        let lines: u32 = cuts.iter().map(|cut| cut.lines).sum();
        let same = &cuts[cuts.partition_point(|cut| cut.at <= start)..];
        let from = same.iter().rposition(|cut| cut.lines > 0).unwrap_or(0);
        let (mut left_out, mut stands_in) = (0, 0);
        for cut in &same[from.min(same.len())..] {
            if cut.lines > 0 {
                before = before.get((cut.at - start) as usize..).unwrap_or_default();
                (left_out, stands_in) = (cut.rest, 0);
            } else {
                left_out += cut.rest;
                stands_in += STANDS_IN;
            }
        }
        let before = self.between(offset as usize - before.len(), offset as usize);
        Point {
            line: line as u32 + 1 + lines,
            column: (before.chars + 1 + left_out).saturating_sub(stands_in),
            utf16: (before.utf16 + 1 + left_out).saturating_sub(stands_in),
            offset,
        }
    }
}

/// A place as people and formats name it. All numbers but `offset` are 1-based.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    /// Line.
    pub line: u32,
    /// Column in characters (Unicode scalar values); a byte-order mark does not count.
    pub column: u32,
    /// Column in UTF-16 code units, as SARIF counts it.
    pub utf16: u32,
    /// Offset in bytes from the start of the text, 0-based.
    pub offset: u32,
}

/// A range of bytes in a source; what is left of a span when its unit is done.
#[derive(Clone, Debug)]
pub struct Place {
    /// The source.
    pub source: Arc<Source>,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Place {
    /// True in a Terraform plan or state, which only Terraform may write and which holds sensitive values in clear text.
    pub(crate) fn is_in_state(&self) -> bool {
        const START: usize = 400;
        let bytes = self.source.bytes();
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(START)]);
        start.trim_start().starts_with('{') && start.contains("\"terraform_version\"")
    }

    /// The order of the files. Most places that are compared are in one file, and paths take long to compare.
    fn file_order(&self, other: &Self) -> std::cmp::Ordering {
        if Arc::ptr_eq(&self.source, &other.source) {
            return std::cmp::Ordering::Equal;
        }
        self.source.path().cmp(other.source.path())
    }

    /// Where it starts.
    pub fn start(&self) -> Point {
        self.source.point(self.start)
    }

    /// Where it ends (exclusive).
    pub fn end(&self) -> Point {
        self.source.point(self.end)
    }

    /// The bytes there, with a mark for what is not UTF-8.
    pub fn text(&self) -> String {
        let bytes = self.source.bytes();
        String::from_utf8_lossy(bytes.get(self.start as usize..self.end as usize).unwrap_or_default()).into_owned()
    }

    /// The bytes around it in its line, at most `around` on each side: a line may have megabytes. With the range of the place
    /// in them, and whether something before them is left out.
    pub(crate) fn near(&self, around: usize) -> (&[u8], std::ops::Range<usize>, bool) {
        let number = self.source.line_of(self.start);
        let line = self.source.line(number);
        let start = self.source.line_starts()[number] as usize;
        let from = (self.start as usize).saturating_sub(start).min(line.len());
        let to = (self.end as usize).saturating_sub(start).clamp(from, line.len());
        let continues = |at: &usize| line.get(*at).is_some_and(|byte| byte & 0xC0 == 0x80);
        let first = (from.saturating_sub(around)..from).find(|at| !continues(at)).unwrap_or(from);
        let last = (to..line.len().min(to + around)).rev().find(|at| !continues(at)).unwrap_or(to);
        let last = if to + around >= line.len() { line.len() } else { last };
        (&line[first..last], from - first..to - first, first > 0)
    }

    /// The same place cut to its first line, because reports point at one line.
    #[must_use]
    pub(crate) fn first_line(&self) -> Self {
        let line = self.source.line_of(self.start);
        let start = self.source.line_starts()[line];
        let end = start + self.source.line(line).len() as u32;
        Self { source: Arc::clone(&self.source), start: self.start, end: self.end.min(end).max(self.start) }
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        (self.start, self.end) == (other.start, other.end) && self.file_order(other).is_eq()
    }
}

impl Eq for Place {}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.file_order(other).then_with(|| (self.start, self.end).cmp(&(other.start, other.end)))
    }
}
