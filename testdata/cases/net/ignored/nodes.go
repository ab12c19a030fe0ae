package nodes

// kubelet-lint: ignore[unreached-kubelet-setting] until=2099-01-01 only for the simulator
var simulated = "--streaming-connection-idle-timeout=0"

var real = "--streaming-connection-idle-timeout=0"
