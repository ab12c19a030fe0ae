//! `expr`: one operation on whole numbers.

use crate::text::{Span, Traced};

use super::program::{Outcome, Status};

/// Runs `expr` with the arguments `argv` (without the program's name).
pub fn run(argv: &[Traced], at: Span) -> Result<Outcome, Box<Outcome>> {
    let [left, sign, right] = argv else {
        return Err(super::program::not_followed("expr of this form", argv.first().unwrap_or(&Traced::made(" ", at))));
    };
    let number = |word: &Traced| super::program::known(word).map(|text| text.parse::<i64>().ok());
    let (Some(a), Some(b)) = (number(left)?, number(right)?) else {
        return Err(super::program::not_followed("expr of text", left));
    };
    let value = match super::program::known(sign)? {
        "+" => a.checked_add(b),
        "-" => a.checked_sub(b),
        "*" => a.checked_mul(b),
        "/" | "%" if b == 0 => return Ok(Outcome::failed(2)),
        "/" => a.checked_div(b),
        "%" => a.checked_rem(b),
        other => return Err(super::program::not_followed(&format!("expr's {other}"), sign)),
    };
    let Some(value) = value else { return Ok(Outcome::failed(3)) };
    let mut outcome = Outcome::success(Traced::made(format!("{value}\n"), at));
    outcome.status = Status::Known(i32::from(value == 0));
    Ok(outcome)
}
