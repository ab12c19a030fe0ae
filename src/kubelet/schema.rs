//! The types of the fields of `KubeletConfiguration`, except durations: a kubelet whose file has a wrong type does not start.
//!
//! Only fields that every version from 1.20 to 1.36 declares alike are listed, which makes them valid for all of them
//! (`staging/src/k8s.io/kubelet/config/v1beta1/types.go`).

use std::sync::LazyLock;

use crate::setting::ROWS;
use crate::syntax::{Node, NodeKind, Resolved, Schema, resolve};

/// The type of a field.
#[derive(Debug)]
pub(super) struct Type {
    /// Its name in Go.
    go: &'static str,
    /// Its type in JSON.
    json: &'static str,
    /// The JSON type of the items of a list, or of the values of a map.
    items: Option<&'static str>,
}

const fn of_type(go: &'static str, json: &'static str, items: Option<&'static str>) -> Type {
    Type { go, json, items }
}

const TYPES: &[Type] = &[
    of_type("bool", "bool", None),
    of_type("int32", "number", None),
    of_type("int64", "number", None),
    of_type("string", "string", None),
    of_type("[]string", "array", Some("string")),
    of_type("map[string]string", "object", Some("string")),
    of_type("map[string]bool", "object", Some("bool")),
    of_type("object", "object", None),
];

/// A field and its type.
pub(super) struct Typed {
    /// Its path.
    pub(super) path: &'static str,
    /// Its type.
    pub(super) holds: &'static Type,
    /// The flag for the same setting, if the number must not be negative (`validation.go`).
    pub(super) not_negative: Option<&'static str>,
}

/// The fields of one of these types, sorted by path, with the objects that contain durations.
pub(super) static TYPED: LazyLock<Vec<Typed>> = LazyLock::new(|| ROWS.lines().filter_map(Typed::from_row).collect());

/// The JSON type of the node, as Go's decoder names it. `None` if it is unknown, and for null, which every field accepts.
pub(super) fn json_type(node: &Node, schema: Schema) -> Option<&'static str> {
    match &node.kind {
        NodeKind::Seq(_) => Some("array"),
        NodeKind::Map(_) => Some("object"),
        NodeKind::Scalar(scalar) if scalar.text.has_unknown() => None,
        NodeKind::Scalar(scalar) => match resolve(scalar, node.tag.as_deref(), schema) {
            Resolved::Null => None,
            Resolved::Bool(_) => Some("bool"),
            Resolved::Int(_) | Resolved::Float(_) => Some("number"),
            Resolved::Str => Some("string"),
        },
    }
}

/// The value of a node that is a whole number.
pub(super) fn whole(node: &Node, schema: Schema) -> Option<i128> {
    let scalar = node.as_scalar().filter(|s| !s.text.has_unknown())?;
    match resolve(scalar, node.tag.as_deref(), schema) {
        Resolved::Int(whole) => Some(whole),
        Resolved::Float(value) => whole_float(value),
        _ => None,
    }
}

/// The whole number that Go writes for a float without an exponent, and which can then be read as an integer.
pub(super) fn whole_float(value: f64) -> Option<i128> {
    const FIRST_WITH_EXPONENT: f64 = 1e21;
    let is_whole = value.fract() == 0.0 && value.abs() < FIRST_WITH_EXPONENT;
    is_whole.then(|| format!("{value:.0}").parse().ok()).flatten()
}

impl Typed {
    fn from_row(row: &'static str) -> Option<Self> {
        let mut words = row.split(' ');
        let (path, go) = (words.next()?, words.next()?);
        let holds = TYPES.iter().find(|t| t.go == go.trim_start_matches('*'))?;
        // Soft grace periods are durations, which are read elsewhere.
        if path == "evictionSoftGracePeriod" || path.starts_with("logging.") {
            return None;
        }
        let (mut positive, mut flag) = (false, None);
        for word in words {
            match word.split_once('=')? {
                ("since", _) => return None,
                ("allows", allows) => positive = allows == "0..",
                ("flag", name) => flag = name.split(':').next(),
                _ => {}
            }
        }
        Some(Self { path, holds, not_negative: flag.filter(|_| positive) })
    }

    /// The error in a value: the node and the message. `None` for a valid or unknown value.
    pub(super) fn fault<'a>(&self, node: &'a Node, schema: Schema) -> Option<(&'a Node, String)> {
        let Type { go, json, items } = self.holds;
        let wrong = |node: &'a Node, is: &str, go: &str| {
            Some((node, format!("cannot unmarshal {is} into {} of type {go}", self.path)))
        };
        let is = json_type(node, schema)?;
        if is != *json {
            return wrong(node, is, go);
        }
        if let Some(item) = items {
            let mut values = node.items().iter().chain(node.pairs().iter().map(|(_, value)| value));
            let other = |v: &'a Node| json_type(v, schema).filter(|is| is != item).map(|is| (v, is));
            let (node, is) = values.find_map(other)?;
            return wrong(node, is, item);
        }
        let number = || whole(node, schema);
        let fits = match *go {
            "int32" => number().is_some_and(|n| i32::try_from(n).is_ok()),
            "int64" => number().is_some_and(|n| i64::try_from(n).is_ok()),
            _ => true,
        };
        if fits { None } else { wrong(node, is, go) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_names_the_objects_that_durations_stand_in() {
        assert_eq!(TYPED.len(), 85);
        assert!(TYPED.windows(2).all(|w| w[0].path < w[1].path));
        for name in ["authentication", "authentication.webhook", "authorization", "authorization.webhook"] {
            assert!(TYPED.iter().any(|t| t.path == name && t.holds.go == "object"), "{name}");
        }
        for flag in TYPED.iter().filter_map(|t| t.not_negative) {
            assert!(crate::setting::Flag::find(flag).is_some(), "{flag}");
        }
    }
}
