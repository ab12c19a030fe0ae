//! The rules of a run: built-in and custom ones.

use std::collections::{BTreeSet, HashMap};
use std::sync::{LazyLock, Mutex, PoisonError};

use super::built_in::{default_rules, rule, rules};
use super::rule::Rule;

/// The rules of a run, with the custom ones. The built-in ones are read when they are needed.
#[derive(Clone, Debug, Default)]
pub struct Catalogue(Vec<&'static Rule>);

impl Catalogue {
    /// The built-in rules and the custom rules `own`, which live as long as the process.
    ///
    /// # Errors
    /// The id that two rules share.
    pub fn with(own: Vec<Rule>) -> Result<Self, String> {
        let mut all = Self::default();
        for rule in own {
            if all.get(&rule.id).is_some() {
                return Err(rule.id);
            }
            all.0.push(kept(rule));
        }
        Ok(all)
    }

    /// The rule with this id.
    pub fn get(&self, id: &str) -> Option<&'static Rule> {
        rule(id).or_else(|| self.0.iter().copied().find(|rule| rule.id == id))
    }

    /// True if a list of rules may have this name: the id of a rule, or a group.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some() || self.iter().any(|rule| rule.is_named(name))
    }

    /// The groups, sorted.
    pub fn groups(&self) -> BTreeSet<&'static str> {
        self.iter().flat_map(|rule| &rule.front.groups).map(String::as_str).collect()
    }

    /// All rules, sorted by id.
    pub fn iter(&self) -> impl Iterator<Item = &'static Rule> + '_ {
        self.sorted(rules())
    }

    /// The built-in rules that are on by default, and all custom ones, sorted by id.
    pub fn by_default(&self) -> impl Iterator<Item = &'static Rule> + '_ {
        self.sorted(default_rules())
    }

    fn sorted(&self, built_in: impl Iterator<Item = &'static Rule>) -> std::vec::IntoIter<&'static Rule> {
        let mut all: Vec<_> = built_in.chain(self.0.iter().copied()).collect();
        all.sort_by(|a, b| a.id.cmp(&b.id));
        all.into_iter()
    }
}

/// The rule for as long as the process lives. A server reads the same rules again and again, and keeps them once.
fn kept(rule: Rule) -> &'static Rule {
    static OWN: LazyLock<Mutex<HashMap<String, &'static Rule>>> = LazyLock::new(Mutex::default);
    let mut own = OWN.lock().unwrap_or_else(PoisonError::into_inner);
    own.entry(format!("{rule:?}")).or_insert_with(|| Box::leak(Box::new(rule)))
}
