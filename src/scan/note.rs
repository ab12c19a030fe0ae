//! A message about a place.

use std::path::Path;

use crate::input::is_watched;
use crate::input::reach::is_terraform;
use crate::node::{Fault, Problem};
use crate::text::{LIMIT, Place, Span, Texts, Why};

/// What a note means for the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Nothing: no setting can be hidden there.
    None,
    /// A text in which a watched word stands, or that something refers to, was not read completely.
    Unread,
    /// It has a syntax error; for an unresolved value: it could hold a watched setting.
    Grave,
    /// This program failed there; it always ends with 2.
    Fault,
}

/// A message about a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The place.
    pub place: Place,
    /// One line, lower case, no full stop.
    pub message: String,
    /// What it means for the exit code.
    pub weight: Weight,
    /// For an unresolved value: what would resolve it; may be empty.
    pub remedy: &'static str,
}

impl Note {
    /// True if it says that a limit of this program was reached.
    pub(crate) fn is_limit(&self) -> bool {
        self.message.starts_with(LIMIT)
    }
}

/// A note at the place in a file that `at` leads to.
pub(super) fn note(at: Span, message: String, weight: Weight, texts: &Texts) -> Note {
    Note { place: texts.place(texts.trail(at).origin()).first_line(), message, weight, remedy: "" }
}

/// What would resolve an unknown value in the file `path`; empty if nothing is known to.
pub(super) fn remedy(why: &Why, path: &Path) -> &'static str {
    match why {
        Why::NoDefault(_) if is_terraform(path) => "give a value with `--var` or `--var-file`, or check a plan",
        Why::NoDefault(name) if name.starts_with("parameter ") => "give a value with `--parameters`",
        Why::FromOutside(what) | Why::Attribute(what, _) if is_terraform(path) && is_of_module(what) => {
            "run `terraform init`, or name the folder of the module with `--module`"
        }
        // What a node fetches is not in a plan either.
        Why::FromOutside(what) if what.contains("://") || what.starts_with("the file ") => "",
        Why::FromOutside(_) | Why::Attribute(..) if is_terraform(path) => "check a plan, which has the value",
        Why::KubernetesVersion => "set `kubernetes` under `[assume]`",
        _ => "",
    }
}

/// True for the name of a module that is not here, or of one of its outputs, but not of something in a module that was read.
fn is_of_module(what: &str) -> bool {
    let modules = what.split('.').filter(|word| *word == "module").count();
    let inner = what.contains(": ") || what.split('.').count() > 2 * modules + 1;
    what.starts_with("module.") && (what.contains(" from ") || !inner)
}

/// The note of a problem. It only weighs something where a node may come from.
pub(super) fn problem(problem: &Problem, texts: &Texts) -> Note {
    let weight = if problem.fault == Fault::Syntax { Weight::Grave } else { Weight::Unread };
    let note = note(problem.at, problem.message.clone(), weight, texts);
    if note.place.source.bytes().is_empty() || is_watched(&note.place.source.bytes()) {
        note
    } else {
        Note { weight: Weight::None, ..note }
    }
}

#[cfg(test)]
mod tests {
    use super::is_of_module;

    #[test]
    fn what_stands_in_a_module_that_was_read_is_not_of_a_missing_one() {
        for missing in
            ["module.eks from terraform-aws-modules/eks/aws", "module.eks.cluster_name", "module.a.module.b.x"]
        {
            assert!(is_of_module(missing), "{missing}");
        }
        for read in ["module.irsa.aws_iam_role.this", "module.agents: each.value.count", "var.x"] {
            assert!(!is_of_module(read), "{read}");
        }
    }
}
