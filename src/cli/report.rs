//! The command `report`.

use crate::report::{self, Kind};

use super::args::{Color, Report};
use super::git;
use super::outputs::{say, write};
use super::request::{PARTIAL, current};
use super::show::{groups, policy};
use super::stop::{CLEAN, Stop};
use super::terminal::{look, look_on_stderr};

/// Prints the controls of the CIS benchmarks for each node group.
pub(super) fn report(args: &Report, color: Color) -> Result<u8, Stop> {
    let here = current()?;
    let policy = policy(&args.input, &here)?;
    let (found, partial) = groups(&args.input, policy, args.node_group.as_deref())?;
    let err_look = look_on_stderr(color, &here);
    let look = look(color, args.output.is_none(), here);
    let kind = if args.format == "json" { Kind::Json } else { Kind::Text };
    write(args.output.as_deref(), kind, look.color || look.links, |out| match args.format.as_str() {
        "html" => {
            let look = look.clone().with_revision(git::revision(&found.root));
            report::controls_html(&found, &look, out)
        }
        "csv" => report::controls_csv(&found, out),
        "json" => report::controls_json(&found, out),
        _ => report::controls_table(&found, &look, out),
    })?;
    say(err_look.color, |err| report::notes(&found, &err_look, err))?;
    if partial { Err(Stop::Failed(PARTIAL.to_owned())) } else { Ok(CLEAN) }
}
