//! Charts that a program installs. Sources: the schema of pulumi/pulumi-kubernetes (`helm.sh/v3` and `v4`): `values` win over
//! `valueYamlFiles`.

use crate::input::installs::{self, Install, Installed};
use crate::input::{yaml_files, yaml_values};
use crate::node::{Cx, Gap, NodeGroup};
use crate::syntax::Node;
use crate::text::{Span, Traced};
use crate::value::{Kind, Value};

use super::program::Program;

/// The node groups of a chart of this repository, or of the values for one that is elsewhere.
pub(super) fn read(
    program: &mut Program<'_>,
    properties: &Node,
    (name, at): (String, Span),
    cx: &mut Cx<'_>,
) -> Vec<NodeGroup> {
    let mut value = |key: &str, cx: &mut Cx<'_>| properties.get(key).map(|node| program.value(node, cx));
    let chart: Option<Traced> = ["path", "chart"].iter().find_map(|key| value(key, cx)?.to_traced());
    let Some(chart) = chart else { return Vec::new() };
    let mut given = Install::default();
    for file in value("valueYamlFiles", cx).iter().flat_map(Value::items) {
        match file.to_traced().filter(|text| !text.is_unknown()) {
            Some(text) => given.maps.extend(yaml_files::documents(&cx.made("values", &text, file.at)).tree),
            None => given.open.extend(gap(&file)),
        }
    }
    if let Some(values) = value("values", cx) {
        given.open.extend(gap(&values));
        given.maps.push(yaml_values::node_of(&values));
    }
    let bases = [program.dir().to_owned()];
    let dir = installs::chart(&chart, &bases, cx);
    let elsewhere = || format!("the chart `{}`", chart.to_text().escape_debug());
    let of = Installed { name, chart: dir.as_deref().ok_or_else(elsewhere), bases: &bases, edited: &[] };
    given.applications(&of, at, cx).into_iter().flat_map(|application| application.judged(cx)).collect()
}

/// Why a value is unknown.
fn gap(value: &Value) -> Option<Gap> {
    match &value.kind {
        Kind::Unknown(why) => Some(Gap { at: value.at, why: why.clone() }),
        _ => None,
    }
}
