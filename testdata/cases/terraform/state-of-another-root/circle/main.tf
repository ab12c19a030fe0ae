terraform {
  backend "gcs" {
    bucket = "pond"
    prefix = "circle"
  }
}

data "terraform_remote_state" "pools" {
  backend = "gcs"
  config  = { bucket = "pond", prefix = "pools" }
}

output "idle" {
  value = data.terraform_remote_state.pools.outputs.idle
}
