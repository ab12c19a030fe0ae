//! Values for the variables of a root module that the command line gives: `--var` and `--var-file`, in order, of which the last
//! one counts (hashicorp/terraform, `internal/command/arguments/vars.go`). `TF_VAR_` is not read: what a linter says of source
//! must not hang on the environment that it happens to run in.

use std::collections::HashMap;
use std::sync::Arc;

use crate::node::Variable;
use crate::syntax::hcl;
use crate::value::Value;

use super::engine::Engine;
use super::lang::env::Env;
use super::lang::types::{self, Type};
use super::scope::{Module, values_in};

impl Engine<'_, '_> {
    /// What the command line gives to the variables of a root module. What it does not declare is for another one.
    pub(super) fn given(&mut self, module: &Module) -> HashMap<Arc<str>, Value> {
        let mut out = HashMap::new();
        for variable in self.cx.given.variables.clone() {
            match variable {
                Variable::File(path) => {
                    for attribute in values_in(&path, self.cx) {
                        let value = self.eval_or_unknown(&attribute.value, &Env::default());
                        out.insert(attribute.name, value);
                    }
                }
                Variable::Set(name, source) => {
                    let Some(block) = module.variables.get(name.as_str()) else { continue };
                    let id = self.cx.texts.add_source(source);
                    let view = self.cx.texts.view(id);
                    let whole = view.span(0..view.bytes.len());
                    // The value of a variable of a simple type, or of none, is the text as it stands; any other is an expression.
                    let kind = block.body.attribute("type").map(|a| types::parse(&a.value, 0));
                    let plain = matches!(kind, None | Some(Type::Text | Type::Number | Type::Bool));
                    let value = if plain {
                        Value::str(view.traced(0..view.bytes.len()), whole)
                    } else {
                        match hcl::parse_expression(&view) {
                            Ok(expr) => self.eval_or_unknown(&expr, &Env::default()),
                            Err(error) => {
                                self.cx.problem(error.at, error.message);
                                continue;
                            }
                        }
                    };
                    out.insert(name.into(), value);
                }
            }
        }
        out
    }
}
