#!/usr/bin/env bash

set -o pipefail
set -o nounset
set -o errexit

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
    --containerd-config-file)
      CONTAINERD_CONFIG_FILE=$2
      shift
      shift
      ;;
    --container-runtime)
      CONTAINER_RUNTIME=$2
      shift
      shift
      ;;
    --apiserver-endpoint | --aws-api-retry-attempts | --b64-cluster-ca | --cluster-id | --dns-cluster-ip | --docker-config-json | --enable-docker-bridge | --enable-local-outpost | --ip-family | --local-disks | --mount-bpf-fs | --pause-container-account | --pause-container-version | --service-ipv4-cidr | --service-ipv6-cidr | --use-max-pods)
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

if [ -z "$CLUSTER_NAME" ]; then
  echo "CLUSTER_NAME is not defined"
  exit 1
fi

KUBELET_CONFIG=/etc/kubernetes/kubelet/kubelet-config.json

INTERNAL_IP=192.0.2.1
KUBELET_ARGS="--node-ip=$INTERNAL_IP --v=2"

CONTAINERD_CONFIG_FILE="${CONTAINERD_CONFIG_FILE:-}"
if [[ -n "${CONTAINERD_CONFIG_FILE}" ]]; then
  cp -v "${CONTAINERD_CONFIG_FILE}" /etc/eks/containerd/containerd-config.toml
fi
cp -v /etc/eks/containerd/containerd-config.toml /etc/containerd/config.toml
systemctl restart sandbox-image containerd
CONTAINER_RUNTIME="${CONTAINER_RUNTIME:-containerd}"
if [[ "$CONTAINER_RUNTIME" = "containerd" ]]; then
  cp -v /etc/eks/containerd/kubelet-containerd.service /etc/systemd/system/kubelet.service
fi

mkdir -p /etc/systemd/system/kubelet.service.d

cat << EOF > /etc/systemd/system/kubelet.service.d/10-kubelet-args.conf
[Service]
Environment='KUBELET_ARGS=$KUBELET_ARGS'
EOF

if [[ -n "$KUBELET_EXTRA_ARGS" ]]; then
  cat << EOF > /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf
[Service]
Environment='KUBELET_EXTRA_ARGS=$KUBELET_EXTRA_ARGS'
EOF
fi

systemctl daemon-reload
systemctl enable kubelet
systemctl start kubelet
