use super::{json, strategic};
use crate::syntax::testing::file;
use crate::syntax::{Node, yaml};

fn tree(text: &str) -> Node {
    let (_, view) = file(text.as_bytes());
    yaml::parse(&view).tree.into_iter().next().expect("a document")
}

fn written(node: &Node) -> String {
    yaml::write(node).to_text().replace('"', "").trim_end().replace('\n', "; ")
}

#[test]
fn merges() {
    for (base, patch, want) in [
        ("{a: 1, b: {c: 2}}", "{b: {d: 3}}", "a: 1; b:;   c: 2;   d: 3"),
        ("{a: 1, b: 2}", "{a: ~}", "b: 2"),
        ("{a: [1, 2]}", "{a: [3]}", "a:;   - 3"),
        ("{a: {b: 1}}", "{a: {$patch: replace, c: 2}}", "a:;   c: 2"),
        ("{a: {b: 1}, d: 1}", "{a: {$patch: delete}}", "d: 1"),
        (
            "{apiVersion: v1, env: [{name: x, v: 1}]}",
            "{env: [{name: x, v: 2}]}",
            "apiVersion: v1; env:;   -;     name: x;     v: 2",
        ),
        (
            "{apiVersion: other/v1, env: [{name: x}]}",
            "{env: [{name: w}]}",
            "apiVersion: other/v1; env:;   -;     name: w",
        ),
    ] {
        let (base_tree, patch_tree) = (tree(base), tree(patch));
        let merged = strategic::apply(&base_tree, &patch_tree).expect("a document");
        assert_eq!(written(&merged), want, "{base} {patch}");
    }
    assert!(strategic::apply(&tree("{a: 1}"), &tree("{$patch: delete}")).is_none());
    assert_eq!(written(&strategic::without(&tree("{a: {b: 1, c: 2}}"), "a.b")), "a:;   c: 2");
}

#[test]
fn operations() {
    for (base, operation, want) in [
        ("{a: 1}", "{op: add, path: /b, value: 2}", Ok("a: 1; b: 2")),
        ("{a: [1]}", "{op: add, path: /a/-, value: 2}", Ok("a:;   - 1;   - 2")),
        ("{a: [1]}", "{op: add, path: /a/0, value: 0}", Ok("a:;   - 0;   - 1")),
        ("{a: 1, b~/c: 2}", "{op: remove, path: /b~0~1c}", Ok("a: 1")),
        ("{a: {b: 1}}", "{op: replace, path: /a/b, value: 2}", Ok("a:;   b: 2")),
        ("{a: 1}", "{op: move, from: /a, path: /b}", Ok("b: 1")),
        ("{a: 1}", "{op: copy, from: /a, path: /b}", Ok("a: 1; b: 1")),
        ("{a: 1}", "{op: replace, path: /x, value: 2}", Err("an operation of a patch (`replace` of `/x`)")),
        ("{a: 1}", "{op: add, path: /x}", Err("an operation of a patch (no `value`)")),
        ("{a: 1}", "{path: /x}", Err("an operation of a patch (no `op`)")),
    ] {
        let mut document = tree(base);
        let done = json::apply(&mut document, &tree(&format!("[{operation}]")));
        let out = done.map(|()| written(&document)).map_err(|(_, words)| words);
        assert_eq!(out, want.map(str::to_owned).map_err(str::to_owned), "{operation}");
    }
}
