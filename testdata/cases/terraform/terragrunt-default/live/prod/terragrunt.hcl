include "root" { path = "${get_repo_root()}/root/terragrunt.hcl" }
terraform { source = "../../mod" }
locals { c = read_terragrunt_config("missing.hcl", { inputs = { t = "0" } }) }
inputs = { t = local.c.inputs.t, r = path_relative_from_include("root") }
