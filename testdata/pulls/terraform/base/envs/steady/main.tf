module "pool" {
  source = "../../modules/steady"
  name   = "steady"
}
