//! Texts about a kubelet that stand in other texts as base64, or as gzip in base64. A search for plain words does not see them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::ops::Range;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use memchr::{memchr_iter, memmem};

use super::MAX_DECODED_BYTES;
use crate::text::budget;

/// What `kubelet` is in base64, by the number of bytes before it: only the letters that nothing beside it changes.
pub(crate) const ENCODED: [&str; 3] = ["a3ViZWxld", "t1YmVsZX", "rdWJlbGV0"];

/// The halves of [`ENCODED`]: a line break in a word leaves one of them whole.
pub(crate) const HALVES: [&str; 6] = ["a3Vi", "ZWxld", "t1Ym", "VsZX", "rdWJ", "lbGV0"];

/// What is left out if a text is larger than what is unpacked.
pub(crate) const SIZE: &str = "size of a text in base64";

/// How many letters of a group of four come before each of [`ENCODED`].
const BEFORE: [usize; 3] = [0, 2, 3];

/// The first letters of gzip in base64.
pub(crate) const COMPRESSED: &str = "H4sI";

/// The most texts of one file that are unpacked.
const MAX_TEXTS: usize = 100;

/// The shortest line after which a text in base64 goes on in the next line.
const SHORTEST_LINE: usize = 60;

/// The texts in base64 that mention a kubelet, or are compressed: the place of each in `bytes`, and its content. What cannot be
/// read to its end is cut there; if it is too large, this is remembered.
pub(crate) fn texts(bytes: &[u8]) -> Vec<(Range<usize>, Vec<u8>)> {
    let mut found: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    let words = ENCODED.iter().zip(BEFORE).map(|(word, before)| (*word, Some(before))).chain([(COMPRESSED, None)]);
    for (word, before) in words {
        let mut done = 0;
        for at in places(bytes, word.as_bytes()) {
            if at < done {
                continue;
            }
            let start = if before.is_some() { start(bytes, at) } else { at };
            let end = end(bytes, start);
            done = end.max(at + 1);
            let from = before.map_or(at, |before| {
                let letters = bytes[start..at].iter().filter(|byte| is_letter(**byte)).count();
                // Letters before the text, such as those of a path, leave it at another place of a group.
                start + (letters + 4 - before) % 4
            });
            let (known_from, known_end) = found.entry(end).or_insert((from, end));
            *known_from = from.min(*known_from);
            *known_end = end;
        }
    }
    let found: Vec<Range<usize>> = found.into_values().map(|(from, end)| from..end).collect();
    let found = budget::at_most(&found, MAX_TEXTS, "texts of one file in base64");
    found.filter_map(|range| Some((range.clone(), unpacked(&bytes[range.clone()])?))).collect()
}

/// Where a word starts, in order. It may be on two lines.
fn places(bytes: &[u8], word: &[u8]) -> BTreeSet<usize> {
    let (front, back) = word.split_at(word.len() / 2);
    let ahead = memmem::find_iter(bytes, front).filter(|at| {
        let rest = bytes[at + front.len()..].iter().filter(|byte| !byte.is_ascii_whitespace());
        rest.take(back.len()).eq(back)
    });
    let behind = memmem::find_iter(bytes, back).filter_map(|at| {
        let mut before = bytes[..at].iter().enumerate().rev().filter(|(_, byte)| !byte.is_ascii_whitespace());
        let mut letters = front.iter().rev();
        letters.try_fold(at, |_, letter| before.next().filter(|(_, byte)| *byte == letter).map(|(at, _)| at))
    });
    ahead.chain(behind).collect()
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

/// Where a text that starts at `start` ends.
fn end(bytes: &[u8], start: usize) -> usize {
    let mut end = start;
    loop {
        let line = bytes[end..].iter().take_while(|byte| is_letter(**byte)).count();
        end += line;
        let rest = &bytes[end..];
        let space = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let goes_on = line >= SHORTEST_LINE
            && memchr_iter(b'\n', &rest[..space]).count() == 1
            && rest.get(space).is_some_and(|byte| is_letter(*byte));
        if !goes_on {
            return end;
        }
        end += space;
    }
}

/// Where a text around `at` starts.
fn start(bytes: &[u8], at: usize) -> usize {
    let mut start = at;
    loop {
        start -= bytes[..start].iter().rev().take_while(|byte| is_letter(**byte)).count();
        let before = &bytes[..start];
        let space = before.iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count();
        let line = &before[..before.len() - space];
        let letters = line.iter().rev().take(SHORTEST_LINE).take_while(|byte| is_letter(**byte)).count();
        let breaks = memchr_iter(b'\n', &before[line.len()..]).count();
        if letters < SHORTEST_LINE || breaks != 1 {
            return start;
        }
        start = line.len();
    }
}

/// The content of a text in base64.
fn unpacked(text: &[u8]) -> Option<Vec<u8>> {
    let mut all = text.iter().copied().filter(|byte| is_letter(*byte));
    let mut letters: Vec<u8> = all.by_ref().take(2 * MAX_DECODED_BYTES).collect();
    if all.next().is_some() {
        budget::reached(SIZE);
    }
    if letters.len() % 4 == 1 {
        letters.pop();
    }
    let lenient = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let decoded = GeneralPurpose::new(&STANDARD, lenient).decode(letters).ok()?;
    if !decoded.starts_with(&[0x1F, 0x8B]) {
        return Some(decoded);
    }
    let (mut out, limit) = (Vec::new(), MAX_DECODED_BYTES as u64 + 1);
    // What comes before a fault is read.
    let _ = flate2::read::MultiGzDecoder::new(&*decoded).take(limit).read_to_end(&mut out);
    if out.len() > MAX_DECODED_BYTES {
        out.truncate(MAX_DECODED_BYTES);
        budget::reached(SIZE);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use base64::Engine;
    use base64::engine::general_purpose::STANDARD as ENGINE;

    use super::{ENCODED, HALVES, MAX_DECODED_BYTES, SIZE, budget, texts};

    #[test]
    fn texts_stand_anywhere_in_a_line_and_on_several() {
        let script = format!("#!/bin/bash\n{}kubelet --v=2 --x=0\n", "echo the kubelet of a longer line\n".repeat(5));
        for before in 0..4 {
            let plain = format!("{}{script}", "#".repeat(before));
            let one = ENGINE.encode(&plain);
            let lines: Vec<_> = one.as_bytes().chunks(76).map(String::from_utf8_lossy).collect();
            for (text, shown) in [
                (format!("UserData={one}"), &one),
                (format!("data:text/plain;base64,{one}\""), &one),
                (format!("data: |\n  {}\nnext: 1", lines.join("\n  ")), &lines.join("\n  ")),
            ] {
                let found = texts(text.as_bytes());
                let [(range, content)] = found.as_slice() else { panic!("{text}: {found:?}") };
                assert_eq!(
                    text.get(range.clone()).unwrap_or_default().trim_end_matches('='),
                    shown.trim_end_matches('=')
                );
                assert_eq!(String::from_utf8_lossy(content), plain);
            }
        }
        assert!(ENCODED.iter().flat_map(|word| <[&str; 2]>::from(word.split_at(word.len() / 2))).eq(HALVES));
        // Wherever a line ends in the only word.
        for before in 0..60 {
            let plain = format!("{}kubelet{}", "-".repeat(before), "-".repeat(120));
            let lines: Vec<_> = ENGINE.encode(&plain).into_bytes().chunks(60).map(<[u8]>::to_vec).collect();
            let found = texts(&lines.join(&b"\r\n    "[..]));
            assert_eq!(found.len(), 1, "{before}");
            assert_eq!(String::from_utf8_lossy(&found[0].1), plain);
        }
        assert!(texts(b"kubelet").is_empty());
        assert!(texts(ENGINE.encode("apiVersion: v1").as_bytes()).is_empty());
    }

    #[test]
    fn what_is_cut_is_remembered() {
        let zip = |text: &[u8]| {
            let mut out = Vec::new();
            flate2::read::GzEncoder::new(text, flate2::Compression::fast()).read_to_end(&mut out).unwrap();
            out
        };
        let text = |size: usize| [b"kubelet".to_vec(), vec![b'-'; size - 7]].concat();
        for (packed, cut) in [
            (zip(&text(MAX_DECODED_BYTES)), false),
            (zip(&text(MAX_DECODED_BYTES + 1)), true),
            (text(MAX_DECODED_BYTES * 3 / 2), false),
            (text(MAX_DECODED_BYTES * 3 / 2 + 3), true),
        ] {
            let limits = budget::unit(|| {
                assert_eq!(texts(ENGINE.encode(packed).as_bytes()).len(), 1);
                budget::limits()
            });
            assert_eq!(limits.contains(SIZE), cut);
        }
    }
}
