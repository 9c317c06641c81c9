//! The real program from outside, as people and scripts use it: line by line, on a terminal, with its documentation commands, and
//! against recordings of GIR ocppjs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may end and may speak"
)]

mod documentation_commands;
mod line_mode;
mod ocppjs_recordings;
mod process;
mod screen_binary;
mod screen_harness;
mod soap_recordings;
mod stage;
#[path = "../support/mod.rs"]
mod support;
mod terminal;
