//! A client that may break the rules: HTTP heads and WebSocket frames as bytes, over TCP or TLS. Libraries refuse to send what is to be
//! probed, and hide what came. What an answer means is judged elsewhere.

mod assembler;
mod connection_fault;
mod frame;
mod heard;
mod http_answer;
mod probe_link;
mod tls_hello;
mod tls_peer;
mod upgrade;
mod wire;

pub(super) use assembler::{CloseSeen, PeerEvent};
pub(super) use connection_fault::ConnectionFault;
pub(super) use frame::{WireFrame, opcode};
pub(super) use heard::{Heard, PeerAnswer, WireEnd, shown};
pub(super) use http_answer::HttpAnswer;
pub(super) use probe_link::ProbeLink;
pub(super) use tls_hello::{HelloAnswer, HelloOffer, alert_name, client_hello, read_answer, version as tls_version};
pub(super) use tls_peer::{TlsPeer, TlsTerms, certified, peer_of};
pub(super) use upgrade::{HandshakeEnd, UpgradeRequest};
pub(super) use wire::ProbeWire;
