#!/bin/bash
source "$(dirname "$0")/lib/common.sh"
join "$1"
