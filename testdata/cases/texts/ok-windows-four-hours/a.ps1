<powershell>
& 'C:\Program Files\Amazon\EKS\Start-EKSBootstrap.ps1' -EKSClusterName x -KubeletExtraArgs '--streaming-connection-idle-timeout=4h'
</powershell>
