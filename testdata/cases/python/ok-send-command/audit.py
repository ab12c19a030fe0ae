import boto3


def audit(ssm, instances):
    # send_command( of another document, and commands that only look.
    ssm.send_command(InstanceIds=instances, DocumentName="AWS-RunPatchBaseline", Parameters={"Operation": ["Scan"]})
    return ssm.send_command(
        InstanceIds=instances,
        DocumentName="AWS-RunShellScript",
        Parameters={"commands": ["ps -ef | grep kubelet | grep streaming-connection-idle-timeout=0"]},
    )
