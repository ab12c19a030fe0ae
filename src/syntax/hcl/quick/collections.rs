//! Lists and objects, and what is written like one and repeats a value.

use super::super::tree::{ExprKind, For, Key};
use super::{Reader, is_start};

impl Reader<'_> {
    pub(super) fn list(&mut self) -> Option<ExprKind> {
        if self.is_for() {
            return self.for_each(false);
        }
        let mut items = Vec::new();
        loop {
            self.skip(true)?;
            if self.peek(0) == b']' {
                return Some(ExprKind::List(items));
            }
            let item = self.nested()?;
            if self.build {
                items.push(item);
            }
            self.skip(true)?;
            if self.peek(0) != b']' {
                self.take(b',')?;
            }
        }
    }

    /// True before a `for` expression.
    fn is_for(&mut self) -> bool {
        let start = self.at;
        let found = self.skip(true).is_some()
            && self.starts(b"for")
            && matches!(self.peek(3), b' ' | b'\t' | b'#' | b'/' | b'\n');
        self.at = start;
        found
    }

    fn for_each(&mut self, keyed: bool) -> Option<ExprKind> {
        self.skip(true)?;
        self.at += b"for".len();
        self.skip(true)?;
        let mut value_name = self.ident()?;
        self.skip(true)?;
        let mut key_name = None;
        if self.take(b',').is_some() {
            self.skip(true)?;
            key_name = Some(std::mem::replace(&mut value_name, self.ident()?));
            self.skip(true)?;
        }
        let word = self.ident()?;
        if &self.text[word] != b"in" {
            return None;
        }
        self.skip(true)?;
        let collection = self.nested()?;
        self.skip(true)?;
        self.take(b':')?;
        self.skip(true)?;
        let mut value = self.nested()?;
        self.skip(true)?;
        let mut key = None;
        let mut grouping = false;
        if keyed {
            self.take(b'=')?;
            self.take(b'>')?;
            self.skip(true)?;
            key = Some(std::mem::replace(&mut value, self.nested()?));
            self.skip(true)?;
            if self.starts(b"...") {
                self.at += 3;
                grouping = true;
                self.skip(true)?;
            }
        }
        let mut condition = None;
        if is_start(self.peek(0)) {
            let word = self.ident()?;
            if &self.text[word] != b"if" {
                return None;
            }
            self.skip(true)?;
            condition = Some(self.nested()?);
            self.skip(true)?;
        }
        Some(self.made(|| {
            let (key_name, value_name) = (key_name.map(|range| self.named(&range)), self.named(&value_name));
            ExprKind::For(Box::new(For { key_name, value_name, collection, key, value, grouping, condition }))
        }))
    }

    pub(super) fn object(&mut self) -> Option<ExprKind> {
        if self.is_for() {
            return self.inside(true, |reader| reader.for_each(true));
        }
        self.inside(false, Self::entries)
    }

    fn entries(&mut self) -> Option<ExprKind> {
        let mut entries = Vec::new();
        let known = self.names.len();
        loop {
            self.skip(true)?;
            if self.peek(0) == b'}' {
                return self.are_distinct(known).then_some(ExprKind::Object(entries));
            }
            let start = self.at;
            // The grammar takes one in parentheses after a call for more arguments.
            let first = self.names.len() == known;
            if self.peek(0) != b'"' && !is_start(self.peek(0)) && (self.peek(0) != b'(' || !first) {
                return None;
            }
            let key = self.nested()?;
            self.names.push(&self.text[start..self.at]);
            self.skip(false)?;
            // A comparison would be a part of the key.
            if self.peek(0) == b'=' && self.peek(1) != b'=' || self.peek(0) == b':' {
                self.at += 1;
            } else {
                return None;
            }
            self.skip(false)?;
            let value = self.nested()?;
            if self.build {
                let key = match key.kind {
                    ExprKind::Null | ExprKind::Bool(_) | ExprKind::Variable(_) => {
                        Key::Name(self.view.traced(key.span.range()), key.span)
                    }
                    _ => Key::Expr(key),
                };
                entries.push((key, value));
            }
            self.skip(false)?;
            match self.peek(0) {
                b'}' => {}
                b',' => self.at += 1,
                _ => self.end_line()?,
            }
        }
    }
}
