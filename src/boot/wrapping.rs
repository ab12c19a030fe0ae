//! Encodings of user data and of nodeadm's documents.

use crate::decode::base64::{self, Strictness};
use crate::decode::{DecodeError, gzip};
use crate::node::Wrapping;
use crate::text::{Layer, Traced};

/// Decodes user data as a whole, as it is passed to EC2.
pub(super) fn decode_user_data(text: &Traced, wrapping: Wrapping) -> Result<Traced, DecodeError> {
    match wrapping {
        Wrapping::Base64 if text.is_unknown() && text.original(Layer::Base64).is_none() => Ok(text.clone()),
        Wrapping::Base64 => base64::decode(text, Strictness::Standard),
        Wrapping::Base64OrPlain | Wrapping::Plain if looks_encoded(text) => base64::decode(text, Strictness::Standard),
        Wrapping::Base64OrPlain | Wrapping::Plain => Ok(text.clone()),
    }
}

/// True if the text is base64, and not just a word made of base64 letters.
fn looks_encoded(text: &Traced) -> bool {
    text.original(Layer::Base64).is_some() || text.len() >= 24 && base64::looks_encoded(text)
}

/// Decodes a text as nodeadm does, regardless of any declared encoding: base64, then gzip.
pub(super) fn decode_document(text: &Traced) -> Result<Traced, DecodeError> {
    let text = if looks_encoded(text) { base64::decode(text, Strictness::Standard)? } else { text.clone() };
    if gzip::looks_compressed(&text) { gzip::decode(&text) } else { Ok(text) }
}
