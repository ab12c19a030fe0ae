#!/bin/bash
oc process -f infra.yaml -p NAME=infra -p IDLE=0m | oc apply -f -
