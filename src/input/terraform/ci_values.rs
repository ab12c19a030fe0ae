//! What the commands of a repository give to Terraform or Packer: the files after `-var-file` and the values of `-var` and `TF_VAR_` in
//! files of CI systems, Makefiles and scripts. Nothing is run; a placeholder in a path stands for any text.

use std::ops::Range;
use std::path::Path;

use crate::input::references::{MAX_VALUES, is_known, referenced, values_of};

/// What sets a variable of Terraform: a variable of the environment, or `-var`.
#[derive(Clone, Debug, PartialEq, Eq)]
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
}

/// The most commands and assignments of one file.
const MAX_FOUND: usize = 256;

/// The most words of one file that may introduce a path or a value.
const MAX_WORDS: usize = 2_000;

/// The longest path of a file of values.
const MAX_PATH: usize = 400;

/// Words that introduce a path of a file of values, or a value: options of Terraform, and the input of an action.
const WORDS: &[&str] = &["var-file", "var_file:", OPTION];

/// The option that sets one variable.
const OPTION: &str = "-var";

/// What commands give values to.
#[derive(Debug)]
pub(super) struct Tool {
    /// Its programs, and others with such an option.
    programs: &'static [&'static str],
    others: &'static [&'static str],
    /// True if a file of values wins over an option before it. Source of Packer: `command/meta.go` and
    /// `hcl2template/types.variables.go` of hashicorp/packer.
    pub(super) in_order: bool,
    /// The commands with which no node has the values.
    idle: &'static [&'static str],
    /// What the name of a file of values contains.
    pub(super) files: &'static [&'static str],
    /// How the environment variables begin that set variables.
    pub(super) prefix: &'static str,
}

impl Tool {
    /// True for the name of a file of values.
    pub(super) fn has_values(&self, path: &Path) -> bool {
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        self.files.iter().any(|part| name.contains(part)) && !name.starts_with('.')
    }
}

/// Modules of Terraform.
pub(super) const TERRAFORM: Tool = Tool {
    programs: &["terraform", "tofu", "terragrunt"],
    others: &["levant", "nomad", "packer", "waypoint"],
    in_order: true,
    // Where nodes are destroyed, none has the values.
    idle: &[" destroy"],
    files: &[".tfvars"],
    prefix: "TF_VAR_",
};

/// Builds of Packer.
pub(super) const PACKER: Tool = Tool {
    programs: &["packer"],
    others: &["levant", "nomad", "terraform", "terragrunt", "tofu", "waypoint"],
    in_order: false,
    idle: &[" fmt", " inspect", " validate"],
    files: &[".pkrvars", ".hcl", ".json"],
    prefix: "PKR_VAR_",
};

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
        other = other && goes_on;
        let mut first = true;
        let mut from = 0;
        while let Some((found, name)) = next(line.get(from..).unwrap_or_default()).filter(|_| words < MAX_WORDS) {
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
            if name != OPTION {
                add(&mut out, tool, (word(line, after + skip).0, start + after + skip), !new);
            } else if let Some(set) =
                option(line, after, start, place).filter(|_| !of_others(tool, line.get(..after), other))
            {
                from = set.value.end - start;
                if let Some(call) = call(&mut out, !new) {
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
    environment.truncate(MAX_FOUND);
    out.environment = environment;
    let mut calls = Vec::new();
    for call in std::mem::take(&mut out.calls) {
        let mut ways = vec![Call { files: call.files, options: Vec::new() }];
        for (before, set) in call.options {
            let values = Some(one(&set)).filter(|values| (1..=MAX_VALUES / ways.len()).contains(&values.len()));
            let values = values.unwrap_or_else(|| vec![set]);
            let with = |way: &Call, value: &Assigned| {
                let options = way.options.iter().cloned().chain([(before, value.clone())]).collect();
                Call { files: way.files.clone(), options }
            };
            ways = ways.iter().flat_map(|way| values.iter().map(move |value| with(way, value))).collect();
        }
        calls.append(&mut ways);
    }
    calls.truncate(MAX_FOUND);
    out.calls = calls;
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

/// The next word that introduces a path or a value, and where it is.
fn next(text: &str) -> Option<(usize, &'static str)> {
    let ends = |at: &usize, word: &str| {
        let after = text.get(at + word.len()..).and_then(|rest| rest.chars().next());
        word != OPTION || after.is_some_and(|c| matches!(c, '=' | ' ' | '\t' | '"' | '\'' | ','))
    };
    let at = |word: &str| text.match_indices(word).map(|(at, _)| at).find(|at| ends(at, word));
    WORDS.iter().filter_map(|word| Some((at(word)?, *word))).min()
}

/// The command that a line belongs to: the last one, or a new one.
fn call(out: &mut Commands, same: bool) -> Option<&mut Call> {
    if !same || out.calls.is_empty() {
        if out.calls.len() >= MAX_FOUND {
            return None;
        }
        out.calls.push(Call::default());
    }
    out.calls.last_mut().filter(|call| call.options.len() < MAX_FOUND)
}

/// What `-var` sets: `-var idle=0s`, `-var="idle=0s"`, `"-var", "idle=0s"`. `at` is behind the option.
fn option(line: &str, at: usize, start: usize, (block, number): (usize, usize)) -> Option<Assigned> {
    let rest = line.get(at..)?;
    let name = rest.trim_start_matches([' ', '\t', '=', '"', '\'', ',']);
    // The quote is behind the option, or in front of all of it: `"-var=idle=0s"`.
    let quote = |before: &str| before.chars().next_back().filter(|c| matches!(c, '"' | '\''));
    let opened = quote(rest.get(..rest.len() - name.len())?);
    let around = || quote(line.get(..at - OPTION.len())?.trim_end_matches('-')).filter(|_| rest.starts_with('='));
    let opened = opened.or_else(around);
    let length = name.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))).filter(|n| *n > 0)?;
    let value = name.get(length..)?.strip_prefix('=')?;
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
        let rest = line.get(end..).unwrap_or_default();
        let rest = rest.strip_prefix(['"', '\'']).unwrap_or(rest);
        let spaced = rest.trim_start_matches([' ', '\t']);
        let Some(value) = [":=", "?=", "=", ":"].iter().find_map(|mark| spaced.strip_prefix(mark)) else {
            if let Some(value) = value_beside(text, start + end).filter(|_| out.environment.len() < MAX_FOUND) {
                let known = is_known(text.get(value.clone()).unwrap_or_default());
                out.environment.push(Assigned {
                    name: line.get(name..end).unwrap_or_default().to_owned(),
                    value,
                    known,
                    block,
                    line: number,
                    one_of: String::new(),
                });
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
        let known = is_known(line.get(range.clone()).unwrap_or_default());
        if out.environment.len() < MAX_FOUND {
            let value = start + range.start..start + range.end;
            out.environment.push(Assigned {
                name: line.get(name..end).unwrap_or_default().to_owned(),
                value,
                known,
                block,
                line: number,
                one_of: String::new(),
            });
        }
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
mod tests {
    use super::{Commands, PACKER, TERRAFORM, follow_references};

    fn commands(text: &str) -> Commands {
        super::commands(text, &TERRAFORM)
    }

    #[test]
    fn files_named_together_belong_together() {
        for (text, files) in [
            ("terraform plan -var-file=envs/prod.tfvars\n", &["envs/prod.tfvars"][..]),
            ("tofu apply --var-file \"a.tfvars\" -var-file='b.tfvars.json'\n", &["a.tfvars b.tfvars.json"]),
            ("terraform plan \\\n  -var-file=a.tfvars \\\n  -var-file=b.tfvars\n", &["a.tfvars b.tfvars"]),
            ("terraform plan -var-file=a.tfvars\nterraform plan -var-file=b.tfvars\n", &["a.tfvars", "b.tfvars"]),
            ("\tterraform plan -var-file=envs/$(ENV).tfvars\n", &["envs/*.tfvars"]),
            ("run: terraform plan -var-file=${{ matrix.env }}/x.tfvars\n", &["*/x.tfvars"]),
            ("terraform plan -var-file=env/${ENV}-$1.tfvars -var-file=$X\n", &["env/*-*.tfvars"]),
            ("var_file: |\n  a.tfvars\n  b.tfvars\nx: y\n", &["a.tfvars b.tfvars"]),
            ("var_file: envs/a.tfvars\n", &["envs/a.tfvars"]),
            ("extra_args: [\"-var-file\", \"a.tfvars\"]\n", &["a.tfvars"]),
            ("args:\n  - -var-file=a.tfvars\n  - -var-file=b.tfvars\n", &["a.tfvars b.tfvars"]),
            ("# terraform plan -var-file=a.tfvars\n", &[]),
            ("-var-file=$(terraform workspace show).tfvars\n", &["*.tfvars"]),
            ("-var-file=", &[]),
        ] {
            let found: Vec<String> = commands(text).calls.iter().map(|call| call.files.join(" ")).collect();
            assert_eq!(found, files, "{text}");
        }
    }

    #[test]
    fn an_option_sets_a_variable() {
        for (text, found) in [
            ("\tterraform apply -var idle=0s\n", &["idle=0s"][..]),
            ("terraform apply -var=\"idle=0s\" --var 'size=2 x'\n", &["idle=0s", "size=2 x"]),
            ("terraform apply -var idle=\"0s\";\n", &["idle=0s"]),
            ("args: [\"-var\", \"idle=0s\"]\n", &["idle=0s"]),
            ("terraform apply \\\n  -var-file=a.tfvars \\\n  -var idle=$IDLE \\\n", &["?idle=$IDLE"]),
            ("\tterraform apply -var idle=$(IDLE) -var size=2\n", &["?idle=$(IDLE)", "size=2"]),
            ("args:\n  - \"-var=idle=0s --a=1\"\n", &["idle=0s --a=1"]),
            ("packer build \\\n  -var idle=0s .\n", &[]),
            ("packer build . && terraform apply -var idle=0s\n", &["idle=0s"]),
            ("terraform apply -variable idle=0s -var-file=idle=0s\n", &[]),
            ("packer build -var idle=0s .\n", &[]),
            ("terraform apply -var idle\n", &[]),
        ] {
            let calls = commands(text).calls;
            let options = calls.iter().flat_map(|call| &call.options);
            let options: Vec<String> = options
                .map(|(_, one)| {
                    format!("{}{}={}", if one.known { "" } else { "?" }, one.name, text.get(one.value.clone()).unwrap())
                })
                .collect();
            assert_eq!(options, found, "{text}");
            assert!(calls.len() <= 1, "{text}");
        }
    }

    #[test]
    fn packer_has_its_own() {
        for (text, found) in [
            ("packer build -var-file=a.pkrvars.hcl -var idle=0s .\n", "a.pkrvars.hcl idle"),
            ("packer build -var-file=a.json\n", "a.json "),
            ("packer validate -var idle=0s .\n", " "),
            ("terraform apply -var idle=0s\n", " "),
            ("packer build .; terraform apply -var idle=0s\n", " "),
        ] {
            let calls = super::commands(text, &PACKER).calls;
            let files: Vec<&str> = calls.iter().flat_map(|call| &call.files).map(String::as_str).collect();
            let names: Vec<&str> = calls.iter().flat_map(|call| &call.options).map(|(_, one)| &*one.name).collect();
            assert_eq!(format!("{} {}", files.join(" "), names.join(" ")), found, "{text}");
        }
        let set = super::commands("PKR_VAR_idle=0s packer build .\n", &PACKER).environment;
        assert_eq!(set.iter().map(|set| &*set.name).collect::<Vec<_>>(), ["idle"]);
    }

    #[test]
    fn the_environment_sets_variables() {
        for (text, name, value, known) in [
            ("  TF_VAR_idle: \"0s\"\n", "idle", "0s", true),
            ("  TF_VAR_idle: 0s # why\n", "idle", "0s", true),
            ("env: {TF_VAR_idle: 0s, B: x}\n", "idle", "0s", true),
            ("export TF_VAR_idle=0s\n", "idle", "0s", true),
            ("TF_VAR_idle='0s' terraform apply\n", "idle", "0s", true),
            ("TF_VAR_idle=0s terraform apply\n", "idle", "0s", true),
            ("  - run: echo \"TF_VAR_idle=0s\" >> $GITHUB_ENV\n", "idle", "0s", true),
            ("docker run -e 'TF_VAR_idle=0s' terraform\n", "idle", "0s", true),
            ("  - name: TF_VAR_idle\n    value: \"0s\" # why\n", "idle", "0s", true),
            ("    - { name: TF_VAR_idle, value: 0s }\n", "idle", "0s", true),
            ("export TF_VAR_idle := 0s\n", "idle", "0s", true),
            ("  TF_VAR_idle: ${{ secrets.IDLE }}\n", "idle", "${{ secrets.IDLE }}", false),
        ] {
            let found = commands(text).environment;
            assert_eq!(found.len(), 1, "{text}");
            let one = &found[0];
            assert_eq!(
                (&*one.name, text.get(one.value.clone()).unwrap_or_default(), one.known),
                (name, value, known),
                "{text}"
            );
        }
        assert_eq!(commands("echo $TF_VAR_idle ${TF_VAR_x}\n").environment, []);
    }

    #[test]
    fn the_same_file_may_give_the_value() {
        for (text, found) in [
            ("matrix:\n  idle: [0s, \"4h\"]\nenv:\n  TF_VAR_idle: ${{ matrix.idle }}\n", &["0s", "4h"][..]),
            ("matrix:\n  idle:\n    - 0s\n    - 4h\nenv:\n  TF_VAR_idle: ${{ matrix.idle }}\n", &["0s", "4h"]),
            (
                "include:\n  - idle: 0s\n    x: y\n  - idle: 4h\nenv:\n  TF_VAR_idle: ${{ matrix.idle }}\n",
                &["0s", "4h"],
            ),
            ("strategy: {matrix: {idle: [4h, '0s']}}\nenv: {TF_VAR_idle: \"${{ matrix.idle }}\"}\n", &["4h", "0s"]),
            ("env: {a: b, IDLE: 0s}\nx:\n  TF_VAR_idle: $IDLE\n", &["0s"]),
            ("variables:\n  IDLE: 0s # why\njob:\n  TF_VAR_idle: $IDLE\n", &["0s"]),
            ("IDLE := 0s\nexport TF_VAR_idle=$(IDLE)\n", &["0s"]),
            ("export IDLE='0s'; x\nexport TF_VAR_idle=${IDLE}\n", &["0s"]),
            ("env:\n  IDLE: ${{ secrets.X }}\n  TF_VAR_idle: ${{ env.IDLE }}\n", &["?${{ env.IDLE }}"]),
            ("IDLES: 0s\nTF_VAR_idle: $IDLE\n", &["?$IDLE"]),
            ("TF_VAR_idle: a$IDLE\nIDLE: 0s\n", &["?a$IDLE"]),
        ] {
            let shown = |one: &super::Assigned| {
                format!("{}{}", if one.known { "" } else { "?" }, text.get(one.value.clone()).unwrap())
            };
            let mut read = commands(text);
            follow_references(text, false, &mut read);
            let values: Vec<String> = read.environment.iter().map(shown).collect();
            assert_eq!(values, found, "{text}");
        }
        for (text, found) in [
            ("env:\n  IDLE: 0s\n  TF_VAR_idle: $IDLE\n", "$IDLE"),
            ("env:\n  IDLE: 0s\n  TF_VAR_idle: ${{ env.IDLE }}\n", "0s"),
            ("env:\n  IDLE: 0s\nrun: |\n  export TF_VAR_idle=$IDLE\n", "0s"),
        ] {
            let mut read = commands(text);
            follow_references(text, true, &mut read);
            assert_eq!(text.get(read.environment[0].value.clone()), Some(found), "{text}");
        }
    }
}
