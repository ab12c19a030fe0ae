locals {
  idle = "0s"
}
