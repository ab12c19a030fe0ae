//! The built-in rules, each parsed from its page.

use std::sync::LazyLock;

use super::rule::Rule;

/// The page of every built-in rule: its id and its text, sorted by id.
pub const PAGES: &[(&str, &str)] = &[
    ("dead-kubelet-setting", include_str!("../../rules/dead-kubelet-setting.md")),
    ("expired-ignore", include_str!("../../rules/expired-ignore.md")),
    ("invalid-duration", include_str!("../../rules/invalid-duration.md")),
    ("invalid-ignore", include_str!("../../rules/invalid-ignore.md")),
    ("long-streaming-idle-timeout", include_str!("../../rules/long-streaming-idle-timeout.md")),
    ("replaced-zero", include_str!("../../rules/replaced-zero.md")),
    ("unreached-kubelet-setting", include_str!("../../rules/unreached-kubelet-setting.md")),
    ("unset-streaming-idle-timeout", include_str!("../../rules/unset-streaming-idle-timeout.md")),
    ("unused-ignore", include_str!("../../rules/unused-ignore.md")),
    ("zero-kubelet-timeout", include_str!("../../rules/zero-kubelet-timeout.md")),
    ("zero-runtime-stream-idle-timeout", include_str!("../../rules/zero-runtime-stream-idle-timeout.md")),
    ("zero-streaming-idle-timeout", include_str!("../../rules/zero-streaming-idle-timeout.md")),
];

/// Every built-in rule, sorted by id.
pub static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    PAGES
        .iter()
        .map(|(id, page)| Rule::read(id, page).unwrap_or_else(|e| panic!("internal error: rules/{id}.md: {e}")))
        .collect()
});

/// The rule with this id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|r| r.id == id)
}
