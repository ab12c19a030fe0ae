//! Which question a condition of a script asks. The same words ask another one if their variables have other values by then.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::text::{Span, Traced, Why, budget};
use crate::value::Condition;

use super::asked::{self, Answer, Asked};
use super::interpreter::Shell;
use super::state::ScriptRun;
use super::status::Status;

/// The most elements of an array that are looked at.
const MAX_VALUES: usize = 64;

/// The longest value that is shown, in bytes.
const MAX_SHOWN: usize = 60;

impl Shell<'_, '_> {
    /// The condition that holds if a test succeeds.
    pub(super) fn condition_of(&mut self, asked: &Asked, path: &ScriptRun) -> Condition {
        if let Some(known) = self.asked.condition(asked) {
            return known;
        }
        let (at, words) = asked.place();
        let at = at.unwrap_or(path.machine.place);
        let words = words.map_or_else(|| self.words(at), Arc::clone);
        let condition = self.question(words, at, path);
        let condition = self.asked.own(asked, condition);
        self.asked.keep(asked, &condition);
        condition
    }

    /// A value that a test looks at, with the texts that it equals by what the path assumes.
    pub(super) fn assumed(&self, value: Traced, path: &ScriptRun) -> Traced {
        self.asked.assumed(value, &path.when, path.shell.open.as_ref())
    }

    /// The answer of a part of a test, if the path assumes it.
    pub(super) fn settled(&self, answer: Answer, path: &ScriptRun) -> Answer {
        answer.or_else(|asked| {
            let condition = self.asked.condition(&asked);
            let known = condition.and_then(|condition| {
                let assumed = path.when.conditions().iter().find(|known| known.same_question(&condition))?;
                Some(assumed.holds() == condition.holds())
            });
            known.ok_or(asked)
        })
    }

    /// The condition with these words, which holds. The first question with such words is known by them alone, any other also by
    /// the values of its variables.
    pub(super) fn question(&mut self, words: Arc<str>, span: Span, path: &ScriptRun) -> Condition {
        // A double negation is hard to read and means the same as none.
        if let Some(rest) = words.strip_prefix("! ") {
            return self.question(rest.trim_start().into(), span, path).opposite();
        }
        let texts = &self.cx.texts;
        // Words are shortened only if they are those of the script.
        let full = match &path.status {
            Status::Likely | Status::Open(None) if words.contains('…') => String::from_utf8_lossy(texts.slice(span)),
            Status::Asked(asked) if asked.place().1.is_none() && words.contains('…') => {
                String::from_utf8_lossy(texts.slice(span))
            }
            _ => Cow::Borrowed(&*words),
        };
        let line = |span| texts.place(texts.trail(span).origin()).start().line;
        let (key, with, held) = key(&full, (span, self.loops > 0), path, &line);
        let (asked, _) = self.questions.entry(Arc::clone(&words)).or_insert((key, held));
        if *asked == key {
            return Condition::new(words, true);
        }
        Condition::within(format!("{key:x}"), format!("{words} {with}"), true)
    }
}

/// What differs between questions with the same words, words for that, and what must stay as long as the former does. `again` is true
/// in a loop, and `line` is where a person wrote something.
fn key(
    full: &str,
    (span, again): (Span, bool),
    path: &ScriptRun,
    line: &dyn Fn(Span) -> u32,
) -> (u64, String, Vec<Arc<Why>>) {
    let mut hasher = DefaultHasher::new();
    let mut held = Vec::new();
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
            if !again {
                asked::identify(value, path.shell.open.as_ref(), &mut held).own.hash(&mut hasher);
                continue;
            }
            // What a loop asks in each of its rounds is one question, because there may be many.
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
    (hasher.finish(), with.unwrap_or_else(|| "with other values".to_owned()), held)
}

/// The names of the variables in a condition.
fn names(text: &str) -> BTreeSet<&str> {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut out = BTreeSet::new();
    for (_, rest) in text.match_indices('$').filter_map(|(at, dollar)| text.split_at_checked(at + dollar.len())) {
        let inner = rest.trim_start_matches(['{', '#', '!']);
        // Only in braces has a number several digits.
        let end = match inner.chars().next() {
            Some('?') => 1,
            Some(c) if c.is_ascii_digit() && inner.len() == rest.len() => 1,
            _ => inner.find(|c| !part(c)).unwrap_or(inner.len()),
        };
        out.extend(inner.get(..end).filter(|name| !name.is_empty()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn the_variables_of_a_condition() {
        let found: Vec<_> =
            names(r#"[ "$V" = "${W[0]}" ] && (( $10 > ${#X} )) || [ $? -eq ${12} ] $"#).into_iter().collect();
        assert_eq!(found, ["1", "12", "?", "V", "W", "X"]);
    }
}
