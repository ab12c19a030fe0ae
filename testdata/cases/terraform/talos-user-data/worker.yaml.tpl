version: v1alpha1
machine:
  type: worker
%{ if true }
  token: abc
%{ endif }
  kubelet:
    image: ghcr.io/siderolabs/kubelet:${version}
    extraArgs:
      streaming-connection-idle-timeout: ${idle}
