//! The programs that scripts pipe text through, as functions of their arguments and input. Nothing is executed.
//!
//! Each gives exactly what the real program gives, or says that the answer is not known and names the construct: a wrong
//! answer would become a wrong finding.

mod awk;
mod coding;
mod columns;
mod data;
mod envsubst;
mod expr;
mod grep;
mod jq;
mod lines;
mod names;
mod pattern;
mod perl;
mod python;
mod sed;
mod yq;

use crate::text::{Span, Traced, Why};

/// What a look for a file gives.
#[derive(Clone, Debug)]
pub(super) enum Found {
    /// Its content.
    Content(Traced),
    /// There is no such file, for certain.
    Missing,
    /// Nobody knows.
    Unknown(Why),
}

/// How a program asks for a file by its path.
pub(super) type Files<'a> = &'a mut dyn FnMut(&str) -> Found;

/// The exit status of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// The number.
    Known(i32),
    /// Not known, and why.
    Unknown(Why),
}

/// What a program leaves behind.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    /// What it wrote to its standard output.
    pub(super) stdout: Traced,
    /// Its exit status.
    pub(super) status: Status,
    /// The files that it replaced, by path as the arguments name them.
    pub(super) writes: Vec<(String, Traced)>,
    /// The files that it removed.
    pub(super) removed: Vec<String>,
    /// The commands that it ran in the end.
    pub(super) commands: Vec<Vec<Traced>>,
}

impl Outcome {
    /// Text on standard output, and success.
    fn success(stdout: Traced) -> Self {
        Self { stdout, status: Status::Known(0), writes: Vec::new(), removed: Vec::new(), commands: Vec::new() }
    }

    /// No output and a known exit status.
    fn failed(status: i32) -> Self {
        Self {
            stdout: Traced::new(),
            status: Status::Known(status),
            writes: Vec::new(),
            removed: Vec::new(),
            commands: Vec::new(),
        }
    }

    /// Nothing is known of what the program does.
    fn unknown(why: Why, at: Span) -> Self {
        Self {
            stdout: Traced::hole(at, why.clone()),
            status: Status::Unknown(why),
            writes: Vec::new(),
            removed: Vec::new(),
            commands: Vec::new(),
        }
    }

    /// The program reads what nobody knows.
    fn standard_input_unknown(argv: &[Traced]) -> Self {
        let why = Why::FromOutside("standard input".into());
        match argv.first().and_then(Traced::span) {
            Some(at) => Self::unknown(why, at),
            None => Self {
                stdout: Traced::new(),
                status: Status::Unknown(why),
                writes: Vec::new(),
                removed: Vec::new(),
                commands: Vec::new(),
            },
        }
    }
}

/// Runs the program `name` with the arguments `argv` (without its name); `None` if it is none of those that are modelled.
///
/// `at` stands for what nobody wrote: brackets, line ends. Files are named as the arguments name them; `env` looks up
/// variables of the environment.
pub(super) fn run(
    name: &str,
    argv: &[Traced],
    stdin: Option<&Traced>,
    files: Files<'_>,
    env: Files<'_>,
    at: Span,
) -> Option<Outcome> {
    let either = |done: Result<Outcome, Box<Outcome>>| done.unwrap_or_else(|outcome| *outcome);
    Some(match name {
        "jq" => jq::run(argv, stdin, files, env, at),
        "awk" | "gawk" | "mawk" => either(awk::run(argv, stdin, files, env, at)),
        "perl" => either(perl::run(argv, stdin, files, at)),
        "expr" => either(expr::run(argv, at)),
        "envsubst" => either(envsubst::run(argv, stdin, env, at)),
        "yq" => either(yq::run(argv, stdin, files, env, at)),
        "sed" => sed::run(argv, stdin, files, at),
        "grep" | "egrep" | "fgrep" => grep::run(name, argv, stdin, files, at),
        "cat" | "head" | "tail" | "sort" | "uniq" | "wc" | "tac" => lines::run(name, argv, stdin, files, at),
        "cut" | "tr" | "paste" => columns::run(name, argv, stdin, files, at),
        "basename" | "dirname" => names::run(name, argv, at),
        "base64" | "openssl" | "gzip" | "gunzip" | "zcat" => coding::run(name, argv, stdin, files, at),
        "python" | "python3" | "python2" => either(python::run(argv, stdin, files, env, at)),
        _ => return None,
    })
}

/// The kubelet's drop-in as nodeadm writes it: keys in the order of their letters, four blanks a level. With `eks` it holds how
/// many pods a node takes, too, which EKS works out. Source: `nodeadm/internal/kubelet/config.go` of awslabs/amazon-eks-ami.
pub(super) fn drop_in(config: Option<&crate::syntax::Node>, eks: bool, at: Span) -> Option<Traced> {
    let made = |text: &str| Traced::made(text, at);
    let mut pairs = match config.map(data::from_node) {
        Some(Some(data::Data::Map(pairs))) => pairs,
        Some(_) => return None,
        None => Vec::new(),
    };
    let head = [("apiVersion", "kubelet.config.k8s.io/v1beta1"), ("kind", "KubeletConfiguration")];
    pairs.retain(|(key, _)| !head.iter().any(|(name, _)| key.bytes() == name.as_bytes()));
    pairs.extend(head.iter().map(|(key, value)| (made(key), data::Data::Str(made(value)))));
    if eks && !pairs.iter().any(|(key, _)| key.bytes() == b"maxPods") {
        pairs.push((made("maxPods"), data::Data::Number(made("29"))));
    }
    let layout = data::Layout {
        indent: Some("    ".to_owned()),
        comma: ",".to_owned(),
        colon: ": ".to_owned(),
        sort_keys: true,
        ascii: false,
    };
    let mut text = data::to_json(&data::Data::Map(pairs), &layout, at).ok()?;
    text.push_made(b"\n", at);
    Some(text)
}

/// True if the program may run commands of its own.
pub(super) fn runs_commands(name: &str) -> bool {
    name.starts_with("python")
}

/// The text of an argument that must be known.
fn known(word: &Traced) -> Result<&str, Box<Outcome>> {
    word.known_str().ok_or_else(|| {
        let why = word
            .first_hole()
            .map_or_else(|| Why::NotUnderstood("an argument that is not UTF-8".into()), |h| h.1.clone());
        Box::new(match word.span() {
            Some(at) => Outcome::unknown(why, at),
            None => Outcome {
                stdout: Traced::new(),
                status: Status::Unknown(why),
                writes: Vec::new(),
                removed: Vec::new(),
                commands: Vec::new(),
            },
        })
    })
}

/// The outcome of a construct that is not modelled.
#[allow(clippy::unnecessary_box_returns, reason = "it is the error of functions whose errors are boxed for their size")]
fn not_followed(what: &str, word: &Traced) -> Box<Outcome> {
    let why = Why::NotUnderstood(what.into());
    Box::new(match word.span() {
        Some(at) => Outcome::unknown(why, at),
        None => Outcome {
            stdout: Traced::new(),
            status: Status::Unknown(why),
            writes: Vec::new(),
            removed: Vec::new(),
            commands: Vec::new(),
        },
    })
}

/// The content of the file that `path` names; `None` if there is none.
fn read(path: &Traced, files: Files<'_>) -> Result<Option<Traced>, Box<Outcome>> {
    match files(known(path)?) {
        Found::Content(text) => Ok(Some(text)),
        Found::Missing => Ok(None),
        Found::Unknown(why) => Err(Box::new(match path.span() {
            Some(at) => Outcome::unknown(why, at),
            None => Outcome {
                stdout: Traced::new(),
                status: Status::Unknown(why),
                writes: Vec::new(),
                removed: Vec::new(),
                commands: Vec::new(),
            },
        })),
    }
}

/// The input of a program that reads files, or its standard input where none are named; `-` names it too.
///
/// # Errors
/// The outcome, if one of the files is not there (exit status `missing`) or not known.
fn inputs(
    names: &[&Traced],
    stdin: Option<&Traced>,
    files: Files<'_>,
    missing: i32,
    at: Span,
) -> Result<Vec<Traced>, Box<Outcome>> {
    let standard = || stdin.cloned().ok_or_else(|| Box::new(Outcome::standard_input_unknown(&[Traced::made("-", at)])));
    if names.is_empty() {
        return Ok(vec![standard()?]);
    }
    let mut out = Vec::new();
    for name in names {
        if matches!(name.known_str(), Some("-" | "/dev/stdin")) {
            out.push(standard()?);
            continue;
        }
        match read(name, files)? {
            Some(text) => out.push(text),
            None if names.len() == 1 => return Err(Box::new(Outcome::failed(missing))),
            None => return Err(not_followed("a missing file among several", name)),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests;
