//! The functions that awk brings.

use crate::text::Traced;

use crate::programs::program::not_followed;

use super::run::Machine;
use super::tree::Expr;
use super::value::{Value, general, whole};
use super::{Done, matches};

/// The widest field that is filled up.
const MAX_WIDTH: usize = 4096;

/// A part of what replaces a match.
enum Part {
    Text(Traced),
    /// A group; the first is the match itself.
    Group(usize),
}

impl Machine<'_> {
    /// Calls a function.
    pub(super) fn call(&mut self, name: &str, arguments: &[Expr]) -> Done<Value> {
        match (name, arguments) {
            ("length", []) => {
                let line = self.eval(&Expr::Field(Box::new(Expr::Number(0.0, Traced::new()))))?;
                Ok(Value::count(self.characters(&line)?))
            }
            ("length", [Expr::Variable(array)]) if self.arrays.contains_key(array) => {
                Ok(Value::count(self.arrays.get(array).map_or(0, |a| a.len())))
            }
            ("split", [text, Expr::Variable(array), rest @ ..]) if rest.len() < 2 => {
                let text = self.eval(text)?.text(self.at);
                let separator = match rest.first() {
                    Some(Expr::Regex(_)) => return Err(self.not("split of awk at a pattern")),
                    Some(separator) => self.eval(separator)?,
                    None => self.variable("FS"),
                };
                let parts = self.parted(&text, &separator)?;
                let count = parts.len();
                let entries = parts.into_iter().enumerate().map(|(n, value)| ((n + 1).to_string(), value)).collect();
                self.arrays.insert(array.clone(), entries);
                Ok(Value::count(count))
            }
            ("sub" | "gsub", [pattern, with, rest @ ..]) if rest.len() < 2 => {
                let line = Expr::Field(Box::new(Expr::Number(0.0, Traced::new())));
                let target = rest.first().unwrap_or(&line);
                let pattern = self.regex(pattern)?;
                let with = self.eval(with)?.text(self.at);
                let text = self.eval(target)?.text(self.at);
                let most = if name == "sub" { 1 } else { usize::MAX };
                let (new, count) = self.replaced(&text, &pattern, &parts(&with, false), |n| n < most)?;
                if count > 0 {
                    self.put(target, Value::Text(new))?;
                }
                Ok(Value::count(count))
            }
            ("gensub", [pattern, with, how, rest @ ..]) if rest.len() < 2 => {
                let pattern = self.regex(pattern)?;
                let with = self.eval(with)?.text(self.at);
                let how = self.eval(how)?;
                self.whole(&how)?;
                let all = matches!(how.text(self.at).bytes().first(), Some(b'g' | b'G'));
                let which = whole(how.number().max(1.0)) - 1;
                let line = Expr::Field(Box::new(Expr::Number(0.0, Traced::new())));
                let text = self.eval(rest.first().unwrap_or(&line))?.text(self.at);
                let (new, _) = self.replaced(&text, &pattern, &parts(&with, true), |n| all || n == which)?;
                Ok(Value::Text(new))
            }
            ("match", [text, pattern]) => {
                let value = self.eval(text)?;
                self.whole(&value)?;
                let text = value.text(self.at);
                let pattern = self.regex(pattern)?;
                let Some(words) = text.as_str() else { return Err(not_followed("bytes that are not UTF-8", &text)) };
                let all = matches(&pattern, words).map_err(|why| self.unknown(why))?;
                let found = all.first().and_then(|groups| groups.first().cloned().flatten());
                let count = |range: std::ops::Range<usize>| words.get(range).map_or(0, |t| t.chars().count());
                let (start, length) = match found {
                    Some(range) => (Value::count(1 + count(0..range.start)), Value::count(count(range))),
                    None => (Value::count(0), Value::Number(-1.0, Traced::new())),
                };
                self.assign("RSTART", start.clone())?;
                self.assign("RLENGTH", length)?;
                Ok(start)
            }
            ("close" | "fflush", _) => Ok(Value::count(0)),
            _ if self.user_function(name) => self.function(name, arguments),
            _ => {
                let values = arguments.iter().map(|e| self.eval(e)).collect::<Done<Vec<_>>>()?;
                self.plain(name, &values)
            }
        }
    }

    /// A function that only looks at its values.
    fn plain(&mut self, name: &str, values: &[Value]) -> Done<Value> {
        if name == "sprintf" {
            return Ok(Value::Text(self.formatted(values)?));
        }
        for value in values {
            self.whole(value)?;
        }
        match (name, values) {
            ("length", [value]) => Ok(Value::count(self.characters(value)?)),
            ("int", [value]) => Ok(Value::Number(value.number().trunc() + 0.0, value.place())),
            ("tolower" | "toupper", [value]) => {
                let text = value.text(self.at);
                let mut out = Traced::new();
                for (n, byte) in text.bytes().iter().enumerate() {
                    let other = if name == "tolower" { byte.to_ascii_lowercase() } else { byte.to_ascii_uppercase() };
                    if !byte.is_ascii() {
                        return Err(self.not("letters of awk beyond ASCII"));
                    }
                    if other == *byte {
                        out.push(&text.slice(n..n + 1));
                    } else {
                        out.push_made(&[other], text.slice(n..n + 1).span().unwrap_or(self.at));
                    }
                }
                Ok(Value::Text(out))
            }
            ("index", [text, part]) => {
                let (text, part) = (text.text(self.at), part.text(self.at));
                let (text, part) = (text.to_text(), part.to_text());
                let found = text.find(part.as_ref()).map_or(0, |n| 1 + text[..n].chars().count());
                Ok(Value::count(if part.is_empty() { 0 } else { found }))
            }
            ("substr", [text, from, rest @ ..]) if rest.len() < 2 => {
                let text = text.text(self.at);
                let Some(words) = text.as_str() else { return Err(not_followed("bytes that are not UTF-8", &text)) };
                let ends: Vec<usize> = words.char_indices().map(|(n, _)| n).chain([words.len()]).collect();
                let count = f64::from(u32::try_from(ends.len()).unwrap_or(u32::MAX));
                let start = from.number().round();
                if start < 1.0 && !rest.is_empty() {
                    // Here the programs that are called awk differ.
                    return Err(self.not("substr of awk from before the text"));
                }
                let end = rest.first().map_or(count, |length| start + length.number().round()).min(count);
                let start = start.max(1.0);
                // A length that is no number gives nothing.
                if end.is_nan() || end <= start {
                    return Ok(Value::Text(Traced::new()));
                }
                let byte = |n: f64| ends.get(whole(n) - 1).copied().unwrap_or(words.len());
                Ok(Value::Text(text.slice(byte(start)..byte(end))))
            }
            _ => Err(self.not("a function of awk")),
        }
    }

    fn characters(&self, value: &Value) -> Done<usize> {
        self.whole(value)?;
        Ok(value.text(self.at).to_text().chars().count())
    }

    /// A text in which matches are replaced, and how many were.
    fn replaced(
        &mut self,
        text: &Traced,
        pattern: &crate::programs::pattern::Pattern,
        with: &[Part],
        wanted: impl Fn(usize) -> bool,
    ) -> Done<(Traced, usize)> {
        let Some(words) = text.as_str() else { return Err(not_followed("bytes that are not UTF-8", text)) };
        let all = matches(pattern, words).map_err(|why| self.unknown(why))?;
        let mut out = Traced::new();
        let (mut done, mut count) = (0, 0);
        for (_, groups) in all.iter().enumerate().filter(|(n, _)| wanted(*n)) {
            let Some(Some(whole)) = groups.first().cloned() else { continue };
            if let Some((_, why)) = text.slice(whole.clone()).first_hole() {
                return Err(self.unknown(why.clone()));
            }
            out.push(&text.slice(done..whole.start));
            for part in with {
                match part {
                    Part::Text(text) => out.push(text),
                    Part::Group(n) => {
                        if let Some(Some(range)) = groups.get(*n).cloned() {
                            out.push(&text.slice(range));
                        }
                    }
                }
            }
            done = whole.end;
            count += 1;
            self.charge(out.len())?;
        }
        out.push(&text.slice(done..text.len()));
        Ok((out, count))
    }

    /// What `printf` makes of a format and its values.
    pub(super) fn formatted(&mut self, values: &[Value]) -> Done<Traced> {
        let Some((format, values)) = values.split_first() else { return Err(self.not("this program of awk")) };
        self.whole(format)?;
        let format = format.text(self.at);
        let bytes = format.bytes();
        let mut values = values.iter();
        let mut out = Traced::new();
        let mut now = 0;
        while now < bytes.len() {
            let plain =
                bytes.get(now..).unwrap_or_default().iter().position(|b| *b == b'%').unwrap_or(bytes.len() - now);
            out.push(&format.slice(now..now + plain));
            now += plain;
            if now >= bytes.len() {
                break;
            }
            if bytes.get(now + 1) == Some(&b'%') {
                out.push(&format.slice(now..now + 1));
                now += 2;
                continue;
            }
            now += 1 + self.place(bytes.get(now + 1..).unwrap_or_default(), &mut values, &mut out)?;
        }
        Ok(out)
    }

    /// Fills one place of a format; gives the bytes that it took after the percent sign.
    fn place<'v>(
        &mut self,
        bytes: &[u8],
        values: &mut impl Iterator<Item = &'v Value>,
        out: &mut Traced,
    ) -> Done<usize> {
        let mut at = bytes.iter().take_while(|b| b"-+ 0#".contains(b)).count();
        let flags = bytes.get(..at).unwrap_or_default();
        let mut sizes = [None, None];
        for (n, size) in sizes.iter_mut().enumerate() {
            if n == 1 {
                if bytes.get(at) != Some(&b'.') {
                    break;
                }
                at += 1;
            }
            if bytes.get(at) == Some(&b'*') {
                let value = values.next().cloned().unwrap_or(Value::Unset);
                self.whole(&value)?;
                if value.number() < 0.0 {
                    return Err(self.not("a width of awk's printf"));
                }
                *size = Some(whole(value.number()));
                at += 1;
                continue;
            }
            let digits = bytes.get(at..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
            let text = std::str::from_utf8(bytes.get(at..at + digits).unwrap_or_default()).unwrap_or_default();
            *size = if digits > 0 { text.parse().ok() } else { (n == 1).then_some(0) };
            at += digits;
        }
        let [width, precision] = sizes.map(|s| s.map(|n| n.min(MAX_WIDTH)));
        let Some(conversion) = bytes.get(at).copied() else { return Err(self.not("a format of awk")) };
        // Without a value for it, gawk stops.
        let Some(value) = values.next() else { return Err(self.not("a format of awk with too few values")) };
        let text = match conversion {
            b's' => {
                let text = value.text(self.at);
                match precision {
                    Some(most) => {
                        self.whole(value)?;
                        let end = text.to_text().char_indices().nth(most).map_or(text.len(), |(n, _)| n);
                        text.slice(0..end)
                    }
                    None => text,
                }
            }
            b'c' => {
                self.whole(value)?;
                let text = value.text(self.at);
                if matches!(value, Value::Number(..)) {
                    return Err(self.not("a character of awk by its number"));
                }
                let end = text.to_text().chars().next().map_or(0, char::len_utf8);
                text.slice(0..end)
            }
            b'd' | b'i' | b'x' | b'X' | b'o' | b'f' | b'F' | b'g' | b'e' => {
                self.whole(value)?;
                self.number(conversion, flags, precision, value)?
            }
            _ => return Err(self.not("a format of awk")),
        };
        let missing = width.unwrap_or_default().saturating_sub(text.to_text().chars().count());
        if missing > 0 && text.has_hole() {
            return Err(self.not("the width of a text that is not known"));
        }
        let left = flags.contains(&b'-');
        let integer = b"dixXo".contains(&conversion);
        let zeros = flags.contains(&b'0') && !left && !b"sc".contains(&conversion) && (!integer || precision.is_none());
        if left {
            out.push(&text);
            out.push_made(" ".repeat(missing).as_bytes(), self.at);
        } else if zeros {
            let sign = usize::from(text.bytes().first().is_some_and(|b| b"+-".contains(b)));
            out.push(&text.slice(0..sign));
            out.push_made("0".repeat(missing).as_bytes(), self.at);
            out.push(&text.slice(sign..text.len()));
        } else {
            out.push_made(" ".repeat(missing).as_bytes(), self.at);
            out.push(&text);
        }
        self.charge(out.len())?;
        Ok(at + 1)
    }

    fn number(&self, conversion: u8, flags: &[u8], precision: Option<usize>, value: &Value) -> Done<Traced> {
        let n = value.number();
        if !n.is_finite() || n.abs() > 9e15 {
            return Err(self.not("a number of awk's printf"));
        }
        let whole = n.trunc() as i64;
        let mut text = match conversion {
            b'x' | b'X' | b'o' if whole < 0 => return Err(self.not("a number of awk's printf")),
            b'x' => format!("{whole:x}"),
            b'X' => format!("{whole:X}"),
            b'o' => format!("{whole:o}"),
            b'f' | b'F' => format!("{n:.*}", precision.unwrap_or(6)),
            b'g' => general(n, precision.unwrap_or(6)),
            b'e' => return Err(self.not("a format of awk")),
            _ => whole.to_string(),
        };
        if let Some(digits) = precision.filter(|_| b"dixXo".contains(&conversion)) {
            let sign = usize::from(text.starts_with('-'));
            while text.len() - sign < digits {
                text.insert(sign, '0');
            }
        }
        if flags.contains(&b'#') || flags.contains(&b' ') {
            return Err(self.not("a format of awk"));
        }
        if flags.contains(&b'+') && !text.starts_with('-') {
            text.insert(0, '+');
        }
        let place = value.place();
        Ok(if place.bytes() == text.as_bytes() { place } else { Traced::made(text, place.span().unwrap_or(self.at)) })
    }
}

/// The parts of what replaces a match; `groups` tells whether digits name them.
fn parts(with: &Traced, groups: bool) -> Vec<Part> {
    let bytes = with.bytes();
    let (mut at, mut done) = (0, 0);
    let mut out = Vec::new();
    while let Some(byte) = bytes.get(at) {
        match (byte, bytes.get(at + 1)) {
            (b'\\', Some(b'&' | b'\\')) if bytes[at + 1] == b'&' || groups || bytes.get(at + 2) == Some(&b'&') => {
                out.push(Part::Text(with.slice(done..at)));
                done = at + 1;
                at += 1;
            }
            (b'\\', Some(digit)) if groups && digit.is_ascii_digit() => {
                out.push(Part::Text(with.slice(done..at)));
                out.push(Part::Group(usize::from(digit - b'0')));
                done = at + 2;
                at += 1;
            }
            (b'&', _) => {
                out.push(Part::Text(with.slice(done..at)));
                out.push(Part::Group(0));
                done = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    out.push(Part::Text(with.slice(done..with.len())));
    out
}

#[cfg(test)]
mod tests {
    use super::super::lex::number;

    #[test]
    fn numbers_are_read_as_far_as_they_go() {
        for (text, length) in [("12s", 2), ("1.5m", 3), (".5", 2), ("1e3x", 3), ("1e", 1), (".", 0), ("x", 0)] {
            assert_eq!(number(text), length, "{text}");
        }
    }
}
