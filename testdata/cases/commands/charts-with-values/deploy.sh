#!/bin/bash
set -euo pipefail
# One of envs/*.yaml, and a value that wins over it.
helm upgrade --install "nodes-$ENV" ./charts/nodes --namespace kube-system -f "envs/$ENV.yaml" --set-string size=2,tier=a
