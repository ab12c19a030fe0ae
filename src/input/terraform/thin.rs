//! Plans and states that are too large to be parsed as a whole: what cannot concern a node is left out while they are read.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::{Arc, LazyLock};

use regex::bytes::Regex;

use crate::node::Cx;
use crate::text::{Cut, FileError, MAX_DATA_BYTES, Source, Span, View, holds};

use super::super::is_watched;

/// How deep values are looked into. Deeper ones are copied or left out as a whole.
const MAX_DEPTH: usize = 128;

/// Words of resources that may concern a node, besides the watched ones: types that are looked up, types with documents.
static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        "launch_template|eks_|_ami|aws_s3_|aws_ssm_|imagebuilder|cloudinit|template_|ignition|ct_config|local_file|\
         local_sensitive|null_resource|terraform_data|provisioner|helm_release|manifest|kustomization|config_map|talos_",
    )
    .ok()
});

/// How much of a file shows whether it is a plan or a state, in bytes.
const HEAD: usize = 64 << 10;

/// Keys whose values are not used.
const UNUSED: &[&str] =
    &["provider_config", "outputs", "variables", "sensitive_values", "sensitive_attributes", "identity", "private"];

/// What is kept of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    /// Everything.
    All,
    /// Nothing.
    Nothing,
    /// The document: the keys that are used.
    Document,
    /// Modules and what is in them.
    Modules,
    /// A list of resources: those that may concern a node.
    Resources,
    /// A list of changes: what is known only after the apply.
    Changes,
    Change,
    ChangeBody,
}

impl Keep {
    /// What is kept of the value of a key.
    fn of(self, key: &[u8]) -> Self {
        match (self, key) {
            (Self::Document, b"planned_values" | b"values" | b"prior_state" | b"configuration") => Self::Modules,
            (Self::Document, b"resource_changes") => Self::Changes,
            (Self::Document | Self::Modules, b"resources") => Self::Resources,
            (Self::Document, b"format_version" | b"terraform_version" | b"lineage" | b"serial" | b"version")
            | (Self::Change, b"address")
            | (Self::ChangeBody, b"after_unknown") => Self::All,
            (Self::Change, b"change") => Self::ChangeBody,
            (Self::Modules, key) if !UNUSED.iter().any(|unused| unused.as_bytes() == key) => Self::Modules,
            (Self::All, _) => Self::All,
            _ => Self::Nothing,
        }
    }

    /// What is kept of an item of a list.
    fn of_item(self) -> Self {
        match self {
            Self::Resources => Self::All,
            Self::Changes => Self::Change,
            other => other,
        }
    }
}

/// The end of the file, or of what can be kept.
struct Stop;

struct Thin<R> {
    from: R,
    /// The next byte.
    next: Option<u8>,
    out: Vec<u8>,
    cuts: Vec<Cut>,
    /// Line ends so far, and characters since the last of them.
    place: (u32, u32),
    full: bool,
}

impl<R: Iterator<Item = u8>> Thin<R> {
    /// The next byte, kept if `keep` is true.
    fn take(&mut self, keep: bool) -> Result<u8, Stop> {
        let byte = self.next.ok_or(Stop)?;
        self.next = self.from.next();
        match byte {
            b'\n' => self.place = (self.place.0 + 1, 0),
            // Only the first byte of a character counts.
            0x80..=0xBF => {}
            _ => self.place.1 += 1,
        }
        if keep {
            if self.out.len() as u64 >= MAX_DATA_BYTES {
                self.full = true;
                return Err(Stop);
            }
            self.out.push(byte);
        }
        Ok(byte)
    }

    fn blanks(&mut self, keep: bool) -> Result<(), Stop> {
        while self.next.is_some_and(|b| b.is_ascii_whitespace()) {
            self.take(keep)?;
        }
        Ok(())
    }

    /// A string, from its opening quote on.
    fn string(&mut self, keep: bool) -> Result<(), Stop> {
        self.take(keep)?;
        loop {
            match self.take(keep)? {
                b'"' => return Ok(()),
                b'\\' => drop(self.take(keep)?),
                _ => {}
            }
        }
    }

    /// A whole value: all of it, or nothing.
    fn whole(&mut self, keep: bool) -> Result<(), Stop> {
        let mut open = 0_usize;
        loop {
            self.blanks(keep && open > 0)?;
            match self.next.ok_or(Stop)? {
                b'"' => self.string(keep)?,
                b'{' | b'[' => {
                    self.take(keep)?;
                    open += 1;
                }
                b'}' | b']' | b',' if open == 0 => return Ok(()),
                b'}' | b']' => {
                    self.take(keep)?;
                    open -= 1;
                }
                _ => {
                    self.take(keep)?;
                    let ends = |b: u8| b.is_ascii_whitespace() || matches!(b, b',' | b'}' | b']');
                    if open > 0 || !self.next.is_some_and(ends) {
                        continue;
                    }
                }
            }
            if open == 0 {
                return Ok(());
            }
        }
    }

    /// Leaves out what was kept since `from`, which stands at `place` in the file.
    fn cut(&mut self, from: usize, place: (u32, u32)) {
        self.out.truncate(from);
        self.out.extend_from_slice(b"null");
        let lines = self.place.0 - place.0;
        let rest = if lines > 0 { self.place.1 } else { self.place.1 - place.1 };
        self.cuts.push(Cut { at: self.out.len() as u32, lines, rest });
    }

    fn value(&mut self, keep: Keep, depth: usize) -> Result<(), Stop> {
        self.blanks(true)?;
        let start = self.out.len();
        match self.next.ok_or(Stop)? {
            _ if keep == Keep::Nothing => {
                let place = self.place;
                self.whole(false)?;
                self.cut(start, place);
            }
            b'{' if keep != Keep::All && depth < MAX_DEPTH => {
                self.take(true)?;
                loop {
                    self.blanks(true)?;
                    match self.next.ok_or(Stop)? {
                        b'"' => {
                            let from = self.out.len();
                            self.string(true)?;
                            let inner = keep.of(self.out.get(from + 1..self.out.len() - 1).unwrap_or_default());
                            self.blanks(true)?;
                            self.take(true)?;
                            self.value(inner, depth + 1)?;
                        }
                        b'}' => return self.take(true).map(drop),
                        _ => drop(self.take(true)?),
                    }
                }
            }
            b'[' if keep != Keep::All && depth < MAX_DEPTH => {
                self.take(true)?;
                loop {
                    self.blanks(true)?;
                    match self.next.ok_or(Stop)? {
                        b']' => return self.take(true).map(drop),
                        b',' => drop(self.take(true)?),
                        b'}' => return Err(Stop),
                        _ if matches!(keep, Keep::Resources | Keep::Changes) => self.item(keep.of_item(), depth)?,
                        _ => self.value(keep.of_item(), depth + 1)?,
                    }
                }
            }
            _ => self.whole(true)?,
        }
        Ok(())
    }

    /// An item that is kept if it may concern a node.
    fn item(&mut self, keep: Keep, depth: usize) -> Result<(), Stop> {
        let (start, cuts, place) = (self.out.len(), self.cuts.len(), self.place);
        self.value(keep, depth + 1)?;
        let kept = self.out.get(start..).unwrap_or_default();
        if !is_watched(kept) && !WORDS.as_ref().is_none_or(|words| words.is_match(kept)) {
            self.cuts.truncate(cuts);
            self.cut(start, place);
        }
        Ok(())
    }
}

/// The parts of a plan or state that may concern a node; `None` if the file is neither, or cannot be read.
pub(super) fn read(path: &Path, cx: &mut Cx<'_>) -> Option<View> {
    let (shown, from) = match cx.files.stream(path) {
        Ok(from) => from,
        Err(error) => {
            cx.refused.extend(Some((path.to_owned(), error)).filter(|(_, e)| matches!(e, FileError::TooLarge(_))));
            return None;
        }
    };
    let mut from = BufReader::with_capacity(HEAD, from);
    let head = from.fill_buf().ok()?;
    if !holds(head, b"\"format_version\"") && !holds(head, b"\"lineage\"") {
        return None;
    }
    let mut bytes = from.bytes().map_while(Result::ok);
    let (out, cuts) = (Vec::new(), Vec::new());
    let mut thin = Thin { next: bytes.next(), from: bytes, out, cuts, place: (0, 0), full: false };
    // A broken file is as broken without the parts.
    let _ = thin.value(Keep::Document, 0);
    let (full, source) = (thin.full, Source::with_cuts(shown, thin.out, thin.cuts));
    let id = cx.add(Arc::new(source));
    if full {
        let most = MAX_DATA_BYTES >> 20;
        cx.problem(Span::new(id, 0..0), format!("more than {most} MiB of resources that may concern a node: split it"));
        return None;
    }
    Some(cx.texts.view(id))
}

#[cfg(test)]
mod tests {
    use super::{Keep, Thin};
    use crate::text::Source;

    /// What is kept of a text.
    fn thin(text: &str) -> Source {
        let mut bytes = text.bytes();
        let (out, cuts) = (Vec::new(), Vec::new());
        let mut thin = Thin { next: bytes.next(), from: bytes, out, cuts, place: (0, 0), full: false };
        let _ = thin.value(Keep::Document, 0);
        Source::with_cuts("/plan.json", thin.out, thin.cuts)
    }

    #[test]
    fn what_is_kept_has_the_places_of_the_file() {
        let plan = |end: &str| {
            [
                "{\"format_version\": \"1.2\", \"variables\": {\"a\": [1, \"\\\"]}é\"]}, \"planned_values\": {",
                "\"root_module\": {\"resources\": [",
                "{\"address\": \"aws_vpc.a\", \"values\": {",
                "\"x\": 1}}, {\"values\": {\"y\": \"user_data\"}}, {\"z\": 2}, 7, {\"user_data\": \"1\"}",
                "]}}, \"resource_changes\": [{\"address\": \"aws_eks_a.b\", \"before\": [{}], \"change\": {\"before\": {\"a\": 1},",
                "\"after_unknown\": {\"user_data\": true}, \"after\": 1}}], \"serial\": 3}",
            ]
            .join(end)
        };
        for end in ["", "\n"] {
            let text = plan(end);
            let (kept, whole) = (thin(&text), Source::new("/plan.json", text.as_bytes()));
            let bytes = kept.bytes();
            let shown = String::from_utf8_lossy(&bytes);
            assert!(!shown.contains("aws_vpc") && !shown.contains("{\"a\": 1}") && !shown.contains('é'), "{shown}");
            for word in [
                "\"1.2\"",
                "\"planned_values",
                "\"user_data\"}}",
                "{\"user_data\": \"1",
                "aws_eks_a",
                "{\"user_data\": t",
                "3}",
            ] {
                let place = |source: &Source, text: &str| {
                    let point = source.point(text.find(word).unwrap_or_else(|| panic!("{word}: {text}")) as u32);
                    (point.line, point.column, point.utf16)
                };
                assert_eq!(place(&kept, &shown), place(&whole, &text), "{word} in {shown}");
            }
        }
    }

    #[test]
    fn a_broken_text_is_kept_as_far_as_it_goes() {
        for text in [
            "",
            "{",
            "{\"format_version\": \"1",
            "{\"a\": [",
            "{\"a\" \"b\"}",
            "[[[[",
            "}",
            "{]",
            "{\"resources\": [}]",
        ] {
            assert!(thin(text).bytes().len() <= text.len() + 4, "{text}");
        }
        let deep = format!("{{\"values\": {}", "{\"values\": ".repeat(100_000));
        assert!(thin(&deep).bytes().len() <= deep.len());
    }
}
