files.line(path="/etc/default/kubelet", line=f"KUBELET_EXTRA_ARGS=--streaming-connection-idle-timeout={idle}")
print("--streaming-connection-idle-timeout=" "4h")
