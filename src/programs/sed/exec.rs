//! `sed` scripts, run line by line.

use std::collections::BTreeMap;

use crate::programs::pattern::Pattern;
use crate::programs::substitute::{is_uncertain, replaced};
use crate::text::{Span, Traced, Why, budget};

use super::parse::{Action, Address, Command, Substitution};

/// The most commands that one run may execute.
const MAX_STEPS: usize = 100_000;

/// What a step takes of the budget of the unit.
const STEP: usize = 100;

/// The most bytes of pattern space that all commands of a run together may process.
const MAX_WORK: usize = 8 << 20;

/// The share of one match of a substitution in that.
const MATCH_WORK: usize = 64;

/// The longest pattern space or output, in bytes.
const MAX_BYTES: usize = 1 << 20;

/// A line of input, without its end.
pub(super) struct Line {
    pub(super) text: Traced,
    /// False for a last line without a line end.
    pub(super) ended: bool,
}

/// How a script is run.
pub(super) struct Setting {
    /// Lines are not printed automatically.
    pub(super) quiet: bool,
    /// Lines end with a zero byte.
    pub(super) zero: bool,
    /// The place of generated text.
    pub(super) at: Span,
    /// The files that the script prints, by name; missing ones are not in the map.
    pub(super) read: BTreeMap<String, Traced>,
}

impl Setting {
    fn end(&self) -> &'static [u8] {
        if self.zero { b"\0" } else { b"\n" }
    }
}

/// The lines of a text.
pub(super) fn lines(text: &Traced, zero: bool) -> Vec<Line> {
    let mut parts = text.split(if zero { b"\0" } else { b"\n" });
    let last = parts.pop().unwrap_or_default();
    let mut out: Vec<_> = parts.into_iter().map(|text| Line { text, ended: true }).collect();
    if !last.is_empty() {
        out.push(Line { text: last, ended: false });
    }
    out
}

/// The effects of a run.
pub(super) struct Done {
    pub(super) stdout: Traced,
    /// The exit status, if the script quit.
    pub(super) quit: Option<i32>,
}

/// Runs the script on the lines of one stream.
///
/// # Errors
/// Why the output is unknown.
pub(super) fn run(script: &[Command], input: &[Line], setting: &Setting) -> Result<Done, Why> {
    let first_unknown = input.iter().position(|line| line.text.has_unknown());
    let ranges = script
        .iter()
        .map(|command| match command.from {
            Some(Address::Line(0)) => RangeState::Active(None),
            _ => RangeState::Inactive,
        })
        .collect();
    let mut run = ScriptRun {
        script,
        input,
        setting,
        end: setting.end(),
        at: setting.at,
        first_unknown,
        ranges,
        next: 0,
        space: Traced::new(),
        ended: true,
        hold: Traced::new(),
        hold_ended: true,
        last_pattern: None,
        queue: Vec::new(),
        out: Traced::new(),
        missing: false,
        steps: 0,
        work: 0,
    };
    let quit = run.all()?;
    Ok(Done { stdout: run.out, quit })
}

/// The state of a command's range.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RangeState {
    Inactive,
    /// Up to the line of this number, if the end is a number.
    Active(Option<usize>),
    Closed,
}

/// How the commands of one cycle ended.
enum Cycle {
    /// At the end of the script: the pattern space is printed.
    Through,
    /// The pattern space is deleted.
    Deleted,
    /// Its first line is deleted, and the cycle restarts without reading.
    Restart,
    /// There is no more input.
    Over,
    Quit(i32),
}

struct ScriptRun<'a> {
    script: &'a [Command],
    input: &'a [Line],
    setting: &'a Setting,
    /// The line terminator.
    end: &'static [u8],
    at: Span,
    /// The first line that is partly unknown.
    first_unknown: Option<usize>,
    ranges: Vec<RangeState>,
    /// The number of lines that have been read.
    next: usize,
    space: Traced,
    ended: bool,
    hold: Traced,
    /// Whether the hold space is written with a line end: the mark moves with the text.
    hold_ended: bool,
    last_pattern: Option<&'a Pattern>,
    /// Queued to be printed after the line, and whether that is a line.
    queue: Vec<(Traced, bool)>,
    out: Traced,
    /// The output has no final line end; it is written only before more output.
    missing: bool,
    steps: usize,
    work: usize,
}

impl<'a> ScriptRun<'a> {
    fn why(&self) -> Why {
        let first = self.first_unknown.and_then(|n| self.input.get(n)).and_then(|line| line.text.first_unknown());
        first.map_or_else(|| Why::NotUnderstood("this sed script".into()), |(_, why)| why.clone())
    }

    /// Anything that depends on the number of lines, if an earlier part of them is unknown.
    fn counted(&self) -> Result<(), Why> {
        if self.first_unknown.is_some_and(|n| n < self.next) { Err(self.why()) } else { Ok(()) }
    }

    fn write(&mut self, text: &Traced, ended: bool) -> Result<(), Why> {
        if std::mem::take(&mut self.missing) {
            self.out.push_made(self.end, self.at);
        }
        self.out.push(text);
        if ended {
            self.out.push_made(self.end, self.at);
        } else {
            self.missing = true;
        }
        if self.out.len() > MAX_BYTES { Err(Why::limit("output of sed")) } else { Ok(()) }
    }

    fn print(&mut self) -> Result<(), Why> {
        let space = self.space.clone();
        self.write(&space, self.ended)
    }

    fn flush(&mut self) -> Result<(), Why> {
        for (text, line) in std::mem::take(&mut self.queue) {
            if line {
                self.write(&text, true)?;
                continue;
            }
            if std::mem::take(&mut self.missing) {
                self.out.push_made(self.end, self.at);
            }
            self.out.push(&text);
            if self.out.len() > MAX_BYTES {
                return Err(Why::limit("output of sed"));
            }
        }
        Ok(())
    }

    fn read(&mut self) -> bool {
        match self.input.get(self.next) {
            Some(line) => {
                self.space = line.text.clone();
                self.ended = line.ended;
                self.next += 1;
                true
            }
            None => false,
        }
    }

    fn all(&mut self) -> Result<Option<i32>, Why> {
        let mut restart = false;
        while std::mem::take(&mut restart) || self.read() {
            let (print, quit) = match self.cycle()? {
                Cycle::Through => (true, None),
                Cycle::Deleted => (false, None),
                Cycle::Restart => {
                    restart = true;
                    (false, None)
                }
                Cycle::Over => (true, Some(None)),
                Cycle::Quit(status) => (true, Some(Some(status))),
            };
            if print && !self.setting.quiet {
                self.print()?;
            }
            self.flush()?;
            if let Some(status) = quit {
                return Ok(status);
            }
        }
        Ok(None)
    }

    fn cycle(&mut self) -> Result<Cycle, Why> {
        let mut substituted = false;
        let mut pc = 0;
        while let Some(command) = self.script.get(pc) {
            self.steps += 1;
            self.work += self.space.len();
            if self.steps > MAX_STEPS
                || !budget::spend(STEP)
                || self.work > MAX_WORK
                || self.space.len() > MAX_BYTES
                || self.hold.len() > MAX_BYTES
            {
                return Err(Why::limit("steps of a sed script"));
            }
            let here = pc;
            pc += 1;
            if self.selected(here, command)? == command.negated {
                if let Action::Block(end) = command.action {
                    pc = end;
                }
                continue;
            }
            match &command.action {
                Action::Block(_) | Action::End => {}
                Action::Substitute(substitution) => substituted |= self.substitute(substitution)?,
                Action::Append(text) => self.queue.push((without_end(text), true)),
                Action::Read(path) => {
                    if let Some(text) = self.setting.read.get(path) {
                        self.queue.push((text.clone(), false));
                    }
                }
                Action::Insert(text) => self.write(&without_end(text), true)?,
                Action::Change(text) => {
                    let inside = command.to.is_some() && matches!(self.ranges.get(here), Some(RangeState::Active(_)));
                    if !inside || command.negated {
                        self.write(&without_end(text), true)?;
                    }
                    return Ok(Cycle::Deleted);
                }
                Action::Branch(false, to) => pc = to.unwrap_or(self.script.len()),
                Action::Branch(true, to) => {
                    if std::mem::take(&mut substituted) {
                        pc = to.unwrap_or(self.script.len());
                    }
                }
                Action::Quit(status) => return Ok(Cycle::Quit(*status)),
                Action::Letter(letter) => {
                    if let Some(end) = self.letter(*letter)? {
                        return Ok(end);
                    }
                }
            }
        }
        Ok(Cycle::Through)
    }

    fn letter(&mut self, letter: char) -> Result<Option<Cycle>, Why> {
        match letter {
            'd' => return Ok(Some(Cycle::Deleted)),
            'D' => {
                let Some(end) = self.space.bytes().iter().position(|b| [*b] == self.end) else {
                    return Ok(Some(Cycle::Deleted));
                };
                self.space = self.space.slice(end + 1..self.space.len());
                return Ok(Some(Cycle::Restart));
            }
            'p' => self.print()?,
            'P' => {
                let end = self.space.bytes().iter().position(|b| [*b] == self.end).unwrap_or(self.space.len());
                let first = self.space.slice(0..end);
                self.write(&first, true)?;
            }
            'n' => {
                self.counted()?;
                if self.next >= self.input.len() {
                    return Ok(Some(Cycle::Over));
                }
                if !self.setting.quiet {
                    self.print()?;
                }
                self.flush()?;
                self.read();
                self.counted()?;
            }
            'N' => {
                self.counted()?;
                if self.next >= self.input.len() {
                    return Ok(Some(Cycle::Over));
                }
                self.flush()?;
                let mut space = std::mem::take(&mut self.space);
                self.read();
                self.counted()?;
                space.push_made(self.end, self.at);
                space.push(&self.space);
                self.space = space;
            }
            'h' => {
                self.hold = self.space.clone();
                self.hold_ended = self.ended;
            }
            'H' => {
                self.hold.push_made(self.end, self.at);
                let space = self.space.clone();
                self.hold.push(&space);
                self.hold_ended = self.ended;
            }
            'g' => {
                self.space = self.hold.clone();
                self.ended = self.hold_ended;
            }
            'G' => {
                self.space.push_made(self.end, self.at);
                let hold = self.hold.clone();
                self.space.push(&hold);
                self.ended = self.hold_ended;
            }
            'x' => {
                std::mem::swap(&mut self.space, &mut self.hold);
                std::mem::swap(&mut self.ended, &mut self.hold_ended);
            }
            _ => return Err(Why::NotUnderstood(format!("sed's command {letter}").into())),
        }
        Ok(None)
    }

    /// Whether the command applies to the current line, ignoring its negation.
    fn selected(&mut self, index: usize, command: &'a Command) -> Result<bool, Why> {
        let Some(from) = &command.from else { return Ok(true) };
        let Some(to) = &command.to else { return self.matches(from, command) };
        let state = self.ranges.get(index).copied().unwrap_or(RangeState::Closed);
        let line = self.next;
        let (state, selected) = match state {
            RangeState::Inactive => {
                if !self.matches(from, command)? {
                    return Ok(false);
                }
                let end = match to {
                    Address::Line(end) => Some(*end),
                    Address::More(more) => Some(line.saturating_add(*more)),
                    _ => None,
                };
                if end.is_some() {
                    self.counted()?;
                }
                match end {
                    Some(end) if end <= line => (RangeState::Inactive, true),
                    _ => (RangeState::Active(end), true),
                }
            }
            RangeState::Active(Some(end)) => {
                self.counted()?;
                let state = if line >= end { RangeState::Closed } else { state };
                (state, line <= end)
            }
            RangeState::Active(None) => (if self.matches(to, command)? { RangeState::Closed } else { state }, true),
            RangeState::Closed => (state, false),
        };
        // A range that begins with a number cannot begin again; the others can.
        let state = match (state, from) {
            (RangeState::Closed, Address::Line(_)) => RangeState::Closed,
            (RangeState::Closed, _) => RangeState::Inactive,
            (state, _) => state,
        };
        if let Some(place) = self.ranges.get_mut(index) {
            *place = state;
        }
        if !selected && state == RangeState::Inactive {
            // The line past the end may begin the range again.
            return self.selected(index, command);
        }
        Ok(selected)
    }

    fn matches(&mut self, address: &'a Address, command: &'a Command) -> Result<bool, Why> {
        Ok(match address {
            Address::Line(number) => {
                if self.first_unknown.is_some_and(|n| n < *number && n < self.next) {
                    return Err(self.why());
                }
                self.next == *number
            }
            Address::Last => {
                let last = self.next >= self.input.len();
                // If a line may be several, only what follows it certainly follows the last one.
                if last && self.space.has_unknown() && (command.negated || !matches!(command.action, Action::Append(_)))
                {
                    return Err(self.why());
                }
                last
            }
            Address::Match(pattern) => {
                let Some(pattern) = pattern.as_ref().or(self.last_pattern) else {
                    return Err(Why::NotUnderstood("an empty pattern of sed".into()));
                };
                self.last_pattern = Some(pattern);
                let text = self.space.as_str().ok_or_else(|| Why::NotUnderstood("bytes that are not UTF-8".into()))?;
                let found = pattern.find(text);
                if self.space.has_unknown() {
                    let certain = found.as_ref().is_some_and(|range| !self.space.slice(range.clone()).has_unknown());
                    if !certain && command.negated {
                        return Err(self.why());
                    }
                    // A match only within the unknown part leaves an unknown part in any case.
                    return Ok(certain);
                }
                found.is_some()
            }
            Address::More(_) => false,
        })
    }

    fn substitute(&mut self, substitution: &'a Substitution) -> Result<bool, Why> {
        let Some(pattern) = substitution.pattern.as_ref().or(self.last_pattern) else {
            return Err(Why::NotUnderstood("an empty pattern of sed".into()));
        };
        self.last_pattern = Some(pattern);
        let space = self.space.clone();
        let text = space.as_str().ok_or_else(|| Why::NotUnderstood("bytes that are not UTF-8".into()))?;
        let most = if substitution.global { usize::MAX } else { substitution.nth };
        let matches = pattern.all(text, most)?;
        if matches.len() < substitution.nth {
            return Ok(false);
        }
        self.work += matches.len() * MATCH_WORK;
        if self.work > MAX_WORK {
            return Err(Why::limit("steps of a sed script"));
        }
        let matches = matches.iter().skip(substitution.nth - 1);
        let out = replaced(&space, matches.clone(), &substitution.parts, MAX_BYTES);
        let again = |text: &Traced| {
            let matches = pattern.all(text.as_str()?, most).ok()?;
            Some(replaced(text, matches.iter().skip(substitution.nth - 1), &substitution.parts, MAX_BYTES))
        };
        if is_uncertain(&space, &out, matches, again) {
            return Err(self.why());
        }
        if out.len() > MAX_BYTES {
            return Err(Why::limit("output of sed"));
        }
        self.space = out;
        if substitution.print {
            self.print()?;
        }
        Ok(true)
    }
}

fn without_end(text: &Traced) -> Traced {
    text.slice(0..text.len().saturating_sub(1))
}
