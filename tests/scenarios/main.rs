//! `ocpp-tui test` from outside: the real program plays scenario files, and what it prints, writes and returns is read.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod answers;
mod bad_input;
mod broken_peer;
mod failures;
mod foreign_peer;
mod hangs;
mod links;
mod matchers;
mod ocppjs;
mod playing;
mod reports;
mod runs;
mod shipped;
mod slips;
mod stage;
#[path = "../support/mod.rs"]
mod support;
mod thrown;
