//! The methods of Python's values.

use std::cell::RefCell;
use std::rc::Rc;

use crate::programs::document::Data;
use crate::text::{Span, Traced};

use super::interpreter::Interpreter;
use super::value::{
    MAX_TEXT, Pairs, PyValue, Result, Stop, Values, argument, gap, key, look_up, needed, only, set, split_lines,
    unknown,
};

impl Interpreter<'_> {
    pub(super) fn method(&mut self, base: &PyValue, name: &str, values: &Values) -> Result<PyValue> {
        let first = || needed(values, 0, "");
        match (base, name) {
            (PyValue::Dict(pairs), _) => return dictionary(pairs, name, values, self.at),
            (PyValue::List(list), "append") => list.borrow_mut().push(first()?.clone()),
            (PyValue::List(list), "extend") => {
                let mut items = first()?.items()?;
                list.borrow_mut().append(&mut items);
            }
            (PyValue::File(file), "read") if values.is_empty() => return Ok(PyValue::text(file.borrow_mut().rest()?)),
            (PyValue::File(_), "readlines") if values.is_empty() => return Ok(PyValue::list(base.items()?)),
            (PyValue::File(_), "write") => self.write(base, first()?.as_text()?)?,
            (PyValue::File(_), "close" | "flush") => {}
            (PyValue::Scalar(Data::Str(text)), _) => return text_method(text, name, values, self.at),
            (PyValue::Scalar(Data::Unknown(text)), _) => return unknown(text),
            _ => return gap(&format!("the method {name}")),
        }
        Ok(PyValue::none(self.at))
    }
}

fn text_method(text: &Traced, name: &str, values: &Values, at: Span) -> Result<PyValue> {
    let first = || needed(values, 0, "");
    let known = || if text.has_unknown() { unknown(text) } else { Ok(text.to_text()) };
    let most = match name {
        "replace" => 2,
        "splitlines" => 0,
        _ => 1,
    };
    only(values, most, &[], name)?;
    Ok(PyValue::text(match name {
        "replace" => {
            let (old, new) = (first()?.known()?, needed(values, 1, "")?.as_text()?);
            if old.is_empty() {
                return gap("this replace");
            }
            let count = text.to_text().matches(old).count();
            if text.len().saturating_add(count.saturating_mul(new.len())) > MAX_TEXT {
                return gap("a text as long as this");
            }
            text.replace(old.as_bytes(), new)
        }
        "strip" | "lstrip" | "rstrip" => {
            let set = argument(values, 0, "").map_or(Ok(" \t\n\r\x0b\x0c"), PyValue::known)?;
            if !set.is_ascii() {
                return gap("this strip");
            }
            let kept = |b: &u8| !set.as_bytes().contains(b);
            let start = if name == "rstrip" { Some(0) } else { text.bytes().iter().position(kept) };
            let end = text.bytes().iter().rposition(kept).filter(|_| name != "lstrip").map_or(0, |p| p + 1);
            let end = if name == "lstrip" { text.len() } else { end };
            text.slice(start.unwrap_or(end)..end)
        }
        "join" => {
            let items = first()?.items()?;
            let parts = items.iter().map(|v| v.as_text().cloned()).collect::<Result<Vec<_>>>()?;
            if parts.iter().map(|p| p.len() + text.len()).sum::<usize>() > MAX_TEXT {
                return gap("a text as long as this");
            }
            Traced::join(&parts, text)
        }
        "splitlines" => return split_lines(text, false),
        "split" => {
            known()?;
            return Ok(match argument(values, 0, "") {
                Some(sep) if !sep.known()?.is_empty() => PyValue::texts(text.split(sep.known()?.as_bytes())),
                Some(_) => return Err(Stop::Raise),
                None if text.bytes().iter().any(|b| b"\r\x0b\x0c".contains(b)) => return gap("this split"),
                None => PyValue::texts(text.words()),
            });
        }
        "startswith" | "endswith" => {
            let part = first()?.known()?.as_bytes();
            let length = part.len().min(text.len());
            let side = text.slice(if name == "startswith" { 0..length } else { text.len() - length..text.len() });
            if side.has_unknown() || text.is_unknown() {
                return unknown(text);
            }
            return Ok(PyValue::bool(side.bytes() == part, at));
        }
        _ => return gap(&format!("{name} of a text")),
    }))
}

fn dictionary(pairs: &Rc<RefCell<Pairs>>, name: &str, values: &Values, at: Span) -> Result<PyValue> {
    let first = || key(needed(values, 0, "")?);
    let default = || argument(values, 1, "default").cloned();
    match name {
        "get" => {
            let value = look_up(&pairs.borrow(), first()?)?;
            Ok(value.or_else(default).unwrap_or_else(|| PyValue::none(at)))
        }
        "setdefault" => {
            let old = look_up(&pairs.borrow(), first()?)?;
            let value = old.or_else(default).unwrap_or_else(|| PyValue::none(at));
            set(&mut pairs.borrow_mut(), first()?, value.clone())?;
            Ok(value)
        }
        "pop" => {
            let value = look_up(&pairs.borrow(), first()?)?;
            pairs.borrow_mut().retain(|(k, _)| first().is_ok_and(|f| k.bytes() != f.bytes()));
            value.or_else(default).ok_or(Stop::Raise)
        }
        "update" => {
            for (name, value) in values {
                let more = match (name, value) {
                    (Some(name), value) => vec![(Traced::made(name.as_str(), at), value.clone())],
                    (None, PyValue::Dict(more)) => more.borrow().clone(),
                    _ => return gap("update with this"),
                };
                for (name, value) in more {
                    set(&mut pairs.borrow_mut(), &name, value)?;
                }
            }
            Ok(PyValue::none(at))
        }
        "keys" | "values" | "items" => {
            let pairs = pairs.borrow();
            let item = |(k, v): &(Traced, PyValue)| match name {
                "keys" => PyValue::text(k.clone()),
                "values" => v.clone(),
                _ => PyValue::list(vec![PyValue::text(k.clone()), v.clone()]),
            };
            Ok(PyValue::list(pairs.iter().map(item).collect()))
        }
        _ => gap(&format!("{name} of a dictionary")),
    }
}
