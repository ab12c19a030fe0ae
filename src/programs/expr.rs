//! `expr`: one operation on whole numbers.

use crate::text::Traced;

use super::program::{Done, Effects, Invocation, Status, known, not_followed};

/// Runs `expr`.
pub(crate) fn run(call: &mut Invocation<'_>) -> Done<Effects> {
    let [left, sign, right] = call.argv else {
        let word = call.argv.first().cloned().unwrap_or_else(|| Traced::made(" ", call.at));
        return Err(not_followed("expr of this form", &word));
    };
    let number = |word: &Traced| known(word).map(|text| text.parse::<i64>().ok());
    let (Some(a), Some(b)) = (number(left)?, number(right)?) else {
        return Err(not_followed("expr of text", left));
    };
    let value = match known(sign)? {
        "+" => a.checked_add(b),
        "-" => a.checked_sub(b),
        "*" => a.checked_mul(b),
        "/" | "%" if b == 0 => return Ok(Effects::failed(2)),
        "/" => a.checked_div(b),
        "%" => a.checked_rem(b),
        other => return Err(not_followed(&format!("expr's {other}"), sign)),
    };
    let Some(value) = value else { return Ok(Effects::failed(3)) };
    let mut outcome = Effects::success(Traced::made(format!("{value}\n"), call.at));
    outcome.status = Status::Known(i32::from(value == 0));
    Ok(outcome)
}
