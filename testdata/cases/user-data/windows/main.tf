locals {
  idle = "--streaming-connection-idle-timeout=0"
}

resource "aws_launch_template" "windows" {
  name = "windows"
  user_data = base64encode(<<-EOT
    <powershell>
    [string]$EKSBinDir = "$env:ProgramFiles\Amazon\EKS"
    [string]$EKSBootstrapScriptFile = "$EKSBinDir\Start-EKSBootstrap.ps1"
    $arguments = @{
      EKSClusterName   = 'demo'
      KubeletExtraArgs = "--v=2 ${local.idle}"
    }
    & $EKSBootstrapScriptFile @arguments 3>&1 4>&1 5>&1 6>&1
    </powershell>
  EOT
  )
}
