//! Go's durations: `time.ParseDuration` and `Duration.String`, exactly.
//!
//! Everything that reads a duration for the kubelet (its flags, its configuration types, containerd, CRI-O) calls these two.
//! What they accept decides whether a node starts; what they print is what `/configz` shows. The rules follow Go's
//! `src/time/format.go` and `src/time/time.go`.

/// One microsecond in nanoseconds.
pub(crate) const MICROSECOND: i64 = 1_000;
/// One millisecond in nanoseconds.
pub(crate) const MILLISECOND: i64 = 1_000 * MICROSECOND;
/// One second in nanoseconds.
pub(crate) const SECOND: i64 = 1_000 * MILLISECOND;
/// One minute in nanoseconds.
pub(crate) const MINUTE: i64 = 60 * SECOND;
/// One hour in nanoseconds.
pub(crate) const HOUR: i64 = 60 * MINUTE;

/// The magnitude of the smallest duration: a sum may reach it, but only with a minus sign is it valid.
const LIMIT: u64 = 1 << 63;

/// Reads a duration as Go's `time.ParseDuration` does, in nanoseconds.
///
/// # Errors
/// Go's own error, such as `time: missing unit in duration "14400"`.
pub(crate) fn parse_duration(text: &[u8]) -> Result<i64, String> {
    let invalid = || format!("time: invalid duration {}", quote(text));
    let (negative, mut rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    // The one number that needs no unit.
    if rest == b"0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut sum: u64 = 0;
    while let Some(first) = rest.first() {
        if !(*first == b'.' || first.is_ascii_digit()) {
            return Err(invalid());
        }
        let (mut whole, after) = leading_int(rest).ok_or_else(invalid)?;
        let has_whole = after.len() != rest.len();
        rest = after;
        let (mut fraction, mut scale, mut has_fraction) = (0, 1.0, false);
        if let [b'.', after @ ..] = rest {
            let (value, divisor, end) = leading_fraction(after);
            (fraction, scale, has_fraction) = (value, divisor, end.len() != after.len());
            rest = end;
        }
        if !has_whole && !has_fraction {
            return Err(invalid());
        }
        let end = rest.iter().position(|b| *b == b'.' || b.is_ascii_digit()).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        rest = after;
        if name.is_empty() {
            return Err(format!("time: missing unit in duration {}", quote(text)));
        }
        let Some(unit) = unit(name) else {
            return Err(format!("time: unknown unit {} in duration {}", quote(name), quote(text)));
        };
        if whole > LIMIT / unit {
            return Err(invalid());
        }
        whole *= unit;
        if fraction > 0 {
            // Go computes this part in floating point and truncates, which makes `0.9ns` a zero.
            #[allow(clippy::cast_precision_loss, clippy::cast_sign_loss)]
            let part = (fraction as f64 * (unit as f64 / scale)) as u64;
            whole = whole.wrapping_add(part);
            if whole > LIMIT {
                return Err(invalid());
            }
        }
        // Two terms of exactly 2^63 wrap around to zero, as in Go.
        sum = sum.wrapping_add(whole);
        if sum > LIMIT {
            return Err(invalid());
        }
    }
    if negative {
        return Ok(0_i64.wrapping_sub_unsigned(sum));
    }
    i64::try_from(sum).map_err(|_| invalid())
}

fn unit(name: &[u8]) -> Option<u64> {
    let unit = match name {
        b"ns" => 1,
        // A microsecond has three spellings: with `u`, with the micro sign and with the Greek letter.
        b"us" | b"\xC2\xB5s" | b"\xCE\xBCs" => MICROSECOND,
        b"ms" => MILLISECOND,
        b"s" => SECOND,
        b"m" => MINUTE,
        b"h" => HOUR,
        _ => return None,
    };
    Some(unit.unsigned_abs())
}

/// The digits at the start as a number, and the rest. `None` if it is above 2^63.
fn leading_int(text: &[u8]) -> Option<(u64, &[u8])> {
    let end = text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let mut value: u64 = 0;
    for digit in digits {
        if value > LIMIT / 10 {
            return None;
        }
        value = value * 10 + u64::from(digit - b'0');
        if value > LIMIT {
            return None;
        }
    }
    Some((value, rest))
}

/// The digits after a point as a number and the power of ten that divides it, and the rest. Excess digits are skipped.
fn leading_fraction(text: &[u8]) -> (u64, f64, &[u8]) {
    let end = text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let (mut value, mut scale) = (0_u64, 1.0);
    for digit in digits {
        if value > (LIMIT - 1) / 10 {
            break;
        }
        let next = value * 10 + u64::from(digit - b'0');
        if next > LIMIT {
            break;
        }
        value = next;
        scale *= 10.0;
    }
    (value, scale, rest)
}

/// The text in quotes as the `time` package prints it: anything that is not printable ASCII as bytes.
fn quote(text: &[u8]) -> String {
    let mut out = String::from("\"");
    for byte in text {
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(*byte));
            }
            0x20..=0x7F => out.push(char::from(*byte)),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push('"');
    out
}

/// A duration in nanoseconds as Go's `Duration.String` prints it, such as `1h30m0s`, `1.5s`, `100ms` or `0s`.
pub(crate) fn render_duration(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let size = nanoseconds.unsigned_abs();
    let unsigned = |n: i64| n.unsigned_abs();
    if size == 0 {
        return "0s".to_owned();
    }
    if size < unsigned(SECOND) {
        let (unit, name) = if size < unsigned(MICROSECOND) {
            (1, "ns")
        } else if size < unsigned(MILLISECOND) {
            (unsigned(MICROSECOND), "µs")
        } else {
            (unsigned(MILLISECOND), "ms")
        };
        return format!("{sign}{}{name}", decimal(size / unit, size % unit, unit));
    }
    let seconds = decimal(size / unsigned(SECOND) % 60, size % unsigned(SECOND), unsigned(SECOND));
    let minutes = size / unsigned(MINUTE);
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{sign}{seconds}s"),
        (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
        (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
    }
}

/// `whole` and `part` of `unit` (a power of ten) as a decimal number without trailing zeros.
fn decimal(whole: u64, part: u64, unit: u64) -> String {
    if part == 0 {
        return whole.to_string();
    }
    let digits = unit.ilog10() as usize;
    let fraction = format!("{part:0digits$}");
    format!("{whole}.{}", fraction.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_like_go() {
        let cases: &[(&str, i64)] = &[
            ("0", 0),
            ("+0", 0),
            ("-0", 0),
            ("0s", 0),
            ("0h0m0s", 0),
            (".0s", 0),
            ("0.s", 0),
            ("0.9ns", 0),
            ("0.0000000001s", 0),
            ("0.000000001s", 1),
            ("5s", 5 * SECOND),
            ("-5.6s", -5_600 * MILLISECOND),
            (".5s", 500 * MILLISECOND),
            ("1.004s", 1_004 * MILLISECOND),
            ("100.00100s", 100_001 * MILLISECOND),
            ("10.5s4m", 4 * MINUTE + 10_500 * MILLISECOND),
            ("-2m3.4s", -(2 * MINUTE + 3_400 * MILLISECOND)),
            ("12µs", 12 * MICROSECOND),
            ("12μs", 12 * MICROSECOND),
            ("39h9m14.425s", 39 * HOUR + 9 * MINUTE + 14_425 * MILLISECOND),
            ("52763797000ns", 52_763_797_000),
            ("0.3333333333333333333h", 20 * MINUTE),
            ("9007199254740993ns", (1 << 53) + 1),
            ("9223372036854775807ns", i64::MAX),
            ("9223372036854775.807us", i64::MAX),
            ("9223372036s854ms775us807ns", i64::MAX),
            ("-9223372036854775808ns", i64::MIN),
            ("-9223372036854775.808us", i64::MIN),
            ("-2562047h47m16.854775808s", i64::MIN),
            ("0.100000000000000000000h", 6 * MINUTE),
            ("0.830103483285477580700h", 49 * MINUTE + 48_372_539_827),
        ];
        for (text, want) in cases {
            assert_eq!(parse_duration(text.as_bytes()), Ok(*want), "{text}");
        }
    }

    #[test]
    fn refuses_like_go_with_its_message() {
        let cases: &[(&str, &str)] = &[
            ("", r#"invalid duration """#),
            ("3", r#"missing unit in duration "3""#),
            ("00", r#"missing unit in duration "00""#),
            ("1h0", r#"missing unit in duration "1h0""#),
            ("-", r#"invalid duration "-""#),
            ("s", r#"invalid duration "s""#),
            (".", r#"invalid duration ".""#),
            (".s", r#"invalid duration ".s""#),
            ("+-0s", r#"invalid duration "+-0s""#),
            ("1d", r#"unknown unit "d" in duration "1d""#),
            ("4 h", r#"unknown unit " h" in duration "4 h""#),
            ("'0'", r#"invalid duration "'0'""#),
            ("\"0\"", r#"invalid duration "\"0\"""#),
            ("0s\n", r#"unknown unit "s\x0a" in duration "0s\x0a""#),
            ("\u{FF14}h", r#"invalid duration "\xef\xbc\x94h""#),
            ("9223372036854775808ns", r#"invalid duration "9223372036854775808ns""#),
            ("9223372036854775810ns", r#"invalid duration "9223372036854775810ns""#),
            ("-9223372036854775809ns", r#"invalid duration "-9223372036854775809ns""#),
            ("3000000h", r#"invalid duration "3000000h""#),
            ("9223372036854ms775us808ns", r#"invalid duration "9223372036854ms775us808ns""#),
        ];
        for (text, want) in cases {
            assert_eq!(parse_duration(text.as_bytes()), Err(format!("time: {want}")), "{text}");
        }
        assert_eq!(parse_duration(b"1\xFFs"), Err(r#"time: unknown unit "\xffs" in duration "1\xffs""#.to_owned()));
    }

    #[test]
    fn prints_like_go() {
        let cases: &[(i64, &str)] = &[
            (0, "0s"),
            (1, "1ns"),
            (1_100, "1.1µs"),
            (2_200 * MICROSECOND, "2.2ms"),
            (100 * MILLISECOND, "100ms"),
            (3_300 * MILLISECOND, "3.3s"),
            (4 * MINUTE + 5 * SECOND, "4m5s"),
            (4 * MINUTE + 5_001 * MILLISECOND, "4m5.001s"),
            (5 * HOUR + 6 * MINUTE + 7_001 * MILLISECOND, "5h6m7.001s"),
            (8 * MINUTE + 1, "8m0.000000001s"),
            (4 * HOUR, "4h0m0s"),
            (-SECOND, "-1s"),
            (i64::MAX, "2562047h47m16.854775807s"),
            (i64::MIN, "-2562047h47m16.854775808s"),
        ];
        for (value, want) in cases {
            assert_eq!(render_duration(*value), *want);
        }
    }

    proptest! {
        #[test]
        fn printed_durations_read_back(value: i64) {
            prop_assert_eq!(parse_duration(render_duration(value).as_bytes()), Ok(value));
        }

        #[test]
        fn any_bytes_are_read_without_panic(text in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = parse_duration(&text);
        }

        #[test]
        fn durations_read_the_same_after_printing(text in "[+-]?([0-9.]{0,22}(ns|us|µs|ms|s|m|h|d)?){0,4}") {
            if let Ok(value) = parse_duration(text.as_bytes()) {
                prop_assert_eq!(parse_duration(render_duration(value).as_bytes()), Ok(value));
            }
        }
    }
}
