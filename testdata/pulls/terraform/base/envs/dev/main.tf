module "pool" {
  source = "../../modules/pool"
  name   = "dev"
}
