use super::*;
use crate::kubelet::config::load;
use crate::kubelet::testing::{self, words};
use crate::setting::{FailureKind, Meaning, parse_duration, render_duration};
use crate::syntax::Schema;
use crate::text::{Source, Texts};
use std::sync::Arc;

const HEADER: &str = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";

/// One recorded case.
#[derive(serde::Deserialize)]
struct Case {
    name: String,
    config: Option<String>,
    dropins: BTreeMap<String, String>,
    flags: Vec<String>,
    outcome: Outcome,
}

#[derive(serde::Deserialize)]
struct Outcome {
    starts: bool,
    #[serde(default)]
    effective: serde_json::Value,
    #[serde(default)]
    error: String,
}

fn cases() -> Vec<Case> {
    #[derive(serde::Deserialize)]
    struct Recorded {
        cases: Vec<Case>,
    }
    let text = include_str!("../../../testdata/kubelet/kubelet-1.36.2.json");
    serde_json::from_str::<Recorded>(text).unwrap().cases
}

fn launch(case: &Case) -> (Texts, Launch) {
    let mut texts = Texts::new();
    let mut add = |name: &str, text: &str| texts.add_source(Arc::new(Source::new(name, text.as_bytes())));
    let argv: Vec<_> = case.flags.iter().map(|f| add("argv", f)).collect();
    let config = case.config.as_ref().map(|text| add("config", text));
    let dropins: Vec<_> = case.dropins.iter().map(|(name, text)| (name.clone(), add(name, text))).collect();
    let launch = Launch {
        argv: argv.into_iter().map(|id| texts.traced(texts.view(id).span(0..texts.get(id).bytes.len()))).collect(),
        config: config.map(|id| load(&texts.view(id))),
        dropins: dropins.into_iter().map(|(name, id)| (name, load(&texts.view(id)))).collect(),
        running: None,
        minor: Some(36),
    };
    (texts, launch)
}

/// The durations that the kubelet shows: field and signal with the duration in Go's format.
fn recorded(effective: &serde_json::Value) -> BTreeMap<(String, Option<String>), String> {
    let mut out = BTreeMap::new();
    for field in FIELDS {
        let at = field.path().try_fold(effective, |value, key| value.get(key));
        match at {
            Some(serde_json::Value::String(text)) if field.shape.is_some() => {
                out.insert((field.name.to_owned(), None), text.clone());
            }
            Some(serde_json::Value::Object(map)) if field.shape == Some(Shape::Map) => {
                for (signal, value) in map {
                    let text = render_duration(parse_duration(value.as_str().unwrap().as_bytes()).unwrap());
                    out.insert((field.name.to_owned(), Some(signal.clone())), text);
                }
            }
            _ => {}
        }
    }
    out
}

/// Every difference between a recorded case and the settled result, as text.
fn differences(case: &Case) -> Vec<String> {
    let (texts, launch) = launch(case);
    let settled = settle(&launch);
    let mut out = Vec::new();
    if settled.starts != Some(case.outcome.starts) {
        out.push(format!("starts: {:?}, {:?}", settled.starts, settled.failures));
    }
    if case.outcome.starts {
        let found: BTreeMap<_, _> = settled
            .fields
            .iter()
            .map(|s| ((s.field.name.to_owned(), s.key.clone()), (s.effective.map(render_duration), s.unknown.clone())))
            .collect();
        for (key, want) in recorded(&case.outcome.effective) {
            if found.get(&key) != Some(&(Some(want.clone()), None)) {
                out.push(format!("{key:?}: {:?} instead of {want}", found.get(&key)));
            }
        }
        return out;
    }
    let error = case.outcome.error.replace("\\\\", "\\").replace("\\\"", "\"").replace("\\\\", "\\");
    let named = || FIELDS.iter().any(|f| error.contains(f.name));
    let unread = error.contains("time: ") || error.contains("unsupported value");
    let kind = if unread || error.contains("cannot unmarshal") && named() {
        FailureKind::InvalidDuration
    } else if error.contains("failed to validate kubelet configuration") && named() {
        FailureKind::RefusedDuration
    } else if error.contains("parse kubelet flag")
        || error.contains("unknown command")
        || error.contains("kubelet flags")
    {
        FailureKind::CommandLine
    } else {
        FailureKind::ConfigFile
    };
    let Some(failure) = settled.failures.iter().find(|f| f.kind == kind) else {
        out.push(format!("no {kind:?} in {:?} for {error}", settled.failures));
        return out;
    };
    if let Some(other) = settled.failures.iter().find(|f| f.kind != kind) {
        out.push(format!("also {other:?} for {error}"));
    }
    if matches!(kind, FailureKind::InvalidDuration | FailureKind::RefusedDuration) {
        let Some(setting) = &failure.setting else { return vec![format!("no setting in {failure:?}")] };
        let there = texts.slice(setting.at);
        if failure.at != Some(setting.at) || !setting.raw.is_empty() && there != setting.raw.bytes() {
            out.push(format!("{failure:?} points at {}", String::from_utf8_lossy(there)));
        }
        let carrier = String::from_utf8_lossy(texts.slice(setting.carrier)).replace('_', "-");
        let key = setting.field.path().last().unwrap_or_default();
        let by_flag = setting.field.flag.is_some_and(|f| carrier.starts_with(&format!("--{f}")));
        let is_whole_flag = case.flags.iter().any(|f| f.as_bytes() == there);
        if !(by_flag || is_whole_flag || carrier.starts_with(key) || carrier.starts_with(&format!("\"{key}\""))) {
            out.push(format!("the carrier is {carrier}"));
        }
        if error.contains("time: ") && !there.starts_with(key.as_bytes()) && !there.starts_with(b"--") {
            let words = parse_duration(if setting.reading == Reading::Invalid("invalid duration \"\"".into()) {
                b""
            } else {
                there
            });
            if !words.as_ref().is_err_and(|words| error.contains(words.as_str())) {
                out.push(format!("{words:?} instead of {error}"));
            }
        }
    }
    out
}

#[test]
fn all_recorded_cases_are_settled_as_the_kubelet_does() {
    /// Cases that differ, with the reason. A case that agrees must not be listed.
    const DIFFERENT: &[(&str, &str)] = &[];
    let cases = cases();
    assert_eq!(cases.len(), 720);
    let mut wrong = Vec::new();
    for case in &cases {
        let differences = differences(case);
        let listed = DIFFERENT.iter().any(|(name, _)| *name == case.name);
        if listed == differences.is_empty() {
            wrong.push(format!("{}: {}", case.name, differences.join("; ")));
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

/// Names and bodies of drop-ins.
type DropIns<'a> = &'a [(&'a str, &'a str)];
/// Words of a command line.
type Words<'a> = &'a [&'a str];

/// A kubelet with a file (its body), drop-ins (their bodies) and flags; `?` is an unknown part.
fn settled(minor: Option<u32>, config: Option<&str>, dropins: &[(&str, &str)], argv: &[&str]) -> Effective {
    let document = |body: &str| load(&testing::text(&format!("{HEADER}{body}")).1);
    settle(&Launch {
        argv: words(argv).1,
        config: config.map(document),
        dropins: dropins.iter().map(|(name, body)| ((*name).to_owned(), document(body))).collect(),
        running: None,
        minor,
    })
}

/// A field in short: its duration (`-` if there is none), who sets it, `?` if it depends on something unknown, and what lost.
fn show(effective: &Effective, name: &str) -> String {
    let mut out = Vec::new();
    for found in effective.fields.iter().filter(|s| s.field.name == name) {
        let key = found.key.as_ref().map_or_else(String::new, |k| format!("{k}: "));
        let value = found.effective.map_or_else(|| "-".to_owned(), render_duration);
        let unknown = if found.unknown.is_some() { "?" } else { "" };
        let winner = found.winner.as_ref().map_or_else(String::new, |w| format!(" ({})", w.raw.to_text()));
        let lost: Vec<_> = found.shadowed.iter().map(|s| s.raw.to_text().into_owned()).collect();
        let lost = if lost.is_empty() { String::new() } else { format!(" over {}", lost.join(", ")) };
        out.push(format!("{key}{value}{unknown} by {}{winner}{lost}", found.from.id()));
    }
    out.join("; ")
}

const STREAM: &str = "streamingConnectionIdleTimeout";

#[test]
fn the_winner_and_the_shadowed_settings_are_reported() {
    let file = Some("streamingConnectionIdleTimeout: 8h\n");
    let zero = ("10-a.conf", "streamingConnectionIdleTimeout: 0s\n");
    let five = ("20-b.conf", "streamingConnectionIdleTimeout: 5m\n");
    let flag = "--streaming-connection-idle-timeout=0";
    let cases: &[(DropIns, Words, &str)] = &[
        (&[], &[], "8h0m0s by config (8h)"),
        (&[zero], &[], "4h0m0s by default (0s) over 8h"),
        (&[five, zero], &[], "5m0s by drop-in (5m) over 8h, 0s"),
        (&[five], &[flag], "0s by flag (0) over 8h, 5m"),
        (&[], &[flag, "--streaming-connection-idle-timeout", "1m"], "1m0s by flag (1m) over 8h, 0"),
    ];
    for (dropins, argv, want) in cases {
        let effective = settled(Some(36), file, dropins, argv);
        assert_eq!(show(&effective, STREAM), *want);
        assert_eq!(effective.starts, Some(true));
    }
}

#[test]
fn a_zero_in_a_dropin_stays_a_zero_from_1_29_to_1_31() {
    let file = Some("streamingConnectionIdleTimeout: 8h\nsyncFrequency: 2m\n");
    let zero = [("a.conf", "streamingConnectionIdleTimeout: 0s\nsyncFrequency: null\n")];
    let cases = [
        (Some(27), "8h0m0s by config (8h)", "2m0s by config (2m)"),
        (Some(29), "0s by drop-in (0s) over 8h", "2m0s by config (2m) over null"),
        (Some(31), "0s by drop-in (0s) over 8h", "2m0s by config (2m) over null"),
        (Some(32), "4h0m0s by default (0s) over 8h", "1m0s by default (null) over 2m"),
        (None, "4h0m0s? by default (0s) over 8h", "1m0s? by default (null) over 2m"),
    ];
    for (minor, stream, sync) in cases {
        let effective = settled(minor, file, &zero, &[]);
        assert_eq!(show(&effective, STREAM), stream, "{minor:?}");
        assert_eq!(show(&effective, "syncFrequency"), sync, "{minor:?}");
    }
    let other = [("a.conf", "syncFrequency: 5m\n")];
    assert_eq!(show(&settled(Some(28), file, &other, &[]), STREAM), "8h0m0s? by config (8h)");
    assert_eq!(show(&settled(Some(28), file, &other, &[]), "syncFrequency"), "5m0s by drop-in (5m) over 2m");
}

#[test]
fn unknown_input_never_gives_a_certain_result() {
    /// File, drop-ins, command line, the field, whether the kubelet starts.
    type Case<'a> = (Option<&'a str>, DropIns<'a>, Words<'a>, &'a str, Option<bool>);
    let flag = "--streaming-connection-idle-timeout=0";
    let cases: &[Case] = &[
        // An unknown value.
        (Some("streamingConnectionIdleTimeout: ?\n"), &[], &[], "-? by config (\u{E000})", None),
        (Some("streamingConnectionIdleTimeout: \"?s\"\n"), &[], &[], "-? by config (\u{E000}s)", None),
        (None, &[], &["--streaming-connection-idle-timeout=?"], "-? by flag (\u{E000})", None),
        (None, &[], &["--streaming-connection-idle-timeout=1?s"], "-? by flag (1\u{E000}s)", None),
        // Words that may or may not set it again.
        (None, &[], &[flag, "?"], "0s? by flag (0)", None),
        (None, &[], &["?", flag], "0s by flag (0)", None),
        (None, &[], &["--streaming-?", flag], "0s? by flag (0)", None),
        (None, &[], &[flag, "--max-?=1"], "0s by flag (0)", None),
        (None, &[], &["?"], "4h0m0s? by default", None),
        (None, &[], &["--?=1"], "4h0m0s? by default", None),
        (None, &[], &["--node-labels=a=?"], "4h0m0s by default", Some(true)),
        (None, &[], &[flag, "--node-ip", "?"], "0s by flag (0)", Some(true)),
        (None, &[], &["--streaming-connection-idle-timeout", "?"], "-? by flag (\u{E000})", None),
        // An unknown file.
        (None, &[], &["--config=/etc/kubelet.yaml"], "4h0m0s? by default", None),
        (None, &[], &["--config=/etc/kubelet.yaml", flag], "0s by flag (0)", None),
        (Some("?: 1\nstreamingConnectionIdleTimeout: 8h\n"), &[], &[], "8h0m0s? by config (8h)", Some(true)),
        (Some("clusterDNS: [\"?\"]\n"), &[], &[], "4h0m0s by default", Some(true)),
        (
            Some("streamingConnectionIdleTimeout: 8h\n"),
            &[("a.conf", "?: 1\n")],
            &[],
            "8h0m0s? by config (8h)",
            Some(true),
        ),
        (
            Some("?: 1\n"),
            &[("a.conf", "streamingConnectionIdleTimeout: 8h\n")],
            &[],
            "8h0m0s by drop-in (8h)",
            Some(true),
        ),
    ];
    for (config, dropins, argv, want, starts) in cases {
        let effective = settled(Some(36), *config, dropins, argv);
        assert_eq!(show(&effective, STREAM), *want, "{config:?} {argv:?}");
        assert_eq!(effective.starts, *starts, "{config:?} {argv:?} {:?}", effective.failures);
    }
}

#[test]
fn an_unknown_above_a_field_hides_it() {
    let effective = settled(Some(36), Some("authentication: ?\n"), &[], &[]);
    assert_eq!(show(&effective, "authentication.webhook.cacheTTL"), "2m0s? by default");
    assert_eq!(show(&effective, STREAM), "4h0m0s by default");
}

#[test]
fn soft_grace_periods_are_settled_by_signal() {
    const NAME: &str = "evictionSoftGracePeriod";
    let file = Some("evictionSoftGracePeriod:\n  memory.available: 1m\n  nodefs.available: 0s\n");
    let dropin = [("a.conf", "evictionSoftGracePeriod: {memory.available: 2m, nodefs.available: null}\n")];
    let flag = ["--eviction-soft-grace-period=memory.available=3m, imagefs.available = 4m"];
    let cases: &[(Option<&str>, DropIns, Words, &str)] = &[
        (None, &[], &[], "- by default"),
        (file, &[], &[], "memory.available: 1m0s by config (1m); nodefs.available: 0s by config (0s)"),
        (
            file,
            &dropin,
            &[],
            "memory.available: 2m0s by drop-in (2m) over 1m; nodefs.available: - by drop-in (null) over 0s",
        ),
        (
            file,
            &[],
            &flag,
            "imagefs.available: 4m0s by flag (4m); memory.available: 3m0s by flag (3m) over 1m; \
             nodefs.available: - by flag over 0s",
        ),
        (
            file,
            &[],
            &["--eviction-soft-grace-period=memory.available=?"],
            "memory.available: -? by flag (\u{E000}) over 1m; nodefs.available: - by flag over 0s",
        ),
    ];
    for (config, dropins, argv, want) in cases {
        assert_eq!(show(&settled(Some(36), *config, dropins, argv), NAME), *want);
    }
    for (body, kind) in [
        ("evictionSoftGracePeriod: {memory.available: \"5\"}\n", FailureKind::InvalidDuration),
        ("evictionSoftGracePeriod: {memory.available: 0}\n", FailureKind::InvalidDuration),
        ("evictionSoftGracePeriod: {memory.available: null}\n", FailureKind::InvalidDuration),
        ("evictionSoftGracePeriod: {memory.available: -1s}\n", FailureKind::RefusedDuration),
        ("evictionSoftGracePeriod: 5m\n", FailureKind::ConfigFile),
    ] {
        let effective = settled(Some(36), Some(body), &[], &[]);
        let kinds: Vec<_> = effective.failures.iter().map(|f| f.kind).collect();
        assert_eq!((effective.starts, kinds), (Some(false), vec![kind]), "{body}");
    }
}

#[test]
fn a_flush_frequency_may_be_a_number_of_nanoseconds() {
    const NAME: &str = "logging.flushFrequency";
    let cases = [
        ("logging: {flushFrequency: 1000000000}\n", Some(36), "1s by config (1000000000)", Some(true)),
        ("logging: {flushFrequency: 3s}\n", Some(36), "3s by config (3s)", Some(true)),
        ("logging: {flushFrequency: 0}\n", Some(36), "5s by default (0)", Some(true)),
        ("logging: {flushFrequency: null}\n", Some(36), "5s by default (null)", Some(true)),
        ("logging: {flushFrequency: -1s}\n", Some(36), "-1s by config (-1s)", Some(false)),
        ("logging: {flushFrequency: true}\n", Some(36), "- by config (true)", Some(false)),
        ("logging: {flushFrequency: 3s}\n", Some(27), "- by config (3s)", Some(false)),
        ("logging: {flushFrequency: 3s}\n", Some(22), "5s by default over 3s", Some(true)),
    ];
    for (body, minor, want, starts) in cases {
        let effective = settled(minor, Some(body), &[], &[]);
        assert_eq!((show(&effective, NAME).as_str(), effective.starts), (want, starts), "{body} {minor:?}");
    }
    assert_eq!(settled(Some(36), None, &[], &["--log-flush-frequency=0"]).starts, Some(false));
}

#[test]
fn what_validation_refuses_depends_on_version_and_gates() {
    let gates = "featureGates: {CustomCPUCFSQuotaPeriod: true}\n";
    let cases: &[(&str, Option<u32>, Words, Option<bool>)] = &[
        ("cpuCFSQuotaPeriod: 50ms\n", Some(36), &[], Some(true)),
        ("cpuCFSQuotaPeriod: 50ms\n", Some(35), &[], Some(false)),
        ("cpuCFSQuotaPeriod: 50ms\n", None, &[], None),
        ("cpuCFSQuotaPeriod: 0s\n", None, &[], Some(false)),
        (&format!("{gates}cpuCFSQuotaPeriod: 50ms\n"), Some(30), &[], Some(true)),
        ("cpuCFSQuotaPeriod: 50ms\n", Some(30), &["--feature-gates=A=false,CustomCPUCFSQuotaPeriod=true"], Some(true)),
        ("cpuCFSQuotaPeriod: 50ms\n", Some(30), &["--feature-gates=?"], None),
        ("cpuCFSQuotaPeriod: 50ms\n", Some(30), &["--feature-gates=AllAlpha=true"], Some(true)),
        ("containerLogMonitorInterval: 0s\n", Some(36), &[], Some(false)),
        ("containerLogMonitorInterval: 0s\n", Some(29), &[], Some(true)),
        ("containerLogMonitorInterval: 0s\n", None, &[], None),
        ("crashLoopBackOff: {maxContainerRestartPeriod: 0s}\n", Some(36), &[], Some(false)),
        ("crashLoopBackOff: {maxContainerRestartPeriod: 10s}\n", Some(36), &[], Some(true)),
        ("crashLoopBackOff: {maxContainerRestartPeriod: 10s}\n", Some(33), &[], Some(false)),
        ("crashLoopBackOff: {maxContainerRestartPeriod: 10s}\n", Some(31), &[], Some(true)),
        ("imageMaximumGCAge: 1m\n", Some(36), &[], Some(false)),
        ("imageMaximumGCAge: 1m\nimageMinimumGCAge: 30s\n", Some(36), &[], Some(true)),
        ("imageMaximumGCAge: 1m\n", Some(36), &["--minimum-image-ttl-duration=?"], None),
        ("imageMinimumGCAge: -1s\n", Some(35), &[], Some(true)),
        ("shutdownGracePeriod: 30s\nshutdownGracePeriodCriticalPods: 10s\n", None, &[], None),
        ("shutdownGracePeriod: 30s\nshutdownGracePeriodCriticalPods: 10s\n", Some(30), &[], Some(true)),
        ("shutdownGracePeriodCriticalPods: 10s\n", None, &[], Some(false)),
        ("eventRecordQPS: -1\n", Some(36), &["--event-qps=5"], Some(true)),
        ("maxPods: 1.5\n", Some(36), &[], Some(false)),
        ("maxPods: 110.0\n", Some(36), &[], Some(true)),
        ("clusterDNS: 10.0.0.10\n", Some(36), &[], Some(false)),
        ("featureGates: {A: \"true\"}\n", Some(36), &[], Some(false)),
        ("evictionHard: {memory.available: 5}\n", Some(36), &[], Some(false)),
        ("authentication: null\n", Some(36), &[], Some(true)),
        ("authentication: []\n", Some(36), &[], Some(false)),
    ];
    for (body, minor, argv, want) in cases {
        let effective = settled(*minor, Some(body), &[], argv);
        assert_eq!(effective.starts, *want, "{body} {minor:?} {argv:?} {:?}", effective.failures);
    }
}

#[test]
fn dropins_are_merged_in_the_order_of_a_walk() {
    let line = |value: &str| format!("streamingConnectionIdleTimeout: {value}\n");
    let (one, two) = (line("1h"), line("2h"));
    let last = |a: &str, b: &str| {
        let dropins = [(a, one.as_str()), (b, two.as_str())];
        let effective = settled(Some(36), None, &dropins, &[]);
        show(&effective, STREAM)
    };
    assert_eq!(last("b.conf", "a.conf"), "1h0m0s by drop-in (1h) over 2h");
    assert_eq!(last("sub-a.conf", "sub/a.conf"), "1h0m0s by drop-in (1h) over 2h");
    assert_eq!(last("a.conf", "b.yaml"), "1h0m0s by drop-in (1h)");
    // An error that a later drop-in replaces is harmless, and a null removes everything below it.
    let wrong = line("0");
    let effective = settled(Some(36), None, &[("a.conf", &wrong), ("b.conf", &two)], &[]);
    assert_eq!((effective.starts, show(&effective, STREAM).as_str()), (Some(true), "2h0m0s by drop-in (2h) over 0"));
    let file = Some("authentication: {webhook: {cacheTTL: 7m}}\n");
    let effective = settled(Some(36), file, &[("a.conf", "authentication: null\n")], &[]);
    assert_eq!(show(&effective, "authentication.webhook.cacheTTL"), "2m0s by default (null) over 7m");
    // The merge ends in a decoder that ignores the case of keys; a repeated key is refused.
    let lower = [("a.conf", "streamingconnectionidletimeout: 9h\n")];
    assert_eq!(show(&settled(Some(36), None, &lower, &[]), STREAM), "9h0m0s by drop-in (9h)");
    let upper = [("a.conf", "StreamingConnectionIdleTimeout: 9h\n")];
    assert_eq!(show(&settled(Some(36), None, &upper, &[]), STREAM), "4h0m0s by default");
    let twice = [("a.conf", "syncFrequency: 1m\nsyncFrequency: 1m\n")];
    assert_eq!(settled(Some(36), None, &twice, &[]).starts, Some(false));
}

#[test]
fn a_settled_zero_has_a_meaning() {
    let zero = |minor, config: Option<&str>, dropins: &[(&str, &str)], argv: &[&str]| {
        let effective = settled(Some(minor), config, dropins, argv);
        effective.fields.iter().find(|s| s.field.name == STREAM).and_then(Settled::zero)
    };
    let body = "streamingConnectionIdleTimeout: 0s\n";
    let by_flag = Field::by_name(STREAM).map(|f| f.zero_by_flag);
    assert_eq!(zero(36, None, &[], &[]), None);
    assert_eq!(zero(36, Some(body), &[], &[]), Some(Meaning::Replaced));
    assert_eq!(zero(36, None, &[("a.conf", body)], &[]), Some(Meaning::Replaced));
    assert_eq!(zero(31, None, &[("a.conf", body)], &[]), by_flag);
    assert_eq!(zero(36, None, &[], &["--streaming-connection-idle-timeout=0"]), by_flag);
    assert_eq!(zero(36, Some(body), &[], &["--streaming-connection-idle-timeout=1m"]), None);
}

#[test]
fn hostile_launches_are_settled_in_bounds() {
    let deep = format!("a: {}{}\n", "[".repeat(5_000), "]".repeat(5_000));
    let many: String = (0..20_000).flat_map(|n| ["k".to_owned(), n.to_string(), ": 1\n".to_owned()]).collect();
    let signals: String = (0..5_000).flat_map(|n| ["  s".to_owned(), n.to_string(), ": 0\n".to_owned()]).collect();
    let long = format!("streamingConnectionIdleTimeout: \"{}\"\n", "9".repeat(100_000));
    for body in [deep, many, format!("evictionSoftGracePeriod:\n{signals}"), long.clone()] {
        let effective = settled(None, Some(&body), &[("a.conf", &body)], &[]);
        assert!(effective.fields.len() < 100);
        assert!(effective.failures.iter().all(|f| f.message.len() < 1_000));
    }
    let words: Vec<&str> =
        std::iter::repeat_n("--sync-frequency=x", 500).chain(std::iter::repeat_n("?", 20_000)).collect();
    let effective = settled(None, None, &[], &words);
    assert!(effective.starts == Some(false) && show(&effective, "syncFrequency").starts_with('-'));
}

#[test]
fn a_switch_of_a_library_swallows_the_next_flag_only_over_a_file() {
    let argv = ["--logtostderr", "--streaming-connection-idle-timeout=0"];
    assert_eq!(show(&settled(Some(25), None, &[], &argv), STREAM), "0s by flag (0)");
    let file = Some("streamingConnectionIdleTimeout: 8h\n");
    assert_eq!(show(&settled(Some(25), file, &[], &argv), STREAM), "8h0m0s by config (8h)");
}

#[test]
fn an_unknown_frequency_makes_its_follower_unknown() {
    let effective = settled(Some(36), Some("nodeStatusUpdateFrequency: ?\n"), &[], &[]);
    assert_eq!(show(&effective, "nodeStatusReportFrequency"), "-? by default");
    let effective = settled(Some(36), Some("nodeStatusUpdateFrequency: 1m\n"), &[], &[]);
    assert_eq!(show(&effective, "nodeStatusReportFrequency"), "1m0s by default");
}

#[test]
fn every_field_is_settled_once_in_order() {
    let effective = settled(Some(36), None, &[], &[]);
    let names: Vec<_> = effective.fields.iter().map(|s| s.field.name).collect();
    assert_eq!(names, FIELDS.iter().map(|f| f.name).collect::<Vec<_>>());
    let effective = settled(Some(20), None, &[], &[]);
    assert!(effective.fields.iter().all(|s| s.field.since.is_none_or(|since| since <= 20)));
}

#[test]
fn settings_from_a_tree_need_no_header() {
    let (_, view) = testing::text("{\"streamingConnectionIdleTimeout\": \"0s\"}");
    let tree = crate::syntax::json::parse(&view).tree.unwrap();
    let config = Some(Document::from_tree(tree, Schema::Json));
    let effective = settle(&Launch { config, minor: Some(36), ..Launch::default() });
    assert_eq!(show(&effective, STREAM), "4h0m0s by default (0s)");
    assert_eq!(effective.starts, Some(true));
}

#[test]
fn broken_and_foreign_documents_are_reported() {
    let cases = [
        ("", Some(false)),
        ("kind: KubeletConfiguration\n", Some(false)),
        ("apiVersion: kubelet.config.k8s.io/v1beta1\nKind: KubeletConfiguration\n", Some(true)),
        ("apiVersion: kubelet.config.k8s.io/v1beta1\nkind: ?\n", None),
        ("# nothing\n", Some(false)),
        ("[a\n", Some(false)),
        ("{a: b}", Some(false)),
        ("?\n", None),
        ("{?}", None),
        ("apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nmaxPods: .inf\n", Some(false)),
        ("apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n---\n[a\n", Some(true)),
    ];
    for (text, want) in cases {
        let config = Some(load(&testing::text(text).1));
        let effective = settle(&Launch { config, minor: Some(36), ..Launch::default() });
        assert_eq!(effective.starts, want, "{text:?} {:?}", effective.failures);
    }
}

/// Values that everything accepts, and their durations.
const VALUES: [(&str, i64); 6] =
    [("0", 0), ("0s", 0), ("-0h0m", 0), ("1m", 60_000_000_000), ("90s", 90_000_000_000), ("1ns", 1)];

proptest::proptest! {
    /// Every plain duration with a flag, set by file, by drop-ins and by flags in any spelling: the last flag wins, else the
    /// last drop-in by name, else the file. Whether a zero is kept depends on its mechanism and the version.
    #[test]
    fn the_last_flag_wins_in_any_spelling(
        field in proptest::sample::select(FIELDS.iter().filter(|f| f.shape == Some(Shape::Value) && f.flag.is_some() && !f.name.contains('.')).collect::<Vec<_>>()),
        file in proptest::option::of(0..VALUES.len()),
        dropins in proptest::collection::btree_map("(a/)?[a-c]{1,2}\\.(conf|yaml|CONF)", 0..VALUES.len(), 0..4),
        flags in proptest::collection::vec((0..VALUES.len(), proptest::bool::ANY, 0..4_usize), 0..4),
        end in proptest::option::of(0..4_usize),
        minor in proptest::sample::select(vec![27_u32, 29, 30, 31, 32, 34, 36]),
    ) {
        let line = |n: &usize| format!("{}: {:?}\n", field.name, VALUES[*n].0);
        let flag = field.flag.unwrap();
        let mut argv = Vec::new();
        for (n, (value, joined, underscores)) in flags.iter().enumerate() {
            if end == Some(n) {
                argv.push("--".to_owned());
            }
            let name = format!("--{}", flag.replacen('-', "_", *underscores));
            match joined {
                true => argv.push(format!("{name}={}", VALUES[*value].0)),
                false => argv.extend([name, VALUES[*value].0.to_owned()]),
            }
        }
        let argv: Vec<_> = argv.iter().map(String::as_str).collect();
        let config = file.as_ref().map(line);
        let bodies: Vec<_> = dropins.iter().map(|(name, n)| (name.as_str(), line(n))).collect();
        let bodies: Vec<_> = bodies.iter().map(|(name, body)| (*name, body.as_str())).collect();
        let effective = settled(Some(minor), config.as_deref(), &bodies, &argv);
        let found = effective.fields.iter().find(|s| s.field == field).unwrap();

        // A directory comes before the names that begin with its name, whatever follows.
        let read = |name: &str| std::path::Path::new(name).extension() == Some("conf".as_ref());
        let mut names: Vec<_> = dropins.iter().filter(|(name, _)| minor >= 28 && read(name)).collect();
        names.sort_by_key(|(name, _)| name.split('/').collect::<Vec<_>>());
        let dropin = names.last().map(|(_, n)| VALUES[**n].1);
        let default = field.default.unwrap();
        let defaulted = |value: i64| if value == 0 { default } else { value };
        let from_files = match (dropin, file) {
            (Some(value), _) if (29..=31).contains(&minor) => value,
            (Some(value), _) => defaulted(value),
            (None, Some(n)) => defaulted(VALUES[n].1),
            (None, None) => default,
        };
        let cut = end.filter(|n| *n < flags.len());
        let given = &flags[..cut.unwrap_or(flags.len())];
        let want = given.last().map_or(from_files, |(n, ..)| VALUES[*n].1);
        proptest::prop_assert_eq!(found.effective, Some(want), "{:?} {:?} {:?} {:?}", minor, config, bodies, argv);
        // Words after `--` are not a kubelet's command.
        if cut.is_some() {
            proptest::prop_assert_eq!(effective.starts, Some(false));
        }
    }

    /// Quotes that reach the kubelet are part of the value, and no duration has quotes.
    #[test]
    fn quotes_that_survive_are_refused(value in proptest::sample::select(VALUES.to_vec()), quote in "['\"`]") {
        let word = format!("--sync-frequency={quote}{}{quote}", value.0);
        let effective = settled(Some(36), None, &[], &[&word]);
        proptest::prop_assert_eq!(effective.starts, Some(false));
        proptest::prop_assert!(effective.failures.iter().any(|f| f.kind == FailureKind::InvalidDuration));
    }
}

proptest::proptest! {
    #[test]
    fn any_words_and_any_file_are_settled_without_panic(
        argv in proptest::collection::vec("(--?)?[a-z?=-]{0,20}|--(config|sync-frequency|eviction-soft-grace-period)[= ]?[0-9a-z.,=?]{0,9}", 0..6),
        file in "[a-zA-Z0-9:?{}\\[\\], \n\"'&*!|<-]{0,60}",
        minor in proptest::option::of(19u32..38),
    ) {
        let argv: Vec<_> = argv.iter().map(String::as_str).collect();
        let dropin = [("a.conf", file.as_str())];
        let effective = settled(minor, Some(&file), &dropin, &argv);
        proptest::prop_assert!(effective.starts != Some(true) || effective.failures.is_empty());
        settle(&Launch { config: Some(load(&testing::text(&file).1)), ..Launch::default() });
    }
}
