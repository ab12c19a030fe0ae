module "pool" {
  source = "../../modules/pool"
  name   = "prod"
  idle   = "4h"
}
