"""Applies the hardening to nodes that run already."""
import boto3

KUBELET_CONFIG = "/etc/kubernetes/kubelet/kubelet-config.json"
IDLE = "0s"

SCRIPT = """
set -e
jq '.streamingConnectionIdleTimeout = "0s"' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k
mv /tmp/k /etc/kubernetes/kubelet/kubelet-config.json
systemctl restart kubelet
"""


class Hardening:
    def __init__(self, region: str) -> None:
        self.ssm = boto3.client("ssm", region_name=region)

    async def flags(self, instances):
        # A flag in the drop-in of bootstrap.sh.
        return self.ssm.send_command(
            InstanceIds=instances,
            DocumentName="AWS-RunShellScript",
            Parameters={
                "commands": [
                    f"cp {KUBELET_CONFIG} {KUBELET_CONFIG}.bak",
                    "cat > /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf <<'EOF'",
                    "[Service]",
                    "Environment='KUBELET_EXTRA_ARGS=--v=2 --streaming-connection-idle-timeout=" + IDLE + "'",
                    "EOF",
                    "systemctl daemon-reload",
                    "systemctl restart kubelet",
                ],
            },
        )

    def config(self, instances):
        commands = SCRIPT.strip().split("\n")
        response = self.ssm.send_command(
            Targets=[{"Key": "InstanceIds", "Values": instances}],
            DocumentName="AWS-RunShellScript",
            Comment="with a number too",
            Parameters={"commands": commands, "executionTimeout": ["60"]},
        )
        return response["Command"]["CommandId"]
