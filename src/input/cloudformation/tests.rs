use super::*;
use crate::input::testing::{plain, read, show, text_of, written};
use crate::node::Family;

mod recorded;

/// The result of an expression for user data, in a template with some sections.
fn user_data(expression: &str) -> Vec<String> {
    let template = format!(
        "{SECTIONS}Resources:\n  Other: {{Type: AWS::EC2::VPC}}\n  N:\n    Type: AWS::EC2::Instance\n    Properties:\n      UserData: {expression}\n"
    );
    let mut out = Vec::new();
    read(&CloudFormation, "/t.yaml", &template, |groups, cx| {
        assert!(cx.notes.problems.is_empty(), "{:?} in {template}", cx.notes.problems);
        out = show(groups);
    });
    out
}

const SECTIONS: &str = "
Parameters:
  Args: {Type: String, Default: --idle=0s}
  Number: {Type: Number, Default: 7}
  Empty: {Type: String, Default: ''}
  Cluster: {Type: String}
  List: {Type: CommaDelimitedList, Default: 'a, b'}
  Ami: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /aws/x}
  Token: {Type: String, NoEcho: true, Default: secret}
Mappings:
  M: {top: {k: v, l: [x, y]}}
Conditions:
  Has: !Not [!Equals [!Ref Args, '']]
  HasNot: !Not [!Condition Has]
  Open: !Equals [!Ref Cluster, x]
  NotOpen: !Not [{Condition: Open}]
  Both: !And [!Condition Has, !Condition Open]
  Any: !Or [!Condition HasNot, !Condition Open, !Equals [!Ref Cluster, y]]
  Circle: !And [!Condition Circle, !Condition Open]
";

#[test]
fn intrinsics() {
    let cases: &[(&str, &[&str])] = &[
        ("!Base64 plain", &["N: plain"]),
        ("{'Fn::Base64': !Sub 'a ${Args} ${!KEEP} $VAR $(x) ${Number}'}", &["N: a --idle=0s ${KEEP} $VAR $(x) 7"]),
        ("!Base64 {'Fn::Sub': ['${A} ${ Args } ${B}', {A: !Ref Number, B: !GetAtt X.Y}]}", &["N: 7 --idle=0s ?"]),
        ("!Base64 {'Fn::Sub': 'c ${Cluster} ${AWS::Region} ${Other} ${Other.Id} ${No.Such}'}", &["N: c ? ? ? ? ?"]),
        ("!Base64 {'Fn::Join': ['-', [a, !Ref Number, !Ref 'AWS::NoValue', !Ref Cluster]]}", &["N: a-7-?"]),
        ("!Base64 {'Fn::Join': ['', !Ref List]}", &["N: ab"]),
        ("!Base64 {'Fn::Select': [1, !Ref List]}", &["N: b"]),
        ("!Base64 {'Fn::Select': ['1', !Split ['|', 'a|b']]}", &["N: b"]),
        (
            "!Base64 {'Fn::Select': [0, !Split ['|', !Ref Cluster]]}",
            &["N ! parameter Cluster has no value in this repository"],
        ),
        ("!Base64 {'Fn::FindInMap': [M, top, k]}", &["N: v"]),
        ("!Base64 {'Fn::Join': ['', !FindInMap [M, top, l]]}", &["N: xy"]),
        ("!Base64 {'Fn::FindInMap': [M, nope, k, {DefaultValue: d}]}", &["N: d"]),
        (
            "!Base64 {'Fn::FindInMap': [M, !Ref 'AWS::Region', k]}",
            &["N ! a key of Fn::FindInMap is not available here"],
        ),
        ("!Base64 {'Fn::If': [Has, yes it is, no]}", &["N: yes it is"]),
        ("!Base64 {'Fn::If': [HasNot, a, b]}", &["N: b"]),
        ("!Base64 {'Fn::If': [Open, a, b]}", &["N if condition Open: a", "N if not (condition Open): b"]),
        ("!If [NotOpen, !Base64 a, !Ref AWS::NoValue]", &["N if not (condition Open): a"]),
        ("!Base64 {'Fn::If': [Both, a, b]}", &["N if condition Open: a", "N if not (condition Open): b"]),
        ("!Base64 {'Fn::If': [Any, a, b]}", &["N if condition Any: a", "N if not (condition Any): b"]),
        ("!Base64 {'Fn::If': [Circle, a, b]}", &["N if condition Circle: a", "N if not (condition Circle): b"]),
        (
            "!Base64 {'Fn::Sub': ['${A}${B}', {A: !If [Open, a, b], B: !If [NotOpen, c, d]}]}",
            &["N if condition Open: ad", "N if not (condition Open): bc"],
        ),
        ("!Base64 {'Fn::If': [Unheard, a, b]}", &["N if condition Unheard: a", "N if not (condition Unheard): b"]),
        ("!Ref Cluster", &["N ! parameter Cluster has no value in this repository"]),
        ("!Base64 {'Fn::Sub': '${Token} ${Ami}'}", &["N: ? ?"]),
        ("!Base64 {'Fn::ImportValue': x}", &["N ! a value imported from another stack is not available here"]),
        ("!Base64 {'Fn::Transform': {Name: 'AWS::Include'}}", &["N ! Fn::Transform is not supported"]),
        ("!Base64 'a {{resolve:ssm:/x:1}} b'", &["N: a ? b"]),
        ("!Base64 {'Fn::Sub': !Rain::Embed x.sh}", &["N ! Rain::Embed inside Fn::Sub is not supported"]),
        ("cGxhaW4=", &["N: cGxhaW4="]),
        ("[a]", &["N ! user data that is not a string is not supported"]),
        ("!Base64 |\n        #!/bin/bash\n        x\n", &["N: #!/bin/bash\nx\n"]),
        ("!Base64 !Sub |\n        x ${Args}\n", &["N: x --idle=0s\n"]),
        ("!Ref AWS::NoValue", &[]),
    ];
    for (expression, want) in cases {
        assert_eq!(user_data(expression), *want, "{expression}");
    }
}

#[test]
fn a_default_is_placed_where_it_is_written() {
    let text = "Parameters:\n  Args:\n    Type: String\n    Default: '--x --idle=0s'\nResources:\n  T:\n    Type: AWS::EC2::LaunchTemplate\n    Properties:\n      LaunchTemplateData:\n        UserData:\n          Fn::Base64: !Sub |\n            #!/bin/bash\n            /etc/eks/bootstrap.sh c ${Args}\n            echo --other=1s\n";
    read(&CloudFormation, "/t.yml", text, |groups, cx| {
        assert_eq!(show(groups), ["T: #!/bin/bash\n/etc/eks/bootstrap.sh c --x --idle=0s\necho --other=1s\n"]);
        let data = text_of(&groups[0].steps[0]);
        assert_eq!(written(&data, "0s", cx), (vec!["${Args}".to_owned()], (4, 26), "0s".to_owned()));
        assert_eq!(written(&data, "1s", cx), (vec![], (14, 26), "1s".to_owned()));
        assert_eq!(cx.texts.slice(groups[0].place), b"T");
    });
}

#[test]
fn json_as_the_cdk_writes_it() {
    let text = r##"{"Resources": {
 "Fleet": {"Type": "AWS::AutoScaling::LaunchConfiguration", "Properties": {
  "UserData": {"Fn::Base64": {"Fn::Join": ["", ["#!/bin/bash\n/etc/eks/bootstrap.sh ", {"Ref": "Cluster"}, " --kubelet-extra-args \"--idle=0s\""]]}}}},
 "Cluster": {"Type": "Custom::AWSCDK-EKS-Cluster"}}}"##;
    read(&CloudFormation, "/cdk.out/S.template.json", text, |groups, cx| {
        assert_eq!(show(groups), ["Fleet: #!/bin/bash\n/etc/eks/bootstrap.sh ? --kubelet-extra-args \"--idle=0s\""]);
        let (_, place, bytes) = written(&text_of(&groups[0].steps[0]), "0s", cx);
        assert_eq!((place.0, bytes.as_str()), (3, "0s"));
    });
}

#[test]
fn conditions_around_resources_and_properties() {
    let text = "Parameters: {P: {Type: String}}\nConditions:\n  A: !Equals [!Ref P, x]\n  Off: !Equals [a, b]\nResources:\n  T:\n    Type: AWS::EC2::LaunchTemplate\n    Condition: A\n    Properties:\n      LaunchTemplateData: !If\n        - A\n        - UserData: eA==\n        - UserData: eQ==\n  U:\n    Type: AWS::EC2::Instance\n    Condition: Off\n    Properties: {UserData: !If [Off, eA==, eQ==]}\n  V:\n    Type: AWS::EC2::LaunchTemplate\n    Properties: {LaunchTemplateData: {'Fn::Transform': {Name: 'AWS::Include'}}}\n  W:\n    Type: AWS::EC2::LaunchTemplate\n    Properties: {LaunchTemplateData: {ImageId: ami-1, 'Fn::Transform': {Name: 'AWS::Include'}}}\n  S:\n    Type: AWS::EC2::SpotFleet\n    Properties: {SpotFleetRequestConfigData: {LaunchSpecifications: [{UserData: eA==}, {UserData: eQ==}]}}\n";
    read(&CloudFormation, "/t.cfn", text, |groups, _| {
        assert_eq!(
            show(groups),
            [
                "T if condition A: eA==",
                "V ! Fn::Transform is not supported",
                "W ! Fn::Transform is not supported",
                "S: eA==",
                "S: eQ=="
            ]
        );
    });
}

#[test]
fn a_loop_over_something_unknown_is_a_gap() {
    let text = "Transform: AWS::LanguageExtensions\nParameters: {P: {Type: CommaDelimitedList}}\nResources:\n  V: {Type: AWS::EC2::VPC}\n  Fn::ForEach::Nodes:\n    - N\n    - !Ref P\n    - Node${N}: {Type: AWS::EC2::Instance, Properties: {UserData: eA==}}\n";
    read(&CloudFormation, "/t.yaml", text, |groups, cx| {
        assert_eq!((groups.len(), cx.notes.gaps.len()), (0, 1));
    });
}

#[test]
fn families_and_versions() {
    let text = "Parameters:\n  Image: {Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: /aws/service/eks/optimized-ami/1.29/amazon-linux-2/recommended/image_id}\nResources:\n  A:\n    Type: AWS::EC2::LaunchTemplate\n    Properties: {LaunchTemplateData: {ImageId: !Ref Image, UserData: eA==}}\n  B:\n    Type: AWS::EC2::LaunchTemplate\n    Properties: {LaunchTemplateData: {UserData: eA==}}\n  G:\n    Type: AWS::EKS::Nodegroup\n    Properties: {AmiType: AL2023_ARM_64_STANDARD, Version: '1.31', LaunchTemplate: {Id: !Ref B, Version: '1'}}\n";
    read(&CloudFormation, "/t.yaml", text, |groups, _| {
        let facts: Vec<_> = groups.iter().map(|g| (&*g.name, g.family, g.minor, g.merged_by_eks)).collect();
        assert_eq!(facts, [("A", Some(Family::Al2), Some(29), false), ("B", Some(Family::Al2023), Some(31), true)]);
    });
}

#[test]
fn what_is_no_template_stays_silent() {
    for text in [
        "Resources: {a: {Type: nope}}\n# AWS:: UserData\n",
        "apiVersion: v1\nkind: ConfigMap\ndata: {Resources: 'AWS::X', UserData: x}\n",
        "Resources:\n  V: {Type: AWS::EC2::VPC}\n",
        "",
        "[[[",
    ] {
        read(&CloudFormation, "/x.yaml", text, |groups, cx| {
            assert!(groups.is_empty() && cx.notes.problems.is_empty() && cx.notes.gaps.is_empty(), "{text}");
        });
    }
    // A name without a template is skipped.
    read(
        &CloudFormation,
        "/x.txt",
        "Resources: {A: {Type: AWS::EC2::Instance, Properties: {UserData: x}}}",
        |groups, _| {
            assert!(groups.is_empty());
        },
    );
}

#[test]
fn errors_are_reported() {
    let broken = "Resources:\n  A:\n    Type: AWS::EC2::Instance\n    Properties: {UserData: [}\n";
    read(&CloudFormation, "/x.yaml", broken, |groups, cx| {
        assert!(groups.is_empty());
        assert_eq!(cx.notes.problems.len(), 1);
        assert_eq!(cx.texts.place(cx.notes.problems[0].at).start().line, 4);
    });
    let go = "Resources:\n{{- range .Groups }}\n  A:\n    Type: AWS::EC2::Instance\n    Properties: {UserData: x}\n{{- end }}\n";
    read(&CloudFormation, "/x.yaml", go, |_, cx| {
        assert_eq!((cx.notes.problems.len(), cx.notes.gaps.len()), (1, 0));
    });
}

#[test]
fn hostile_templates_are_bounded() {
    let nested =
        |open: &str, close: &str, n| format!("!Base64 {{'Fn::Join': ['', [{}x{}]]}}", open.repeat(n), close.repeat(n));
    for expression in [
        nested("{'Fn::Join': ['', [", "]]}", 38),
        nested("!Join ['', [", "]]", 55),
        nested("{'Fn::Sub': ['${A}', {A: ", "}]}", 38),
    ] {
        std::thread::Builder::new()
            .stack_size(2 << 20)
            .spawn(move || {
                let out = user_data(&expression);
                assert!(out.len() <= 1);
            })
            .unwrap()
            .join()
            .unwrap();
    }
    // Nested loops, a loop with a deep body, deep JSON, configuration sets that refer to each other.
    let loops = (0..40).map(|n| format!("{{'Fn::ForEach::L{n}': [V{n}, [a], ")).collect::<Vec<_>>().concat();
    let deep = |n| format!("{}x{}", "[".repeat(n), "]".repeat(n));
    for text in [
        format!("Resources: {loops}{{N: {{Type: AWS::EC2::Instance, Properties: {{UserData: x}}}}}}{}", "]}".repeat(40)),
        format!(
            "Resources: {{'Fn::ForEach::L': [V, [a, b], {{'N${{V}}': {{Type: AWS::EC2::Instance, Properties: {{UserData: {}}}}}}}]}}",
            deep(115)
        ),
        format!("Resources: {{N: {{Type: AWS::EC2::Instance, Properties: {{UserData: {{'Fn::ToJsonString': {}}}}}}}}}", deep(115)),
        "Resources: {N: {Type: AWS::EC2::Instance, Metadata: {'AWS::CloudFormation::Init': {configSets: {default: [{ConfigSet: a}, {ConfigSet: a}], a: [{ConfigSet: default}, {ConfigSet: default}]}}}, Properties: {UserData: cfn-init}}}".to_owned(),
        format!(
            "Parameters: {{P: {{Type: String, AllowedValues: [{}]}}}}\nResources: {{N: {{Type: AWS::EC2::Instance, Properties: {{UserData: !Ref P}}}}}}",
            (0..5000).map(|n| format!("v{n}")).collect::<Vec<_>>().join(", ")
        ),
    ] {
        std::thread::Builder::new()
            .stack_size(2 << 20)
            .spawn(move || read(&CloudFormation, "/x.yaml", &text, |groups, _| assert!(groups.len() <= 33, "{}", groups.len())))
            .unwrap()
            .join()
            .unwrap();
    }
    // Each condition refers to the one before it twice.
    let mut text = "Conditions:\n  C0: !Equals [!Ref AWS::Region, x]\n".to_owned();
    for n in 1..200 {
        text.push_str(&format!("  C{n}: !Or [!Condition C{}, !Not [!Condition C{}]]\n", n - 1, n - 1));
    }
    text.push_str("Resources:\n  N: {Type: AWS::EC2::Instance, Properties: {UserData: !If [C199, a, b]}}\n");
    read(&CloudFormation, "/x.yaml", &text, |groups, _| assert!(groups.len() <= 2));
    // A large default that is used many times.
    let large = "x".repeat(1 << 16);
    let uses = "${P}".repeat(1 << 14);
    let list = ",".repeat(1 << 16);
    let text = format!(
        "Parameters:\n  P: {{Type: String, Default: {large}}}\n  L: {{Type: CommaDelimitedList, Default: '{list}'}}\nResources:\n  N: {{Type: AWS::EC2::Instance, Properties: {{UserData: !Sub '{uses}'}}}}\n  M: {{Type: AWS::EC2::Instance, Properties: {{UserData: !Join ['', !Ref L]}}}}\n"
    );
    read(&CloudFormation, "/x.yaml", &text, |groups, _| {
        let gaps: Vec<_> = groups.iter().flat_map(|g| &g.gaps).map(|g| g.why.to_string()).collect();
        assert_eq!(gaps, ["limit reached: length of a text", "limit reached: items of a list"]);
    });
    // Many alternatives of one text become unknown, not thousands of node groups.
    let mut text = "Conditions:\n".to_owned();
    let mut parts = String::new();
    for n in 0..20 {
        text.push_str(&format!("  C{n}: !Equals [!Ref AWS::Region, x{n}]\n"));
        parts.push_str(&format!("!If [C{n}, a, b], "));
    }
    text.push_str(&format!("Resources:\n  N: {{Type: AWS::EC2::Instance, Properties: {{UserData: !Base64 {{'Fn::Join': ['', [{parts}]]}}}}}}\n"));
    read(&CloudFormation, "/x.yaml", &text, |groups, _| {
        assert_eq!(groups.len(), 32);
        assert!(groups.iter().all(|g| plain(&text_of(&g.steps[0])).ends_with('?')));
    });
}
