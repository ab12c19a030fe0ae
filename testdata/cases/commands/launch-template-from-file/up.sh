#!/bin/bash
cat > node.sh <<NODE
#!/bin/bash
/etc/eks/bootstrap.sh $1 --kubelet-extra-args '--node-labels=a=b --streaming-connection-idle-timeout=0s'
NODE
base64 node.sh > node.b64
cat > request.json <<JSON
{
  "LaunchTemplateName": "workers",
  "LaunchTemplateData": {
    "ImageId": "$2",
    "UserData": "$(tr -d '\n' < node.b64)"
  }
}
JSON
aws ec2 create-launch-template --cli-input-json file://request.json
