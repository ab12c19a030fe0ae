<powershell>
$script = "$env:ProgramFiles\Amazon\EKS\Start-EKSBootstrap.ps1"
Invoke-Expression "& '$script' -EKSClusterName invoked -KubeletExtraArgs '--streaming-connection-idle-timeout=0'"
</powershell>
