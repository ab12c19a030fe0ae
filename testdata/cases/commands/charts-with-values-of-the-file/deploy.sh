#!/bin/bash
args=(--atomic)
args+=(--set-json '{"idle": "0h0m"}')
helm upgrade --install list charts/nodes "${args[@]}"
helm upgrade --install content charts/nodes --set-file idle=idle.txt
