#cloud-config
write_files:
%{ for name, text in manifests ~}
- path: /opt/manifests/${name}
  encoding: gz+b64
  content: ${text}
%{ endfor ~}
- path: /usr/local/bin/join.sh
  permissions: "0755"
  content: |
    #!/bin/sh
    /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
runcmd:
- [/usr/local/bin/join.sh]
