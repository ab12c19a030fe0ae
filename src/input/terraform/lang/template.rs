//! Renders templates: known text keeps its place, unknown parts stay unknown, and undecided directives give
//! alternatives.

use std::sync::Arc;

use crate::syntax::hcl::Part;
use crate::text::{Span, Traced, Why};
use crate::value::{Alternative, Guard, Kind, MAX_ALTERNATIVES, Value};

use super::convert::to_text;
use super::data::{Data, MAX_PIECES, MAX_TEXT};
use super::env::Env;
use super::evaluate::Evaluate;
use super::outcome::{Outcome, Refused};
use super::outcome::{combined, entries_of};

/// The alternatives of a part of a text.
pub(in super::super) type Ways = Vec<(Guard, Traced)>;

impl dyn Data + '_ {
    /// The value of a template. A template that is a single expression has the value of that expression, of any type.
    pub(super) fn template(&mut self, parts: &[Part], at: Span, env: &Env) -> Outcome {
        match parts {
            [] => return Ok(Value::str(Traced::new(), at)),
            [Part::Literal(text)] => {
                return Ok(match text.first_unknown().filter(|_| text.is_unknown()) {
                    Some((_, why)) => Value::unknown(why.clone(), at),
                    None => Value::str(text.clone(), at),
                });
            }
            [Part::Interpolation(expr)] => return self.eval(expr, env),
            _ => {}
        }
        let ways = self.render(parts, at, env)?;
        Ok(text_value(ways, at))
    }

    fn render(&mut self, parts: &[Part], at: Span, env: &Env) -> Result<Ways, Refused> {
        let rendered = parts.iter().map(|part| self.part(part, env)).collect::<Result<Vec<_>, _>>()?;
        Ok(self.put_together(rendered, &Traced::new(), at))
    }

    fn part(&mut self, part: &Part, env: &Env) -> Result<Ways, Refused> {
        match part {
            Part::Literal(text) => Ok(vec![(Guard::always(), text.clone())]),
            Part::Interpolation(expr) => {
                let value = self.eval(expr, env)?;
                ways_of(&value)
            }
            Part::If { condition, then, otherwise, span } => {
                let value = self.eval(condition, env)?;
                let truth = self.truth(&value, condition, env)?;
                let mut sides: [Option<Ways>; 2] = [None, None];
                let mut out = Ways::new();
                for (guard, answer) in truth {
                    let (slot, parts) = if answer { (0, then) } else { (1, otherwise) };
                    if sides[slot].is_none() {
                        sides[slot] = Some(self.render_deeper(parts, *span, env)?);
                    }
                    for (when, text) in sides[slot].iter().flatten() {
                        if let Some(guard) = guard.and(when) {
                            out.push((guard, text.clone()));
                        }
                    }
                }
                Ok(limited(out, *span))
            }
            Part::For { key_name, value_name, collection, body, span } => {
                let value = self.eval(collection, env)?;
                let mut out = Ways::new();
                for (guard, collection) in value.alternatives() {
                    let (rounds, open) = match entries_of(&collection) {
                        Ok(rounds) => rounds,
                        Err(Why::Invalid(why)) => return Err(Refused(why)),
                        Err(why) => (Vec::new(), Some(why)),
                    };
                    let mut parts = Vec::new();
                    for (index, (key, value)) in rounds.into_iter().enumerate() {
                        let id = format!("{span:?} {index}");
                        let mut inner = env.with(Arc::clone(value_name), value, &id);
                        if let Some(name) = key_name {
                            inner = inner.with(Arc::clone(name), key, &id);
                        }
                        parts.push(self.render_deeper(body, *span, &inner)?);
                    }
                    if let Some(why) = open {
                        let mut rounds = Traced::unknown(*span, why);
                        // What follows begins a line, as behind known rounds.
                        if ends_line(body) {
                            rounds.push_made(b"\n", *span);
                        }
                        parts.push(vec![(Guard::always(), rounds)]);
                    }
                    let ways = self.put_together(parts, &Traced::new(), *span);
                    out.extend(ways.into_iter().filter_map(|(when, text)| guard.and(&when).map(|g| (g, text))));
                }
                Ok(limited(out, *span))
            }
        }
    }

    fn render_deeper(&mut self, parts: &[Part], at: Span, env: &Env) -> Result<Ways, Refused> {
        let mut ways = Ok(Ways::new());
        let bound = self.deeper(at, |data| {
            ways = data.render(parts, at, env);
            Ok(Value::null(at))
        })?;
        match bound.kind {
            Kind::Unknown(why) => Ok(vec![(Guard::always(), Traced::unknown(at, why))]),
            _ => ways,
        }
    }

    /// Joins the parts with `between`. If there are too many alternatives, the ones with the least known text become
    /// unknown, so the rest stays known.
    pub(in super::super) fn put_together(&mut self, mut parts: Vec<Ways>, between: &Traced, at: Span) -> Ways {
        loop {
            if let Some(ways) = self.multiply(&parts, between, at) {
                return ways;
            }
            let weight = |ways: &Ways| {
                let known = |t: &Traced| t.len() - t.unknowns().map(|(r, ..)| r.len()).sum::<usize>();
                ways.iter().map(|(_, text)| known(text)).max().unwrap_or(0)
            };
            let several = parts.iter_mut().filter(|ways| ways.len() > 1);
            let Some(least) = several.min_by_key(|ways| weight(ways)) else {
                return vec![(Guard::always(), Traced::unknown(at, Why::Limit("alternatives of one text")))];
            };
            let place = least.iter().find_map(|(_, text)| text.span()).unwrap_or(at);
            *least = given_up(least, place);
            if !self.charge(64 * parts.len()) {
                return vec![(Guard::always(), Traced::unknown(at, Why::limit("steps of evaluation")))];
            }
        }
    }

    fn multiply(&mut self, parts: &[Ways], between: &Traced, at: Span) -> Option<Ways> {
        let mut out: Ways = vec![(Guard::always(), Traced::new())];
        for (index, part) in parts.iter().enumerate() {
            let size: usize = out.iter().map(|(_, t)| t.len()).max().unwrap_or(0)
                + part.iter().map(|(_, t)| t.len()).max().unwrap_or(0);
            let pieces = |ways: &Ways| ways.iter().map(|(_, t)| t.pieces().len()).max().unwrap_or(0);
            if size > MAX_TEXT || pieces(&out) + pieces(part) > MAX_PIECES {
                return Some(vec![(Guard::always(), Traced::unknown(at, Why::limit("size of a text")))]);
            }
            if index > 0 && !between.is_empty() {
                for (_, text) in &mut out {
                    text.push(between);
                }
            }
            if let [(always, only)] = &part[..]
                && always.is_always()
            {
                if !self.charge((only.len() + 16 * only.pieces().len()) * out.len()) {
                    return Some(vec![(Guard::always(), Traced::unknown(at, Why::limit("steps of evaluation")))]);
                }
                for (_, text) in &mut out {
                    text.push(only);
                }
                continue;
            }
            let next = combined(&out, part, |text, more| {
                let mut text = text.clone();
                text.push(more);
                text
            });
            if !self.charge(next.iter().map(|(_, t)| t.len()).sum()) {
                return Some(vec![(Guard::always(), Traced::unknown(at, Why::limit("steps of evaluation")))]);
            }
            if next.len() > MAX_ALTERNATIVES {
                return None;
            }
            out = next;
        }
        Some(out)
    }
}

/// The alternatives of a value as text.
pub(in super::super) fn ways_of(value: &Value) -> Result<Ways, Refused> {
    let alternatives = value.alternatives();
    let several = alternatives.len() > 1;
    let mut out = Ways::new();
    for (guard, value) in alternatives {
        match to_text(&value) {
            Ok(text) => out.push((guard, text)),
            // Terraform would reject this alternative, so its text is unknown.
            Err(Refused(why)) if several => out.push((guard, Traced::unknown(value.at, Why::Invalid(why)))),
            Err(refused) => return Err(refused),
        }
    }
    Ok(out)
}

/// The value of a text with alternatives.
pub(in super::super) fn text_value(ways: Ways, at: Span) -> Value {
    let alternatives =
        ways.into_iter().map(|(when, text)| Alternative { when, value: Value::new(Kind::Str(text), at) }).collect();
    Value::either(alternatives, at)
}

fn limited(ways: Ways, at: Span) -> Ways {
    if ways.len() > MAX_ALTERNATIVES { given_up(&ways, at) } else { ways }
}

/// One unknown text for too many alternatives. What follows begins a line if it does behind each one that writes something.
fn given_up(ways: &Ways, at: Span) -> Ways {
    let mut text = Traced::unknown(at, Why::Limit("alternatives of one text"));
    let mut written = ways.iter().map(|(_, text)| text.bytes()).filter(|bytes| !bytes.is_empty()).peekable();
    if written.peek().is_some() && written.all(|bytes| bytes.ends_with(b"\n")) {
        text.push_made(b"\n", at);
    }
    vec![(Guard::always(), text)]
}

/// True if the last thing that the body of a loop writes is a line break.
fn ends_line(body: &[Part]) -> bool {
    let written = |part: &&Part| !matches!(part, Part::Literal(text) if text.is_empty());
    matches!(body.iter().rev().find(written), Some(Part::Literal(text)) if text.bytes().ends_with(b"\n"))
}
