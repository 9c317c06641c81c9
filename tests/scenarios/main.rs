//! Scenarios: `ocpp-tui test` from outside, with the output, reports and exit codes of the real program; the catalogue of the scenarios
//! that come with it; sessions that are saved as scenarios and run again; and virtual time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![cfg_attr(not(unix), allow(dead_code, unused_imports, reason = "some tests exist on Unix only"))]

mod answers;
mod bad_input;
mod broken_peer;
mod catalogue;
mod central_system_cases;
mod central_twins;
mod charge_point_cases;
mod charge_point_twins;
mod decide_then_act;
mod failures;
mod foreign_charge_point;
mod foreign_peer;
mod grades;
mod hands;
mod hangs;
mod links;
mod listing;
mod matchers;
mod misbehaviour;
mod newer_versions;
mod ocppjs;
mod options;
mod patience;
mod playing;
mod proxy;
mod recording;
mod replay;
mod reports;
mod runs;
mod save;
mod second_cases;
mod shipped;
mod slips;
mod stage;
#[path = "../support/mod.rs"]
mod support;
mod thrown;
mod tls;
mod twin;
mod virtual_time;
