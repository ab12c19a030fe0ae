module "fleet" {
  source = "./fleet"
  idle   = "0h"
}
