//! GitHub's `primaryLocationLineHash`: recognises an alert after the lines above it have moved.
//!
//! The reference is `src/fingerprints.ts` of github/codeql-action; recorded vectors are in `testdata/report`.

/// The number of units that the hash of a line covers.
const WINDOW: usize = 100;
/// Base of the polynomial.
const BASE: u64 = 37;

/// The hash of every line of a file, in order: lower-case hex, a colon, and how often the hash has occurred so far.
///
/// Spaces and tabs are ignored, every line end is one line feed, and the units are UTF-16. A line after a final line end
/// exists and has a hash.
pub(crate) fn line_hashes(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut starts = vec![0];
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' => {}
            '\r' | '\n' => {
                if c == '\r' && chars.peek() == Some(&'\n') {
                    chars.next();
                }
                units.push(u16::from(b'\n'));
                starts.push(units.len());
            }
            _ => units.extend(c.encode_utf16(&mut [0; 2]).iter()),
        }
    }
    units.push(0xFFFF);
    let mut seen = std::collections::HashMap::new();
    starts
        .into_iter()
        .map(|start| {
            let hash = (start..start + WINDOW)
                .fold(0u64, |h, at| h.wrapping_mul(BASE).wrapping_add(u64::from(units.get(at).copied().unwrap_or(0))));
            let count = seen.entry(hash).and_modify(|n| *n += 1).or_insert(1u32);
            format!("{hash:x}:{count}")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::line_hashes;

    #[test]
    fn agrees_with_the_recorded_vectors() {
        let recorded = include_str!("../../testdata/report/primaryLocationLineHash.json");
        let cases: Vec<serde_json::Value> = serde_json::from_str(recorded).unwrap();
        assert!(cases.len() >= 10);
        for case in cases {
            let hashes = line_hashes(case["text"].as_str().unwrap().as_bytes());
            for (line, hash) in case["hashes"].as_object().unwrap() {
                let line: usize = line.parse().unwrap();
                assert_eq!(hashes[line - 1], hash.as_str().unwrap(), "{} line {line}", case["name"]);
            }
        }
    }
}
