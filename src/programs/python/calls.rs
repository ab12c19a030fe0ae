//! What Python's functions and methods do, as far as scripts edit files with them.

use std::cell::RefCell;
use std::rc::Rc;

use crate::programs::data::{self, Data, Layout, NoData, Yaml};
use crate::programs::program::Found;
use crate::syntax::Schema;
use crate::syntax::python::{Argument, Expr};
use crate::text::Traced;

use super::patterns;
use super::run::{MAX_TEXT, Run};
use super::value::{Handle, Result, Stop, Value, gap, set};

/// Values of arguments, perhaps with their names.
pub(super) type Values = [(Option<String>, Value)];

/// The argument that stands at `at` or has the name `name`.
pub(super) fn argument<'v>(values: &'v Values, at: usize, name: &str) -> Option<&'v Value> {
    let named = values.iter().find(|(n, _)| n.as_deref() == Some(name));
    let placed = values.iter().filter(|(n, _)| n.is_none()).nth(at);
    named.or(placed).map(|(_, v)| v)
}

pub(super) fn needed<'v>(values: &'v Values, at: usize, name: &str) -> Result<&'v Value> {
    argument(values, at, name).ok_or(Stop::Raise)
}

pub(super) fn only(values: &Values, names: &[&str], what: &str) -> Result<()> {
    match values.iter().filter_map(|(n, _)| n.as_deref()).find(|n| !names.contains(n)) {
        Some(other) => gap(&format!("{other} of {what}")),
        None => Ok(()),
    }
}

fn read_data(done: std::result::Result<Data, NoData>) -> Result<Value> {
    match done {
        Ok(data) => Ok(Value::from_data(data)),
        Err(NoData::Broken) => Err(Stop::Raise),
        Err(NoData::Unknown(why)) => Err(Stop::Unknown(why)),
    }
}

impl Run<'_> {
    pub(super) fn call(&mut self, function: &Expr, arguments: &[Argument]) -> Result<Value> {
        let base = match function {
            Expr::Attribute(base, name) => Some((self.value(base)?, name)),
            _ => None,
        };
        let called = match &base {
            Some((Value::Module(module), name)) => Value::Module(format!("{module}.{name}")),
            Some(_) => Value::none(self.at),
            None => self.value(function)?,
        };
        let mut values = Vec::new();
        for (name, value) in arguments {
            values.push((name.clone(), self.value(value)?));
        }
        match (base, called) {
            (_, Value::Module(name)) => self.function(&name, &values),
            (_, Value::Function(function)) => self.enter(&function, values),
            (Some((base, name)), _) => self.method(&base, name, &values),
            _ => gap("a call of this"),
        }
    }

    fn function(&mut self, name: &str, values: &Values) -> Result<Value> {
        let at = self.at;
        let none = || Ok(Value::none(at));
        match name {
            "open" | "io.open" => self.open(values),
            "json.load" | "json.loads" => {
                let text = self.text_of(needed(values, 0, "s")?)?;
                read_data(data::from_json(&text))
            }
            "json.dump" | "json.dumps" => {
                let to_file = name == "json.dump";
                let layout = layout(values)?;
                let text = data::to_json(&needed(values, 0, "obj")?.data()?, &layout, at)?;
                if to_file {
                    self.write(needed(values, 1, "fp")?, &text)?;
                    return none();
                }
                Ok(Value::text(text))
            }
            "yaml.safe_load" | "yaml.load" | "yaml.full_load" => {
                let text = self.text_of(needed(values, 0, "stream")?)?;
                match data::from_yaml(&text, Schema::Python, false) {
                    Ok(mut documents) if documents.len() < 2 => {
                        Ok(documents.pop().map_or_else(|| Value::none(at), Value::from_data))
                    }
                    Ok(_) | Err(NoData::Broken) => Err(Stop::Raise),
                    Err(NoData::Unknown(why)) => Err(Stop::Unknown(why)),
                }
            }
            "yaml.safe_dump" | "yaml.dump" => {
                only(values, &["data", "stream", "default_flow_style", "sort_keys", "Dumper", "allow_unicode"], name)?;
                if argument(values, 9, "default_flow_style").is_some_and(|v| v.truth().unwrap_or(true)) {
                    return gap("yaml.dump in flow style");
                }
                let sort_keys = argument(values, 9, "sort_keys").map_or(Ok(true), Value::truth)?;
                let text = data::to_yaml(
                    &needed(values, 0, "data")?.data()?,
                    Yaml::Python { sort_keys, indented: false },
                    at,
                )?;
                match argument(values, 1, "stream") {
                    Some(stream) => {
                        self.write(stream, &text)?;
                        none()
                    }
                    None => Ok(Value::text(text)),
                }
            }
            "re.sub" => Self::substitute(values),
            "re.search" | "re.match" => {
                let pattern = patterns::pattern(needed(values, 0, "pattern")?, argument(values, 2, "flags"))?;
                let text = needed(values, 1, "string")?;
                let words = text.known()?;
                let found = pattern.find(words).is_some_and(|m| name == "re.search" || m.start() == 0);
                Ok(Value::bool(found, at))
            }
            "print" => self.print(values),
            "len" => match needed(values, 0, "obj")? {
                Value::List(items) => Ok(Value::number(i64::try_from(items.borrow().len()).unwrap_or(0), at)),
                Value::Dict(pairs) => Ok(Value::number(i64::try_from(pairs.borrow().len()).unwrap_or(0), at)),
                value => Ok(Value::number(i64::try_from(value.known()?.chars().count()).unwrap_or(0), at)),
            },
            "str" => Ok(Value::text(match values {
                [] => Traced::new(),
                _ => needed(values, 0, "object")?.shown(at)?,
            })),
            "int" => match needed(values, 0, "x")? {
                value @ Value::Scalar(Data::Str(text)) => {
                    let words = value.known()?.trim();
                    match words.parse::<i64>() {
                        Ok(number) if number.to_string() == words && words.len() == text.len() => {
                            Ok(Value::Scalar(Data::Number(text.clone())))
                        }
                        Ok(number) => Ok(Value::number(number, text.span().unwrap_or(at))),
                        Err(_) => Err(Stop::Raise),
                    }
                }
                value => Ok(Value::number(value.whole()?, at)),
            },
            "isinstance" => {
                let value = needed(values, 0, "obj")?;
                let kinds = match needed(values, 1, "class")? {
                    Value::List(kinds) => kinds.borrow().clone(),
                    kind => vec![kind.clone()],
                };
                let mut found = false;
                for kind in kinds {
                    let Value::Module(kind) = kind else { return gap("isinstance of this") };
                    found |= match (kind.as_str(), value) {
                        (_, Value::Scalar(Data::Hole(_))) => {
                            return Err(Stop::Unknown(crate::text::Why::NotUnderstood(name.into())));
                        }
                        ("dict", value) => matches!(value, Value::Dict(_)),
                        ("list", value) => matches!(value, Value::List(_)),
                        ("str", value) => matches!(value, Value::Scalar(Data::Str(_))),
                        ("bool", value) => matches!(value, Value::Scalar(Data::Bool(..))),
                        ("int", value) => matches!(value, Value::Scalar(Data::Bool(..) | Data::Number(_))),
                        _ => return gap("isinstance of this"),
                    };
                }
                Ok(Value::bool(found, at))
            }
            "bool" => Ok(Value::bool(needed(values, 0, "x")?.truth()?, at)),
            "list" | "tuple" => match values {
                [] => Ok(Value::list(Vec::new())),
                _ => Ok(Value::list(needed(values, 0, "x")?.items()?)),
            },
            "dict" | "collections.OrderedDict" => {
                let mut pairs = Vec::new();
                for (name, value) in values {
                    match (name, value) {
                        (Some(name), value) => set(&mut pairs, &Traced::made(name.as_str(), at), value.clone())?,
                        (None, Value::Dict(more)) => pairs.extend(more.borrow().iter().cloned()),
                        _ => return gap("dict of this"),
                    }
                }
                Ok(Value::dict(pairs))
            }
            "sys.exit" | "exit" | "quit" | "SystemExit" => Err(match argument(values, 0, "status") {
                None | Some(Value::Scalar(Data::Null(_))) => Stop::Exit(0),
                Some(Value::Scalar(Data::Str(_))) => Stop::Exit(1),
                Some(value) => Stop::Exit(i32::try_from(value.whole()?).unwrap_or(1)),
            }),
            "sys.stdin.read" => Ok(Value::text(self.stdin.clone())),
            "sys.stdout.write" => {
                let text = needed(values, 0, "text")?.as_text()?.clone();
                self.stdout.push(&text);
                none()
            }
            "sys.stdout.flush" | "sys.stderr.write" | "os.chmod" | "os.chown" | "os.makedirs" | "os.umask" => none(),
            "os.getenv" | "os.environ.get" => match self.environment(needed(values, 0, "key")?)? {
                Some(text) => Ok(Value::text(text)),
                None => argument(values, 1, "default").map_or_else(none, |v| Ok(v.clone())),
            },
            "os.path.exists" | "os.path.isfile" => {
                let path = needed(values, 0, "path")?.known()?.to_owned();
                let found = self.read(&path)?.is_some();
                Ok(Value::bool(found, at))
            }
            "os.path.join" => {
                let mut out = Traced::new();
                for (_, value) in values {
                    let part = value.as_text()?;
                    if part.bytes().starts_with(b"/") {
                        out = Traced::new();
                    } else if !out.is_empty() && !out.bytes().ends_with(b"/") {
                        out.push_made(b"/", at);
                    }
                    out.push(part);
                }
                Ok(Value::text(out))
            }
            "os.path.expanduser" => Ok(needed(values, 0, "path")?.clone()),
            "os.rename" | "os.replace" | "shutil.move" | "shutil.copy" | "shutil.copyfile" | "shutil.copy2" => {
                let from = needed(values, 0, "src")?.known()?.to_owned();
                let to = needed(values, 1, "dst")?.known()?.to_owned();
                let text = self.read(&from)?.ok_or(Stop::Raise)?;
                self.charge(text.len())?;
                self.removed.retain(|p| *p != to);
                self.writes.insert(to, text);
                if !name.starts_with("shutil.copy") {
                    self.writes.remove(&from);
                    self.removed.push(from);
                }
                none()
            }
            "os.remove" | "os.unlink" => {
                let path = needed(values, 0, "path")?.known()?.to_owned();
                self.read(&path)?.ok_or(Stop::Raise)?;
                self.writes.remove(&path);
                self.removed.push(path);
                none()
            }
            "subprocess.run" | "subprocess.call" | "subprocess.check_call" => {
                only(values, &["args", "check"], name)?;
                let words = needed(values, 0, "args")?;
                let Value::List(words) = words else { return gap("a command in one text") };
                let words = words.borrow().iter().map(|w| w.as_text().cloned()).collect::<Result<Vec<_>>>()?;
                self.commands.push(words);
                // What comes of it is not known.
                Ok(Value::Module("the end of a command".to_owned()))
            }
            "os.system" => {
                let text = needed(values, 0, "command")?.as_text()?;
                let plain = |b: &u8| b.is_ascii_alphanumeric() || b" ./_-".contains(b);
                if text.has_hole() || !text.bytes().iter().all(plain) {
                    return gap("this os.system");
                }
                let words = text.split(b" ").into_iter().filter(|w| !w.is_empty()).collect();
                self.commands.push(words);
                Ok(Value::Module("the end of a command".to_owned()))
            }
            "Path" | "pathlib.Path" => Ok(Value::Path(needed(values, 0, "path")?.as_text()?.clone())),
            "base64.b64decode" => {
                let text = needed(values, 0, "s")?.as_text()?.clone();
                match crate::decode::base64::decode(&text, crate::decode::base64::Strictness::Standard) {
                    Ok(plain) => Ok(Value::text(plain)),
                    Err(_) => gap("broken base64"),
                }
            }
            _ => gap(name),
        }
    }

    pub(super) fn open(&mut self, values: &Values) -> Result<Value> {
        only(values, &["file", "mode", "encoding", "newline", "errors"], "open")?;
        let path = needed(values, 0, "file")?.known()?.to_owned();
        let mode = match argument(values, 1, "mode") {
            Some(mode) => mode.known()?.replace(['b', 't'], ""),
            None => "r".to_owned(),
        };
        self.before_commands()?;
        let content = match mode.as_str() {
            "r" | "r+" => self.read(&path)?.ok_or(Stop::Raise)?,
            "w" | "w+" => Traced::new(),
            "a" => self.read(&path)?.unwrap_or_default(),
            _ => return gap("this mode of open"),
        };
        if mode.starts_with('w') {
            self.removed.retain(|p| *p != path);
            self.writes.insert(path.clone(), Traced::new());
        }
        let at = if mode == "a" { content.len() } else { 0 };
        let handle = Handle { path, content, at, writes: mode != "r", appends: mode == "a" };
        Ok(Value::File(Rc::new(RefCell::new(handle))))
    }

    /// The text of a string, or the rest of a file.
    fn text_of(&mut self, value: &Value) -> Result<Traced> {
        match value {
            Value::File(handle) => Ok(rest(&mut handle.borrow_mut())),
            Value::Module(name) if name == "sys.stdin" => Ok(self.stdin.clone()),
            other => Ok(other.as_text()?.clone()),
        }
    }

    pub(super) fn write(&mut self, file: &Value, text: &Traced) -> Result<()> {
        if let Value::File(handle) = file {
            self.before_commands()?;
            self.charge(handle.borrow().content.len())?;
        }
        match file {
            Value::File(handle) => {
                let mut handle = handle.borrow_mut();
                if !handle.writes {
                    return Err(Stop::Raise);
                }
                let start = if handle.appends { handle.content.len() } else { handle.at };
                let end = (start + text.len()).min(handle.content.len());
                let mut content = handle.content.slice(0..start);
                content.push(text);
                content.push(&handle.content.slice(end.max(start)..handle.content.len()));
                if content.len() > MAX_TEXT {
                    return Err(Stop::Unknown(crate::text::Why::Limit("length of a text of python")));
                }
                handle.at = start + text.len();
                handle.content = content.clone();
                self.writes.insert(handle.path.clone(), content);
            }
            Value::Module(name) if name == "sys.stdout" => self.stdout.push(text),
            Value::Module(name) if name == "sys.stderr" => {}
            _ => return gap("writing to this"),
        }
        Ok(())
    }

    fn print(&mut self, values: &Values) -> Result<Value> {
        only(values, &["file", "end", "sep", "flush"], "print")?;
        let at = self.at;
        let sep = argument(values, usize::MAX, "sep").map_or(Ok(Traced::made(" ", at)), |v| v.as_text().cloned())?;
        let end = argument(values, usize::MAX, "end").map_or(Ok(Traced::made("\n", at)), |v| v.as_text().cloned())?;
        let parts = values.iter().filter(|(n, _)| n.is_none()).map(|(_, v)| v.shown(at)).collect::<Result<Vec<_>>>();
        let file = argument(values, usize::MAX, "file");
        if matches!(file, Some(Value::Module(name)) if name == "sys.stderr") {
            return Ok(Value::none(at));
        }
        let mut text = Traced::join(&parts?, &sep);
        text.push(&end);
        match file {
            Some(file) => self.write(file, &text)?,
            None => self.stdout.push(&text),
        }
        Ok(Value::none(at))
    }

    /// A variable of the environment. `None` if it is not set.
    fn environment(&mut self, name: &Value) -> Result<Option<Traced>> {
        match (self.env)(name.known()?) {
            Found::Content(text) => Ok(Some(text)),
            Found::Missing => Ok(None),
            Found::Unknown(why) => Err(Stop::Unknown(why)),
        }
    }

    /// An item of something in a module: `os.environ[…]`, `sys.argv[…]`.
    pub(super) fn module_item(&mut self, module: &str, index: &Value) -> Result<Value> {
        match module {
            "os.environ" => Ok(Value::text(self.environment(index)?.ok_or(Stop::Raise)?)),
            _ => gap(&format!("an item of {module}")),
        }
    }
}

/// What is left of a file to read.
pub(super) fn rest(handle: &mut Handle) -> Traced {
    let text = handle.content.slice(handle.at..handle.content.len());
    handle.at = handle.content.len();
    text
}

fn layout(values: &Values) -> Result<Layout> {
    only(values, &["obj", "fp", "indent", "sort_keys", "separators", "ensure_ascii"], "json.dump")?;
    let indent = match argument(values, usize::MAX, "indent") {
        None | Some(Value::Scalar(Data::Null(_))) => None,
        Some(value @ Value::Scalar(Data::Str(_))) => Some(value.known()?.to_owned()),
        Some(value) => Some(" ".repeat(usize::try_from(value.whole()?).unwrap_or(0).min(16))),
    };
    let flag = |name: &str, default| argument(values, usize::MAX, name).map_or(Ok(default), Value::truth);
    let (comma, colon) = match argument(values, usize::MAX, "separators") {
        Some(list) => match list.items()?.as_slice() {
            [comma, colon] => (comma.known()?.to_owned(), colon.known()?.to_owned()),
            _ => return Err(Stop::Raise),
        },
        None => (if indent.is_some() { "," } else { ", " }.to_owned(), ": ".to_owned()),
    };
    Ok(Layout { indent, comma, colon, sort_keys: flag("sort_keys", false)?, ascii: flag("ensure_ascii", true)? })
}
