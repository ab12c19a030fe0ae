echo "$(jq --arg idle "$IDLE" '.streamingConnectionIdleTimeout = $idle' $CONFIG)" > $CONFIG
