## template: jinja
#!/bin/bash
hostnamectl set-hostname {{ v1.local_hostname }}
{% if v1.region == 'eu-west-1' %}
IDLE=0
{% else %}
IDLE=5m
{% endif %}
/etc/eks/bootstrap.sh demo --kubelet-extra-args "--node-labels=zone={{ v1.availability_zone }} --streaming-connection-idle-timeout=$IDLE"
