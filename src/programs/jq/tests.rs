//! Filters that would overflow a stack or make the engine panic, on a stack as small as any caller's.

use std::sync::Arc;

use super::run;
use crate::programs::program::{FileLookup, Status};
use crate::text::{Source, Span, Texts, Traced, Why};

/// The default stack of a thread, in bytes.
const STACK: usize = 1 << 20;

/// Runs `work` on its own stack; a panic fails the test.
fn on_small_stack(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(STACK).spawn(work).unwrap().join().unwrap();
}

/// The output of a filter; `None` if unknown.
fn answer(filter: &str, input: &str) -> Option<String> {
    let mut texts = Texts::new();
    let mut source = |text: &str| {
        let id = texts.add_source(Arc::new(Source::new("test", text.as_bytes())));
        (Span::new(id, 0..text.len()), texts.traced(Span::new(id, 0..text.len())))
    };
    let argv = [source("-c").1, source(filter).1];
    let (at, mut stdin) = source(input);
    if input == "?" {
        stdin = Traced::made("[1, ", at);
        stdin.push_unknown(at, Why::NoDefault("x".into()));
        stdin.push_made(b", {\"a\": 1}, {\"a\": 2}, ", at);
        stdin.push_unknown(at, Why::NoDefault("y".into()));
        stdin.push_made(b"]", at);
    }
    let outcome = run(&argv, Some(&stdin), &mut |_| FileLookup::Missing, &mut |_| FileLookup::Missing, at);
    match outcome.status {
        Status::Known(_) => Some(outcome.stdout.to_text().into_owned()),
        _ => None,
    }
}

#[test]
fn endless_nesting_is_unknown() {
    on_small_stack(|| {
        let chain = |first: &str, step: &str, n: usize| {
            let defs = (1..n).map(|n| format!("def f{n}(g): {};", step.replace('#', &format!("f{}", n - 1))));
            format!("def f0(g): {first}; {} f{}(.)", defs.collect::<String>(), n - 1)
        };
        for filter in [
            "def f: f; f".to_owned(),
            "def f: 1 + f; f".to_owned(),
            "def f: def g: f; g; f".to_owned(),
            "[recurse(.)]".to_owned(),
            "[repeat(1)]".to_owned(),
            "[limit(1e9; range(1e9))]".to_owned(),
            "until(false; .)".to_owned(),
            "[range(1e9)]".to_owned(),
            "[limit(1e9; repeat(1))]".to_owned(),
            "reduce range(1000) as $i (1; [.])".to_owned(),
            "(reduce range(100000) as $i (.; .)) |= 1".to_owned(),
            "(foreach range(100000) as $i (.; .)) |= 1".to_owned(),
            "setpath([range(50000) | \"a\"]; 1)".to_owned(),
            "getpath([range(50000) | 0]) |= 1".to_owned(),
            chain("[g]", "#(#(g))", 30),
            chain("g | g", "#(# (g) | g)", 30),
            chain("[g][0]", "#(#([g][0]))", 25),
            "(".repeat(10_000),
            format!("{}1{}", "(".repeat(10_000), ")".repeat(10_000)),
            format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000)),
            format!("{}1{}", "{a:".repeat(10_000), "}".repeat(10_000)),
            format!("{}1{}", "(\")\"|".repeat(5_000), ")".repeat(5_000)),
            format!("0,{}1", "-".repeat(20_000)),
            format!("{}1", "try ".repeat(900)),
            format!("{}1", ".|".repeat(450)),
            format!("{}1", "1 as $x|".repeat(200)),
            format!("{}1{}", "if . then ".repeat(200), " end".repeat(200)),
            format!("{}1", "def f: 1; ".repeat(150)),
            "\"\\(".repeat(5_000),
            format!("{}1{}", "\"\\(".repeat(500), ")\"".repeat(500)),
        ] {
            let shown = filter.chars().take(60).collect::<String>();
            let answer = answer(&filter, "[1]");
            assert!(
                answer.is_none() || filter.starts_with(['(', '"']) && answer.as_deref() == Some(""),
                "{shown}: {answer:?}"
            );
        }
        assert_eq!(answer(".", &"[".repeat(100_000)), None);
        assert_eq!(answer(".", &format!("{}{}", "[".repeat(90), "]".repeat(90))).map(|a| a.len()), Some(181));
        let deep = format!("{}1{}", "[".repeat(90), "]".repeat(90));
        for filter in
            ["walk(.)", "flatten", "[..] | length", "[paths] | length", "tojson", ". == .", "walk(walk(walk(.)))"]
        {
            answer(filter, &deep);
            answer(&format!(".. |= {filter}"), &deep);
        }
    });
}

#[test]
fn filters_may_nest_as_deep_as_people_write_them() {
    let pipes = format!("{}.", ".a = 1 | ".repeat(30));
    assert_eq!(answer(&pipes, "{}").as_deref(), Some("{\"a\":1}\n"));
    assert_eq!(answer(&format!("{}1{}", "[".repeat(30), "]".repeat(30)), "1").map(|a| a.len()), Some(62));
    assert_eq!(answer("walk(if type == \"object\" then del(.a) else . end)", "[{\"a\":1}]").as_deref(), Some("[{}]\n"));
}

/// A sort may panic without a total order, and when its steps run out.
#[test]
fn sorts_of_unknown_values_do_not_panic() {
    on_small_stack(|| {
        for filter in [
            "sort",
            "sort_by(.a?)",
            "group_by(.a?)",
            "unique",
            "[range(60000)] | sort_by(-.) | length",
            "[.[], nan, nan, 1, nan, 0, nan] | sort",
            "[range(40)] | map(if . % 3 == 0 then nan else . end) | sort",
            "[range(300) as $i | [range($i % 7)]] | sort | group_by(length) | length",
        ] {
            answer(filter, "?");
            answer(filter, "[3, 1, 2]");
        }
    });
}

/// Filters of random words.
#[test]
fn filters_of_any_words_do_not_panic() {
    const WORDS: [&str; 64] = [
        ".",
        ".a",
        ".[0]",
        ".[]",
        "..",
        "|",
        ",",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ":",
        ";",
        "=",
        "|=",
        "+=",
        "//",
        "//=",
        "+",
        "-",
        "*",
        "/",
        "%",
        "==",
        "<",
        "and",
        "or",
        "not",
        "if",
        "then",
        "else",
        "elif",
        "end",
        "try",
        "catch",
        "reduce",
        "foreach",
        "as",
        "$x",
        "def",
        "f",
        "1",
        "-1",
        "1e300",
        "\"a\"",
        "\"\\(",
        ")\"",
        "null",
        "range(9)",
        "sort",
        "length",
        "explode",
        "implode",
        "floor",
        "limit(3;",
        "first(",
        "path(",
        "del(",
        "to_entries",
        "test(",
        "?",
        "label $x |",
    ];
    on_small_stack(|| {
        let rounds = std::env::var("FILTERS").ok().and_then(|n| n.parse().ok()).unwrap_or(3_000);
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = move |n: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % u64::try_from(n).unwrap()).unwrap()
        };
        for _ in 0..rounds {
            let filter: Vec<_> = (0..=next(12)).map(|_| WORDS[next(WORDS.len())]).collect();
            let mut filter = filter.join(" ");
            // Open brackets are closed, which makes more of the filters valid.
            let open: Vec<_> = filter.chars().filter(|c| "([{)]}".contains(*c)).collect();
            let mut left = Vec::new();
            for c in open {
                match c {
                    '(' => left.push(')'),
                    '[' => left.push(']'),
                    '{' => left.push('}'),
                    _ => drop(left.pop()),
                }
            }
            filter.extend(left.into_iter().rev());
            answer(&filter, "{\"a\": [1, {\"a\": null}, \"x\"]}");
            answer(&filter, "?");
        }
    });
}
