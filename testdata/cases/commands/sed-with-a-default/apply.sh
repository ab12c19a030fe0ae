#!/bin/bash
sed "s/__IDLE__/${1:-0s}/" nodes.yaml | kubectl apply -f -
