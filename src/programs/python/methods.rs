//! What the methods of Python's values do.

use std::cell::RefCell;
use std::rc::Rc;

use crate::programs::data::Data;
use crate::text::{Traced, Why};

use super::calls::{Values, argument, needed, rest};
use super::run::{MAX_TEXT, Run, key};
use super::value::{Result, Stop, Value, gap, lines, look_up, set};

impl Run<'_> {
    pub(super) fn method(&mut self, base: &Value, name: &str, values: &Values) -> Result<Value> {
        let at = self.at;
        match base {
            Value::Dict(pairs) => {
                let pairs = Rc::clone(pairs);
                dictionary(&pairs, name, values, self)
            }
            Value::List(list) => {
                let item = || needed(values, 0, "object").cloned();
                match name {
                    "append" => list.borrow_mut().push(item()?),
                    "extend" => {
                        let mut items = item()?.items()?;
                        list.borrow_mut().append(&mut items);
                    }
                    "insert" => {
                        let place = usize::try_from(item()?.whole()?).unwrap_or(0);
                        let value = needed(values, 1, "object")?.clone();
                        let mut list = list.borrow_mut();
                        let place = place.min(list.len());
                        list.insert(place, value);
                    }
                    "copy" => return Ok(Value::list(list.borrow().clone())),
                    _ => return gap(&format!("{name} of a list")),
                }
                Ok(Value::none(at))
            }
            Value::File(handle) => match name {
                "read" if values.is_empty() => Ok(Value::text(rest(&mut handle.borrow_mut()))),
                "readlines" => Ok(Value::list(base.items()?)),
                "write" => {
                    let text = needed(values, 0, "s")?.as_text()?.clone();
                    self.write(base, &text)?;
                    Ok(Value::none(at))
                }
                "writelines" => {
                    for line in needed(values, 0, "lines")?.items()? {
                        let text = line.as_text()?.clone();
                        self.write(base, &text)?;
                    }
                    Ok(Value::none(at))
                }
                "seek" => {
                    let place = usize::try_from(needed(values, 0, "offset")?.whole()?).unwrap_or(0);
                    let mut handle = handle.borrow_mut();
                    handle.at = place.min(handle.content.len());
                    Ok(Value::none(at))
                }
                "truncate" => {
                    let mut handle = handle.borrow_mut();
                    let end = match argument(values, 0, "size") {
                        Some(size) => usize::try_from(size.whole()?).unwrap_or(0).min(handle.content.len()),
                        None => handle.at,
                    };
                    handle.content = handle.content.slice(0..end);
                    self.writes.insert(handle.path.clone(), handle.content.clone());
                    Ok(Value::none(at))
                }
                "close" | "flush" | "fileno" => Ok(Value::none(at)),
                _ => gap(&format!("{name} of a file")),
            },
            Value::Path(path) => {
                let words = base.known()?.to_owned();
                match name {
                    "read_text" => Ok(Value::text(self.read(&words)?.ok_or(Stop::Raise)?)),
                    "write_text" => {
                        let text = needed(values, 0, "data")?.as_text()?.clone();
                        self.removed.retain(|p| *p != words);
                        self.writes.insert(words, text);
                        Ok(Value::none(at))
                    }
                    "mkdir" | "chmod" => Ok(Value::none(at)),
                    "unlink" => {
                        let there = self.read(&words)?.is_some();
                        let missing_ok = argument(values, 0, "missing_ok").map_or(Ok(false), Value::truth)?;
                        if !there && !missing_ok {
                            return Err(Stop::Raise);
                        }
                        self.writes.remove(&words);
                        self.removed.push(words);
                        Ok(Value::none(at))
                    }
                    "rename" | "replace" => {
                        let to = needed(values, 0, "target")?.known()?.to_owned();
                        let text = self.read(&words)?.ok_or(Stop::Raise)?;
                        self.charge(text.len())?;
                        self.removed.retain(|p| *p != to);
                        self.writes.insert(to, text);
                        self.writes.remove(&words);
                        self.removed.push(words);
                        Ok(Value::none(at))
                    }
                    "joinpath" => {
                        let mut out = path.clone();
                        for (_, part) in values {
                            out.push_made(b"/", at);
                            out.push(part.as_text()?);
                        }
                        Ok(Value::Path(out))
                    }
                    "exists" | "is_file" => Ok(Value::bool(self.read(&words)?.is_some(), at)),
                    "open" => {
                        let mut all = vec![(None, Value::text(path.clone()))];
                        all.extend(values.iter().cloned());
                        self.open(&all)
                    }
                    _ => gap(&format!("{name} of a path")),
                }
            }
            Value::Scalar(Data::Str(text)) => self.text_method(text, name, values),
            Value::Scalar(Data::Hole(_)) => match base.unknown() {
                Some(why) => Err(Stop::Unknown(why)),
                None => gap("a value"),
            },
            _ => gap(&format!("the method {name}")),
        }
    }

    fn text_method(&mut self, text: &Traced, name: &str, values: &Values) -> Result<Value> {
        let at = self.at;
        let unknown = || match text.first_hole() {
            Some((_, why)) => Err(Stop::Unknown(why.clone())),
            None => Ok(()),
        };
        Ok(Value::text(match name {
            "replace" => {
                let old = needed(values, 0, "old")?.known()?.to_owned();
                let new = needed(values, 1, "new")?.as_text()?.clone();
                if old.is_empty() || argument(values, 2, "count").is_some() {
                    return gap("this replace");
                }
                let count = text.to_text().matches(&old).count();
                if text.len().saturating_add(count.saturating_mul(new.len())) > MAX_TEXT {
                    return Err(Stop::Unknown(Why::Limit("length of a text of python")));
                }
                text.replace(old.as_bytes(), &new)
            }
            "strip" | "lstrip" | "rstrip" => {
                let set: Vec<u8> = match argument(values, 0, "chars") {
                    Some(chars) => chars.known()?.bytes().collect(),
                    None => b" \t\n\r\x0b\x0c".to_vec(),
                };
                let bytes = text.bytes();
                let start = bytes.iter().position(|b| !set.contains(b)).unwrap_or(bytes.len());
                let end = bytes.iter().rposition(|b| !set.contains(b)).map_or(start, |p| p + 1);
                let start = if name == "rstrip" { 0 } else { start };
                text.slice(start..if name == "lstrip" { bytes.len() } else { end.max(start) })
            }
            "upper" | "lower" => {
                unknown()?;
                let words = text.to_text();
                let words = if name == "upper" { words.to_uppercase() } else { words.to_lowercase() };
                if words.as_bytes() == text.bytes() {
                    text.clone()
                } else {
                    Traced::made(words, text.span().unwrap_or(at))
                }
            }
            "partition" | "rpartition" => {
                unknown()?;
                let sep = needed(values, 0, "sep")?.known()?.to_owned();
                let words = text.to_text().into_owned();
                let found = if name == "partition" { words.find(&sep) } else { words.rfind(&sep) };
                let parts = match found {
                    Some(n) => [text.slice(0..n), text.slice(n..n + sep.len()), text.slice(n + sep.len()..text.len())],
                    None if name == "partition" => [text.clone(), Traced::new(), Traced::new()],
                    None => [Traced::new(), Traced::new(), text.clone()],
                };
                return Ok(Value::list(parts.into_iter().map(Value::text).collect()));
            }
            "encode" | "decode" => text.clone(),
            "join" => {
                let items = needed(values, 0, "iterable")?.items()?;
                let parts = items.iter().map(|v| v.as_text().cloned()).collect::<Result<Vec<_>>>()?;
                let length: usize = parts.iter().map(|p| p.len() + text.len()).sum();
                if length > MAX_TEXT {
                    return Err(Stop::Unknown(Why::Limit("length of a text of python")));
                }
                Traced::join(&parts, text)
            }
            "format" => self.format(text, values)?,
            "splitlines" => {
                let ends = argument(values, 0, "keepends").map_or(Ok(false), Value::truth)?;
                return Ok(Value::list(lines(text, ends)?));
            }
            "split" => {
                unknown()?;
                let parts = match argument(values, 0, "sep") {
                    _ if argument(values, 1, "maxsplit").is_some() => return gap("split with a count"),
                    Some(sep) if !sep.known()?.is_empty() => text.split(sep.known()?.as_bytes()),
                    Some(_) => return Err(Stop::Raise),
                    None => {
                        let bytes = text.bytes();
                        let edges = |n: usize| bytes.get(n).is_none_or(u8::is_ascii_whitespace);
                        let starts = (0..bytes.len()).filter(|n| !edges(*n) && (*n == 0 || edges(n - 1)));
                        starts.map(|n| text.slice(n..(n..=bytes.len()).find(|e| edges(*e)).unwrap_or(n))).collect()
                    }
                };
                return Ok(Value::list(parts.into_iter().map(Value::text).collect()));
            }
            "startswith" | "endswith" | "find" | "count" => {
                let part = needed(values, 0, "part")?.known()?.as_bytes().to_vec();
                if matches!(name, "startswith" | "endswith") {
                    let length = part.len().min(text.len());
                    let range = if name == "startswith" { 0..length } else { text.len() - length..text.len() };
                    let side = text.slice(range);
                    if side.has_hole() || text.is_hole() {
                        unknown()?;
                    }
                    return Ok(Value::bool(side.bytes() == part, at));
                }
                unknown()?;
                if !text.bytes().is_ascii() || part.is_empty() {
                    return gap(name);
                }
                let found: Vec<_> =
                    text.bytes().windows(part.len()).enumerate().filter(|(_, w)| *w == part).map(|(n, _)| n).collect();
                let number = if name == "count" { found.len() } else { found.first().copied().unwrap_or(usize::MAX) };
                return Ok(Value::number(i64::try_from(number).unwrap_or(-1), at));
            }
            _ => return gap(&format!("{name} of a text")),
        }))
    }

    fn format(&self, text: &Traced, values: &Values) -> Result<Traced> {
        let mut out = Traced::new();
        let (mut done, mut next) = (0, 0);
        let bytes = text.bytes();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            match (byte, bytes.get(at + 1)) {
                (b'{', Some(b'{')) | (b'}', Some(b'}')) => {
                    out.push(&text.slice(done..at + 1));
                    at += 2;
                    done = at;
                }
                (b'{', _) => {
                    out.push(&text.slice(done..at));
                    let length = bytes[at..].iter().position(|b| *b == b'}').ok_or(Stop::Raise)?;
                    let field = text.slice(at + 1..at + length).to_text().into_owned();
                    let value = match field.parse::<usize>() {
                        _ if field.is_empty() => {
                            next += 1;
                            needed(values, next - 1, "")?
                        }
                        Ok(number) => needed(values, number, "")?,
                        Err(_) if field.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') => {
                            needed(values, usize::MAX, &field)?
                        }
                        Err(_) => return gap("this format"),
                    };
                    out.push(&value.shown(self.at)?);
                    out = Self::bounded(out)?;
                    at += length + 1;
                    done = at;
                }
                _ => at += 1,
            }
        }
        out.push(&text.slice(done..text.len()));
        Self::bounded(out)
    }
}

fn dictionary(pairs: &RefCell<Vec<(Traced, Value)>>, name: &str, values: &Values, run: &Run<'_>) -> Result<Value> {
    let at = run.at;
    let first = || needed(values, 0, "key");
    let default = || argument(values, 1, "default").cloned();
    match name {
        "get" => Ok(look_up(&pairs.borrow(), key(first()?)?)?.or_else(default).unwrap_or_else(|| Value::none(at))),
        "setdefault" => {
            let name = key(first()?)?;
            if let Some(value) = look_up(&pairs.borrow(), name)? {
                return Ok(value);
            }
            let value = default().unwrap_or_else(|| Value::none(at));
            set(&mut pairs.borrow_mut(), name, value.clone())?;
            Ok(value)
        }
        "pop" => {
            let name = key(first()?)?;
            let value = look_up(&pairs.borrow(), name)?;
            pairs.borrow_mut().retain(|(k, _)| k.bytes() != name.bytes());
            value.or_else(default).ok_or(Stop::Raise)
        }
        "update" => {
            for (name, value) in values {
                match (name, value) {
                    (Some(name), value) => {
                        set(&mut pairs.borrow_mut(), &Traced::made(name.as_str(), at), value.clone())?;
                    }
                    (None, Value::Dict(more)) => {
                        let more = more.borrow().clone();
                        for (name, value) in more {
                            set(&mut pairs.borrow_mut(), &name, value)?;
                        }
                    }
                    _ => return gap("update with this"),
                }
            }
            Ok(Value::none(at))
        }
        "copy" => Ok(Value::dict(pairs.borrow().clone())),
        "keys" | "values" | "items" => {
            let pairs = pairs.borrow();
            let item = |(k, v): &(Traced, Value)| match name {
                "keys" => Value::text(k.clone()),
                "values" => v.clone(),
                _ => Value::list(vec![Value::text(k.clone()), v.clone()]),
            };
            Ok(Value::list(pairs.iter().map(item).collect()))
        }
        _ => gap(&format!("{name} of a dictionary")),
    }
}
