//! Conditions that the source cannot decide, and what holds under them.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Something that may hold or not: its scope and its words, stored once per process.
#[derive(Debug)]
struct Question {
    number: usize,
    scope: Arc<str>,
    words: Arc<str>,
    /// What holds otherwise, where there are better words than *not*.
    opposite: Option<Arc<str>>,
    /// True for the equality of a text and of something that never changes: what equals one text equals no other.
    is_lasting: bool,
}

/// How names of what never changes begin.
const LASTING: [&str; 5] = ["terraform.", "var.", "local.", "module.", "data."];

type Table = HashMap<(Arc<str>, Arc<str>), &'static Question>;

/// The numbers depend on which unit comes first, so only equality may use them.
static TABLE: LazyLock<Mutex<Table>> = LazyLock::new(Mutex::default);

/// A condition that the source cannot decide, and the answer that is assumed.
///
/// Compared by the number of its question. The words, such as `var.debug`, are for people.
#[derive(Clone)]
pub struct Condition {
    question: &'static Question,
    holds: bool,
}

impl Condition {
    /// A condition whose words mean the same everywhere.
    pub fn new(words: impl Into<Arc<str>>, holds: bool) -> Self {
        Self::within(Arc::default(), words, holds)
    }

    /// A condition whose words have one answer in `scope`, such as a module or a script, and may have another one elsewhere.
    pub fn within(scope: impl Into<Arc<str>>, words: impl Into<Arc<str>>, holds: bool) -> Self {
        Self::ask(scope.into(), words.into(), None, holds)
    }

    /// A choice of two, each with words of its own that mean the same everywhere. `holds` is true for the first.
    pub fn either(words: &str, opposite: &str, holds: bool) -> Self {
        Self::ask(Arc::default(), words.into(), Some(opposite.into()), holds)
    }

    fn ask(scope: Arc<str>, words: Arc<str>, opposite: Option<Arc<str>>, holds: bool) -> Self {
        let mut table = TABLE.lock().unwrap_or_else(PoisonError::into_inner);
        let number = table.len();
        let question = *table.entry((Arc::clone(&scope), Arc::clone(&words))).or_insert_with(|| {
            // It lives as long as the process, as the table does.
            let is_lasting = LASTING.iter().any(|start| words.starts_with(start)) && words.contains("==");
            Box::leak(Box::new(Question { number, scope, words, opposite, is_lasting }))
        });
        Self { question, holds }
    }

    /// The opposite answer.
    #[must_use]
    pub fn opposite(&self) -> Self {
        Self { question: self.question, holds: !self.holds }
    }

    /// True if both are answers to the same question.
    pub fn same_question(&self, other: &Self) -> bool {
        // Each question is stored once.
        std::ptr::eq(self.question, other.question)
    }

    /// The condition as written, shortened for people.
    pub fn words(&self) -> &Arc<str> {
        &self.question.words
    }

    /// The answer that is assumed.
    pub fn holds(&self) -> bool {
        self.holds
    }

    /// The sides of a condition such as `name == "text"`.
    pub(crate) fn equality(&self) -> Option<(&str, &str)> {
        let (name, text) = self.words().split_once("==")?;
        let text = text.trim();
        let inner = ['"', '\''].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote))?;
        let name = name.trim();
        (!inner.contains(['"', '\'', '{']) && !name.contains(char::is_whitespace)).then_some((name, inner))
    }

    /// True if this holds and says that the other one does not: what equals one text equals no other.
    pub(crate) fn excludes(&self, other: &Self) -> bool {
        let apart = |((a, one), (b, another)): ((&str, &str), (&str, &str))| a == b && one != another;
        self.holds && self.equality().zip(other.equality()).is_some_and(apart)
    }

    /// True if both cannot hold: a name that never changes equals one text and another one.
    fn contradicts(&self, other: &Self) -> bool {
        let (a, b) = (self.question, other.question);
        let may = self.holds && other.holds && a.is_lasting && b.is_lasting && a.scope == b.scope;
        may && self.excludes(other)
    }

    /// The number of its question: which one is asked first differs from run to run.
    pub fn number(&self) -> usize {
        self.question.number
    }
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.same_question(other) && self.holds == other.holds
    }
}

impl Eq for Condition {}

impl Ord for Condition {
    /// As printed, which is the same in every run.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let order = |c: &Self| (&c.question.words, c.holds, &c.question.scope);
        order(self).cmp(&order(other))
    }
}

impl PartialOrd for Condition {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl std::fmt::Debug for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.question.opposite {
            _ if self.holds => write!(f, "{}", self.words()),
            Some(opposite) => write!(f, "{opposite}"),
            None => write!(f, "not ({})", self.words()),
        }
    }
}

/// Conditions that hold together, sorted, without repetition. An empty guard means *always*.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Guard(Vec<Condition>);

impl Guard {
    /// Holds always.
    pub fn always() -> Self {
        Self::default()
    }

    /// Holds if `condition` does.
    pub fn of(condition: Condition) -> Self {
        Self(vec![condition])
    }

    /// True if nothing is assumed.
    pub fn is_always(&self) -> bool {
        self.0.is_empty()
    }

    /// The conditions.
    pub fn conditions(&self) -> &[Condition] {
        &self.0
    }

    /// Those of the conditions that `keep` holds for.
    #[must_use]
    pub fn only(&self, keep: impl Fn(&Condition) -> bool) -> Self {
        Self(self.0.iter().filter(|c| keep(c)).cloned().collect())
    }

    /// The conditions that stand in both.
    #[must_use]
    pub fn common(&self, other: &Self) -> Self {
        let mut rest = other.0.as_slice();
        let mut out = Vec::new();
        for condition in &self.0 {
            // Both are sorted. Most are the same, which takes less to find out than which comes first.
            while let [next, after @ ..] = rest
                && next != condition
                && next < condition
            {
                rest = after;
            }
            if rest.first() == Some(condition) {
                out.push(condition.clone());
            }
        }
        Self(out)
    }

    /// The same for people: conditions with the same words are one, in any scope, and what another one says is left out.
    #[must_use]
    pub fn without_scopes(&self) -> Self {
        let unscoped = |c: &Condition| match &c.question.opposite {
            Some(_) => c.clone(),
            None => Condition::new(Arc::clone(c.words()), c.holds),
        };
        let mut all: Vec<_> = self.0.iter().map(unscoped).collect();
        all.sort();
        all.dedup();
        let said = |c: &Condition| !c.holds && all.iter().any(|other| other.excludes(c));
        Self(all.iter().filter(|c| !said(c)).cloned().collect())
    }

    /// What holds if either holds, where they differ in the answer to one condition only.
    pub fn or(&self, other: &Self) -> Option<Self> {
        let differs = |c: &Condition| !other.0.contains(c);
        let mine: Vec<_> = self.0.iter().filter(|c| differs(c)).collect();
        let [one] = mine.as_slice() else {
            return mine.is_empty().then(|| self.clone());
        };
        let opposite = one.opposite();
        let same = self.0.len() == other.0.len() && other.0.contains(&opposite);
        same.then(|| Self(self.0.iter().filter(|c| *c != *one).cloned().collect()))
    }

    /// True if one of the guards holds whatever the answers are. False if that takes more than `steps` to find out.
    pub fn leave_nothing(guards: &[Self], steps: &mut usize) -> bool {
        if guards.iter().any(Self::is_always) {
            return true;
        }
        let Some(condition) = guards.first().and_then(|guard| guard.0.first()).filter(|_| *steps > 0) else {
            return false;
        };
        *steps -= 1;
        [condition.clone(), condition.opposite()].iter().all(|answer| {
            let given = guards.iter().filter(|guard| !guard.0.contains(&answer.opposite()));
            let left = given.map(|guard| Self(guard.0.iter().filter(|c| *c != answer).cloned().collect()));
            Self::leave_nothing(&left.collect::<Vec<_>>(), steps)
        })
    }

    /// Both together, or `None` if they contradict each other.
    pub fn and(&self, other: &Self) -> Option<Self> {
        let mut all = self.0.clone();
        for condition in &other.0 {
            match all.iter().find(|c| c.same_question(condition)) {
                Some(known) if known.holds != condition.holds => return None,
                Some(_) => {}
                None if all.iter().any(|c| c.contradicts(condition)) => return None,
                None => all.insert(all.partition_point(|c| c < condition), condition.clone()),
            }
        }
        Some(Self(all))
    }
}

#[cfg(test)]
mod tests {
    use super::{Condition, Guard};

    fn guard(conditions: &[(&str, bool)]) -> Guard {
        let of = |(words, holds): &(&str, bool)| Guard::of(Condition::new(*words, *holds));
        conditions.iter().map(of).fold(Guard::always(), |all, one| all.and(&one).unwrap())
    }

    #[test]
    fn opposite_answers_cancel_out() {
        for (a, b, either) in [
            (&[("x", true)][..], &[("x", false)][..], Some(&[][..])),
            (&[("x", true), ("y", true)], &[("x", false), ("y", true)], Some(&[("y", true)])),
            (&[("x", true)], &[("y", false)], None),
            (&[("x", true), ("y", true)], &[("x", false)], None),
            (&[("x", true)], &[("x", true), ("y", true)], Some(&[("x", true)])),
        ] {
            assert_eq!(guard(a).or(&guard(b)), either.map(guard), "{a:?} or {b:?}");
        }
    }

    #[test]
    fn what_two_guards_have_in_common() {
        let (a, b) =
            (guard(&[("v", true), ("x", true), ("y", false)]), guard(&[("x", true), ("y", true), ("z", true)]));
        assert_eq!((a.common(&b), b.common(&a)), (guard(&[("x", true)]), guard(&[("x", true)])));
        assert_eq!((a.common(&a), a.common(&Guard::always())), (a.clone(), Guard::always()));
    }

    #[test]
    fn guards_that_leave_nothing_hold_always() {
        let all = |ways: &[&[(&str, bool)]], steps: usize| {
            let guards: Vec<_> = ways.iter().map(|conditions| guard(conditions)).collect();
            Guard::leave_nothing(&guards, &mut steps.clone())
        };
        let (x, rest) = (&[("x", true)][..], &[("x", false), ("y", true)][..]);
        assert!(all(&[x, rest, &[("y", false), ("z", true)], &[("z", false)]], 100));
        assert!(!all(&[x, rest, &[("y", false), ("z", true)], &[("z", false)]], 1));
        assert!(!all(&[x, rest, &[("x", false), ("y", false), ("z", true)]], 100));
        assert!(!all(&[x, &[("y", false)]], 100) && !all(&[], 100));
    }

    #[test]
    fn contradictions_are_found() {
        assert_eq!(guard(&[("x", true)]).and(&guard(&[("x", false)])), None);
        let (lab, prod) = (("var.env == \"lab\"", true), ("var.env == \"prod\"", true));
        assert_eq!(guard(&[lab]).and(&guard(&[prod])), None);
        assert!(guard(&[lab]).and(&guard(&[(prod.0, false)])).is_some());
        // A script may give a variable another value.
        assert!(guard(&[("$env == \"lab\"", true)]).and(&guard(&[("$env == \"prod\"", true)])).is_some());
    }

    #[test]
    fn the_same_words_in_two_scopes_are_two_conditions() {
        let guard_in = |scope: &str, holds| Guard::of(Condition::within(scope, "$DEBUG", holds));
        let both = guard_in("a.sh", true).and(&guard_in("b.sh", false)).unwrap();
        assert_eq!(both.conditions().len(), 2);
        assert_eq!(guard_in("a.sh", true).and(&guard_in("a.sh", false)), None);
        let same_words = guard_in("a.sh", true).and(&guard_in("b.sh", true)).unwrap();
        assert_eq!(same_words.without_scopes(), guard(&[("$DEBUG", true)]));
        let lab = [("env == \"lab\"", true), ("env == \"prod\"", false), ("x == \"prod\"", false)];
        assert_eq!(guard(&lab).without_scopes(), guard(&[lab[0], lab[2]]));
        assert_eq!(guard(&lab[1..]).without_scopes(), guard(&lab[1..]));
    }
}
