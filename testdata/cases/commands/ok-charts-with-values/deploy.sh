#!/bin/bash
helm upgrade --install nodes charts/nodes -f envs/prod.yaml --set idle=30m
