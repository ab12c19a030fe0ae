data "aws_ssm_parameter" "node_config" {
  name = "/nodes/config"
}

resource "aws_launch_template" "nodes" {
  user_data = base64encode(join("\n", [
    "MIME-Version: 1.0",
    "Content-Type: multipart/mixed; boundary=\"//\"",
    "",
    "--//",
    "Content-Type: application/node.eks.aws",
    "",
    data.aws_ssm_parameter.node_config.value,
    "--//--",
  ]))
}
