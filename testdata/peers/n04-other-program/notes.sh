#!/bin/bash
kubectl port-forward svc/web 8080:80 --streaming-connection-idle-timeout=0
