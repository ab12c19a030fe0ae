use super::*;
use crate::syntax::testing::{check_places, file, offsets, show, with_unknowns};
use crate::text::Whence;

fn read(text: &str) -> (Vec<String>, Vec<String>) {
    let (texts, view) = file(text.as_bytes());
    let parsed = parse(&view);
    parsed.tree.iter().for_each(|n| check_places(n, &texts));
    (parsed.tree.iter().map(show).collect(), parsed.errors.into_iter().map(|e| e.message).collect())
}

/// The only document of a text without errors.
fn one(text: &str) -> String {
    let (mut docs, errors) = read(text);
    assert_eq!((docs.len(), errors.as_slice()), (1, [].as_slice()), "{text:?}");
    docs.remove(0)
}

#[test]
fn values_as_pyyaml_reads_them() {
    // Text and value, recorded from PyYAML 6.0.3 (which rejects two tags on one node).
    let cases = [
        ("a: b", "{'a':'b'}"),
        ("\u{feff}a: b", "{'a':'b'}"),
        ("- x\n- [y, 'z', \"q\"]\n- {k: v}\n", "['x' ['y' 'z' 'q'] {'k':'v'}]"),
        ("a:\nb: ~\n", "{'a':'' 'b':'~'}"),
        ("a: x\n  y\n\n  z\n", "{'a':'x y\nz'}"),
        ("a: 'it''s\n  so'\n", "{'a':'it's so'}"),
        ("a: \"x\\ty\\\n   z \\\n   w\\\n\n   q\"\n", "{'a':'x\tyz w\nq'}"),
        ("a: \"\\u00e9\\x41\\U0001F600\\/\\_\"\n", "{'a':'éA😀/\u{a0}'}"),
        ("a: |\n\n\n  x\n\n  y\n\n\n", "{'a':'\n\nx\n\ny\n'}"),
        ("a: |2\n    x\n   y\n  z\n", "{'a':'  x\n y\nz\n'}"),
        ("a: |+\n  x\n\n\nb: 1\n", "{'a':'x\n\n\n' 'b':'1'}"),
        ("a: |-\n  x\n\n", "{'a':'x'}"),
        ("a: |\n  x", "{'a':'x'}"),
        ("a: >\n\n  x\n  y\n\n  z\n   more\n  back\n\n", "{'a':'\nx y\nz\n more\nback\n'}"),
        ("a: |\r\n  x\r\n\r\n  y\r\nb: >\r\n  c\r\n  d\r\n", "{'a':'x\n\ny\n' 'b':'c d\n'}"),
        ("a: |\n  x\n    \n  y\n", "{'a':'x\n  \ny\n'}"),
        ("--- |\n doc\n--- 'x'\n...\n", ""),
        ("a: !Sub\n  - !Join ['', [x]]\n  - k: !!str 1\n", "{'a':!Sub [!Join ['' ['x']] {'k':!!str '1'}]}"),
        ("a: !Base64 x\nb: !If {}\n", "{'a':!Base64 'x' 'b':!If {}}"),
        (
            "a: !Base64 !Sub |\n  x !A !B\nb: [!Base64 !Join ['', []]]\n",
            "{'a':!Base64 !Sub 'x !A !B\n' 'b':[!Base64 !Join ['' []]]}",
        ),
        ("a: 1\na: 2\n", "{'a':'1' 'a':'2'}"),
        ("? |\n  key\n: v\n", "{'key\n':'v'}"),
    ];
    for (text, value) in cases {
        if value.is_empty() {
            assert_eq!(read(text).0, ["'doc\n'", "'x'"]);
        } else {
            assert_eq!(one(text), value, "{text:?}");
        }
    }
}

#[test]
fn bytes_map_to_the_file() {
    let cases: [(&str, &str, &[i64]); 9] = [
        ("k: ab", "ab", &[3, 4]),
        ("k: 'a''b'", "a'b", &[4, -1, 7]),
        ("k: \"a\\nb\"", "a\nb", &[4, -1, 7]),
        ("k: a\n   b", "a b", &[3, -1, 8]),
        ("k: a\n\n b", "a\nb", &[3, 5, 7]),
        ("k: |\n\n  a\n\n  b\n\n", "\na\n\nb\n", &[5, 8, 9, 10, 13, 14]),
        ("k: >\n  a\n  b\n\n  c\n", "a b\nc\n", &[7, -1, 11, 13, 16, 17]),
        ("k: |\r\n  a\r\n  b", "a\nb", &[8, -1, 13]),
        ("\u{feff}é: é", "é", &[7, 8]),
    ];
    for (text, value, want) in cases {
        let (_, view) = file(text.as_bytes());
        let node = parse(&view).tree.remove(0);
        let scalar = node.pairs()[0].1.as_scalar().unwrap();
        assert_eq!(scalar.text.as_str(), Some(value), "{text:?}");
        assert_eq!(offsets(&scalar.text), want, "{text:?}");
    }
}

#[test]
fn parser_limits_allow_real_files() {
    let comments = "# a comment\n".repeat(200);
    assert_eq!(one(&format!("a:\n{comments}  b\n")), "{'a':'b'}");
    let key = "k".repeat(5_000);
    assert_eq!(one(&format!("{{\"{key}\": 1}}")), format!("{{'{key}':'1'}}"));
    assert_eq!(one("a: b\n  # not a comment of the value\n"), "{'a':'b'}");
}

#[test]
fn spans_cover_what_is_written() {
    let text = "a: 'x'\nb:\n  - !T {k: v} # c\n\nc: |\n  t\nd:\n";
    let (texts, view) = file(text.as_bytes());
    let node = parse(&view).tree.remove(0);
    let at = |n: &Node| String::from_utf8_lossy(texts.slice(n.span)).into_owned();
    assert_eq!(at(node.get("a").unwrap()), "'x'");
    assert_eq!(at(node.get("b").unwrap()), "- !T {k: v}");
    assert_eq!(at(&node.get("b").unwrap().items()[0]), "{k: v}");
    assert_eq!(at(node.get("c").unwrap()), "t\n");
    assert_eq!(at(node.get("d").unwrap()), "");
    assert_eq!(at(&node.pair("d").unwrap().0), "d");
}

#[test]
fn aliases_and_merge_keys() {
    let cases = [
        ("a: &x {k: 1}\nb: *x\n", "{'a':{'k':'1'} 'b':{'k':'1'}}"),
        ("b: &b {k: 1, l: 2}\nm:\n  <<: *b\n  k: 3\n", "{'b':{'k':'1' 'l':'2'} 'm':{'l':'2' 'k':'3'}}"),
        // The map's own key wins even if the merge comes later.
        ("b: &b {k: 1}\nm:\n  k: 3\n  <<: *b\n", "{'b':{'k':'1'} 'm':{'k':'3'}}"),
        // In a list, the earlier map wins: it comes later in the pairs.
        ("m:\n  <<: [{k: 1}, {k: 2, l: 2}]\n", "{'m':{'k':'2' 'l':'2' 'k':'1'}}"),
        ("m: {'<<': {k: 1}}\n", "{'m':{'<<':{'k':'1'}}}"),
        ("m: {!!merge <<: {k: 1}}\n", "{'m':{'k':'1'}}"),
    ];
    for (text, value) in cases {
        assert_eq!(one(text), value, "{text:?}");
    }
    let (docs, errors) = read("m: {<<: 1, k: 2}\n");
    assert_eq!((docs.len(), errors.len()), (1, 1));
    let (docs, errors) = read("a: &x [*x]\n");
    assert_eq!((docs[0].as_str(), errors.len()), ("{'a':['?']}", 1));
}

#[test]
fn an_alias_is_a_hop() {
    let (texts, view) = file(b"t: &idle 0s\nk:\n  s: *idle\n");
    let node = parse(&view).tree.remove(0);
    let trail = texts.trail_of(&node.path(&["k", "s"]).unwrap().as_scalar().unwrap().text).unwrap();
    let words: Vec<_> = trail.hops.iter().map(|h| (texts.slice(h.span), &*h.step)).collect();
    assert_eq!(words, [(b"*idle".as_slice(), "*idle"), (b"0s".as_slice(), "")]);
}

#[test]
fn alias_bombs_are_limited() {
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..30 {
        let list = vec![format!("*a{}", n - 1); 10].join(", ");
        laughs.push_str(&format!("a{n}: &a{n} [{list}]\n"));
    }
    let deep: String =
        (0..100).map(|n| if n == 0 { "&a0 []\n".to_owned() } else { format!("- &a{n} [*a{}]\n", n - 1) }).collect();
    let deep = format!("- {deep}- [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[*a99]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n");
    for (text, message) in [
        (laughs, "expands beyond the limit"),
        (deep, "expands beyond the limit"),
        ("- ".repeat(10_000), ""),
        ("[".repeat(10_000), ""),
        ("? ".repeat(10_000), ""),
        ("- ".repeat(MAX_DEPTH + 1), "nest"),
    ] {
        let (_, errors) = read(&text);
        assert!(errors.iter().any(|e| e.contains(message)), "{errors:?}");
    }
    assert!(read(&"- ".repeat(MAX_DEPTH)).1.is_empty());
}

#[test]
fn documents_around_a_broken_one_are_kept() {
    let (docs, errors) = read("a: 1\n---\nb: [1, 2\n---\nc: 3\n---\n");
    assert_eq!(docs, ["{'a':'1'}", "{'c':'3'}", "''"]);
    assert_eq!(errors.len(), 1);
    assert_eq!(read("").0, [""; 0]);
    assert_eq!(read("# only a comment\n"), (vec![], vec![]));
    let (texts, view) = file(b"a: 1\nb: }\n");
    let error = parse(&view).errors.remove(0);
    assert_eq!(texts.place(error.at).start().line, 2);
    let (_, view) = file(b"a: \xff\n");
    assert_eq!(parse(&view).errors[0].message, "not UTF-8");
}

#[test]
fn unknown_values_stay_unknown() {
    for (text, value) in [
        ("a: ?\n", "{'a':'?'}"),
        ("a: x?y\nb: \"?\\n\"\n", "{'a':'x?y' 'b':'?\n'}"),
        ("?: v\n", "{'?':'v'}"),
        ("a: |\n  x ?\n  ?\n", "{'a':'x ?\n?\n'}"),
        ("a: >\n  ?\n  x\n", "{'a':'? x\n'}"),
        ("a: '?''s'\n", "{'a':'?'s'}"),
        ("a: 1\n?\nb: 2\n", "{'a':'1' '?':'?' 'b':'2'}"),
        (
            "?\na:\n  b:\n    c: 1\n    ?\n  ?\nd:\n  - x\n  ?\n",
            "{'?':'?' 'a':{'b':{'c':'1' '?':'?'} '?':'?'} 'd':['x' '?']}",
        ),
        ("a: |\n  ?\nb: 1\n?\n", "{'a':'?\n' 'b':'1' '?':'?'}"),
        ("a:\n- b: 1\n  ?\n- c: 2\n", "{'a':[{'b':'1' '?':'?'} {'c':'2'}]}"),
    ] {
        let (texts, view) = with_unknowns(text);
        let parsed = parse(&view);
        assert!(parsed.errors.is_empty(), "{text:?}: {:?}", parsed.errors);
        parsed.tree.iter().for_each(|n| check_places(n, &texts));
        assert_eq!(show(&parsed.tree[0]), value, "{text:?}");
    }
}

#[test]
fn a_map_reports_unknown_keys() {
    for (text, open) in [("a: ?\n", false), ("<<: ?\na: 1\n", true), ("a: 1\n?\n", true), ("x?: 1\n", true)] {
        let (_, view) = with_unknowns(text);
        assert_eq!(parse(&view).tree[0].unknown_keys().is_some(), open, "{text:?}");
    }
}

#[test]
fn other_line_breaks_and_marks_are_accepted() {
    // The parser treats a lone carriage return as a break, and the Unicode breaks as content.
    let (texts, view) = file("a: |\r  x\r  y\u{2028}z\rb: \"q\u{85}\"\r".as_bytes());
    let parsed = parse(&view);
    check_places(&parsed.tree[0], &texts);
    assert_eq!(show(&parsed.tree[0]), "{'a':'x\ny\u{2028}z\n' 'b':'q\u{85}'}");
    assert!(matches!(parsed.tree[0].get("a").unwrap().as_scalar().unwrap().text.pieces()[0].whence, Whence::Same(_)));
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    /// Lines of a block scalar that are valid under any indentation.
    fn line() -> impl Strategy<Value = String> {
        prop_oneof![4 => "[a-zé$#:'\"-][ a-zé😀#:'\"\\\\-]{0,6}", 1 => Just(String::new())]
    }

    proptest! {
        #[test]
        fn block_scalars(lines in prop::collection::vec(line(), 1..8), indent in 1usize..6, crlf: bool) {
            let end = if crlf { "\r\n" } else { "\n" };
            let body: String = lines
                .iter()
                .map(|l| if l.is_empty() { end.to_owned() } else { format!("{}{l}{end}", " ".repeat(indent)) })
                .collect();
            let text = format!("k: |+{end}{body}z: 1{end}");
            let (texts, view) = file(text.as_bytes());
            let parsed = parse(&view);
            prop_assert!(parsed.errors.is_empty());
            let scalar = parsed.tree[0].get("k").unwrap().as_scalar().unwrap();
            let want = format!("{}\n", lines.join("\n"));
            prop_assert_eq!(scalar.text.as_str(), Some(want.as_str()));
            check_places(&parsed.tree[0], &texts);
            if !crlf && lines.iter().any(|l| !l.is_empty()) {
                prop_assert!(offsets(&scalar.text).iter().all(|o| *o >= 0));
            }
        }

        #[test]
        fn quoted_scalars(value in "[a-c 'é😀\\\\\"\t\n]{0,12}") {
            let single = value.replace('\n', " ").replace('\'', "''");
            let double = serde_json::to_string(&value).unwrap();
            let (texts, view) = file(format!("- '{single}'\n- {double}\n").as_bytes());
            let parsed = parse(&view);
            prop_assert!(parsed.errors.is_empty());
            check_places(&parsed.tree[0], &texts);
            let of = |n: usize| parsed.tree[0].items()[n].as_str().unwrap_or_default().to_owned();
            prop_assert_eq!(of(0), value.replace('\n', " "));
            prop_assert_eq!(of(1), value);
        }

        #[test]
        fn nothing_panics(text in "[-a:|>&*!{}\\[\\]'\"\\\\ \n\r\té#?,<%@~+0-9]{0,40}") {
            let (texts, view) = with_unknowns(&text);
            parse(&view).tree.iter().for_each(|n| check_places(n, &texts));
        }
    }
}
