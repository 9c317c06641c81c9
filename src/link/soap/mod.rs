//! SOAP over HTTP as a link: the pair of HTTP directions under one identity. The envelopes are [`crate::rpc::soap`]'s; what is said is the
//! conversation's.
//!
//! | file | subject |
//! |---|---|
//! | `address` | URLs at which somebody is called |
//! | `coding` | gzip and deflate |
//! | `incoming` | an HTTP request to one of our services, until it is an envelope |
//! | `client` | an HTTP exchange of ours, with the connection kept for the next |
//! | `exchange` | requests and answers on their way between HTTP and a station's actor |
//! | `framing` | envelopes as the framing of a conversation |
//! | `inspected` | messages that somebody looks at before they are taken in or sent |
//! | `actor` | the actor of one station |
//! | `reception` | the central system's side: which station a request belongs to |
//! | `service` | the charge point's side: its own server |
//! | `description` | the WSDL behind `?wsdl` |

mod actor;
mod address;
mod client;
mod coding;
mod description;
mod exchange;
mod framing;
mod incoming;
mod inspected;
mod reception;
mod service;

pub use address::HttpUrl;
pub(super) use incoming::Connection;
pub(super) use reception::{Doors, respond};
pub use service::{SoapService, keep_serving};
