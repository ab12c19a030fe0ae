resource "aws_launch_template" "bottlerocket" {
  name = "bottlerocket"
  user_data = base64encode(<<-EOT
    [settings.kubernetes]
    cluster-name = "demo"
    cpu-manager-reconcile-period = "0s"
    shutdown-grace-period = "0s"
    streaming-connection-idle-timeout = "0s"
  EOT
  )
}
