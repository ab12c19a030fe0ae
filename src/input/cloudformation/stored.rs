//! SSM parameters that a template stores: what its other resources and the nodes read from them.

use std::sync::Arc;

use crate::node::Step;
use crate::syntax::Node;
use crate::text::{Span, Traced, Why, budget};
use crate::value::Value;

use super::intrinsics::Evaluator;

const PARAMETER: &str = "AWS::SSM::Parameter";

/// The most parameters that a node may read.
const MAX_PARAMETERS: usize = 50;

impl Evaluator<'_> {
    /// `RESOURCE.ATTRIBUTE`: the value of a parameter that the template stores. All else is known only after a deployment.
    pub(super) fn attribute(&mut self, what: &str, at: Span) -> Value {
        let stored = what.strip_suffix(".Value").and_then(|name| self.template.names.get(name).copied());
        let value = stored.filter(|resource| is_parameter(resource)).and_then(|r| r.path(&["Properties", "Value"]));
        match value {
            Some(value) => self.eval(value.into()).through(at, &Arc::from(what)),
            None => Value::unknown(Why::FromOutside(what.into()), at),
        }
    }

    /// The stored parameters that user data asks for, as what the node finds under their names.
    pub(super) fn parameters_for(&mut self, user_data: &Traced) -> Vec<Step> {
        let text = user_data.to_text();
        if !text.contains("get-parameter") {
            return Vec::new();
        }
        let stored = self.template.resources.iter().filter(|(_, resource)| is_parameter(resource));
        let mut out = Vec::new();
        for (_, resource) in budget::at_most(stored, MAX_PARAMETERS, "stored parameters") {
            let (Some(name), Some(value)) =
                (resource.path(&["Properties", "Name"]), resource.path(&["Properties", "Value"]))
            else {
                continue;
            };
            let name = self.eval(name.into()).to_traced();
            let Some(name) = name.as_ref().and_then(Traced::known_str).filter(|name| text.contains(*name)) else {
                continue;
            };
            let uri = format!("ssm:{name}");
            if let Some(value) = self.eval(value.into()).to_traced() {
                out.push(Step::file(uri, value));
            }
        }
        out
    }
}

fn is_parameter(resource: &Node) -> bool {
    resource.get("Type").and_then(Node::as_str) == Some(PARAMETER)
}
