def apply(ssm, nodes):
    ssm.send_command(
        InstanceIds=nodes,
        DocumentName="AWS-RunShellScript",
        Parameters={"commands": ["systemctl restart kubelet"
