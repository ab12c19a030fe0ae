package internal

import "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"

const userData = "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\n"
