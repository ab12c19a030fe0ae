//! `kubelet-lint` answers one question from source alone: what will the kubelet of every node that this repository launches
//! really run with, and who wrote it?
//!
//! The floors, from the ground up: [`text`] (bytes that know where they came from), [`value`], [`syntax`] and [`decode`],
//! [`programs`] (what scripts call), [`setting`] (what a setting is), [`kubelet`] and [`runtime`] (which setting wins),
//! [`node`], [`input`] and [`boot`] (which never see each other), [`check`], [`fix`], [`policy`], [`scan`], [`report`], [`lsp`]. An
//! import goes downward only; a test holds the code to that.
#![forbid(unsafe_code)]

pub mod boot;
pub mod check;
pub mod cli;
pub mod collect;
pub mod decode;
pub mod fix;
pub mod input;
pub mod kubelet;
pub mod lsp;
pub mod node;
pub mod policy;
pub mod programs;
pub mod report;
pub mod runtime;
pub mod scan;
pub mod setting;
pub mod syntax;
pub mod text;
pub mod value;
