terraform {
  source = "../../../modules/nodes"
  extra_arguments "v" {
    commands = get_terraform_commands_that_need_vars()
    env_vars = {
      TF_VAR_idle = "0s"
    }
  }
}

# The environment is stronger.
inputs = {
  idle = "4h"
}
