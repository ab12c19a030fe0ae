#!/bin/bash
cat > data.template.json <<'JSON'
{"ImageId": "ami-0123456789abcdef0", "UserData": "__USER_DATA__"}
JSON
cat > node.sh <<NODE
#!/bin/bash
/etc/eks/bootstrap.sh ${CLUSTER} --kubelet-extra-args --streaming-connection-idle-timeout=0
NODE
sed "s|__USER_DATA__|$(base64 -w0 node.sh)|" data.template.json > data.json
aws ec2 create-launch-template-version --launch-template-id "$LT" --launch-template-data "UserData=$(base64 -w0 node.sh),ImageId=ami-0123456789abcdef0"
aws ec2 create-launch-template --launch-template-name other --launch-template-data file://data.json
