#!/bin/bash
IDLE="${IDLE:-0s}"
kubelet --streaming-connection-idle-timeout="${IDLE:-4h}"
