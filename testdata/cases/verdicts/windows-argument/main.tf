resource "aws_launch_template" "a" {
  user_data = base64encode(<<-EOT
    <powershell>
    & "C:\Program Files\Amazon\EKS\Start-EKSBootstrap.ps1" -EKSClusterName c -KubeletExtraArgs '--streaming-connection-idle-timeout=0'
    </powershell>
  EOT
  )
}
