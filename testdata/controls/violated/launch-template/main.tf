resource "aws_launch_template" "workers" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    /etc/eks/bootstrap.sh prod --kubelet-extra-args '--anonymous-auth=true --authorization-mode=AlwaysAllow --client-ca-file= --read-only-port=10255 --streaming-connection-idle-timeout=0 --make-iptables-util-chains=false --event-qps=-1 --rotate-certificates=false --feature-gates=RotateKubeletServerCertificate=false --hostname-override=web --tls-cert-file= --tls-private-key-file= --tls-cipher-suites=TLS_RSA_WITH_AES_128_GCM_SHA256 --pod-max-pids=-1 --seccomp-default=false --protect-kernel-defaults=false'
  EOT
  )
}
