//! The files and variables that carry a kubelet's command line. Each path and each name stands here once.
//!
//! Sources: `systemd.unit(5)`; `cmd/krel/templates/latest/kubeadm/10-kubeadm.conf` of kubernetes/release;
//! `templates/al2/runtime` and `nodeadm` of awslabs/amazon-eks-ami; `microk8s-resources/wrappers/run-kubelite-with-args` of
//! canonical/microk8s; the wrapper in charmed-kubernetes/snap-kubelet.

/// The kubelet's unit.
pub(crate) const UNIT: &str = "/etc/systemd/system/kubelet.service";
/// The folder of units that are written on a node.
const UNIT_FOLDER: &str = "/etc/systemd/system/";
/// Other paths of the unit, highest precedence first.
pub(crate) const UNITS: [&str; 4] = [
    "/run/systemd/system/kubelet.service",
    "/usr/local/lib/systemd/system/kubelet.service",
    "/usr/lib/systemd/system/kubelet.service",
    "/lib/systemd/system/kubelet.service",
];
/// Drop-in directories of the unit, highest precedence last.
pub(crate) const UNIT_DROPINS: [&str; 5] = [
    "/lib/systemd/system/kubelet.service.d/",
    "/usr/lib/systemd/system/kubelet.service.d/",
    "/usr/local/lib/systemd/system/kubelet.service.d/",
    "/run/systemd/system/kubelet.service.d/",
    "/etc/systemd/system/kubelet.service.d/",
];
/// Environment files of the kubelet on Debian and on Red Hat.
pub(crate) const ENVIRONMENTS: [&str; 2] = ["/etc/default/kubelet", "/etc/sysconfig/kubelet"];
/// Names that repositories give such a file.
pub(crate) const ENVIRONMENT_NAMES: [&str; 5] =
    ["kubelet.env", "kubelet.default", "kubelet.sysconfig", "kubelet-sysconfig", "kubelet-default"];
/// The environment file that kubeadm writes.
pub(crate) const KUBEADM_FLAGS: &str = "/var/lib/kubelet/kubeadm-flags.env";
/// The environment file that nodeadm writes.
pub(crate) const NODEADM_ENVIRONMENT: &str = "/etc/eks/kubelet/environment";
/// The arguments of a kubelet in a snap, as flags.
pub(crate) const SNAP_ARGS: [&str; 3] =
    ["/var/snap/microk8s/current/args/kubelet", "/var/snap/kubelet-eks/current/args", "/var/snap/kubelet/current/args"];

/// The variable for the flags of an administrator.
pub(crate) const EXTRA_ARGS: &str = "KUBELET_EXTRA_ARGS";
/// The variable for the flags that `bootstrap.sh` computes.
pub(crate) const OWN_ARGS: &str = "KUBELET_ARGS";
/// The variable for the flags that kubeadm computes.
pub(crate) const KUBEADM_ARGS: &str = "KUBELET_KUBEADM_ARGS";
/// The variable for the flags that nodeadm computes.
pub(crate) const NODEADM_ARGS: &str = "NODEADM_KUBELET_ARGS";
/// How the variables of the kubelet's unit begin.
pub(crate) const VARIABLE_PREFIX: &str = "KUBELET_";

/// True if an API version of kubeadm or Cluster API refuses `kubeletExtraArgs` in this form: it has a map, and since
/// `kubeadm.k8s.io/v1beta4` and Cluster API's `v1beta2` a list of names and values.
pub(crate) fn refuses_arguments(api_version: &str, is_list: bool) -> bool {
    let Some((group, version)) = api_version.split_once('/') else { return false };
    let (maps, list): (&[&str], _) = match group {
        "kubeadm.k8s.io" => (&["v1beta1", "v1beta2", "v1beta3"], "v1beta4"),
        _ => (&["v1alpha3", "v1alpha4", "v1beta1"], "v1beta2"),
    };
    if is_list { maps.contains(&version) } else { version == list }
}

/// The absolute path on a node of a file that is known by the end of its path, such as `kubelet.service.d/10-kubeadm.conf`
/// behind a folder that is not known.
pub(crate) fn by_end(path: &str) -> Option<String> {
    let (folder, name) = path.rsplit_once('/')?;
    let last = folder.rsplit('/').next().unwrap_or(folder);
    if last == "kubelet.service.d" && std::path::Path::new(name).extension().is_some_and(|end| end == "conf") {
        return Some(format!("{}{name}", UNIT_DROPINS[UNIT_DROPINS.len() - 1]));
    }
    let has_kubelet = |text: &str| text.starts_with("k3s") || text.starts_with("rke2");
    if has_kubelet(name) && name.ends_with(".service") {
        return Some(format!("{UNIT_FOLDER}{name}"));
    }
    if matches!(last, "k3s" | "rke2") && name == "config.yaml" {
        return Some(format!("/etc/rancher/{last}/{name}"));
    }
    let whole =
        [UNIT, KUBEADM_FLAGS, NODEADM_ENVIRONMENT].into_iter().filter(|known| known.rsplit('/').next() == Some(name));
    let known = whole.filter(|_| name != "environment" || last == "kubelet").chain(ENVIRONMENTS).chain(SNAP_ARGS);
    let short = format!("/{last}/{name}");
    let fits = |known: &&str| known.ends_with(&short) || *known == UNIT || *known == KUBEADM_FLAGS;
    known.into_iter().find(fits).map(str::to_owned)
}

/// True for a file of the kubelet's unit: the unit itself or one of its drop-ins, as a path on a node.
pub(crate) fn is_of_unit(path: &str) -> bool {
    path == UNIT || UNITS.contains(&path) || is_dropin(path)
}

/// True for a file in a drop-in directory of the kubelet's unit.
pub(crate) fn is_dropin(path: &str) -> bool {
    UNIT_DROPINS.iter().any(|dir| path.starts_with(dir))
}

#[cfg(test)]
mod tests {
    use super::by_end;

    #[test]
    fn files_behind_a_folder_that_is_not_known() {
        for (path, expected) in [
            ("/kubelet.service.d/10-kubeadm.conf", Some("/etc/systemd/system/kubelet.service.d/10-kubeadm.conf")),
            ("/usr/lib/systemd/system/kubelet.service.d/a.conf", Some("/etc/systemd/system/kubelet.service.d/a.conf")),
            ("/kubelet.service", Some("/etc/systemd/system/kubelet.service")),
            ("/default/kubelet", Some("/etc/default/kubelet")),
            ("/etc/sysconfig/kubelet", Some("/etc/sysconfig/kubelet")),
            ("/kubeadm-flags.env", Some("/var/lib/kubelet/kubeadm-flags.env")),
            ("/k3s.service", Some("/etc/systemd/system/k3s.service")),
            ("/rke2-agent.service", Some("/etc/systemd/system/rke2-agent.service")),
            ("/rke2/config.yaml", Some("/etc/rancher/rke2/config.yaml")),
            ("/app/config.yaml", None),
            ("/bin/kubelet", None),
            ("/environment", None),
            ("/containerd.service.d/10.conf", None),
            ("kubelet.service", None),
        ] {
            assert_eq!(by_end(path).as_deref(), expected, "{path}");
        }
    }
}
