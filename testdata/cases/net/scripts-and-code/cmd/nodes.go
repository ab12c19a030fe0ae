package nodes

// A comment: --streaming-connection-idle-timeout=0
var userData = "/etc/eks/bootstrap.sh workers --kubelet-extra-args '--streaming-connection-idle-timeout=0'"

/*
 * Also a comment: --streaming-connection-idle-timeout=0
 */
func config() *KubeletConfiguration {
	return &KubeletConfiguration{StreamingConnectionIdleTimeout: metav1.Duration{Duration: 0}}
}
