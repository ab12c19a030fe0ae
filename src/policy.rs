//! Which rules count.

use crate::check::{RULES, Rule};

/// What people chose to hear about.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Ids of the rules to use; all of them if empty.
    pub select: Vec<String>,
    /// Ids of the rules not to use.
    pub ignore: Vec<String>,
}

impl Policy {
    /// The rules in force, sorted by id.
    pub fn rules(&self) -> Vec<&'static Rule> {
        let named = |list: &[String], id: &str| list.iter().any(|n| n == id);
        RULES
            .iter()
            .filter(|r| (self.select.is_empty() || named(&self.select, &r.id)) && !named(&self.ignore, &r.id))
            .collect()
    }
}
