//! Messages on a stream: a head with their length, then JSON. The crate `lsp-server` reads them as well, but it has code of
//! sockets, and reserves as much memory as a head asks for.

use std::io::{self, BufRead, Read, Write};

use lsp_types::NumberOrString;
use serde::Deserialize;
use serde_json::{Value, json};

/// The largest message, in bytes: a file of the largest size that is read, most of it escaped.
const MAX_MESSAGE: u64 = 128 << 20;

/// The largest head, in bytes.
const MAX_HEAD: u64 = 8 << 10;

/// What a client sends: a request has an id and a method, a notification a method, an answer an id.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Message {
    pub(super) id: Option<NumberOrString>,
    pub(super) method: Option<String>,
    #[serde(default)]
    pub(super) params: Value,
}

/// Why a request fails: codes of JSON-RPC and of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    Parse = -32_700,
    InvalidRequest = -32_600,
    NoMethod = -32_601,
    InvalidParams = -32_602,
    NotInitialized = -32_002,
    Cancelled = -32_800,
    Failed = -32_803,
}

/// The next message, or what is wrong with it; `None` at the end of the stream.
///
/// # Errors
/// If the stream cannot be read, or it is not known where the next message begins.
pub(super) fn read(from: &mut impl BufRead) -> io::Result<Option<Result<Message, String>>> {
    let Some(length) = head(from)? else { return Ok(None) };
    let cut = || io::Error::from(io::ErrorKind::UnexpectedEof);
    if length > MAX_MESSAGE {
        let passed = io::copy(&mut from.take(length), &mut io::sink())?;
        let told = format!("a message of {length} bytes is not read: the most are {MAX_MESSAGE}");
        return if passed == length { Ok(Some(Err(told))) } else { Err(cut()) };
    }
    let mut body = Vec::new();
    if from.take(length).read_to_end(&mut body)? as u64 != length {
        return Err(cut());
    }
    Ok(Some(serde_json::from_slice(&body).map_err(|error| format!("not a message: {error}"))))
}

/// The length that a head names; `None` if the stream ends before it.
fn head(from: &mut impl BufRead) -> io::Result<Option<u64>> {
    let mut from = from.take(MAX_HEAD);
    let (mut length, mut line) = (None, Vec::new());
    loop {
        line.clear();
        from.read_until(b'\n', &mut line)?;
        let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
        if line.is_empty() && length.is_none() && from.limit() == MAX_HEAD {
            return Ok(None);
        }
        if !line.ends_with(b"\n") {
            return Err(wrong("the head of a message has no end"));
        }
        let text = String::from_utf8_lossy(line.trim_ascii()).into_owned();
        if text.is_empty() {
            return length.map(Some).ok_or_else(|| wrong("a head does not name the length of its message"));
        }
        if let Some((name, value)) = text.split_once(':')
            && name.trim().eq_ignore_ascii_case("Content-Length")
        {
            length = Some(value.trim().parse().map_err(|_| wrong("a head has no number as its length"))?);
        }
    }
}

/// Writes a message.
///
/// # Errors
/// If it cannot be written.
pub(super) fn write(to: &mut dyn Write, message: &Value) -> io::Result<()> {
    let body = message.to_string();
    write!(to, "Content-Length: {}\r\n\r\n{body}", body.len())?;
    to.flush()
}

/// What a request is answered with.
pub(super) type Answer = Result<Value, (Code, String)>;

/// The message that answers a request; one that could not be read has no id.
pub(super) fn answer(id: Option<&NumberOrString>, answer: Answer) -> Value {
    match answer {
        Ok(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
        Err((code, message)) => json!({"jsonrpc": "2.0", "id": id, "error": {"code": code as i32, "message": message}}),
    }
}

/// A message that needs no answer.
pub(super) fn notification(method: &str, params: Value) -> Value {
    json!({"jsonrpc": "2.0", "method": method, "params": params})
}

#[cfg(test)]
mod tests {
    use super::{MAX_MESSAGE, read};

    fn all(text: &str) -> Vec<String> {
        let mut from = text.as_bytes();
        let mut out = Vec::new();
        loop {
            match read(&mut from) {
                Ok(Some(Ok(message))) => out.push(message.method.unwrap_or_default()),
                Ok(Some(Err(why))) => out.push(why),
                Ok(None) => return out,
                Err(error) => {
                    out.push(format!("end: {error}"));
                    return out;
                }
            }
        }
    }

    #[test]
    fn messages_are_read_one_after_the_other() {
        let one = "Content-Type: x\r\ncontent-length: 14\r\n\r\n{\"method\":\"a\"}";
        assert_eq!(all(&one.repeat(2)), ["a", "a"]);
        assert_eq!(all(""), [""; 0]);
    }

    #[test]
    fn what_is_no_message_is_named_and_passed_over() {
        let after = "Content-Length: 14\r\n\r\n{\"method\":\"b\"}";
        let deep = "[".repeat(100_000);
        for body in ["", "{", "[]", "7", "{\"id\":{}}", "{\"id\":1e99}", "\u{FEFF}{}", &deep] {
            let text = format!("Content-Length: {}\r\n\r\n{body}{after}", body.len());
            let found = all(&text);
            assert!(
                found.len() == 2 && found[0].starts_with("not a message") && found[1] == "b",
                "{body:.20} {found:?}"
            );
        }
    }

    #[test]
    fn a_stream_without_an_order_ends_and_reserves_no_memory() {
        for text in [
            "Content-Length: 18446744073709551615\r\n\r\n{}".to_owned(),
            format!("Content-Length: {MAX_MESSAGE}\r\n\r\n{{}}"),
            "Content-Length: -1\r\n\r\n{}".to_owned(),
            "Content-Length: 99999999999999999999999\r\n\r\n{}".to_owned(),
            "\r\n\r\n".to_owned(),
            "{}".to_owned(),
            "Content-Length: 2\r\n".to_owned(),
            "x".repeat(1 << 20),
            "Content-Length: 4\r\n\r\n{}".to_owned(),
        ] {
            let found = all(&text);
            assert!(found.len() == 1 && found[0].starts_with("end: "), "{text:.40} {found:?}");
        }
    }
}
