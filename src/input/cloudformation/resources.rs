//! The resources that launch nodes, and the EKS node groups that say what is launched with them.

use crate::kubelet::statements;
use crate::node::{Family, Gap, NodeGroup, Reason, Step, Wrapping, release_in};
use crate::setting::Which;
use crate::syntax::Node;
use crate::text::{Layer, Span, Traced, UNKNOWN_MARK, Why, budget};
use crate::value::{Guard, Kind, Value};

use super::choice::Answer;
use super::choice::{restrict, when};
use super::init_calls::{INIT, InitCall, calls};
use super::intrinsics::{Evaluator, dynamic_references, transformed};
use super::reader::{Among, StackReader};
use super::template::{Expr, Template, refers_to};
use super::{init, scripts};
use crate::input::yaml_values::node_of;
use crate::input::{embedded, manifests, yaml_files};

/// The most combinations of the `Fn::If`s around a property.
const MAX_OUTCOMES: usize = 32;

/// The most EKS node groups that are compared with a launch template. A template has at most 500 resources.
const MAX_RESOURCES: usize = 500;

/// The path of the user data of a resource, by type; `*` is each item of a list.
const USER_DATA: &[(&str, &[&str])] = &[
    ("AWS::EC2::LaunchTemplate", &["LaunchTemplateData", "UserData"]),
    ("AWS::AutoScaling::LaunchConfiguration", &["UserData"]),
    ("AWS::EC2::Instance", &["UserData"]),
    ("AWS::EC2::SpotFleet", &["SpotFleetRequestConfigData", "LaunchSpecifications", "*", "UserData"]),
];

/// The types of resources that create a stack.
const STACKS: &[&str] =
    &["AWS::CloudFormation::Stack", "AWS::CloudFormation::StackSet", "AWS::Serverless::Application"];

/// The types of resources that apply Kubernetes documents to a cluster, as the CDK makes them, and the property with the
/// documents or the values of a chart. Source: aws/aws-cdk, `aws-eks/lib/k8s-manifest.ts` and `helm-chart.ts`.
const APPLIED: &[(&str, &str)] =
    &[("Custom::AWSCDK-EKS-KubernetesResource", "Manifest"), ("Custom::AWSCDK-EKS-HelmChart", "Values")];

/// The node groups of a template, in the order of its resources.
pub(super) fn node_groups(evaluator: &mut Evaluator<'_>, reader: &mut StackReader<'_, '_>) -> Vec<NodeGroup> {
    let template = evaluator.template;
    let managed = template
        .resources
        .iter()
        .map(|(_, resource)| resource)
        .filter(|r| r.get("Type").and_then(Node::as_str) == Some("AWS::EKS::Nodegroup"))
        .filter_map(|r| r.get("Properties"));
    let managed: Vec<&Node> = budget::at_most(managed, MAX_RESOURCES, "node groups of a template").collect();
    let mut generated = false;
    let mut groups = Vec::new();
    for (key, resource) in template.resources {
        let (Some(name), Some(kind)) = (key.as_str(), resource.get("Type").and_then(Node::as_str)) else {
            if !generated && key.as_str().is_some_and(|k| k.starts_with("Fn::")) {
                let what = key.as_str().unwrap_or_default();
                reader.cx.gap(key.span, Why::NotUnderstood(format!("{what} among the resources").into()));
                generated = true;
            }
            continue;
        };
        if let Some((_, path)) = USER_DATA.iter().find(|(k, _)| *k == kind) {
            groups.extend(evaluator.explore(key.span, &mut |evaluator| {
                let group = conditional(NodeGroup::new(called(name, resource), key.span), resource, evaluator);
                group.map(|g| launches(g, name, resource, path, &managed, evaluator)).unwrap_or_default()
            }));
        } else if STACKS.contains(&kind) {
            groups.extend(evaluator.explore(key.span, &mut |evaluator| {
                let Some(group) = conditional(NodeGroup::new(name, key.span), resource, evaluator) else {
                    return Vec::new();
                };
                let mut inner = reader.nested(name, resource, evaluator);
                restrict(&mut inner, &group.when);
                inner
            }));
        } else if let Some((_, property)) = APPLIED.iter().find(|(k, _)| *k == kind) {
            groups.extend(evaluator.explore(key.span, &mut |evaluator| {
                let group = conditional(NodeGroup::new(called(name, resource), key.span), resource, evaluator);
                group.map(|g| applied(&g, resource, property, evaluator, reader)).unwrap_or_default()
            }));
        } else if scripts::TYPES.contains(&kind) {
            groups.extend(evaluator.explore(key.span, &mut |evaluator| {
                let group = conditional(NodeGroup::new(called(name, resource), key.span), resource, evaluator);
                group.map(|g| scripts::node_groups(g, (name, resource), evaluator, reader)).unwrap_or_default()
            }));
        }
    }
    groups
}

/// The node groups of the documents that a resource applies to a cluster.
fn applied(
    group: &NodeGroup,
    resource: &Node,
    property: &str,
    evaluator: &mut Evaluator<'_>,
    reader: &mut StackReader<'_, '_>,
) -> Vec<NodeGroup> {
    let Some(node) = resource.path(&["Properties", property]) else { return Vec::new() };
    // The chart itself is elsewhere.
    let among: Among = if property == "Values" { embedded::in_values } else { manifests::among };
    let mut groups = Vec::new();
    for (when, value) in evaluator.eval(node.into()).alternatives() {
        let Some(when) = group.when.and(&when) else { continue };
        let mut inner = match value.to_traced() {
            Some(text) => match text.first_unknown() {
                Some((_, why)) if text.is_unknown() => {
                    reader.cx.gap(node.span, why.clone());
                    continue;
                }
                _ => reader.documents(&text, &group.name, node.span, among),
            },
            None => among(&node_of(&value), &group.name, reader.cx),
        };
        restrict(&mut inner, &when);
        groups.append(&mut inner);
    }
    groups
}

/// The name of a resource. In CDK templates, people know it by its construct.
fn called(name: &str, resource: &Node) -> String {
    match resource.path(&["Metadata", "aws:cdk:path"]).and_then(Node::as_str) {
        Some(path) => format!("{name} ({path})"),
        None => name.to_owned(),
    }
}

/// The group under the condition of its resource; `None` if it does not hold, whatever a deployment chooses.
fn conditional(mut group: NodeGroup, resource: &Node, evaluator: &mut Evaluator<'_>) -> Option<NodeGroup> {
    if let Some(condition) = resource.get("Condition").and_then(Node::as_str) {
        let answer = evaluator.condition(condition);
        if answer == Answer::Known(false) && !evaluator.lenient {
            return None;
        }
        group.when = answer.guard(true).unwrap_or_else(|| {
            // A condition that is false by default may still be true in a deployment, and then it is true everywhere.
            evaluator.answers.insert(condition.to_owned(), Answer::Known(true));
            when(format!("condition {condition}"))
        });
    }
    Some(group)
}

/// The node groups of a resource, for each combination of open conditions.
fn launches(
    mut group: NodeGroup,
    name: &str,
    resource: &Node,
    path: &[&str],
    managed: &[&Node],
    evaluator: &mut Evaluator<'_>,
) -> Vec<NodeGroup> {
    let Some(properties) = resource.get("Properties") else { return Vec::new() };
    for node in [Some(properties), properties.get("LaunchTemplateData")].into_iter().flatten() {
        if let Some(call) = Expr::from(node).call()
            && call.name == "Transform"
        {
            let why = match evaluator.eval(node.into()).kind {
                Kind::Unknown(why) => why,
                _ => Why::NotUnderstood("Fn::Transform".into()),
            };
            group.gaps.push(Gap { at: call.argument.span, why });
            return vec![group];
        }
        // Beside other keys it adds some.
        if let Some(call) = node.get("Fn::Transform") {
            group.gaps.push(Gap { at: call.span, why: transformed(call.into()) });
            if properties.path(path).is_none() {
                return vec![group];
            }
        }
    }
    describe(&mut group, name, properties, managed, evaluator);
    let own = resource.path(&["Metadata", INIT]);
    let mut groups = Vec::new();
    for (when, node) in evaluator.outcomes(properties, path) {
        let Some(when) = group.when.and(&when) else { continue };
        let value = evaluator.eval(node.into());
        for (also, value) in value.alternatives() {
            if let Some(when) = when.and(&also)
                && !value.is_null()
            {
                let mut group = group.clone();
                group.when = when;
                groups.extend(boot_with(group, &value, node.span, own, evaluator));
            }
        }
    }
    groups
}

/// The group with its user data and what that calls, or with the reason why it is unknown.
fn boot_with(
    mut group: NodeGroup,
    value: &Value,
    at: Span,
    own: Option<&Node>,
    evaluator: &mut Evaluator<'_>,
) -> Vec<NodeGroup> {
    let Some(text) = value.to_traced() else {
        let why = Why::NotUnderstood("user data that is not a string".into());
        group.gaps.push(Gap { at, why });
        return vec![group];
    };
    let inner = text.original(Layer::Base64).unwrap_or(&text);
    if inner.is_unknown()
        && let Some((at, why)) = inner.first_unknown()
    {
        group.gaps.push(Gap { at, why: why.clone() });
        return vec![group];
    }
    if let Some(init) = own
        && !yaml_files::holds(inner.bytes(), b"cfn-init")
        && !may_run_more(inner)
        && evaluator.template.init_texts().is_empty(at)
    {
        group.add_ineffective(statements::in_tree(init, Which::Durations), &Reason::InitNotCalled);
    }
    let calls = if yaml_files::holds(inner.bytes(), b"cfn-init") { calls(&inner.to_text()) } else { Vec::new() };
    // CloudFormation passes user data to EC2 unchanged, so it must be base64.
    let mut steps = evaluator.parameters_for(inner);
    steps.push(Step::UserData(dynamic_references(&text), Wrapping::Base64));
    let mut groups = vec![group];
    if !calls.is_empty() && !may_run_more(inner) {
        add_left_out(&mut groups[0], at, &calls, own, evaluator.template);
    }
    let mut done: Vec<String> = Vec::new();
    for call in &calls {
        let Some(init) = metadata(call, own, evaluator.template) else { continue };
        if call.is_windows() {
            let why = Why::NotUnderstood(format!("{INIT} on Windows").into());
            for group in &mut groups {
                group.gaps.push(Gap { at: init.span, why: why.clone() });
            }
            continue;
        }
        let path = call.path();
        if done.contains(&path) {
            continue;
        }
        // Calls of one program for several sets share one file, which does everything at the first call.
        let sets: Vec<_> = calls.iter().filter(|c| c.path() == path).map(|c| c.sets.as_slice()).collect();
        done.push(path.clone());
        let (script, gaps) = evaluator.init_script(init, &sets);
        let mut next = Vec::new();
        for (when, script) in script.alternatives() {
            for group in &groups {
                let Some(when) = group.when.and(&when) else { continue };
                let mut group = NodeGroup { when, ..group.clone() };
                group.gaps.extend(gaps.iter().cloned());
                match script.to_traced() {
                    Some(content) if !content.is_unknown() => {
                        group.steps.extend(evaluator.parameters_for(&content));
                        group.steps.push(Step::file(path.clone(), dynamic_references(&content)));
                    }
                    _ => group.gaps.push(Gap { at: init.span, why: Why::NotUnderstood(INIT.into()) }),
                }
                next.push(group);
            }
        }
        groups = next;
    }
    for group in &mut groups {
        group.steps.extend(steps.iter().cloned());
    }
    groups
}

/// The metadata that a call of `cfn-init` reads; `own` is that of the resource with the call.
fn metadata<'t>(call: &InitCall, own: Option<&'t Node>, template: &Template<'t>) -> Option<&'t Node> {
    let named = call.resource.as_deref().and_then(|name| template.names.get(name).copied());
    named.and_then(|r| r.path(&["Metadata", INIT])).or(own)
}

/// Adds the settings of the configurations that no call of `cfn-init` runs: neither those of the user data at `at`, nor others
/// in the template, such as those of `cfn-hup`.
fn add_left_out(group: &mut NodeGroup, at: Span, calls: &[InitCall], own: Option<&Node>, template: &Template<'_>) {
    let mut seen = Vec::new();
    for init in calls.iter().filter_map(|call| metadata(call, own, template)) {
        if seen.contains(&init.span) {
            continue;
        }
        seen.push(init.span);
        let ours = |call: &&InitCall| metadata(call, Some(init), template).is_some_and(|m| m.span == init.span);
        let own = calls.iter().filter(ours).map(|call| call.sets.as_slice());
        let sets: Vec<_> = own.chain(template.init_texts().sets(init.span, at)).collect();
        for config in init::left_out(init, &sets) {
            group.add_ineffective(statements::in_tree(config, Which::Durations), &Reason::ConfigLeftOut);
        }
    }
}

/// True if user data may run commands from elsewhere.
fn may_run_more(text: &Traced) -> bool {
    let shown = text.to_text();
    let open = |line: &str| line.trim().trim_matches('"') == UNKNOWN_MARK;
    shown.lines().any(open)
        || ["#include", "| bash", "|bash", "| sh", "|sh", "s3 cp", "s3 sync", "base64"]
            .iter()
            .any(|w| shown.contains(w))
}

impl Evaluator<'_> {
    /// The nodes at the end of a path, each with the conditions of the `Fn::If`s on the path.
    fn outcomes<'n>(&mut self, node: &'n Node, path: &[&str]) -> Vec<(Guard, &'n Node)> {
        let mut outcomes = vec![(Guard::always(), node)];
        for key in path {
            let mut next = Vec::new();
            for (when, node) in outcomes {
                for (also, node) in self.branches(node) {
                    let Some(when) = when.and(&also) else { continue };
                    if *key == "*" {
                        next.extend(node.items().iter().map(|item| (when.clone(), item)));
                    } else if let Some(value) = node.get(key) {
                        next.push((when, value));
                    }
                }
            }
            outcomes = budget::at_most(next, MAX_OUTCOMES, "alternatives of a property").collect();
        }
        outcomes
    }

    /// The alternatives of a node: itself, or the possible branches of an `Fn::If`.
    fn branches<'n>(&mut self, node: &'n Node) -> Vec<(Guard, &'n Node)> {
        let mut done = Vec::new();
        let mut open = vec![(Guard::always(), node)];
        while let Some((when, node)) = open.pop() {
            let branches = Expr::from(node).call().filter(|c| c.name == "If").map(|c| c.argument.items());
            let Some([name, yes, no]) = branches else {
                done.push((when, node));
                continue;
            };
            if done.len() + open.len() >= MAX_OUTCOMES {
                break;
            }
            let answer = self.condition(name.as_str().unwrap_or_default());
            for (branch, holds) in [(no, false), (yes, true)] {
                if let Some(when) = answer.clone().guard(holds).and_then(|g| when.and(&g)) {
                    open.push((when, branch));
                }
            }
        }
        done
    }

    /// The text of an expression, if fully known. The default of an SSM parameter is its path.
    fn hint(&mut self, node: &Node) -> Option<String> {
        if let Some(call) = Expr::from(node).call()
            && call.name == "Ref"
            && let Some(parameter) = call.argument.as_str().and_then(|name| self.template.parameters.get(name))
            && parameter.get("Type").and_then(Node::as_str).is_some_and(|t| t.starts_with("AWS::SSM::"))
        {
            return parameter.get("Default").and_then(Node::as_str).map(str::to_owned);
        }
        self.eval(node.into()).to_traced().map(|t| t.to_text().into_owned())
    }
}

/// Sets the image family and version of a node group: from the path of its image, and from the EKS node groups that launch
/// it.
fn describe(group: &mut NodeGroup, name: &str, properties: &Node, managed: &[&Node], evaluator: &mut Evaluator<'_>) {
    // Choices in the lookup of an image are not followed.
    let wanted = evaluator.wanted.clone();
    let data = properties.get("LaunchTemplateData").unwrap_or(properties);
    let image = data.get("ImageId");
    if let Some(path) = image.and_then(|n| evaluator.hint(n)) {
        group.family = image_family(&path);
        group.minor = image_minor(&path);
        group.release = release_in(&path);
    }
    for properties in managed {
        let Some(launch) = properties.get("LaunchTemplate") else { continue };
        let refers = |key| launch.get(key).is_some_and(|n| refers_to(n, name));
        let same_name = |data: &Node| {
            let of = |n: Option<&Node>| n.and_then(Node::as_str).map(str::to_owned);
            of(launch.get("Name")).is_some_and(|n| Some(n) == of(data.get("LaunchTemplateName")))
        };
        let ours = refers("Id") || refers("Name") || same_name(data);
        if !ours {
            continue;
        }
        let text = |key, evaluator: &mut Evaluator<'_>| properties.get(key).and_then(|n| evaluator.hint(n));
        if let Some(family) = text("AmiType", evaluator).and_then(|t| Family::of_ami_type(&t)) {
            group.family = group.family.or(Some(family));
        }
        if let Some(version) = text("Version", evaluator) {
            group.minor = group.minor.or_else(|| version.trim().strip_prefix("1.").and_then(|m| m.parse().ok()));
        }
        group.release = group.release.take().or_else(|| release_in(&text("ReleaseVersion", evaluator)?));
        group.merged_by_eks |= image.is_none();
    }
    evaluator.wanted = wanted;
}

/// The family that the path of an SSM parameter for images names, such as
/// `/aws/service/eks/optimized-ami/1.31/amazon-linux-2023/x86_64/standard/recommended/image_id`.
fn image_family(path: &str) -> Option<Family> {
    const WORDS: &[(&str, Family)] = &[
        ("/amazon-linux-2023", Family::Al2023),
        ("/amazon-linux-2", Family::Al2),
        ("/bottlerocket/", Family::Bottlerocket),
        ("/ami-windows-latest/", Family::Windows),
        ("/canonical/ubuntu/", Family::Ubuntu),
    ];
    if !path.contains("/aws/service/") {
        return None;
    }
    WORDS.iter().find(|(word, _)| path.contains(word)).map(|(_, family)| *family)
}

/// The Kubernetes version in the path of an SSM parameter for images.
fn image_minor(path: &str) -> Option<u32> {
    let version = path.split(['/', '-']).find_map(|part| part.strip_prefix("1."))?;
    version.parse().ok()
}
