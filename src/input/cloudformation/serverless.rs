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
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(from) = memchr::memmem::find(&bytes[at..], b"${").map(|n| at + n) {
        at = from + 2;
        let inner = &bytes[at..];
        let name = SERVERLESS.iter().find(|name| inner.starts_with(name.as_bytes()));
        let after = name.and_then(|name| inner.get(name.len()));
        if !after.is_some_and(|b| b.is_ascii_alphabetic() || b"$~./".contains(b)) {
            continue;
        }
        let mut depth = 0_usize;
        let end = inner.iter().take_while(|b| **b != b'\n').position(|b| {
            depth += usize::from(*b == b'{');
            let closes = *b == b'}' && depth == 0;
            depth -= usize::from(*b == b'}' && depth > 0);
            closes
        });
        if let Some(length) = end {
            at += length + 1;
            out.push(from..at);
        }
    }
    out
}
