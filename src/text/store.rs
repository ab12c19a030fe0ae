//! The texts of one unit of work, and the trail from each of them back to a file.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Encoded, Piece, Place, Source, Span, TextId, Traced, Via, Whence, Why};

/// Where a text as a whole came from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A file or standard input: a text that a person can edit.
    Source(Arc<Source>),
    /// Derived from other texts by `step`, such as `base64` or `user data of aws_launch_template.a`.
    Made {
        /// What was done, as a person would name the result.
        step: Arc<str>,
        /// The map back.
        pieces: Arc<[Piece]>,
        /// The place used for the whole text where the map is empty (a text of no bytes).
        at: Span,
    },
}

/// A text that is read as a whole: a file, or something decoded or rendered from one.
#[derive(Clone, Debug)]
pub struct Text {
    /// The bytes, unchanged (a byte-order mark included).
    pub bytes: Arc<[u8]>,
    /// Where it came from.
    pub origin: Origin,
    unknowns: Arc<[(Range<u32>, Why)]>,
    encoded: Arc<[Encoded]>,
}

/// Set in the id of a source; the rest is the source's own number.
const SOURCE: u32 = 1 << 31;

/// All texts of one unit of work. Ids of derived texts are given in order of arrival.
#[derive(Debug, Default)]
pub struct Texts {
    made: Vec<Text>,
    sources: BTreeMap<u32, Text>,
}

/// A text as a parser sees it: its bytes, its name, and which of its bytes are unknown.
#[derive(Clone, Debug)]
pub struct View {
    /// Names the text in spans.
    pub id: TextId,
    /// The bytes.
    pub bytes: Arc<[u8]>,
    /// The file that has the same bytes: the text itself, or the one that it is a copy of.
    pub(crate) file: Option<TextId>,
    unknowns: Arc<[(Range<u32>, Why)]>,
    encoded: Arc<[Encoded]>,
}

impl View {
    /// The span of a range of bytes.
    pub fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.id, range)
    }

    /// True for a file or standard input as it is: the same in every unit.
    pub fn is_source(&self) -> bool {
        self.id.0 & SOURCE != 0
    }

    /// The bytes of `range` with their map into this text; unknown parts stay unknown, and encoded parts keep their originals.
    pub fn traced(&self, range: Range<usize>) -> Traced {
        let mut out = Traced::new();
        self.push_onto(&mut out, range);
        out
    }

    /// Appends the bytes of `range`, byte for byte, to `out`.
    pub fn push_onto(&self, out: &mut Traced, range: Range<usize>) {
        let end = range.end.min(self.bytes.len());
        let mut at = range.start.min(end);
        let (start, before) = (at, out.len());
        let first = self.unknowns.partition_point(|(r, _)| r.end as usize <= at);
        for (unknown, why) in &self.unknowns[first..] {
            let (from, to) = ((unknown.start as usize).max(at), (unknown.end as usize).min(end));
            if from >= end {
                break;
            }
            out.push_same(&self.bytes[at..from], self.span(at..from));
            out.push_piece(&self.bytes[from..to], Whence::Unknown(self.span(from..to), why.clone().into()), None);
            at = to;
        }
        out.push_same(&self.bytes[at..end], self.span(at..end));
        for part in self.encoded.iter().filter(|part| part.range.start >= start && part.range.end <= end) {
            let range = part.range.start - start + before..part.range.end - start + before;
            out.remember(Encoded { range, layer: part.layer, original: part.original.clone() });
        }
    }

    /// Appends `bytes` that an escape in `range` represents. If the escape touches an unknown part, the result is unknown.
    pub fn push_escape(&self, out: &mut Traced, bytes: &[u8], range: Range<usize>) {
        match self.unknown_in(&range) {
            Some(why) => out.push_unknown(self.span(range), why.clone()),
            None => out.push_made(bytes, self.span(range)),
        }
    }

    /// The reason of the first unknown part that touches `range`.
    pub fn unknown_in(&self, range: &Range<usize>) -> Option<&Why> {
        let first = self.unknowns.partition_point(|(r, _)| r.end as usize <= range.start);
        self.unknowns.get(first).filter(|(r, _)| (r.start as usize) < range.end).map(|(_, why)| why)
    }

    /// The same text with other bytes, in which more parts are unknown.
    pub(super) fn hidden(&self, bytes: Arc<[u8]>, more: impl IntoIterator<Item = (Range<usize>, Why)>) -> Self {
        let number = |at: usize| u32::try_from(at).ok();
        let more = more.into_iter().filter_map(|(range, why)| Some((number(range.start)?..number(range.end)?, why)));
        let mut unknowns: Vec<_> = more.collect();
        // What was unknown inside one of them is a part of it.
        let apart = |known: &Range<u32>| {
            let first = unknowns.partition_point(|(range, _)| range.end <= known.start);
            unknowns.get(first).is_none_or(|(range, _)| range.start >= known.end)
        };
        let before: Vec<_> = self.unknowns.iter().filter(|(range, _)| apart(range)).cloned().collect();
        unknowns.extend(before);
        unknowns.sort_by_key(|(range, _)| range.start);
        Self { id: self.id, bytes, file: self.file, unknowns: unknowns.into(), encoded: Arc::clone(&self.encoded) }
    }

    /// The same text as a template shows it: some bytes became white space.
    #[must_use]
    pub fn with_bytes(&self, bytes: Arc<[u8]>) -> Self {
        Self { bytes, ..self.clone() }
    }

    /// The text as UTF-8, or the offset of the first byte that is not.
    pub fn as_str(&self) -> Result<&str, usize> {
        std::str::from_utf8(&self.bytes).map_err(|e| e.valid_up_to())
    }
}

/// One step of the trail from a value to the file where it was written.
#[derive(Clone, Debug)]
pub struct Hop {
    /// The place.
    pub span: Span,
    /// What is there or what was done with it, in words; empty for the place where the value was written.
    pub step: Arc<str>,
}

/// The trail of a value, from the text that was looked up (first) to the place where a person wrote it (last).
#[derive(Clone, Debug)]
pub struct Trail {
    /// At least one hop; the last one is in a source.
    pub hops: Vec<Hop>,
    /// True if the last place is the value itself, byte for byte, rather than something it was computed from.
    pub exact: bool,
}

impl Trail {
    /// The place where a person wrote the value.
    pub fn origin(&self) -> Span {
        self.hops[self.hops.len() - 1].span
    }
}

impl Texts {
    /// No texts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text that a person can edit. A source that was added before keeps its id.
    pub fn add_source(&mut self, source: Arc<Source>) -> TextId {
        let id = source.id() | SOURCE;
        self.sources.entry(id).or_insert_with(|| Text {
            bytes: source.bytes(),
            origin: Origin::Source(source),
            unknowns: Arc::new([]),
            encoded: Arc::new([]),
        });
        TextId(id)
    }

    /// Adds a derived text to be read as a whole. `step` names it for people; `at`, the origin, is used if it has no bytes.
    pub fn add_made(&mut self, step: impl Into<Arc<str>>, traced: &Traced, at: Span) -> TextId {
        let unknowns = traced.unknowns().map(|(r, _, why)| (r.start as u32..r.end as u32, why.clone())).collect();
        self.made.push(Text {
            bytes: traced.bytes().into(),
            origin: Origin::Made { step: step.into(), pieces: traced.pieces().into(), at },
            unknowns,
            encoded: traced.encoded_parts().into(),
        });
        TextId((self.made.len() - 1) as u32)
    }

    /// The text that `id` names.
    pub fn get(&self, id: TextId) -> &Text {
        if id.0 & SOURCE == 0 { &self.made[id.0 as usize] } else { &self.sources[&id.0] }
    }

    /// The text as a parser sees it.
    pub fn view(&self, id: TextId) -> View {
        let text = self.get(id);
        let (unknowns, encoded) = (Arc::clone(&text.unknowns), Arc::clone(&text.encoded));
        let file = match &text.origin {
            Origin::Source(_) => Some(id),
            Origin::Made { pieces, .. } => match &pieces[..] {
                [Piece { whence: Whence::Same(span), .. }] if span.start == 0 => {
                    let length = self.sources.get(&span.text.0).map(|file| file.bytes.len());
                    Some(span.text).filter(|_| length == Some(text.bytes.len()))
                }
                _ => None,
            },
        };
        View { id, bytes: Arc::clone(&text.bytes), file, unknowns, encoded }
    }

    /// The bytes of `span`.
    pub fn slice(&self, span: Span) -> &[u8] {
        self.get(span.text).bytes.get(span.range()).unwrap_or_default()
    }

    /// The bytes of `span` with a map to it.
    pub fn traced(&self, span: Span) -> Traced {
        self.view(span.text).traced(span.range())
    }

    /// One step nearer to the file: what `span` of a derived text came from.
    fn up(&self, span: Span, pieces: &[Piece]) -> Option<(Span, Via, bool)> {
        let part = slice_pieces(pieces, span);
        let text = &self.get(span.text).bytes;
        let solid = |w: &Whence| !matches!(w, Whence::Unknown(..));
        // White space around a value is not a useful place to point at, so the first piece with other characters is preferred.
        let visible =
            |r: &Range<usize>| text.get(r.clone()).is_some_and(|b| b.iter().any(|c| !c.is_ascii_whitespace()));
        let first = part
            .iter()
            .position(|(r, w, _)| matches!(w, Whence::Same(_)) && visible(r))
            .or_else(|| part.iter().position(|(r, w, _)| solid(w) && visible(r)))
            .or_else(|| part.iter().position(|(_, w, _)| solid(w)))
            .unwrap_or(0);
        let (_, whence, via) = part.get(first)?;
        let mut up = whence.span();
        let mut exact = matches!(whence, Whence::Same(_));
        for (_, next, _) in &part[first + 1..] {
            let next_span = next.span();
            if !solid(next) || next_span.text != up.text || next_span.start < up.start || next_span.start > up.end {
                break;
            }
            up = up.to(next_span);
            exact &= matches!(next, Whence::Same(_));
        }
        Some((up, (*via).clone(), exact))
    }

    /// The trail from `span` to the file where its text was written.
    pub fn trail(&self, span: Span) -> Trail {
        self.trail_via(span, &None)
    }

    /// The trail from `span`, which was reached through the references `via`.
    pub fn trail_via(&self, span: Span, via: &Via) -> Trail {
        let mut hops = Vec::new();
        let mut exact = true;
        push_links(&mut hops, via);
        let mut span = span;
        while let Origin::Made { step, pieces, at } = &self.get(span.text).origin {
            hops.push(Hop { span, step: Arc::clone(step) });
            let (up, via, same) = self.up(span, pieces).unwrap_or((*at, None, false));
            exact &= same;
            push_links(&mut hops, &via);
            span = up;
        }
        hops.push(Hop { span, step: "".into() });
        Trail { hops, exact }
    }

    /// The trail of a traced value: of the bytes that its [`Traced::span`] covers.
    pub fn trail_of(&self, traced: &Traced) -> Option<Trail> {
        let mut trail = self.trail_via(traced.span()?, &traced.via());
        trail.exact &= traced.pieces().iter().all(|p| matches!(p.whence, Whence::Same(_)));
        Some(trail)
    }

    /// The files that the texts at `spans` came from.
    pub fn files_of(&self, spans: impl IntoIterator<Item = Span>) -> BTreeSet<PathBuf> {
        let mut open: Vec<TextId> = spans.into_iter().map(|span| span.text).collect();
        let mut seen = BTreeSet::new();
        let mut files = BTreeSet::new();
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            match &self.get(id).origin {
                Origin::Source(source) => {
                    files.insert(source.path().to_owned());
                }
                Origin::Made { pieces, at, .. } => {
                    open.extend(pieces.iter().map(|piece| piece.whence.span().text));
                    open.push(at.text);
                }
            }
        }
        files
    }

    /// The source that a span of a file is in, or a rendering of the derived text it is in.
    pub fn place(&self, span: Span) -> Place {
        let text = self.get(span.text);
        let source = match &text.origin {
            Origin::Source(source) => Arc::clone(source),
            Origin::Made { step, .. } => Arc::new(Source::derived(step, Arc::clone(&text.bytes))),
        };
        Place { source, start: span.start, end: span.end }
    }
}

fn push_links(hops: &mut Vec<Hop>, via: &Via) {
    let mut next = via.as_ref();
    while let Some(link) = next {
        hops.push(Hop { span: link.at, step: Arc::clone(&link.step) });
        next = link.inner.as_ref();
    }
}

type PiecePart<'a> = (Range<usize>, Whence, &'a Via);

/// The parts of `pieces` that `span` covers; an empty span takes the byte before or after it.
fn slice_pieces(pieces: &[Piece], span: Span) -> Vec<PiecePart<'_>> {
    let (start, end) =
        if span.is_empty() { (span.start.saturating_sub(1), span.end.max(1)) } else { (span.start, span.end) };
    let mut index = pieces.partition_point(|p| p.end <= start);
    let mut out = Vec::new();
    while let Some(piece) = pieces.get(index) {
        let begin = if index == 0 { 0 } else { pieces[index - 1].end };
        if begin >= end {
            break;
        }
        let (from, to) = (begin.max(start), piece.end.min(end));
        let whence = match &piece.whence {
            Whence::Same(s) => {
                Whence::Same(Span { text: s.text, start: s.start + (from - begin), end: s.start + (to - begin) })
            }
            other => other.clone(),
        };
        out.push((from as usize..to as usize, whence, &piece.via));
        index += 1;
    }
    out
}
