#!/bin/bash
user_data=$(base64 -w0 <<NODE
#!/bin/bash
/etc/eks/bootstrap.sh ${CLUSTER} --kubelet-extra-args '--streaming-connection-idle-timeout=4h'
NODE
)
aws ec2 create-launch-template --launch-template-name workers \
  --launch-template-data "{\"ImageId\": \"$AMI\", \"UserData\": \"$user_data\"}"
