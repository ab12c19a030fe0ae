#!/bin/sh
packer build -var-file=lab.json -var "idle=$IDLE" node.json
packer build -var idle=4h -var-file=lab.json node.json
