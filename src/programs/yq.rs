//! `yq`, of which there are two: mikefarah's, whose expressions look like those of jq, and kislyuk's, which wraps jq for YAML.
//! Both run on the engine of jq; where the two differ from each other, the result is unknown.
//!
//! Sources: mikefarah/yq (`pkg/yqlib/doc/operators`, `pkg/yqlib/lexer_participle.go`, v4), kislyuk/yq (`yq/__init__.py`, v3).

use std::sync::LazyLock;

use regex::Regex;

use crate::syntax::Schema;
use crate::text::{Span, Traced, Why};

use super::arguments::Arguments;
use super::document::{self, Data, Layout, NoData, Yaml};
use super::jq;
use super::program::{Effects, FileLookup, Files, Status, known, not_followed, read};

/// The commands of mikefarah's third version, whose paths are not expressions.
const VERSION_3_COMMANDS: [&str; 12] =
    ["w", "write", "r", "read", "m", "merge", "d", "delete", "n", "new", "p", "prefix"];

/// The operators of mikefarah's expressions that mean the same as in jq.
const SAME_AS_JQ: &str = "select del has map with not true false null and or to_entries from_entries with_entries as";

/// The tokens of mikefarah's expressions: a comparison, a text, a name, an environment variable, a variable, an operator, a
/// sign.
static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    let words = r#"(?s)(?P<equal>[=!]=\s*"[A-Za-z][^"\\*?]*")|(?P<text>"(?:[^"\\]|\\.)*")|\.(?P<name>[A-Za-z_][\w-]*)|(?P<env>str)?env\(\s*"?(?P<variable>\w+)"?\s*\)|(?P<bound>\$[\w-]+)|(?P<word>[A-Za-z_][\w-]*)|(?P<sign>\.\.|\.\[|[=!]=|\*[+?nd]|.)"#;
    Regex::new(words).unwrap_or_else(|_| unreachable!("the pattern never changes"))
});

type Done<T> = Result<T, Box<Effects>>;

/// The name of an input, its text, and its documents.
type Input<'n> = (Option<&'n Traced>, Traced, Vec<Data>);

/// Runs `yq` with the arguments `argv` (without the program's name).
pub(crate) fn run(
    argv: &[Traced],
    stdin: Option<&Traced>,
    files: Files<'_>,
    env: Files<'_>,
    at: Span,
) -> Done<Effects> {
    let mut call = Call { stdin, files, env, at };
    let texts: Vec<_> = argv.iter().map(Traced::to_text).collect();
    let first = texts.iter().find(|t| !t.starts_with('-')).map(AsRef::as_ref).unwrap_or_default();
    if let Some(word) = argv.first().filter(|_| VERSION_3_COMMANDS.contains(&first)) {
        return Err(not_followed("version 3 of yq", word));
    }
    let has = |letters: &[char], options: &[&str]| {
        texts.iter().any(|t| {
            let short = t.starts_with('-') && !t.starts_with("--") && t.len() < 6 && t.contains(letters);
            short || options.iter().any(|o| t.starts_with(o))
        })
    };
    let options = ["--yaml-", "--yml-", "--arg", "--in-place", "--slurp", "--raw", "--width", "--tab"];
    if has(&['y', 'Y', 'S', 'c'], &options) {
        return call.kislyuk(argv);
    }
    let options = ["--inplace", "--output", "--input", "--pretty", "--no-doc", "--indent"];
    if matches!(first, "e" | "eval" | "ea" | "eval-all") || has(&['i', 'P', 'o', 'p', 'N', 'I', 'M'], &options) {
        return call.mikefarah(argv);
    }
    let (one, other) = (call.mikefarah(argv)?, call.kislyuk(argv)?);
    // A YAML reader sees the same map in any style.
    let same = one.stdout.bytes() == other.stdout.bytes() || other.stdout.bytes().starts_with(b"{");
    if same && one.status == other.status { Ok(other) } else { Err(call.not("which of the two programs yq is")) }
}

struct Call<'a> {
    stdin: Option<&'a Traced>,
    files: Files<'a>,
    env: Files<'a>,
    at: Span,
}

impl Call<'_> {
    #[allow(clippy::unnecessary_box_returns, reason = "it is the error of functions whose errors are boxed")]
    fn unknown(&self, why: Why) -> Box<Effects> {
        Box::new(Effects::unknown(why, self.at))
    }

    #[allow(clippy::unnecessary_box_returns, reason = "it is the error of functions whose errors are boxed")]
    fn not(&self, what: &str) -> Box<Effects> {
        self.unknown(Why::NotUnderstood(what.into()))
    }

    /// The documents of each input, with its name.
    fn inputs<'n>(&mut self, names: &[&'n Traced]) -> Done<Vec<Input<'n>>> {
        let mut out = Vec::new();
        if names.is_empty() {
            let text = self.stdin.cloned().unwrap_or_default();
            out.push((None, text.clone(), self.documents(&text)?));
        }
        for name in names {
            let text = match name.known_str() {
                Some("-") => self.stdin.cloned().unwrap_or_default(),
                _ => read(name, self.files)?.ok_or_else(|| Box::new(Effects::failed(1)))?,
            };
            out.push((Some(*name), text.clone(), self.documents(&text)?));
        }
        Ok(out)
    }

    fn documents(&self, text: &Traced) -> Done<Vec<Data>> {
        match document::from_yaml(text, Schema::Kubernetes, true) {
            Ok(documents) => Ok(documents),
            Err(NoData::Broken) => Err(Box::new(Effects::failed(1))),
            Err(NoData::Unknown(why)) => Err(self.unknown(why)),
        }
    }

    /// Documents as the input of jq.
    fn json(&self, documents: &[Data]) -> Done<Traced> {
        let mut out = Traced::new();
        for document in documents {
            let line = document::to_json(document, &Layout::compact(), self.at);
            out.push(&line.map_err(|why| self.unknown(why))?);
            out.push_made(b"\n", self.at);
        }
        Ok(out)
    }

    /// jq's output.
    fn jq(&mut self, argv: &[Traced], input: &Traced) -> Done<Effects> {
        let outcome = jq::run(argv, Some(input), self.files, self.env, self.at);
        if outcome.status.is_known() { Ok(outcome) } else { Err(Box::new(outcome)) }
    }

    /// The values of an output with one value on each line.
    fn values(&self, outcome: &Effects) -> Done<Vec<Data>> {
        let mut lines = outcome.stdout.split(b"\n");
        lines.pop();
        let value = |line: &Traced| match document::from_json(line) {
            Ok(value) => Ok(value),
            Err(NoData::Unknown(why)) => Err(self.unknown(why)),
            Err(NoData::Broken) => Err(self.not("this answer of jq")),
        };
        lines.iter().map(value).collect()
    }

    /// kislyuk's.
    fn kislyuk(&mut self, argv: &[Traced]) -> Done<Effects> {
        let (mut yaml, mut in_place, mut null, mut slurp) = (false, false, false, false);
        let (mut passed, mut operands) = (Vec::new(), Vec::new());
        let mut words = argv.iter();
        while let Some(word) = words.next() {
            // Only the expression may have an unknown part.
            let text = known(word).or_else(|fault| if operands.is_empty() { Ok("") } else { Err(fault) })?;
            match text {
                "--yaml-output" | "--yml-output" | "--yaml-roundtrip" | "--yml-roundtrip" => yaml = true,
                "--in-place" => in_place = true,
                "--arg" | "--argjson" | "--slurpfile" | "--rawfile" => {
                    passed.push(word.clone());
                    passed.extend(words.by_ref().take(2).cloned());
                }
                "--indent" | "--width" | "-w" | "-x" | "-t" | "-f" | "--from-file" | "--args" | "--jsonargs" => {
                    return Err(not_followed(&format!("yq's option {text}"), word));
                }
                _ if !text.starts_with('-') || text.len() == 1 => operands.push(word),
                _ if text.starts_with("--") => {
                    null |= text == "--null-input";
                    slurp |= text == "--slurp";
                    passed.push(word.clone());
                }
                _ => {
                    yaml |= text.contains(['y', 'Y']);
                    in_place |= text.contains('i');
                    null |= text.contains('n');
                    slurp |= text.contains('s');
                    let rest = text.replace(['y', 'Y', 'i'], "");
                    if rest.len() > 1 {
                        passed.push(Traced::made(rest, word.span().unwrap_or(self.at)));
                    }
                }
            }
        }
        let (filter, names) = operands.split_first().ok_or_else(|| Box::new(Effects::failed(2)))?;
        passed.extend(yaml.then(|| Traced::made("-c", self.at)));
        passed.push((*filter).clone());
        if in_place && (names.is_empty() || slurp || null) {
            return Err(self.not("this edit of yq in place"));
        }
        let mut inputs = if null { Vec::new() } else { self.inputs(names)? };
        if !in_place {
            // All of them are one input.
            let all = inputs.into_iter().flat_map(|(.., documents)| documents).collect();
            inputs = vec![(None, Traced::new(), all)];
        }
        let mut outcome = Effects::success(Traced::new());
        for (name, _, documents) in inputs {
            let input = self.json(&documents)?;
            let done = self.jq(&passed, &input)?;
            let mut out = Traced::new();
            if yaml {
                for (n, value) in self.values(&done)?.iter().enumerate() {
                    out.push_made(if n > 0 { b"---\n" } else { b"" }, self.at);
                    let flavour = Yaml::Python { sort_keys: false, indented: true };
                    out.push(&document::to_yaml(value, flavour, self.at).map_err(|why| self.unknown(why))?);
                }
            } else {
                out = done.stdout;
            }
            outcome.status = done.status;
            match name {
                None => outcome.stdout.push(&out),
                Some(name) if outcome.status == Status::Known(0) => outcome.writes.push((known(name)?.to_owned(), out)),
                Some(_) => {}
            }
        }
        Ok(outcome)
    }

    /// mikefarah's, version 4.
    fn mikefarah(&mut self, argv: &[Traced]) -> Done<Effects> {
        let failed = || Box::new(Effects::failed(1));
        let (mut in_place, mut null, mut as_json, mut indent) = (false, false, None, 2_usize);
        let mut arguments = Arguments::new("yq", argv, 1);
        while let Some(option) = arguments.next()? {
            match option {
                "i" | "inplace" => in_place = true,
                "n" | "null-input" => null = true,
                "P" | "N" | "M" | "r" | "prettyPrint" | "no-doc" | "no-colors" | "unwrapScalar" => {}
                "j" | "tojson" => as_json = Some(true),
                "o" | "output-format" | "p" | "input-format" | "I" | "indent" => {
                    let value = arguments.value()?;
                    match (option, known(&value)?.trim_start_matches('=')) {
                        ("o" | "output-format", "json" | "j") => as_json = Some(true),
                        ("o" | "output-format", "yaml" | "y") => as_json = Some(false),
                        ("p" | "input-format", "json" | "j" | "yaml" | "y" | "auto" | "a") => {}
                        ("I" | "indent", text @ ("0" | "2" | "4")) => indent = text.parse().unwrap_or(2),
                        _ => return Err(arguments.refused()),
                    }
                }
                _ => return Err(arguments.refused()),
            }
        }
        let mut operands = arguments.operands;
        let command = operands.first().and_then(|word| word.known_str()).unwrap_or_default();
        let all = matches!(command, "ea" | "eval-all");
        if all || matches!(command, "e" | "eval") {
            operands.remove(0);
        }
        let (expression, names) = operands.split_first().ok_or_else(failed)?;
        let options: &[&str] = if null { &["-c", "-n"] } else { &["-c"] };
        let mut argv: Vec<_> = options.iter().map(|o| Traced::made(*o, self.at)).collect();
        argv.push(if all { self.over_all_files(expression)? } else { self.translated(expression)? });
        let inputs = if null { Vec::new() } else { self.inputs(names)? };
        if in_place && (names.is_empty() || inputs.len() > 1 && !all) {
            return Err(if names.is_empty() { failed() } else { self.not("yq in place on several files") });
        }
        let json = inputs.first().is_some_and(|(name, text, _)| {
            name.is_some_and(|n| n.bytes().ends_with(b".json")) || text.to_text().trim_start().starts_with('{')
        });
        let json = as_json.unwrap_or(json);
        let mut documents: Vec<_> = inputs.into_iter().flat_map(|(.., documents)| documents).collect();
        if all {
            documents = vec![Data::List(documents)];
        } else if null {
            documents.push(Data::List(Vec::new()));
        }
        let spaced = Layout { indent: Some(" ".repeat(indent)), colon: ": ".to_owned(), ..Layout::compact() };
        let layout = if indent == 0 { Layout::compact() } else { spaced };
        let mut out = Traced::new();
        for document in documents {
            let input = self.json(&[document])?;
            let answer = self.jq(&argv, &input)?;
            if answer.status != Status::Known(0) {
                // Where jq fails, yq may behave differently.
                return Err(self.not("this expression of yq"));
            }
            for (n, value) in self.values(&answer)?.into_iter().enumerate() {
                out.push_made(if n == 0 && !json && !out.is_empty() { b"---\n" } else { b"" }, self.at);
                let text = match &value {
                    // A scalar is written unchanged.
                    Data::Str(text) => Ok(Traced::join([text, &Traced::made("\n", self.at)], &Traced::new())),
                    value if json => document::to_json(value, &layout, self.at).map(|mut text| {
                        text.push_made(b"\n", self.at);
                        text
                    }),
                    value => document::to_yaml(value, Yaml::Go, self.at),
                };
                out.push(&text.map_err(|why| self.unknown(why))?);
            }
        }
        let mut outcome = Effects::success(Traced::new());
        match names.first().filter(|_| in_place) {
            Some(name) => outcome.writes.push((known(name)?.to_owned(), out)),
            None => outcome.stdout = out,
        }
        Ok(outcome)
    }

    /// An expression over the documents of all files as a filter of jq over their list.
    fn over_all_files(&self, expression: &Traced) -> Done<Traced> {
        let tight: String = expression.to_text().split_whitespace().collect();
        match tight.as_str() {
            "select(fileIndex==0)*select(fileIndex==1)" | "select(fi==0)*select(fi==1)" => {
                Ok(Traced::made(".[0] * .[1]", self.at))
            }
            ".asitem$itemireduce({};.*$item)" | ".as$itemireduce({};.*$item)" => {
                Ok(Traced::made("reduce .[] as $item ({}; . * $item)", self.at))
            }
            _ => Err(self.not("this expression of yq over all files")),
        }
    }

    /// An expression as a filter of jq.
    fn translated(&mut self, expression: &Traced) -> Done<Traced> {
        let text = expression.as_str().ok_or_else(|| self.not("an expression that is not UTF-8"))?;
        let mut out = Traced::made("def with(p; f): p |= f; ", self.at);
        for found in WORDS.captures_iter(text) {
            let Some(whole) = found.get(0) else { continue };
            let part = expression.slice(whole.range());
            if let Some(name) = found.name("name") {
                out.push_made(b".\"", self.at);
                out.push(&expression.slice(name.range()));
                out.push_made(b"\"", self.at);
            } else if let Some(variable) = found.name("variable") {
                let value = self.variable(variable.as_str(), found.name("env").is_some())?;
                out.push(&document::to_json(&value, &Layout::compact(), self.at).map_err(|why| self.unknown(why))?);
            } else if found.name("word").is_some_and(|w| SAME_AS_JQ.split(' ').all(|same| same != w.as_str()))
                || whole.as_str() == "$ENV"
            {
                return Err(self.not(&format!("yq's {}", whole.as_str())));
            } else if let Some(sign) = found.name("sign") {
                match sign.as_str() {
                    ".." | "==" | "!=" | "*+" | "*?" | "*n" | "*d" | "\"" | "'" | "%" | "?" | "@" | "#" => {
                        return Err(self.not(&format!("{} in an expression of yq", sign.as_str())));
                    }
                    // jq of older releases accepts no dot before a bracket that follows a name.
                    ".[" if out.bytes().ends_with(b"\"") || out.bytes().ends_with(b"]") => out.push_made(b"[", self.at),
                    _ => out.push(&part),
                }
            } else {
                out.push(&part);
            }
        }
        Ok(out)
    }

    /// The values of `env` and `strenv`.
    fn variable(&mut self, name: &str, string: bool) -> Done<Data> {
        let text = match (self.env)(name) {
            FileLookup::Content(text) => text,
            FileLookup::Missing => return Err(Box::new(Effects::failed(1))),
            FileLookup::Unknown(why) => Traced::unknown(self.at, why),
        };
        if string {
            return Ok(Data::Str(text));
        }
        let mut documents = self.documents(&text)?;
        match (documents.len(), documents.pop()) {
            (1, Some(document)) => Ok(document),
            _ => Err(self.not("this value of yq")),
        }
    }
}
