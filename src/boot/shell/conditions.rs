//! `test`, `[ … ]` and `[[ … ]]`, as far as the source decides them.

use crate::syntax::shell::{Test, Word};
use crate::text::pattern::compiled;
use crate::text::{Traced, Why};

use super::super::disk::File;
use super::super::image;
use super::asked::{Answer, Asked};
use super::interpreter::Shell;
use super::pattern::{self, Token};
use super::state::ScriptRun;
use super::variable::Variable;
use super::{arithmetic, parameters};

fn not(answer: Answer) -> Answer {
    answer.map(|a| !a).map_err(Asked::opposite)
}

fn and(a: Answer, b: Answer) -> Answer {
    match (a, b) {
        (Ok(false), _) | (_, Ok(false)) => Ok(false),
        (Ok(true), other) | (other, Ok(true)) => other,
        (Err(a), Err(b)) => Err(a.and(b)),
    }
}

/// Whether one of two holds.
pub(super) fn or(a: Answer, b: Answer) -> Answer {
    not(and(not(a), not(b)))
}

/// Why the environment is not known.
fn open(path: &ScriptRun) -> Option<&Why> {
    path.shell.open.as_ref()
}

/// The answer, or that only the words of the test tell what it asks.
fn known(answer: Option<bool>) -> Answer {
    answer.ok_or_else(Asked::default)
}

impl Shell<'_, '_> {
    /// `[[ … ]]`
    pub(super) fn test(&mut self, test: &Test, path: &mut ScriptRun) -> Answer {
        let answer = self.part(test, path);
        self.settled(answer, path)
    }

    /// A word that is compared with another one.
    fn compared(&mut self, word: &Word, path: &mut ScriptRun) -> Traced {
        let value = self.single(word, path);
        self.assumed(value, path)
    }

    fn part(&mut self, test: &Test, path: &mut ScriptRun) -> Answer {
        match test {
            Test::Word(word) => {
                let value = self.compared(word, path);
                non_empty(&value, path)
            }
            Test::Unary(operator, word) => {
                let value = self.compared(word, path);
                unary(operator, &value, path)
            }
            Test::Binary(left, operator, right) => {
                let value = self.compared(left, path);
                match operator.as_str() {
                    "==" | "=" | "!=" => {
                        let tokens = self.pattern(right, path);
                        let answer = matches_pattern(&tokens, &value, path);
                        if operator == "!=" { not(answer) } else { answer }
                    }
                    "=~" => {
                        let Some(regex) = self.regex(right, path) else { return Err(Asked::default()) };
                        known(search(&regex, &value, path))
                    }
                    "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" => {
                        let right = self.compared(right, path);
                        let number = |t: &Traced| t.known_str().and_then(|t| arithmetic::evaluate(t, path));
                        match (number(&value), number(&right)) {
                            (Some(value), Some(right)) => known(compare(value, operator, right)),
                            _ => Err(Asked::about(&format!("[[{operator}"), &[&value, &right], open(path))),
                        }
                    }
                    operator => {
                        let right = self.compared(right, path);
                        binary(&value, operator, &right, path)
                    }
                }
            }
            Test::Not(inner) => not(self.test(inner, path)),
            Test::And(a, b) => match self.test(a, path) {
                Ok(false) => Ok(false),
                a => and(a, self.test(b, path)),
            },
            Test::Or(a, b) => match self.test(a, path) {
                Ok(true) => Ok(true),
                a => or(a, self.test(b, path)),
            },
        }
    }
}

/// Whether all of a text matches a pattern, as in `case` and `[[ … ]]`.
pub(super) fn matches_pattern(tokens: &[Token], value: &Traced, path: &ScriptRun) -> Answer {
    let answer = if path.shell.options.nocasematch {
        let (tokens, value) = pattern::fold(tokens, value);
        pattern::matches(&tokens, &value)
    } else {
        pattern::matches(tokens, value)
    };
    let exact = !path.shell.options.nocasematch;
    answer.ok_or_else(|| if exact { Asked::matching(value, tokens, open(path)) } else { Asked::default() })
}

/// `=~`, which stores its matches in `BASH_REMATCH`.
fn search(regex: &str, value: &Traced, path: &mut ScriptRun) -> Option<bool> {
    let Some(known) = value.known_str() else {
        path.put("BASH_REMATCH", Variable::array(vec![value.clone()], false));
        return None;
    };
    let flags = if path.shell.options.nocasematch { "(?si)" } else { "(?s)" };
    let regex = compiled(&format!("{flags}{regex}"))?;
    let found = regex.captures(known.as_bytes());
    let groups = found.iter().flat_map(|c| c.iter());
    let values = groups.map(|g| g.map_or_else(Traced::new, |g| value.slice(g.range()))).collect();
    path.put("BASH_REMATCH", Variable::array(values, false));
    Some(found.is_some())
}

/// `test` and `[`, without the closing bracket.
pub(super) fn test(arguments: &[Traced], path: &ScriptRun) -> Answer {
    let bang = |w: &Traced| w.known_str() == Some("!");
    let is = |w: &Traced, text: &str| w.known_str() == Some(text);
    match arguments {
        [] => Ok(false),
        [one] => non_empty(one, path),
        [first, second] if bang(first) => not(non_empty(second, path)),
        [operator, value] => unary(&operator.to_text(), value, path),
        [left, operator, right] if is_binary(operator) => binary(left, &operator.to_text(), right, path),
        [first, rest @ ..] if bang(first) && arguments.len() <= 4 => not(test(rest, path)),
        [open, inner @ .., close] if is(open, "(") && is(close, ")") && arguments.len() <= 4 => test(inner, path),
        several => {
            let mut rest = several;
            let answer = alternatives(&mut rest, path, 0).filter(|_| rest.is_empty());
            answer.unwrap_or_else(|| Err(Asked::default()))
        }
    }
}

fn is_binary(word: &Traced) -> bool {
    const OPERATORS: &str = "= == != < > -eq -ne -lt -le -gt -ge -nt -ot -ef -a -o";
    word.known_str().is_some_and(|word| OPERATORS.split(' ').any(|operator| operator == word))
}

/// How deep parentheses of `test` may nest.
const MAX_DEPTH: usize = 16;

/// `a -o b`. `None` if the expression cannot be parsed.
fn alternatives(rest: &mut &[Traced], path: &ScriptRun, depth: usize) -> Option<Answer> {
    let mut answer = all_of(rest, path, depth)?;
    while rest.first().and_then(|w| w.known_str()) == Some("-o") {
        *rest = &rest[1..];
        let right = all_of(rest, path, depth)?;
        answer = or(answer, right);
    }
    Some(answer)
}

fn all_of(rest: &mut &[Traced], path: &ScriptRun, depth: usize) -> Option<Answer> {
    let mut answer = term(rest, path, depth)?;
    while rest.first().and_then(|w| w.known_str()) == Some("-a") {
        *rest = &rest[1..];
        let right = term(rest, path, depth)?;
        answer = and(answer, right);
    }
    Some(answer)
}

fn term(rest: &mut &[Traced], path: &ScriptRun, depth: usize) -> Option<Answer> {
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
            Some(binary(left, &operator.to_text(), right, path))
        }
        [operator, value, after @ ..]
            if operator
                .known_str()
                .is_some_and(|o| o.len() == 2 && o.starts_with('-') && !matches!(o, "-a" | "-o")) =>
        {
            *rest = after;
            Some(unary(&operator.to_text(), value, path))
        }
        [word, after @ ..] => {
            *rest = after;
            Some(non_empty(word, path))
        }
        [] => None,
    }
}

/// Whether a text is not empty. A single known byte decides.
fn non_empty(value: &Traced, path: &ScriptRun) -> Answer {
    if value.is_unknown() { not(Err(Asked::equal(value, &Traced::new(), open(path)))) } else { Ok(!value.is_empty()) }
}

fn unary(operator: &str, value: &Traced, path: &ScriptRun) -> Answer {
    match operator {
        "-n" => non_empty(value, path),
        "-z" => not(non_empty(value, path)),
        "-v" => known(of_file(operator, value, path)),
        _ => of_file(operator, value, path).ok_or_else(|| {
            // `-a` is `-e`, and a name may be relative.
            let operator = if operator == "-a" { "-e" } else { operator };
            match value.known_str() {
                Some(name) => Asked::about(&format!("{operator} {}", path.absolute(name)), &[], None),
                None => Asked::about(operator, &[value], open(path)),
            }
        }),
    }
}

/// The answer of an operator that asks about a file, or a variable by its name.
fn of_file(operator: &str, value: &Traced, path: &ScriptRun) -> Option<bool> {
    match operator {
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
                Some(File::Known(text)) if operator == "-s" => non_empty(&text, path).ok(),
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

fn binary(left: &Traced, operator: &str, right: &Traced, path: &ScriptRun) -> Answer {
    match operator {
        "=" | "==" | "!=" => {
            let mut tokens: Vec<Token> = Vec::new();
            pattern::literal(right, &mut tokens);
            let answer = pattern::matches(&tokens, left).ok_or_else(|| Asked::equal(left, right, open(path)));
            if operator == "!=" { not(answer) } else { answer }
        }
        "<" | ">" => {
            known(left.known_str().zip(right.known_str()).map(|(a, b)| if operator == "<" { a < b } else { a > b }))
        }
        "-a" => and(non_empty(left, path), non_empty(right, path)),
        "-o" => or(non_empty(left, path), non_empty(right, path)),
        "-nt" | "-ot" | "-ef" => Err(Asked::default()),
        _ => {
            // Something that is not a number is an error, which counts as false.
            let number = |t: &Traced| t.known_str().map(|t| t.trim().parse::<i64>().ok());
            match (number(left), number(right)) {
                (Some(Some(left)), Some(Some(right))) => known(compare(left, operator, right)),
                (Some(_), Some(_)) => Ok(false),
                _ => Err(Asked::about(operator, &[left, right], open(path))),
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
