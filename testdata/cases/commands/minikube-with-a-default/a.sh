#!/bin/bash
minikube start --extra-config=kubelet.streaming-connection-idle-timeout=${B:-0s}
