#!/bin/bash
sed "s/__IDLE__/0s/g" cluster.yaml | eksctl create cluster -f -
