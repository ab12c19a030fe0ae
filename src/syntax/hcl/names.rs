//! Names, and indexes in attribute syntax.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use crate::text::View;

use super::tree::{Expr, ExprKind};

/// The text of a number, for an index written as `.0`.
pub(super) fn index_expr(view: &View, range: Range<usize>) -> Expr {
    Expr { kind: ExprKind::Number(view.traced(range.clone())), span: view.span(range) }
}

/// How many of the latest names a thread keeps, each at the place that its bytes say. Few names make up most of all trees.
const KEPT: usize = 256;

thread_local! {
    static NAMES: RefCell<Vec<Arc<str>>> = const { RefCell::new(Vec::new()) };
}

/// A name.
pub(super) fn name(text: &str) -> Arc<str> {
    let sum = text.bytes().fold(text.len(), |sum, byte| sum.wrapping_mul(31).wrapping_add(byte as usize));
    NAMES.with_borrow_mut(|names| {
        names.resize_with(KEPT, Arc::default);
        let known = &mut names[sum % KEPT];
        if **known != *text {
            *known = Arc::from(text);
        }
        Arc::clone(known)
    })
}
