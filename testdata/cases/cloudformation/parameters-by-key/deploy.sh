#!/bin/bash
aws cloudformation create-stack --stack-name x --template-body file://t.yaml --parameters ParameterKey=Extra,ParameterValue=--streaming-connection-idle-timeout=0
