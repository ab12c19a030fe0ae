//! Valid and invalid Go templates.

use super::*;
use crate::syntax::testing::file;

/// A compact form of a template.
fn compact(parts: &[Part], view: &View) -> String {
    let text = |span: &Span| String::from_utf8_lossy(&view.bytes[span.range()]).into_owned();
    let branch = |word: &str, b: &Branch| {
        format!("{word}({}){{{}}}{{{}}}", pipe(&b.pipeline), compact(&b.then, view), compact(&b.other, view))
    };
    fn pipe(p: &Pipeline) -> String {
        let commands: Vec<_> = p.commands.iter().map(|c| c.iter().map(operand).collect::<Vec<_>>().join(" ")).collect();
        let names = if p.names.is_empty() { String::new() } else { format!("{}:=", p.names.join(",")) };
        format!("{names}{}", commands.join("|"))
    }
    fn operand(o: &Operand) -> String {
        let head = match &o.head {
            Head::Dot => ".".to_owned(),
            Head::Variable(name) | Head::Function(name) => name.clone(),
            Head::Text(text) => format!("{:?}", text.to_text()),
            Head::Number(text) => text.to_text().into_owned(),
            Head::Bool(value) => value.to_string(),
            Head::Nil => "nil".to_owned(),
            Head::Inner(inner) => format!("({})", pipe(inner)),
        };
        format!("{head}[{}]", o.fields.join("."))
    }
    let part = |part: &Part| match part {
        Part::Text(span) => format!("{:?}", text(span)),
        Part::Output(pipeline) => format!("<{}>", pipe(pipeline)),
        Part::If(b) => branch("if", b),
        Part::With(b) => branch("with", b),
        Part::Range(b) => branch("range", b),
        Part::Call(name, with) => format!("call {} {}", name.to_text(), with.iter().map(pipe).collect::<String>()),
        Part::Break => "break".to_owned(),
        Part::Continue => "continue".to_owned(),
    };
    parts.iter().map(part).collect::<Vec<_>>().join(" ")
}

#[test]
fn parts() {
    for (given, expected) in [
        ("a {{ .Values.x }} b", r#""a " <.[Values.x]> " b""#),
        ("a\n{{- .x -}}\n b", r#""a" <.[x]> "b""#),
        ("{{ default \"a}}\" $.y | quote }}", r#"<default[] "a}}"[] $[y]|quote[]>"#),
        (
            "{{if and .a (not .b)}}1{{else if eq .c 2}}2{{else}}3{{end}}",
            r#"if(and[] .[a] (not[] .[b])[]){"1"}{if(eq[] .[c] 2[]){"2"}{"3"}}"#,
        ),
        ("{{/* a }} b */}}x{{- /* c */ -}} y", r#""x" "y""#),
        ("{{range $k, $v := .m}}{{$k}}{{break}}{{end}}", "range($k,$v:=.[m]){<$k[]> break}{}"),
        ("{{ (index .a 0).b }}", "<(index[] .[a] 0[])[b]>"),
        ("{{ define \"x\" }}y{{ end }}{{ template \"x\" . }}", "call x .[]"),
        ("{{ $x := `a` }}{{ $x = 1 }}", r#"<$x:="a"[]> <$x:=1[]>"#),
        ("{{ . }}{{ $ }}", "<.[]> <$[]>"),
        ("{ {x} }}", r#""{ {x} }}""#),
    ] {
        let (_texts, view) = file(given.as_bytes());
        let template = parse(&view).unwrap_or_else(|e| panic!("{given}: {e:?}"));
        assert_eq!(compact(&template.body, &view), expected, "{given}");
    }
}

#[test]
fn syntax_errors() {
    let deep = "{{if .a}}".repeat(1000);
    let nested = format!("{{{{ {}", "(".repeat(1000));
    for given in [
        "{{ .x",
        "{{ if }}",
        "{{ if .a }}",
        "{{ end }}",
        "{{ \"a }}",
        "{{ a b) }}",
        "{{ | a }}",
        "{{}}",
        &deep,
        &nested,
    ] {
        let (_texts, view) = file(given.as_bytes());
        assert!(parse(&view).is_err(), "{given}");
    }
}
