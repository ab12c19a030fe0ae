package main

import "github.com/aws/aws-cdk-go/awscdk/v2/cdk8s"

var options = &cdk8s.NodesOptions{KubeletExtraArgs: jsii.String("--streaming-connection-idle-timeout=0")}
