//! Links over real sockets, all in this process: both roles and both transports against each other, against scripted peers,
//! and with plugins and held frames in between.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod admission;
mod answer_rules;
mod both_roles;
mod central_system;
mod certificates;
mod every_action;
mod foreign_libraries;
mod frames;
mod gateway;
mod handshakes;
mod hold;
mod misbehaviour;
mod misbehaviour_in_tls;
mod network_profiles;
mod newer_messages;
mod own_definitions;
mod passwords;
mod plugins;
mod probe;
mod probe_server;
mod probe_station;
mod probe_tls;
mod proxy;
mod soap;
mod soap_links;
mod soap_peers;
mod soap_proxy;
#[path = "../support/mod.rs"]
mod support;
mod tls;
mod tls_access;
mod typed_payloads;
mod websockets_package;
mod wrong_requests;
