module "pond" {
  source = "./modules/pond"
  idle   = "0s"
}
