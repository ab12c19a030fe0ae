//! Arithmetic of whole numbers; of assignments, those that are the whole expression.

use crate::text::{Span, Traced};

use super::Run;

/// How deep parentheses may nest.
const MAX_DEPTH: usize = 16;

/// Binary operators by rising strength.
const LEVELS: [&[&str]; 6] = [&["||"], &["&&"], &["==", "!="], &["<=", ">=", "<", ">"], &["+", "-"], &["*", "/", "%"]];

/// The value of an expression; `None` if it is not a plain one, or if something in it is not known. A name that is not set is
/// zero, as in bash.
pub(super) fn evaluate(text: &str, path: &Run) -> Option<i64> {
    let mut reader = Reader { text, at: 0, path, depth: 0 };
    let value = reader.level(0)?;
    reader.blanks();
    (reader.at == text.len()).then_some(value)
}

/// The value of an expression that may be an assignment as a whole: `i++`, `i += 2`, `i = j * 2`.
pub(super) fn perform(text: &str, path: &mut Run, span: Span) -> Option<i64> {
    let text = text.trim();
    let is_name = |t: &str| {
        t.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && t.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    for (sign, step) in [("++", 1), ("--", -1)] {
        if let Some(name) = text.strip_suffix(sign).map(str::trim_end).filter(|n| is_name(n)) {
            let before = evaluate(name, path)?;
            path.set(name, Traced::made(before.checked_add(step)?.to_string(), span));
            return Some(before);
        }
        if let Some(name) = text.strip_prefix(sign).map(str::trim_start).filter(|n| is_name(n)) {
            let after = evaluate(name, path)?.checked_add(step)?;
            path.set(name, Traced::made(after.to_string(), span));
            return Some(after);
        }
    }
    let Some((left, right)) = text.split_once('=').filter(|(_, right)| !right.starts_with('=')) else {
        return evaluate(text, path);
    };
    let left = left.trim_end();
    let (name, operator) = match left.strip_suffix(['+', '-', '*', '/', '%']) {
        Some(name) => (name.trim_end(), left.as_bytes().last().copied()),
        None => (left, None),
    };
    if !is_name(name) {
        return evaluate(text, path);
    }
    let right = evaluate(right, path)?;
    let value = match operator {
        None => right,
        Some(operator) => {
            let before = evaluate(name, path)?;
            match operator {
                b'+' => before.checked_add(right)?,
                b'-' => before.checked_sub(right)?,
                b'*' => before.checked_mul(right)?,
                b'/' => before.checked_div(right)?,
                _ => before.checked_rem(right)?,
            }
        }
    };
    path.set(name, Traced::made(value.to_string(), span));
    Some(value)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    path: &'a Run,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn level(&mut self, level: usize) -> Option<i64> {
        let Some(operators) = LEVELS.get(level) else { return self.operand() };
        let mut left = self.level(level + 1)?;
        loop {
            self.blanks();
            let rest = self.rest();
            let Some(operator) = operators.iter().find(|o| rest.starts_with(**o)) else { return Some(left) };
            let after = &rest[operator.len()..];
            // `+=`, `++`, `<<` and their like are other operators, which are not modelled.
            let doubled = operator.len() == 1 && after.starts_with(['=', '<', '>', '*']);
            if doubled || (matches!(*operator, "+" | "-") && after.starts_with(*operator)) {
                return None;
            }
            self.at += operator.len();
            let right = self.level(level + 1)?;
            left = match *operator {
                "||" => i64::from(left != 0 || right != 0),
                "&&" => i64::from(left != 0 && right != 0),
                "==" => i64::from(left == right),
                "!=" => i64::from(left != right),
                "<=" => i64::from(left <= right),
                ">=" => i64::from(left >= right),
                "<" => i64::from(left < right),
                ">" => i64::from(left > right),
                "+" => left.checked_add(right)?,
                "-" => left.checked_sub(right)?,
                "*" => left.checked_mul(right)?,
                "/" => left.checked_div(right)?,
                _ => left.checked_rem(right)?,
            };
        }
    }

    fn operand(&mut self) -> Option<i64> {
        self.blanks();
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let rest = self.rest();
        let value = match rest.bytes().next()? {
            b'(' => {
                self.at += 1;
                let value = self.level(0)?;
                self.blanks();
                if !self.rest().starts_with(')') {
                    return None;
                }
                self.at += 1;
                value
            }
            b'-' => {
                self.at += 1;
                self.operand()?.checked_neg()?
            }
            b'!' => {
                self.at += 1;
                i64::from(self.operand()? == 0)
            }
            b'0'..=b'9' => {
                let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
                let digits = &rest[..length];
                // A leading zero means octal.
                if digits.len() > 1 && digits.starts_with('0') {
                    return None;
                }
                self.at += length;
                digits.parse().ok()?
            }
            byte if byte.is_ascii_alphabetic() || byte == b'_' => {
                let length = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
                let name = rest[..length].to_owned();
                self.at += length;
                if self.rest().starts_with('[') {
                    return None;
                }
                match self.path.get(&name) {
                    Some(value) if value.is_empty() => 0,
                    Some(value) => value.known_str()?.trim().parse().ok()?,
                    None if self.path.open.is_some() || name == "RANDOM" || name == "SECONDS" => return None,
                    None => 0,
                }
            }
            _ => return None,
        };
        self.depth -= 1;
        Some(value)
    }
}
