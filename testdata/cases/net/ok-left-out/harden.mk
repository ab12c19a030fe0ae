harden:
	! grep -q -- '--streaming-connection-idle-timeout=0' kubelet.env
	sed -i 's/--streaming-connection-idle-timeout=0/--streaming-connection-idle-timeout=4h/' kubelet.env
	# kubelet --streaming-connection-idle-timeout=0
