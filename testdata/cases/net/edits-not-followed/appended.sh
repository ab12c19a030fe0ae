sed -i '/"maxPods"/a "streamingConnectionIdleTimeout": "0s",' /etc/eks/own.json
