//! A place in reports that programs read.

use serde_json::{Value, json};

use crate::scan::Scan;
use crate::text::Place;

/// Path, line and column.
pub(super) fn spot(place: &Place, scan: &Scan) -> Value {
    let start = place.start();
    json!({"path": scan.relative(place.source.path()), "line": start.line, "column": start.column})
}
