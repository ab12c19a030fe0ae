#!/bin/bash
# kubelet
k3d cluster create dev --k3s-arg "--kubelet-arg=streaming-connection-idle-timeout=1h@agent:*"
k3d node create extra --k3s-arg=--kubelet-arg=sync-frequency=30s
