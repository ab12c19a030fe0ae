//! `yq`, of which there are two: mikefarah's, whose expressions look like those of jq, and kislyuk's, which is jq around
//! YAML. Both are followed by the engine of jq; what the two of them answer differently is not known.
//!
//! Sources: mikefarah/yq (`pkg/yqlib/doc/operators`, `pkg/yqlib/lexer_participle.go`, v4), kislyuk/yq (`yq/__init__.py`, v3).

use crate::syntax::Schema;
use crate::text::{Span, Traced, Why};

use super::document::{self, Data, Layout, NoData, Yaml};
use super::jq;
use super::program::{Files, Found, Outcome, Status};

/// The commands of mikefarah's third version, whose paths are no expressions.
const THIRD: [&str; 12] = ["w", "write", "r", "read", "m", "merge", "d", "delete", "n", "new", "p", "prefix"];

/// The operators of mikefarah's expressions that say what jq says by the same name.
const SAME: [&str; 17] = [
    "select",
    "del",
    "has",
    "length",
    "map",
    "with",
    "not",
    "true",
    "false",
    "null",
    "and",
    "or",
    "to_entries",
    "from_entries",
    "with_entries",
    "as",
    "reverse",
];

type Done<T> = Result<T, Box<Outcome>>;

/// Runs `yq` with the arguments `argv` (without the program's name).
pub fn run(argv: &[Traced], stdin: Option<&Traced>, files: Files<'_>, env: Files<'_>, at: Span) -> Done<Outcome> {
    let mut call = Call { stdin, files, env, at };
    let texts: Vec<_> = argv.iter().map(Traced::to_text).collect();
    let first = texts.iter().find(|t| !t.starts_with('-'));
    if let Some(word) = argv.first().filter(|_| first.is_some_and(|f| THIRD.contains(&f.as_ref()))) {
        return Err(super::program::not_followed("version 3 of yq", word));
    }
    let short = |text: &str, letters: &[char]| {
        text.starts_with('-') && !text.starts_with("--") && text.len() < 6 && text.contains(letters)
    };
    let python = texts.iter().any(|t| {
        short(t, &['y', 'Y', 'S', 'c'])
            || ["--yaml-", "--yml-", "--arg", "--in-place", "--slurp", "--raw", "--width", "--tab"]
                .iter()
                .any(|o| t.starts_with(o))
    });
    if python {
        return call.python(argv);
    }
    let go = matches!(first.map(AsRef::as_ref), Some("e" | "eval" | "ea" | "eval-all"))
        || texts.iter().any(|t| {
            short(t, &['i', 'P', 'o', 'p', 'N', 'I', 'M'])
                || ["--inplace", "--output", "--input", "--pretty", "--no-doc", "--indent"]
                    .iter()
                    .any(|o| t.starts_with(o))
        });
    if go {
        return call.go(argv);
    }
    let one = call.go(argv);
    let other = call.python(argv);
    match (one, other) {
        (Ok(one), Ok(other)) if one.stdout.bytes() == other.stdout.bytes() && one.status == other.status => Ok(one),
        // A map is the same to who reads YAML, in which way ever it is written.
        (Ok(one), Ok(other)) if other.stdout.bytes().starts_with(b"{") && one.status == other.status => Ok(other),
        (Err(fault), _) | (Ok(_), Err(fault)) => Err(fault),
        _ => Err(Box::new(Outcome::unknown(Why::NotUnderstood("which of the two programs yq is".into()), at))),
    }
}

struct Call<'a> {
    stdin: Option<&'a Traced>,
    files: Files<'a>,
    env: Files<'a>,
    at: Span,
}

impl Call<'_> {
    fn unknown(&self, why: Why) -> Box<Outcome> {
        Box::new(Outcome::unknown(why, self.at))
    }

    fn not(&self, what: &str) -> Box<Outcome> {
        self.unknown(Why::NotUnderstood(what.into()))
    }

    fn file(&mut self, name: &Traced) -> Done<Traced> {
        if name.known_str() == Some("-") {
            return Ok(self.stdin.cloned().unwrap_or_default());
        }
        super::program::read(name, self.files)?.ok_or_else(|| Box::new(Outcome::failed(1)))
    }

    fn documents(&self, text: &Traced, schema: Schema) -> Done<Vec<Data>> {
        match document::from_yaml(text, schema, true) {
            Ok(documents) => Ok(documents),
            Err(NoData::Broken) => Err(Box::new(Outcome::failed(1))),
            Err(NoData::Unknown(why)) => Err(self.unknown(why)),
        }
    }

    /// What jq answers, each value on a line of its own.
    fn jq(&mut self, argv: &[Traced], input: &Traced) -> Done<(Vec<Data>, Status)> {
        let outcome = jq::run(argv, Some(input), self.files, self.env, self.at);
        if !outcome.status.is_known() {
            return Err(Box::new(outcome));
        }
        let mut lines = outcome.stdout.split(b"\n");
        lines.pop();
        let mut out = Vec::new();
        for line in lines {
            match document::from_json(&line) {
                Ok(value) => out.push(value),
                Err(NoData::Unknown(why)) => return Err(self.unknown(why)),
                Err(NoData::Broken) => return Err(self.not("this answer of jq")),
            }
        }
        Ok((out, outcome.status))
    }

    fn json(&self, data: &Data) -> Done<Traced> {
        let mut out = document::to_json(data, &Layout::compact(), self.at).map_err(|why| self.unknown(why))?;
        out.push_made(b"\n", self.at);
        Ok(out)
    }

    /// kislyuk's.
    fn python(&mut self, argv: &[Traced]) -> Done<Outcome> {
        let (mut yaml, mut in_place, mut null) = (false, false, false);
        let mut passed = Vec::new();
        let mut others: Vec<&Traced> = Vec::new();
        let mut words = argv.iter();
        while let Some(word) = words.next() {
            let text =
                super::program::known(word).or_else(|fault| if others.is_empty() { Ok("") } else { Err(fault) })?;
            match text {
                "--yaml-output" | "--yml-output" | "--yaml-roundtrip" | "--yml-roundtrip" => yaml = true,
                "--in-place" => in_place = true,
                "--arg" | "--argjson" | "--slurpfile" | "--rawfile" => {
                    let count = 2;
                    passed.push(word.clone());
                    passed.extend(words.by_ref().take(count).cloned());
                }
                "--indent" | "--width" | "-w" | "-x" | "-t" | "-f" | "--from-file" | "--args" | "--jsonargs" => {
                    return Err(super::program::not_followed(&format!("yq's option {text}"), word));
                }
                _ if text.starts_with("--") => passed.push(word.clone()),
                _ if text.starts_with('-') && text.len() > 1 => {
                    let mut rest = String::from("-");
                    for letter in text.chars().skip(1) {
                        match letter {
                            'y' | 'Y' => yaml = true,
                            'i' => in_place = true,
                            letter => {
                                null |= letter == 'n';
                                rest.push(letter);
                            }
                        }
                    }
                    if rest.len() > 1 {
                        passed.push(Traced::made(rest, word.span().unwrap_or(self.at)));
                    }
                }
                _ => others.push(word),
            }
        }
        let (filter, names) = others.split_first().ok_or_else(|| Box::new(Outcome::failed(2)))?;
        let mut sets: Vec<(Option<&Traced>, Vec<Data>)> = Vec::new();
        let standard = Traced::made("-", self.at);
        let standard = [&standard];
        match names {
            [] if in_place => return Err(Box::new(Outcome::failed(1))),
            _ if null => sets.push((None, Vec::new())),
            names => {
                for name in if names.is_empty() { &standard[..] } else { names } {
                    let text = self.file(name)?;
                    let documents = self.documents(&text, Schema::Kubernetes)?;
                    match sets.last_mut() {
                        Some((None, all)) if !in_place => all.extend(documents),
                        _ => sets.push((in_place.then_some(*name), documents)),
                    }
                }
            }
        }
        let mut outcome = Outcome::success(Traced::new());
        for (name, documents) in sets {
            let mut input = Traced::new();
            for document in &documents {
                input.push(&self.json(document)?);
            }
            let mut argv = passed.clone();
            if yaml {
                argv.push(Traced::made("-c", self.at));
            }
            argv.push((*filter).clone());
            let output = if yaml {
                let (values, status) = self.jq(&argv, &input)?;
                outcome.status = status;
                let mut out = Traced::new();
                for (n, value) in values.iter().enumerate() {
                    if n > 0 {
                        out.push_made(b"---\n", self.at);
                    }
                    let flavour = Yaml::Python { sort_keys: false, indented: true };
                    out.push(&document::to_yaml(value, flavour, self.at).map_err(|why| self.unknown(why))?);
                }
                out
            } else {
                let done = jq::run(&argv, Some(&input), self.files, self.env, self.at);
                if !done.status.is_known() {
                    return Err(Box::new(done));
                }
                outcome.status = done.status;
                done.stdout
            };
            match name {
                Some(name) if outcome.status == Status::Known(0) => {
                    outcome.writes.push((super::program::known(name)?.to_owned(), output));
                }
                Some(_) => {}
                None => outcome.stdout.push(&output),
            }
        }
        Ok(outcome)
    }

    /// mikefarah's, version 4.
    fn go(&mut self, argv: &[Traced]) -> Done<Outcome> {
        let (mut in_place, mut null, mut all, mut exit_status) = (false, false, false, false);
        let (mut json, mut indent) = (None, 2_usize);
        let mut others: Vec<&Traced> = Vec::new();
        let mut words = argv.iter();
        let mut first = true;
        while let Some(word) = words.next() {
            let text =
                super::program::known(word).or_else(|fault| if others.is_empty() { Ok("") } else { Err(fault) })?;
            let (name, value) = text.split_once('=').map_or((text, None), |(n, v)| (n, Some(v.to_owned())));
            match name {
                "e" | "eval" if first => {}
                "ea" | "eval-all" if first => all = true,
                "-i" | "--inplace" => in_place = true,
                "-n" | "--null-input" => null = true,
                "-ni" | "-in" => (null, in_place) = (true, true),
                "-e" | "--exit-status" => exit_status = true,
                "-P" | "--prettyPrint" | "-N" | "--no-doc" | "-M" | "--no-colors" | "-r" | "--unwrapScalar" => {
                    if value.as_deref() == Some("false") {
                        return Err(super::program::not_followed(&format!("yq's option {text}"), word));
                    }
                }
                "-iP" | "-Pi" | "-ir" | "-ri" => in_place = true,
                "-nP" | "-Pn" => null = true,
                "-j" | "--tojson" => json = Some(true),
                "-o" | "--output-format" | "-p" | "--input-format" | "-I" | "--indent" => {
                    let value = match value {
                        Some(value) => value,
                        None => {
                            super::program::known(words.next().ok_or_else(|| Box::new(Outcome::failed(1)))?)?.to_owned()
                        }
                    };
                    match (name, value.as_str()) {
                        ("-o" | "--output-format", "json" | "j") => json = Some(true),
                        ("-o" | "--output-format", "yaml" | "y") => json = Some(false),
                        ("-p" | "--input-format", "json" | "j" | "yaml" | "y" | "auto" | "a") => {}
                        ("-I" | "--indent", digits)
                            if digits.len() == 1 && digits.bytes().all(|b| b.is_ascii_digit()) =>
                        {
                            indent = digits.parse().unwrap_or(2);
                        }
                        _ => return Err(super::program::not_followed(&format!("yq's option {text} {value}"), word)),
                    }
                }
                "-oj" | "-ojson" => json = Some(true),
                "-oy" | "-oyaml" => json = Some(false),
                "-pj" | "-pjson" | "-py" | "-pyaml" => {}
                "-I0" | "-I2" | "-I4" => indent = name[2..].parse().unwrap_or(2),
                _ if text.starts_with('-') && text.len() > 1 => {
                    return Err(super::program::not_followed(&format!("yq's option {text}"), word));
                }
                _ => {
                    others.push(word);
                }
            }
            first = first && text.starts_with('-');
        }
        // A lone word that is a file and no expression is read with all that is in it.
        if let [only] = others.as_slice()
            && !only.bytes().starts_with(b".")
            && only.known_str().is_some_and(|n| matches!((self.files)(n), Found::Content(_)))
        {
            let name = *only;
            let everything = Traced::made(".", self.at);
            return self.evaluate(&everything, &[name], [in_place, null, all, exit_status], json, indent);
        }
        let (expression, names) = others.split_first().ok_or_else(|| Box::new(Outcome::failed(1)))?;
        self.evaluate(expression, names, [in_place, null, all, exit_status], json, indent)
    }

    fn evaluate(
        &mut self,
        expression: &Traced,
        names: &[&Traced],
        [in_place, null, all, exit_status]: [bool; 4],
        json: Option<bool>,
        indent: usize,
    ) -> Done<Outcome> {
        let mut inputs: Vec<(Option<&Traced>, Traced)> = Vec::new();
        if names.is_empty() && !null {
            inputs.push((None, self.stdin.cloned().unwrap_or_default()));
        }
        for name in names {
            inputs.push((Some(name), self.file(name)?));
        }
        let filter = self.translated(expression, all)?;
        let is_json = |name: Option<&Traced>, text: &Traced| {
            let by_name = name.is_some_and(|n| n.bytes().ends_with(b".json"));
            json.unwrap_or(by_name || text.to_text().trim_start().starts_with('{'))
        };
        let mut argv = vec![Traced::made("-c", self.at)];
        let mut outcome = Outcome::success(Traced::new());
        let mut values = Vec::new();
        let mut as_json = json.unwrap_or(false);
        if null {
            argv.push(Traced::made("-n", self.at));
            argv.push(filter);
            values.push(self.answer(&argv, &Traced::new())?);
        } else {
            if all {
                argv.push(Traced::made("-s", self.at));
            }
            argv.push(filter);
            let mut together = Traced::new();
            for (name, text) in &inputs {
                as_json = is_json(*name, text);
                for document in self.documents(text, Schema::Kubernetes)? {
                    let input = self.json(&document)?;
                    if all {
                        together.push(&input);
                    } else {
                        values.push(self.answer(&argv, &input)?);
                    }
                }
                if all && !as_json {
                    continue;
                }
                if in_place && inputs.len() > 1 && !all {
                    return Err(self.not("yq in place on several files"));
                }
            }
            if all {
                values.push(self.answer(&argv, &together)?);
                as_json = inputs.first().is_some_and(|(name, text)| is_json(*name, text));
            }
        }
        let layout =
            Layout { indent: (indent > 0).then(|| " ".repeat(indent)), colon: ": ".to_owned(), ..Layout::compact() };
        let layout = if indent == 0 { Layout::compact() } else { layout };
        let mut out = Traced::new();
        let mut last = None;
        for (n, list) in values.iter().enumerate() {
            if n > 0 && !as_json && !list.is_empty() && !out.is_empty() {
                out.push_made(b"---\n", self.at);
            }
            for value in list {
                last = Some(value.clone());
                match value {
                    // A scalar is written as it is.
                    Data::Str(text) => {
                        out.push(text);
                        out.push_made(b"\n", self.at);
                    }
                    value if as_json => {
                        out.push(&document::to_json(value, &layout, self.at).map_err(|why| self.unknown(why))?);
                        out.push_made(b"\n", self.at);
                    }
                    value => out.push(&document::to_yaml(value, Yaml::Go, self.at).map_err(|why| self.unknown(why))?),
                }
            }
        }
        if exit_status {
            match last {
                Some(Data::Hole(text)) => {
                    let why = text.first_hole().map(|(_, why)| why.clone());
                    outcome.status = Status::Unknown(why.unwrap_or(Why::Limit("yq")));
                }
                None | Some(Data::Null(_) | Data::Bool(false, _)) => outcome.status = Status::Known(1),
                Some(_) => {}
            }
        }
        match inputs.first() {
            Some((Some(name), _)) if in_place => outcome.writes.push((super::program::known(name)?.to_owned(), out)),
            _ if in_place => return Err(Box::new(Outcome::failed(1))),
            _ => outcome.stdout = out,
        }
        Ok(outcome)
    }

    /// Where jq fails, yq may do otherwise.
    fn answer(&mut self, argv: &[Traced], input: &Traced) -> Done<Vec<Data>> {
        match self.jq(argv, input)? {
            (values, Status::Known(0)) => Ok(values),
            _ => Err(self.not("this expression of yq")),
        }
    }

    /// An expression as a filter of jq.
    fn translated(&mut self, expression: &Traced, all: bool) -> Done<Traced> {
        let text = expression.as_str().ok_or_else(|| self.not("an expression that is not UTF-8"))?;
        let mut out = Traced::made("def with(p; f): p |= f; ", self.at);
        if all {
            let tight: String = text.split_whitespace().collect();
            return match tight.as_str() {
                "select(fileIndex==0)*select(fileIndex==1)" | "select(fi==0)*select(fi==1)" => {
                    Ok(Traced::made(".[0] * .[1]", self.at))
                }
                ".asitem$itemireduce({};.*$item)" | ".as$itemireduce({};.*$item)" => {
                    Ok(Traced::made("reduce .[] as $item ({}; . * $item)", self.at))
                }
                _ => Err(self.not("this expression of yq over all files")),
            };
        }
        let bytes = text.as_bytes();
        let word = |from: usize| {
            let length =
                bytes[from..].iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')).count();
            from..from + length
        };
        let mut at = 0;
        while let Some(byte) = bytes.get(at).copied() {
            let next = bytes.get(at + 1).copied();
            match byte {
                b'"' => {
                    let mut end = at + 1;
                    while bytes.get(end).is_some_and(|b| *b != b'"') {
                        end += if bytes.get(end) == Some(&b'\\') { 2 } else { 1 };
                    }
                    let end = (end + 1).min(bytes.len());
                    out.push(&expression.slice(at..end));
                    at = end;
                }
                b'.' if next.is_some_and(|b| b.is_ascii_alphabetic() || b == b'_') => {
                    let name = word(at + 1);
                    out.push(&expression.slice(at..at + 1));
                    out.push_made(b"\"", self.at);
                    out.push(&expression.slice(name.clone()));
                    out.push_made(b"\"", self.at);
                    at = name.end;
                }
                b'.' if next == Some(b'.') => return Err(self.not("yq's ..")),
                // jq of older releases wants no dot before a bracket that follows a name.
                b'.' if next == Some(b'[') && at > 0 && !b" |(,=".contains(&bytes[at - 1]) => at += 1,
                b'*' if next.is_some_and(|b| b"+?nd".contains(&b)) => return Err(self.not("yq's merge with flags")),
                b'$' => {
                    let name = word(at + 1);
                    out.push(&expression.slice(at..name.end));
                    at = name.end;
                }
                _ if byte.is_ascii_alphabetic() || byte == b'_' => {
                    let name = word(at);
                    let words = &text[name.clone()];
                    if matches!(words, "env" | "strenv" | "load") {
                        let length = text[name.end..].find(')').unwrap_or(text.len() - name.end);
                        let argument = text[name.end..name.end + length].trim_start_matches('(').trim().to_owned();
                        let value = self.looked_up(words, argument.trim_matches('"'), expression)?;
                        out.push(
                            &document::to_json(&value, &Layout::compact(), self.at).map_err(|why| self.unknown(why))?,
                        );
                        at = (name.end + length + 1).min(bytes.len());
                        continue;
                    }
                    if !SAME.contains(&words) {
                        return Err(self.not(&format!("yq's {words}")));
                    }
                    out.push(&expression.slice(name.clone()));
                    at = name.end;
                }
                b'\'' | b'%' | b'?' | b'@' | b'#' => {
                    return Err(self.not(&format!("{} in an expression of yq", char::from(byte))));
                }
                _ => {
                    out.push(&expression.slice(at..at + 1));
                    at += 1;
                }
            }
        }
        Ok(out)
    }

    /// What `env`, `strenv` and `load` give.
    fn looked_up(&mut self, what: &str, name: &str, expression: &Traced) -> Done<Data> {
        let text = if what == "load" {
            let place = expression.span().unwrap_or(self.at);
            self.file(&Traced::made(name, place))?
        } else {
            match (self.env)(name) {
                Found::Content(text) => text,
                Found::Missing => return Err(Box::new(Outcome::failed(1))),
                Found::Unknown(why) => Traced::hole(self.at, why),
            }
        };
        if what == "strenv" {
            return Ok(Data::Str(text));
        }
        let mut documents = self.documents(&text, Schema::Kubernetes)?;
        match (documents.len(), documents.pop()) {
            (1, Some(document)) => Ok(document),
            _ => Err(self.not("this value of yq")),
        }
    }
}
