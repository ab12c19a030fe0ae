//! Names in user data that a command such as `envsubst` fills in before a machine gets it: `${NAME}` that nothing in the text
//! sets. On the machine itself it would be empty, which hardly anybody writes on purpose.

use std::collections::{BTreeMap, BTreeSet};

use crate::node::kubelet_files::{EXTRA_ARGS, NODEADM_ARGS, VARIABLE_PREFIX};
use crate::text::holds;

/// Commands that set variables by names which need not stand in the text.
const SETTERS: [&[u8]; 3] = [b"eval ", b"declare ", b"envsubst"];

/// The names that only stand in `${NAME}` and `$NAME`, at least once in braces.
pub(super) fn names(text: &[u8]) -> BTreeSet<Box<str>> {
    let mut found: BTreeMap<&[u8], bool> = BTreeMap::new();
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    for start in memchr::memmem::find_iter(text, b"${").map(|at| at + 2) {
        let length = text[start..].iter().take_while(|b| is_name(b)).count();
        let name = &text[start..start + length];
        let plain = name.len() > 1 && name.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_');
        if plain && name[0].is_ascii_uppercase() && text.get(start + length) == Some(&b'}') {
            found.insert(name, true);
        }
    }
    if found.is_empty() || SETTERS.iter().any(|word| holds(text, word)) {
        return BTreeSet::new();
    }
    let mut at = 0;
    while at < text.len() {
        let length = text[at..].iter().take_while(|b| is_name(b)).count();
        let (before, behind) = (&text[..at], text.get(at + length));
        if let Some(only) = found.get_mut(&text[at..at + length]) {
            let escaped = |mark: &[u8]| before.strip_suffix(mark).is_some_and(|rest| rest.ends_with(b"\\"));
            let braced = before.ends_with(b"${") && behind == Some(&b'}') && !escaped(b"${");
            *only &= braced || before.ends_with(b"$") && !escaped(b"$");
        }
        at += length.max(1);
    }
    let of_units = |name: &str| name.starts_with(VARIABLE_PREFIX) || [EXTRA_ARGS, NODEADM_ARGS].contains(&name);
    let names = found.into_iter().filter(|(_, only)| *only).filter_map(|(name, _)| std::str::from_utf8(name).ok());
    names.filter(|name| !of_units(name)).map(Box::from).collect()
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn names_that_nothing_sets() {
        for (text, want) in [
            ("bootstrap.sh ${CLUSTER} --x=${IDLE_2}", &["CLUSTER", "IDLE_2"][..]),
            ("echo ${CLUSTER} $CLUSTER", &["CLUSTER"]),
            ("CLUSTER=a; echo ${CLUSTER}", &[]),
            ("read CLUSTER; echo ${CLUSTER}", &[]),
            ("echo ${CLUSTER:-a} ${CLUSTER}", &[]),
            ("echo $CLUSTER ${lower} ${X} ${1}", &[]),
            ("cat <<E\n\\${CLUSTER}\nE\necho ${CLUSTER}", &[]),
            ("eval \"$(settings)\"; echo ${CLUSTER}", &[]),
            ("echo ${KUBELET_EXTRA_ARGS} ${", &[]),
        ] {
            assert_eq!(names(text.as_bytes()).iter().map(AsRef::as_ref).collect::<Vec<&str>>(), want, "{text}");
        }
    }
}
