{ apiVersion: "kubelet.config.k8s.io/v1beta1", kind: "KubeletConfiguration", streamingConnectionIdleTimeout: "0s" }
