//! `kubelet-lint` answers one question from source alone: what will the kubelet of every node that this repository launches
//! really run with, and who wrote it?
//!
//! The command line is a face of this library: [`scan`](fn@scan) answers a [`Request`] with [findings](Finding) and the
//! [effective configuration of every node group](ShownGroup).
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
//! Nothing is executed, fetched or written. Only the names on this page are the interface: what else can be named is for the
//! program and its tests, and changes without notice.
//!
//! The floors inside, from the ground up: `text` (bytes that know where they came from), `value`, `syntax` and `decode`,
//! `programs` (what scripts call), `setting` (what a setting is), `kubelet` and `runtime` (which setting wins), `node`, `input`
//! and `boot` (which never see each other), `check`, `fix`, `policy`, `scan`, `report`, `lsp`. An import goes downward only; a
//! test holds the code to that.
#![forbid(unsafe_code)]
#![allow(rustdoc::private_intra_doc_links, reason = "the floors are documented for those who read their source")]

#[doc(hidden)]
pub mod boot;
#[doc(hidden)]
pub mod check;
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod collect;
#[doc(hidden)]
pub mod decode;
#[doc(hidden)]
pub mod fix;
#[doc(hidden)]
pub mod input;
#[doc(hidden)]
pub mod kubelet;
#[doc(hidden)]
pub mod lsp;
#[doc(hidden)]
pub mod node;
#[doc(hidden)]
pub mod policy;
#[doc(hidden)]
pub mod programs;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod runtime;
#[doc(hidden)]
pub mod scan;
#[doc(hidden)]
pub mod setting;
#[doc(hidden)]
pub mod syntax;
#[doc(hidden)]
pub mod text;
#[doc(hidden)]
pub mod value;

#[doc(inline)]
pub use check::{Finding, Fix, Frame, GroupRef, Hop, Level, Passage, Rule};
#[doc(inline)]
pub use policy::{Policy, Settings, SettingsError};
#[doc(inline)]
pub use scan::{Note, Request, Scan, ScanError, ShownGroup, ShownSetting, Weight, scan};
#[doc(inline)]
pub use setting::SetBy;
#[doc(inline)]
pub use text::{Place, Point, Source};
