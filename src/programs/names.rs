//! `basename`, `dirname` and `printenv`.

use crate::text::{Span, Traced, Why};

use super::program::{Done, Effects, FileLookup, Invocation, known, not_followed};

/// `printenv NAME`
pub(crate) fn printenv(call: &mut Invocation<'_>) -> Done<Effects> {
    let [name] = call.argv else {
        return Err(Box::new(Effects::unknown(Why::FromOutside("the output of printenv".into()), call.at)));
    };
    match (call.env)(known(name)?) {
        FileLookup::Content(mut value) => {
            value.push_made(b"\n", call.at);
            Ok(Effects::success(value))
        }
        FileLookup::Missing => Ok(Effects::failed(1)),
        FileLookup::Unknown(why) => Err(Box::new(Effects::unknown(why, call.at))),
    }
}

/// Runs one of the two on its one path.
pub(crate) fn run(call: &mut Invocation<'_>) -> Done<Effects> {
    let mut out = match (call.name, call.argv) {
        (_, [path, ..]) if path.bytes().starts_with(b"-") => return Err(not_followed("an option", path)),
        (_, [path]) | ("basename", [path, _]) if path.has_unknown() => return known(path).map(|_| Effects::failed(1)),
        ("basename", [path]) => base(path),
        ("basename", [path, suffix]) => {
            let base = base(path);
            let suffix = known(suffix).map_err(|_| not_followed("this suffix", suffix))?;
            let rest = base.len().saturating_sub(suffix.len());
            if rest > 0 && base.bytes().ends_with(suffix.as_bytes()) { base.slice(0..rest) } else { base }
        }
        ("dirname", [path]) => directory(path, call.at),
        (_, []) => return Ok(Effects::failed(1)),
        (_, [word, ..]) => return Err(not_followed("several paths", word)),
    };
    out.push_made(b"\n", call.at);
    Ok(Effects::success(out))
}

/// The length of a path without trailing slashes, at least one.
fn trimmed(bytes: &[u8]) -> usize {
    let end = bytes.iter().rposition(|b| *b != b'/').map_or(0, |p| p + 1);
    end.max(usize::from(!bytes.is_empty()))
}

fn base(path: &Traced) -> Traced {
    let end = trimmed(path.bytes());
    let bytes = path.bytes().get(..end).unwrap_or_default();
    if bytes == b"/" {
        return path.slice(0..1);
    }
    let start = bytes.iter().rposition(|b| *b == b'/').map_or(0, |p| p + 1);
    path.slice(start..end)
}

fn directory(path: &Traced, at: Span) -> Traced {
    let end = trimmed(path.bytes());
    let bytes = path.bytes().get(..end).unwrap_or_default();
    match bytes.iter().rposition(|b| *b == b'/') {
        None => Traced::made(".", at),
        Some(slash) => {
            let end = trimmed(bytes.get(..=slash).unwrap_or_default());
            path.slice(0..end)
        }
    }
}
