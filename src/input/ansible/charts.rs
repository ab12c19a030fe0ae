//! Charts that tasks install: `kubernetes.core.helm`. Source: ansible-collections/kubernetes.core, `plugins/modules/helm.py`
//! (`deploy`): files of values, then `release_values`, then `set_values`.

use crate::node::{Cx, Gap};
use crate::syntax::Node;
use crate::text::{Span, Traced};
use crate::value::{Kind, Value};

use super::folders::{Folders, ROOT};
use super::tasks::TaskRun;
use super::values::printed;
use crate::input::installs::{self, Install, Installed};
use crate::input::yaml_values;

impl TaskRun {
    /// The node groups of the chart that a task installs, or of the values for one that is elsewhere.
    pub(super) fn chart(&mut self, value: &Node, at: Span, folders: &Folders, cx: &mut Cx<'_>) {
        let absent = self.known(value, &["release_state", "state"], cx).as_deref() == Some("absent");
        let Some(chart) = self.text(value, &["chart_ref"], cx).filter(|_| !absent) else { return };
        // A path starts from the playbook, which is above a role.
        let root = cx.files.root().to_owned();
        let mut bases = vec![folders.base.join("files"), folders.own.clone()];
        bases.extend(folders.base.ancestors().take_while(|dir| dir.starts_with(&root)).map(Into::into));
        let path = |text: &Traced| {
            let bytes = text.bytes();
            let from_root = bytes.starts_with(ROOT.as_bytes());
            let skip = if from_root { bytes.iter().take_while(|b| **b == b'/').count() } else { 0 };
            text.slice(skip..text.len())
        };
        // What begins at the root of the scan is found there first.
        bases.insert(0, root);
        let dir = installs::chart(&path(&chart), &bases, cx);
        let mut given = Install::default();
        for file in self.argument(value, &["values_files"], cx).iter().flat_map(Value::items) {
            given.files.push(path(&printed(&file, value.span)));
        }
        if let Some(values) = self.argument(value, &["release_values", "values"], cx) {
            match values.kind {
                Kind::Unknown(why) => given.open.push(Gap { at: values.at, why }),
                _ => given.maps.push(yaml_values::node_of(&values)),
            }
        }
        for item in self.argument(value, &["set_values"], cx).iter().flat_map(Value::items) {
            let Some(text) = item.get("value").and_then(|text| text.to_traced()) else { continue };
            let kind = item.get("value_type");
            match kind.as_ref().and_then(Value::as_known_str) {
                Some("string") => given.strings.push(text),
                Some("json") => given.json.push(text),
                Some("file") => given.contents.push(text),
                _ => given.plain.push(text),
            }
        }
        let release = self.known(value, &["release_name", "name"], cx).unwrap_or_else(|| "a chart".to_owned());
        let name = format!("{release} of {}", self.name);
        let elsewhere = || format!("the chart `{}`", chart.to_text().escape_debug());
        let of = Installed { name, chart: dir.as_deref().ok_or_else(elsewhere), bases: &bases, edited: &[] };
        for application in given.applications(&of, at, cx) {
            self.groups.append(&mut application.judged(cx));
        }
    }
}
