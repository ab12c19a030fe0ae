//! The operations that the engine needs on values: jq's arithmetic, indexing and updating. Every moved scalar keeps its place.

use std::ops::{Add, Div, Mul, Neg, Rem, Sub};
use std::rc::Rc;

use jaq_core::box_iter::{BoxIter, box_once};
use jaq_core::path::Opt;
use jaq_core::val::Range;
use jaq_core::{Error, Exn, ValR, ValT, ValX};

use crate::text::{Traced, Why};

use super::input;
use super::value::{MAX_STRING, Obj, Pairs, Val, give_up, give_up_on, made, not_followed, tick};

type Result<T = Val> = std::result::Result<T, Error<Val>>;

/// An error of the filter. jq's own wording differs and matters only to a filter that catches it.
pub(super) fn fault<T>(words: &str) -> Result<T> {
    Err(Error::new(Val::str(words)))
}

/// The result of an operation on something unknown: the call has been given up.
fn unknown() -> Result {
    fault("not known")
}

fn into_pairs(obj: Rc<Obj>) -> Pairs {
    Rc::try_unwrap(obj).map_or_else(|shared| shared.pairs.clone(), |own| own.pairs)
}

fn items(arr: Rc<super::value::Arr>) -> Vec<Val> {
    Rc::try_unwrap(arr).map_or_else(|shared| shared.items.clone(), |own| own.items)
}

/// Whether either side is unknown; the call is then given up because of that side.
fn any_unknown(left: &Val, right: &Val) -> bool {
    let mut any = false;
    for side in [left, right] {
        if let Val::Unknown(text) = side {
            give_up_on(text);
            any = true;
        }
    }
    any
}

impl Add for Val {
    type Output = ValR<Self>;

    fn add(self, other: Self) -> Result {
        Ok(match (self, other) {
            (Self::Null(_), other) | (other, Self::Null(_)) => other,
            (Self::Number(a, _), Self::Number(b, _)) => Self::number(a + b),
            (Self::Str(a), Self::Str(b)) => {
                if a.len() + b.len() > MAX_STRING {
                    give_up(Why::limit("length of a jq string"));
                    return unknown();
                }
                let mut text = Rc::unwrap_or_clone(a);
                text.push(&b);
                Self::Str(Rc::new(text))
            }
            (Self::Arr(a), Self::Arr(b)) => {
                let mut all = items(a);
                all.extend(b.items.iter().cloned());
                Self::arr(all)
            }
            (Self::Obj(a), Self::Obj(b)) => {
                let mut pairs = into_pairs(a);
                pairs.extend(b.pairs.iter().map(|(k, v)| (k.clone(), v.clone())));
                Self::obj(pairs)
            }
            (a, b) if any_unknown(&a, &b) => return unknown(),
            _ => return fault("cannot be added"),
        })
    }
}

impl Sub for Val {
    type Output = ValR<Self>;

    fn sub(self, other: Self) -> Result {
        match (self, other) {
            (Self::Number(a, _), Self::Number(b, _)) => Ok(Self::number(a - b)),
            (Self::Arr(a), Self::Arr(b)) => {
                Ok(Self::arr(items(a).into_iter().filter(|x| !b.items.contains(x)).collect()))
            }
            (a, b) if any_unknown(&a, &b) => unknown(),
            _ => fault("cannot be subtracted"),
        }
    }
}

impl Mul for Val {
    type Output = ValR<Self>;

    fn mul(self, other: Self) -> Result {
        match (self, other) {
            (Self::Number(a, _), Self::Number(b, _)) => Ok(Self::number(a * b)),
            (Self::Obj(a), Self::Obj(b)) => merge(into_pairs(a), &b),
            (Self::Str(text), Self::Number(times, _)) | (Self::Number(times, _), Self::Str(text)) => {
                if times <= 0.0 || times.is_nan() {
                    return Ok(Self::null());
                }
                if times.ceil() * text.len() as f64 > MAX_STRING as f64 {
                    give_up(Why::limit("length of a jq string"));
                    return unknown();
                }
                let mut out = Traced::new();
                let mut left = times;
                while left > 0.0 && tick() {
                    out.push(&text);
                    left -= 1.0;
                }
                Ok(Self::Str(Rc::new(out)))
            }
            (a, b) if any_unknown(&a, &b) => unknown(),
            _ => fault("cannot be multiplied"),
        }
    }
}

/// The deep merge of `*`. An unknown value on the right side may be an object, so it must not be merged with one.
fn merge(mut pairs: Pairs, other: &Obj) -> Result {
    if other.unknown_keys {
        not_followed("a merge with unknown keys");
    }
    for (key, (name, value)) in &other.pairs {
        if !tick() {
            return unknown();
        }
        let merged = match (pairs.get(key).map(|(_, v)| v.clone()), value) {
            (Some(Val::Obj(a)), Val::Obj(b)) => merge(a.pairs.clone(), b)?,
            (Some(a @ (Val::Obj(_) | Val::Unknown(_))), b @ (Val::Obj(_) | Val::Unknown(_))) if any_unknown(&a, b) => {
                return unknown();
            }
            _ => value.clone(),
        };
        pairs.insert(key.clone(), (Rc::clone(name), merged));
    }
    Ok(Val::obj(pairs))
}

impl Div for Val {
    type Output = ValR<Self>;

    fn div(self, other: Self) -> Result {
        match (self, other) {
            (Self::Number(_, _), Self::Number(0.0, _)) => fault("cannot be divided because the divisor is zero"),
            (Self::Number(a, _), Self::Number(b, _)) => Ok(Self::number(a / b)),
            (Self::Str(text), Self::Str(by)) => {
                give_up_on(&text);
                give_up_on(&by);
                Ok(Self::arr(split(&text, by.bytes()).into_iter().map(|part| Self::Str(Rc::new(part))).collect()))
            }
            (a, b) if any_unknown(&a, &b) => unknown(),
            _ => fault("cannot be divided"),
        }
    }
}

fn split(text: &Traced, by: &[u8]) -> Vec<Traced> {
    if text.is_empty() {
        return Vec::new();
    }
    if !by.is_empty() {
        return text.split(by);
    }
    let whole = text.to_text();
    whole.char_indices().map(|(at, c)| text.slice(at..at + c.len_utf8())).collect()
}

impl Rem for Val {
    type Output = ValR<Self>;

    fn rem(self, other: Self) -> Result {
        match (self, other) {
            (Self::Number(a, _), Self::Number(b, _)) => {
                let (a, b) = (a as i64, (b as i64).checked_abs().unwrap_or(i64::MAX));
                match a.checked_rem(b) {
                    Some(rest) => Ok(Self::number(rest as f64)),
                    None => fault("cannot be divided because the divisor is zero"),
                }
            }
            (a, b) if any_unknown(&a, &b) => unknown(),
            _ => fault("cannot be divided"),
        }
    }
}

impl Neg for Val {
    type Output = ValR<Self>;

    fn neg(self) -> Result {
        match self {
            Self::Number(value, text) => Ok(Self::Number(
                -value,
                Rc::new(match text.span() {
                    Some(at) => Traced::made(super::value::number_text(-value), at),
                    None => Traced::new(),
                }),
            )),
            Self::Unknown(text) => {
                give_up_on(&text);
                unknown()
            }
            _ => fault("cannot be negated"),
        }
    }
}

impl From<bool> for Val {
    fn from(value: bool) -> Self {
        Self::Bool(value, made(if value { "true" } else { "false" }))
    }
}

impl From<isize> for Val {
    fn from(value: isize) -> Self {
        Self::number(value as f64)
    }
}

impl From<usize> for Val {
    fn from(value: usize) -> Self {
        Self::number(value as f64)
    }
}

impl From<f64> for Val {
    fn from(value: f64) -> Self {
        Self::number(value)
    }
}

impl From<String> for Val {
    fn from(text: String) -> Self {
        Self::str(&text)
    }
}

impl From<Range<Self>> for Val {
    /// The path of a slice.
    fn from(range: Range<Self>) -> Self {
        let mut pairs = Pairs::new();
        for (name, end) in [("start", range.start), ("end", range.end)] {
            pairs.insert(name.into(), (made(name), end.unwrap_or_else(Self::null)));
        }
        Self::obj(pairs)
    }
}

impl FromIterator<Self> for Val {
    fn from_iter<I: IntoIterator<Item = Self>>(iter: I) -> Self {
        Self::arr(iter.into_iter().take_while(|_| tick()).collect())
    }
}

/// The position in a list of `len` that a number refers to; `None` before its start.
fn position(number: f64, len: usize) -> Option<usize> {
    let whole = number.floor();
    let at = if whole < 0.0 { whole + len as f64 } else { whole };
    (at >= 0.0).then_some(at as usize)
}

/// The bounds of a slice of something with `len` parts.
fn bounds(range: &Range<&Val>, len: usize) -> Result<std::ops::Range<usize>> {
    let end = |bound: Option<&Val>, none: usize, round: fn(f64) -> f64| match bound {
        None | Some(Val::Null(_)) => Ok(none),
        Some(bound) => match bound.as_number() {
            Some(number) => Ok(position(round(number), len).unwrap_or(0).min(len)),
            None => fault("slice bounds must be numbers"),
        },
    };
    let start = end(range.start, 0, f64::floor)?;
    let stop = end(range.end, len, f64::ceil)?;
    Ok(start..stop.max(start))
}

fn look_up(obj: &Obj, key: &Val) -> Result {
    if obj.unknown_keys {
        not_followed("an object with unknown keys");
    }
    let Some(key) = key.known_str() else { return fault("cannot index an object with this") };
    Ok(obj.pairs.get(key.as_bytes()).map_or_else(Val::null, |(_, v)| v.clone()))
}

impl ValT for Val {
    fn from_num(text: &str) -> Result {
        match text.parse::<f64>() {
            Ok(value) => Ok(Self::number(value)),
            Err(_) => fault("not a number"),
        }
    }

    fn from_map<I: IntoIterator<Item = (Self, Self)>>(iter: I) -> Result {
        let mut pairs = Pairs::new();
        for (key, value) in iter {
            if !tick() {
                break;
            }
            match key {
                Self::Str(name) => {
                    pairs.insert(name.bytes().to_vec(), (name, value));
                }
                Self::Unknown(text) => {
                    give_up_on(&text);
                    return unknown();
                }
                _ => return fault("object keys must be strings"),
            }
        }
        Ok(Self::obj(pairs))
    }

    fn key_values(self) -> BoxIter<'static, ValR<(Self, Self), Self>> {
        match self {
            Self::Arr(arr) => {
                let all = items(arr).into_iter().enumerate();
                Box::new(all.take_while(|_| tick()).map(|(n, v)| Ok((Self::from(n), v))))
            }
            Self::Obj(obj) => {
                let all = into_pairs(obj).into_iter();
                Box::new(all.take_while(|_| tick()).map(|(_, (k, v))| Ok((Self::Str(k), v))))
            }
            Self::Unknown(text) => {
                give_up_on(&text);
                Box::new(std::iter::empty())
            }
            _ => box_once(fault("cannot iterate over this")),
        }
    }

    fn values(self) -> Box<dyn Iterator<Item = ValR<Self>>> {
        Box::new(self.key_values().map(|pair| pair.map(|(_, v)| v)))
    }

    fn index(self, index: &Self) -> Result {
        if any_unknown(&self, index) {
            return unknown();
        }
        match (self, index) {
            (Self::Null(_), Self::Str(_) | Self::Number(..) | Self::Null(_)) => Ok(Self::null()),
            (Self::Obj(obj), key @ Self::Str(_)) => look_up(&obj, key),
            (Self::Arr(arr), Self::Number(at, _)) => {
                let found = position(*at, arr.items.len()).and_then(|at| arr.items.get(at));
                Ok(found.cloned().unwrap_or_else(Self::null))
            }
            (Self::Arr(_), Self::Arr(_)) | (_, Self::Obj(_)) => {
                not_followed("a jq index that is a list or an object");
                unknown()
            }
            _ => fault("cannot be indexed with this"),
        }
    }

    fn range(self, range: Range<&Self>) -> Result {
        match self {
            Self::Null(_) => Ok(self),
            Self::Arr(arr) => {
                let bounds = bounds(&range, arr.items.len())?;
                Ok(Self::arr(arr.items.get(bounds).unwrap_or_default().to_vec()))
            }
            Self::Str(text) => {
                give_up_on(&text);
                let whole = text.to_text();
                let starts: Vec<usize> = whole.char_indices().map(|(at, _)| at).chain([whole.len()]).collect();
                let bounds = bounds(&range, starts.len() - 1)?;
                let at = |n: usize| starts.get(n).copied().unwrap_or(whole.len());
                Ok(Self::Str(Rc::new(text.slice(at(bounds.start)..at(bounds.end)))))
            }
            Self::Unknown(text) => {
                give_up_on(&text);
                unknown()
            }
            _ => fault("cannot be sliced"),
        }
    }

    fn map_values<'a, I: Iterator<Item = ValX<'a, Self>>>(self, opt: Opt, f: impl Fn(Self) -> I) -> ValX<'a, Self> {
        match self {
            Self::Arr(arr) => {
                let mut out = Vec::new();
                for item in items(arr).into_iter().take_while(|_| tick()) {
                    if let Some(new) = f(item).next() {
                        out.push(new?);
                    } else {
                        // jq 1.6 and 1.7 skip the item after one that is deleted like this.
                        not_followed("an update with nothing in a list");
                    }
                }
                Ok(Self::arr(out))
            }
            Self::Obj(obj) => {
                let mut out = Pairs::new();
                for (key, (name, value)) in into_pairs(obj).into_iter().take_while(|_| tick()) {
                    if let Some(new) = f(value).next() {
                        out.insert(key, (name, new?));
                    }
                }
                Ok(Self::obj(out))
            }
            Self::Unknown(text) => {
                give_up_on(&text);
                Ok(Self::Unknown(text))
            }
            other => opt.fail(other, |_| fault::<()>("cannot iterate over this").err()).map_err(to_exn),
        }
    }

    fn map_index<'a, I: Iterator<Item = ValX<'a, Self>>>(
        self,
        index: &Self,
        opt: Opt,
        f: impl Fn(Self) -> I,
    ) -> ValX<'a, Self> {
        if any_unknown(&self, index) || !tick() {
            return Ok(self);
        }
        match (self, index) {
            (Self::Null(_), Self::Str(_)) => Self::obj(Pairs::new()).map_index(index, opt, f),
            (Self::Null(_), Self::Number(..)) => Self::arr(Vec::new()).map_index(index, opt, f),
            (Self::Obj(obj), Self::Str(name)) => {
                let old = look_up(&obj, index).map_err(Exn::from)?;
                let mut pairs = into_pairs(obj);
                match f(old).next() {
                    Some(new) => {
                        let new = new?;
                        match pairs.get_mut(name.bytes()) {
                            Some((_, value)) => *value = new,
                            None => drop(pairs.insert(name.bytes().to_vec(), (Rc::clone(name), new))),
                        }
                    }
                    None => drop(pairs.shift_remove(name.bytes())),
                }
                Ok(Self::obj(pairs))
            }
            (Self::Arr(arr), Self::Number(number, _)) => {
                let mut all = items(arr);
                let Some(at) = position(*number, all.len()) else {
                    return fault("out of bounds negative array index").map_err(Exn::from);
                };
                if at > MAX_STRING {
                    give_up(Why::limit("size of a jq value"));
                    return Ok(Self::null());
                }
                match f(all.get(at).cloned().unwrap_or_else(Self::null)).next() {
                    Some(new) => {
                        let new = new?;
                        while all.len() <= at && tick() {
                            all.push(Self::null());
                        }
                        if let Some(place) = all.get_mut(at) {
                            *place = new;
                        }
                    }
                    None if at < all.len() => drop(all.remove(at)),
                    None => {}
                }
                Ok(Self::arr(all))
            }
            (Self::Arr(_) | Self::Null(_), Self::Obj(_) | Self::Arr(_)) => {
                not_followed("a jq index that is a list or an object");
                Ok(Self::null())
            }
            (other, _) => opt.fail(other, |_| fault::<()>("cannot be indexed with this").err()).map_err(to_exn),
        }
    }

    fn map_range<'a, I: Iterator<Item = ValX<'a, Self>>>(
        self,
        _: Range<&Self>,
        _: Opt,
        _: impl Fn(Self) -> I,
    ) -> ValX<'a, Self> {
        give_up(Why::NotUnderstood("an update of a slice by jq".into()));
        Ok(self)
    }

    fn as_bool(&self) -> bool {
        self.truth()
    }

    fn into_string(self) -> Self {
        match self {
            Self::Str(_) => self,
            other => Self::Str(Rc::new(other.compact())),
        }
    }
}

fn to_exn<'a>(error: Option<Error<Val>>) -> Exn<'a, Val> {
    Exn::from(error.unwrap_or_else(|| Error::new(Val::null())))
}

impl jaq_std::ValT for Val {
    fn into_seq<S: FromIterator<Self>>(self) -> std::result::Result<S, Self> {
        match self {
            Self::Arr(arr) => Ok(items(arr).into_iter().collect()),
            other => {
                if let Self::Unknown(text) = &other {
                    give_up_on(text);
                }
                Err(other)
            }
        }
    }

    fn is_int(&self) -> bool {
        self.as_isize().is_some()
    }

    fn as_isize(&self) -> Option<isize> {
        self.as_number().filter(|n| n.fract() == 0.0 && n.abs() < 9e15).map(|n| n as isize)
    }

    fn as_f64(&self) -> Option<f64> {
        self.as_number()
    }

    fn is_utf8_str(&self) -> bool {
        matches!(self, Self::Str(_))
    }

    fn as_bytes(&self) -> Option<&[u8]> {
        self.known_str().map(str::as_bytes)
    }

    fn as_sub_str(&self, sub: &[u8]) -> Self {
        match self {
            Self::Str(text) => {
                let start = (sub.as_ptr() as usize).saturating_sub(text.bytes().as_ptr() as usize);
                Self::Str(Rc::new(text.slice(start..start + sub.len())))
            }
            _ => self.clone(),
        }
    }

    fn from_utf8_bytes(bytes: impl AsRef<[u8]> + Send + 'static) -> Self {
        Self::str(&String::from_utf8_lossy(bytes.as_ref()))
    }
}

/// The number in a text, as `tonumber` reads it.
pub(super) fn number_of(text: &Rc<Traced>) -> Option<Val> {
    give_up_on(text);
    let words = text.as_str()?.trim_matches([' ', '\t', '\n', '\r']);
    input::number(words, || text.span())
}
