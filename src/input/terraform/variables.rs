//! Values that the command line sets for variables of a root module: `--var` and `--var-file`, in order; the last one
//! wins (hashicorp/terraform, `internal/command/arguments/vars.go`). `TF_VAR_` is ignored: the findings must not depend
//! on the environment that a linter runs in.

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
    /// The variables of a root module that the command line sets. Undeclared ones belong to another module.
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
                    // The value of a variable with a simple type, or without a type, is plain text; any other is an
                    // expression.
                    let kind = block.body.attribute("type").map(|a| types::parse(&a.value, 0));
                    let plain = matches!(kind, None | Some(Type::Text | Type::Number | Type::Bool));
                    let value = if plain {
                        Value::str(view.traced(0..view.bytes.len()), whole)
                    } else {
                        match hcl::parse_expression(&view) {
                            Ok(expr) => self.eval_or_unknown(&expr, &Env::default()),
                            Err(error) => {
                                self.cx.notes.syntax(&error, "");
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
