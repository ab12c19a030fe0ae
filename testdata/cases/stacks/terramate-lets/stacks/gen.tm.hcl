generate_hcl "main.tf" {
  lets {
    idle = global.kubelet.idle
  }
  content {
    module "nodes" {
      source = "${terramate.stack.path.to_root}/modules/nodes"
      idle   = let.idle
    }
  }
}
