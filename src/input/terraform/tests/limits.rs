//! Modules that are deep or that grow.

use super::*;

#[test]
fn deep_references_fit_a_small_stack() {
    const STACK: usize = 2 << 20;
    let links = [
        "[for x in [1] : true ? \"${lookup({ a = try(NEXT, 1) }, \"a\", 1)}x\" : 2][0]",
        "\"a%{ if true }b%{ for x in [1] }${NEXT}%{ endfor }%{ endif }\"",
        "join(\",\", formatlist(\"%s\", [format(\"%s\", merge({ a = NEXT }, {}).a)]))",
        "(!(NEXT == \"x\") && true) || false ? NEXT : {a = NEXT}[\"a\"]",
        "[NEXT][*][0]",
    ];
    for link in links {
        let body: String = (1..200)
            .map(|n| format!("  a{n} = {}\n", link.replace("NEXT", &format!("local.a{}", n - 1))))
            .collect::<Vec<_>>()
            .concat();
        let main = format!(
            "locals {{\n  a0 = \"x\"\n{body}}}\nresource \"aws_instance\" \"i\" {{\n  user_data = local.a199\n}}\n"
        );
        let run = move || read(&memory(&[("/main.tf", &main)]), "/").0.len();
        let thread = std::thread::Builder::new().stack_size(STACK).spawn(run).unwrap();
        assert!(thread.join().unwrap() > 0, "{link}");
    }
    let nested = "module \"a\" {\n  source = \"./m\"\n  x = module.b.x\n}\nmodule \"b\" {\n  source = \"./m\"\n  x = \"${var.x}y\"\n}\nvariable \"x\" {\n  default = \"x\"\n}\noutput \"x\" {\n  value = \"${module.a.x}${var.x}\"\n}\nresource \"aws_instance\" \"i\" {\n  user_data = module.a.x\n}\n";
    let files: Vec<(String, &str)> = (0..20).map(|n| (format!("/{}main.tf", "m/".repeat(n)), nested)).collect();
    let run = move || {
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
        read(&memory(&files), "/").0.len()
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(run).unwrap();
    assert!(thread.join().unwrap() > 0);
}

#[test]
fn hostile_modules_end_soon() {
    let doubling = |n: usize, f: &dyn Fn(usize) -> String| -> String {
        let body: String = (1..n).map(|i| format!("  a{i} = {}\n", f(i - 1))).collect::<Vec<_>>().concat();
        format!(
            "locals {{\n  a0 = \"xx\"\n{body}}}\nresource \"aws_instance\" \"i\" {{\n  user_data = jsonencode(local.a{})\n}}\n",
            n - 1
        )
    };
    let deep = format!("resource \"aws_instance\" \"i\" {{\n  user_data = {}1{}\n}}\n", "(".repeat(60), ")".repeat(60));
    let calls = format!(
        "resource \"aws_instance\" \"i\" {{\n  user_data = {}1{}\n}}\n",
        "upper(\"${".repeat(25),
        "}\")".repeat(25)
    );
    let loops = format!(
        "resource \"aws_instance\" \"i\" {{\n  user_data = jsonencode({}1{})\n}}\n",
        "[for x in range(1000): ".repeat(20),
        "]".repeat(20)
    );
    let open: String = (0..40).map(|n| format!("${{var.v{n} ? \"a{n}\" : \"b{n}\"}}")).collect::<Vec<_>>().concat();
    let variables: String = (0..40).map(|n| format!("variable \"v{n}\" {{}}\n")).collect::<Vec<_>>().concat();
    let open = format!("resource \"aws_instance\" \"i\" {{\n  user_data = \"{open}\"\n}}\n{variables}");
    let twice = "module \"a\" {\n  source = \"./m\"\n}\nmodule \"b\" {\n  source = \"./m\"\n}\n";
    let itself = "module \"a\" {\n  source = \"../m\"\n}\nmodule \"b\" {\n  source = \"../m\"\n}\n";
    let count = "resource \"aws_instance\" \"i\" {\n  count = 1000000000\n  user_data = \"x\"\n}\n";
    let cases = [
        doubling(40, &|i| format!("\"${{local.a{i}}}${{local.a{i}}}\"")),
        doubling(40, &|i| format!("[local.a{i}, local.a{i}]")),
        doubling(400, &|i| format!("[local.a{i}]")),
        doubling(300, &|i| format!("\"${{upper(local.a{i})}}\"")),
        doubling(40, &|i| format!("concat(tolist([local.a{i}]), [local.a{i}])")),
        deep,
        calls,
        loops,
        open,
        twice.to_owned(),
        count.to_owned(),
    ];
    // Without limits these would not return, or fill the memory.
    for main in cases {
        let files = memory(&[("/main.tf", &main), ("/m/main.tf", itself)]);
        let (groups, _) = read(&files, "/");
        assert!(groups.len() <= 200);
    }
}

#[test]
fn deep_json_and_yaml_end_soon() {
    let deep = |open: &str, close: &str, n: usize| format!("{}1{}", open.repeat(n), close.repeat(n));
    for n in [100, 127, 128, 5_000] {
        let blocks = format!(
            "{{\"resource\": {{\"aws_instance\": {{\"i\": {{\"user_data\": {}, \"b\": {}}}}}}}}}",
            deep("[", "]", n),
            deep("{\"b\": ", "}", n)
        );
        let main = "resource \"aws_instance\" \"y\" {\n user_data = yamldecode(file(\"d.yaml\"))\n}\nresource \"aws_instance\" \"j\" {\n user_data = jsonencode(jsondecode(file(\"d.json\")))\n}\n";
        let files = memory(&[
            ("/x.tf.json", &blocks),
            ("/main.tf", main),
            ("/d.yaml", &deep("[", "]", n)),
            ("/d.json", &deep("{\"a\": ", "}", n)),
        ]);
        let (groups, _) = read(&files, "/");
        assert!(groups.len() >= 2, "{n}");
    }
}
