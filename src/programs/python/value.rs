//! Python's values, which know where they were written.

use std::cell::RefCell;
use std::rc::Rc;

use crate::programs::data::Data;
use crate::syntax::python::{Expr, Statement, not};
use crate::text::{Span, Traced, Why};

/// The most items of a value that is copied out.
const MAX_ITEMS: usize = 50_000;

/// Why a statement does not go on to the next.
pub(super) enum Stop {
    /// Nobody knows what happens.
    Unknown(Why),
    /// An exception.
    Raise,
    /// The program ends.
    Exit(i32),
    Break,
    Continue,
    Return(Value),
}

impl From<Why> for Stop {
    fn from(why: Why) -> Self {
        Self::Unknown(why)
    }
}

pub(super) type Result<T> = std::result::Result<T, Stop>;

pub(super) fn gap<T>(what: &str) -> Result<T> {
    Err(Stop::Unknown(not(what)))
}

/// The pairs of a dictionary, in their order.
pub(super) type Pairs = Vec<(Traced, Value)>;

/// A value. Lists and dictionaries are shared by everything that names them.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// Everything that cannot be changed; never a list or a map.
    Scalar(Data),
    List(Rc<RefCell<Vec<Value>>>),
    Dict(Rc<RefCell<Pairs>>),
    File(Rc<RefCell<Handle>>),
    Path(Traced),
    /// A module, or something in it, by its full name.
    Module(String),
    Function(Rc<Function>),
}

/// A function that the program defines.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) parameters: Vec<(String, Option<Expr>)>,
    pub(super) body: Vec<Statement>,
}

/// An open file.
#[derive(Debug)]
pub(super) struct Handle {
    pub(super) path: String,
    pub(super) content: Traced,
    pub(super) at: usize,
    pub(super) writes: bool,
    pub(super) appends: bool,
}

impl Value {
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

    /// The value as it is now, without what shares it.
    pub(super) fn to_data(&self, left: &mut usize, depth: usize) -> Result<Data> {
        if depth == 0 || *left == 0 {
            return Err(Stop::Unknown(Why::Limit("size of a value of python")));
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
            _ => return gap("a value that is no data"),
        })
    }

    /// The same, within the bounds that every value has.
    pub(super) fn data(&self) -> Result<Data> {
        self.to_data(&mut MAX_ITEMS.clone(), 100)
    }

    /// What a copy of the value takes: bytes of text, and items.
    pub(super) fn weight(&self) -> usize {
        let own = |value: &Self| match value {
            Self::Scalar(Data::Str(text)) | Self::Path(text) => 1 + text.len(),
            _ => 1,
        };
        match self {
            Self::List(items) => items.borrow().iter().map(own).sum(),
            other => own(other),
        }
    }

    /// Why nobody knows the value, if it is not known whole.
    pub(super) fn unknown(&self) -> Option<Why> {
        let (Self::Scalar(Data::Hole(text) | Data::Str(text)) | Self::Path(text)) = self else { return None };
        text.first_hole().map(|(_, why)| why.clone())
    }

    /// The text of a string or a path.
    pub(super) fn as_text(&self) -> Result<&Traced> {
        match self {
            Self::Scalar(Data::Str(text) | Data::Hole(text)) | Self::Path(text) => Ok(text),
            _ => gap("something else where text should be"),
        }
    }

    /// The text of a string or a path that must be known.
    pub(super) fn known(&self) -> Result<&str> {
        let text = self.as_text()?;
        match text.known_str() {
            Some(words) => Ok(words),
            None => Err(Stop::Unknown(self.unknown().unwrap_or_else(|| not("bytes")))),
        }
    }

    /// A whole number.
    pub(super) fn whole(&self) -> Result<i64> {
        match self {
            Self::Scalar(Data::Number(text)) => match text.known_str().and_then(|t| t.parse().ok()) {
                Some(value) => Ok(value),
                None => gap("a number that is not whole"),
            },
            Self::Scalar(Data::Bool(value, _)) => Ok(i64::from(*value)),
            Self::Scalar(Data::Hole(_)) => Err(Stop::Unknown(self.unknown().unwrap_or_else(|| not("a number")))),
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
            Self::Scalar(Data::Str(text)) if text.has_hole() && !text.is_hole() => true,
            Self::Scalar(Data::Str(text) | Data::Hole(text)) => match text.first_hole() {
                Some((_, why)) => return Err(Stop::Unknown(why.clone())),
                None => !text.is_empty(),
            },
            Self::List(items) => !items.borrow().is_empty(),
            Self::Dict(pairs) => !pairs.borrow().is_empty(),
            _ => true,
        })
    }

    pub(super) fn equals(&self, other: &Self) -> Result<bool> {
        if let Some(why) = self.unknown().or_else(|| other.unknown()) {
            return Err(Stop::Unknown(why));
        }
        let number = |text: &Traced| text.known_str().and_then(|t| t.parse::<f64>().ok());
        Ok(match (self, other) {
            (Self::Scalar(Data::Null(_)), Self::Scalar(Data::Null(_))) => true,
            (Self::Scalar(Data::Bool(a, _)), Self::Scalar(Data::Bool(b, _))) => a == b,
            (Self::Scalar(Data::Number(a)), Self::Scalar(Data::Number(b))) => number(a) == number(b),
            (Self::Scalar(Data::Number(_)), Self::Scalar(Data::Bool(..)))
            | (Self::Scalar(Data::Bool(..)), Self::Scalar(Data::Number(_)))
            | (Self::List(_), Self::List(_))
            | (Self::Dict(_), Self::Dict(_)) => return gap("this comparison"),
            (Self::Scalar(Data::Str(a)), Self::Scalar(Data::Str(b))) => a.bytes() == b.bytes(),
            _ => false,
        })
    }

    /// What `str()` gives.
    pub(super) fn shown(&self, at: Span) -> Result<Traced> {
        Ok(match self {
            Self::Scalar(Data::Str(text) | Data::Hole(text) | Data::Number(text)) | Self::Path(text) => text.clone(),
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
            Self::File(handle) => {
                let mut handle = handle.borrow_mut();
                let rest = handle.content.slice(handle.at..handle.content.len());
                handle.at = handle.content.len();
                lines(&rest, true)?
            }
            _ => return gap("a loop over this"),
        })
    }
}

/// The lines of a text, with their ends or without.
pub(super) fn lines(text: &Traced, ends: bool) -> Result<Vec<Value>> {
    if let Some((_, why)) = text.first_hole()
        && text.is_hole()
    {
        return Err(Stop::Unknown(why.clone()));
    }
    let mut parts = text.split(b"\n");
    let last = parts.pop().filter(|l| !l.is_empty());
    let newline = |mut line: Traced, at: usize| {
        if ends {
            line.push(&text.slice(at..at + 1));
        }
        line
    };
    let mut at = 0;
    let mut out = Vec::new();
    for part in parts {
        at += part.len() + 1;
        out.push(Value::text(newline(part, at - 1)));
    }
    out.extend(last.map(Value::text));
    Ok(out)
}

/// The value of a key.
pub(super) fn look_up(pairs: &Pairs, key: &Traced) -> Result<Option<Value>> {
    if let Some((_, why)) = key.first_hole() {
        return Err(Stop::Unknown(why.clone()));
    }
    if let Some((_, value)) = pairs.iter().find(|(k, _)| k.bytes() == key.bytes()) {
        return Ok(Some(value.clone()));
    }
    match pairs.iter().find_map(|(k, _)| k.first_hole()) {
        Some((_, why)) => Err(Stop::Unknown(why.clone())),
        None => Ok(None),
    }
}

/// Sets the value of a key.
pub(super) fn set(pairs: &mut Pairs, key: &Traced, value: Value) -> Result<()> {
    look_up(pairs, key)?;
    match pairs.iter_mut().find(|(k, _)| k.bytes() == key.bytes()) {
        Some((_, old)) => *old = value,
        None => pairs.push((key.clone(), value)),
    }
    Ok(())
}
