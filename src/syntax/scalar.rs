//! The value of a scalar, by consumer: the same text is a number to one loader and a string to another.

use std::sync::LazyLock;

use regex::Regex;

use super::{Node, Scalar, Style};
use crate::text::Traced;

/// The loader that reads a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Schema {
    /// The kubelet, nodeadm and eksctl: `sigs.k8s.io/yaml` (YAML 1.1 with Go's number forms).
    Kubernetes,
    /// cloud-init and CloudFormation's tools: PyYAML (YAML 1.1).
    Python,
    /// JSON.
    Json,
}

/// The value of a scalar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Resolved {
    /// Null.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer. Numbers beyond 128 bits are `Float`.
    Int(i128),
    /// Any other number, including infinities and NaN.
    Float(f64),
    /// Text.
    Str,
}

/// The mode of a file as `chmod` takes it: the octal digits of a number, or a text as it is.
pub(crate) fn file_mode(node: &Node, schema: Schema) -> Option<Traced> {
    let scalar = node.as_scalar()?;
    Some(match resolve(scalar, node.tag.as_deref(), schema) {
        Resolved::Int(mode) => Traced::made(format!("{mode:o}"), node.span),
        _ => scalar.text.clone(),
    })
}

/// The value of `scalar`, with an optional explicit `tag`, to a reader of `schema`.
///
/// A scalar with unknown parts is `Str`: check for those first. The rules are those of `resolve.go` in
/// `sigs.k8s.io/yaml/goyaml.v2` and of `resolver.py` in PyYAML 6.
pub(crate) fn resolve(scalar: &Scalar, tag: Option<&str>, schema: Schema) -> Resolved {
    let Some(text) = scalar.text.known_str() else { return Resolved::Str };
    match tag {
        None if scalar.style == Style::Plain => plain(text, schema),
        // A tag for one of YAML's own types applies in any style. If the text is not valid for it, a reader fails; a string is
        // the closest result.
        Some("!!int" | "!!bool" | "!!null") => plain(text, schema),
        // PyYAML ignores a lone `!`, and the quotes with it.
        Some("!") if schema == Schema::Python => plain(text, schema),
        Some("!!float") => match plain(text, schema) {
            // A number this large is no longer an integer to any reader.
            Resolved::Int(whole) => whole.to_string().parse().map_or(Resolved::Str, Resolved::Float),
            other => other,
        },
        _ => Resolved::Str,
    }
}

/// A key as text to a reader of `schema`: Kubernetes converts keys to JSON strings, so `on:` is the key `true` and `017:` is
/// the key `15`. `None` for a key that is unknown, not a scalar, or not accepted.
pub(crate) fn key_text(key: &Node, schema: Schema) -> Option<String> {
    let scalar = key.as_scalar()?;
    let text = scalar.text.known_str()?;
    Some(match resolve(scalar, key.tag.as_deref(), schema) {
        _ if schema != Schema::Kubernetes => text.to_owned(),
        Resolved::Str => text.to_owned(),
        Resolved::Bool(value) => value.to_string(),
        Resolved::Int(value) => value.to_string(),
        Resolved::Float(value) => value.to_string(),
        Resolved::Null => return None,
    })
}

fn plain(text: &str, schema: Schema) -> Resolved {
    match schema {
        Schema::Kubernetes => kubernetes(text),
        Schema::Python => python(text),
        Schema::Json => json(text),
    }
}

/// Compiles a pattern of this file; the tests compile all of them.
#[expect(clippy::expect_used, reason = "every pattern here is compiled by the tests")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("internal error: pattern")
}

fn kubernetes(text: &str) -> Resolved {
    static FLOAT: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$"));
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Resolved::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Resolved::Bool(true);
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Resolved::Bool(false);
        }
        ".nan" | ".NaN" | ".NAN" => return Resolved::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Resolved::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Resolved::Float(f64::NEG_INFINITY),
        _ => {}
    }
    match text.as_bytes().first() {
        Some(b'.') if FLOAT.is_match(text) => float(text),
        Some(b'0'..=b'9' | b'+' | b'-') => {
            let digits = text.replace('_', "");
            match go_int(&digits) {
                Some(whole) => Resolved::Int(whole),
                None if FLOAT.is_match(&digits) => float(&digits),
                None => Resolved::Str,
            }
        }
        _ => Resolved::Str,
    }
}

fn float(text: &str) -> Resolved {
    text.parse().map_or(Resolved::Str, Resolved::Float)
}

/// An integer as Go's `strconv.ParseInt` with base 0 reads it, within 64 bits (including unsigned ones).
fn go_int(text: &str) -> Option<i128> {
    let (negative, signed, digits) = sign(text);
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = if let Some(rest) = lower.strip_prefix("0x") {
        (16, rest)
    } else if let Some(rest) = lower.strip_prefix("0o") {
        (8, rest)
    } else if let Some(rest) = lower.strip_prefix("0b") {
        (2, rest)
    } else if lower.len() > 1 && lower.starts_with('0') {
        (8, lower.get(1..).unwrap_or_default())
    } else {
        (10, lower.as_str())
    };
    let whole = magnitude(digits, radix)?;
    let value = if negative { -whole } else { whole };
    let in_range = i64::try_from(value).is_ok() || !signed && u64::try_from(value).is_ok();
    in_range.then_some(value)
}

/// Whether there is a minus sign, whether there is any sign, and the rest.
fn sign(text: &str) -> (bool, bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, true, text.get(1..).unwrap_or_default()),
        Some(b'+') => (false, true, text.get(1..).unwrap_or_default()),
        _ => (false, false, text),
    }
}

/// Digits without a sign; Rust's own parser would accept one.
fn magnitude(digits: &str, radix: u32) -> Option<i128> {
    if digits.starts_with(['+', '-']) {
        return None;
    }
    i128::from_str_radix(digits, radix).ok()
}

fn python(text: &str) -> Resolved {
    static INT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$",
        )
    });
    static FLOAT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*)$",
        )
    });
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Resolved::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => return Resolved::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => return Resolved::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Resolved::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Resolved::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Resolved::Float(f64::NEG_INFINITY),
        _ => {}
    }
    let digits = text.replace('_', "");
    let (negative, _, digits) = sign(&digits);
    if FLOAT.is_match(text) {
        let value: Option<f64> = if digits.contains(':') {
            digits.split(':').try_fold(0.0, |sum, part| part.parse::<f64>().ok().map(|p| sum * 60.0 + p))
        } else {
            digits.parse().ok()
        };
        return value.map_or(Resolved::Str, |v| Resolved::Float(if negative { -v } else { v }));
    }
    if !INT.is_match(text) {
        return Resolved::Str;
    }
    let whole = if let Some(rest) = digits.strip_prefix("0b") {
        magnitude(rest, 2)
    } else if let Some(rest) = digits.strip_prefix("0x") {
        magnitude(rest, 16)
    } else if digits.contains(':') {
        digits
            .split(':')
            .try_fold(0i128, |sum, part| part.parse::<i128>().ok().and_then(|p| sum.checked_mul(60)?.checked_add(p)))
    } else if digits.len() > 1 && digits.starts_with('0') {
        magnitude(digits.get(1..).unwrap_or_default(), 8)
    } else {
        magnitude(digits, 10)
    };
    match whole {
        Some(whole) => Resolved::Int(if negative { -whole } else { whole }),
        None => float(text),
    }
}

fn json(text: &str) -> Resolved {
    match text {
        "null" => Resolved::Null,
        "true" => Resolved::Bool(true),
        "false" => Resolved::Bool(false),
        _ if text.strip_prefix('-').unwrap_or(text).starts_with(|c: char| c.is_ascii_digit()) => {
            text.parse().map_or_else(|_| float(text), Resolved::Int)
        }
        _ => Resolved::Str,
    }
}

#[cfg(test)]
mod tests;
