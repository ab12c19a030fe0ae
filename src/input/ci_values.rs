//! What the commands of a repository give to Terraform, Packer or Pulumi: the files after `-var-file`, the values of `-var` and
//! `TF_VAR_`, and those of `pulumi config set`, in files of CI systems, Makefiles and scripts. Nothing is run; a placeholder in a path
//! stands for any text.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::node::Cx;
use crate::text::budget;

use super::command_files::{MAX_COMMANDS, has_commands, is_too_large};
use super::job_scopes::{Jobs, Scope, Site, without_idle};
use super::references::{each_way, is_known, referenced, values_of};
use super::yaml_files;

mod tool;

pub(super) use tool::{PACKER, PULUMI, TERRAFORM, Tool};

use tool::SET;

/// What sets a variable of Terraform: a variable of the environment, or `-var`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Assigned {
    /// The name of Terraform's variable.
    pub(super) name: String,
    /// The range of the value in the file, without quotes.
    pub(super) value: Range<usize>,
    /// False if something else fills the value in.
    pub(super) known: bool,
    /// The number of its block: assignments on lines that follow each other belong together.
    pub(super) block: usize,
    /// The number of its line.
    pub(super) line: usize,
    /// For one of several values of a job: `=VALUE`, which tells them apart.
    pub(super) one_of: String,
}

/// What one command gives to Terraform.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Call {
    /// The files of values in order; `*` stands for what is filled in.
    pub(super) files: Vec<String>,
    /// The values of `-var`, each with the number of files before it.
    pub(super) options: Vec<(usize, Assigned)>,
}

/// What one file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Commands {
    /// The commands that name files of values or set variables.
    pub(super) calls: Vec<Call>,
    /// All files of values that they name, each with where it is named.
    pub(super) named: Vec<(String, usize)>,
    /// The assignments of `TF_VAR_`, in order.
    pub(super) environment: Vec<Assigned>,
    /// True if the file runs Terraform or OpenTofu.
    pub(super) runs: bool,
    /// Limits beyond which the file is not read.
    limits: BTreeSet<&'static str>,
}

/// The most ways in which values are given to something.
pub(super) const MAX_WAYS: usize = 64;

/// With more commands in a file, each assignment counts.
const MAX_SITES: usize = 500;

/// The most commands and assignments of one file.
const MAX_FOUND: usize = 256;
const FOUND: &str = "commands with values of one file";

/// The most words of one file that may introduce a path or a value.
const MAX_WORDS: usize = 2_000;

/// The longest path of a file of values.
const MAX_PATH: usize = 400;

/// Words that introduce a path of a file of values: options of Terraform, and the input of an action.
const WORDS: &[&str] = &["var-file", "var_file:"];

/// Options of this command that take the next word.
const VALUED: &[&str] = &["--config-file", "--cwd", "--stack", "-C", "-s"];

/// A file with commands, as it was read.
pub(super) type Found = Vec<(PathBuf, Arc<Commands>)>;

/// The commands in the files of a folder, read once for all units.
pub(super) fn commands_in(dir: &Path, tool: &'static Tool, cx: &Cx<'_>) -> Found {
    let slot = cx.shared.slot::<Found>(&dir.join(tool.prefix));
    let read = |path: &PathBuf| {
        let bytes = cx.files.glance(path)?;
        let mut marks = WORDS.iter().chain(tool.options).chain([&tool.prefix]);
        let named = !tool.named || tool.programs.iter().any(|program| yaml_files::holds(&bytes, program.as_bytes()));
        let marked = named && marks.any(|mark| yaml_files::holds(&bytes, mark.as_bytes()));
        if !marked {
            return None;
        }
        let text = as_text(&bytes);
        let runs = || tool.programs.iter().any(|program| text.contains(&format!("{program} ")));
        if bytes.len() > MAX_COMMANDS && !runs() {
            return None;
        }
        // From here on, those of this file.
        budget::limits();
        let mut found = Commands::default();
        if !is_too_large(&bytes) {
            let yaml = path.extension().is_some_and(|e| e == "yml" || e == "yaml");
            let text = if yaml { without_idle(&text) } else { Cow::Borrowed(&*text) };
            found = commands(&text, tool);
            if yaml {
                leave_out_hidden(&text, tool, &mut found);
            }
            follow_references(&text, dir.ends_with(".github/workflows"), &mut found);
        }
        found.limits = budget::limits();
        Some((path.clone(), Arc::new(found)))
    };
    let search =
        || budget::aside(|| cx.files.list(dir).iter().filter(|path| has_commands(path)).filter_map(read).collect());
    let found = slot.get_or_init(search).clone();
    // Each unit that asks has read them.
    for (path, commands) in &found {
        drop(cx.files.read(path));
        commands.limits.iter().for_each(|limit| budget::reached(limit));
    }
    found
}

/// The text with `?` for each byte that is not UTF-8, so that all places stay the same.
fn as_text(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(
        |_| {
            let chunks = bytes.utf8_chunks();
            chunks.map(|chunk| chunk.valid().to_owned() + &"?".repeat(chunk.invalid().len())).collect()
        },
        Cow::Borrowed,
    )
}

/// The assignments of a file's environment that concern what declares these names. If a variable is assigned in several blocks, as
/// by two jobs, each of them gives an environment, together with what is assigned once.
pub(super) fn environments(
    path: &Path,
    commands: &Commands,
    declares: &dyn Fn(&str) -> bool,
) -> Vec<Vec<(PathBuf, Assigned)>> {
    let all: Vec<&Assigned> = commands.environment.iter().filter(|set| declares(&set.name)).collect();
    let again = |a: &Assigned| all.iter().any(|b| b.name == a.name && b.block != a.block);
    let mut blocks: Vec<usize> = all.iter().filter(|a| again(a)).map(|a| a.block).collect();
    blocks.dedup();
    let of = |block: Option<usize>| -> Vec<(PathBuf, Assigned)> {
        let counts = |a: &&&Assigned| block == Some(a.block) || !blocks.contains(&a.block);
        all.iter().filter(counts).map(|a| (path.to_owned(), (**a).clone())).collect()
    };
    let mut out: Vec<_> =
        if blocks.is_empty() { vec![of(None)] } else { blocks.iter().map(|b| of(Some(*b))).collect() };
    out.retain(|environment| !environment.is_empty());
    budget::at_most(out, MAX_WAYS, "jobs that set variables").collect()
}

/// Finds what a file says. Lines that continue a command belong to it.
pub(super) fn commands(text: &str, tool: &Tool) -> Commands {
    let mut out = Commands { runs: tool.programs.iter().any(|word| text.contains(word)), ..Commands::default() };
    let mut at = 0;
    // True if the line before may go on in this one.
    let mut goes_on = false;
    // True if the command that goes on is of another program.
    let mut other = false;
    // The indentation of `var_file: |`, whose lines are paths.
    let mut block: Option<usize> = None;
    let (mut place, mut words) = ((0, 0), 0);
    for line in text.split_inclusive('\n') {
        place.1 += 1;
        let start = at;
        at += line.len();
        let inner = line.trim();
        if inner.starts_with('#') || inner.starts_with("//") {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        if let Some(outer) = block {
            if indent > outer && !inner.is_empty() {
                add(&mut out, tool, (word(line, indent).0, start + indent), true);
                continue;
            }
            block = None;
        }
        other = if goes_on { other } else { tool.named };
        let mut first = true;
        let mut from = 0;
        while let Some((found, name)) =
            next(tool, line.get(from..).unwrap_or_default()).filter(|_| room(words, MAX_WORDS))
        {
            words += 1;
            let after = from + found + name.len();
            from = after;
            let rest = line.get(after..).unwrap_or_default();
            let skip = rest.len() - rest.trim_start_matches([' ', '\t', '=', '"', '\'', ',', ':']).len();
            let rest = rest.get(skip..).unwrap_or_default().trim_end();
            if name.ends_with(':') && matches!(rest, "|" | ">" | "|-" | ">-" | "") {
                block = Some(indent);
                out.calls.push(Call::default());
                continue;
            }
            let new = first && !(goes_on && inner.trim_start_matches(['-', ' ', '"', '\'']).starts_with("var"));
            first = false;
            if WORDS.contains(&name) {
                add(&mut out, tool, (word(line, after + skip).0, start + after + skip), !new);
            } else if let Some(set) =
                option(line, after, name, start, place).filter(|_| !of_others(tool, line.get(..after), other))
            {
                from = set.value.end - start;
                if name == SET {
                    if room(out.environment.len(), MAX_FOUND) {
                        out.environment.push(set);
                    }
                } else if let Some(call) = call(&mut out, !new) {
                    call.options.push((call.files.len(), set));
                }
            }
        }
        other = of_others(tool, Some(line), other);
        if !assignments(text, line, start, place, tool, &mut out) && !inner.is_empty() {
            place.0 += 1;
        }
        let more = inner.ends_with('\\') || !first;
        goes_on = more
            || (goes_on && inner.trim_start_matches(['-', ' ', '"', '\'']).starts_with("var"))
            || inner.ends_with("plan")
            || inner.ends_with("apply")
            || inner.ends_with('[');
    }
    out.calls.retain(|call| *call != Call::default());
    out.calls.dedup();
    out
}

/// Leaves out what no command of the file sees, because another assignment stands nearer to each of them. For YAML.
fn leave_out_hidden(text: &str, tool: &Tool, commands: &mut Commands) {
    let file = Jobs::of(text);
    let runs = |line: &str| {
        let line = line.trim_start();
        !line.starts_with('#')
            && tool.programs.iter().any(|word| line.contains(&format!("{word} ")))
            && tool.runs.iter().any(|word| line.contains(word))
    };
    let sites = text.lines().enumerate().filter(|(_, line)| runs(line)).map(|(at, _)| at).take(MAX_SITES + 1);
    let sites: Vec<Site> = sites.flat_map(|at| file.sites(at)).collect();
    if sites.len() > MAX_SITES {
        return;
    }
    let lines: Vec<&str> = text.lines().collect();
    let scope = |set: &Assigned| {
        let at = set.line.saturating_sub(1);
        let in_script = lines.get(at).is_some_and(|line| line.contains(&format!("{}{}=", tool.prefix, set.name)));
        file.scope(at, in_script)
    };
    let scopes: Vec<Scope> = commands.environment.iter().map(scope).collect();
    // Whether a command sees each of them, and whether one does with nothing nearer.
    let mut seen = vec![(false, false); scopes.len()];
    for site in sites {
        let far: Vec<_> = scopes.iter().map(|scope| file.distance(scope, site)).collect();
        let mut nearest: HashMap<&str, (u8, usize)> = HashMap::new();
        for (set, far) in commands.environment.iter().zip(&far).filter_map(|(set, far)| Some((set, (*far)?))) {
            nearest.entry(&set.name).and_modify(|least| *least = far.min(*least)).or_insert(far);
        }
        for ((set, far), seen) in commands.environment.iter().zip(far).zip(&mut seen) {
            if far.is_some() {
                *seen = (true, seen.1 || nearest.get(&*set.name).copied() == far);
            }
        }
    }
    let mut keep = seen.into_iter().map(|(seen, nearest)| !seen || nearest);
    commands.environment.retain(|_| keep.next().unwrap_or(true));
}

/// Values that another variable or the matrix of the same file gives: one of them for each way. GitHub expands nothing but `${{ }}`
/// in what it gives to a command.
pub(super) fn follow_references(text: &str, is_github: bool, out: &mut Commands) {
    let mut block = out.environment.iter().map(|set| set.block).max().unwrap_or_default();
    let mut one = |set: &Assigned| -> Vec<Assigned> {
        let before = text.get(..set.value.start).unwrap_or_default().trim_end_matches(['"', '\'']);
        let literal = is_github && before.trim_end().ends_with(':');
        let value = text.get(set.value.clone()).filter(|value| !set.known && (!literal || value.starts_with("${{")));
        let name = value.and_then(referenced);
        let values = name.map(|name| values_of(text, name, set.value.start)).unwrap_or_default();
        let several = values.len() > 1;
        let with = |(value, line): (Range<usize>, usize)| {
            block += usize::from(several);
            let one_of =
                if several { format!("={}", text.get(value.clone()).unwrap_or_default()) } else { String::new() };
            let (block, line) = if several { (block, line) } else { (set.block, set.line) };
            Assigned { name: set.name.clone(), value, known: true, block, line, one_of }
        };
        values.into_iter().map(with).collect()
    };
    let mut environment = Vec::new();
    for set in std::mem::take(&mut out.environment) {
        let values = one(&set);
        if values.is_empty() { environment.push(set) } else { environment.extend(values) }
    }
    out.environment = budget::at_most(environment, MAX_FOUND, FOUND).collect();
    let mut calls = Vec::new();
    for call in std::mem::take(&mut out.calls) {
        let mut ways = vec![Call { files: call.files, options: Vec::new() }];
        for (before, set) in call.options {
            let with = |way: &Call, value: &Assigned| {
                let options = way.options.iter().cloned().chain([(before, value.clone())]).collect();
                Call { files: way.files.clone(), options }
            };
            let every = each_way(&ways, &one(&set), with);
            ways = every.unwrap_or_else(|| ways.iter().map(|way| with(way, &set)).collect());
        }
        calls.append(&mut ways);
    }
    out.calls = budget::at_most(calls, MAX_FOUND, FOUND).collect();
}

/// True if the last program in a line is none that gives the tool's variables to nodes; without one, what the line before says.
fn of_others(tool: &Tool, line: Option<&str>, before: bool) -> bool {
    let last = |programs: &[&str]| programs.iter().filter_map(|program| line?.rfind(&format!("{program} "))).max();
    match (last(tool.others), last(tool.programs)) {
        (None, None) => before,
        (other, Some(own)) => {
            let idle = |rest: &str| tool.idle.iter().any(|command| rest.contains(command));
            other > Some(own) || line.and_then(|line| line.get(own..)).is_some_and(idle)
        }
        (Some(_), None) => true,
    }
}

/// True if there may be one more; else the limit is remembered.
fn room(count: usize, most: usize) -> bool {
    if count >= most {
        budget::reached(FOUND);
    }
    count < most
}

/// The next word that introduces a path or a value, and where it is.
fn next(tool: &Tool, text: &str) -> Option<(usize, &'static str)> {
    let ends = |at: &usize, word: &str| {
        let after = text.get(at + word.len()..).and_then(|rest| rest.chars().next());
        let before = text.get(..*at).and_then(|before| before.chars().next_back());
        WORDS.contains(&word)
            || after.is_some_and(|c| matches!(c, '=' | ' ' | '\t' | '"' | '\'' | ','))
                && (word != "-c" || before.is_none_or(|c| matches!(c, ' ' | '\t' | '"' | '\'')))
    };
    let at = |word: &str| text.match_indices(word).map(|(at, _)| at).find(|at| ends(at, word));
    WORDS.iter().chain(tool.options).filter_map(|word| Some((at(word)?, *word))).min()
}

/// The command that a line belongs to: the last one, or a new one.
fn call(out: &mut Commands, same: bool) -> Option<&mut Call> {
    if !same || out.calls.is_empty() {
        if !room(out.calls.len(), MAX_FOUND) {
            return None;
        }
        out.calls.push(Call::default());
    }
    out.calls.last_mut().filter(|call| room(call.options.len(), MAX_FOUND))
}

/// What `-var` sets: `-var idle=0s`, `-var="idle=0s"`, `"-var", "idle=0s"`; and `config set idle 0s`. `at` is behind the `word`.
fn option(line: &str, at: usize, word: &str, start: usize, (block, number): (usize, usize)) -> Option<Assigned> {
    let rest = line.get(at..)?;
    let name =
        if word == SET { without_options(rest)? } else { rest.trim_start_matches([' ', '\t', '=', '"', '\'', ',']) };
    // The quote is behind the option, or in front of all of it: `"-var=idle=0s"`.
    let quote = |before: &str| before.chars().next_back().filter(|c| matches!(c, '"' | '\''));
    let opened = quote(rest.get(..rest.len() - name.len())?);
    let around = || quote(line.get(..at - word.len())?.trim_end_matches('-')).filter(|_| rest.starts_with('='));
    let opened = opened.or_else(around);
    let length =
        name.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':'))).filter(|n| *n > 0)?;
    let value = name.get(length..)?;
    let value = if word == SET { without_options(value)? } else { value.strip_prefix('=')? };
    let quote = value.chars().next().filter(|c| opened.is_none() && matches!(c, '"' | '\''));
    let value = value.get(usize::from(quote.is_some())..)?;
    let end = match opened.or(quote) {
        Some(quote) => value.find(quote)?,
        None if value.starts_with("${{") => value.find("}}")? + 2,
        None if value.starts_with("$(") => value.find(')')? + 1,
        None => value
            .find(|c: char| c.is_whitespace() || matches!(c, ';' | '|' | '&' | ')' | '"' | '\''))
            .unwrap_or(value.len()),
    };
    let from = line.len() - value.len();
    let known = is_known(value.get(..end)?);
    let value = start + from..start + from + end;
    Some(Assigned { name: name.get(..length)?.to_owned(), value, known, block, line: number, one_of: String::new() })
}

/// A text from its first word that is no option.
fn without_options(text: &str) -> Option<&str> {
    let mut rest = text.trim_start();
    while rest.starts_with('-') {
        let end = rest.find(char::is_whitespace)?;
        let valued = VALUED.contains(&rest.get(..end)?);
        rest = rest.get(end..)?.trim_start();
        if valued {
            rest = rest.get(rest.find(char::is_whitespace)?..)?.trim_start();
        }
    }
    Some(rest).filter(|rest| !rest.is_empty())
}

fn add(out: &mut Commands, tool: &Tool, (path, at): (Option<String>, usize), same: bool) {
    let Some(path) = path.filter(|path| tool.files.iter().any(|part| path.contains(part))) else { return };
    if let Some(call) = call(out, same) {
        call.files.push(path.clone());
        out.named.push((path, at));
    }
}

/// The word at `at` and its end. What a shell, make or a CI system fills in becomes `*`.
fn word(line: &str, at: usize) -> (Option<String>, usize) {
    let bytes = line.as_bytes();
    let mut out = String::new();
    let mut at = at;
    while at < bytes.len() && out.len() < MAX_PATH {
        let rest = line.get(at..).unwrap_or_default();
        let close = |open: &str, end: &str| rest.starts_with(open).then(|| rest.find(end).map(|n| n + end.len()));
        let filled =
            close("${{", "}}").or_else(|| close("{{", "}}")).or_else(|| close("$(", ")")).or_else(|| close("${", "}"));
        if let Some(length) = filled {
            let Some(length) = length else { return (None, at) };
            star(&mut out);
            at += length;
            continue;
        }
        match bytes[at] {
            b'$' => {
                star(&mut out);
                let name = rest
                    .get(1..)
                    .unwrap_or_default()
                    .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
                    .unwrap_or(rest.len() - 1);
                at += 1 + name;
            }
            b'%' | b'<' | b'@' => return (None, at),
            b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'\'' | b',' | b';' | b'|' | b'&' | b')' | b']' | b'}' | b'`'
            | b'\\' => break,
            _ => {
                let c = rest.chars().next().unwrap_or(' ');
                out.push(c);
                at += c.len_utf8();
            }
        }
    }
    ((!out.is_empty()).then_some(out), at)
}

fn star(out: &mut String) {
    if !out.ends_with('*') {
        out.push('*');
    }
}

/// Adds `TF_VAR_idle: "0s"`, `export TF_VAR_idle=0s`, `TF_VAR_idle := 0s`. True if there was one.
fn assignments(
    text: &str,
    line: &str,
    start: usize,
    (block, number): (usize, usize),
    tool: &Tool,
    out: &mut Commands,
) -> bool {
    let before = out.environment.len();
    let mut from = 0;
    while let Some(found) = line.get(from..).unwrap_or_default().find(tool.prefix) {
        let name = from + found + tool.prefix.len();
        let end = line
            .get(name..)
            .unwrap_or_default()
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')))
            .map_or(line.len(), |n| name + n);
        from = end;
        let head = line.get(..name - tool.prefix.len()).unwrap_or_default();
        let before = head.chars().next_back();
        let used = head.ends_with("${") || before.is_some_and(|c| matches!(c, '$' | '.') || c.is_ascii_alphanumeric());
        if end == name || used {
            continue;
        }
        let put = |value: Range<usize>, out: &mut Commands| {
            if room(out.environment.len(), MAX_FOUND) {
                let known = is_known(text.get(value.clone()).unwrap_or_default());
                let name = line.get(name..end).unwrap_or_default().to_owned();
                out.environment.push(Assigned { name, value, known, block, line: number, one_of: String::new() });
            }
        };
        let rest = line.get(end..).unwrap_or_default();
        let rest = rest.strip_prefix(['"', '\'']).unwrap_or(rest);
        let spaced = rest.trim_start_matches([' ', '\t']);
        let Some(value) = [":=", "?=", "=", ":"].iter().find_map(|mark| spaced.strip_prefix(mark)) else {
            if let Some(value) = value_beside(text, start + end) {
                put(value, out);
            }
            continue;
        };
        let assigns = spaced.len() == rest.len() && spaced.starts_with('=');
        let value = value.trim_start_matches([' ', '\t']);
        let at = line.len() - value.len();
        let close = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let range = match close {
            Some(quote) => {
                let Some(length) = value.get(1..).unwrap_or_default().find(quote) else { continue };
                at + 1..at + 1 + length
            }
            // The whole assignment is in quotes, as for `echo`.
            None if assigns && matches!(before, Some('"' | '\'')) => {
                let Some(length) = before.and_then(|quote| value.find(quote)) else { continue };
                at..at + length
            }
            // In a shell a space ends the value; elsewhere a comment does.
            None if assigns => at..at + value.find(|c: char| c.is_whitespace() || c == ';').unwrap_or(value.len()),
            None => {
                let length = value.find(" #").unwrap_or(value.len());
                // In `env: {TF_VAR_idle: 0s}` the map goes on or ends behind it.
                let inline = head.contains('{').then(|| value.find([',', '}'])).flatten();
                let length = inline.map_or(length, |end| end.min(length));
                at..at + value.get(..length).unwrap_or_default().trim_end().len()
            }
        };
        put(start + range.start..start + range.end, out);
        from = range.end.max(end);
    }
    out.environment.len() > before
}

/// The value in `name: TF_VAR_idle` and `value: 0s`, from the end of the name.
fn value_beside(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = text.get(at..)?.trim_start_matches(['"', '\'', ',', ' ', '\t', '\r', '\n']);
    let rest = rest.strip_prefix("value")?.trim_start_matches(['"', '\'']).trim_start_matches(' ').strip_prefix(':')?;
    let rest = rest.trim_start_matches([' ', '\t']);
    let from = text.len() - rest.len();
    let length = match rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        Some(quote) => return Some(from + 1..from + 1 + rest.get(1..).unwrap_or_default().find(quote)?),
        None => rest.find([',', '}', '#', '\r', '\n']).unwrap_or(rest.len()),
    };
    Some(from..from + rest.get(..length).unwrap_or_default().trim_end().len())
}

#[cfg(test)]
mod tests;
