resource "aws_launch_template" "workers" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    /etc/eks/bootstrap.sh prod --kubelet-extra-args '--anonymous-auth=false --authorization-mode=Webhook --client-ca-file=/etc/kubernetes/pki/ca.crt --read-only-port=0 --streaming-connection-idle-timeout=4h --make-iptables-util-chains=true --event-qps=50 --rotate-certificates=true --feature-gates=RotateKubeletServerCertificate=true --tls-cert-file=/etc/kubernetes/pki/kubelet.crt --tls-private-key-file=/etc/kubernetes/pki/kubelet.key --tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 --pod-max-pids=1024 --seccomp-default=true --protect-kernel-defaults=true'
  EOT
  )
}
