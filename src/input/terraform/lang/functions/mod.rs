//! Terraform's functions, by name. A call of a function that is not listed is an unknown value that names it.

#![allow(clippy::unnecessary_wraps, reason = "all functions have the one signature of the table")]

pub(super) mod arguments;
pub(super) mod collections;
mod dates;
pub(in crate::input::terraform) mod decoding;
mod defaults;
pub(in crate::input::terraform) mod encoding;
pub(in crate::input::terraform) mod files;
mod format;
mod hashes;
mod network;
mod numbers;
mod sets;
mod strings;
mod tables;

use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use crate::syntax::hcl::{Call, Expr, ExprKind};
use crate::text::{Span, Why};
use crate::value::{Guard, Kind, Value};

use super::data::Data;
use super::env::Env;
use super::evaluate::Evaluate;
use super::outcome::{Computed, Early, Outcome, Refused, either};
use arguments::{not_unknown, spend};
use defaults::or_default;

/// How a function is run.
#[derive(Clone, Copy)]
enum Signature {
    /// Runs on each alternative of the arguments. An unknown argument makes the result unknown.
    Pure(fn(&[Value], Span) -> Computed),
    /// Like `Pure`, and also on each alternative of items inside lists and maps.
    Deep(fn(&[Value], Span) -> Computed),
    /// Like `Pure`, but also runs on unknown arguments.
    TakesUnknown(fn(&[Value], Span) -> Computed),
    /// Like `Deep`, but also runs on unknown arguments.
    DeepTakesUnknown(fn(&[Value], Span) -> Computed),
    /// Runs on each alternative of the arguments, with access to the data.
    WithData(fn(&mut dyn Data, &[Value], Span, &Env) -> Computed),
    /// Runs on arguments with alternatives.
    Raw(fn(&mut dyn Data, &[Value], Span, &Env) -> Computed),
    /// Runs on expressions.
    Lazy(fn(&mut dyn Data, &Call, Span, &Env) -> Outcome),
}

use Signature::{Deep, DeepTakesUnknown, Lazy, Pure, Raw, TakesUnknown, WithData};

/// Any number of arguments.
const MANY: usize = usize::MAX;

/// Name, minimum and maximum number of arguments, and signature. Sorted by name.
const FUNCTIONS: &[(&str, usize, usize, Signature)] = &[
    ("abs", 1, 1, Pure(|args, at| numbers::of(args, at, f64::abs))),
    ("alltrue", 1, 1, Deep(|args, at| collections::truths(args, at, false))),
    ("anytrue", 1, 1, Deep(|args, at| collections::truths(args, at, true))),
    ("base64decode", 1, 1, Pure(encoding::base64decode)),
    ("base64encode", 1, 1, TakesUnknown(encoding::base64encode)),
    ("base64gzip", 1, 1, TakesUnknown(encoding::base64gzip)),
    ("base64sha256", 1, 1, Pure(|args, at| hashes::of(args, at, hashes::base64::<Sha256>))),
    ("base64sha512", 1, 1, Pure(|args, at| hashes::of(args, at, hashes::base64::<Sha512>))),
    ("basename", 1, 1, Pure(strings::basename)),
    ("can", 1, 1, Lazy(can)),
    ("ceil", 1, 1, Pure(|args, at| numbers::of(args, at, f64::ceil))),
    ("chomp", 1, 1, Pure(|args, at| strings::cut(args, at, false, |c| matches!(c, '\n' | '\r')))),
    ("chunklist", 2, 2, Pure(collections::chunklist)),
    ("cidrhost", 2, 2, Pure(network::cidrhost)),
    ("cidrnetmask", 1, 1, Pure(network::cidrnetmask)),
    ("cidrsubnet", 3, 3, Pure(network::cidrsubnet)),
    ("cidrsubnets", 1, MANY, Pure(network::cidrsubnets)),
    ("coalesce", 1, MANY, TakesUnknown(collections::coalesce)),
    ("coalescelist", 1, MANY, TakesUnknown(collections::coalescelist)),
    ("compact", 1, 1, DeepTakesUnknown(collections::compact)),
    ("concat", 1, MANY, TakesUnknown(collections::concat)),
    ("contains", 2, 2, DeepTakesUnknown(collections::contains)),
    ("csvdecode", 1, 1, Pure(tables::csvdecode)),
    ("dirname", 1, 1, Pure(strings::dirname)),
    ("distinct", 1, 1, Deep(collections::distinct)),
    ("element", 2, 2, Pure(collections::element)),
    ("endswith", 2, 2, Pure(strings::endswith)),
    ("ephemeralasnull", 1, 1, TakesUnknown(|args, _| Ok(args[0].clone()))),
    ("file", 1, 1, WithData(files::file)),
    ("filebase64", 1, 1, WithData(files::filebase64)),
    ("filebase64sha256", 1, 1, WithData(|data, args, at, _| hashes::of_file(data, args, at, hashes::base64::<Sha256>))),
    ("filebase64sha512", 1, 1, WithData(|data, args, at, _| hashes::of_file(data, args, at, hashes::base64::<Sha512>))),
    ("fileexists", 1, 1, WithData(files::fileexists)),
    ("filemd5", 1, 1, WithData(|data, args, at, _| hashes::of_file(data, args, at, hashes::hex::<Md5>))),
    ("fileset", 2, 2, WithData(files::fileset)),
    ("filesha1", 1, 1, WithData(|data, args, at, _| hashes::of_file(data, args, at, hashes::hex::<Sha1>))),
    ("filesha256", 1, 1, WithData(|data, args, at, _| hashes::of_file(data, args, at, hashes::hex::<Sha256>))),
    ("filesha512", 1, 1, WithData(|data, args, at, _| hashes::of_file(data, args, at, hashes::hex::<Sha512>))),
    ("flatten", 1, 1, DeepTakesUnknown(collections::flatten)),
    ("floor", 1, 1, Pure(|args, at| numbers::of(args, at, f64::floor))),
    ("format", 1, MANY, Raw(format::format)),
    ("formatdate", 2, 2, Pure(dates::formatdate)),
    ("formatlist", 1, MANY, WithData(format::formatlist)),
    ("indent", 2, 2, Pure(strings::indent)),
    ("index", 2, 2, DeepTakesUnknown(collections::index)),
    ("join", 2, MANY, WithData(format::join)),
    ("jsondecode", 1, 1, WithData(decoding::jsondecode)),
    ("jsonencode", 1, 1, DeepTakesUnknown(encoding::jsonencode)),
    ("keys", 1, 1, Pure(|args, at| collections::of_entries(args, at, |(key, _)| key))),
    ("length", 1, 1, Pure(collections::length)),
    // Before Terraform 0.15.
    ("list", 0, MANY, TakesUnknown(|args, at| Ok(Value::list(args.to_vec(), at)))),
    ("log", 2, 2, Pure(|args, at| numbers::of_two(args, at, |n, base| n.ln() / base.ln()))),
    ("lookup", 2, 3, TakesUnknown(collections::lookup)),
    ("lower", 1, 1, Pure(|args, at| strings::each(args, at, |c| strings::one(c, c.to_lowercase())))),
    // Before Terraform 0.15.
    ("map", 0, MANY, TakesUnknown(collections::map)),
    ("matchkeys", 3, 3, Deep(collections::matchkeys)),
    ("max", 1, MANY, Pure(|args, at| numbers::among(args, at, f64::max))),
    ("md5", 1, 1, Pure(|args, at| hashes::of(args, at, hashes::hex::<Md5>))),
    ("merge", 0, MANY, WithData(collections::merge)),
    ("min", 1, MANY, Pure(|args, at| numbers::among(args, at, f64::min))),
    ("nonsensitive", 1, 1, TakesUnknown(|args, _| Ok(args[0].clone()))),
    ("one", 1, 1, Pure(collections::one)),
    ("parseint", 2, 2, Pure(numbers::parseint)),
    ("pathexpand", 1, 1, Pure(strings::pathexpand)),
    ("pow", 2, 2, Pure(|args, at| numbers::of_two(args, at, f64::powf))),
    ("range", 1, 3, Pure(numbers::range)),
    ("regex", 2, 2, Pure(strings::regex)),
    ("regexall", 2, 2, Pure(strings::regexall)),
    ("replace", 3, 3, Pure(strings::replace)),
    ("reverse", 1, 1, Pure(collections::reverse)),
    ("sensitive", 1, 1, TakesUnknown(|args, _| Ok(args[0].clone()))),
    ("setintersection", 1, MANY, Deep(sets::intersection)),
    ("setproduct", 1, MANY, Pure(sets::product)),
    ("setsubtract", 2, 2, Deep(sets::subtract)),
    ("setunion", 1, MANY, Deep(sets::union)),
    ("sha1", 1, 1, Pure(|args, at| hashes::of(args, at, hashes::hex::<Sha1>))),
    ("sha256", 1, 1, Pure(|args, at| hashes::of(args, at, hashes::hex::<Sha256>))),
    ("sha512", 1, 1, Pure(|args, at| hashes::of(args, at, hashes::hex::<Sha512>))),
    ("signum", 1, 1, Pure(numbers::signum)),
    ("slice", 3, 3, Pure(collections::slice)),
    ("sort", 1, 1, Deep(collections::sort)),
    ("split", 2, 2, Pure(strings::split)),
    ("startswith", 2, 2, Pure(strings::startswith)),
    ("strcontains", 2, 2, Pure(strings::strcontains)),
    ("strrev", 1, 1, Pure(strings::strrev)),
    ("substr", 3, 3, Pure(strings::substr)),
    ("sum", 1, 1, Deep(numbers::sum)),
    ("templatefile", 2, 2, WithData(files::templatefile)),
    ("templatestring", 2, 2, WithData(files::templatestring)),
    ("textdecodebase64", 2, 2, Pure(tables::textdecodebase64)),
    ("textencodebase64", 2, 2, Pure(tables::textencodebase64)),
    ("timeadd", 2, 2, Pure(dates::timeadd)),
    ("timecmp", 2, 2, Pure(dates::timecmp)),
    ("title", 1, 1, Pure(strings::title)),
    ("tobool", 1, 1, Pure(collections::tobool)),
    ("tolist", 1, 1, Pure(collections::tolist)),
    ("tomap", 1, 1, Pure(collections::tomap)),
    ("tonumber", 1, 1, Pure(collections::tonumber)),
    ("toset", 1, 1, DeepTakesUnknown(collections::toset)),
    ("tostring", 1, 1, Pure(collections::tostring)),
    ("transpose", 1, 1, Deep(collections::transpose)),
    ("trim", 2, 2, Pure(strings::trim)),
    ("trimprefix", 2, 2, Pure(strings::trimprefix)),
    ("trimspace", 1, 1, Pure(|args, at| strings::cut(args, at, true, char::is_whitespace))),
    ("trimsuffix", 2, 2, Pure(strings::trimsuffix)),
    ("try", 1, MANY, Lazy(try_each)),
    ("upper", 1, 1, Pure(|args, at| strings::each(args, at, |c| strings::one(c, c.to_uppercase())))),
    ("urlencode", 1, 1, Pure(encoding::urlencode)),
    ("uuidv5", 2, 2, Pure(hashes::uuidv5)),
    ("values", 1, 1, Pure(|args, at| collections::of_entries(args, at, |(_, value)| value))),
    ("yamldecode", 1, 1, WithData(decoding::yamldecode)),
    ("yamlencode", 1, 1, DeepTakesUnknown(encoding::yamlencode)),
    ("zipmap", 2, 2, Deep(collections::zipmap)),
];

impl dyn Data + '_ {
    /// The value of a function call.
    pub(super) fn call(&mut self, call: &Call, at: Span, env: &Env) -> Outcome {
        let name = call.name.strip_prefix("core::").unwrap_or(&call.name);
        // Terramate's names for the functions of Terraform.
        let name = name.strip_prefix("tm_").unwrap_or(name);
        let Ok(index) = FUNCTIONS.binary_search_by(|(n, ..)| (*n).cmp(name)) else {
            if let Some(outcome) = self.other_function(name, call, at, env) {
                return outcome;
            }
            // The results of random functions, clocks and providers are known only when Terraform runs.
            let outside =
                matches!(name, "bcrypt" | "plantimestamp" | "timestamp" | "uuid") || name.starts_with("provider::");
            return Ok(if outside {
                Value::unknown(Why::FromOutside(format!("{name}()").into()), at)
            } else {
                Value::unknown(Why::NotUnderstood(format!("the function {name}").into()), at)
            });
        };
        let (_, least, most, run) = FUNCTIONS[index];
        if let Lazy(run) = run {
            return run(self, call, at, env);
        }
        let args = call.args.iter().map(|e| self.eval(e, env)).collect::<Result<Vec<_>, _>>()?;
        if !call.expand {
            return self.run(run, (least, most), &args, at, env);
        }
        let Some((last, first)) = args.split_last() else { return Err(Refused::new("nothing to spread out")) };
        self.lift(std::slice::from_ref(last), at, &mut |data, last| {
            let mut all = first.to_vec();
            match &last[0].kind {
                Kind::List(_) => all.extend(last[0].items()),
                Kind::Unknown(why) => return Ok(Value::unknown(why.clone(), at)),
                _ => return Err(Refused::new("only a list can be spread out")),
            }
            data.run(run, (least, most), &all, at, env)
        })
    }

    fn run(&mut self, run: Signature, (least, most): (usize, usize), args: &[Value], at: Span, env: &Env) -> Outcome {
        if args.len() < least || args.len() > most {
            return Err(Refused::new("the wrong number of arguments"));
        }
        if let Err(early) = spend(self, args.iter().map(size).sum(), at) {
            return early.outcome();
        }
        let plain = |f: fn(&[Value], Span) -> Computed, args: &[Value]| {
            args.iter().try_for_each(|arg| not_unknown(arg, at)).and_then(|()| f(args, at)).or_else(Early::outcome)
        };
        let value = match run {
            Raw(f) => f(self, args, at, env).or_else(Early::outcome)?,
            WithData(f) => self.lift(args, at, &mut |data, args| f(data, args, at, env).or_else(Early::outcome))?,
            TakesUnknown(f) => self.lift(args, at, &mut |_, args| f(args, at).or_else(Early::outcome))?,
            Pure(f) => self.lift(args, at, &mut |_, args| plain(f, args))?,
            Deep(f) => self.lift_deep(args, at, &mut |args| plain(f, args))?,
            DeepTakesUnknown(f) => self.lift_deep(args, at, &mut |args| f(args, at).or_else(Early::outcome))?,
            Lazy(_) => return Err(Refused::new("internal error: a lazy function")),
        };
        Ok(self.bounded(value))
    }

    fn lift_deep(&mut self, args: &[Value], at: Span, f: &mut dyn FnMut(&[Value]) -> Outcome) -> Outcome {
        let list = Value::list(args.to_vec(), at);
        let ways = self.hoist(&list);
        // Where the budget is spent, a list has no items.
        let mut of = |way: &Value| match way.items() {
            items if items.len() == args.len() => f(&items),
            _ => Ok(Value::unknown(Why::limit("steps of evaluation"), at)),
        };
        if let [(always, only)] = &ways[..]
            && always.is_always()
        {
            return of(only);
        }
        let outcomes: Vec<(Guard, Outcome)> = ways.into_iter().map(|(when, v)| (when, of(&v))).collect();
        either(outcomes, at)
    }
}

/// The cost of handling a value.
fn size(value: &Value) -> usize {
    match &value.kind {
        Kind::Str(text) => text.len(),
        Kind::List(items) => items.len() * 64,
        Kind::Map(map) => map.entries.len() * 64,
        _ => 1,
    }
}

/// `try`: the first argument that is not an error.
fn try_each(data: &mut dyn Data, call: &Call, at: Span, env: &Env) -> Outcome {
    first_of(data, &call.args, at, env)
}

fn first_of(data: &mut dyn Data, args: &[Expr], at: Span, env: &Env) -> Outcome {
    let mut open: Vec<(Guard, Outcome)> = Vec::new();
    let mut guard = vec![Guard::always()];
    let mut last = Refused::new("no argument");
    for (n, arg) in args.iter().enumerate() {
        match data.eval_where(false, arg, env) {
            Err(refused) => last = refused,
            Ok(value) => {
                // If only some alternatives are errors, the next argument is tried for these.
                let ways = value.alternatives();
                let refused = |v: &Value| matches!(v.kind, Kind::Unknown(Why::Invalid(_)));
                if open.is_empty() && !ways.iter().any(|(_, v)| refused(v)) {
                    let others = args.get(n + 1..).filter(|others| !others.is_empty() && value.is_unknown());
                    if let Some(others) = others
                        && of_unknown(data, arg, env)
                        && let Ok(default) = first_of(data, others, at, env)
                    {
                        return Ok(or_default(value, default, at));
                    }
                    return Ok(value);
                }
                let mut left = Vec::new();
                for before in &guard {
                    for (when, value) in &ways {
                        let Some(when) = before.and(when) else { continue };
                        if refused(value) {
                            left.push(when);
                        } else {
                            open.push((when, Ok(value.clone())));
                        }
                    }
                }
                guard = left;
                if guard.is_empty() || open.len() > crate::value::MAX_ALTERNATIVES {
                    return either(open, at);
                }
            }
        }
    }
    if open.is_empty() {
        return Err(last);
    }
    open.extend(guard.into_iter().map(|when| (when, Err(last.clone()))));
    either(open, at)
}

/// True for an attribute or item of something unknown, which may lack it.
fn of_unknown(data: &mut dyn Data, expr: &Expr, env: &Env) -> bool {
    let ExprKind::Traversal(root, steps) = &expr.kind else { return false };
    let (ExprKind::Variable(_), Some((_, before))) = (&root.kind, steps.split_last()) else { return false };
    let whole = Expr { kind: ExprKind::Traversal(root.clone(), before.to_vec()), span: expr.span };
    let whole = if before.is_empty() { root } else { &whole };
    data.eval(whole, env).is_ok_and(|value| match &value.kind {
        Kind::Unknown(why) => matches!(why, Why::NoDefault(_) | Why::FromOutside(_)),
        Kind::Map(map) => matches!(&map.open, Some(Why::NoDefault(_) | Why::FromOutside(_))),
        _ => false,
    })
}

fn can(data: &mut dyn Data, call: &Call, at: Span, env: &Env) -> Outcome {
    let [arg] = &call.args[..] else { return Err(Refused::new("the wrong number of arguments")) };
    match data.eval_where(false, arg, env) {
        Err(_) => Ok(Value::bool(false, at)),
        Ok(value) => data.lift(&[value], at, &mut |_, args| match &args[0].kind {
            Kind::Unknown(Why::Invalid(_)) => Ok(Value::bool(false, at)),
            Kind::Unknown(why) => Ok(Value::unknown(why.clone(), at)),
            _ => Ok(Value::bool(true, at)),
        }),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn functions_are_sorted_so_that_they_are_found() {
        assert!(super::FUNCTIONS.is_sorted_by(|a, b| a.0 < b.0));
    }
}
