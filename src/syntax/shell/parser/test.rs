//! Parses the expression between `[[` and `]]`.

use super::super::tree::{CommandKind, Test, Word};
use super::{Outcome, Parser, Stop, is_meta};

impl Parser<'_> {
    pub(super) fn test_command(&mut self) -> Outcome<CommandKind> {
        self.at += 2;
        let test = self.test_or()?;
        self.skip_newlines();
        if !self.eat_keyword(b"]]") {
            let what = self.token_text();
            self.error(self.at, format!("expected `]]`, found `{what}`"));
            return Err(Stop);
        }
        Ok(CommandKind::Test(test))
    }

    pub(super) fn test_or(&mut self) -> Outcome<Test> {
        let mut left = self.test_and()?;
        loop {
            self.skip_newlines();
            if !self.eat(b"||") {
                return Ok(left);
            }
            left = Test::Or(Box::new(left), Box::new(self.test_and()?));
        }
    }

    pub(super) fn test_and(&mut self) -> Outcome<Test> {
        let mut left = self.test_not()?;
        loop {
            self.skip_newlines();
            if !self.eat(b"&&") {
                return Ok(left);
            }
            left = Test::And(Box::new(left), Box::new(self.test_not()?));
        }
    }

    pub(super) fn test_not(&mut self) -> Outcome<Test> {
        self.skip_newlines();
        self.enter()?;
        let test = if self.eat_keyword(b"!") { Test::Not(Box::new(self.test_not()?)) } else { self.test_term()? };
        self.depth -= 1;
        Ok(test)
    }

    pub(super) fn test_term(&mut self) -> Outcome<Test> {
        if self.eat(b"(") {
            let inner = self.test_or()?;
            self.skip_newlines();
            if !self.eat(b")") {
                self.error(self.at, "expected `)`");
                return Err(Stop);
            }
            return Ok(inner);
        }
        let bare = self.bare_word();
        if let [b'-', letter] = bare
            && letter.is_ascii_alphabetic()
        {
            let mark = self.at;
            self.at += 2;
            self.skip_blanks();
            if !self.keyword(b"]]") && !self.starts(b"&&") && !self.starts(b"||") && !self.starts(b")") {
                let operand = self.required_word()?;
                return Ok(Test::Unary(String::from_utf8_lossy(bare).into_owned(), operand));
            }
            self.at = mark;
        }
        if bare == b"]]" {
            self.error(self.at, "expected a condition, found `]]`");
            return Err(Stop);
        }
        let left = self.test_word(false)?;
        self.skip_blanks();
        let operator = match self.rest() {
            [b'<', ..] => "<",
            [b'>', ..] => ">",
            _ => match self.bare_word() {
                b"==" => "==",
                b"=" => "=",
                b"!=" => "!=",
                b"=~" => "=~",
                b"-eq" => "-eq",
                b"-ne" => "-ne",
                b"-lt" => "-lt",
                b"-le" => "-le",
                b"-gt" => "-gt",
                b"-ge" => "-ge",
                b"-nt" => "-nt",
                b"-ot" => "-ot",
                b"-ef" => "-ef",
                _ => return Ok(Test::Word(left)),
            },
        };
        self.at += operator.len();
        self.skip_blanks();
        let right = self.test_word(matches!(operator, "=~" | "==" | "=" | "!="))?;
        Ok(Test::Binary(left, operator.to_owned(), right))
    }

    pub(super) fn test_word(&mut self, pattern: bool) -> Outcome<Word> {
        let paren = pattern && self.peek() == Some(b'(');
        if !paren {
            let meta = self.peek().is_none_or(|b| is_meta(b) && !self.at_process());
            if meta || self.line_break() > 0 {
                let what = self.token_text();
                self.error(self.at, format!("expected a word, found `{what}`"));
                return Err(Stop);
            }
        }
        if pattern { self.pattern_word() } else { self.word() }
    }
}
