package internal

const port = 10250 // of the kubelet
