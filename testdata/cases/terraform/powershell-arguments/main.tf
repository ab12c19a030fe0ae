resource "aws_launch_template" "a" {
  user_data = base64encode(<<-EOT
    <powershell>
    $a = @("-EKSClusterName", "c")
    $a += @("-KubeletExtraArgs", "--streaming-connection-idle-timeout=0")
    & "$env:ProgramFiles\Amazon\EKS\Start-EKSBootstrap.ps1" @a
    </powershell>
  EOT
  )
}
resource "aws_launch_template" "b" {
  user_data = base64encode(<<-EOT
    <powershell>
    $p = @{ EKSClusterName = "c" }
    $p["KubeletExtraArgs"] = "--streaming-connection-idle-timeout=0"
    & "$env:ProgramFiles\Amazon\EKS\Start-EKSBootstrap.ps1" @p
    </powershell>
  EOT
  )
}
