ARGS = "--streaming-connection-idle-timeout=4h"
if config["streamingConnectionIdleTimeout"] == "0":
    raise SystemExit("the timeout is zero")
