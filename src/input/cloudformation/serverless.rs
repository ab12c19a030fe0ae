//! Variables of the Serverless Framework in a template, which it fills in.

use std::ops::Range;

use crate::text::{Traced, Why};

/// How variables of the Serverless Framework start.
const SERVERLESS: [&str; 10] =
    ["self:", "param:", "opt:", "env:", "sls:", "ssm:", "cf:", "aws:", "file(", "strToBool("];

/// The text with the variables of the Serverless Framework unknown, such as `${self:custom.idle, '0s'}`.
pub(super) fn of_serverless(text: &Traced) -> Traced {
    let (mut out, mut done) = (Traced::new(), 0);
    for range in variables(text.bytes()) {
        out.push(&text.slice(done..range.start));
        let mark = text.slice(range.clone());
        if let Some(span) = mark.span() {
            let shown = mark.to_text().into_owned();
            out.push_unknown(span, Why::FromOutside(format!("the variable {shown} of Serverless").into()));
        }
        done = range.end;
    }
    if done == 0 {
        return text.clone();
    }
    out.push(&text.slice(done..text.len()));
    out
}

/// The places of variables in a text. In a shell, a name does not follow a colon.
pub(super) fn variables(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    let Some(first) = memchr::memmem::find(bytes, b"${") else { return out };
    // Braces close the last one that is open in their line.
    let mut open = Vec::new();
    for (at, byte) in bytes.iter().enumerate().skip(first) {
        match byte {
            b'\n' => open.clear(),
            b'{' => open.push(at),
            b'}' => {
                let Some(from) = open.pop().filter(|from| is_variable(bytes, *from)) else { continue };
                while out.last().is_some_and(|inner| inner.start >= from) {
                    out.pop();
                }
                out.push(from - 1..at + 1);
            }
            _ => {}
        }
    }
    out
}

/// True if a variable begins with the brace at a place.
fn is_variable(bytes: &[u8], brace: usize) -> bool {
    let inner = &bytes[brace + 1..];
    let after = SERVERLESS.iter().find_map(|name| inner.strip_prefix(name.as_bytes())).and_then(|after| after.first());
    brace > 0 && bytes[brace - 1] == b'$' && after.is_some_and(|b| b.is_ascii_alphabetic() || b"$~./".contains(b))
}
