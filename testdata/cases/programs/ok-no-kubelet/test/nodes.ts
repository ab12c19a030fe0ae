import * as eks from 'aws-cdk-lib/aws-eks';

cluster.addAutoScalingGroupCapacity('nodes', {
  instanceType,
  bootstrapOptions: { kubeletExtraArgs: '--streaming-connection-idle-timeout=0s' },
});
