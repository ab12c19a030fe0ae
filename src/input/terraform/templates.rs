//! Stacks of CloudFormation that Terraform makes: `aws_cloudformation_stack` and its sets. The template is judged with the parameters of
//! the resource.

use crate::syntax::hcl::Body;
use crate::value::{Guard, Value};

use super::super::cloudformation::{Deployed, deployed_by};
use super::engine::Engine;
use super::kubernetes::ReadDocuments;
use super::lang::env::Env;

impl Engine<'_, '_> {
    /// The node groups of the template of a stack.
    pub(super) fn stack_template(&mut self, body: &Body, own: &Env, name: &str) -> Vec<(Guard, ReadDocuments)> {
        let at = body.span;
        let parts = ["template_body", "template_url", "parameters"]
            .map(|part| self.attribute(body, part, own).unwrap_or_else(|| Value::null(at)));
        let mut out = Vec::new();
        for (when, parts) in self.lang().hoist(&Value::list(parts.into(), at)) {
            let [text, url, parameters] =
                parts.items().try_into().unwrap_or_else(|_| [(); 3].map(|()| Value::null(at)));
            let (text, url) = (text.to_traced(), url.to_traced());
            let dir = own.instance.map_or_else(|| self.root.clone(), |n| self.instances[n].module.dir.clone());
            let stack =
                Deployed { name, dir: &dir, body: text.as_ref(), url: url.as_ref(), parameters: &parameters, at };
            let mut read = ReadDocuments::default();
            match deployed_by(&stack, self.cx) {
                Ok(groups) => read.groups = groups,
                Err(open) => read.open = Some(open),
            }
            out.push((when, read));
        }
        out
    }
}
