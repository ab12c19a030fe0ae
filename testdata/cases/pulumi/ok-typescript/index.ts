import * as eks from "@pulumi/eks";

new eks.NodeGroup("a", { kubeletExtraArgs: "--streaming-connection-idle-timeout=0" });
