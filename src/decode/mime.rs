//! MIME messages in user data, read as by Python's `email` package (cloud-init); what Go (nodeadm) would refuse is recorded.

use std::ops::Range;

use crate::text::{Traced, Whence, Why, budget};

use super::base64::{self, Strictness};
use super::{DecodeError, Sources};

/// How deep multiparts may nest.
pub(crate) const MAX_MIME_DEPTH: usize = 8;

/// How many parts a message may have in all.
pub(crate) const MAX_MIME_PARTS: usize = 512;

/// One message or part.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entity {
    /// Headers in order: the name as written, the value unfolded.
    pub headers: Vec<(String, Traced)>,
    /// The content after the headers, still in its transfer encoding.
    pub body: Traced,
    /// The parts of a multipart; `None` if it is not one, or if its boundary never occurs.
    pub parts: Option<Vec<Self>>,
    /// True if a blank line separates headers and body. Go's reader requires it, Python's does not.
    pub separated: bool,
    /// For a multipart: true if it has the closing boundary, or ends with the line of another one, where Go's reader stops
    /// without an error as well. Python's does not require either.
    pub closed: bool,
    /// True if parts are missing because the message has more than [`MAX_MIME_PARTS`].
    pub cut: bool,
}

/// A parsed `Content-Type` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MediaType {
    /// Type and subtype in lower case.
    pub essence: String,
    /// Parameters: the name in lower case, the value without quotes.
    pub parameters: Vec<(String, String)>,
    /// True if Go's `mime.ParseMediaType` reads it as well: values that are not tokens must be quoted.
    pub strict: bool,
}

impl MediaType {
    /// A parameter's value.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// A parameter's value as a text, which may be written as in RFC 2231: `filename*=utf-8''a%20b.sh`.
    fn text(&self, name: &str) -> Option<String> {
        if let Some(value) = self.parameter(name) {
            return Some(value.to_owned());
        }
        let value = self.parameter(&format!("{name}*"))?;
        let encoded = value.splitn(3, '\'').nth(2).unwrap_or(value);
        let mut bytes = Vec::new();
        let mut rest = encoded.bytes();
        while let Some(byte) = rest.next() {
            let digits: Option<Vec<u8>> = (byte == b'%').then(|| rest.clone().take(2).collect());
            let escape = digits.and_then(|d| u8::from_str_radix(std::str::from_utf8(&d).ok()?, 16).ok());
            if escape.is_some() {
                rest.nth(1);
            }
            bytes.push(escape.unwrap_or(byte));
        }
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn parse(text: &str) -> Self {
        let mut fields = split_unquoted(text, ';').into_iter();
        let essence = fields.next().unwrap_or_default().trim().to_ascii_lowercase();
        let mut strict = true;
        let mut parameters = Vec::new();
        for field in fields {
            let Some((name, value)) = field.split_once('=') else {
                strict &= field.trim().is_empty();
                continue;
            };
            let value = value.trim();
            let quoted = value.len() > 1 && value.starts_with('"') && value.ends_with('"');
            let plain = if quoted {
                value.get(1..value.len() - 1).unwrap_or_default().replace("\\\\", "\\").replace("\\\"", "\"")
            } else {
                strict &= !value.is_empty() && value.bytes().all(is_token);
                // Python accepts these as quotes as well.
                value.strip_prefix('<').and_then(|v| v.strip_suffix('>')).unwrap_or(value).to_owned()
            };
            parameters.push((name.trim().to_ascii_lowercase(), plain));
        }
        Self { essence, parameters, strict }
    }
}

/// RFC 2045's token characters, as Go's `mime` package has them.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_graphic() && !br#"()<>@,;:\"/[]?="#.contains(&byte)
}

fn split_unquoted(text: &str, sep: char) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut from, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            c if c == sep && !quoted => {
                out.push(text.get(from..at).unwrap_or_default());
                from = at + c.len_utf8();
            }
            _ => {}
        }
    }
    out.push(text.get(from..).unwrap_or_default());
    out
}

impl Entity {
    /// The value of a header, in any case of its name; the first one wins.
    pub(crate) fn header(&self, name: &str) -> Option<&Traced> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v)
    }

    /// The value of a header whose name is written exactly like this.
    pub(crate) fn exact_header(&self, name: &str) -> Option<&Traced> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v)
    }

    /// The media type; `text/plain` where none is given, as cloud-init assumes.
    pub(crate) fn media_type(&self) -> MediaType {
        self.header("content-type").map_or_else(
            || MediaType { essence: "text/plain".to_owned(), parameters: Vec::new(), strict: true },
            |value| MediaType::parse(&value.to_text()),
        )
    }

    /// The file name of the part, from `Content-Disposition` or else from `Content-Type`.
    pub(crate) fn file_name(&self) -> Option<String> {
        let given = self.header("content-disposition").map(|v| MediaType::parse(&v.to_text()));
        let name = given.as_ref().and_then(|d| d.text("filename"));
        name.or_else(|| self.media_type().text("name"))
    }

    /// The body without its transfer encoding.
    ///
    /// A body that does not match its encoding is kept as it is, as Python does.
    ///
    /// # Errors
    /// If the encoding is not supported.
    pub(crate) fn decoded(&self) -> Result<Traced, DecodeError> {
        let encoding = self.header("content-transfer-encoding").map(|v| v.to_text().trim().to_ascii_lowercase());
        match encoding.as_deref() {
            Some("base64") => Ok(base64::decode(&self.body, Strictness::Lenient).unwrap_or_else(|_| self.body.clone())),
            Some("quoted-printable") => Ok(quoted_printable(&self.body)),
            Some("x-uuencode" | "uuencode" | "uue" | "x-uue") => Err(DecodeError {
                at: self.body.span(),
                message: "a part in the encoding uuencode is not read".to_owned(),
            }),
            _ => Ok(self.body.clone()),
        }
    }
}

/// Reads a message. A text without headers is a message with only a body.
pub(crate) fn parse(text: &Traced) -> Entity {
    let mut reader = Reader { text, bytes: text.bytes(), left: MAX_MIME_PARTS, cut: false };
    // A line that mailboxes put before a message; Go's reader rejects it.
    let envelope = if text.bytes().starts_with(b"From ") { reader.line(0, text.len()).0 } else { 0 };
    let mut entity = reader.entity(envelope..text.len(), 0);
    entity.separated &= envelope == 0;
    entity
}

struct Reader<'a> {
    text: &'a Traced,
    bytes: &'a [u8],
    left: usize,
    cut: bool,
}

impl Reader<'_> {
    /// The end of the line that starts at `at`, with and without its line break.
    fn line(&self, at: usize, end: usize) -> (usize, usize) {
        let rest = self.bytes.get(at..end).unwrap_or_default();
        match rest.iter().position(|b| *b == b'\n') {
            Some(n) if n > 0 && rest[n - 1] == b'\r' => (at + n + 1, at + n - 1),
            Some(n) => (at + n + 1, at + n),
            None => (end, end),
        }
    }

    fn entity(&mut self, range: Range<usize>, depth: usize) -> Entity {
        let mut headers: Vec<(String, Traced)> = Vec::new();
        let mut at = range.start;
        let mut separated = false;
        while at < range.end {
            let (next, end) = self.line(at, range.end);
            let line = self.bytes.get(at..end).unwrap_or_default();
            if line.is_empty() {
                separated = !headers.is_empty();
                at = next;
                break;
            }
            if matches!(line[0], b' ' | b'\t') && !headers.is_empty() {
                if let Some((_, value)) = headers.last_mut() {
                    value.push(&self.text.slice(at..end));
                }
            } else {
                let colon = line
                    .iter()
                    .position(|b| *b == b':')
                    .filter(|n| *n > 0 && line[..*n].iter().all(|b| b.is_ascii_graphic()));
                let Some(colon) = colon else { break };
                let name = String::from_utf8_lossy(&line[..colon]).into_owned();
                let blank = line[colon + 1..].iter().take_while(|b| b.is_ascii_whitespace()).count();
                headers.push((name, self.text.slice(at + colon + 1 + blank..end)));
            }
            at = next;
        }
        let body = at.min(range.end)..range.end;
        let mut entity =
            Entity { headers, body: self.text.slice(body.clone()), parts: None, separated, closed: false, cut: false };
        let media = entity.media_type();
        if media.essence.starts_with("multipart/")
            && let Some(boundary) = media.parameter("boundary")
        {
            if depth >= MAX_MIME_DEPTH {
                budget::reached("depth of parts in parts");
                return entity;
            }
            let (ranges, closed) = self.parts(body, boundary.trim_end().as_bytes());
            entity.cut = std::mem::take(&mut self.cut);
            if !ranges.is_empty() || closed {
                entity.closed = closed;
                entity.parts = Some(ranges.into_iter().map(|r| self.entity(r, depth + 1)).collect());
            }
        }
        entity
    }

    /// The ranges between the boundary lines, and whether there is a closing one.
    fn parts(&mut self, range: Range<usize>, boundary: &[u8]) -> (Vec<Range<usize>>, bool) {
        let mut parts = Vec::new();
        let mut open: Option<usize> = None;
        let mut before = range.start;
        let mut at = range.start;
        while at < range.end {
            let (next, end) = self.line(at, range.end);
            let line = self.bytes.get(at..end).unwrap_or_default();
            let mark = line.strip_prefix(b"--").and_then(|l| l.strip_prefix(boundary));
            let (is_mark, closes) = match mark {
                Some([b'-', b'-', rest @ ..]) => (rest.iter().all(|b| matches!(b, b' ' | b'\t' | b'\r')), true),
                Some(rest) => (rest.iter().all(|b| matches!(b, b' ' | b'\t' | b'\r')), false),
                None => (false, false),
            };
            if is_mark {
                if let Some(start) = open.take() {
                    // The line break before a boundary belongs to the boundary.
                    parts.push(start..before.max(start));
                }
                if closes {
                    return (parts, true);
                }
                if self.left == 0 {
                    self.cut = true;
                    return (parts, false);
                }
                self.left -= 1;
                if next == range.end && next > end {
                    return (parts, true);
                }
                open = Some(next);
            }
            before = end;
            at = next;
        }
        if let Some(start) = open {
            parts.push(start..range.end);
        }
        (parts, false)
    }
}

/// Quoted-printable: `=3D` and soft line breaks. Anything else is kept as it is.
fn quoted_printable(text: &Traced) -> Traced {
    let bytes = text.bytes();
    let mut out = Traced::new();
    let mut from = 0;
    let mut at = 0;
    let mut sources = Sources::new(text);
    while let Some(offset) = bytes.get(at..).and_then(|rest| rest.iter().position(|b| *b == b'=')) {
        let equals = at + offset;
        let rest = &bytes[equals + 1..];
        let (skip, byte) = match rest {
            [b'\r', b'\n', ..] => (3, None),
            [b'\n', ..] => (2, None),
            [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => {
                let digits = [*a, *b];
                let value = std::str::from_utf8(&digits).ok().and_then(|d| u8::from_str_radix(d, 16).ok());
                (3, value)
            }
            _ => {
                at = equals + 1;
                continue;
            }
        };
        out.push(&text.slice(from..equals));
        if let (Some(byte), Some((first, via))) = (byte, sources.at(equals)) {
            let span = sources.at(equals + 2).map_or(first, |(last, _)| first.to(last));
            let unknown = text.slice(equals..equals + 3).first_unknown().map(|(s, w)| (s, w.clone()));
            match unknown {
                Some((span, why)) => out.push_unknown(span, Why::clone(&why)),
                None => out.push_piece(&[byte], Whence::Made(span), via),
            }
        }
        at = equals + skip;
        from = at;
    }
    out.push(&text.slice(from..bytes.len()));
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::text::{Source, Texts};

    fn traced(text: &str) -> Traced {
        let mut texts = Texts::new();
        let id = texts.add_source(Arc::new(Source::new("/f", text.as_bytes())));
        texts.view(id).traced(0..text.len())
    }

    fn bodies(text: &str) -> Option<Vec<String>> {
        parse(&traced(text)).parts.map(|parts| parts.iter().map(|p| p.body.to_text().into_owned()).collect())
    }

    #[test]
    fn parts_are_read_as_in_python() {
        let head = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"//\"\n\n";
        for (rest, want) in [
            ("--//\nA: b\n\none\n--//\n\ntwo\n\n--//--\nend\n", vec!["one", "two\n"]),
            ("pre\n--//\nContent-Type: text/x-shellscript\n\none\n--//--", vec!["one"]),
            ("--//\n\none\n", vec!["one\n"]),
            ("--//x\n\none\n--//  \n\ntwo\n--//--\n", vec!["two"]),
            ("--//\n\none\n--//\n", vec!["one"]),
        ] {
            assert_eq!(bodies(&format!("{head}{rest}")).unwrap(), want, "{rest:?}");
            let crlf = format!("{head}{rest}").replace('\n', "\r\n");
            let want: Vec<_> = want.iter().map(|w| w.replace('\n', "\r\n")).collect();
            assert_eq!(bodies(&crlf).unwrap(), want, "{rest:?}");
        }
        assert_eq!(bodies(&format!("\n{head}--//\n\none\n--//--\n")), None, "a leading blank line ends the headers");
        assert_eq!(bodies("#!/bin/bash\necho: hi\n"), None);
    }

    #[test]
    fn messages_that_go_refuses_are_marked() {
        let text = "Content-Type: multipart/mixed; boundary=//\n\n--//\nContent-Type: a/b\nbody\n";
        let whole = parse(&traced(text));
        assert!(!whole.media_type().strict);
        assert!(!whole.closed);
        assert!(whole.separated);
        assert!(!whole.parts.unwrap()[0].separated);
        for (end, closed) in [("--//\n", true), ("--//", false), ("--//\n\n", false), ("--//--", true)] {
            let text = format!("Content-Type: multipart/mixed; boundary=\"//\"\n\n--//\n\nbody\n{end}");
            assert_eq!(parse(&traced(&text)).closed, closed, "{end:?}");
        }
    }

    #[test]
    fn nested_parts_folded_headers_and_encodings() {
        let text = "Content-Type: multipart/mixed;\n boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\
                    Content-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=\"x;y.sh\"\n\naGVs\nbG8=\n--b--\n--a\n\
                    Content-Transfer-Encoding: Quoted-Printable\n\na=3Db=\nc=x\n--a--\n";
        let whole = parse(&traced(text));
        let outer = whole.parts.unwrap();
        let inner = &outer[0].parts.as_ref().unwrap()[0];
        assert_eq!(inner.decoded().unwrap().bytes(), b"hello");
        assert_eq!(inner.file_name().as_deref(), Some("x;y.sh"));
        let plain = outer[1].decoded().unwrap();
        assert_eq!(plain.bytes(), b"a=bc=x");
        assert_eq!(plain.slice(1..2).span().unwrap().range(), text.find("=3D").map(|n| n..n + 3).unwrap());
    }

    #[test]
    fn deep_nesting_ends() {
        let mut text = String::new();
        for n in 0..2000 {
            text.push_str(&format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n"));
        }
        assert!(parse(&traced(&text)).parts.is_some());
    }
}
