//! Which question a condition of a script asks. The same words ask another one if their variables have other values by then.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::text::{Span, Traced, Why, budget};
use crate::value::Condition;

use super::asked::{Answer, Asked, Id, identify};
use super::interpreter::Shell;
use super::state::ScriptRun;
use super::status::Status;

/// The most elements of an array that are looked at.
const MAX_VALUES: usize = 64;

/// The longest value that is shown, in bytes.
const MAX_SHOWN: usize = 60;

impl Shell<'_, '_> {
    /// The condition that holds if a test succeeds, which decides at `span`.
    pub(super) fn condition_of(&mut self, asked: &Asked, span: Span, path: &ScriptRun) -> Condition {
        if let Some(known) = self.asked.condition(asked) {
            return known;
        }
        let at = asked.at.unwrap_or(path.machine.place);
        let words = asked.words.as_ref().map_or_else(|| self.words(at), Arc::clone);
        let Some(id) = asked.key else { return self.question(words, at, path) };
        // A function may compare its arguments, which are others once it has ended.
        let (.., with) = self.about(&words, at, path);
        let condition = self.named((words, with), span, id);
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
        // Words are shortened only if they are those of the script.
        let full = match &path.status {
            Status::Likely | Status::Open(None) if words.contains('…') => {
                String::from_utf8_lossy(self.cx.texts.slice(span)).into_owned()
            }
            _ => words.to_string(),
        };
        let (id, held, with) = self.about(&full, span, path);
        let asked = Asked { key: Some(id), held, ..Asked::default() };
        self.asked.condition(&asked).unwrap_or_else(|| {
            let condition = self.named((words, with), span, id);
            self.asked.keep(&asked, &condition);
            condition
        })
    }

    /// The condition that stands for a question that is asked at `span`. It has these words, or if they are those of another one, also
    /// words in `with`, or the line. A command that runs again may give something else each time. What a loop asks in each of its rounds
    /// is one question nevertheless, because there may be many.
    fn named(&mut self, (words, with): (Arc<str>, Option<String>), span: Span, id: Id) -> Condition {
        let lasts = id.own == id.lasting || self.loops > 0;
        let key = if lasts { id.lasting } else { Id::of(&span.start, &[self.site, id]).lasting };
        let line = format!("at line {}", self.line(span));
        let more = (2..).map(|number| format!("{line} ({number})"));
        let mut more = with.into_iter().chain([line.clone()]).chain(more);
        let mut name = Arc::clone(&words);
        while *self.questions.entry(Arc::clone(&name)).or_insert(key) != key {
            name = format!("{words} {}", more.next().unwrap_or_default()).into();
        }
        let scope = if name == words { String::new() } else { format!("{key:x}") };
        Condition::within(scope, name, true)
    }

    /// The line where a person wrote something.
    fn line(&self, span: Span) -> u32 {
        let texts = &self.cx.texts;
        texts.place(texts.trail(span).origin()).start().line
    }

    /// What stands for a question with these words, what must stay as long as that does, and words for the values of its variables.
    fn about(&self, full: &str, span: Span, path: &ScriptRun) -> (Id, Vec<Arc<Why>>, Option<String>) {
        let (mut ids, mut held, mut with) = (Vec::new(), Vec::new(), None);
        for name in names(full) {
            if name == "?" {
                // The status of what came before.
                ids.push(Id::of(&span.start, &[]));
                with = with.or_else(|| Some(format!("at line {}", self.line(span))));
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
                ids.push(identify(value, path.shell.open.as_ref(), &mut held));
            }
            if let [value] = values.as_slice() {
                let short = |text: &&str| text.len() <= MAX_SHOWN && !text.contains('\n');
                let known = value.known_str().filter(short).map(|text| format!("with ${name} = {text}"));
                let unknown = || value.first_unknown().map(|(at, _)| format!("with ${name} of line {}", self.line(at)));
                with = with.or(known).or_else(unknown);
            }
        }
        (Id::of(full, &ids), held, with)
    }
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
