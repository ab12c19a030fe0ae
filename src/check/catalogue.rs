//! The rules of a run: built-in and custom ones.

use std::collections::{BTreeSet, HashMap};
use std::sync::{LazyLock, Mutex, PoisonError};

use super::built_in::RULES;
use super::rule::Rule;

/// The rules of a run, sorted by id.
#[derive(Clone, Debug)]
pub struct Catalogue(Vec<&'static Rule>);

impl Default for Catalogue {
    fn default() -> Self {
        Self(RULES.iter().collect())
    }
}

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
        all.0.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(all)
    }

    /// The rule with this id.
    pub fn get(&self, id: &str) -> Option<&'static Rule> {
        self.0.iter().copied().find(|rule| rule.id == id)
    }

    /// True if a list of rules may have this name: the id of a rule, or a group.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|rule| rule.is_named(name))
    }

    /// The groups, sorted.
    pub fn groups(&self) -> BTreeSet<&'static str> {
        self.0.iter().flat_map(|rule| &rule.front.groups).map(String::as_str).collect()
    }

    /// All rules.
    pub fn iter(&self) -> impl Iterator<Item = &'static Rule> + '_ {
        self.0.iter().copied()
    }
}

/// The rule for as long as the process lives. A server reads the same rules again and again, and keeps them once.
fn kept(rule: Rule) -> &'static Rule {
    static OWN: LazyLock<Mutex<HashMap<String, &'static Rule>>> = LazyLock::new(Mutex::default);
    let mut own = OWN.lock().unwrap_or_else(PoisonError::into_inner);
    own.entry(format!("{rule:?}")).or_insert_with(|| Box::leak(Box::new(rule)))
}
