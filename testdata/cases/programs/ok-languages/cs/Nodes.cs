using Amazon.CDK.AWS.EKS;

new BootstrapOptions { KubeletExtraArgs = "--streaming-connection-idle-timeout=0" };
