kind: KubeletConfiguration
cpuManagerReconcilePeriod: 0s
fileCheckFrequency: 0s
httpCheckFrequency: 0s
nodeStatusReportFrequency: 0s
streamingConnectionIdleTimeout: 0s
syncFrequency: 0s
