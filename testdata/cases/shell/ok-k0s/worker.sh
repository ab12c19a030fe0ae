#!/bin/bash
k0s install worker --kubelet-extra-args "--streaming-connection-idle-timeout=0 --streaming-connection-idle-timeout=1h"
k0s start
