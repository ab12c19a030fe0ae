//! From arguments to an exit code.
#![forbid(unsafe_code)]

fn main() {}
