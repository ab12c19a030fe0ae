use std::path::Path;
use std::sync::Arc;

use super::engine::{Defines, outcomes};
use super::files::Folder;
use super::packed::Sources;
use super::values::{map, overlay};
use crate::input::testing::{plain, tree, view};
use crate::input::yaml_values::{json_of, value_of};
use crate::node::Cx;
use crate::syntax::go_template::parse;
use crate::text::Memory;

const VALUES: &str =
    "{name: Web, num: 3, zero: 0, off: false, empty: '', none: ~, list: [b, a, b], map: {x: 1, z: two}}";

/// The results of a template with the values above, one for each combination of conditions.
fn rendered(template: &str) -> Vec<String> {
    let files = Memory::new([("/c/files/a.txt", b"from a file".as_slice())]);
    let mut cx = Cx::new(&files);
    let values = value_of(&tree(VALUES, &mut cx));
    let dot = map([(Arc::from("Values"), values.clone())], values.at);
    let view = view(template, &mut cx);
    let parsed = parse(&view).expect("a template");
    let defines: Defines = parsed.defines.iter().map(|(n, p)| (n.clone(), (view.clone(), Arc::clone(p)))).collect();
    let folder = Folder { dir: Path::new("/c"), sources: &Sources::default(), helmfile: false };
    let (outcomes, _) = outcomes(&view, &parsed.body, &dot, &folder, &defines, &mut cx);
    outcomes.iter().map(|(_, text)| plain(text)).collect()
}

#[test]
fn functions_of_templates() {
    for (template, want) in [
        ("{{ .Values.name | upper | quote }}", "\"WEB\""),
        ("{{ .Values.empty | default \"d\" }} {{ .Values.zero | default 5 }} {{ .Values.num | default 5 }}", "d 5 3"),
        ("{{ if and .Values.name (not .Values.off) }}y{{ else }}n{{ end }}", "y"),
        ("{{ ternary \"a\" \"b\" (gt .Values.num 2) }}", "a"),
        ("{{ with .Values.none }}{{ . }}{{ else }}no{{ end }}", "no"),
        ("{{ range $n, $v := .Values.list }}{{ $n }}{{ $v }},{{ end }}", "0b,1a,2b,"),
        ("{{ range $k, $v := .Values.map }}{{ $k }}={{ $v }};{{ end }}", "x=1;z=two;"),
        ("{{ .Values.list | uniq | sortAlpha | join \"-\" }}", "a-b"),
        ("{{ toYaml .Values.map | nindent 2 }}", "\n  x: 1\n  z: two"),
        ("{{ toJson .Values.map }}", "{\"x\":1,\"z\":\"two\"}"),
        ("{{ (fromYaml \"k: v\").k }}", "v"),
        ("{{ printf \"%s-%d%%\" .Values.name 7 }}", "Web-7%"),
        ("{{ trimSuffix \"eb\" .Values.name }}{{ trimPrefix \"W\" .Values.name }}", "Web"),
        ("{{ \"a-b\" | replace \"-\" \"+\" }} {{ trunc 2 .Values.name }} {{ substr 1 3 .Values.name }}", "a+b We eb"),
        ("{{ .Values.name | b64enc | b64dec }}", "Web"),
        ("{{ add .Values.num 1 }} {{ mul 2 3 }} {{ max 1 9 4 }}", "4 6 9"),
        ("{{ hasKey .Values.map \"x\" }} {{ has \"a\" .Values.list }} {{ get .Values.map \"z\" }}", "true true two"),
        ("{{ dig \"map\" \"q\" \"fallback\" .Values }}", "fallback"),
        ("{{ merge (dict \"x\" 9) .Values.map | toJson }}", "{\"x\":9,\"z\":\"two\"}"),
        ("{{ omit .Values.map \"x\" | toJson }}", "{\"z\":\"two\"}"),
        ("{{ define \"t\" }}<{{ . }}>{{ end }}{{ include \"t\" .Values.num }}", "<3>"),
        ("{{ tpl \"{{ .Values.name }}\" . }}", "Web"),
        ("{{ .Files.Get \"files/a.txt\" }}|{{ .Files.Get \"files/b.txt\" }}", "from a file|"),
        ("{{ lookup \"v1\" \"Node\" \"\" \"\" }} {{ randAlpha 3 }}", "? ?"),
    ] {
        assert_eq!(rendered(template), [want], "{template}");
    }
    assert_eq!(rendered("{{ if lookup \"v1\" \"Node\" \"\" \"\" }}a{{ else }}b{{ end }}"), ["a", "b"]);
}

#[test]
fn values_laid_over_others() {
    for (base, over, want) in [
        ("{a: 1, b: {c: 2, d: 3}}", "{b: {c: 4}, e: 5}", r#"{"a":1,"b":{"c":4,"d":3},"e":5}"#),
        ("{a: [1, 2]}", "{a: [3]}", r#"{"a":[3]}"#),
        ("{a: 1, b: 2}", "{a: ~}", r#"{"b":2}"#),
        ("{a: {b: 1}}", "{a: x}", r#"{"a":"x"}"#),
    ] {
        let files = Memory::new([]);
        let mut cx = Cx::new(&files);
        let (base_tree, over_tree) = (tree(base, &mut cx), tree(over, &mut cx));
        assert_eq!(plain(&json_of(&overlay(&value_of(&base_tree), &value_of(&over_tree)))), want, "{base} {over}");
    }
}
