#!/bin/bash
set -a; source "$(dirname "$0")/prod.env"; set +a
envsubst < nc.yaml | kubectl apply -f -
