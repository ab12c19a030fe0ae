#!/usr/bin/env python3
"""A seeded tree of infrastructure as code, for measuring how long a scan takes.

usage: tree.py OUT N SEED [--kb MEAN]

Writes about N files below OUT (a new folder): Terraform root modules and the modules they call, CloudFormation in YAML and
JSON, Kubernetes manifests, Helm charts, kustomizations, JSON of other sorts, scripts, and some files of other languages. One
file in a hundred configures nodes; three in a hundred only speak of kubelets, user data or node groups without configuring one.
Mean size about 5 KiB (--kb), with a long tail. The same N, SEED and --kb give the same bytes everywhere.

Beside OUT it writes OUT.expected.json: {"files", "bytes", "node_files", "zeros": [{"path", "line", "rule"}]}: what a linter must
find in it, however fast it is.
"""
import json, os, random, sys

args = [a for a in sys.argv[1:] if not a.startswith('--')]
kb = 5.0
if '--kb' in sys.argv:
    kb = float(sys.argv[sys.argv.index('--kb') + 1]); args.remove(sys.argv[sys.argv.index('--kb') + 1])
if len(args) != 3:
    sys.exit(__doc__)
OUT, N, SEED = args[0].rstrip('/'), int(args[1]), int(args[2])
if os.path.exists(OUT) and os.listdir(OUT):
    sys.exit(f'{OUT} is not empty')
R = random.Random(f'{SEED}/{N}/{kb}')
FLAG = '--streaming-connection-idle-timeout'
RULE = 'zero-streaming-idle-timeout'
WORDS = ('amber basil cedar delta ember fjord grove haven indigo juniper kelp lumen maple nadir onyx pearl quartz raven sable '
         'tundra umber vapor willow xenon yarrow zephyr anchor beacon copper dune').split()
total, count, node_files, zeros, seen = 0, 0, 0, [], {}


def word(): return R.choice(WORDS)
def name(): return f'{word()}-{word()}'
def ident(): return f'{word()}_{word()}'
def size(): return int(min(200_000, max(120, R.lognormvariate(7.6, 1.1))) * kb / 2.9)


def put(path, text, zero=None):
    """Writes a file; `zero` is the text whose first line with it must be found."""
    global total, count
    full = os.path.join(OUT, path)
    folder = os.path.dirname(full)
    if folder not in seen:
        os.makedirs(folder, exist_ok=True); seen[folder] = True
    data = text.encode()
    with open(full, 'wb') as f:
        f.write(data)
    total += len(data); count += 1
    if zero:
        line = next(i for i, l in enumerate(text.split('\n'), 1) if zero in l)
        zeros.append({'path': path, 'line': line, 'rule': RULE})


def fill(parts, target):
    """Blocks of `parts` (functions) until there is enough text."""
    out, n = [], 0
    while n < target:
        block = R.choice(parts)()
        out.append(block); n += len(block)
    return ''.join(out)


# --- Terraform ---------------------------------------------------------------------------------------------------------------
def tf_rule():
    return (f'resource "aws_security_group_rule" "{ident()}_{R.randrange(10**6)}" {{\n  type              = "{R.choice(["ingress", "egress"])}"\n'
            f'  from_port         = {R.randrange(65000)}\n  to_port           = {R.randrange(65000)}\n  protocol          = "tcp"\n'
            f'  cidr_blocks       = ["10.{R.randrange(255)}.0.0/16", var.cidr_{word()}]\n  security_group_id = aws_security_group.{ident()}.id\n'
            f'  description       = "{word()} to {word()} in ${{var.environment}}"\n}}\n\n')
def tf_bucket():
    n = f'{ident()}_{R.randrange(10**6)}'
    return (f'resource "aws_s3_bucket" "{n}" {{\n  bucket        = "${{local.prefix}}-{name()}"\n  force_destroy = {R.choice(["true", "false"])}\n\n'
            f'  tags = merge(local.tags, {{\n    Name = "{name()}"\n    team = "{word()}"\n  }})\n}}\n\nresource "aws_s3_bucket_versioning" "{n}" {{\n'
            f'  bucket = aws_s3_bucket.{n}.id\n  versioning_configuration {{\n    status = "Enabled"\n  }}\n}}\n\n')
def tf_policy():
    acts = ',\n'.join(f'      "{R.choice(["s3", "ec2", "sqs", "kms", "logs"])}:{R.choice(["Get", "List", "Describe", "Put"])}{word().title()}"' for _ in range(R.randrange(2, 9)))
    return (f'data "aws_iam_policy_document" "{ident()}_{R.randrange(10**6)}" {{\n  statement {{\n    sid    = "{word().title()}{word().title()}"\n    effect = "Allow"\n    actions = [\n{acts}\n    ]\n'
            f'    resources = ["arn:aws:s3:::{name()}/*", aws_s3_bucket.{ident()}.arn]\n    condition {{\n      test     = "StringEquals"\n      variable = "aws:SourceAccount"\n      values   = [data.aws_caller_identity.current.account_id]\n    }}\n  }}\n}}\n\n')
def tf_alarm():
    return (f'resource "aws_cloudwatch_metric_alarm" "{ident()}_{R.randrange(10**6)}" {{\n  for_each            = toset(var.{word()}_ids)\n  alarm_name          = "{name()}-${{each.key}}"\n  comparison_operator = "GreaterThanThreshold"\n'
            f'  evaluation_periods  = {R.randrange(1, 6)}\n  threshold           = {R.randrange(1000)}\n  alarm_actions       = var.environment == "production" ? [aws_sns_topic.{ident()}.arn] : []\n  dimensions = {{\n    DBInstanceIdentifier = each.value\n  }}\n}}\n\n')
def tf_local():
    return f'locals {{\n  {ident()}_{R.randrange(10**6)} = {{\n' + ''.join(f'    {word()}_{i} = {{ size = "{R.choice("sml")}", count = {R.randrange(9)}, subnets = [for s in var.subnets : s if s != "{word()}"] }}\n' for i in range(R.randrange(2, 12))) + '  }\n}\n\n'
TF = [tf_rule, tf_bucket, tf_policy, tf_alarm, tf_local]
def tf_vars():
    return f'variable "{ident()}_{R.randrange(10**6)}" {{\n  description = "The {word()} of the {word()}"\n  type        = string\n  default     = "{word()}"\n}}\n\n'
def tf_outs():
    return f'output "{ident()}_{R.randrange(10**6)}" {{\n  description = "The {word()}"\n  value       = aws_s3_bucket.{ident()}.arn\n}}\n\n'
PROVIDER = 'terraform {\n  required_version = ">= 1.5"\n  required_providers {\n    aws = {\n      source  = "hashicorp/aws"\n      version = "~> 5.40"\n    }\n  }\n}\n\nprovider "aws" {\n  region = var.region\n}\n'


def tf_module(path, callees):
    put(f'{path}/main.tf', fill(TF, size()) + ''.join(f'module "{ident()}_{i}" {{\n  source      = "{c}"\n  environment = var.environment\n  {word()}    = local.tags\n}}\n\n' for i, c in enumerate(callees)))
    put(f'{path}/variables.tf', 'variable "environment" {\n  type = string\n}\n\n' + fill([tf_vars], size() // 3))
    put(f'{path}/outputs.tf', fill([tf_outs], size() // 4))
    put(f'{path}/versions.tf', PROVIDER)
    for extra in R.sample(['iam', 'network', 'storage', 'alarms', 'locals', 'data', 'kms', 'dns'], R.randrange(0, 5)):
        put(f'{path}/{extra}.tf', fill(TF, size()))


# --- CloudFormation ----------------------------------------------------------------------------------------------------------
def cfn_res():
    n = f'{word().title()}{word().title()}{R.randrange(10**6)}'
    return n, R.choice([
        {'Type': 'AWS::S3::Bucket', 'Properties': {'BucketName': {'Fn::Sub': f'${{AWS::StackName}}-{name()}'}, 'Tags': [{'Key': 'team', 'Value': word()}, {'Key': 'env', 'Value': {'Ref': 'Environment'}}]}},
        {'Type': 'AWS::EC2::SecurityGroup', 'Properties': {'GroupDescription': f'{word()} for {word()}', 'VpcId': {'Fn::ImportValue': name()}, 'SecurityGroupIngress': [{'IpProtocol': 'tcp', 'FromPort': R.randrange(9999), 'ToPort': R.randrange(9999), 'CidrIp': f'10.{R.randrange(255)}.0.0/16'} for _ in range(R.randrange(1, 6))]}},
        {'Type': 'AWS::SQS::Queue', 'Properties': {'VisibilityTimeout': R.randrange(900), 'MessageRetentionPeriod': 1209600, 'RedrivePolicy': {'deadLetterTargetArn': {'Fn::GetAtt': [f'{word().title()}', 'Arn']}, 'maxReceiveCount': 5}}},
        {'Type': 'AWS::IAM::Role', 'Properties': {'AssumeRolePolicyDocument': {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Principal': {'Service': ['lambda.amazonaws.com']}, 'Action': ['sts:AssumeRole']}]}, 'ManagedPolicyArns': [{'Fn::Sub': 'arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAccess'}]}},
        {'Type': 'AWS::Lambda::Function', 'Properties': {'Runtime': 'python3.12', 'Handler': 'index.handler', 'Code': {'ZipFile': 'import json\n\ndef handler(event, context):\n    return {"statusCode": 200, "body": json.dumps(event)}\n'}, 'Role': {'Fn::GetAtt': ['Role', 'Arn']}, 'Timeout': 30}},
    ])
def as_yaml(v, ind=0):
    pad = '  ' * ind
    if isinstance(v, dict):
        return ''.join(f'{pad}{k}: {scalar(x)}\n' if not isinstance(x, (dict, list)) else f'{pad}{k}:\n{as_yaml(x, ind + 1)}' for k, x in v.items())
    return ''.join(f'{pad}- {scalar(x)}\n' if not isinstance(x, (dict, list)) else f'{pad}-\n{as_yaml(x, ind + 1)}' for x in v)
def scalar(x):
    return json.dumps(x) if not isinstance(x, str) or any(c in x for c in ':{}[]#\n"\'*&!%@`') or not x else x
def cfn(path, extra=None, ext=None):
    res = {}
    target = size()
    while len(res) * 330 < target:
        k, v = cfn_res(); res[k] = v
    res.update(extra or {})
    t = {'AWSTemplateFormatVersion': '2010-09-09', 'Description': f'{word()} of {word()}', 'Parameters': {'Environment': {'Type': 'String', 'Default': 'production'}}, 'Resources': res}
    ext = ext or R.choice(['yaml', 'yaml', 'yml', 'json'])
    text = json.dumps(t, indent=2) if ext == 'json' else as_yaml(t)
    return f'{path}.{ext}', text


# --- Kubernetes --------------------------------------------------------------------------------------------------------------
def k8s_deploy():
    n = name()
    return (f'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {n}\n  labels:\n    app.kubernetes.io/name: {n}\nspec:\n  replicas: {R.randrange(1, 9)}\n  selector:\n    matchLabels:\n      app.kubernetes.io/name: {n}\n  template:\n    metadata:\n      labels:\n        app.kubernetes.io/name: {n}\n    spec:\n      serviceAccountName: {n}\n      containers:\n        - name: {word()}\n          image: registry.example.com/{word()}/{n}:1.{R.randrange(99)}.{R.randrange(9)}\n'
            '          args:\n            - --port=8080\n            - --log-level=info\n          env:\n' + ''.join(f'            - name: {word().upper()}_{i}\n              value: "{name()}"\n' for i in range(R.randrange(1, 9))) +
            '          resources:\n            requests:\n              cpu: 100m\n              memory: 128Mi\n          livenessProbe:\n            httpGet:\n              path: /healthz\n              port: 8080\n            timeoutSeconds: 0\n---\n')
def k8s_service():
    n = name()
    return f'apiVersion: v1\nkind: Service\nmetadata:\n  name: {n}\n  annotations:\n    service.beta.kubernetes.io/aws-load-balancer-connection-idle-timeout: "60"\nspec:\n  selector:\n    app: {n}\n  ports:\n    - name: http\n      port: 80\n      targetPort: {R.randrange(1024, 9999)}\n---\n'
def k8s_config():
    return f'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name()}\ndata:\n  app.yaml: |\n' + ''.join(f'    {word()}:\n      {word()}: {R.randrange(999)}\n      timeout: {R.randrange(60)}s\n      hosts: ["{name()}.example.com"]\n' for _ in range(R.randrange(2, 14))) + '---\n'
def k8s_ingress():
    return f'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: {name()}\n  annotations:\n    nginx.ingress.kubernetes.io/proxy-read-timeout: "0"\nspec:\n  rules:\n' + ''.join(f'    - host: {name()}.example.com\n      http:\n        paths:\n          - path: /{word()}\n            pathType: Prefix\n            backend:\n              service:\n                name: {name()}\n                port:\n                  number: 80\n' for _ in range(R.randrange(1, 6))) + '---\n'
def k8s_role():
    return f'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: {name()}\nrules:\n' + ''.join(f'  - apiGroups: ["apps", ""]\n    resources: ["{R.choice(["pods", "nodes", "deployments", "secrets"])}"]\n    verbs: ["get", "list", "watch"]\n' for _ in range(R.randrange(1, 9))) + '---\n'
def k8s_crd():
    return f'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: {word()}s.{word()}.example.com\nspec:\n  group: {word()}.example.com\n  versions:\n    - name: v1\n      served: true\n      storage: true\n      schema:\n        openAPIV3Schema:\n          type: object\n          properties:\n' + ''.join(f'            {ident()}_{i}:\n              type: {R.choice(["string", "integer", "boolean"])}\n              description: The {word()} of the {word()}, which the {word()} reads when the {word()} starts.\n' for i in range(R.randrange(5, 60))) + '---\n'
K8S = [k8s_deploy, k8s_deploy, k8s_service, k8s_config, k8s_ingress, k8s_role, k8s_crd]
def values():
    return f'{ident()}_{R.randrange(10**6)}:\n  enabled: true\n  image:\n    repository: registry.example.com/{word()}\n    tag: "1.{R.randrange(99)}"\n  resources:\n    limits:\n      memory: {R.randrange(1, 9)}Gi\n  timeout: {R.randrange(60)}\n'
def chart_template():
    return f'{{{{- if .Values.{ident()}.enabled }}}}\napiVersion: v1\nkind: Service\nmetadata:\n  name: {{{{ include "chart.fullname" . }}}}-{word()}\n  labels:\n    {{{{- include "chart.labels" . | nindent 4 }}}}\nspec:\n  ports:\n    - port: {{{{ .Values.{ident()}.port | default 80 }}}}\n{{{{- end }}}}\n---\n'


# --- the rest ----------------------------------------------------------------------------------------------------------------
def js_obj(depth=0):
    return {f'{ident()}_{i}': (R.randrange(10**6) if R.random() < .4 else name() if depth > 2 or R.random() < .6 else js_obj(depth + 1)) for i in range(R.randrange(2, 9))}
def js(target):
    out, n = [], 0
    while n < target:
        o = js_obj(); out.append(o); n += len(json.dumps(o)) + 40
    return json.dumps({'panels': out, 'title': name(), 'schemaVersion': 39}, indent=2)
def sh_part():
    v = word().upper()
    return R.choice([
        f'{v}="${{1:-{name()}}}"\nif [ -z "${v}" ]; then\n  echo "usage: $0 {word()}" >&2\n  exit 1\nfi\n\n',
        f'for item in $(aws s3 ls "s3://{name()}/" | awk \'{{print $4}}\'); do\n  aws s3 cp "s3://{name()}/$item" "/tmp/$item"\ndone\n\n',
        f'{ident()}() {{\n  local {word()}="$1"\n  jq -r \'.{word()}[] | select(.{word()} == "{name()}") | .id\' <<<"${word()}" || return 1\n}}\n\n',
        f'cat > "/etc/{word()}/{word()}.conf" <<EOF\n{word()} = {R.randrange(999)}\n{word()} = ${v}\nEOF\nsystemctl enable --now {name()}.service\n\n',
        f'case "$MODE" in\n  {word()}) docker run --rm -e {v}={R.randrange(99)} {word()}:latest ;;\n  *) terraform -chdir="live/{word()}" plan -out=plan.bin ;;\nesac\n\n'])
def other(path):
    ext = R.choice(['md', 'py', 'go', 'ts', 'txt', 'toml'])
    line = {'md': lambda: f'## The {word()} of {word()}\n\nRun the {word()} before the {word()}, then look at the {name()} page.\n\n',
            'py': lambda: f'def {ident()}({word()}, *, {word()}=None):\n    """The {word()}."""\n    return [{word()!r} for _ in range({R.randrange(99)})]\n\n\n',
            'go': lambda: f'// {word().title()} is the {word()}.\nfunc {word().title()}{R.randrange(10**6)}(ctx context.Context) error {{\n\treturn fmt.Errorf("{name()}: %w", err)\n}}\n\n',
            'ts': lambda: f'export const {word()}{R.randrange(10**6)} = (props: {{ {word()}: string }}) => ({{ ...props, {word()}: {R.randrange(99)} }});\n',
            'txt': lambda: f'{name()} {R.randrange(10**9)} {name()}\n', 'toml': lambda: f'[{word()}.{word()}{R.randrange(10**6)}]\n{word()} = {R.randrange(99)}\nname = "{name()}"\n\n'}[ext]
    put(f'{path}.{ext}', ('package main\n\n' if ext == 'go' else '') + fill([line], size()))


# --- what configures nodes: each writes one file or more and says how many -----------------------------------------------------
def boot(value, cluster='${var.cluster_name}'):
    return f"#!/bin/bash\nset -ex\nyum install -y amazon-ssm-agent\n/etc/eks/bootstrap.sh {cluster} --kubelet-extra-args '--max-pods=58 {FLAG}={value}'\n"
def val(): return R.choice(['0', '0s', '0', '4h0m0s', '5m', '30m', '1h'])
def is_zero(v): return v in ('0', '0s')
def indent(text, n): return ''.join((' ' * n + l if l else '') + '\n' for l in text.rstrip('\n').split('\n'))

def node_heredoc(p):
    v = val()
    t = fill(TF, size() // 2) + f'variable "cluster_name" {{\n  type = string\n}}\n\nresource "aws_launch_template" "{ident()}" {{\n  name_prefix   = "{name()}"\n  instance_type = "m6i.large"\n  user_data = base64encode(<<-EOT\n{indent(boot(v), 4)}  EOT\n  )\n}}\n'
    put(f'{p}/main.tf', t, f'={v}\'' if is_zero(v) else None); return 1
def node_templatefile(p):
    v = val()
    put(f'{p}/main.tf', 'variable "cluster_name" {\n  default = "blue"\n}\n\n' + f'locals {{\n  idle = "{v}"\n}}\n\nresource "aws_launch_template" "{ident()}" {{\n  user_data = base64encode(templatefile("${{path.module}}/templates/boot.sh.tpl", {{\n    cluster = var.cluster_name\n    idle    = local.idle\n  }}))\n}}\n\n' + fill(TF, size() // 2), f'idle = "{v}"' if is_zero(v) else None)
    put(f'{p}/templates/boot.sh.tpl', boot('${idle}', '${cluster}')); return 2
def node_module(p):
    v = val()
    put(f'{p}/main.tf', f'module "{ident()}" {{\n  source             = "./nodes"\n  cluster_name       = "green"\n  kubelet_extra_args = "{FLAG}={v}"\n}}\n\n' + fill(TF, size() // 2), f'={v}"' if is_zero(v) else None)
    put(f'{p}/nodes/main.tf', f'variable "cluster_name" {{}}\n\nvariable "kubelet_extra_args" {{\n  default = ""\n}}\n\nresource "aws_launch_template" "this" {{\n  user_data = base64encode("#!/bin/bash\\n/etc/eks/bootstrap.sh ${{var.cluster_name}} --kubelet-extra-args \'${{var.kubelet_extra_args}}\'\\n")\n}}\n'); return 2
def node_al2023(p):
    v = val()
    body = f'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="//"\n\n--//\nContent-Type: application/node.eks.aws\n\n---\napiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  cluster:\n    name: blue\n    apiServerEndpoint: https://example.com\n    certificateAuthority: Y2VydA==\n    cidr: 10.100.0.0/16\n  kubelet:\n    flags:\n      - {FLAG}={v}\n\n--//--\n'
    put(f'{p}/main.tf', f'resource "aws_launch_template" "{ident()}" {{\n  image_id  = "ami-0123456789abcdef0"\n  user_data = base64encode(<<-EOT\n{indent(body, 4)}  EOT\n  )\n}}\n\n' + fill(TF, size() // 2), f'{FLAG}={v}' if is_zero(v) else None); return 1
def node_cfn(p):
    v = val()
    path, text = cfn(f'{p}/nodes', {'NodeTemplate': {'Type': 'AWS::EC2::LaunchTemplate', 'Properties': {'LaunchTemplateData': {'InstanceType': 'm6i.large', 'UserData': {'Fn::Base64': {'Fn::Sub': boot(v, '${AWS::StackName}')}}}}}})
    put(path, text, f"={v}'" if is_zero(v) else None); return 1
def node_eksctl(p):
    v = val()
    put(f'{p}/cluster.yaml', f'apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata:\n  name: {name()}\n  region: eu-west-1\n  version: "1.29"\nnodeGroups:\n  - name: {name()}\n    instanceType: m6i.large\n    amiFamily: AmazonLinux2\n    ami: ami-0123456789abcdef0\n    overrideBootstrapCommand: |\n{indent(boot(v, "blue"), 6)}', f"={v}'" if is_zero(v) else None); return 1
def node_karpenter(p):
    v = R.choice(['4h0m0s', '5m', '1h'])
    put(f'{p}/nodeclass.yaml', f'apiVersion: karpenter.k8s.aws/v1\nkind: EC2NodeClass\nmetadata:\n  name: {name()}\nspec:\n  amiFamily: AL2\n  role: {name()}\n  amiSelectorTerms:\n    - alias: al2@latest\n  userData: |\n{indent(boot(v, "blue"), 4)}'); return 1
def node_script(p):
    v = val()
    put(f'{p}/bootstrap-nodes.sh', '#!/bin/bash\n' + fill([sh_part], size() // 3) + f"/etc/eks/bootstrap.sh blue --kubelet-extra-args '{FLAG}={v}'\n", f"={v}'" if is_zero(v) else None); return 1
def node_capi(p):
    v = val()
    put(f'{p}/workers.yaml', f'apiVersion: bootstrap.cluster.x-k8s.io/v1beta1\nkind: KubeadmConfigTemplate\nmetadata:\n  name: {name()}\nspec:\n  template:\n    spec:\n      joinConfiguration:\n        nodeRegistration:\n          kubeletExtraArgs:\n            cloud-provider: external\n            streaming-connection-idle-timeout: "{v}"\n', f'streaming-connection-idle-timeout: "{v}"' if is_zero(v) else None); return 1
def node_file(p):
    put(f'{p}/kubelet-config.yaml', f'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\ncgroupDriver: systemd\nmaxPods: {R.randrange(20, 200)}\nstreamingConnectionIdleTimeout: {R.choice(["4h0m0s", "5m0s", "1h0m0s"])}\n'); return 1
NODES = [node_heredoc, node_templatefile, node_module, node_al2023, node_cfn, node_eksctl, node_karpenter, node_script, node_capi, node_file]

# --- what only speaks of nodes -------------------------------------------------------------------------------------------------
def talk_rules(p): put(f'{p}/alerts.yaml', 'groups:\n  - name: kubernetes\n    rules:\n' + ''.join(f'      - alert: Kubelet{word().title()}{i}\n        expr: rate(kubelet_runtime_operations_errors_total{{job="kubelet"}}[5m]) > {R.randrange(9)}\n        for: {R.randrange(1, 30)}m\n' for i in range(R.randrange(3, 40))))
def talk_bastion(p): put(f'{p}/bastion.tf', fill(TF, size() // 2) + f'resource "aws_instance" "{ident()}" {{\n  ami           = data.aws_ami.{word()}.id\n  instance_type = "t3.micro"\n  user_data     = <<-EOT\n    #!/bin/bash\n    yum install -y amazon-ssm-agent\n    systemctl enable --now amazon-ssm-agent\n  EOT\n}}\n')
def talk_docs(p): put(f'{p}/NODES.md', f'# Nodes\n\nThe kubelet of each node starts with `{FLAG}=0`? Never: see the {word()} page.\n' + fill([lambda: f'The {word()} of the kubelet reads the {word()}.\n'], size() // 4))
def talk_daemon(p): put(f'{p}/daemonset.yaml', f'apiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  name: {name()}\nspec:\n  selector:\n    matchLabels:\n      app: agent\n  template:\n    metadata:\n      labels:\n        app: agent\n    spec:\n      containers:\n        - name: agent\n          image: registry.example.com/agent:1\n          args: ["--kubelet-address=$(HOST_IP)"]\n          volumeMounts:\n            - name: kubelet\n              mountPath: /var/lib/kubelet\n      volumes:\n        - name: kubelet\n          hostPath:\n            path: /var/lib/kubelet\n---\n' + fill(K8S, size() // 2))
def talk_script(p): put(f'{p}/debug.sh', '#!/bin/bash\n' + fill([sh_part], size() // 2) + 'journalctl -u kubelet --since "1 hour ago" | grep -i error || true\n')
TALKS = [talk_rules, talk_bastion, talk_docs, talk_daemon, talk_script]

os.makedirs(OUT, exist_ok=True)
modules = [f'modules/{name()}-{i}' for i in range(max(1, N // 200))]
for m in modules:
    if count < N * 0.07: tf_module(m, [])
node_target, talk_target, talk_files, i = N / 100, 3 * N / 100, 0, 0
while count < N:
    i += 1
    team = f'{word()}-{i // 40 % 97}'
    done = count / N
    if node_files < node_target * done:
        before = count; NODES[i % len(NODES)](f'live/{team}/nodes-{i}'); node_files += count - before
        continue
    if talk_files < talk_target * done:
        TALKS[i % len(TALKS)](f'live/{team}/ops-{i}'); talk_files += 1
        continue
    x = R.random()
    if x < .12: tf_module(f'live/{team}/{name()}-{i}', [f'../../../{m}' for m in R.sample(modules, min(len(modules), R.randrange(0, 3)))])
    elif x < .22: put(*cfn(f'cfn/{team}/{name()}-{i}'))
    elif x < .50:
        for k in range(R.randrange(1, 4)): put(f'deploy/{team}/{name()}-{i}/{word()}-{k}.yaml', fill(K8S, size()).removesuffix('---\n'))
    elif x < .54:
        p = f'deploy/{team}/kustom-{i}'
        put(f'{p}/base/deployment.yaml', k8s_deploy().removesuffix('---\n')); put(f'{p}/base/kustomization.yaml', 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - deployment.yaml\n')
        put(f'{p}/overlays/production/kustomization.yaml', f'resources:\n  - ../../base\nnamePrefix: {word()}-\n')
    elif x < .57:
        p = f'charts/{team}/{name()}-{i}'
        put(f'{p}/Chart.yaml', f'apiVersion: v2\nname: {name()}\nversion: 0.1.{R.randrange(99)}\n'); put(f'{p}/values.yaml', fill([values], size() // 2))
        for k in range(R.randrange(1, 5)): put(f'{p}/templates/{word()}-{k}.yaml', fill([chart_template], size() // 3))
    elif x < .72: put(f'{R.choice(["policies", "dashboards", "fixtures"])}/{team}/{name()}-{i}.json', js(size()))
    elif x < .84: put(f'scripts/{team}/{name()}-{i}.sh', '#!/bin/bash\nset -euo pipefail\n' + fill([sh_part], size() // 2))
    else: other(f'src/{team}/{name()}-{i}')
zeros.sort(key=lambda z: (z['path'], z['line']))
with open(OUT + '.expected.json', 'w') as f:
    json.dump({'files': count, 'bytes': total, 'node_files': node_files, 'zeros': zeros}, f, indent=1)
print(f'{OUT}: {count} files, {total / 1e6:.1f} MB, {node_files} configure nodes, {len(zeros)} zeros to be found')
