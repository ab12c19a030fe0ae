//! `test`, `[ … ]` and `[[ … ]]`, as far as the source decides them.

use crate::syntax::shell::Test;
use crate::text::Traced;

use super::super::machine::{File, absolute};
use super::pattern::{self, Token};
use super::{Run, Shell, Status};

pub(super) fn status(answer: Option<bool>) -> Status {
    match answer {
        Some(true) => Status::Zero,
        Some(false) => Status::NonZero,
        None => Status::Open("".into()),
    }
}

fn not(answer: Option<bool>) -> Option<bool> {
    answer.map(|a| !a)
}

fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

impl Shell<'_, '_> {
    /// `[[ … ]]`
    pub(super) fn test(&mut self, test: &Test, path: &mut Run) -> Option<bool> {
        match test {
            Test::Word(word) => filled(&self.single(word, path)),
            Test::Unary(operator, word) => {
                let value = self.single(word, path);
                unary(operator, &value, path)
            }
            Test::Binary(left, operator, right) => {
                let value = self.single(left, path);
                match operator.as_str() {
                    "==" | "=" | "!=" => {
                        let tokens = self.pattern(right, path);
                        let answer = pattern::matches(&tokens, &value);
                        if operator == "!=" { not(answer) } else { answer }
                    }
                    "=~" => {
                        let tokens = self.single(right, path);
                        let (value, regex) = (value.known_str()?, tokens.known_str()?);
                        let regex = regex::RegexBuilder::new(regex).size_limit(1 << 18).build().ok()?;
                        Some(regex.is_match(value))
                    }
                    operator => {
                        let right = self.single(right, path);
                        binary(&value, operator, &right)
                    }
                }
            }
            Test::Not(inner) => not(self.test(inner, path)),
            Test::And(a, b) => {
                let a = self.test(a, path);
                and(a, self.test(b, path))
            }
            Test::Or(a, b) => {
                let a = not(self.test(a, path));
                not(and(a, not(self.test(b, path))))
            }
        }
    }
}

/// `test` and `[`, without the closing bracket.
pub(super) fn test(arguments: &[Traced], path: &Run) -> Option<bool> {
    match arguments {
        [] => Some(false),
        [one] => filled(one),
        [bang, rest @ ..] if bang.known_str() == Some("!") => not(test(rest, path)),
        [operator, value] => unary(operator.known_str()?, value, path),
        [left, operator, right] if !matches!(operator.known_str(), Some("-a" | "-o")) => {
            binary(left, operator.known_str()?, right)
        }
        several => {
            let find = |name: &str| several.iter().position(|w| w.known_str() == Some(name)).filter(|n| *n > 0);
            if let Some(at) = find("-o") {
                return not(and(not(test(&several[..at], path)), not(test(&several[at + 1..], path))));
            }
            let at = find("-a")?;
            and(test(&several[..at], path), test(&several[at + 1..], path))
        }
    }
}

/// Whether a text is not empty. One known byte is enough.
fn filled(value: &Traced) -> Option<bool> {
    if value.is_hole() { None } else { Some(!value.is_empty()) }
}

fn unary(operator: &str, value: &Traced, path: &Run) -> Option<bool> {
    match operator {
        "-n" => filled(value),
        "-z" => not(filled(value)),
        "-f" | "-e" | "-s" | "-r" | "-w" => {
            let file = path.machine.file(&absolute(value.known_str()?, &path.directory))?;
            match file {
                File::Known(text) if operator == "-s" => filled(&text),
                File::Known(_) => Some(true),
                File::Unknown(_) => None,
                File::Removed => Some(false),
            }
        }
        _ => None,
    }
}

fn binary(left: &Traced, operator: &str, right: &Traced) -> Option<bool> {
    match operator {
        "=" | "==" | "!=" => {
            let mut tokens: Vec<Token> = Vec::new();
            pattern::literal(right, &mut tokens);
            let answer = pattern::matches(&tokens, left);
            if operator == "!=" { not(answer) } else { answer }
        }
        "<" => Some(left.known_str()? < right.known_str()?),
        ">" => Some(left.known_str()? > right.known_str()?),
        _ => {
            let left: i64 = left.known_str()?.trim().parse().ok()?;
            let right: i64 = right.known_str()?.trim().parse().ok()?;
            match operator {
                "-eq" => Some(left == right),
                "-ne" => Some(left != right),
                "-lt" => Some(left < right),
                "-le" => Some(left <= right),
                "-gt" => Some(left > right),
                "-ge" => Some(left >= right),
                _ => None,
            }
        }
    }
}
