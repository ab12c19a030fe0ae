#!/bin/bash
sed -E "s/(@IDLE@|@OTHER@)/4h/" cluster.yaml | eksctl create cluster -f -
sed "s/\(@IDLE@\)/4h/" cluster.yaml | eksctl create cluster -f -
