//! The command `report`.

use crate::policy::{Policy, Reading};
use crate::report::{self, Kind};
use crate::scan::{Request, scan};

use super::args::{Color, Report};
use super::outputs::{say, write};
use super::request::{current, request};
use super::show::keep_groups;
use super::stop::{CLEAN, Stop};
use super::terminal::look;
use super::{configure, progress};

/// Prints the controls of the CIS benchmarks for each node group.
pub(super) fn report(args: &Report, color: Color) -> Result<u8, Stop> {
    let here = current()?;
    let (settings, catalogue, folder) = configure::settings(&args.input, Reading { current: &here, earlier: None })?;
    let policy = Policy { settings, catalogue, folder, now: std::time::SystemTime::now(), ..Policy::default() };
    let request = Request { whole: true, ..request(&args.input, policy)? };
    let waiting = progress::show(&request.progress);
    let mut found = scan(&request).map_err(|e| Stop::Failed(e.to_string()))?;
    drop(waiting);
    keep_groups(&mut found, args.node_group.as_deref())?;
    let look = look(color, args.output.is_none(), here);
    let mut buffer = Vec::new();
    let kind = match args.format.as_str() {
        "csv" => {
            report::controls_csv(&found, &mut buffer)?;
            Kind::Text
        }
        "json" => {
            report::controls_json(&found, &mut buffer)?;
            Kind::Json
        }
        _ => {
            report::controls_table(&found, &look, &mut buffer)?;
            Kind::Text
        }
    };
    write(args.output.as_deref(), &buffer, kind, look.color || look.links)?;
    say(look.color, |err| report::notes(&found, &look, err))?;
    Ok(CLEAN)
}
