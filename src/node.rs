//! Node groups, which `input` produces and `boot` consumes, and the context and notes of both.

pub(crate) mod beside;
mod context;
mod group;
mod handed;
mod ineffective;
pub(crate) mod kubelet_files;
mod notes;
mod release;
mod root;
mod shared;
mod tool;

pub use context::Cx;
pub(crate) use context::{BootCx, Given, StoredObject, Variable};
pub(crate) use group::{BOOTS_WITH_IT, Edit, FILE_FACTS, FileAccess, under};
pub use group::{Booted, Family, NodeGroup, Step, Wrapping};
pub(crate) use handed::Handed;
pub(crate) use ineffective::{Ineffective, Reason};
pub use notes::Gap;
pub(crate) use notes::{Fault, Problem};
pub(crate) use release::{common_release, release_in};
pub(crate) use root::{Root, resource};
pub(crate) use shared::Shared;
pub(crate) use tool::Tool;
