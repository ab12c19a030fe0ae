#!/usr/bin/env bash
# inputs.sh FOLDER: the fixed inputs whose cost is recorded: one file of each of three kinds, templates of 1 MiB, and a repository.
set -euo pipefail
mkdir -p "$1"
cd "$1"
mkdir -p terraform script document yaml json repository
cat >terraform/main.tf <<'EOF'
resource "aws_launch_template" "nodes" {
  name_prefix = "nodes"
  user_data = base64encode(<<-EOT
    #!/bin/bash
    /etc/eks/bootstrap.sh prod --kubelet-extra-args '--streaming-connection-idle-timeout=0'
  EOT
  )
}
EOF
cat >script/boot.sh <<'EOF'
#!/bin/bash
set -e
/etc/eks/bootstrap.sh prod --kubelet-extra-args '--streaming-connection-idle-timeout=0'
EOF
cat >document/kubelet.yaml <<'EOF'
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
streamingConnectionIdleTimeout: 0s
EOF

# Resources of other types, and few launch templates.
awk 'BEGIN {
  print "AWSTemplateFormatVersion: \"2010-09-09\"\nParameters:\n  Vpc:\n    Type: String\nResources:"
  for (i = 0; i < 2250; i++) {
    printf "  Group%d:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      GroupDescription: group %d\n      VpcId: !Ref Vpc\n", i, i
    printf "      SecurityGroupIngress:\n      - IpProtocol: tcp\n        FromPort: 443\n        ToPort: 443\n        CidrIp: 10.0.0.0/8\n"
    printf "  Role%d:\n    Type: AWS::IAM::Role\n    Properties:\n      Path: /nodes/\n      Tags:\n      - Key: stack\n", i
    printf "        Value: !Sub \"${AWS::StackName}-%d\"\n", i
    if (i % 500 == 0) {
      printf "  Nodes%d:\n    Type: AWS::EC2::LaunchTemplate\n    Properties:\n      LaunchTemplateData:\n        UserData:\n", i
      printf "          Fn::Base64: !Sub |\n            #!/bin/bash\n            /etc/eks/bootstrap.sh ${AWS::StackName} "
      printf "--kubelet-extra-args \x27--streaming-connection-idle-timeout=0\x27\n"
    }
  }
}' >yaml/template.yaml
awk 'BEGIN {
  print "{\n  \"Parameters\": {\"Vpc\": {\"Type\": \"String\"}},\n  \"Resources\": {"
  for (i = 0; i < 1650; i++) {
    printf "    \"Group%d\": {\n      \"Type\": \"AWS::EC2::SecurityGroup\",\n      \"Properties\": {\n", i
    printf "        \"GroupDescription\": \"group %d\",\n        \"VpcId\": {\"Ref\": \"Vpc\"},\n        \"SecurityGroupIngress\": [\n", i
    printf "          {\n            \"IpProtocol\": \"tcp\",\n            \"FromPort\": 443,\n            \"ToPort\": 443,\n"
    printf "            \"CidrIp\": \"10.0.0.0/8\"\n          }\n        ]\n      }\n    },\n"
    printf "    \"Role%d\": {\n      \"Type\": \"AWS::IAM::Role\",\n      \"Properties\": {\n        \"Path\": \"/nodes/\",\n", i
    printf "        \"Tags\": [{\"Key\": \"stack\", \"Value\": {\"Fn::Sub\": \"${AWS::StackName}-%d\"}}]\n      }\n    },\n", i
    if (i % 500 == 0) {
      printf "    \"Nodes%d\": {\n      \"Type\": \"AWS::EC2::LaunchTemplate\",\n      \"Properties\": {\"LaunchTemplateData\": {\"UserData\": {\n", i
      printf "        \"Fn::Base64\": {\"Fn::Sub\": \"#!/bin/bash\\n/etc/eks/bootstrap.sh ${AWS::StackName} "
      printf "--kubelet-extra-args \x27--streaming-connection-idle-timeout=0\x27\\n\"}\n      }}}\n    },\n"
    }
  }
  print "    \"Last\": {\"Type\": \"AWS::SNS::Topic\"}\n  }\n}"
}' >json/template.json

# Few files say something about a node.
for n in $(seq 300); do
  mkdir -p repository/$n
  printf 'resource "aws_sns_topic" "a%s" {\n  name = "a%s"\n}\n' "$n" "$n" >repository/$n/main.tf
  printf 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a%s\ndata:\n  a: b\n' "$n" >repository/$n/map.yaml
  if ((n % 50 == 0)); then
    cp terraform/main.tf repository/$n/nodes.tf
    cp document/kubelet.yaml script/boot.sh repository/$n/
  fi
done
