package kubelet

const help = "streamingConnectionIdleTimeout: 0"
