from aws_cdk import aws_eks as eks

eks.BootstrapOptions(kubelet_extra_args="--streaming-connection-idle-timeout=0")
