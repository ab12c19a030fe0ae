package main

func (m *Module) Agent(idle string) *dagger.Container {
	return dag.Container().From("rancher/k3s").WithExec([]string{"agent", "--kubelet-arg=streaming-connection-idle-timeout=" + idle})
}
