//! Kinds of infrastructure as code, and the node groups that they describe. Never runs what it finds: that is the boot's.

mod kind;
mod terraform;

pub use kind::{FileList, Input, Unit};
pub use terraform::Terraform;

/// Every kind of input, in the order in which their findings are reported when places are equal.
pub const INPUTS: &[&dyn Input] = &[&Terraform];
