module "eks" {
  source  = "terraform-aws-modules/eks/aws"
  version = "20.8.0"

  self_managed_node_groups = {
    missing = {
      user_data_template_path = "${path.module}/templates/missing.tpl"
    }
    outside = {
      user_data_template_path = "../../outside/user-data.tpl"
    }
  }
}
