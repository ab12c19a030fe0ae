locals {
  script = <<-EOT
    #!/bin/bash
    /etc/eks/bootstrap.sh demo --kubelet-extra-args '--streaming-connection-idle-timeout=0'
  EOT
  made = {
    mode     = "chmod 755 /tmp/join.sh"
    letters  = "chmod u+x /tmp/join.sh"
    folder   = "chmod -R +x /tmp"
    pattern  = "chmod +x /tmp/*.sh"
    found    = "find /tmp -name '*.sh' -exec chmod +x {} \\;"
    piped    = "ls /tmp/join.sh | xargs chmod +x"
    unknown  = "SCRIPT=$(curl -s http://example.com/name); chmod +x /tmp/$SCRIPT"
    replaced = "install -m 0755 /tmp/join.sh /tmp/other.sh; mv /tmp/other.sh /tmp/join.sh"
  }
}

resource "aws_launch_template" "made" {
  for_each = local.made
  image_id = "ami-0123456789abcdef0"
  user_data = base64encode(<<-EOT
    #!/bin/bash
    cat > /tmp/join.sh <<'EOF'
    ${indent(4, local.script)}
    EOF
    ${each.value}
    /tmp/join.sh
  EOT
  )
}

resource "aws_launch_template" "handed_to_a_shell" {
  image_id = "ami-0123456789abcdef0"
  user_data = base64encode(<<-EOT
    #!/bin/bash
    cat > /tmp/join.sh <<'EOF'
    ${indent(4, local.script)}
    EOF
    bash /tmp/join.sh
  EOT
  )
}

resource "aws_launch_template" "permissions" {
  image_id = "ami-0123456789abcdef0"
  user_data = base64encode(<<-EOT
    #cloud-config
    ${jsonencode({ write_files = [{ path = "/opt/join.sh", permissions = "0755", content = local.script }], runcmd = ["/opt/join.sh"] })}
  EOT
  )
}

resource "null_resource" "provisioner" {
  connection {
    host = "10.0.0.1"
  }
  provisioner "file" {
    content     = local.script
    destination = "/tmp/join.sh"
  }
  provisioner "remote-exec" {
    inline = ["/tmp/join.sh"]
  }
}
