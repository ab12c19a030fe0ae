//! The language alone: expressions over values from the test, without a project on disk.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::syntax::SyntaxError;
use crate::syntax::hcl::{self, Step};
use crate::text::{FileError, Files, Memory, Source, Span, TextId, Texts, Why, budget};
use crate::value::{Alternative, Kind, Value};

use super::data::{Data, Declared, Evaluation, Named};
use super::env::Env;
use super::outcome::{Outcome, Refused};
use super::types;

/// The data for the expressions of these tests.
struct Fake {
    evaluation: Evaluation,
    texts: Texts,
    files: Memory,
    /// Variables and locals, by their expressions.
    names: HashMap<&'static str, &'static str>,
    problems: Vec<String>,
}

impl Fake {
    fn new() -> Self {
        let names = [
            ("var.name", "\"web\""),
            ("var.items", "[\"a\", \"b\"]"),
            ("var.tags", "{ team = \"x\", size = 2 }"),
            ("local.wrong", "nothing.to.see"),
        ];
        let files = [("/m/a.tftpl", "${n}=%{ for x in xs }<${x}>%{ endfor }"), ("/m/b.txt", "text\n")];
        Self {
            evaluation: Evaluation::default(),
            texts: Texts::new(),
            files: Memory::new(files.iter().map(|(path, text)| (*path, text.as_bytes()))),
            names: names.into(),
            problems: Vec::new(),
        }
    }

    fn expression(&mut self, text: &str) -> hcl::Expr {
        let id = self.texts.add_source(Arc::new(Source::new("/case.tf", text.as_bytes())));
        hcl::parse_expression(&self.texts.view(id)).unwrap()
    }

    fn eval(&mut self, text: &str) -> Outcome {
        let expr = self.expression(text);
        let data: &mut dyn Data = self;
        data.eval(&expr, &Env::of(0))
    }

    fn named(&mut self, name: &str, at: Span) -> Outcome {
        match self.names.get(name) {
            Some(text) => self.eval(text),
            None => Ok(Value::unknown(Why::NoDefault(name.into()), at)),
        }
    }
}

impl Data for Fake {
    fn evaluation(&mut self) -> &mut Evaluation {
        &mut self.evaluation
    }

    fn texts(&self) -> &Texts {
        &self.texts
    }

    fn texts_mut(&mut self) -> &mut Texts {
        &mut self.texts
    }

    fn syntax(&mut self, error: &SyntaxError, words: &str) {
        self.problems.push(format!("{words}{}", error.message));
    }

    fn files(&self) -> &dyn Files {
        &self.files
    }

    fn open(&mut self, path: &Path) -> Result<TextId, FileError> {
        Ok(self.texts.add_source(self.files.read(path)?))
    }

    fn root(&self) -> &Path {
        Path::new("/m")
    }

    fn address(&self, _: usize) -> Option<&str> {
        Some("module.m")
    }

    fn module_path(&self, _: usize) -> Option<&str> {
        Some("modules/m")
    }

    fn variable(&mut self, _: usize, name: &str) -> Value {
        let id = self.texts.add_source(Arc::new(Source::new("/case.tf", Vec::new())));
        self.named(&format!("var.{name}"), Span::new(id, 0..0)).unwrap()
    }

    fn local(&mut self, _: usize, name: &str, at: Span) -> Outcome {
        self.named(&format!("local.{name}"), at)
    }

    fn declared(&mut self, _: usize, named: &Named<'_>, steps: &[Step], env: &Env) -> Outcome {
        let what = match named.what {
            Declared::Module => "",
            Declared::Data => "data.",
            Declared::Ephemeral => "ephemeral.",
            Declared::Resource if named.kind == "nothing" => return Err(Refused::new("there is nothing")),
            Declared::Resource => "",
        };
        let of = format!("{what}{}.{}", named.kind, named.name);
        let value = Value::unknown(Why::Attribute(of.into(), "".into()), named.at);
        let data: &mut dyn Data = self;
        data.walk(value, steps, env)
    }
}

/// A value in short: text as it is, an unknown part as `?` with its reason, and alternatives with their conditions.
fn shown(value: &Value) -> String {
    let all = |items: Vec<String>| items.join(", ");
    match &value.kind {
        Kind::Str(text) => match text.first_unknown() {
            Some((_, why)) => format!("{} ?{why}", text.to_text()),
            None => text.to_text().into_owned(),
        },
        Kind::Unknown(why) => format!("?{why}"),
        Kind::Either(ways) => {
            let when = |w: &Alternative| all(w.when.conditions().iter().map(ToString::to_string).collect());
            all(ways.iter().map(|w| format!("{}: {}", when(w), shown(&w.value))).collect())
        }
        Kind::List(items) => format!("[{}]", all(items.iter().map(shown).collect())),
        Kind::Map(map) => {
            format!("{{{}}}", all(map.entries.iter().map(|(k, e)| format!("{k}: {}", shown(&e.value))).collect()))
        }
        Kind::Null => "null".to_owned(),
        _ => value.to_traced().map(|text| text.to_text().into_owned()).unwrap_or_default(),
    }
}

#[test]
fn expressions_ask_for_what_they_name() {
    for (expr, expected) in [
        ("1 + 2 * 3", "7"),
        ("var.name", "web"),
        ("var.missing", "?var.missing has no value in this repository"),
        ("\"${var.name}-${var.tags.size}\"", "web-2"),
        ("var.tags[\"team\"]", "x"),
        ("var.items[*]", "[a, b]"),
        ("[for i, x in var.items : \"${i}${x}\" if x != \"a\"]", "[1b]"),
        ("{ for x in var.items : x => upper(x) }", "{a: A, b: B}"),
        ("path.module", "modules/m"),
        ("file(\"b.txt\")", "text\n"),
        ("templatefile(\"a.tftpl\", { n = 1, xs = var.items })", "1=<a><b>"),
        ("aws_instance.a.id", "?aws_instance.a.id is not available here"),
        ("data.aws_ami.b[0].id", "?data.aws_ami.b[0].id is not available here"),
        ("module.c.d", "?module.c.d is not available here"),
        ("var.missing ? 1 : 2", "var.missing in module.m: 1, not (var.missing in module.m): 2"),
        ("coalesce(null, \"\", var.name)", "web"),
        ("try(local.wrong, \"else\")", "else"),
        ("can(local.wrong)", "false"),
        ("each.key", "?module.m.each.key is not available here"),
        ("nosuch(1)", "?the function nosuch is not supported"),
    ] {
        assert_eq!(Fake::new().eval(expr).as_ref().map(shown), Ok(expected.to_owned()), "{expr}");
    }
}

#[test]
fn the_workspace_is_chosen_when_terraform_runs() {
    for (expr, expected) in [
        ("terraform.workspace", "?terraform.workspace is not available here"),
        (
            "terraform.workspace == \"prod\" ? 1 : 2",
            "terraform.workspace == \"prod\" in module.m: 1, not (terraform.workspace == \"prod\" in module.m): 2",
        ),
        ("{ a = 1 }[terraform.workspace]", "1"),
    ] {
        assert_eq!(Fake::new().eval(expr).as_ref().map(shown), Ok(expected.to_owned()), "{expr}");
    }
}

#[test]
fn what_terraform_refuses_is_refused() {
    for (expr, why) in [
        ("local.wrong", "there is nothing"),
        ("var.tags.color", "there is no color"),
        ("1 / 0", "division by zero"),
        ("templatestring(\"$${x}\", {})", "x is not passed to the template"),
        ("abs()", "the wrong number of arguments"),
    ] {
        assert_eq!(Fake::new().eval(expr), Err(Refused::new(why)), "{expr}");
    }
}

#[test]
fn what_terraform_refuses_is_an_unknown_part() {
    let wrong = "?invalid: there is no color";
    for (expr, expected) in [
        ("var.tags.color", wrong.to_owned()),
        (
            "{ a = var.tags.color, b = [var.name, 1 / 0] }",
            format!("{{a: {wrong}, b: [web, ?invalid: division by zero]}}"),
        ),
        ("try(\"${var.tags.color}-a\", \"b\")", "b".to_owned()),
        ("[can(var.tags.color), 1 / 0]", "[false, ?invalid: division by zero]".to_owned()),
    ] {
        let mut fake = Fake::new();
        let expr = fake.expression(expr);
        let data: &mut dyn Data = &mut fake;
        assert_eq!(shown(&data.eval_or_unknown(&expr, &Env::of(0))), expected);
    }
}

#[test]
fn functions_end_where_the_budget_does() {
    let expr = "flatten([var.a ? [1] : [2], setunion([\"a\"], toset([var.b ? 1 : 2]))])";
    let reached =
        |most| budget::within(most, || budget::unit(|| Fake::new().eval(expr))).0.is_ok_and(|v| !v.is_unknown());
    let ends: Vec<bool> = (0..60_000).step_by(150).map(reached).collect();
    assert!(!ends[0] && ends.contains(&true));
}

#[test]
fn values_become_what_their_type_asks_for() {
    for (value, wanted, expected) in [
        ("\"2\"", "number", "2"),
        ("2", "string", "2"),
        ("[\"b\", \"a\", \"b\"]", "set(string)", "[a, b]"),
        ("{ a = 1 }", "object({ a = string, b = optional(number, 3) })", "{a: 1, b: 3}"),
        ("var.missing", "object({ a = string })", "{a: ?var.missing.a has no value in this repository}"),
    ] {
        let mut fake = Fake::new();
        let (value, wanted) = (fake.eval(value).unwrap(), types::parse(&fake.expression(wanted), 0));
        let data: &mut dyn Data = &mut fake;
        let found = data.conform(&value, &wanted, 0);
        assert_eq!(found.as_ref().map(shown), Ok(expected.to_owned()), "{wanted:?}");
    }
}
