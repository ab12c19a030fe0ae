//! What wraps user data on its way to a node.

use crate::decode::base64::{self, Strictness};
use crate::decode::{DecodeError, gzip};
use crate::node::Wrapping;
use crate::text::{Layer, Traced};

/// Takes off what wraps the text as a whole on its way to EC2.
pub(super) fn peel(text: &Traced, wrapping: Wrapping) -> Result<Traced, DecodeError> {
    match wrapping {
        Wrapping::Base64 if text.is_hole() && text.original(Layer::Base64).is_none() => Ok(text.clone()),
        Wrapping::Base64 => base64::decode(text, Strictness::Standard),
        Wrapping::Base64OrPlain | Wrapping::Plain if looks_wrapped(text) => base64::decode(text, Strictness::Standard),
        Wrapping::Base64OrPlain | Wrapping::Plain => Ok(text.clone()),
    }
}

/// True if the text is base64 of something, and not a word that happens to consist of its letters.
fn looks_wrapped(text: &Traced) -> bool {
    text.original(Layer::Base64).is_some() || text.len() >= 24 && base64::looks_encoded(text)
}

/// What nodeadm takes off a text, whatever is said of it: base64, then gzip.
pub(super) fn unwrap(text: &Traced) -> Result<Traced, DecodeError> {
    let text = if looks_wrapped(text) { base64::decode(text, Strictness::Standard)? } else { text.clone() };
    if gzip::looks_compressed(&text) { gzip::decode(&text) } else { Ok(text) }
}
