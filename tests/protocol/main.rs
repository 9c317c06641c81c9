//! What OCPP and its encodings want: the catalog against the published definitions, both codecs against frames of other people, the
//! pages about them against what happens, and the rules about our own sources.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may end and may speak"
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
