resource "aws_launch_template" "pond" {
  user_data = base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh pond\n")
}

resource "aws_launch_template" "lake" {
  user_data = <% if .Lake %>base64encode("#!/bin/bash\n/etc/eks/bootstrap.sh lake\n")<% end %>
}
