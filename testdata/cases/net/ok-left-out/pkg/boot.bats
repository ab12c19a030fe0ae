@test "zero" { run kubelet --streaming-connection-idle-timeout=0; }
