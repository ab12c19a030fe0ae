//! Tools that start a kubelet with settings of their own.

use crate::text::{Span, Traced};

/// The files of k3s and RKE2 below their data directory, as far as they are settings of a kubelet.
const BELOW_DATA: &[&str] = &["authentication.x509.clientCAFile", "staticPodPath", "tlsCertFile", "tlsPrivateKeyFile"];

/// A tool, and the fields that it does not set as it usually does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tool {
    /// The name under which its own settings are known.
    pub name: &'static str,
    /// Fields that an option of the tool changes in a way that is not followed.
    pub changed: &'static [&'static str],
}

impl Tool {
    /// Karpenter, which passes everything on that it sets, except for taints that it adds.
    pub const KARPENTER: Self = Self::new("karpenter");

    /// A tool with its usual settings.
    pub const fn new(name: &'static str) -> Self {
        Self { name, changed: &[] }
    }

    /// Talos. `unregistered` says that the configuration has `skipNodeRegistration`.
    pub const fn talos(unregistered: bool) -> Self {
        const REGISTERED: &[&str] = &["authentication.webhook.enabled", "authorization.mode"];
        Self { name: "talos", changed: if unregistered { REGISTERED } else { &[] } }
    }

    /// One of the two whose configuration is at this path.
    pub fn of_k3s_file(path: &str) -> Self {
        match ["rke2", "k3s"].into_iter().find(|name| path.contains(name)) {
            Some(name) => Self::new(name),
            None => Self { name: "k3s", changed: BELOW_DATA },
        }
    }

    /// Reads an option of k3s or RKE2 other than `kubelet-arg`: the flag that stands for it, if there is one. The CIS profiles
    /// of RKE2 set `protect-kernel-defaults` (`pkg/cli/cmds/profile_linux.go` of rancher/rke2).
    pub fn k3s_option(&mut self, name: &str, value: Option<&Traced>, at: Span) -> Option<Traced> {
        let value = match name {
            "protect-kernel-defaults" => value.cloned().unwrap_or_else(|| Traced::made("true", at)),
            "profile" => match value?.known_str() {
                Some(profile) if profile.starts_with("cis") => Traced::made("true", at),
                Some(_) => return None,
                None => value?.clone(),
            },
            "data-dir" => {
                self.changed = BELOW_DATA;
                return None;
            }
            _ => return None,
        };
        let mut flag = Traced::made("--protect-kernel-defaults=", at);
        flag.push(&value);
        Some(flag)
    }
}
