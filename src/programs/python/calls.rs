//! Python's functions, as far as scripts use them to edit files.

use std::cell::RefCell;
use std::rc::Rc;

use crate::programs::document::{self, Data, Layout, NoData, Yaml};
use crate::syntax::Schema;
use crate::syntax::python::{Argument, Expr};
use crate::syntax::unit::{self, Escapes};
use crate::text::Traced;

use super::interpreter::Interpreter;
use super::value::{OpenFile, PyValue, Result, Stop, Values, argument, gap, needed, only};

/// How a command ended, and the wait for it.
const END: &str = "the end of a command";
const END_OF_WAIT: &str = "the end of a command.wait";

impl Interpreter<'_> {
    pub(super) fn call(&mut self, function: &Expr, arguments: &[Argument]) -> Result<PyValue> {
        let (base, called) = match function {
            Expr::Attribute(base, name) => match self.value(base)? {
                PyValue::Module(module) => (None, PyValue::Module(format!("{module}.{name}"))),
                base => (Some((base, name)), PyValue::none(self.at)),
            },
            _ => (None, self.value(function)?),
        };
        let mut values = Vec::new();
        for (name, value) in arguments {
            values.push((name.clone(), self.value(value)?));
        }
        match (base, called) {
            (Some((base, name)), _) => self.method(&base, name, &values),
            (None, PyValue::Module(name)) => self.function(&name, &values),
            _ => gap("a call of this"),
        }
    }

    fn function(&mut self, name: &str, values: &Values) -> Result<PyValue> {
        let at = self.at;
        match name {
            "open" | "io.open" => return self.open(values),
            "json.load" | "json.loads" => {
                only(values, 1, &[], name)?;
                let text = self.text_of(needed(values, 0, "s")?)?;
                return loaded(document::from_json(&text));
            }
            "json.dump" | "json.dumps" => {
                let layout = layout(values)?;
                let text = document::to_json(&needed(values, 0, "obj")?.data()?, &layout, at)?;
                if name == "json.dumps" {
                    return Ok(PyValue::text(text));
                }
                self.write(needed(values, 1, "fp")?, &text)?;
            }
            "yaml.safe_load" | "yaml.load" | "yaml.full_load" => {
                let text = self.text_of(needed(values, 0, "stream")?)?;
                let mut documents = document::from_yaml(&text, Schema::Python, false);
                return match &mut documents {
                    Ok(list) if list.is_empty() => Ok(PyValue::none(at)),
                    Ok(list) if list.len() > 1 => Err(Stop::Raise),
                    _ => loaded(documents.and_then(|mut list| list.pop().ok_or(NoData::Broken))),
                };
            }
            "yaml.safe_dump" | "yaml.dump" => {
                let names = ["data", "stream", "default_flow_style", "sort_keys", "Dumper", "allow_unicode"];
                only(values, 2, &names, name)?;
                if flag(values, "default_flow_style", false)? {
                    return gap("yaml.dump in flow style");
                }
                let flavour = Yaml::Python { sort_keys: flag(values, "sort_keys", true)?, indented: false };
                let text = document::to_yaml(&needed(values, 0, "data")?.data()?, flavour, at)?;
                match argument(values, 1, "stream") {
                    Some(stream) => self.write(stream, &text)?,
                    None => return Ok(PyValue::text(text)),
                }
            }
            "print" => {
                only(values, usize::MAX, &["file", "flush"], name)?;
                let parts = values.iter().filter(|(n, _)| n.is_none()).map(|(_, v)| v.shown(at));
                let mut line = Traced::join(&parts.collect::<Result<Vec<_>>>()?, &Traced::made(" ", at));
                line.push_made(b"\n", at);
                match argument(values, usize::MAX, "file") {
                    Some(file) => self.write(file, &line)?,
                    None => self.stdout.push(&line),
                }
            }
            "str" => {
                only(values, 1, &[], name)?;
                return Ok(PyValue::text(needed(values, 0, "object")?.shown(at)?));
            }
            "sys.exit" | "exit" | "quit" | "SystemExit" => {
                return Err(match argument(values, 0, "status") {
                    None | Some(PyValue::Scalar(Data::Null(_))) => Stop::Exit(0),
                    Some(value) => match u8::try_from(value.whole()?) {
                        Ok(status) => Stop::Exit(i32::from(status)),
                        Err(_) => return gap("this exit status"),
                    },
                });
            }
            "sys.stdin.read" => return Ok(PyValue::text(std::mem::take(&mut self.stdin))),
            "sys.stdout.write" | "sys.stderr.write" => {
                let stream = name.trim_end_matches(".write").to_owned();
                let text = needed(values, 0, "text")?.as_text()?.clone();
                self.write(&PyValue::Module(stream), &text)?;
            }
            "sys.stdout.flush" | "os.chmod" | "os.chown" | "os.makedirs" | "os.umask" => {}
            "os.getenv" | "os.environ.get" => {
                return Ok(match self.variable(needed(values, 0, "key")?)? {
                    Some(text) => PyValue::text(text),
                    None => argument(values, 1, "default").map_or_else(|| PyValue::none(at), Clone::clone),
                });
            }
            "os.path.exists" | "os.path.isfile" => {
                let found = self.read(needed(values, 0, "path")?.known()?)?.is_some();
                return Ok(PyValue::bool(found, at));
            }
            "os.rename" | "os.replace" | "shutil.move" | "shutil.copy" | "shutil.copyfile" | "shutil.copy2" => {
                let from = needed(values, 0, "src")?.known()?;
                let to = needed(values, 1, "dst")?.known()?;
                if to.ends_with('/') {
                    return gap(&format!("{name} into a folder"));
                }
                let text = self.content(from)?;
                self.leave(to, text)?;
                if !name.starts_with("shutil.copy") {
                    self.remove(from)?;
                }
            }
            "os.remove" | "os.unlink" => self.remove(needed(values, 0, "path")?.known()?)?,
            "subprocess.run" | "subprocess.call" | "subprocess.check_call" | "subprocess.Popen" => {
                let streams = ["stdout", "stderr", "capture_output", "text", "universal_newlines", "timeout"];
                only(values, 1, &[&["args", "check", "shell"], &streams[..]].concat(), name)?;
                let words = match (needed(values, 0, "args")?, flag(values, "shell", false)?) {
                    (PyValue::List(words), false) => {
                        words.borrow().iter().map(|w| w.as_text().cloned()).collect::<Result<_>>()?
                    }
                    (PyValue::List(_), true) => return gap("a list of words for a shell"),
                    (text, true) => self.for_shell(text)?,
                    // A text without a shell is the name of a program.
                    (text, false) => vec![text.as_text()?.clone()],
                };
                return Ok(self.command(words));
            }
            "os.system" | "os.popen" => {
                only(values, 1, &["command", "cmd"], name)?;
                let text = argument(values, 0, "command").or_else(|| argument(values, 0, "cmd")).ok_or(Stop::Raise)?;
                let words = self.for_shell(text)?;
                return Ok(self.command(words));
            }
            "os.execv" | "os.execvp" => {
                let program = needed(values, 0, "file")?.as_text()?.clone();
                let rest = needed(values, 1, "args")?.items()?.into_iter().skip(1);
                let rest = rest.map(|w| w.as_text().cloned()).collect::<Result<Vec<_>>>()?;
                self.command([vec![program], rest].concat());
                return Err(Stop::Exit(0));
            }
            "shlex.split" => {
                only(values, 1, &[], name)?;
                let text = needed(values, 0, "s")?.as_text()?;
                let (words, whole) = unit::split(text, Escapes::Relaxed);
                if !whole || text.has_unknown() || text.bytes().contains(&b'\\') {
                    return gap("shlex.split of this");
                }
                return Ok(PyValue::texts(words));
            }
            END_OF_WAIT => return Ok(PyValue::Module(END.to_owned())),
            _ => return gap(name),
        }
        Ok(PyValue::none(at))
    }

    /// Runs a command, whose result is unknown.
    fn command(&mut self, words: Vec<Traced>) -> PyValue {
        self.commands.push(words);
        PyValue::Module(END.to_owned())
    }

    /// The command that runs a text by a shell.
    fn for_shell(&self, text: &PyValue) -> Result<Vec<Traced>> {
        Ok(vec![Traced::made("sh", self.at), Traced::made("-c", self.at), text.as_text()?.clone()])
    }

    fn remove(&mut self, path: &str) -> Result<()> {
        self.content(path)?;
        self.writes.remove(path);
        self.removed.push(path.to_owned());
        Ok(())
    }

    fn open(&mut self, values: &Values) -> Result<PyValue> {
        only(values, 2, &["file", "mode", "encoding"], "open")?;
        let path = needed(values, 0, "file")?.known()?.to_owned();
        let mode = argument(values, 1, "mode").map_or(Ok("r"), PyValue::known)?;
        let content = match mode {
            "r" | "rt" => self.content(&path)?,
            "w" | "wt" => Traced::new(),
            "a" | "at" => self.read(&path)?.unwrap_or_default(),
            _ => return gap(&format!("the mode {mode} of open")),
        };
        let writes = !mode.starts_with('r');
        if writes {
            self.leave(&path, content.clone())?;
        }
        Ok(PyValue::File(Rc::new(RefCell::new(OpenFile { path, content, at: 0, writes }))))
    }

    /// The text of a string, or the rest of a file.
    fn text_of(&mut self, value: &PyValue) -> Result<Traced> {
        match value {
            PyValue::File(file) => file.borrow_mut().rest(),
            PyValue::Module(name) if name == "sys.stdin" => Ok(std::mem::take(&mut self.stdin)),
            other => other.as_text().cloned(),
        }
    }

    /// Writes to a file or to one of the standard streams.
    pub(super) fn write(&mut self, file: &PyValue, text: &Traced) -> Result<()> {
        match file {
            PyValue::File(file) => {
                let mut file = file.borrow_mut();
                if !file.writes {
                    return Err(Stop::Raise);
                }
                file.content.push(text);
                self.leave(&file.path, file.content.clone())?;
            }
            PyValue::Module(name) if name == "sys.stdout" => self.stdout.push(text),
            PyValue::Module(name) if name == "sys.stderr" => {}
            _ => return gap("writing to this"),
        }
        Ok(())
    }
}

fn loaded(done: std::result::Result<Data, NoData>) -> Result<PyValue> {
    match done {
        Ok(data) => Ok(PyValue::from_data(data)),
        Err(NoData::Broken) => Err(Stop::Raise),
        Err(NoData::Unknown(why)) => Err(Stop::Unknown(why)),
    }
}

/// A named argument that is true or false.
fn flag(values: &Values, name: &str, default: bool) -> Result<bool> {
    argument(values, usize::MAX, name).map_or(Ok(default), PyValue::truth)
}

fn layout(values: &Values) -> Result<Layout> {
    only(values, 2, &["obj", "fp", "indent", "sort_keys", "separators", "ensure_ascii"], "json.dump")?;
    let indent = match argument(values, usize::MAX, "indent") {
        None | Some(PyValue::Scalar(Data::Null(_))) => None,
        Some(value @ PyValue::Scalar(Data::Str(_))) => Some(value.known()?.to_owned()),
        Some(value) => Some(" ".repeat(usize::try_from(value.whole()?).unwrap_or(0).min(16))),
    };
    let (comma, colon) = match argument(values, usize::MAX, "separators") {
        Some(list) => match list.items()?.as_slice() {
            [comma, colon] => (comma.known()?.to_owned(), colon.known()?.to_owned()),
            _ => return Err(Stop::Raise),
        },
        None => (if indent.is_some() { "," } else { ", " }.to_owned(), ": ".to_owned()),
    };
    let (sort_keys, ascii) = (flag(values, "sort_keys", false)?, flag(values, "ensure_ascii", true)?);
    Ok(Layout { indent, comma, colon, sort_keys, ascii, delete: false })
}
