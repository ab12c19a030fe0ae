//! What an auditor collects on a node: the process list, a kubelet's command line, its unit. Not the source,
//! but the running state.

use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::node::kubelet_files::UNIT;
use crate::node::{Cx, NodeGroup, Step};
use crate::text::{Span, Traced, View, Why, budget};

use super::unit::{FileList, Input, Unit};
use super::watched::Group;
use super::yaml_files;

/// The most kubelets that are read from one text.
const MAX_KUBELETS: usize = 1000;

/// Texts from nodes.
#[derive(Debug)]
pub(super) struct Evidence;

impl Input for Evidence {
    fn name(&self) -> &'static str {
        "evidence"
    }

    fn claim(&self, files: &FileList) -> Vec<Unit> {
        files.texts(&["log", "out", "ps", "service"], |words| words.has(Group::Kubelet))
    }

    fn read(&self, unit: &Unit, cx: &mut Cx<'_>) -> Vec<NodeGroup> {
        let Some(view) = yaml_files::open(&unit.path, &[&["kubelet"], &["--", "ExecStart"]], cx) else {
            return Vec::new();
        };
        let name = yaml_files::shown(&unit.path, cx);
        if view.bytes.starts_with(b"# /") {
            return unit_files(&view, &name).into_iter().collect();
        }
        processes(&view, &name)
    }
}

/// A pattern that is tried on every line; tests check that all compile.
fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// Kubelets in the output of `ps`, and in `/proc/PID/cmdline`.
fn processes(view: &View, name: &str) -> Vec<NodeGroup> {
    // A user, numbers and times, and then the program, which `ps -ef` and `ps aux` print as it was started.
    static PROCESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        pattern(r"^\s*[A-Za-z_][\w.+-]*\s+\d+\s+[\d.?:a-zA-Z+<>/ \t-]*?[\d:]+\s+((?:/[\w./-]*)?/?kubelet)(?:\s|$)")
    });
    let mut out = Vec::new();
    if view.bytes.contains(&0) {
        let mut words = words(view, 0..view.bytes.len(), |b| b == 0);
        let first = words.first().map(|w| w.to_text().into_owned()).unwrap_or_default();
        if first.rsplit('/').next() == Some("kubelet") {
            let at = view.span(0..first.len());
            out.push(running(name, at, words.split_off(1)));
        }
        return out;
    }
    let mut start = 0;
    for line in view.bytes.split_inclusive(|b| *b == b'\n') {
        let range = start..start + line.trim_ascii_end().len();
        start += line.len();
        if !yaml_files::holds(line, b"kubelet") {
            continue;
        }
        let Some(found) = PROCESS.as_ref().and_then(|p| p.captures(line)).and_then(|c| c.get(1)) else { continue };
        let program = view.span(range.start + found.start()..range.start + found.end());
        let argv = words(view, range.start + found.end()..range.end.max(range.start + found.end()), |b| {
            b.is_ascii_whitespace()
        });
        // The line of `grep` itself, and other programs with this name, have no flags.
        if argv.iter().any(|w| w.bytes().starts_with(b"--")) {
            if out.len() >= MAX_KUBELETS {
                budget::reached("kubelets of one file");
                break;
            }
            out.push(running(name, program, argv));
        }
    }
    out
}

fn running(name: &str, at: Span, argv: Vec<Traced>) -> NodeGroup {
    let mut group = NodeGroup::new(format!("the kubelet of {name}"), at);
    group.running = true;
    group.complete = true;
    group.steps.push(Step::KubeletArgs(argv));
    group
}

/// The words of a part of a text. `ps` shows no quotes, so spaces inside arguments cannot be distinguished from separators.
fn words(view: &View, range: std::ops::Range<usize>, gap: impl Fn(u8) -> bool) -> Vec<Traced> {
    let bytes = view.bytes.get(range.clone()).unwrap_or_default();
    let mut out = Vec::new();
    let mut start = range.start;
    for word in bytes.split(|b| gap(*b)) {
        if !word.is_empty() {
            out.push(view.traced(start..start + word.len()));
        }
        start += word.len() + 1;
    }
    out
}

/// The output of `systemctl cat kubelet`: the unit and its drop-ins, each under a line with its path.
fn unit_files(view: &View, name: &str) -> Option<NodeGroup> {
    static HEAD: LazyLock<Option<Regex>> =
        LazyLock::new(|| pattern(r"(?m)^# (/[\w./@-]+/kubelet\.service(?:\.d/[\w.@-]+\.conf)?)[ \t]*\r?$"));
    static ENVIRONMENT: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"(?m)^[ \t]*EnvironmentFile=-?(/[^\s]+)"));
    let heads: Vec<_> =
        HEAD.as_ref()?.captures_iter(&view.bytes).filter_map(|c| Some((c.get(0)?, c.get(1)?))).collect();
    let (_, first) = heads.first()?;
    let mut group = NodeGroup::new(format!("the kubelet of {name}"), view.span(first.range()));
    group.running = true;
    // Settings from environment files are not in this text.
    for file in ENVIRONMENT.as_ref()?.captures_iter(&view.bytes).filter_map(|c| c.get(1)) {
        let path = String::from_utf8_lossy(file.as_bytes()).into_owned();
        let why = Why::FromOutside(format!("what is in {}", path.escape_debug()).into());
        group.steps.push(Step::UnknownFile(path, why));
    }
    for (n, (head, path)) in heads.iter().enumerate() {
        let end = heads.get(n + 1).map_or(view.bytes.len(), |(next, _)| next.start());
        let path = String::from_utf8_lossy(path.as_bytes()).into_owned();
        let path = if path.ends_with("/kubelet.service") { UNIT.to_owned() } else { path };
        group.steps.push(Step::file(path, view.traced(head.end()..end)));
    }
    Some(group)
}

#[cfg(test)]
mod tests {
    use super::Evidence;
    use crate::input::testing::read;
    use crate::node::Step;

    #[test]
    fn kubelets_among_processes() {
        for (text, argv) in [
            (
                "UID PID PPID C STIME TTY TIME CMD\nroot         1     0  0 Nov24 ?        00:00:07 /sbin/init\nroot      2461     1  2 Nov24 ?        00:31:07 /usr/bin/kubelet --config /etc/k.json --v=2\n",
                Some("--config /etc/k.json --v=2"),
            ),
            ("root 811 1.5 0.9 1800 9000 ? Ssl 09:12 12:01 /usr/local/bin/kubelet --a=b\n", Some("--a=b")),
            ("root      9     1  2 10:00 ?        00:31:07 kubelet --x 0\n", Some("--x 0")),
            ("/usr/bin/kubelet\0--a=b\0--c d\0", Some("--a=b --c d")),
            ("root 77 66 0 10:00 pts/0 00:00:00 grep --color=auto kubelet\n", None),
            ("root 77 66 0 10:00 pts/0 00:00:00 /usr/bin/kubelet\n", None),
            ("start it with /usr/bin/kubelet --streaming-connection-idle-timeout=0\n", None),
            ("the 2 kubelet --flags that you need\n", None),
        ] {
            read(&Evidence, "/ps.txt", text, |groups, _| {
                let found = groups.first().map(|g| match &g.steps[..] {
                    [Step::KubeletArgs(argv)] => {
                        argv.iter().map(|w| w.to_text().into_owned()).collect::<Vec<_>>().join(" ")
                    }
                    other => panic!("{other:?}"),
                });
                assert_eq!(found.as_deref(), argv, "{text}");
            });
        }
    }
}
