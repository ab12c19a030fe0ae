//! Node labels, as far as the kubelet validates them before it reads any file (`ValidateKubeletFlags` in
//! `cmd/kubelet/app/options/options.go`, `IsQualifiedName` and `IsValidLabelValue` in apimachinery's `validation.go`).
//!
//! They matter here because a flag without its value takes the next one, timeout and all, as a label.

/// The longest name part and value, in bytes.
const MAX_PART: usize = 63;
/// The longest prefix, in bytes.
const MAX_PREFIX: usize = 253;

/// The error in the value of `--node-labels`, if its syntax is invalid.
pub(super) fn fault(value: &str) -> Option<String> {
    for pair in value.split(',').filter(|p| !p.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (name.trim(), value.trim());
        if !is_qualified_name(name) {
            return Some(format!("invalid node label name {name:?}"));
        }
        if !value.is_empty() && !is_part(value) {
            return Some(format!("invalid node label value {value:?}"));
        }
    }
    None
}

fn is_qualified_name(name: &str) -> bool {
    match name.split_once('/') {
        None => is_part(name),
        Some((prefix, name)) => {
            let domain = |part: &str| {
                let edge = |c: Option<u8>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
                edge(part.bytes().next())
                    && edge(part.bytes().last())
                    && part.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-')
            };
            prefix.len() <= MAX_PREFIX && prefix.split('.').all(domain) && is_part(name)
        }
    }
}

fn is_part(part: &str) -> bool {
    let edge = |c: Option<u8>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    part.len() <= MAX_PART
        && edge(part.bytes().next())
        && edge(part.bytes().last())
        && part.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_judged_by_their_syntax() {
        for good in ["", "a=b,c=d", "a=", "node.kubernetes.io/lifecycle=spot", "a=b,,c=d", " a = b ", "x_y.z-1=1.2"] {
            assert_eq!(fault(good), None, "{good}");
        }
        for bad in ["--flag=0", "a=b c", "-a=b", "a/b/c=d", "/a=b", "Upper.io/a=b", "=x", "a=b/c"] {
            assert!(fault(bad).is_some(), "{bad}");
        }
    }
}
