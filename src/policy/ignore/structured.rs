//! Ignore requests as data, for languages without comments and for generated files: the comment key of
//! Terraform's JSON, `Metadata` of CloudFormation, annotations of Kubernetes.

use crate::syntax::{Node, json, yaml};
use crate::text::{Source, Span, Texts};

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
    let trees = if ends(&[".json"]) || start == Some(b'{') {
        json::parse(&view).tree.into_iter().collect()
    } else {
        yaml::parse(&view).tree
    };
    let mut out = Vec::new();
    for tree in &trees {
        walk(tree, tree.span, &mut out);
    }
    // The target of an anchor is visited once for each use.
    out.sort_by_key(|f| (f.at.start, f.scope.start));
    out.dedup_by(|b, a| a.at == b.at && a.scope == b.scope);
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

/// `Metadata: {kubelet-lint: {ignore: [...]}}` of a resource or a whole template. An item is the name of a rule, or a map
/// with `rule`, `reason` and `until`.
fn metadata(value: &Node, resource: Span, out: &mut Vec<StructuredRequest>) {
    let Some((key, list)) = value.get("kubelet-lint").and_then(|own| own.pair("ignore")) else { return };
    let single = std::slice::from_ref(list);
    for item in if list.items().is_empty() { single } else { list.items() } {
        let content = if item.is_map() {
            let word = |names: &[&str]| names.iter().find_map(|n| item.get(n)?.as_str()).unwrap_or_default().to_owned();
            let until = word(&["until"]);
            let until = if until.is_empty() { until } else { format!("until={until} ") };
            content(false, &word(&["rule", "id"]), &format!("{until}{}", word(&["reason"])))
        } else {
            let text = item.as_str().unwrap_or_default();
            let (rules, reason) = text.split_once(':').unwrap_or((text, ""));
            content(false, rules, reason)
        };
        let at = if item.is_map() { key.span } else { item.span };
        out.push(StructuredRequest { at: range(at), scope: range(resource), content });
    }
}

/// `metadata.annotations["kubelet-lint/ignore"]: "rule, rule: reason"` of one document.
fn annotations(value: &Node, document: Span, out: &mut Vec<StructuredRequest>) {
    let Some(value) = value.get("annotations").and_then(|a| a.get("kubelet-lint/ignore")) else { return };
    for line in value.as_str().unwrap_or_default().lines().map(str::trim).filter(|l| !l.is_empty()) {
        let (rules, reason) = line.split_once(':').unwrap_or((line, ""));
        let rules = rules.trim().trim_start_matches('[').trim_end_matches(']');
        out.push(StructuredRequest {
            at: range(value.span),
            scope: range(document),
            content: content(false, rules, reason),
        });
    }
}

fn range(span: Span) -> std::ops::Range<u32> {
    span.start..span.end
}
