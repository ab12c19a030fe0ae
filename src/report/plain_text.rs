//! Helpers for human-readable text.

/// Text that is safe on a terminal: control characters become visible symbols, and characters that change the
/// writing direction become a mark.
pub(crate) fn harmless(text: &str) -> String {
    text.chars().map(harmless_char).collect()
}

pub(super) fn harmless_char(c: char) -> char {
    match c {
        '\0'..='\u{1F}' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{FFFD}'),
        '\u{7F}' => '\u{2421}',
        '\u{80}'..='\u{9F}'
        | '\u{200B}'..='\u{200F}'
        | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{2069}'
        | '\u{61C}'
        | '\u{FEFF}'
        | '\u{E0000}'..='\u{E007F}' => '\u{FFFD}',
        c => c,
    }
}

/// Messages as sentences: each starts with a capital letter and ends with a full stop.
pub(crate) fn sentences(messages: &[&str]) -> String {
    let one = |message: &&str| {
        let mut chars = message.chars();
        let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
        format!("{first}{}.", chars.as_str())
    };
    messages.iter().filter(|m| !m.is_empty()).map(one).collect::<Vec<_>>().join(" ")
}

/// `1 file`, `2 files`.
pub(super) fn count(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

/// `text` in lines of at most `width` columns, broken at spaces; a longer word gets its own line.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let options = textwrap::Options::new(width)
        .break_words(false)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit);
    textwrap::wrap(text, options).into_iter().map(String::from).collect()
}
