#!/bin/bash
cd "$(dirname "$0")"
source ./kubelet.sh
