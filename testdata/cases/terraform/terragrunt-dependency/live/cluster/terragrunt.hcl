terraform {
  source = "../../modules/cluster"
}

inputs = {
  idle = "0s"
}
