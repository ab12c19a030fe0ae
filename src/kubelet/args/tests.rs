use super::*;
use crate::kubelet::testing::words;

/// The command line in short: flags with their values (a leading `?` if uncertain), wild words, failures.
fn short(argv: &[&str], minor: Option<u32>, pass: Pass) -> String {
    let (_, argv) = words(argv);
    let args = parse(&argv, minor, pass);
    let mut out: Vec<String> = Vec::new();
    for given in &args.given {
        let doubt = if given.doubt.is_some() { "?" } else { "" };
        out.push(format!("{doubt}{}={}", given.flag.name, super::show(&given.value)));
    }
    out.extend(args.wild.iter().map(|w| format!("wild{}:{}", w.index, w.prefix)));
    out.extend(args.failures.iter().map(|f| format!("! {}", f.message)));
    out.join("; ")
}

#[test]
fn words_are_read_as_pflag_reads_them() {
    let cases: &[(&[&str], &str)] = &[
        (&[], ""),
        (&["--sync-frequency=1m"], "sync-frequency=1m"),
        (&["--sync-frequency", "1m"], "sync-frequency=1m"),
        (&["--sync_frequency", "-1s"], "sync-frequency=-1s"),
        (&["--sync-frequency="], "sync-frequency="),
        (&["--sync-frequency", ""], "sync-frequency="),
        (&["--sync-frequency==0"], "sync-frequency==0"),
        (&["--sync-frequency"], "! flag needs an argument: --sync-frequency"),
        (&["--sync-frequency", "--v=2"], "sync-frequency=--v=2"),
        (&["--register-node", "--v", "2"], "register-node=true; v=2"),
        (&["--register-node", "false"], "register-node=true; ! unknown command false"),
        (
            &["--register-node=no"],
            "register-node=no; ! invalid argument \"no\" for \"--register-node\" flag: invalid syntax",
        ),
        (&["--max-pods=0x10", "-v=3", "-v4", "-v", "5"], "max-pods=0x10; v=3; v=4; v=5"),
        (&["--max-pods=ten"], "max-pods=ten; ! invalid argument \"ten\" for \"--max-pods\" flag: invalid syntax"),
        (&["--no-such=1", "--v=1"], "v=1; ! unknown flag: --no-such"),
        (&["--Sync-Frequency=1m"], "! unknown flag: --Sync-Frequency"),
        (&["-sync-frequency=1m"], "! unknown shorthand flag: 's' in -sync-frequency=1m"),
        (&["--", "--v=1"], "! unknown command --v=1"),
        (&["--v=1", "--"], "v=1"),
        (&["-"], "! unknown command -"),
        (&["", "--v=1"], "v=1; ! unknown command "),
        (&["--=1"], "! bad flag syntax: --=1"),
        (&["---v=1"], "! bad flag syntax: ---v=1"),
        (
            &["--housekeeping-interval=10"],
            "housekeeping-interval=10; ! invalid argument \"10\" for \"--housekeeping-interval\" flag: missing unit in duration \"10\"",
        ),
        (&["--version"], "version=true; ! --version makes the kubelet print its version and exit"),
        (&["--version=false"], "version=false"),
    ];
    for (argv, want) in cases {
        assert_eq!(short(argv, Some(36), Pass::First), *want, "{argv:?}");
    }
}

#[test]
fn unknown_words_make_uncertain_what_they_may_change() {
    let cases: &[(&[&str], &str)] = &[
        (&["--v=1", "?"], "v=1; wild1:"),
        (&["?", "--v=1"], "v=1; wild0:"),
        (&["--v=1", "?x=1"], "v=1; wild1:"),
        (&["--node-?=1"], "wild0:node-"),
        (&["--node_?", "--v=1"], "?v=1; wild0:node-"),
        (&["--?", "x"], "wild0:"),
        (&["-?", "--v=1"], "?v=1; wild0:"),
        (&["--node-labels=a=?", "--v=1"], "node-labels=a=?; v=1"),
        (&["--node-labels", "?", "--v=1"], "node-labels=?; v=1"),
        (&["--node-labels", "a=?", "--v=1"], "node-labels=a=?; v=1"),
        (&["x?"], "! unknown command x?"),
        (&["--", "?"], ""),
        (&["--?", "--"], "wild0:"),
    ];
    for (argv, want) in cases {
        assert_eq!(short(argv, Some(36), Pass::First), *want, "{argv:?}");
        let (_, argv) = words(argv);
        let args = parse(&argv, Some(36), Pass::First);
        assert!(args.wild.is_empty() || !args.doubts.is_empty());
    }
}

#[test]
fn a_flag_is_accepted_by_the_versions_that_have_it() {
    let argv = &["--container-runtime=remote", "--logtostderr", "--v=1"];
    assert_eq!(short(argv, Some(25), Pass::First), "container-runtime=remote; logtostderr=true; v=1");
    assert!(short(argv, Some(27), Pass::First).contains("unknown flag: --container-runtime"));
    let (_, argv) = words(argv);
    let args = parse(&argv, None, Pass::First);
    assert!(args.failures.is_empty() && args.doubts.len() == 2);
}

#[test]
fn over_files_a_library_flag_takes_the_next_word() {
    let argv = &["--logtostderr", "--sync-frequency=0", "--v=1"];
    assert_eq!(short(argv, Some(25), Pass::First), "logtostderr=true; sync-frequency=0; v=1");
    assert_eq!(short(argv, Some(25), Pass::OverFiles), "logtostderr=--sync-frequency=0; v=1");
    let argv = &["--logtostderr=true", "--sync-frequency=0"];
    assert_eq!(short(argv, Some(25), Pass::OverFiles), "logtostderr=true; sync-frequency=0");
}

#[test]
fn places_are_those_of_the_words() {
    let (texts, argv) = words(&["--sync-frequency=1m", "--v", "2", "--config=/a", "--config", "/b", "--config-dir="]);
    let args = parse(&argv, Some(36), Pass::First);
    let place = |span| String::from_utf8_lossy(texts.slice(span)).into_owned();
    let places: Vec<_> = args.given.iter().map(|g| (place(g.at), place(g.carrier))).collect();
    assert_eq!(places[0], ("1m".to_owned(), "--sync-frequency=1m".to_owned()));
    assert_eq!(places[1], ("2".to_owned(), "--v 2".to_owned()));
    assert_eq!(args.config().unwrap().as_str(), Some("/b"));
    assert_eq!(args.config_dir(), None);
    assert_eq!(places[4].0, "--config-dir=", "an empty value is placed at its carrier");
}
