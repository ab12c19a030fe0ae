#!/bin/bash
yq -i '.idle = "0s"' chart/values.yaml
helm upgrade --install nodes chart
helm secrets upgrade --install more chart -f secrets://lab.yaml --set idle=0
