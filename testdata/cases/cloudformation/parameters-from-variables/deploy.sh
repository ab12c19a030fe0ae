IDLE=000s
aws cloudformation deploy --stack-name n --template-file nodes.yaml --parameter-overrides Idle=$IDLE
