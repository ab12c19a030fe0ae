//! What differs between the maps of two paths through a script.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The keys under which two maps do not have the same.
pub(super) fn different<K: Ord + Clone, V: Eq>(a: &Arc<BTreeMap<K, V>>, b: &Arc<BTreeMap<K, V>>) -> Vec<K> {
    if Arc::ptr_eq(a, b) {
        return Vec::new();
    }
    let (mut left, mut right) = (a.iter().peekable(), b.iter().peekable());
    let mut out = Vec::new();
    loop {
        let order = match (left.peek(), right.peek()) {
            (Some((x, _)), Some((y, _))) => x.cmp(y),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return out,
        };
        let own = if order.is_le() { left.next() } else { None };
        let other = if order.is_ge() { right.next() } else { None };
        if own.map(|(_, value)| value) != other.map(|(_, value)| value) {
            out.extend(own.or(other).map(|(key, _)| key.clone()));
        }
    }
}

/// Changes everything in which two maps differ, in the one that is not shared: that takes no copy.
pub(super) fn unify<K: Ord + Clone, V: Clone + Eq>(
    a: &mut Arc<BTreeMap<K, V>>,
    b: &mut Arc<BTreeMap<K, V>>,
    mut changes: Vec<(K, V)>,
) {
    if changes.is_empty() {
        return;
    }
    if Arc::get_mut(b).is_some() {
        std::mem::swap(a, b);
    }
    // What was unknown before mostly is so already.
    changes.retain(|(key, value)| a.get(key) != Some(value));
    if !changes.is_empty() {
        Arc::make_mut(a).extend(changes);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::{different, unify};

    fn map(pairs: &[(&'static str, u8)]) -> Arc<BTreeMap<&'static str, u8>> {
        Arc::new(pairs.iter().copied().collect())
    }

    #[test]
    fn two_maps_differ_in_what_one_lacks_and_in_what_is_not_the_same() {
        let (a, b) = (map(&[("a", 1), ("b", 1), ("d", 1), ("e", 1)]), map(&[("b", 2), ("c", 1), ("d", 1)]));
        assert_eq!(different(&a, &b), ["a", "b", "c", "e"]);
        assert_eq!(different(&b, &a), ["a", "b", "c", "e"]);
        assert!(different(&a, &Arc::clone(&a)).is_empty());
    }

    #[test]
    fn the_changes_count_whichever_map_they_are_made_in() {
        for held in [false, true] {
            let (mut a, mut b) = (map(&[("a", 1), ("b", 1)]), map(&[("b", 2)]));
            let holder = held.then(|| Arc::clone(&b));
            unify(&mut a, &mut b, vec![("a", 0), ("b", 0)]);
            assert_eq!(a, map(&[("a", 0), ("b", 0)]));
            assert!(holder.is_none_or(|b| b == map(&[("b", 2)])));
        }
    }
}
