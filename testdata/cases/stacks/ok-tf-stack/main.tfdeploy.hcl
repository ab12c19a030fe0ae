deployment "dev" {
  inputs = {
    idle = "4h"
  }
}
deployment "prod" {
  inputs = {
    idle = upstream_input.network.idle
  }
}
