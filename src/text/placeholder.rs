//! Placeholders that another tool fills in before a text is used: `${NAME}`, `$(NAME)`, `{{ name }}`, `${{ name }}`, `[[ name ]]`, `<name>`,
//! `__NAME__`, `@NAME@`, `#{NAME}#`, `%NAME%`, `%%NAME%%`, `((name))`, `(@= name @)`, `$NAME`.
//!
//! A placeholder is not a value. One recogniser for every carrier: what a value, a word of a command line or a document looks
//! like is asked here. In a script the shell reads most of these itself, so only values that are left as they are count.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use super::finder::holds;
use super::store::View;
use super::{Traced, UNKNOWN_MARK, Why};

/// Marks around a name or an expression, and whether anything may stand between them. The longest first.
const MARKS: &[(&[u8], &[u8], bool)] = &[
    (b"${{", b"}}", true),
    (b"{{", b"}}", true),
    (b"{%", b"%}", true),
    (b"%{", b"}", true),
    (b"<%", b"%>", true),
    (b"${", b"}", true),
    (b"$(", b")", true),
    (b"(@", b"@)", true),
    (b"#{", b"}#", false),
    (b"#{", b"}", false),
    (b"[[", b"]]", false),
    (b"((", b"))", false),
    (b"@@", b"@@", false),
    (b"%%", b"%%", false),
    (b"__", b"__", false),
    (b"@", b"@", false),
    (b"<", b">", false),
    (b"%", b"%", false),
];

/// The most bytes of a placeholder, and of what is looked at before one.
const MAX_LENGTH: usize = 256;

/// The most words that one placeholder spans.
const MAX_WORDS: usize = 16;

/// True for the characters of a name.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b':')
}

/// The length of the placeholder at `at`, which does not span lines; with `at_end`, also at one end of a longer name.
fn length(bytes: &[u8], at: usize, at_end: bool) -> Option<usize> {
    let all = bytes.get(at..)?;
    let first = *all.first()?;
    let before = at.checked_sub(1).and_then(|n| bytes.get(n)).copied();
    for (open, close, anything) in MARKS {
        let Some(rest) = all.strip_prefix(*open) else { continue };
        // Bounded, because a hostile text may have nothing but opening marks on one line.
        let line = &rest[..rest.len().min(MAX_LENGTH)];
        let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
        let Some(inner) = memchr::memmem::find(line, close) else { continue };
        let after = line.get(inner + close.len()).copied();
        let name = line[..inner].trim_ascii();
        let named = name.first().is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'.'))
            && name.iter().all(|b| is_name(*b));
        // Inside a longer name the signs are a part of it.
        let joined = |side: Option<u8>| side.is_some_and(|b| b.is_ascii_alphanumeric() || b == first);
        let (left, right) = (joined(before), joined(after));
        let whole = !matches!(first, b'_' | b'@' | b'%') || !left && !right || at_end && left != right;
        // A line of TOML that starts like this is the name of a table.
        let table = first == b'[' && line_before(bytes, at).trim_ascii().is_empty();
        let escaped = first == b'$' && before == Some(b'$');
        if !name.is_empty() && (*anything || named) && whole && !escaped && !table {
            return Some(open.len() + inner + close.len());
        }
    }
    None
}

/// What stands before `at` on its line, or the last of it.
fn line_before(bytes: &[u8], at: usize) -> &[u8] {
    bytes[at.saturating_sub(MAX_LENGTH)..at].rsplit(|b| *b == b'\n').next().unwrap_or_default()
}

/// The bytes that marks start with.
static STARTS: [bool; 256] = {
    let mut starts = [false; 256];
    let mut mark = 0;
    while mark < MARKS.len() {
        starts[MARKS[mark].0[0] as usize] = true;
        mark += 1;
    }
    starts
};

/// The placeholders of a text, in order.
fn ranges(bytes: &[u8], at_end: bool) -> Vec<Range<usize>> {
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(next) = bytes[at..].iter().position(|byte| STARTS[usize::from(*byte)]) {
        at += next;
        match length(bytes, at, at_end) {
            Some(length) => {
                out.push(at..at + length);
                at += length;
            }
            None => at += 1,
        }
    }
    out
}

fn why(placeholder: &[u8]) -> Why {
    let shown: String = String::from_utf8_lossy(placeholder).chars().filter(|c| !c.is_control()).take(60).collect();
    Why::NotUnderstood(format!("`{shown}`, a placeholder that another tool fills in,").into())
}

/// Why a value that is not valid as it is may still be valid: it holds a placeholder, or is a lone `$NAME`.
pub(crate) fn in_value(value: &[u8]) -> Option<Why> {
    let lone = value.strip_prefix(b"$").is_some_and(|name| {
        name.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
            && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
    });
    if lone {
        return Some(why(value));
    }
    ranges(value, true).into_iter().next().map(|range| why(&value[range]))
}

/// The text with each placeholder as an unknown part.
pub(crate) fn in_text(text: &Traced) -> Traced {
    filled(text, |_| None)
}

/// The text with each placeholder replaced by what `value` gives for it, or else unknown.
pub(crate) fn filled(text: &Traced, value: impl Fn(&Traced) -> Option<Traced>) -> Traced {
    let mut out = Traced::new();
    let mut done = 0;
    for range in ranges(text.bytes(), false) {
        let mark = text.slice(range.clone());
        let Some(span) = mark.span() else { continue };
        out.push(&text.slice(done..range.start));
        done = range.end;
        match value(&mark) {
            Some(value) => out.push(&value),
            None => out.push_unknown(span, why(mark.bytes())),
        }
    }
    if done == 0 {
        return text.clone();
    }
    out.push(&text.slice(done..text.len()));
    out
}

/// The names in a text before an equals sign.
pub(crate) fn assigned(bytes: &[u8]) -> HashSet<&[u8]> {
    let name = |at: usize| {
        let before = bytes.get(..at)?;
        let length = before.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        before.get(at - length..).filter(|name| !name.is_empty())
    };
    memchr::memchr_iter(b'=', bytes).filter_map(name).collect()
}

/// The words of a command line with each placeholder unknown. One with spaces inside, such as `{{ name }}`, is one word again.
pub(crate) fn in_words(words: &[Traced]) -> Cow<'_, [Traced]> {
    let suspect = |word: &Traced| {
        word.bytes().iter().any(|b| matches!(b, b'{' | b'<' | b'$' | b'#' | b'[' | b'(' | b'@' | b'%'))
            || holds(word.bytes(), b"__")
    };
    if !words.iter().any(suspect) {
        return Cow::Borrowed(words);
    }
    let has = |word: &Traced, mark: &[u8]| word.bytes().windows(mark.len()).filter(|w| *w == mark).count();
    let open = |word: &Traced| {
        [(b"{{", b"}}"), (b"[[", b"]]"), (b"((", b"))"), (b"(@", b"@)")]
            .into_iter()
            .find(|(a, z)| has(word, *a) > has(word, *z))
    };
    let mut out = Vec::with_capacity(words.len());
    let mut rest = words.iter().enumerate();
    while let Some((n, word)) = rest.next() {
        let mut whole = word.clone();
        let closed = open(word)
            .and_then(|(_, close)| words[n + 1..].iter().take(MAX_WORDS).position(|next| has(next, close) > 0));
        if let Some(more) = closed {
            for (_, next) in rest.by_ref().take(more + 1) {
                if let Some(at) = next.span() {
                    whole.push_made(b" ", at);
                }
                whole.push(next);
            }
        }
        // A script may have passed on only the start.
        if closed.is_none()
            && let Some((start, at)) = whole.bytes().strip_suffix(b"{{").map(<[u8]>::len).zip(whole.span())
        {
            whole = whole.slice(0..start);
            whole.push_unknown(at, why("{{ … }}".as_bytes()));
        }
        out.push(in_text(&whole));
    }
    Cow::Owned(out)
}

/// The blocks of text in a document of YAML: what stands below `key: |` and is indented deeper than the key.
fn blocks(bytes: &[u8]) -> Vec<Range<usize>> {
    let (mut out, mut open, mut at) = (Vec::new(), None, 0);
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        let start = at;
        at += line.len();
        let text = line.trim_ascii();
        let mut indent = line.len() - line.trim_ascii_start().len();
        if text.is_empty() {
            continue;
        }
        if let Some((outer, from)) = open {
            if indent > outer {
                continue;
            }
            out.push(from..start);
            open = None;
        }
        // Behind the mark: how line breaks are kept, the indentation, a comment.
        let comment = memchr::memmem::find(text, b" #").filter(|at| !text[at + 2..].contains(&b'|'));
        let mut head = text[..comment.unwrap_or(text.len())].trim_ascii_end();
        while let [rest @ .., b'+' | b'-' | b'1'..=b'9'] = head {
            head = rest;
        }
        let Some(before) = head.strip_suffix(b"|").or_else(|| head.strip_suffix(b">")) else { continue };
        // `|` on a line of its own stands below its key.
        if !before.is_empty() && (before.last() != Some(&b' ') || !before.starts_with(b"- ") && !before.contains(&b':'))
        {
            continue;
        }
        let mut rest = before;
        while let Some(item) = rest.strip_prefix(b"- ").filter(|item| item.contains(&b':')) {
            indent += rest.len() - item.trim_ascii_start().len();
            rest = item.trim_ascii_start();
        }
        open = Some((indent, at));
    }
    out.extend(open.map(|(_, from)| from..bytes.len()));
    out
}

/// Follows the quotes of values line by line, for places in ascending order.
#[derive(Default)]
struct Quotes {
    /// How far the text is read.
    at: usize,
    /// The quote that is open.
    open: Option<u8>,
    /// The last byte of the line that is not a blank, outside of quotes.
    last: Option<u8>,
    /// Whether the word before the blanks is a tag, such as `!Sub`.
    tag: bool,
}

impl Quotes {
    /// Whether a value in quotes is open at `place`: what it holds is read by itself.
    fn around(&mut self, bytes: &[u8], place: usize) -> bool {
        while self.at < place {
            let byte = bytes[self.at];
            self.at += 1;
            match (byte, self.open) {
                (b'\n', _) => *self = Self { at: self.at, ..Self::default() },
                (b'\\', Some(b'"')) => self.at += 1,
                (quote, Some(open)) if quote == open => self.open = None,
                (_, Some(_)) => {}
                (b'"' | b'\'', None)
                    if self.tag || matches!(self.last, None | Some(b':' | b'-' | b'[' | b',' | b'{')) =>
                {
                    self.open = Some(byte);
                    self.last = Some(byte);
                }
                (b' ' | b'\t' | b'\r', None) => {}
                _ => {
                    let starts = matches!(bytes.get(self.at.wrapping_sub(2)), None | Some(b' ' | b'\t' | b'\n'));
                    self.tag = if starts { byte == b'!' } else { self.tag };
                    self.last = Some(byte);
                }
            }
        }
        self.open.is_some()
    }
}

impl View {
    /// The same text with each placeholder unknown that stands where a document has a value: no grammar reads `key: {{ name }}`
    /// or `"key": @NAME@`. No byte moves.
    #[must_use]
    pub fn without_placeholders(&self) -> Self {
        // Before a value stand a colon, a dash, a bracket or an equals sign, and spaces.
        let at_value = |range: &Range<usize>| {
            let line = line_before(&self.bytes, range.start);
            let before = line.trim_ascii_end();
            let spaced = before.len() < line.len() || range.start > 0 && before.is_empty();
            match before.last() {
                Some(b':' | b'-') => spaced,
                Some(b'[' | b',') => true,
                // In TOML a key stands before it.
                Some(b'=') => before[..before.len() - 1].trim_ascii().iter().all(|b| is_name(*b)),
                _ => false,
            }
        };
        let wide = |range: &Range<usize>| range.len() >= UNKNOWN_MARK.len();
        let mut found: Vec<_> = ranges(&self.bytes, false).into_iter().filter(|r| wide(r) && at_value(r)).collect();
        if !found.is_empty() {
            let mut quotes = Quotes::default();
            found.retain(|range| !quotes.around(&self.bytes, range.start));
            // What a block of text holds is read by itself: a tool may fill it in first, and a shell runs `$(…)` in it.
            let blocks = blocks(&self.bytes);
            found.retain(|range| {
                let next = blocks.partition_point(|block| block.start <= range.start);
                next.checked_sub(1).is_none_or(|last| range.start >= blocks[last].end)
            });
        }
        if found.is_empty() {
            return self.clone();
        }
        let mut bytes = self.bytes.to_vec();
        let mut reasons = Vec::new();
        for range in found {
            reasons.push((range.clone(), why(&self.bytes[range.clone()])));
            let mark = UNKNOWN_MARK.as_bytes().iter().chain(std::iter::repeat(&b'x'));
            bytes[range].iter_mut().zip(mark).for_each(|(byte, with)| *byte = *with);
        }
        self.hidden(Arc::from(bytes), reasons)
    }
}

#[cfg(test)]
mod tests {
    use super::{blocks, in_value, ranges};

    #[test]
    fn blocks_of_text_end_where_their_key_does() {
        let text = "a: |\n  one\n\n   two\nb: x\nc:\n- d: >-\n    three\n  e: y\n- |\n four\nf: 'x |'\n  g: z\nh: !Sub |+\n  five\ni: |2- # y\n   six\nj: \n  |-\n    seven\nk: x";
        let found: Vec<_> = blocks(text.as_bytes()).into_iter().map(|block| text.get(block).unwrap().trim()).collect();
        assert_eq!(found, ["one\n\n   two", "three", "four", "five", "six", "seven"]);
    }

    #[test]
    fn placeholders_of_twenty_tools() {
        for text in [
            "${IDLE}",
            "$IDLE",
            "$(IDLE)",
            "{{ idle }}",
            "{{idle}}",
            "{{ .Values.idle | quote }}",
            "- [[ idle ]]",
            "(@= data.values.idle @)",
            "<IDLE>",
            "<idle-timeout>",
            "__IDLE__",
            "__HOURS__h0m0s",
            "%%IDLE%%",
            "@IDLE@",
            "@@IDLE@@",
            "#{IDLE}#",
            "#{IDLE}",
            "%IDLE%",
            "((idle))",
            "(( idle ))",
            "${var.idle}",
            "<%= idle %>",
            "{% raw %}",
            "${IDLE:-4h}",
            "{{ env `IDLE` }}",
        ] {
            assert!(in_value(text.as_bytes()).is_some(), "{text}");
        }
        for text in
            ["", "0", "0s", "5", "4 h", "$", "$5", "<>", "[[1]]", "__", "@", "a@b@c", "a__b__c", "100%", "5%x%5", "()"]
        {
            assert_eq!(in_value(text.as_bytes()), None, "{text}");
        }
        // A hostile line ends soon.
        for open in ["<", "[[", "{{", "${", "@", "__", "%", "[[\"a\","] {
            let started = std::time::Instant::now();
            let _ = in_value(open.repeat(20_000).as_bytes());
            assert!(started.elapsed().as_secs() < 20, "{open}");
        }
        let found = ranges(b"s@IDLE@0s@ $${X} x=@IDLE@", false);
        assert_eq!(found.first().map(|range| (range.start, range.end)), Some((19, 25)));
        assert_eq!(ranges(b"x ${{ env.IDLE }} y", false).first(), Some(&(2..17)));
    }
}
