//! Which question a condition of a script asks. The same words ask another one if their variables have other values by then.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::text::{Span, Traced, budget};
use crate::value::Condition;

use super::interpreter::Shell;
use super::state::ScriptRun;
use super::status::Status;

/// The most elements of an array that are looked at.
const MAX_VALUES: usize = 64;

/// The longest value that is shown, in bytes.
const MAX_SHOWN: usize = 60;

impl Shell<'_, '_> {
    /// The condition with these words, which holds. The first question with such words is known by them alone, any other also by
    /// the values of its variables.
    pub(super) fn question(&mut self, words: Arc<str>, span: Span, path: &ScriptRun) -> Condition {
        let texts = &self.cx.texts;
        // Words are shortened only if they are those of the script.
        let full = match &path.status {
            Status::Likely | Status::Open(None) if words.contains('…') => String::from_utf8_lossy(texts.slice(span)),
            _ => Cow::Borrowed(&*words),
        };
        let line = |span| texts.place(texts.trail(span).origin()).start().line;
        let (key, with) = key(&full, span, path, &line);
        let asked = self.questions.entry(Arc::clone(&words)).or_insert(key);
        if *asked == key {
            return Condition::new(words, true);
        }
        Condition::within(format!("{key:x}"), format!("{words} {with}"), true)
    }
}

/// What differs between questions with the same words, and words for that. `line` is where a person wrote something.
fn key(full: &str, span: Span, path: &ScriptRun, line: &dyn Fn(Span) -> u32) -> (u64, String) {
    let mut hasher = DefaultHasher::new();
    full.hash(&mut hasher);
    let mut with = None;
    for name in names(full) {
        if name == "?" {
            // The status of what came before.
            span.start.hash(&mut hasher);
            with = with.or_else(|| Some(format!("at line {}", line(span))));
            continue;
        }
        let positional = name.parse::<usize>().ok().and_then(|n| path.shell.arguments.get(n.checked_sub(1)?));
        let values: Vec<&Traced> = match positional {
            Some(value) => vec![value],
            None => path.lookup(name).into_iter().flat_map(|v| v.values.iter()).take(MAX_VALUES).collect(),
        };
        for value in &values {
            if !budget::spend(value.len() / 8 + 1) {
                break;
            }
            value.bytes().hash(&mut hasher);
            for (_, at, why) in value.unknowns() {
                (at.start, at.end, why).hash(&mut hasher);
            }
        }
        if let [value] = values.as_slice() {
            let short = |text: &&str| text.len() <= MAX_SHOWN && !text.contains('\n');
            let known = value.known_str().filter(short).map(|text| format!("with ${name} = {text}"));
            let unknown = || value.first_unknown().map(|(at, _)| format!("with ${name} of line {}", line(at)));
            with = with.or(known).or_else(unknown);
        }
    }
    (hasher.finish(), with.unwrap_or_else(|| "with other values".to_owned()))
}

/// The names of the variables in a condition.
fn names(text: &str) -> BTreeSet<&str> {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut out = BTreeSet::new();
    for (_, rest) in text.match_indices('$').filter_map(|(at, dollar)| text.split_at_checked(at + dollar.len())) {
        let rest = rest.trim_start_matches(['{', '#', '!']);
        let end = match rest.chars().next() {
            Some(c) if c.is_ascii_digit() || c == '?' => 1,
            _ => rest.find(|c| !part(c)).unwrap_or(rest.len()),
        };
        out.extend(rest.get(..end).filter(|name| !name.is_empty()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn the_variables_of_a_condition() {
        let found: Vec<_> =
            names(r#"[ "$V" = "${W[0]}" ] && (( $1 > ${#X} )) || [ $? -eq 0 ] $"#).into_iter().collect();
        assert_eq!(found, ["1", "?", "V", "W", "X"]);
    }
}
