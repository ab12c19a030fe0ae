//! The programs that scripts pipe text through, as functions of their arguments and input. Nothing is executed.
//!
//! Each gives exactly what the real program gives, or says that the answer is not known and names the construct: a wrong
//! answer would become a wrong finding.

mod awk;
mod coding;
mod columns;
pub mod document;
mod envsubst;
mod expr;
mod grep;
mod jq;
mod lines;
mod names;
mod pattern;
mod perl;
mod program;
mod python;
mod sed;
mod yq;

use crate::text::{Span, Traced};

pub use program::{Files, Found, Outcome, Status};

/// Runs the program `name` with the arguments `argv` (without its name); `None` if it is none of those that are modelled.
///
/// `at` stands for what nobody wrote: brackets, line ends. Files are named as the arguments name them; `env` looks up
/// variables of the environment.
pub fn run(
    name: &str,
    argv: &[Traced],
    stdin: Option<&Traced>,
    files: Files<'_>,
    env: Files<'_>,
    at: Span,
) -> Option<Outcome> {
    let either = |done: Result<Outcome, Box<Outcome>>| done.unwrap_or_else(|outcome| *outcome);
    Some(match name {
        "jq" => jq::run(argv, stdin, files, env, at),
        "awk" | "gawk" | "mawk" => either(awk::run(argv, stdin, files, env, at)),
        "perl" => either(perl::run(argv, stdin, files, at)),
        "expr" => either(expr::run(argv, at)),
        "envsubst" => either(envsubst::run(argv, stdin, env, at)),
        "yq" => either(yq::run(argv, stdin, files, env, at)),
        "sed" => sed::run(argv, stdin, files, at),
        "grep" | "egrep" | "fgrep" => grep::run(name, argv, stdin, files, at),
        "cat" | "head" | "tail" | "sort" | "uniq" | "wc" | "tac" => lines::run(name, argv, stdin, files, at),
        "cut" | "tr" | "paste" => columns::run(name, argv, stdin, files, at),
        "basename" | "dirname" => names::run(name, argv, at),
        "base64" | "openssl" | "gzip" | "gunzip" | "zcat" => coding::run(name, argv, stdin, files, at),
        "python" | "python3" | "python2" => either(python::run(argv, stdin, files, env, at)),
        _ => return None,
    })
}

/// True if the program may run commands of its own.
pub fn runs_commands(name: &str) -> bool {
    name.starts_with("python")
}

#[cfg(test)]
mod tests;
