use super::*;
use crate::syntax::testing::{check_places, file, offsets, show, with_unknowns};

fn read(text: &str) -> (Option<String>, Vec<String>) {
    let (texts, view) = file(text.as_bytes());
    let parsed = parse(&view);
    parsed.tree.iter().for_each(|n| check_places(n, &texts));
    (parsed.tree.as_ref().map(show), parsed.errors.into_iter().map(|e| e.message).collect())
}

#[test]
fn values() {
    for (text, value) in [
        (r#"{"a": 1, "a": [true, null, "x"]}"#, "{'a':'1' 'a':['true' 'null' 'x']}"),
        ("\u{feff}[-1.5e3]", "['-1.5e3']"),
        (r#""\u00e9\uD83D\uDE00\n\/\"""#, "'é😀\n/\"'"),
        ("{}", "{}"),
    ] {
        assert_eq!(read(text), (Some(value.to_owned()), vec![]), "{text}");
    }
    assert_eq!(read(" \n"), (None, vec![]));
}

#[test]
fn strict_readers_reject() {
    for text in ["{'a': 1}", "{a: 1}", "[1,]", "// c\n1", "{\"a\": 1", "[01]", "[+1]", "[\"\\ud83d\"]", "1 2"] {
        let (tree, errors) = read(text);
        assert_eq!((tree, errors.len()), (None, 1), "{text}");
    }
    // The value is still read, since CloudFormation and others accept it.
    assert_eq!(read("[\"a\tb\"]"), (Some("['a\tb']".to_owned()), vec!["control character in a string".to_owned()]));
    for depth in [MAX_DEPTH + 1, 10_000] {
        assert_eq!(read(&"[".repeat(depth)).1.len(), 1);
        assert_eq!(read(&("[".repeat(depth) + &"]".repeat(depth))).1.len(), 1);
    }
    let (_, view) = file(b"\"\xff\"");
    assert_eq!(parse(&view).errors[0].message, "not UTF-8");
}

#[test]
fn the_quick_reader_gives_the_tree_of_the_full_one() {
    let full = |view: &View| in_full(view, view.as_str().unwrap(), 0);
    let texts = [
        r#"{"a": 1, "a": [true, null, "x", []], "b\n\u00e9\"": {"c": -1.5e3, "d": {}}, "é": "\u0041"}"#,
        " [ 0 , -0 , 10.5 , 1E+2, \"\\/\" , {\"\" : \"\"} ]\n",
        "\"text\"",
        "12",
    ];
    let mut random = 1u32;
    let mut next = |below: usize| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) as usize % below
    };
    let mut read = 0;
    for text in texts {
        let (_, view) = file(text.as_bytes());
        assert!(quick::value(&view, 0).is_some(), "{text}");
        for _ in 0..2_000 {
            let mut bytes = text.as_bytes().to_vec();
            for _ in 0..next(3) {
                let (at, with) = (next(bytes.len()), b"\"\\{}[],: \n0e.-untx\x01"[next(19)]);
                match next(3) {
                    0 => bytes[at] = with,
                    1 => bytes.insert(at, with),
                    _ => drop(bytes.remove(at)),
                }
                if bytes.is_empty() {
                    break;
                }
            }
            let (_, view) = file(&bytes);
            let Ok(text) = view.as_str() else { continue };
            if let Some(tree) = quick::value(&view, 0) {
                read += 1;
                let full = full(&view);
                assert_eq!((full.tree, full.errors), (Some(tree), vec![]), "{text}");
            }
        }
    }
    assert!(read > 1_000, "{read}");
}

#[test]
fn bytes_map_to_the_file() {
    let (texts, view) = file("\u{feff}{\"é\": \"a\\nb\", \"n\": 12}".as_bytes());
    let node = parse(&view).tree.unwrap();
    assert_eq!(offsets(&node.get("é").unwrap().as_scalar().unwrap().text), [11, -1, 14]);
    assert_eq!(texts.slice(node.get("n").unwrap().span), b"12");
    assert_eq!(texts.slice(node.pair("é").unwrap().0.span), "\"é\"".as_bytes());
    assert_eq!(texts.slice(node.span).first(), Some(&b'{'));
}

#[test]
fn unknown_values_stay_unknown() {
    for (text, value) in [
        (r#"{"a": ?, "b": [1, ?], "c": "x?y", "?": 1}"#, "{'a':'?' 'b':['1' '?'] 'c':'x?y' '?':'1'}"),
        (r#"{"a": 1?}"#, "{'a':'1?'}"),
    ] {
        let (texts, view) = with_unknowns(text);
        let parsed = parse(&view);
        assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
        let node = parsed.tree.unwrap();
        check_places(&node, &texts);
        assert_eq!(show(&node), value);
    }
    let (_, view) = with_unknowns("{\n?\n}");
    let error = parse(&view).errors.remove(0);
    assert!(error.unknown(&view).is_some());
    let (_, view) = with_unknowns("{\"a\": ?,\n]");
    let error = parse(&view).errors.remove(0);
    assert!(error.unknown(&view).is_none());
}

proptest::proptest! {
    #[test]
    fn strings(value: String) {
        let text = serde_json::to_string(&[&value]).unwrap();
        let (texts, view) = file(text.as_bytes());
        let node = parse(&view).tree.unwrap();
        check_places(&node, &texts);
        proptest::prop_assert_eq!(node.items()[0].as_str(), Some(value.as_str()));
    }

    #[test]
    fn nothing_panics(text in "[{}\\[\\]\"\\\\:,?0-9a-funé \n]{0,30}") {
        let (texts, view) = with_unknowns(&text);
        parse(&view).tree.iter().for_each(|n| check_places(n, &texts));
    }
}
