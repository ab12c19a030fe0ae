#!/bin/bash
# never use --streaming-connection-idle-timeout=0 here
/etc/eks/bootstrap.sh prod
