//! `test`, `[ … ]` and `[[ … ]]`, as far as the source decides them.

use crate::syntax::shell::Test;
use crate::text::Traced;

use super::super::disk::File;
use super::super::image;
use super::interpreter::Shell;
use super::pattern::{self, Token};
use super::state::ScriptRun;
use super::variable::Variable;
use super::{arithmetic, parameters};

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
    pub(super) fn test(&mut self, test: &Test, path: &mut ScriptRun) -> Option<bool> {
        match test {
            Test::Word(word) => non_empty(&self.single(word, path)),
            Test::Unary(operator, word) => {
                let value = self.single(word, path);
                unary(operator, &value, path)
            }
            Test::Binary(left, operator, right) => {
                let value = self.single(left, path);
                match operator.as_str() {
                    "==" | "=" | "!=" => {
                        let tokens = self.pattern(right, path);
                        let answer = matches_pattern(&tokens, &value, path);
                        if operator == "!=" { not(answer) } else { answer }
                    }
                    "=~" => {
                        let regex = self.regex(right, path)?;
                        search(&regex, &value, path)
                    }
                    "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" => {
                        let right = self.single(right, path);
                        let number = |t: &Traced| t.known_str().and_then(|t| arithmetic::evaluate(t, path));
                        compare(number(&value)?, operator, number(&right)?)
                    }
                    operator => {
                        let right = self.single(right, path);
                        binary(&value, operator, &right)
                    }
                }
            }
            Test::Not(inner) => not(self.test(inner, path)),
            Test::And(a, b) => match self.test(a, path) {
                Some(false) => Some(false),
                a => and(a, self.test(b, path)),
            },
            Test::Or(a, b) => match self.test(a, path) {
                Some(true) => Some(true),
                a => {
                    let b = not(self.test(b, path));
                    not(and(not(a), b))
                }
            },
        }
    }
}

/// Whether all of a text matches a pattern, as in `case` and `[[ … ]]`.
pub(super) fn matches_pattern(tokens: &[Token], value: &Traced, path: &ScriptRun) -> Option<bool> {
    if path.shell.options.nocasematch {
        let (tokens, value) = pattern::fold(tokens, value);
        return pattern::matches(&tokens, &value);
    }
    pattern::matches(tokens, value)
}

/// `=~`, which stores its matches in `BASH_REMATCH`.
fn search(regex: &str, value: &Traced, path: &mut ScriptRun) -> Option<bool> {
    let regex = regex::RegexBuilder::new(regex)
        .size_limit(1 << 18)
        .case_insensitive(path.shell.options.nocasematch)
        .dot_matches_new_line(true)
        .build()
        .ok()?;
    let Some(known) = value.known_str() else {
        path.put("BASH_REMATCH", Variable::array(vec![value.clone()], false));
        return None;
    };
    let found = regex.captures(known);
    let groups = found.iter().flat_map(|c| c.iter());
    let values = groups.map(|g| g.map_or_else(Traced::new, |g| value.slice(g.range()))).collect();
    path.put("BASH_REMATCH", Variable::array(values, false));
    Some(found.is_some())
}

/// `test` and `[`, without the closing bracket.
pub(super) fn test(arguments: &[Traced], path: &ScriptRun) -> Option<bool> {
    let bang = |w: &Traced| w.known_str() == Some("!");
    let is = |w: &Traced, text: &str| w.known_str() == Some(text);
    match arguments {
        [] => Some(false),
        [one] => non_empty(one),
        [first, second] if bang(first) => not(non_empty(second)),
        [operator, value] => unary(operator.known_str()?, value, path),
        [left, operator, right] if is_binary(operator) => binary(left, operator.known_str()?, right),
        [first, rest @ ..] if bang(first) && arguments.len() <= 4 => not(test(rest, path)),
        [open, inner @ .., close] if is(open, "(") && is(close, ")") && arguments.len() <= 4 => test(inner, path),
        several => {
            let mut rest = several;
            let answer = alternatives(&mut rest, path, 0)?;
            if rest.is_empty() { answer } else { None }
        }
    }
}

fn is_binary(word: &Traced) -> bool {
    const OPERATORS: &str = "= == != < > -eq -ne -lt -le -gt -ge -nt -ot -ef -a -o";
    word.known_str().is_some_and(|word| OPERATORS.split(' ').any(|operator| operator == word))
}

/// How deep parentheses of `test` may nest.
const MAX_DEPTH: usize = 16;

/// `a -o b`. The outer option is `None` if the expression cannot be parsed.
#[expect(clippy::option_option, reason = "a parse error differs from an unknown result")]
fn alternatives(rest: &mut &[Traced], path: &ScriptRun, depth: usize) -> Option<Option<bool>> {
    let mut answer = all_of(rest, path, depth)?;
    while rest.first().and_then(|w| w.known_str()) == Some("-o") {
        *rest = &rest[1..];
        let right = all_of(rest, path, depth)?;
        answer = not(and(not(answer), not(right)));
    }
    Some(answer)
}

#[expect(clippy::option_option, reason = "a parse error differs from an unknown result")]
fn all_of(rest: &mut &[Traced], path: &ScriptRun, depth: usize) -> Option<Option<bool>> {
    let mut answer = term(rest, path, depth)?;
    while rest.first().and_then(|w| w.known_str()) == Some("-a") {
        *rest = &rest[1..];
        let right = term(rest, path, depth)?;
        answer = and(answer, right);
    }
    Some(answer)
}

#[expect(clippy::option_option, reason = "a parse error differs from an unknown result")]
fn term(rest: &mut &[Traced], path: &ScriptRun, depth: usize) -> Option<Option<bool>> {
    if depth > MAX_DEPTH {
        return None;
    }
    match *rest {
        [bang, after @ ..] if bang.known_str() == Some("!") => {
            *rest = after;
            Some(not(term(rest, path, depth + 1)?))
        }
        [open, after @ ..] if open.known_str() == Some("(") => {
            *rest = after;
            let answer = alternatives(rest, path, depth + 1)?;
            let [close, after @ ..] = *rest else { return None };
            *rest = after;
            (close.known_str() == Some(")")).then_some(answer)
        }
        [left, operator, right, after @ ..]
            if is_binary(operator) && !matches!(operator.known_str(), Some("-a" | "-o")) =>
        {
            *rest = after;
            Some(binary(left, operator.known_str()?, right))
        }
        [operator, value, after @ ..]
            if operator
                .known_str()
                .is_some_and(|o| o.len() == 2 && o.starts_with('-') && !matches!(o, "-a" | "-o")) =>
        {
            *rest = after;
            Some(unary(operator.known_str()?, value, path))
        }
        [word, after @ ..] => {
            *rest = after;
            Some(non_empty(word))
        }
        [] => None,
    }
}

/// Whether a text is not empty. A single known byte decides.
fn non_empty(value: &Traced) -> Option<bool> {
    if value.is_unknown() { None } else { Some(!value.is_empty()) }
}

fn unary(operator: &str, value: &Traced, path: &ScriptRun) -> Option<bool> {
    match operator {
        "-n" => non_empty(value),
        "-z" => not(non_empty(value)),
        "-v" => {
            let name = value.known_str()?;
            let (name, key) = match name.split_once('[') {
                Some((name, key)) => (name, key.strip_suffix(']')?),
                None => (name, "0"),
            };
            match path.lookup(name) {
                Some(variable) if variable.is_array() => Some(path.element(name, key).is_some()),
                Some(variable) => Some(!variable.values.is_empty()),
                None if path.shell.open.is_some() || parameters::set_by_system(name) => None,
                None => Some(false),
            }
        }
        "-f" | "-e" | "-a" | "-s" | "-r" | "-w" => {
            let name = path.absolute(value.known_str()?);
            match path.machine.file(&name) {
                Some(File::Known(text)) if operator == "-s" => non_empty(&text),
                Some(File::Known(_)) => Some(true),
                Some(File::Unknown(_)) => None,
                Some(File::Removed) => Some(false),
                None if operator != "-f" && path.machine.has_folder(&name) == Some(true) => Some(true),
                None if path.machine.lacks(&name) => Some(false),
                None => None,
            }
        }
        "-d" => path.machine.has_folder(&path.absolute(value.known_str()?)),
        "-x" => {
            let name = path.absolute(value.known_str()?);
            match path.machine.file(&name) {
                Some(File::Known(_)) if name == image::BOOTSTRAP => Some(true),
                Some(File::Removed) => Some(false),
                None if path.machine.lacks(&name) => Some(false),
                _ => None,
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
        "-a" => and(non_empty(left), non_empty(right)),
        "-o" => not(and(not(non_empty(left)), not(non_empty(right)))),
        "-nt" | "-ot" | "-ef" => None,
        _ => {
            // Something that is not a number is an error, which counts as false.
            let number = |t: &Traced| t.known_str().map(|t| t.trim().parse::<i64>().ok());
            match (number(left)?, number(right)?) {
                (Some(left), Some(right)) => compare(left, operator, right),
                _ => Some(false),
            }
        }
    }
}

fn compare(left: i64, operator: &str, right: i64) -> Option<bool> {
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
