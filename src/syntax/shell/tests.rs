use std::sync::Arc;

use super::*;
use crate::text::{Source, Texts};

fn read(text: &str) -> Script {
    let mut texts = Texts::new();
    let id = texts.add_source(Arc::new(Source::new("/f", text.as_bytes())));
    parse(&texts.view(id))
}

/// The words of the first simple command, as the texts of their parts: `bare`, 'quoted', "double", <expansion>.
fn words(text: &str) -> Vec<String> {
    let mut texts = Texts::new();
    let id = texts.add_source(Arc::new(Source::new("/f", text.as_bytes())));
    let parsed = parse(&texts.view(id));
    assert_eq!(parsed.errors, [], "{text}");
    let Some(CommandKind::Simple { words, .. }) = parsed.tree.first().map(|i| &i.first.commands[0].kind) else {
        panic!("no simple command in {text}")
    };
    words.iter().map(|w| w.parts.iter().map(|p| part(&texts, p)).collect::<Vec<_>>().join("|")).collect()
}

fn part(texts: &Texts, part_: &Part) -> String {
    match part_ {
        Part::Bare(t) => t.to_text().into_owned(),
        Part::Quoted(t) => format!("'{}'", t.to_text()),
        Part::Double(parts) => format!("\"{}\"", parts.iter().map(|p| part(texts, p)).collect::<Vec<_>>().join("|")),
        Part::Parameter(p) => format!("<{}>", String::from_utf8_lossy(texts.slice(p.span))),
        Part::Command(_, s) | Part::Backquoted(_, s) | Part::Arithmetic(_, s) | Part::Process(_, s) => {
            format!("<{}>", String::from_utf8_lossy(texts.slice(*s)))
        }
        Part::Array(words) => format!("({})", words.len()),
    }
}

#[test]
fn words_and_their_parts() {
    for (text, want) in [
        ("a 'b c'd \"e $f\" g\\ h", vec!["a", "'b c'|d", "\"'e '|<$f>\"", "g|' '|h"]),
        ("x $'a\\n\\x41' $\"t\"", vec!["x", "'a\nA'", "\"'t'\""]),
        (
            "x ${a:-b c} \"${a%'}'}\" ${#a} ${!a} ${a[0]}",
            vec!["x", "<${a:-b c}>", "\"<${a%'}'}>\"", "<${#a}>", "<${!a}>", "<${a[0]}>"],
        ),
        (
            "x $(a \")\" ')' `b`) $((1 << 2)) `c \\`d\\``",
            vec!["x", "<$(a \")\" ')' `b`)>", "<$((1 << 2))>", "<`c \\`d\\``>"],
        ),
        ("x a\\\nb # c", vec!["x", "ab"]),
        ("x a#b \"\\$\\a\" $ '\\'", vec!["x", "a#b", "\"'$\\a'\"", "$", "'\\'"]),
        ("cat <(a) ~/x *.y", vec!["cat", "<<(a)>", "~/x", "*.y"]),
        ("x $((a) | b)", vec!["x", "<$((a) | b)>"]),
        ("declare -a a=(1 2)", vec!["declare", "-a", "a=|(2)"]),
        ("x\r\ny", vec!["x"]),
    ] {
        assert_eq!(words(text), want, "{text}");
    }
}

#[test]
fn here_documents() {
    for (text, want) in [
        ("cat <<EOF\na $b\nEOF\n", "'a '|<$b>|'\n'"),
        ("cat <<'EOF'\na $b\nEOF\n", "'a $b\n'"),
        ("cat <<-\\EOF\n\ta\n\t\tb\n\tEOF\n", "'a\nb\n'"),
        ("cat <<-EOF\n\ta\n  b\\\n\tc\n\tEOF\n", "'a\n  bc\n'"),
        ("cat <<E\"O\"F | tee x\na\\$ \\a\nEOF\n", "'a\\$ \\a\n'"),
        ("cat <<EOF\na\\$ \\a \"\nEOF\n", "'a$ \\a \"\n'"),
        ("cat <<EOF\nno end\n", "'no end\n'"),
        ("cat <<EOF\r\na\r\nEOF\r\n", "'a\n'"),
        ("cat <<EOF", ""),
    ] {
        let mut texts = Texts::new();
        let id = texts.add_source(Arc::new(Source::new("/f", text.as_bytes())));
        let parsed = parse(&texts.view(id));
        assert_eq!(parsed.errors, [], "{text}");
        let Target::Body(body) = &parsed.tree[0].first.commands[0].redirects[0].target else { panic!("{text}") };
        let got = body.word().map(|w| w.parts.iter().map(|p| part(&texts, p)).collect::<Vec<_>>().join("|"));
        assert_eq!(got.unwrap_or_default(), want, "{text}");
    }
    let two = read("cat <<A - <<B\na\nA\nb\nB\nnext");
    assert_eq!(two.tree.len(), 2);
}

/// Recorded from `bash -n` 5.2.
#[test]
fn rejects_what_bash_rejects() {
    for (text, good) in [
        ("if a; then b; fi", true),
        ("if a; then b; fi; fi", false),
        ("if a; then; fi", false),
        ("if a; then b", false),
        ("{ a; }", true),
        ("{ a }", false),
        ("a && || b", false),
        ("a ;; b", false),
        ("; a", false),
        ("a & b", true),
        ("( )", false),
        ("x=$( )", true),
        ("case x in (a|b) c;; esac", true),
        ("case x in esac", true),
        ("case x in a) b;& c) d;;& e) f; esac", true),
        ("for i; do a; done", true),
        ("for i in a b; { c; }", true),
        ("for ((i=0; i<3; i++)); do a; done", true),
        ("f() { a; }; function g { b; }; function h() ( c )", true),
        ("f() a", false),
        ("[[ a == b* && ( -f c || ! -n $d ) ]]", true),
        ("[[ $x =~ ^(a|b c)+$ ]]", true),
        ("[[ a b ]]", false),
        ("a=(b c\n d)", true),
        ("a=(b", false),
        ("echo 'a", false),
        ("echo \"$(a\"", false),
        ("echo a > ", false),
        ("a 2>&1 >/dev/null <<< b", true),
        ("! a | b", true),
        ("a |& b", true),
        ("echo (a)", false),
        ("if a; then { b; } fi", true),
        ("while a; do b; done < c > d &", true),
        ("time a; !", true),
        ("a() { b; } > c", true),
        ("}", false),
        ("$(( (1+2) * 3 ))", true),
        ("(( a < b )) && (( c ))", true),
        ("\n# only\n", true),
        ("if a; then\r\n b\r\nfi\r\n", true),
    ] {
        assert_eq!(read(text).errors.is_empty(), good, "{text}: {:?}", read(text).errors);
    }
}

#[test]
fn parsing_continues_after_an_error() {
    let parsed = read("a\necho (b)\nif c; then\n ;;; d\n e\nfi\nf 'g");
    let commands: Vec<_> = parsed.tree.iter().map(|i| matches!(i.first.commands[0].kind, CommandKind::Bad)).collect();
    assert_eq!(commands.first(), Some(&false));
    assert_eq!(commands.get(1), Some(&true));
    assert_eq!(commands.last(), Some(&true));
    assert!(parsed.tree.iter().any(|i| matches!(i.first.commands[0].kind, CommandKind::If { .. })), "{parsed:?}");
}

#[test]
fn no_nesting_and_no_prefix_panics() {
    let script = "f() { local a=\"${1:-$(b `c` <<EOF\nx ${y//a/\"z\"}\nEOF\n)}\"; }\ncase $x in a|b) [[ $y =~ ^(q|r)$ ]] && (( z++ ));; esac\n\
                  while read -r l; do if ! p; then a=([1]=x 2); for ((;;)); do $'\\x4' ; done; fi; done <<< \"$q\" 2>&1\n";
    assert_eq!(read(script).errors, []);
    for end in 0..script.len() {
        read(script.get(..end).unwrap_or_default());
    }
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(|| {
            for open in [
                "$(",
                "{ ",
                "if ",
                "((",
                "(",
                "`",
                "\"$(",
                "${a:-",
                "$((",
                "[[ ( ",
                "case x in a) ",
                "f() { ",
                "<(",
                "[[ ! ",
                "a=(",
            ] {
                read(&open.repeat(10_000));
                read(&format!("echo {}", open.repeat(10_000)));
            }
            read(&"cat <<A ".repeat(10_000));
            read(&"a 'b\n".repeat(10_001));
        })
        .unwrap()
        .join()
        .unwrap();
}
