terraform {
  source = "../../modules/pool"
}

dependency "cluster" {
  config_path  = "../missing"
  mock_outputs = { args = "--streaming-connection-idle-timeout=0m" }
}

inputs = {
  args = dependency.cluster.outputs.args
}
