//! The files that images ship and that decide a kubelet's configuration. Sources: awslabs/amazon-eks-ami
//! (`templates/al2/runtime` at 0ab84280, `templates/al2023/runtime` and `nodeadm` at 81fec2e8), kubernetes/release
//! (`cmd/krel/templates/latest/kubeadm/10-kubeadm.conf`).

use crate::node::Family;
pub(super) use crate::node::kubelet_files::{
    ENVIRONMENTS, KUBEADM_FLAGS, NODEADM_ENVIRONMENT, SNAP_ARGS, UNIT, UNIT_DROPINS, UNITS, is_dropin, is_of_unit,
};

/// The configuration file of Amazon Linux 2 and Ubuntu images.
pub(super) const AL2_CONFIG: &str = "/etc/kubernetes/kubelet/kubelet-config.json";
/// The configuration file that nodeadm writes.
pub(super) const NODEADM_CONFIG: &str = "/etc/kubernetes/kubelet/config.json";
/// The configuration file that kubeadm writes.
pub(super) const KUBEADM_CONFIG: &str = "/var/lib/kubelet/config.yaml";
/// The drop-in directory that nodeadm uses.
pub(super) const NODEADM_DROPINS: &str = "/etc/kubernetes/kubelet/config.json.d";
/// The drop-in that nodeadm writes from `spec.kubelet.config`.
pub(super) const NODEADM_DROPIN: &str = "/etc/kubernetes/kubelet/config.json.d/40-nodeadm.conf";
/// The same on images that are older than June 2025 (awslabs/amazon-eks-ami#2297).
pub(super) const OLD_NODEADM_DROPIN: &str = "/etc/kubernetes/kubelet/config.json.d/00-nodeadm.conf";
/// The first Kubernetes minor version whose images are all newer.
pub(super) const NEW_DROPIN_SINCE: u32 = 34;
/// The first Kubernetes minor version for which `bootstrap.sh` defaults to containerd.
pub(super) const CONTAINERD_SINCE: u32 = 24;
/// The directory of documents that nodeadm merges over the user data.
pub(super) const NODEADM_DOCUMENTS: &str = "/etc/eks/nodeadm.d/";
/// The configuration file of containerd.
pub(super) const CONTAINERD: &str = "/etc/containerd/config.toml";
/// The file that `bootstrap.sh` copies there.
pub(super) const AL2_CONTAINERD: &str = "/etc/eks/containerd/containerd-config.toml";
/// The unit that `bootstrap.sh` of Amazon Linux 2 always copies over it.
pub(super) const UNIT_OF_BOOTSTRAP: &str = "/etc/eks/containerd/kubelet-containerd.service";
/// The folders of units, highest precedence first.
pub(super) const UNIT_FOLDERS: [&str; 5] = [
    "/etc/systemd/system/",
    "/run/systemd/system/",
    "/usr/local/lib/systemd/system/",
    "/usr/lib/systemd/system/",
    "/lib/systemd/system/",
];
/// Stands for the environment of systemd's manager, which `systemctl set-environment` changes.
pub(super) const MANAGER_ENVIRONMENT: &str = "systemd:environment";
/// The program of a package that comes with a drop-in of the kubelet's unit.
pub(super) const KUBEADM: &str = "/usr/bin/kubeadm";
/// Stands for the packages of Debian, which the boot installs.
pub(super) const DEBIAN: &str = "packages:debian";
/// The same for those of Red Hat.
pub(super) const RED_HAT: &str = "packages:red-hat";
/// The drop-in that `bootstrap.sh` writes.
pub(super) const EXTRA_ARGS: &str = "/etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf";
/// The drop-in with the flags that `bootstrap.sh` computes.
pub(super) const OWN_ARGS: &str = "/etc/systemd/system/kubelet.service.d/10-kubelet-args.conf";
/// The program that joins nodes of older images.
pub(super) const BOOTSTRAP: &str = "/etc/eks/bootstrap.sh";

const AL2_UNIT: &str = include_str!("image/al2-kubelet.service");
const AL2023_UNIT: &str = include_str!("image/al2023-kubelet.service");
const KUBEADM_UNIT: &str = "[Service]\nExecStart=/usr/bin/kubelet\n";
const KUBEADM_DROPIN: &str = include_str!("image/10-kubeadm.conf");
/// The lines of `bootstrap.sh` that decide the kubelet's command line, which are also the ones that scripts edit. They are
/// copied in order from `templates/al2/runtime/bootstrap.sh`; the lines between them are left out.
const BOOTSTRAP_MODEL: &str = include_str!("image/bootstrap.sh");
/// The same for images that default to Docker.
static BOOTSTRAP_WITH_DOCKER: std::sync::LazyLock<String> =
    std::sync::LazyLock::new(|| BOOTSTRAP_MODEL.replace("CONTAINER_RUNTIME:-containerd", "CONTAINER_RUNTIME:-dockerd"));
/// `templates/al2/runtime/kubelet-config.json` of awslabs/amazon-eks-ami, as scripts see it.
const AL2_TEXT: &str = include_str!("image/al2-kubelet-config.json");
const CONFIG: &str = include_str!("image/al2023-kubelet-config.json");
const CONFIG_134: &str = include_str!("image/al2023-kubelet-config-1.34.json");

/// `templates/al2/runtime/containerd-config.toml` of awslabs/amazon-eks-ami.
const AL2_CONTAINERD_TEXT: &str = include_str!("image/al2-containerd-config.toml");
/// `nodeadm/internal/containerd/config.template.toml` of awslabs/amazon-eks-ami, which nodeadm uses with containerd 1.x, and
/// with 2.x if the user's text has no tables of version 3.
pub(super) const NODEADM_CONTAINERD_2: &str = include_str!("image/nodeadm-containerd-2.toml");
/// `nodeadm/internal/containerd/config2.template.toml`, which nodeadm uses with containerd 2.x. Images have containerd 2.x
/// since Kubernetes 1.30.
pub(super) const NODEADM_CONTAINERD_3: &str = include_str!("image/nodeadm-containerd-3.toml");

/// `containerd config default` of 1.7, shortened. Source: containerd `integration/client/testdata/default-1.7.toml`.
pub(super) const CONTAINERD_DEFAULT_1: &str = include_str!("image/containerd-default-1.toml");
/// The same for 2.x. Source: containerd `docs/cri/config.md`.
pub(super) const CONTAINERD_DEFAULT_2: &str = include_str!("image/containerd-default-2.toml");

/// A file that the image of `family` ships, or on Amazon Linux 2023 one that nodeadm writes without user data.
pub(super) fn file(family: Family, path: &str, minor: Option<u32>) -> Option<&'static str> {
    match (family, path) {
        (Family::Al2 | Family::Ubuntu, UNIT) | (Family::Al2, UNIT_OF_BOOTSTRAP) => Some(AL2_UNIT),
        (Family::Al2 | Family::Ubuntu, AL2_CONFIG) => Some(AL2_TEXT),
        (Family::Al2, BOOTSTRAP) if minor.is_some_and(|m| m < CONTAINERD_SINCE) => Some(&BOOTSTRAP_WITH_DOCKER),
        (Family::Al2 | Family::Ubuntu, BOOTSTRAP) => Some(BOOTSTRAP_MODEL),
        (Family::Al2, AL2_CONTAINERD) => Some(AL2_CONTAINERD_TEXT),
        (Family::Al2, "/etc/os-release" | "/usr/lib/os-release") => Some(
            "NAME=\"Amazon Linux\"\nVERSION=\"2\"\nID=\"amzn\"\nID_LIKE=\"centos rhel fedora\"\nVERSION_ID=\"2\"\n\
             PRETTY_NAME=\"Amazon Linux 2\"\n",
        ),
        (Family::Al2023, "/etc/os-release" | "/usr/lib/os-release") => Some(
            "NAME=\"Amazon Linux\"\nVERSION=\"2023\"\nID=\"amzn\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"2023\"\n\
             PLATFORM_ID=\"platform:al2023\"\n",
        ),
        (Family::Al2023, UNIT) => Some(AL2023_UNIT),
        (Family::Al2023, NODEADM_CONFIG) if minor.is_some_and(|m| m >= 34) => Some(CONFIG_134),
        (Family::Al2023, NODEADM_CONFIG) => Some(CONFIG),
        // What nodeadm writes before scripts run if the source has no documents for it.
        (Family::Al2023, NODEADM_ENVIRONMENT) => Some(include_str!("image/al2023-kubelet-environment")),
        (Family::Al2023, CONTAINERD) if minor.is_some_and(|m| m < 30) => Some(NODEADM_CONTAINERD_2),
        (Family::Al2023, CONTAINERD) => Some(NODEADM_CONTAINERD_3),
        (Family::Kubeadm, UNIT) => Some(KUBEADM_UNIT),
        // Older packages install it below /etc.
        (
            Family::Kubeadm,
            "/etc/systemd/system/kubelet.service.d/10-kubeadm.conf"
            | "/lib/systemd/system/kubelet.service.d/10-kubeadm.conf"
            | "/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf",
        ) => Some(KUBEADM_DROPIN),
        _ => None,
    }
}

/// The paths of the known files of an image.
pub(super) fn listing(family: Family) -> &'static [&'static str] {
    match family {
        Family::Al2 => &[AL2_CONFIG, BOOTSTRAP, UNIT, UNIT_OF_BOOTSTRAP, AL2_CONTAINERD],
        Family::Ubuntu => &[AL2_CONFIG, BOOTSTRAP],
        Family::Al2023 => &[NODEADM_CONFIG, NODEADM_ENVIRONMENT, UNIT, CONTAINERD],
        Family::Kubeadm => &[UNIT, "/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf"],
        _ => &[],
    }
}

/// The drop-in of the kubelet's unit that the image of `family` ships.
pub(super) fn unit_dropins(family: Family) -> Option<(&'static str, &'static str)> {
    (family == Family::Kubeadm).then_some(("10-kubeadm.conf", KUBEADM_DROPIN))
}

/// The families whose kubelet reads a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadBy {
    /// One family.
    Of(Family),
    /// Several families.
    Any,
}

impl ReadBy {
    /// The family, if it is only one.
    pub(super) fn family(self) -> Option<Family> {
        match self {
            Self::Of(family) => Some(family),
            Self::Any => None,
        }
    }
}

/// The families whose kubelet, or the program that starts it, reads `path`.
pub(super) fn reader(path: &str) -> Option<ReadBy> {
    match path {
        AL2_CONFIG | EXTRA_ARGS => Some(ReadBy::Of(Family::Al2)),
        NODEADM_CONFIG | NODEADM_ENVIRONMENT => Some(ReadBy::Of(Family::Al2023)),
        KUBEADM_CONFIG | KUBEADM_FLAGS => Some(ReadBy::Of(Family::Kubeadm)),
        _ if ENVIRONMENTS.contains(&path) => Some(ReadBy::Of(Family::Kubeadm)),
        UNIT => Some(ReadBy::Any),
        _ if UNITS.contains(&path) || SNAP_ARGS.contains(&path) => Some(ReadBy::Any),
        _ if path.starts_with(NODEADM_DROPINS) || path.starts_with(NODEADM_DOCUMENTS) => {
            Some(ReadBy::Of(Family::Al2023))
        }
        _ if is_dropin(path) => {
            let kubeadm = path.ends_with("kubeadm.conf");
            Some(if kubeadm { ReadBy::Of(Family::Kubeadm) } else { ReadBy::Any })
        }
        _ => None,
    }
}

/// True for a name with the suffix of a drop-in. Case matters.
pub(super) fn is_conf(path: &str) -> bool {
    std::path::Path::new(path).extension().is_some_and(|end| end == "conf")
}

/// True for a name with the suffix of a document that nodeadm reads.
pub(super) fn is_document(name: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|end| name.ends_with(end))
}

/// The only family that has a file at this path.
pub(super) fn family_of(path: &str) -> Option<Family> {
    match path {
        AL2_CONFIG | BOOTSTRAP | AL2_CONTAINERD => Some(Family::Al2),
        NODEADM_CONFIG => Some(Family::Al2023),
        _ if path.ends_with("/kubelet.service.d/10-kubeadm.conf") => Some(Family::Kubeadm),
        _ => None,
    }
}

/// True if an image may ship a file at `path` with unknown content.
pub(super) fn may_exist(path: &str) -> bool {
    // Directories that exist and are empty.
    const EMPTY: [&str; 3] = ["/tmp/", "/etc/containerd/conf.d/", "/etc/containerd/config.d/"];
    !EMPTY.iter().any(|dir| path.starts_with(dir))
        && !path.starts_with(NODEADM_DOCUMENTS)
        && !ENVIRONMENTS.contains(&path)
        && !is_dropin(path)
}

/// True if a new node of `family` has no file at `path` before its user data runs.
pub(super) fn lacks(family: Option<Family>, path: &str) -> bool {
    let other_family = match family {
        Some(Family::Al2 | Family::Ubuntu) => path == NODEADM_CONFIG || path == NODEADM_ENVIRONMENT,
        Some(Family::Al2023) => path == AL2_CONFIG,
        _ => false,
    };
    other_family
        || ["/tmp/", "/run/systemd/system/", NODEADM_DOCUMENTS].iter().any(|f| path.starts_with(f))
        || path.starts_with(UNIT_DROPINS[2]) && family != Some(Family::Kubeadm)
}

/// Whether a new node of `family` has a directory at `path`, if known.
pub(super) fn folder(family: Option<Family>, path: &str) -> Option<bool> {
    const EVERYWHERE: &str = "/ /bin /boot /dev /etc /etc/systemd /etc/systemd/system /home /opt /proc /root /run /tmp /usr \
        /usr/bin /var /var/lib /var/log";
    if EVERYWHERE.split(' ').any(|folder| folder == path) {
        return Some(true);
    }
    if path.starts_with("/tmp/") {
        return Some(false);
    }
    match family {
        Some(Family::Al2 | Family::Ubuntu) => match path {
            "/etc/eks" | "/etc/kubernetes" | "/etc/kubernetes/kubelet" => Some(true),
            NODEADM_DROPINS => Some(false),
            _ => None,
        },
        Some(Family::Al2023) if matches!(path, "/etc/eks" | "/etc/kubernetes" | "/etc/kubernetes/kubelet") => {
            Some(true)
        }
        _ => None,
    }
}
