//! The real program from outside, as users and scripts run it: line by line, on a terminal, with its documentation commands, and
//! against recordings of GIR ocppjs. What needs a pseudo-terminal, signals and a shell is tested on Unix only.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may panic and may print"
)]
#![cfg_attr(not(unix), allow(dead_code, unused_imports, reason = "some tests exist on Unix only"))]

mod capture;
mod control;
mod documentation_commands;
mod fleet;
mod fleet_peers;
mod line_mode;
mod ocppjs_recordings;
mod probe;
mod process;
mod replay;
#[cfg(unix)]
mod screen_binary;
#[cfg(unix)]
mod screen_harness;
mod secrets;
mod soap_recordings;
mod stage;
#[path = "../support/mod.rs"]
mod support;
#[cfg(unix)]
mod terminal;
mod test_authority;
