//! Node groups of Pulumi's `eks` package. Source: pulumi/pulumi-eks at v3, `nodejs/eks/nodes/userdata.ts`.

use crate::kubelet::statements;
use crate::node::{Cx, Family, Gap, NodeGroup, Reason, Step, Wrapping, release_in};
use crate::setting::Which;
use crate::syntax::Node;
use crate::text::{Traced, Why};
use crate::value::{Kind, Value};

use super::program::Program;
use crate::input::{eksctl, yaml_values};

/// What a node group boots with.
pub(super) fn read(
    program: &mut Program<'_>,
    properties: &Node,
    managed: bool,
    group: &mut NodeGroup,
    cx: &mut Cx<'_>,
) {
    let at = group.place;
    let mut value = |key: &str, cx: &mut Cx<'_>| -> Option<Value> {
        let value = program.value(properties.get(key)?, cx);
        if value.is_null() { None } else { Some(value) }
    };
    let text = |value: Option<Value>| value.and_then(|v| v.to_traced()).filter(|t| !t.is_empty());
    let args = text(value("kubeletExtraArgs", cx));
    let bootstrap = text(value("bootstrapExtraArgs", cx));
    let image = text(value("amiType", cx)).or_else(|| text(value("operatingSystem", cx)));
    let own = text(value(if managed { "userData" } else { "nodeUserDataOverride" }, cx));
    let extra = text(value("nodeUserData", cx)).filter(|_| !managed);
    let options = value("nodeadmExtraOptions", cx);
    let settings = value("bottlerocketSettings", cx);
    if args.is_none()
        && bootstrap.is_none()
        && own.is_none()
        && extra.is_none()
        && options.is_none()
        && settings.is_none()
    {
        return;
    }
    group.release = value("releaseVersion", cx).as_ref().and_then(Value::as_known_str).and_then(release_in);
    group.family = match image.as_ref().map(|i| i.known_str().map(family)) {
        Some(Some(known)) => known,
        Some(None) => None,
        // Only the older images have bootstrap.sh.
        None if bootstrap.is_some() => Some(Family::Al2),
        None if settings.is_some() => Some(Family::Bottlerocket),
        // The family depends on what the custom script does.
        None if own.is_some() => None,
        None => Some(Family::Al2023),
    };
    if let Some(own) = own {
        group.steps.push(Step::UserData(own, Wrapping::Base64OrPlain));
        return;
    }
    let whole = cx.given.whole;
    let record_ineffective = |texts: &[&Option<Traced>], group: &mut NodeGroup| {
        for text in texts.iter().filter_map(|t| t.as_ref()) {
            group.add_ineffective(statements::anywhere(text, Which::of(whole)), &Reason::FamilyExtraConfig);
        }
    };
    match group.family {
        Some(Family::Al2) => {
            let mut script = eksctl::bootstrap_script(at);
            if let Some(bootstrap) = bootstrap {
                script.push_made(b" ", at);
                script.push(&bootstrap);
            }
            if let Some(args) = args {
                let quotes: &[u8] = if args.bytes().contains(&b' ') { b"'" } else { b"" };
                script.push_made(b" --kubelet-extra-args ", at);
                script.push_made(quotes, at);
                script.push(&args);
                script.push_made(quotes, at);
            }
            script.push_made(b"\n", at);
            group.steps.push(Step::Script(script));
            group.steps.extend(extra.map(Step::Script));
        }
        Some(Family::Al2023) => {
            // The document of the package has no kubelet settings.
            if let Some(args) = args {
                let mut document = Traced::made(
                    "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  kubelet:\n    flags:\n",
                    at,
                );
                for word in args.split(b" ").iter().filter(|w| !w.is_empty()) {
                    document.push_made(b"    - '", at);
                    document.push(word);
                    document.push_made(b"'\n", at);
                }
                group.steps.push(Step::NodeConfig(document));
            }
            for option in options.iter().flat_map(Value::items) {
                let content = text(option.get("content"));
                let kind = text(option.get("contentType")).unwrap_or_default();
                let Some(content) = content else { continue };
                match kind.known_str() {
                    Some(kind) if kind.starts_with("application/node.eks.aws") => {
                        group.steps.push(Step::NodeConfig(content));
                    }
                    Some(kind) if kind.starts_with("text/x-shellscript") => group.steps.push(Step::Script(content)),
                    _ => group.steps.push(Step::UserData(content, Wrapping::Plain)),
                }
            }
            if let Some(value) = &options
                && let Kind::Unknown(why) = &value.kind
            {
                group.gaps.push(Gap { at: value.at, why: why.clone() });
            }
            group.steps.extend(extra.map(Step::Script));
        }
        Some(Family::Bottlerocket) => {
            record_ineffective(&[&args, &bootstrap, &extra], group);
            if let Some(settings) = settings {
                let tree = yaml_values::node_of(&settings);
                let tree = tree.get("settings").cloned().unwrap_or(tree);
                match eksctl::bottlerocket(&tree) {
                    Ok(toml) => group.steps.push(Step::UserData(toml, Wrapping::Plain)),
                    Err((at, why)) => group.gaps.push(Gap { at, why }),
                }
            }
        }
        _ => {
            let text = [&args, &bootstrap, &extra].into_iter().flatten().next();
            let place = text.and_then(Traced::span).unwrap_or(at);
            group.gaps.push(Gap { at: place, why: Why::NotUnderstood("the family of this node group".into()) });
        }
    }
}

/// The family of a type of images, or of an operating system of the `eks` package.
pub(super) fn family(name: &str) -> Option<Family> {
    match name {
        _ if name.starts_with("AL2023") => Some(Family::Al2023),
        _ if name.starts_with("AL2") => Some(Family::Al2),
        _ if name.to_ascii_uppercase().starts_with("BOTTLEROCKET") => Some(Family::Bottlerocket),
        _ if name.starts_with("WINDOWS") => Some(Family::Windows),
        "RECOMMENDED" => Some(Family::Al2023),
        _ => None,
    }
}
