#!/bin/bash
set -euo pipefail
user_data=$(base64 <<NODE | tr -d '\n'
#!/bin/bash
/etc/eks/bootstrap.sh ${CLUSTER} \
  --kubelet-extra-args '--streaming-connection-idle-timeout=0'
NODE
)
jq -n --arg ami "$AMI" --arg ud "$user_data" '{ImageId: $ami, UserData: $ud, InstanceType: "m6i.large"}' > /tmp/data.json
aws ec2 create-launch-template --launch-template-name workers --launch-template-data file:///tmp/data.json
