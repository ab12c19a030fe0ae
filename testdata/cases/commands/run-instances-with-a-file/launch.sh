#!/bin/bash
aws ec2 run-instances --image-id "$1" --count 3 --user-data file://boot/user-data.txt
