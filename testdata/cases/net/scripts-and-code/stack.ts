import * as eks from "aws-cdk-lib/aws-eks";

cluster.addAutoScalingGroupCapacity("workers", {
  bootstrapOptions: { kubeletExtraArgs: "--streaming-connection-idle-timeout=0 --max-pods=58" },
});
