//! Integer arithmetic as bash does it (the manual's section "Shell Arithmetic").

use crate::text::{Span, Traced};

use super::state::ScriptRun;
use super::variable::Element;

/// How deep parentheses and names that hold expressions may nest.
const MAX_DEPTH: usize = 24;

/// Binary operators, weakest first. If one is a prefix of another, the longer one comes first.
const LEVELS: [&[&str]; 10] = [
    &["||"],
    &["&&"],
    &["|"],
    &["^"],
    &["&"],
    &["==", "!="],
    &["<=", ">=", "<", ">"],
    &["<<", ">>"],
    &["+", "-"],
    &["*", "/", "%"],
];

/// Compound assignment operators, without the equals sign.
const ASSIGNMENTS: [&str; 10] = ["<<", ">>", "+", "-", "*", "/", "%", "&", "^", "|"];

/// The value of an expression, without its assignments. `None` if part of it is unknown or it is not an expression.
pub(super) fn evaluate(text: &str, path: &ScriptRun) -> Option<i64> {
    Evaluator::new(text, path).whole()
}

impl ScriptRun {
    /// The value of an expression; its assignments are made. If the value is unknown, so is everything it may assign.
    pub(super) fn count(&mut self, text: &Traced, span: Span) -> Option<i64> {
        let value = text.known_str().and_then(|text| self.perform(text, span));
        if value.is_none() {
            self.forget_assigned(text, span);
        }
        value
    }

    fn perform(&mut self, text: &str, span: Span) -> Option<i64> {
        let mut evaluator = Evaluator::new(text, self);
        let value = evaluator.whole()?;
        for (name, index, value) in evaluator.writes {
            let value = Traced::made(value.to_string(), span);
            match index {
                None => self.set(&name, value),
                Some(key) => self.set_element(&name, &key, value),
            }
        }
        Some(value)
    }
}

/// Something that can be assigned: a name, optionally with an index.
type Target = (String, Option<String>);

struct Evaluator<'a> {
    text: &'a str,
    at: usize,
    path: &'a ScriptRun,
    depth: usize,
    /// Above zero while the value is not used, as on the right of `0 &&`.
    skip: usize,
    /// What was assigned, in order.
    writes: Vec<(String, Option<String>, i64)>,
}

impl<'a> Evaluator<'a> {
    fn new(text: &'a str, path: &'a ScriptRun) -> Self {
        Self { text, at: 0, path, depth: 0, skip: 0, writes: Vec::new() }
    }

    fn whole(&mut self) -> Option<i64> {
        if self.text.trim().is_empty() {
            return Some(0);
        }
        let value = self.list()?;
        self.blanks();
        (self.at == self.text.len()).then_some(value)
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn eat(&mut self, word: &str) -> bool {
        self.blanks();
        let found = self.rest().starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    fn list(&mut self) -> Option<i64> {
        let mut value = self.assignment()?;
        while self.eat(",") {
            value = self.assignment()?;
        }
        Some(value)
    }

    fn assignment(&mut self) -> Option<i64> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let start = self.at;
        let value = match self.target() {
            Some(target) => match self.assignment_operator() {
                Some(operator) => {
                    let right = self.assignment()?;
                    let value = if operator.is_empty() {
                        right
                    } else {
                        let left = self.read(&target)?;
                        self.combine(operator, left, right)?
                    };
                    self.write(target, value);
                    value
                }
                None => {
                    self.at = start;
                    self.choice()?
                }
            },
            None => {
                self.at = start;
                self.choice()?
            }
        };
        self.depth -= 1;
        Some(value)
    }

    /// The assignment operator at this position, if there is one.
    fn assignment_operator(&mut self) -> Option<&'static str> {
        self.blanks();
        let rest = self.rest();
        if rest.starts_with('=') && !rest.starts_with("==") {
            self.at += 1;
            return Some("");
        }
        let operator = ASSIGNMENTS
            .into_iter()
            .find(|o| rest.starts_with(o) && rest.get(o.len()..).unwrap_or_default().starts_with('='))?;
        self.at += operator.len() + 1;
        Some(operator)
    }

    fn choice(&mut self) -> Option<i64> {
        let condition = self.level(0)?;
        if !self.eat("?") {
            return Some(condition);
        }
        let yes = self.branch(condition == 0)?;
        if !self.eat(":") {
            return None;
        }
        let no = self.branch(condition != 0)?;
        Some(if condition != 0 { yes } else { no })
    }

    fn branch(&mut self, skip: bool) -> Option<i64> {
        self.skip += usize::from(skip);
        let value = self.assignment();
        self.skip -= usize::from(skip);
        value
    }

    fn level(&mut self, level: usize) -> Option<i64> {
        let Some(operators) = LEVELS.get(level) else { return self.power() };
        let mut left = self.level(level + 1)?;
        loop {
            self.blanks();
            let rest = self.rest();
            let Some(operator) = operators.iter().find(|o| rest.starts_with(**o)) else { return Some(left) };
            let after = rest.get(operator.len()..).unwrap_or_default();
            // A longer operator with the same prefix belongs to another level, or is an assignment.
            let longer = match *operator {
                "|" => after.starts_with(['|', '=']),
                "&" => after.starts_with(['&', '=']),
                "<" => after.starts_with('<'),
                ">" => after.starts_with('>'),
                "*" => after.starts_with(['*', '=']),
                "==" | "!=" | "<=" | ">=" | "||" | "&&" => false,
                _ => after.starts_with('='),
            };
            if longer {
                return Some(left);
            }
            self.at += operator.len();
            let skip = *operator == "||" && left != 0 || *operator == "&&" && left == 0;
            self.skip += usize::from(skip);
            let right = self.level(level + 1);
            self.skip -= usize::from(skip);
            left = self.combine(operator, left, right?)?;
        }
    }

    fn combine(&self, operator: &str, left: i64, right: i64) -> Option<i64> {
        Some(match operator {
            "||" => i64::from(left != 0 || right != 0),
            "&&" => i64::from(left != 0 && right != 0),
            "|" => left | right,
            "^" => left ^ right,
            "&" => left & right,
            "==" => i64::from(left == right),
            "!=" => i64::from(left != right),
            "<=" => i64::from(left <= right),
            ">=" => i64::from(left >= right),
            "<" => i64::from(left < right),
            ">" => i64::from(left > right),
            "<<" => left.wrapping_shl(u32::try_from(right & 63).ok()?),
            ">>" => left.wrapping_shr(u32::try_from(right & 63).ok()?),
            "+" => left.wrapping_add(right),
            "-" => left.wrapping_sub(right),
            "*" => left.wrapping_mul(right),
            // Division by zero is not an error while the value is not used.
            "/" | "%" if right == 0 => return (self.skip > 0).then_some(0),
            "/" => left.wrapping_div(right),
            _ => left.wrapping_rem(right),
        })
    }

    /// `**` is right-associative and binds tighter than the signs before its right operand.
    fn power(&mut self) -> Option<i64> {
        let base = self.unary()?;
        self.blanks();
        if !self.rest().starts_with("**") || self.rest().starts_with("**=") {
            return Some(base);
        }
        self.at += 2;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let exponent = self.power()?;
        self.depth -= 1;
        let exponent = u32::try_from(exponent).ok()?;
        Some(base.wrapping_pow(exponent))
    }

    fn unary(&mut self) -> Option<i64> {
        self.blanks();
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let rest = self.rest();
        let value = if rest.starts_with("++") || rest.starts_with("--") {
            let step = if rest.starts_with("++") { 1 } else { -1 };
            self.at += 2;
            match self.target() {
                Some(target) => {
                    let value = self.read(&target)?.wrapping_add(step);
                    self.write(target, value);
                    value
                }
                // Two signs before a number.
                None => self.unary()?,
            }
        } else if let Some(sign) = rest.chars().next().filter(|c| "+-!~".contains(*c)) {
            self.at += 1;
            let value = self.unary()?;
            match sign {
                '+' => value,
                '-' => value.wrapping_neg(),
                '!' => i64::from(value == 0),
                _ => !value,
            }
        } else {
            self.operand()?
        };
        self.depth -= 1;
        Some(value)
    }

    fn operand(&mut self) -> Option<i64> {
        self.blanks();
        let rest = self.rest();
        match rest.bytes().next()? {
            b'(' => {
                self.at += 1;
                let value = self.list()?;
                self.eat(")").then_some(value)
            }
            b'0'..=b'9' => {
                let length =
                    rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'#' | b'@' | b'_')).count();
                self.at += length;
                number(rest.get(..length).unwrap_or_default())
            }
            _ => {
                let target = self.target()?;
                let value = self.read(&target)?;
                self.blanks();
                for (sign, step) in [("++", 1), ("--", -1)] {
                    if self.rest().starts_with(sign) {
                        self.at += 2;
                        self.write(target, value.wrapping_add(step));
                        break;
                    }
                }
                Some(value)
            }
        }
    }

    /// A name, optionally with an index in brackets.
    fn target(&mut self) -> Option<Target> {
        self.blanks();
        let rest = self.rest();
        let length = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        if length == 0 || rest.as_bytes()[0].is_ascii_digit() {
            return None;
        }
        let name = rest.get(..length).unwrap_or_default().to_owned();
        self.at += length;
        if !self.rest().starts_with('[') {
            return Some((name, None));
        }
        self.at += 1;
        if self.path.is_map(&name) {
            let length = self.rest().find(']')?;
            let key = self.rest().get(..length).unwrap_or_default().trim_matches(['"', '\'']).to_owned();
            self.at += length + 1;
            return Some((name, Some(key)));
        }
        let index = self.list()?;
        self.eat("]").then(|| (name, Some(index.to_string())))
    }

    fn write(&mut self, target: Target, value: i64) {
        if self.skip == 0 {
            self.writes.push((target.0, target.1, value));
        }
    }

    fn read(&mut self, target: &Target) -> Option<i64> {
        if self.skip > 0 {
            return Some(0);
        }
        let (name, key) = target;
        if let Some((.., value)) = self.writes.iter().rev().find(|(n, k, _)| n == name && k == key) {
            return Some(*value);
        }
        match key.as_deref().unwrap_or("0").parse().ok().and_then(|n| self.path.bash_element(name, n)) {
            Some(Element::Number(number)) => return Some(number),
            Some(Element::Unset) => return Some(0),
            Some(Element::Outside) => return None,
            None => {}
        }
        let value = match key {
            None => self.path.get(name),
            Some(key) => self.path.element(name, key),
        };
        let Some(value) = value else {
            let outside = matches!(name.as_str(), "RANDOM" | "SECONDS" | "LINENO" | "EPOCHSECONDS" | "BASHPID");
            return if self.path.shell.open.is_some() && !self.path.shell.variables.contains_key(name.as_str())
                || outside
            {
                None
            } else {
                Some(0)
            };
        };
        let text = value.known_str()?.trim();
        if text.is_empty() {
            return Some(0);
        }
        if let Ok(value) = text.parse::<i64>()
            && !text.starts_with(['0', '-', '+'])
        {
            return Some(value);
        }
        if text == "0" {
            return Some(0);
        }
        // The value of a name is itself an expression.
        let mut inner = Evaluator { text, at: 0, path: self.path, depth: self.depth + 2, skip: 0, writes: Vec::new() };
        if inner.depth > MAX_DEPTH {
            return None;
        }
        let value = inner.whole();
        if inner.writes.is_empty() { value } else { None }
    }
}

/// A number: decimal, octal after a zero, hexadecimal after `0x`, or of the base before `#`.
fn number(text: &str) -> Option<i64> {
    if let Some((base, digits)) = text.split_once('#') {
        let base: u32 = base.parse().ok().filter(|b| (2..=36).contains(b))?;
        return i64::from_str_radix(digits, base).ok();
    }
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return i64::from_str_radix(digits, 16).ok();
    }
    if text.len() > 1 && text.starts_with('0') {
        return i64::from_str_radix(text, 8).ok();
    }
    text.parse().ok()
}
