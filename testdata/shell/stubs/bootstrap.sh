#!/usr/bin/env bash
# Stands for the bootstrap.sh of the AL2 image: its options and the few lines that people patch, and what it leaves behind.
set -o pipefail
set -o nounset
set -o errexit

/stub/note /etc/eks/bootstrap.sh "$@"

POSITIONAL=()
while [[ $# -gt 0 ]]; do
  key="$1"
  case $key in
    -h | --help)
      exit 1
      ;;
    --kubelet-extra-args)
      KUBELET_EXTRA_ARGS=$2
      shift
      shift
      ;;
    --use-max-pods | --b64-cluster-ca | --apiserver-endpoint | --enable-docker-bridge | --aws-api-retry-attempts | --docker-config-json | \
      --containerd-config-file | --pause-container-account | --pause-container-version | --dns-cluster-ip | --container-runtime | --ip-family | \
      --service-ipv4-cidr | --service-ipv6-cidr | --enable-local-outpost | --cluster-id | --mount-bpf-fs | --local-disks)
      printf -v OPTION_VALUE '%s' "$2"
      shift
      shift
      ;;
    *)
      POSITIONAL+=("$1")
      shift
      ;;
  esac
done

set +u
set -- "${POSITIONAL[@]}"
CLUSTER_NAME="$1"
set -u

KUBELET_EXTRA_ARGS="${KUBELET_EXTRA_ARGS:-}"
KUBELET_CONFIG=/etc/kubernetes/kubelet/kubelet-config.json

if [ -z "$CLUSTER_NAME" ]; then
  echo "no name of a cluster"
  exit 1
fi

echo "$(jq '.maxPods=29' $KUBELET_CONFIG)" > $KUBELET_CONFIG

cp /etc/eks/containerd/kubelet-containerd.service /etc/systemd/system/kubelet.service

mkdir -p /etc/systemd/system/kubelet.service.d
cat << END > /etc/systemd/system/kubelet.service.d/10-kubelet-args.conf
[Service]
Environment='KUBELET_ARGS=--node-ip=10.0.0.1 --v=2'
END

if [[ -n "$KUBELET_EXTRA_ARGS" ]]; then
  cat << END > /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf
[Service]
Environment='KUBELET_EXTRA_ARGS=$KUBELET_EXTRA_ARGS'
END
fi

systemctl daemon-reload
systemctl enable kubelet
systemctl start kubelet
