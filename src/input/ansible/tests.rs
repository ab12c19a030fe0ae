use super::Ansible;
use super::values::printed;
use super::vars::Vars;
use crate::input::open_conditions::Answers;
use crate::input::testing::{plain, read, show, tree};
use crate::node::{Cx, Edit, Step};
use crate::text::{Memory, Traced};

const VARS: &str = "{name: Web, num: 3, off: false, empty: '', list: [b, a], map: {x: 1}, of: '{{ name }}/{{ num }}'}";

#[test]
fn filters_and_tests() {
    for (template, want) in [
        ("{{ name | upper }} {{ name | lower }} {{ ' a ' | trim }}", "WEB web a"),
        ("{{ of }}", "Web/3"),
        ("{{ empty | default('d', true) }}{{ empty | default('d') }}", "d"),
        ("{{ unset | default('d') }}", "?"),
        ("{{ name | replace('W', 'V') }} {{ list | join('+') }}", "Veb b+a"),
        ("{{ list | first }}{{ list | last }} {{ list | length }}", "ba 2"),
        ("{{ map | to_json }} {{ ('{z: 2}' | from_yaml).z }}", "{\"x\":1} 2"),
        ("{{ map | combine({'x': 5, 'z': 2}) | to_json }}", "{\"x\":5,\"z\":2}"),
        ("{{ name | b64encode | b64decode }} {{ 'V2Vi' | b64decode }}", "Web Web"),
        ("{{ '12' | int + 1 }} {{ 'yes' | bool }} {{ \"it's\" | quote }}", "13 True 'it'\"'\"'s'"),
        ("{{ (map | dict2items | first).key }}", "x"),
        ("{{ 'a' if num > 2 and not off else 'b' }} {{ 'a' in list }}", "a True"),
        ("{% if off %}x{% elif name is defined %}y{% endif %}", "y"),
        ("{% for i in list %}{{ i }},{% endfor %}", "b,a,"),
        ("{{ name ~ num }} {{ (list + ['c']) | to_json }}", "Web3 [\"b\",\"a\",\"c\"]"),
        ("{{ name | no_such_filter }}", "?"),
    ] {
        let files = Memory::new([]);
        let mut cx = Cx::new(&files);
        let mut vars = Vars::new(Answers::default());
        vars.push(Some(&tree(VARS, &mut cx)));
        let at = tree("x", &mut cx).span;
        let value = vars.text(&Traced::made(template, at), at, &mut cx);
        assert_eq!(plain(&printed(&value, at)), want, "{template}");
    }
}

/// What is known of the templates of `testdata/jinja/templates.txt` is what Jinja prints.
#[test]
fn templates_print_what_jinja_prints() {
    let recorded = include_str!("../../../testdata/jinja/recorded.json");
    let cases: Vec<serde_json::Value> = serde_json::from_str(recorded).expect("JSON");
    let (mut wrong, mut unknown) = (Vec::new(), Vec::new());
    for case in &cases {
        let (template, want) = (case["template"].as_str().expect("a text"), case["prints"].as_str().expect("a text"));
        let files = Memory::new([]);
        let mut cx = Cx::new(&files);
        let mut vars = Vars::new(Answers::default());
        vars.push(Some(&tree(include_str!("../../../testdata/jinja/variables.yaml"), &mut cx)));
        let at = tree("x", &mut cx).span;
        let view = cx.made("template", &Traced::made(template, at), at);
        let shown = vars.file(&view, std::path::Path::new("/t.j2"), &mut cx);
        // Lists print as JSON here.
        let same = |text: &str| text.replace(['"', '\'', ' '], "");
        if shown.has_unknown() {
            unknown.push(template);
        } else if same(&shown.to_text()) != same(want) {
            wrong.push(format!("{template:?}: {:?} and not {want:?}", shown.to_text()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(unknown.len() * 6 <= cases.len(), "{} of {} are unknown: {unknown:#?}", unknown.len(), cases.len());
}

#[test]
fn tasks_become_steps() {
    for (task, want) in [
        ("copy: {dest: /etc/kubelet.yaml, content: 'a: 1'}", "file /etc/kubelet.yaml: a: 1"),
        ("copy: dest=/etc/kubelet.yaml content='{{ x }} b'", "file /etc/kubelet.yaml: A b"),
        ("shell: systemctl restart kubelet.service", "script #!/bin/sh\nsystemctl restart kubelet.service\n"),
        ("command: {argv: [nodeadm, init]}", "script #!/bin/sh\nnodeadm init\n"),
        ("file: {path: /etc/kubelet.d, state: absent}", "script #!/bin/sh\nrm -rf '/etc/kubelet.d'\n"),
        ("lineinfile: {path: /etc/default/kubelet, regexp: ^A, line: A=1}", "line ^A -> A=1"),
        ("replace: {path: /etc/default/kubelet, regexp: a+, replace: b}", "replace a+ -> b"),
        ("shell: echo kubelet\n  when: off", ""),
        ("copy: {dest: /etc/motd, content: hello}", ""),
    ] {
        let text =
            format!("- hosts: all\n  vars: {{x: A, 'off': false}}\n  tasks:\n  - {}\n", task.replace('\n', "\n  "));
        read(&Ansible, "/p.yml", &format!("{text}# kubelet\n"), |groups, _| {
            let step = |step: &Step| match step {
                Step::File { path, content, .. } => format!("file {path}: {}", plain(content)),
                Step::Script(text) => format!("script {}", plain(text)),
                Step::Edit { edit: Edit::Line { pattern, line, .. }, .. } => {
                    format!("line {} -> {}", pattern.as_deref().unwrap_or("?"), line.as_ref().map_or("?".into(), plain))
                }
                Step::Edit { edit: Edit::Replace { pattern, with }, .. } => {
                    format!("replace {pattern} -> {}", plain(with))
                }
                other => format!("{other:?}"),
            };
            let steps: Vec<_> = groups.iter().flat_map(|g| &g.steps).map(step).collect();
            assert_eq!(steps.join("; "), want, "{task}");
        });
    }
    let asked = "- hosts: all\n  tasks:\n  - {command: kubeadm reset /kubelet, when: unset}\n";
    read(&Ansible, "/p.yml", asked, |groups, _| assert!(show(groups)[0].starts_with("p.yml if unset"), "{groups:?}"));
}
