//! Inputs that no person wrote: `cargo bench --bench fuzz -- --seconds 60`. Seeds are the texts of `testdata`; a change of one that
//! makes the scan say something new, or reach something new where that is counted, is a seed from then on. Each input is held against these promises:
//!
//! * the scan ends in time, without a panic, and the program with 0, 1 or 2
//! * every format is valid and has no control character or command of a log in it (for a tenth, and what says something new)
//! * each place is inside a file
//! * one thread and two, and files made in any order, give the same bytes (for some of the trees)
//!
//! `.github/fuzz.sh` runs it for hours. What breaks a promise is written below `target/fuzz`; it becomes a case.

#![allow(clippy::print_stdout, clippy::exit)]

mod coverage;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use base64::Engine;
use coverage::{Counters, Reached, count};
use kubelet_lint::testing::{FORMATS, Folders, Kind, Look, keep_panics_quiet, safe};
use kubelet_lint::{Request, Scan, Weight, scan};
use serde_json::Value;

/// The largest input, in bytes.
const MAX_INPUT: usize = 64 << 10;
/// A scan that works longer breaks a promise, in seconds.
const SLOW: u64 = 5;
/// A scan that works longer ends the run.
const HANGS: u64 = 60;
/// One of so many inputs is written in every format, and so is each that says something new.
const REPORTED: u64 = 10;
/// One of so many trees is given to the program itself.
const STARTED: u64 = 32;
/// The most new seeds that one target keeps.
const MAX_SEEDS: usize = 3000;
/// How long one target is tried before the next one is.
const SLICE: Duration = Duration::from_secs(2);

/// Files by path; a single one is read from standard input.
type Input = Vec<(String, Vec<u8>)>;

/// What runs now, for the thread that watches it.
static NOW: Mutex<Option<(Duration, PathBuf)>> = Mutex::new(None);

struct Target {
    name: &'static str,
    seeds: Vec<Input>,
    /// Results seen so far.
    seen: BTreeSet<u64>,
    /// Regions reached so far, if they are counted.
    reached: Reached,
    /// How many inputs became seeds.
    kept: usize,
    runs: u64,
    took: Duration,
    broken: BTreeMap<String, u64>,
}

/// Random numbers (xorshift64*).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() >> 33) as usize % n.max(1)
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let value = |name: &str| args.iter().position(|a| a == name).and_then(|n| args.get(n + 1)).cloned();
    let number = |name: &str, or: u64| value(name).and_then(|v| v.parse().ok()).unwrap_or(or);
    let (seconds, seed) = (number("--seconds", 5), number("--seed", 1));
    let out = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/fuzz");
    let out = value("--out").map_or(out, PathBuf::from);
    std::fs::create_dir_all(&out).expect("a folder for what is found");
    let work = tempfile::tempdir().expect("a folder to scan");
    keep_panics_quiet();
    // The last input of a run that did not come to its end.
    let current = out.join("current");
    if current.exists() {
        let last = out.join(format!("ended-{seed}"));
        println!("the run before ended with {}", last.display());
        let _ = std::fs::rename(&current, last);
    }
    watch(out.clone());
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut counters = Counters::find();
    let mut targets = targets();
    if let Some(name) = value("--target") {
        targets.retain(|t| t.name == name);
    }
    let words = words(&targets);
    if counters.is_some() {
        for target in &mut targets {
            earlier(target, &out);
            let started = worked();
            // Only seeds that reach what none before them did are changed later.
            let seeds = std::mem::take(&mut target.seeds);
            let all = seeds.len();
            for seed in seeds {
                try_one(target, seed, work.path(), &out, &mut counters);
            }
            target.kept = 0;
            target.took += worked().saturating_sub(started);
            let (name, seeds, reached) = (target.name, target.seeds.len(), count(&target.reached));
            println!("{name}: {all} texts reach {reached} regions, {seeds} of them are seeds");
        }
    }
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        for target in &mut targets {
            let (since, started) = (worked(), Instant::now());
            while started.elapsed() < SLICE && Instant::now() < end {
                let mut input = random.pick(&target.seeds).clone();
                for _ in 0..=random.below(4) {
                    let other = random.pick(&target.seeds).clone();
                    change(&mut input, &other, &words, &mut random);
                }
                try_one(target, input, work.path(), &out, &mut counters);
            }
            target.took += worked().saturating_sub(since);
        }
    }
    let _ = std::fs::remove_dir_all(&current);
    let regions = counters.as_ref().map_or(0, Counters::regions);
    let mut all = Reached::new();
    let mut broken = 0;
    for target in &targets {
        let (runs, took, seeds) = (target.runs, target.took.as_secs(), target.seeds.len());
        let mut line =
            format!("{}: {runs} inputs in {took} s of work, {seeds} seeds, {} results", target.name, target.seen.len());
        if regions > 0 {
            line.push_str(&format!(", {} of {regions} regions", count(&target.reached)));
            all.resize(regions, 0);
            all.iter_mut().zip(&target.reached).for_each(|(all, one)| *all |= one);
        }
        println!("{line}");
        for (why, n) in &target.broken {
            println!("  {n} times: {why}");
            broken += 1;
        }
    }
    if regions > 0 {
        println!("all: {} of {regions} regions", count(&all));
    }
    std::process::exit(i32::from(broken > 0));
}

/// Adds the seeds that earlier runs kept.
fn earlier(target: &mut Target, out: &Path) {
    let folders = std::fs::read_dir(out.join("kept").join(target.name)).into_iter().flatten().flatten();
    let mut folders: Vec<_> = folders.map(|e| e.path()).collect();
    folders.sort();
    for folder in folders {
        let input = tree(&folder);
        if !input.is_empty() {
            target.seeds.push(input);
        }
    }
}

/// Ends the run if one input takes too long.
fn watch(out: PathBuf) {
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_secs(1));
            let now = NOW.lock().expect("no panic holds it").clone();
            if let Some((since, input)) = now
                && worked().saturating_sub(since) > Duration::from_secs(HANGS)
            {
                println!("hangs: see {}", input.display());
                let _ = std::fs::write(out.join("hangs.txt"), input.display().to_string());
                std::process::exit(3);
            }
        }
    });
}

/// Runs one input, keeps it if it has a new result, and records what it breaks.
fn try_one(target: &mut Target, input: Input, work: &Path, out: &Path, counters: &mut Option<Counters>) {
    target.runs += 1;
    // What ends the process is still there afterwards.
    let current = out.join("current");
    write_tree(&current, &input, false);
    let started = worked();
    *NOW.lock().expect("no panic holds it") = Some((started, current));
    let tree = target.name == "tree";
    let mut wrong = Vec::new();
    let found = if tree {
        let dir = work.join("a");
        write_tree(&dir, &input, false);
        let mut request = Request::default();
        (request.paths, request.current) = (vec![dir.clone()], dir);
        scanned(request)
    } else {
        let (name, text) = input[0].clone();
        let mut request = Request::default();
        (request.stdin, request.stdin_name, request.current) = (Some(text), Some(name.into()), work.to_owned());
        scanned(request)
    };
    let further = counters.as_mut().is_some_and(|counters| counters.add(&mut target.reached));
    let mut hasher = DefaultHasher::new();
    match &found {
        Ok(found) => result(found, &mut hasher),
        Err(why) => letters(why).hash(&mut hasher),
    }
    let is_new = target.seen.insert(hasher.finish()) | further;
    if let Ok(found) = &found {
        wrong.extend(faults(found));
        if is_new || target.runs.is_multiple_of(REPORTED) {
            wrong.extend(reports(found, work));
        }
    }
    if worked().saturating_sub(started) > Duration::from_secs(SLOW) {
        wrong.push("slow".to_owned());
    }
    if tree && (target.runs.is_multiple_of(STARTED) || !wrong.is_empty()) {
        wrong.extend(as_a_program(&input, work));
    }
    *NOW.lock().expect("no panic holds it") = None;
    for why in wrong {
        let n = target.broken.entry(why.clone()).or_default();
        *n += 1;
        if *n <= 3 {
            let folder = out.join(format!("{}-{:x}-{n}", target.name, hash(&why)));
            write_tree(&folder, &input, false);
            let _ = std::fs::write(folder.with_extension("txt"), &why);
            println!("{}: {why}: {}", target.name, folder.display());
        }
    }
    if is_new && target.kept < MAX_SEEDS && !target.seeds.contains(&input) {
        target.kept += 1;
        if further {
            let name = format!("{:016x}", hash(&format!("{input:?}")));
            write_tree(&out.join("kept").join(target.name).join(name), &input, false);
        }
        target.seeds.push(input);
    }
}

/// The time that this process has worked, where the system says so, which other work on the machine does not stretch.
fn worked() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    let start = START.get_or_init(Instant::now);
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name of the program: state, ten numbers, then time of the program and of the system, in hundredths of a second.
    let numbers = stat.rsplit(") ").next().unwrap_or_default().split(' ').skip(11).take(2);
    let ticks: Option<Vec<u64>> = numbers.map(|n| n.parse().ok()).collect();
    match ticks.as_deref() {
        Some([own, system]) => Duration::from_millis((own + system) * 10),
        _ => start.elapsed(),
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn scanned(request: Request) -> Result<Scan, String> {
    // A panic outside of any unit is one more reason to fail.
    kubelet_lint::testing::caught(|| scan(&request))?.map_err(|e| e.message)
}

/// A message without what differs between inputs.
fn letters(text: &str) -> String {
    let mut quoted = false;
    text.chars()
        .filter(|c| {
            quoted ^= *c == '`';
            !quoted && c.is_ascii_alphabetic()
        })
        .collect()
}

/// What a scan says, without the values.
fn result(found: &Scan, hasher: &mut DefaultHasher) {
    let said: BTreeSet<_> = found.problems.iter().chain(&found.gaps).map(|n| letters(&n.message)).collect();
    let rules: BTreeSet<_> =
        found.findings.iter().map(|f| (f.rule.id.as_str(), f.field.as_str(), f.fix.is_some())).collect();
    let settings: BTreeSet<_> = found
        .groups
        .iter()
        .flat_map(|g| &g.settings)
        .filter(|s| s.raw.is_some())
        .map(|s| (s.field.as_str(), s.certain))
        .collect();
    (said, rules, settings, found.groups.len().min(3), found.unreached.len().min(3)).hash(hasher);
}

/// Faults of the program, and places that are in no file.
fn faults(found: &Scan) -> Vec<String> {
    let mut out: Vec<_> =
        found.problems.iter().filter(|p| p.weight == Weight::Fault).map(|p| p.message.clone()).collect();
    let places = found.findings.iter().flat_map(|f| f.passes.iter().chain([&f.at.place]));
    for place in places.chain(found.problems.iter().chain(&found.gaps).map(|n| &n.place)) {
        let length = place.source.bytes().len() as u32;
        if place.source.is_derived() || place.start > place.end || place.end > length {
            out.push("a place is not inside a file".to_owned());
        }
    }
    out.dedup();
    out
}

/// Formats that are not valid or not safe.
fn reports(found: &Scan, current: &Path) -> Vec<String> {
    let mut out = Vec::new();
    for format in FORMATS {
        let mut bytes = Vec::new();
        let written = kubelet_lint::testing::caught(|| format.write(found, &Look::plain(current), &mut bytes));
        if let Err(why) = written {
            out.push(format!("{}: {why}", format.name()));
            continue;
        }
        let text = String::from_utf8_lossy(&bytes);
        let text = safe(&text, format.kind(), false, &Folders::default());
        out.extend(invalid(format.name(), format.kind(), &text));
    }
    out
}

fn invalid(name: &str, kind: Kind, text: &str) -> Option<String> {
    if kind == Kind::Json && serde_json::from_str::<Value>(text).is_err() {
        return Some(format!("{name} is not JSON"));
    }
    if name == "junit" && !is_xml(text) {
        return Some(format!("{name} is not XML"));
    }
    let control = |c: char| c != '\n' && c != '\t' && c.is_control();
    let bidi = |c: char| matches!(c, '\u{61C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    if text.chars().any(|c| control(c) || bidi(c)) {
        return Some(format!("{name} has a control character"));
    }
    let command = |line: &str| kind == Kind::Text && line.trim_start().starts_with("::");
    let low = text.to_ascii_lowercase();
    let commands = text.lines().any(command) || low.contains("##[") || low.contains("##vso[");
    commands.then(|| format!("{name} has a command of a log"))
}

/// True if elements are closed in order, and nothing else is between angle brackets.
fn is_xml(text: &str) -> bool {
    let mut open = Vec::new();
    for tag in text.split('<').skip(1) {
        let Some((tag, rest)) = tag.split_once('>') else { return false };
        if rest.contains('>') {
            return false;
        }
        let name = tag.trim_matches('/').split(' ').next().unwrap_or_default().to_owned();
        if let Some(closed) = tag.strip_prefix('/') {
            if open.pop().as_deref() != Some(closed) {
                return false;
            }
        } else if !tag.starts_with('?') && !tag.ends_with('/') {
            open.push(name);
        }
    }
    open.is_empty()
}

/// The program with one thread and with two, and with the files made in another order.
fn as_a_program(input: &Input, work: &Path) -> Vec<String> {
    let mut out = Vec::new();
    let mut reports = Vec::new();
    for (threads, backwards) in [("1", false), ("2", true)] {
        let dir = work.join("b");
        write_tree(&dir, input, backwards);
        let mut command = Command::new(env!("CARGO_BIN_EXE_kubelet-lint"));
        command.args(["check", "--verbose", "--format", "json", "."]).current_dir(&dir);
        command.env("RAYON_NUM_THREADS", threads).stdin(Stdio::null());
        let ended = command.output().expect("the program starts");
        if !matches!(ended.status.code(), Some(0..=2)) {
            out.push(format!("the program ends with {}", ended.status));
        }
        reports.push((ended.stdout, ended.stderr));
    }
    if reports[0] != reports[1] {
        out.push("two threads or another order of files give another report".to_owned());
    }
    out
}

/// Writes files into a folder that is emptied first.
fn write_tree(dir: &Path, input: &Input, backwards: bool) {
    let _ = std::fs::remove_dir_all(dir);
    let _ = std::fs::create_dir_all(dir);
    let mut files: Vec<_> = input.iter().collect();
    if backwards {
        files.reverse();
    }
    for (name, text) in files {
        let path = dir.join(name);
        let _ = std::fs::create_dir_all(path.parent().unwrap_or(dir));
        let _ = std::fs::File::create(path).and_then(|mut file| file.write_all(text));
    }
}

/// Words of the seeds, and those that have broken programs before.
fn words(targets: &[Target]) -> Vec<Vec<u8>> {
    const HARD: &[&str] = &[
        "\u{e9}",
        "\u{1F600}",
        "\u{FEFF}",
        "\u{2028}",
        "\u{202E}",
        "\0",
        "\r",
        "\r\n",
        "\t",
        "\\",
        "\"",
        "'",
        "`",
        "${",
        "%{",
        "{{",
        "}}",
        "$(",
        "$((",
        "<<EOF\n",
        "<<-'E'\n",
        "[[",
        "((",
        "${x:1}",
        "${x/%y/z}",
        "&a",
        "*a",
        "<<: *a",
        "!!binary",
        "!Sub",
        "!Ref",
        "Fn::Sub",
        "fn::",
        "9223372036854775807",
        "-9223372036854775808",
        "1e999",
        "0x",
        "-1",
        "0s",
        "0",
        "1.5h",
        "NaN",
        "---\n",
        "...\n",
        "|\n",
        ">\n",
        "%YAML",
        "::error::",
        "##vso[",
        "\u{1b}[31m",
        "eval",
        "seq 1 99999",
        "for i in",
        "while true; do",
        "done",
        "range",
        "concat",
        "replace",
        "format(\"%s\"",
    ];
    let mut out: BTreeSet<Vec<u8>> = HARD.iter().map(|w| w.as_bytes().to_vec()).collect();
    out.insert(vec![0xFF]);
    out.insert(vec![0xC3]);
    out.insert(vec![0xE2, 0x82]);
    for (_, text) in targets.iter().flat_map(|t| t.seeds.iter().take(60).flatten()) {
        out.extend(text.split(|b| b.is_ascii_whitespace()).filter(|w| (2..30).contains(&w.len())).map(<[u8]>::to_vec));
    }
    out.into_iter().collect()
}

/// Changes one file of an input.
fn change(input: &mut Input, other: &Input, words: &[Vec<u8>], random: &mut Random) {
    let n = random.below(input.len());
    if input.len() > 1 && random.below(24) == 0 {
        if random.below(2) == 0 {
            input.remove(n);
        } else {
            let name = random.pick(other).0.clone();
            input[n].0 = if input.iter().any(|(known, _)| *known == name) { format!("x/{name}") } else { name };
        }
        return;
    }
    let theirs = random.pick(other).1.clone();
    let text = &mut input[n].1;
    let at = random.below(text.len() + 1);
    let length = match random.below(3) {
        0 => 1,
        1 => random.below(12),
        _ => random.below(200),
    };
    let end = (at + length).min(text.len());
    // Half of the time a change is one of whole lines or words.
    let (at, end) = match random.below(4) {
        0 => (line_start(text, at), line_start(text, end)),
        1 => (word_start(text, at), word_start(text, end)),
        _ => (at, end),
    };
    let (at, end) = (at.min(end), end.max(at));
    let own = text[at..end].to_vec();
    match random.below(10) {
        0 => drop(text.drain(at..end)),
        1 => insert(text, at, &own.repeat(1 + random.below(3))),
        2 => insert(text, at, &own.repeat(1 + random.below(400))),
        3 | 4 => insert(text, at, random.pick::<Vec<u8>>(words)),
        5 | 6 => {
            text.drain(at..end);
            insert(text, at, random.pick::<Vec<u8>>(words));
        }
        7 => {
            let from = random.below(theirs.len() + 1);
            let to = (from + random.below(400)).min(theirs.len());
            insert(text, at, &theirs[from..to]);
        }
        8 => {
            let (open, close) = *random.pick(&[
                ("{", "}"),
                ("[", "]"),
                ("(", ")"),
                ("${", "}"),
                ("$(", ")"),
                ("\"", "\""),
                ("{{", "}}"),
                ("- ", ""),
                ("  ", ""),
            ]);
            let most = if random.below(8) == 0 { 3000 } else { 3 };
            let times = 1 + random.below(most);
            insert(text, end, &close.as_bytes().repeat(times));
            insert(text, at, &open.as_bytes().repeat(times));
        }
        _ => {
            if let Some(byte) = text.get_mut(at) {
                *byte = random.next() as u8;
            }
        }
    }
    text.truncate(MAX_INPUT);
}

fn insert(text: &mut Vec<u8>, at: usize, part: &[u8]) {
    let part = &part[..part.len().min(MAX_INPUT)];
    text.splice(at..at, part.iter().copied());
}

fn line_start(text: &[u8], at: usize) -> usize {
    text[..at].iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1)
}

fn word_start(text: &[u8], at: usize) -> usize {
    text[..at].iter().rposition(|b| b.is_ascii_whitespace()).map_or(0, |n| n + 1)
}

/// All targets with their seeds.
fn targets() -> Vec<Target> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut files = Vec::new();
    below(&top.join("cases"), &mut files);
    let read = |ends: &[&str]| -> Vec<Input> {
        let has = |path: &&PathBuf| path.extension().is_some_and(|e| ends.iter().any(|end| e == *end));
        let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.iter().filter(has).filter_map(|path| Some(vec![(name(path), std::fs::read(path).ok()?)])).collect()
    };
    let named = |name: &str, texts: Vec<String>| -> Vec<Input> {
        texts.into_iter().map(|text| vec![(name.to_owned(), text.into_bytes())]).collect()
    };
    let mut scripts = Vec::new();
    below(&top.join("shell/scripts"), &mut scripts);
    let scripts: Vec<_> = scripts.iter().filter_map(|path| std::fs::read_to_string(path).ok()).collect();
    let scripts = scripts.iter().flat_map(|text| text.split("\n#### ").skip(1));
    let scripts = scripts.filter_map(|part| Some(format!("#!/bin/bash\n{}", part.split_once('\n')?.1))).collect();
    let bash =
        recorded("bash/scripts.txt").split("\n----\n").map(|part| format!("#!/bin/bash\n{part}\n{BOOT}")).collect();
    let mut user_data = Vec::new();
    strings(&json("user-data/recorded.json"), &mut |_, text| user_data.push(text.to_owned()));
    let layers = user_data.iter().chain(&program_scripts()).enumerate().map(|(n, text)| wrapped(text, n)).collect();
    let mut units = Vec::new();
    strings(&json("systemd/recorded.json"), &mut |_, text| units.push(text.to_owned()));
    let trees: Vec<Input> = std::fs::read_dir(top.join("cases"))
        .into_iter()
        .flatten()
        .flatten()
        .flat_map(|group| cases(&group.path()))
        .collect();
    let all = [
        ("hcl", read(&["tf", "tofu", "hcl", "tfvars"])),
        ("yaml", read(&["yaml", "yml"])),
        ("json", read(&["json", "tfstate"])),
        ("shell", [named("user-data.sh", scripts), named("user-data.sh", bash), read(&["sh"])].concat()),
        ("programs", named("user-data.sh", program_scripts())),
        ("terraform", named("main.tf", expressions("terraform", &["expressions", "functions", "random"]))),
        ("cloudformation", named("template.yaml", expressions("cloudformation", &["expressions"]))),
        ("user-data", named("user-data.txt", user_data.clone())),
        ("layers", named("main.tf", layers)),
        ("units", [named("kubelet.service", units), read(&["service", "conf", "ini", "env"])].concat()),
        ("toml", read(&["toml"])),
        ("templates", read(&["tpl", "tftpl", "tmpl", "j2"])),
        ("languages", read(&["py", "ps1", "ts", "go", "md"])),
        ("tree", trees),
    ];
    let target = |(name, seeds): (&'static str, Vec<Input>)| {
        assert!(!seeds.is_empty(), "{name} has no seeds");
        Target {
            name,
            seeds,
            seen: BTreeSet::new(),
            reached: Reached::new(),
            kept: 0,
            runs: 0,
            took: Duration::ZERO,
            broken: BTreeMap::new(),
        }
    };
    all.into_iter().map(target).collect()
}

const BOOT: &str = "/etc/eks/bootstrap.sh c --kubelet-extra-args \"--streaming-connection-idle-timeout=0 $X\"\n";

/// A text in a Terraform file, in one layer or two.
fn wrapped(text: &str, n: usize) -> String {
    let encode = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let text = if text.starts_with('#') { text.to_owned() } else { format!("#!/bin/bash\n{text}\n") };
    let packed = || {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(text.as_bytes()).and_then(|()| out.finish()).unwrap_or_default()
    };
    let data = match n % 3 {
        0 => encode(text.as_bytes()),
        1 => encode(&packed()),
        _ => {
            let part = format!(
                "Content-Type: text/x-shellscript\nContent-Transfer-Encoding: base64\n\n{}",
                encode(text.as_bytes())
            );
            encode(
                format!("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"B\"\n\n--B\n{part}\n--B--\n")
                    .as_bytes(),
            )
        }
    };
    format!("resource \"aws_launch_template\" \"w\" {{\n  user_data = \"{data}\"\n}}\n")
}

/// Scripts that call the programs of `testdata/programs` as they were recorded.
fn program_scripts() -> Vec<String> {
    let mut out = Vec::new();
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    for suite in ["edits", "envsubst", "jq", "python", "sed", "text", "yq"] {
        for call in json(&format!("programs/{suite}.json")).as_array().into_iter().flatten() {
            let mut text = "#!/bin/bash\n".to_owned();
            for (name, file) in call["files"].as_object().into_iter().flatten() {
                text.push_str(&format!("cat > {name} <<'EOF'\n{}\nEOF\n", file.as_str().unwrap_or_default()));
            }
            let program = call["program"].as_str().unwrap_or(suite).to_owned();
            let args = call["argv"].as_array().into_iter().flatten().filter_map(Value::as_str).map(quoted);
            text.push_str(&format!("X=$({program} {} <<'IN'\n", args.collect::<Vec<_>>().join(" ")));
            text.push_str(&format!("{}\nIN\n)\n{BOOT}", call["stdin"].as_str().unwrap_or_default()));
            out.push(text);
        }
    }
    out
}

/// Documents with the expressions of some recorded files.
fn expressions(folder: &str, names: &[&str]) -> Vec<String> {
    let mut out = Vec::new();
    for name in names {
        let recorded = json(&format!("{folder}/{name}.json"));
        let prelude = recorded["prelude"].as_str().unwrap_or_default();
        strings(&recorded["cases"], &mut |key, text| {
            if folder == "terraform" && key == "expr" {
                let template = "resource \"aws_launch_template\" \"w\" {\n  user_data = base64encode(\"#!/bin/bash\\nX='${local.x}'\\n/etc/eks/bootstrap.sh c --kubelet-extra-args '--streaming-connection-idle-timeout=0'\\n\")\n}\n";
                out.push(format!("{prelude}\nlocals {{\n  x = {text}\n}}\n{template}"));
            } else if folder == "cloudformation" && key == "expr" {
                let indented = text.replace('\n', "\n            ");
                out.push(format!("{prelude}\nResources:\n  L:\n    Type: AWS::EC2::LaunchTemplate\n    Properties:\n      LaunchTemplateData:\n        UserData:\n          Fn::Base64:\n            {indented}\n"));
            }
        });
    }
    out
}

/// The folders of a group of cases, each as a tree.
fn cases(group: &Path) -> Vec<Input> {
    let mut out = Vec::new();
    for case in std::fs::read_dir(group).into_iter().flatten().flatten() {
        let input = tree(&case.path());
        if !input.is_empty() {
            out.push(input);
        }
    }
    out
}

/// The files of a folder.
fn tree(folder: &Path) -> Input {
    let mut files = Vec::new();
    below(folder, &mut files);
    let name = |path: &Path| path.strip_prefix(folder).unwrap_or(path).to_string_lossy().into_owned();
    let files = files.iter().filter(|path| path.extension().is_none_or(|e| e != "snap"));
    files.filter_map(|path| Some((name(path), std::fs::read(path).ok()?))).collect()
}

/// The files below a folder, in order.
fn below(dir: &Path, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(dir).into_iter().flatten().flatten().map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() { below(&path, out) } else { out.push(path) }
    }
}

fn recorded(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name);
    std::fs::read_to_string(path).unwrap_or_default()
}

fn json(name: &str) -> Value {
    serde_json::from_str(&recorded(name)).unwrap_or_default()
}

/// Every string of a document that is long enough to be a seed, with its key.
fn strings(value: &Value, each: &mut dyn FnMut(&str, &str)) {
    fn walk(key: &str, value: &Value, each: &mut dyn FnMut(&str, &str)) {
        match value {
            Value::String(text) if text.len() > 2 => each(key, text),
            Value::Array(items) => items.iter().for_each(|item| walk(key, item, each)),
            Value::Object(map) => map.iter().for_each(|(key, item)| walk(key, item, each)),
            _ => {}
        }
    }
    walk("", value, each);
}
