//! Names, and indexes in attribute syntax.

use std::ops::Range;
use std::sync::Arc;

use crate::text::View;

use super::tree::{Expr, ExprKind};

/// The text of a number, for an index written as `.0`.
pub(super) fn index_expr(view: &View, range: Range<usize>) -> Expr {
    Expr { kind: ExprKind::Number(view.traced(range.clone())), span: view.span(range) }
}

/// A name.
pub(super) fn name(text: &str) -> Arc<str> {
    Arc::from(text)
}
