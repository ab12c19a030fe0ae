//! The net below all inputs: a zero in a file of which nothing is known to reach a node is named, so that no zero is silent.

mod comment;
mod mention;
mod passed_over;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::check::{Finding, is_open, mentioned};
use crate::decode::packed;
use crate::input::{FileList, Group};
use crate::node::{Booted, Gap, NodeGroup};
use crate::setting::Setting;
use crate::text::{Files, Place, Source, Span, Texts, Why, budget, holds};

use super::note::Note;
use super::unread;

use comment::Comments;
use mention::{Mention, PLACES};
use passed_over::Document;

/// The most places of one file for which comments and documents are looked for.
const MAX_LOOKED_AT: usize = 1_000;

/// The most places of one file that are reported.
const MAX_PLACES: usize = 100;

pub(super) use mention::names;
pub(super) use passed_over::says_nothing;

/// The places in files that the report speaks about in another way.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// By their starts, each with the furthest end so far.
    places: BTreeMap<PathBuf, Vec<(u32, u32)>>,
    files: BTreeSet<PathBuf>,
    /// Values for something that is not in the source, each with what they are, in words.
    elsewhere: Vec<(Place, Arc<str>)>,
}

impl Known {
    /// `places` are settings and unknown values, `files` those with a problem.
    pub(super) fn new<'a>(
        places: impl IntoIterator<Item = &'a Place>,
        files: impl IntoIterator<Item = &'a Path>,
    ) -> Self {
        let mut known = Self { files: files.into_iter().map(Path::to_owned).collect(), ..Self::default() };
        for place in places.into_iter().filter(|place| !place.source.is_derived()) {
            known
                .places
                .entry(place.source.path().to_owned())
                .or_default()
                .push((place.start, place.end.max(place.start + 1)));
        }
        for places in known.places.values_mut() {
            places.sort_unstable();
            let mut furthest = 0;
            for (_, end) in places {
                furthest = furthest.max(*end);
                *end = furthest;
            }
        }
        known
    }

    /// The same, with the places of values for something that is not in the source, each with what they are, in words.
    pub(super) fn with_elsewhere(self, elsewhere: Vec<(Place, Arc<str>)>) -> Self {
        Self { elsewhere, ..self }
    }

    /// What the values around a place are, if they are for something that is not in the source.
    fn among(&self, at: &Place) -> Option<&str> {
        let around =
            |place: &Place| place.source.path() == at.source.path() && place.start <= at.start && at.start < place.end;
        self.elsewhere.iter().find(|(place, _)| around(place)).map(|(_, words)| &**words)
    }

    /// True if a place in the file overlaps the name or the value.
    fn has(&self, path: &Path, mention: &Mention) -> bool {
        self.overlaps(path, mention.range.start as u32, mention.range.end as u32)
    }

    /// True if a known place overlaps this one.
    pub(super) fn covers(&self, place: &Place) -> bool {
        self.overlaps(place.source.path(), place.start, place.end.max(place.start + 1))
    }

    fn overlaps(&self, path: &Path, start: u32, end: u32) -> bool {
        let before = |places: &Vec<(u32, u32)>| places.partition_point(|(from, _)| *from < end).checked_sub(1);
        let places = self.places.get(path);
        places.and_then(|places| places.get(before(places)?)).is_some_and(|(_, furthest)| start < *furthest)
    }
}

/// Where a setting comes from: every place in a file that its value or its flag passes.
pub(super) fn origins<'a>(settings: impl IntoIterator<Item = &'a Setting>, texts: &Texts) -> Vec<Place> {
    let one = |setting: &Setting| {
        let value = if setting.at.is_empty() { setting.carrier } else { setting.at };
        let hops = texts.trail(value).hops.into_iter().map(|hop| hop.span);
        hops.chain([setting.carrier]).map(|span| origin(span, texts)).collect::<Vec<_>>()
    };
    let mut out: Vec<_> = settings.into_iter().flat_map(one).collect();
    out.sort();
    out.dedup();
    out
}

/// Where unknown values are written. A command that is not followed says nothing about a zero that is written in it, and what is
/// unknown about a whole text nothing about its lines.
pub(super) fn unknowns<'a>(gaps: impl IntoIterator<Item = &'a Gap>, texts: &Texts) -> Vec<Place> {
    let place = |gap: &Gap| {
        let place = origin(gap.at, texts);
        let followed = !matches!(gap.why, Why::Edited(..) | Why::NotUnderstood(_));
        (followed || !has_zero(&place)).then(|| place.first_line())
    };
    gaps.into_iter().filter_map(place).collect()
}

/// True if the text of a place gives a timeout a zero.
fn has_zero(place: &Place) -> bool {
    let bytes = place.source.bytes();
    let text = bytes.get(place.start as usize..place.end as usize).unwrap_or_default();
    mention::mentions(text).iter().any(|mention| mention.zero)
}

fn origin(span: Span, texts: &Texts) -> Place {
    texts.place(texts.trail(span).origin())
}

/// The settings of one boot of a node group, whether or not a kubelet or container runtime uses them. Nothing is said about those that
/// may be used through something unknown.
pub(super) fn settings<'a>(group: &'a NodeGroup, booted: &'a Booted) -> impl Iterator<Item = &'a Setting> {
    let effective = || booted.effective.iter();
    let settled = effective().flat_map(|e| &e.fields).chain(booted.runtimes.iter().map(|r| &r.timeout));
    let failures = effective().flat_map(|e| &e.failures).chain(booted.runtimes.iter().flat_map(|r| &r.failures));
    settled
        .flat_map(|s| s.winner.iter().chain(&s.shadowed))
        .chain(failures.filter_map(|f| f.setting.as_ref()))
        .chain(group.ineffective.iter().map(|i| &i.setting))
        .chain(booted.ineffective.iter().filter(|i| !is_open(i, booted)).map(|i| &i.setting))
}

/// A finding for each place in `list` that gives a timeout a zero, or something that is filled in later, and that nothing else in
/// the report is about. Zeros come first. Only files that `told` accepts count.
pub(super) fn cast(
    list: &FileList,
    files: &dyn Files,
    known: &Known,
    told: &(dyn Fn(&Path) -> bool + Sync),
) -> (Vec<Finding>, Vec<Note>) {
    let policies = passed_over::policies(&list.files, files.root());
    let of = |path: &&PathBuf| {
        let passed_over = passed_over::by_path(path, files.root(), &policies);
        let found = || budget::unit(|| (one(path, files, known), budget::limits()));
        let (found, limits) = if passed_over { (Some(Vec::new()), BTreeSet::new()) } else { found() };
        let Some(mut found) = found else {
            let names = |text: &[u8]| mention::named(text).next().is_some();
            let holds = !known.files.contains(*path) && is_text(path, files) && files.large_file_holds(path, &names);
            return (Vec::new(), unread::large(path, files).filter(|_| holds).into_iter().collect());
        };
        // The problem says that something of the file is not read, but not which zeros are in it.
        if known.files.contains(*path) {
            found.retain(|(zero, _)| *zero);
            return (found, Vec::new());
        }
        (found, limits.into_iter().map(|what| unread::limit(path, what)).collect::<Vec<_>>())
    };
    let wanted = list.files.iter().enumerate().filter(|(n, path)| {
        let words = list.words(*n);
        (words.has(Group::Timeouts) || words.has(Group::Packed)) && told(path)
    });
    let wanted: Vec<&PathBuf> = wanted.map(|(_, path)| path).collect();
    let all: Vec<(Vec<_>, Vec<_>)> = match wanted.as_slice() {
        few @ ([] | [_]) => few.iter().map(of).collect(),
        many => many.par_iter().map(of).collect(),
    };
    let (mut out, mut problems) = (Vec::new(), Vec::new());
    for (found, limits) in all {
        out.extend(found);
        problems.extend(limits);
    }
    out.sort_by(|(a_zero, a), (b_zero, b)| (b_zero, &a.at.place).cmp(&(a_zero, &b.at.place)));
    (out.into_iter().map(|(_, finding): (bool, _)| finding).collect(), problems)
}

/// True if the start of a text has no byte that programs and pictures have there.
fn starts_as_text(bytes: &[u8]) -> bool {
    !bytes.iter().take(1024).any(|b| *b == 0)
}

/// The same for a file that is too large to be read.
fn is_text(path: &Path, files: &dyn Files) -> bool {
    let mut start = Vec::new();
    let read = |(_, file): (PathBuf, Box<dyn Read>)| file.take(1024).read_to_end(&mut start).is_ok();
    files.stream(path).is_ok_and(read) && starts_as_text(&start)
}

/// The mentions in a file, each with whether it is a zero; `None` if it cannot be read.
fn one(path: &Path, files: &dyn Files, known: &Known) -> Option<Vec<(bool, Finding)>> {
    let bytes = files.glance(path)?;
    if !starts_as_text(&bytes) {
        return Some(Vec::new());
    }
    let packed = packed(&bytes);
    if packed.is_empty() && mention::named(&bytes).next().is_none() {
        return Some(Vec::new());
    }
    // From here on there is one source for each file.
    let source = files.read(path).ok()?;
    let bytes = source.bytes();
    // Most names belong to what is known, and are not looked at any further.
    let of_known = |name: Range<usize>| known.overlaps(source.path(), name.start as u32, name.end as u32);
    if packed.is_empty() && mention::named(&bytes).all(|(name, _)| of_known(name)) {
        return Some(Vec::new());
    }
    let mut found = mention::mentions(&bytes);
    // What Jinja formats is known where the template is used.
    if matches!(comment::extension(path).as_str(), "j2" | "jinja" | "jinja2") {
        found.retain(|mention| !mention.raw.starts_with("%s"));
    }
    found.extend(packed);
    let (told, mut found): (Vec<_>, Vec<_>) = found.into_iter().partition(|m| known.has(source.path(), m));
    // A plan of Terraform has its values again as changes.
    if holds(&bytes, b"\"resource_changes\"") {
        let text = |m: &Mention| bytes.get(m.range.clone());
        let told: BTreeSet<_> = told.iter().map(text).collect();
        found.retain(|m| !m.packed || !told.contains(&text(m)));
    }
    if found.is_empty() || passed_over::by_text(path, &bytes) {
        return Some(Vec::new());
    }
    let (mut comments, mut document) = (Comments::of(&source), Document::default());
    let sets = |m: &Mention| {
        let at = m.range.start;
        !comments.has(at) && !document.says_nothing(&bytes, at)
    };
    let found = budget::at_most(found, MAX_LOOKED_AT, PLACES).filter(sets);
    let found = budget::at_most(found, MAX_PLACES, PLACES);
    Some(found.map(|m| (m.zero, finding(&m, &source, known))).collect())
}

/// The zeros in texts that are packed, each at the place of its text.
fn packed(bytes: &[u8]) -> Vec<Mention> {
    let of = |(range, content): (Range<usize>, Vec<u8>)| {
        let mut zeros = mention::mentions(&content);
        zeros.retain(|mention| mention.zero);
        zeros.into_iter().map(move |mention| Mention { range: range.clone(), packed: true, ..mention })
    };
    packed::texts(bytes).into_iter().flat_map(of).collect()
}

fn finding(mention: &Mention, source: &Arc<Source>, known: &Known) -> Finding {
    let place = Place { source: Arc::clone(source), start: mention.range.start as u32, end: mention.range.end as u32 };
    let among = known.among(&place).or(mention.packed.then_some("a text in base64"));
    mentioned(place.first_line(), mention.field, (&mention.shown, &mention.raw), among)
}
