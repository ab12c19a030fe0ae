use std::path::Path;

use super::program::Program;
use super::{Pulumi, parts};
use crate::input::testing::{plain, read, show, tree};
use crate::input::yaml_values::json_of;
use crate::node::Cx;
use crate::text::Memory;

const PROGRAM: &str = "
config: {size: {default: 3}, secret: {type: string}}
variables: {args: '--x=0s', list: [a, b], map: {k: v}, of: '${args}!', me: '${me}'}
";

#[test]
fn expressions() {
    for (expression, want) in [
        ("plain", "\"plain\""),
        ("'a ${args} b'", "\"a --x=0s b\""),
        ("'${of}'", "\"--x=0s!\""),
        ("'$${args}'", "\"${args}\""),
        ("'${list[1]}${map.k}'", "\"bv\""),
        ("'${list}'", "[\"a\",\"b\"]"),
        ("'${size}'", "3"),
        ("'${stack}'", "\"from the stack\""),
        ("'a ${secret} ${cluster.name} ${me}'", "\"a ? ? ?\""),
        ("{'fn::toBase64': a}", "\"YQ==\""),
        ("{'fn::fromBase64': {'fn::toBase64': '${args}'}}", "\"--x=0s\""),
        ("{'fn::join': ['-', ['a', '${args}']]}", "\"a---x=0s\""),
        ("{'fn::split': [',', 'a,b']}", "[\"a\",\"b\"]"),
        ("{'fn::select': [1, ['a', 'b']]}", "\"b\""),
        ("{'fn::toJSON': {a: [1, true]}}", "\"{\\\"a\\\":[1,true]}\""),
        ("{'fn::readFile': ./a.sh}", "\"echo\""),
        ("{'fn::secret': s}", "\"s\""),
        ("{'fn::invoke': {function: f}}", "?"),
        ("{'fn::nope': 1}", "?"),
    ] {
        let files = Memory::new([("/p/a.sh", b"echo".as_slice())]);
        let mut cx = Cx::new(&files);
        let program = tree(PROGRAM, &mut cx);
        let stack = [("stack".to_owned(), tree("from the stack", &mut cx))];
        let node = tree(expression, &mut cx);
        let value = Program::new(&program, Path::new("/p"), &stack).value(&node, &mut cx);
        assert_eq!(plain(&json_of(&value)), want, "{expression}");
    }
}

#[test]
fn node_groups() {
    for (kind, properties, want) in [
        ("aws:ec2:LaunchTemplate", "userData: {'fn::toBase64': kubelet}", "LaunchTemplate r: kubelet"),
        ("aws:ec2/instance:Instance", "userData: kubelet", "Instance r: kubelet"),
        (
            "eks:NodeGroup",
            "{amiType: AL2023_x86_64_STANDARD, kubeletExtraArgs: --a=1}",
            "NodeGroup r: apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  kubelet:\n    flags:\n    - '--a=1'\n",
        ),
        (
            "eks:NodeGroup",
            "{amiType: AL2_x86_64, kubeletExtraArgs: --a=1 --b=2}",
            "NodeGroup r: #!/bin/bash\n/etc/eks/bootstrap.sh ? --kubelet-extra-args '--a=1 --b=2'\n",
        ),
        (
            "eks:NodeGroup",
            "{amiType: PLAN9, kubeletExtraArgs: --a=1}",
            "NodeGroup r ! the family of this node group is not supported",
        ),
        ("aws:s3:Bucket", "userData: kubelet", ""),
    ] {
        let text =
            format!("name: p\nruntime: yaml\nresources:\n  r:\n    type: {kind}\n    properties: {properties}\n");
        let text = text.replace("properties: userData", "properties:\n      userData");
        read(&Pulumi, "/Pulumi.yaml", &text, |groups, _| assert_eq!(show(groups).join(";"), want, "{kind}"));
    }
    assert_eq!(parts("aws:ec2/launchTemplate:LaunchTemplate"), Some(("aws", "ec2", "LaunchTemplate")));
    assert_eq!(parts("eks:Cluster"), Some(("eks", "index", "Cluster")));
}
