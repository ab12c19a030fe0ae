#!/bin/bash
# ansible-playbook site.yml -e idle=0s
ansible-playbook other.yml -e idle=0s
ansible-playbook site.yml -e '{"idle": "1h"}' --extra-vars=region=a
ansible-playbook site.yml -e "idle=$IDLE"
