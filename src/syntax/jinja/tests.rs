use super::*;
use crate::syntax::testing::file;

fn compact(expr: &Expr) -> String {
    let list = |items: &[Expr]| items.iter().map(compact).collect::<Vec<_>>().join(",");
    match &expr.kind {
        ExprKind::Text(text) => format!("{:?}", text.to_text()),
        ExprKind::Number(text) => text.to_text().into_owned(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::None => "none".to_owned(),
        ExprKind::Name(name) => name.clone(),
        ExprKind::List(items) => format!("[{}]", list(items)),
        ExprKind::Map(pairs) => {
            format!(
                "{{{}}}",
                pairs.iter().map(|(k, v)| format!("{}:{}", compact(k), compact(v))).collect::<Vec<_>>().join(",")
            )
        }
        ExprKind::Slice(of, from, to) => {
            let bound = |bound: &Option<Box<Expr>>| bound.as_ref().map(|b| compact(b)).unwrap_or_default();
            format!("{}[{}:{}]", compact(of), bound(from), bound(to))
        }
        ExprKind::Item(of, key) => format!("{}[{}]", compact(of), compact(key)),
        ExprKind::Call(of, args) => {
            format!("{}({})", compact(of), args.iter().map(|(_, e)| compact(e)).collect::<Vec<_>>().join(","))
        }
        ExprKind::Bad => "bad".to_owned(),
        ExprKind::Filter(of, name, args) => {
            let args: Vec<_> = args
                .iter()
                .map(|(n, e)| format!("{}{}", n.as_ref().map(|n| format!("{n}=")).unwrap_or_default(), compact(e)))
                .collect();
            format!("{}|{name}({})", compact(of), args.join(","))
        }
        ExprKind::Test(of, name, args) => format!("<{} is {name}({})>", compact(of), list(args)),
        ExprKind::Not(inner) => format!("!{}", compact(inner)),
        ExprKind::Binary(a, sign, b) => format!("({} {sign} {})", compact(a), compact(b)),
        ExprKind::Choice(a, c, b) => {
            format!("({} ? {} : {})", compact(c), compact(a), b.as_ref().map(|b| compact(b)).unwrap_or_default())
        }
    }
}

#[test]
fn expressions() {
    for (given, expected) in [
        ("a.b['c'] | default('0s', true) | quote", r#"a["b"]["c"]|default("0s",true)|quote()"#),
        ("x is defined and not y == 1", "(<x is defined()> and !(y == 1))"),
        ("a if b else 'c'", r#"(b ? a : "c")"#),
        ("a ~ '=' ~ b", r#"((a ~ "=") ~ b)"#),
        ("a not in ['x', 2]", r#"!(a in ["x",2])"#),
        ("x | ansible.builtin.to_nice_yaml(indent=2)", "x|to_nice_yaml(indent=2)"),
        ("{'a': {'b': 1}}", r#"{"a":{"b":1}}"#),
        ("(a)", "a"),
        ("lookup('env', 'X')", r#"lookup("env","X")"#),
    ] {
        let (_texts, view) = file(given.as_bytes());
        let expr = expression(&view).unwrap_or_else(|e| panic!("{given}: {e:?}"));
        assert_eq!(compact(&expr), expected, "{given}");
    }
}

#[test]
fn templates() {
    let shown = |parts: &[Part], view: &View| -> String {
        fn show(parts: &[Part], view: &View) -> String {
            let one = |part: &Part| match part {
                Part::Text(span) => format!("{:?}", String::from_utf8_lossy(&view.bytes[span.range()])),
                Part::Output(expr) => format!("<{}>", compact(expr)),
                Part::If(branches, other) => {
                    let branches: Vec<_> =
                        branches.iter().map(|(c, b)| format!("{}{{{}}}", compact(c), show(b, view))).collect();
                    format!("if {} else {{{}}}", branches.join(" "), show(other, view))
                }
                Part::For(one) => {
                    format!("for {} in {} {{{}}}", one.names.join(","), compact(&one.over), show(&one.body, view))
                }
                Part::Set(name, value) => format!("set {name}={}", compact(value)),
                Part::SetBody(name, body) => format!("set {name} {{{}}}", show(body, view)),
                Part::Include(file) => format!("include {}", compact(file)),
                Part::Block(name, body) => format!("block {name} {{{}}}", show(body, view)),
                Part::Macro(name, own) => {
                    let names: Vec<_> = own.parameters.iter().map(|(name, _)| name.as_str()).collect();
                    format!("macro {name}({}) {{{}}}", names.join(","), show(&own.body, view))
                }
                Part::Import(file, names, prefix) => format!("import {} {names:?} {prefix}", compact(file)),
                Part::Extends(file) => format!("extends {}", compact(file)),
                Part::With(_, body) => format!("with {{{}}}", show(body, view)),
            };
            parts.iter().map(one).collect::<Vec<_>>().join(" ")
        }
        show(parts, view)
    };
    for (given, expected) in [
        ("a {{ b }}\n", r#""a " <b> "\n""#),
        (
            "{% if a %}\nx\n{% elif b %}\ny\n{% else %}\nz\n{% endif %}\nend",
            r#"if a{"x\n"} b{"y\n"} else {"z\n"} "end""#,
        ),
        ("{% for k, v in m.items() %}{{ k }}{% endfor %}", r#"for k,v in m["items"]() {<k>}"#),
        ("a\n{%- set x = 'y' -%}\n b", r#""a" set x="y" "b""#),
        ("{% for x in y if x %}{{ x }}{% endfor %}", "for x in y {<x>}"),
        ("{% include 'a.j2' ignore missing %}{{ a b }}", r#"include "a.j2" <bad>"#),
        ("{% macro x(a, b='c') %}{{ a }}{% endmacro %}", "macro x(a,b) {<a>}"),
        ("{% extends 'a' %}{% block b %}c{% endblock b %}", r#"extends "a" block b {"c"}"#),
        ("{% from 'a' import b as c, d %}", r#"import "a" [("b", "c"), ("d", "d")] "#),
        ("{# {{ no }} #}\nx{% raw %}{{ y }}{% endraw %}", r#""x" "{{ y }}""#),
    ] {
        let (_texts, view) = file(given.as_bytes());
        let parts = parse(&view).unwrap_or_else(|e| panic!("{given}: {e:?}"));
        assert_eq!(shown(&parts, &view), expected, "{given}");
    }
}

#[test]
fn syntax_errors() {
    let deep = format!("{{% if {} %}}{{% endif %}}", "(".repeat(5000));
    let nested = "{% if a %}".repeat(1000);
    let not = format!("{{% if {} a %}}{{% endif %}}", "not ".repeat(5000));
    for given in [
        "{{ a",
        "{% if a %}",
        "{% endif %}",
        "{% call x() %}{% endcall %}",
        "{% macro x() %}",
        "{% set x = a b %}",
        &deep,
        &nested,
        &not,
    ] {
        let (_texts, view) = file(given.as_bytes());
        assert!(parse(&view).is_err(), "{given}");
    }
}
