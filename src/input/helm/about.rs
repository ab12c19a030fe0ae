//! The fields of a chart, as its templates see them: `.Chart`. Source: helm/helm `pkg/chart/v2/metadata.go`.

use std::sync::Arc;

use crate::text::{Span, Traced};
use crate::value::Value;

use super::values::map;

/// What a field of a chart is if `Chart.yaml` does not set it.
#[derive(Clone, Copy)]
enum Empty {
    Text,
    List,
    Map,
    No,
}

/// The fields of a chart. Source: helm/helm `pkg/chart/v2/metadata.go`.
const FIELDS: &[(&str, Empty)] = &[
    ("Name", Empty::Text),
    ("Home", Empty::Text),
    ("Sources", Empty::List),
    ("Version", Empty::Text),
    ("Description", Empty::Text),
    ("Keywords", Empty::List),
    ("Maintainers", Empty::List),
    ("Icon", Empty::Text),
    ("APIVersion", Empty::Text),
    ("Condition", Empty::Text),
    ("Tags", Empty::Text),
    ("AppVersion", Empty::Text),
    ("Deprecated", Empty::No),
    ("Annotations", Empty::Map),
    ("KubeVersion", Empty::Text),
    ("Dependencies", Empty::List),
    ("Type", Empty::Text),
];

/// The fields that `Chart.yaml` does not set.
pub(super) fn empty_fields(at: Span) -> impl Iterator<Item = (Arc<str>, Value)> {
    FIELDS.iter().map(move |(name, empty)| {
        let value = match empty {
            Empty::Text => Value::str(Traced::made("", at), at),
            Empty::List => Value::list(Vec::new(), at),
            Empty::Map => map([], at),
            Empty::No => Value::bool(false, at),
        };
        (Arc::from(*name), value)
    })
}

/// True if Helm 3 knows this field of a chart.
pub(super) fn is_field(name: &str) -> bool {
    name == "IsRoot" || FIELDS.iter().any(|(field, _)| *field == name)
}

/// The name of the field for a key of `Chart.yaml`.
pub(super) fn field(key: &str) -> Arc<str> {
    let known = FIELDS.iter().find(|(field, _)| field.eq_ignore_ascii_case(key));
    known.map_or(key, |(field, _)| field).into()
}
