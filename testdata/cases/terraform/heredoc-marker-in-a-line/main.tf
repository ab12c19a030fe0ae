resource "aws_launch_template" "quoted" {
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode(<<EOF
#!/bin/bash
su - app -c "cat > /opt/note << EOF
hello
EOF"
/etc/eks/bootstrap.sh lab --kubelet-extra-args '--streaming-connection-idle-timeout=0'
EOF
  )
}

resource "aws_launch_template" "over_lines" {
  image_id = "ami-0123456789abcdef0"
  user_data = base64encode(<<-END
    #!/bin/bash
    logger 'first line
    END, and more'
    /etc/eks/bootstrap.sh lab --kubelet-extra-args '--streaming-connection-idle-timeout=0s'
  END
  )
}

resource "aws_launch_template" "commented" {
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode(<<EOF
#!/bin/bash
# What follows is not the end:
EOF # not yet
/etc/eks/bootstrap.sh lab --kubelet-extra-args '--streaming-connection-idle-timeout=0h'
EOF
  )
}
