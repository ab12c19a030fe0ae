#!/bin/bash
envsubst < cluster.yaml > out.yaml
eksctl create cluster -f out.yaml
