package com.example;

final class UserData {
    static final String JOIN = "/etc/eks/bootstrap.sh demo --kubelet-extra-args --streaming-connection-idle-timeout=0s";
}
