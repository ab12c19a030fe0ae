//! Node groups of small modules.

use super::*;
use crate::text::Layer;

/// Removes known base64 and gzip encodings.
fn plain(text: &Traced) -> Traced {
    match text.original(Layer::Base64).or_else(|| text.original(Layer::Gzip)) {
        Some(original) => plain(original),
        None => text.clone(),
    }
}

/// The text with the reason of each unknown part in angle brackets.
fn shown(text: &Traced) -> String {
    let part = |(range, piece): (std::ops::Range<usize>, &crate::text::Piece)| match &piece.whence {
        Whence::Unknown(_, why) => format!("<{why}>"),
        _ => String::from_utf8_lossy(&text.bytes()[range]).into_owned(),
    };
    text.ranges().map(part).collect::<Vec<_>>().concat()
}

/// One line for each node group: name, conditions, plain user data.
fn lines(files: &[(&str, &str)]) -> Vec<String> {
    let files = memory(files);
    let (groups, cx) = read(&files, "/");
    assert_eq!(cx.notes.problems, []);
    groups
        .iter()
        .map(|group| {
            let Step::UserData(text, _) = &group.steps[0] else { panic!("no user data") };
            let when: Vec<_> = group.when.conditions().iter().map(ToString::to_string).collect();
            let when = if when.is_empty() { String::new() } else { format!(" if {}", when.join(" and ")) };
            format!("{}{when}: {}", group.name, shown(&plain(text)))
        })
        .collect()
}

/// Node groups of one file in which `aws_launch_template.w` has this user data.
fn of(user_data: &str, more: &str) -> Vec<String> {
    let main = format!("resource \"aws_launch_template\" \"w\" {{\n  user_data = {user_data}\n}}\n{more}\n");
    lines(&[
        ("/main.tf", &main),
        ("/t.tpl", "k=${idle}%{ if extra != \"\" } e=${extra}%{ endif }"),
        ("/sub/x.sh", "sub"),
    ])
}

#[test]
fn user_data_is_followed_to_its_end() {
    let cases: &[(&str, &str, &[&str])] = &[
        (r#"base64encode("a")"#, "", &["w: a"]),
        ("null", "", &[]),
        ("var.x", "variable \"x\" {}", &["w: <var.x has no value in this repository>"]),
        (r#""a-${var.x}-b""#, "variable \"x\" {}", &["w: a-<var.x has no value in this repository>-b"]),
        (r#""a-${var.x}""#, "variable \"x\" {\n default = 1\n type = string\n}", &["w: a-1"]),
        (r#"var.d ? "yes" : "no""#, "variable \"d\" { type = bool }", &["w if var.d: yes", "w if not (var.d): no"]),
        (
            r#""${var.d ? "a" : "b"}-${var.d ? "c" : "d"}-${!var.d ? "e" : "f"}""#,
            "variable \"d\" {}",
            &["w if var.d: a-c-f", "w if not (var.d): b-d-e"],
        ),
        (
            r#"var.x != "" && local.on ? "a" : "b""#,
            "variable \"x\" {}\nlocals { on = true }",
            &["w if var.x == \"\": b", "w if not (var.x == \"\"): a"],
        ),
        (
            r#"templatefile("${path.module}/t.tpl", { idle = "0s", extra = var.x })"#,
            "variable \"x\" {}",
            &[
                "w if extra == \"\" in t.tpl: k=0s",
                "w if not (extra == \"\" in t.tpl): k=0s e=<var.x has no value in this repository>",
            ],
        ),
        (
            r#"join(" ", ["--a=${data.aws_eks_cluster.c.name}", aws_eks_cluster.c.endpoint, "--z=0"])"#,
            "",
            &[
                "w: --a=<data.aws_eks_cluster.c.name is not available here> <aws_eks_cluster.c.endpoint is not available here> --z=0",
            ],
        ),
        (r#"try(local.a.b, local.a.c, "d")"#, "locals {\n a = { c = \"C\" }\n}", &["w: C"]),
        (
            r#"merge({ k = "0s" }, var.more).k"#,
            "variable \"more\" {}",
            &["w if not (var.more sets k): 0s", "w if var.more sets k: <var.more has no value in this repository>"],
        ),
        (r#"lookup(merge(var.more, { k = "0s" }), "k", "x")"#, "variable \"more\" {}", &["w: 0s"]),
        (
            r#"file("../outside.sh")"#,
            "",
            &["w: <the file ../outside.sh (outside the scan root, not read) is not supported>"],
        ),
        (r#"file("sub/x.sh")"#, "", &["w: sub"]),
        ("local.a", "locals {\n a = local.b\n b = local.a\n}", &["w: <a reference to itself is not supported>"]),
        ("upper(uuid())", "", &["w: <uuid() is not available here>"]),
        (r#"upper(rsadecrypt("x", "y"))"#, "", &["w: <the function rsadecrypt is not supported>"]),
        (
            r#"terraform.workspace == "default" ? "0s" : "4h""#,
            "",
            &["w if terraform.workspace == \"default\": 0s", "w if not (terraform.workspace == \"default\"): 4h"],
        ),
        (
            "data.template_file.t.rendered",
            "data \"template_file\" \"t\" {\n template = file(\"t.tpl\")\n vars = {\n idle = \"0s\"\n extra = \"e\"\n }\n}",
            &["w: k=0s e=e"],
        ),
        (
            "data.cloudinit_config.c.rendered",
            "data \"cloudinit_config\" \"c\" {\n boundary = \"B\"\n part {\n content = \"x\"\n }\n dynamic \"part\" {\n for_each = [\"y\"]\n content {\n content_type = \"text/y\"\n filename = \"f\"\n content = part.value\n }\n }\n}",
            &[
                "w: Content-Type: multipart/mixed; boundary=\"B\"\nMIME-Version: 1.0\r\n\r\n--B\r\nContent-Transfer-Encoding: 7bit\r\nContent-Type: text/plain\r\nMime-Version: 1.0\r\n\r\nx\r\n--B\r\nContent-Disposition: attachment; filename=\"f\"\r\nContent-Transfer-Encoding: 7bit\r\nContent-Type: text/y\r\nMime-Version: 1.0\r\n\r\ny\r\n--B--\r\n",
            ],
        ),
        (
            "local.m[var.env]",
            "variable \"env\" {}\nlocals {\n m = { dev = \"0s\", prod = \"4h\" }\n}",
            &[
                "w if var.env == \"dev\" and not (var.env == \"prod\"): 0s",
                "w if not (var.env == \"dev\") and var.env == \"prod\": 4h",
            ],
        ),
        (
            r#"lookup({ dev = "0s" }, terraform.workspace, "4h")"#,
            "",
            &["w if terraform.workspace == \"dev\": 0s", "w if not (terraform.workspace == \"dev\"): 4h"],
        ),
        (
            r#"replace(data.cloudinit_config.c.rendered, "\r\n", "|")"#,
            "variable \"d\" {}\ndata \"cloudinit_config\" \"c\" {\n gzip = false\n base64_encode = false\n boundary = \"M\"\n dynamic \"part\" {\n for_each = var.d ? [\"y\"] : []\n content {\n content = part.value\n }\n }\n part {\n content = \"x\"\n }\n}",
            &[
                "w if var.d: Content-Type: multipart/mixed; boundary=\"M\"\nMIME-Version: 1.0||--M|Content-Transfer-Encoding: 7bit|Content-Type: text/plain|Mime-Version: 1.0||y|--M|Content-Transfer-Encoding: 7bit|Content-Type: text/plain|Mime-Version: 1.0||x|--M--|",
                "w if not (var.d): Content-Type: multipart/mixed; boundary=\"M\"\nMIME-Version: 1.0||--M|Content-Transfer-Encoding: 7bit|Content-Type: text/plain|Mime-Version: 1.0||x|--M--|",
            ],
        ),
        (
            r#"try(var.o.a, "--idle-timeout=0")"#,
            "variable \"o\" {}",
            &[
                "w if var.o.a is set: <var.o.a has no value in this repository>",
                "w if not (var.o.a is set): --idle-timeout=0",
            ],
        ),
        (
            r#"lookup(var.o, "a", "0s")"#,
            "variable \"o\" {}",
            &[
                "w if var.o[\"a\"] is set: <var.o[\"a\"] has no value in this repository>",
                "w if not (var.o[\"a\"] is set): 0s",
            ],
        ),
        (r#"try(var.o.a, "b")"#, "variable \"o\" {}", &["w: <var.o.a has no value in this repository>"]),
        (r#"try(data.aws_x.y.a, "0s")"#, "", &["w: <data.aws_x.y.a is not available here>"]),
        (
            r#"join(" ", concat(["--a=0"], var.more))"#,
            "variable \"more\" {}",
            &[
                "w if var.more has entries: --a=0 <var.more has no value in this repository>",
                "w if not (var.more has entries): --a=0",
            ],
        ),
        (
            r#"join(" ", compact(["--a=0", "", var.more]))"#,
            "variable \"more\" {}",
            &[
                "w if var.more is set: --a=0 <var.more has no value in this repository>",
                "w if not (var.more is set): --a=0",
            ],
        ),
        (
            r#"join(" ", flatten([["--a=0"], var.more]))"#,
            "variable \"more\" {}",
            &[
                "w if var.more has entries: --a=0 <var.more has no value in this repository>",
                "w if not (var.more has entries): --a=0",
            ],
        ),
        (
            r#"join(",", [for k, v in var.o : "${k}=${v.z}"])"#,
            "variable \"o\" {\n type = object({\n b = object({ z = string })\n a = object({ z = number })\n })\n}",
            &["w: a=<var.o.a.z has no value in this repository>,b=<var.o.b.z has no value in this repository>"],
        ),
        (
            r#"var.o == null ? "n" : "y""#,
            "variable \"o\" {\n type = object({ z = string })\n}",
            &["w if var.o is set: y", "w if not (var.o is set): n"],
        ),
        (r#"nonsensitive(sensitive("s"))"#, "", &["w: s"]),
        ("[1]", "", &["w: <invalid: user data that is not a string>"]),
    ];
    for (user_data, more, expected) in cases {
        let found: Vec<_> = of(user_data, more).iter().map(|l| l.replacen("aws_launch_template.", "", 1)).collect();
        assert_eq!(found, *expected, "{user_data}");
    }
}

#[test]
fn count_and_for_each_make_the_node_groups() {
    let cases: &[(&str, &[&str])] = &[
        ("count = 0\nuser_data = \"x\"", &[]),
        ("count = 2\nuser_data = \"x${count.index}\"", &["w[0]: x0", "w[1]: x1"]),
        ("count = var.on ? 1 : 0\nuser_data = \"x\"", &["w[0] if var.on: x"]),
        ("count = var.on\nuser_data = \"x\"", &["w if var.on > 0: x"]),
        ("for_each = toset([\"b\", \"a\"])\nuser_data = each.key", &["w[\"a\"]: a", "w[\"b\"]: b"]),
        ("for_each = { k = { v = \"0s\" } }\nuser_data = each.value.v", &["w[\"k\"]: 0s"]),
        ("for_each = {}\nuser_data = \"x\"", &[]),
        (
            "for_each = var.on\nuser_data = \"${each.value.v}-x\"",
            &["w if var.on has entries: <aws_launch_template.w: each.value.v is not available here>-x"],
        ),
    ];
    for (body, expected) in cases {
        let main = format!("resource \"aws_launch_template\" \"w\" {{\n{body}\n}}\nvariable \"on\" {{}}\n");
        let found: Vec<_> =
            lines(&[("/main.tf", &main)]).iter().map(|l| l.replacen("aws_launch_template.", "", 1)).collect();
        assert_eq!(found, *expected, "{body}");
    }
}

const NODES: &str = "variable \"idle\" {\n  default = \"4h\"\n}\nresource \"aws_launch_template\" \"w\" {\n  user_data = \"i=${var.idle}\"\n}\noutput \"data\" {\n  value = aws_launch_template.w.user_data\n}\n";

#[test]
fn a_module_is_judged_with_the_arguments_of_each_call() {
    let found = lines(&[
        (
            "/main.tf",
            "module \"a\" {\n  source = \"./nodes\"\n  idle = var.root\n}\nmodule \"b\" {\n  source = \"./nodes\"\n}\nmodule \"c\" {\n  for_each = { x = \"1h\" }\n  source = \"./nodes\"\n  idle = each.value\n}\nmodule \"d\" {\n  count = 0\n  source = \"./nodes\"\n}\nvariable \"root\" {\n  default = \"0s\"\n}\nresource \"aws_instance\" \"i\" {\n  user_data = module.c[\"x\"].data\n}\n",
        ),
        ("/nodes/main.tf", NODES),
    ]);
    let expected = [
        "aws_instance.i: i=1h",
        "module.a.aws_launch_template.w: i=0s",
        "module.b.aws_launch_template.w: i=4h",
        "module.c[\"x\"].aws_launch_template.w: i=1h",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_module_is_covered_where_its_calls_settle_what_it_is() {
    for (call, covered) in [
        ("", true),
        ("count = 0", true),
        ("count = var.n", true),
        ("count = var.off ? 1 : 0", true),
        ("count = var.open ? 1 : 0", true),
        // An input that is not set yet.
        ("for_each = var.m", false),
        ("for_each = local.m", false),
        ("count = length(var.m)", false),
        ("count = var.one", true),
    ] {
        let main = format!(
            "module \"a\" {{\n  source = \"./nodes\"\n  {call}\n}}\nvariable \"n\" {{\n  default = 0\n}}\nvariable \"m\" {{\n  default = {{}}\n}}\nvariable \"one\" {{\n  default = 1\n}}\nvariable \"off\" {{\n  default = false\n}}\nvariable \"open\" {{}}\nlocals {{\n  m = {{ for k, v in var.m : k => v }}\n}}\n"
        );
        let files = memory(&[("/main.tf", &main), ("/nodes/main.tf", NODES)]);
        let (_, cx) = read(&files, "/");
        assert_eq!(!cx.claims.covers.is_empty(), covered, "{call}");
    }
}

#[test]
fn equal_words_about_different_things_are_different_conditions() {
    let found = lines(&[(
        "/main.tf",
        "variable \"a\" {}\nvariable \"b\" {}\nlocals {\n  x = join(\",\", [for v in [var.a, var.b] : v == \"1\" ? \"y\" : \"n\"])\n}\nresource \"aws_instance\" \"i\" {\n  user_data = local.x\n}\n",
    )]);
    let expected = [
        "aws_instance.i if v == \"1\" and v == \"1\" (2): y,y",
        "aws_instance.i if v == \"1\" and not (v == \"1\" (2)): y,n",
        "aws_instance.i if not (v == \"1\") and v == \"1\" (2): n,y",
        "aws_instance.i if not (v == \"1\") and not (v == \"1\" (2)): n,n",
    ];
    assert_eq!(found, expected);
    // A module with different arguments under a condition is a different module under it.
    let found = lines(&[
        (
            "/main.tf",
            "variable \"d\" {}\nmodule \"m\" {\n  for_each = var.d ? { k = \"0s\" } : { k = \"1h\" }\n  source = \"./nodes\"\n  idle = each.value\n}\n",
        ),
        ("/nodes/main.tf", NODES),
    ]);
    let expected = [
        "module.m[\"k\"].aws_launch_template.w if var.d: i=0s",
        "module.m[\"k\"].aws_launch_template.w if not (var.d): i=1h",
    ];
    assert_eq!(found, expected);
}

#[test]
fn the_trail_leads_from_the_text_over_the_references_to_the_literal() {
    let files = memory(&[
        (
            "/main.tf",
            "module \"a\" {\n  source = \"./nodes\"\n  idle = var.root\n}\nvariable \"root\" {\n  default = \"0s\"\n}\n",
        ),
        ("/nodes/main.tf", NODES),
    ]);
    let (groups, cx) = read(&files, "/");
    let Step::UserData(text, _) = &groups[0].steps[0] else { panic!("no user data") };
    let trail = cx.texts.trail_of(&text.slice(2..4)).unwrap();
    let hops: Vec<_> = trail
        .hops
        .iter()
        .map(|hop| (cx.texts.place(hop.span).source.path().display().to_string(), cx.texts.place(hop.span).text()))
        .collect();
    let expected = [("/nodes/main.tf", "var.idle"), ("/main.tf", "var.root"), ("/main.tf", "0s")];
    assert_eq!(hops, expected.map(|(path, text)| (path.to_owned(), text.to_owned())));
    assert!(trail.exact);
    assert_eq!(cx.claims.covers, [std::path::PathBuf::from("/nodes")]);
    assert_eq!(cx.texts.slice(groups[0].place), b"resource \"aws_launch_template\" \"w\"");
}

#[test]
fn values_and_override_files_count() {
    let found = lines(&[
        ("/main.tf", NODES),
        ("/terraform.tfvars", "idle = \"1h\"\n"),
        ("/b.auto.tfvars", "idle = \"3h\"\n"),
        ("/a.auto.tfvars", "idle = \"2h\"\n"),
    ]);
    assert_eq!(found, ["aws_launch_template.w: i=3h"]);
    let replaced = "resource \"aws_launch_template\" \"w\" {\n  user_data = \"o\"\n}\n";
    assert_eq!(lines(&[("/main.tf", "broken here"), ("/main.tofu", NODES)]), ["aws_launch_template.w: i=4h"]);
    assert_eq!(lines(&[("/main.tf", NODES), ("/x_override.tf", replaced)]), ["aws_launch_template.w: o"]);
}

#[test]
fn what_is_not_followed_is_told() {
    let files = memory(&[
        (
            "/main.tf",
            "module \"eks\" {\n  source = \"example/eks/aws\"\n  eks_managed_node_groups = {}\n}\nmodule \"vpc\" {\n  source = \"terraform-aws-modules/vpc/aws\"\n}\nmodule \"gone\" {\n  source = \"./gone\"\n}\nmodule \"self\" {\n  source = \"./\"\n}\n",
        ),
        ("/broken.tf", "locals {\n  a = = 1\n}\nresource \"aws_instance\" \"i\" {\n  user_data = local.a\n}\n"),
        (
            "/ssm.tf",
            "resource \"aws_ssm_document\" \"d\" {\n  content = \"systemctl restart kubelet\"\n}\nresource \"null_resource\" \"n\" {\n}\n",
        ),
    ]);
    let (groups, cx) = read(&files, "/");
    let text = |group: &NodeGroup| match &group.steps[0] {
        Step::UserData(text, _) => shown(text),
        other => panic!("{other:?}"),
    };
    assert_eq!(text(&groups[0]), "<local.a, which is not declared, is not supported>");
    let gaps: Vec<_> = cx.notes.gaps.iter().map(|gap| gap.why.to_string()).collect();
    assert!(gaps.contains(&"module.eks from example/eks/aws is not available here".to_owned()));
    assert!(!gaps.iter().any(|gap| gap.contains("vpc")), "{gaps:?}");
    assert!(gaps.iter().any(|gap| gap.contains("./gone")), "{gaps:?}");
    assert!(gaps.iter().any(|gap| gap == "limit reached: modules that call modules"), "{gaps:?}");
    assert!(gaps.iter().any(|gap| gap == "aws_ssm_document.d, which is about kubelets, is not supported"), "{gaps:?}");
    assert!(!gaps.iter().any(|gap| gap.contains("null_resource")), "{gaps:?}");
    assert_eq!(cx.notes.problems.len(), 1);
}

#[test]
fn nested_blocks_and_other_clouds_carry_user_data() {
    let found = lines(&[(
        "/main.tf",
        "resource \"aws_spot_fleet_request\" \"f\" {\n  launch_specification {\n    user_data = \"a\"\n  }\n  dynamic \"launch_specification\" {\n    for_each = [\"b\"]\n    content {\n      user_data = launch_specification.value\n    }\n  }\n}\nresource \"openstack_compute_instance_v2\" \"i\" {\n  user_data = \"o\"\n}\nresource \"aws_launch_configuration\" \"c\" {\n  user_data_base64 = base64gzip(\"z\")\n}\n",
    )]);
    let expected = [
        "aws_spot_fleet_request.f: a",
        "aws_spot_fleet_request.f: b",
        "openstack_compute_instance_v2.i: o",
        "aws_launch_configuration.c: z",
    ];
    assert_eq!(found, expected);
}

#[test]
fn the_image_is_told_by_the_node_group_or_by_its_name() {
    use crate::node::Family;
    let group = |attributes: &str, image: &str| {
        format!(
            "resource \"aws_launch_template\" \"w\" {{\n  {image}\n  user_data = \"x\"\n}}\nresource \"aws_eks_node_group\" \"g\" {{\n  {attributes}\n  launch_template {{\n    id = aws_launch_template.w.id\n  }}\n}}\ndata \"aws_ssm_parameter\" \"p\" {{\n  name = \"/aws/service/eks/optimized-ami/1.31/amazon-linux-2023/x86_64/standard/recommended/image_id\"\n}}\n"
        )
    };
    let cases = [
        (group("ami_type = \"AL2023_x86_64_STANDARD\"\nversion = \"1.30\"", ""), Some(Family::Al2023), Some(30), true),
        (group("ami_type = \"CUSTOM\"", "image_id = \"ami-1\""), None, None, false),
        (group("", "image_id = data.aws_ssm_parameter.p.value"), Some(Family::Al2023), Some(31), false),
        (group("ami_type = \"BOTTLEROCKET_ARM_64\"", "image_id = null"), Some(Family::Bottlerocket), None, true),
        ("resource \"aws_launch_template\" \"w\" {\n  user_data = \"x\"\n}\n".to_owned(), None, None, false),
    ];
    for (main, family, minor, merged) in cases {
        let files = memory(&[("/main.tf", &main)]);
        let (groups, _) = read(&files, "/");
        assert_eq!(groups.len(), 1, "{main}");
        let found = (groups[0].family, groups[0].minor, groups[0].merged_by_eks);
        assert_eq!(found, (family, minor, merged), "{main}");
    }
}

#[test]
fn values_of_a_decoded_file_lead_to_the_byte_in_it() {
    let main = "locals {\n  nodes = yamldecode(file(\"nodes.yaml\"))\n  more = jsondecode(file(\"more.json\"))\n}\nresource \"aws_instance\" \"w\" {\n  user_data = \"a=${local.nodes.groups[0].idle} b=${local.more.idle} c=${local.nodes.n}\"\n}\n";
    let files = memory(&[
        ("/main.tf", main),
        ("/nodes.yaml", "groups:\n- name: a\n  idle: 0s\nn: 42\n"),
        ("/more.json", "{\"idle\": \"1h\"}"),
    ]);
    let (groups, cx) = read(&files, "/");
    let Step::UserData(text, _) = &groups[0].steps[0] else { panic!("no user data") };
    for (word, path, line, column) in
        [("0s", "/nodes.yaml", 3, 9), ("1h", "/more.json", 1, 11), ("42", "/nodes.yaml", 4, 4)]
    {
        let (_, start, bytes) = crate::input::testing::written(text, word, &cx);
        assert_eq!((start, &*bytes), ((line, column), word), "{path}");
    }
}

#[test]
fn json_is_read_as_the_same_language() {
    let main = r#"{
  "//": "a comment",
  "variable": {"idle": {"default": "${0s}", "//": "no template"}, "n": [{"type": "number", "default": "3"}]},
  "locals": [{"a": {"b": "x-${var.idle}"}}, {"list": ["${var.n}", 2]}],
  "data": {"cloudinit_config": {"c": {"gzip": false, "base64_encode": false, "boundary": "B",
    "part": [{"content": "one"}], "dynamic": {"part": {"for_each": ["two"], "content": {"content": "${part.value}"}}}}}},
  "resource": {
    "aws_launch_template": {"w": [{"user_data": "${base64encode(\"i=${local.a.b}\\n\")}"}]},
    "aws_instance": [{"i": {"count": "${var.n - 2}", "user_data": "k=${local.list[1]} %{ if true }y%{ endif }"}},
      {"c": {"user_data": "${replace(data.cloudinit_config.c.rendered, \"/(?s).*\\r\\n\\r\\n(one)\\r\\n.*\\r\\n(two).*/\", \"$1+$2\")}"}}]
  },
  "module": {"m": {"source": "./nodes", "idle": "1${var.n}"}}
}"#;
    let found = lines(&[
        ("/main.tf.json", main),
        ("/override.tf.json", r#"{"resource": {"aws_instance": {"i": {"user_data": "o=${var.v} ${var.w}"}}}}"#),
        ("/v.tf", "variable \"v\" {}\nvariable \"w\" {}\n"),
        ("/terraform.tfvars.json", r#"{"v": "${x}", "w": "first", "//": "no value"}"#),
        ("/a.auto.tfvars.json", r#"{"w": "second"}"#),
        ("/nodes/main.tf", NODES),
    ]);
    let expected = [
        "aws_launch_template.w: i=x-${0s}\n",
        "aws_instance.i[0]: o=${x} second",
        "aws_instance.c: one+two",
        "module.m.aws_launch_template.w: i=13",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_value_in_json_keeps_its_place() {
    let files = memory(&[(
        "/main.tf.json",
        "{\"variable\": {\"idle\": {\"default\": \"0s\"}},\n \"resource\": {\"aws_instance\": {\"i\": {\"user_data\": \"\\u0041=${var.idle}\"}}}}",
    )]);
    let (groups, cx) = read(&files, "/");
    let Step::UserData(text, _) = &groups[0].steps[0] else { panic!("no user data") };
    assert_eq!(text.as_str(), Some("A=0s"));
    let (steps, start, bytes) = crate::input::testing::written(text, "0s", &cx);
    assert_eq!((steps, start, &*bytes), (vec!["var.idle".to_owned()], (1, 36), "0s"));
}

#[test]
fn scripts_of_documents_and_provisioners_are_steps() {
    let main = r#"
resource "aws_ssm_document" "two" {
  content = yamlencode({ schemaVersion = "2.2", mainSteps = [
    { action = "aws:runShellScript", inputs = { runCommand = ["echo kubelet", "x=${var.x}"] } }] })
}
resource "aws_ssm_document" "one" {
  content = <<-EOT
    {"schemaVersion": "1.2", "runtimeConfig": {"aws:runShellScript": {"properties": [{"runCommand": ["restart kubelet"]}]}}}
  EOT
}
resource "aws_ssm_association" "a" {
  count      = var.on ? 1 : 0
  parameters = { commands = "restart kubelet" }
}
resource "aws_ssm_document" "other" {
  content = "mainSteps: [{inputs: {runCommand: [echo]}}]"
}
resource "null_resource" "n" {
  provisioner "remote-exec" {
    inline = ["a kubelet", "b"]
  }
  provisioner "local-exec" {
    command = "kubelet"
  }
}
resource "null_resource" "m" {
  provisioner "remote-exec" {
    script = "kubelet.sh"
  }
}
variable "x" {}
variable "on" {}
"#;
    let files = memory(&[("/main.tf", main)]);
    let (groups, cx) = read(&files, "/");
    assert_eq!(
        crate::input::testing::show(&groups),
        [
            "aws_ssm_document.two if nodes run the document aws_ssm_document.two: echo kubelet\nx=?\n ! whether nodes run the document aws_ssm_document.two is not available here",
            "aws_ssm_document.one if nodes run the document aws_ssm_document.one: restart kubelet\n ! whether nodes run the document aws_ssm_document.one is not available here",
            "aws_ssm_association.a[0] if var.on: restart kubelet\n",
            "null_resource.n: a kubelet\nb\n",
        ]
    );
    let gaps: Vec<_> = cx.notes.gaps.iter().map(|gap| gap.why.to_string()).collect();
    assert_eq!(
        gaps,
        ["invalid: there is no file kubelet.sh", "null_resource.m, which is about kubelets, is not supported"]
    );
    let Step::Script(text) = &groups[0].steps[0] else { panic!("no script") };
    assert_eq!(crate::input::testing::written(text, "echo kubelet", &cx).1, (4, 64));
}
