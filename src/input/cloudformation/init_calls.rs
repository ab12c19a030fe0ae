//! Calls of `cfn-init` in user data, and all of those in a template.

use std::collections::{BTreeMap, HashMap};

use crate::syntax::Node;
use crate::text::Span;

/// The key of the metadata that `cfn-init` reads.
pub(super) const INIT: &str = "AWS::CloudFormation::Init";

/// The path of the program on Amazon Linux.
const PROGRAM: &str = "/opt/aws/bin/cfn-init";

/// A call of `cfn-init` in user data.
#[derive(Clone, Debug, Default)]
pub(super) struct InitCall {
    /// The name of the program in the call.
    pub(super) program: String,
    /// The resource whose metadata is used, if known.
    pub(super) resource: Option<String>,
    /// The requested sets.
    pub(super) sets: Vec<String>,
}

/// The calls of `cfn-init` in a text, in order.
pub(super) fn calls(text: &str) -> Vec<InitCall> {
    let mut out = Vec::new();
    // A call continues after lines that end in a backslash.
    let joined = text.replace("\\\n", " ").replace("\\\r\n", " ");
    let lines = joined.lines().filter(|l| l.contains("cfn-init") && !l.trim_start().starts_with('#'));
    for command in lines.flat_map(|l| l.split([';', '&', '|', '(', ')'])) {
        let words: Vec<&str> = command.split_whitespace().collect();
        let bare = |w: &'_ str| w.trim_matches(|c| matches!(c, '"' | '\'' | '`' | ',')).to_owned();
        let Some(at) =
            words.iter().position(|w| matches!(bare(w).rsplit(['/', '\\']).next(), Some("cfn-init" | "cfn-init.exe")))
        else {
            continue;
        };
        let mut call = InitCall { program: bare(words[at]), ..InitCall::default() };
        let mut rest = words[at + 1..].iter().map(|w| bare(w)).filter(|w| !w.is_empty());
        while let Some(word) = rest.next() {
            let (option, value) = match word.split_once('=') {
                Some((option, value)) if option.starts_with("--") => (option.to_owned(), Some(bare(value))),
                _ => (word, None),
            };
            match option.as_str() {
                "-r" | "--resource" => call.resource = value.or_else(|| rest.next()),
                "-c" | "--configsets" => {
                    let sets = value.or_else(|| rest.next()).unwrap_or_default();
                    call.sets = sets.split(',').map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).collect();
                }
                _ => {}
            }
        }
        out.push(call);
    }
    out
}

impl InitCall {
    /// The file that a call of the program runs.
    pub(super) fn path(&self) -> String {
        if self.program.starts_with('/') { self.program.clone() } else { PROGRAM.to_owned() }
    }

    /// True for Windows, where commands are not shell commands.
    pub(super) fn is_windows(&self) -> bool {
        self.program.to_lowercase().strip_suffix(".exe").is_some() || self.program.contains('\\')
    }
}

/// The texts of the resources that name `cfn-init`. The parts of a list are one text.
#[derive(Default)]
pub(super) struct InitTexts {
    count: usize,
    /// The numbers of the texts inside each value.
    inside: HashMap<Span, Vec<usize>>,
    /// The requested sets by the metadata that calls name, none for their own, each with the numbers of the texts.
    sets: BTreeMap<Option<Span>, BTreeMap<Vec<String>, Vec<usize>>>,
}

impl InitTexts {
    /// Those of `resources`, with the metadata that the name of a resource leads to.
    pub(super) fn of(resources: &[(Node, Node)], named: &dyn Fn(&str) -> Option<Span>) -> Self {
        let mut out = Self::default();
        for (_, resource) in resources {
            out.collect(resource, &mut Vec::new(), named);
        }
        out
    }

    /// A tree is bounded in depth by its parser.
    fn collect(&mut self, node: &Node, around: &mut Vec<Span>, named: &dyn Fn(&str) -> Option<Span>) {
        fn joined(node: &Node, out: &mut String) {
            out.push_str(node.as_scalar().and_then(|s| s.text.as_str()).unwrap_or_default());
            node.items().iter().chain(node.pairs().iter().map(|(_, value)| value)).for_each(|n| joined(n, out));
        }
        for (_, value) in node.pairs() {
            around.push(value.span);
            self.collect(value, around, named);
            around.pop();
        }
        if !node.pairs().is_empty() {
            return;
        }
        let mut text = String::new();
        joined(node, &mut text);
        if !text.contains("cfn-init") {
            return;
        }
        for span in around {
            self.inside.entry(*span).or_default().push(self.count);
        }
        for call in calls(&text) {
            let metadata = call.resource.as_deref().and_then(named);
            self.sets.entry(metadata).or_default().entry(call.sets).or_default().push(self.count);
        }
        self.count += 1;
    }

    fn inside(&self, at: Span) -> &[usize] {
        self.inside.get(&at).map_or(&[], Vec::as_slice)
    }

    /// True if there are none but those inside the value at `except`.
    pub(super) fn is_empty(&self, except: Span) -> bool {
        self.count == self.inside(except).len()
    }

    /// The sets that they request of the metadata `init`, or of their own, except those inside the value at `except`.
    pub(super) fn sets(&self, init: Span, except: Span) -> impl Iterator<Item = &[String]> {
        let inside = self.inside(except);
        let of = [Some(init), None].into_iter().filter_map(|key| self.sets.get(&key)).flatten();
        of.filter(|(_, texts)| texts.iter().any(|n| inside.binary_search(n).is_err())).map(|(sets, _)| sets.as_slice())
    }
}
