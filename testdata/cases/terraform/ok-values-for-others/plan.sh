#!/bin/sh
# terraform plan -var-file=../environments/site.tfvars
terraform -chdir=app plan -var-file=../environments/prod.tfvars
