//! Ignore requests as data, for languages without comments and for generated files: the comment key of
//! Terraform's JSON, `Metadata` of CloudFormation, annotations of Kubernetes.

use crate::syntax::Node;
use crate::syntax::documents::{in_json, in_yaml};
use crate::text::{Source, Span, Texts};

use super::super::values::meant;
use super::comment::{self, Content, content};

/// A request: its place, the part of the file that it covers, and its content.
pub(super) struct StructuredRequest {
    pub(super) at: std::ops::Range<u32>,
    pub(super) scope: std::ops::Range<u32>,
    pub(super) content: Result<Content, String>,
}

/// The requests in a document of JSON or YAML.
pub(super) fn requests(source: &std::sync::Arc<Source>) -> Vec<StructuredRequest> {
    let path = source.path().to_string_lossy().to_ascii_lowercase();
    let ends = |list: &[&str]| list.iter().any(|e| path.ends_with(e));
    if !ends(&[".json", ".yaml", ".yml", ".template", ".cfn"]) {
        return Vec::new();
    }
    let mut texts = Texts::new();
    let id = texts.add_source(std::sync::Arc::clone(source));
    let view = texts.view(id);
    let start = source.bytes().iter().find(|b| !b.is_ascii_whitespace()).copied();
    let read = if ends(&[".json"]) || start == Some(b'{') { in_json(&view) } else { in_yaml(&view) };
    let mut out = Vec::new();
    for tree in &read.tree {
        walk(tree, tree.span, &mut out);
    }
    // The target of an anchor is visited once for each use.
    out.sort_by_key(|f| (f.at.start, f.scope.start));
    out.dedup_by(|b, a| a.at == b.at && a.scope == b.scope && a.content == b.content);
    out
}

/// The depth of a tree is bounded by the parsers.
fn walk(node: &Node, document: Span, out: &mut Vec<StructuredRequest>) {
    for (key, value) in node.pairs() {
        match key.as_str() {
            Some("//") => comments(value, node.span, document, out),
            Some("Metadata") => metadata(value, node.span, out),
            Some("metadata") => annotations(value, node.span, out),
            _ => {}
        }
        walk(value, document, out);
    }
    for item in node.items() {
        walk(item, document, out);
    }
}

/// `"//": "kubelet-lint: ignore[rule] reason"`, which Terraform treats as a comment on the surrounding object.
fn comments(value: &Node, object: Span, document: Span, out: &mut Vec<StructuredRequest>) {
    let texts = std::iter::once(value).chain(value.items()).filter_map(|n| Some((n.span, n.as_str()?)));
    for (at, text) in texts {
        for request in comment::requests(format!("#{text}").as_bytes()) {
            let file = request.content.as_ref().is_ok_and(|a| a.file);
            out.push(StructuredRequest {
                at: range(at),
                scope: range(if file { document } else { object }),
                content: request.content,
            });
        }
    }
}

/// `Metadata: {kubelet-lint: {ignore: [...], until: ..., reason: ...}}` of a resource or a whole template. An item is the name of
/// a rule, or a map with `rule` and its own `until` and `reason`.
fn metadata(value: &Node, resource: Span, out: &mut Vec<StructuredRequest>) {
    let Some((key, own)) = value.pair("kubelet-lint") else { return };
    let mut add = |at: Span, content| out.push(StructuredRequest { at: range(at), scope: range(resource), content });
    if let Some((at, message)) = wrong_key(own, &["ignore", "until", "reason"]) {
        return add(at, Err(message));
    }
    let Some(list) = own.get("ignore") else {
        return add(key.span, Err("list the rules under the key `ignore`".to_owned()));
    };
    let single = std::slice::from_ref(list);
    for item in if list.items().is_empty() { single } else { list.items() } {
        if let Some((at, message)) = wrong_key(item, &["rule", "id", "until", "reason"]) {
            add(at, Err(message));
            continue;
        }
        let word = |name: &str| item.get(name).or_else(|| own.get(name)).and_then(Node::as_str);
        let rule = item.get("rule").or_else(|| item.get("id")).unwrap_or(item);
        let (rules, tail) = parts(rule.as_str().unwrap_or_default());
        let until = word("until").map(|day| day.trim().parse()).transpose();
        let content = content(false, rules, if tail.is_empty() { word("reason").unwrap_or_default() } else { tail });
        let both = until.and_then(|until| content.map(|content| Content { until: content.until.or(until), ..content }));
        add(item.span, both);
    }
}

/// The first key of a map that is not one of `known`, or whose value must be text and is not, and what is wrong with it.
fn wrong_key(map: &Node, known: &[&str]) -> Option<(Span, String)> {
    map.pairs().iter().find_map(|(key, value)| {
        let name = key.as_str().unwrap_or_default();
        let message = if !known.contains(&name) {
            match meant(name, known.iter().copied()) {
                Some(near) => format!("unknown key `{name}`: did you mean `{near}`?"),
                None => format!("unknown key `{name}` (expected {})", known.join(", ")),
            }
        } else if name != "ignore" && value.as_str().is_none() {
            format!("`{name}` must be plain text")
        } else {
            return None;
        };
        Some((key.span, message))
    })
}

/// `metadata.annotations["kubelet-lint/ignore"]: "rule, rule: until=2027-03-31 reason"` of one document.
fn annotations(value: &Node, document: Span, out: &mut Vec<StructuredRequest>) {
    let Some(value) = value.get("annotations").and_then(|a| a.get("kubelet-lint/ignore")) else { return };
    for line in value.as_str().unwrap_or_default().lines().map(str::trim).filter(|l| !l.is_empty()) {
        let (rules, tail) = parts(line);
        out.push(StructuredRequest {
            at: range(value.span),
            scope: range(document),
            content: content(false, rules, tail),
        });
    }
}

/// The rules, and the day and the reason, in `rule, rule: until=2027-03-31 reason`. The colon may stand after the day.
fn parts(text: &str) -> (&str, &str) {
    let (rules, tail) = match text.find("until=").filter(|day| text.find(':').is_none_or(|colon| *day < colon)) {
        Some(day) => text.split_at(day),
        None => text.split_once(':').unwrap_or((text, "")),
    };
    (rules.trim().trim_start_matches('[').trim_end_matches(']'), tail)
}

fn range(span: Span) -> std::ops::Range<u32> {
    span.start..span.end
}
