//! The one integration test binary: cases as folders, pages, reports, the command line, and the house itself.
#![allow(clippy::unwrap_used)]

mod cases;
mod command;
mod delivery;
mod formats;
mod house;
mod own_rules;
mod pages;
mod policy;
mod readme;
mod sarif;
mod shell;
mod truth;
mod user_data;
