//! Commands of the AWS CLI that launch machines with user data, describe how, or run scripts on them.

use crate::node::{BOOTS_WITH_IT, Family, NodeGroup, Step, Wrapping};
use crate::syntax::{Node, json, yaml};
use crate::text::{Span, Traced, budget};
use crate::value::{Condition, Guard};

use super::call::Call;
use super::files::contents;
use super::interpreter::{Shell, Template};
use super::state::ScriptRun;

/// Verbs of `aws ec2`, `aws autoscaling`, `aws eks` and `aws ssm`.
const VERBS: [&str; 8] = [
    "run-instances",
    "create-launch-template",
    "create-launch-template-version",
    "create-launch-configuration",
    "create-nodegroup",
    "request-spot-fleet",
    "request-spot-instances",
    "send-command",
];

/// The options of requests for spot instances that describe a machine.
const SPECIFICATIONS: [&str; 2] = ["--launch-specification", "--spot-fleet-request-config"];

/// The most launches of one script.
pub(super) const MAX_LAUNCHES: usize = 16;

impl Shell<'_, '_> {
    /// Records what a command launches.
    pub(super) fn launch(&mut self, call: &Call<'_>, path: &ScriptRun) {
        let verb = call.words.iter().filter_map(|w| w.known_str()).find(|w| VERBS.contains(w));
        // With these, nothing is launched.
        let idle = call.has(&["--dry-run", "--generate-cli-skeleton"]);
        let Some(verb) = verb.filter(|_| call.name == "aws" && !idle) else { return };
        let request = ["--cli-input-json", "--cli-input-yaml"].iter().find_map(|name| option(call.words, name));
        let request = request.and_then(|value| self.tree(&given(&value, call.at, path), call.at));
        let field = |name: &str, key: &str| {
            let value = option(call.words, name).map(|value| given(&value, call.at, path));
            value.or_else(|| request.as_ref().and_then(|tree| text_of(tree.get(key)?)))
        };
        let step = match verb {
            "request-spot-fleet" | "request-spot-instances" => {
                let own = SPECIFICATIONS.iter().find_map(|name| option(call.words, name));
                let own = own.map(|value| given(&value, call.at, path));
                let pair = own.as_ref().filter(|text| !text.bytes().trim_ascii_start().starts_with(b"{"));
                let texts = match pair {
                    Some(text) => self.structured(text, "UserData", call.at).into_iter().collect(),
                    None => {
                        let own = own.and_then(|text| self.tree(&text, call.at));
                        own.or(request).as_ref().map(of_each_machine).unwrap_or_default()
                    }
                };
                for text in texts {
                    self.record(&format!("aws {verb}"), Step::UserData(text, Wrapping::Base64), call, path);
                }
                return;
            }
            "send-command" => {
                if field("--document-name", "DocumentName").as_ref().and_then(Traced::known_str)
                    != Some("AWS-RunShellScript")
                {
                    return;
                }
                let parameters = option(call.words, "--parameters").map(|value| given(&value, call.at, path));
                let own = request.as_ref().and_then(|tree| tree.path(&["Parameters", "commands"])).map(lines);
                own.or_else(|| self.structured(&parameters?, "commands", call.at)).map(Step::Script)
            }
            "create-nodegroup" => {
                let family = field("--ami-type", "amiType").and_then(|text| Family::of_ami_type(text.known_str()?));
                let version = field("--kubernetes-version", "version")
                    .and_then(|t| t.known_str()?.strip_prefix("1.")?.parse().ok());
                let own = request.as_ref().and_then(|tree| text_of(tree.path(&["launchTemplate", "name"])?));
                let own = own.or_else(|| self.structured(&field("--launch-template", "")?, "name", call.at));
                self.describe(own.as_ref(), family, version);
                return;
            }
            _ => {
                let plain = field("--user-data", "UserData");
                let data = option(call.words, "--launch-template-data").map(|value| given(&value, call.at, path));
                let inner = request.as_ref().and_then(|tree| tree.get("LaunchTemplateData"));
                let mut value = |key: &str| {
                    let own = inner.and_then(|tree| text_of(tree.get(key)?));
                    own.or_else(|| self.structured(data.as_ref()?, key, call.at))
                };
                let described = value("UserData");
                let image = value("ImageId").is_some();
                let name = field("--launch-template-name", "LaunchTemplateName");
                let base64 = described.is_some() && plain.is_none();
                if base64 {
                    self.templates.push(Template { name, image, at: call.at });
                }
                let wrapping = if base64 { Wrapping::Base64 } else { Wrapping::Base64OrPlain };
                plain.or(described).map(|text| Step::UserData(text, wrapping))
            }
        };
        if let Some(step) = step {
            self.record(&format!("aws {verb}"), step, call, path);
        }
    }

    /// Records a machine. The paths through a script launch the same one.
    pub(super) fn record(&mut self, name: &str, step: Step, call: &Call<'_>, path: &ScriptRun) {
        if self.cx.launched.len() >= MAX_LAUNCHES {
            return budget::reached("machines that a script launches");
        }
        let same = |known: &Step| match (known, &step) {
            (Step::UserData(known, _), Step::UserData(text, _)) | (Step::Script(known), Step::Script(text)) => {
                known == text
            }
            _ => false,
        };
        if self.cx.launched.iter().any(|known| known.place == call.at && known.steps.iter().any(same)) {
            return;
        }
        let mut group = NodeGroup::new(name, call.at);
        group.when = path.when.clone();
        group.steps.push(step);
        self.cx.launched.push(group);
    }

    /// What a managed node group of EKS says about the machines of its launch template. One without a known name is the
    /// only template of the script.
    fn describe(&mut self, name: Option<&Traced>, family: Option<Family>, minor: Option<u32>) {
        let bytes = |text: Option<&Traced>| text.map(|text| text.bytes().to_vec());
        let named = |template: &&Template| name.is_some() && bytes(template.name.as_ref()) == bytes(name);
        let mut ours: Vec<&Template> = self.templates.iter().filter(named).collect();
        if ours.is_empty() && self.templates.len() == 1 && name.is_none_or(Traced::has_unknown) {
            ours.extend(self.templates.first());
        }
        for template in ours {
            for group in self.cx.launched.iter_mut().filter(|group| group.place == template.at) {
                group.family = group.family.or(family);
                group.minor = group.minor.or(minor);
                group.merged_by_eks |= !template.image;
            }
        }
    }

    /// A structured value of the AWS CLI.
    fn tree(&mut self, text: &Traced, at: Span) -> Option<Node> {
        let id = self.cx.texts.add_made("an argument of the AWS CLI", text, at);
        let view = self.cx.texts.view(id);
        json::parse(&view).tree.or_else(|| yaml::parse(&view).tree.into_iter().next())
    }

    /// A value in an argument that is JSON, or pairs such as `ImageId=ami-1,UserData=...`.
    fn structured(&mut self, text: &Traced, key: &str, at: Span) -> Option<Traced> {
        if text.bytes().trim_ascii_start().starts_with(b"{") {
            return self.tree(text, at)?.get(key).map(lines);
        }
        let starts = |part: &[u8]| part.strip_prefix(key.as_bytes()).is_some_and(|rest| rest.starts_with(b"="));
        let from = (0..text.len())
            .filter(|n| n.checked_sub(1).is_none_or(|before| text.bytes()[before] == b','))
            .find(|n| starts(&text.bytes()[*n..]))?;
        let value = text.slice(from + key.len() + 1..text.len());
        match value.bytes() {
            [b'[' | b'"', ..] => Some(lines(&self.tree(&value, at)?)),
            _ if key == "commands" => Some(value),
            _ => value.split(b",").into_iter().next(),
        }
    }
}

/// The user data of each machine in a request for spot instances.
fn of_each_machine(request: &Node) -> Vec<Traced> {
    let inner = ["LaunchSpecification", "SpotFleetRequestConfig"].iter().find_map(|key| request.get(key));
    let inner = inner.unwrap_or(request);
    let several = inner.get("LaunchSpecifications").map(Node::items).unwrap_or_default();
    std::iter::once(inner).chain(several).filter_map(|one| text_of(one.get("UserData")?)).collect()
}

/// The text of a scalar.
fn text_of(node: &Node) -> Option<Traced> {
    node.as_scalar().map(|scalar| scalar.text.clone())
}

/// A text, or a list of them as lines.
fn lines(node: &Node) -> Traced {
    let all: Vec<Traced> = std::iter::once(node).chain(node.items()).filter_map(text_of).collect();
    Traced::join(&all, &Traced::made("\n", node.span))
}

/// How user data starts, in lower case.
const MARKS: &[&[u8]] =
    &[b"#!", b"#cloud-config", b"## template: jinja", b"mime-version:", b"content-type: multipart/"];

/// True if a script may print user data: a line after the first starts like it.
pub(super) fn may_print(script: &Traced) -> bool {
    let bytes = script.bytes();
    let marked = |line: &[u8]| MARKS.iter().any(|mark| line.windows(mark.len()).any(|w| w.eq_ignore_ascii_case(mark)));
    bytes.split(|b| *b == b'\n').skip(1).any(marked)
}

/// A node with the output of a script, if that is user data. A tool that runs the script may launch it.
pub(super) fn printed(path: &ScriptRun) -> Option<NodeGroup> {
    let start = path.out.bytes().get(..64.min(path.out.len()))?.trim_ascii_start().to_ascii_lowercase();
    let at = path.out.span().filter(|_| MARKS.iter().any(|mark| start.starts_with(mark)))?;
    let mut group = NodeGroup::new("output", at);
    group.when = path.when.and(&Guard::of(Condition::new(BOOTS_WITH_IT, true)))?;
    group.steps.push(Step::UserData(path.out.clone(), Wrapping::Plain));
    Some(group)
}

/// The value of an option.
fn option(words: &[Traced], name: &str) -> Option<Traced> {
    let rest = |word: &Traced| word.bytes().strip_prefix(name.as_bytes()).map(<[u8]>::to_vec);
    let at = words.iter().position(|word| rest(word).is_some_and(|rest| matches!(rest.first(), None | Some(b'='))))?;
    let own = words[at].len() > name.len();
    if own { Some(words[at].slice(name.len() + 1..words[at].len())) } else { words.get(at + 1).cloned() }
}

/// A value, or the content of the file that it names.
fn given(value: &Traced, at: Span, path: &ScriptRun) -> Traced {
    for scheme in ["file://", "fileb://"] {
        if value.bytes().starts_with(scheme.as_bytes()) {
            return contents(path, &value.slice(scheme.len()..value.len()), at);
        }
    }
    value.clone()
}
