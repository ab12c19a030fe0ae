//! `kubelet-lint` answers one question from source alone: what will the kubelet of every node that this repository launches
//! really run with, and who wrote it?
//!
//! [`scan`](fn@scan) answers a [`Request`] with [findings](Finding) and the
//! [effective configuration of every node group](ShownGroup). The command line, [`main`], is made of the same calls.
//!
//! ```
//! use kubelet_lint::{Request, scan};
//!
//! let request = Request::new(vec!["infra".into()], &std::env::current_dir()?);
//! let found = scan(&request)?;
//! for finding in &found.findings {
//!     let (path, at) = (finding.at.place.source.path(), finding.at.place.start());
//!     println!("{}:{}: {}: {}", path.display(), at.line, finding.rule.id, finding.headline);
//! }
//! for group in &found.groups {
//!     for setting in group.settings.iter().filter(|setting| setting.certain) {
//!         let value = setting.effective.as_deref().unwrap_or("not set");
//!         println!("{}: {} is {value}, by {}", group.shown(), setting.field, setting.from);
//!     }
//! }
//! ```
//!
//! Nothing is executed, fetched or written. The names on this page are the interface; all else is private.
//!
//! The floors inside, from the ground up: `text` (bytes that know where they came from), `value`, `syntax` and `decode`,
//! `programs` (what scripts call), `setting` (what a setting is), `kubelet` and `runtime` (which setting wins), `node`, `input`
//! and `boot` (which never see each other), `check`, `fix`, `policy`, `scan`, `report`, `lsp`. An import goes downward only; a
//! test holds the code to that.
#![forbid(unsafe_code)]

mod boot;
mod check;
mod cli;
mod collect;
mod decode;
mod fix;
mod input;
mod kubelet;
mod lsp;
mod node;
mod policy;
mod programs;
mod report;
mod runtime;
mod scan;
mod setting;
mod syntax;
mod text;
mod value;

#[doc(inline)]
pub use check::{Finding, Fix, Frame, GroupRef, Hop, Level, Passage, Rule};
#[doc(inline)]
pub use cli::main;
#[doc(inline)]
pub use policy::Policy;
#[doc(inline)]
pub use scan::{Note, Request, Scan, ScanError, ShownGroup, ShownSetting, Weight, scan};
#[doc(inline)]
pub use setting::SetBy;
#[doc(inline)]
pub use text::{Place, Point, Source};

/// What the tests of this repository use beyond the interface. It changes without notice.
#[doc(hidden)]
pub mod testing {
    pub use crate::boot::run;
    pub use crate::check::rules;
    pub use crate::input::{FileList, INPUTS};
    pub use crate::node::{Booted, Cx, Family, Gap, NodeGroup, Step, Wrapping};
    pub use crate::policy::{Settings, Version};
    pub use crate::report::{FORMATS, Folders, Kind, Look, format, notes, safe, show_text};
    pub use crate::scan::{caught, keep_panics_quiet};
    pub use crate::setting::Mechanism;
    pub use crate::text::{Memory, Span, Traced, Why};
}
