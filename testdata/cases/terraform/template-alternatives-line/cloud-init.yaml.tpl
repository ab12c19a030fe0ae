#cloud-config
write_files:
- path: /etc/motd
  content: |
    server
%{ for name, content in manifests ~}
- path: /var/lib/rancher/rke2/server/manifests/${name}
  encoding: b64
  content: ${content}
%{ endfor ~}
%{ if backup ~}
- path: /etc/cron.daily/backup
  content: ""
%{ endif ~}
- path: /etc/rancher/rke2/config.yaml
  content: |
    kubelet-arg: streaming-connection-idle-timeout=0
runcmd:
- curl -sfL https://get.rke2.io | sh -
- systemctl enable --now rke2-server
