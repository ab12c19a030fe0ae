//! Node groups, which `input` produces and `boot` consumes, and the context and notes of both.

pub mod beside;
mod context;
mod group;
mod handed;
mod ineffective;
pub mod kubelet_files;
mod notes;
mod release;
mod root;
mod shared;
mod tool;

pub use context::{BootCx, Claims, Cx, Given, Variable};
pub use group::{BOOTS_WITH_IT, Booted, Edit, FILE_FACTS, Family, FileAccess, NodeGroup, Step, Wrapping};
pub use handed::Handed;
pub use ineffective::{Ineffective, Reason};
pub use notes::{Fault, Gap, Notes, Problem};
pub use release::{common_release, release_in};
pub use root::{Root, resource};
pub use shared::Shared;
pub use tool::Tool;
