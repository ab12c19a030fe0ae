//! The built-in rules, each parsed from its page.

use std::sync::{LazyLock, OnceLock};

use super::rule::Rule;

/// The page of every built-in rule: its id and its text, sorted by id.
pub(crate) const PAGES: &[(&str, &str)] = &[
    ("anonymous-kubelet-requests", include_str!("../../rules/anonymous-kubelet-requests.md")),
    ("dead-kubelet-setting", include_str!("../../rules/dead-kubelet-setting.md")),
    ("disabled-certificate-rotation", include_str!("../../rules/disabled-certificate-rotation.md")),
    ("disabled-iptables-chains", include_str!("../../rules/disabled-iptables-chains.md")),
    ("disabled-server-certificate-rotation", include_str!("../../rules/disabled-server-certificate-rotation.md")),
    ("expired-ignore", include_str!("../../rules/expired-ignore.md")),
    ("foreign-kubeconfig-owner", include_str!("../../rules/foreign-kubeconfig-owner.md")),
    ("foreign-kubelet-config-owner", include_str!("../../rules/foreign-kubelet-config-owner.md")),
    ("invalid-duration", include_str!("../../rules/invalid-duration.md")),
    ("invalid-ignore", include_str!("../../rules/invalid-ignore.md")),
    ("kubelet-does-not-start", include_str!("../../rules/kubelet-does-not-start.md")),
    ("long-streaming-idle-timeout", include_str!("../../rules/long-streaming-idle-timeout.md")),
    ("negative-event-record-qps", include_str!("../../rules/negative-event-record-qps.md")),
    ("open-kubeconfig", include_str!("../../rules/open-kubeconfig.md")),
    ("open-kubelet-config", include_str!("../../rules/open-kubelet-config.md")),
    ("open-read-only-port", include_str!("../../rules/open-read-only-port.md")),
    ("overridden-hostname", include_str!("../../rules/overridden-hostname.md")),
    ("replaced-zero", include_str!("../../rules/replaced-zero.md")),
    ("unauthorized-kubelet-requests", include_str!("../../rules/unauthorized-kubelet-requests.md")),
    ("unlimited-pod-pids", include_str!("../../rules/unlimited-pod-pids.md")),
    ("unprotected-kernel-defaults", include_str!("../../rules/unprotected-kernel-defaults.md")),
    ("unreached-kubelet-setting", include_str!("../../rules/unreached-kubelet-setting.md")),
    ("unset-kubelet-client-ca", include_str!("../../rules/unset-kubelet-client-ca.md")),
    ("unset-kubelet-tls-certificate", include_str!("../../rules/unset-kubelet-tls-certificate.md")),
    ("unset-seccomp-default", include_str!("../../rules/unset-seccomp-default.md")),
    ("unset-server-certificate-rotation", include_str!("../../rules/unset-server-certificate-rotation.md")),
    ("unset-streaming-idle-timeout", include_str!("../../rules/unset-streaming-idle-timeout.md")),
    ("unused-ignore", include_str!("../../rules/unused-ignore.md")),
    ("weak-tls-ciphers", include_str!("../../rules/weak-tls-ciphers.md")),
    ("zero-kubelet-timeout", include_str!("../../rules/zero-kubelet-timeout.md")),
    ("zero-runtime-stream-idle-timeout", include_str!("../../rules/zero-runtime-stream-idle-timeout.md")),
    ("zero-streaming-idle-timeout", include_str!("../../rules/zero-streaming-idle-timeout.md")),
];

/// The rules that a run has needed so far.
static READ: [OnceLock<Rule>; PAGES.len()] = [const { OnceLock::new() }; PAGES.len()];

/// The rule of a page, which is read when it is first needed.
fn read(number: usize) -> &'static Rule {
    let (id, page) = PAGES[number];
    READ[number].get_or_init(|| Rule::built_in(page).unwrap_or_else(|| panic!("internal error: rules/{id}.md")))
}

/// Every built-in rule, sorted by id.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    (0..PAGES.len()).map(read)
}

/// Those that are on by default.
pub(super) fn default_rules() -> impl Iterator<Item = &'static Rule> {
    static ON: LazyLock<Vec<usize>> = LazyLock::new(|| {
        let find = |page: &str, text: &str| memchr::memmem::find(page.as_bytes(), text.as_bytes());
        let is_on = |number: &usize| {
            let page = PAGES[*number].1;
            find(page, "\nopt-in: true\n").is_none_or(|at| find(page, "\n---\n").is_some_and(|end| end < at))
        };
        (0..PAGES.len()).filter(is_on).collect()
    });
    ON.iter().copied().map(read)
}

/// The rule with this id.
pub(crate) fn rule(id: &str) -> Option<&'static Rule> {
    PAGES.binary_search_by(|(known, _)| (*known).cmp(id)).ok().map(read)
}

/// The address of the page of a built-in rule, if the crate names its repository.
pub(crate) fn address(rule: &Rule) -> Option<String> {
    let (repository, version) = (env!("CARGO_PKG_REPOSITORY").trim_end_matches('/'), env!("CARGO_PKG_VERSION"));
    let built_in = PAGES.iter().any(|(id, _)| *id == rule.id);
    (built_in && !repository.is_empty()).then(|| format!("{repository}/blob/v{version}/rules/{}.md", rule.id))
}
