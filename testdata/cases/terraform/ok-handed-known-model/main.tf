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

# These two launch nothing, so nothing is left unread.
module "karpenter" {
  source             = "terraform-aws-modules/eks/aws//modules/karpenter"
  version            = "~> 20.0"
  node_iam_role_arn  = module.eks.eks_managed_node_groups["web"].iam_role_arn
  create_node_iam_role = false
}
module "role" {
  source  = "git::https://github.com/terraform-aws-modules/terraform-aws-iam.git//modules/iam-role-for-service-accounts?ref=v6.2.1"
  name    = module.eks.eks_managed_node_groups["web"].iam_role_name
}
