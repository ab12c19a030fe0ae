//! Compound commands: conditions, loops, cases and functions.

use std::sync::Arc;

use super::super::tree::{Arm, ArmEnd, CommandKind, List, Word};
use super::{Outcome, Parser, Stop, is_meta};

impl Parser<'_> {
    pub(super) fn if_command(&mut self) -> CommandKind {
        self.at += 2;
        let mut branches = Vec::new();
        let mut otherwise = None;
        loop {
            let condition = self.nonempty_list();
            if !self.expect(b"then") {
                branches.push((condition, List::new()));
                break;
            }
            let body = self.nonempty_list();
            branches.push((condition, body));
            self.skip_newlines();
            if self.eat_keyword(b"elif") {
                continue;
            }
            if self.eat_keyword(b"else") {
                otherwise = Some(self.nonempty_list());
            }
            self.expect(b"fi");
            break;
        }
        CommandKind::If { branches, otherwise }
    }

    pub(super) fn while_command(&mut self) -> CommandKind {
        let until = self.keyword(b"until");
        self.at += 5;
        let condition = self.nonempty_list();
        let body = self.do_group();
        CommandKind::While { until, condition, body }
    }

    pub(super) fn do_group(&mut self) -> List {
        if !self.expect(b"do") {
            return List::new();
        }
        let body = self.nonempty_list();
        self.expect(b"done");
        body
    }

    pub(super) fn for_command(&mut self) -> Outcome<CommandKind> {
        let select = self.keyword(b"select");
        self.at += if select { 6 } else { 3 };
        self.skip_blanks();
        if !select && self.starts(b"((") {
            if self.arithmetic_end(self.at + 2).is_none() {
                self.error(self.at, "expected `))`");
                return Err(Stop);
            }
            let header = self.arithmetic_word()?;
            self.skip_blanks();
            self.eat(b";");
            let body = self.loop_body();
            return Ok(CommandKind::ForArithmetic { header, body });
        }
        let name = self.bare_word();
        if name.is_empty() {
            self.error(self.at, "expected the name of a variable");
            return Err(Stop);
        }
        self.at += name.len();
        let name = String::from_utf8_lossy(name).into_owned();
        self.skip_blanks();
        let direct = self.eat(b";");
        self.skip_newlines();
        let mut items = None;
        if !direct && self.eat_keyword(b"in") {
            let mut words = Vec::new();
            loop {
                self.skip_blanks();
                match self.peek() {
                    Some(b';') => {
                        self.at += 1;
                        break;
                    }
                    Some(b'#') => self.skip_comment(),
                    Some(_) if self.line_break() > 0 => break,
                    Some(b'<' | b'>') if self.look(1) == Some(b'(') => words.push(self.word()?),
                    Some(byte) if !is_meta(byte) => words.push(self.word()?),
                    _ => {
                        self.unexpected();
                        return Err(Stop);
                    }
                }
            }
            items = Some(words);
        }
        let body = self.loop_body();
        Ok(CommandKind::For { name, items, body, select })
    }

    pub(super) fn loop_body(&mut self) -> List {
        self.skip_newlines();
        if self.eat_keyword(b"{") {
            let body = self.nonempty_list();
            self.expect(b"}");
            return body;
        }
        self.do_group()
    }

    pub(super) fn case_command(&mut self) -> Outcome<CommandKind> {
        self.at += 4;
        self.skip_blanks();
        let subject = self.required_word()?;
        if !self.expect(b"in") {
            return Err(Stop);
        }
        let mut arms = Vec::new();
        loop {
            self.skip_newlines();
            if self.eat_keyword(b"esac") {
                break;
            }
            if self.at >= self.end {
                self.error(self.at, "expected `esac`, found the end");
                break;
            }
            self.eat(b"(");
            let mut patterns = Vec::new();
            loop {
                self.skip_blanks();
                patterns.push(self.required_word()?);
                self.skip_blanks();
                if !self.eat(b"|") {
                    break;
                }
            }
            if !self.eat(b")") {
                let what = self.token_text();
                self.error(self.at, format!("expected `)`, found `{what}`"));
                return Err(Stop);
            }
            let body = self.list();
            let end = if self.eat(b";;&") {
                ArmEnd::Next
            } else if self.eat(b";;") {
                ArmEnd::Break
            } else if self.eat(b";&") {
                ArmEnd::Fall
            } else {
                arms.push(Arm { patterns, body, end: ArmEnd::Break });
                self.expect(b"esac");
                break;
            };
            arms.push(Arm { patterns, body, end });
        }
        Ok(CommandKind::Case { subject, arms })
    }

    /// A required word.
    pub(super) fn required_word(&mut self) -> Outcome<Word> {
        let meta = self.peek().is_none_or(|b| is_meta(b) && !self.at_process());
        if meta || self.line_break() > 0 {
            let what = self.token_text();
            self.error(self.at, format!("expected a word, found `{what}`"));
            return Err(Stop);
        }
        self.word()
    }

    pub(super) fn at_process(&self) -> bool {
        matches!(self.peek(), Some(b'<' | b'>')) && self.look(1) == Some(b'(')
    }

    pub(super) fn function_command(&mut self) -> Outcome<CommandKind> {
        self.at += 8;
        self.skip_blanks();
        let name = self.bare_word();
        if name.is_empty() {
            self.error(self.at, "expected the name of a function");
            return Err(Stop);
        }
        self.at += name.len();
        self.skip_blanks();
        if self.eat(b"(") {
            self.skip_blanks();
            if !self.eat(b")") {
                self.error(self.at, "expected `)`");
                return Err(Stop);
            }
        }
        self.function_body(String::from_utf8_lossy(name).into_owned())
    }

    pub(super) fn function_body(&mut self, name: String) -> Outcome<CommandKind> {
        self.skip_newlines();
        let compound = self.peek() == Some(b'(')
            || [&b"{"[..], b"if", b"while", b"until", b"for", b"select", b"case", b"[["].contains(&self.bare_word());
        if !compound {
            let what = self.token_text();
            self.error(self.at, format!("expected the body of a function, found `{what}`"));
            return Err(Stop);
        }
        let body = Arc::new(self.command()?);
        Ok(CommandKind::Function { name, body })
    }
}
