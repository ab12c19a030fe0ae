package nodes

const bad = "--streaming-connection-idle-timeout=0"
