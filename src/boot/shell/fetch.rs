//! Programs that download files. The content is unknown; the file that holds it is known.

use crate::text::{Span, Traced, Why};

use super::super::disk::File;
use super::super::image;
use super::call::Call;
use super::k3s;
use super::state::ScriptRun;
use super::status::Status;

/// Where a program stores its download.
enum Target {
    /// On its standard output.
    Output,
    /// In a file.
    File(Traced),
    /// Nowhere.
    Nowhere,
}

/// Runs `curl`, `wget` or `aws`. False if it downloads no file.
pub(super) fn fetch(call: &Call<'_>, path: &mut ScriptRun) -> bool {
    let Call { name, words, at: span, .. } = *call;
    if name == "aws"
        && let Some((stored, shape)) = parameter(words)
        && let Some(File::Known(text)) = path.machine.files.get(&format!("ssm:{stored}"))
    {
        // A parameter that the same source stores is known by its name.
        let text = text.clone();
        let (before, behind) = match shape {
            Shape::Text => (String::new(), "\n"),
            Shape::Value => ("\"".to_owned(), "\"\n"),
            Shape::Whole => (format!("{{\"Parameter\":{{\"Name\":\"{stored}\",\"Value\":\""), "\"}}\n"),
        };
        path.out.push_made(before.as_bytes(), span);
        match shape {
            Shape::Text => path.out.push(&text),
            Shape::Value | Shape::Whole => path.out.push(&json_text(&text, span)),
        }
        path.out.push_made(behind.as_bytes(), span);
        path.status = Status::Likely;
        return true;
    }
    let target = match name {
        "curl" => curl(words, span),
        "wget" => wget(words, span),
        _ => match aws(words, span) {
            Some(target) => target,
            None => return false,
        },
    };
    let why = || Why::FromOutside(format!("what {name} downloads").into());
    // An object that the same source uploads to a bucket is known by its address.
    let object = words.iter().find(|w| w.bytes().starts_with(b"s3://")).map(|w| w.to_text().into_owned());
    let uploaded = object.and_then(|address| path.machine.files.get(&address).cloned());
    path.status = Status::Likely;
    let installer = words.iter().find_map(|word| k3s::installer(&word.to_text(), span));
    match target {
        Target::Output if installer.is_some() => path.out.push(&installer.unwrap_or_default()),
        Target::File(file)
            if installer.is_some() && file.known_str().is_some_and(|f| !matches!(f, "-" | "/dev/stdout")) =>
        {
            let file = path.absolute(file.known_str().unwrap_or_default());
            path.machine.put(&file, File::Known(std::sync::Arc::new(installer.unwrap_or_default())));
        }
        Target::Nowhere => {}
        Target::Output => {
            path.out.push_unknown(span, Why::FromOutside(format!("the output of {name}").into()));
            path.out.push_made(b"\n", span);
        }
        Target::File(file) => match file.known_str() {
            Some("/dev/null") => {}
            Some("-" | "/dev/stdout") if installer.is_some() => path.out.push(&installer.unwrap_or_default()),
            Some("-" | "/dev/stdout") => {
                path.out.push_unknown(span, Why::FromOutside(format!("the output of {name}").into()));
                path.out.push_made(b"\n", span);
            }
            Some(file) if uploaded.is_some() => {
                let file = path.absolute(file);
                path.machine.put(&file, uploaded.unwrap_or(File::Removed));
            }
            Some(file) => {
                let file = path.absolute(file);
                if image::reader(&file).is_some() || file == image::BOOTSTRAP {
                    path.machine.gap(span, why());
                }
                path.machine.put(&file, File::Unknown(why()));
            }
            None => path.write_unnamed(&file, span),
        },
    }
    true
}

/// The last part of an address, which is the name of the downloaded file.
fn base(address: Option<&Traced>, folder: Option<&Traced>, span: Span) -> Target {
    let Some(address) = address else { return Target::Nowhere };
    let bytes = address.bytes();
    let end = bytes.iter().position(|b| matches!(b, b'?' | b'#')).unwrap_or(bytes.len());
    let start = bytes.get(..end).and_then(|b| b.iter().rposition(|b| *b == b'/')).map_or(0, |n| n + 1);
    let name = address.slice(start..end);
    let mut out = Traced::new();
    if let Some(folder) = folder {
        out.push(folder);
        out.push_made(b"/", span);
    }
    out.push(&name);
    if name.is_empty() { Target::Nowhere } else { Target::File(out) }
}

fn curl(words: &[Traced], span: Span) -> Target {
    let mut address = None;
    let mut by_name = false;
    let mut file = None;
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let text = word.to_text().into_owned();
        if let Some(long) = text.strip_prefix("--") {
            match long {
                "output" => file = rest.next().cloned(),
                "remote-name" => by_name = true,
                "url" => address = rest.next(),
                "request" | "header" | "data" | "user" | "user-agent" | "retry" | "retry-delay" | "max-time"
                | "retry-max-time" | "connect-timeout" | "cacert" | "cert" | "key" | "write-out" | "noproxy"
                | "proxy" | "dump-header" | "data-binary" | "data-raw" | "aws-sigv4" => drop(rest.next()),
                _ => {}
            }
            continue;
        }
        if !text.starts_with('-') || text.len() == 1 {
            address = Some(word);
            continue;
        }
        for (at, letter) in text.char_indices().skip(1) {
            let value = word.slice(at + 1..word.len());
            match letter {
                'O' => by_name = true,
                'o' => {
                    file = if value.is_empty() { rest.next().cloned() } else { Some(value) };
                    break;
                }
                'H' | 'd' | 'X' | 'u' | 'A' | 'e' | 'm' | 'T' | 'K' | 'w' | 'b' | 'c' | 'E' | 'x' | 'F' | 'r' | 'Y'
                | 'y' | 'z' | 'C' | 'D' => {
                    if value.is_empty() {
                        rest.next();
                    }
                    break;
                }
                _ => {}
            }
        }
    }
    match file {
        Some(file) => Target::File(file),
        None if by_name => base(address, None, span),
        None => Target::Output,
    }
}

fn wget(words: &[Traced], span: Span) -> Target {
    let mut address = None;
    let mut folder = None;
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let text = word.to_text().into_owned();
        if let Some(file) = text.strip_prefix("--output-document=") {
            return Target::File(word.slice(word.len() - file.len()..word.len()));
        }
        if let Some(dir) = text.strip_prefix("--directory-prefix=") {
            folder = Some(word.slice(word.len() - dir.len()..word.len()));
            continue;
        }
        if text.starts_with("--") {
            if text == "--output-document" {
                return rest.next().cloned().map_or(Target::Nowhere, Target::File);
            }
            continue;
        }
        if !text.starts_with('-') || text.len() == 1 {
            address = Some(word);
            continue;
        }
        for (at, letter) in text.char_indices().skip(1) {
            let value = word.slice(at + 1..word.len());
            let mut next = || if value.is_empty() { rest.next().cloned() } else { Some(value.clone()) };
            match letter {
                'O' => return next().map_or(Target::Nowhere, Target::File),
                'P' => {
                    folder = next();
                    break;
                }
                't' | 'T' | 'w' | 'o' | 'a' | 'e' | 'U' | 'i' | 'Q' => {
                    next();
                    break;
                }
                _ => {}
            }
        }
    }
    base(address, folder.as_ref(), span)
}

/// How `aws ssm get-parameter` prints a parameter.
enum Shape {
    /// The value.
    Text,
    /// The value as text in JSON.
    Value,
    /// All that is known of the parameter, as JSON.
    Whole,
}

/// The name in `aws ssm get-parameter`, and what the call prints.
fn parameter(words: &[Traced]) -> Option<(String, Shape)> {
    let texts: Vec<_> = words.iter().map(|word| word.to_text().into_owned()).collect();
    let after = |option: &str| {
        let next = texts.iter().position(|t| t == option).and_then(|n| texts.get(n + 1).cloned());
        next.or_else(|| texts.iter().find_map(|t| t.strip_prefix(&format!("{option}=")).map(str::to_owned)))
    };
    let command: Vec<&str> =
        texts.iter().map(String::as_str).filter(|t| matches!(*t, "ssm" | "get-parameter")).collect();
    let value = after("--query").map(|query| query.trim_matches(['"', '\'']) == "Parameter.Value");
    let shape = match (value, after("--output").as_deref()) {
        (Some(true), Some("text")) => Shape::Text,
        (Some(true), None | Some("json")) => Shape::Value,
        (None, None | Some("json")) => Shape::Whole,
        _ => return None,
    };
    let name = after("--name").filter(|name| !name.contains(['"', '\\']))?;
    (command == ["ssm", "get-parameter"]).then_some((name, shape))
}

/// A text between the quotes of JSON.
fn json_text(text: &Traced, at: Span) -> Traced {
    let mut out = text.clone();
    for (byte, with) in [("\\", "\\\\"), ("\"", "\\\""), ("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r")] {
        out = out.replace(byte.as_bytes(), &Traced::made(with, at));
    }
    out
}

/// `aws s3 cp` and similar; `None` if it writes to its standard output.
fn aws(words: &[Traced], span: Span) -> Option<Target> {
    let mut operands: Vec<&Traced> = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let text = word.to_text();
        match text.as_ref() {
            "--region" | "--profile" | "--endpoint-url" | "--bucket" | "--key" | "--output" | "--query" | "--sse"
            | "--version-id" | "--expected-size" | "--include" | "--exclude" => drop(rest.next()),
            text if text.starts_with("--") => {}
            _ => operands.push(word),
        }
    }
    let texts: Vec<_> = operands.iter().map(|o| o.to_text().into_owned()).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    match texts.as_slice() {
        ["s3", "cp" | "mv", from, to] if from.starts_with("s3://") || from.starts_with(crate::text::UNKNOWN_MARK) => {
            if to.starts_with("s3://") {
                return Some(Target::Nowhere);
            }
            let to_word = operands.get(3)?;
            if to.ends_with('/') || *to == "." {
                return Some(base(operands.get(2).copied(), Some(to_word), span));
            }
            Some(Target::File((*to_word).clone()))
        }
        ["s3", "cp" | "mv", ..] => Some(Target::Nowhere),
        ["s3api", "get-object", _] => operands.get(2).map(|w| Target::File((*w).clone())),
        _ => None,
    }
}
