//! Functions on IPv4 networks. IPv6 is left unknown: nothing that a node boots with hangs on it here.

use std::net::Ipv4Addr;

use crate::text::{Span, Traced, Why};
use crate::value::Value;

use super::super::convert::to_number;
use super::super::outcome::{Outcome, Refused};
use super::arguments::{given, known};

/// A network: its first address and the length of its prefix. The outer error is a refusal, the inner one a hole.
fn network(args: &[Value], at: Span) -> Result<Result<(u32, u32), Value>, Refused> {
    let text = match known(args, 0, at)? {
        Ok(text) => text,
        Err(unknown) => return Ok(Err(unknown)),
    };
    if text.contains(':') {
        return Ok(Err(Value::unknown(Why::NotUnderstood("an IPv6 network".into()), at)));
    }
    let parsed = text.split_once('/').and_then(|(address, prefix)| {
        let address: Ipv4Addr = address.parse().ok()?;
        let prefix: u32 = prefix.parse().ok().filter(|p| *p <= 32)?;
        Some((u32::from(address) & mask(prefix), prefix))
    });
    parsed.map(Ok).ok_or_else(|| Refused::new("not a network"))
}

fn mask(prefix: u32) -> u32 {
    u32::MAX.checked_shl(32 - prefix).unwrap_or(0)
}

fn made(text: String, at: Span) -> Value {
    Value::str(Traced::made(text, at), at)
}

pub(super) fn cidrhost(args: &[Value], at: Span) -> Outcome {
    let (base, prefix) = given!(network(args, at));
    let number = to_number(&args[1])?;
    let size = f64::from(32 - prefix).exp2();
    let host = if number < 0.0 { size + number } else { number };
    if host < 0.0 || host >= size || number.fract() != 0.0 {
        return Err(Refused::new("the network has no such host"));
    }
    Ok(made(Ipv4Addr::from(base + host as u32).to_string(), at))
}

pub(super) fn cidrnetmask(args: &[Value], at: Span) -> Outcome {
    Ok(match network(args, at)? {
        Ok((_, prefix)) => made(Ipv4Addr::from(mask(prefix)).to_string(), at),
        Err(unknown) => unknown,
    })
}

pub(super) fn cidrsubnet(args: &[Value], at: Span) -> Outcome {
    let (base, prefix) = given!(network(args, at));
    let (more, number) = (to_number(&args[1])?, to_number(&args[2])?);
    let length = f64::from(prefix) + more;
    if more < 0.0 || length > 32.0 || number < 0.0 || number >= more.exp2() {
        return Err(Refused::new("the network has no such subnet"));
    }
    let shifted = (number as u64) << (32 - length as u32);
    Ok(made(format!("{}/{length}", Ipv4Addr::from((u64::from(base) + shifted) as u32)), at))
}

pub(super) fn cidrsubnets(args: &[Value], at: Span) -> Outcome {
    let (base, prefix) = given!(network(args, at));
    let end = u64::from(base) + (1_u64 << (32 - prefix));
    let mut next = u64::from(base);
    let mut out = Vec::new();
    for arg in &args[1..] {
        let length = f64::from(prefix) + to_number(arg)?;
        if !(1.0..=32.0).contains(&length) || length < f64::from(prefix) {
            return Err(Refused::new("a subnet does not fit"));
        }
        let size = 1_u64 << (32 - length as u32);
        next = next.div_ceil(size) * size;
        if next + size > end {
            return Err(Refused::new("the subnets do not fit"));
        }
        out.push(made(format!("{}/{length}", Ipv4Addr::from(next as u32)), at));
        next += size;
    }
    Ok(Value::list(out, at))
}
