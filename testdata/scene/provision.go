package main

// Not --streaming-connection-idle-timeout=0 but the next line.
const flags = "--streaming-connection-idle-timeout=0 --runtime-request-timeout=${LIMIT}"
