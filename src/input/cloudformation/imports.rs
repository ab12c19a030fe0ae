//! `Fn::ImportValue`: what another template of the repository exports.

use std::path::Path;
use std::sync::Arc;

use crate::input::everywhere;
use crate::input::fitting::{fits, pattern};
use crate::input::unit::has_extension;
use crate::input::yaml_files::{holds, shown};
use crate::syntax::Node;
use crate::text::{Span, Why, budget};
use crate::value::{Condition, Guard, Value};

use super::choice::{Choice, Export, when};
use super::intrinsics::{Evaluator, Given};
use super::reader::StackReader;
use super::template::{Expr, Template, is_template};
use super::{commands, parameters};

/// The most templates that are searched for what one template imports, and the most exports that one import may be.
const MAX_TEMPLATES: usize = 20;
const MAX_EXPORTS: usize = 8;

/// Templates that export something.
const EXPORTERS: everywhere::Kind = everywhere::Kind {
    name: "exports",
    named: |path| has_extension(path, &["yaml", "yml", "json", "template", "cfn"]),
    marked: |bytes| [&b"Outputs"[..], b"Export", b"Resources"].iter().all(|word| holds(bytes, word)),
};

/// The fewest bytes of a name that tell it from others.
const LEAST: usize = 4;

impl Evaluator<'_> {
    /// The value of an export.
    pub(super) fn import(&mut self, argument: Expr<'_>, at: Span) -> Value {
        let name = self.eval(argument);
        self.lift(&[name], at, &mut |this, one| {
            let name = one[0].to_traced().map(|name| pattern(&name)).filter(|name| literal(name).len() >= LEAST);
            let Some(name) = name else {
                return Value::unknown(Why::FromOutside("a value imported from another stack".into()), at);
            };
            let shown = name.replace('*', "…");
            let unknown =
                || Value::unknown(Why::FromOutside(format!("the export {shown} of another stack").into()), at);
            if !this.imports.contains(&name) {
                this.imports.push(name.clone());
            }
            let exports = Arc::clone(&this.exports);
            let found: Vec<&Export> = exports.iter().filter(|export| is_named(&export.name, &name)).collect();
            let step: Arc<str> = format!("ImportValue {shown}").into();
            match &found[..] {
                [only] if only.certain && only.name == name && !name.contains('*') => {
                    return only.value.clone().through(at, &step);
                }
                [] => return unknown(),
                _ => {}
            }
            let subject = format!("the export {name}");
            if let Some(choice) = this.chosen.get(&subject) {
                return choice.value.clone().map_or_else(unknown, |value| value.through(at, &step));
            }
            let words = |export: &Export| format!("{shown} is what {} exports by default", export.file);
            let found = budget::at_most(found, MAX_EXPORTS, "exports of one name");
            let mut choices: Vec<_> =
                found.map(|export| Choice { value: Some(export.value.clone()), when: when(words(export)) }).collect();
            let none = choices.iter().try_fold(Guard::always(), |all, choice| all.and(&opposite(&choice.when)?));
            choices.extend(none.map(|when| Choice { value: None, when }));
            this.want(&subject, choices);
            unknown()
        })
    }
}

/// The guard that a condition does not hold.
fn opposite(guard: &Guard) -> Option<Guard> {
    guard.conditions().first().map(|condition: &Condition| Guard::of(condition.opposite()))
}

/// The longest part of a pattern that is known.
fn literal(pattern: &str) -> &str {
    pattern.split('*').max_by_key(|part| part.len()).unwrap_or_default()
}

/// True if an export may have the name that is imported.
fn is_named(export: &str, name: &str) -> bool {
    export == name || !name.contains('*') && fits(name, export) || !export.contains('*') && fits(export, name)
}

impl StackReader<'_, '_> {
    /// What the other templates of the repository export under some names.
    pub(super) fn exports(&mut self, names: &[String]) -> Vec<Export> {
        let has = |bytes: &[u8]| names.iter().any(|name| holds(bytes, literal(name).as_bytes()));
        let files = everywhere::files(&EXPORTERS, &has, self.cx);
        let mut out = Vec::new();
        for path in budget::at_most(files, MAX_TEMPLATES, "templates that export a name").collect::<Vec<_>>() {
            let Ok(id) = self.cx.open(&path) else { continue };
            for document in self.parse(id).iter().filter(|document| is_template(document)) {
                self.exports_of(&path, document, names, &mut out);
            }
        }
        out
    }

    fn exports_of(&mut self, path: &Path, document: &Node, names: &[String], out: &mut Vec<Export>) {
        let template = Template::new(document);
        let mut evaluator = Evaluator::with(&template, Given::new(), self.work);
        for (_, output) in document.get("Outputs").map(Node::pairs).unwrap_or_default() {
            let (Some(name), Some(value)) = (output.path(&["Export", "Name"]), output.get("Value")) else { continue };
            // Most names are plain texts, which need no evaluation.
            if name.tag.is_none() && name.as_str().is_some_and(|own| !names.iter().any(|wanted| is_named(own, wanted)))
            {
                continue;
            }
            let Some(name) = evaluator.eval(name.into()).to_traced().map(|name| pattern(&name)) else { continue };
            if !names.iter().any(|wanted| is_named(&name, wanted)) {
                continue;
            }
            evaluator.by_default = false;
            let value =
                evaluator.eval(value.into()).through(output.span, &format!("Export {}", name.replace('*', "…")).into());
            let open = evaluator.by_default
                && !(parameters::next_to(path, &template, self.cx).is_empty()
                    && commands::deployments(path, &template, self.cx).is_empty());
            let certain = !open && evaluator.wanted.is_empty() && output.get("Condition").is_none();
            out.push(Export { name, value, file: shown(path, self.cx), certain });
        }
        self.work = evaluator.work;
    }
}
