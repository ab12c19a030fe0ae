//! The values that a filter works on: JSON in which every scalar knows where it was written.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;

use indexmap::IndexMap;

use crate::programs::document::{self, Data, Layout};
use crate::text::{Span, Traced, Why, budget};

/// The most steps (items visited, values made) that one call may take.
const FUEL: u32 = 100_000;

/// How many bytes of JSON a filter may write in one step.
const BYTES_OF_A_STEP: usize = 16;

/// The deepest value that a filter may build, in levels.
const MAX_LEVELS: u32 = 100;

/// What a step takes of the budget of the unit.
const STEP: usize = 100;

/// The most bytes of the stack that a call may use before it is given up. A filter that nests more does so through its
/// functions, and nested calls take steps. Between two steps, the engine's work is bounded by the size of the filter.
const MAX_STACK: usize = 700 << 10;

/// The most values within one value, itself included.
const MAX_WEIGHT: usize = 200_000;

/// The longest string that a filter may build, in bytes.
pub(super) const MAX_STRING: usize = 1 << 20;

/// The remaining limits of one call of the program, and its first error. Stored on the thread of the call.
struct Call {
    at: Option<Span>,
    /// The position of the stack when the call began.
    stack: usize,
    fuel: u32,
    given_up: Option<Why>,
    inputs: VecDeque<Val>,
}

thread_local! {
    static CALL: RefCell<Call> = const {
        RefCell::new(Call { at: None, stack: 0, fuel: 0, given_up: None, inputs: VecDeque::new() })
    };
}

/// Starts the call of the program at `at` on this thread.
pub(super) fn begin(at: Span) {
    let stack = stack_end();
    CALL.with_borrow_mut(|call| {
        *call = Call { at: Some(at), stack, fuel: FUEL, given_up: None, inputs: VecDeque::new() };
    });
}

/// The current end of the stack, approximately.
#[inline(never)]
fn stack_end() -> usize {
    let here = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&here)).addr()
}

/// Stores the inputs that the filter will be run on, or reads itself.
pub(super) fn queue(inputs: Vec<Val>) {
    CALL.with_borrow_mut(|call| call.inputs = inputs.into());
}

/// The next input.
pub(super) fn next_input() -> Option<Val> {
    CALL.with_borrow_mut(|call| call.inputs.pop_front())
}

/// Why the result of the call is unknown, if it is.
pub(super) fn given_up() -> Option<Why> {
    CALL.with_borrow(|call| call.given_up.clone())
}

/// Gives up the call: its result is unknown, and it ends soon.
pub(super) fn give_up(why: Why) {
    CALL.with_borrow_mut(|call| {
        call.fuel = 0;
        call.given_up.get_or_insert(why);
    });
}

/// The same for an unsupported construct.
pub(super) fn not_followed(what: &str) {
    give_up(Why::NotUnderstood(what.into()));
}

/// Takes one step; false if there are none left.
pub(super) fn tick() -> bool {
    let stack = stack_end();
    CALL.with_borrow_mut(|call| {
        if call.stack.abs_diff(stack) > MAX_STACK {
            call.fuel = 0;
            call.given_up.get_or_insert(Why::limit("depth of a jq filter"));
        }
        if call.fuel == 0 || !budget::spend(STEP) {
            call.given_up.get_or_insert(Why::limit("steps of a jq filter"));
            return false;
        }
        call.fuel -= 1;
        true
    })
}

/// Text that the filter computed.
pub(super) fn made(text: &str) -> Rc<Traced> {
    let at = CALL.with_borrow(|call| call.at);
    Rc::new(at.map_or_else(Traced::new, |at| Traced::made(text, at)))
}

/// A JSON value. Scalars hold their text as it will be written, with its places.
#[derive(Clone, Debug)]
pub(super) enum Val {
    Null(Rc<Traced>),
    Bool(bool, Rc<Traced>),
    Number(f64, Rc<Traced>),
    /// The text without quotes and escapes. It may have unknown parts.
    Str(Rc<Traced>),
    Arr(Rc<Arr>),
    Obj(Rc<Obj>),
    /// An unknown value.
    Unknown(Rc<Traced>),
}

/// An array, with the depth and the number of values in it.
#[derive(Debug)]
pub(super) struct Arr {
    pub(super) items: Vec<Val>,
    depth: u32,
    weight: usize,
}

/// The pairs of an object by the text of their keys, in insertion order.
pub(super) type Pairs = IndexMap<Vec<u8>, (Rc<Traced>, Val)>;

/// An object, with the depth and the number of values in it.
#[derive(Debug)]
pub(super) struct Obj {
    pub(super) pairs: Pairs,
    depth: u32,
    weight: usize,
    /// True if a key is partly unknown, which makes it uncertain whether some other key exists.
    pub(super) unknown_keys: bool,
}

impl Val {
    pub(super) fn null() -> Self {
        Self::Null(made("null"))
    }

    pub(super) fn str(text: &str) -> Self {
        Self::Str(made(text))
    }

    pub(super) fn number(value: f64) -> Self {
        Self::Number(value, made(&number_text(value)))
    }

    fn size(&self) -> (u32, usize) {
        match self {
            Self::Arr(arr) => (arr.depth, arr.weight),
            Self::Obj(obj) => (obj.depth, obj.weight),
            _ => (0, 1),
        }
    }

    fn sizes<'a>(vals: impl Iterator<Item = &'a Self>) -> Option<(u32, usize)> {
        let (mut depth, mut weight) = (1, 1_usize);
        for val in vals {
            let (d, w) = val.size();
            depth = depth.max(d + 1);
            weight = weight.saturating_add(w);
        }
        if depth > MAX_LEVELS {
            give_up(Why::limit("depth of a jq value"));
            return None;
        }
        if weight > MAX_WEIGHT {
            give_up(Why::limit("size of a jq value"));
            return None;
        }
        Some((depth, weight))
    }

    /// An array; null, and the call given up, if it is too large.
    pub(super) fn arr(items: Vec<Self>) -> Self {
        match Self::sizes(items.iter()) {
            Some((depth, weight)) => Self::Arr(Rc::new(Arr { items, depth, weight })),
            None => Self::null(),
        }
    }

    /// An object; null, and the call given up, if it is too large.
    pub(super) fn obj(pairs: Pairs) -> Self {
        match Self::sizes(pairs.values().map(|(_, v)| v)) {
            Some((depth, weight)) => {
                let unknown_keys = pairs.values().any(|(k, _)| k.has_unknown());
                Self::Obj(Rc::new(Obj { pairs, depth, weight, unknown_keys }))
            }
            None => Self::null(),
        }
    }

    /// The name of the type, as in jq; `None` if unknown.
    pub(super) fn type_name(&self) -> Option<&'static str> {
        Some(match self {
            Self::Null(_) => "null",
            Self::Bool(..) => "boolean",
            Self::Number(..) => "number",
            Self::Str(_) => "string",
            Self::Arr(_) => "array",
            Self::Obj(_) => "object",
            Self::Unknown(text) => {
                give_up_on(text);
                return None;
            }
        })
    }

    /// False for `null` and `false`, true for all else.
    pub(super) fn truth(&self) -> bool {
        match self {
            Self::Null(_) => false,
            Self::Bool(value, _) => *value,
            Self::Unknown(text) => {
                give_up_on(text);
                false
            }
            _ => true,
        }
    }

    /// The text of a string that is fully known.
    pub(super) fn known_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => {
                if text.has_unknown() {
                    give_up_on(text);
                    return None;
                }
                text.as_str()
            }
            Self::Unknown(text) => {
                give_up_on(text);
                None
            }
            _ => None,
        }
    }

    pub(super) fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(value, _) => Some(*value),
            Self::Unknown(text) => {
                give_up_on(text);
                None
            }
            _ => None,
        }
    }

    /// The value on one line, as from `tojson`.
    pub(super) fn compact(&self) -> Traced {
        let text = self.text(&Layout { delete: true, ..Layout::compact() });
        (0..text.len() / BYTES_OF_A_STEP).all(|_| tick());
        text
    }

    /// The value in `layout`, without a line end; empty if the call has been given up.
    pub(super) fn text(&self, layout: &Layout) -> Traced {
        // The place of generated text: brackets, commas, indentation.
        let Some(at) = made(" ").span().filter(|_| given_up().is_none()) else { return Traced::new() };
        document::to_json(&self.data(), layout, at).unwrap_or_else(|why| {
            give_up(why);
            Traced::new()
        })
    }

    fn data(&self) -> Data {
        match self {
            Self::Null(text) => Data::Null((**text).clone()),
            Self::Bool(value, text) => Data::Bool(*value, (**text).clone()),
            Self::Number(_, text) => Data::Number((**text).clone()),
            Self::Str(text) => Data::Str((**text).clone()),
            Self::Arr(arr) => Data::List(arr.items.iter().map(Self::data).collect()),
            Self::Obj(obj) => Data::Map(obj.pairs.values().map(|(k, v)| ((**k).clone(), v.data())).collect()),
            Self::Unknown(text) => Data::Unknown((**text).clone()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Null(_) => 0,
            Self::Bool(false, _) => 1,
            Self::Bool(true, _) => 2,
            Self::Number(..) => 3,
            Self::Str(_) => 4,
            Self::Arr(_) => 5,
            Self::Obj(_) => 6,
            Self::Unknown(_) => 7,
        }
    }
}

/// The call needs a value that is partly unknown.
pub(super) fn give_up_on(text: &Traced) {
    if let Some((_, why)) = text.first_unknown() {
        give_up(why.clone());
    }
}

impl PartialEq for Val {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Val {}

impl PartialOrd for Val {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Val {
    /// jq's order: null, false, true, numbers, strings, arrays, objects. It stays total even when the call has been given up,
    /// because a sort by anything else may panic.
    fn cmp(&self, other: &Self) -> Ordering {
        tick();
        for side in [self, other] {
            if let Self::Unknown(text) = side {
                give_up_on(text);
            }
        }
        match (self, other) {
            (Self::Number(a, _), Self::Number(b, _)) => {
                if a.is_nan() || b.is_nan() {
                    not_followed("jq's nan");
                }
                a.partial_cmp(b).unwrap_or_else(|| a.total_cmp(b))
            }
            (Self::Str(a), Self::Str(b)) => {
                give_up_on(a);
                give_up_on(b);
                a.bytes().cmp(b.bytes())
            }
            (Self::Arr(a), Self::Arr(b)) => a.items.cmp(&b.items),
            (Self::Obj(a), Self::Obj(b)) => {
                if a.unknown_keys || b.unknown_keys {
                    not_followed("a comparison of objects with unknown keys");
                }
                let (mut left, mut right): (Vec<_>, Vec<_>) = (a.pairs.iter().collect(), b.pairs.iter().collect());
                left.sort_by(|x, y| x.0.cmp(y.0));
                right.sort_by(|x, y| x.0.cmp(y.0));
                let keys = left.iter().map(|(k, _)| *k).cmp(right.iter().map(|(k, _)| *k));
                keys.then_with(|| left.iter().map(|(_, v)| &v.1).cmp(right.iter().map(|(_, v)| &v.1)))
            }
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl fmt::Display for Val {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.compact().to_text())
    }
}

/// A number as jq 1.6 writes it: the shortest decimals of 17 digits, with an exponent if the point is far away.
pub(super) fn number_text(value: f64) -> String {
    if value.is_nan() {
        return "null".to_owned();
    }
    let value = value.clamp(f64::MIN, f64::MAX);
    if value == 0.0 {
        return if value.is_sign_negative() { "-0" } else { "0" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count() as i32;
    let point = exponent + 1;
    if point <= -4 || point > digits + 15 {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{mantissa}e{sign}{:02}", exponent.abs())
    } else {
        format!("{value}")
    }
}
