//! `base64`, `openssl base64`, `gzip`, `gunzip` and `zcat`.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::decode::base64::Strictness;
use crate::decode::{base64 as coding, gzip};
use crate::text::{Layer, Span, Traced, Why};

use super::arguments::Arguments;
use super::program::{Done, Effects, Invocation, known, not_followed};

/// Runs one of the programs.
pub(crate) fn run(call: &mut Invocation<'_>) -> Done<Effects> {
    match call.name {
        "base64" => base64(call),
        "openssl" => openssl(call),
        _ => unzip(call),
    }
}

fn base64(call: &mut Invocation<'_>) -> Done<Effects> {
    let mut recoding = Recoding { decode: false, lenient: false, width: 76, lines: false };
    let mut arguments = Arguments::new(call.name, call.argv, 1);
    while let Some(option) = arguments.next()? {
        match option {
            "d" | "D" | "decode" => recoding.decode = true,
            "i" | "ignore-garbage" => recoding.lenient = true,
            "w" | "wrap" => {
                let value = arguments.value()?;
                let width = known(&value)?.parse();
                recoding.width = width.map_err(|_| not_followed("this width of base64", &value))?;
            }
            _ => return Err(arguments.refused()),
        }
    }
    recode(call, &arguments.operands, recoding)
}

/// `openssl base64` and `openssl enc -base64`
fn openssl(call: &mut Invocation<'_>) -> Done<Effects> {
    let mut recoding = Recoding { decode: false, lenient: false, width: 64, lines: true };
    let mut names = Vec::new();
    let mut base64 = false;
    let mut words = call.argv.iter();
    while let Some(word) = words.next() {
        match known(word)? {
            "base64" | "-base64" | "-a" => base64 = true,
            "enc" => {}
            "-d" => recoding.decode = true,
            "-A" => (recoding.width, recoding.lines) = (0, false),
            "-e" => recoding.decode = false,
            "-in" => names.extend(words.next()),
            text => return Err(not_followed(&format!("openssl's {text}"), word)),
        }
    }
    if base64 { recode(call, &names, recoding) } else { Err(call.not_followed("openssl")) }
}

/// What to do with a text.
struct Recoding {
    decode: bool,
    lenient: bool,
    width: usize,
    /// The text must be lines of at most 76 characters, each with its end.
    lines: bool,
}

fn recode(call: &mut Invocation<'_>, names: &[&Traced], recoding: Recoding) -> Done<Effects> {
    let Recoding { decode, lenient, width, lines } = recoding;
    let texts = call.inputs(names, 1)?;
    let [text] = texts.as_slice() else { return Ok(Effects::failed(1)) };
    if decode && lines {
        // For anything else, openssl writes nothing or a part, depending on its release.
        let short = text.bytes().split(|b| *b == b'\n').all(|line| line.len() <= 76);
        if !short || !text.bytes().ends_with(b"\n") {
            return Err(not_followed("base64 that openssl reads without -A", text));
        }
    }
    if decode {
        // The line end that `echo` appends must not hide the original.
        let end = text.bytes().iter().rposition(|b| *b != b'\n').map_or(0, |p| p + 1);
        let strictness = if lenient { Strictness::Lenient } else { Strictness::Standard };
        return match coding::decode(&text.slice(0..end), strictness) {
            Ok(plain) => Ok(Effects::success(plain)),
            // The real program writes what it decoded before the error.
            Err(_) => Err(not_followed("broken base64", text)),
        };
    }
    let mut out = coding::encode(text, width, call.at);
    if width > 0 && !out.is_empty() && !out.has_unknown() {
        out.push_made(b"\n", text.span().unwrap_or(call.at));
    }
    Ok(Effects::success(out))
}

fn unzip(call: &mut Invocation<'_>) -> Done<Effects> {
    let (mut decode, mut to_stdout) = (call.name != "gzip", call.name == "zcat");
    let mut arguments = Arguments::new(call.name, call.argv, 1);
    while let Some(option) = arguments.next()? {
        match option {
            "d" | "decompress" | "uncompress" => decode = true,
            "c" | "stdout" | "to-stdout" => to_stdout = true,
            "f" | "q" | "force" | "quiet" => {}
            _ => return Err(arguments.refused()),
        }
    }
    match arguments.operands.as_slice() {
        [path] if !to_stdout => return in_place(decode, path, call),
        [first, ..] if !to_stdout => {
            return Err(not_followed(&format!("{} in place of several files", call.name), first));
        }
        _ => {}
    }
    if !decode {
        return Ok(Effects::success(packed(call.input(&arguments.operands, 1)?, call.at)));
    }
    let mut out = Traced::new();
    for text in call.inputs(&arguments.operands, 1)? {
        match (gzip::decode(&text), text.first_unknown()) {
            (Ok(plain), _) => out.push(&plain),
            (Err(_), Some((_, why))) => return Err(call.unknown(why.clone())),
            (Err(_), None) => return Ok(Effects::failed(1)),
        }
    }
    Ok(Effects::success(out))
}

/// A text compressed as gzip does. The real program may write other bytes, but they decompress to the same.
fn packed(text: Traced, at: Span) -> Traced {
    let place = text.span().unwrap_or(at);
    let bytes = if text.has_unknown() {
        None
    } else {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.bytes()).and_then(|()| encoder.finish()).ok()
    };
    let outer = match bytes {
        Some(bytes) => Traced::made(bytes, place),
        None => Traced::unknown(place, Why::NotUnderstood("gzip's packing".into())),
    };
    Traced::encoded(outer, Layer::Gzip, text)
}

/// `gzip FILE` and `gunzip FILE.gz`
fn in_place(decode: bool, path: &Traced, call: &mut Invocation<'_>) -> Done<Effects> {
    let name = known(path)?;
    let Some(text) = call.read(path)? else { return Ok(Effects::failed(1)) };
    let mut outcome = Effects::success(Traced::new());
    if !decode {
        outcome.writes.push((format!("{name}.gz"), packed(text, call.at)));
    } else if let Some(base) = name.strip_suffix(".gz") {
        let plain = gzip::decode(&text).map_err(|_| not_followed("broken gzip", path))?;
        outcome.writes.push((base.to_owned(), plain));
    } else {
        return Ok(Effects::failed(1));
    }
    outcome.removed.push(name.to_owned());
    Ok(outcome)
}
