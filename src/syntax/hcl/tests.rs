use std::sync::Arc;

use super::*;
use crate::text::{Source, Texts, View};

fn view(text: impl Into<Vec<u8>>) -> View {
    let mut texts = Texts::new();
    let id = texts.add_source(Arc::new(Source::new("/main.tf", text.into())));
    texts.view(id)
}

/// Every literal of the value of `a`: its source and its value.
fn literal(source: &str) -> String {
    let view = view(source);
    let parsed = parse(&view);
    assert_eq!(parsed.errors, [], "{source}");
    let ExprKind::Template(template) = &parsed.tree.attribute("a").unwrap().value.kind else { panic!("no template") };
    let text = template.as_literal().unwrap();
    for (range, piece) in text.ranges() {
        if let crate::text::Whence::Same(span) = &piece.whence {
            assert_eq!(&view.bytes[span.range()], &text.bytes()[range], "{source}: the map of a literal");
        }
    }
    text.as_str().unwrap().to_owned()
}

#[test]
fn literals_read_as_go_reads_them() {
    for (source, value) in [
        (r#"a = "x\n\t\"\\\u00e9$${y}%%{z} $ %""#, "x\n\t\"\\é${y}%{z} $ %"),
        ("a = <<EOT\n  x\\n $${y}\n EOT\n", "  x\\n ${y}\n"),
        ("a = <<-EOT\n    a\n\n      b\n  \n    EOT\n", "a\n\n  b\n  \n"),
        ("a = <<-EOT\r\n  a\r\n    b\r\n  EOT\r\n", "a\r\n  b\r\n"),
        ("a = <<EOT\nEOT\n", ""),
        ("a = <<EOT\nsu -c \"x << EOT\nEOT\"\nEOT\n", "su -c \"x << EOT\nEOT\"\n"),
        ("\u{FEFF}a = \"bom\"\n", "bom"),
        ("# a comment\rwith a lone return\na = \"x\"\n", "x"),
    ] {
        assert_eq!(literal(source), value, "{source}");
    }
}

#[test]
fn a_repeated_key_keeps_its_name_and_place() {
    let source = "a = { xy = 1, xy = 2, \"xy\" = 3, \"q\" = 4, \"q\" = 5, z = 6, z = 7 }\n";
    let view = view(source);
    let parsed = parse(&view);
    assert_eq!(parsed.errors, []);
    let ExprKind::Object(entries) = &parsed.tree.attribute("a").unwrap().value.kind else { panic!("no object") };
    let keys: Vec<_> = entries
        .iter()
        .map(|(key, _)| match key {
            Key::Name(text, span) => (text.to_text().into_owned(), source.get(span.range()).unwrap_or_default()),
            Key::Expr(expr) => match &expr.kind {
                ExprKind::Template(t) => {
                    (t.as_literal().unwrap().to_text().into_owned(), source.get(expr.span.range()).unwrap_or_default())
                }
                other => panic!("{other:?}"),
            },
        })
        .collect();
    let expected =
        [("xy", "xy"), ("xy", "xy"), ("xy", "\"xy\""), ("q", "\"q\""), ("q", "\"q\""), ("z", "z"), ("z", "z")];
    assert_eq!(keys, expected.map(|(k, s)| (k.to_owned(), s)));
}

#[test]
fn an_error_drops_only_its_block() {
    let broken = "resource \"a\" \"b\" {\n  x = = 1\n}\n";
    let open = "resource \"a\" \"b\" {\n  x = {\n\n";
    let heredoc = "resource \"a\" \"b\" {\n  x = <<EOT\n";
    let quote = "resource \"a\" \"b\" {\n  x = \"\n}\n";
    for (bad, line) in [(broken, 5), (open, 6), (heredoc, 5), (quote, 5)] {
        let source = format!("locals {{\n  a = 1\n}}\n{bad}resource \"c\" \"d\" {{\n  y = 1\n}}\n");
        let view = view(source.clone());
        let parsed = parse(&view);
        let kinds: Vec<_> = parsed.tree.blocks.iter().map(|b| (&*b.kind, b.label(0))).collect();
        assert_eq!(kinds, [("locals", ""), ("resource", "c")], "{source}");
        assert_eq!(parsed.errors.len(), 1, "{source}");
        let at = parsed.errors[0].at.start as usize;
        let found = source.get(..at).unwrap_or_default().matches('\n').count() + 1;
        assert!((line - 1..=line + 2).contains(&found), "{source}: line {found}");
        let header = parsed.tree.blocks[1].header;
        assert_eq!(source.get(header.range()).unwrap_or_default(), "resource \"c\" \"d\"", "places stay");
    }
}

#[test]
fn hostile_files_are_reported() {
    let many = (0..20_000).map(|n| format!("k{n} = 1\n")).collect::<Vec<_>>().concat();
    let cases: [Vec<u8>; 9] = [
        format!("a = {{\n{many}}}\nlocals {{}}\n").into_bytes(),
        format!("a = {}1{}\n", "(".repeat(10_000), ")".repeat(10_000)).into_bytes(),
        format!("a = {}1{}\n", "[".repeat(100), "]".repeat(100)).into_bytes(),
        format!("a = \"{}x{}\"\n", "${\"".repeat(200), "\"}".repeat(200)).into_bytes(),
        format!("a = {}1\n", "-".repeat(5000)).into_bytes(),
        b"\x7fELF\0\x01".to_vec(),
        b"a = \"\xff\"\n".to_vec(),
        "resource \"a\" \"b\" {\n x = <<EOT\n".repeat(3000).into_bytes(),
        format!("a = 1{}\n", " + 1".repeat(3000)).into_bytes(),
    ];
    for (n, source) in cases.into_iter().enumerate() {
        let parsed = parse(&view(source));
        assert!(!parsed.errors.is_empty(), "case {n}");
    }
}

#[test]
fn allowed_nesting_fits_a_small_stack() {
    for (open, close) in
        [("(", ")"), ("[", "]"), ("{a=", "}"), ("f(", ")"), ("\"${", "}\""), ("-", ""), ("[for x in y: ", "]")]
    {
        let source = format!("a = {}1{}\n", open.repeat(63), close.repeat(63));
        let parsed = parse(&view(source.clone()));
        assert_eq!(parsed.errors, [], "{open}");
        assert_eq!(parsed.tree.attributes.len(), 1);
    }
    let chain = format!("a = b{}\n", " && b".repeat(120));
    assert_eq!(parse(&view(chain)).errors, []);
}

#[test]
fn no_prefix_of_a_file_panics() {
    let source = "locals {\n  a = <<-EOT\n    %{ if x ~}\n    é ${b[\"k\"].*.c}\n    %{ endif }\n  EOT\n  \"b\" = {a = 1, a = 2}\n}\nresource \"a\" b { c = \"\\u00e9\" }\n";
    for (end, _) in source.char_indices() {
        parse(&view(source.get(..end).unwrap_or_default()));
        let _ = parse_template(&view(source.get(..end).unwrap_or_default()));
        let _ = parse_expression(&view(source.get(..end).unwrap_or_default()));
    }
}

#[test]
fn standalone_expressions() {
    let parsed = parse_expression(&view("  a.b[0].*.c\n")).unwrap();
    let ExprKind::Traversal(root, steps) = parsed.kind else { panic!("no traversal") };
    assert_eq!(root.kind, ExprKind::Variable("a".into()));
    assert_eq!(steps.len(), 4);
    assert_eq!(steps[0].kind, StepKind::Attr("b".into()));
}
