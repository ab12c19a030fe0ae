package idle

deny { contains(input.args, "--streaming-connection-idle-timeout=0") }
