//! Node groups: what the inputs find and the boot starts from, and the notes that are made on the way.

mod context;
mod group;
mod ineffective;
mod notes;
mod shared;

pub use context::{BootCx, Claims, Cx, Given, Variable};
pub use group::{Booted, Edit, Family, NodeGroup, Step, Wrapping};
pub use ineffective::{Ineffective, Reason};
pub use notes::{Gap, Notes, Problem};
pub use shared::Shared;
