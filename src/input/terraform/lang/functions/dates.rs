//! Functions on times: RFC 3339 and Go's durations.

use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::setting::parse_duration;
use crate::text::{Span, Traced};
use crate::value::Value;

use super::super::outcome::{Computed, Early, Refused, refused};
use super::arguments::{both_known, number};

/// The longest format that is accepted, in bytes.
const MAX_FORMAT: usize = 4096;

const MONTHS: &str = "January February March April May June July August September October November December";

const DAYS: &str = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday";

fn parsed(text: &str) -> Result<OffsetDateTime, Early> {
    // Terraform requires upper-case letters and a `T` in between.
    let strict = text.as_bytes().get(10) == Some(&b'T') && !text.ends_with('z');
    let time = OffsetDateTime::parse(text, &Rfc3339).ok().filter(|_| strict);
    time.ok_or_else(|| refused(format!("{text:?} is not a valid time")))
}

/// Formats like Go: no fraction of a second if it is zero.
fn written(time: OffsetDateTime) -> String {
    let (date, clock) = (time.date(), time.time());
    let fraction = match time.nanosecond() {
        0 => String::new(),
        n => format!(".{n:09}").trim_end_matches('0').to_owned(),
    };
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{fraction}{}",
        date.year(),
        u8::from(date.month()),
        date.day(),
        clock.hour(),
        clock.minute(),
        clock.second(),
        zone(time, ":", "Z")
    )
}

fn zone(time: OffsetDateTime, between: &str, utc: &str) -> String {
    let (hours, minutes, _) = time.offset().as_hms();
    if hours == 0 && minutes == 0 && !utc.is_empty() {
        return utc.to_owned();
    }
    let sign = if time.offset().is_negative() { '-' } else { '+' };
    format!("{sign}{:02}{between}{:02}", hours.unsigned_abs(), minutes.unsigned_abs())
}

pub(super) fn timeadd(args: &[Value], at: Span) -> Computed {
    let (time, duration) = both_known(args, at)?;
    let duration = parse_duration(duration.as_bytes()).map_err(Refused::new)?;
    let time = parsed(&time)?.checked_add(Duration::nanoseconds(duration));
    let time = time.ok_or_else(|| refused("a time out of range"))?;
    // The format that Terraform uses here has no fractions.
    let time = time.replace_nanosecond(0).unwrap_or(time);
    Ok(Value::str(Traced::made(written(time), at), at))
}

pub(super) fn timecmp(args: &[Value], at: Span) -> Computed {
    let (a, b) = both_known(args, at)?;
    Ok(number(f64::from(parsed(&a)?.cmp(&parsed(&b)?) as i8), at))
}

/// `formatdate`, with the verbs of zclconf/go-cty, `cty/function/stdlib/datetime.go`: runs of one letter; text is
/// quoted.
pub(super) fn formatdate(args: &[Value], at: Span) -> Computed {
    let (format, time) = both_known(args, at)?;
    let time = parsed(&time)?;
    if format.len() > MAX_FORMAT {
        return Err(refused("a format that is too long"));
    }
    let mut out = String::new();
    let mut rest = format.as_str();
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            let (text, after) = quoted(rest.get(1..).unwrap_or_default())?;
            out.push_str(&text);
            rest = after;
            continue;
        }
        let end = rest.find(|c| c != first).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        if first.is_ascii_alphabetic() {
            out.push_str(&verb(run, time)?);
        } else {
            out.push_str(run);
        }
        rest = after;
    }
    Ok(Value::str(Traced::made(out, at), at))
}

/// Text up to the closing quote; a doubled quote is a literal one.
fn quoted(text: &str) -> Result<(String, &str), Early> {
    let mut out = String::new();
    let mut rest = text;
    loop {
        let end = rest.find('\'').ok_or_else(|| refused("a quote that is not closed"))?;
        out.push_str(rest.get(..end).unwrap_or_default());
        rest = rest.get(end + 1..).unwrap_or_default();
        match rest.strip_prefix('\'') {
            Some(after) => {
                out.push('\'');
                rest = after;
            }
            None => return Ok((out, rest)),
        }
    }
}

fn verb(run: &str, time: OffsetDateTime) -> Result<String, Early> {
    let nth = |names: &'static str, n: u8| names.split(' ').nth(usize::from(n)).unwrap_or_default();
    let month = nth(MONTHS, u8::from(time.month()) - 1);
    let weekday = nth(DAYS, time.weekday().number_days_from_monday());
    let twelve = (time.hour() + 11) % 12 + 1;
    Ok(match run {
        "YY" => format!("{:02}", time.year().rem_euclid(100)),
        "YYYY" => format!("{:04}", time.year()),
        "M" => u8::from(time.month()).to_string(),
        "MM" => format!("{:02}", u8::from(time.month())),
        "MMM" => month.get(..3).unwrap_or_default().to_owned(),
        "MMMM" => month.to_owned(),
        "D" => time.day().to_string(),
        "DD" => format!("{:02}", time.day()),
        "EEE" => weekday.get(..3).unwrap_or_default().to_owned(),
        "EEEE" => weekday.to_owned(),
        "h" => time.hour().to_string(),
        "hh" => format!("{:02}", time.hour()),
        "H" => twelve.to_string(),
        "HH" => format!("{twelve:02}"),
        "AA" => if time.hour() >= 12 { "PM" } else { "AM" }.to_owned(),
        "aa" => if time.hour() >= 12 { "pm" } else { "am" }.to_owned(),
        "m" => time.minute().to_string(),
        "mm" => format!("{:02}", time.minute()),
        "s" => time.second().to_string(),
        "ss" => format!("{:02}", time.second()),
        "Z" => zone(time, ":", "Z"),
        "ZZZ" => zone(time, "", "UTC"),
        "ZZZZ" => zone(time, "", ""),
        "ZZZZZ" => zone(time, ":", ""),
        _ => return Err(refused(format!("no verb {run}"))),
    })
}
