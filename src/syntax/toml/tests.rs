use super::*;
use crate::syntax::testing::{check_places, file, offsets, show, with_unknowns};

fn read(text: &str) -> (String, Vec<String>) {
    let (texts, view) = file(text.as_bytes());
    let parsed = parse(&view);
    parsed.tree.iter().for_each(|n| check_places(n, &texts));
    (parsed.tree.as_ref().map(show).unwrap_or_default(), parsed.errors.into_iter().map(|e| e.message).collect())
}

#[test]
fn values() {
    for (text, value) in [
        ("b = 1_0\na = 0x1F\nd = 1979-05-27\nt = true\n", "{'b':'1_0' 'a':'0x1F' 'd':'1979-05-27' 't':'true'}"),
        ("z.y.x = 1\nz.\"k.l\" = 2\n", "{'z':{'y':{'x':'1'} 'k.l':'2'}}"),
        ("[b]\nk = 'v'\n[a.c]\nl = [1, {m = 2}]\n", "{'b':{'k':'v'} 'a':{'c':{'l':['1' {'m':'2'}]}}}"),
        ("[[p]]\nn = 1\n[[p]]\nn = 2\n", "{'p':[{'n':'1'} {'n':'2'}]}"),
        ("a = \"x\\ty\\u00e9\\\"\"\n", "{'a':'x\tyé\"'}"),
        ("a = \"\"\"\nx \\\n   y\n\"z\"\"\"\"\n", "{'a':'x y\n\"z\"'}"),
        ("a = '''\nx\\n'y'\n'''\n", "{'a':'x\\n'y'\n'}"),
        ("\u{feff}a = 1\r\nb = '''x\r\ny'''\r\n", "{'a':'1' 'b':'x\r\ny'}"),
        ("", "{}"),
    ] {
        assert_eq!(read(text), (value.to_owned(), vec![]), "{text:?}");
    }
}

#[test]
fn bytes_map_to_the_file() {
    for (text, want) in [
        ("a = \"x\\ty\"", &[5, -1, 8][..]),
        ("a = 'xy'", &[5, 6]),
        ("a = 12", &[4, 5]),
        ("a = \"\"\"\nx\\\n\n y\"\"\"", &[8, 13]),
        ("a = '''\nx'''", &[8]),
    ] {
        let (_, view) = file(text.as_bytes());
        let node = parse(&view).tree.unwrap();
        assert_eq!(offsets(&node.get("a").unwrap().as_scalar().unwrap().text), want, "{text:?}");
    }
}

#[test]
fn errors_do_not_hide_the_rest() {
    let (tree, errors) = read("a = 1\nb = = 2\nc = 3\n");
    assert!(tree.contains("'a':'1'") && tree.contains("'c':'3'"), "{tree}");
    assert!(!errors.is_empty());
    assert_eq!(read("a = 1\na = 2\n").1.len(), 1);
    for deep in [format!("a = {}", "[".repeat(10_000)), format!("{}a = 1", "a.".repeat(10_000)), "[a.b]\n".repeat(3)] {
        assert!(!read(&deep).1.is_empty());
    }
}

#[test]
fn unknown_values_stay_unknown() {
    let text = "[s]\na = ?\nb = \"x?\"\n?\nc-? = 1\n  ?  \n[?.t]\nd = [?, 2]\n";
    let (texts, view) = with_unknowns(text);
    let parsed = parse(&view);
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    let node = parsed.tree.unwrap();
    check_places(&node, &texts);
    assert_eq!(show(&node), "{'s':{'a':'?' 'b':'x?' '?':'?' 'c-?':'1' '?':'?'} '?':{'t':{'d':['?' '2']}}}");
}

proptest::proptest! {
    #[test]
    fn strings(value in "[a-c 'é😀\\\\\"\t\n]{0,12}") {
        let text = format!("a = {}\nb = \"\"\"\n{}\"\"\"\n", serde_json::to_string(&value).unwrap(), value.replace('\\', "\\\\").replace('"', "\\\""));
        let (texts, view) = file(text.as_bytes());
        let node = parse(&view).tree.unwrap();
        check_places(&node, &texts);
        proptest::prop_assert_eq!(node.get("a").unwrap().as_str(), Some(value.as_str()));
        proptest::prop_assert_eq!(node.get("b").unwrap().as_str(), Some(value.as_str()));
    }

    #[test]
    fn nothing_panics(text in "[\\[\\]{}\"'\\\\=.,?0-9a-e \n]{0,30}") {
        let (texts, view) = with_unknowns(&text);
        parse(&view).tree.iter().for_each(|n| check_places(n, &texts));
    }
}
