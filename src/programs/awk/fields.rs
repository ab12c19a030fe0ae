//! Records, the line at hand and its fields.

use crate::programs::program::not_followed;
use crate::text::{Traced, Why};

use super::Done;
use super::run::{MAX_FIELDS, Machine};
use super::value::Value;

impl Machine<'_> {
    /// The records of a text.
    pub(super) fn records(&self, text: &Traced) -> Done<Vec<Traced>> {
        let separator = self.variable("RS").text(self.at);
        let mut records = match separator.known_str() {
            Some(one) if one.len() == 1 => text.split(one.as_bytes()),
            Some("") => {
                let lines = text.split(b"\n");
                let mut out: Vec<Traced> = Vec::new();
                let mut group: Vec<&Traced> = Vec::new();
                for line in lines.iter().chain([&Traced::new()]) {
                    if !line.is_empty() {
                        group.push(line);
                    } else if !group.is_empty() {
                        out.push(Traced::join(std::mem::take(&mut group), &Traced::made("\n", self.at)));
                    }
                }
                return Ok(out);
            }
            _ => return Err(self.not("awk's RS")),
        };
        if records.last().is_some_and(Traced::is_empty) {
            records.pop();
        }
        Ok(records)
    }

    pub(super) fn take_line(&mut self, line: Traced) {
        self.line = Value::Input(line);
        self.fields = None;
    }

    /// The fields of the line.
    pub(super) fn fields(&mut self) -> Done<Vec<Value>> {
        if let Some(fields) = &self.fields {
            return Ok(fields.clone());
        }
        let separator = self.variable("FS");
        let line = self.line.text(self.at);
        let mut fields = self.parted(&line, &separator)?;
        if fields.len() > MAX_FIELDS {
            return Err(self.unknown(Why::Limit("fields of awk")));
        }
        if self.variable("RS").text(self.at).is_empty() && line.bytes().contains(&b'\n') {
            // Lines part fields too where records are paragraphs.
            let lines = line.split(b"\n");
            fields = Vec::new();
            for line in &lines {
                fields.extend(self.parted(line, &separator)?);
            }
        }
        self.fields = Some(fields.clone());
        Ok(fields)
    }

    /// The parts of a text between separators.
    pub(super) fn parted(&mut self, text: &Traced, separator: &Value) -> Done<Vec<Value>> {
        self.whole(&Value::Text(text.clone()))?;
        self.whole(separator)?;
        self.charge(text.len())?;
        if text.is_empty() {
            return Ok(Vec::new());
        }
        let mark = separator.text(self.at);
        let bytes = text.bytes();
        let parts = match mark.to_text().as_ref() {
            " " => {
                let edge = |n: usize| bytes.get(n).is_none_or(|b| matches!(b, b' ' | b'\t' | b'\n'));
                let starts = (0..bytes.len()).filter(|n| !edge(*n) && (*n == 0 || edge(n - 1)));
                starts.map(|n| text.slice(n..(n..=bytes.len()).find(|e| edge(*e)).unwrap_or(n))).collect()
            }
            "" => {
                let Some(words) = text.as_str() else { return Err(not_followed("bytes that are not UTF-8", text)) };
                words.char_indices().map(|(n, c)| text.slice(n..n + c.len_utf8())).collect()
            }
            one if one.chars().count() == 1 && one != "\\" => text.split(one.as_bytes()),
            regex => {
                let pattern = self.compiled(regex)?;
                let Some(words) = text.as_str() else { return Err(not_followed("bytes that are not UTF-8", text)) };
                let mut out = Vec::new();
                let mut done = 0;
                for found in super::matches(&pattern, words).map_err(|why| self.unknown(why))? {
                    let Some(Some(found)) = found.first().cloned() else { continue };
                    if found.is_empty() {
                        continue;
                    }
                    out.push(text.slice(done..found.start));
                    done = found.end;
                }
                out.push(text.slice(done..text.len()));
                out
            }
        };
        Ok(parts.into_iter().map(Value::Input).collect())
    }

    /// Puts the line together from fields.
    pub(super) fn rejoin(&mut self, fields: Vec<Value>) {
        let texts: Vec<Traced> = fields.iter().map(|f| f.text(self.at)).collect();
        self.line = Value::Input(Traced::join(&texts, &self.variable("OFS").text(self.at)));
        self.fields = Some(fields);
    }

    pub(super) fn field(&mut self, n: usize) -> Done<Value> {
        if n == 0 {
            return Ok(self.line.clone());
        }
        Ok(self.fields()?.get(n - 1).cloned().unwrap_or(Value::Unset))
    }

    pub(super) fn set_field(&mut self, n: usize, value: Value) -> Done<()> {
        if n == 0 {
            self.take_line(value.text(self.at));
            return Ok(());
        }
        if n > MAX_FIELDS {
            return Err(self.unknown(Why::Limit("fields of awk")));
        }
        let mut fields = self.fields()?;
        while fields.len() < n {
            fields.push(Value::Unset);
        }
        if let Some(field) = fields.get_mut(n - 1) {
            *field = value;
        }
        self.rejoin(fields);
        Ok(())
    }
}
