#!/bin/bash
IDLE=0s
cat > user-data.sh <<EOF
#!/bin/bash
echo KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout=$IDLE > /etc/default/kubelet
systemctl restart kubelet
EOF
gcloud compute instances create node --metadata=enable-oslogin=TRUE --metadata-from-file=startup-script=user-data.sh,a=b
az vm create --name node --custom-data @user-data.sh
openstack server create --user-data user-data.sh node
multipass launch --name node --cloud-init cloud-init.yaml
multipass exec node -- sudo sed -i 's/4h/0s/' /var/lib/kubelet/config.yaml
