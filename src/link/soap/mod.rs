//! SOAP over HTTP as a link: the pair of HTTP directions under one identity. The envelopes are [`crate::rpc::soap`]'s;
//! the messages are the conversation's matter.
//!
//! | file | subject |
//! |---|---|
//! | `address` | URLs of services |
//! | `body` | the body of a message of the peer, from bytes to an envelope |
//! | `compression` | gzip and deflate |
//! | `incoming` | an HTTP request to one of our services, until it is an envelope |
//! | `http_action` | the action in HTTP headers, compared with the body |
//! | `client` | an HTTP exchange of ours, with the connection kept for the next |
//! | `received_bytes` | counts what comes on a connection of ours |
//! | `exchange` | requests and answers on their way between HTTP and a station's actor |
//! | `framing` | envelopes as the framing of a conversation |
//! | `spelling` | typed numbers, as they were typed |
//! | `actor`, `actors` | the actor of one station, and how requests reach it |
//! | `central_system` | the central system's side: which station a request belongs to |
//! | `charge_point`, `callback_server` | the charge point's side: its link, and the server at which it is called |
//! | `wsdl` | the WSDL behind `?wsdl` |

mod actor;
mod actors;
pub(super) mod address;
pub(super) mod body;
mod callback_server;
pub(super) mod central_system;
pub(super) mod charge_point;
pub(super) mod client;
pub(super) mod compression;
pub(super) mod exchange;
pub(super) mod framing;
mod http_action;
pub(super) mod incoming;
mod received_bytes;
pub(super) mod spelling;
mod wsdl;

pub(super) use actors::SoapActors;
pub use address::{FromProblem, HttpUrl};
pub use callback_server::{CallbackPort, SharedCallbacks};
pub(super) use central_system::respond;
pub use charge_point::{SoapService, keep_serving};
pub(super) use incoming::IncomingConnection;
