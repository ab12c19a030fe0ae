//! `cut`, `paste` and `tr`: parts of lines and single characters, with their places.

use crate::text::{Layer, Traced, UNKNOWN_MARK, Whence};

use super::arguments::Arguments;
use super::program::{Done, Effects, Invocation, known, lines, not_followed};

/// The most fields of a list of `cut`.
const MAX_FIELDS: usize = 100;

/// Runs one of the programs.
pub(crate) fn run(call: &mut Invocation<'_>) -> Done<Effects> {
    match call.name {
        "cut" => cut(call),
        "paste" => paste(call),
        _ => translate(call),
    }
}

fn cut(call: &mut Invocation<'_>) -> Done<Effects> {
    let (mut delimiter, mut list, mut characters, mut only) = ("\t".to_owned(), None, false, false);
    let mut arguments = Arguments::new(call.name, call.argv, 1);
    while let Some(option) = arguments.next()? {
        match option {
            "d" | "delimiter" => known(&arguments.value()?)?.clone_into(&mut delimiter),
            "f" | "fields" => list = Some(known(&arguments.value()?)?.to_owned()),
            "c" | "b" | "characters" => (list, characters) = (Some(known(&arguments.value()?)?.to_owned()), true),
            "s" | "only-delimited" => only = true,
            _ => return Err(arguments.refused()),
        }
    }
    let refused = || Box::new(Effects::failed(1));
    let ranges = list.as_deref().and_then(ranges).ok_or_else(refused)?;
    if delimiter.len() != 1 {
        return Err(refused());
    }
    let all = call.input(&arguments.operands, 1)?;
    let mut out = Traced::new();
    let wanted = |n: usize| ranges.iter().any(|(from, to)| (*from..=*to).contains(&n));
    for line in lines(&all) {
        if let Some((span, why)) = line.first_unknown() {
            return Err(Box::new(Effects::unknown(why.clone(), span)));
        }
        if characters {
            if !line.bytes().is_ascii() {
                return Err(not_followed("cut's -c beyond ASCII", &line));
            }
            for n in (0..line.len()).filter(|n| wanted(n + 1)) {
                out.push(&line.slice(n..n + 1));
            }
        } else {
            let fields = line.split(delimiter.as_bytes());
            if fields.len() == 1 {
                if only {
                    continue;
                }
                out.push(&line);
            } else {
                let kept = fields.iter().enumerate().filter(|(n, _)| wanted(n + 1)).map(|(_, field)| field);
                out.push(&Traced::join(kept, &Traced::made(delimiter.as_str(), call.at)));
            }
        }
        out.push_made(b"\n", call.at);
    }
    Ok(Effects::success(out))
}

fn paste(call: &mut Invocation<'_>) -> Done<Effects> {
    let (mut delimiter, mut serial) = ("\t".to_owned(), false);
    let mut arguments = Arguments::new(call.name, call.argv, 1);
    while let Some(option) = arguments.next()? {
        match option {
            "s" => serial = true,
            "d" => known(&arguments.value()?)?.clone_into(&mut delimiter),
            _ => return Err(arguments.refused()),
        }
    }
    if delimiter == "\\n" {
        "\n".clone_into(&mut delimiter);
    }
    if delimiter.len() != 1 || delimiter == "\\" {
        return Err(call.not_followed("this delimiter of paste"));
    }
    let mark = Traced::made(delimiter, call.at);
    let mut columns = Vec::new();
    for text in call.inputs(&arguments.operands, 1)? {
        if let Some((span, why)) = text.first_unknown() {
            return Err(Box::new(Effects::unknown(why.clone(), span)));
        }
        columns.push(lines(&text));
    }
    let rows: Vec<Vec<Traced>> = if serial {
        columns
    } else {
        let longest = columns.iter().map(Vec::len).max().unwrap_or(0);
        let row = |n: usize| columns.iter().map(|c| c.get(n).cloned().unwrap_or_default()).collect();
        (0..longest).map(row).collect()
    };
    let mut out = Traced::new();
    for row in rows {
        out.push(&Traced::join(&row, &mark));
        out.push_made(b"\n", call.at);
    }
    Ok(Effects::success(out))
}

/// A list such as `1,3-5,7-`.
fn ranges(list: &str) -> Option<Vec<(usize, usize)>> {
    let parts: Vec<_> = list.split(',').take(MAX_FIELDS + 1).collect();
    if parts.len() > MAX_FIELDS {
        return None;
    }
    let range = |part: &str| match part.split_once('-') {
        None => part.parse().ok().map(|n| (n, n)),
        Some(("", "")) => None,
        Some(("", to)) => Some((1, to.parse().ok()?)),
        Some((from, "")) => Some((from.parse().ok()?, usize::MAX)),
        Some((from, to)) => Some((from.parse().ok()?, to.parse().ok()?)),
    };
    parts.into_iter().map(range).map(|r| r.filter(|(from, to)| *from > 0 && from <= to)).collect()
}

fn translate(call: &mut Invocation<'_>) -> Done<Effects> {
    let (mut delete, mut squeeze, mut complement) = (false, false, false);
    let mut arguments = Arguments::new(call.name, call.argv, 1).with_operands_last();
    while let Some(option) = arguments.next()? {
        match option {
            "d" => delete = true,
            "s" => squeeze = true,
            "c" | "C" => complement = true,
            _ => return Err(arguments.refused()),
        }
    }
    let read = |word: &&Traced| set(known(word)?).ok_or_else(|| not_followed("this set of tr", word));
    let sets = arguments.operands.iter().map(read).collect::<Done<Vec<_>>>()?;
    let map = match (sets.as_slice(), delete, squeeze) {
        ([_], true, false) | ([_], false, true) => None,
        ([_, to], false, false) if !complement && !to.is_empty() => Some(to),
        _ => return Err(call.not_followed("this form of tr")),
    };
    let Some(from) = sets.first() else { return Ok(Effects::failed(1)) };
    let text = call.stdin.ok_or_else(|| Box::new(Effects::standard_input_unknown(call.argv)))?;
    let translation = Translation { from, map, delete, squeeze, complement };
    // Base64 without its line ends is the same base64.
    let joins = delete && !complement && from.iter().all(u8::is_ascii_whitespace);
    let mut out = Traced::new();
    let mut done = 0;
    for part in text.encoded_parts().iter().filter(|part| joins && part.layer == Layer::Base64) {
        out.push(&translation.of(&text.slice(done..part.range.start)));
        let letters = translation.of(&text.slice(part.range.clone()));
        out.push(&Traced::encoded(letters, part.layer, part.original.clone()));
        done = part.range.end;
    }
    out.push(&translation.of(&text.slice(done..text.len())));
    Ok(Effects::success(out))
}

/// What `tr` does with single bytes.
struct Translation<'a> {
    from: &'a [u8],
    map: Option<&'a Vec<u8>>,
    delete: bool,
    squeeze: bool,
    complement: bool,
}

impl Translation<'_> {
    fn of(&self, text: &Traced) -> Traced {
        let mut out = Traced::new();
        let mut last = None;
        for (range, piece) in text.ranges() {
            if matches!(piece.whence, Whence::Unknown(..)) {
                debug_assert!(UNKNOWN_MARK.len() == 3, "the mark is one character");
                out.push(&text.slice(range));
                last = None;
                continue;
            }
            for n in range {
                let Some(&byte) = text.bytes().get(n) else { break };
                let place = self.from.iter().rposition(|b| *b == byte).filter(|_| byte.is_ascii());
                let hit = place.is_some() != self.complement;
                if self.delete && hit || self.squeeze && hit && last == Some(byte) {
                    continue;
                }
                last = Some(byte);
                let one = text.slice(n..n + 1);
                match (self.map, place, one.span()) {
                    (Some(to), Some(place), Some(span)) => {
                        let new = to.get(place).or(to.last()).copied().unwrap_or(byte);
                        if new == byte { out.push(&one) } else { out.push_made(&[new], span) }
                    }
                    _ => out.push(&one),
                }
            }
        }
        out
    }
}

/// The bytes of a set of `tr`; `None` for an unsupported one.
fn set(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    if !text.is_ascii() {
        return None;
    }
    loop {
        if rest.starts_with(b"[:") {
            let end = rest.windows(2).position(|w| w == b":]")?;
            let class: fn(&u8) -> bool = match rest.get(2..end)? {
                b"space" => |b| b.is_ascii_whitespace() || *b == 0x0b,
                b"lower" => u8::is_ascii_lowercase,
                b"upper" => u8::is_ascii_uppercase,
                b"digit" => u8::is_ascii_digit,
                b"alpha" => u8::is_ascii_alphabetic,
                b"alnum" => u8::is_ascii_alphanumeric,
                b"punct" => u8::is_ascii_punctuation,
                b"blank" => |b| matches!(b, b' ' | b'\t'),
                _ => return None,
            };
            out.extend((0..128_u8).filter(class));
            rest = rest.get(end + 2..)?;
            continue;
        }
        if rest.starts_with(b"[=") || rest.starts_with(b"[") && rest.contains(&b'*') {
            return None;
        }
        let (byte, after) = one(rest)?;
        let Some(byte) = byte else { return Some(out) };
        if after.first() == Some(&b'-') && after.len() > 1 {
            let (to, after) = one(after.get(1..)?)?;
            out.extend(byte..=to?);
            rest = after;
        } else {
            out.push(byte);
            rest = after;
        }
    }
}

/// The first byte that a set names, and the rest of the set.
fn one(rest: &[u8]) -> Option<(Option<u8>, &[u8])> {
    Some(match rest {
        [] => (None, rest),
        [b'\\', c, after @ ..] => {
            let byte = match c {
                b'n' => b'\n',
                b't' => b'\t',
                b'r' => b'\r',
                b'\\' => b'\\',
                c if c.is_ascii_alphanumeric() => return None,
                c => *c,
            };
            (Some(byte), after)
        }
        [b'\\'] => return None,
        [byte, after @ ..] => (Some(*byte), after),
    })
}
