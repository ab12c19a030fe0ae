//! The release of a node's image.

use std::sync::Arc;

/// The release of an image in the name of the image, the path of its SSM parameter, or a release version: the date of an EKS
/// image (`20260724`) or the version of Bottlerocket (`1.65.0`). `None` if it is the latest.
pub(crate) fn release_in(text: &str) -> Option<Arc<str>> {
    let mut versions = Vec::new();
    let mut rest = text;
    while let Some((head, tail)) = rest.find(|c: char| c.is_ascii_digit()).and_then(|at| rest.split_at_checked(at)) {
        let before = head.chars().next_back();
        let end = tail.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(tail.len());
        let (number, after) = tail.split_at(end);
        let number = number.trim_end_matches('.');
        rest = after;
        if before.is_some_and(|c| c.is_ascii_alphabetic() && !matches!(c, 'v' | 'V')) {
            continue;
        }
        let named = before.is_some_and(|c| matches!(c, 'v' | 'V'));
        let is_date = number.starts_with("20") && !number.contains('.') && (number.len() == 8 || named);
        if is_date {
            return Some(number.into());
        }
        if named || number.matches('.').count() == 2 {
            versions.push(number);
        }
    }
    versions.last().map(|version| (*version).into())
}

/// One release for several images: none if all are the latest, and one that no image has if they differ.
pub(crate) fn common_release(releases: impl IntoIterator<Item = Option<Arc<str>>>) -> Option<Arc<str>> {
    let mut all = releases.into_iter();
    let first = all.next()?;
    if all.all(|release| release == first) { first } else { Some("several".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_found_in_names() {
        for (text, want) in [
            ("/aws/service/bottlerocket/aws-k8s-1.31/x86_64/latest/image_id", None),
            ("/aws/service/bottlerocket/aws-k8s-1.31/x86_64/1.20.3/image_id", Some("1.20.3")),
            ("1.20.3-5d9ac849", Some("1.20.3")),
            ("bottlerocket-aws-k8s-1.31-x86_64-v1.20.*", Some("1.20")),
            ("bottlerocket-aws-k8s-1.31-x86_64-v*", None),
            ("bottlerocket@v1.64.0", Some("1.64.0")),
            ("bottlerocket@latest", None),
            ("1.29.8-20240817", Some("20240817")),
            ("amazon-eks-node-al2023-x86_64-standard-1.31-v20241109", Some("20241109")),
            ("amazon-eks-node-1.29-v2024*", Some("2024")),
            ("/aws/service/eks/optimized-ami/1.31/amazon-linux-2023/x86_64/standard/recommended/image_id", None),
            (
                "/aws/service/eks/optimized-ami/1.29/amazon-linux-2/amazon-eks-node-1.29-v20240117/image_id",
                Some("20240117"),
            ),
            ("al2023@v20240807", Some("20240807")),
        ] {
            assert_eq!(release_in(text).as_deref(), want, "{text}");
        }
        assert_eq!(common_release([None, None]), None);
        assert_eq!(common_release([None, Some("1.2.3".into())]).as_deref(), Some("several"));
    }
}
