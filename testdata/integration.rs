//! The program as its users meet it: the command line, reports, pages, what is delivered with it, and the house itself.
#![allow(clippy::unwrap_used)]

mod applied;
mod budget;
mod command;
mod configurations;
mod controls;
mod delivery;
mod editor;
mod every_field;
mod exit_codes;
mod formats;
mod hostile;
mod hostile_inputs;
mod house;
mod identity;
mod library;
mod modules;
mod node_files;
mod outside;
mod own_rules;
mod pages;
mod picture;
mod placeholders;
mod policy;
mod readme;
mod sarif;
mod scanning;
mod since;
mod tracked;
mod unreached;
mod unread;
mod words;
