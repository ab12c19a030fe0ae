package main

import "github.com/aws/aws-cdk-go/awscdk/v2/awseks"

var options = &awseks.BootstrapOptions{KubeletExtraArgs: jsii.String("--streaming-connection-idle-timeout=0")}
