//! The requirements of OCPP and its encodings: the catalog against the published definitions, both codecs against frames of other
//! programs, the pages about them against the program, and the rules about the sources.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may panic and may print"
)]

mod architecture;
mod book;
mod catalog_facts;
mod floors;
mod real_frames;
mod soap_reference;
mod soap_schema;
mod source_graph;
mod srpc_page;
#[path = "../support/mod.rs"]
mod support;
