//! Python's values, which know where they were written.

use std::cell::RefCell;
use std::rc::Rc;

use crate::programs::document::Data;
use crate::programs::program::{lines, lines_with_ends};
use crate::syntax::python::not;
use crate::text::{Span, Traced, Why};

/// The most items of a value that is copied out.
const MAX_ITEMS: usize = 50_000;

/// The longest text that a program may build, in bytes.
pub(super) const MAX_TEXT: usize = 1 << 19;

/// Why the next statement is not run.
pub(super) enum Stop {
    /// Unknown.
    Unknown(Why),
    /// An exception.
    Raise,
    /// The program ends.
    Exit(i32),
}

impl From<Why> for Stop {
    fn from(why: Why) -> Self {
        Self::Unknown(why)
    }
}

pub(super) type Result<T> = std::result::Result<T, Stop>;

/// Something unsupported.
pub(super) fn gap<T>(what: &str) -> Result<T> {
    Err(Stop::Unknown(not(what)))
}

/// Something that depends on the unknown parts of `text`.
pub(super) fn unknown<T>(text: &Traced) -> Result<T> {
    Err(Stop::Unknown(text.first_unknown().map_or_else(|| not("a value"), |(_, why)| why.clone())))
}

/// The pairs of a dictionary, in order.
pub(super) type Pairs = Vec<(Traced, PyValue)>;

/// Values of arguments, perhaps with their names.
pub(super) type Values = [(Option<String>, PyValue)];

/// A value. Lists and dictionaries are shared by everything that names them.
#[derive(Clone, Debug)]
pub(super) enum PyValue {
    /// Everything immutable; never a list or a map.
    Scalar(Data),
    List(Rc<RefCell<Vec<PyValue>>>),
    Dict(Rc<RefCell<Pairs>>),
    File(Rc<RefCell<OpenFile>>),
    /// A module, or something in it, by its full name.
    Module(String),
}

/// An open file. A file opened for writing is not read.
#[derive(Debug)]
pub(super) struct OpenFile {
    pub(super) path: String,
    pub(super) content: Traced,
    /// How far it has been read.
    pub(super) at: usize,
    pub(super) writes: bool,
}

impl OpenFile {
    /// The unread rest.
    pub(super) fn rest(&mut self) -> Result<Traced> {
        if self.writes {
            return Err(Stop::Raise);
        }
        let text = self.content.slice(self.at..self.content.len());
        self.at = self.content.len();
        Ok(text)
    }
}

impl PyValue {
    pub(super) fn none(at: Span) -> Self {
        Self::Scalar(Data::Null(Traced::made("null", at)))
    }

    pub(super) fn bool(value: bool, at: Span) -> Self {
        Self::Scalar(Data::Bool(value, Traced::made(value.to_string(), at)))
    }

    pub(super) fn number(value: i64, at: Span) -> Self {
        Self::Scalar(Data::Number(Traced::made(value.to_string(), at)))
    }

    pub(super) fn text(text: Traced) -> Self {
        Self::Scalar(Data::Str(text))
    }

    pub(super) fn list(items: Vec<Self>) -> Self {
        Self::List(Rc::new(RefCell::new(items)))
    }

    /// A list of texts.
    pub(super) fn texts(items: impl IntoIterator<Item = Traced>) -> Self {
        Self::list(items.into_iter().map(Self::text).collect())
    }

    pub(super) fn dict(pairs: Pairs) -> Self {
        Self::Dict(Rc::new(RefCell::new(pairs)))
    }

    pub(super) fn from_data(data: Data) -> Self {
        match data {
            Data::List(items) => Self::list(items.into_iter().map(Self::from_data).collect()),
            Data::Map(pairs) => Self::dict(pairs.into_iter().map(|(k, v)| (k, Self::from_data(v))).collect()),
            other => Self::Scalar(other),
        }
    }

    /// The value as it is now, without sharing.
    fn to_data(&self, left: &mut usize, depth: usize) -> Result<Data> {
        if depth == 0 || *left == 0 {
            return Err(Stop::Unknown(Why::limit("size of a value of python")));
        }
        *left -= 1;
        Ok(match self {
            Self::Scalar(data) => data.clone(),
            Self::List(items) => {
                Data::List(items.borrow().iter().map(|v| v.to_data(left, depth - 1)).collect::<Result<_>>()?)
            }
            Self::Dict(pairs) => {
                let pairs = pairs.borrow();
                let pairs = pairs.iter().map(|(k, v)| Ok((k.clone(), v.to_data(left, depth - 1)?)));
                Data::Map(pairs.collect::<Result<_>>()?)
            }
            _ => return gap("a value that is not data"),
        })
    }

    /// The same, within the limits of every value.
    pub(super) fn data(&self) -> Result<Data> {
        self.to_data(&mut MAX_ITEMS.clone(), 100)
    }

    /// The size of a copy of the value: bytes of text, and items.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Scalar(Data::Str(text)) => 1 + text.len(),
            Self::List(items) => items.borrow().iter().map(|v| v.as_text().map_or(1, |t| 1 + t.len())).sum(),
            _ => 1,
        }
    }

    /// The text of a string.
    pub(super) fn as_text(&self) -> Result<&Traced> {
        match self {
            Self::Scalar(Data::Str(text) | Data::Unknown(text)) => Ok(text),
            _ => gap("something else where text should be"),
        }
    }

    /// The text of a string that must be known.
    pub(super) fn known(&self) -> Result<&str> {
        let text = self.as_text()?;
        text.known_str().map_or_else(|| unknown(text), Ok)
    }

    /// A whole number.
    pub(super) fn whole(&self) -> Result<i64> {
        match self {
            Self::Scalar(Data::Number(text)) => {
                text.known_str().and_then(|t| t.parse().ok()).map_or_else(|| gap("a number that is not whole"), Ok)
            }
            Self::Scalar(Data::Unknown(text)) => unknown(text),
            _ => gap("something else where a number should be"),
        }
    }

    pub(super) fn truth(&self) -> Result<bool> {
        Ok(match self {
            Self::Scalar(Data::Null(_)) => false,
            Self::Scalar(Data::Bool(value, _)) => *value,
            Self::Scalar(Data::Number(text)) => match text.known_str().and_then(|t| t.parse::<f64>().ok()) {
                Some(value) => value != 0.0,
                None => return gap("this number"),
            },
            Self::Scalar(Data::Str(text)) if text.has_unknown() && !text.is_unknown() => true,
            Self::Scalar(Data::Str(text) | Data::Unknown(text)) if text.has_unknown() => return unknown(text),
            Self::Scalar(Data::Str(text)) => !text.is_empty(),
            Self::List(items) => !items.borrow().is_empty(),
            Self::Dict(pairs) => !pairs.borrow().is_empty(),
            _ => return gap("the truth of this"),
        })
    }

    pub(super) fn equals(&self, other: &Self) -> Result<bool> {
        use PyValue::{Dict, List, Scalar};
        let number = |text: &Traced| text.known_str().and_then(|t| t.parse::<f64>().ok());
        Ok(match (self, other) {
            (Scalar(Data::Unknown(text)), _) | (_, Scalar(Data::Unknown(text))) => return unknown(text),
            (Scalar(Data::Str(text)), _) | (_, Scalar(Data::Str(text))) if text.has_unknown() => return unknown(text),
            (Scalar(Data::Null(_)), Scalar(Data::Null(_))) => true,
            (Scalar(Data::Bool(a, _)), Scalar(Data::Bool(b, _))) => a == b,
            (Scalar(Data::Number(a)), Scalar(Data::Number(b))) => number(a) == number(b),
            (Scalar(Data::Str(a)), Scalar(Data::Str(b))) => a.bytes() == b.bytes(),
            (Scalar(Data::Number(_)), Scalar(Data::Bool(..)))
            | (Scalar(Data::Bool(..)), Scalar(Data::Number(_)))
            | (List(_), List(_))
            | (Dict(_), Dict(_)) => return gap("this comparison"),
            (Scalar(_) | List(_) | Dict(_), Scalar(_) | List(_) | Dict(_)) => false,
            _ => return gap("this comparison"),
        })
    }

    /// The result of `str()`.
    pub(super) fn shown(&self, at: Span) -> Result<Traced> {
        Ok(match self {
            Self::Scalar(Data::Str(text) | Data::Unknown(text) | Data::Number(text)) => text.clone(),
            Self::Scalar(Data::Null(text)) => Traced::made("None", text.span().unwrap_or(at)),
            Self::Scalar(Data::Bool(value, text)) => {
                Traced::made(if *value { "True" } else { "False" }, text.span().unwrap_or(at))
            }
            _ => return gap("the text of a list or a dictionary"),
        })
    }

    /// The items that a loop goes over.
    pub(super) fn items(&self) -> Result<Vec<Self>> {
        Ok(match self {
            Self::List(items) => items.borrow().clone(),
            Self::Dict(pairs) => pairs.borrow().iter().map(|(k, _)| Self::text(k.clone())).collect(),
            Self::File(file) => split_lines(&file.borrow_mut().rest()?, true)?.items()?,
            _ => return gap("a loop over this"),
        })
    }
}

/// The lines of a text, with or without their ends.
pub(super) fn split_lines(text: &Traced, ends: bool) -> Result<PyValue> {
    if text.is_unknown() {
        return unknown(text);
    }
    Ok(PyValue::texts(if ends { lines_with_ends(text) } else { lines(text) }))
}

/// The text of a key.
pub(super) fn key(value: &PyValue) -> Result<&Traced> {
    match value {
        PyValue::Scalar(Data::Str(text)) => Ok(text),
        PyValue::Scalar(Data::Unknown(text)) => unknown(text),
        _ => gap("a key that is not a string"),
    }
}

/// The value of a key.
pub(super) fn look_up(pairs: &Pairs, key: &Traced) -> Result<Option<PyValue>> {
    if key.has_unknown() {
        return unknown(key);
    }
    if let Some((_, value)) = pairs.iter().find(|(k, _)| k.bytes() == key.bytes()) {
        return Ok(Some(value.clone()));
    }
    pairs.iter().find(|(k, _)| k.has_unknown()).map_or(Ok(None), |(k, _)| unknown(k))
}

/// Sets the value of a key.
pub(super) fn set(pairs: &mut Pairs, key: &Traced, value: PyValue) -> Result<()> {
    look_up(pairs, key)?;
    match pairs.iter_mut().find(|(k, _)| k.bytes() == key.bytes()) {
        Some((_, old)) => *old = value,
        None => pairs.push((key.clone(), value)),
    }
    Ok(())
}

/// A text within the limit on what a program may build.
pub(super) fn bounded(text: Traced) -> Result<Traced> {
    if text.len() > MAX_TEXT { Err(Stop::Unknown(Why::limit("length of a text of python"))) } else { Ok(text) }
}

/// The argument at `at` or with the name `name`.
pub(super) fn argument<'v>(values: &'v Values, at: usize, name: &str) -> Option<&'v PyValue> {
    let named = values.iter().find(|(n, _)| n.as_deref() == Some(name));
    let placed = values.iter().filter(|(n, _)| n.is_none()).nth(at);
    named.or(placed).map(|(_, v)| v)
}

/// The same, if it is required.
pub(super) fn needed<'v>(values: &'v Values, at: usize, name: &str) -> Result<&'v PyValue> {
    argument(values, at, name).ok_or(Stop::Raise)
}

/// Allows only supported arguments: at most `most` without a name, and these names.
pub(super) fn only(values: &Values, most: usize, names: &[&str], what: &str) -> Result<()> {
    let other = values.iter().filter_map(|(n, _)| n.as_deref()).find(|n| !names.contains(n));
    if other.is_some() || values.iter().filter(|(n, _)| n.is_none()).count() > most {
        return gap(&format!("{} of {what}", other.unwrap_or("an argument")));
    }
    Ok(())
}
