//! Commands in the user data of machines that set up a cluster: the documents that they pass to it are those of other machines.

use crate::node::{Cx, NodeGroup, Step, under};
use crate::text::Layer;

use super::{CommandReader, mentions_settings};

/// The node groups of documents that the user data of some machines passes to a cluster, as one that sets up a cluster does.
pub(in crate::input) fn in_user_data(groups: &[NodeGroup], cx: &mut Cx<'_>) -> Vec<NodeGroup> {
    let mut out = Vec::new();
    for group in groups {
        for step in &group.steps {
            let Step::UserData(text, _) = step else { continue };
            let text = text.original(Layer::Base64).unwrap_or(text);
            // What launches further machines is followed where the machine boots.
            if text.bytes().starts_with(b"#!") && mentions_settings(text.bytes()) {
                let name = format!("user data of {}", group.name);
                let mut reader = CommandReader::new(name, vec![cx.files.root().to_owned()]);
                reader.text(text, group.place, 0, cx);
                out.extend(under(reader.groups, &group.when));
            }
        }
    }
    out
}
