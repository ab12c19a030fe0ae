#!/bin/bash
kubectl port-forward svc/x 80:80 --streaming-connection-idle-timeout=0
