//! Attributes of data sources and resources: computed where the source allows it, otherwise unknown.

use std::sync::Arc;

use crate::syntax::hcl::{Attribute, Block, Body};
use crate::syntax::{Node, NodeKind, yaml};
use crate::text::{Span, Traced, Why};
use crate::value::{Alternative, Entry, Guard, Kind, MAX_ALTERNATIVES, Value};

use super::super::template_text::base64_of;
use super::engine::Engine;
use super::lang::env::Env;
use super::lang::evaluate::Evaluate;
use super::lang::functions::encoding::gzip_of;
use super::lang::functions::files::{file, filebase64, render};
use super::lang::outcome::{Early, Outcome, Refused, both_ways, combined, either, entries_of, key_and_value};
use super::lang::template::{text_value, ways_of};

/// The default boundary between parts in the `cloudinit` provider.
const BOUNDARY: &str = "MIMEBOUNDARY";

/// The most nested blocks of one `dynamic` block.
const MAX_DYNAMIC: usize = 200;

/// Nested blocks with their scopes, and the reason if there may be more.
#[derive(Clone, Default)]
pub(super) struct Nested<'b> {
    pub(super) blocks: Vec<(Env, &'b Body)>,
    pub(super) open: Option<Why>,
}

impl Engine<'_, '_> {
    /// An attribute of a data source or a resource. Attributes that a resource does not set are known only when it
    /// exists.
    pub(super) fn attribute_of(
        &mut self,
        block: &Arc<Block>,
        address: &str,
        own: &Env,
        name: &str,
        at: Span,
    ) -> Outcome {
        match (&*block.kind, block.label(0), name) {
            (_, "template_file", "rendered") => self.template_file(block, own, at),
            (_, "cloudinit_config" | "template_cloudinit_config", "rendered") => self.cloudinit(block, own, at),
            (_, "ct_config", "rendered") => self.butane(block, address, own, at),
            (_, "ignition_file" | "ignition_systemd_unit" | "ignition_config", "rendered") => {
                self.ignition(block, own, at)
            }
            // The id of a bucket is its name, and the id of an object is its key.
            ("resource", "aws_s3_bucket", "id") => self.written(block, address, own, "bucket", at),
            ("resource", "aws_s3_object" | "aws_s3_bucket_object", "id") => {
                self.written(block, address, own, "key", at)
            }
            ("resource", "terraform_data", "output") => self.argument(&block.body, "input", own, at),
            ("data", "terraform_remote_state", "outputs") => self.remote_outputs(block, address, own, at),
            ("resource", ..) => self.written(block, address, own, name, at),
            (_, "local_file" | "local_sensitive_file", "content" | "content_base64") => {
                let Some(path) = block.body.attribute("filename") else { return Ok(outside(address, name, at)) };
                let path = self.eval(&path.value, own)?;
                let read = if name == "content" { file } else { filebase64 };
                self.lift(&[path], at, &mut |engine, args| read(engine, args, at, own).or_else(Early::outcome))
            }
            (_, "kubectl_path_documents" | "kubectl_file_documents", "documents" | "manifests") => {
                self.kubectl_documents(block, own, name, at)
            }
            (_, "aws_ssm_parameter", "value" | "insecure_value") if block.body.attribute(name).is_none() => {
                let asked = self.argument(&block.body, "name", own, at)?;
                let stored = asked.as_known_str().and_then(|asked| self.parameter_named(asked, own.instance));
                Ok(stored.unwrap_or_else(|| outside(address, name, at)))
            }
            _ => self.written(block, address, own, name, at),
        }
    }

    fn written(&mut self, block: &Arc<Block>, address: &str, own: &Env, name: &str, at: Span) -> Outcome {
        // A provider may set an attribute that is left out.
        let value = self.argument(&block.body, name, own, at)?;
        Ok(if value.is_null() { outside(address, name, at) } else { value })
    }

    /// `rendered` of a `ct_config`, which turns Butane into Ignition: the Butane, with the snippets merged into it.
    fn butane(&mut self, block: &Arc<Block>, address: &str, own: &Env, at: Span) -> Outcome {
        let snippets = self.argument(&block.body, "snippets", own, at)?;
        let content = self.written(block, address, own, "content", at)?;
        let more = match &snippets.kind {
            _ if snippets.is_null() => return Ok(content),
            Kind::List(list) if list.is_empty() => return Ok(content),
            Kind::List(list) => list.iter().map(Value::to_traced).collect(),
            _ => None,
        };
        let (Some(content), Some(more)): (_, Option<Vec<Traced>>) = (content.to_traced(), more) else {
            return Ok(outside(address, "rendered", at));
        };
        let mut whole: Option<Node> = None;
        for text in std::iter::once(&content).chain(&more) {
            let view = self.cx.made("Butane", text, at);
            let parsed = yaml::parse(&view);
            let Some(tree) = parsed.tree.into_iter().next().filter(|_| parsed.errors.is_empty()) else {
                return Ok(outside(address, "rendered", at));
            };
            whole = Some(match whole {
                Some(before) => with_snippet(before, tree),
                None => tree,
            });
        }
        Ok(whole.map_or_else(|| outside(address, "rendered", at), |tree| Value::str(yaml::write(&tree), at)))
    }

    /// `data.template_file.x.rendered`.
    fn template_file(&mut self, block: &Arc<Block>, own: &Env, at: Span) -> Outcome {
        let Some(template) = block.body.attribute("template") else {
            return Ok(outside(&block.labels.join("."), "rendered", at));
        };
        let template = self.eval(&template.value, own)?;
        let vars = match block.body.attribute("vars") {
            Some(vars) => self.eval(&vars.value, own)?,
            // Before Terraform 0.12, a map may be written as a block.
            None => {
                let written = block.body.blocks_of("vars").flat_map(|inner| &inner.body.attributes);
                let entry = |a: &Attribute| {
                    let value = self.eval_or_unknown(&a.value, own);
                    (Arc::clone(&a.name), Entry { key: a.name_span, value })
                };
                Value::map(written.map(entry).collect(), at)
            }
        };
        let place = block.header;
        self.lift(&[template, vars], place, &mut |engine, args| {
            let Some(text) = args[0].to_traced() else { return Err(Refused::new("a template is text")) };
            if text.is_unknown() {
                return Ok(args[0].clone());
            }
            let id = engine.cx.texts.add_made("template", &text, place);
            render(engine, id, &args[1], place, own, "rendered").or_else(Early::outcome)
        })
    }

    /// `rendered` of a `cloudinit_config`: parts as MIME, then gzip and base64, which are both on by default. The
    /// format follows hashicorp/terraform-provider-cloudinit (`cloudinit_config.go`, Go's `mime/multipart`).
    fn cloudinit(&mut self, block: &Arc<Block>, own: &Env, at: Span) -> Outcome {
        let ways = self.nested(&block.body, "part", own).into_iter();
        either(ways.map(|(guard, nested)| (guard, self.cloudinit_of(block, &nested, own, at))).collect(), at)
    }

    fn cloudinit_of(&mut self, block: &Arc<Block>, nested: &Nested<'_>, own: &Env, at: Span) -> Outcome {
        let gzip = self.argument(&block.body, "gzip", own, at)?;
        let base64 = self.argument(&block.body, "base64_encode", own, at)?;
        let boundary = self.argument(&block.body, "boundary", own, at)?;
        let boundary = boundary.to_traced().unwrap_or_else(|| Traced::made(BOUNDARY, block.header));
        let place = block.header;
        let plain = |text: Traced| vec![(Guard::always(), text)];
        let made = |text: &str| plain(Traced::made(text, place));
        let kind = made("Content-Type: multipart/mixed; boundary=\"");
        let mut parts = vec![kind, plain(boundary.clone()), made("\"\nMIME-Version: 1.0\r\n\r\n")];
        for (n, (env, body)) in nested.blocks.iter().enumerate() {
            parts.extend([made(if n > 0 { "\r\n--" } else { "--" }), plain(boundary.clone())]);
            let mut headers: Vec<Vec<(Guard, Traced)>> = vec![made("\r\n")];
            let mut header = |engine: &mut Self, key: &str, attribute: &str, quoted: bool| -> Result<(), Refused> {
                let value = engine.argument(body, attribute, env, place)?;
                let (before, after) = if quoted { ("attachment; filename=\"", "\"\r\n") } else { ("", "\r\n") };
                let mut ways = Vec::new();
                for (guard, value) in value.alternatives() {
                    let text = match value.to_traced() {
                        Some(text) if !text.is_empty() => text,
                        _ if attribute == "content_type" => Traced::made("text/plain", place),
                        _ => {
                            ways.push((guard, Traced::new()));
                            continue;
                        }
                    };
                    let mut line = Traced::made(format!("{key}: {before}"), place);
                    line.push(&text);
                    line.push_made(after.as_bytes(), place);
                    ways.push((guard, line));
                }
                headers.push(ways);
                Ok(())
            };
            header(self, "Content-Disposition", "filename", true)?;
            header(self, "Content-Type", "content_type", false)?;
            header(self, "X-Merge-Type", "merge_type", false)?;
            // Go sorts the keys: Content-Disposition, Content-Transfer-Encoding, Content-Type, Mime-Version, X-Merge-Type.
            headers.insert(2, made("Content-Transfer-Encoding: 7bit\r\n"));
            headers.insert(4, made("Mime-Version: 1.0\r\n"));
            parts.extend(headers);
            parts.push(made("\r\n"));
            let content = match body.attribute("content") {
                Some(content) => self.eval(&content.value, env)?,
                None => Value::str(Traced::new(), place),
            };
            parts.push(ways_of(&content)?);
        }
        if let Some(why) = nested.open.clone() {
            parts.push(plain(Traced::unknown(place, why)));
        }
        parts.extend([made("\r\n--"), plain(boundary), made("--\r\n")]);
        let content = text_value(self.lang().put_together(parts, &Traced::new(), place), at);
        self.lift(&[content, gzip, base64], at, &mut |_, args| {
            let text = args[0].to_traced().unwrap_or_default();
            let on = |value: &Value| if value.is_null() { Some(true) } else { value.as_bool() };
            let why = |value: &Value| match &value.kind {
                Kind::Unknown(why) => why.clone(),
                _ => Why::NotUnderstood("this flag".into()),
            };
            let text = match on(&args[1]) {
                Some(true) => gzip_of(&text, place),
                Some(false) => text,
                None => return Ok(Value::unknown(why(&args[1]), at)),
            };
            match on(&args[2]) {
                Some(true) => Ok(Value::str(base64_of(&text, place), at)),
                Some(false) => Ok(Value::str(text, at)),
                None => Ok(Value::unknown(why(&args[2]), at)),
            }
        })
    }

    /// The nested blocks of a type, including those of `dynamic` blocks, for each undecided condition.
    pub(super) fn nested<'b>(&mut self, body: &'b Body, kind: &str, env: &Env) -> Vec<(Guard, Nested<'b>)> {
        let mut ways = vec![(Guard::always(), Nested::default())];
        for block in &body.blocks {
            if &*block.kind == kind {
                for (_, nested) in &mut ways {
                    nested.blocks.push((env.clone(), &block.body));
                }
            } else if &*block.kind == "dynamic" && block.label(0) == kind {
                let more = self.dynamic(block, kind, env);
                let next = combined(&ways, &more, |nested: &Nested<'b>, dynamic: &Nested<'b>| Nested {
                    blocks: [&nested.blocks[..], &dynamic.blocks].concat(),
                    open: nested.open.clone().or_else(|| dynamic.open.clone()),
                });
                if next.len() > MAX_ALTERNATIVES {
                    for (_, nested) in &mut ways {
                        nested.open.get_or_insert(Why::Limit("alternatives of one block"));
                    }
                } else {
                    ways = next;
                }
            }
        }
        ways
    }

    fn dynamic<'b>(&mut self, block: &'b Block, kind: &str, env: &Env) -> Vec<(Guard, Nested<'b>)> {
        let content = block.body.blocks_of("content").next();
        let (Some(content), Some(each)) = (content, block.body.attribute("for_each")) else {
            return vec![(Guard::always(), Nested::default())];
        };
        let iterator = match block.body.attribute("iterator").map(|a| &a.value.kind) {
            Some(crate::syntax::hcl::ExprKind::Variable(name)) => name.to_string(),
            _ => kind.to_owned(),
        };
        let value = self.eval_or_unknown(&each.value, env);
        let mut ways = Vec::new();
        for (guard, value) in value.alternatives() {
            let mut out = Nested::default();
            let (entries, open) = match entries_of(&value) {
                Ok(found) => found,
                Err(why @ Why::Invalid(_)) => (Vec::new(), Some(why)),
                // Without entries there is no such block, and everything next to it is known.
                Err(why) => {
                    let words = format!("{} has entries", self.words(each.value.span));
                    let condition = self.condition(words, each.value.span, env);
                    for (when, holds) in both_ways(&condition) {
                        let Some(guard) = guard.and(&when) else { continue };
                        ways.push((guard, Nested { open: holds.then(|| why.clone()), ..Nested::default() }));
                    }
                    continue;
                }
            };
            out.open = open;
            for (n, (key, item)) in entries.into_iter().enumerate() {
                if n >= MAX_DYNAMIC {
                    out.open.get_or_insert(Why::limit("blocks of one dynamic block"));
                    break;
                }
                let bound = key_and_value(key, item);
                let id = format!("{:?} {n} {guard:?}", block.header);
                out.blocks.push((env.with(iterator.as_str(), bound, &id), &content.body));
            }
            ways.push((guard, out));
        }
        ways
    }

    /// The alternatives of an attribute, without null.
    pub(super) fn ways_of_attribute(&mut self, body: &Body, name: &str, env: &Env) -> Vec<Alternative> {
        let Some(value) = self.attribute(body, name, env) else { return Vec::new() };
        let ways = value.alternatives().into_iter().filter(|(_, v)| !v.is_null());
        ways.map(|(when, value)| Alternative { when, value }).collect()
    }
}

/// A configuration with a snippet: lists go on, and of single values the snippet's counts. Units and files of the same name follow each
/// other, which is how they are read.
fn with_snippet(mut base: Node, snippet: Node) -> Node {
    match (&mut base.kind, snippet.kind) {
        (NodeKind::Map(pairs), NodeKind::Map(more)) => {
            for (key, value) in more {
                let known =
                    key.as_str().and_then(|name| pairs.iter().position(|(known, _)| known.as_str() == Some(name)));
                match known {
                    Some(at) => {
                        let (name, before) = pairs.remove(at);
                        pairs.insert(at, (name, with_snippet(before, value)));
                    }
                    None => pairs.push((key, value)),
                }
            }
        }
        (NodeKind::Seq(items), NodeKind::Seq(more)) => items.extend(more),
        (_, kind) => return Node { kind, ..snippet },
    }
    base
}

pub(super) fn outside(address: &str, name: &str, at: Span) -> Value {
    Value::unknown(Why::Attribute(address.into(), format!(".{name}").into()), at)
}
