//! What a test asks that the source cannot decide, whatever its words are: `[ "$V" = yes ]` and `case "$V" in yes)` ask the same.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::text::{Span, Traced, Whence, Why};
use crate::value::{Condition, Guard};

use super::pattern::Token;

/// The answer of a test, or what it asks.
pub(super) type Answer = Result<bool, Asked>;

/// Variables of the environment that have another value each time.
const CHANGING: [&str; 11] = [
    "$BASH_COMMAND",
    "$BASH_LINENO",
    "$EPOCHREALTIME",
    "$EPOCHSECONDS",
    "$FUNCNAME",
    "$LINENO",
    "$OLDPWD",
    "$PWD",
    "$RANDOM",
    "$SECONDS",
    "$SRANDOM",
];

/// What a test asks that the source cannot decide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// What stands for the question. `None` if only its words tell it apart.
    pub(super) key: Option<Id>,
    /// The test asks the opposite of that.
    pub(super) negated: bool,
    /// For the equality of one unknown value and a text: what stands for the value, and the text.
    pub(super) equality: Option<(u64, Box<[u8]>)>,
    /// The reasons by whose place in memory the key tells values apart, which stay as long as it does.
    pub(super) held: Vec<Arc<Why>>,
    /// Where the test is written.
    pub(super) at: Option<Span>,
    /// Words for it, if they are not those of the script.
    pub(super) words: Option<Arc<str>>,
}

/// The questions that tests have asked.
#[derive(Default)]
pub(super) struct Questions {
    /// The condition that holds if the answer is yes, and what must stay as long as the key does.
    known: HashMap<u64, (Condition, Vec<Arc<Why>>)>,
    /// The equality that holds if a condition has an answer, by the number of the condition.
    equalities: HashMap<usize, (bool, u64, Box<[u8]>)>,
}

impl Asked {
    /// A question of this kind about some values. `open` is why the environment is not known.
    pub(super) fn about(kind: &str, values: &[&Traced], open: Option<&Why>) -> Self {
        let mut held = Vec::new();
        let ids: Vec<Id> = values.iter().map(|value| identify(value, open, &mut held)).collect();
        Self { key: Some(Id::of(kind, &ids)), held, ..Self::default() }
    }

    /// Whether two texts are the same. What both begin or end with does not matter.
    pub(super) fn equal(a: &Traced, b: &Traced, open: Option<&Why>) -> Self {
        let (value, text) = if a.has_unknown() { (a, b) } else { (b, a) };
        let Some(known) = text.known_str().map(str::as_bytes) else {
            let mut sorted = [a, b];
            sorted.sort_by_key(|text| identify(text, open, &mut Vec::new()).lasting);
            return Self::about("=", &sorted, open);
        };
        let first = value.unknowns().next().map_or(0, |(range, ..)| range.start);
        let last = value.unknowns().last().map_or(0, |(range, ..)| value.len() - range.end);
        let start = known.strip_prefix(&value.bytes()[..first]);
        let Some(rest) = start.and_then(|rest| rest.strip_suffix(&value.bytes()[value.len() - last..])) else {
            return Self::default();
        };
        let inner = value.slice(first..value.len() - last);
        let mut held = Vec::new();
        let id = identify(&inner, open, &mut held);
        let equality = Some((id.own, rest.into())).filter(|_| inner.unknowns().count() == 1);
        Self { key: Some(Id::of(&("=", rest), &[id])), equality, held, ..Self::default() }
    }

    /// Whether a value matches a pattern.
    pub(super) fn matching(value: &Traced, tokens: &[Token], open: Option<&Why>) -> Self {
        let byte = |token: &Token| if let Token::Byte(byte) = token { Some(*byte) } else { None };
        let Some(at) = value.span().filter(|_| !tokens.contains(&Token::Unknown)) else { return Self::default() };
        if let Some(bytes) = tokens.iter().map(byte).collect::<Option<Vec<u8>>>() {
            return Self::equal(value, &Traced::made(bytes, at), open);
        }
        Self::about(&format!("{tokens:?}"), &[value], open)
    }

    /// The opposite.
    #[must_use]
    pub(super) fn opposite(self) -> Self {
        Self { negated: !self.negated, ..self }
    }

    /// Whether both hold.
    #[must_use]
    pub(super) fn and(mut self, other: Self) -> Self {
        let ids = self.key.zip(other.key);
        self.held.extend(other.held);
        let key = ids.map(|(a, b)| Id::of(&("and", self.negated, other.negated), &[a, b]));
        Self { key, held: self.held, ..Self::default() }
    }

    /// The same with unquoted values, of which an empty one changes what the test asks.
    #[must_use]
    pub(super) fn unquoted(self) -> Self {
        let key = self.key.map(|key| Id::of(&("unquoted", self.negated), &[key]));
        Self { key, negated: false, equality: None, ..self }
    }

    /// The same, with where it is written, and with words for it if they are not those of the script.
    #[must_use]
    pub(super) fn written(self, at: Span, words: Option<Arc<str>>) -> Self {
        Self { at: Some(at), words, ..self }
    }

    fn turned(&self, condition: Condition) -> Condition {
        if self.negated { condition.opposite() } else { condition }
    }
}

/// What stands for a value or a question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Id {
    /// Two values have the same if they are copies of what one command gave, or if both are the same variable of the environment.
    pub(super) own: u64,
    /// The same, if what one command gives is the same each time.
    pub(super) lasting: u64,
}

impl Id {
    /// A question of some kind about values or other questions.
    pub(super) fn of(kind: &(impl Hash + ?Sized), about: &[Self]) -> Self {
        let of = |which: fn(&Self) -> u64| {
            let mut hasher = DefaultHasher::new();
            kind.hash(&mut hasher);
            about.iter().map(which).collect::<Vec<_>>().hash(&mut hasher);
            hasher.finish()
        };
        Self { own: of(|id| id.own), lasting: of(|id| id.lasting) }
    }
}

/// What stands for a value: its text, and for each unknown part which one it is. `held` keeps what tells them apart.
pub(super) fn identify(value: &Traced, open: Option<&Why>, held: &mut Vec<Arc<Why>>) -> Id {
    let (mut own, mut lasting) = (DefaultHasher::new(), DefaultHasher::new());
    for hasher in [&mut own, &mut lasting] {
        value.bytes().hash(hasher);
        // `${V:-x}` is not what `$V` is.
        value.encoded_parts().iter().for_each(|part| (part.layer, part.original.bytes()).hash(hasher));
    }
    for piece in value.pieces() {
        let Whence::Unknown(at, why) = &piece.whence else { continue };
        match &**why {
            Why::FromOutside(name) if is_lasting(name) => {
                for hasher in [&mut own, &mut lasting] {
                    (piece.end, name, open).hash(hasher);
                }
            }
            _ => {
                (piece.end, at.start, at.end, Arc::as_ptr(why) as usize).hash(&mut own);
                (piece.end, at.start, at.end, why).hash(&mut lasting);
                held.push(Arc::clone(why));
            }
        }
    }
    Id { own: own.finish(), lasting: lasting.finish() }
}

/// True for the name of a variable of the environment that keeps its value: `$NAME`.
fn is_lasting(name: &str) -> bool {
    let letters = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    name.strip_prefix('$').is_some_and(letters) && !CHANGING.contains(&name)
}

impl Questions {
    /// The condition that holds if a test succeeds, if something has asked it before.
    pub(super) fn condition(&self, asked: &Asked) -> Option<Condition> {
        let (condition, _) = asked.key.and_then(|key| self.known.get(&key.own))?;
        Some(asked.turned(condition.clone()))
    }

    /// A value with the texts that it is known to equal under these conditions.
    pub(super) fn assumed(&self, value: Traced, when: &Guard, open: Option<&Why>) -> Traced {
        if self.equalities.is_empty() || when.is_always() || !value.has_unknown() {
            return value;
        }
        let mut out = Traced::new();
        for (range, piece) in value.ranges() {
            let part = value.slice(range);
            let text = matches!(piece.whence, Whence::Unknown(..)).then(|| self.text_of(&part, when, open)).flatten();
            match text {
                Some(text) => out.push_made(text, piece.whence.span()),
                None => out.push(&part),
            }
        }
        out
    }

    fn text_of(&self, value: &Traced, when: &Guard, open: Option<&Why>) -> Option<&[u8]> {
        let id = identify(value, open, &mut Vec::new()).own;
        when.conditions().iter().find_map(|condition| {
            let (holds, of, text) = self.equalities.get(&condition.number())?;
            (*holds == condition.holds() && *of == id).then_some(&**text)
        })
    }

    /// Keeps the condition that holds if a test succeeds.
    pub(super) fn keep(&mut self, asked: &Asked, condition: &Condition) {
        let Some(key) = asked.key else { return };
        let yes = asked.turned(condition.clone());
        if let Some((value, text)) = &asked.equality {
            self.equalities.insert(yes.number(), (yes.holds(), *value, text.clone()));
        }
        self.known.insert(key.own, (yes, asked.held.clone()));
    }
}
