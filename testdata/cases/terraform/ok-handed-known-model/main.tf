# This module has a model, which says that Amazon Linux 2023 does not read the input: nothing is guessed.
module "eks" {
  source  = "terraform-aws-modules/eks/aws"
  version = "~> 20.0"

  cluster_name    = "prod"
  cluster_version = "1.33"

  eks_managed_node_groups = {
    web = {
      ami_type = "AL2023_x86_64_STANDARD"
    }
  }
  node_security_group_tags = { note = "--streaming-connection-idle-timeout=0" }
}
