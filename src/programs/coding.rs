//! `base64`, `openssl base64`, `gzip`, `gunzip` and `zcat`.

use std::io::Write as _;

use base64::Engine as _;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::decode::base64::Strictness;
use crate::decode::{base64 as coding, gzip};
use crate::text::{Layer, Span, Traced, Why};

use super::program::{Files, Outcome};

/// Runs one of the programs.
pub fn run(name: &str, argv: &[Traced], stdin: Option<&Traced>, files: Files<'_>, at: Span) -> Outcome {
    let outcome = match name {
        "base64" => base64(argv, stdin, files, at),
        "openssl" => openssl(argv, stdin, files, at),
        _ => unzip(name, argv, stdin, files, at),
    };
    match outcome {
        Ok(outcome) => outcome,
        Err(outcome) => *outcome,
    }
}

fn base64(argv: &[Traced], stdin: Option<&Traced>, files: Files<'_>, at: Span) -> Result<Outcome, Box<Outcome>> {
    let (mut decode, mut lenient, mut width) = (false, false, 76_usize);
    let mut others = Vec::new();
    let mut words = argv.iter();
    while let Some(word) = words.next() {
        let text = super::program::known(word)?;
        match text {
            "-d" | "--decode" | "-D" => decode = true,
            "-i" | "--ignore-garbage" => lenient = true,
            "-di" | "-id" => (decode, lenient) = (true, true),
            "-w" | "--wrap" => {
                let value = words.next().and_then(Traced::known_str).and_then(|v| v.parse().ok());
                width = value.ok_or_else(|| super::program::not_followed("this width of base64", word))?;
            }
            _ if text.starts_with('-') && text != "-" => {
                let value = text.strip_prefix("-w").or_else(|| text.strip_prefix("--wrap="));
                let value = value.and_then(|v| v.parse().ok());
                width = value.ok_or_else(|| super::program::not_followed(&format!("base64's option {text}"), word))?;
            }
            _ => others.push(word),
        }
    }
    recode(&others, stdin, files, Recoding { decode, lenient, width, lines: false }, at)
}

/// `openssl base64` and `openssl enc -base64`
fn openssl(argv: &[Traced], stdin: Option<&Traced>, files: Files<'_>, at: Span) -> Result<Outcome, Box<Outcome>> {
    let mut recoding = Recoding { decode: false, lenient: false, width: 64, lines: true };
    let mut names = Vec::new();
    let mut base64 = false;
    let mut words = argv.iter();
    while let Some(word) = words.next() {
        match super::program::known(word)? {
            "base64" | "-base64" | "-a" => base64 = true,
            "enc" => {}
            "-d" => recoding.decode = true,
            "-A" => (recoding.width, recoding.lines) = (0, false),
            "-e" => recoding.decode = false,
            "-in" => names.extend(words.next()),
            text => return Err(super::program::not_followed(&format!("openssl's {text}"), word)),
        }
    }
    if !base64 {
        return Err(super::program::not_followed("openssl", &Traced::made(" ", at)));
    }
    recode(&names, stdin, files, recoding, at)
}

/// What is to be done with a text.
struct Recoding {
    decode: bool,
    lenient: bool,
    width: usize,
    /// The text must be lines of at most 76 characters, each with its end.
    lines: bool,
}

fn recode(
    names: &[&Traced],
    stdin: Option<&Traced>,
    files: Files<'_>,
    recoding: Recoding,
    at: Span,
) -> Result<Outcome, Box<Outcome>> {
    let Recoding { decode, lenient, width, lines } = recoding;
    let texts = super::program::inputs(names, stdin, files, 1, at)?;
    let [text] = texts.as_slice() else { return Ok(Outcome::failed(1)) };
    if decode && lines {
        // Of anything else, openssl gives nothing or a part, by its release.
        let short = text.bytes().split(|b| *b == b'\n').all(|line| line.len() <= 76);
        if !short || !text.bytes().ends_with(b"\n") {
            return Err(super::program::not_followed("base64 that openssl reads without -A", text));
        }
    }
    if decode {
        // What `echo` put behind the text does not keep its original from being found.
        let end = text.bytes().iter().rposition(|b| *b != b'\n').map_or(0, |p| p + 1);
        let strictness = if lenient { Strictness::Lenient } else { Strictness::Standard };
        return match coding::decode(&text.slice(0..end), strictness) {
            Ok(plain) => Ok(Outcome::success(plain)),
            // The real program writes what it could read before the fault.
            Err(_) => Err(super::program::not_followed("broken base64", text)),
        };
    }
    if let Some((span, why)) = text.first_hole() {
        return Ok(Outcome::success(Traced::encoded(Traced::hole(span, why.clone()), Layer::Base64, text.clone())));
    }
    let coded = base64::engine::general_purpose::STANDARD.encode(text.bytes());
    let place = text.span().unwrap_or(at);
    if width == 0 {
        return Ok(Outcome::success(Traced::encoded(Traced::made(coded, place), Layer::Base64, text.clone())));
    }
    let mut out = Traced::new();
    for line in coded.as_bytes().chunks(width) {
        out.push_made(line, place);
        out.push_made(b"\n", place);
    }
    Ok(Outcome::success(out))
}

fn unzip(
    name: &str,
    argv: &[Traced],
    stdin: Option<&Traced>,
    files: Files<'_>,
    at: Span,
) -> Result<Outcome, Box<Outcome>> {
    let (mut decode, mut to_stdout) = (name != "gzip", name == "zcat");
    let mut others = Vec::new();
    for word in argv {
        match super::program::known(word)? {
            "-d" | "--decompress" | "--uncompress" => decode = true,
            "-c" | "--stdout" | "--to-stdout" => to_stdout = true,
            "-dc" | "-cd" => (decode, to_stdout) = (true, true),
            "-f" | "-q" | "--force" | "--quiet" => {}
            text if text.starts_with('-') && text != "-" => {
                return Err(super::program::not_followed(&format!("{name}'s option {text}"), word));
            }
            _ => others.push(word),
        }
    }
    if let (false, false, [path]) = (to_stdout, others.is_empty(), others.as_slice()) {
        return in_place(decode, path, files, at);
    }
    if let (false, Some(first)) = (to_stdout, others.first()) {
        return Err(super::program::not_followed(&format!("{name} in place of several files"), first));
    }
    if !decode {
        let mut all = Traced::new();
        for text in super::program::inputs(&others, stdin, files, 1, at)? {
            all.push(&text);
        }
        return Ok(Outcome::success(packed(all, at)));
    }
    let mut out = Traced::new();
    for text in super::program::inputs(&others, stdin, files, 1, at)? {
        match gzip::decode(&text) {
            Ok(plain) => out.push(&plain),
            Err(_) if text.has_hole() => {
                let why = text.first_hole().map(|(_, why)| why.clone());
                return Err(why.map_or_else(|| Box::new(Outcome::failed(1)), |why| Box::new(Outcome::unknown(why, at))));
            }
            Err(_) => return Ok(Outcome::failed(1)),
        }
    }
    Ok(Outcome::success(out))
}

/// What gzip makes of a text. The real program may write other bytes, but they unpack to the same.
fn packed(text: Traced, at: Span) -> Traced {
    let place = text.span().unwrap_or(at);
    let bytes = if text.has_hole() {
        None
    } else {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.bytes()).and_then(|()| encoder.finish()).ok()
    };
    let outer = match bytes {
        Some(bytes) => Traced::made(bytes, place),
        None => Traced::hole(place, Why::NotUnderstood("gzip's packing".into())),
    };
    Traced::encoded(outer, Layer::Gzip, text)
}

/// `gzip FILE` and `gunzip FILE.gz`
fn in_place(decode: bool, path: &Traced, files: Files<'_>, at: Span) -> Result<Outcome, Box<Outcome>> {
    let name = super::program::known(path)?;
    let Some(text) = super::program::read(path, files)? else { return Ok(Outcome::failed(1)) };
    let mut outcome = Outcome::success(Traced::new());
    if !decode {
        outcome.writes.push((format!("{name}.gz"), packed(text, at)));
    } else if let Some(base) = name.strip_suffix(".gz") {
        let plain = gzip::decode(&text).map_err(|_| super::program::not_followed("broken gzip", path))?;
        outcome.writes.push((base.to_owned(), plain));
    } else {
        return Ok(Outcome::failed(1));
    }
    outcome.removed.push(name.to_owned());
    Ok(outcome)
}
