//! Functions on IPv4 networks. IPv6 is left unknown, because no kubelet setting depends on it here.

use std::net::Ipv4Addr;

use crate::text::{Span, Traced, Why};
use crate::value::Value;

use super::super::convert::to_number;
use super::super::outcome::{Computed, Early, refused};
use super::arguments::{known, unknown, whole_number};

/// Parses a network: its first address and the length of its prefix.
fn network(args: &[Value], at: Span) -> Result<(u32, u32), Early> {
    let text = known(args, 0, at)?;
    if text.contains(':') {
        return Err(unknown(&Why::NotUnderstood("an IPv6 network".into()), at));
    }
    let parsed = text.split_once('/').and_then(|(address, prefix)| {
        let address = ipv4(address)?;
        let prefix: u32 = prefix.parse().ok().filter(|p| *p <= 32)?;
        Some((u32::from(address) & mask(prefix), prefix))
    });
    parsed.ok_or_else(|| refused("not a network"))
}

/// An address whose parts may begin with zeros, as in old versions of Go.
fn ipv4(text: &str) -> Option<Ipv4Addr> {
    let part = |part: &str| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<u8>().ok()).flatten();
    let parts: Vec<u8> = text.split('.').map(part).collect::<Option<_>>()?;
    <[u8; 4]>::try_from(parts).ok().map(Ipv4Addr::from)
}

fn mask(prefix: u32) -> u32 {
    u32::MAX.checked_shl(32 - prefix).unwrap_or(0)
}

fn made(text: String, at: Span) -> Value {
    Value::str(Traced::made(text, at), at)
}

pub(super) fn cidrhost(args: &[Value], at: Span) -> Computed {
    let (base, prefix) = network(args, at)?;
    let number = to_number(&args[1])?;
    let size = f64::from(32 - prefix).exp2();
    let host = if number < 0.0 { size + number } else { number };
    if host < 0.0 || host >= size || number.fract() != 0.0 {
        return Err(refused("the network has no such host"));
    }
    Ok(made(Ipv4Addr::from(base + host as u32).to_string(), at))
}

pub(super) fn cidrnetmask(args: &[Value], at: Span) -> Computed {
    let (_, prefix) = network(args, at)?;
    Ok(made(Ipv4Addr::from(mask(prefix)).to_string(), at))
}

pub(super) fn cidrsubnet(args: &[Value], at: Span) -> Computed {
    let (base, prefix) = network(args, at)?;
    let (more, number) = (whole_number(&args[1])?, whole_number(&args[2])?);
    let length = f64::from(prefix) + more;
    if more < 0.0 || length > 32.0 || number.abs() >= more.exp2() {
        return Err(refused("the network has no such subnet"));
    }
    if number < 0.0 {
        return Ok(Value::unknown(Why::NotUnderstood("a subnet with a negative number".into()), at));
    }
    let shifted = (number as u64) << (32 - length as u32);
    Ok(made(format!("{}/{length}", Ipv4Addr::from((u64::from(base) + shifted) as u32)), at))
}

pub(super) fn cidrsubnets(args: &[Value], at: Span) -> Computed {
    let (base, prefix) = network(args, at)?;
    let end = u64::from(base) + (1_u64 << (32 - prefix));
    let mut next = u64::from(base);
    let mut out = Vec::new();
    for arg in &args[1..] {
        let length = f64::from(prefix) + whole_number(arg)?;
        if !(1.0..=32.0).contains(&length) || length < f64::from(prefix) {
            return Err(refused("a subnet does not fit"));
        }
        let size = 1_u64 << (32 - length as u32);
        next = next.div_ceil(size) * size;
        if next + size > end {
            return Err(refused("the subnets do not fit"));
        }
        out.push(made(format!("{}/{length}", Ipv4Addr::from(next as u32)), at));
        next += size;
    }
    Ok(Value::list(out, at))
}
